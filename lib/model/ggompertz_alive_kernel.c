/* P(alive) and the posterior purchase rate of GGompertz/NBD on lanes, from what ggompertz_row.h computes. */
#include "model/ggompertz_kernel.h"

#include "model/ggompertz_row.h"

/* e^-E/(e^-E + J), also where e^-E is no double; its slopes are those at the end against the mean of all. */
static void take_alive(const strip *s, const shape *p, const ways *w, const double *parameter,
                       const int32_t *which, crm_i_strip *out)
{
    for (int i = 0; i < which[LANES]; i++) {
        const double far = crm_i_exp(-w->exponent[i] - w->log_total[i]);
        out->alive[which[i]] = w->exponent[i] < 700.0 ? w->there[i] : far;
    }
    for (int i = 0; i < which[LANES] && out->gradient; i++) {
        const slopes g = slopes_of(s, *p, w, i);
        const double both = out->alive[which[i]] * w->left[i];
        for (int j = 0; j < CRM_I_GO_PARAMETERS; j++)
            out->alive_d[j][which[i]] = both * (g.there[j] - g.left[j]) / parameter[j];
    }
}

void CRM_I_KERNEL(crm_i_ggompertz_alive)(const double *parameter, crm_i_strip *out)
{
    const shape p = {parameter[CRM_I_GO_R], parameter[CRM_I_GO_B], parameter[CRM_I_GO_S]};
    const int n = (int)out->n;
    int32_t which[LANES + 1];
    facts f;
    strip s;
    ways w;
    load(n, out->x, out->t_x, out->T, NULL, parameter, &f);
    const uint32_t set = classes_of(n, &f);
    for (int32_t class = 0; class < CRM_I_GO_CLASSES; class ++)
        if (set >> class & 1u) {
            int from = 0;
            pack(&f, n, class, &from, &s, which);
            integrate(&s, p, class, out->gradient ? 1 : 0);
            take_ways(&s, p, &w);
            take_alive(&s, &p, &w, parameter, which, out);
        }
}

/* With g = R/(alpha + tau), tau the end of the customer's purchases or of what was seen: E[g], and by a
 * parameter E[dg] + Cov(g, slope). */
static void take_rates(const strip *s, const shape *p, const ways *w, const double *parameter,
                       const int32_t *which, int gradient, double *out, double *out_d)
{
    for (int i = 0; i < which[LANES]; i++) {
        const int to = which[i];
        const double A = s->of[AT][i];
        const double R = p->r + s->of[X][i];
        const double left = w->left[i];
        const double there = w->there[i];
        const double at_end = A / (A + s->of[SEEN][i]);
        const double later = s->rate[i] * w->per_left[i];
        const double mean = left * later + there * at_end;
        out[to] = R / A * mean;
        if (!gradient)
            continue;
        const slopes g = slopes_of(s, *p, w, i);
        const double per_left = w->per_left[i];
        const double u = s->sum[OF_U][i] * per_left;
        const double joint[CRM_I_GO_PARAMETERS] = {s->sum[OF_DU][i], s->sum[OF_UU][i], s->sum[OF_UB][i],
                                                   s->sum[OF_UQ][i], s->sum[OF_UM][i]};
        for (int j = 0; j < CRM_I_GO_PARAMETERS; j++) {
            const double within = u * g.left[j] - g.scale[j] * (joint[j] * per_left);
            const double between = there * (later - at_end) * (g.left[j] - g.there[j]);
            out_d[j * CRM_I_STRIP + to] = R / A * left * (within + between) / parameter[j];
        }
        const double square = left * (s->rate_square[i] * per_left) + there * at_end * at_end;
        out_d[CRM_I_GO_R * CRM_I_STRIP + to] += mean / A;
        out_d[CRM_I_GO_ALPHA * CRM_I_STRIP + to] -= R / A * square / A;
    }
}

void CRM_I_KERNEL(crm_i_ggompertz_rate)(const double *parameter, const crm_i_strip *in, double *out,
                                        double *gradient)
{
    const shape p = {parameter[CRM_I_GO_R], parameter[CRM_I_GO_B], parameter[CRM_I_GO_S]};
    const int n = (int)in->n;
    int32_t which[LANES + 1];
    facts f;
    strip s;
    ways w;
    load(n, in->x, in->t_x, in->T, NULL, parameter, &f);
    const uint32_t set = classes_of(n, &f);
    for (int32_t class = 0; class < CRM_I_GO_CLASSES; class ++)
        if (set >> class & 1u) {
            int from = 0;
            pack(&f, n, class, &from, &s, which);
            integrate(&s, p, class, 3);
            take_ways(&s, p, &w);
            take_rates(&s, &p, &w, parameter, which, in->gradient, out, gradient);
        }
}
