/* The rows of BG/NBD and MBG/NBD, and their steps in x, on lanes. `first` tells them apart: the number of
 * repeat purchases from which a customer may have left, 1 in BG/NBD and 0 in MBG/NBD. */
#ifndef CRM_I_BG_NBD_LIKELIHOOD_KERNEL_H
#define CRM_I_BG_NBD_LIKELIHOOD_KERNEL_H

#include "base/kernel.h"

/* Sums over rows of what a row with the rate part e^S adds; w its weight. With A = alpha + t_x, B = alpha +
 * T, L = ln(B/alpha), D = ln(B/A), odds = [x >= first] a/(b + x - first) e^((r+x) D), S = ln(1 + odds), P =
 * odds/(1 + odds), Q = 1 - P, g = alpha/B, h = alpha/A, k = (r + x)(h - g), q = b/(b + x - first): */
enum {
    CRM_I_BG_VALUE = 0, /* S - (r + x) L */
    CRM_I_BG_R = 1,     /* P D - L */
    CRM_I_BG_ALPHA = 2, /* r (1 - g) - x g - P k */
    CRM_I_BG_A = 3,     /* P */
    CRM_I_BG_B = 4,     /* P q */
    CRM_I_BG_GRADIENT_SUMS = 5,
    CRM_I_BG_R_R = 5,         /* PQ D^2 */
    CRM_I_BG_R_ALPHA = 6,     /* (1 - g) - P (h - g) - PQ D k */
    CRM_I_BG_R_A = 7,         /* PQ D */
    CRM_I_BG_R_B = 8,         /* PQ D q */
    CRM_I_BG_ALPHA_ALPHA = 9, /* PQ k^2 - P k (1 - h - g) - (r + x) g (1 - g) */
    CRM_I_BG_ALPHA_A = 10,    /* PQ k */
    CRM_I_BG_ALPHA_B = 11,    /* PQ k q */
    CRM_I_BG_A_A = 12,        /* PQ */
    CRM_I_BG_A_B = 13,        /* PQ q */
    CRM_I_BG_B_B = 14,        /* P q (q - 1) + PQ q^2 */
    CRM_I_BG_HESSIAN_SUMS = 15
};

/* parameter: r, alpha, a, b. hessian 0: the first CRM_I_BG_GRADIENT_SUMS sums only. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_nbd_block,
                     (int64_t n, const double *x, const double *t_x, const double *T, const double *mass,
                      const double *parameter, double first, int32_t hessian, double *sums));

/* out = S - (r + x) L - x ln alpha of each row: all but the terms of x alone. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_nbd_rows,
                     (int64_t n, const double *x, const double *t_x, const double *T, const double *parameter,
                      double first, double *out));

/* The terms of x alone are sums over the purchases j = 0 .. x-1; above[j] weighs step j. With k = j + 1 -
 * first, so that what all customers have of MBG/NBD, k = 0, is left out: */
enum {
    CRM_I_BG_STEP_VALUE = 0, /* ln(r + j) - ln(1 + a/(b + k)) */
    CRM_I_BG_STEP_R = 1,     /* r/(r + j) */
    CRM_I_BG_STEP_R_R = 2,   /* r j/(r + j)^2 */
    CRM_I_BG_STEP_A = 3,     /* a/(a + b + k) */
    CRM_I_BG_STEP_A_A = 4,   /* a (b + k)/(a + b + k)^2 */
    CRM_I_BG_STEP_A_B = 5,   /* a b/(a + b + k)^2 */
    CRM_I_BG_STEP_B = 6,     /* a b/((b + k)(a + b + k)) */
    CRM_I_BG_STEP_B_B = 7,   /* b k/(b + k)^2 - b (a + k)/(a + b + k)^2 */
    CRM_I_BG_STEP_SUMS = 8
};
CRM_I_KERNEL_DECLARE(void, crm_i_bg_nbd_steps,
                     (int64_t steps, const double *above, const double *parameter, double first,
                      double *sums));

#endif
