/* How long customers of GGompertz/NBD live from now on: int e^(-delta u - s q(u)) du by the rule of
 * ggompertz_strip.h, without purchases. */
#include "model/ggompertz_kernel.h"

#include "model/ggompertz_strip.h"

enum { LANES = CRM_I_STRIP };

typedef struct panel {
    int n; /* whole vectors */
    double B[LANES];
    double per_B[LANES];
    double pace[LANES]; /* of the base: 1, 1, B if it is q; b, B, 1/B if it is u */
    double from[LANES];
    double by[LANES];
    double base[LANES];
    double length[LANES];
    double whole[4][LANES]; /* the integral, then by ln b, ln B, s */
    double time[4][LANES];
} panel;

typedef struct points {
    double stretch[LANES];
    double y[LANES];
    double u[LANES];
    double q[LANES];
    double e[LANES];
    double m[LANES];
    double by[LANES];
    double f[LANES];
} points;

/* The base at the end of the span, cut where nothing is left that counts: hazards that fall leave more behind
 * the cut than they promise before it, but by no more than they can fall. */
static void find_ends(const crm_i_go_life *life, int n, panel *p, double *variation)
{
    const double b = life->b;
    const double s = life->s;
    const double delta = life->delta;
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const double B = p->B[i];
        const int rising = B >= 1.0;
        const double fall = (delta + s * b / B) / (delta + s * b);
        const double most = 40.0 + crm_i_log_core(crm_i_go_most(fall, 1.0));
        const double end = p->length[i];
        double grown;
        const double end_q = crm_i_go_clock(b * end, 1.0 / B, &grown);
        const double exponent = delta * end + s * end_q;
        const double u = most / delta;
        const double q = most / s;
        const double other = crm_i_go_clock(rising ? b * u : q, rising ? 1.0 / B : B, &grown);
        const double cut = rising ? crm_i_go_least(other, q) : crm_i_go_least(u, other / b);
        const double whole = rising ? end_q : end;
        p->length[i] = exponent > most ? crm_i_go_least(whole, cut) : whole;
        variation[i] = exponent;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        p->base[i] = crm_i_go_base(b, p->B[i], 700.0);
        p->length[i] = crm_i_log1p_core(p->length[i] / p->base[i]);
    }
}

static void take_points(const crm_i_go_life *life, const panel *restrict p, double place, double weight,
                        points *restrict t)
{
    const double per_b = 1.0 / life->b;
    CRM_I_IVDEP
    for (int i = 0; i < p->n; i++) {
        const double grown = crm_i_expm1_core(p->length[i] * place);
        t->stretch[i] = 1.0 + grown;
        t->y[i] = p->base[i] * grown;
    }
    CRM_I_IVDEP
    for (int i = 0; i < p->n; i++) {
        const double a = p->pace[i] * t->y[i];
        const double inside = crm_i_go_least(a, CRM_I_GO_FAR);
        const double grown = crm_i_expm1_core(inside);
        const double from = p->from[i];
        const double inverse = 1.0 / (from + grown);
        t->e[i] = from * inverse;
        t->m[i] = grown * inverse;
        t->by[i] = grown * p->by[i];
        t->q[i] = a - inside;
    }
    CRM_I_IVDEP
    for (int i = 0; i < p->n; i++) {
        const int rising = p->B[i] >= 1.0;
        const double y = t->y[i];
        const double other = crm_i_log1p_core(t->by[i]) + t->q[i];
        t->u[i] = rising ? other * per_b : y;
        t->q[i] = rising ? y : other;
    }
    CRM_I_IVDEP
    for (int i = 0; i < p->n; i++) {
        const double exponent = life->delta * t->u[i] + life->s * t->q[i];
        const double share = crm_i_exp_core(-crm_i_go_least(exponent, 700.0));
        const double slope = per_b / (t->m[i] + t->e[i] * p->per_B[i]);
        t->f[i] = weight * t->stretch[i] * share * (p->B[i] >= 1.0 ? slope : 1.0);
    }
}

static void add_slopes(const crm_i_go_life *life, const panel *restrict p, const points *restrict t,
                       const double *restrict f, double (*restrict sum)[LANES])
{
    CRM_I_IVDEP
    for (int i = 0; i < p->n; i++) {
        const double rate = t->m[i] + t->e[i] * p->per_B[i];
        sum[1][i] -= f[i] * (life->s * life->b * t->u[i] * rate);
        sum[2][i] += f[i] * (life->s * t->m[i]);
        sum[3][i] -= f[i] * t->q[i];
    }
}

static void integrate(const crm_i_go_life *life, int32_t class, panel *p)
{
    const crm_i_go_rule rule = crm_i_go_rule_of(class);
    const double share = 1.0 / (double)rule.panels;
    points t;
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < p->n; i++)
            p->whole[k][i] = p->time[k][i] = 0.0;
    for (int32_t panels = 0; panels < rule.panels; panels++)
        for (int32_t k = 0; k < rule.legendre.n; k++) {
            take_points(life, p, ((double)panels + rule.legendre.node[k]) * share,
                        rule.legendre.weight[k] * share, &t);
            for (int i = 0; i < p->n; i++)
                p->whole[0][i] += t.f[i];
            if (life->gradient)
                add_slopes(life, p, &t, t.f, p->whole);
            if (!life->spread)
                continue;
            for (int i = 0; i < p->n; i++)
                t.f[i] *= t.u[i];
            for (int i = 0; i < p->n; i++)
                p->time[0][i] += t.f[i];
            if (life->gradient)
                add_slopes(life, p, &t, t.f, p->time);
        }
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < p->n; i++) {
            p->whole[k][i] *= p->base[i] * p->length[i];
            p->time[k][i] *= p->base[i] * p->length[i];
        }
}

void CRM_I_KERNEL(crm_i_ggompertz_life)(crm_i_go_life *life)
{
    const int n = (int)life->n;
    double variation[LANES];
    int32_t class[LANES];
    int32_t which[LANES];
    uint32_t set = 0;
    panel all;
    panel p;
    for (int i = 0; i < crm_i_go_whole(n); i++) {
        all.B[i] = i < n ? life->B[i] : 1.0;
        all.length[i] = i < n ? life->end[i] : 0.0;
    }
    find_ends(life, crm_i_go_whole(n), &all, variation);
    crm_i_go_classes(crm_i_go_whole(n), all.length, variation, class);
    for (int i = 0; i < n; i++)
        set |= (uint32_t)1 << class[i];
    for (int32_t c = 0; c < CRM_I_GO_CLASSES; c++) {
        int packed = 0;
        if (!(set >> c & 1u))
            continue;
        for (int i = 0; i < n; i++)
            if (class[i] == c)
                which[packed++] = i;
        p.n = crm_i_go_whole(packed);
        for (int j = 0; j < p.n; j++) {
            const int from = which[j < packed ? j : 0];
            p.B[j] = all.B[from];
            p.per_B[j] = 1.0 / all.B[from];
            p.pace[j] = p.B[j] >= 1.0 ? 1.0 : life->b;
            p.from[j] = p.B[j] >= 1.0 ? 1.0 : p.B[j];
            p.by[j] = p.B[j] >= 1.0 ? p.B[j] : p.per_B[j];
            p.base[j] = all.base[from];
            p.length[j] = all.length[from];
        }
        integrate(life, c, &p);
        double *const out[2][4] = {{life->whole, life->whole_b, life->whole_B, life->whole_s},
                                   {life->time, life->time_b, life->time_B, life->time_s}};
        for (int k = 0; k < 4; k++)
            for (int j = 0; j < packed; j++) {
                out[0][k][which[j]] = p.whole[k][j];
                out[1][k][which[j]] = p.time[k][j];
            }
    }
}
