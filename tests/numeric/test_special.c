/* The special functions against 40-digit references, at the bounds their header states (in u = 2^-53, plus
 * half a unit for the rounding of the reference). */
#include "test.h"

#include "numeric/special.h"
#include "numeric/special_inline.h"
#include "numeric/special_kernel.h"

#include "distribution.inc"
#include "special.inc"

#define U 0x1p-53
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* |got - want| <= units u scale. */
static void check(const char *name, const double *arguments, int count, double got, double want, double units,
                  double scale)
{
    const double error = fabs(got - want) / scale / U;
    if (error <= units + 0.5 || (got == want))
        return;
    print_error("%s(", name);
    for (int i = 0; i < count; i++)
        print_error("%s%.17g", i > 0 ? ", " : "", arguments[i]);
    print_error(") = %.17g, not %.17g: %.2f u off\n", got, want, error);
    fail();
}

static double at_least_one(double x)
{
    return fabs(x) > 1.0 ? fabs(x) : 1.0;
}

static double at_least(double floor, double x)
{
    return fabs(x) > floor ? fabs(x) : floor;
}

static void test_gamma(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(gamma_reference); i++) {
        const double *r = gamma_reference[i];
        check("lgamma", r, 1, crm_i_lgamma(r[0]), r[1], 4.0, fabs(r[1]));
        check("digamma", r, 1, crm_i_digamma(r[0]), r[2], 8.0, fabs(r[2]));
        check("trigamma", r, 1, crm_i_trigamma(r[0]), r[3], 6.0, fabs(r[3]));
    }
    for (size_t i = 0; i < ROWS(lgamma1p_reference); i++) {
        const double *r = lgamma1p_reference[i];
        check("lgamma1p", r, 1, crm_i_lgamma1p(r[0]), r[1], 5.0, fabs(r[1]));
    }
}

static void test_gamma_edges(void **state)
{
    (void)state;
    const double infinity = (double)INFINITY;
    assert_same_bits(crm_i_lgamma(1.0), 0.0);
    assert_same_bits(crm_i_lgamma(2.0), 0.0);
    assert_same_bits(crm_i_lgamma1p(0.0), 0.0);
    assert_same_bits(crm_i_lgamma(0.0), infinity);
    assert_same_bits(crm_i_lgamma(infinity), infinity);
    assert_same_bits(crm_i_lgamma(1e307), infinity);
    assert_relative(crm_i_lgamma(1e290), 6.667496769682733e+292, 1e-15);
    assert_same_bits(crm_i_digamma(0.0), -infinity);
    assert_same_bits(crm_i_digamma(infinity), infinity);
    assert_same_bits(crm_i_trigamma(0.0), infinity);
    assert_same_bits(crm_i_trigamma(infinity), 0.0);
    const double bad[] = {-1.0, -1e-300, (double)NAN, -infinity};
    for (size_t i = 0; i < ROWS(bad); i++) {
        assert_true(isnan(crm_i_lgamma(bad[i])));
        assert_true(isnan(crm_i_lgamma1p(bad[i])));
        assert_true(isnan(crm_i_digamma(bad[i])));
        assert_true(isnan(crm_i_trigamma(bad[i])));
        assert_true(isnan(crm_i_lgamma_ratio(bad[i], 1.0)));
        assert_true(isnan(crm_i_lgamma_ratio(1.0, bad[i])));
        assert_true(isnan(crm_i_digamma_ratio(1.0, bad[i])));
        assert_true(isnan(crm_i_digamma_ratio(bad[i], 1.0)));
        assert_true(isnan(crm_i_trigamma_ratio(bad[i], 1.0)));
        assert_true(isnan(crm_i_lgamma_cross(bad[i], 1.0, 1.0)));
        assert_true(isnan(crm_i_lgamma_cross(1.0, 1.0, bad[i])));
        assert_true(isnan(crm_i_trigamma_ratio(1.0, bad[i])));
        assert_true(isnan(crm_i_lbeta(bad[i], 1.0)));
        assert_true(isnan(crm_i_lbeta(1.0, bad[i])));
        assert_true(isnan(crm_i_lgamma_cross(1.0, bad[i], 1.0)));
        assert_true(isnan(crm_i_lbeta_ratio(1.0, 1.0, 1.0, bad[i])));
        assert_true(isnan(crm_i_digamma_cross(bad[i], 1.0, 1.0)));
        assert_true(isnan(crm_i_digamma_cross(1.0, bad[i], 1.0)));
        assert_true(isnan(crm_i_digamma_cross(1.0, 1.0, bad[i])));
        assert_true(isnan(crm_i_trigamma_cross(bad[i], 1.0, 1.0)));
        assert_true(isnan(crm_i_trigamma_cross(1.0, bad[i], 1.0)));
        assert_true(isnan(crm_i_trigamma_cross(1.0, 1.0, bad[i])));
        assert_true(isnan(crm_i_gamma_p(bad[i], 1.0)));
        assert_true(isnan(crm_i_gamma_q(1.0, bad[i])));
        assert_true(isnan(crm_i_normal_quantile(bad[i])));
    }
}

static void test_ratios(void **state)
{
    (void)state;
    /* beyond the sizes that pairs hold: x^n, n! and n ln x */
    assert_relative(crm_i_lgamma_ratio(1e16, 3.0), 48.0 * 2.302585092994045684, 1e-15);
    assert_same_bits(crm_i_lgamma_ratio(1.0, 1e17), crm_i_lgamma(1e17));
    assert_relative(crm_i_lgamma_ratio(1e201, 1e190), 1e190 * 201.0 * 2.302585092994045684, 1e-3);
    for (size_t i = 0; i < ROWS(ratio_reference); i++) {
        const double *r = ratio_reference[i];
        const double value = crm_i_lgamma_ratio(r[0], r[1]);
        const double floor = r[0] < 1.47 ? 0.005 * fmin(r[1], 1.0) : 0.0;
        check("lgamma_ratio", r, 2, value, r[2], 4.0, at_least(floor, r[2]));
        check("digamma_ratio", r, 2, crm_i_digamma_ratio(r[0], r[1]), r[3], 8.0, r[3]);
        check("trigamma_ratio", r, 2, crm_i_trigamma_ratio(r[0], r[1]), r[4], 10.0, -r[4]);
    }
    assert_same_bits(crm_i_lgamma_ratio(3.0, 0.0), 0.0);
    assert_same_bits(crm_i_lgamma_ratio(1.0, 1.0), 0.0);
    assert_relative(crm_i_lgamma_ratio(3.0, 1e17), 3.814394658089878e+18, 1e-15);
}

static void test_beta(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(lbeta_reference); i++) {
        const double *r = lbeta_reference[i];
        check("lbeta", r, 2, crm_i_lbeta(r[0], r[1]), r[2], 6.0, at_least(0.003, r[2]));
        assert_same_bits(crm_i_lbeta(r[0], r[1]), crm_i_lbeta(r[1], r[0]));
    }
    for (size_t i = 0; i < ROWS(lbeta_ratio_reference); i++) {
        const double *r = lbeta_ratio_reference[i];
        check("lbeta_ratio", r, 4, crm_i_lbeta_ratio(r[0], r[1], r[2], r[3]), r[4], 16.0, fabs(r[4]));
    }
    assert_same_bits(crm_i_lgamma_cross(2.0, 0.0, 5.0), 0.0);
}

static void test_crosses(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(cross_reference); i++) {
        const double *r = cross_reference[i];
        check("digamma_cross", r, 3, crm_i_digamma_cross(r[0], r[1], r[2]), r[3], 16.0, -r[3]);
        check("trigamma_cross", r, 3, crm_i_trigamma_cross(r[0], r[1], r[2]), r[4], 16.0, r[4]);
    }
    assert_true(crm_i_digamma_cross(2.0, 0.0, 5.0) == 0.0 && crm_i_trigamma_cross(2.0, 5.0, 0.0) == 0.0);
    /* far beyond: psi(x + q) - psi(x) without end */
    assert_relative(crm_i_digamma_cross(3.0, 1e130, 1.0), -1.0 / 3.0, 1e-15);
    assert_relative(crm_i_trigamma_cross(3.0, 1.0, 1e130), 1.0 / 9.0, 1e-15);
}

static void test_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(small_reference); i++) {
        const double *r = small_reference[i];
        check("log1p_minus", r, 1, crm_i_log1p_minus(r[0]), r[1], 6.0, fabs(r[1]));
        check("expm1_ratio", r, 1, crm_i_expm1_ratio(r[0]), r[2], 3.0, r[2]);
    }
    assert_same_bits(crm_i_expm1_ratio(0.0), 1.0);
    assert_same_bits(crm_i_expm1_ratio((double)INFINITY), (double)INFINITY);
    assert_same_bits(crm_i_expm1_ratio(-(double)INFINITY), 0.0);
    assert_same_bits(crm_i_log1p_minus(0.0), 0.0);
    assert_same_bits(crm_i_log1p_minus(-1.0), -(double)INFINITY);
    assert_same_bits(crm_i_log1p_minus((double)INFINITY), -(double)INFINITY);
    assert_relative(crm_i_log1p_minus(1e20), -1e20, 1e-15);
    assert_true(isnan(crm_i_log1p_minus(-1.1)));
    assert_true(isnan(crm_i_log1p_minus((double)NAN)));
}

static void test_quantile(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(quantile_reference); i++)
        assert_relative(crm_i_normal_quantile(quantile_reference[i][0]), quantile_reference[i][1], 1e-15);
    assert_same_bits(crm_i_normal_quantile(0.5), 0.0);
    assert_same_bits(crm_i_normal_quantile(0.0), -(double)INFINITY);
    assert_same_bits(crm_i_normal_quantile(1.0), (double)INFINITY);
    assert_true(isnan(crm_i_normal_quantile(1.1)));
}

static void test_incomplete(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(incomplete_reference); i++) {
        const double *r = incomplete_reference[i];
        const double p = crm_i_gamma_p(r[0], r[1]);
        const double q = crm_i_gamma_q(r[0], r[1]);
        check("gamma_p", r, 2, p, r[2], 1e-12 / U, r[2]);
        check("gamma_q", r, 2, q, r[3], 1e-12 / U, r[3] < r[2] || r[0] < 1.0 ? r[3] : 1.0);
        assert_close(p + q, 1.0, 2e-15);
    }
    const double infinity = (double)INFINITY;
    assert_same_bits(crm_i_gamma_p(2.0, 0.0), 0.0);
    assert_same_bits(crm_i_gamma_q(2.0, 0.0), 1.0);
    assert_same_bits(crm_i_gamma_p(2.0, infinity), 1.0);
    assert_same_bits(crm_i_gamma_q(infinity, 2.0), 1.0);
    assert_true(isnan(crm_i_gamma_q(infinity, infinity)));
    assert_same_bits(crm_i_gamma_q(3.0, 1e4), 0.0);
    assert_same_bits(crm_i_gamma_p(1e4, 1e-3), 0.0);
    assert_same_bits(crm_i_gamma_q(1e8, 2e8), 0.0);
    assert_same_bits(crm_i_gamma_p(1e8, 5e7), 0.0);
    assert_true(isnan(crm_i_gamma_p(0.0, 1.0)));
    /* Chi-square with one and two degrees of freedom at the 5 % points. */
    assert_relative(crm_i_gamma_q(0.5, 3.841458820694124 / 2.0), 0.05, 1e-14);
    assert_relative(crm_i_gamma_q(1.0, 5.991464547107979 / 2.0), 0.05, 1e-14);
}

static void test_inline(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(gamma_reference); i++) {
        const double *r = gamma_reference[i];
        if (r[0] < 1e-30)
            continue;
        double lg;
        double psi;
        double psi1;
        crm_i_lgamma3_core(r[0], &lg, &psi, &psi1);
        check("lgamma3", r, 1, lg, r[1], 16.0, at_least_one(r[1]));
        check("lgamma3 psi", r, 1, psi, r[2], 12.0, at_least_one(r[2]));
        check("lgamma3 psi1", r, 1, psi1, r[3], 10.0, r[3]);
    }
    for (size_t i = 0; i < ROWS(ratio_reference); i++) {
        const double *r = ratio_reference[i];
        if (r[1] < 1e-3)
            continue;
        const crm_i_gamma_step g = crm_i_lgamma_step_core(r[0], r[1]);
        const double end = r[0] + r[1];
        check("step ratio", r, 2, g.ratio, r[2], 24.0, at_least_one(r[2]));
        check("step psi", r, 2, g.psi_step, r[3], 16.0, at_least(1.0 / r[0], at_least_one(r[3])));
        check("step psi1", r, 2, g.psi1_step, r[4], 10.0, crm_i_trigamma(r[0]));
        check("step psi end", r, 2, g.psi_end, crm_i_digamma(end), 14.0, at_least_one(crm_i_digamma(end)));
        check("step psi1 end", r, 2, g.psi1_end, crm_i_trigamma(end), 14.0, crm_i_trigamma(end));
    }
}

static uint64_t hash(uint64_t i)
{
    uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int has_isa(int isa)
{
#if defined(CRM_I_DISPATCH)
    if (isa == CRM_I_ISA_AVX2)
        return __builtin_cpu_supports("avx2") != 0;
    if (isa == CRM_I_ISA_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
    return isa == CRM_I_ISA_BASE;
}

enum { POINTS = 100003 };

static double point(int i)
{
    return crm_i_exp(-20.0 + 40.0 * ((double)(int64_t)(hash((uint64_t)i) >> 11) * 0x1p-53));
}

/* Every level gives the scalar's bits, and these are the same on every machine. */
static void test_same_bits(void **state)
{
    (void)state;
    double *x = malloc(POINTS * sizeof *x);
    double *y = malloc(5 * POINTS * sizeof *y);
    assert_non_null(x);
    assert_non_null(y);
    uint64_t sum = 0;
    for (int i = 0; i < POINTS; i++)
        x[i] = point(i);
    for (int isa = 0; isa < 3; isa++) {
        if (!has_isa(isa))
            continue;
        CRM_I_KERNEL_PICK(isa, crm_i_gamma3_strip)(POINTS, x, y, y + POINTS, y + 2 * POINTS);
        for (int i = 0; i < POINTS; i++) {
            double g[3];
            crm_i_lgamma3_core(x[i], &g[0], &g[1], &g[2]);
            for (int k = 0; k < 3; k++) {
                assert_same_bits(y[k * POINTS + i], g[k]);
                if (isa == 0)
                    sum = hash(sum ^ test_bits(g[k]));
            }
        }
        CRM_I_KERNEL_PICK(isa, crm_i_gamma_step_strip)
        (POINTS, x, 3.75, y, y + POINTS, y + 2 * POINTS, y + 3 * POINTS, y + 4 * POINTS);
        for (int i = 0; i < POINTS; i++) {
            const crm_i_gamma_step g = crm_i_lgamma_step_core(x[i], 3.75);
            const double values[5] = {g.ratio, g.psi_step, g.psi1_step, g.psi_end, g.psi1_end};
            for (int k = 0; k < 5; k++) {
                assert_same_bits(y[k * POINTS + i], values[k]);
                if (isa == 0)
                    sum = hash(sum ^ test_bits(values[k]));
            }
        }
    }
    for (int i = 0; i < 4000; i++) {
        const double a = x[i];
        const double b = x[i + 4000];
        const double values[] = {
            crm_i_lgamma(a), crm_i_digamma(a), crm_i_trigamma(a), crm_i_lgamma_ratio(a, b),
            crm_i_digamma_ratio(a, b), crm_i_trigamma_ratio(a, b), crm_i_lbeta(a, b),
            crm_i_lbeta_ratio(a, b, b, a), crm_i_log1p_minus(a), crm_i_normal_quantile(a / (a + b)),
        };
        for (size_t k = 0; k < ROWS(values); k++)
            sum = hash(sum ^ test_bits(values[k]));
    }
    free(x);
    free(y);
    if (sum != UINT64_C(0x3c32189fffd70c70)) {
        print_error("sum 0x%016llx\n", (unsigned long long)sum);
        fail();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gamma),    cmocka_unit_test(test_gamma_edges), cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_beta),     cmocka_unit_test(test_crosses),     cmocka_unit_test(test_small),
        cmocka_unit_test(test_quantile), cmocka_unit_test(test_incomplete),  cmocka_unit_test(test_inline),
        cmocka_unit_test(test_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
