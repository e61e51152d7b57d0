/* The summary of a survivor table: that of the customers' durations, and what it must refuse. */
#include "failing.h"

#include "data/summaries.h"

static const double regular[] = {1000, 631, 468, 382, 326, 289, 262, 241};

/* Whole numbers are customers: the bytes of their durations one by one. */
static void test_customers(void **state)
{
    (void)state;
    double duration[1000];
    uint8_t ended[1000];
    int64_t n = 0;
    for (int t = 1; t < 8; t++)
        for (double left = regular[t - 1]; left > regular[t]; left--) {
            duration[n] = t;
            ended[n++] = 1;
        }
    for (; n < 1000; n++) {
        duration[n] = 7;
        ended[n] = 0;
    }
    crm_summary *table = NULL, *each = NULL;
    assert_int_equal(crm_summary_of_survivors(NULL, 8, regular, &table, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_durations(NULL, 1000, duration, ended, NULL, &each, NULL), CRM_OK);
    assert_same_summary(table, each);
    assert_int_equal(crm_summary_fact(table, CRM_SUMMARY_DURATIONS), 1000);
    assert_int_equal(crm_summary_fact(table, CRM_SUMMARY_DURATIONS_DISTINCT), 8);
    assert_int_equal(crm_summary_merge(table, each, NULL), CRM_OK);
    assert_int_equal(crm_summary_fact(table, CRM_SUMMARY_DURATIONS), 2000);
    crm_summary_destroy(table);
    crm_summary_destroy(each);
}

/* Shares are weights; nobody lost, and nobody left, make no row. */
static void test_weights(void **state)
{
    (void)state;
    const double share[] = {1, .5, .5, .25, 0};
    crm_summary *s = NULL;
    assert_int_equal(crm_summary_of_survivors(NULL, 5, share, &s, NULL), CRM_OK);
    const crm_i_durations *d = crm_i_summary_durations(s);
    assert_int_equal(d->n, 3);
    const double want[3][3] = {{1, 1, .5}, {3, 1, .25}, {4, 1, .25}};
    for (int i = 0; i < 3; i++) {
        assert_true(d->duration[i] == want[i][0] && d->ended[i] == want[i][1] && d->weight[i] == want[i][2]);
        assert_true(d->count[i] == 1 && d->mass[i] == want[i][2]);
    }
    crm_summary_destroy(s);
    const double huge[] = {0x1p54, 0x1p54}; /* too many to be counted */
    assert_int_equal(crm_summary_of_survivors(NULL, 2, huge, &s, NULL), CRM_OK);
    assert_true(crm_i_summary_durations(s)->n == 1 && crm_i_summary_durations(s)->weight[0] == 0x1p54);
    crm_summary_destroy(s);
    for (int64_t n = 0; n < 2; n++) { /* no renewal, no duration */
        assert_int_equal(crm_summary_of_survivors(NULL, n, share, &s, NULL), CRM_OK);
        assert_int_equal(crm_summary_fact(s, CRM_SUMMARY_DURATIONS), 0);
        crm_summary_destroy(s);
    }
}

static void test_refused(void **state)
{
    (void)state;
    const double bad[][3] = {{3, NAN, 1}, {3, -1, 1}, {INFINITY, 2, 1}, {3, 3.5, 1}, {3, 2, 2.5}};
    const int64_t row[] = {1, 1, 0, 1, 2};
    crm_summary *s = NULL;
    crm_error err;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_int_equal(crm_summary_of_survivors(NULL, 3, bad[i], &s, &err), CRM_E_DOMAIN);
        assert_true(err.arg == 3 && err.row == row[i]);
        assert_same_bits(err.value, bad[i][row[i]]);
    }
    assert_int_equal(crm_summary_of_survivors(NULL, -1, regular, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_of_survivors(NULL, 1, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_summary_of_survivors(NULL, 8, regular, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_null(s);
}

static crm_status call(const crm_context *context, void *arg)
{
    (void)arg;
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_of_survivors(context, 8, regular, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    failing_sweep(call, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_customers),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
