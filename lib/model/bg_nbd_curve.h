/* What BG/NBD says of a customer who is alive, as a curve: for one x and one quantity a function of A = alpha
 * + T alone. Exact anywhere by summation; on panels of log A as a Chebyshev series, which costs a few ns per
 * customer. */
#ifndef CRM_I_BG_NBD_CURVE_H
#define CRM_I_BG_NBD_CURVE_H

#include "model/bg_nbd_kernel.h"

enum {
    CRM_I_CURVE_TERMS = 16,
    CRM_I_CURVE_PANELS = 8, /* T/alpha up to e^6 - 1 */
    CRM_I_CURVE_OUT = 5     /* value, derivatives by r, alpha, a, b */
};
#define CRM_I_CURVE_LENGTH 0.75 /* of a panel, in log A */

typedef struct crm_i_curve {
    crm_i_ask ask;
    double alpha;
    double R;
    double a;
    double B;
    int32_t gradient;
    crm_i_rule rule;
    crm_i_rule span;     /* of a discounted quantity with a finite horizon: fractions of the span */
    crm_i_times times;   /* of a discounted quantity: scratch, but for an infinite horizon fixed */
    crm_i_series series; /* of a discounted quantity on panels, with a finite horizon */
} crm_i_curve;

/* 1 if the curve may be put on panels. */
int32_t crm_i_curve_has_panels(const crm_i_ask *ask);

/* Prepares for low <= A <= high. */
void crm_i_curve_build(int32_t isa, const double *parameter, const crm_i_ask *ask, double x, double low,
                       double high, int32_t gradient, crm_i_curve *curve);

/* The same for all panels at once. */
void crm_i_curve_build_panels(int32_t isa, const double *parameter, const crm_i_ask *ask, double x,
                              int32_t gradient, crm_i_curve *curve);

/* Value and, if the curve was built for them, derivatives at A. */
void crm_i_curve_value(int32_t isa, crm_i_curve *curve, double A, double *out);

/* The series of panel k: that of output o at out + o * stride. The first coefficient is NaN if the curve is
 * too steep for a series, or too dear. */
void crm_i_curve_panel(int32_t isa, crm_i_curve *curve, int32_t k, int64_t stride, double *out);

#endif
