/* Packed rows in order: radix from the top over the range that is there, insertion at the bottom. */
#include "data/rows_sort.h"

#include <string.h>

/* So few rows are inserted; a bucket of a level above has about four. */
enum { SMALL = 24, LEAST_BITS = 6 };

/* How far to shift a range so that buckets hold few rows each, yet no more than the bounds have room for. */
static int32_t bucket_shift(int64_t n, uint64_t range)
{
    int32_t bits = crm_i_rows_bits((uint64_t)n) - 2;
    bits = bits < LEAST_BITS ? LEAST_BITS : bits;
    bits = bits > CRM_I_ROWS_SORT_BITS ? CRM_I_ROWS_SORT_BITS : bits;
    const int32_t have = crm_i_rows_bits(range);
    return have > bits ? have - bits : 0;
}

#define WORDS 1
#define SORTED 1
#define NAMED(function) CRM_I_JOIN(function, _one)
#include "rows_sort.inc"
#undef WORDS
#undef SORTED
#undef NAMED

#define WORDS 2
#define SORTED 2
#define NAMED(function) CRM_I_JOIN(function, _two)
#include "rows_sort.inc"
#undef WORDS
#undef SORTED
#undef NAMED

#define WORDS 3
#define SORTED 2
#define NAMED(function) CRM_I_JOIN(function, _three)
#include "rows_sort.inc"
#undef WORDS
#undef SORTED
#undef NAMED

void crm_i_rows_sort(int32_t kind, int64_t n, uint64_t *rows, uint64_t *scratch, int64_t *bounds)
{
    if (kind == CRM_I_ROWS_ONE)
        sort_one(rows, scratch, n, 0, 0, bounds);
    else if (kind == CRM_I_ROWS_TWO)
        sort_two(rows, scratch, n, 0, 0, bounds);
    else
        sort_three(rows, scratch, n, 0, 0, bounds);
}
