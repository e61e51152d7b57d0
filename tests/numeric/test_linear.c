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

/* B B' + I */
static void positive(int n, double *a)
{
    static double b[MOST * MOST];
    for (int i = 0; i < n * n; i++)
        b[i] = uniform();
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < n; i++) {
            double sum = i == j ? 1.0 : 0.0;
            for (int p = 0; p < n; p++)
                sum += b[p * n + i] * b[p * n + j];
            a[j * n + i] = sum;
        }
    }
}

static void test_cholesky(void **unused)
{
    (void)unused;
    /* [4 2 2; 2 5 3; 2 3 6] = L L', L = [2; 1 2; 1 1 2], inverse by cofactors / 64 */
    double a[] = {4, 2, 2, (double)NAN, 5, 3, (double)NAN, (double)NAN, 6};
    const double want[] = {2, 1, 1, 0, 2, 1, 0, 0, 2};
    assert_int_equal(crm_i_cholesky(3, a), 0);
    for (int j = 0; j < 3; j++)
        for (int i = j; i < 3; i++)
            assert_true(a[3 * j + i] == want[3 * j + i]);
    double b[] = {8, 10, 11}; /* A (1, 1, 1) */
    crm_i_cholesky_solve(3, a, b);
    for (int i = 0; i < 3; i++)
        assert_close(b[i], 1.0, 1e-15);
    double inverse[9];
    const double cofactor[] = {21, -6, -4, -6, 20, -8, -4, -8, 16};
    crm_i_cholesky_inverse(3, a, inverse);
    for (int i = 0; i < 9; i++)
        assert_close(inverse[i], cofactor[i] / 64.0, 1e-16);
    const double nan = (double)NAN;
    const double bad[][4] = {{-1, 0, 0, 1}, {1, 2, 2, 1}, {1, nan, 0, 1}, {(double)INFINITY, 0, 0, 1}};
    const int want_status[] = {1, 2, 2, 1};
    for (int i = 0; i < 4; i++) {
        double m[4];
        memcpy(m, bad[i], sizeof m);
        assert_int_equal(crm_i_cholesky(2, m), want_status[i]);
        memcpy(m, bad[i], sizeof m);
        assert_int_equal(crm_i_spd_inverse(2, m, inverse), want_status[i]);
        for (int j = 0; j < 4; j++)
            assert_true(isnan(inverse[j]));
    }
    assert_int_equal(crm_i_cholesky(0, a), 0);
}

static void test_inverse_times_matrix(void **unused)
{
    (void)unused;
    static double a[MOST * MOST];
    static double copy[MOST * MOST];
    static double inverse[MOST * MOST];
    for (int n = 1; n <= MOST; n += 13) {
        positive(n, a);
        memcpy(copy, a, sizeof a);
        assert_int_equal(crm_i_spd_inverse(n, copy, inverse), 0);
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < n; i++) {
                double sum = 0.0;
                for (int p = 0; p < n; p++)
                    sum += a[p * n + i] * inverse[j * n + p];
                assert_close(sum, i == j ? 1.0 : 0.0, 1e-13);
                assert_same_bits(inverse[j * n + i], inverse[i * n + j]);
            }
        }
    }
}

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

static void test_forms(void **unused)
{
    (void)unused;
    const double c[] = {2, -1, -1, 3};
    const double g[] = {1, 2};
    const double h[] = {5, -1};
    assert_true(crm_i_quadratic_form(2, c, g) == 10.0); /* 2 - 4 + 12 */
    assert_true(crm_i_bilinear_form(2, c, g, h) == -5.0);
    /* what is left when 1e16 cancels */
    const double large[] = {1e16, -1e16, -1e16, 1e16 + 2};
    const double ones[] = {1, 1};
    assert_true(crm_i_quadratic_form(2, large, ones) == 2.0);
    const double tight[] = {1.0 + 0x1p-30, -1.0, -1.0, 1.0 - 0x1p-30};
    const double u[] = {1.0 - 0x1p-30, 1.0};
    /* (1+e)(1-e)^2 - 2(1-e) + (1-e) = (1-e)((1-e^2) - 1) = -e^2 (1-e) */
    assert_relative(crm_i_quadratic_form(2, tight, u), -0x1p-60 * (1.0 - 0x1p-30), 1e-15);
    const double infinite[] = {(double)INFINITY, 0, 0, 1};
    assert_true(crm_i_quadratic_form(2, infinite, ones) == (double)INFINITY);
    const double nan[] = {(double)NAN, 0, 0, 1};
    assert_true(isnan(crm_i_quadratic_form(2, nan, ones)));
    assert_true(crm_i_quadratic_form(0, c, g) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cholesky),
        cmocka_unit_test(test_inverse_times_matrix),
        cmocka_unit_test(test_eigen_known),
        cmocka_unit_test(test_eigen_equations),
        cmocka_unit_test(test_condition),
        cmocka_unit_test(test_lu),
        cmocka_unit_test(test_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
