/* The distribution of the number of purchases in BG/NBD, and the posterior rate: one row at a time. */
#ifndef CRM_I_BG_NBD_COUNT_H
#define CRM_I_BG_NBD_COUNT_H

#include "base/compiler.h"

/* P(X = n in (0, t]) of a customer who is alive, with lambda ~ Gamma(R, A) and p ~ Beta(a, B). Every term is
 * positive: full relative accuracy however small the result, about 1e-13 + 1e-16 |log of the result|. */
double crm_i_bg_nbd_probability(double R, double A, double a, double B, double n, double t);

/* Regularised incomplete beta function I_x(a, b), a > 0, b > 0, given x and 1 - x in (0, 1), relative to
 * itself where it is below 1/2; scale = x^a (1-x)^b / (a B(a, b)). */
double crm_i_incomplete_beta(double a, double b, double x, double y, double scale);

#endif
