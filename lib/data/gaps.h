/* Gaps between successive purchases, counted by length in ticks: a small table that grows before it is
 * needed, so that counting itself cannot fail. */
#ifndef CRM_I_GAPS_H
#define CRM_I_GAPS_H

#include "base/memory.h"

typedef struct crm_i_gap {
    int64_t length; /* >= 1; 0: a free place */
    int64_t count;
} crm_i_gap;

typedef struct crm_i_gap_table {
    int64_t places; /* 0 or a power of two; at most half of them are taken */
    int64_t used;
    int64_t total; /* sum of the counts */
    crm_i_gap *place;
} crm_i_gap_table;

crm_i_gap_table crm_i_gaps_none(void);
void crm_i_gaps_release(const crm_allocator *allocator, crm_i_gap_table *gaps);

/* Room for `more` lengths not seen yet: 1, or 0 without memory, and nothing has changed. */
int32_t crm_i_gaps_reserve(const crm_allocator *allocator, crm_i_gap_table *gaps, int64_t more);

/* The gap between two purchases, later > earlier. One of 2^63 ticks, the whole range of time, counts as 2^63
 * - 1. */
CRM_I_INLINE int64_t crm_i_gap_length(int64_t earlier, int64_t later)
{
    const uint64_t length = (uint64_t)later - (uint64_t)earlier;
    return length > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)length;
}

/* Counts `count` gaps more; there must be room if the length is new. */
void crm_i_gaps_add(crm_i_gap_table *gaps, int64_t length, int64_t count);

/* The gaps by ascending length: gap and scratch have room for `used`. */
void crm_i_gaps_list(const crm_i_gap_table *gaps, crm_i_gap *gap, crm_i_gap *scratch);

#endif
