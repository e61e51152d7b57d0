/* A sum of doubles without any error: one fixed-point number as wide as the whole range. The order of
 * the terms cannot matter, not by a bit, and the result is the double nearest to the true sum. About 3 ns a
 * term; 552 bytes. */
#ifndef CRM_I_NUMERIC_EXACT_H
#define CRM_I_NUMERIC_EXACT_H

#include "base/compiler.h"
#include "numeric/elementary.h"
#include "numeric/pair.h"

/* Digits of 32 bits with room to add before they are carried; digit j counts 2^(32 j - 1074). */
enum { CRM_I_EXACT_DIGITS = 68 };
#define CRM_I_EXACT_ADDS (INT64_C(1) << 29)

typedef struct {
    int64_t digit[CRM_I_EXACT_DIGITS];
    int64_t adds; /* since the digits were last carried */
} crm_i_exact;

void crm_i_exact_start(crm_i_exact *sum);
void crm_i_exact_carry(crm_i_exact *sum);

/* sum += x, which must be finite. */
CRM_I_INLINE void crm_i_exact_add(crm_i_exact *sum, double x)
{
    const uint64_t u = crm_i_double_bits(x);
    const uint64_t field = (u >> 52) & 2047;
    const uint64_t fraction = u & ((UINT64_C(1) << 52) - 1);
    const uint64_t mantissa = fraction | ((uint64_t)(field != 0) << 52);
    const uint64_t place = field - (uint64_t)(field != 0);
    const uint64_t shift = place & 31;
    const uint64_t low = (mantissa & UINT32_MAX) << shift;
    const uint64_t high = (mantissa >> 32) << shift;
    const int64_t sign = 1 - 2 * (int64_t)(u >> 63);
    int64_t *digit = sum->digit + (place >> 5);
    digit[0] += sign * (int64_t)(low & UINT32_MAX);
    digit[1] += sign * (int64_t)((low >> 32) + (high & UINT32_MAX));
    digit[2] += sign * (int64_t)(high >> 32);
    if (CRM_I_UNLIKELY(++sum->adds == CRM_I_EXACT_ADDS))
        crm_i_exact_carry(sum);
}

/* sum += x * y, for |x|, |y| and |x y| below 1e290; exactly while the product is 0 or at least 1e-290 in
 * size. */
CRM_I_INLINE void crm_i_exact_add_product(crm_i_exact *sum, double x, double y)
{
    const crm_i_pair p = crm_i_pair_product(x, y);
    crm_i_exact_add(sum, p.high);
    crm_i_exact_add(sum, p.low);
}

/* into += from. */
void crm_i_exact_merge(crm_i_exact *into, const crm_i_exact *from);

/* The nearest double, ties to even; an infinity beyond the largest. 0 is +0. */
double crm_i_exact_value(const crm_i_exact *sum);

/* The sum to some 2^-106 relative. */
crm_i_pair crm_i_exact_pair(const crm_i_exact *sum);

#endif
