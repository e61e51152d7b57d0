/* Sorting by radix: the records that can be sorted, and the forms callers ask for. */
#include "numeric/sort.h"

/* Sizes of parts, in records: LEAF is sorted in the first cache, up to MIDDLE in the second. */
enum { LEAF = 2048, MIDDLE = 65536, WIDE_BITS = 9, WIDE_WAYS = 1 << WIDE_BITS };

CRM_I_INLINE struct crm_i_sort_pair pair_of(double value, int64_t row)
{
    const struct crm_i_sort_pair r = {crm_i_f64_key_descending(value), row};
    return r;
}

#define RECORD struct crm_i_sort_pair
#define KEY_OF(r) ((r).key)
#define MAKE(value, row) pair_of((value), (row))
#define NAME(word) pair_##word
#include "numeric/sort_radix.inc"

#define RECORD uint64_t
#define KEY_OF(r) (r)
#define MAKE(value, row) ((void)(row), crm_i_f64_key_descending(value))
#define NAME(word) key_##word
#include "numeric/sort_radix.inc"

void crm_i_sort_pairs(int64_t n, struct crm_i_sort_pair *pair, struct crm_i_sort_pair *scratch)
{
    if (n > 1)
        pair_sort_part(n, pair, scratch, 0);
}

void crm_i_sort_u64(int64_t n, uint64_t *key, uint64_t *scratch)
{
    if (n > 1)
        key_sort_part(n, key, scratch, 0);
}

/* The double whose descending key this is. */
CRM_I_INLINE double f64_from_key_descending(uint64_t key)
{
    return crm_i_f64_from_key(key == CRM_I_KEY_NAN ? key : ~key);
}

void crm_i_sort_f64_descending_index(int64_t n, const double *value, int64_t *index, double *sorted,
                                     struct crm_i_sort_pair *scratch)
{
    pair_sort_values(n, value, scratch, scratch + n);
    for (int64_t i = 0; i < n; i++)
        index[i] = scratch[i].index;
    if (!sorted)
        return;
    for (int64_t i = 0; i < n; i++)
        sorted[i] = f64_from_key_descending(scratch[i].key);
}

void crm_i_sort_f64_descending(int64_t n, const double *value, double *sorted, uint64_t *scratch)
{
    key_sort_values(n, value, scratch, scratch + n);
    for (int64_t i = 0; i < n; i++)
        sorted[i] = f64_from_key_descending(scratch[i]);
}
