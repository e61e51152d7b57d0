/* The distribution of the number of purchases in GGompertz/NBD: one row at a time. */
#ifndef CRM_I_GGOMPERTZ_COUNT_H
#define CRM_I_GGOMPERTZ_COUNT_H

#include "base/compiler.h"

/* P(X = n in (0, t]) of a customer who is alive, lambda ~ Gamma(R, A), with hazard at B of ggompertz_strip.h.
 * Positive terms: about 1e-12 + 3e-15 (R + n) relative. slope: derivatives by R, A, ln b (B fixed), s, ln B,
 * right to that share of the value per unit of log-parameter. */
double crm_i_ggompertz_probability(double R, double A, double b, double s, double B, double n, double t,
                                   double *slope);

#endif
