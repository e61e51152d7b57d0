/* What closed forms answer to what they cannot compute: the status, the argument, the row, and nothing written. */
#include "test.h"

#include "crmcore/lifetime.h"

static crm_error err;
static double out;

#define REFUSED(call, want, position)                                                                                  \
    do {                                                                                                               \
        out = 5;                                                                                                       \
        assert_int_equal((call), (want));                                                                              \
        assert_int_equal(err.status, (want));                                                                          \
        assert_int_equal(err.arg, (position));                                                                         \
        assert_true(out == 5);                                                                                         \
    } while (0)

static const double bad_rate[5] = {-1, -2, NAN, INFINITY, 1e101};

static void test_discount(void **state)
{
    (void)state;
    const double flow[3] = {1, 2, 3};
    const double infinite[3] = {1, 2, -INFINITY};
    const double missing[3] = {1, NAN, 3};
    const double huge[3] = {0, 1e300, 1e300};
    REFUSED(crm_discount_present(-1, flow, .1, 1, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_discount_present(2, NULL, .1, 1, &out, &err), CRM_E_NULL, 2);
    for (int k = 0; k < 5; k++) {
        REFUSED(crm_discount_present(2, flow, bad_rate[k], 1, &out, &err), CRM_E_DOMAIN, 3);
        REFUSED(crm_discount_stream(1, 1, bad_rate[k], &out, &err), CRM_E_DOMAIN, 3);
        REFUSED(crm_discount_rate(bad_rate[k], 1, &out, NULL, &err), CRM_E_DOMAIN, 1);
        REFUSED(crm_discount_real(bad_rate[k], .1, &out, &err), CRM_E_DOMAIN, 1);
        REFUSED(crm_discount_real(.1, bad_rate[k], &out, &err), CRM_E_DOMAIN, 2);
    }
    REFUSED(crm_discount_present(2, flow, .1, 0, &out, &err), CRM_E_ARGUMENT, 4);
    REFUSED(crm_discount_present(2, flow, .1, 4, &out, &err), CRM_E_ARGUMENT, 4);
    REFUSED(crm_discount_present(2, flow, .1, 1, NULL, &err), CRM_E_NULL, 5);
    REFUSED(crm_discount_present(2, infinite, .1, 1, &out, &err), CRM_E_DOMAIN, 2);
    assert_int_equal(err.row, 2);
    REFUSED(crm_discount_present(2, huge, -.9999999999, 1, &out, &err), CRM_E_DOMAIN, 2);
    assert_int_equal(crm_discount_present(2, missing, .1, 1, &out, &err), CRM_OK);
    assert_true(isnan(out));
    REFUSED(crm_discount_stream(NAN, 1, .1, &out, &err), CRM_E_DOMAIN, 1);
    REFUSED(crm_discount_stream(INFINITY, 1, .1, &out, &err), CRM_E_DOMAIN, 1);
    REFUSED(crm_discount_stream(1, -1, .1, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_stream(1, NAN, .1, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_stream(1, INFINITY, 0, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_stream(1, 1e6, -.9, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_stream(1, 1, .1, NULL, &err), CRM_E_NULL, 4);
    REFUSED(crm_discount_rate(.1, 0, &out, NULL, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_rate(.1, NAN, &out, NULL, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_rate(.1, INFINITY, &out, NULL, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_rate(1, 1e6, &out, NULL, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_discount_rate(1, 1, NULL, NULL, &err), CRM_E_NULL, 3);
    REFUSED(crm_discount_real(.1, .1, NULL, &err), CRM_E_NULL, 3);
}

static void test_retention(void **state)
{
    (void)state;
    const double m[8] = {100, 100, NAN, INFINITY, 0, -5, 1e308, 100};
    const double r[8] = {.8, 1.5, 7, .5, 1, .5, .9999, NAN};
    REFUSED(crm_retention_value(-1, m, r, .1, 0, 0, 1, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_retention_value(1, NULL, r, .1, 0, 0, 1, &out, &err), CRM_E_NULL, 2);
    REFUSED(crm_retention_value(1, m, NULL, .1, 0, 0, 1, &out, &err), CRM_E_NULL, 3);
    for (int k = 0; k < 5; k++) {
        REFUSED(crm_retention_value(1, m, r, bad_rate[k], 0, 0, 1, &out, &err), CRM_E_DOMAIN, 4);
        REFUSED(crm_retention_value(1, m, r, .1, bad_rate[k], 0, 1, &out, &err), CRM_E_DOMAIN, 5);
        REFUSED(crm_retention_schedule(1, m, r, bad_rate[k], 1, &out, &err), CRM_E_DOMAIN, 4);
    }
    REFUSED(crm_retention_value(1, m, r, .1, 0, -1, 1, &out, &err), CRM_E_ARGUMENT, 6);
    REFUSED(crm_retention_value(1, m, r, .1, 0, (INT64_C(1) << 40) + 1, 1, &out, &err), CRM_E_DOMAIN, 6);
    REFUSED(crm_retention_value(1, m, r, .1, 0, 0, 0, &out, &err), CRM_E_ARGUMENT, 7);
    REFUSED(crm_retention_value(1, m, r, .1, 0, 0, 4, &out, &err), CRM_E_ARGUMENT, 7);
    REFUSED(crm_retention_value(1, m, r, .1, 0, 0, 1, NULL, &err), CRM_E_NULL, 8);
    /* Bad rows: 1 outside [0, 1], 3 infinite, 4 no convergence although nothing is earned, 6 too large. */
    double got[8];
    assert_int_equal(crm_retention_value(8, m, r, -.0001, 0, 0, CRM_TIMING_BEGIN, got, &err), CRM_BAD_ROWS);
    assert_int_equal(err.bad_rows, 4);
    assert_int_equal(err.row, 1);
    assert_int_equal(err.arg, 3);
    assert_true(err.value == 1.5);
    for (int i = 0; i < 8; i++)
        assert_int_equal(isnan(got[i]), i != 0 && i != 5);
    assert_int_equal(crm_retention_value(2, m + 3, r + 3, .1, 0, 0, 1, got, &err), CRM_BAD_ROWS);
    assert_true(err.row == 0 && err.arg == 2 && got[1] == 0);
    /* Exactly on the edge of convergence, and a unit below it. */
    const double one = 100;
    const double edge[2] = {1, 1 - 0x1p-53};
    assert_int_equal(crm_retention_value(1, &one, &edge[0], .1, .1, 0, 1, &out, &err), CRM_BAD_ROWS);
    assert_int_equal(crm_retention_value(1, &one, &edge[1], .1, .1, 0, 1, &out, &err), CRM_OK);
    assert_relative(out, 100 / 1.1 * 0x1p53, 1e-15);
    assert_int_equal(crm_retention_value(0, NULL, NULL, .1, 0, 0, 1, NULL, &err), CRM_OK);
    const double much = 1e308;
    const double stays = .8;
    assert_int_equal(crm_retention_value(1, &much, &stays, .1, 0, 0, 1, &out, &err), CRM_BAD_ROWS);
    assert_true(isnan(out) && err.arg == 2);
    /* Over a horizon growth may win. */
    assert_int_equal(crm_retention_value(1, &one, &edge[0], 0, 1, 20, CRM_TIMING_END, &out, &err), CRM_OK);
    assert_true(out == 100 * 1048575.0);
    assert_int_equal(crm_retention_value(1, &one, &edge[0], 0, 1, 2000, CRM_TIMING_END, &out, &err), CRM_BAD_ROWS);
    const double below = -.25;
    assert_int_equal(crm_retention_value(1, &one, &below, .1, 0, 5, 1, &out, &err), CRM_BAD_ROWS);
    assert_true(isnan(out) && err.arg == 3 && err.value == -.25);
    const double steady[2] = {100, 100};
    const double gone[2] = {.5, -.25};
    REFUSED(crm_retention_schedule(2, steady, gone, .1, 1, &out, &err), CRM_E_DOMAIN, 3);
    assert_true(err.row == 1 && err.value == -.25);
    const double missing[2] = {100, NAN};
    assert_int_equal(crm_retention_schedule(2, missing, edge, .1, 1, &out, &err), CRM_OK);
    assert_true(isnan(out));
    out = 7;
    REFUSED(crm_retention_schedule(-1, m, r, .1, 1, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_retention_schedule(1, NULL, r, .1, 1, &out, &err), CRM_E_NULL, 2);
    REFUSED(crm_retention_schedule(1, m, NULL, .1, 1, &out, &err), CRM_E_NULL, 3);
    REFUSED(crm_retention_schedule(1, m, r, .1, 0, &out, &err), CRM_E_ARGUMENT, 5);
    REFUSED(crm_retention_schedule(1, m, r, .1, 4, &out, &err), CRM_E_ARGUMENT, 5);
    REFUSED(crm_retention_schedule(1, m, r, .1, 1, NULL, &err), CRM_E_NULL, 6);
    REFUSED(crm_retention_schedule(2, m, r, .1, 1, &out, &err), CRM_E_DOMAIN, 3);
    assert_int_equal(err.row, 1);
    REFUSED(crm_retention_schedule(1, m + 3, r + 3, .1, 1, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_retention_schedule(1, m + 6, r + 6, -.9999, 1, &out, &err), CRM_E_DOMAIN, 2);
    assert_int_equal(crm_retention_schedule(1, m, r + 7, .1, 1, &out, &err), CRM_OK);
    assert_true(isnan(out));
    assert_int_equal(crm_retention_schedule(0, NULL, NULL, .1, 1, &out, &err), CRM_OK);
    assert_true(out == 0);
}

static void test_value(void **state)
{
    (void)state;
    const double f[7] = {4, -1, NAN, 4, 4, 1e200, 4};
    const double o[7] = {50, 50, 50, INFINITY, 50, 1e200, 50};
    const double k[7] = {.5, .5, .5, .5, -INFINITY, .5, .5};
    const double c[7] = {0, 0, 0, 0, 0, 0, INFINITY};
    double got[7];
    assert_int_equal(crm_value_margin(7, f, o, k, c, .1, got, &err), CRM_BAD_ROWS);
    assert_int_equal(err.bad_rows, 5);
    assert_true(err.row == 1 && err.arg == 2 && err.value == -1);
    for (int i = 0; i < 7; i++)
        assert_int_equal(isnan(got[i]), i != 0);
    for (int32_t i = 3; i < 7; i++) {
        const int32_t arg[4] = {3, 4, 3, 5};
        assert_int_equal(crm_value_margin(1, f + i, o + i, k + i, c + i, .1, got, &err), CRM_BAD_ROWS);
        assert_int_equal(err.arg, arg[i - 3]);
    }
    REFUSED(crm_value_margin(-1, f, o, k, c, .1, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_value_margin(1, NULL, o, k, c, .1, &out, &err), CRM_E_NULL, 2);
    REFUSED(crm_value_margin(1, f, NULL, k, c, .1, &out, &err), CRM_E_NULL, 3);
    REFUSED(crm_value_margin(1, f, o, NULL, c, .1, &out, &err), CRM_E_NULL, 4);
    REFUSED(crm_value_margin(1, f, o, k, c, NAN, &out, &err), CRM_E_DOMAIN, 6);
    REFUSED(crm_value_margin(1, f, o, k, c, .1, NULL, &err), CRM_E_NULL, 7);
    assert_int_equal(crm_value_margin(1, f, o, k, NULL, NAN, got, &err), CRM_OK);
    assert_int_equal(crm_value_margin(0, NULL, NULL, NULL, NULL, 0, NULL, &err), CRM_OK);
    assert_int_equal(crm_value_decision(0, NULL, NULL, NULL, &err), CRM_OK);
    const double nan[1] = {NAN};
    for (int which = 0; which < 4; which++) {
        assert_int_equal(crm_value_margin(1, which == 0 ? nan : f, which == 1 ? nan : o, which == 2 ? nan : k,
                                          which == 3 ? nan : c, .1, got, &err),
                         CRM_OK);
        assert_true(isnan(got[0]));
    }
    const double endless[1] = {INFINITY};
    assert_int_equal(crm_value_margin(1, endless, o, k, c, .1, got, &err), CRM_BAD_ROWS);
    assert_int_equal(crm_value_decision(1, f, nan, got, &err), CRM_OK);
    const double cur[4] = {1, INFINITY, NAN, 1};
    const double pot[4] = {2, -INFINITY, INFINITY, INFINITY};
    assert_int_equal(crm_value_decision(4, cur, pot, got, &err), CRM_BAD_ROWS);
    assert_true(err.bad_rows == 2 && err.row == 1 && err.arg == 2);
    assert_int_equal(crm_value_decision(1, cur + 3, pot + 3, got, &err), CRM_BAD_ROWS);
    assert_int_equal(err.arg, 3);
    REFUSED(crm_value_decision(-1, cur, pot, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_value_decision(1, NULL, pot, &out, &err), CRM_E_NULL, 2);
    REFUSED(crm_value_decision(1, cur, NULL, &out, &err), CRM_E_NULL, 3);
    REFUSED(crm_value_decision(1, cur, pot, NULL, &err), CRM_E_NULL, 4);
}

static void test_history_and_equity(void **state)
{
    (void)state;
    const double m[4] = {1, 1, INFINITY, NAN};
    const double t[4] = {0, 3, 0, 0};
    REFUSED(crm_value_history(-1, m, t, 2, .1, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_value_history(1, NULL, t, 2, .1, &out, &err), CRM_E_NULL, 2);
    REFUSED(crm_value_history(1, m, NULL, 2, .1, &out, &err), CRM_E_NULL, 3);
    REFUSED(crm_value_history(1, m, t, INFINITY, .1, &out, &err), CRM_E_DOMAIN, 4);
    REFUSED(crm_value_history(1, m, t, 2, -1, &out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_value_history(1, m, t, 2, .1, NULL, &err), CRM_E_NULL, 6);
    REFUSED(crm_value_history(4, m, t, 2, .1, &out, &err), CRM_E_DOMAIN, 3);
    assert_int_equal(err.row, 1);
    REFUSED(crm_value_history(2, m + 2, t + 2, 2, .1, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_value_history(1, m, t, 1e6, .1, &out, &err), CRM_E_DOMAIN, 3);
    const double most[2] = {1.7e308, 1.7e308};
    const double zero[2] = {0, 0};
    REFUSED(crm_value_history(2, most, zero, 0, 0, &out, &err), CRM_E_DOMAIN, 2);
    assert_int_equal(crm_value_history(1, m + 3, t, 2, .1, &out, &err), CRM_OK);
    assert_true(isnan(out));
    assert_int_equal(crm_value_history(1, m, m + 3, 2, .1, &out, &err), CRM_OK);
    assert_true(isnan(out));
    assert_int_equal(crm_value_history(1, zero, t, 1e6, .1, &out, &err), CRM_OK);
    assert_true(out == 0);
    assert_int_equal(crm_value_history(0, NULL, NULL, 2, .1, &out, &err), CRM_OK);
    assert_true(out == 0);
    REFUSED(crm_equity_total(-1, m, &out, &err), CRM_E_ARGUMENT, 1);
    REFUSED(crm_equity_total(1, NULL, &out, &err), CRM_E_NULL, 2);
    REFUSED(crm_equity_total(1, m, NULL, &err), CRM_E_NULL, 3);
    REFUSED(crm_equity_total(4, m, &out, &err), CRM_E_DOMAIN, 2);
    assert_int_equal(err.row, 2);
    REFUSED(crm_equity_total(1, m + 3, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_equity_total(2, most, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_equity_return(NAN, 1, 1, &out, &err), CRM_E_DOMAIN, 1);
    REFUSED(crm_equity_return(1, 0, 1, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_equity_return(1, INFINITY, 1, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_equity_return(1, 1, NAN, &out, &err), CRM_E_DOMAIN, 3);
    REFUSED(crm_equity_return(1, 1e-308, 1e308, &out, &err), CRM_E_DOMAIN, 2);
    REFUSED(crm_equity_return(1, 1, 1, NULL, &err), CRM_E_NULL, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discount),
        cmocka_unit_test(test_retention),
        cmocka_unit_test(test_value),
        cmocka_unit_test(test_history_and_equity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
