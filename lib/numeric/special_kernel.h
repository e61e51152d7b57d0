/* Log-gamma and its derivatives over strips of doubles, for every instruction set. */
#ifndef CRM_I_NUMERIC_SPECIAL_KERNEL_H
#define CRM_I_NUMERIC_SPECIAL_KERNEL_H

#include "base/kernel.h"

/* crm_i_lgamma3_core of x[i], i < n. The arrays must not overlap. */
CRM_I_KERNEL_DECLARE(void, crm_i_gamma3_strip,
                     (int64_t n, const double *x, double *lg, double *psi, double *psi1));
/* crm_i_lgamma_step_core of x[i] and one step for all. */
CRM_I_KERNEL_DECLARE(void, crm_i_gamma_step_strip,
                     (int64_t n, const double *x, double step, double *ratio, double *psi_step,
                      double *psi1_step, double *psi_end, double *psi1_end));

#endif
