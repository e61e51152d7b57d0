/* The rows of BG/NBD and MBG/NBD, and their steps in x, on lanes. A strip goes through one stage after
 * another, so that the long chain log1p -> exp -> log of one row does not keep the next one waiting. */
#include "model/bg_nbd_likelihood_kernel.h"

#include "model/likelihood.h"
#include "numeric/elementary.h"

/* exp beyond this is left to the end, where only its logarithm counts; products of it with 1e60 stay
 * finite. */
#define EXPONENT_MOST 500.0

/* One strip between its stages. */
typedef struct strip {
    double inverse_a[CRM_I_LANES]; /* 1/(alpha + t_x) */
    double inverse_b[CRM_I_LANES]; /* 1/(alpha + T) */
    double d[CRM_I_LANES];
    double l[CRM_I_LANES];
    double exponent[CRM_I_LANES]; /* (r + x) D */
    double odds[CRM_I_LANES];     /* a e^min(exponent), then odds */
    double p[CRM_I_LANES];
    double q[CRM_I_LANES]; /* 1 - p */
    double s[CRM_I_LANES];
    double share[CRM_I_LANES]; /* b/(b + x - 1) */
} strip;

/* Without a repeat purchase D is L, and in S - (r + x) L of MBG/NBD all cancels that the exponent has beyond
 * EXPONENT_MOST: it is left out of both. */
CRM_I_INLINE double capped(double x, double first, double exponent)
{
    const double none = first > 0.0 ? CRM_I_INFINITY : EXPONENT_MOST;
    const double most = x > 0.0 ? CRM_I_INFINITY : none;
    return exponent < most ? exponent : most;
}

CRM_I_INLINE void take_logs(const double *restrict x, const double *restrict t_x, const double *restrict T,
                            double r, double alpha, double first, strip *restrict s)
{
    const double inverse_alpha = 1.0 / alpha;
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double at_last = alpha + t_x[i];
        const double at_end = alpha + T[i];
        const double inverse = 1.0 / (at_last * at_end);
        s->inverse_a[i] = inverse * at_end;
        s->inverse_b[i] = inverse * at_last;
        s->l[i] = crm_i_log1p_core(T[i] * inverse_alpha);
    }
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        s->d[i] = crm_i_log1p_core((T[i] - t_x[i]) * s->inverse_a[i]);
        s->exponent[i] = capped(x[i], first, (r + x[i]) * s->d[i]);
    }
}

CRM_I_INLINE void take_odds(const double *restrict x, double a, double b, double first, strip *restrict s)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double e = s->exponent[i];
        s->odds[i] = a * crm_i_exp_core(e < EXPONENT_MOST ? e : EXPONENT_MOST);
    }
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double dead = s->odds[i];
        const double alive = x[i] >= first ? b + (x[i] - first) : 1.0;
        const double both = alive + dead;
        const double inverse = 1.0 / (alive * both);
        const double inverse_alive = inverse * both;
        const double p = dead * alive * inverse;
        s->odds[i] = x[i] >= first ? dead * inverse_alive : 0.0;
        s->p[i] = x[i] >= first ? p : 0.0;
        s->q[i] = x[i] >= first ? alive * alive * inverse : 1.0;
        s->share[i] = b * inverse_alive;
    }
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double e = s->exponent[i];
        const double rest = e < EXPONENT_MOST ? 0.0 : e - EXPONENT_MOST;
        const double value = crm_i_log_core(1.0 + s->odds[i]) + rest;
        s->s[i] = x[i] >= first ? value : 0.0;
    }
}

CRM_I_INLINE void add_gradient(const double *restrict x, const double *restrict t_x, const double *restrict T,
                               const double *restrict mass, double r, double alpha, double first,
                               const strip *restrict s, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double w = mass[i];
        const double p = s->p[i];
        const double n = r + x[i];
        const double gap = (T[i] - t_x[i]) * s->inverse_b[i] * (alpha * s->inverse_a[i]); /* h - g */
        const double seen = T[i] * s->inverse_b[i];                                       /* 1 - g */
        const double g = alpha * s->inverse_b[i];
        lane[CRM_I_BG_VALUE * CRM_I_LANES + i] += w * (s->s[i] - capped(x[i], first, n * s->l[i]));
        lane[CRM_I_BG_R * CRM_I_LANES + i] += w * (p * s->d[i] - s->l[i]);
        lane[CRM_I_BG_ALPHA * CRM_I_LANES + i] += w * (r * seen - (x[i] * g + p * (n * gap)));
        lane[CRM_I_BG_A * CRM_I_LANES + i] += w * p;
        lane[CRM_I_BG_B * CRM_I_LANES + i] += w * (p * s->share[i]);
    }
}

CRM_I_INLINE void add_hessian(const double *restrict x, const double *restrict t_x, const double *restrict T,
                              const double *restrict mass, double r, double alpha, const strip *restrict s,
                              double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double w = mass[i];
        const double n = r + x[i];
        const double h = alpha * s->inverse_a[i];
        const double g = alpha * s->inverse_b[i];
        const double gap = (T[i] - t_x[i]) * s->inverse_b[i] * h;
        const double seen = T[i] * s->inverse_b[i];
        const double k = n * gap;
        const double d = s->d[i];
        const double share = s->share[i];
        const double wp = w * s->p[i];
        const double pq = wp * s->q[i];
        const double pqd = pq * d;
        const double pqk = pq * k;
        const double pqs = pq * share;
        const double bend = wp * k * ((1.0 - h) - g) + w * n * (g * seen);
        lane[CRM_I_BG_R_R * CRM_I_LANES + i] += pqd * d;
        lane[CRM_I_BG_R_ALPHA * CRM_I_LANES + i] += w * seen - (wp * gap + pqd * k);
        lane[CRM_I_BG_R_A * CRM_I_LANES + i] += pqd;
        lane[CRM_I_BG_R_B * CRM_I_LANES + i] += pqd * share;
        lane[CRM_I_BG_ALPHA_ALPHA * CRM_I_LANES + i] += pqk * k - bend;
        lane[CRM_I_BG_ALPHA_A * CRM_I_LANES + i] += pqk;
        lane[CRM_I_BG_ALPHA_B * CRM_I_LANES + i] += pqk * share;
        lane[CRM_I_BG_A_A * CRM_I_LANES + i] += pq;
        lane[CRM_I_BG_A_B * CRM_I_LANES + i] += pqs;
        lane[CRM_I_BG_B_B * CRM_I_LANES + i] += wp * share * (share - 1.0) + pqs * share;
    }
}

CRM_I_INLINE void add_strip(const double *x, const double *t_x, const double *T, const double *mass,
                            const double *parameter, double first, int32_t hessian, double *lane)
{
    const double r = parameter[0];
    const double alpha = parameter[1];
    strip s;
    take_logs(x, t_x, T, r, alpha, first, &s);
    take_odds(x, parameter[2], parameter[3], first, &s);
    add_gradient(x, t_x, T, mass, r, alpha, first, &s, lane);
    if (hessian)
        add_hessian(x, t_x, T, mass, r, alpha, &s, lane);
}

void CRM_I_KERNEL(crm_i_bg_nbd_block)(int64_t n, const double *x, const double *t_x, const double *T,
                                      const double *mass, const double *parameter, double first,
                                      int32_t hessian, double *sums)
{
    double lane[CRM_I_BG_HESSIAN_SUMS * CRM_I_LANES] = {0.0};
    double last[4][CRM_I_LANES];
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const double *row[4] = {x + i, t_x + i, T + i, mass + i};
        for (int c = 0; c < 4 && n - i < CRM_I_LANES; c++) {
            crm_i_lanes_pad(n - i, row[c], 0.0, last[c]);
            row[c] = last[c];
        }
        add_strip(row[0], row[1], row[2], row[3], parameter, first, hessian, lane);
    }
    crm_i_lanes_fold(hessian ? CRM_I_BG_HESSIAN_SUMS : CRM_I_BG_GRADIENT_SUMS, lane, sums);
}

void CRM_I_KERNEL(crm_i_bg_nbd_rows)(int64_t n, const double *x, const double *t_x, const double *T,
                                     const double *parameter, double first, double *out)
{
    const double r = parameter[0];
    const double log_alpha = crm_i_log(parameter[1]);
    strip s;
    double last[3][CRM_I_LANES];
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const int64_t rows = n - i < CRM_I_LANES ? n - i : CRM_I_LANES;
        const double *row[3] = {x + i, t_x + i, T + i};
        for (int c = 0; c < 3 && rows < CRM_I_LANES; c++) {
            crm_i_lanes_pad(rows, row[c], 0.0, last[c]);
            row[c] = last[c];
        }
        take_logs(row[0], row[1], row[2], r, parameter[1], first, &s);
        take_odds(row[0], parameter[2], parameter[3], first, &s);
        for (int64_t j = 0; j < rows; j++)
            out[i + j] = s.s[j] - capped(x[i + j], first, (r + x[i + j]) * s.l[j]) - x[i + j] * log_alpha;
    }
}

static void add_steps(const double *restrict step, const double *restrict above, double r, double a, double b,
                      double first, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double j = step[i];
        const double k = j + (1.0 - first);
        const double w = above[i];
        const double u = 1.0 / (r + j);
        const double v = 1.0 / (b + k);
        const double z = 1.0 / (a + b + k);
        lane[CRM_I_BG_STEP_VALUE * CRM_I_LANES + i] += w * (crm_i_log_core(r + j) - crm_i_log1p_core(a * v));
        lane[CRM_I_BG_STEP_R * CRM_I_LANES + i] += w * (r * u);
        lane[CRM_I_BG_STEP_R_R * CRM_I_LANES + i] += w * (r * u) * (j * u);
        lane[CRM_I_BG_STEP_A * CRM_I_LANES + i] += w * (a * z);
        lane[CRM_I_BG_STEP_A_A * CRM_I_LANES + i] += w * (a * z) * ((b + k) * z);
        lane[CRM_I_BG_STEP_A_B * CRM_I_LANES + i] += w * (a * z) * (b * z);
        lane[CRM_I_BG_STEP_B * CRM_I_LANES + i] += w * (a * z) * (b * v);
        lane[CRM_I_BG_STEP_B_B * CRM_I_LANES + i] += w * ((b * v) * (k * v) - (b * z) * ((a + k) * z));
    }
}

void CRM_I_KERNEL(crm_i_bg_nbd_steps)(int64_t steps, const double *above, const double *parameter,
                                      double first, double *sums)
{
    double lane[CRM_I_BG_STEP_SUMS * CRM_I_LANES] = {0.0};
    double last[CRM_I_LANES];
    double step[CRM_I_LANES];
    for (int64_t i = 0; i < steps; i += CRM_I_LANES) {
        const double *weight = above + i;
        if (steps - i < CRM_I_LANES) {
            crm_i_lanes_pad(steps - i, weight, 0.0, last);
            weight = last;
        }
        for (int64_t j = 0; j < CRM_I_LANES; j++)
            step[j] = (double)(i + j);
        add_steps(step, weight, parameter[0], parameter[2], parameter[3], first, lane);
    }
    crm_i_lanes_fold(CRM_I_BG_STEP_SUMS, lane, sums);
}
