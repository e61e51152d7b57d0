/* The rows of Gamma-Gamma on lanes: one logarithm each, since every sum that a fit needs is of functions of v
 * alone. */
#include "model/gamma_gamma_likelihood_kernel.h"

#include "model/likelihood.h"
#include "numeric/elementary.h"

CRM_I_INLINE void add_strip(const double *restrict x, const double *restrict z, const double *restrict mass,
                            double v, int32_t exact, int32_t hessian, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        const double w = mass[i];
        const double y = x[i] * z[i];
        const double both = v + y;
        const double inverse = 1.0 / (y * both);
        const double s = v * (y * inverse);
        const double t = y * (y * inverse);
        const double log = w * crm_i_log1p_core(v * (both * inverse));
        lane[CRM_I_GG_LOG * CRM_I_LANES + i] += exact ? w * crm_i_log1p_core(y / v) : log;
        lane[CRM_I_GG_X_LOG * CRM_I_LANES + i] += log * x[i];
        lane[CRM_I_GG_SHARE * CRM_I_LANES + i] += w * t;
        lane[CRM_I_GG_X_SHARE * CRM_I_LANES + i] += w * s * x[i];
        if (hessian) {
            lane[CRM_I_GG_SPREAD * CRM_I_LANES + i] += w * s * t;
            lane[CRM_I_GG_X_SPREAD * CRM_I_LANES + i] += w * s * t * x[i];
        }
    }
}

void CRM_I_KERNEL(crm_i_gamma_gamma_block)(int64_t n, const double *x, const double *z, const double *mass,
                                           const double *parameter, int32_t hessian, double *sums)
{
    const double v = parameter[2];
    const int32_t exact = crm_i_gamma_gamma_is_exact(parameter[1]);
    double lane[CRM_I_GG_HESSIAN_SUMS * CRM_I_LANES] = {0.0};
    double last[3][CRM_I_LANES];
    for (int64_t i = 0; i < n; i += CRM_I_LANES) {
        const double *row[3] = {x + i, z + i, mass + i};
        for (int c = 0; c < 3 && n - i < CRM_I_LANES; c++) {
            crm_i_lanes_pad(n - i, row[c], c < 2 ? 1.0 : 0.0, last[c]);
            row[c] = last[c];
        }
        if (exact)
            add_strip(row[0], row[1], row[2], v, 1, 1, lane);
        else if (hessian)
            add_strip(row[0], row[1], row[2], v, 0, 1, lane);
        else
            add_strip(row[0], row[1], row[2], v, 0, 0, lane);
    }
    crm_i_lanes_fold(hessian ? CRM_I_GG_HESSIAN_SUMS : CRM_I_GG_GRADIENT_SUMS, lane, sums);
}

static void add_constants(const double *restrict z, const double *restrict mass, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++)
        lane[i] += mass[i] * crm_i_log(z[i]);
}

void CRM_I_KERNEL(crm_i_gamma_gamma_constants)(int64_t n, const double *z, const double *mass, double *sums)
{
    double lane[CRM_I_LANES] = {0.0};
    double last[2][CRM_I_LANES];
    int64_t i = 0;
    for (; i + CRM_I_LANES <= n; i += CRM_I_LANES)
        add_constants(z + i, mass + i, lane);
    if (i < n) {
        crm_i_lanes_pad(n - i, z + i, 1.0, last[0]);
        crm_i_lanes_pad(n - i, mass + i, 0.0, last[1]);
        add_constants(last[0], last[1], lane);
    }
    crm_i_lanes_fold(1, lane, sums);
}

void CRM_I_KERNEL(crm_i_gamma_gamma_rows)(int64_t n, const double *x, const double *z,
                                          const double *parameter, double *out)
{
    const double p = parameter[0];
    const double q = parameter[1];
    const double v = parameter[2];
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++) {
        const double y = x[i] * z[i];
        out[i] = -(p * x[i] * crm_i_log1p(v / y) + q * crm_i_log1p(y / v)) - crm_i_log(z[i]);
    }
}
