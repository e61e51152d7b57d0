/* The rows of Pareto/NBD on lanes: value and derivatives of each, and their sums. */
#ifndef CRM_I_PARETO_NBD_LIKELIHOOD_KERNEL_H
#define CRM_I_PARETO_NBD_LIKELIHOOD_KERNEL_H

#include "base/kernel.h"

/* Of ln L without x ln alpha and without the terms of x alone, by the logarithms of the parameters; also the
 * sums over rows, by weight. */
enum {
    CRM_I_PARETO_VALUE = 0,
    CRM_I_PARETO_BY_R = 1,
    CRM_I_PARETO_BY_ALPHA = 2,
    CRM_I_PARETO_BY_S = 3,
    CRM_I_PARETO_BY_BETA = 4,
    CRM_I_PARETO_GRADIENT_SUMS = 5,
    CRM_I_PARETO_HESSIAN = 5, /* by i and j <= i at i (i + 1)/2 + j from here */
    CRM_I_PARETO_HESSIAN_SUMS = 15
};

/* parameter: r, alpha, s, beta. hessian 0: the first CRM_I_PARETO_GRADIENT_SUMS sums only. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_nbd_block,
                     (int64_t n, const double *x, const double *t_x, const double *T, const double *mass,
                      const double *parameter, int32_t hessian, double *sums));

/* out: ln L of each row but for the terms of x alone. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_nbd_rows,
                     (int64_t n, const double *x, const double *t_x, const double *T, const double *parameter,
                      double *out));

#endif
