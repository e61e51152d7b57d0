/* Chebyshev series: exact for polynomials, converged for what is smooth, and not for what is not. */
#include "test.h"

#include "numeric/chebyshev.h"

enum { TERMS = CRM_I_CHEBYSHEV_TERMS };

static double sum(const double *c, double u)
{
    const double angle = acos(u);
    double s = 0;
    for (int j = 0; j < TERMS; j++)
        s += c[j] * cos(j * angle);
    return s;
}

static void points(void **state)
{
    (void)state;
    for (int i = 0; i < TERMS; i++)
        assert_true(fabs(crm_i_chebyshev_point(i) - cos((2 * i + 1) * acos(-1) / 32)) <= 1e-15);
}

static void smooth(void **state)
{
    (void)state;
    double value[2 * TERMS], c[TERMS];
    for (int i = 0; i < TERMS; i++)
        value[2 * i] = 1 / (8 + crm_i_chebyshev_point(i));
    assert_int_equal(crm_i_chebyshev_through(value, 2, c), 1);
    for (double u = -1; u <= 1; u += .125)
        assert_relative(sum(c, u), 1 / (8 + u), 2e-15);
}

static void steep(void **state)
{
    (void)state;
    double value[TERMS], c[TERMS];
    for (int i = 0; i < TERMS; i++)
        value[i] = 1 / (1.1 + crm_i_chebyshev_point(i));
    assert_int_equal(crm_i_chebyshev_through(value, 1, c), 0);
    for (int i = 0; i < TERMS; i++) /* through the points all the same */
        assert_relative(sum(c, crm_i_chebyshev_point(i)), value[i], 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(points), cmocka_unit_test(smooth),
                                       cmocka_unit_test(steep)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
