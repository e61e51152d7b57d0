/* The summary given what it must refuse: bad rows, bad arguments, no memory, a cancel. */
#include "failing.h"

#include "data/summaries.h"

static void assert_bad_purchases(double x, double t_x, double T, double weight, int32_t arg)
{
    enum { AT = 1500 };
    crm_error err;
    crm_summary *untouched = NULL;
    draw_purchases(MOST, 0);
    column[0][AT] = x;
    column[1][AT] = t_x;
    column[2][AT] = T;
    column[3][AT] = weight;
    column[0][AT + 1] = -1.0; /* only the first is named */
    assert_int_equal(
        crm_summary_of_purchases(NULL, MOST, column[0], column[1], column[2], column[3], &untouched, &err),
        CRM_E_DOMAIN);
    assert_null(untouched);
    assert_int_equal(err.arg, arg);
    assert_int_equal(err.row, AT);
    assert_true(test_bits(err.value) == test_bits(column[arg - 3][AT]));
    crm_summary *into = of_purchases(10, 0);
    crm_summary *same = of_purchases(10, 0);
    assert_int_equal(crm_summary_add(NULL, into, MOST, column[0], column[1], column[2], column[3], &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.arg, arg + 1);
    assert_int_equal(err.row, AT);
    assert_same_summary(into, same);
    crm_summary_destroy(into);
    crm_summary_destroy(same);
}

static void test_bad_purchases(void **state)
{
    (void)state;
    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
    assert_bad_purchases(-1.0, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(1.5, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(nan, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(inf, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(4503599627370495.5, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(1.0, 0.0, 2.0, 1.0, 4);
    assert_bad_purchases(0.0, 1.0, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, 3.0, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, -1.0, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, nan, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, inf, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, 1.0, nan, 1.0, 5);
    assert_bad_purchases(1.0, 1.0, inf, 1.0, 5);
    assert_bad_purchases(0.0, 0.0, -1.0, 1.0, 5);
    assert_bad_purchases(1.0, 1.0, 2.0, nan, 6);
    assert_bad_purchases(1.0, 1.0, 2.0, -1.0, 6);
    assert_bad_purchases(1.0, 1.0, 2.0, inf, 6);
    assert_bad_purchases(1.0, 3.0, 2.0, 0.0, 4); /* weight 0 does not excuse */
}

static void assert_bad_spend(double count, double mean, double weight, int32_t arg)
{
    const double c[2] = {1.0, count};
    const double m[2] = {1.0, mean};
    const double w[2] = {1.0, weight};
    crm_error err;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_spend(NULL, 2, c, m, w, &summary, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, arg);
    assert_int_equal(err.row, 1);
    assert_null(summary);
}

static void assert_bad_duration(double duration, uint8_t ended, double weight, int32_t arg)
{
    const double d[2] = {1.0, duration};
    const uint8_t e[2] = {1, ended};
    const double w[2] = {1.0, weight};
    crm_error err;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_durations(NULL, 2, d, e, w, &summary, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, arg);
    assert_int_equal(err.row, 1);
    assert_null(summary);
}

static void test_bad_spend_and_durations(void **state)
{
    (void)state;
    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
    assert_bad_spend(-1.0, 1.0, 1.0, 3);
    assert_bad_spend(0.5, 1.0, 1.0, 3);
    assert_bad_spend(nan, 1.0, 1.0, 3);
    assert_bad_spend(inf, 1.0, 1.0, 3);
    assert_bad_spend(1.0, 0.0, 1.0, 4);
    assert_bad_spend(1.0, -1.0, 1.0, 4);
    assert_bad_spend(1.0, nan, 1.0, 4);
    assert_bad_spend(1.0, inf, 1.0, 4);
    assert_bad_spend(1.0, 1.0, -1.0, 5);
    assert_bad_spend(0.0, 1.0, nan, 5);
    assert_bad_duration(0.0, 1, 1.0, 3);
    assert_bad_duration(1.5, 1, 1.0, 3);
    assert_bad_duration(nan, 1, 1.0, 3);
    assert_bad_duration(inf, 1, 1.0, 3);
    assert_bad_duration(1.0, 2, 1.0, 4);
    assert_bad_duration(1.0, 1, inf, 5);
    assert_bad_duration(1.0, 1, -1.0, 5);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    crm_error err;
    crm_summary *s = NULL;
    const double v[1] = {1.0};
    const uint8_t e[1] = {1};
    assert_int_equal(crm_summary_of_purchases(NULL, -1, v, v, v, NULL, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, NULL, v, v, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, v, NULL, v, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, v, v, NULL, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, v, v, v, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_summary_of_spend(NULL, -1, v, v, NULL, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_summary_of_spend(NULL, 1, v, NULL, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_spend(NULL, 1, v, v, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_summary_of_durations(NULL, -1, v, e, NULL, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_summary_of_durations(NULL, 1, v, NULL, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_durations(NULL, 1, NULL, e, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_summary_of_durations(NULL, 1, v, e, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_summary_add(NULL, NULL, 1, v, v, v, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_null(s);

    /* no rows: no cells, columns may be NULL */
    assert_int_equal(crm_summary_of_purchases(NULL, 0, NULL, NULL, NULL, NULL, &s, &err), CRM_OK);
    assert_int_equal(crm_i_summary_purchases(s)->n, 0);
    assert_int_equal(crm_summary_add(NULL, s, -1, v, v, v, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_true(crm_summary_fact(s, 0) == INT64_MIN && crm_summary_fact(s, 99) == INT64_MIN);
    assert_true(crm_summary_fact(NULL, CRM_SUMMARY_PURCHASES) == INT64_MIN);
    crm_summary_destroy(s);
    crm_summary_destroy(NULL);
    s = summary_of(&good_parts);
    assert_int_equal(crm_summary_add(NULL, s, 1, v, v, v, NULL, &err), CRM_E_STATE);
    assert_int_equal(err.arg, 2);
    crm_summary_destroy(s);

    /* equal rows whose weights together are infinite */
    const double zero[2] = {0.0, 0.0};
    const double huge[2] = {1e308, 1e308};
    s = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, 2, zero, zero, zero, huge, &s, &err), CRM_E_OVERFLOW);
    assert_null(s);
}

static crm_status call_purchases(const crm_context *context, void *arg)
{
    const int64_t n = *(const int64_t *)arg;
    crm_summary *summary = NULL;
    const crm_status status =
        crm_summary_of_purchases(context, n, column[0], column[1], column[2], column[3], &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static crm_status call_spend(const crm_context *context, void *arg)
{
    (void)arg;
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_of_spend(context, 500, column[0], column[2], NULL, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static crm_status call_durations(const crm_context *context, void *arg)
{
    (void)arg;
    static const double duration[3] = {1.0, 2.0, 2.0};
    static const uint8_t ended[3] = {1, 0, 1};
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_of_durations(context, 3, duration, ended, NULL, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static crm_status call_load(const crm_context *context, void *arg)
{
    (void)arg;
    crm_summary *summary = NULL;
    int64_t length;
    uint8_t *bytes = compose(&good_parts, &length);
    const crm_status status = crm_summary_load(context, bytes, length, &summary, NULL);
    free(bytes);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

/* Merging and adding allocate from the handle that they change: it must stay what it was. */
static crm_status call_merge(const crm_context *context, void *arg)
{
    const crm_summary *other = arg;
    crm_summary *into = NULL;
    int64_t length;
    uint8_t *bytes = compose(&good_parts, &length);
    crm_status status = crm_summary_load(context, bytes, length, &into, NULL);
    free(bytes);
    if (status < 0)
        return status;
    status = crm_summary_merge(into, other, NULL);
    assert_int_equal(crm_summary_fact(into, CRM_SUMMARY_PURCHASES), status < 0 ? 4 : 8);
    assert_int_equal(crm_summary_fact(into, CRM_SUMMARY_GAPS), status < 0 ? 7 : 14);
    crm_summary_destroy(into);
    return status;
}

static crm_status call_add(const crm_context *context, void *arg)
{
    const int64_t n = *(const int64_t *)arg;
    crm_summary *into = NULL;
    crm_status status = crm_summary_of_purchases(context, 3, column[0], column[1], column[2], NULL, &into, NULL);
    if (status < 0)
        return status;
    status = crm_summary_add(context, into, n, column[0], column[1], column[2], NULL, NULL);
    assert_int_equal(crm_summary_fact(into, CRM_SUMMARY_PURCHASES), status < 0 ? 3 : 3 + n);
    crm_summary_destroy(into);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    int64_t n = 1000;
    for (int kind = 0; kind < KINDS; kind++) {
        draw_purchases(n, kind);
        failing_sweep(call_purchases, &n);
        failing_sweep(call_add, &n);
    }
    for (int i = 0; i < 500; i++)
        column[2][i] += 1.0;
    failing_sweep(call_spend, NULL);
    failing_sweep(call_durations, NULL);
    failing_sweep(call_load, NULL);
    crm_summary *other = summary_of(&good_parts);
    failing_sweep(call_merge, other);
    crm_summary_destroy(other);
}

/* Stops when it was asked more often than granted. */
typedef struct granted {
    int64_t left;
    double done;
} granted;

static int32_t stop_after(void *self, double done)
{
    granted *g = self;
    assert_true(done >= g->done && done <= 1.0);
    g->done = done;
    return --g->left < 0;
}

static void test_cancel(void **state)
{
    (void)state;
    draw_purchases(100, 0);
    int64_t cancelled = 0;
    crm_summary *summary = NULL;
    for (int64_t grant = 0; !summary; grant++) {
        crm_context *context = NULL;
        granted g = {grant, 0.0};
        assert_int_equal(crm_context_watch(NULL, stop_after, &g, &context, NULL), CRM_OK);
        const crm_status status =
            crm_summary_of_purchases(context, 100, column[0], column[1], column[2], NULL, &summary, NULL);
        assert_int_equal(status, summary ? CRM_OK : CRM_E_CANCELLED);
        cancelled += status == CRM_E_CANCELLED;
        crm_context_destroy(context);
    }
    assert_true(cancelled > 2);
    crm_summary_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_purchases),
        cmocka_unit_test(test_bad_spend_and_durations),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
