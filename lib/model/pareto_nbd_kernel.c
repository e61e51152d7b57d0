/* The inner loops of Pareto/NBD prediction: see pareto_nbd_kernel.h. One loop per elementary function, so
 * that each is bound by throughput and not by latency. */
#include "model/pareto_nbd_kernel.h"

#include "numeric/elementary.h"
#include "numeric/legendre.h"
#include "numeric/sum.h"

enum { N = CRM_I_STRIP, LANES = CRM_I_SUM_LANES };

/* Nodes on a panel, and where their rule stands. */
enum { DISCOUNT = 24, DISCOUNT_RULE = 6, COUNT = 16, COUNT_RULE = 4, VARIANCE = 32, VARIANCE_RULE = 7 };

/* n rounded up to whole vectors; entries beyond n are there. */
CRM_I_INLINE int whole_lanes(int64_t n)
{
    return (int)((n + LANES - 1) / LANES * LANES);
}

/* t/B, kept where products with it are finite. */
CRM_I_INLINE double in_units(double t, double B)
{
    const double y = t / B;
    return y < 1e290 ? y : 1e290;
}

/* e^-x, x >= 0; 0 below 1e-307. */
CRM_I_INLINE double fading(double x)
{
    const double inside = x < 707.0 ? x : 707.0;
    const double value = crm_i_exp_core(-inside);
    return x < 707.0 ? value : 0.0;
}

/* phi(z) = (1 - e^-z)/z, z > -707. */
CRM_I_INLINE double phi(double z)
{
    const double inside = z < 64.0 ? z : 64.0;
    const double lost = -crm_i_expm1_core(-inside);
    return fabs(z) < 1e-9 ? 1.0 - 0.5 * z : lost / z;
}

/* -phi'(z) = (1 - (1 + z) e^-z)/z^2 given e^-z; near 0 its series. */
CRM_I_INLINE double phi_slope(double z, double fade)
{
    double series = 1.0 / 17.0;
    for (int k = 14; k >= 0; k--)
        series = 1.0 / (double)(k + 2) - z / (double)(k + 1) * series;
    const double far = (1.0 - (1.0 + z) * fade) / (z * z);
    return fabs(z) < 0.5 ? series : far;
}

/* ---- rows ---- */

void CRM_I_KERNEL(crm_i_pareto_ahead)(int64_t rows, double s, double t0, const double *B, int32_t gradient,
                                      crm_i_pareto_life *life)
{
    const int n = whole_lanes(rows);
    double l[N];
    for (int i = 0; i < n; i++)
        l[i] = crm_i_log1p_core(in_units(t0, B[i]));
    for (int i = 0; i < n; i++)
        life->alive[i] = fading(s * l[i]);
    if (!gradient)
        return;
    for (int i = 0; i < n; i++) {
        life->alive_s[i] = -l[i] * life->alive[i];
        life->alive_b[i] = s * life->alive[i] * (t0 / (B[i] + t0)) / B[i];
    }
}

/* m = b w phi(z), z = (s-1) w, w = log(1 + length/b), b = B + t0; b dm/db = m - length (1 + length/b)^-s, as
 * m is homogeneous in b and length. */
void CRM_I_KERNEL(crm_i_pareto_time)(int64_t rows, double s, double t0, double length, const double *B,
                                     int32_t gradient, crm_i_pareto_life *life)
{
    const int n = whole_lanes(rows);
    const double less = s - 1.0;
    double w[N];
    for (int i = 0; i < n; i++)
        w[i] = crm_i_log1p_core(in_units(length, B[i] + t0));
    for (int i = 0; i < n; i++)
        life->time[i] = (B[i] + t0) * (w[i] * phi(less * w[i]));
    if (!gradient)
        return;
    double fade[N];
    for (int i = 0; i < n; i++)
        fade[i] = fading(less * w[i]);
    for (int i = 0; i < n; i++)
        life->time_s[i] = -(B[i] + t0) * (w[i] * w[i] * phi_slope(less * w[i], fade[i]));
    for (int i = 0; i < n; i++) {
        const double b = B[i] + t0;
        life->time_b[i] = (life->time[i] - length * (fade[i] / (1.0 + in_units(length, b)))) / b;
    }
}

void CRM_I_KERNEL(crm_i_pareto_place)(int64_t rows, double first, double length, int32_t panels,
                                      const double *T, int32_t *at, double *u)
{
    const int n = whole_lanes(rows);
    const double end = (double)panels;
    const double per_length = 1.0 / length;
    double place[N];
    for (int i = 0; i < n; i++)
        place[i] = crm_i_log1p_core(in_units(T[i], first)) * per_length;
    for (int i = 0; i < n; i++) {
        const double inside = place[i] < end ? place[i] : 0.0;
        const int32_t k = (int32_t)inside;
        at[i] = place[i] < end ? k : -1;
        u[i] = 2.0 * (inside - (double)k) - 1.0;
    }
}

/* ---- sums ---- */

CRM_I_INLINE void add(int n, const double *value, double *lane)
{
    for (int i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += value[i + l];
}

CRM_I_INLINE void add_product(int n, const double *value, const double *factor, double *lane)
{
    for (int i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += value[i + l] * factor[i + l];
}

CRM_I_INLINE void fold(int sums, double lane[][CRM_I_SUM_LANES], double *out)
{
    for (int k = 0; k < sums; k++)
        out[k] = crm_i_sum_lanes(lane[k]);
}

void CRM_I_KERNEL(crm_i_pareto_discount)(double s, double z, double shift, double end, int32_t panels,
                                         double *out)
{
    const crm_i_legendre rule = crm_i_legendre_rule[DISCOUNT_RULE];
    const double step = end / (double)panels;
    double lane[3][LANES] = {{0.0}};
    double xi[DISCOUNT];
    double grown[DISCOUNT];
    double f[DISCOUNT];
    for (int32_t k = 0; k < panels; k++) {
        for (int i = 0; i < DISCOUNT; i++)
            xi[i] = ((double)k + rule.node[i]) * step;
        for (int i = 0; i < DISCOUNT; i++)
            grown[i] = crm_i_expm1_core(xi[i]);
        for (int i = 0; i < DISCOUNT; i++)
            f[i] = rule.weight[i] * step * fading((s - 1.0) * xi[i] + z * grown[i] + shift);
        for (int i = 0; i < DISCOUNT; i++)
            grown[i] /= 1.0 + grown[i];
        add(DISCOUNT, f, lane[0]);
        add_product(DISCOUNT, f, xi, lane[1]);
        add_product(DISCOUNT, f, grown, lane[2]);
    }
    fold(3, lane, out);
}

void CRM_I_KERNEL(crm_i_pareto_counts)(const crm_i_pareto_count *c, double *out)
{
    const crm_i_legendre rule = crm_i_legendre_rule[COUNT_RULE];
    const double step = (c->end - c->begin) / (double)c->panels;
    const double n = c->n;
    const double R = c->R;
    const double s = c->s;
    const double shift = c->shift;
    double lane[5][LANES] = {{0.0}};
    double a[COUNT];     /* tau/A */
    double b[COUNT];     /* tau/B */
    double log_a[COUNT]; /* log(1 + tau/A) */
    double log_b[COUNT];
    double odds[COUNT]; /* log(1 + A/tau) */
    double f[COUNT];
    for (int32_t k = 0; k < c->panels; k++) {
        for (int i = 0; i < COUNT; i++)
            a[i] = c->t * fading(c->begin + ((double)k + rule.node[i]) * step);
        for (int i = 0; i < COUNT; i++) {
            b[i] = crm_i_pareto_share(a[i], c->B);
            a[i] = crm_i_pareto_share(a[i], c->A);
        }
        for (int i = 0; i < COUNT; i++)
            log_a[i] = crm_i_log1p_core(a[i]);
        for (int i = 0; i < COUNT; i++)
            log_b[i] = crm_i_log1p_core(b[i]);
        for (int i = 0; i < COUNT; i++)
            odds[i] = crm_i_log1p_core(1.0 / a[i]);
        for (int i = 0; i < COUNT; i++) {
            a[i] = a[i] / (1.0 + a[i]);
            b[i] = b[i] / (1.0 + b[i]);
        }
        for (int i = 0; i < COUNT; i++)
            f[i] =
                rule.weight[i] * step * b[i] * fading((n * odds[i] + shift) + (R * log_a[i] + s * log_b[i]));
        add(COUNT, f, lane[0]);
        add_product(COUNT, f, log_a, lane[1]);
        add_product(COUNT, f, a, lane[2]);
        add_product(COUNT, f, log_b, lane[3]);
        add_product(COUNT, f, b, lane[4]);
    }
    fold(5, lane, out);
}

void CRM_I_KERNEL(crm_i_pareto_variance)(double s, double w, double end, int32_t panels, double *out)
{
    const crm_i_legendre rule = crm_i_legendre_rule[VARIANCE_RULE];
    const double step = end / (double)panels;
    const double less = s - 1.0;
    double lane[2][LANES] = {{0.0}};
    double xi[VARIANCE];
    double rest[VARIANCE]; /* w - xi */
    double lost[VARIANCE]; /* 1 - e^(-s xi) */
    double fade[VARIANCE];
    double f[VARIANCE];
    double slope[VARIANCE];
    for (int32_t k = 0; k < panels; k++) {
        for (int i = 0; i < VARIANCE; i++) {
            xi[i] = ((double)k + rule.node[i]) * step;
            rest[i] = w - xi[i];
        }
        for (int i = 0; i < VARIANCE; i++) {
            const double inside = s * xi[i] < 64.0 ? s * xi[i] : 64.0;
            lost[i] = -crm_i_expm1_core(-inside);
        }
        for (int i = 0; i < VARIANCE; i++)
            fade[i] = fading(less * rest[i]);
        for (int i = 0; i < VARIANCE; i++)
            slope[i] = rest[i] * rest[i] * phi_slope(less * rest[i], fade[i]);
        for (int i = 0; i < VARIANCE; i++)
            rest[i] *= phi(less * rest[i]);
        for (int i = 0; i < VARIANCE; i++)
            f[i] = rule.weight[i] * step * 2.0 * fading((s - 2.0) * xi[i]);
        for (int i = 0; i < VARIANCE; i++) {
            slope[i] = xi[i] * (1.0 - 2.0 * lost[i]) * rest[i] - lost[i] * slope[i];
            rest[i] *= lost[i];
        }
        add_product(VARIANCE, f, rest, lane[0]);
        add_product(VARIANCE, f, slope, lane[1]);
    }
    fold(2, lane, out);
}
