/* Rules of summation for means over a Beta distribution and for integrals over time, good at any shape and
 * scale: the trapezoidal rule in the logit (or the logarithm), where the integrands are analytic in a strip
 * of half-width pi/2 and everything is positive. A tail in which the integrand is a power times a polynomial
 * is summed in closed form. */
#ifndef CRM_I_RULE_H
#define CRM_I_RULE_H

#include "model/bg_nbd_kernel.h"

/* What the rule must be good for. */
typedef struct crm_i_rule_need {
    double R; /* the integrands are up to (1 + p y0)^-R times something between 1 and 1/p */
    double y0;
    double scale; /* ... which is a polynomial in p for p << 1/scale (0: a + B + 1 alone counts) */
    double cap;   /* ... and in 1 - p for 1 - p << 1/cap */
    double more;  /* 0; 1: something between 1 and 1/p^2 */
} crm_i_rule_need;

/* E f(p) = sum w f(node) for p ~ Beta(a, B): 1e-13 relative or better for all shapes from 1e-3 to 1e5. */
void crm_i_rule_beta(int32_t isa, double a, double B, const crm_i_rule_need *need, int32_t gradient,
                     crm_i_rule *rule);

/* int_y0^y1 exp(-z v) f(v) dv = sum w exp(-z v) f(v) for a smooth falling f, polynomial for v - y0 <<
 * 1/scale. For a finite y1 by way of a rule for the mean over a uniform fraction of the span, which is
 * Beta(1, 1), good for any (y1 - y0)(z + scale) up to steep; without end for any z from z_low to z_high. */
void crm_i_rule_span(int32_t isa, double steep, crm_i_rule *span);
void crm_i_rule_times_in(const crm_i_rule *span, double y0, double length, crm_i_times *times);
void crm_i_rule_times_for_ever(double y0, double z_low, double z_high, double scale, crm_i_times *times);

#endif
