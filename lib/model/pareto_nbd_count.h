/* The distribution of the number of purchases in Pareto/NBD: one row at a time. */
#ifndef CRM_I_PARETO_NBD_COUNT_H
#define CRM_I_PARETO_NBD_COUNT_H

#include "base/compiler.h"

/* P(X = n in (0, t]) of a customer who is alive, with purchases at a rate ~ Gamma(R, A) and death at a rate ~
 * Gamma(s, B); t = 0 or 1e-60 .. 1e150, shapes 1e-60 .. 1e60, scales 1e-100 .. 1e101. Every term is positive:
 * full relative accuracy however small the result, about 2e-13 + 3e-15 (R + n). slope: its derivatives by R,
 * A, s, B, right to the same share of the value times 1 + R + n per unit of log-parameter. */
double crm_i_pareto_nbd_probability(int32_t isa, double R, double A, double s, double B, double n, double t,
                                    double *slope);

#endif
