/* The rows of one part, customer by customer and in order of time. */
#ifndef CRM_I_ROWS_GROUP_H
#define CRM_I_ROWS_GROUP_H

#include "data/rows.h"
#include "data/rows_sort.h"

enum { CRM_I_ROWS_GROUP_BITS = 12, CRM_I_ROWS_GROUP_MOST = 1 << 16 };

/* Words of scratch for n rows, and of room for bounds. */
CRM_I_INLINE int64_t crm_i_rows_group_scratch(int32_t kind, int64_t n)
{
    return kind == CRM_I_ROWS_TWO ? 4 * n : kind * n;
}
enum { CRM_I_ROWS_GROUP_BOUNDS = CRM_I_ROWS_SORT_BOUNDS + (1 << CRM_I_ROWS_GROUP_BITS) + 8 };

/* In two-word rows that are grouped this bit marks the first of a customer. */
#define CRM_I_ROWS_FIRST ((uint64_t)1 << 63)

/* Orders n rows as they are packed. Rows of one and three words stay as they are; those of two words become n
 * second words in order, the first of each customer marked, and then the first words of the customers, one
 * each. Answers the number of customers. Keys lie within key_low .. key_high, better if they fill that range;
 * key_shift: bits below the key in a row of one word; loose: runs of second words that fit a tile are left in
 * any order. */
int64_t crm_i_rows_group(int32_t isa, int32_t kind, uint64_t key_low, uint64_t key_high, int32_t key_shift,
                         int64_t n, int loose, uint64_t *rows, uint64_t *scratch, int64_t *bounds);

#endif
