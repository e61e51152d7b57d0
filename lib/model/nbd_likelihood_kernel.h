/* The rows of NBD, and its steps in x, on lanes. */
#ifndef CRM_I_NBD_LIKELIHOOD_KERNEL_H
#define CRM_I_NBD_LIKELIHOOD_KERNEL_H

#include "base/kernel.h"

/* Sums over rows, by weight. With B = alpha + T, L = ln(B/alpha), g = alpha/B: */
enum {
    CRM_I_NBD_VALUE = 0, /* -(r + x) L */
    CRM_I_NBD_R = 1,     /* -L */
    CRM_I_NBD_ALPHA = 2, /* r (1 - g) - x g */
    CRM_I_NBD_GRADIENT_SUMS = 3,
    CRM_I_NBD_R_ALPHA = 3,     /* 1 - g */
    CRM_I_NBD_ALPHA_ALPHA = 4, /* -(r + x) g (1 - g) */
    CRM_I_NBD_HESSIAN_SUMS = 5
};

/* parameter: r, alpha. hessian 0: the first CRM_I_NBD_GRADIENT_SUMS sums only. */
CRM_I_KERNEL_DECLARE(void, crm_i_nbd_block,
                     (int64_t n, const double *x, const double *T, const double *mass,
                      const double *parameter, int32_t hessian, double *sums));

/* out = -(r + x) L - x ln alpha of each row: all but the terms of x alone. */
CRM_I_KERNEL_DECLARE(void, crm_i_nbd_rows,
                     (int64_t n, const double *x, const double *T, const double *parameter, double *out));

/* The terms of x alone are sums over the purchases j = 0 .. x-1; above[j] weighs step j. */
enum {
    CRM_I_NBD_STEP_VALUE = 0, /* ln(r + j) */
    CRM_I_NBD_STEP_R = 1,     /* r/(r + j) */
    CRM_I_NBD_STEP_R_R = 2,   /* r j/(r + j)^2 */
    CRM_I_NBD_STEP_SUMS = 3
};
CRM_I_KERNEL_DECLARE(void, crm_i_nbd_steps,
                     (int64_t steps, const double *above, const double *parameter, double *sums));

#endif
