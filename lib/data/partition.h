/* Rows cut into parts by ascending customer, each small enough for the cache, packed on the way. */
#ifndef CRM_I_PARTITION_H
#define CRM_I_PARTITION_H

#include "base/context.h"
#include "data/rows.h"

/* Part p is rows start[p] .. start[p+1]-1; all its customers come before those of part p+1. */
typedef struct crm_i_partition {
    crm_allocator allocator;
    crm_i_rows rows;
    int64_t n;
    int64_t parts;
    int64_t *start;
    int64_t *customers; /* of each part */
    uint64_t *word;
    int64_t words;
} crm_i_partition;

/* Rows with time <= as_of of the columns, whose range is given and holds at least one such row, each part
 * grouped by crm_i_rows_group. loose: rows of a customer may be left in any order of time; rows.loose says
 * whether they are. Progress is told from .. to. CRM_OK, CRM_E_MEMORY, CRM_E_CANCELLED or CRM_E_EXECUTOR; on
 * success to be released. */
crm_status crm_i_partition_make(const crm_context *context, int64_t n, const uint64_t *key,
                                const int64_t *time, const int64_t *amount, int64_t as_of,
                                const crm_i_rows_range *range, int32_t loose, double from, double to,
                                crm_i_partition *out, crm_error *err);
void crm_i_partition_release(crm_i_partition *partition);

#endif
