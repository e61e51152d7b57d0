/* Exact sums of doubles: carrying, merging and rounding. */
#include "numeric/exact.h"

#include <string.h>

void crm_i_exact_start(crm_i_exact *sum)
{
    memset(sum, 0, sizeof *sum);
}

/* Every digit but the last into 0 .. 2^32-1; the last one keeps the sign. */
void crm_i_exact_carry(crm_i_exact *sum)
{
    int64_t carry = 0;
    for (int j = 0; j < CRM_I_EXACT_DIGITS - 1; j++) {
        const int64_t d = sum->digit[j] + carry;
        const int64_t low = (int64_t)((uint64_t)d & UINT32_MAX);
        sum->digit[j] = low;
        carry = (d - low) / (INT64_C(1) << 32);
    }
    sum->digit[CRM_I_EXACT_DIGITS - 1] += carry;
    sum->adds = 0;
}

void crm_i_exact_merge(crm_i_exact *into, const crm_i_exact *from)
{
    crm_i_exact other = *from;
    crm_i_exact_carry(&other);
    crm_i_exact_carry(into);
    for (int j = 0; j < CRM_I_EXACT_DIGITS; j++)
        into->digit[j] += other.digit[j];
    into->adds = 1;
}

/* The digits, carried and not negative, rounded. top is the place of the highest that is not zero. */
static double round_digits(const int64_t *digit, int top)
{
    const uint64_t d0 = (uint64_t)digit[top];
    const uint64_t d1 = top > 0 ? (uint64_t)digit[top - 1] : 0;
    const uint64_t d2 = top > 1 ? (uint64_t)digit[top - 2] : 0;
    const int bits = crm_i_bit_length(d0);
    const uint64_t head = (((d0 << 32) | d1) << (32 - bits)) | (d2 >> bits);
    const int place = 32 * top + bits - 1; /* of the first bit of head, in powers of two above 2^-1074 */
    if (place <= 52)
        return crm_i_bits_double(head >> (63 - place));
    int rest = (d2 & ((UINT64_C(1) << bits) - 1)) != 0;
    for (int j = top - 3; j >= 0 && !rest; j--)
        rest = digit[j] != 0;
    const uint64_t kept = head >> 11;
    const uint64_t cut = head & 0x7ff;
    const int up = cut > 0x400 || (cut == 0x400 && (((uint64_t)rest | kept) & 1));
    const uint64_t u = ((uint64_t)(place - 52) << 52) + kept + (uint64_t)up;
    return u < (UINT64_C(2047) << 52) ? crm_i_bits_double(u) : CRM_I_INFINITY;
}

double crm_i_exact_value(const crm_i_exact *sum)
{
    crm_i_exact s = *sum;
    crm_i_exact_carry(&s);
    const int negative = s.digit[CRM_I_EXACT_DIGITS - 1] < 0;
    if (negative) {
        for (int j = 0; j < CRM_I_EXACT_DIGITS; j++)
            s.digit[j] = -s.digit[j];
        crm_i_exact_carry(&s);
    }
    int top = CRM_I_EXACT_DIGITS - 1;
    while (top >= 0 && s.digit[top] == 0)
        top--;
    if (top < 0)
        return 0.0;
    const double size = round_digits(s.digit, top);
    return negative ? -size : size;
}

crm_i_pair crm_i_exact_pair(const crm_i_exact *sum)
{
    crm_i_pair r = {crm_i_exact_value(sum), 0.0};
    if (r.high - r.high != 0.0)
        return r;
    crm_i_exact s = *sum;
    crm_i_exact_carry(&s);
    crm_i_exact_add(&s, -r.high);
    r.low = crm_i_exact_value(&s);
    return r;
}
