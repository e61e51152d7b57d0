/* Sums that do not depend on who adds: the parts too long to inline. */
#include "numeric/sum.h"

#include "numeric/bits.h"

#include <math.h>

/* ---- exact sums of int64 ---- */

void crm_i_sum128_add_many(struct crm_i_sum128 *sum, int64_t n, const int64_t *x)
{
    struct crm_i_sum128 local = *sum;
    for (int64_t i = 0; i < n; i++)
        crm_i_sum128_add(&local, x[i]);
    *sum = local;
}

/* Round 64 bits with the top one set, and whatever lies below them (zero or not), to nearest even. */
static double round_64(uint64_t top, int sticky, int exponent)
{
    const uint64_t kept = top >> 11;
    const uint64_t rest = top & 0x7ff;
    const int up = rest > 0x400 || (rest == 0x400 && (sticky || (kept & 1)));
    return ldexp((double)(kept + (uint64_t)up), exponent + 11);
}

/* limb[0..5] is a number from 2^64 to 2^192, least significant first. */
static double round_limbs(const uint32_t *limb, int sticky, int exponent)
{
    uint64_t word[3];
    for (int i = 0; i < 3; i++)
        word[i] = ((uint64_t)limb[2 * i + 1] << 32) | limb[2 * i];
    int first = 2;
    while (word[first] == 0)
        first--;
    const int shift = 64 - crm_i_bit_length(word[first]);
    uint64_t top = word[first] << shift;
    if (shift > 0)
        top |= word[first - 1] >> (64 - shift);
    sticky |= (word[first - 1] << shift) != 0;
    if (first == 2)
        sticky |= word[0] != 0;
    return round_64(top, sticky, exponent + 64 * first - shift);
}

/* (high, low) / divisor correctly rounded: long division of magnitude * 2^96, whose quotient has 66 bits
 * or more for a divisor below 2^30. */
static double divide_rounded(uint64_t high, uint64_t low, uint32_t divisor)
{
    const uint32_t numerator[7] = {
        0, 0, 0, (uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)};
    uint32_t quotient[7];
    uint64_t rest = 0;
    for (int i = 6; i >= 0; i--) {
        const uint64_t part = (rest << 32) | numerator[i];
        quotient[i] = (uint32_t)(part / divisor);
        rest = part % divisor;
    }
    /* The lowest limb only ever matters as "not zero": 66 bits or more stand above it or in it. */
    if (quotient[6] == 0 && quotient[5] == 0 && quotient[4] == 0)
        return round_limbs(quotient, rest != 0, -96);
    return round_limbs(quotient + 1, (rest | quotient[0]) != 0, -64);
}

double crm_i_sum128_to_f64_scaled(const struct crm_i_sum128 *sum, int decimals)
{
    static const uint32_t power[10] = {1,      10,      100,      1000,      10000,
                                       100000, 1000000, 10000000, 100000000, 1000000000};
    const int negative = sum->high < 0;
    const uint64_t low = negative ? 0 - sum->low : sum->low;
    const uint64_t high = negative ? ~(uint64_t)sum->high + (sum->low == 0) : (uint64_t)sum->high;
    const uint32_t divisor = power[decimals];
    double size;
    if (high == 0 && low <= (uint64_t)1 << 53)
        size = (double)low / (double)divisor; /* both exact, so the quotient is correctly rounded */
    else
        size = divide_rounded(high, low, divisor);
    return negative ? -size : size;
}

double crm_i_sum128_to_f64(const struct crm_i_sum128 *sum)
{
    return crm_i_sum128_to_f64_scaled(sum, 0);
}

/* ---- block trees ---- */

double crm_i_sum_block(int64_t n, const double *x)
{
    double lane[CRM_I_SUM_LANES] = {0, 0, 0, 0, 0, 0, 0, 0};
    const int64_t whole = n & ~(int64_t)(CRM_I_SUM_LANES - 1);
    for (int64_t i = 0; i < whole; i += CRM_I_SUM_LANES)
        for (int j = 0; j < CRM_I_SUM_LANES; j++)
            lane[j] += x[i + j];
    for (int64_t i = whole; i < n; i++)
        lane[i - whole] += x[i];
    return crm_i_sum_lanes(lane);
}

void crm_i_sum_combine(int64_t count, int width, double *partial)
{
    for (int64_t step = 1; step < count; step *= 2) {
        for (int64_t b = 0; b + step < count; b += 2 * step) {
            double *into = partial + b * width;
            const double *from = partial + (b + step) * width;
            for (int j = 0; j < width; j++)
                into[j] += from[j];
        }
    }
}

static int64_t block_rows(int64_t n, int64_t b)
{
    const int64_t left = n - b * CRM_I_SUM_BLOCK;
    return left < CRM_I_SUM_BLOCK ? left : CRM_I_SUM_BLOCK;
}

/* The tree of crm_i_sum_combine without its array: level j holds the sum of 2^j finished blocks, joined as
 * soon as its neighbour is there; at the end the shorter right parts join from the right. */
double crm_i_sum(int64_t n, const double *x)
{
    double level[64];
    const int64_t count = crm_i_sum_block_count(n);
    for (int64_t b = 0; b < count; b++) {
        double s = crm_i_sum_block(block_rows(n, b), x + b * CRM_I_SUM_BLOCK);
        int j = 0;
        for (; (b >> j) & 1; j++)
            s = level[j] + s;
        level[j] = s;
    }
    double total = 0.0;
    int any = 0;
    for (int j = 0; (count >> j) > 0; j++) {
        if (!((count >> j) & 1))
            continue;
        total = any ? level[j] + total : level[j];
        any = 1;
    }
    return total;
}

/* ---- compensated ---- */

/* Sum and error terms apart (Ogita, Rump & Oishi 2005, Sum2): each lane's plain sum stays right where an
 * infinity makes the error terms NaN. */
struct lanes {
    double sum[CRM_I_SUM_LANES];
    double error[CRM_I_SUM_LANES];
};

CRM_I_INLINE void lanes_add(struct lanes *l, int j, double x)
{
    const crm_i_pair s = crm_i_pair_sum(l->sum[j], x);
    l->sum[j] = s.high;
    l->error[j] += s.low;
}

static crm_i_pair lanes_finish(const struct lanes *l)
{
    crm_i_pair part[CRM_I_SUM_LANES];
    for (int j = 0; j < CRM_I_SUM_LANES; j++)
        part[j] = crm_i_pair_fast_sum(l->sum[j], l->error[j]);
    const double plain = crm_i_sum_lanes(l->sum);
    if (!isfinite(plain)) {
        const crm_i_pair r = {plain, 0.0};
        return r;
    }
    crm_i_sum_combine_pair(CRM_I_SUM_LANES, 1, part);
    return part[0];
}

crm_i_pair crm_i_sum_block_pair(int64_t n, const double *x)
{
    struct lanes l = {{0}, {0}};
    const int64_t whole = n & ~(int64_t)(CRM_I_SUM_LANES - 1);
    for (int64_t i = 0; i < whole; i += CRM_I_SUM_LANES)
        for (int j = 0; j < CRM_I_SUM_LANES; j++)
            lanes_add(&l, j, x[i + j]);
    for (int64_t i = whole; i < n; i++)
        lanes_add(&l, (int)(i - whole), x[i]);
    return lanes_finish(&l);
}

crm_i_pair crm_i_sum_block_product_pair(int64_t n, const double *x, const double *y)
{
    struct lanes l = {{0}, {0}};
    const int64_t whole = n & ~(int64_t)(CRM_I_SUM_LANES - 1);
    for (int64_t i = 0; i < whole; i += CRM_I_SUM_LANES) {
        for (int j = 0; j < CRM_I_SUM_LANES; j++) {
            const crm_i_pair p = crm_i_pair_product(x[i + j], y[i + j]);
            lanes_add(&l, j, p.high);
            l.error[j] += p.low;
        }
    }
    for (int64_t i = whole; i < n; i++) {
        const crm_i_pair p = crm_i_pair_product(x[i], y[i]);
        lanes_add(&l, (int)(i - whole), p.high);
        l.error[i - whole] += p.low;
    }
    return lanes_finish(&l);
}

/* An infinity or NaN met on the way is kept in high with a zero in low. */
static crm_i_pair add_safely(crm_i_pair a, crm_i_pair b)
{
    const double plain = a.high + b.high;
    if (isfinite(plain))
        return crm_i_pair_add(a, b);
    const crm_i_pair r = {plain, 0.0};
    return r;
}

void crm_i_sum_combine_pair(int64_t count, int width, crm_i_pair *partial)
{
    for (int64_t step = 1; step < count; step *= 2) {
        for (int64_t b = 0; b + step < count; b += 2 * step) {
            crm_i_pair *into = partial + b * width;
            const crm_i_pair *from = partial + (b + step) * width;
            for (int j = 0; j < width; j++)
                into[j] = add_safely(into[j], from[j]);
        }
    }
}

crm_i_pair crm_i_sum_pair(int64_t n, const double *x)
{
    crm_i_pair level[64];
    const int64_t count = crm_i_sum_block_count(n);
    for (int64_t b = 0; b < count; b++) {
        crm_i_pair s = crm_i_sum_block_pair(block_rows(n, b), x + b * CRM_I_SUM_BLOCK);
        int j = 0;
        for (; (b >> j) & 1; j++)
            s = add_safely(level[j], s);
        level[j] = s;
    }
    crm_i_pair total = {0.0, 0.0};
    int any = 0;
    for (int j = 0; (count >> j) > 0; j++) {
        if (!((count >> j) & 1))
            continue;
        total = any ? add_safely(level[j], total) : level[j];
        any = 1;
    }
    return total;
}
