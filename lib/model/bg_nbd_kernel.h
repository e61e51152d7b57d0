/* The inner loops of BG/NBD and MBG/NBD prediction, for every instruction set. Sums run on 8 lanes in a fixed
 * tree. */
#ifndef CRM_I_BG_NBD_KERNEL_H
#define CRM_I_BG_NBD_KERNEL_H

#include "base/kernel.h"
#include "model/prediction.h"

/* A discrete measure that stands for p ~ Beta(a, B): nodes and weights, padded with weights 0 to a multiple
 * of 8, and the derivatives of the weights by a and B at fixed nodes. */
enum { CRM_I_RULE_MAX = 320 };
typedef struct crm_i_rule {
    int64_t n;
    double p[CRM_I_RULE_MAX];
    double w[CRM_I_RULE_MAX];
    double w_a[CRM_I_RULE_MAX]; /* only if gradients were asked for */
    double w_b[CRM_I_RULE_MAX];
} crm_i_rule;

/* Times with weights, and what the process does there: the integrand of discounted purchases without the
 * discount. */
typedef struct crm_i_times {
    int64_t n; /* a multiple of 8 */
    double v[CRM_I_RULE_MAX];
    double w[CRM_I_RULE_MAX];
    double f[CRM_I_RULE_MAX];   /* w R E[(1 + p v)^-(R+1)] */
    double f_r[CRM_I_RULE_MAX]; /* its derivatives by R, a and B */
    double f_a[CRM_I_RULE_MAX];
    double f_b[CRM_I_RULE_MAX];
} crm_i_times;

/* The integrand of discounted purchases as a function of v on [0, expm1(panels * length)/scale]: on each
 * panel of log(1 + scale v) a Chebyshev series for R E[(1 + p v)^-(R+1)] and one for each of its derivatives
 * by R, a, B. */
enum { CRM_I_SERIES_TERMS = 16, CRM_I_SERIES_PANELS = 48, CRM_I_SERIES_OUT = 4 };
typedef struct crm_i_series {
    int32_t panels; /* 0: there is none */
    double scale;
    double length;
    double c[CRM_I_SERIES_OUT][CRM_I_SERIES_PANELS * CRM_I_SERIES_TERMS];
} crm_i_series;

/* P(alive) of a strip, with partials by r, alpha, a, b if strip->gradient. first: the number of repeat
 * purchases from which a customer may have left, 1 in BG/NBD and 0 in MBG/NBD. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_alive, (const double *parameter, double first, crm_i_strip *strip));

/* For node k at delta[k] in logit p from the mode p0 = 1 - q0: p, log(p/p0) and log(q/q0), for n a multiple
 * of 8. */
CRM_I_KERNEL_DECLARE(void, crm_i_beta_nodes,
                     (int64_t n, double p0, double q0, const double *delta, double *p, double *log_p,
                      double *log_q));

/* E[((1 + p y0)^-R - (1 + p y1)^-R)/p], y1 = y0 + length, with all digits of a short span; and if gradient
 * its derivatives by R, by the scale of time (y0 d/dy0 + y1 d/dy1), by a and B in out[1..4]. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_expected,
                     (const crm_i_rule *rule, double R, double y0, double length, int32_t gradient,
                      double *out));

/* E[(1 + p y)^-R], and if gradient its derivatives by R, y, a, B in out[1..4]. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_ahead,
                     (const crm_i_rule *rule, double R, double y, int32_t gradient, double *out));

/* Fills in f (and its derivatives) of times from v and w. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_times,
                     (const crm_i_rule *rule, double R, int32_t gradient, crm_i_times *times));

/* The same from a series. */
CRM_I_KERNEL_DECLARE(void, crm_i_series_times,
                     (const crm_i_series *series, int32_t gradient, crm_i_times *times));

/* sum f exp(-z v), and if gradient the sums with f_r, f_a, f_b and v f in out[1..4]. */
CRM_I_KERNEL_DECLARE(void, crm_i_bg_discounted,
                     (const crm_i_times *times, double z, int32_t gradient, double *out));

/* out[i] = sum over j < terms of table[at[i] * terms + j] T_j(u[i]); of at[i] = -1 anything. Strips, like the
 * next: n rounded up to 8 is computed. */
CRM_I_KERNEL_DECLARE(void, crm_i_panel_rows,
                     (int64_t n, int32_t terms, const double *table, const int32_t *at, const double *u,
                      double *out));

/* Which panel: at = x * panels + k and u in [-1, 1] for log1p(T/alpha) in panel k; at = -1 where x >= rows,
 * k >= panels, or T = 0: a new customer. */
CRM_I_KERNEL_DECLARE(void, crm_i_panel_find,
                     (int64_t n, double alpha, double length, int32_t rows, int32_t panels, const double *x,
                      const double *T, int32_t *at, double *u));

#endif
