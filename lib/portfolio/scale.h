/* A power of two that brings the largest of some values near 1, so that their squares and sums stay in range.
 */
#ifndef CRM_I_PORTFOLIO_SCALE_H
#define CRM_I_PORTFOLIO_SCALE_H

#include "numeric/elementary.h"

/* Of 0: the largest there is, which does no harm. most must be finite and not negative. */
CRM_I_INLINE double crm_i_scale_of(double most)
{
    const uint64_t field = crm_i_double_bits(most) >> 52;
    return crm_i_bits_double((field < 2044 ? 2045 - field : 1) << 52);
}

#endif
