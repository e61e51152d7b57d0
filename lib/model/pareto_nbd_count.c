/* The distribution of the number of purchases in Pareto/NBD: see pareto_nbd_count.h.
 *
 * Exactly n purchases: n in all of (0, t] and alive to its end, or n before the death at tau < t:
 *     P(n) = C [e^-D0(t) + s int_0^t e^-D0(tau) dtau/(B + tau)],
 *     C = Gamma(R+n)/(Gamma(R) n!), D0 = n ln(1 + A/tau) + R ln(1 + tau/A) + s ln(1 + tau/B).
 * In y = ln(t/tau) the integrand is e^-D, D = D0 + ln(1 + B/tau): convex, so that there is one peak, at the
 * root of a quadratic, and on either side of it a place where D has risen by 40; analytic in a strip of
 * half-width pi, so that a few panels hold it. */
#include "model/pareto_nbd_count.h"

#include "model/pareto_nbd_kernel.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

#define DEPTH 40.0
#define PANEL 1.0 /* the longest where the exponent bends */
#define RISE 16.0 /* of D on a panel where it hardly does, at most */
#define FAR 600.0 /* the longest span */
enum { PANELS = 4 /* at least */, TURNS = 40 };

typedef crm_i_pareto_count count;

/* D0 at tau, D, and the derivative of D by y. */
typedef struct {
    double kept;
    double all;
    double slope;
} depth;

static depth depth_at(const count *c, double tau)
{
    const double a = crm_i_pareto_share(tau, c->A);
    const double b = crm_i_pareto_share(tau, c->B);
    depth d;
    d.kept =
        (c->n > 0.0 ? c->n * crm_i_log1p(1.0 / a) : 0.0) + (c->R * crm_i_log1p(a) + c->s * crm_i_log1p(b));
    d.all = d.kept + crm_i_log1p(1.0 / b);
    d.slope = (c->n / (1.0 + a) - c->R * (a / (1.0 + a))) + (1.0 / (1.0 + b) - c->s * (b / (1.0 + b)));
    return d;
}

static depth depth_of(const count *c, double y)
{
    return depth_at(c, c->t * crm_i_exp(-y));
}

/* Where D is least: n A/(A+tau) + B/(B+tau) = R tau/(A+tau) + s tau/(B+tau). */
static double peak_of(const count *c)
{
    const double unit = c->A > c->B ? c->A : c->B;
    const double A = c->A / unit;
    const double B = c->B / unit;
    const double square = c->R + c->s;
    const double linear = (c->n * A + B) - (c->R * B + c->s * A);
    const double constant = (c->n + 1.0) * A * B;
    const double root = sqrt(linear * linear + 4.0 * square * constant);
    const double tau =
        unit * (linear > 0.0 ? (linear + root) / (2.0 * square) : 2.0 * constant / (root - linear));
    return tau < c->t ? crm_i_log(c->t / tau) : 0.0;
}

/* From a place beyond Newton's steps on a convex function come down to where it is `level`. */
static double come_down(const count *c, double level, double y)
{
    for (int turn = 0; turn < TURNS; turn++) {
        const depth d = depth_of(c, y);
        if (!(d.all > level + 1.0) || d.slope == 0.0)
            break;
        y -= (d.all - level) / d.slope;
    }
    return y;
}

static void find_span(count *c, double peak, double least)
{
    const double level = least + DEPTH;
    c->begin = depth_of(c, 0.0).all > level ? come_down(c, level, 0.0) : 0.0;
    double step = DEPTH / (c->n + 1.0);
    while (step < FAR && depth_of(c, peak + step).all < level)
        step *= 1.5;
    c->end = come_down(c, level, peak + step);
}

static void add_piece(int32_t isa, const count *c, double begin, double end, double longest, int32_t least,
                      double *sum)
{
    enum { SUMS = 5 };
    count piece = *c;
    double part[SUMS];
    const int32_t panels = (int32_t)((end - begin) / longest) + 1;
    piece.begin = begin;
    piece.end = end;
    piece.panels = panels > least ? panels : least;
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_counts)(&piece, part);
    for (int k = 0; k < SUMS; k++)
        sum[k] += part[k];
}

/* Short panels to where tau is small against A/R and B/s, then ever longer ones: there it is a power of tau.
 */
static void integrate(int32_t isa, const count *c, double peak, double *sum)
{
    const double by_rate = c->A / (c->R + 1.0);
    const double by_death = c->B / (c->s + 1.0);
    const double small = crm_i_log(c->t / (by_rate < by_death ? by_rate : by_death));
    const double bent = (small > peak ? small : peak) + 2.0;
    double at = bent < c->end ? bent : c->end;
    add_piece(isa, c, c->begin, at, PANEL, PANELS, sum);
    for (double length = 2.0; at < c->end; length *= 2.0) {
        const double next = at + length < c->end ? at + length : c->end;
        add_piece(isa, c, at, next, RISE / (c->n + 1.0), 1, sum);
        at = next;
    }
}

/* The purchases' part of a slope at fixed tau, given log(1 + tau/A) and tau/(A + tau). */
static void purchases_slope(const count *c, double by_log, double log_a, double share, double *slope)
{
    slope[0] = by_log - log_a;
    slope[1] = (c->R * share - c->n * (1.0 - share)) / c->A;
}

double crm_i_pareto_nbd_probability(int32_t isa, double R, double A, double s, double B, double n, double t,
                                    double *slope)
{
    if (t == 0.0) {
        slope[0] = slope[1] = slope[2] = slope[3] = 0.0;
        return n == 0.0 ? 1.0 : 0.0;
    }
    count c = {.n = n, .R = R, .A = A, .s = s, .B = B, .t = t};
    const double log_count = n > 0.0 ? crm_i_lgamma_ratio(R, n) - crm_i_lgamma1p(n) : 0.0;
    const double by_log = n > 0.0 ? crm_i_digamma_ratio(R, n) : 0.0;
    /* alive to the end */
    const double kept = crm_i_exp(log_count - depth_at(&c, t).kept);
    const double a = crm_i_pareto_share(t, A);
    const double b = crm_i_pareto_share(t, B);
    purchases_slope(&c, by_log, crm_i_log1p(a), a / (1.0 + a), slope);
    slope[0] *= kept;
    slope[1] *= kept;
    slope[2] = -crm_i_log1p(b) * kept;
    slope[3] = s * (b / (1.0 + b)) / B * kept;
    /* dead before it */
    double sum[5] = {0.0};
    double dead[2];
    const double peak = peak_of(&c);
    const depth least = depth_of(&c, peak);
    find_span(&c, peak, least.all);
    c.shift = -least.kept;
    integrate(isa, &c, peak, sum);
    const double scale = crm_i_exp(log_count - least.kept);
    const double lost = s * scale * sum[0];
    if (!(lost > 0.0))
        return kept;
    purchases_slope(&c, by_log, sum[1] / sum[0], sum[2] / sum[0], dead);
    slope[0] += dead[0] * lost;
    slope[1] += dead[1] * lost;
    slope[2] += scale * sum[0] - sum[3] / sum[0] * lost;
    slope[3] += (s * (sum[4] / sum[0]) - (1.0 - sum[4] / sum[0])) / B * lost;
    return kept + lost;
}
