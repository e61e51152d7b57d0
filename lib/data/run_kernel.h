/* What the rows of eight customers come to, side by side. */
#ifndef CRM_I_RUN_KERNEL_H
#define CRM_I_RUN_KERNEL_H

#include "data/tile_kernel.h"

/* What is the same for all customers of a book. Times and amounts are less time_low and amount_low. */
typedef struct crm_i_run_terms {
    uint64_t amount_low;
    uint64_t time_low;
    uint64_t as_of; /* less time_low */
    uint64_t scale; /* minor units in a major one */
    double ticks_per_period;
    int32_t spend_first;
} crm_i_run_terms;

/* Eight rows of a book, and the sums they were made from. */
typedef struct crm_i_run_rows {
    uint64_t start[CRM_I_TILE_LANES]; /* tick of the first purchase, less time_low */
    uint64_t end[CRM_I_TILE_LANES];   /* and of the last */
    int64_t purchases[CRM_I_TILE_LANES];
    int64_t counted[CRM_I_TILE_LANES]; /* those of spend */
    uint64_t spend[CRM_I_TILE_LANES];
    uint64_t revenue[CRM_I_TILE_LANES];
    double x[CRM_I_TILE_LANES];
    double t_x[CRM_I_TILE_LANES];
    double T[CRM_I_TILE_LANES];
    double mean_spend[CRM_I_TILE_LANES];
    double spend_count[CRM_I_TILE_LANES];
    int64_t first[CRM_I_TILE_LANES];
    int64_t last[CRM_I_TILE_LANES];
} crm_i_run_rows;

/* The customers whose n[l] > 0 rows, in order of time, are column l of two tiles of `rows` rows; time has a
 * row more, of any content; no sum passes int64. Answers 1 if what is divided is exact in double for all of
 * them: else t_x, T and mean_spend are not to be used. */
CRM_I_KERNEL_DECLARE(int32_t, crm_i_run_tally,
                     (int64_t rows, const int64_t *n, const uint64_t *time, const uint64_t *amount,
                      const crm_i_run_terms *terms, crm_i_run_rows *out));

#endif
