/* The variance of a count of purchases in BG/NBD, given that the customer is alive. */
#ifndef CRM_I_BG_NBD_SPREAD_H
#define CRM_I_BG_NBD_SPREAD_H

#include "model/bg_nbd_kernel.h"

/* Of the purchases in (y0, y0 + length] (in units of A) of a customer who is alive now with lambda ~ Gamma(R,
 * A) and p by the rule: the variance, and if gradient its derivatives by R, by the scale of time, by a and B
 * in out[1..4]. The rule must be good for integrands that grow like 1/p^2. All sums are of positive terms:
 * 1e-13 relative. */
void crm_i_bg_nbd_spread(int32_t isa, const crm_i_rule *rule, double R, double y0, double length,
                         int32_t gradient, double *out);

#endif
