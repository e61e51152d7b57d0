/* The distribution of the number of purchases in GGompertz/NBD. Who lives through (0, t] buys as in NBD; who
 * leaves at u, as in NBD up to then:
 *
 *     P(n) = e^(-s q(t)) nb(n; t) + int_0^t s q' e^(-s q) nb(n; u) du,
 *     nb(n; u) = G(R+n)/(G(R) n!) (A/(A+u))^R (u/(A+u))^n.
 *
 * The logarithm of nb S u is concave in ln u, and u q'/u lies between b and b/B: the integral runs between
 * the points on either side of its highest where it no longer counts, over the logarithm of the base of
 * ggompertz_strip.h, in panels of at most 2 (all singularities are pi/2 away), at least 4 of them. */
#include "model/ggompertz_count.h"

#include <math.h>

#include "model/ggompertz_strip.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

enum { STEPS = 60, PANELS_LEAST = 4, RULE = 4 /* 16 nodes */ };

typedef struct law {
    double R;
    double A;
    double b;
    double s;
    double B;
    double n;
} law;

/* One time: w = u q'. */
typedef struct point {
    double u;
    double q;
    double e; /* e^-q */
    double m; /* 1 - e^-q */
    double w;
    double log_in;  /* ln(u/(A+u)) */
    double log_out; /* ln(1 + u/A) */
} point;

/* At the base e^log_base. */
static point point_at(const law *p, double log_base)
{
    point t;
    double grown;
    const double y = crm_i_exp(log_base);
    const int32_t rising = p->B >= 1.0;
    const double other = crm_i_go_clock(rising ? y : p->b * y, rising ? p->B : 1.0 / p->B, &grown);
    const double from = rising ? 1.0 : p->B;
    t.u = rising ? other / p->b : y;
    t.q = rising ? y : other;
    t.e = from / (from + grown);
    t.m = grown / (from + grown);
    t.w = p->b * t.u * (t.m + t.e / p->B);
    t.log_out = crm_i_log1p(t.u / p->A);
    t.log_in = p->n > 0.0 ? -crm_i_log1p(p->A / t.u) : 0.0;
    return t;
}

static double exponent(const law *p, const point *t)
{
    return p->n * t->log_in - p->R * t->log_out - p->s * t->q;
}

static double height(const law *p, double log_base)
{
    const point t = point_at(p, log_base);
    return exponent(p, &t) + crm_i_log(t.u);
}

/* Where the height is highest: it falls where n + 1 < (n + R) u/(A + u) + s w. */
static double highest(const law *p, double low, double high)
{
    for (int32_t k = 0; k < STEPS; k++) {
        const double middle = 0.5 * (low + high);
        const point t = point_at(p, middle);
        if (p->n + 1.0 > (p->n + p->R) * (t.u / (p->A + t.u)) + p->s * t.w)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

/* Where between inside and outside the height falls below `least`; outside if it does not. */
static double edge(const law *p, double inside, double outside, double least)
{
    if (height(p, outside) >= least)
        return outside;
    for (int32_t k = 0; k < STEPS / 2; k++) {
        const double middle = 0.5 * (inside + outside);
        if (height(p, middle) >= least)
            inside = middle;
        else
            outside = middle;
    }
    return outside;
}

/* The sum of weights, and of weights times derivatives by R (less that of nb's first factor), ln A, ln b, s,
 * ln B of the logarithm of what they belong to: left 1 for those who left then, 0 for those who did not. */
enum { SUMS = 6 };

static void add(const law *p, const point *t, double weight, double left, double *sum)
{
    const double share = t->u / (p->A + t->u);
    const double v = p->b * t->u * ((1.0 - 1.0 / p->B) * t->e);
    sum[0] += weight;
    sum[1] -= weight * t->log_out;
    sum[2] += weight * (p->R * share - p->n * (p->A / (p->A + t->u)));
    sum[3] += weight * (left * (1.0 + v) - p->s * t->w);
    sum[4] += weight * (left / p->s - t->q);
    sum[5] += weight * (p->s * t->m - left * t->e);
}

/* Those who leave before the base reaches e^last; weights relative to e^top. */
static void add_left(const law *p, double last, double peak, double top, double *sum)
{
    const double most = height(p, peak) - 45.0 - fabs(crm_i_log(p->B));
    const double low = edge(p, peak, last - 300.0, most);
    const double high = edge(p, peak, last, most);
    const double wanted = ceil(0.5 * (high - low));
    const int32_t panels = wanted > PANELS_LEAST ? (int32_t)wanted : PANELS_LEAST;
    const double length = (high - low) / (double)panels;
    const crm_i_legendre rule = crm_i_legendre_rule[RULE];
    for (int32_t k = 0; k < panels; k++)
        for (int32_t j = 0; j < rule.n; j++) {
            const point at = point_at(p, low + length * ((double)k + rule.node[j]));
            /* of s dq: the base is q, or u = w/q' */
            const double step = p->s * (p->B >= 1.0 ? at.q : at.w);
            add(p, &at, rule.weight[j] * length * step * crm_i_exp(exponent(p, &at) - top), 1.0, sum);
        }
}

double crm_i_ggompertz_probability(double R, double A, double b, double s, double B, double n, double t,
                                   double *slope)
{
    const law p = {R, A, b, s, B, n};
    double sum[SUMS] = {0.0};
    double grown;
    for (int32_t j = 0; j + 1 < SUMS; j++)
        slope[j] = 0.0;
    if (!(t > 0.0))
        return n == 0.0 ? 1.0 : 0.0;
    const double last = crm_i_log(B >= 1.0 ? crm_i_go_clock(b * t, 1.0 / B, &grown) : t);
    const point end = point_at(&p, last);
    const double peak = highest(&p, last - 300.0, last);
    const point in = point_at(&p, peak);
    const double before = exponent(&p, &in);
    const double after = exponent(&p, &end);
    const double top = before > after ? before : after;
    add(&p, &end, crm_i_exp(after - top), 0.0, sum);
    add_left(&p, last, peak, top, sum);
    const double factor = crm_i_exp(top + (n > 0.0 ? crm_i_lgamma_ratio(R, n) - crm_i_lgamma1p(n) : 0.0));
    slope[0] = factor * (sum[1] + sum[0] * (n > 0.0 ? crm_i_digamma_ratio(R, n) : 0.0));
    slope[1] = factor * (sum[2] / A);
    for (int32_t j = 2; j + 1 < SUMS; j++)
        slope[j] = factor * sum[j + 1];
    return factor * sum[0];
}
