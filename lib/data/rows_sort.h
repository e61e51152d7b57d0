/* Sorting packed rows by customer and time. */
#ifndef CRM_I_ROWS_SORT_H
#define CRM_I_ROWS_SORT_H

#include "data/rows.h"

/* Words of scratch for the bounds of buckets, whatever the number of rows. */
enum { CRM_I_ROWS_SORT_BITS = 11, CRM_I_ROWS_SORT_DEPTH = 24 };
enum { CRM_I_ROWS_SORT_BOUNDS = CRM_I_ROWS_SORT_DEPTH * ((1 << CRM_I_ROWS_SORT_BITS) + 1) };

/* Puts n rows of the kind (CRM_I_ROWS_ONE, TWO or THREE words each) in ascending order of all words but the
 * third, rows that tie in any order. scratch: as many words as the rows have; bounds: CRM_I_ROWS_SORT_BOUNDS.
 * By radix from the top, each bucket over its own range: at most one pass per 6 bits that differ, whatever
 * the rows. */
void crm_i_rows_sort(int32_t kind, int64_t n, uint64_t *rows, uint64_t *scratch, int64_t *bounds);

#endif
