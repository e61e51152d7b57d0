/* The worked figures of lifetime value, to the digits shown, and the identities between them. */
#include "test.h"

#include "crmcore/lifetime.h"

static double present(double flow, double rate, int32_t timing)
{
    const double flows[4] = {0.0, flow, flow, flow};
    double out = NAN;
    assert_int_equal(crm_discount_present(3, flows, rate, timing, &out, NULL), CRM_OK);
    return out;
}

static double worth(double m, double r, double i, double g, int64_t periods, int32_t timing)
{
    double out = NAN;
    assert_int_equal(crm_retention_value(1, &m, &r, i, g, periods, timing, &out, NULL), CRM_OK);
    return out;
}

#define FIGURE(got, want, digits) assert_true(fabs((got) - (want)) <= 0.5000001 * pow(10.0, -(digits)))

static void test_present(void **state)
{
    (void)state;
    FIGURE(present(100, .1, CRM_TIMING_END), 248.6852, 4);
    FIGURE(present(100, .1, CRM_TIMING_MID), 260.8232, 4);
    FIGURE(present(100, .1, CRM_TIMING_BEGIN), 273.5537, 4);
    double out = NAN;
    assert_int_equal(crm_discount_stream(100, 3, .1, &out, NULL), CRM_OK);
    FIGURE(out, 260.9220, 4);
    for (double i = -.4; i < 2; i += .13) {
        const double end = present(100, i, CRM_TIMING_END);
        assert_relative(present(100, i, CRM_TIMING_BEGIN), end * (1 + i), 5e-16);
        assert_relative(present(100, i, CRM_TIMING_MID), end * sqrt(1 + i), 5e-16);
    }
    const double flows[3] = {.1, .2, -.3};
    for (int32_t timing = 1; timing <= 3; timing++) {
        assert_int_equal(crm_discount_present(2, flows, 0, timing, &out, NULL), CRM_OK);
        assert_true(out == 0x1p-55); /* the plain sum of the three doubles, exactly */
    }
    assert_int_equal(crm_discount_present(0, flows, .5, CRM_TIMING_END, &out, NULL), CRM_OK);
    assert_true(out == .1);
    assert_int_equal(crm_discount_stream(5, INFINITY, .1, &out, NULL), CRM_OK);
    assert_relative(out, 5 / log(1.1), 1e-15);
    assert_int_equal(crm_discount_stream(5, 7, 0, &out, NULL), CRM_OK);
    assert_true(out == 35);
}

static void test_rates(void **state)
{
    (void)state;
    double effective = NAN;
    double continuous = NAN;
    assert_int_equal(crm_discount_rate(.1, 1.0 / 12, &effective, &continuous, NULL), CRM_OK);
    FIGURE(effective * 100, .797414, 6);
    assert_relative(continuous, log(1.1) / 12, 1e-15);
    assert_int_equal(crm_discount_rate(.1, 1, &effective, NULL, NULL), CRM_OK);
    assert_relative(effective, .1, 5e-16);
    assert_int_equal(crm_discount_rate(.1, 1, NULL, &continuous, NULL), CRM_OK);
    assert_relative(continuous, log1p(.1), 5e-16);
    double real = NAN;
    assert_int_equal(crm_discount_real(.10, .04, &real, NULL), CRM_OK);
    FIGURE(real * 100, 5.76923, 5);
    assert_int_equal(crm_discount_real(.1, .1, &real, NULL), CRM_OK);
    assert_true(real == 0);
    /* What is not asked for may be beyond the range. */
    assert_int_equal(crm_discount_rate(1e100, 10, NULL, &continuous, NULL), CRM_OK);
    assert_relative(continuous, 1000 * 2.302585092994046, 1e-15);
    assert_int_equal(crm_discount_rate(1e100, 10, &continuous, NULL, NULL), CRM_E_DOMAIN);
}

static void test_retention(void **state)
{
    (void)state;
    FIGURE(worth(100, .8, .1, 0, 0, CRM_TIMING_END), 266.6667, 4);
    FIGURE(worth(100, .8, .1, 0, 0, CRM_TIMING_BEGIN), 366.6667, 4);
    FIGURE(worth(100, .8, .1, 0, 0, CRM_TIMING_MID), 279.6824, 4);
    FIGURE(worth(100, .8, .1, 0, 5, CRM_TIMING_END), 212.4097, 4);
    FIGURE(worth(100, .8, .1, 0, 0, CRM_TIMING_END) - worth(100, .8, .1, 0, 5, CRM_TIMING_END), 54.2569, 4);
    FIGURE(worth(100, .8, .1, .05, 0, CRM_TIMING_END), 307.6923, 4);
    const double table[4][4] = {
        {1.20, 1.15, 1.11, 1.07}, {1.75, 1.67, 1.59, 1.52}, {2.67, 2.50, 2.35, 2.22}, {4.50, 4.09, 3.75, 3.46}};
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            FIGURE(worth(1, .6 + a * .1, .10 + b * .02, 0, 0, CRM_TIMING_END), table[a][b], 2);
    FIGURE((worth(100, .9, .1, 0, 0, 1) + worth(100, .5, .1, 0, 0, 1)) / 2, 266.67, 2);
    FIGURE(worth(100, .7, .1, 0, 0, 1), 175.00, 2);
    assert_true(worth(-100, .8, .1, 0, 0, 1) == -worth(100, .8, .1, 0, 0, 1));
    assert_true(worth(100, 0, .1, 0, 0, CRM_TIMING_END) == 0);
    assert_true(worth(100, 0, .1, 0, 7, CRM_TIMING_BEGIN) == 100);
    assert_true(worth(1, 1, 0, 0, 1000000, CRM_TIMING_END) == 1000000);
    for (int64_t n = 1; n < 400; n++) {
        const double begin = worth(100, .8, .1, .02, n, CRM_TIMING_BEGIN);
        assert_relative(worth(100, .8, .1, .02, n, CRM_TIMING_END), begin * .8 / 1.1, 1e-15);
    }
}

/* Constant vectors give the closed form. */
static void test_schedule(void **state)
{
    (void)state;
    enum { N = 200 };
    double margin[N];
    double retention[N];
    const double i[] = {.1, 0, .5, -.05};
    for (int c = 0; c < 4; c++) {
        for (int64_t n = 0; n <= N; n += 20) {
            for (int t = 0; t < N; t++) {
                margin[t] = 100;
                retention[t] = .8;
            }
            double got = NAN;
            for (int32_t timing = CRM_TIMING_END; timing <= CRM_TIMING_MID; timing++) {
                assert_int_equal(crm_retention_schedule(n, margin, retention, i[c], timing, &got, NULL), CRM_OK);
                assert_relative(got, n > 0 ? worth(100, .8, i[c], 0, n, timing) : 0, 1e-12);
            }
            retention[0] = 1;
            assert_int_equal(crm_retention_schedule(n, margin, retention, i[c], CRM_TIMING_BEGIN, &got, NULL), CRM_OK);
            assert_relative(got, n > 0 ? worth(100, .8, i[c], 0, n, CRM_TIMING_BEGIN) : 0, 1e-12);
        }
    }
}

static void test_parts_of_value(void **state)
{
    (void)state;
    const double f = 4;
    const double order = 50;
    const double rate = .5;
    const double capital = 200;
    double out = NAN;
    assert_int_equal(crm_value_margin(1, &f, &order, &rate, NULL, 0, &out, NULL), CRM_OK);
    assert_true(out == 100);
    FIGURE(worth(out, .8, .1, 0, 0, CRM_TIMING_END), 266.6667, 4);
    assert_int_equal(crm_value_margin(1, &f, &order, &rate, &capital, .12, &out, NULL), CRM_OK);
    assert_true(out == 76);
    const double current[2] = {100, NAN};
    const double potential[2] = {-30, 1};
    double sum[2];
    assert_int_equal(crm_value_decision(2, current, potential, sum, NULL), CRM_OK);
    assert_true(sum[0] == 70 && isnan(sum[1]));
    const double margin[3] = {10, 20, -5};
    const double time[3] = {0, 1, 2};
    assert_int_equal(crm_value_history(3, margin, time, 2, 0, &out, NULL), CRM_OK);
    assert_true(out == 25);
    assert_int_equal(crm_value_history(3, margin, time, 2, .1, &out, NULL), CRM_OK);
    assert_relative(out, 10 * 1.21 + 20 * 1.1 - 5, 1e-15);
}

static void test_equity(void **state)
{
    (void)state;
    double out = NAN;
    assert_int_equal(crm_equity_return(10, 100, 98, &out, NULL), CRM_OK);
    FIGURE(out * 100, 8, 12);
    /* No order changes a bit, and a value of nothing nothing. */
    double value[1001];
    uint64_t seed = 7;
    for (int k = 0; k < 1000; k++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        value[k] = ((double)(int64_t)seed) * ldexp(1.0, (int)(seed >> 58) - 60);
    }
    value[1000] = 0;
    double want = NAN;
    assert_int_equal(crm_equity_total(1001, value, &want, NULL), CRM_OK);
    for (int round = 0; round < 20; round++) {
        for (int k = 1000; k > 0; k--) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const int other = (int)((seed >> 33) % (unsigned)(k + 1));
            const double v = value[k];
            value[k] = value[other];
            value[other] = v;
        }
        assert_int_equal(crm_equity_total(1001, value, &out, NULL), CRM_OK);
        assert_same_bits(out, want);
    }
    const double cancel[4] = {1e300, 1, -1e300, 1e-300};
    assert_int_equal(crm_equity_total(4, cancel, &out, NULL), CRM_OK);
    assert_true(out == 1);
    assert_int_equal(crm_equity_total(0, NULL, &out, NULL), CRM_OK);
    assert_same_bits(out, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_present),  cmocka_unit_test(test_rates),          cmocka_unit_test(test_retention),
        cmocka_unit_test(test_schedule), cmocka_unit_test(test_parts_of_value), cmocka_unit_test(test_equity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
