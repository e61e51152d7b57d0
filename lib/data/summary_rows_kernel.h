/* The common case of good rows, many at a time. */
#ifndef CRM_I_SUMMARY_ROWS_KERNEL_H
#define CRM_I_SUMMARY_ROWS_KERNEL_H

#include "base/kernel.h"

/* 1 if all n rows surely are good, 0 if they had better be looked at one by one: purchases, spend, and
 * weights. */
CRM_I_KERNEL_DECLARE(int32_t, crm_i_surely_purchases,
                     (int64_t n, const double *x, const double *t_x, const double *T));
CRM_I_KERNEL_DECLARE(int32_t, crm_i_surely_spend, (int64_t n, const double *count, const double *mean));
CRM_I_KERNEL_DECLARE(int32_t, crm_i_surely_amounts, (int64_t n, const double *v));

#endif
