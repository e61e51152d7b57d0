/* The summary as bytes. Version 1: as-of i64, ticks per period f64; for purchases, spend and durations the
 * number of cells i64 and the cells, each its columns f64 and its count i64; the number of gap lengths i64
 * and each length i64 with its count i64. Version 2 adds: the number of covariates i64 and, if there are any,
 * that of strata i64, each with its covariates f64, and the cells of strata as above. Everything in canonical
 * order, so that equal summaries are equal bytes; without covariates version 1 is written. */
#include <math.h>

#include "base/blob.h"
#include "base/error.h"
#include "data/customers.h"
#include "data/summary_private.h"
#include "data/summary_rows.h"
#include "data/summary_strata.h"

enum { SUMMARY_VERSION = 2 };
static const char summary_kind[4] = {'S', 'U', 'M', 'M'};

/* ---- writing ---- */

static void write_cells(crm_i_writer *w, const crm_i_cells *cells)
{
    crm_i_write_i64(w, cells->n);
    for (int64_t i = 0; i < cells->n; i++) {
        for (int32_t c = 0; c < cells->columns; c++)
            crm_i_write_f64(w, cells->column[c][i]);
        crm_i_write_i64(w, cells->count[i]);
    }
}

static void write_strata(crm_i_writer *w, const crm_summary *summary)
{
    const crm_i_strata *strata = &summary->strata;
    crm_i_write_i64(w, strata->columns);
    crm_i_write_i64(w, strata->n);
    for (int64_t i = 0; i < strata->n * strata->columns; i++)
        crm_i_write_f64(w, strata->z[i]);
    write_cells(w, &summary->cells[CRM_I_STRATA]);
}

crm_status crm_summary_save(const crm_summary *summary, uint8_t *bytes, int64_t capacity, int64_t *length,
                            crm_error *err)
{
    if (!summary)
        return crm_i_fail(err, CRM_E_NULL, 1, "summary is NULL.");
    crm_i_writer w = crm_i_write_begin(bytes, capacity);
    crm_i_write_i64(&w, summary->as_of);
    crm_i_write_f64(&w, summary->period);
    for (int32_t s = 0; s < CRM_I_STRATA; s++)
        write_cells(&w, &summary->cells[s]);
    crm_i_write_i64(&w, summary->gap_n);
    for (int64_t i = 0; i < summary->gap_n; i++) {
        crm_i_write_i64(&w, summary->gap_length[i]);
        crm_i_write_i64(&w, summary->gap_count[i]);
    }
    const uint32_t version = summary->strata.columns > 0 ? 2 : 1;
    if (version > 1)
        write_strata(&w, summary);
    return crm_i_write_end(&w, summary_kind, version, length, err);
}

/* ---- reading: nothing is believed ---- */

/* 1 if cell i may stand where it does: in its domain, above the one before, seen at least once. */
static int32_t is_cell(const crm_i_cells *cells, int32_t section, int64_t i)
{
    double row[CRM_I_CELL_COLUMNS];
    for (int32_t c = 0; c < cells->columns; c++) {
        row[c] = cells->column[c][i];
        if (signbit(row[c]))
            return 0;
    }
    if (crm_i_section_blame(section, row) >= 0 || cells->count[i] < 1)
        return 0;
    if (row[cells->columns - 1] == 0.0 || (section == CRM_I_SPENDS && row[0] == 0.0))
        return 0;
    return i == 0 || crm_i_cells_compare(cells, i - 1, cells, i) < 0;
}

static crm_status bad(crm_error *err)
{
    return crm_i_fail(err, CRM_E_FORMAT, 2, "The blob holds what no summary can.");
}

static crm_status read_cells(crm_i_reader *r, const crm_allocator *allocator, int32_t section,
                             crm_i_cells *cells, crm_error *err)
{
    const int32_t columns = crm_i_section_columns(section);
    const int64_t n = crm_i_read_count(r, 8 * (columns + 1));
    if (!crm_i_cells_new(allocator, columns, n, cells))
        return crm_i_fail_memory(err);
    for (int64_t i = 0; i < n; i++) {
        for (int32_t c = 0; c < columns; c++)
            cells->column[c][i] = crm_i_read_f64(r);
        cells->count[i] = crm_i_read_i64(r);
        if (!is_cell(cells, section, i))
            return bad(err);
    }
    cells->n = n;
    return crm_i_cells_weigh(cells) ? CRM_OK : bad(err);
}

static crm_status read_gaps(crm_i_reader *r, const crm_allocator *allocator, crm_summary *summary,
                            crm_error *err)
{
    const int64_t n = crm_i_read_count(r, 16);
    if (n == 0)
        return CRM_OK;
    summary->gap_length = crm_i_alloc(allocator, 2 * n, (int64_t)sizeof(int64_t));
    if (!summary->gap_length)
        return crm_i_fail_memory(err);
    summary->gap_n = n;
    summary->gap_count = summary->gap_length + n;
    int64_t before = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t length = crm_i_read_i64(r);
        const int64_t count = crm_i_read_i64(r);
        if (length <= before || count < 1 || count > INT64_MAX - summary->gap_total)
            return bad(err);
        summary->gap_length[i] = length;
        summary->gap_count[i] = count;
        summary->gap_total += count;
        before = length;
    }
    return CRM_OK;
}

/* 1 if stratum i may stand where it does: finite, without -0, above the one before. */
static int32_t is_stratum(const crm_i_strata *strata, int64_t i)
{
    const double *z = strata->z + i * strata->columns;
    for (int32_t c = 0; c < strata->columns; c++)
        if (!isfinite(z[c]) || (z[c] == 0.0 && signbit(z[c])))
            return 0;
    return i == 0 || crm_i_strata_compare(strata->columns, z - strata->columns, z) < 0;
}

/* Every stratum has cells, and together as many customers as the purchases. */
static int32_t is_parted(const crm_summary *summary)
{
    const crm_i_cells *cells = &summary->cells[CRM_I_STRATA];
    double next = 0.0;
    for (int64_t i = 0; i < cells->n; i++) {
        const double stratum = cells->column[0][i];
        if (stratum > next)
            return 0;
        next = stratum == next ? next + 1.0 : next;
    }
    return next == (double)summary->strata.n && cells->total == summary->cells[CRM_I_PURCHASES].total;
}

static crm_status read_strata(crm_i_reader *r, const crm_allocator *allocator, crm_summary *summary,
                              crm_error *err)
{
    crm_i_strata *strata = &summary->strata;
    const int64_t columns = crm_i_read_i64(r);
    if (columns < 1 || columns > CRM_I_COVARIATES_MOST)
        return bad(err);
    strata->columns = (int32_t)columns;
    const int64_t n = crm_i_read_count(r, 8 * columns);
    strata->z = crm_i_alloc(allocator, n, columns * (int64_t)sizeof *strata->z);
    if (!strata->z)
        return crm_i_fail_memory(err);
    strata->n = n;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t c = 0; c < columns; c++)
            strata->z[i * columns + c] = crm_i_read_f64(r);
        if (!is_stratum(strata, i))
            return bad(err);
    }
    const crm_status status = read_cells(r, allocator, CRM_I_STRATA, &summary->cells[CRM_I_STRATA], err);
    return status == CRM_OK && !is_parted(summary) ? bad(err) : status;
}

static crm_status read_summary(crm_i_reader *r, crm_summary *summary, crm_error *err)
{
    const crm_allocator *allocator = &summary->handle.allocator;
    summary->as_of = crm_i_read_i64(r);
    summary->period = crm_i_read_f64(r);
    const int32_t dated = summary->as_of != INT64_MIN;
    if (dated ? !crm_i_time_fits(summary->as_of) || !(summary->period >= 1e-200 && summary->period <= 1e200)
              : summary->period != 0.0 || signbit(summary->period))
        return bad(err);
    for (int32_t s = 0; s < CRM_I_STRATA; s++) {
        const crm_status status = read_cells(r, allocator, s, &summary->cells[s], err);
        if (status < 0)
            return status;
    }
    crm_status status = read_gaps(r, allocator, summary, err);
    if (status == CRM_OK && r->version > 1)
        status = read_strata(r, allocator, summary, err);
    return status < 0 ? status : crm_i_read_end(r, err);
}

crm_status crm_summary_load(const crm_context *context, const uint8_t *bytes, int64_t length,
                            crm_summary **out, crm_error *err)
{
    if (!bytes)
        return crm_i_fail(err, CRM_E_NULL, 2, "bytes is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    crm_i_reader r;
    crm_status status = crm_i_read_begin(&r, bytes, length, summary_kind, SUMMARY_VERSION, err);
    if (status < 0)
        return status;
    crm_summary *summary = crm_i_summary_new(context);
    if (!summary)
        return crm_i_fail_memory(err);
    status = read_summary(&r, summary, err);
    if (status < 0) {
        crm_summary_destroy(summary);
        return status;
    }
    crm_i_summary_refresh(summary);
    *out = summary;
    return crm_i_ok(err);
}
