/* The constant Gauss-Legendre rules: against those made at run time, and by what they integrate. */
#include "test.h"

#include "numeric/legendre.h"
#include "numeric/quadrature.h"

static void test_rules(void **state)
{
    (void)state;
    const int counts[CRM_I_LEGENDRE_RULES] = {6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64};
    for (int k = 0; k < CRM_I_LEGENDRE_RULES; k++) {
        const crm_i_legendre *rule = &crm_i_legendre_rule[k];
        double node[CRM_I_LEGENDRE_MOST];
        double weight[CRM_I_LEGENDRE_MOST];
        assert_int_equal(rule->n, counts[k]);
        assert_int_equal(crm_i_gauss_legendre(rule->n, node, weight), 0);
        for (int j = 0; j < rule->n; j++) {
            assert_relative(rule->node[j], node[j], 2e-15);
            assert_relative(rule->weight[j], weight[j], 5e-13);
            assert_same_bits(rule->weight[j], rule->weight[rule->n - 1 - j]);
        }
    }
}

/* int_0^1 p^d dp = 1/(d + 1) up to d = 2n - 1, and not beyond. */
static void test_moments(void **state)
{
    (void)state;
    for (int k = 0; k < CRM_I_LEGENDRE_RULES; k++) {
        const crm_i_legendre *rule = &crm_i_legendre_rule[k];
        for (int d = 0; d <= 2 * rule->n; d++) {
            double sum = 0.0;
            for (int j = 0; j < rule->n; j++)
                sum += rule->weight[j] * pow(rule->node[j], d);
            if (d < 2 * rule->n)
                assert_relative(sum, 1.0 / (d + 1), 1e-14);
            else if (rule->n <= 10)
                assert_true(sum < 1.0 / (d + 1) * (1.0 - 1e-12));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
