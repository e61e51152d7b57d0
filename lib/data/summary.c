/* The summary: made of a book or of columns, added to, asked and destroyed. */
#include "data/summary.h"

#include <string.h>

#include "base/error.h"
#include "data/collapse.h"
#include "data/customers.h"
#include "data/summary_private.h"
#include "data/summary_rows.h"

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
    const crm_i_section_rows rows = {CRM_I_PURCHASES, n, {x, t_x, T, weight}};
    return of_rows(context, &rows, out, 7, err);
}

crm_status crm_summary_of_spend(const crm_context *context, int64_t n, const double *count, const double *mean,
                                const double *weight, crm_summary **out, crm_error *err)
{
    const crm_i_section_rows rows = {CRM_I_SPENDS, n, {count, mean, weight, NULL}};
    return of_rows(context, &rows, out, 6, err);
}

crm_status crm_summary_of_durations(const crm_context *context, int64_t n, const double *duration,
                                    const uint8_t *ended, const double *weight, crm_summary **out, crm_error *err)
{
    crm_i_section_rows rows = {CRM_I_DURATIONS, n, {duration, NULL, weight, NULL}};
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
    const crm_i_section_rows rows = {CRM_I_PURCHASES, n, {x, t_x, T, weight}};
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

/* What a book's customers come to, and the rows made of it: ticks where they fit 32 bits, else the book's doubles. */
typedef struct book_rows {
    int64_t purchasers;
    int64_t spenders;
    int64_t earliest; /* first purchase of all */
    double most;      /* x */
    int32_t in_ticks;
    int64_t words;
    double *block; /* scratch */
} book_rows;

static book_rows survey(const crm_customers *book)
{
    book_rows s = {0, 0, INT64_MAX, 0.0, 0, 0, NULL};
    for (int64_t i = 0; i < book->n; i++) {
        const int64_t first = book->first[i] == INT64_MIN ? INT64_MAX : book->first[i];
        s.purchasers += first != INT64_MAX;
        s.spenders += book->spend_count[i] > 0.0;
        s.earliest = first < s.earliest ? first : s.earliest;
        s.most = book->x[i] > s.most ? book->x[i] : s.most;
    }
    const uint64_t span = s.purchasers > 0 ? (uint64_t)book->as_of - (uint64_t)s.earliest : 0;
    s.in_ticks = span <= UINT32_MAX && s.most <= (double)UINT32_MAX;
    return s;
}

/* x, t_x and T of the purchasers in ticks. */
static void purchases_in_ticks(const crm_customers *book, const book_rows *s, uint32_t *ticks, crm_i_collapse_rows *rows)
{
    const int64_t room = s->purchasers + 1; /* one place ahead is written */
    uint32_t *x = ticks;
    uint32_t *t_x = ticks + room;
    uint32_t *T = ticks + 2 * room;
    int64_t k = 0;
    for (int64_t i = 0; i < book->n; i++) {
        const int32_t bought = book->first[i] != INT64_MIN;
        x[k] = bought ? (uint32_t)(int64_t)book->x[i] : 0;
        t_x[k] = (uint32_t)((uint64_t)book->last[i] - (uint64_t)book->first[i]);
        T[k] = (uint32_t)((uint64_t)book->as_of - (uint64_t)book->first[i]);
        k += bought;
    }
    const crm_i_collapse_rows made = {s->purchasers,
                             4,
                             {{NULL, x, 1.0},
                              {NULL, t_x, book->ticks_per_period},
                              {NULL, T, book->ticks_per_period},
                              {NULL, NULL, 0.0}}};
    *rows = made;
}

static void purchases_in_doubles(const crm_customers *book, const book_rows *s, double *block, crm_i_collapse_rows *rows)
{
    const int64_t room = s->purchasers + 1;
    const double *const from[3] = {book->x, book->t_x, book->T};
    for (int32_t c = 0; c < 3; c++) {
        double *into = block + c * room;
        int64_t k = 0;
        for (int64_t i = 0; i < book->n; i++) {
            into[k] = from[c][i];
            k += book->first[i] != INT64_MIN;
        }
    }
    const crm_i_collapse_rows made = {
        s->purchasers,
        4,
        {{block, NULL, 0.0}, {block + room, NULL, 0.0}, {block + 2 * room, NULL, 0.0}, {NULL, NULL, 0.0}}};
    *rows = made;
}

static void spend_rows(const crm_customers *book, const book_rows *s, double *block, crm_i_collapse_rows *rows)
{
    double *count = block;
    double *mean = block + s->spenders + 1;
    int64_t k = 0;
    for (int64_t i = 0; i < book->n; i++) {
        count[k] = book->spend_count[i];
        mean[k] = book->mean_spend[i];
        k += book->spend_count[i] > 0.0;
    }
    const crm_i_collapse_rows made = {
        s->spenders, 3, {{count, NULL, 0.0}, {mean, NULL, 0.0}, {NULL, NULL, 0.0}, {NULL, NULL, 0.0}}};
    *rows = made;
}

static crm_status collapse_book(const crm_context *context, const crm_customers *book, crm_summary *summary,
                                crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    const book_rows s = survey(book);
    const int64_t purchase_words = 3 * (s.purchasers + 1);
    const int64_t words = purchase_words + 2 * (s.spenders + 1);
    double *block = crm_i_alloc(&allocator, words, (int64_t)sizeof *block);
    if (!block)
        return crm_i_fail_memory(err);
    crm_i_collapse_rows rows[2];
    if (s.in_ticks)
        purchases_in_ticks(book, &s, (uint32_t *)(void *)block, &rows[0]);
    else
        purchases_in_doubles(book, &s, block, &rows[0]);
    spend_rows(book, &s, block + purchase_words, &rows[1]);
    const crm_status status = crm_i_collapse(context, 2, rows, &summary->cells[CRM_I_PURCHASES], err);
    crm_i_release(&allocator, block, words, (int64_t)sizeof *block);
    return status;
}

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
    crm_status status = collapse_book(context, book, summary, err);
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
    default:
        return INT64_MIN;
    }
}
