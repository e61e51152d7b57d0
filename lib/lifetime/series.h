/* What every discounted series needs, as pairs: the factor of one period, and what the timing within it adds.
 */
#ifndef CRM_I_LIFETIME_SERIES_H
#define CRM_I_LIFETIME_SERIES_H

#include "crmcore/lifetime.h"
#include "numeric/pair.h"

#include <math.h>

/* 1/(1 + rate). */
CRM_I_INLINE crm_i_pair crm_i_series_factor(double rate)
{
    return crm_i_pair_divide(crm_i_pair_of(1.0), crm_i_pair_sum(1.0, rate));
}

/* (1 + rate)^tau, tau = 0, 1/2, 1 for END, MID, BEGIN. */
CRM_I_INLINE crm_i_pair crm_i_series_timing(double rate, int32_t timing)
{
    const crm_i_pair one = crm_i_pair_sum(1.0, rate);
    if (timing == CRM_TIMING_BEGIN)
        return one;
    if (timing == CRM_TIMING_END)
        return crm_i_pair_of(1.0);
    /* One Newton step from the root of the high part. */
    const double root = sqrt(one.high);
    const crm_i_pair square = crm_i_pair_product(root, root);
    const double rest = ((one.high - square.high) - square.low) + one.low;
    return crm_i_pair_fast_sum(root, rest / (2.0 * root));
}

#endif
