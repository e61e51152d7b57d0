/* The rows of Gamma-Gamma on lanes. */
#ifndef CRM_I_GAMMA_GAMMA_LIKELIHOOD_KERNEL_H
#define CRM_I_GAMMA_GAMMA_LIKELIHOOD_KERNEL_H

#include "base/kernel.h"

/* Where the sum of ln(1 + y/v) is taken for itself and not from that of ln(1 + v/y). */
CRM_I_INLINE int32_t crm_i_gamma_gamma_is_exact(double q)
{
    return q > 100.0;
}

/* Sums over rows, weight w, of what depends on both count x and mean z. With y = x z and s = v/(v + y): */
enum {
    CRM_I_GG_LOG = 0,     /* ln(1 + v/y); where exact ln(1 + y/v) */
    CRM_I_GG_X_LOG = 1,   /* x ln(1 + v/y) */
    CRM_I_GG_SHARE = 2,   /* 1 - s */
    CRM_I_GG_X_SHARE = 3, /* x s */
    CRM_I_GG_GRADIENT_SUMS = 4,
    CRM_I_GG_SPREAD = 4,   /* s (1 - s) */
    CRM_I_GG_X_SPREAD = 5, /* x s (1 - s) */
    CRM_I_GG_HESSIAN_SUMS = 6
};
CRM_I_KERNEL_DECLARE(void, crm_i_gamma_gamma_block,
                     (int64_t n, const double *x, const double *z, const double *mass,
                      const double *parameter, int32_t hessian, double *sums));

/* The sum of w ln z: no parameter in it. */
CRM_I_KERNEL_DECLARE(void, crm_i_gamma_gamma_constants,
                     (int64_t n, const double *z, const double *mass, double *sums));

/* out = -p x ln(1 + v/y) - q ln(1 + y/v) - ln z: all but the terms of x alone. */
CRM_I_KERNEL_DECLARE(void, crm_i_gamma_gamma_rows,
                     (int64_t n, const double *x, const double *z, const double *parameter, double *out));

#endif
