/* Sums that do not depend on who adds: exact two-word integers, and block trees of doubles, plain or in
 * pairs, whose shape is fixed by the number of rows alone. */
#ifndef CRM_I_SUM_H
#define CRM_I_SUM_H

#include "base/compiler.h"
#include "numeric/pair.h"

/* ---- exact sums of int64 ---- */

/* A 128-bit two's complement integer: high * 2^64 + low. It holds 2^63 additions of any int64 without
 * overflow. Start from {0, 0}. Order never matters. */
struct crm_i_sum128 {
    uint64_t low;
    int64_t high;
};

CRM_I_INLINE void crm_i_sum128_add(struct crm_i_sum128 *sum, int64_t x)
{
    const uint64_t low = sum->low + (uint64_t)x;
    sum->high += (x < 0 ? -1 : 0) + (low < (uint64_t)x ? 1 : 0);
    sum->low = low;
}

CRM_I_INLINE void crm_i_sum128_merge(struct crm_i_sum128 *sum, const struct crm_i_sum128 *other)
{
    const uint64_t low = sum->low + other->low;
    sum->high += other->high + (low < other->low ? 1 : 0);
    sum->low = low;
}

/* *out = the sum and 0, or, if an int64 cannot hold it, 1 with *out untouched. */
CRM_I_INLINE int crm_i_sum128_to_i64(const struct crm_i_sum128 *sum, int64_t *out)
{
    const int negative = sum->low > (uint64_t)INT64_MAX;
    if (sum->high != (negative ? -1 : 0))
        return 1;
    *out = negative ? -(int64_t)~sum->low - 1 : (int64_t)sum->low;
    return 0;
}

/* -1, 0 or 1. */
CRM_I_INLINE int crm_i_sum128_sign(const struct crm_i_sum128 *sum)
{
    return sum->high < 0 ? -1 : (sum->high > 0 || sum->low > 0 ? 1 : 0);
}

/* sum += x[0] + ... + x[n-1]. */
void crm_i_sum128_add_many(struct crm_i_sum128 *sum, int64_t n, const int64_t *x);

/* The sum, and the sum / 10^decimals (decimals 0..9), correctly rounded to nearest even: minor units to
 * major. */
double crm_i_sum128_to_f64(const struct crm_i_sum128 *sum);
double crm_i_sum128_to_f64_scaled(const struct crm_i_sum128 *sum, int decimals);

/* ---- block trees of doubles ----
 * Rows are cut in blocks of CRM_I_SUM_BLOCK, the last one shorter. Each block is reduced on 8 lanes (row i
 * of the block on lane i mod 8) and the lanes by crm_i_sum_lanes; the partial results by
 * crm_i_sum_combine, a fixed tree of the number of blocks alone. So blocks may be computed by any worker
 * in any order: the same bits. NaN in, NaN out. */
enum { CRM_I_SUM_BLOCK = 1024, CRM_I_SUM_LANES = 8 };

CRM_I_INLINE int64_t crm_i_sum_block_count(int64_t n)
{
    return n / CRM_I_SUM_BLOCK + (n % CRM_I_SUM_BLOCK != 0);
}

/* The fixed tree over 8 lanes, for any kernel that keeps its own lanes. */
CRM_I_INLINE double crm_i_sum_lanes(const double *lane)
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* The sum of one block, n <= CRM_I_SUM_BLOCK (it works for any n, on 8 lanes without blocks). */
double crm_i_sum_block(int64_t n, const double *x);

/* Combine `count` block results of `width` sums each (block b at partial + b * width), pairwise in a fixed
 * tree. In place: the totals end in partial[0 .. width-1], the rest is overwritten. count = 0 does
 * nothing. */
void crm_i_sum_combine(int64_t count, int width, double *partial);

/* The whole sum on one thread: bit for bit what blocks and crm_i_sum_combine give. n = 0 gives 0. */
double crm_i_sum(int64_t n, const double *x);

/* The same, compensated: right to 1 ulp unless sum |x| exceeds about 2^50 |sum|; beyond that the error is
 * below n 2^-103 sum |x|. The result of a permutation may differ by that ulp, no more. */
crm_i_pair crm_i_sum_block_pair(int64_t n, const double *x);
crm_i_pair crm_i_sum_block_product_pair(int64_t n, const double *x, const double *y); /* sum of x y */
void crm_i_sum_combine_pair(int64_t count, int width, crm_i_pair *partial);
crm_i_pair crm_i_sum_pair(int64_t n, const double *x);

#endif
