/* Sorting by radix: stable, linear, the same order on every machine, in scratch that the caller brings. */
#ifndef CRM_I_SORT_H
#define CRM_I_SORT_H

#include "numeric/bits.h"

/* ---- order-preserving keys ---- */

#define CRM_I_KEY_NAN UINT64_MAX

/* A key whose unsigned order is the numeric order of x. -0 and +0 have one key (that of +0); every NaN has
 * the last one, CRM_I_KEY_NAN. */
CRM_I_INLINE uint64_t crm_i_f64_key(double x)
{
    const double y = x + 0.0; /* -0 becomes +0 */
    const uint64_t u = crm_i_double_bits(y);
    const uint64_t k = u ^ ((0 - (u >> 63)) | ((uint64_t)1 << 63));
    return x == x ? k : CRM_I_KEY_NAN;
}

/* The double of a key. */
CRM_I_INLINE double crm_i_f64_from_key(uint64_t key)
{
    const uint64_t u = key ^ (((key >> 63) - 1) | ((uint64_t)1 << 63));
    return crm_i_bits_double(u);
}

/* A key for the order from the largest down, NaN still last. */
CRM_I_INLINE uint64_t crm_i_f64_key_descending(double x)
{
    const uint64_t k = crm_i_f64_key(x);
    return k == CRM_I_KEY_NAN ? k : ~k;
}

/* A key whose unsigned order is the order of int64. */
CRM_I_INLINE uint64_t crm_i_i64_key(int64_t x)
{
    return (uint64_t)x ^ ((uint64_t)1 << 63);
}

/* ---- sorts ----
 * Ascending by key, stable, in time proportional to n whatever the keys (at most 11 passes; about three
 * for keys spread over their range). Input already in order costs one read. Scratch ends undefined;
 * nothing overlaps. */

/* A key and what moves along with it, as a rule a row number. */
struct crm_i_sort_pair {
    uint64_t key;
    int64_t index;
};

/* In place of pair; scratch: n entries. */
void crm_i_sort_pairs(int64_t n, struct crm_i_sort_pair *pair, struct crm_i_sort_pair *scratch);

/* Keys alone, in place; scratch: n entries. */
void crm_i_sort_u64(int64_t n, uint64_t *key, uint64_t *scratch);

/* index = the rows of value from the largest down, equal values by row, NaN last (by row). sorted, unless
 * NULL, gets the values in that order (-0 comes out as +0). scratch: 2 n entries. */
void crm_i_sort_f64_descending_index(int64_t n, const double *value, int64_t *index, double *sorted,
                                     struct crm_i_sort_pair *scratch);

/* sorted = the values from the largest down, NaN last (-0 comes out as +0); it may be value itself.
 * scratch: 2 n entries. */
void crm_i_sort_f64_descending(int64_t n, const double *value, double *sorted, uint64_t *scratch);

#endif
