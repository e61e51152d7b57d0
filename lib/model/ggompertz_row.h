/* A row of GGompertz/NBD on lanes, for the kernels that need its integral: before, the integral, after. With
 * D = ln(1 + u/A), A = alpha + t_x, a row is
 *
 *     (alpha/A)^r A^-x e^(-s Q(t_x)) (e^-E + J), J = int_0^(T - t_x) s q' e^(-(r+x) D - s q) du,
 *
 * E the exponent at the end, Q(t) = ln(1 + (e^bt - 1)/beta). Derivatives are posterior means and covariances
 * of the derivatives of the logarithm of what is integrated, taken relative to t_x so that nothing large
 * cancels. Rows of equal numbers of nodes are worked side by side. */
#ifndef CRM_I_GGOMPERTZ_ROW_H
#define CRM_I_GGOMPERTZ_ROW_H

#include "model/ggompertz_likelihood_kernel.h"
#include "model/ggompertz_strip.h"

enum { LANES = CRM_I_GO_LANES, SOME = 256 };

/* Sums over the nodes of a row. For the logarithm of the integrand relative to t_x: D, u/(A + u), q, 1 -
 * e^-q, and by ln b; their products; then what second derivatives need. */
enum {
    OF_1 = 0,
    OF_D = 1,
    OF_U = 2,
    OF_Q = 3,
    OF_M = 4,
    OF_B = 5,
    GRADIENT_SUMS = 6,
    OF_DD = 6,
    OF_DU = 7,
    OF_DQ = 8,
    OF_DM = 9,
    OF_DB = 10,
    OF_UU = 11,
    OF_UQ = 12,
    OF_UM = 13,
    OF_UB = 14,
    OF_QQ = 15,
    OF_QM = 16,
    OF_QB = 17,
    OF_MM = 18,
    OF_MB = 19,
    OF_BB = 20,
    OF_W = 21,  /* w = b tau/B(tau) */
    OF_WE = 22, /* w e^-q */
    OF_VW = 23, /* v (1 - w) - s w (1 + v), v = b tau - w */
    HESSIAN_SUMS = 24
};

/* What is known of a row before its integral. */
enum {
    X,
    T_X,
    SEEN,
    MASS, /* x, t_x, T - t_x, weight */
    ALPHA,
    BETA, /* scales by row: covariates will multiply them */
    AT,
    SCALE, /* A, B, */
    PER_AT,
    PER_SCALE, /* 1/A, 1/B */
    KEPT,
    KAPPA, /* beta e^-bt/B = e^-Q and (beta - 1) e^-bt/B at t = t_x */
    BASE,
    LENGTH, /* c, and the length of the panel */
    PACE,
    FROM,
    BY, /* of the base: 1, 1, B if it is q; b, B, 1/B if it is u */
    END_D,
    END_Q,
    END_E,
    END_M, /* D, q, e^-q, 1 - e^-q at the end */
    FACTS
};

typedef struct facts {
    double of[FACTS][SOME];
    int32_t class[SOME];
} facts;

typedef struct strip {
    int n; /* whole vectors */
    double of[FACTS][LANES];
    double sum[HESSIAN_SUMS][LANES];
    double rate[LANES]; /* the sum of A/(A + u), and of its square */
    double rate_square[LANES];
} strip;

typedef struct shape {
    double r;
    double b;
    double s;
} shape;

/* ---- before the integral ---- */

CRM_I_INLINE void take_facts(int n, shape p, facts *f)
{
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        double decay;
        const double beta = f->of[BETA][i];
        const double scale = crm_i_go_scale_at(p.b, beta, f->of[T_X][i], &decay);
        const double inverse = 1.0 / scale;
        const double at = f->of[ALPHA][i] + f->of[T_X][i];
        f->of[AT][i] = at;
        f->of[PER_AT][i] = 1.0 / at;
        f->of[SCALE][i] = scale;
        f->of[PER_SCALE][i] = inverse;
        f->of[KEPT][i] = beta * decay * inverse;
        f->of[KAPPA][i] = (beta - 1.0) * decay * inverse;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++)
        f->of[BASE][i] = crm_i_go_base(p.b, f->of[SCALE][i], p.b * f->of[AT][i]);
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const double B = f->of[SCALE][i];
        const double per_B = f->of[PER_SCALE][i];
        f->of[PACE][i] = B >= 1.0 ? 1.0 : p.b;
        f->of[FROM][i] = B >= 1.0 ? 1.0 : B;
        f->of[BY][i] = B >= 1.0 ? B : per_B;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        double grown;
        const double scale = f->of[SCALE][i];
        f->of[END_Q][i] = crm_i_go_clock(p.b * f->of[SEEN][i], f->of[PER_SCALE][i], &grown);
        const double inverse = 1.0 / (scale + grown);
        f->of[END_E][i] = scale * inverse;
        f->of[END_M][i] = grown * inverse;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++)
        f->of[END_D][i] = crm_i_log1p_core(f->of[SEEN][i] * f->of[PER_AT][i]);
    CRM_I_IVDEP
    for (int i = 0; i < n; i++)
        f->of[LENGTH][i] = f->of[SCALE][i] >= 1.0 ? f->of[END_Q][i] : f->of[SEEN][i];
}

/* Beyond an exponent of `most` nothing is left that counts: there the base ends. Both kinds of hazard fall
 * behind no further than the logarithm of their ratio allows. */
CRM_I_INLINE void cut_facts(int n, shape p, facts *f)
{
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const double R = p.r + f->of[X][i];
        const double A = f->of[AT][i];
        const double B = f->of[SCALE][i];
        const double first = p.s * p.b * A / (B * R);
        const double later = p.s / R;
        const double share = crm_i_go_least(crm_i_go_least(first, later), 1.0);
        const double most = 40.0 - crm_i_log_core(crm_i_go_most(share, 1e-300));
        const double exponent = R * f->of[END_D][i] + p.s * f->of[END_Q][i];
        const double u = A * crm_i_expm1_core(crm_i_go_least(most / R, CRM_I_GO_FAR));
        const double q = most / p.s;
        double grown;
        const double other = crm_i_go_clock(B >= 1.0 ? p.b * u : q, B >= 1.0 ? 1.0 / B : B, &grown);
        const double end = B >= 1.0 ? crm_i_go_least(other, q) : crm_i_go_least(u, other / p.b);
        const double whole = f->of[LENGTH][i];
        f->of[LENGTH][i] = exponent > most ? crm_i_go_least(whole, end) : whole;
    }
}

CRM_I_INLINE void class_facts(int n, shape p, facts *f)
{
    int32_t cut = 0;
    for (int i = 0; i < n; i++)
        cut |= (p.r + f->of[X][i]) * f->of[END_D][i] + p.s * f->of[END_Q][i] > 40.0;
    if (cut)
        cut_facts(n, p, f);
    CRM_I_IVDEP
    for (int i = 0; i < n; i++)
        f->of[LENGTH][i] = crm_i_log1p_core(f->of[LENGTH][i] / f->of[BASE][i]);
    double variation[SOME];
    for (int i = 0; i < n; i++)
        variation[i] = (p.r + f->of[X][i]) * f->of[END_D][i] + p.s * f->of[END_Q][i];
    crm_i_go_classes(n, f->of[LENGTH], variation, f->class);
}

/* ---- the integral ---- */

typedef struct points {
    double y[LANES];
    double stretch[LANES];
    double u[LANES];
    double q[LANES];
    double e[LANES];
    double m[LANES];
    double d[LANES];
    double f[LANES];
} points;

CRM_I_INLINE void take_points(const strip *restrict s, shape p, double place, double weight,
                              points *restrict t)
{
    const int n = s->n;
    const double per_b = 1.0 / p.b;
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const double grown = crm_i_expm1_core(s->of[LENGTH][i] * place);
        t->stretch[i] = 1.0 + grown;
        t->y[i] = s->of[BASE][i] * grown;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const double a = s->of[PACE][i] * t->y[i];
        const double inside = crm_i_go_least(a, CRM_I_GO_FAR);
        const double grown = crm_i_expm1_core(inside);
        const double from = s->of[FROM][i];
        const double inverse = 1.0 / (from + grown);
        t->e[i] = from * inverse;
        t->m[i] = grown * inverse;
        t->d[i] = grown * s->of[BY][i];
        t->q[i] = a - inside;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const int rising = s->of[SCALE][i] >= 1.0;
        const double other = crm_i_log1p_core(t->d[i]) + t->q[i];
        t->u[i] = rising ? other * per_b : t->y[i];
        t->q[i] = rising ? t->y[i] : other;
    }
    CRM_I_IVDEP
    for (int i = 0; i < n; i++)
        t->d[i] = crm_i_log1p_core(t->u[i] * s->of[PER_AT][i]);
    CRM_I_IVDEP
    for (int i = 0; i < n; i++) {
        const double exponent = (p.r + s->of[X][i]) * t->d[i] + p.s * t->q[i];
        const double share = crm_i_exp_core(-crm_i_go_least(exponent, 700.0));
        const double rate = p.b * (t->m[i] + t->e[i] * s->of[PER_SCALE][i]);
        t->f[i] = weight * t->stretch[i] * share * (s->of[SCALE][i] >= 1.0 ? 1.0 : rate);
    }
}

CRM_I_INLINE void add_first(const points *restrict t, int n, double *restrict sum)
{
    CRM_I_IVDEP
    for (int i = 0; i < n; i++)
        sum[i] += t->f[i];
}

CRM_I_INLINE void add_rates(strip *restrict s, const points *restrict t)
{
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++) {
        const double kept = s->of[AT][i] / (s->of[AT][i] + t->u[i]);
        s->rate[i] += t->f[i] * kept;
        s->rate_square[i] += t->f[i] * kept * kept;
    }
}

CRM_I_INLINE void add_moments(const strip *restrict s, shape p, const points *restrict t, int hessian,
                              double (*restrict sum)[LANES])
{
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++) {
        const double f = t->f[i];
        const double d = t->d[i];
        const double u = t->u[i] / (s->of[AT][i] + t->u[i]);
        const double q = t->q[i];
        const double m = t->m[i];
        const double e = t->e[i];
        const double since = p.b * t->u[i];
        const double before = p.b * s->of[T_X][i];
        const double rate = m + e * s->of[PER_SCALE][i];
        const double more_w = since * rate + before * (s->of[KAPPA][i] * m);
        const double more_v = since - more_w;
        const double b = more_v - p.s * more_w;
        sum[OF_1][i] += f;
        sum[OF_D][i] += f * d;
        sum[OF_U][i] += f * u;
        sum[OF_Q][i] += f * q;
        sum[OF_M][i] += f * m;
        sum[OF_B][i] += f * b;
        if (hessian) {
            const double w = (before + since) * rate;
            const double v = (before + since) * (s->of[KAPPA][i] * e);
            const double fd = f * d;
            const double fu = f * u;
            const double fq = f * q;
            const double fm = f * m;
            const double fb = f * b;
            sum[OF_DD][i] += fd * d;
            sum[OF_DU][i] += fd * u;
            sum[OF_DQ][i] += fd * q;
            sum[OF_DM][i] += fd * m;
            sum[OF_DB][i] += fd * b;
            sum[OF_UU][i] += fu * u;
            sum[OF_UQ][i] += fu * q;
            sum[OF_UM][i] += fu * m;
            sum[OF_UB][i] += fu * b;
            sum[OF_QQ][i] += fq * q;
            sum[OF_QM][i] += fq * m;
            sum[OF_QB][i] += fq * b;
            sum[OF_MM][i] += fm * m;
            sum[OF_MB][i] += fm * b;
            sum[OF_BB][i] += fb * b;
            sum[OF_W][i] += f * w;
            sum[OF_WE][i] += f * w * e;
            sum[OF_VW][i] += f * (v * (1.0 - w) - p.s * w * (1.0 + v));
        }
    }
}

/* order: 0 the integral, 1 with the first moments, 2 with all, 3 with those of the rate. */
CRM_I_INLINE void integrate(strip *s, shape p, int32_t class, int order)
{
    static const int sums[4] = {1, GRADIENT_SUMS, HESSIAN_SUMS, HESSIAN_SUMS};
    const crm_i_go_rule rule = crm_i_go_rule_of(class);
    const double share = 1.0 / (double)rule.panels;
    points t;
    for (int k = 0; k < sums[order]; k++)
        for (int i = 0; i < s->n; i++)
            s->sum[k][i] = 0.0;
    for (int i = 0; i < s->n && order == 3; i++)
        s->rate[i] = s->rate_square[i] = 0.0;
    for (int32_t panel = 0; panel < rule.panels; panel++)
        for (int32_t k = 0; k < rule.legendre.n; k++) {
            take_points(s, p, ((double)panel + rule.legendre.node[k]) * share,
                        rule.legendre.weight[k] * share, &t);
            if (order == 0)
                add_first(&t, s->n, s->sum[OF_1]);
            else if (order == 1)
                add_moments(s, p, &t, 0, s->sum);
            else
                add_moments(s, p, &t, 1, s->sum);
            if (order == 3)
                add_rates(s, &t);
        }
    for (int k = 0; k < sums[order]; k++)
        for (int i = 0; i < s->n; i++)
            s->sum[k][i] *= s->of[BASE][i] * s->of[LENGTH][i] * p.s;
    for (int i = 0; i < s->n && order == 3; i++) {
        s->rate[i] *= s->of[BASE][i] * s->of[LENGTH][i] * p.s;
        s->rate_square[i] *= s->of[BASE][i] * s->of[LENGTH][i] * p.s;
    }
}

/* ---- after the integral ---- */

/* The two ways in which the data can have come about: having left, with the integral, or being there. */
typedef struct ways {
    double log_total[LANES]; /* ln(e^-E + J) */
    double there[LANES];     /* posterior shares: e^-E/(e^-E + J), */
    double left[LANES];      /* J/(e^-E + J) */
    double per_left[LANES];  /* 1/J */
    double exponent[LANES];  /* E */
} ways;

CRM_I_INLINE void take_ways(const strip *restrict s, shape p, ways *restrict w)
{
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++) {
        const double E = (p.r + s->of[X][i]) * s->of[END_D][i] + p.s * s->of[END_Q][i];
        const double kept = crm_i_exp_core(-crm_i_go_least(E, 700.0));
        const double J = s->sum[OF_1][i];
        const double total = kept + J;
        w->exponent[i] = E;
        w->there[i] = kept / total;
        w->left[i] = J / total;
        w->per_left[i] = J > 0.0 ? 1.0 / J : 0.0;
        w->log_total[i] = crm_i_log_core(total);
    }
}

/* Derivatives of one row by the logarithms of r, alpha, b, s, beta, of the logarithm of what is integrated or
 * found at the end, relative to t_x: means over those who left, and at the end. */
typedef struct slopes {
    double left[CRM_I_GO_PARAMETERS];
    double there[CRM_I_GO_PARAMETERS];
    double scale[CRM_I_GO_PARAMETERS]; /* by which the sums are multiplied */
    double end_w;
    double end_v;
    double end_m;
} slopes;

CRM_I_INLINE slopes slopes_of(const strip *restrict s, shape p, const ways *restrict w, int i)
{
    slopes g;
    const double A = s->of[AT][i];
    const double U = s->of[SEEN][i];
    const double before = p.b * s->of[T_X][i];
    const double since = p.b * U;
    const double kappa = s->of[KAPPA][i];
    const double kept = s->of[KEPT][i];
    const double rate = s->of[END_M][i] + s->of[END_E][i] * s->of[PER_SCALE][i];
    const double more_w = since * rate + before * (kappa * s->of[END_M][i]);
    const double per_left = w->per_left[i];
    g.scale[CRM_I_GO_R] = -p.r;
    g.scale[CRM_I_GO_ALPHA] = (p.r + s->of[X][i]) * (s->of[ALPHA][i] / A);
    g.scale[CRM_I_GO_B] = 1.0;
    g.scale[CRM_I_GO_S] = -p.s;
    g.scale[CRM_I_GO_BETA] = (1.0 + p.s) * kept;
    g.left[CRM_I_GO_R] = g.scale[CRM_I_GO_R] * (s->sum[OF_D][i] * per_left);
    g.left[CRM_I_GO_ALPHA] = g.scale[CRM_I_GO_ALPHA] * (s->sum[OF_U][i] * per_left);
    g.left[CRM_I_GO_B] = s->sum[OF_B][i] * per_left;
    g.left[CRM_I_GO_S] = g.scale[CRM_I_GO_S] * (s->sum[OF_Q][i] * per_left);
    g.left[CRM_I_GO_BETA] = g.scale[CRM_I_GO_BETA] * (s->sum[OF_M][i] * per_left);
    g.there[CRM_I_GO_R] = g.scale[CRM_I_GO_R] * s->of[END_D][i];
    g.there[CRM_I_GO_ALPHA] = g.scale[CRM_I_GO_ALPHA] * (U / (A + U));
    g.there[CRM_I_GO_B] = -(p.s * more_w + (1.0 + before * kappa));
    g.there[CRM_I_GO_S] = -(p.s * s->of[END_Q][i] + 1.0);
    g.there[CRM_I_GO_BETA] = kept * (1.0 + p.s * s->of[END_M][i]);
    g.end_w = (before + since) * rate;
    g.end_v = (before + since) * (kappa * s->of[END_E][i]);
    g.end_m = s->of[END_M][i];
    return g;
}

/* ---- rows by class ---- */

/* Up to LANES rows of one class from *from on, *from moving behind them; the rest of the last vector repeats
 * the first, with weight 0. */
CRM_I_INLINE void pack(const facts *f, int n, int32_t class, int *from, strip *s, int32_t *which)
{
    int packed = 0;
    int i = *from;
    for (; i < n && packed < LANES; i++)
        if (f->class[i] == class)
            which[packed++] = i;
    *from = i;
    s->n = crm_i_go_whole(packed);
    for (int k = 0; k < FACTS; k++) {
        for (int j = 0; j < packed; j++)
            s->of[k][j] = f->of[k][which[j]];
        for (int j = packed; j < s->n; j++)
            s->of[k][j] = k == MASS ? 0.0 : s->of[k][0];
    }
    which[LANES] = packed;
}

/* n <= SOME rows, and new customers up to the next whole vector. */
CRM_I_INLINE void load(int64_t n, const double *x, const double *t_x, const double *T, const double *mass,
                       const double *parameter, facts *f)
{
    for (int i = 0; i < crm_i_go_whole(n); i++) {
        const int there = i < n;
        f->of[X][i] = there ? x[i] : 0.0;
        f->of[T_X][i] = there ? t_x[i] : 0.0;
        f->of[SEEN][i] = there ? T[i] - t_x[i] : 0.0;
        f->of[MASS][i] = there && mass ? mass[i] : 0.0;
        f->of[ALPHA][i] = parameter[CRM_I_GO_ALPHA];
        f->of[BETA][i] = parameter[CRM_I_GO_BETA];
    }
    const shape p = {parameter[CRM_I_GO_R], parameter[CRM_I_GO_B], parameter[CRM_I_GO_S]};
    take_facts(crm_i_go_whole(n), p, f);
    class_facts(crm_i_go_whole(n), p, f);
}

/* Bit c is set if there is a row of class c. */
CRM_I_INLINE uint32_t classes_of(int64_t n, const facts *f)
{
    uint32_t set = 0;
    for (int64_t i = 0; i < n; i++)
        set |= (uint32_t)1 << f->class[i];
    return set;
}

#endif
