/* The variance of a count in BG/NBD: see bg_nbd_spread.h. By the law of total variance, first over being
 * alive at the start of the span, then over p, then over lambda: with c = 1 + p y0, s = p length/c and z =
 * lambda s/p,
 *
 *     given p and lambda   ((1-p) (1 - e^-2z - 2z e^-z) + p (e^-z - e^-2z))/p^2
 *     over lambda, Gamma   phi(s) = E e^-z = (1+s)^-R:  v = ((1-p) h + p (phi(s) - phi(2s)) + (phi(2s) -
 * phi(s)^2))/p^2, h = 1 - phi(2s) - 2 R s (1+s)^-(R+1) over p               Q = E c^-R (v + (f - m)^2), f =
 * (1 - phi(s))/p, m its mean given alive at the start over being alive     Q + M^2 (1 - S)/S, S = E c^-R, M =
 * S m.
 *
 * Derivatives by R and by time from the factorial moments: v = g + f - f^2, g = 2 (1-p)/p^2 (1 - (1+(R+1)s)
 * (1+s)^-(R+1)), so that v + (f - m)^2 changes by dg + (1 - 2m) df (and m does not count). */
#include "model/bg_nbd_spread.h"

#include "numeric/elementary.h"
#include "numeric/special.h"
#include "numeric/sum.h"

enum { MAX = CRM_I_RULE_MAX, TERMS = 400 };

/* log(1 + s)/s */
static double log_share(double s)
{
    return s > 1e-300 ? crm_i_log1p(s) / s : 1.0;
}

/* (s - log(1 + s))/s^2 */
static double log_rest(double s)
{
    return s > 1e-6 ? -crm_i_log1p_minus(s) / s / s : 0.5 - s * (1.0 / 3.0);
}

/* h/s^2. A sum of positive terms where the closed form cancels: E e^-2z sum_{m >= 3} (2^m - 2m) z^m/m!. */
static double later_share(double R, double s)
{
    if (s > 0.5 || R * s > 2.0) {
        const double spent = -crm_i_expm1(-R * crm_i_log1p(2.0 * s));
        const double early = 2.0 * R * s * crm_i_exp(-(R + 1.0) * crm_i_log1p(s));
        return (spent - early) / s / s;
    }
    const double per = 1.0 / (1.0 + 2.0 * s);
    const double share = 2.0 * s * per;
    /* the negative binomial at m, over share^2 */
    double mass = crm_i_exp(-R * crm_i_log1p(2.0 * s)) * (R * (R + 1.0) * (R + 2.0) / 6.0) * share;
    double less = 0.75; /* 2m/2^m */
    double sum = 0.0;
    for (int m = 3; m < TERMS; m++) {
        const double term = mass * (1.0 - less);
        sum += term;
        if (!(term > 1e-18 * sum))
            break;
        mass *= share * (R + m) / (m + 1.0);
        less *= 0.5 * (m + 1.0) / m;
    }
    return sum * 4.0 * per * per;
}

/* v at one p. */
static double variance(double R, double p, double sigma, double s, double phi)
{
    const double square = s * s / (1.0 + 2.0 * s);
    const double twice = R * crm_i_log1p(square);
    const double log_twice = -R * crm_i_log1p(2.0 * s);
    const double mixed = crm_i_exp(log_twice) * crm_i_expm1_ratio(-twice) *
                         (R * log_share(square) / (1.0 + 2.0 * s)) * (sigma * sigma);
    const double share = s / (1.0 + s);
    const double chance =
        phi * crm_i_expm1_ratio(-R * crm_i_log1p(share)) * (R * log_share(share)) * (sigma / (1.0 + s));
    return (1.0 - p) * later_share(R, s) * (sigma * sigma) + chance + mixed;
}

/* What every node has, and what the derivatives need of it. */
typedef struct nodes {
    double tilt[MAX];   /* c^-R */
    double square[MAX]; /* v + (f - m)^2 */
    double by_R[MAX];
    double by_time[MAX];
} nodes;

static void visit(const crm_i_rule *rule, int64_t i, double R, double y0, double length, double mean,
                  int32_t gradient, nodes *at)
{
    const double p = rule->p[i];
    const double reached = p * y0;
    const double c = 1.0 + reached;
    const double sigma = length / c;
    const double s = p * sigma;
    const double log_c = crm_i_log1p(reached);
    const double log_s = crm_i_log1p(s);
    const double phi = crm_i_exp(-R * log_s);
    const double slowed = sigma * log_share(s);
    const double f = crm_i_expm1_ratio(-R * log_s) * (R * slowed);
    at->tilt[i] = crm_i_exp(-R * log_c);
    at->square[i] = variance(R, p, sigma, s, phi) + (f - mean) * (f - mean);
    if (!gradient)
        return;
    const double one = 1.0 - 2.0 * mean;
    const double pairs = 2.0 * (1.0 - p) * (sigma * sigma) * phi / (1.0 + s);
    const double g_R = pairs * ((R + 1.0) * log_share(s) - log_rest(s));
    const double g_time = pairs * R * (R + 1.0) / (1.0 + s) / c;
    at->by_R[i] = at->tilt[i] * ((g_R + one * phi * slowed) - log_c * at->square[i]);
    at->by_time[i] = at->tilt[i] *
                     ((g_time + one * (R * sigma * phi / (1.0 + s) / c)) - R * (reached / c) * at->square[i]);
}

static double weighed(int64_t n, const double *w, const double *x, const double *y)
{
    double product[MAX];
    for (int64_t i = 0; i < n; i++)
        product[i] = w[i] * x[i] * (y ? y[i] : 1.0);
    return crm_i_sum_block(n, product);
}

void crm_i_bg_nbd_spread(int32_t isa, const crm_i_rule *rule, double R, double y0, double length,
                         int32_t gradient, double *out)
{
    double start[5]; /* S and its derivatives, the second by y0 */
    double mean[5];  /* M likewise, the second by the scale of time */
    double left[MAX];
    nodes at;
    const int64_t n = rule->n;
    CRM_I_KERNEL_PICK(isa, crm_i_bg_ahead)(rule, R, y0, gradient, start);
    CRM_I_KERNEL_PICK(isa, crm_i_bg_expected)(rule, R, y0, length, gradient, mean);
    if (!(start[0] > 0.0)) {
        for (int k = 0; k < 5; k++)
            out[k] = 0.0;
        return;
    }
    const double m = mean[0] / start[0];
    for (int64_t i = 0; i < n; i++) {
        visit(rule, i, R, y0, length, m, gradient, &at);
        left[i] = -crm_i_expm1(-R * crm_i_log1p(rule->p[i] * y0));
    }
    const double gone = weighed(n, rule->w, left, NULL);
    out[0] = weighed(n, rule->w, at.tilt, at.square) + mean[0] * m * gone;
    if (!gradient)
        return;
    start[2] *= y0;
    out[1] = weighed(n, rule->w, at.by_R, NULL);
    out[2] = weighed(n, rule->w, at.by_time, NULL);
    out[3] = weighed(n, rule->w_a, at.tilt, at.square);
    out[4] = weighed(n, rule->w_b, at.tilt, at.square);
    for (int k = 1; k < 5; k++)
        out[k] += 2.0 * m * gone * mean[k] - m * m * start[k];
}
