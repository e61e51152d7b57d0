/* Differences of log-gamma and its derivatives, which plain subtraction would lose; the beta function. */
#include "numeric/elementary.h"
#include "numeric/pair.h"
#include "numeric/special.h"
#include "numeric/special_private.h"

enum { SHIFT = 10 };

/* How many steps of 1 take x to at least `least`. */
static int steps_to(double x, int least)
{
    return x < least ? (int)((double)(least + 1) - x) : 0;
}

/* (x + n)(x + n + 1)...: count factors. */
static crm_i_pair rising_product(double x, double n, int count)
{
    const crm_i_pair start = crm_i_pair_sum(x, n);
    crm_i_pair product = start;
    for (int j = 1; j < count; j++)
        product = crm_i_pair_multiply(product, crm_i_pair_add_double(start, j));
    return product;
}

/* ln Gamma(x), x < SHIFT. */
static crm_i_pair lgamma_pair(double x)
{
    const int steps = steps_to(x, SHIFT);
    const crm_i_pair main = crm_i_lgamma_stirling(crm_i_pair_sum(x, steps));
    return crm_i_pair_add(main, crm_i_pair_negate(crm_i_pair_log(rising_product(x, 0.0, steps))));
}

/* A polynomial s in z, times (w - z): s(w) - s(z) from w - z, which is known well. */
static double polynomial_step(const double *c, int n, double z, double w, double w_minus_z, double *at_z)
{
    double s = c[n - 1];
    double d = 0.0;
    for (int i = n - 2; i >= 0; i--) {
        d = d * w + s;
        s = s * z + c[i];
    }
    *at_z = s;
    return d * w_minus_z;
}

/* The Stirling series is v s(v^2), v = 1/y. */
static const double stirling[8] = {
    1.0 / 12.0,   -1.0 / 360.0,      1.0 / 1260.0, -1.0 / 1680.0,
    1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0,  -3617.0 / 122400.0,
};

/* rest(y + n) - rest(y). */
static double stirling_rest_step(double y, double n)
{
    const double v = 1.0 / y;
    const double w = 1.0 / (y + n);
    const double step = -n * v * w;
    double at_v;
    const double s_step = polynomial_step(stirling, 8, v * v, w * w, step * (v + w), &at_v);
    return step * at_v + w * s_step;
}

/* ln Gamma(y + n) - ln Gamma(y) = (y - 1/2) log1p(n/y) + n (ln(y + n) - 1) + rest(y + n) - rest(y), y >=
 * 10. */
static crm_i_pair ratio_stirling(crm_i_pair y, double n)
{
    const crm_i_pair step = crm_i_pair_of(n);
    const crm_i_pair end = crm_i_pair_add_double(y, n);
    const crm_i_pair growth = crm_i_pair_log1p(crm_i_pair_divide(step, y));
    const crm_i_pair slope = crm_i_pair_add_double(crm_i_pair_log(end), -1.0);
    const crm_i_pair first = crm_i_pair_multiply(crm_i_pair_add_double(y, -0.5), growth);
    const crm_i_pair sum = crm_i_pair_add(first, crm_i_pair_multiply(step, slope));
    return crm_i_pair_add_double(sum, stirling_rest_step(y.high, n));
}

static crm_i_pair ratio_pair(double x, double n)
{
    if (n <= SHIFT && n == (double)(int)n && x < 1e15)
        return crm_i_pair_log(rising_product(x, 0.0, (int)n));
    const int steps = steps_to(x, SHIFT);
    const crm_i_pair main = ratio_stirling(crm_i_pair_sum(x, steps), n);
    if (steps == 0)
        return main;
    const crm_i_pair below = rising_product(x, 0.0, steps);
    const crm_i_pair above = rising_product(x, n, steps);
    const crm_i_pair excess = crm_i_pair_add(above, crm_i_pair_negate(below));
    const crm_i_pair shift = crm_i_pair_log1p(crm_i_pair_divide(excess, below));
    return crm_i_pair_add(main, crm_i_pair_negate(shift));
}

/* In and outside the sizes where pairs neither overflow nor lose a small n. */
static int ratio_is_small(double x, double n)
{
    return n < 0x1p-36 * (x < 1.0 ? x : 1.0);
}

static double ratio_small(double x, double n)
{
    return n * (crm_i_digamma(x) + 0.5 * n * crm_i_trigamma(x));
}

double crm_i_lgamma_ratio(double x, double n)
{
    if (!(x > 0.0 && n >= 0.0))
        return CRM_I_NAN;
    if (n == 0.0)
        return 0.0;
    if (ratio_is_small(x, n))
        return ratio_small(x, n);
    if (n > 1e16 || x > 1e200)
        return crm_i_lgamma(x + n) - crm_i_lgamma(x);
    return crm_i_pair_value(ratio_pair(x, n));
}

/* s(z) with psi(y) = ln y - 1/(2y) + z s(z), z = 1/y^2. */
static const double psi_series[8] = {
    -1.0 / 12.0,  1.0 / 120.0,     -1.0 / 252.0, 1.0 / 240.0,
    -1.0 / 132.0, 691.0 / 32760.0, -1.0 / 12.0,  3617.0 / 8160.0,
};

double crm_i_digamma_ratio(double x, double n)
{
    if (!(x > 0.0 && n >= 0.0))
        return CRM_I_NAN;
    const int steps = steps_to(x, SHIFT);
    const double y = x + steps;
    const double end = y + n;
    const double v = 1.0 / y;
    const double w = 1.0 / end;
    const double square_step = -(n * v * w) * (v + w);
    double at_v;
    const double series_step = polynomial_step(psi_series, 8, v * v, w * w, square_step, &at_v);
    double sum = crm_i_log1p(n / y) + (0.5 * n * v * w + (square_step * at_v + w * w * series_step));
    for (int j = steps - 1; j >= 0; j--) {
        const double t = x + j;
        sum += n / (t * (t + n));
    }
    return sum;
}

/* s(z) with psi'(y) = v + v^2/2 + v^3 s(v^2). */
static const double psi1_series[8] = {
    1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0,
};

double crm_i_trigamma_ratio(double x, double n)
{
    if (!(x > 0.0 && n >= 0.0))
        return CRM_I_NAN;
    const int steps = steps_to(x, SHIFT);
    const double y = x + steps;
    const double v = 1.0 / y;
    const double w = 1.0 / (y + n);
    const double step = -n * v * w;
    const double square_step = step * (v + w);
    const double cube_step = step * (v * v + v * w + w * w);
    double at_v;
    const double series_step = polynomial_step(psi1_series, 8, v * v, w * w, square_step, &at_v);
    double sum = step + (0.5 * square_step + (cube_step * at_v + w * w * w * series_step));
    for (int j = steps - 1; j >= 0; j--) {
        const double a = 1.0 / (x + j);
        const double b = 1.0 / (x + j + n);
        sum -= n * a * b * (a + b);
    }
    return sum;
}

double crm_i_lbeta(double a, double b)
{
    if (!(a > 0.0 && b > 0.0))
        return CRM_I_NAN;
    const double s = a < b ? a : b;
    const double l = a < b ? b : a;
    if (s >= SHIFT) {
        const double main = (s - 0.5) * crm_i_log1p(l / s) + l * crm_i_log1p(s / l) + 0.5 * crm_i_log(l);
        const double rest = crm_i_stirling_rest(s) - stirling_rest_step(l, s);
        return (0x1.d67f1c864beb5p-1 - main) + rest;
    }
    if (ratio_is_small(l, s))
        return crm_i_lgamma(s) - ratio_small(l, s);
    return crm_i_pair_value(crm_i_pair_add(lgamma_pair(s), crm_i_pair_negate(ratio_pair(l, s))));
}

/* A value and its differences when p, when q, and when first p and then q is added to the argument. */
typedef struct {
    double value;
    double by_p;
    double by_q;
    double by_both;
} cross;

static cross cross_product(cross a, cross b)
{
    const double b_p = b.value + b.by_p;
    const double b_q = b.value + b.by_q;
    const cross r = {
        a.value * b.value,
        a.by_p * b_p + a.value * b.by_p,
        a.by_q * b_q + a.value * b.by_q,
        a.by_both * (b_p + (b.by_q + b.by_both)) + a.by_q * (b.by_p + b.by_both) +
            a.by_p * (b.by_q + b.by_both) + a.value * b.by_both,
    };
    return r;
}

/* The cross difference of the Stirling series. */
static double stirling_cross(double y, double p, double q)
{
    const double v = 1.0 / y;
    const double v_p = 1.0 / (y + p);
    const double v_q = 1.0 / (y + q);
    const double v_both = 1.0 / (y + p + q);
    const cross u = {v, -p * v * v_p, -q * v * v_q, p * q * v * v_p * v_q * v_both * (2.0 * y + p + q)};
    const cross z = cross_product(u, u);
    cross s = {stirling[7], 0.0, 0.0, 0.0};
    for (int i = 6; i >= 0; i--) {
        s = cross_product(s, z);
        s.value += stirling[i];
    }
    return cross_product(s, u).by_both;
}

double crm_i_lgamma_cross(double x, double p_in, double q_in)
{
    if (!(x > 0.0 && p_in >= 0.0 && q_in >= 0.0))
        return CRM_I_NAN;
    const double p = p_in < q_in ? q_in : p_in;
    const double q = p_in < q_in ? p_in : q_in;
    if (q == 0.0)
        return 0.0;
    const int steps = steps_to(x, SHIFT);
    /* prod (t + p)(t + q)/(t (t + p + q)) - 1 over t = x, x + 1, ...; every term is positive. */
    double excess = 0.0;
    for (int j = steps - 1; j >= 0; j--) {
        const double t = x + j;
        const double e = p / t * (q / (t + p + q));
        excess += e + excess * e;
    }
    const double y = x + steps;
    const double end = y + p;
    const double bend = end * crm_i_log1p_minus(q / end) - y * crm_i_log1p_minus(q / y);
    const double half = 0.5 * crm_i_log1p(p / y * (q / (end + q)));
    const double main = q * crm_i_log1p(p / (y + q)) + (bend + half);
    return main + stirling_cross(y, p, q) + crm_i_log1p(excess);
}

double crm_i_lbeta_ratio(double a, double b, double m, double n)
{
    /* First b + n after a + m, then a + m: two terms of one sign. */
    return -(crm_i_lgamma_cross(b, a + m, n) + crm_i_lgamma_cross(a, b, m));
}

/* Differences of differences see further into the series than these do, so it begins later. */
enum { CROSS_SHIFT = 16 };

/* The cross difference of 1/y, exact but for roundings: no term of it cancels. */
static double inverse_cross(double y, double p, double q)
{
    const double end = y + p + q;
    return p / (y + p) * (q / (y + q)) * ((2.0 * y + p + q) / end) / y;
}

static cross inverse_of(double y, double p, double q)
{
    const double v = 1.0 / y;
    const cross r = {v, -(p / (y + p)) * v, -(q / (y + q)) * v, inverse_cross(y, p, q)};
    return r;
}

/* The cross difference of u^power s(u^2), u = 1/y. */
static double series_cross(const double *c, int n, cross u, cross power)
{
    const cross z = cross_product(u, u);
    cross s = {c[n - 1], 0.0, 0.0, 0.0};
    for (int i = n - 2; i >= 0; i--) {
        s = cross_product(s, z);
        s.value += c[i];
    }
    return cross_product(s, power).by_both;
}

double crm_i_digamma_cross(double x, double p, double q)
{
    if (!(x > 0.0 && p >= 0.0 && q >= 0.0))
        return CRM_I_NAN;
    const int steps = steps_to(x, CROSS_SHIFT);
    const double y = x + steps;
    const cross u = inverse_of(y, p, q);
    double sum = -crm_i_log1p(p / y * (q / (y + p + q)));
    sum += series_cross(psi_series, 8, u, cross_product(u, u)) - 0.5 * u.by_both;
    for (int j = steps - 1; j >= 0; j--)
        sum -= inverse_cross(x + j, p, q);
    return sum;
}

double crm_i_trigamma_cross(double x, double p, double q)
{
    if (!(x > 0.0 && p >= 0.0 && q >= 0.0))
        return CRM_I_NAN;
    const int steps = steps_to(x, CROSS_SHIFT);
    const double y = x + steps;
    const cross u = inverse_of(y, p, q);
    const cross square = cross_product(u, u);
    double sum =
        u.by_both + (0.5 * square.by_both + series_cross(psi1_series, 8, u, cross_product(square, u)));
    for (int j = steps - 1; j >= 0; j--) {
        const cross t = inverse_of(x + j, p, q);
        sum += cross_product(t, t).by_both;
    }
    return sum;
}
