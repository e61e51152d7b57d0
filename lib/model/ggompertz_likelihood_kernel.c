/* The likelihood of GGompertz/NBD on lanes: value, gradient and Hessian of rows, from what ggompertz_row.h
 * computes of each. */
#include "model/ggompertz_likelihood_kernel.h"

#include "model/ggompertz_row.h"
#include "model/likelihood.h"

static void take_values(const strip *restrict s, shape p, const ways *restrict w, double *restrict value,
                        double *restrict log_d, double *restrict log_q)
{
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++) {
        double grown;
        log_d[i] = crm_i_log1p_core(s->of[T_X][i] / s->of[ALPHA][i]);
        log_q[i] = crm_i_go_clock(p.b * s->of[T_X][i], 1.0 / s->of[BETA][i], &grown);
    }
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++)
        value[i] =
            w->log_total[i] - (s->of[X][i] * crm_i_log_core(s->of[AT][i]) + p.r * log_d[i] + p.s * log_q[i]);
}

/* The gradient: means of the slopes, and those at t_x. */
CRM_I_INLINE void add_gradient(const strip *restrict s, shape p, const ways *restrict w,
                               const double *restrict value, const double *restrict log_d,
                               const double *restrict log_q, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++) {
        const double mass = s->of[MASS][i];
        const slopes g = slopes_of(s, p, w, i);
        const double before = p.b * s->of[T_X][i];
        const double w_x = before / s->of[SCALE][i];
        const double v_x = before * s->of[KAPPA][i];
        const double kept = s->of[KEPT][i];
        const double x = s->of[X][i];
        const double left = w->left[i];
        const double there = w->there[i];
        const double m_x = log_q[i] > .5 ? 1.0 - kept : -crm_i_expm1_core(-log_q[i]);
        const double at_alpha = (p.r * s->of[T_X][i] - x * s->of[ALPHA][i]) / s->of[AT][i];
        const double at_b = 1.0 + v_x - p.s * w_x;
        const double at_beta = p.s * m_x - kept;
        lane[i] += mass * value[i];
        lane[1 * LANES + i] += mass * ((left * g.left[0] + there * g.there[0]) - p.r * log_d[i]);
        lane[2 * LANES + i] += mass * ((left * g.left[1] + there * g.there[1]) + at_alpha);
        lane[3 * LANES + i] += mass * ((left * g.left[2] + there * g.there[2]) + at_b);
        lane[4 * LANES + i] += mass * ((left * g.left[3] + there * g.there[3]) + (1.0 - p.s * log_q[i]));
        lane[5 * LANES + i] += mass * ((left * g.left[4] + there * g.there[4]) + at_beta);
    }
}

#define COVARIANCE(i, j, product)                                                                            \
    (left * (g.scale[i] * g.scale[j] * ((product)*per_left) - g.left[i] * g.left[j]) +                       \
     left * there * ((g.left[i] - g.there[i]) * (g.left[j] - g.there[j])))

/* The Hessian: covariances of the slopes and means of the second derivatives. */
CRM_I_INLINE void add_hessian(const strip *restrict s, shape p, const ways *restrict w,
                              const double *restrict log_d, const double *restrict log_q,
                              double *restrict lane)
{
    double *restrict h = lane + CRM_I_GO_GRADIENT_SUMS * LANES;
    CRM_I_IVDEP
    for (int i = 0; i < s->n; i++) {
        const double mass = s->of[MASS][i];
        const slopes g = slopes_of(s, p, w, i);
        const double left = w->left[i];
        const double there = w->there[i];
        const double per_left = w->per_left[i];
        const double(*restrict sum)[LANES] = (const double(*)[LANES])s->sum;
        const double kept = s->of[KEPT][i];
        const double share = s->of[ALPHA][i] / s->of[AT][i];
        const double end = s->of[SEEN][i] / (s->of[AT][i] + s->of[SEEN][i]);
        const double u1 = sum[OF_U][i] * per_left;
        const double u2 = sum[OF_UU][i] * per_left;
        const double m1 = sum[OF_M][i] * per_left;
        const double m2 = sum[OF_MM][i] * per_left;
        const double R = p.r + s->of[X][i];
        /* alpha/(alpha + tau) = share (1 - u): its mean, and that of its square */
        const double once = left * (share * (1.0 - u1)) + there * (share * (1.0 - end));
        const double twice = left * (share * share * (1.0 - 2.0 * u1 + u2)) +
                             there * (share * share * ((1.0 - end) * (1.0 - end)));
        const double m_x = log_q[i] > .5 ? 1.0 - kept : -crm_i_expm1_core(-log_q[i]);
        const double mean_d = log_d[i] + (left * (sum[OF_D][i] * per_left) + there * s->of[END_D][i]);
        const double mean_q = log_q[i] + (left * (sum[OF_Q][i] * per_left) + there * s->of[END_Q][i]);
        const double mean_w = left * (sum[OF_W][i] * per_left) + there * g.end_w;
        const double mean_m = m_x + kept * (left * m1 + there * g.end_m);
        const double second_b = left * (sum[OF_VW][i] * per_left) - there * (p.s * g.end_w * (1.0 + g.end_v));
        const double left_wn = kept * (sum[OF_WE][i] * per_left);
        const double there_wn = kept * (g.end_w * s->of[END_E][i]);
        const double left_mn = kept * (m_x * (1.0 - m1) + kept * (m1 - m2));
        const double there_mn = kept * s->of[END_E][i] * (m_x + kept * g.end_m);
        h[0 * LANES + i] += mass * (COVARIANCE(0, 0, sum[OF_DD][i]) - p.r * mean_d);
        h[1 * LANES + i] += mass * (COVARIANCE(0, 1, sum[OF_DU][i]) + p.r * (1.0 - once));
        h[2 * LANES + i] += mass * COVARIANCE(0, 2, sum[OF_DB][i]);
        h[3 * LANES + i] += mass * COVARIANCE(0, 3, sum[OF_DQ][i]);
        h[4 * LANES + i] += mass * COVARIANCE(0, 4, sum[OF_DM][i]);
        h[5 * LANES + i] += mass * (COVARIANCE(1, 1, sum[OF_UU][i]) - R * (once - twice));
        h[6 * LANES + i] += mass * COVARIANCE(1, 2, sum[OF_UB][i]);
        h[7 * LANES + i] += mass * COVARIANCE(1, 3, sum[OF_UQ][i]);
        h[8 * LANES + i] += mass * COVARIANCE(1, 4, sum[OF_UM][i]);
        h[9 * LANES + i] += mass * (COVARIANCE(2, 2, sum[OF_BB][i]) + second_b);
        h[10 * LANES + i] += mass * (COVARIANCE(2, 3, sum[OF_QB][i]) - p.s * mean_w);
        h[11 * LANES + i] += mass * (COVARIANCE(2, 4, sum[OF_MB][i]) +
                                     ((1.0 + p.s) * left * left_wn + p.s * there * there_wn));
        h[12 * LANES + i] += mass * (COVARIANCE(3, 3, sum[OF_QQ][i]) - p.s * mean_q);
        h[13 * LANES + i] += mass * (COVARIANCE(3, 4, sum[OF_QM][i]) + p.s * mean_m);
        h[14 * LANES + i] += mass * (COVARIANCE(4, 4, sum[OF_MM][i]) -
                                     ((1.0 + p.s) * left * left_mn + p.s * there * there_mn));
    }
}

void CRM_I_KERNEL(crm_i_ggompertz_block)(int64_t n, const double *x, const double *t_x, const double *T,
                                         const double *mass, const double *parameter, int32_t hessian,
                                         double *sums)
{
    const shape p = {parameter[CRM_I_GO_R], parameter[CRM_I_GO_B], parameter[CRM_I_GO_S]};
    double lane[CRM_I_GO_HESSIAN_SUMS * LANES] = {0.0};
    double value[LANES];
    double log_d[LANES];
    double log_q[LANES];
    int32_t which[LANES + 1];
    facts f;
    strip s;
    ways w;
    for (int64_t first = 0; first < n; first += SOME) {
        const int some = (int)(n - first < SOME ? n - first : SOME);
        load(some, x + first, t_x + first, T + first, mass + first, parameter, &f);
        const uint32_t set = classes_of(some, &f);
        for (int32_t class = 0; class < CRM_I_GO_CLASSES; class ++)
            for (int from = 0; from < some && (set >> class & 1u);) {
                pack(&f, some, class, &from, &s, which);
                if (s.n == 0)
                    continue;
                integrate(&s, p, class, hessian ? 2 : 1);
                take_ways(&s, p, &w);
                take_values(&s, p, &w, value, log_d, log_q);
                add_gradient(&s, p, &w, value, log_d, log_q, lane);
                if (hessian)
                    add_hessian(&s, p, &w, log_d, log_q, lane);
            }
    }
    crm_i_lanes_fold(hessian ? CRM_I_GO_HESSIAN_SUMS : CRM_I_GO_GRADIENT_SUMS, lane, sums);
}

void CRM_I_KERNEL(crm_i_ggompertz_rows)(int64_t n, const double *x, const double *t_x, const double *T,
                                        const double *parameter, double *out)
{
    const shape p = {parameter[CRM_I_GO_R], parameter[CRM_I_GO_B], parameter[CRM_I_GO_S]};
    double value[LANES];
    double log_d[LANES];
    double log_q[LANES];
    int32_t which[LANES + 1];
    facts f;
    strip s;
    ways w;
    for (int64_t first = 0; first < n; first += SOME) {
        const int some = (int)(n - first < SOME ? n - first : SOME);
        load(some, x + first, t_x + first, T + first, NULL, parameter, &f);
        const uint32_t set = classes_of(some, &f);
        for (int32_t class = 0; class < CRM_I_GO_CLASSES; class ++)
            for (int from = 0; from < some && (set >> class & 1u);) {
                pack(&f, some, class, &from, &s, which);
                integrate(&s, p, class, 0);
                take_ways(&s, p, &w);
                take_values(&s, p, &w, value, log_d, log_q);
                for (int i = 0; i < which[LANES]; i++)
                    out[first + which[i]] = value[i];
            }
    }
}
