/* The elementary functions: their bounds, special values, and the same bits from every instruction set. */
#include "test.h"

#include "numeric/elementary.h"
#include "numeric/elementary_kernel.h"

#include "elementary.inc"

typedef double (*function)(double);
typedef void (*strip)(int64_t, const double *, double *);

static double exp_of(double x)
{
    return crm_i_exp(x);
}

static double expm1_of(double x)
{
    return crm_i_expm1(x);
}

static double log_of(double x)
{
    return crm_i_log(x);
}

static double log1p_of(double x)
{
    return crm_i_log1p(x);
}

static double exp_core_of(double x)
{
    return crm_i_exp_core(x);
}

static double expm1_core_of(double x)
{
    return crm_i_expm1_core(x);
}

static double log_core_of(double x)
{
    return crm_i_log_core(x);
}

static double log1p_core_of(double x)
{
    return crm_i_log1p_core(x);
}

/* The distance of two doubles at x. */
static double unit_of(double x)
{
    int e;
    frexp(x, &e);
    return ldexp(1.0, e - 53 < -1074 ? -1074 : e - 53);
}

static void check_bound(const char *name, function f, const double (*row)[3], size_t rows, double units)
{
    double worst = 0.0;
    for (size_t i = 0; i < rows; i++) {
        const double error = fabs((f(row[i][0]) - row[i][1]) - row[i][2]) / unit_of(row[i][1]);
        if (!(error <= units)) {
            print_error("%s(%.17g) = %.17g: %.3f units off\n", name, row[i][0], f(row[i][0]), error);
            fail();
        }
        worst = error > worst ? error : worst;
    }
    /* A bound that is never approached would not notice a worse scheme. */
    assert_true(worst > 0.45 * units);
}
#define CHECK_BOUND(name, units)                                                                             \
    check_bound(#name, name##_of, name##_reference,                                                          \
                sizeof name##_reference / sizeof name##_reference[0], units)

static void test_bounds(void **state)
{
    (void)state;
    CHECK_BOUND(exp, 1.0);
    CHECK_BOUND(expm1, 1.25);
    CHECK_BOUND(log, 1.0);
    CHECK_BOUND(log1p, 1.0);
}

static void test_special_values(void **state)
{
    (void)state;
    const double infinity = (double)INFINITY;
    const double nan_ = (double)NAN;
    assert_same_bits(crm_i_exp(0.0), 1.0);
    assert_same_bits(crm_i_exp(-0.0), 1.0);
    assert_same_bits(crm_i_exp(infinity), infinity);
    assert_same_bits(crm_i_exp(-infinity), 0.0);
    assert_same_bits(crm_i_exp(709.79), infinity);
    assert_same_bits(crm_i_exp(-745.2), 0.0);
    assert_same_bits(crm_i_exp(-745.1), 0x1p-1074);
    assert_same_bits(crm_i_exp(1e308), infinity);
    assert_same_bits(crm_i_exp(-1e308), 0.0);
    assert_same_bits(crm_i_exp(5e-324), 1.0);
    assert_true(isnan(crm_i_exp(nan_)));

    assert_same_bits(crm_i_expm1(0.0), 0.0);
    assert_same_bits(crm_i_expm1(-0.0), -0.0);
    assert_same_bits(crm_i_expm1(5e-324), 5e-324);
    assert_same_bits(crm_i_expm1(-5e-324), -5e-324);
    assert_same_bits(crm_i_expm1(infinity), infinity);
    assert_same_bits(crm_i_expm1(709.79), infinity);
    assert_same_bits(crm_i_expm1(-infinity), -1.0);
    assert_same_bits(crm_i_expm1(-1e300), -1.0);
    assert_true(isnan(crm_i_expm1(nan_)));

    assert_same_bits(crm_i_log(1.0), 0.0);
    assert_same_bits(crm_i_log(0.0), -infinity);
    assert_same_bits(crm_i_log(-0.0), -infinity);
    assert_same_bits(crm_i_log(infinity), infinity);
    assert_true(isnan(crm_i_log(-1.0)));
    assert_true(isnan(crm_i_log(-5e-324)));
    assert_true(isnan(crm_i_log(-infinity)));
    assert_true(isnan(crm_i_log(nan_)));

    assert_same_bits(crm_i_log1p(0.0), 0.0);
    assert_same_bits(crm_i_log1p(-0.0), -0.0);
    assert_same_bits(crm_i_log1p(5e-324), 5e-324);
    assert_same_bits(crm_i_log1p(-1.0), -infinity);
    assert_same_bits(crm_i_log1p(infinity), infinity);
    assert_true(isnan(crm_i_log1p(-1.0000000000000002)));
    assert_true(isnan(crm_i_log1p(-infinity)));
    assert_true(isnan(crm_i_log1p(nan_)));
}

static uint64_t hash(uint64_t i)
{
    uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

enum { POINTS = 131072 };

/* One point in four any bits at all, the others between low and high. */
static double point(uint64_t i, double low, double high)
{
    const uint64_t h = hash(i);
    if (i % 4 == 0)
        return crm_i_bits_double(h);
    return low + (high - low) * ((double)(int64_t)(h >> 11) * 0x1p-53);
}

static int same(double a, double b)
{
    return (isnan(a) && isnan(b)) || test_bits(a) == test_bits(b);
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

/* Every level gives the scalar's bits, and these are the same on every machine: the sum is a fixed number. */
static void check_strips(const char *name, function scalar, const strip *level, double low, double high,
                         uint64_t sum)
{
    double *x = malloc(POINTS * sizeof *x);
    double *y = malloc(POINTS * sizeof *y);
    double *want = malloc(POINTS * sizeof *want);
    assert_non_null(x);
    assert_non_null(y);
    assert_non_null(want);
    uint64_t got = 0;
    for (uint64_t i = 0; i < POINTS; i++) {
        x[i] = point(i, low, high);
        want[i] = scalar(x[i]);
        got = hash(got ^ (isnan(want[i]) ? 1 : test_bits(want[i])));
    }
    if (got != sum) {
        print_error("%s: sum 0x%016llx\n", name, (unsigned long long)got);
        fail();
    }
    for (int isa = 0; isa < 3; isa++) {
        if (!has_isa(isa))
            continue;
        /* An odd length, so that the remainder of the vector loop is met too. */
        level[isa](POINTS - 3, x, y);
        level[isa](3, x + POINTS - 3, y + POINTS - 3);
        for (int i = 0; i < POINTS; i++) {
            if (!same(y[i], want[i])) {
                print_error("%s, level %d, at %a: %a, not %a\n", name, isa, x[i], y[i], want[i]);
                fail();
            }
        }
        memcpy(y, x, POINTS * sizeof *y);
        level[isa](POINTS, y, y);
        for (int i = 0; i < POINTS; i++)
            assert_true(same(y[i], want[i]));
    }
    free(x);
    free(y);
    free(want);
}
#define LEVELS(name)                                                                                         \
    (const strip[])                                                                                          \
    {                                                                                                        \
        CRM_I_KERNEL_PICK(0, crm_i_##name##_strip), CRM_I_KERNEL_PICK(1, crm_i_##name##_strip),              \
            CRM_I_KERNEL_PICK(2, crm_i_##name##_strip)                                                       \
    }

static void test_same_bits(void **state)
{
    (void)state;
    check_strips("exp", exp_of, LEVELS(exp), -60.0, 60.0, UINT64_C(0xab890470c1b9f872));
    check_strips("expm1", expm1_of, LEVELS(expm1), -30.0, 30.0, UINT64_C(0x74a5b9b02e4004ef));
    check_strips("log", log_of, LEVELS(log), 0.0, 40.0, UINT64_C(0x782af015935eee8e));
    check_strips("log1p", log1p_of, LEVELS(log1p), -1.0, 40.0, UINT64_C(0xcf0426896a022f00));
}

static void check_core(function full, function core, double low, double high)
{
    for (uint64_t i = 1; i < 40000; i++) {
        const double x = low + (high - low) * ((double)(int64_t)(hash(i) >> 11) * 0x1p-53);
        assert_same_bits(full(x), core(x));
    }
}

/* In range the short forms are the full ones. */
static void test_core(void **state)
{
    (void)state;
    check_core(exp_of, exp_core_of, -708.0, 708.0);
    check_core(exp_of, exp_core_of, -2.0, 2.0);
    check_core(expm1_of, expm1_core_of, -708.0, 708.0);
    check_core(expm1_of, expm1_core_of, -2.0, 2.0);
    check_core(expm1_of, expm1_core_of, -40.0, -35.0);
    check_core(expm1_of, expm1_core_of, -1e-17, 1e-17);
    check_core(log_of, log_core_of, 2.3e-308, 1.7e308);
    check_core(log_of, log_core_of, 2.3e-308, 1e-300);
    check_core(log_of, log_core_of, 0.5, 2.0);
    check_core(log1p_of, log1p_core_of, -0.9999999, 3.0);
    check_core(log1p_of, log1p_core_of, 0x1p52, 0x1p55);
    check_core(log1p_of, log1p_core_of, 1e10, 1e30);
    check_core(log1p_of, log1p_core_of, -1e-17, 1e300);
    assert_same_bits(crm_i_log1p_core(1e-17), 1e-17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
