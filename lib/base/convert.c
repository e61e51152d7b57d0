/* Converters between how hosts write missing values and money and how the library does. */
#include <math.h>

#include "base/compiler.h"
#include "base/error.h"

enum { DECIMALS_MOST = 9 };

static const int64_t power_of_ten[DECIMALS_MOST + 1] = {1,      10,      100,      1000,      10000,
                                                        100000, 1000000, 10000000, 100000000, 1000000000};

#define TWO_52 0x1p52
#define TWO_53 0x1p53
#define TWO_63 0x1p63

/* ---- validity ---- */

crm_status crm_null_to_nan(int64_t n, const uint8_t *valid, int64_t bit_offset, double *column,
                           crm_error *err)
{
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 1, (double)n, "n is negative.");
    if (bit_offset < 0 || bit_offset > INT64_MAX - n)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)bit_offset,
                                "bit_offset is negative or too large.");
    if (n > 0 && !column)
        return crm_i_fail(err, CRM_E_NULL, 4, "column is NULL.");
    if (!valid)
        return crm_i_ok(err);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const int64_t bit = bit_offset + i;
        const int shift = (int)(bit & 7);
        const uint32_t next = shift ? valid[(bit >> 3) + 1] : 0u;
        const uint32_t eight = ((valid[bit >> 3] | next << 8) >> shift) & 0xFFu;
        if (eight == 0xFFu)
            continue;
        for (int k = 0; k < 8; k++)
            column[i + k] = eight >> k & 1u ? column[i + k] : (double)NAN;
    }
    for (; i < n; i++) {
        const int64_t bit = bit_offset + i;
        column[i] = valid[bit >> 3] >> (bit & 7) & 1 ? column[i] : (double)NAN;
    }
    return crm_i_ok(err);
}

/* ---- money ---- */

static crm_status check_money(int64_t n, const void *amount, int32_t decimals, const void *out,
                              crm_error *err)
{
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 1, (double)n, "n is negative.");
    if (decimals < 0 || decimals > DECIMALS_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)decimals, "decimals must be from 0 to 9.");
    if (n > 0 && !amount)
        return crm_i_fail(err, CRM_E_NULL, 2, "amount is NULL.");
    if (n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    return CRM_OK;
}

/* a * b = *high + *low exactly (Dekker), for factors whose halves neither overflow nor underflow. */
static void two_product(double a, double b, double *high, double *low)
{
    const double split = 134217729.0; /* 2^27 + 1 */
    const double a_big = split * a;
    const double a_high = a_big - (a_big - a);
    const double a_low = a - a_high;
    const double b_big = split * b;
    const double b_high = b_big - (b_big - b);
    const double b_low = b - b_high;
    *high = a * b;
    *low = ((a_high * b_high - *high) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

/* To the nearest whole number, ties to even, without asking for the rounding mode's function: adding 2^52
 * leaves no bits behind the point. */
static double nearest_even(double x)
{
    if (!(fabs(x) < TWO_52))
        return x;
    const double whole = (fabs(x) + TWO_52) - TWO_52;
    return copysign(whole, x);
}

/* amount * scale where the rounded product is a tie or beyond 2^52: the exact product is high + low, |low| at
 * most half a unit of high's last place. 0: it does not fit. Below 2^53 low settles the ties of high; where
 * high is whole and low a tie itself, the product that gave high has settled it to even. From there on high
 * is even, so that the ties of low are those of the sum. */
static CRM_I_NOINLINE int32_t minor_units_exact(double amount, double scale, int64_t *out)
{
    if (!(fabs(amount) <= TWO_63))
        return 0;
    double high;
    double low;
    two_product(amount, scale, &high, &low);
    if (fabs(high) < TWO_53) {
        const double whole = nearest_even(high);
        const double rest = high - whole;
        *out = (int64_t)(low * rest > 0.0 ? whole + copysign(1.0, rest) : whole);
        return 1;
    }
    const double more = nearest_even(low);
    if (fabs(high) > TWO_63 || (high == TWO_63 && more >= 0.0) || (high == -TWO_63 && more < 0.0))
        return 0;
    *out = high == TWO_63 ? INT64_MAX + ((int64_t)more + 1) : (int64_t)high + (int64_t)more;
    return 1;
}

/* amount * 10^decimals exactly, rounded once. 0: it does not fit. Off a tie and below 2^52 the rounded
 * product lies on the same side of every half as the exact one. */
static int32_t minor_units(double amount, double scale, int64_t *out)
{
    const double product = amount * scale;
    const double whole = nearest_even(product);
    if (fabs(product) < TWO_52 && fabs(product - whole) != 0.5) {
        *out = (int64_t)whole;
        return 1;
    }
    return minor_units_exact(amount, scale, out);
}

/* The rows that are so far from the end of int64 that nothing can go wrong, at a compare each. */
static int64_t safe_rows(int64_t n, const double *amount, double bound)
{
    int64_t safe = 0;
    for (int64_t i = 0; i < n; i++)
        safe += fabs(amount[i]) <= bound;
    return safe;
}

crm_status crm_money_from_f64(int64_t n, const double *amount, int32_t decimals, int64_t *out, crm_error *err)
{
    const crm_status status = check_money(n, amount, decimals, out, err);
    if (status != CRM_OK)
        return status;
    const double scale = (double)power_of_ten[decimals];
    if (safe_rows(n, amount, 0x1p62 / scale) < n) {
        for (int64_t i = 0; i < n; i++) {
            int64_t ignored;
            if (!isfinite(amount[i]))
                return crm_i_fail_row(err, CRM_E_DOMAIN, 2, i, amount[i],
                                      "The amount is not a finite number.");
            if (!minor_units(amount[i], scale, &ignored))
                return crm_i_fail_row(err, CRM_E_OVERFLOW, 2, i, amount[i],
                                      "The amount does not fit into 64 bits.");
        }
    }
    for (int64_t i = 0; i < n; i++)
        minor_units(amount[i], scale, &out[i]);
    return crm_i_ok(err);
}

/* amount / scale for an amount beyond 2^53: the quotient to at least 55 bits, with a last bit that is set if
 * there is a rest, so that the conversion to double rounds as the exact quotient would. */
static double major_units_large(int64_t amount, int64_t scale)
{
    const uint64_t size = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    const uint64_t divisor = (uint64_t)scale;
    uint64_t quotient = size / divisor;
    const uint64_t rest = size % divisor;
    int shift = 0;
    while ((quotient << shift) < ((uint64_t)1 << 54))
        shift++; /* at most 31: size > 2^53 and divisor < 2^30 */
    const uint64_t more = rest << shift;
    quotient = (quotient << shift) + more / divisor;
    quotient |= (uint64_t)(more % divisor != 0);
    const double rounded = (double)(int64_t)quotient / (double)((int64_t)1 << shift);
    return amount < 0 ? -rounded : rounded;
}

/* Below 2^53 amount and scale are doubles, and their quotient is rounded once. */
static double major_units(int64_t amount, int64_t scale)
{
    const int64_t most = (int64_t)1 << 53;
    if (scale == 1 || (amount >= -most && amount <= most))
        return (double)amount / (double)scale;
    return major_units_large(amount, scale);
}

crm_status crm_money_to_f64(int64_t n, const int64_t *amount, int32_t decimals, double *out, crm_error *err)
{
    const crm_status status = check_money(n, amount, decimals, out, err);
    if (status != CRM_OK)
        return status;
    const int64_t scale = power_of_ten[decimals];
    for (int64_t i = 0; i < n; i++)
        out[i] = major_units(amount[i], scale);
    return crm_i_ok(err);
}
