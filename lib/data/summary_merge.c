/* Two summaries made one: counts are added, everything new is made before anything old is given up. */
#include <string.h>

#include "base/error.h"
#include "data/summary_private.h"
#include "data/summary_strata.h"

typedef struct merged_gaps {
    int64_t n;
    int64_t total;
    int64_t *length; /* 2 n entries: the counts stand behind */
} merged_gaps;

static int32_t same_dates(const crm_summary *a, const crm_summary *b)
{
    if (a->as_of == INT64_MIN || b->as_of == INT64_MIN)
        return 1;
    return a->as_of == b->as_of && a->period == b->period;
}

static int64_t count_lengths(const crm_summary *a, const crm_summary *b)
{
    int64_t n = 0;
    int64_t j = 0;
    for (int64_t i = 0; i < a->gap_n || j < b->gap_n; n++) {
        const int64_t p = i < a->gap_n ? a->gap_length[i] : INT64_MAX;
        const int64_t q = j < b->gap_n ? b->gap_length[j] : INT64_MAX;
        const int32_t take_a = i < a->gap_n && (j == b->gap_n || p <= q);
        const int32_t take_b = j < b->gap_n && (i == a->gap_n || q <= p);
        i += take_a;
        j += take_b;
    }
    return n;
}

static crm_status merge_gaps(const crm_allocator *allocator, const crm_summary *a, const crm_summary *b,
                             merged_gaps *out, crm_error *err)
{
    if (a->gap_total > INT64_MAX - b->gap_total)
        return crm_i_fail(err, CRM_E_OVERFLOW, 0, "The gaps of the two summaries together exceed int64.");
    merged_gaps both = {count_lengths(a, b), a->gap_total + b->gap_total, NULL};
    both.length = crm_i_alloc(allocator, 2 * both.n, (int64_t)sizeof *both.length);
    if (!both.length)
        return crm_i_fail_memory(err);
    int64_t i = 0;
    int64_t j = 0;
    for (int64_t k = 0; k < both.n; k++) {
        const int32_t take_a = i < a->gap_n && (j == b->gap_n || a->gap_length[i] <= b->gap_length[j]);
        const int32_t take_b = j < b->gap_n && (i == a->gap_n || b->gap_length[j] <= a->gap_length[i]);
        both.length[k] = take_a ? a->gap_length[i] : b->gap_length[j];
        both.length[both.n + k] = (take_a ? a->gap_count[i] : 0) + (take_b ? b->gap_count[j] : 0);
        i += take_a;
        j += take_b;
    }
    *out = both;
    return CRM_OK;
}

static int32_t knows_customers(const crm_summary *summary)
{
    return summary->strata.columns > 0 || summary->cells[CRM_I_PURCHASES].n > 0;
}

/* Customers with covariates and customers without do not go together. */
static int32_t same_covariates(const crm_summary *a, const crm_summary *b)
{
    return a->strata.columns == b->strata.columns || !knows_customers(a) || !knows_customers(b);
}

static void put(crm_summary *into, const crm_summary *from, const crm_i_cells *cells,
                const crm_i_strata *strata, const merged_gaps *gaps)
{
    const crm_allocator *allocator = &into->handle.allocator;
    if (from->strata.columns > 0) {
        crm_i_strata_release(allocator, &into->strata);
        into->strata = *strata;
    }
    for (int32_t s = 0; s < CRM_I_SECTIONS; s++) {
        if (s == CRM_I_STRATA ? from->strata.columns == 0 : from->cells[s].n == 0)
            continue;
        crm_i_cells_release(allocator, &into->cells[s]);
        into->cells[s] = cells[s];
    }
    if (gaps->length) {
        crm_i_release(allocator, into->gap_length, 2 * into->gap_n, (int64_t)sizeof(int64_t));
        into->gap_n = gaps->n;
        into->gap_total = gaps->total;
        into->gap_length = gaps->length;
        into->gap_count = gaps->length + gaps->n;
    }
}

crm_status crm_summary_merge(crm_summary *into, const crm_summary *from, crm_error *err)
{
    if (!into || !from)
        return crm_i_fail(err, CRM_E_NULL, into ? 2 : 1, "A summary is NULL.");
    if (!same_dates(into, from))
        return crm_i_fail(err, CRM_E_STATE, 2,
                          "The summaries have different as-of dates or ticks per period.");
    if (!same_covariates(into, from))
        return crm_i_fail(err, CRM_E_STATE, 2, "The summaries have different numbers of covariates.");
    const crm_allocator *allocator = &into->handle.allocator;
    const int64_t as_of = into->as_of != INT64_MIN ? into->as_of : from->as_of;
    const double period = into->as_of != INT64_MIN ? into->period : from->period;
    crm_i_cells cells[CRM_I_SECTIONS];
    merged_gaps gaps = {0, 0, NULL};
    crm_i_strata strata = {0, 0, NULL};
    for (int32_t s = 0; s < CRM_I_SECTIONS; s++)
        cells[s] = crm_i_cells_none(from->cells[s].columns);
    crm_status status = CRM_OK;
    for (int32_t s = 0; s < CRM_I_STRATA && status == CRM_OK; s++)
        if (from->cells[s].n > 0)
            status = crm_i_cells_merge(allocator, &into->cells[s], &from->cells[s], &cells[s], err);
    if (status == CRM_OK && from->strata.columns > 0)
        status = crm_i_strata_merge(allocator, into, from, &strata, &cells[CRM_I_STRATA], err);
    if (status == CRM_OK && from->gap_n > 0)
        status = merge_gaps(allocator, into, from, &gaps, err);
    if (status < 0) {
        for (int32_t s = 0; s < CRM_I_SECTIONS; s++)
            crm_i_cells_release(allocator, &cells[s]);
        crm_i_strata_release(allocator, &strata);
        return status;
    }
    put(into, from, cells, &strata, &gaps);
    into->as_of = as_of;
    into->period = period;
    crm_i_summary_refresh(into);
    return crm_i_ok(err);
}
