/* Rules of summation over Beta distributions and over time: see rule.h.
 *
 * With s = logit p and delta = s - logit(a/(a+B)) the density in s is (p/p0)^a (q/q0)^B. Times an integrand
 * bounded in |Im s| < pi/2, a step h leaves about |Gamma(c + i f)/Gamma(c)| at f = 2 pi/h, c = 1/sigma^2 = a
 * B/(a + B): exp(-pi f/2) for a small c, a Gaussian of width 1/sigma for a large one. 1/h^2 = 1/.27^2 +
 * 1/(.68 sigma)^2 keeps it at 1e-15. */
#include "model/rule.h"

#include <math.h>

#include "numeric/elementary.h"
#include "numeric/sum.h"

enum { TAIL = 6 };

static const double step_most = 0.27;
static const double step_sigma = 0.68;
static const double step_time = 0.26;
/* A tail begins where the polynomial's argument is this: what six terms leave is below 1e-15. */
static const double tail_reach = 0.03;
/* Terms below exp(-this) of the largest do not count. */
static const double negligible = 46.0;

/* A tail sum_{j>=0} c^j-weighted f(e^(-jh)) of an f of degree 5 is sum_i W_i f(tail_node[i]), W =
 * tail_inverse m with the moments m_n = sum_j exp(-(a+n) j h): the inverse of the Vandermonde matrix of the
 * nodes. */
static const double tail_node[TAIL] = {0.983, 0.854, 0.629, 0.371, 0.146, 0.017};
static const double tail_log[TAIL] = {-0x1.18ec33dcafa23p-6, -0x1.433946236b7f6p-3, -0x1.dac041755c04cp-2,
                                      -0x1.fbacdcf9255a9p-1, -0x1.ec9501a3a21f1p+0, -0x1.04c54b892bfe3p+2};
static const double tail_inverse[TAIL][TAIL] = {
    {-0x1.66a3827a0b5a4p-6, 0x1.8e9684f57d263p+0, -0x1.0ddd52e4605b4p+4, 0x1.ecd40cf954cecp+5,
     -0x1.650aab2e47e5bp+6, 0x1.62084b4f04676p+5},
    {0x1.18b6652dd642fp-4, -0x1.374eb3a2b581cp+2, 0x1.a08f9b4fee782p+5, -0x1.733db664e0af5p+7,
     0x1.0250f2768d281p+8, -0x1.e17beb8a2ef31p+6},
    {-0x1.049f86b8b00eep-3, 0x1.1f52a56898feep+3, -0x1.73f49edd477afp+6, 0x1.360dd49bee4c8p+8,
     -0x1.865376bc5def3p+8, 0x1.49400898d8936p+7},
    {0x1.b9dd78c3d17a8p-3, -0x1.df7fc3a234713p+3, 0x1.1aef715d00989p+7, -0x1.8b0024a6b1707p+8,
     0x1.b0cc9ec1bf813p+8, -0x1.49400898d8935p+7},
    {-0x1.9a7e72a458017p-2, 0x1.a2d0224664ea3p+4, -0x1.3d35787ef34ecp+7, 0x1.6410de31b1172p+8,
     -0x1.5789f3f62d87cp+8, 0x1.e17beb8a2ef30p+6},
    {0x1.4407061ebc9c2p+0, -0x1.0dcf4e9041a30p+4, 0x1.2bb034324dc20p+6, -0x1.26346927506acp+7,
     0x1.0805088ba18e6p+7, -0x1.62084b4f04677p+5}};

/* W_i of a tail with exponent a, and dW_i/da. */
static void tail_weights(double a, double h, double *weight, double *slope)
{
    double moment[TAIL];
    double change[TAIL];
    for (int n = 0; n < TAIL; n++) {
        const double power = (a + n) * h;
        moment[n] = -1.0 / crm_i_expm1(-power);
        change[n] = -h * crm_i_exp(-power) * moment[n] * moment[n];
    }
    for (int i = 0; i < TAIL; i++) {
        weight[i] = 0.0;
        slope[i] = 0.0;
        for (int n = 0; n < TAIL; n++) {
            weight[i] += tail_inverse[i][n] * moment[n];
            slope[i] += tail_inverse[i][n] * change[n];
        }
    }
}

/* ---- how far the grid must reach ---- */

typedef struct {
    double a;
    double B;
    double p0;
    double q0;
    double R;
    double y;
} shape;

/* The exponent a log(p/p0) + B log(q/q0) - R log(1 + p y) at delta, and its slope. Only for ranges: no great
 * care. */
static double exponent(const shape *f, double delta, double *slope)
{
    const double near = f->p0 + f->q0 * crm_i_exp(-delta);
    const double log_p = -crm_i_log(near);
    const double log_q = log_p - delta;
    const double p = f->p0 / near;
    const double tilted = f->y > 0.0 ? f->R * p * f->y / (1.0 + p * f->y) : 0.0;
    *slope = f->a * (1.0 - p) - f->B * p - tilted * (1.0 - p);
    return f->a * log_p + f->B * log_q - (f->y > 0.0 ? f->R * crm_i_log1p(p * f->y) : 0.0);
}

/* From far out at `delta` towards the mode, to where the exponent (plus steep * delta) has risen to `floor`:
 * Newton's method, which on a concave function stays outside. */
static double climb(const shape *f, double delta, double floor, double steep)
{
    for (int turn = 0; turn < 12; turn++) {
        double slope;
        const double short_of = floor - (exponent(f, delta, &slope) + steep * delta);
        slope += steep;
        if (!(short_of > 0.5) || slope == 0.0)
            break;
        const double moved = delta + short_of / slope;
        if (!(fabs(moved) < fabs(delta)))
            break;
        delta = moved;
    }
    return delta;
}

/* The mode of the tilted exponent, as delta: (a - (a+B)p)(1 + py) = R y p (1-p) has one root in (0, 1). And
 * the spread there. */
static double tilted_mode(const shape *f, double *sigma)
{
    const double sum = f->a + f->B;
    const double c2 = f->y * (f->R - sum);
    const double c1 = f->a * f->y - sum - f->R * f->y;
    const double root = sqrt(fabs(c1 * c1 - 4.0 * c2 * f->a));
    double p = 2.0 * f->a / (root - c1);
    if (!(p < f->p0))
        p = f->p0;
    const double q = 1.0 - p;
    const double part = p * f->y / (1.0 + p * f->y);
    const double curvature = sum * p * q + f->R * part * q * ((q - p) - part * q);
    *sigma = curvature > 0.0 ? 1.0 / sqrt(curvature) : 1e3;
    return crm_i_log(p / q) - crm_i_log(f->a / f->B);
}

typedef struct {
    double h;
    double low;
    double high;
    int32_t low_tail; /* 1: a tail is summed below low; 0: nothing counts there */
    int32_t high_tail;
} reach;

static reach reach_of(double a, double B, const crm_i_rule_need *need)
{
    shape plain = {a, B, a / (a + B), B / (a + B), 0.0, 0.0};
    shape tilted = plain;
    tilted.R = need->R;
    tilted.y = need->y0;
    const double centre = crm_i_log(a / B);
    double sigma = sqrt(1.0 / a + 1.0 / B);
    double top = 0.0;
    double top_at = 0.0;
    double slope;
    if (need->y0 > 0.0) {
        double sigma_tilted;
        top_at = tilted_mode(&tilted, &sigma_tilted);
        top = exponent(&tilted, top_at, &slope);
        sigma = sigma_tilted < sigma ? sigma_tilted : sigma;
    }
    reach g;
    g.h = 1.0 / sqrt(1.0 / (step_most * step_most) + 1.0 / (step_sigma * step_sigma * sigma * sigma));
    /* below: the integrand may grow like 1/p or its square, from the mode on, which for a tiny a is part of
     * the tail */
    const double growth = 1.0 + need->more;
    g.low = crm_i_log(tail_reach / (need->scale + a + B + 1.0)) - centre;
    g.low_tail = 1;
    const double grown = g.low < top_at ? growth * (top_at - g.low) : 0.0;
    if (exponent(&tilted, g.low, &slope) + grown < top - negligible) {
        g.low_tail = 0;
        g.low = climb(&tilted, g.low, top - negligible - growth * top_at, -growth);
    }
    if (exponent(&plain, g.low, &slope) < -745.0) {
        g.low_tail = 0;
        g.low = climb(&plain, g.low, -745.0, 0.0);
    }
    /* above */
    g.high = crm_i_log((need->cap + a + B + 1.0) / tail_reach) - centre;
    g.high_tail = 1;
    if (exponent(&plain, g.high, &slope) < -negligible) {
        g.high_tail = 0;
        g.high = climb(&plain, g.high, -negligible, 0.0);
    }
    return g;
}

/* ---- the rule ---- */

/* Turns the weights of regular nodes into those of a tail below (sign -1) or above (sign +1): nodes first ..
 * first+5, which stand for the geometric sequence from delta on outwards. */
static void weigh_tail(int64_t first, double sign, double delta, double h, double a, double B,
                       const double *log_p, const double *log_q, crm_i_rule *rule)
{
    double weight[TAIL];
    double slope[TAIL];
    const double shape_here = sign < 0.0 ? a : B;
    const double out = sign < 0.0 ? delta : -delta;
    tail_weights(shape_here, h, weight, slope);
    for (int i = 0; i < TAIL; i++) {
        const int64_t k = first + i;
        /* p/p0 = e^delta q/q0: what is left beside the power is e^((a+B) log(q/q0)) below, log(p/p0) above */
        const double rest = sign < 0.0 ? log_q[k] : log_p[k];
        const double power = crm_i_exp(shape_here * out + (a + B) * rest);
        rule->w[k] = power * weight[i];
        const double own = power * (slope[i] + weight[i] * (rest + out));
        const double other = power * weight[i] * rest;
        rule->w_a[k] = sign < 0.0 ? own : other;
        rule->w_b[k] = sign < 0.0 ? other : own;
    }
}

static double total(int64_t n, const double *x)
{
    return crm_i_sum_block(n, x);
}

void crm_i_rule_beta(int32_t isa, double a, double B, const crm_i_rule_need *need, int32_t gradient,
                     crm_i_rule *rule)
{
    reach g = reach_of(a, B, need);
    const double most = (double)(CRM_I_RULE_MAX - 2 * TAIL - 10);
    if (!((g.high - g.low) / g.h < most))
        g.h = (g.high - g.low) / most;
    const double low = floor(g.low / g.h);
    const double high = ceil(g.high / g.h);
    const double steps = high - low < most + 4.0 ? high - low : most + 4.0; /* never more, not even for NaN */
    double delta[CRM_I_RULE_MAX];
    double log_p[CRM_I_RULE_MAX];
    double log_q[CRM_I_RULE_MAX];
    int64_t n = 0;
    for (double k = 0.0; k <= steps; k += 1.0)
        delta[n++] = (low + k) * g.h;
    const int64_t regular = n;
    const double below = (low - 1.0) * g.h;
    const double above = (high + 1.0) * g.h;
    for (int i = 0; i < TAIL * g.low_tail; i++)
        delta[n++] = below + tail_log[i];
    for (int i = 0; i < TAIL * g.high_tail; i++)
        delta[n++] = above - tail_log[i];
    const int64_t used = n;
    while (n % CRM_I_SUM_LANES != 0)
        delta[n++] = 0.0;
    rule->n = n;
    CRM_I_KERNEL_PICK(isa, crm_i_beta_nodes)(n, a / (a + B), B / (a + B), delta, rule->p, log_p, log_q);
    for (int64_t k = 0; k < regular; k++)
        rule->w[k] = crm_i_exp(a * log_p[k] + B * log_q[k]);
    for (int64_t k = 0; k < regular; k++) {
        rule->w_a[k] = rule->w[k] * log_p[k];
        rule->w_b[k] = rule->w[k] * log_q[k];
    }
    if (g.low_tail)
        weigh_tail(regular, -1.0, below, g.h, a, B, log_p, log_q, rule);
    if (g.high_tail)
        weigh_tail(used - TAIL, 1.0, above, g.h, a, B, log_p, log_q, rule);
    for (int64_t k = used; k < n; k++)
        rule->w[k] = rule->w_a[k] = rule->w_b[k] = 0.0;
    /* the weights sum to 1, and their derivatives to 0 */
    const double scale = 1.0 / total(n, rule->w);
    for (int64_t k = 0; k < n; k++)
        rule->w[k] *= scale;
    if (!gradient)
        return;
    const double mean_a = total(n, rule->w_a) * scale;
    const double mean_b = total(n, rule->w_b) * scale;
    for (int64_t k = 0; k < n; k++) {
        rule->w_a[k] = rule->w_a[k] * scale - rule->w[k] * mean_a;
        rule->w_b[k] = rule->w_b[k] * scale - rule->w[k] * mean_b;
    }
}

/* ---- times ---- */

void crm_i_rule_span(int32_t isa, double steep, crm_i_rule *span)
{
    const double bound = steep < 1e280 ? steep : 1e280;
    const crm_i_rule_need need = {0.0, 0.0, bound, bound, 0.0};
    crm_i_rule_beta(isa, 1.0, 1.0, &need, 0, span);
}

void crm_i_rule_times_in(const crm_i_rule *span, double y0, double length, crm_i_times *times)
{
    times->n = span->n;
    for (int64_t j = 0; j < span->n; j++) {
        times->v[j] = y0 + length * span->p[j];
        times->w[j] = length * span->w[j];
    }
}

void crm_i_rule_times_for_ever(double y0, double z_low, double z_high, double scale, crm_i_times *times)
{
    double h = step_time;
    const double start = crm_i_log(tail_reach / (z_high + scale));
    const double end = crm_i_log(negligible / z_low);
    const double most = (double)(CRM_I_RULE_MAX - TAIL - 10);
    if (!((end - start) / h < most))
        h = (end - start) / most;
    const double steps = ceil((end - start) / h);
    double weight[TAIL];
    double slope[TAIL];
    tail_weights(1.0, h, weight, slope);
    int64_t n = 0;
    for (double k = 0.0; k <= steps; k += 1.0) {
        const double v = crm_i_exp(start + k * h);
        times->v[n] = y0 + v;
        times->w[n++] = h * v;
    }
    const double below = crm_i_exp(start - h);
    for (int i = 0; i < TAIL; i++) {
        times->v[n] = y0 + below * tail_node[i];
        times->w[n++] = h * below * weight[i];
    }
    while (n % CRM_I_SUM_LANES != 0) {
        times->v[n] = y0;
        times->w[n++] = 0.0;
    }
    times->n = n;
}
