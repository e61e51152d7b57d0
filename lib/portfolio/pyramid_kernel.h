/* The passes of the pyramid over all values. */
#ifndef CRM_I_PORTFOLIO_PYRAMID_KERNEL_H
#define CRM_I_PORTFOLIO_PYRAMID_KERNEL_H

#include "base/kernel.h"

/* count[0] the values that are finite, count[1] those that are infinite; the rest are NaN. */
CRM_I_KERNEL_DECLARE(void, crm_i_pyramid_survey, (int64_t n, const double *value, int64_t *count));

/* How many values are above bound, and how many equal to it. */
CRM_I_KERNEL_DECLARE(void, crm_i_pyramid_count,
                     (int64_t n, const double *value, double bound, int64_t *above, int64_t *equal));

/* tier[i] = 1 + the number of bounds (falling) that value[i] is below; 0 where it is not finite. */
CRM_I_KERNEL_DECLARE(void, crm_i_pyramid_tiers,
                     (int64_t n, const double *value, int32_t bounds, const double *bound, uint8_t *tier));

#endif
