/* Building a book: rows that are in order are read straight through, all others are partitioned first. */
#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/options.h"
#include "data/customers.h"
#include "data/customers_fill.h"
#include "data/names.h"
#include "data/partition.h"
#include "data/transactions.h"

enum { BLOCK_ROWS = 1 << 16 };

/* What the caller wants, and the tasks on the way to it. */
typedef struct job {
    crm_i_rows rows; /* columns, then perhaps packed */
    int64_t n;
    int64_t as_of;
    double ticks_per_period;
    int32_t decimals;
    int32_t spend_first;
    int32_t recent; /* CRM_I_RECENT_* */
    int64_t recent_from;
    const crm_names *names;
    int32_t isa;
    int64_t blocks;
    crm_i_rows_order *order; /* per block */
    crm_i_rows_range *range; /* per block */
    crm_i_fill *fill;        /* per block or part */
    int64_t *row;            /* first row of the book of each block or part */
    crm_i_partition partition;
    crm_customers *book;
    _Atomic int32_t disordered;
} job;

static int64_t block_end(const job *j, int64_t block)
{
    const int64_t end = (block + 1) * BLOCK_ROWS;
    return end < j->n ? end : j->n;
}

/* ---- tasks ---- */

/* Once one block is out of order the others need not look. */
static void order_task(void *arg, int64_t block, int64_t worker)
{
    (void)worker;
    job *j = arg;
    if (atomic_load_explicit(&j->disordered, memory_order_relaxed))
        return;
    CRM_I_KERNEL_PICK(j->isa, crm_i_rows_find_order)
    (block * BLOCK_ROWS, block_end(j, block), j->rows.key, j->rows.time, j->as_of, &j->order[block]);
    if (!j->order[block].ordered || !j->order[block].times_fit)
        atomic_store_explicit(&j->disordered, 1, memory_order_relaxed);
}

static void range_task(void *arg, int64_t block, int64_t worker)
{
    (void)worker;
    job *j = arg;
    CRM_I_KERNEL_PICK(j->isa, crm_i_rows_find_range)
    (block * BLOCK_ROWS, block_end(j, block), j->rows.key, j->rows.time, j->rows.amount, j->as_of,
     &j->range[block]);
}

static void fill_columns_task(void *arg, int64_t block, int64_t worker)
{
    (void)worker;
    job *j = arg;
    const int64_t stop = block_end(j, block);
    int64_t first = block * BLOCK_ROWS;
    if (block > 0)
        while (first < stop && j->rows.key[first] == j->rows.key[first - 1])
            first++;
    j->fill[block] = crm_i_customers_fill(j->isa, j->book, &j->rows, first, stop, j->n, j->row[block],
                                          j->spend_first, j->recent_from);
}

static void fill_part_task(void *arg, int64_t part, int64_t worker)
{
    (void)worker;
    job *j = arg;
    const int64_t first = j->partition.start[part];
    crm_i_rows rows = j->partition.rows;
    rows.n = j->partition.start[part + 1] - first;
    rows.word += rows.kind * first;
    j->fill[part] = crm_i_customers_fill(j->isa, j->book, &rows, 0, rows.n, rows.n, j->row[part],
                                         j->spend_first, j->recent_from);
}

/* ---- steps ---- */

/* Some time does not fit. */
static crm_status fail_time(const job *j, int32_t time_arg, crm_error *err)
{
    int64_t row = 0;
    while (crm_i_time_fits(j->rows.time[row]))
        row++;
    return crm_i_fail_row(err, CRM_E_DOMAIN, time_arg, row, (double)j->rows.time[row],
                          "A time lies outside -2^62 .. 2^62.");
}

static crm_status fail_overflow(const job *j, const crm_i_rows *columns, uint64_t key, crm_error *err)
{
    int64_t row = 0;
    while (columns->key[row] != key || columns->time[row] > j->as_of)
        row++;
    crm_i_fail_row(err, CRM_E_OVERFLOW, 0, row, (double)NAN, "The sums of the customer with key ");
    crm_i_text_add_u64(err, key);
    crm_i_text_add(err, " do not fit an int64.");
    return CRM_E_OVERFLOW;
}

/* Makes the book of `customers` rows and fills it by one task per block or part. */
static crm_status fill_book(const crm_context *context, job *j, const crm_i_rows *columns, crm_task task,
                            int64_t tasks, int64_t customers, int64_t rows, crm_error *err)
{
    crm_status status =
        crm_i_customers_new(context, customers, NULL, columns->cost != NULL, j->recent, &j->book, err);
    if (status < 0)
        return status;
    j->book->as_of = j->as_of;
    j->book->ticks_per_period = j->ticks_per_period;
    j->book->decimals = j->decimals;
    j->book->rows = rows;
    j->book->later_rows = j->n - rows;
    status = crm_i_parallel(context, task, j, tasks, 0.7, 0.95, err);
    for (int64_t t = 0; t < tasks && status >= 0; t++) {
        j->book->without += j->fill[t].without;
        if (j->fill[t].overflow)
            status = fail_overflow(j, columns, j->fill[t].overflow_key, err);
    }
    if (status < 0)
        crm_customers_destroy(j->book);
    return status;
}

static crm_status no_data(crm_error *err)
{
    return crm_i_fail(err, CRM_E_NO_DATA, 0, "There are no rows up to as_of.");
}

/* The columns are in order. */
static crm_status build_straight(const crm_context *context, job *j, crm_error *err)
{
    int64_t customers = 0;
    int64_t rows = 0;
    for (int64_t b = 0; b < j->blocks; b++) {
        j->row[b] = customers;
        customers += j->order[b].customers;
        rows += j->order[b].rows;
    }
    if (rows == 0)
        return no_data(err);
    return fill_book(context, j, &j->rows, fill_columns_task, j->blocks, customers, rows, err);
}

static void merge_range(crm_i_rows_range *into, const crm_i_rows_range *from)
{
    into->key_low = from->key_low < into->key_low ? from->key_low : into->key_low;
    into->key_high = from->key_high > into->key_high ? from->key_high : into->key_high;
    into->time_low = from->time_low < into->time_low ? from->time_low : into->time_low;
    into->time_high = from->time_high > into->time_high ? from->time_high : into->time_high;
    into->amount_low = from->amount_low < into->amount_low ? from->amount_low : into->amount_low;
    into->amount_high = from->amount_high > into->amount_high ? from->amount_high : into->amount_high;
    into->rows += from->rows;
}

static crm_status build_parts(const crm_context *context, job *j, int32_t time_arg, crm_error *err)
{
    crm_status status = crm_i_parallel(context, range_task, j, j->blocks, 0.05, 0.1, err);
    if (status < 0)
        return status;
    crm_i_rows_range range = j->range[0];
    for (int64_t b = 1; b < j->blocks; b++)
        merge_range(&range, &j->range[b]);
    if (!crm_i_time_fits(range.time_low) || !crm_i_time_fits(range.time_high))
        return fail_time(j, time_arg, err);
    if (range.rows == 0)
        return no_data(err);
    status = crm_i_partition_make(context, j->n, j->rows.key, j->rows.time, j->rows.amount, j->as_of, &range,
                                  j->recent == CRM_I_RECENT_WHOLE, 0.1, 0.7, &j->partition, err);
    if (status < 0)
        return status;
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t parts = j->partition.parts;
    int64_t *row = crm_i_alloc(&allocator, parts, 8);
    crm_i_fill *fill = crm_i_alloc(&allocator, parts, (int64_t)sizeof *fill);
    if (row && fill) {
        int64_t customers = 0;
        for (int64_t p = 0; p < parts; p++) {
            row[p] = customers;
            customers += j->partition.customers[p];
        }
        job inner = *j;
        inner.row = row;
        inner.fill = fill;
        status = fill_book(context, &inner, &j->rows, fill_part_task, parts, customers, range.rows, err);
        j->book = inner.book;
    } else {
        status = crm_i_fail_memory(err);
    }
    crm_i_release(&allocator, row, parts, 8);
    crm_i_release(&allocator, fill, parts, (int64_t)sizeof *fill);
    crm_i_partition_release(&j->partition);
    return status;
}

/* From here on the arguments are right. time_arg: the position of the column of times. */
static crm_status build(const crm_context *context, job *j, int32_t time_arg, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    j->isa = crm_i_context_isa(context);
    j->blocks = (j->n + BLOCK_ROWS - 1) / BLOCK_ROWS;
    if (j->n == 0)
        return no_data(err);
    j->order = crm_i_alloc(&allocator, j->blocks, (int64_t)sizeof *j->order);
    j->range = crm_i_alloc(&allocator, j->blocks, (int64_t)sizeof *j->range);
    j->fill = crm_i_alloc(&allocator, j->blocks, (int64_t)sizeof *j->fill);
    j->row = crm_i_alloc(&allocator, j->blocks, 8);
    crm_status status;
    if (j->order && j->range && j->fill && j->row) {
        status = crm_i_parallel(context, order_task, j, j->blocks, 0.0, 0.05, err);
        if (status >= 0 && !atomic_load(&j->disordered))
            status = build_straight(context, j, err);
        else if (status >= 0)
            status = build_parts(context, j, time_arg, err);
    } else {
        status = crm_i_fail_memory(err);
    }
    crm_i_release(&allocator, j->order, j->blocks, (int64_t)sizeof *j->order);
    crm_i_release(&allocator, j->range, j->blocks, (int64_t)sizeof *j->range);
    crm_i_release(&allocator, j->fill, j->blocks, (int64_t)sizeof *j->fill);
    crm_i_release(&allocator, j->row, j->blocks, 8);
    return status;
}

/* ---- options ---- */

static void read_options(job *j, const crm_options *options)
{
    j->spend_first = crm_i_option_i64(options, CRM_OPTION_SPEND_FIRST) != 0;
    const double recent = ceil(crm_i_option_f64(options, CRM_OPTION_RECENT_TICKS));
    const uint64_t past =
        (uint64_t)j->as_of + ((uint64_t)1 << CRM_I_TIME_BITS); /* as_of less the earliest time */
    j->recent = CRM_I_RECENT_WHOLE;
    j->recent_from = INT64_MIN;
    if (recent > (double)past)
        return;
    j->recent = CRM_I_RECENT_OWN;
    j->recent_from = (int64_t)((uint64_t)j->as_of - ((uint64_t)recent - 1));
}

/* ---- names order the rows ---- */

static void permute(const int64_t *order, int64_t n, const void *from, void *to)
{
    const uint64_t *source = from;
    uint64_t *target = to;
    for (int64_t i = 0; i < n; i++)
        target[i] = source[order[i]];
}

/* A book whose rows are those of `plain` in the byte order of the names of their keys. */
static crm_status order_by_names(const crm_context *context, const crm_customers *plain,
                                 const crm_names *names, int32_t recent, crm_customers **out, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t n = plain->n;
    crm_customers *book;
    crm_status status = crm_i_customers_new(context, n, names, plain->has_cost, recent, &book, err);
    if (status < 0)
        return status;
    int64_t *order = crm_i_alloc(&allocator, n, 8);
    struct crm_i_sort_pair *pair = crm_i_alloc(&allocator, 2 * n, (int64_t)sizeof *pair);
    if (order && pair)
        crm_i_names_order(names, n, plain->key, order, pair, pair + n);
    crm_i_release(&allocator, pair, 2 * n, (int64_t)sizeof *pair);
    if (!order || !pair) {
        crm_i_release(&allocator, order, n, 8);
        crm_customers_destroy(book);
        return crm_i_fail_memory(err);
    }
    permute(order, n, plain->key, book->key);
    permute(order, n, plain->x, book->x);
    permute(order, n, plain->t_x, book->t_x);
    permute(order, n, plain->T, book->T);
    permute(order, n, plain->mean_spend, book->mean_spend);
    permute(order, n, plain->spend_count, book->spend_count);
    permute(order, n, plain->first, book->first);
    permute(order, n, plain->last, book->last);
    permute(order, n, plain->revenue, book->revenue);
    if (plain->has_cost) {
        permute(order, n, plain->cost, book->cost);
        permute(order, n, plain->margin, book->margin);
    }
    if (recent == CRM_I_RECENT_OWN) {
        permute(order, n, plain->recent_revenue, book->recent_revenue);
        permute(order, n, plain->recent_margin, book->recent_margin);
    }
    for (int64_t i = 0; i < n; i++)
        book->order[order[i]] = i;
    crm_i_release(&allocator, order, n, 8);
    book->as_of = plain->as_of;
    book->ticks_per_period = plain->ticks_per_period;
    book->decimals = plain->decimals;
    book->rows = plain->rows;
    book->later_rows = plain->later_rows;
    book->without = plain->without;
    *out = book;
    return CRM_OK;
}

/* ---- the calls ---- */

crm_status crm_customers_from_columns(const crm_context *context, int64_t n, const uint64_t *key,
                                      const int64_t *time, const int64_t *amount, int64_t as_of,
                                      double ticks_per_period, int32_t decimals, const crm_options *options,
                                      crm_customers **out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)n, "n is negative.");
    if (n > 0 && !key)
        return crm_i_fail(err, CRM_E_NULL, 3, "key is NULL.");
    if (n > 0 && !time)
        return crm_i_fail(err, CRM_E_NULL, 4, "time is NULL.");
    if (n > 0 && !amount)
        return crm_i_fail(err, CRM_E_NULL, 5, "amount is NULL.");
    crm_status status = crm_i_customers_check(as_of, ticks_per_period, decimals, 6, err);
    if (status < 0)
        return status;
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 10, "out is NULL.");
    job j;
    memset(&j, 0, sizeof j);
    j.rows.key = key;
    j.rows.time = time;
    j.rows.amount = amount;
    j.n = n;
    j.as_of = as_of;
    j.ticks_per_period = ticks_per_period;
    j.decimals = decimals;
    read_options(&j, options);
    status = build(context, &j, 4, err);
    if (status < 0)
        return status;
    *out = j.book;
    return crm_i_ok(err);
}

crm_status crm_customers_build(const crm_context *context, const crm_transactions *log, int64_t as_of,
                               double ticks_per_period, int32_t decimals, const crm_options *options,
                               crm_customers **out, crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 2, "log is NULL.");
    crm_status status = crm_i_customers_check(as_of, ticks_per_period, decimals, 3, err);
    if (status < 0)
        return status;
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 7, "out is NULL.");
    if (!log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 2, "The log is not frozen.");
    job j;
    memset(&j, 0, sizeof j);
    j.rows.key = log->key;
    j.rows.time = log->column[CRM_TX_TIME];
    j.rows.amount = log->column[CRM_TX_AMOUNT];
    j.rows.cost = log->column[CRM_TX_COST];
    j.n = log->n;
    j.as_of = as_of;
    j.ticks_per_period = ticks_per_period;
    j.decimals = decimals;
    read_options(&j, options);
    status = build(context, &j, 2, err);
    if (status < 0)
        return status;
    crm_customers *book = j.book;
    if (log->names) {
        status = order_by_names(context, j.book, log->names, j.recent, &book, err);
        crm_customers_destroy(j.book);
    }
    if (status < 0)
        return status;
    *out = book;
    return crm_i_ok(err);
}
