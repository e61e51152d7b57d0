/* The four classes over a column. */
#ifndef CRM_I_PORTFOLIO_PORTFOLIO_KERNEL_H
#define CRM_I_PORTFOLIO_PORTFOLIO_KERNEL_H

#include "base/kernel.h"

/* out[i] = the class of row i, without a veto; 0 where profit or future is not finite. Answers how many rows
 * have an infinity and no NaN. */
CRM_I_KERNEL_DECLARE(int64_t, crm_i_portfolio_classes,
                     (int64_t n, const double *profit, const double *future, double threshold, uint8_t *out));

/* Class 1 becomes 5 where keep is not 0. */
CRM_I_KERNEL_DECLARE(void, crm_i_portfolio_veto, (int64_t n, const uint8_t *keep, uint8_t *out));

#endif
