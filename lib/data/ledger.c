/* The divisions of a ledger: exact integers in, one rounding out. */
#include "data/ledger.h"

#include <string.h>

static const uint64_t power_of_ten[10] = {1u,      10u,      100u,      1000u,      10000u,
                                          100000u, 1000000u, 10000000u, 100000000u, 1000000000u};

/* 2^exponent, for a normal result. */
static double power_of_two(int exponent)
{
    const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

static const uint64_t exact = (uint64_t)1 << 53;

/* Long division, bit by bit, until 55 bits of the quotient are known; what is left only says on which side of
 * a tie the quotient lies. Slow, and rare: numbers beyond 2^53. */
double crm_i_ledger_ratio(uint64_t high, uint64_t low, uint64_t divisor)
{
    if (high == 0 && low == 0)
        return 0.0;
    uint64_t quotient = 0;
    uint64_t rest = 0;
    int exponent = 128;
    while (quotient >> 54 == 0) {
        const uint64_t carry = rest >> 63;
        rest = rest << 1 | high >> 63;
        high = high << 1 | low >> 63;
        low <<= 1;
        exponent--;
        quotient <<= 1;
        if (carry || rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    const uint64_t sticky = (rest | high | low) != 0 ? 1 : 0;
    return (double)(quotient << 1 | sticky) * power_of_two(exponent - 1);
}

double crm_i_ledger_periods(uint64_t ticks, double ticks_per_period)
{
    if (ticks <= exact)
        return (double)ticks / ticks_per_period;
    uint64_t bits;
    memcpy(&bits, &ticks_per_period, sizeof bits);
    const int exponent =
        (int)(bits >> 52) - 1075; /* ticks_per_period = significand * 2^exponent, and is normal */
    const uint64_t significand = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    return crm_i_ledger_ratio(0, ticks, significand) * power_of_two(-exponent);
}

double crm_i_ledger_mean(const struct crm_i_sum128 *sum, int64_t count, int32_t decimals)
{
    const uint64_t divisor = (uint64_t)count * power_of_ten[decimals];
    if (sum->high == 0 && sum->low <= exact && divisor <= exact)
        return (double)sum->low / (double)divisor;
    return crm_i_ledger_ratio((uint64_t)sum->high, sum->low, divisor);
}
