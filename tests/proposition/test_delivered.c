/* Customer delivered value: the worked figures, missing and bad rows, misuse. */
#include "failing.h"

#include "crmcore/proposition.h"

/* Offers as rows here; the library wants columns. */
static void columns(int64_t n, const double (*offer)[8], double *field, int64_t ld)
{
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < 8; j++)
            field[i + j * ld] = offer[i][j];
}

static void test_worked(void **state)
{
    (void)state;
    const double offer[3][8] = {{60, 15, 10, 25, 70, 5, 8, 7}, {120, 0, 0, 0, 100, 0, 0, 0}, {50, 0, 0, 0, 35, 0, 0, 0}};
    double field[8 * 5];
    memset(field, 0, sizeof field);
    columns(3, offer, field, 5);
    double difference[3];
    double ratio[3];
    assert_int_equal(crm_delivered_value(3, field, 5, NULL, difference, ratio, NULL), CRM_OK);
    assert_true(difference[0] == 20 && difference[1] == 20 && difference[2] == 15);
    assert_true(fabs(ratio[0] - 1.2222) < .00005);
    assert_true(fabs(ratio[1] - 1.20) < .005 && fabs(ratio[2] - 1.43) < .005);
    /* The two rank the last two offers differently. */
    assert_true(difference[1] > difference[2] && ratio[1] < ratio[2]);
    const double weight[8] = {1, 2, .5, 1, 1, 3, 0, 1};
    assert_int_equal(crm_delivered_value(1, field, 5, weight, difference, NULL, NULL), CRM_OK);
    assert_true(difference[0] == 60 + 30 + 5 + 25 - (70 + 15 + 0 + 7));
    assert_int_equal(crm_delivered_value(1, field, 5, weight, NULL, ratio, NULL), CRM_OK);
    assert_relative(ratio[0], 120.0 / 92, 3e-16);
    /* What cancels is not lost. */
    const double near[1][8] = {{1e16, 1, 0, 0, 1e16, 0, .5, 0}};
    columns(1, near, field, 1);
    assert_int_equal(crm_delivered_value(1, field, 1, NULL, difference, NULL, NULL), CRM_OK);
    assert_true(difference[0] == .5);
}

static void test_rows(void **state)
{
    (void)state;
    const double offer[6][8] = {{1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 0, 0, 0, 0}, {1, -1, 1, 1, 1, 1, 1, 1},
                                {1, 1, NAN, 1, 1, 1, -1, 1}, {1, 1, 1, 1, 1, INFINITY, 1, 1}, {2, 0, 0, 0, 1, 0, 0, 0}};
    double field[48];
    columns(6, offer, field, 6);
    double difference[6];
    double ratio[6];
    crm_error err;
    assert_int_equal(crm_delivered_value(6, field, 6, NULL, difference, ratio, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 1);
    assert_int_equal(err.bad_rows, 3);
    const double want[6] = {0, 4, NAN, NAN, NAN, 1};
    const double wanted[6] = {1, NAN, NAN, NAN, NAN, 2};
    for (int i = 0; i < 6; i++) {
        assert_close(difference[i], want[i], 0);
        assert_close(ratio[i], wanted[i], 0);
    }
    assert_int_equal(crm_delivered_value(6, field, 6, NULL, difference, NULL, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 2);
    assert_int_equal(err.bad_rows, 2);
    assert_true(err.value == -1 && err.arg == 2);
    const double huge[1][8] = {{1.7e308, 1.7e308, 0, 0, 1, 0, 0, 0}};
    columns(1, huge, field, 1);
    assert_int_equal(crm_delivered_value(1, field, 1, NULL, difference, ratio, &err), CRM_BAD_ROWS);
    assert_true(isnan(difference[0]) && isnan(ratio[0]));
}

/* The ratio of the sums, not of the sums rounded; rational arithmetic says which double is nearest. */
static void test_ratio(void **state)
{
    (void)state;
    const double field[8] = {.376, .562, .904, .72, .795, .691, .756, .384};
    double ratio = 5;
    assert_int_equal(crm_delivered_value(1, field, 1, NULL, NULL, &ratio, NULL), CRM_OK);
    assert_same_bits(ratio, 0x1.f3858e8688177p-1);
}

static void test_misuse(void **state)
{
    (void)state;
    const double field[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    double out = 5;
    crm_error err;
    assert_int_equal(crm_delivered_value(-1, field, 1, NULL, &out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_delivered_value(1, NULL, 1, NULL, &out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_delivered_value(2, field, 1, NULL, &out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_delivered_value(1, field, INT64_MAX, NULL, &out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    const double bad[3] = {-1, NAN, INFINITY};
    for (int k = 0; k < 3; k++) {
        double weight[8] = {1, 1, 1, 1, 1, 1, 1, 1};
        weight[k + 3] = bad[k];
        assert_int_equal(crm_delivered_value(1, field, 1, weight, &out, NULL, &err), CRM_E_DOMAIN);
        assert_true(err.arg == 4 && err.row == k + 3);
    }
    assert_int_equal(crm_delivered_value(1, field, 1, NULL, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_true(out == 5);
    assert_int_equal(crm_delivered_value(0, NULL, 0, NULL, NULL, NULL, &err), CRM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
