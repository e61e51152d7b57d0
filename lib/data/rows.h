/* Rows of a log on their way to a book: as the caller's columns, or packed into one, two or three words each.
 */
#ifndef CRM_I_ROWS_H
#define CRM_I_ROWS_H

#include "base/compiler.h"
#include "base/kernel.h"

/* What rows have between them, those after as_of included. */
typedef struct crm_i_rows_range {
    uint64_t key_low, key_high;
    int64_t time_low, time_high;
    int64_t amount_low, amount_high;
    int64_t rows; /* those up to as_of */
} crm_i_rows_range;

/* What one block of columns says to whether they are in order of customer and time. */
typedef struct crm_i_rows_order {
    int64_t customers; /* customers that begin in the block, with a row up to as_of */
    int64_t rows;      /* rows up to as_of */
    int32_t ordered;   /* no row comes before the one before it, that before the block included */
    int32_t times_fit; /* every time lies within -2^62 .. 2^62 */
} crm_i_rows_order;

/* Rows first .. end-1 of the columns, at least one. */
CRM_I_KERNEL_DECLARE(void, crm_i_rows_find_range,
                     (int64_t first, int64_t end, const uint64_t *key, const int64_t *time,
                      const int64_t *amount, int64_t as_of, crm_i_rows_range *out));
CRM_I_KERNEL_DECLARE(void, crm_i_rows_find_order,
                     (int64_t first, int64_t end, const uint64_t *key, const int64_t *time, int64_t as_of,
                      crm_i_rows_order *out));

/* The kinds of rows. A constant wherever it is used, so that each kind gets a loop of its own. */
enum { CRM_I_ROWS_COLUMNS = 0, CRM_I_ROWS_ONE = 1, CRM_I_ROWS_TWO = 2, CRM_I_ROWS_THREE = 3 };

/* Packed rows hold differences from the lowest, so that they sort as unsigned numbers; time and amount of one
 * and two words need 63 bits at most: one word    key - key_low, time - time_low, amount - amount_low side by
 * side, the key on top; two words   key - key_low; time and amount side by side; three words key - key_low;
 * time; amount. */
typedef struct crm_i_rows {
    int32_t kind;
    int32_t time_bits;
    int32_t amount_bits;
    uint64_t key_low;
    int64_t time_low;
    int64_t amount_low;
    int64_t n;
    int32_t loose;        /* two words: a customer's rows are in any order of time where they fit a tile */
    const uint64_t *word; /* packed: once grouped, see rows_group.h */
    const uint64_t *key;  /* columns */
    const int64_t *time;
    const int64_t *amount;
    const int64_t *cost; /* columns; NULL if there are none */
} crm_i_rows;

/* Bits that hold 0 .. range. */
CRM_I_INLINE int32_t crm_i_rows_bits(uint64_t range)
{
    int32_t bits = 0;
    for (; range; range >>= 1)
        bits++;
    return bits;
}

/* 1 if the packed amounts of all rows are small enough for sums in an int64, whatever the customers. */
CRM_I_INLINE int crm_i_rows_small(const crm_i_rows *rows)
{
    const int64_t limit = (int64_t)1 << 30;
    return rows->amount_bits <= 30 && rows->amount_low >= -limit && rows->amount_low <= limit &&
           rows->n < (int64_t)1 << 31;
}

/* 1 if row i > 0 is of another customer than the row before it. */
CRM_I_INLINE int crm_i_rows_begins(const crm_i_rows *rows, int32_t kind, int64_t i)
{
    if (kind == CRM_I_ROWS_COLUMNS)
        return rows->key[i] != rows->key[i - 1];
    if (kind == CRM_I_ROWS_ONE)
        return (rows->word[i] ^ rows->word[i - 1]) >> (rows->time_bits + rows->amount_bits) != 0;
    if (kind == CRM_I_ROWS_TWO)
        return (int)(rows->word[i] >> 63);
    return rows->word[3 * i] != rows->word[3 * i - 3];
}

/* The key of the customer of row i; customer is the number of those that began before. */
CRM_I_INLINE uint64_t crm_i_rows_key(const crm_i_rows *rows, int32_t kind, int64_t i, int64_t customer)
{
    if (kind == CRM_I_ROWS_COLUMNS)
        return rows->key[i];
    if (kind == CRM_I_ROWS_ONE)
        return (rows->word[i] >> (rows->time_bits + rows->amount_bits)) + rows->key_low;
    if (kind == CRM_I_ROWS_TWO)
        return rows->word[rows->n + customer] + rows->key_low;
    return rows->word[3 * i] + rows->key_low;
}

/* Time and amount of row i; those of a packed row are less the lowest. */
CRM_I_INLINE void crm_i_rows_get(const crm_i_rows *rows, int32_t kind, int64_t i, uint64_t *time,
                                 uint64_t *amount)
{
    if (kind == CRM_I_ROWS_COLUMNS) {
        *time = (uint64_t)rows->time[i];
        *amount = (uint64_t)rows->amount[i];
    } else if (kind == CRM_I_ROWS_THREE) {
        *time = rows->word[3 * i + 1];
        *amount = rows->word[3 * i + 2];
    } else {
        const uint64_t word = rows->word[i];
        const uint64_t time_mask = ((uint64_t)1 << rows->time_bits) - 1;
        const uint64_t amount_mask = ((uint64_t)1 << rows->amount_bits) - 1;
        *time = word >> rows->amount_bits & time_mask;
        *amount = word & amount_mask;
    }
}

#endif
