/* The rows of Pareto/NBD on lanes: value and derivatives of each, and their sums.
 *
 * A customer is alive at T, or dead since u. Where ln L is the logarithm of a mixture its gradient is the
 * posterior mean of the gradients of the parts, and its Hessian the mean of their Hessians and the covariance
 * of their gradients. With A = alpha/(alpha + t_x), B = beta/(beta + t_x) and the features 0 .. 3 of
 * pareto_nbd_integral_kernel.h the gradients are
 *
 *              alive, features at T                dead
 *     r        -r (ln 1/A + f0)                    -r (ln 1/A + f0)
 *     alpha    r (1 - A) - x A + (r + x) A f1      r (1 - A) - x A + (r + x) A f1
 *     s        -s (ln 1/B + f2)                    1 - s (ln 1/B + f2)
 *     beta     s (1 - B) + s B f3                  s (1 - B) - B + (s + 1) B f3
 */
#include "model/pareto_nbd_likelihood_kernel.h"

#include "model/likelihood.h"
#include "model/pareto_nbd_integral_kernel.h"
#include "numeric/elementary.h"

typedef struct derivatives {
    double at[CRM_I_PARETO_HESSIAN_SUMS][CRM_I_LANES];
} derivatives;

enum { H = CRM_I_PARETO_HESSIAN };

CRM_I_INLINE void take_value(double r, double s, const double *restrict x,
                             const crm_i_pareto_strip *restrict in, derivatives *restrict out)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++)
        out->at[CRM_I_PARETO_VALUE][i] =
            in->log_sum[i] - ((r + x[i]) * in->log_alpha[i] + s * in->log_beta[i]);
}

CRM_I_INLINE void take_gradient(double r, double s, const double *restrict x, const double *restrict t_x,
                                const double *restrict alpha, const double *restrict beta,
                                const crm_i_pareto_strip *restrict in, derivatives *restrict out)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double per_a = 1.0 / (alpha[i] + t_x[i]);
        const double per_b = 1.0 / (beta[i] + t_x[i]);
        const double A = alpha[i] * per_a;
        const double B = beta[i] * per_b;
        const double p = in->alive[i];
        const double q = in->dead[i];
        const double f0 = p * in->end[0][i] + q * in->mean[0][i];
        const double f1 = p * in->end[1][i] + q * in->mean[1][i];
        const double f2 = p * in->end[2][i] + q * in->mean[2][i];
        const double f3 = p * in->end[3][i] + q * in->mean[3][i];
        const double n = r + x[i];
        out->at[CRM_I_PARETO_BY_R][i] = -r * (in->log_alpha[i] + f0);
        out->at[CRM_I_PARETO_BY_ALPHA][i] = (r * (t_x[i] * per_a) - x[i] * A) + n * (A * f1);
        out->at[CRM_I_PARETO_BY_S][i] = q - s * (in->log_beta[i] + f2);
        out->at[CRM_I_PARETO_BY_BETA][i] = s * (t_x[i] * per_b + B * f3) - q * (B * (1.0 - in->mean[3][i]));
    }
}

CRM_I_INLINE void take_hessian(double r, double s, const double *restrict x, const double *restrict t_x,
                               const double *restrict alpha, const double *restrict beta,
                               const crm_i_pareto_strip *restrict in, derivatives *restrict out)
{
    const double *restrict v[CRM_I_PARETO_PAIRS];
    for (int k = 0; k < CRM_I_PARETO_PAIRS; k++)
        v[k] = in->covariance[k];
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double per_a = 1.0 / (alpha[i] + t_x[i]);
        const double per_b = 1.0 / (beta[i] + t_x[i]);
        const double A = alpha[i] * per_a;
        const double B = beta[i] * per_b;
        const double seen_a = t_x[i] * per_a; /* 1 - A */
        const double seen_b = t_x[i] * per_b;
        const double p = in->alive[i];
        const double q = in->dead[i];
        const double n = r + x[i];
        /* slopes of the gradients by the features, dead; differences of the gradients, alive less dead */
        const double c0 = -r;
        const double c1 = n * A;
        const double c2 = -s;
        const double c3 = (s + 1.0) * B;
        const double d0 = c0 * (in->end[0][i] - in->mean[0][i]);
        const double d1 = c1 * (in->end[1][i] - in->mean[1][i]);
        const double d2 = c2 * (in->end[2][i] - in->mean[2][i]) - 1.0;
        const double d3 = B * (s * (in->end[3][i] - in->mean[3][i]) + (1.0 - in->mean[3][i]));
        const double pq = p * q;
        const double cov00 = pq * (d0 * d0) + q * (c0 * c0 * v[0][i]);
        const double cov10 = pq * (d1 * d0) + q * (c1 * c0 * v[1][i]);
        const double cov11 = pq * (d1 * d1) + q * (c1 * c1 * v[2][i]);
        const double cov20 = pq * (d2 * d0) + q * (c2 * c0 * v[3][i]);
        const double cov21 = pq * (d2 * d1) + q * (c2 * c1 * v[4][i]);
        const double cov22 = pq * (d2 * d2) + q * (c2 * c2 * v[5][i]);
        const double cov30 = pq * (d3 * d0) + q * (c3 * c0 * v[6][i]);
        const double cov31 = pq * (d3 * d1) + q * (c3 * c1 * v[7][i]);
        const double cov32 = pq * (d3 * d2) + q * (c3 * c2 * v[8][i]);
        const double cov33 = pq * (d3 * d3) + q * (c3 * c3 * v[9][i]);
        /* means of A (1 - f1) (1 - A (1 - f1)), alpha u/(alpha + u)^2, and the same of beta */
        const double rest1 = 1.0 - in->mean[1][i];
        const double rest3 = 1.0 - in->mean[3][i];
        const double bend_a = A * (seen_a * rest1 + A * (in->mean[1][i] * rest1 - v[2][i]));
        const double bend_b = B * (seen_b * rest3 + B * (in->mean[3][i] * rest3 - v[9][i]));
        const double left_a = A * (1.0 - in->end[1][i]);
        const double left_b = B * (1.0 - in->end[3][i]);
        const double end_a = left_a * (seen_a + A * in->end[1][i]);
        const double end_b = left_b * (seen_b + B * in->end[3][i]);
        const double f1 = p * in->end[1][i] + q * in->mean[1][i];
        const double f3 = p * in->end[3][i] + q * in->mean[3][i];
        out->at[H + 0][i] = out->at[CRM_I_PARETO_BY_R][i] + cov00;
        out->at[H + 1][i] = r * (seen_a + A * f1) + cov10;
        out->at[H + 2][i] = cov11 - n * (p * end_a + q * bend_a);
        out->at[H + 3][i] = cov20;
        out->at[H + 4][i] = cov21;
        out->at[H + 5][i] = (out->at[CRM_I_PARETO_BY_S][i] - q) + cov22;
        out->at[H + 6][i] = cov30;
        out->at[H + 7][i] = cov31;
        out->at[H + 8][i] = s * (seen_b + B * f3) + cov32;
        out->at[H + 9][i] = cov33 - (s * (p * end_b) + (s + 1.0) * (q * bend_b));
    }
}

CRM_I_INLINE void add_rows(int32_t sums, const double *restrict mass, const derivatives *restrict row,
                           double *restrict lane)
{
    for (int32_t k = 0; k < sums; k++) {
        CRM_I_IVDEP
        for (int i = 0; i < CRM_I_LANES; i++)
            lane[k * CRM_I_LANES + i] += mass[i] * row->at[k][i];
    }
}

/* Value and derivatives of a whole strip; the scale parameters by row. */
CRM_I_INLINE void take_strip(double r, double s, const double *x, const double *t_x, const double *T,
                             const double *alpha, const double *beta, int32_t order, derivatives *out)
{
    crm_i_pareto_strip in;
    CRM_I_KERNEL(crm_i_pareto_integrals)(r, s, x, t_x, T, alpha, beta, order, &in);
    take_value(r, s, x, &in, out);
    if (order >= CRM_I_PARETO_MEANS)
        take_gradient(r, s, x, t_x, alpha, beta, &in, out);
    if (order >= CRM_I_PARETO_COVARIANCES)
        take_hessian(r, s, x, t_x, alpha, beta, &in, out);
}

static void fill(double value, double *out)
{
    for (int i = 0; i < CRM_I_LANES; i++)
        out[i] = value;
}

void CRM_I_KERNEL(crm_i_pareto_nbd_block)(int64_t n, const double *x, const double *t_x, const double *T,
                                          const double *mass, const double *parameter, int32_t hessian,
                                          double *sums)
{
    const int32_t count = hessian ? CRM_I_PARETO_HESSIAN_SUMS : CRM_I_PARETO_GRADIENT_SUMS;
    double lane[CRM_I_PARETO_HESSIAN_SUMS * CRM_I_LANES] = {0.0};
    double last[4][CRM_I_LANES];
    double alpha[CRM_I_LANES];
    double beta[CRM_I_LANES];
    derivatives strip;
    fill(parameter[1], alpha);
    fill(parameter[3], beta);
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const double *row[4] = {x + i, t_x + i, T + i, mass + i};
        for (int c = 0; c < 4 && n - i < CRM_I_LANES; c++) {
            crm_i_lanes_pad(n - i, row[c], 0.0, last[c]);
            row[c] = last[c];
        }
        take_strip(parameter[0], parameter[2], row[0], row[1], row[2], alpha, beta,
                   hessian ? CRM_I_PARETO_COVARIANCES : CRM_I_PARETO_MEANS, &strip);
        add_rows(count, row[3], &strip, lane);
    }
    crm_i_lanes_fold(count, lane, sums);
}

void CRM_I_KERNEL(crm_i_pareto_nbd_rows)(int64_t n, const double *x, const double *t_x, const double *T,
                                         const double *parameter, double *out)
{
    const double log_alpha = crm_i_log(parameter[1]);
    double last[3][CRM_I_LANES];
    double alpha[CRM_I_LANES];
    double beta[CRM_I_LANES];
    derivatives strip;
    fill(parameter[1], alpha);
    fill(parameter[3], beta);
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const int64_t rows = n - i < CRM_I_LANES ? n - i : CRM_I_LANES;
        const double *row[3] = {x + i, t_x + i, T + i};
        for (int c = 0; c < 3 && rows < CRM_I_LANES; c++) {
            crm_i_lanes_pad(rows, row[c], 0.0, last[c]);
            row[c] = last[c];
        }
        take_strip(parameter[0], parameter[2], row[0], row[1], row[2], alpha, beta, CRM_I_PARETO_VALUES,
                   &strip);
        for (int64_t j = 0; j < rows; j++)
            out[i + j] = strip.at[CRM_I_PARETO_VALUE][j] - row[0][j] * log_alpha;
    }
}
