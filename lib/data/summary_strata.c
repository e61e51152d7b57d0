/* Summaries with covariates: every distinct row of covariates is a stratum, and the stratum of a customer is
 * one more column of its cell, so that collapsing and merging are what they are without. */
#include "data/summary_strata.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "data/summary_private.h"
#include "data/summary_rows.h"
#include "numeric/sort.h"

void crm_i_strata_release(const crm_allocator *allocator, crm_i_strata *strata)
{
    crm_i_release(allocator, strata->z, strata->n, strata->columns * (int64_t)sizeof *strata->z);
    strata->z = NULL;
    strata->n = 0;
}

int32_t crm_i_strata_compare(int32_t columns, const double *a, const double *b)
{
    for (int32_t c = 0; c < columns; c++)
        if (a[c] != b[c])
            return a[c] < b[c] ? -1 : 1;
    return 0;
}

/* ---- of columns ---- */

/* The rows that carry weight, in the order of their covariates: by the last column first, since sorts are
 * stable. */
static int64_t sort_rows(int64_t n, const double *weight, int32_t columns, const double *z,
                         struct crm_i_sort_pair *pair, struct crm_i_sort_pair *scratch)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (!weight || weight[i] > 0.0)
            pair[kept++].index = i;
    for (int32_t c = columns - 1; c >= 0; c--) {
        for (int64_t k = 0; k < kept; k++)
            pair[k].key = crm_i_f64_key(z[c * n + pair[k].index]);
        crm_i_sort_pairs(kept, pair, scratch);
    }
    return kept;
}

static int32_t is_same(int64_t n, int32_t columns, const double *z, int64_t i, int64_t j)
{
    for (int32_t c = 0; c < columns; c++)
        if (z[c * n + i] != z[c * n + j])
            return 0;
    return 1;
}

/* rank[i] = the stratum of row i; how many there are. first[s]: a row of stratum s, in place of the pairs. */
static int64_t rank_rows(int64_t n, int32_t columns, const double *z, int64_t kept,
                         struct crm_i_sort_pair *pair, double *rank)
{
    int64_t strata = 0;
    memset(rank, 0, (size_t)n * sizeof *rank);
    for (int64_t k = 0; k < kept; k++) {
        const int64_t row = pair[k].index;
        if (strata == 0 || !is_same(n, columns, z, row, pair[strata - 1].index))
            pair[strata++].index = row;
        rank[row] = (double)(strata - 1);
    }
    return strata;
}

static crm_status take_strata(const crm_allocator *allocator, int64_t n, int32_t columns, const double *z,
                              int64_t strata, const struct crm_i_sort_pair *pair, crm_i_strata *out,
                              crm_error *err)
{
    out->columns = columns;
    out->n = 0;
    out->z = crm_i_alloc(allocator, strata, columns * (int64_t)sizeof *out->z);
    if (!out->z)
        return crm_i_fail_memory(err);
    out->n = strata;
    for (int64_t s = 0; s < strata; s++)
        for (int32_t c = 0; c < columns; c++)
            out->z[s * columns + c] = z[c * n + pair[s].index] + 0.0; /* no -0 */
    return CRM_OK;
}

/* Fills in the strata of a summary and their cells. The rows were checked. */
static crm_status part(const crm_context *context, int64_t n, const double *const *value, int32_t columns,
                       const double *z, crm_summary *summary, crm_error *err)
{
    const crm_allocator scratch = crm_i_allocator(context);
    struct crm_i_sort_pair *pair = crm_i_alloc(&scratch, n, sizeof *pair);
    struct crm_i_sort_pair *other = crm_i_alloc(&scratch, n, sizeof *other);
    double *rank = crm_i_alloc(&scratch, n, sizeof *rank);
    crm_status status = pair && other && rank ? CRM_OK : crm_i_fail_memory(err);
    if (status == CRM_OK) {
        const int64_t kept = sort_rows(n, value[3], columns, z, pair, other);
        const int64_t strata = rank_rows(n, columns, z, kept, pair, rank);
        status = take_strata(&summary->handle.allocator, n, columns, z, strata, pair, &summary->strata, err);
    }
    if (status == CRM_OK) {
        const crm_i_section_rows rows = {CRM_I_STRATA, n, {rank, value[0], value[1], value[2], value[3]}};
        status = crm_i_section_collapse(context, &rows, 2, &summary->cells[CRM_I_STRATA], err);
    }
    crm_i_release(&scratch, pair, n, sizeof *pair);
    crm_i_release(&scratch, other, n, sizeof *other);
    crm_i_release(&scratch, rank, n, sizeof *rank);
    return status;
}

static crm_status check_covariates(int64_t n, int32_t columns, const double *z, crm_error *err)
{
    if (columns < 1 || columns > CRM_I_COVARIATES_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 7, columns,
                                "The number of covariates is not from 1 to 32.");
    if (n > 0 && !z)
        return crm_i_fail(err, CRM_E_NULL, 8, "The covariates are NULL.");
    for (int32_t c = 0; c < columns; c++)
        for (int64_t i = 0; i < n; i++)
            if (!isfinite(z[c * n + i]))
                return crm_i_fail_row(err, CRM_E_DOMAIN, 8, i, z[c * n + i], "A covariate is not finite.");
    return CRM_OK;
}

crm_status crm_summary_of_covariates(const crm_context *context, int64_t n, const double *x,
                                     const double *t_x, const double *T, const double *weight,
                                     int32_t columns, const double *z, crm_summary **out, crm_error *err)
{
    const double *const value[] = {x, t_x, T, weight};
    crm_summary *summary = NULL;
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 9, "out is NULL.");
    crm_status status = crm_summary_of_purchases(context, n, x, t_x, T, weight, &summary, err);
    if (status != CRM_OK)
        return status;
    status = check_covariates(n, columns, z, err);
    if (status == CRM_OK)
        status = part(context, n, value, columns, z, summary, err);
    if (status != CRM_OK) {
        crm_summary_destroy(summary);
        return status;
    }
    *out = summary;
    return crm_i_ok(err);
}

/* ---- merging ---- */

/* The union of the strata of both; map_a[i], map_b[j]: where they are in it. */
static int64_t unite(const crm_i_strata *a, const crm_i_strata *b, double *z, double *map_a, double *map_b)
{
    const int32_t columns = a->columns > 0 ? a->columns : b->columns;
    int64_t i = 0;
    int64_t j = 0;
    int64_t n = 0;
    for (; i < a->n || j < b->n; n++) {
        const double *left = i < a->n ? a->z + i * columns : NULL;
        const double *right = j < b->n ? b->z + j * columns : NULL;
        const int32_t order = i == a->n ? 1 : j == b->n ? -1 : crm_i_strata_compare(columns, left, right);
        memcpy(z + n * columns, order <= 0 ? left : right, (size_t)columns * sizeof *z);
        if (order <= 0)
            map_a[i++] = (double)n;
        if (order >= 0)
            map_b[j++] = (double)n;
    }
    return n;
}

/* The cells of a summary with their strata numbered anew, in `stratum`; the rest is borrowed. */
static crm_i_cells renumber(const crm_i_cells *cells, const double *map, double *stratum)
{
    crm_i_cells view = *cells;
    for (int64_t i = 0; i < cells->n; i++)
        stratum[i] = map[(int64_t)cells->column[0][i]];
    view.column[0] = stratum;
    return view;
}

/* What merging needs for a while: two maps and two columns, one after another. */
static crm_status merge_with(const crm_allocator *allocator, const crm_summary *a, const crm_summary *b,
                             double *room, crm_i_strata *strata, crm_i_cells *cells, crm_error *err)
{
    double *const map_a = room;
    double *const map_b = map_a + a->strata.n;
    double *const column_a = map_b + b->strata.n;
    double *const column_b = column_a + a->cells[CRM_I_STRATA].n;
    const int64_t most = a->strata.n + b->strata.n;
    double *all = crm_i_alloc(allocator, most, strata->columns * (int64_t)sizeof *all);
    if (!all)
        return crm_i_fail_memory(err);
    const int64_t n = unite(&a->strata, &b->strata, all, map_a, map_b);
    strata->z = crm_i_alloc(allocator, n, strata->columns * (int64_t)sizeof *all);
    if (strata->z)
        memcpy(strata->z, all, (size_t)(n * strata->columns) * sizeof *all);
    crm_i_release(allocator, all, most, strata->columns * (int64_t)sizeof *all);
    if (!strata->z)
        return crm_i_fail_memory(err);
    strata->n = n;
    const crm_i_cells left = renumber(&a->cells[CRM_I_STRATA], map_a, column_a);
    const crm_i_cells right = renumber(&b->cells[CRM_I_STRATA], map_b, column_b);
    const crm_status status = crm_i_cells_merge(allocator, &left, &right, cells, err);
    if (status != CRM_OK)
        crm_i_strata_release(allocator, strata);
    return status;
}

crm_status crm_i_strata_merge(const crm_allocator *allocator, const crm_summary *a, const crm_summary *b,
                              crm_i_strata *strata, crm_i_cells *cells, crm_error *err)
{
    const int64_t entries = a->strata.n + b->strata.n + a->cells[CRM_I_STRATA].n + b->cells[CRM_I_STRATA].n;
    strata->columns = a->strata.columns > 0 ? a->strata.columns : b->strata.columns;
    strata->n = 0;
    strata->z = NULL;
    double *room = crm_i_alloc(allocator, entries, sizeof *room);
    if (!room)
        return crm_i_fail_memory(err);
    const crm_status status = merge_with(allocator, a, b, room, strata, cells, err);
    crm_i_release(allocator, room, entries, sizeof *room);
    return status;
}
