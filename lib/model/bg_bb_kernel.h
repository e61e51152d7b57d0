/* The inner loop of BG/BB, for every instruction set: what the silence after the last purchase says. Of m = T
 * - t_x opportunities without a purchase each may have been a chance that was not taken or none, because the
 * customer had died. Given that he is alive after the last purchase, p ~ Beta(a, b) and theta ~ Beta(gamma,
 * d) with a = alpha + x, b = beta + t_x - x, d = delta + t_x, s = a + b, e = gamma + d.
 *
 * D_i, the probability of the silence from opportunity i on, given that it was kept before, runs backwards:
 *     D_m = 1,  D_i = q + (1 - q)(1 - r) D_{i+1},  q = gamma/(e + i),  r = a/(s + i);
 * D_0 is the sum over the times of death, nothing cancels, nothing leaves the range of doubles. With the
 * posterior shares pi = (1 - q)(1 - r) D_{i+1}/D_i and rho = q/D_i derivatives of ln D run along, those of
 * second order as mean plus variance between the two ways. */
#ifndef CRM_I_BG_BB_KERNEL_H
#define CRM_I_BG_BB_KERNEL_H

#include "base/kernel.h"
#include "model/likelihood.h"

/* By the logarithms of alpha, beta, gamma, delta: first, and second in the order aa ab ac ad bb bc bd cc cd
 * dd. */
enum { CRM_I_BG_BB_PARAMETERS = 4, CRM_I_BG_BB_SECOND = 10 };

/* A strip of rows. */
typedef struct crm_i_bg_bb_silence {
    double d[CRM_I_LANES]; /* D_0 */
    double g[CRM_I_BG_BB_PARAMETERS][CRM_I_LANES];
    double h[CRM_I_BG_BB_SECOND][CRM_I_LANES];
    double alive[CRM_I_LANES];                           /* the product of all pi: P(alive at T) */
    double dead[CRM_I_LANES];                            /* 1 - alive, with all its digits */
    double alive_g[CRM_I_BG_BB_PARAMETERS][CRM_I_LANES]; /* of ln alive */
} crm_i_bg_bb_silence;

/* What is wanted. */
enum {
    CRM_I_BG_BB_VALUE = 0,          /* d */
    CRM_I_BG_BB_GRADIENT = 1,       /* d, g */
    CRM_I_BG_BB_HESSIAN = 2,        /* d, g, h */
    CRM_I_BG_BB_ALIVE = 3,          /* d, alive, dead */
    CRM_I_BG_BB_ALIVE_GRADIENT = 4, /* d, g, alive, dead, alive_g */
    CRM_I_BG_BB_WANTS = 5
};

/* CRM_I_LANES rows; the bits of a row do not depend on the others, nor d and alive on what else is wanted. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_bb_silences,
                     (const double *x, const double *t_x, const double *T, const double *parameter,
                      int32_t want, crm_i_bg_bb_silence *out));

/* What a row adds beside ln D: the logarithm of the probability of the time up to the last purchase, and its
 * derivatives by the natural parameters: first by alpha (1 - 2), beta (3), gamma (4), delta (5) in parts that
 * belong to x, t_x - x and t_x. */
enum {
    CRM_I_BG_BB_HEAD = 0,  /* ln B(alpha+x, beta+y)/B(alpha, beta) B(gamma, delta+t)/B(gamma, delta) */
    CRM_I_BG_BB_ALPHA = 1, /* psi(alpha + x) - psi(alpha), and of psi' */
    CRM_I_BG_BB_ALPHA_2 = 2,
    CRM_I_BG_BB_BETA = 3, /* the same of beta and y = t_x - x, */
    CRM_I_BG_BB_BETA_2 = 4,
    CRM_I_BG_BB_BOTH = 5, /* of alpha + beta and t_x, */
    CRM_I_BG_BB_BOTH_2 = 6,
    CRM_I_BG_BB_DELTA = 7, /* of delta and t_x, */
    CRM_I_BG_BB_DELTA_2 = 8,
    CRM_I_BG_BB_DEATH = 9, /* of gamma + delta and t_x */
    CRM_I_BG_BB_DEATH_2 = 10,
    CRM_I_BG_BB_HEADS = 11
};

/* Sums: value, 4 first and 10 second derivatives by log-parameters. */
enum { CRM_I_BG_BB_GRADIENT_SUMS = 5, CRM_I_BG_BB_HESSIAN_SUMS = 15 };

/* Adds a strip to the lanes: head[k * CRM_I_LANES + i] is part k of row i. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_bb_add,
                     (const crm_i_bg_bb_silence *silence, const double *head, const double *mass,
                      const double *parameter, int32_t hessian, double *lane));

/* out = head + ln d. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_bb_values, (const double *head, const double *d, double *out));

#endif
