/* The closed forms against 60 digits: the bounds that the header promises, in units in the last place. */
#include "test.h"

#include "crmcore/lifetime.h"
#include "lifetime/power.h"

#include "lifetime.inc"

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

/* How many units got is away from want. */
static double units(double got, double want)
{
    if (got == want)
        return 0.0;
    int exponent;
    frexp(want, &exponent);
    return fabs(got - want) / ldexp(1.0, exponent - 53);
}

static void expect(double got, double want, double bound, double *worst, const char *what, int i)
{
    const double u = units(got, want);
    if (!(u <= bound)) {
        print_error("%s %d: got %.17g, want %.17g: %.3g units, allowed %.3g\n", what, i, got, want, u, bound);
        fail();
    }
    *worst = u > *worst ? u : *worst;
}

static void test_power(void **state)
{
    (void)state;
    double power = 0.0;
    double less_one = 0.0;
    for (int i = 0; i < COUNT(power_case); i++) {
        const crm_i_pair log = crm_i_power_log(power_case[i].rate);
        expect(crm_i_power(log, power_case[i].t), power_case[i].power, 2.0, &power, "power", i);
        expect(crm_i_power_less_one(log, power_case[i].t), power_case[i].less_one, 2.5, &less_one, "less one", i);
    }
    print_message("power %.2f units, less one %.2f\n", power, less_one);
}

static void test_stream(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < COUNT(stream_case); i++) {
        double got = NAN;
        assert_int_equal(crm_discount_stream(stream_case[i].flow, stream_case[i].length, stream_case[i].rate, &got,
                                             NULL),
                         CRM_OK);
        expect(got, stream_case[i].want, 5.0, &worst, "stream", i);
    }
    print_message("stream %.2f units\n", worst);
}

static void test_rate(void **state)
{
    (void)state;
    double effective = 0.0;
    double continuous = 0.0;
    for (int i = 0; i < COUNT(rate_case); i++) {
        double e = NAN;
        double c = NAN;
        assert_int_equal(crm_discount_rate(rate_case[i].rate, rate_case[i].per, &e, &c, NULL), CRM_OK);
        expect(e, rate_case[i].effective, 3.0, &effective, "effective", i);
        expect(c, rate_case[i].continuous, 1.0, &continuous, "continuous", i);
    }
    print_message("effective %.2f units, continuous %.2f\n", effective, continuous);
}

static void test_value(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < COUNT(value_case); i++) {
        double got = NAN;
        assert_int_equal(crm_retention_value(1, &value_case[i].margin, &value_case[i].retention, value_case[i].rate,
                                             value_case[i].growth, value_case[i].periods, value_case[i].timing, &got,
                                             NULL),
                         CRM_OK);
        expect(got, value_case[i].want, 2.0, &worst, "value", i);
    }
    print_message("retention %.2f units over %d cases\n", worst, COUNT(value_case));
}

static void test_series(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < COUNT(series_case); i++) {
        const double rate = series_case[i].rate;
        double got = NAN;
        assert_int_equal(crm_discount_present(FLOWS - 1, series_case[i].flow, rate, series_case[i].timing, &got, NULL),
                         CRM_OK);
        expect(got, series_case[i].present, 1.0, &worst, "present", i);
        assert_int_equal(crm_retention_schedule(FLOWS, series_case[i].flow, series_case[i].retention, rate,
                                                series_case[i].timing, &got, NULL),
                         CRM_OK);
        expect(got, series_case[i].schedule, 1.0, &worst, "schedule", i);
        assert_int_equal(crm_value_history(FLOWS, series_case[i].flow, series_case[i].retention, 20.5, rate, &got, NULL),
                         CRM_OK);
        assert_relative(got, series_case[i].history, 1e-14);
    }
    print_message("present and schedule %.2f units\n", worst);
}

/* Whether a series converges is judged on the doubles given: here 1 + rate - retention (1 + growth) is 2^-135 exactly. */
static void test_convergence(void **state)
{
    (void)state;
    const double margin = 1;
    const double retention = 1 - 0x1p-53;
    const double growth = 0x1p-30 + 0x1p-82;
    const double rate = 0x1p-30 - 0x1p-53 + 0x1p-83;
    double got = 5;
    double worst = 0.0;
    assert_int_equal(crm_retention_value(1, &margin, &retention, rate, growth, 0, CRM_TIMING_END, &got, NULL), CRM_OK);
    expect(got, retention * 0x1p135, 2.0, &worst, "for ever", 0);
    const double less = rate - 0x1p-83; /* which leaves 2^-135 - 2^-83 */
    assert_int_equal(crm_retention_value(1, &margin, &retention, less, growth, 0, CRM_TIMING_END, &got, NULL),
                     CRM_BAD_ROWS);
    assert_true(isnan(got));
}

/* The time that a margin has been compounded is no double here. */
static void test_history(void **state)
{
    (void)state;
    const double margin = 1;
    const double time = .3;
    double got = 5;
    double worst = 0.0;
    assert_int_equal(crm_value_history(1, &margin, &time, 1000.1, .1, &got, NULL), CRM_OK);
    expect(got, 0x1.64124c0573e5ap+137, 2.5, &worst, "history", 0); /* mpmath: 1.1 ** (1000.1 - .3), of the doubles */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power), cmocka_unit_test(test_stream), cmocka_unit_test(test_rate),
        cmocka_unit_test(test_value), cmocka_unit_test(test_series), cmocka_unit_test(test_convergence),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
