/* How many customers a share is, and how near to a share of value counts as reaching it. */
#ifndef CRM_I_PORTFOLIO_RANK_H
#define CRM_I_PORTFOLIO_RANK_H

#include "base/compiler.h"

#include <math.h>

/* ceil(share * n), where a product that lies within min(1e-9 n, 1/100) of a whole number counts as that
 * number: shares are read to nine digits, so that .2 of 10 is 2 and .1 + .2 of 10 is 3, whatever their last
 * bits; never beyond n. */
CRM_I_INLINE int64_t crm_i_rank_of_share(double share, int64_t n)
{
    const double size = (double)n;
    const double product = share * size;
    const double whole = floor(product + 0.5);
    const double slack = size * 1e-9 < 0.01 ? size * 1e-9 : 0.01;
    const double rank = fabs(product - whole) <= slack ? whole : ceil(product);
    return rank < size ? (rank > 0.0 ? (int64_t)rank : 0) : n;
}

/* The sum that reaches a share of the total: 1e-12 of the total may be missing. */
CRM_I_INLINE double crm_i_rank_target(double share, double total)
{
    const double least = share - 1e-12;
    return least > 0.0 ? least * total : 0.0;
}

#endif
