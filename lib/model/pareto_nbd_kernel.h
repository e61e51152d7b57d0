/* The inner loops of Pareto/NBD prediction, for every instruction set. Sums run on 8 lanes in a fixed tree.
 */
#ifndef CRM_I_PARETO_NBD_KERNEL_H
#define CRM_I_PARETO_NBD_KERNEL_H

#include "base/kernel.h"
#include "model/prediction.h"

/* What a customer does who is alive now, with a death rate ~ Gamma(s, B), in a span that begins t0 ahead: the
 * chance of being alive at t0, and the time alive in the span from there on, int_0^length (1 + u/(B + t0))^-s
 * du; for rows of B. With their derivatives by s and B. */
typedef struct crm_i_pareto_life {
    double alive[CRM_I_STRIP];
    double alive_s[CRM_I_STRIP];
    double alive_b[CRM_I_STRIP];
    double time[CRM_I_STRIP];
    double time_s[CRM_I_STRIP];
    double time_b[CRM_I_STRIP];
} crm_i_pareto_life;

/* n rounded up to 8 is computed, as everywhere below; derivatives if `gradient`. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_ahead,
                     (int64_t n, double s, double t0, const double *B, int32_t gradient,
                      crm_i_pareto_life *life));
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_time,
                     (int64_t n, double s, double t0, double length, const double *B, int32_t gradient,
                      crm_i_pareto_life *life));

/* Where rows lie in a table over log(1 + (B - first)/first), panels of `length`: at (-1: beyond) and u in
 * [-1, 1]. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_place,
                     (int64_t n, double first, double length, int32_t panels, const double *T, int32_t *at,
                      double *u));

/* The sums over `panels` equal panels of [0, end] of f(xi) = exp(-((s-1) xi + z expm1(xi)) - shift), of xi f
 * and of (1 - e^-xi) f. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_discount,
                     (double s, double z, double shift, double end, int32_t panels, double *out));

/* What one row's probability of n purchases integrates: see pareto_nbd_count.c. */
typedef struct crm_i_pareto_count {
    double n;
    double R;
    double A;
    double s;
    double B;
    double t;
    double shift; /* subtracted from the exponent */
    double begin; /* of y = ln(t/tau) */
    double end;
    int32_t panels; /* equal ones from begin to end */
} crm_i_pareto_count;

/* tau/A where it and its inverse can be held. */
CRM_I_INLINE double crm_i_pareto_share(double tau, double A)
{
    const double share = tau / A;
    const double least = share > 1e-290 ? share : 1e-290;
    return least < 1e290 ? least : 1e290;
}

/* The integral of (tau/(A+tau))^n (1+tau/A)^-R (1+tau/B)^-s tau/(B+tau) e^-shift, and of the same times
 * log1p(tau/A), tau/(A+tau), log1p(tau/B), tau/(B+tau). */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_counts, (const crm_i_pareto_count *count, double *out));

/* The variance of the time alive in (0, length] over B^2, w = log(1 + length/B): 2 int_0^w (1 - e^(-s xi))
 * e^(-(s-2) xi) (w - xi) phi((s-1)(w - xi)) dxi, phi(z) = (1 - e^-z)/z, up to `end` <= w; and its derivative
 * by s. */
CRM_I_KERNEL_DECLARE(void, crm_i_pareto_variance,
                     (double s, double w, double end, int32_t panels, double *out));

#endif
