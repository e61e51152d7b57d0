/* The rule for sums over whole numbers: exact for polynomials, and to rounding for what is smooth enough. */
#include "test.h"

#include "numeric/whole_sum.h"

enum { NODES = CRM_I_WHOLE_SUM_NODES };

static void test_rule(void **state)
{
    (void)state;
    const double length[] = {64, 65, 100, 1000, 1e6, 0x1p40};
    for (size_t l = 0; l < sizeof length / sizeof *length; l++) {
        const double n = length[l];
        double node[NODES], weight[NODES], total = 0, first = 0;
        crm_i_whole_sum_rule(n, node, weight);
        for (int k = 0; k < NODES; k++) {
            assert_true(weight[k] > 0 && node[k] > .5 && node[k] < n + .5);
            assert_true(k == 0 || node[k] < node[k - 1]);
            total += weight[k];
            first += weight[k] * node[k];
        }
        assert_relative(total, n, 1e-15);
        assert_relative(first, n * (n + 1) / 2, 1e-15);
    }
}

/* Powers of y in (-1, 1), each sum by itself. */
static void test_polynomials(void **state)
{
    (void)state;
    const int length[] = {64, 65, 97, 1000};
    for (size_t l = 0; l < sizeof length / sizeof *length; l++) {
        const int n = length[l];
        double node[NODES], weight[NODES];
        crm_i_whole_sum_rule(n, node, weight);
        for (int degree = 0; degree < 20; degree++) {
            double want = 0, got = 0;
            for (int j = 1; j <= n; j++)
                want += pow((2.0 * j - 1 - n) / n, degree) / n;
            for (int k = 0; k < NODES; k++)
                got += weight[k] / n * pow((2 * node[k] - 1 - n) / n, degree);
            assert_close(got, want, 1e-14); /* the plain sum rounds, too */
        }
    }
}

/* As far from a singularity as a panel comes: sum of 1/(m + j)^2 over j = 1 .. m. */
static void test_tail(void **state)
{
    (void)state;
    const int length[] = {64, 100, 1000, 100000};
    for (size_t l = 0; l < sizeof length / sizeof *length; l++) {
        const int n = length[l];
        double node[NODES], weight[NODES], got = 0;
        long double want = 0;
        crm_i_whole_sum_rule(n, node, weight);
        for (int j = n; j >= 1; j--)
            want += 1 / ((long double)(n + j) * (n + j));
        for (int k = 0; k < NODES; k++)
            got += weight[k] / ((n + node[k]) * (n + node[k]));
        assert_relative(got, (double)want, 3e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_polynomials),
        cmocka_unit_test(test_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
