/* exp, log, log1p and expm1 from IEEE + - * / alone, so that they give the same bits on every machine and
 * in every vector width. Each is branch-free, inline, and vectorises when called in a plain loop.
 *
 * Bounds, in units in the last place of the result, over the whole domain: exp, log, log1p 1; expm1 1.25. A
 * result below DBL_MIN is within one unit of the subnormal spacing.
 *
 * The full functions know NaN, infinities, zeros, subnormals, overflow and underflow. The _core functions
 * leave these out, want their argument in the range stated, and give the same bits as the full ones there.
 *
 * No fma, no tables, no 64-bit arithmetic shift, no conversion between int64 and double: SSE2 has none of
 * these. */
#ifndef CRM_I_NUMERIC_ELEMENTARY_H
#define CRM_I_NUMERIC_ELEMENTARY_H

#include <math.h>
#include <string.h>

#include "base/compiler.h"

CRM_I_INLINE uint64_t crm_i_double_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

CRM_I_INLINE double crm_i_bits_double(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* Adding this rounds to an integer, which then lies in the low bits (two's complement). */
#define CRM_I_SHIFTER 0x1.8p52
/* ln 2 in two parts; the high one has 42 bits, so that its product with any exponent is exact. */
#define CRM_I_LN2_HIGH 0x1.62e42fefa3800p-1
#define CRM_I_LN2_LOW 0x1.ef35793c76730p-45
#define CRM_I_INFINITY ((double)INFINITY)
#define CRM_I_NAN (crm_i_bits_double(UINT64_C(0x7ff8000000000000)))

/* (e^r - 1 - r)/r^2 for |r| <= ln(2)/2, error .003 units; from tests/numeric/coefficients_elementary.py. */
CRM_I_INLINE double crm_i_exp_tail(double r)
{
    const double r2 = r * r;
    const double r4 = r2 * r2;
    const double p01 = 0x1p-1 + r * 0x1.5555555555557p-3;
    const double p23 = 0x1.5555555555556p-5 + r * 0x1.11111111100dcp-7;
    const double p45 = 0x1.6c16c16c162d4p-10 + r * 0x1.a01a01abe7fe1p-13;
    const double p67 = 0x1.a01a01a6d889cp-16 + r * 0x1.71de0231960ebp-19;
    const double p89 = 0x1.27e4db646b17ep-22 + r * 0x1.af4de97ca4194p-26;
    const double low = p01 + r2 * p23;
    const double middle = p45 + r2 * p67;
    const double high = p89 + r2 * 0x1.1f730349868cep-29;
    return low + r4 * (middle + r4 * high);
}

/* x = k ln 2 + r, e^r = 1 + (r + q): the shifted k, k, r and q. */
typedef struct {
    double shifted;
    double k;
    double r;
    double q;
} crm_i_exp_parts;

CRM_I_INLINE crm_i_exp_parts crm_i_exp_reduce(double x)
{
    crm_i_exp_parts e;
    e.shifted = x * 0x1.71547652b82fep+0 + CRM_I_SHIFTER;
    e.k = e.shifted - CRM_I_SHIFTER;
    const double high = x - e.k * CRM_I_LN2_HIGH;
    const double low = e.k * CRM_I_LN2_LOW;
    e.r = high - low;
    const double lost = (high - e.r) - low;
    e.q = e.r * e.r * crm_i_exp_tail(e.r) + lost;
    return e;
}

/* e^x for |x| <= 708. */
CRM_I_INLINE double crm_i_exp_core(double x)
{
    const crm_i_exp_parts e = crm_i_exp_reduce(x);
    const double y = 1.0 + (e.r + e.q);
    return crm_i_bits_double(crm_i_double_bits(y) + (crm_i_double_bits(e.shifted) << 52));
}

/* e^x for any x. */
CRM_I_INLINE double crm_i_exp(double x)
{
    const double below = x < -746.0 ? -746.0 : x;
    const double inside = below > 710.0 ? 710.0 : below;
    const crm_i_exp_parts e = crm_i_exp_reduce(inside);
    /* 2^k in two factors, 2046 being twice the bias: either alone is normal, and only the second product can
     * round. */
    const uint64_t both = crm_i_double_bits(e.shifted) + 2046;
    const uint64_t half = both >> 1;
    const double scale1 = crm_i_bits_double(half << 52);
    const double scale2 = crm_i_bits_double((both - half) << 52);
    return (1.0 + (e.r + e.q)) * scale1 * scale2;
}

/* e^x - 1 over 2 from the parts, when 2^(k-1) is normal. */
CRM_I_INLINE double crm_i_expm1_half(crm_i_exp_parts e)
{
    const double scale = crm_i_bits_double((crm_i_double_bits(e.shifted) + 1022) << 52);
    const double p = e.r + e.q;
    const double p_lost = (e.r - p) + e.q;
    /* scale - 1/2 and scale*p are added with what their sums lose. */
    const double base = scale - 0.5;
    const double back = base - scale;
    const double base_lost = (scale - (base - back)) - (0.5 + back);
    const double part = scale * p;
    const double y = base + part;
    const double y_lost = (base - y) + part;
    return y + ((y_lost + base_lost) + scale * p_lost);
}

/* e^x - 1 for |x| <= 708 that is zero or at least 1e-300 in size; -0 gives 0. */
CRM_I_INLINE double crm_i_expm1_core(double x)
{
    return 2.0 * crm_i_expm1_half(crm_i_exp_reduce(x));
}

/* e^x - 1 for any x. */
CRM_I_INLINE double crm_i_expm1(double x)
{
    const double below = x < -64.0 ? -64.0 : x;
    const double inside = below > 710.0 ? 710.0 : below;
    const double y = 2.0 * crm_i_expm1_half(crm_i_exp_reduce(inside));
    return fabs(x) < 0x1p-54 ? x : y;
}

/* u = 2^k m with sqrt(1/2) <= m < sqrt(2), for normal positive u: (k + 1024) << 52. */
CRM_I_INLINE uint64_t crm_i_log_exponent(uint64_t u)
{
    const uint64_t moved = u - UINT64_C(0x3fe6a09e667f3bcd) + (UINT64_C(1024) << 52);
    return moved & UINT64_C(0xfff0000000000000);
}

CRM_I_INLINE double crm_i_log_mantissa(uint64_t u, uint64_t exponent)
{
    return crm_i_bits_double(u - exponent + (UINT64_C(1024) << 52));
}

/* k as a double: its bits under those of 2^52. */
CRM_I_INLINE double crm_i_log_k(uint64_t exponent)
{
    return crm_i_bits_double((exponent >> 52) | UINT64_C(0x4330000000000000)) - (0x1p52 + 1024.0);
}

/* s (f^2/2 + R) of log(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2))), s = f/(2 + f); error of R .005 units. */
CRM_I_INLINE double crm_i_log_tail(double s, double half_square)
{
    const double z = s * s;
    const double w = z * z;
    const double r01 = 0x1.5555555555555p-1 + z * 0x1.9999999999a38p-2;
    const double r23 = 0x1.2492492476c87p-2 + z * 0x1.c71c720160b47p-3;
    const double r45 = 0x1.745cf901605f7p-3 + z * 0x1.3b1c360763b8ap-3;
    const double r67 = 0x1.0fbe83c2cbcf3p-3 + z * 0x1.0c04595972ab8p-3;
    return s * (half_square + z * ((r01 + w * r23) + w * w * (r45 + w * r67)));
}

/* k ln 2 + log(1 + f), |f| as above. */
CRM_I_INLINE double crm_i_log_finish(double k, double f)
{
    const double half_square = 0.5 * f * f;
    const double small = crm_i_log_tail(f / (2.0 + f), half_square) + k * CRM_I_LN2_LOW;
    return k * CRM_I_LN2_HIGH + (f - (half_square - small));
}

/* log x for normal, finite x > 0. */
CRM_I_INLINE double crm_i_log_core(double x)
{
    const uint64_t u = crm_i_double_bits(x);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double f = crm_i_log_mantissa(u, exponent) - 1.0;
    return crm_i_log_finish(crm_i_log_k(exponent), f);
}

/* log x for any x: NaN below 0, -infinity at 0. */
CRM_I_INLINE double crm_i_log(double x)
{
    const double scaled = x * 0x1p54;
    const double normal = x < 0x1p-1022 ? scaled : x;
    const uint64_t u = crm_i_double_bits(normal);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double f = crm_i_log_mantissa(u, exponent) - 1.0;
    const double k_scaled = crm_i_log_k(exponent);
    const double k = x < 0x1p-1022 ? k_scaled - 54.0 : k_scaled;
    const double y = crm_i_log_finish(k, f);
    const double top = x < CRM_I_INFINITY ? y : x;
    const double outside = x == 0.0 ? -CRM_I_INFINITY : CRM_I_NAN;
    return x > 0.0 ? top : outside;
}

/* log(1 + x) from the bits of fl(1 + x), their exponent k, and what this sum lost in units of 2^k. With k = 0
 * f becomes x itself; else what f loses is kept, times 1/(1 + f) to a percent. */
CRM_I_INLINE double crm_i_log1p_finish(uint64_t u, uint64_t exponent, double lost)
{
    const double f0 = crm_i_log_mantissa(u, exponent) - 1.0;
    const double k = crm_i_log_k(exponent);
    const double f = f0 + lost;
    const double f_lost = (f0 - f) + lost;
    const double s = f / (2.0 + f);
    const double low = f_lost * (1.0 - 2.0 * s * (1.0 - s));
    const double half_square = 0.5 * f * f;
    const double small = crm_i_log_tail(s, half_square) + (k * CRM_I_LN2_LOW + low);
    return k * CRM_I_LN2_HIGH + (f - (half_square - small));
}

/* log(1 + x) for -1 < x < 1e300; -0 gives 0. */
CRM_I_INLINE double crm_i_log1p_core(double x)
{
    const double sum = 1.0 + x;
    const double back = sum - 1.0;
    const double lost = (1.0 - (sum - back)) + (x - back);
    const uint64_t u = crm_i_double_bits(sum);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double scale = crm_i_bits_double((UINT64_C(2047) << 52) - exponent);
    return crm_i_log1p_finish(u, exponent, lost * scale);
}

/* log(1 + x) for any x: NaN below -1, -infinity at -1. */
CRM_I_INLINE double crm_i_log1p(double x)
{
    const double sum = 1.0 + x;
    const double back = sum - 1.0;
    const double lost = (1.0 - (sum - back)) + (x - back);
    const uint64_t u = crm_i_double_bits(sum);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double scale = crm_i_bits_double((UINT64_C(2047) << 52) - exponent);
    /* Near the largest double the scale is not a number to multiply by. */
    const double y = crm_i_log1p_finish(u, exponent, x < 0x1p64 ? lost * scale : 0.0);
    const double tiny = fabs(x) < 0x1p-54 ? x : y;
    const double top = x < CRM_I_INFINITY ? tiny : x;
    const double outside = x == -1.0 ? -CRM_I_INFINITY : CRM_I_NAN;
    return x > -1.0 ? top : outside;
}

#endif
