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

#include "base/compiler.h"
#include "numeric/bits.h"

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

/* unit (2^k e^r - 1) from the parts, given unit and scale = 2^k unit, both powers of two. */
CRM_I_INLINE double crm_i_expm1_finish(crm_i_exp_parts e, double scale, double unit)
{
    const double p = e.r + e.q;
    const double p_lost = (e.r - p) + e.q;
    /* scale - unit and scale*p are added with what their sums lose; base_lost is exact unless 2^k < 2^-53,
     * where it is too small to matter. */
    const double base = scale - unit;
    const double base_lost = (scale - base) - unit;
    const double part = scale * p;
    const double y = base + part;
    const double y_lost = (base - y) + part;
    return y + ((y_lost + base_lost) + scale * p_lost);
}

/* e^x - 1 for |x| <= 708 that is zero or at least 1e-300 in size; -0 gives 0. */
CRM_I_INLINE double crm_i_expm1_core(double x)
{
    const crm_i_exp_parts e = crm_i_exp_reduce(x);
    const double scale = crm_i_bits_double((crm_i_double_bits(e.shifted) + 1023) << 52);
    return crm_i_expm1_finish(e, scale, 1.0);
}

/* e^x - 1 for any x. */
CRM_I_INLINE double crm_i_expm1(double x)
{
    const double below = x < -64.0 ? -64.0 : x;
    const double inside = below > 710.0 ? 710.0 : below;
    const crm_i_exp_parts e = crm_i_exp_reduce(inside);
    /* Of the half: 2^1024 is no double. */
    const double scale = crm_i_bits_double((crm_i_double_bits(e.shifted) + 1022) << 52);
    const double y = 2.0 * crm_i_expm1_finish(e, scale, 0.5);
    return fabs(x) < 0x1p-54 ? x : y;
}

/* u = 2^k m with sqrt(1/2) <= m < sqrt(2), for normal positive u: k << 52, in two's complement. */
CRM_I_INLINE uint64_t crm_i_log_exponent(uint64_t u)
{
    return (u - UINT64_C(0x3fe6a09e667f3bcd)) & UINT64_C(0xfff0000000000000);
}

CRM_I_INLINE double crm_i_log_mantissa(uint64_t u, uint64_t exponent)
{
    return crm_i_bits_double(u - exponent);
}

/* 2^-k, which is no number for k = 1024. */
CRM_I_INLINE double crm_i_log_scale(uint64_t exponent)
{
    return crm_i_bits_double((UINT64_C(1023) << 52) - exponent);
}

/* k as a double: k + 2048 under the bits of 2^52; its bit 11 is that of k turned over. */
CRM_I_INLINE double crm_i_log_k(uint64_t exponent)
{
    return crm_i_bits_double((exponent >> 52) ^ UINT64_C(0x4330000000000800)) - (0x1p52 + 2048.0);
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

/* (m - 1)/(m + 1), the argument of the series of log m. */
CRM_I_INLINE double crm_i_log_argument(double m)
{
    return (m - 1.0) / (m + 1.0);
}

/* k ln 2 + log m from m, its argument s, k, and what is to be added in the low digits, k CRM_I_LN2_LOW first
 * of all. */
CRM_I_INLINE double crm_i_log_finish(double m, double s, double k, double low)
{
    const double f = m - 1.0;
    const double half_square = 0.5 * f * f;
    const double small = crm_i_log_tail(s, half_square) + low;
    return k * CRM_I_LN2_HIGH + (f - (half_square - small));
}

/* log x for normal, finite x > 0. */
CRM_I_INLINE double crm_i_log_core(double x)
{
    const uint64_t u = crm_i_double_bits(x);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double m = crm_i_log_mantissa(u, exponent);
    const double k = crm_i_log_k(exponent);
    return crm_i_log_finish(m, crm_i_log_argument(m), k, k * CRM_I_LN2_LOW);
}

/* log x for any x: NaN below 0, -infinity at 0. */
CRM_I_INLINE double crm_i_log(double x)
{
    const double scaled = x * 0x1p54;
    const double normal = x < 0x1p-1022 ? scaled : x;
    const uint64_t u = crm_i_double_bits(normal);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double k_scaled = crm_i_log_k(exponent);
    const double k = x < 0x1p-1022 ? k_scaled - 54.0 : k_scaled;
    const double m = crm_i_log_mantissa(u, exponent);
    const double y = crm_i_log_finish(m, crm_i_log_argument(m), k, k * CRM_I_LN2_LOW);
    const double top = x < CRM_I_INFINITY ? y : x;
    const double outside = x == 0.0 ? -CRM_I_INFINITY : CRM_I_NAN;
    return x > 0.0 ? top : outside;
}

/* log(1 + x) from the bits of the sum that 1 + x rounds to, their exponent k, and what the sum lost in units
 * of 2^k. That is added to the low digits times the slope of the logarithm, 1/m, which is (1 - s)^2
 * to 3 %. */
CRM_I_INLINE double crm_i_log1p_finish(uint64_t u, uint64_t exponent, double lost)
{
    const double m = crm_i_log_mantissa(u, exponent);
    const double k = crm_i_log_k(exponent);
    const double s = crm_i_log_argument(m);
    return crm_i_log_finish(m, s, k, k * CRM_I_LN2_LOW + lost * ((1.0 - s) * (1.0 - s)));
}

/* log(1 + x) for -1 < x < 1e300; -0 gives 0. */
CRM_I_INLINE double crm_i_log1p_core(double x)
{
    const double sum = 1.0 + x;
    /* Exact up to 2^53, zero from 2^54 on, and between too small to matter. */
    const double lost = x - (sum - 1.0);
    const uint64_t u = crm_i_double_bits(sum);
    const uint64_t exponent = crm_i_log_exponent(u);
    return crm_i_log1p_finish(u, exponent, lost * crm_i_log_scale(exponent));
}

/* log(1 + x) for any x: NaN below -1, -infinity at -1. */
CRM_I_INLINE double crm_i_log1p(double x)
{
    const double sum = 1.0 + x;
    const double lost = x - (sum - 1.0);
    const uint64_t u = crm_i_double_bits(sum);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double y = crm_i_log1p_finish(u, exponent, x < 0x1p64 ? lost * crm_i_log_scale(exponent) : 0.0);
    const double tiny = fabs(x) < 0x1p-54 ? x : y;
    const double top = x < CRM_I_INFINITY ? tiny : x;
    const double outside = x == -1.0 ? -CRM_I_INFINITY : CRM_I_NAN;
    return x > -1.0 ? top : outside;
}

#endif
