/* The rows of GGompertz/NBD, on lanes. */
#ifndef CRM_I_GGOMPERTZ_LIKELIHOOD_KERNEL_H
#define CRM_I_GGOMPERTZ_LIKELIHOOD_KERNEL_H

#include "base/kernel.h"

/* The parameters, in this order everywhere. */
enum {
    CRM_I_GO_R = 0,
    CRM_I_GO_ALPHA = 1,
    CRM_I_GO_B = 2,
    CRM_I_GO_S = 3,
    CRM_I_GO_BETA = 4,
    CRM_I_GO_PARAMETERS = 5
};

/* What a row adds: the value, its derivatives by the logarithms of the parameters, and the lower triangle of
 * their Hessian by columns; without the terms of x and r alone, ln G(r+x)/G(r). */
enum { CRM_I_GO_GRADIENT_SUMS = 6, CRM_I_GO_HESSIAN_SUMS = 21 };

/* parameter: r, alpha, b, s, beta. hessian 0: the first CRM_I_GO_GRADIENT_SUMS sums only. */
CRM_I_KERNEL_DECLARE(void, crm_i_ggompertz_block,
                     (int64_t n, const double *x, const double *t_x, const double *T, const double *mass,
                      const double *parameter, int32_t hessian, double *sums));

/* out = the value of each row. */
CRM_I_KERNEL_DECLARE(void, crm_i_ggompertz_rows,
                     (int64_t n, const double *x, const double *t_x, const double *T, const double *parameter,
                      double *out));

#endif
