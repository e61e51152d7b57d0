/* Jets against derivatives written out by hand. */
#include "test.h"

#include "numeric/jet.h"

enum { K = 3 };

typedef struct crm_i_jet jet;

static jet variable(double v, int i)
{
    return crm_i_jet_variable(K, v, i, 1.0);
}

/* f at a, whose partials are (1, -2, 0.5), must have value v and the partials dv times those. */
static void check(jet got, double v, double dv)
{
    const double inner[K] = {1.0, -2.0, 0.5};
    assert_relative(got.v, v, 1e-14);
    for (int i = 0; i < K; i++)
        assert_relative(got.d[i], dv * inner[i], 1e-13);
}

static jet at(double x)
{
    jet a = crm_i_jet_constant(K, x);
    a.d[0] = 1.0;
    a.d[1] = -2.0;
    a.d[2] = 0.5;
    return a;
}

static void test_functions_of_one(void **unused)
{
    (void)unused;
    const double x[] = {1e-3, 0.3, 1.0, 2.5, 17.0};
    for (int i = 0; i < 5; i++) {
        const double v = x[i];
        check(crm_i_jet_exp(K, at(v)), exp(v), exp(v));
        check(crm_i_jet_expm1(K, at(v)), expm1(v), exp(v));
        check(crm_i_jet_log1p(K, at(v)), log1p(v), 1.0 / (1.0 + v));
        check(crm_i_jet_sqrt(K, at(v)), sqrt(v), 0.5 / sqrt(v));
        check(crm_i_jet_power(K, at(v), -1.7), pow(v, -1.7), -1.7 * pow(v, -2.7));
        check(crm_i_jet_inverse(K, at(v)), 1.0 / v, -1.0 / (v * v));
        check(crm_i_jet_scale(K, at(v), -3.0), -3.0 * v, -3.0);
        check(crm_i_jet_shift(K, at(v), 4.0), v + 4.0, 1.0);
        const jet log_v = crm_i_jet_log(K, at(v));
        assert_close(log_v.v, log(v), 1e-15);
        assert_relative(log_v.d[1], -2.0 / v, 1e-15);
    }
    check(crm_i_jet_expm1(K, at(-40.0)), -1.0, exp(-40.0));
}

/* At whole and half numbers lgamma, digamma and trigamma are known in closed form. */
static void test_gamma_functions(void **unused)
{
    (void)unused;
    const double euler = 0.57721566490153286061;
    const double pi = acos(-1.0);
    const jet four = crm_i_jet_lgamma(K, at(4.0));
    check(four, log(6.0), 11.0 / 6.0 - euler);
    const jet half = crm_i_jet_lgamma(K, at(0.5));
    check(half, 0.5 * log(pi), -euler - 2.0 * log(2.0));
    check(crm_i_jet_digamma(K, at(4.0)), 11.0 / 6.0 - euler, pi * pi / 6.0 - 49.0 / 36.0);
    check(crm_i_jet_digamma(K, at(0.5)), -euler - 2.0 * log(2.0), pi * pi / 2.0);
}

static void test_functions_of_two(void **unused)
{
    (void)unused;
    const double a = 1.7;
    const double b = -0.6;
    const jet x = variable(a, 0);
    const jet y = variable(b, 2);
    const jet sum = crm_i_jet_add(K, x, y);
    assert_true(sum.v == a + b && sum.d[0] == 1.0 && sum.d[1] == 0.0 && sum.d[2] == 1.0);
    const jet difference = crm_i_jet_subtract(K, x, y);
    assert_true(difference.v == a - b && difference.d[0] == 1.0 && difference.d[2] == -1.0);
    const jet product = crm_i_jet_multiply(K, x, y);
    assert_true(product.v == a * b && product.d[0] == b && product.d[1] == 0.0 && product.d[2] == a);
    const jet ratio = crm_i_jet_divide(K, x, y);
    assert_true(ratio.v == a / b);
    assert_relative(ratio.d[0], 1.0 / b, 1e-15);
    assert_relative(ratio.d[2], -a / (b * b), 1e-15);
    const jet power = crm_i_jet_power_jet(K, x, y);
    assert_relative(power.v, pow(a, b), 1e-15);
    assert_relative(power.d[0], b * pow(a, b - 1.0), 1e-14);
    assert_relative(power.d[2], pow(a, b) * log(a), 1e-14);
    const jet constant = crm_i_jet_constant(K, 9.0);
    assert_true(constant.v == 9.0 && constant.d[0] == 0.0 && constant.d[2] == 0.0);
}

/* A quantity written once, by the logarithms of its parameters: the NBD probability of no purchase. */
static void test_a_quantity(void **unused)
{
    (void)unused;
    enum { N = 2 };
    const double r = 0.25;
    const double alpha = 4.4;
    const double t = 39.0;
    const jet log_r = crm_i_jet_variable(N, r, 0, r);         /* d/d log r */
    const jet log_alpha = crm_i_jet_variable(N, alpha, 1, alpha);
    /* (alpha / (alpha + t))^r */
    const jet base = crm_i_jet_divide(N, log_alpha, crm_i_jet_shift(N, log_alpha, t));
    const jet zero = crm_i_jet_power_jet(N, base, log_r);
    const double want = pow(alpha / (alpha + t), r);
    assert_relative(zero.v, want, 1e-15);
    assert_relative(zero.d[0], want * r * log(alpha / (alpha + t)), 1e-14);
    assert_relative(zero.d[1], want * r * t / (alpha + t), 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_of_one),
        cmocka_unit_test(test_gamma_functions),
        cmocka_unit_test(test_functions_of_two),
        cmocka_unit_test(test_a_quantity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
