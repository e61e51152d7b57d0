/* Growth over many periods: (1 + rate)^t from the logarithm as a pair, because an exponent of some hundreds
 * that is off by half a unit spoils the last two digits of its power. */
#ifndef CRM_I_LIFETIME_POWER_H
#define CRM_I_LIFETIME_POWER_H

#include "numeric/elementary.h"
#include "numeric/pair.h"

/* The largest rate per period: beyond it 1 + rate squared leaves the range of double-double. */
#define CRM_I_RATE_MOST 1e100

CRM_I_INLINE int crm_i_rate_is_good(double rate)
{
    return rate > -1.0 && rate <= CRM_I_RATE_MOST;
}

/* log(1 + rate). */
CRM_I_INLINE crm_i_pair crm_i_power_log(double rate)
{
    return crm_i_pair_log1p(crm_i_pair_of(rate));
}

/* t * log; the low part is left out where it is not a number, which is where the high one decides alone. */
CRM_I_INLINE crm_i_pair crm_i_power_exponent(crm_i_pair log, double t)
{
    const crm_i_pair p = crm_i_pair_product(log.high, t);
    const double low = p.low + log.low * t;
    const crm_i_pair r = {p.high, fabs(low) < 1.0 ? low : 0.0};
    return r;
}

/* e^(t log): within 2 units. Below DBL_MIN within one unit of the subnormal spacing; infinite beyond the
 * range. */
CRM_I_INLINE double crm_i_power(crm_i_pair log, double t)
{
    const crm_i_pair e = crm_i_power_exponent(log, t);
    return crm_i_exp(e.high) * (1.0 + e.low);
}

/* The same for a length of time that need not be a double: half a unit of a thousand periods would be 24 of
 * the power at 10 % a period. */
CRM_I_INLINE double crm_i_power_pair(crm_i_pair log, crm_i_pair t)
{
    const crm_i_pair e = crm_i_power_exponent(log, t.high);
    const double more = log.high * t.low;
    const double low = e.low + (fabs(more) < 1.0 ? more : 0.0);
    return crm_i_exp(e.high) * (1.0 + low);
}

/* For the time from a to b. */
CRM_I_INLINE double crm_i_power_between(crm_i_pair log, double a, double b)
{
    return crm_i_power_pair(log, crm_i_pair_sum(b, -a));
}

/* e^(t log) - 1: within 2.5 units. */
CRM_I_INLINE double crm_i_power_less_one(crm_i_pair log, double t)
{
    const crm_i_pair e = crm_i_power_exponent(log, t);
    const double y = crm_i_expm1(e.high);
    return y < 1e308 ? y + (1.0 + y) * e.low : y;
}

#endif
