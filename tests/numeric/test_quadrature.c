/* The Gauss rules: nodes and weights against 40 digits, moments, and refusals. */
#include "test.h"

#include "numeric/quadrature.h"

#include "quadrature.inc"

enum { MAX = CRM_I_QUADRATURE_MAX };
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static void test_beta(void **state)
{
    (void)state;
    size_t row = 0;
    for (size_t i = 0; i < ROWS(beta_rules); i++) {
        const int n = (int)beta_rules[i][0];
        const double a = beta_rules[i][1];
        const double b = beta_rules[i][2];
        double node[MAX];
        double weight[MAX];
        assert_int_equal(crm_i_gauss_jacobi_beta(n, a, b, node, weight), 0);
        double total = 0.0;
        /* Where the measure is narrow, sd/mean <= 1/30, a node's rounding counts for more in its weight. */
        const double narrow = fmax(1.0, sqrt(fmin(a, b)));
        for (int j = 0; j < n; j++) {
            const double *want = beta_reference[row++];
            assert_relative(node[j], want[0], 3e-15);
            assert_relative(weight[j], want[1], 1e-13 * narrow);
            assert_close(weight[j], want[1], 2e-15 * narrow);
            assert_true(j == 0 || node[j] > node[j - 1]);
            total += weight[j];
        }
        assert_close(total, 1.0, 2e-15 * narrow);
    }
    assert_int_equal(row, ROWS(beta_reference));
}

static void test_legendre(void **state)
{
    (void)state;
    size_t row = 0;
    for (size_t i = 0; i < ROWS(legendre_rules); i++) {
        const int n = legendre_rules[i];
        double node[MAX];
        double weight[MAX];
        assert_int_equal(crm_i_gauss_legendre(n, node, weight), 0);
        double total = 0.0;
        for (int j = 0; j < n; j++) {
            const double *want = legendre_reference[row++];
            assert_relative(node[j], want[0], 2e-15);
            assert_relative(weight[j], want[1], 5e-13);
            assert_close(weight[j], want[1], 1e-15);
            assert_same_bits(weight[j], weight[n - 1 - j]);
            total += weight[j];
        }
        assert_close(total, 1.0, 2e-15);
    }
    assert_int_equal(row, ROWS(legendre_reference));
}

/* E p^m = prod (a + j)/(a + b + j), to the last degree that the rule gets right. */
static void check_moments(int n, double a, double b, double tolerance)
{
    double node[MAX];
    double power[MAX];
    assert_int_equal(crm_i_gauss_jacobi_beta(n, a, b, node, power), 0);
    double want = 1.0;
    for (int m = 0; m < 2 * n && want > 1e-290; m++) {
        double got = 0.0;
        for (int j = 0; j < n; j++)
            got += power[j];
        assert_relative(got, want, tolerance);
        for (int j = 0; j < n; j++)
            power[j] *= node[j];
        want *= (a + m) / (a + b + m);
    }
}

static void test_moments(void **state)
{
    (void)state;
    const double a[] = {0.001, 0.04, 0.8, 1.0, 5.0, 30.0, 900.0};
    const double b[] = {0.001, 0.04, 1.0, 2.4, 12.4, 102.4, 1002.4, 10002.4, 100002.4};
    for (size_t i = 0; i < ROWS(a); i++)
        for (size_t k = 0; k < ROWS(b); k++)
            for (int n = 1; n <= 32; n += n < 12 ? 1 : 5)
                check_moments(n, a[i], b[k], 1e-13);
    check_moments(128, 0.8, 2.4, 1e-12);
    check_moments(128, 0.001, 0.001, 1e-12);
    check_moments(64, 1e6, 1e6, 1e-12);
}

static void test_refusals(void **state)
{
    (void)state;
    double v[2][MAX];
    v[0][0] = 7.0;
    assert_int_equal(crm_i_gauss_legendre(0, v[0], v[1]), -1);
    assert_int_equal(crm_i_gauss_legendre(MAX + 1, v[0], v[1]), -1);
    assert_int_equal(crm_i_gauss_jacobi_beta(0, 1.0, 1.0, v[0], v[1]), -1);
    assert_int_equal(crm_i_gauss_jacobi_beta(4, 0.0, 1.0, v[0], v[1]), -1);
    assert_int_equal(crm_i_gauss_jacobi_beta(4, 1.0, (double)NAN, v[0], v[1]), -1);
    assert_int_equal(crm_i_gauss_jacobi_beta(4, 1.0, 2e6, v[0], v[1]), -1);
    assert_true(v[0][0] == 7.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beta),
        cmocka_unit_test(test_legendre),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
