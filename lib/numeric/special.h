/* Special functions of one row: log-gamma, its derivatives and differences, beta, the normal quantile, the
 * incomplete gamma function. Plain scalar functions without globals; made of elementary.h, so the same bits
 * everywhere.
 *
 * Bounds are relative to the result unless said otherwise, u = 2^-53, for arguments from 1e-5 to 1e8
 * (outside they degrade slowly). Outside its domain a function is NaN. */
#ifndef CRM_I_NUMERIC_SPECIAL_H
#define CRM_I_NUMERIC_SPECIAL_H

#include "base/compiler.h"

/* ln Gamma(x), x > 0 (infinite at 0): 4u, also near its zeros at 1 and 2. */
double crm_i_lgamma(double x);
/* ln Gamma(1 + x), x >= 0: 5u, however small x is. */
double crm_i_lgamma1p(double x);
/* psi(x), x > 0: 8u, also near its zero. */
double crm_i_digamma(double x);
/* psi'(x), x > 0: 6u. */
double crm_i_trigamma(double x);

/* ln Gamma(x + n) - ln Gamma(x), x > 0, real n >= 0, at any size of n/x: 4u; next to its zeros (x < 1.47 <
 * x + n) u/50 absolute at least. */
double crm_i_lgamma_ratio(double x, double n);
/* psi(x + n) - psi(x) >= 0: 8u. */
double crm_i_digamma_ratio(double x, double n);
/* psi'(x + n) - psi'(x) <= 0: 10u. */
double crm_i_trigamma_ratio(double x, double n);

/* ln B(a, b), a and b > 0: 6u, next to its zeros (B = 1) u/50 absolute. */
double crm_i_lbeta(double a, double b);
/* ln B(a + m, b + n) - ln B(a, b) <= 0, m and n >= 0: 16u at any size of m and n. */
double crm_i_lbeta_ratio(double a, double b, double m, double n);
/* ln of Gamma(x + p + q) Gamma(x)/(Gamma(x + p) Gamma(x + q)) >= 0, p and q >= 0: 16u. */
double crm_i_lgamma_cross(double x, double p, double q);
/* Its derivatives by x: psi(x + p + q) - psi(x + p) - psi(x + q) + psi(x) <= 0, and the same of psi' >= 0:
 * 16u. */
double crm_i_digamma_cross(double x, double p, double q);
double crm_i_trigamma_cross(double x, double p, double q);

/* log(1 + x) - x: 6u. */
double crm_i_log1p_minus(double x);
/* (e^x - 1)/x, 1 at 0: 3u. */
double crm_i_expm1_ratio(double x);

/* The standard normal quantile of 0 < p < 1 (infinite at 0 and 1): 1e-15 relative to itself, for small p
 * and next to 1/2 too. */
double crm_i_normal_quantile(double p);
/* Regularised incomplete gamma functions of a > 0, x >= 0, P + Q = 1: 1e-12 relative for whichever is the
 * smaller (Q also for a < 1, x < 1). Time grows with sqrt(a) up to a = 1e6 and is constant above. */
double crm_i_gamma_p(double a, double x);
double crm_i_gamma_q(double a, double x);

/* Sum of the Stirling series, ln Gamma(y) - (y - 1/2) ln y + y - ln(2 pi)/2, for y >= 10. */
double crm_i_stirling_rest(double y);

#endif
