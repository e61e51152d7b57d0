/* The likelihoods of BG/NBD (first = 1) and MBG/NBD (first = 0) where products of its terms leave the range
 * of doubles. */
#ifndef CRM_I_BG_NBD_EXTREME_H
#define CRM_I_BG_NBD_EXTREME_H

#include "base/compiler.h"

/* The largest T that the kernels, which multiply and divide freely, may be given. */
#define CRM_I_BG_NBD_T_MOST 1e100

/* 1 if they may be given these parameters (r, alpha, a, b). */
int32_t crm_i_bg_nbd_is_usual(const double *parameter);

/* The log-likelihood of one row, in logarithms throughout: right to about 1e-13 of its largest term at any
 * parameters, and finite unless it is itself beyond a double. */
double crm_i_bg_nbd_extreme(const double *parameter, double first, double x, double t_x, double T);

#endif
