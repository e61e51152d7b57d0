/* The summary as fits see it: distinct cells in canonical order with exact counts. Weights are part of what
 * makes a cell distinct, so that counting is all that ever happens to equal rows: summaries merge without a
 * rounding. */
#ifndef CRM_I_SUMMARY_H
#define CRM_I_SUMMARY_H

#include "base/memory.h"
#include "crmcore/data.h"
#include "data/cells.h"

/* Every section is empty (n 0, columns NULL) where the summary has none of it; all pointers are borrowed from
 * the summary until it is next changed. mass = weight * count, as fits use it: finite and > 0. Doubles are
 * never -0. */

/* n distinct cells, ascending by x, then t_x, then T, then weight. count: how many customers. */
typedef struct crm_i_purchases {
    int64_t n;
    const double *x, *t_x, *T, *weight;
    const int64_t *count;
    const double *mass;
} crm_i_purchases;

/* Ascending by count, then mean, then weight. count > 0: positive purchases of each customer; cells: how many
 * customers. */
typedef struct crm_i_spends {
    int64_t n;
    const double *count, *mean, *weight;
    const int64_t *cells;
    const double *mass;
} crm_i_spends;

/* Ascending by duration, then ended (0 or 1), then weight. */
typedef struct crm_i_durations {
    int64_t n;
    const double *duration, *ended, *weight;
    const int64_t *count;
    const double *mass;
} crm_i_durations;

/* Gaps between successive purchases: length in ticks (>= 1), ascending, and how many. */
typedef struct crm_i_gaps {
    int64_t n;
    const int64_t *length;
    const int64_t *count;
} crm_i_gaps;

/* Purchases once more, parted by the covariates of their customers: stratum i is the i-th of the distinct
 * rows of covariates, in ascending order, column 0 before column 1; none is without a customer. */
typedef struct crm_i_strata {
    int32_t columns; /* of covariates; 0: the summary has none */
    int64_t n;
    double *z; /* covariate c of stratum i at z[i * columns + c]; never -0 */
} crm_i_strata;

/* The cells of CRM_I_STRATA: stratum, x, t_x, T, weight. */
enum { CRM_I_PURCHASES = 0, CRM_I_SPENDS = 1, CRM_I_DURATIONS = 2, CRM_I_STRATA = 3, CRM_I_SECTIONS = 4 };

struct crm_summary {
    crm_i_handle handle;
    int64_t as_of; /* INT64_MIN: none */
    double period; /* ticks per period; 0: none */
    crm_i_cells cells[CRM_I_SECTIONS];
    crm_i_strata strata;
    int64_t gap_total; /* sum of gap_count */
    int64_t gap_n;
    int64_t *gap_length; /* 2 gap_n entries, of which gap_count is the second half */
    int64_t *gap_count;
    crm_i_purchases purchases; /* views of the above */
    crm_i_spends spends;
    crm_i_durations durations;
    crm_i_gaps gaps;
};

CRM_I_INLINE const crm_i_purchases *crm_i_summary_purchases(const crm_summary *summary)
{
    return &summary->purchases;
}

CRM_I_INLINE const crm_i_spends *crm_i_summary_spends(const crm_summary *summary)
{
    return &summary->spends;
}

CRM_I_INLINE const crm_i_durations *crm_i_summary_durations(const crm_summary *summary)
{
    return &summary->durations;
}

CRM_I_INLINE const crm_i_gaps *crm_i_summary_gaps(const crm_summary *summary)
{
    return &summary->gaps;
}

#endif
