/* A number as an unevaluated sum of two doubles, high + low with |low| at most half a unit of high: some
 * 100 bits for scalar code where large terms cancel. Sums and products are good to 2^-104 relative when
 * nothing cancels. Without fma; factors must stay below 1e290 and products above 1e-290. An operation on an
 * infinity gives NaN. */
#ifndef CRM_I_NUMERIC_PAIR_H
#define CRM_I_NUMERIC_PAIR_H

#include "base/compiler.h"

typedef struct {
    double high;
    double low;
} crm_i_pair;

/* a + b exactly. */
CRM_I_INLINE crm_i_pair crm_i_pair_sum(double a, double b)
{
    const double s = a + b;
    const double back = s - a;
    const crm_i_pair r = {s, (a - (s - back)) + (b - back)};
    return r;
}

/* a + b exactly if a is 0 or |a| >= |b|. */
CRM_I_INLINE crm_i_pair crm_i_pair_fast_sum(double a, double b)
{
    const double s = a + b;
    const crm_i_pair r = {s, (a - s) + b};
    return r;
}

/* a * b exactly. */
CRM_I_INLINE crm_i_pair crm_i_pair_product(double a, double b)
{
    const double ta = a * 0x1.0000002p27;
    const double tb = b * 0x1.0000002p27;
    const double ah = ta - (ta - a);
    const double bh = tb - (tb - b);
    const double al = a - ah;
    const double bl = b - bh;
    const double p = a * b;
    const crm_i_pair r = {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
    return r;
}

CRM_I_INLINE crm_i_pair crm_i_pair_of(double a)
{
    const crm_i_pair r = {a, 0.0};
    return r;
}

CRM_I_INLINE double crm_i_pair_value(crm_i_pair a)
{
    return a.high + a.low;
}

CRM_I_INLINE crm_i_pair crm_i_pair_negate(crm_i_pair a)
{
    const crm_i_pair r = {-a.high, -a.low};
    return r;
}

CRM_I_INLINE crm_i_pair crm_i_pair_scale(crm_i_pair a, double power_of_two)
{
    const crm_i_pair r = {a.high * power_of_two, a.low * power_of_two};
    return r;
}

CRM_I_INLINE crm_i_pair crm_i_pair_add(crm_i_pair a, crm_i_pair b)
{
    crm_i_pair s = crm_i_pair_sum(a.high, b.high);
    const crm_i_pair t = crm_i_pair_sum(a.low, b.low);
    s = crm_i_pair_fast_sum(s.high, s.low + t.high);
    return crm_i_pair_fast_sum(s.high, s.low + t.low);
}

CRM_I_INLINE crm_i_pair crm_i_pair_add_double(crm_i_pair a, double b)
{
    const crm_i_pair s = crm_i_pair_sum(a.high, b);
    return crm_i_pair_fast_sum(s.high, s.low + a.low);
}

CRM_I_INLINE crm_i_pair crm_i_pair_multiply(crm_i_pair a, crm_i_pair b)
{
    const crm_i_pair p = crm_i_pair_product(a.high, b.high);
    return crm_i_pair_fast_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

CRM_I_INLINE crm_i_pair crm_i_pair_divide(crm_i_pair a, crm_i_pair b)
{
    const double q = a.high / b.high;
    const crm_i_pair p = crm_i_pair_product(q, b.high);
    const double rest = (((a.high - p.high) - p.low) + a.low) - q * b.low;
    return crm_i_pair_fast_sum(q, rest / b.high);
}

/* log a and log(1 + a) to a relative 2^-64 (log near 1: of the argument's own 2^-104); a and 1 + a normal
 * and > 0. */
crm_i_pair crm_i_pair_log(crm_i_pair a);
crm_i_pair crm_i_pair_log1p(crm_i_pair a);

#endif
