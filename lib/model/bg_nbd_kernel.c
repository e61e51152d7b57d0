/* The inner loops of BG/NBD and MBG/NBD prediction: see bg_nbd_kernel.h. One loop per elementary function, so
 * that each is bound by throughput and not by latency. */
#include "model/bg_nbd_kernel.h"

#include "numeric/elementary.h"
#include "numeric/sum.h"

enum { N = CRM_I_STRIP, LANES = CRM_I_SUM_LANES };

/* n rounded up to whole vectors; entries beyond n are there. */
static int whole_lanes(int64_t n)
{
    return (int)((n + LANES - 1) / LANES * LANES);
}

/* P = e^-E/(e^-E + c) with E = R log((alpha + T)/(alpha + t_x)), c = a/(b + x - first), or 0 where x < first.
 */
void CRM_I_KERNEL(crm_i_bg_alive)(const double *parameter, double first, crm_i_strip *strip)
{
    const double r = parameter[0];
    const double alpha = parameter[1];
    const double a = parameter[2];
    const double b = parameter[3];
    const int n = whole_lanes(strip->n);
    double silence[N];
    double kept[N];
    double odds[N];
    for (int i = 0; i < n; i++)
        silence[i] = crm_i_log1p_core((strip->T[i] - strip->t_x[i]) / (alpha + strip->t_x[i]));
    for (int i = 0; i < n; i++)
        kept[i] = crm_i_exp(-(r + strip->x[i]) * silence[i]);
    for (int i = 0; i < n; i++) {
        const double below = b + (strip->x[i] - first);
        const double bought = strip->x[i] >= first ? 1.0 : 0.0;
        odds[i] = bought * a / (strip->x[i] >= first ? below : 1.0);
        const double alive = kept[i] / (kept[i] + odds[i]);
        strip->alive[i] = strip->x[i] >= first ? alive : 1.0;
    }
    if (!strip->gradient)
        return;
    for (int i = 0; i < n; i++) {
        const double dead = odds[i] / (kept[i] + odds[i]);
        const double slope = strip->x[i] >= first ? strip->alive[i] * dead : 0.0;
        const double below = strip->x[i] >= first ? b + (strip->x[i] - first) : 1.0;
        const double since = (strip->T[i] - strip->t_x[i]) / (alpha + strip->t_x[i]);
        strip->alive_d[0][i] = -slope * silence[i];
        strip->alive_d[1][i] = slope * (r + strip->x[i]) * since / (alpha + strip->T[i]);
        strip->alive_d[2][i] = -slope / a;
        strip->alive_d[3][i] = slope / below;
    }
}

/* p/p0 = 1/(p0 + q0 e^-delta) and q/q0 = 1/(q0 + p0 e^delta). The logarithms by log1p of what differs from 1,
 * but where that would cancel by log of the sum, which then is below 0.7. */
void CRM_I_KERNEL(crm_i_beta_nodes)(int64_t n, double p0, double q0, const double *delta, double *p,
                                    double *log_p, double *log_q)
{
    double up[CRM_I_RULE_MAX];
    double down[CRM_I_RULE_MAX];
    double growth[CRM_I_RULE_MAX]; /* of p/q, and below of q/p: far out they count beside a tiny p0 or q0 */
    double decay[CRM_I_RULE_MAX];
    for (int64_t i = 0; i < n; i++)
        up[i] = crm_i_expm1(delta[i]);
    for (int64_t i = 0; i < n; i++)
        down[i] = crm_i_expm1(-delta[i]);
    for (int64_t i = 0; i < n; i++)
        growth[i] = crm_i_exp(delta[i]);
    for (int64_t i = 0; i < n; i++)
        decay[i] = crm_i_exp(-delta[i]);
    for (int64_t i = 0; i < n; i++) {
        const double sum = p0 + q0 * decay[i];
        const double far = -crm_i_log(sum);
        const double near = -crm_i_log1p(q0 * down[i]);
        log_p[i] = q0 > 0.5 && delta[i] > 1.0 ? far : near;
    }
    for (int64_t i = 0; i < n; i++) {
        const double sum = q0 + p0 * growth[i];
        const double far = -crm_i_log(sum);
        const double near = -crm_i_log1p(p0 * up[i]);
        log_q[i] = p0 > 0.5 && delta[i] < -1.0 ? far : near;
    }
    for (int64_t i = 0; i < n; i++)
        p[i] = p0 * crm_i_exp(log_p[i]);
}

static double weighed(int64_t n, const double *w, const double *h)
{
    double lane[LANES] = {0.0};
    for (int64_t i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += w[i + l] * h[i + l];
    return crm_i_sum_lanes(lane);
}

/* out[k] = log(1 + p y), y <= 1e290. */
static void log_spans(int64_t n, const double *p, double y, double *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = crm_i_log1p_core(p[i] * y);
}

/* out[k] = exp(-R u), u >= 0; 0 where that is below 1e-307. */
static void powers(int64_t n, const double *u, double R, double *out)
{
    for (int64_t i = 0; i < n; i++) {
        const double power = R * u[i];
        const double inside = power < 707.0 ? power : 707.0;
        const double value = crm_i_exp_core(-inside);
        out[i] = power < 707.0 ? value : 0.0;
    }
}

void CRM_I_KERNEL(crm_i_bg_ahead)(const crm_i_rule *rule, double R, double y, int32_t gradient, double *out)
{
    const int64_t n = rule->n;
    double u[CRM_I_RULE_MAX];
    double h[CRM_I_RULE_MAX];
    log_spans(n, rule->p, y, u);
    powers(n, u, R, h);
    out[0] = weighed(n, rule->w, h);
    if (!gradient)
        return;
    out[3] = weighed(n, rule->w_a, h);
    out[4] = weighed(n, rule->w_b, h);
    for (int64_t i = 0; i < n; i++)
        u[i] *= -h[i];
    out[1] = weighed(n, rule->w, u);
    for (int64_t i = 0; i < n; i++)
        u[i] = -R * h[i] * (rule->p[i] / (1.0 + rule->p[i] * y));
    out[2] = weighed(n, rule->w, u);
}

void CRM_I_KERNEL(crm_i_bg_expected)(const crm_i_rule *rule, double R, double y0, double length,
                                     int32_t gradient, double *out)
{
    const int64_t n = rule->n;
    const double *p = rule->p;
    double u[CRM_I_RULE_MAX];  /* log((1 + p y1)/(1 + p y0)) */
    double h[CRM_I_RULE_MAX];  /* the quantity */
    double u0[CRM_I_RULE_MAX]; /* log(1 + p y0) */
    double h0[CRM_I_RULE_MAX]; /* (1 + p y0)^-R */
    if (y0 > 0.0)
        for (int64_t i = 0; i < n; i++)
            u[i] = crm_i_log1p_core(p[i] * length / (1.0 + p[i] * y0));
    else
        log_spans(n, p, length, u);
    for (int64_t i = 0; i < n; i++) {
        const double power = R * u[i];
        h[i] = -crm_i_expm1_core(power < 707.0 ? -power : -707.0);
    }
    for (int64_t i = 0; i < n; i++)
        h[i] /= p[i];
    if (y0 > 0.0 || gradient) {
        log_spans(n, p, y0, u0);
        powers(n, u0, R, h0);
    }
    if (y0 > 0.0)
        for (int64_t i = 0; i < n; i++)
            h[i] *= h0[i];
    out[0] = weighed(n, rule->w, h);
    if (!gradient)
        return;
    out[3] = weighed(n, rule->w_a, h);
    out[4] = weighed(n, rule->w_b, h);
    double d[CRM_I_RULE_MAX];
    double h1[CRM_I_RULE_MAX]; /* (1 + p y1)^-R */
    powers(n, u, R, h1);
    for (int64_t i = 0; i < n; i++)
        h1[i] *= h0[i];
    for (int64_t i = 0; i < n; i++)
        d[i] = h1[i] * u[i] / p[i] - u0[i] * h[i];
    out[1] = weighed(n, rule->w, d);
    for (int64_t i = 0; i < n; i++)
        d[i] = R * h1[i] / (1.0 + p[i] * (y0 + length)) * length;
    if (y0 > 0.0) {
        for (int64_t i = 0; i < n; i++) {
            const double power = (R + 1.0) * u[i];
            const double lost = -crm_i_expm1_core(power < 707.0 ? -power : -707.0);
            d[i] -= R * h0[i] / (1.0 + p[i] * y0) * lost * y0;
        }
    }
    out[2] = weighed(n, rule->w, d);
}

void CRM_I_KERNEL(crm_i_bg_times)(const crm_i_rule *rule, double R, int32_t gradient, crm_i_times *times)
{
    const int64_t n = rule->n;
    double u[CRM_I_RULE_MAX];
    double h[CRM_I_RULE_MAX];
    for (int64_t j = 0; j < times->n; j++) {
        log_spans(n, rule->p, times->v[j], u);
        powers(n, u, R + 1.0, h);
        const double g = weighed(n, rule->w, h);
        times->f[j] = times->w[j] * R * g;
        if (!gradient)
            continue;
        times->f_a[j] = times->w[j] * R * weighed(n, rule->w_a, h);
        times->f_b[j] = times->w[j] * R * weighed(n, rule->w_b, h);
        for (int64_t i = 0; i < n; i++)
            u[i] *= h[i];
        times->f_r[j] = times->w[j] * (g - R * weighed(n, rule->w, u));
    }
}

void CRM_I_KERNEL(crm_i_bg_discounted)(const crm_i_times *times, double z, int32_t gradient, double *out)
{
    const int64_t n = times->n;
    double e[CRM_I_RULE_MAX] = {0.0};
    powers(n, times->v, z, e);
    out[0] = weighed(n, times->f, e);
    if (!gradient)
        return;
    out[1] = weighed(n, times->f_r, e);
    out[2] = weighed(n, times->f_a, e);
    out[3] = weighed(n, times->f_b, e);
    for (int64_t j = 0; j < n; j++)
        e[j] *= times->v[j];
    out[4] = weighed(n, times->f, e);
}

/* out[i] = sum over j < terms of table[from[i] + j] T_j(u[i]): Clenshaw's sum, the loop over terms outside.
 * b1 and b2 are scratch. */
static void clenshaw(int64_t n, int32_t terms, const double *restrict table, const int32_t *restrict from,
                     const double *restrict u, double *restrict b1, double *restrict b2, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) {
        b1[i] = 0.0;
        b2[i] = 0.0;
    }
    for (int32_t j = terms - 1; j > 0; j--) {
        const double *column = table + j;
        CRM_I_IVDEP
        for (int64_t i = 0; i < n; i++) {
            const double b0 = column[from[i]] + (2.0 * u[i] * b1[i] - b2[i]);
            b2[i] = b1[i];
            b1[i] = b0;
        }
    }
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        out[i] = table[from[i]] + (u[i] * b1[i] - b2[i]);
}

void CRM_I_KERNEL(crm_i_panel_rows)(int64_t rows, int32_t terms, const double *table, const int32_t *at,
                                    const double *u, double *out)
{
    const int n = whole_lanes(rows);
    double b1[N];
    double b2[N];
    int32_t from[N];
    for (int i = 0; i < n; i++)
        from[i] = at[i] < 0 ? 0 : at[i] * terms;
    clenshaw(n, terms, table, from, u, b1, b2, out);
}

void CRM_I_KERNEL(crm_i_series_times)(const crm_i_series *series, int32_t gradient, crm_i_times *times)
{
    const int64_t n = times->n;
    const double per_length = 1.0 / series->length;
    const double last = (double)(series->panels - 1);
    double u[CRM_I_RULE_MAX];
    int32_t from[CRM_I_RULE_MAX];
    double b1[CRM_I_RULE_MAX];
    double b2[CRM_I_RULE_MAX];
    double *out[CRM_I_SERIES_OUT] = {times->f, times->f_r, times->f_a, times->f_b};
    for (int64_t i = 0; i < n; i++)
        u[i] = crm_i_log1p_core(times->v[i] * series->scale) * per_length;
    for (int64_t i = 0; i < n; i++) {
        const double inside = u[i] < last ? u[i] : last;
        const int32_t k = (int32_t)inside;
        from[i] = k * CRM_I_SERIES_TERMS;
        u[i] = 2.0 * (u[i] - (double)k) - 1.0;
    }
    for (int o = 0; o < (gradient ? CRM_I_SERIES_OUT : 1); o++) {
        clenshaw(n, CRM_I_SERIES_TERMS, series->c[o], from, u, b1, b2, out[o]);
        for (int64_t i = 0; i < n; i++)
            out[o][i] *= times->w[i];
    }
}

void CRM_I_KERNEL(crm_i_panel_find)(int64_t n_rows, double alpha, double length, int32_t rows, int32_t panels,
                                    const double *x, const double *T, int32_t *at, double *u)
{
    const int n = whole_lanes(n_rows);
    const double limit = (double)rows;
    const double end = (double)panels;
    const double per_length = 1.0 / length;
    double place[N];
    for (int i = 0; i < n; i++)
        place[i] = crm_i_log1p(T[i] / alpha) * per_length;
    for (int i = 0; i < n; i++) {
        const double x_inside = x[i] < limit ? x[i] : 0.0;
        const double inside = place[i] < end ? place[i] : 0.0;
        const int32_t k = (int32_t)inside;
        const int32_t found = (int32_t)x_inside * panels + k;
        at[i] = x[i] < limit && T[i] > 0.0 && place[i] < end ? found : -1;
        u[i] = 2.0 * (inside - (double)k) - 1.0;
    }
}
