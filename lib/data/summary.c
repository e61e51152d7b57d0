/* The summary: made of a book or of columns, added to, asked and destroyed. */
#include "data/summary.h"

#include <string.h>

#include "base/error.h"
#include "data/summary_book.h"
#include "data/summary_private.h"
#include "data/summary_rows.h"
#include "data/summary_strata.h"

/* ---- making and unmaking ---- */

crm_summary *crm_i_summary_new(const crm_context *context)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_summary *summary = crm_i_alloc_zeroed(&allocator, 1, (int64_t)sizeof *summary);
    if (!summary)
        return NULL;
    crm_i_handle_start(&summary->handle, context);
    summary->as_of = INT64_MIN;
    for (int32_t s = 0; s < CRM_I_SECTIONS; s++)
        summary->cells[s] = crm_i_cells_none(crm_i_section_columns(s));
    crm_i_summary_refresh(summary);
    return summary;
}

void crm_i_summary_refresh(crm_summary *summary)
{
    const crm_i_cells *p = &summary->cells[CRM_I_PURCHASES];
    const crm_i_cells *s = &summary->cells[CRM_I_SPENDS];
    const crm_i_cells *d = &summary->cells[CRM_I_DURATIONS];
    const crm_i_purchases purchases = {p->n,         p->column[0], p->column[1], p->column[2],
                                       p->column[3], p->count,     p->mass};
    const crm_i_spends spends = {s->n, s->column[0], s->column[1], s->column[2], s->count, s->mass};
    const crm_i_durations durations = {d->n, d->column[0], d->column[1], d->column[2], d->count, d->mass};
    const crm_i_gaps gaps = {summary->gap_n, summary->gap_length, summary->gap_count};
    summary->purchases = purchases;
    summary->spends = spends;
    summary->durations = durations;
    summary->gaps = gaps;
}

void crm_summary_destroy(crm_summary *summary)
{
    if (!summary || !crm_i_handle_drop(&summary->handle))
        return;
    const crm_allocator allocator = summary->handle.allocator;
    for (int32_t s = 0; s < CRM_I_SECTIONS; s++)
        crm_i_cells_release(&allocator, &summary->cells[s]);
    crm_i_strata_release(&allocator, &summary->strata);
    crm_i_release(&allocator, summary->gap_length, 2 * summary->gap_n, (int64_t)sizeof(int64_t));
    crm_i_release(&allocator, summary, 1, (int64_t)sizeof *summary);
}

/* ---- of columns ---- */

static crm_status of_rows(const crm_context *context, const crm_i_section_rows *rows, crm_summary **out,
                          int32_t out_arg, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, out_arg, "out is NULL.");
    crm_summary *summary = crm_i_summary_new(context);
    if (!summary)
        return crm_i_fail_memory(err);
    const crm_status status = crm_i_section_collapse(context, rows, 3, &summary->cells[rows->section], err);
    if (status < 0) {
        crm_summary_destroy(summary);
        return status;
    }
    crm_i_summary_refresh(summary);
    *out = summary;
    return crm_i_ok(err);
}

crm_status crm_summary_of_purchases(const crm_context *context, int64_t n, const double *x, const double *t_x,
                                    const double *T, const double *weight, crm_summary **out, crm_error *err)
{
    const crm_i_section_rows rows = {CRM_I_PURCHASES, n, {x, t_x, T, weight, NULL}};
    return of_rows(context, &rows, out, 7, err);
}

crm_status crm_summary_of_spend(const crm_context *context, int64_t n, const double *count,
                                const double *mean, const double *weight, crm_summary **out, crm_error *err)
{
    const crm_i_section_rows rows = {CRM_I_SPENDS, n, {count, mean, weight, NULL, NULL}};
    return of_rows(context, &rows, out, 6, err);
}

crm_status crm_summary_of_durations(const crm_context *context, int64_t n, const double *duration,
                                    const uint8_t *ended, const double *weight, crm_summary **out,
                                    crm_error *err)
{
    crm_i_section_rows rows = {CRM_I_DURATIONS, n, {duration, NULL, weight, NULL, NULL}};
    if (n <= 0 || !duration || !ended)
        return of_rows(context, &rows, out, 6, err);
    const crm_allocator allocator = crm_i_allocator(context);
    double *flag = crm_i_alloc(&allocator, n, (int64_t)sizeof *flag);
    if (!flag)
        return crm_i_fail_memory(err);
    for (int64_t i = 0; i < n; i++)
        flag[i] = ended[i];
    rows.value[1] = flag;
    const crm_status status = of_rows(context, &rows, out, 6, err);
    crm_i_release(&allocator, flag, n, (int64_t)sizeof *flag);
    return status;
}

crm_status crm_summary_add(const crm_context *context, crm_summary *into, int64_t n, const double *x,
                           const double *t_x, const double *T, const double *weight, crm_error *err)
{
    if (!into)
        return crm_i_fail(err, CRM_E_NULL, 2, "into is NULL.");
    if (into->as_of != INT64_MIN)
        return crm_i_fail(err, CRM_E_STATE, 2, "Rows cannot be added to a summary that has an as-of date.");
    if (into->strata.columns > 0)
        return crm_i_fail(err, CRM_E_STATE, 2,
                          "Rows without covariates cannot be added to a summary that has some.");
    const crm_i_section_rows rows = {CRM_I_PURCHASES, n, {x, t_x, T, weight, NULL}};
    const crm_allocator scratch = crm_i_allocator(context);
    crm_i_cells more;
    crm_i_cells both;
    crm_status status = crm_i_section_collapse(context, &rows, 4, &more, err);
    if (status < 0)
        return status;
    status = crm_i_cells_merge(&into->handle.allocator, &into->cells[CRM_I_PURCHASES], &more, &both, err);
    crm_i_cells_release(&scratch, &more);
    if (status < 0)
        return status;
    crm_i_cells_release(&into->handle.allocator, &into->cells[CRM_I_PURCHASES]);
    into->cells[CRM_I_PURCHASES] = both;
    crm_i_summary_refresh(into);
    return crm_i_ok(err);
}

/* ---- of a book ---- */

/* The gaps of a book where they were counted, as a stream does. */
static int32_t copy_gaps(const crm_customers *book, crm_summary *summary)
{
    if (book->gap_n == 0)
        return 1;
    summary->gap_length = crm_i_alloc(&summary->handle.allocator, 2 * book->gap_n, (int64_t)sizeof(int64_t));
    if (!summary->gap_length)
        return 0;
    summary->gap_n = book->gap_n;
    summary->gap_count = summary->gap_length + book->gap_n;
    memcpy(summary->gap_length, book->gap_length, (size_t)(2 * book->gap_n) * sizeof(int64_t));
    for (int64_t i = 0; i < book->gap_n; i++)
        summary->gap_total += summary->gap_count[i];
    return 1;
}

crm_status crm_summary_of_customers(const crm_context *context, const crm_customers *book, crm_summary **out,
                                    crm_error *err)
{
    if (!book)
        return crm_i_fail(err, CRM_E_NULL, 2, "book is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 3, "out is NULL.");
    crm_summary *summary = crm_i_summary_new(context);
    if (!summary)
        return crm_i_fail_memory(err);
    crm_status status = crm_i_summary_book(context, book, summary->cells, err);
    if (status == CRM_OK && !copy_gaps(book, summary))
        status = crm_i_fail_memory(err);
    if (status < 0) {
        crm_summary_destroy(summary);
        return status;
    }
    summary->as_of = book->as_of;
    summary->period = book->ticks_per_period;
    crm_i_summary_refresh(summary);
    *out = summary;
    return crm_i_ok(err);
}

/* ---- facts ---- */

int64_t crm_summary_fact(const crm_summary *summary, int32_t fact)
{
    if (!summary)
        return INT64_MIN;
    switch (fact) {
    case CRM_SUMMARY_PURCHASES:
        return summary->cells[CRM_I_PURCHASES].total;
    case CRM_SUMMARY_PURCHASES_DISTINCT:
        return summary->cells[CRM_I_PURCHASES].n;
    case CRM_SUMMARY_SPEND:
        return summary->cells[CRM_I_SPENDS].total;
    case CRM_SUMMARY_SPEND_DISTINCT:
        return summary->cells[CRM_I_SPENDS].n;
    case CRM_SUMMARY_DURATIONS:
        return summary->cells[CRM_I_DURATIONS].total;
    case CRM_SUMMARY_DURATIONS_DISTINCT:
        return summary->cells[CRM_I_DURATIONS].n;
    case CRM_SUMMARY_GAPS:
        return summary->gap_total;
    case CRM_SUMMARY_AS_OF:
        return summary->as_of;
    case CRM_SUMMARY_COVARIATES:
        return summary->strata.columns;
    case CRM_SUMMARY_STRATA:
        return summary->strata.n;
    default:
        return INT64_MIN;
    }
}
