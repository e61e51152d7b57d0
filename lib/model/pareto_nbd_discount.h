/* Discounted time alive in Pareto/NBD, as a curve: with a death rate ~ Gamma(s, B) it is a function of B =
 * beta + T alone. By summation anywhere; on panels of log B as a Chebyshev series, which costs a few ns per
 * customer. */
#ifndef CRM_I_PARETO_NBD_DISCOUNT_H
#define CRM_I_PARETO_NBD_DISCOUNT_H

#include "numeric/chebyshev.h"

enum {
    CRM_I_DISCOUNT_OUT = 3,    /* value, derivatives by s and B */
    CRM_I_DISCOUNT_PANELS = 8, /* B to e^6 times the first */
    CRM_I_DISCOUNT_BLOCK = CRM_I_DISCOUNT_PANELS * CRM_I_CHEBYSHEV_TERMS
};
#define CRM_I_DISCOUNT_LENGTH 0.75 /* of a panel, in log B */

typedef struct crm_i_pareto_discounted {
    double s;
    double delta;
    double length; /* may be infinite; B delta >= 1e-30 then */
} crm_i_pareto_discounted;

/* int_0^length exp(-delta u) (1 + u/B)^-s du, and its derivatives. */
void crm_i_pareto_discounted_value(int32_t isa, const crm_i_pareto_discounted *of, double B, double *out);

/* The series of panel k from B = first on: of output o, o < outs, at out + o * stride. The first coefficient
 * of one that is too steep for a series is NaN. */
void crm_i_pareto_discounted_panel(int32_t isa, const crm_i_pareto_discounted *of, double first, int32_t k,
                                   int32_t outs, int64_t stride, double *out);

#endif
