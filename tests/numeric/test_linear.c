/* Linear algebra against matrices whose inverses and eigenvalues are known, and against its own defining
 * equations. */
#include "test.h"

#include "numeric/linear.h"

static uint64_t state = 3;

static double uniform(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) * 0x1p-52 - 1.0;
}

enum { MOST = 40 };

static void test_eigen_known(void **unused)
{
    (void)unused;
    double a[] = {2, 1, (double)NAN, 2}; /* 1 and 3 */
    double value[3];
    double vector[9];
    assert_int_equal(crm_i_eigen_symmetric(2, a, value, vector), 0);
    assert_close(value[0], 1.0, 1e-15);
    assert_close(value[1], 3.0, 1e-15);
    assert_close(vector[0], sqrt(0.5), 1e-15);
    assert_close(vector[1], -sqrt(0.5), 1e-15);
    assert_close(vector[2], sqrt(0.5), 1e-15);
    assert_close(vector[3], sqrt(0.5), 1e-15);
    /* graded: the small eigenvalue of D (1 c; c 1) D keeps its digits */
    const double c = 0.5;
    double graded[] = {1e20, c * 1e10, c * 1e10, 1};
    assert_int_equal(crm_i_eigen_symmetric(2, graded, value, vector), 0);
    assert_relative(value[0], 0.75, 1e-14);
    assert_relative(value[1], 1e20, 1e-14);
    double nothing[] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    assert_int_equal(crm_i_eigen_symmetric(3, nothing, value, vector), 0);
    assert_true(value[0] == 0.0 && value[2] == 0.0 && vector[0] == 1.0 && vector[4] == 1.0);
    double off[] = {0, 1e-200, 1e-200, 0}; /* nothing on the diagonal to compare with */
    assert_int_equal(crm_i_eigen_symmetric(2, off, value, vector), 0);
    assert_relative(value[0], -1e-200, 1e-14);
    double far[] = {1e200, 1e20, 1e20, 1}; /* theta^2 would overflow */
    assert_int_equal(crm_i_eigen_symmetric(2, far, value, vector), 0);
    assert_relative(value[0], 1.0, 1e-14);
    double hollow[] = {1e200, 1e20, 1e20, 0}; /* here it is not below the rounding */
    assert_int_equal(crm_i_eigen_symmetric(2, hollow, value, vector), 0);
    assert_relative(value[0], -1e-160, 1e-14);
    const double bad[] = {(double)NAN, (double)INFINITY};
    for (int i = 0; i < 2; i++) {
        double m[] = {1, bad[i], 0, 1};
        assert_int_equal(crm_i_eigen_symmetric(2, m, value, vector), 1);
        assert_true(isnan(value[0]) && isnan(value[1]) && isnan(vector[3]));
    }
    assert_int_equal(crm_i_eigen_symmetric(0, a, value, vector), 0);
}

static void test_eigen_equations(void **unused)
{
    (void)unused;
    static double a[MOST * MOST];
    static double copy[MOST * MOST];
    static double vector[MOST * MOST];
    double value[MOST];
    for (int n = 1; n <= MOST; n += 13) {
        for (int j = 0; j < n; j++)
            for (int i = j; i < n; i++)
                a[j * n + i] = a[i * n + j] = uniform();
        memcpy(copy, a, sizeof a);
        assert_int_equal(crm_i_eigen_symmetric(n, copy, value, vector), 0);
        for (int j = 0; j < n; j++) {
            assert_true(j == 0 || value[j - 1] <= value[j]);
            for (int i = 0; i < n; i++) {
                double av = 0.0;
                double vv = 0.0;
                for (int p = 0; p < n; p++) {
                    av += a[p * n + i] * vector[j * n + p];
                    vv += vector[i * n + p] * vector[j * n + p];
                }
                assert_close(av, value[j] * vector[j * n + i], 1e-13);
                assert_close(vv, i == j ? 1.0 : 0.0, 1e-14);
            }
        }
    }
}

static void test_condition(void **unused)
{
    (void)unused;
    const double value[] = {0.5, 1.0, 4.0};
    const double zero[] = {0.0, 1.0};
    const double negative[] = {-1e-20, 1.0};
    const double nan[] = {(double)NAN, 1.0};
    assert_true(crm_i_condition(3, value) == 8.0);
    assert_true(isinf(crm_i_condition(2, zero)) && isinf(crm_i_condition(2, negative)));
    assert_true(isnan(crm_i_condition(2, nan)));
    assert_true(crm_i_condition(0, value) == 1.0);
}

static void test_lu(void **unused)
{
    (void)unused;
    double a[] = {0, 1, 4, 2, 0, 1, 1, 3, 0}; /* rows (0 2 1), (1 0 3), (4 1 0) */
    int pivot[3];
    double b[] = {7, 10, 6}; /* A (1, 2, 3) */
    assert_int_equal(crm_i_lu(3, a, pivot), 0);
    crm_i_lu_solve(3, a, pivot, b);
    for (int i = 0; i < 3; i++)
        assert_close(b[i], i + 1.0, 1e-15);
    double singular[] = {1, 2, 2, 4};
    assert_int_equal(crm_i_lu(2, singular, pivot), 2);
    double bad[] = {(double)INFINITY, 2, 2, 4};
    assert_int_equal(crm_i_lu(2, bad, pivot), 1);
    static double large[MOST * MOST];
    static double copy[MOST * MOST];
    int large_pivot[MOST];
    double x[MOST];
    double y[MOST];
    for (int i = 0; i < MOST * MOST; i++)
        copy[i] = large[i] = uniform();
    for (int i = 0; i < MOST; i++) {
        x[i] = uniform();
        y[i] = 0.0;
    }
    for (int j = 0; j < MOST; j++)
        for (int i = 0; i < MOST; i++)
            y[i] += large[j * MOST + i] * x[j];
    assert_int_equal(crm_i_lu(MOST, copy, large_pivot), 0);
    crm_i_lu_solve(MOST, copy, large_pivot, y);
    for (int i = 0; i < MOST; i++)
        assert_close(y[i], x[i], 1e-11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eigen_known),
        cmocka_unit_test(test_eigen_equations),
        cmocka_unit_test(test_condition),
        cmocka_unit_test(test_lu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
