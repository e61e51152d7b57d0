/* The elementary functions over strips of doubles, for every instruction set. */
#ifndef CRM_I_NUMERIC_ELEMENTARY_KERNEL_H
#define CRM_I_NUMERIC_ELEMENTARY_KERNEL_H

#include "base/kernel.h"

/* y[i] = f(x[i]) for i < n, with the bits of the scalar functions of elementary.h. y may be x itself, but
 * must not overlap it otherwise. */
CRM_I_KERNEL_DECLARE(void, crm_i_exp_strip, (int64_t n, const double *x, double *y));
CRM_I_KERNEL_DECLARE(void, crm_i_expm1_strip, (int64_t n, const double *x, double *y));
CRM_I_KERNEL_DECLARE(void, crm_i_log_strip, (int64_t n, const double *x, double *y));
CRM_I_KERNEL_DECLARE(void, crm_i_log1p_strip, (int64_t n, const double *x, double *y));

#endif
