/* The distribution of the number of purchases in BG/NBD: one row at a time. */
#ifndef CRM_I_BG_NBD_COUNT_H
#define CRM_I_BG_NBD_COUNT_H

#include "base/compiler.h"

/* P(X = n in (0, t]) of a customer who is alive, with lambda ~ Gamma(R, A) and p ~ Beta(a, B). Every term is
 * positive: full relative accuracy however small the result, about 2e-13 + 1e-15 (R + n). slope:
 * its derivatives by R, A, a, B, right to about 1e-13 + 1e-15 (R + n) of the value per unit of
 * log-parameter. */
double crm_i_bg_nbd_probability(double R, double A, double a, double B, double n, double t, double *slope);

#endif
