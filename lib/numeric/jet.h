/* Forward-mode derivatives: a value with its partials by up to eight parameters. A quantity written once
 * in jets gives value and gradient. k, the number of partials in use, is the first argument everywhere: a
 * constant there unrolls everything, and d[k] and beyond are neither read nor written. */
#ifndef CRM_I_JET_H
#define CRM_I_JET_H

#include "numeric/elementary.h"
#include "numeric/special.h"

#include <math.h>

enum { CRM_I_JET_MAX = 8 };

struct crm_i_jet {
    double v;
    double d[CRM_I_JET_MAX];
};

/* c, with no dependence on any parameter. */
CRM_I_INLINE struct crm_i_jet crm_i_jet_constant(int k, double c)
{
    struct crm_i_jet r;
    r.v = c;
    for (int i = 0; i < k; i++)
        r.d[i] = 0.0;
    return r;
}

/* Parameter number i with value v and d/d(parameter i) = slope: 1 for the parameter itself, v when the
 * partials are by its logarithm. */
CRM_I_INLINE struct crm_i_jet crm_i_jet_variable(int k, double v, int i, double slope)
{
    struct crm_i_jet r = crm_i_jet_constant(k, v);
    r.d[i] = slope;
    return r;
}

/* f(a), given v = f(a.v) and dv = f'(a.v). */
CRM_I_INLINE struct crm_i_jet crm_i_jet_chain(int k, double v, double dv, struct crm_i_jet a)
{
    struct crm_i_jet r;
    r.v = v;
    for (int i = 0; i < k; i++)
        r.d[i] = dv * a.d[i];
    return r;
}

/* f(a, b), given its value and both partials. */
CRM_I_INLINE struct crm_i_jet crm_i_jet_chain2(int k, double v, double da, struct crm_i_jet a, double db,
                                               struct crm_i_jet b)
{
    struct crm_i_jet r;
    r.v = v;
    for (int i = 0; i < k; i++)
        r.d[i] = da * a.d[i] + db * b.d[i];
    return r;
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_add(int k, struct crm_i_jet a, struct crm_i_jet b)
{
    struct crm_i_jet r;
    r.v = a.v + b.v;
    for (int i = 0; i < k; i++)
        r.d[i] = a.d[i] + b.d[i];
    return r;
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_subtract(int k, struct crm_i_jet a, struct crm_i_jet b)
{
    struct crm_i_jet r;
    r.v = a.v - b.v;
    for (int i = 0; i < k; i++)
        r.d[i] = a.d[i] - b.d[i];
    return r;
}

/* a + c */
CRM_I_INLINE struct crm_i_jet crm_i_jet_shift(int k, struct crm_i_jet a, double c)
{
    return crm_i_jet_chain(k, a.v + c, 1.0, a);
}

/* c a */
CRM_I_INLINE struct crm_i_jet crm_i_jet_scale(int k, struct crm_i_jet a, double c)
{
    return crm_i_jet_chain(k, c * a.v, c, a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_multiply(int k, struct crm_i_jet a, struct crm_i_jet b)
{
    return crm_i_jet_chain2(k, a.v * b.v, b.v, a, a.v, b);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_divide(int k, struct crm_i_jet a, struct crm_i_jet b)
{
    const double v = a.v / b.v;
    const double inverse = 1.0 / b.v;
    return crm_i_jet_chain2(k, v, inverse, a, -v * inverse, b);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_inverse(int k, struct crm_i_jet a)
{
    const double v = 1.0 / a.v;
    return crm_i_jet_chain(k, v, -v * v, a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_exp(int k, struct crm_i_jet a)
{
    const double v = crm_i_exp(a.v);
    return crm_i_jet_chain(k, v, v, a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_expm1(int k, struct crm_i_jet a)
{
    return crm_i_jet_chain(k, crm_i_expm1(a.v), crm_i_exp(a.v), a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_log(int k, struct crm_i_jet a)
{
    return crm_i_jet_chain(k, crm_i_log(a.v), 1.0 / a.v, a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_log1p(int k, struct crm_i_jet a)
{
    return crm_i_jet_chain(k, crm_i_log1p(a.v), 1.0 / (1.0 + a.v), a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_sqrt(int k, struct crm_i_jet a)
{
    const double v = sqrt(a.v);
    return crm_i_jet_chain(k, v, 0.5 / v, a);
}

/* a^p for a > 0 and a real constant p: exp(p log a), so the relative error grows as |p log a|. */
CRM_I_INLINE struct crm_i_jet crm_i_jet_power(int k, struct crm_i_jet a, double p)
{
    const double v = crm_i_exp(p * crm_i_log(a.v));
    return crm_i_jet_chain(k, v, p * v / a.v, a);
}

/* a^b for a > 0. */
CRM_I_INLINE struct crm_i_jet crm_i_jet_power_jet(int k, struct crm_i_jet a, struct crm_i_jet b)
{
    const double log_a = crm_i_log(a.v);
    const double v = crm_i_exp(b.v * log_a);
    return crm_i_jet_chain2(k, v, b.v * v / a.v, a, v * log_a, b);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_lgamma(int k, struct crm_i_jet a)
{
    return crm_i_jet_chain(k, crm_i_lgamma(a.v), crm_i_digamma(a.v), a);
}

CRM_I_INLINE struct crm_i_jet crm_i_jet_digamma(int k, struct crm_i_jet a)
{
    return crm_i_jet_chain(k, crm_i_digamma(a.v), crm_i_trigamma(a.v), a);
}

#endif
