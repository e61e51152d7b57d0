/* The integral of Pareto/NBD over the time of drop-out, for strips of customers. A customer who was last seen
 * at t_x is alive at T or dropped out at some u between: with R = r + x the likelihood of (x, t_x, T) is
 *
 *     G(R)/G(r) alpha^-x (1 + t_x/alpha)^-R (1 + t_x/beta)^-s (e^-E + D),
 *     E = R ln((alpha + T)/(alpha + t_x)) + s ln((beta + T)/(beta + t_x)),
 *     D = s/(beta + t_x) int_t_x^T ((alpha + u)/(alpha + t_x))^-R ((beta + u)/(beta + t_x))^-(s+1) du,
 *
 * and the posterior of being alive, or dead since u, is in the same proportion. All derivatives by r, alpha,
 * s, beta come from means and covariances, over u given dead, of the four features
 *
 *     0: ln((alpha + u)/(alpha + t_x))    1: 1 - (alpha + t_x)/(alpha + u)
 *     2: ln((beta + u)/(beta + t_x))      3: 1 - (beta + t_x)/(beta + u)
 */
#ifndef CRM_I_PARETO_NBD_INTEGRAL_KERNEL_H
#define CRM_I_PARETO_NBD_INTEGRAL_KERNEL_H

#include "base/kernel.h"

enum {
    CRM_I_PARETO_ROWS = 64,
    CRM_I_PARETO_FEATURES = 4,
    CRM_I_PARETO_PAIRS = 10 /* of features (i, j), j <= i, at i (i + 1)/2 + j */
};

/* How much is wanted of a strip. */
enum { CRM_I_PARETO_VALUES = 0, CRM_I_PARETO_MEANS = 1, CRM_I_PARETO_COVARIANCES = 2 };

typedef struct crm_i_pareto_strip {
    double log_alpha[CRM_I_PARETO_ROWS];                  /* ln(1 + t_x/alpha) */
    double log_beta[CRM_I_PARETO_ROWS];                   /* ln(1 + t_x/beta) */
    double end[CRM_I_PARETO_FEATURES][CRM_I_PARETO_ROWS]; /* the features at u = T */
    double exponent[CRM_I_PARETO_ROWS];                   /* E */
    double dead_part[CRM_I_PARETO_ROWS];                  /* D */
    double log_sum[CRM_I_PARETO_ROWS];                    /* ln(e^-E + D) */
    double log_alive[CRM_I_PARETO_ROWS];                  /* ln P(alive at T) = -E - ln(e^-E + D) */
    double alive[CRM_I_PARETO_ROWS];                      /* P(alive at T), 0 where less than 1e-300 */
    double dead[CRM_I_PARETO_ROWS];                       /* D/(e^-E + D), to its own digits */
    /* Given dead; where T = t_x all are 0. */
    double mean[CRM_I_PARETO_FEATURES][CRM_I_PARETO_ROWS];
    double covariance[CRM_I_PARETO_PAIRS][CRM_I_PARETO_ROWS];
} crm_i_pareto_strip;

/* A whole strip: CRM_I_PARETO_ROWS entries of x, t_x, T, alpha, beta (0, 0, 0, 1, 1 where there are fewer). A
 * row's bits depend on nothing but the row. For shapes 1e-60 .. 1e60, scales 1e-100 .. 1e100, T to 1e100. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_integrals,
                     (double r, double s, const double *x, const double *t_x, const double *T,
                      const double *alpha, const double *beta, int32_t order, crm_i_pareto_strip *out));

#endif
