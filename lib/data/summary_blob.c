/* The summary as bytes. Version 1: as-of i64, ticks per period f64; for purchases, spend and durations the number of
 * cells i64 and the cells, each its columns f64 and its count i64; the number of gap lengths i64 and each length i64
 * with its count i64. Everything in canonical order, so that equal summaries are equal bytes. */
#include <math.h>

#include "base/blob.h"
#include "base/error.h"
#include "data/customers.h"
#include "data/summary_private.h"
#include "data/summary_rows.h"

enum { SUMMARY_VERSION = 1 };
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

crm_status crm_summary_save(const crm_summary *summary, uint8_t *bytes, int64_t capacity, int64_t *length,
                            crm_error *err)
{
    if (!summary)
        return crm_i_fail(err, CRM_E_NULL, 1, "summary is NULL.");
    crm_i_writer w = crm_i_write_begin(bytes, capacity);
    crm_i_write_i64(&w, summary->as_of);
    crm_i_write_f64(&w, summary->period);
    for (int32_t s = 0; s < CRM_I_SECTIONS; s++)
        write_cells(&w, &summary->cells[s]);
    crm_i_write_i64(&w, summary->gap_n);
    for (int64_t i = 0; i < summary->gap_n; i++) {
        crm_i_write_i64(&w, summary->gap_length[i]);
        crm_i_write_i64(&w, summary->gap_count[i]);
    }
    return crm_i_write_end(&w, summary_kind, SUMMARY_VERSION, length, err);
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

static crm_status read_cells(crm_i_reader *r, const crm_allocator *allocator, int32_t section, crm_i_cells *cells,
                             crm_error *err)
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

static crm_status read_gaps(crm_i_reader *r, const crm_allocator *allocator, crm_summary *summary, crm_error *err)
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

static crm_status read_summary(crm_i_reader *r, crm_summary *summary, crm_error *err)
{
    const crm_allocator *allocator = &summary->handle.allocator;
    summary->as_of = crm_i_read_i64(r);
    summary->period = crm_i_read_f64(r);
    const int32_t dated = summary->as_of != INT64_MIN;
    if (dated ? !crm_i_time_fits(summary->as_of) || !(summary->period >= 1e-200 && summary->period <= 1e200)
              : summary->period != 0.0 || signbit(summary->period))
        return bad(err);
    for (int32_t s = 0; s < CRM_I_SECTIONS; s++) {
        const crm_status status = read_cells(r, allocator, s, &summary->cells[s], err);
        if (status < 0)
            return status;
    }
    const crm_status status = read_gaps(r, allocator, summary, err);
    return status < 0 ? status : crm_i_read_end(r, err);
}

crm_status crm_summary_load(const crm_context *context, const uint8_t *bytes, int64_t length, crm_summary **out,
                            crm_error *err)
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
