/* The summary of a survivor table: how many of a cohort are still there after 0, 1, 2, ... periods. */
#include <math.h>

#include "base/error.h"
#include "data/summary.h"
#include "data/summary_private.h"

enum { DURATION = 0, ENDED = 1, WEIGHT = 2, COLUMNS = 3 };

static crm_status check_survivors(int64_t n, const double *survivors, crm_error *err)
{
    for (int64_t t = 0; t < n; t++) {
        if (!(survivors[t] >= 0.0 && survivors[t] <= DBL_MAX))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, t, survivors[t],
                                  "survivors must be finite and >= 0.");
        if (t > 0 && survivors[t] > survivors[t - 1])
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, t, survivors[t], "survivors must not grow.");
    }
    return CRM_OK;
}

/* Whole numbers are customers, to be counted; others are weights. */
static int32_t are_counts(int64_t n, const double *survivors)
{
    for (int64_t t = 0; t < n; t++)
        if (floor(survivors[t]) != survivors[t] || survivors[t] > 0x1p53)
            return 0;
    return 1;
}

static void put(crm_i_cells *cells, int64_t duration, double ended, double number, int32_t counts)
{
    if (!(number > 0.0))
        return;
    cells->column[DURATION][cells->n] = (double)duration;
    cells->column[ENDED][cells->n] = ended;
    cells->column[WEIGHT][cells->n] = counts ? 1.0 : number;
    cells->count[cells->n] = counts ? (int64_t)number : 1;
    cells->n++;
}

/* In canonical order: who is still there before who was lost in the last period. */
static void fill(int64_t n, const double *survivors, crm_i_cells *cells)
{
    const int32_t counts = are_counts(n, survivors);
    for (int64_t t = 1; t < n; t++) {
        if (t == n - 1)
            put(cells, t, 0.0, survivors[t], counts);
        put(cells, t, 1.0, survivors[t - 1] - survivors[t], counts);
    }
}

crm_status crm_summary_of_survivors(const crm_context *context, int64_t n, const double *survivors,
                                    crm_summary **out, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)n, "n is negative.");
    if (n > 0 && !survivors)
        return crm_i_fail(err, CRM_E_NULL, 3, "A column is NULL.");
    const crm_status status = check_survivors(n, survivors, err);
    if (status < 0)
        return status;
    crm_summary *summary = crm_i_summary_new(context);
    if (!summary)
        return crm_i_fail_memory(err);
    crm_i_cells *cells = &summary->cells[CRM_I_DURATIONS];
    if (n > 1 && !crm_i_cells_new(&summary->handle.allocator, COLUMNS, n, cells)) {
        crm_summary_destroy(summary);
        return crm_i_fail_memory(err);
    }
    fill(n, survivors, cells);
    crm_i_cells_weigh(cells); /* cannot overflow: no more than there were to begin with */
    crm_i_summary_refresh(summary);
    *out = summary;
    return crm_i_ok(err);
}
