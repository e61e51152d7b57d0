/* The rows of NBD, and its steps in x, on lanes. */
#include "model/nbd_likelihood_kernel.h"

#include "model/likelihood.h"
#include "numeric/elementary.h"

CRM_I_INLINE void take_logs(const double *restrict T, double alpha, double *restrict l)
{
    const double inverse_alpha = 1.0 / alpha;
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++)
        l[i] = crm_i_log1p_core(T[i] * inverse_alpha);
}

CRM_I_INLINE void add_gradient(const double *restrict x, const double *restrict T,
                               const double *restrict mass, double r, double alpha, const double *restrict l,
                               double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double w = mass[i];
        const double inverse = 1.0 / (alpha + T[i]);
        lane[CRM_I_NBD_VALUE * CRM_I_LANES + i] -= w * ((r + x[i]) * l[i]);
        lane[CRM_I_NBD_R * CRM_I_LANES + i] -= w * l[i];
        lane[CRM_I_NBD_ALPHA * CRM_I_LANES + i] += w * (r * (T[i] * inverse) - x[i] * (alpha * inverse));
    }
}

CRM_I_INLINE void add_hessian(const double *restrict x, const double *restrict T, const double *restrict mass,
                              double r, double alpha, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double w = mass[i];
        const double inverse = 1.0 / (alpha + T[i]);
        const double seen = T[i] * inverse;
        lane[CRM_I_NBD_R_ALPHA * CRM_I_LANES + i] += w * seen;
        lane[CRM_I_NBD_ALPHA_ALPHA * CRM_I_LANES + i] -= w * ((r + x[i]) * ((alpha * inverse) * seen));
    }
}

void CRM_I_KERNEL(crm_i_nbd_block)(int64_t n, const double *x, const double *T, const double *mass,
                                   const double *parameter, int32_t hessian, double *sums)
{
    double lane[CRM_I_NBD_HESSIAN_SUMS * CRM_I_LANES] = {0.0};
    double last[3][CRM_I_LANES];
    double l[CRM_I_LANES];
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const double *row[3] = {x + i, T + i, mass + i};
        for (int c = 0; c < 3 && n - i < CRM_I_LANES; c++) {
            crm_i_lanes_pad(n - i, row[c], 0.0, last[c]);
            row[c] = last[c];
        }
        take_logs(row[1], parameter[1], l);
        add_gradient(row[0], row[1], row[2], parameter[0], parameter[1], l, lane);
        if (hessian)
            add_hessian(row[0], row[1], row[2], parameter[0], parameter[1], lane);
    }
    crm_i_lanes_fold(hessian ? CRM_I_NBD_HESSIAN_SUMS : CRM_I_NBD_GRADIENT_SUMS, lane, sums);
}

void CRM_I_KERNEL(crm_i_nbd_rows)(int64_t n, const double *x, const double *T, const double *parameter,
                                  double *out)
{
    const double r = parameter[0];
    const double log_alpha = crm_i_log(parameter[1]);
    double last[CRM_I_LANES];
    double l[CRM_I_LANES];
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const int64_t rows = n - i < CRM_I_LANES ? n - i : CRM_I_LANES;
        const double *end = T + i;
        if (rows < CRM_I_LANES) {
            crm_i_lanes_pad(rows, end, 0.0, last);
            end = last;
        }
        take_logs(end, parameter[1], l);
        for (int64_t j = 0; j < rows; j++)
            out[i + j] = -(r + x[i + j]) * l[j] - x[i + j] * log_alpha;
    }
}

static void add_steps(const double *restrict step, const double *restrict above, double r,
                      double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double j = step[i];
        const double w = above[i];
        const double u = 1.0 / (r + j);
        lane[CRM_I_NBD_STEP_VALUE * CRM_I_LANES + i] += w * crm_i_log_core(r + j);
        lane[CRM_I_NBD_STEP_R * CRM_I_LANES + i] += w * (r * u);
        lane[CRM_I_NBD_STEP_R_R * CRM_I_LANES + i] += w * (r * u) * (j * u);
    }
}

void CRM_I_KERNEL(crm_i_nbd_steps)(int64_t steps, const double *above, const double *parameter, double *sums)
{
    double lane[CRM_I_NBD_STEP_SUMS * CRM_I_LANES] = {0.0};
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
        add_steps(step, weight, parameter[0], lane);
    }
    crm_i_lanes_fold(CRM_I_NBD_STEP_SUMS, lane, sums);
}
