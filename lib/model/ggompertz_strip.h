/* Strips of rows of GGompertz/NBD: what the likelihood and the predictions integrate over, on lanes.
 *
 * From a time t on, with B = beta e^-bt + 1 - e^-bt, the cumulative hazard of leaving within u is s q(u),
 *     q = ln(1 + (e^bu - 1)/B), q' = b (1 - (1 - 1/B) e^-q),
 * and, the other way round, u = ln(1 + B (e^q - 1))/b. Of u and q the one that grows faster at first is the
 * base y: q where B >= 1, u where B < 1. Integrals run over z = ln(1 + y/c), where c reaches as far to the
 * left as the nearest singularity on the real line: u = -A, of purchases, and for B < 1 q = -infinity, for B
 * >= 1 u = -infinity. It goes to z = -infinity, and all others stay pi/2 away from the real line, whatever
 * the parameters. So one panel of Gauss-Legendre nodes does, as many as its length and the variation of the
 * integrand say. */
#ifndef CRM_I_GGOMPERTZ_STRIP_H
#define CRM_I_GGOMPERTZ_STRIP_H

#include "model/ggompertz_nodes.h"
#include "numeric/elementary.h"

enum { CRM_I_GO_LANES = 64 };

/* Exponents are cut off here: beyond, q and b u differ by a constant. */
#define CRM_I_GO_FAR 500.0

/* n rounded up to whole vectors. */
CRM_I_INLINE int crm_i_go_whole(int64_t n)
{
    return (int)((n + 7) / 8 * 8);
}

CRM_I_INLINE double crm_i_go_least(double a, double b)
{
    return a < b ? a : b;
}

CRM_I_INLINE double crm_i_go_most(double a, double b)
{
    return a > b ? a : b;
}

/* e^-bt, and B after t. */
CRM_I_INLINE double crm_i_go_scale_at(double b, double beta, double t, double *decay)
{
    const double bt = crm_i_go_least(b * t, 700.0);
    *decay = crm_i_exp_core(-bt);
    return beta * *decay - crm_i_expm1_core(-bt);
}

/* ln(1 + by (e^a - 1)): q of a = b u with by = 1/B, b u of a = q with by = B. grown: e^a - 1, cut off. */
CRM_I_INLINE double crm_i_go_clock(double a, double by, double *grown)
{
    const double inside = crm_i_go_least(a, CRM_I_GO_FAR);
    *grown = crm_i_expm1_core(inside);
    return crm_i_log1p_core(by * *grown) + (a - inside);
}

/* The scale c of the base; bA is b times the distance of the singularity of purchases, or large. */
CRM_I_INLINE double crm_i_go_base(double b, double B, double bA)
{
    const double near = crm_i_expm1_core(-crm_i_go_least(bA, 700.0)) / B;
    const double left = B >= 1.0 ? near : -B;
    const double reach = -crm_i_log1p_core(crm_i_go_most(left, -1.0 + 0x1p-40));
    return B >= 1.0 ? reach : crm_i_go_least(bA, reach) / b;
}

#endif
