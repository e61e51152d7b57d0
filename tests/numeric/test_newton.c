/* The Newton maximiser on functions whose maximum, or lack of one, is known. */
#include "test.h"

#include "numeric/elementary.h"
#include "numeric/newton.h"
#include "numeric/special.h"

#include "newton.inc"

static struct crm_i_newton fit;
static struct crm_i_newton_report report;

typedef void function(const double *x, double *value, double *g, double *h);

/* Fits from start; the number of evaluations. */
static int maximise(function *f, int k, const double *start, const double *lower, const double *upper)
{
    double value;
    double g[CRM_I_NEWTON_MAX];
    static double h[CRM_I_NEWTON_MAX * CRM_I_NEWTON_MAX];
    crm_i_newton_start(&fit, k, start, lower, upper, 0, 0);
    while (fit.status == CRM_I_NEWTON_RUNNING) {
        f(crm_i_newton_ask(&fit), &value, g, h);
        const int status = crm_i_newton_tell(&fit, value, g, h);
        assert_int_equal(status, fit.status);
        const double *ask = crm_i_newton_ask(&fit);
        for (int i = 0; i < k; i++)
            assert_true(ask[i] >= fit.lower[i] && ask[i] <= fit.upper[i]);
    }
    crm_i_newton_finish(&fit, &report);
    return fit.evaluations;
}

static void quadratic(const double *x, double *value, double *g, double *h)
{
    const double a = x[0] - 1.0;
    const double b = x[1] + 2.0;
    *value = 5.0 - 2.0 * a * a - a * b - b * b;
    g[0] = -4.0 * a - b;
    g[1] = -a - 2.0 * b;
    h[0] = -4.0;
    h[1] = -1.0;
    h[2] = (double)NAN; /* the upper triangle is not read */
    h[3] = -2.0;
}

static void test_quadratic(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.0};
    const int evaluations = maximise(quadratic, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
    assert_true(evaluations <= 3);
    assert_close(fit.x[0], 1.0, 1e-15);
    assert_close(fit.x[1], -2.0, 1e-15);
    assert_close(fit.value, 5.0, 1e-15);
    assert_int_equal(report.identified, 1);
    assert_int_equal(report.free_count, 2);
    /* -H = [4 1; 1 2]: eigenvalues 3 -+ sqrt 2, inverse [2 -1; -1 4] / 7 */
    assert_close(report.smallest, 3.0 - sqrt(2.0), 1e-14);
    assert_close(report.condition, (3.0 + sqrt(2.0)) / (3.0 - sqrt(2.0)), 1e-14);
    assert_close(report.covariance[0], 2.0 / 7.0, 1e-15);
    assert_close(report.covariance[1], -1.0 / 7.0, 1e-15);
    assert_close(report.covariance[2], -1.0 / 7.0, 1e-15);
    assert_close(report.covariance[3], 4.0 / 7.0, 1e-15);
    const double side = sqrt(2.0) - 1.0; /* eigenvector of the smallest: (-side, 1) */
    assert_close(report.flat[1], 1.0 / sqrt(1.0 + side * side), 1e-14);
    assert_close(report.flat[0], -side / sqrt(1.0 + side * side), 1e-14);
    /* deaf afterwards */
    assert_int_equal(crm_i_newton_tell(&fit, 0.0, start, start), CRM_I_NEWTON_CONVERGED);
    assert_int_equal(fit.evaluations, evaluations);
}

static void test_quadratic_far_away(void **unused)
{
    (void)unused;
    const double start[] = {29.0, -29.0};
    maximise(quadratic, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
    assert_close(fit.x[0], 1.0, 1e-14);
    assert_close(fit.x[1], -2.0, 1e-14);
    assert_true(fit.evaluations < 22); /* 40 away in steps of 3 at first */
}

static void banana(const double *x, double *value, double *g, double *h)
{
    const double a = 1.0 - x[0];
    const double b = x[1] - x[0] * x[0];
    *value = -a * a - 100.0 * b * b;
    g[0] = 2.0 * a + 400.0 * x[0] * b;
    g[1] = -200.0 * b;
    h[0] = -2.0 + 400.0 * b - 800.0 * x[0] * x[0];
    h[1] = 400.0 * x[0];
    h[2] = h[1];
    h[3] = -200.0;
}

static void test_rosenbrock(void **unused)
{
    (void)unused;
    const double start[][2] = {{-1.2, 1.0}, {0.0, 20.0}, {-5.0, -5.0}, {1.0, 1.0}};
    for (int i = 0; i < 4; i++) {
        const int evaluations = maximise(banana, 2, start[i], NULL, NULL);
        assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
        assert_close(fit.x[0], 1.0, 1e-12);
        assert_close(fit.x[1], 1.0, 1e-12);
        assert_true(evaluations < 50);
    }
}

/* Only the sum of the logarithms matters. */
static void ridge(const double *x, double *value, double *g, double *h)
{
    const double s = x[0] + x[1] - 3.0;
    *value = -100.0 - 50.0 * s * s - x[2] * x[2];
    g[0] = g[1] = -100.0 * s;
    g[2] = -2.0 * x[2];
    for (int i = 0; i < 9; i++)
        h[i] = 0.0;
    h[0] = h[1] = h[3] = h[4] = -100.0;
    h[8] = -2.0;
}

static void test_ridge_is_reported(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.5, 1.0};
    maximise(ridge, 3, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_FLAT);
    assert_close(fit.x[0] + fit.x[1], 3.0, 1e-12);
    assert_close(fit.value, -100.0, 1e-12);
    assert_int_equal(report.identified, 0);
    assert_true(fabs(report.smallest) < 1e-12);
    assert_true(report.condition > 1e12);
    assert_close(report.flat[0], sqrt(0.5), 1e-12);
    assert_close(report.flat[1], -sqrt(0.5), 1e-12);
    assert_close(report.flat[2], 0.0, 1e-12);
}

static void rising(const double *x, double *value, double *g, double *h)
{
    *value = -crm_i_exp(-x[0]);
    g[0] = -*value;
    h[0] = *value;
}

/* Falls off in x[1], and levels off as x[0] grows. */
static void rising_beside(const double *x, double *value, double *g, double *h)
{
    const double e = crm_i_exp(-x[0]);
    const double b = x[1] - 0.5;
    *value = -1000.0 - 1e6 * e - 10.0 * b * b;
    g[0] = 1e6 * e;
    g[1] = -20.0 * b;
    h[0] = -1e6 * e;
    h[1] = h[2] = 0.0;
    h[3] = -20.0;
}

static void test_supremum_at_infinity(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.0};
    int evaluations = maximise(rising, 1, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_AT_BOUND);
    assert_true(fit.x[0] == 30.0 && fit.held[0] == 1);
    assert_true(evaluations < 20);
    assert_int_equal(report.identified, 0);
    assert_int_equal(report.free_count, 0);
    assert_true(isnan(report.covariance[0]));
    evaluations = maximise(rising_beside, 2, start, NULL, NULL);
    assert_true(fit.status == CRM_I_NEWTON_AT_BOUND);
    assert_close(fit.x[1], 0.5, 1e-12);
    assert_true(evaluations < 30);
    assert_int_equal(report.identified, 0);
    assert_int_equal(report.free_count, 1);
    assert_close(report.covariance[3], 0.05, 1e-14);
    assert_true(isnan(report.covariance[0]) && isnan(report.covariance[1]) && isnan(report.covariance[2]));
    assert_true(report.flat[0] == 0.0);
    assert_close(report.flat[1], 1.0, 1e-15);
}

static void test_bounds(void **unused)
{
    (void)unused;
    /* the quadratic with x[0] <= 0.5: there x[1] = -2 + 0.25; with x[1] >= -1: x[0] = 1 - 0.25 */
    const double lower[] = {-3.0, -3.0};
    const double upper[] = {0.5, 3.0};
    const double start[] = {-10.0, 10.0};
    maximise(quadratic, 2, start, lower, upper);
    assert_int_equal(fit.status, CRM_I_NEWTON_AT_BOUND);
    assert_true(fit.x[0] == 0.5 && fit.held[0] == 1 && fit.held[1] == 0);
    assert_close(fit.x[1], -1.75, 1e-14);
    assert_close(report.covariance[3], 0.5, 1e-15);
    const double lower2[] = {-3.0, -1.0};
    const double upper2[] = {3.0, 3.0};
    const double start2[] = {-3.0, -1.0};
    maximise(quadratic, 2, start2, lower2, upper2);
    assert_int_equal(fit.status, CRM_I_NEWTON_AT_BOUND);
    assert_true(fit.x[1] == -1.0 && fit.held[1] == -1);
    assert_close(fit.x[0], 0.75, 1e-14);
    /* a start at a bound that does not bind is let go */
    const double upper3[] = {1.5, -1.9};
    const double start3[] = {1.5, -1.9};
    maximise(quadratic, 2, start3, lower, upper3);
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
    assert_close(fit.x[0], 1.0, 1e-14);
    assert_close(fit.x[1], -2.0, 1e-14);
}

/* Two parameters that must go together, to (10, 10). */
static void together(const double *x, double *value, double *g, double *h)
{
    const double a = x[0] - 10.0;
    const double b = x[1] - 10.0;
    *value = -0.5 * (a * a - 1.98 * a * b + b * b);
    g[0] = 0.99 * b - a;
    g[1] = 0.99 * a - b;
    h[0] = h[3] = -1.0;
    h[1] = h[2] = 0.99;
}

/* Cut off at x[0] = 1 alone, the first step would lose. */
static void test_a_bound_in_the_way_of_both(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.0};
    const double lower[] = {-30.0, -30.0};
    const double upper[] = {1.0, 30.0};
    maximise(together, 2, start, lower, upper);
    assert_int_equal(fit.status, CRM_I_NEWTON_AT_BOUND);
    assert_true(fit.x[0] == 1.0 && fit.held[0] == 1);
    assert_close(fit.x[1], 10.0 - 0.99 * 9.0, 1e-14);
    assert_true(fit.evaluations < 10);
}

/* log x - x, in x itself, with nothing at x <= 0. */
static void half_line(const double *x, double *value, double *g, double *h)
{
    *value = x[0] > 0.0 ? crm_i_log(x[0]) - x[0] : (double)NAN;
    g[0] = x[0] > 0.0 ? 1.0 / x[0] - 1.0 : (double)INFINITY;
    h[0] = x[0] > 0.0 ? -1.0 / (x[0] * x[0]) : (double)NAN;
}

static void test_not_finite(void **unused)
{
    (void)unused;
    const double start[] = {2.9};
    maximise(half_line, 1, start, NULL, NULL); /* the first full step would land at -2.6 */
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
    assert_close(fit.x[0], 1.0, 1e-15);
    const double outside[] = {-1.0};
    maximise(half_line, 1, outside, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_FAILED);
    assert_true(isnan(report.smallest) && isnan(report.condition) && isnan(report.covariance[0]));
    assert_int_equal(report.identified, 0);
}

/* A maximum of 0 at (+-1, 0) with a saddle at the origin; flat bottomed elsewhere. */
static void saddle(const double *x, double *value, double *g, double *h)
{
    const double q = x[0] * x[0] - 1.0;
    *value = -q * q - x[1] * x[1];
    g[0] = -4.0 * q * x[0];
    g[1] = -2.0 * x[1];
    h[0] = -12.0 * x[0] * x[0] + 4.0;
    h[1] = h[2] = 0.0;
    h[3] = -2.0;
}

static void test_saddle_is_left(void **unused)
{
    (void)unused;
    const double start[][2] = {{0.0, 0.0}, {0.0, 2.0}, {0.01, 0.0}};
    for (int i = 0; i < 3; i++) {
        maximise(saddle, 2, start[i], NULL, NULL);
        assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
        assert_close(fabs(fit.x[0]), 1.0, 1e-14);
        assert_close(fit.x[1], 0.0, 1e-14);
    }
}

/* The same ten times narrower: the first step off the saddle goes too far. */
static void narrow_saddle(const double *x, double *value, double *g, double *h)
{
    const double wide[] = {10.0 * x[0], x[1]};
    saddle(wide, value, g, h);
    g[0] *= 10.0;
    h[0] *= 100.0;
}

static void test_narrow_saddle_is_left(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.0};
    maximise(narrow_saddle, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
    assert_close(fabs(fit.x[0]), 0.1, 1e-14);
}

/* So near a saddle that the slope is below the tolerance, it still says on which side to leave. */
static void test_saddle_leaves_with_the_slope(void **unused)
{
    (void)unused;
    for (int side = -1; side <= 1; side += 2) {
        const double start[] = {side * 1e-12, 0.0};
        maximise(saddle, 2, start, NULL, NULL);
        assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
        assert_close(fit.x[0], side, 1e-14);
    }
}

/* Finite at the start and nowhere else. */
static void island(const double *x, double *value, double *g, double *h)
{
    quadratic(x, value, g, h);
    if (x[0] != 0.25)
        *value = (double)NAN;
}

static void test_nowhere_to_go(void **unused)
{
    (void)unused;
    const double start[] = {0.25, 0.0};
    const int evaluations = maximise(island, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_STALLED);
    assert_true(evaluations < 40);
    assert_true(fit.x[0] == 0.25 && fit.x[1] == 0.0);
    assert_int_equal(report.identified, 1); /* of the point; the status says that it is not the maximum */
}

static void test_start_at_the_maximum(void **unused)
{
    (void)unused;
    const double start[] = {1.0, -2.0};
    assert_int_equal(maximise(quadratic, 2, start, NULL, NULL), 1);
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
}

static void linear(const double *x, double *value, double *g, double *h)
{
    *value = 3.0 * x[0] - x[1];
    g[0] = 3.0;
    g[1] = -1.0;
    h[0] = h[1] = h[2] = h[3] = 0.0;
}

static void constant(const double *x, double *value, double *g, double *h)
{
    (void)x;
    *value = 7.0;
    g[0] = g[1] = 0.0;
    h[0] = h[1] = h[2] = h[3] = 0.0;
}

static void test_no_curvature(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.0};
    maximise(linear, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_AT_BOUND);
    assert_true(fit.x[0] == 30.0 && fit.x[1] == -30.0);
    maximise(constant, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_FLAT);
    assert_int_equal(fit.evaluations, 1);
}

static void liar(const double *x, double *value, double *g, double *h)
{
    quadratic(x, value, g, h);
    g[0] = -g[0] + 1.0;
    g[1] = -g[1];
}

static void test_wrong_gradient_stalls(void **unused)
{
    (void)unused;
    const double start[] = {3.0, 3.0};
    maximise(liar, 2, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_STALLED);
}

static void test_limit_and_bad_arguments(void **unused)
{
    (void)unused;
    const double start[] = {-1.2, 1.0};
    double value;
    double g[2];
    double h[4];
    crm_i_newton_start(&fit, 2, start, NULL, NULL, 1e-10, 3);
    while (fit.status == CRM_I_NEWTON_RUNNING) {
        banana(crm_i_newton_ask(&fit), &value, g, h);
        crm_i_newton_tell(&fit, value, g, h);
    }
    assert_int_equal(fit.status, CRM_I_NEWTON_LIMIT);
    assert_int_equal(fit.evaluations, 3);
    const double bad[] = {(double)NAN, 0.0};
    const double low[] = {1.0, 0.0};
    const double high[] = {1.0, 2.0};
    assert_int_equal(crm_i_newton_start(&fit, 0, start, NULL, NULL, 0, 0), CRM_I_NEWTON_FAILED);
    assert_int_equal(crm_i_newton_start(&fit, CRM_I_NEWTON_MAX + 1, start, NULL, NULL, 0, 0),
                     CRM_I_NEWTON_FAILED);
    assert_int_equal(crm_i_newton_start(&fit, 2, bad, NULL, NULL, 0, 0), CRM_I_NEWTON_FAILED);
    assert_int_equal(crm_i_newton_start(&fit, 2, start, low, high, 0, 0), CRM_I_NEWTON_FAILED);
    assert_int_equal(crm_i_newton_start(&fit, 2, start, NULL, NULL, 0, 0), CRM_I_NEWTON_RUNNING);
    crm_i_newton_finish(&fit, &report);
    assert_true(isnan(report.smallest));
}

static void nbd(const double *x, double *value, double *g, double *h)
{
    const double r = crm_i_exp(x[0]);
    const double a = crm_i_exp(x[1]);
    double v = 0.0;
    double gr = 0.0;
    double ga = 0.0;
    double hrr = 0.0;
    double hra = 0.0;
    double haa = 0.0;
    for (int c = 0; c < (int)(sizeof nbd_count / sizeof *nbd_count); c++) {
        const double n = nbd_count[c];
        const double lost = crm_i_log(a / (a + 1.0));
        v += n * (crm_i_lgamma(r + c) - crm_i_lgamma(r) - crm_i_lgamma(c + 1.0));
        v += n * (r * lost - c * crm_i_log(a + 1.0));
        gr += n * (crm_i_digamma(r + c) - crm_i_digamma(r) + lost);
        ga += n * (r / a - (r + c) / (a + 1.0));
        hrr += n * (crm_i_trigamma(r + c) - crm_i_trigamma(r));
        hra += n * (1.0 / a - 1.0 / (a + 1.0));
        haa += n * (-r / (a * a) + (r + c) / ((a + 1.0) * (a + 1.0)));
    }
    *value = v;
    g[0] = r * gr;
    g[1] = a * ga;
    h[0] = r * r * hrr + r * gr;
    h[1] = h[2] = r * a * hra;
    h[3] = a * a * haa + a * ga;
}

static void test_nbd(void **unused)
{
    (void)unused;
    const double start[][2] = {{0.0, 0.0}, {3.0, 3.0}, {-4.0, 2.0}, {-6.0, -6.0}, {10.0, 10.0}};
    for (int i = 0; i < 5; i++) {
        const int evaluations = maximise(nbd, 2, start[i], NULL, NULL);
        assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
        assert_close(fit.x[0], nbd_log_r, 1e-12);
        assert_close(fit.x[1], nbd_log_alpha, 1e-12);
        assert_relative(fit.value, nbd_value, 1e-14);
        for (int j = 0; j < 4; j++)
            assert_relative(report.covariance[j], nbd_covariance[j], 1e-11);
        assert_int_equal(report.identified, 1);
        print_message("NBD from (%g, %g): %d evaluations\n", start[i][0], start[i][1], evaluations);
        assert_true(evaluations <= (i == 0 ? 8 : 20));
    }
}

/* Many parameters: -sum (exp(x_i) - i x_i) - coupling; the maximum of each is log i without coupling. */
static void many(const double *x, double *value, double *g, double *h)
{
    enum { K = CRM_I_NEWTON_MAX };
    *value = 0.0;
    for (int i = 0; i < K * K; i++)
        h[i] = 0.0;
    for (int i = 0; i < K; i++) {
        const double e = crm_i_exp(x[i]);
        *value -= e - (i + 1) * x[i];
        g[i] = i + 1 - e;
        h[i * K + i] = -e;
    }
}

static void test_forty_parameters(void **unused)
{
    (void)unused;
    double start[CRM_I_NEWTON_MAX] = {0};
    const int evaluations = maximise(many, CRM_I_NEWTON_MAX, start, NULL, NULL);
    assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
    assert_true(evaluations <= 12);
    for (int i = 0; i < CRM_I_NEWTON_MAX; i++) {
        assert_close(fit.x[i], log(i + 1.0), 1e-14);
        assert_close(report.covariance[i * CRM_I_NEWTON_MAX + i], 1.0 / (i + 1.0), 1e-13);
    }
    assert_close(report.condition, 40.0, 1e-12);
}

/* What is told with noise below the last digits must still end, at the same place. */
static void noisy(const double *x, double *value, double *g, double *h)
{
    static uint32_t state = 1;
    nbd(x, value, g, h);
    for (int i = 0; i < 2; i++) {
        state = state * 1664525u + 1013904223u;
        g[i] += 1e-11 * ((double)state * 0x1p-31 - 1.0);
    }
    state = state * 1664525u + 1013904223u;
    *value += 1e-11 * ((double)state * 0x1p-31 - 1.0);
}

static void test_noise_ends(void **unused)
{
    (void)unused;
    const double start[] = {0.0, 0.0};
    for (int i = 0; i < 20; i++) {
        assert_true(maximise(noisy, 2, start, NULL, NULL) <= 12);
        assert_int_equal(fit.status, CRM_I_NEWTON_CONVERGED);
        assert_close(fit.x[0], nbd_log_r, 1e-11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quadratic),
        cmocka_unit_test(test_quadratic_far_away),
        cmocka_unit_test(test_rosenbrock),
        cmocka_unit_test(test_ridge_is_reported),
        cmocka_unit_test(test_supremum_at_infinity),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_a_bound_in_the_way_of_both),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_saddle_is_left),
        cmocka_unit_test(test_narrow_saddle_is_left),
        cmocka_unit_test(test_saddle_leaves_with_the_slope),
        cmocka_unit_test(test_nowhere_to_go),
        cmocka_unit_test(test_start_at_the_maximum),
        cmocka_unit_test(test_no_curvature),
        cmocka_unit_test(test_wrong_gradient_stalls),
        cmocka_unit_test(test_limit_and_bad_arguments),
        cmocka_unit_test(test_nbd),
        cmocka_unit_test(test_forty_parameters),
        cmocka_unit_test(test_noise_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
