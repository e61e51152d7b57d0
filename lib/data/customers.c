/* The book: its columns, what may be asked of it, and the step to a later date. */
#include "data/customers.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "data/names.h"
#include "numeric/sort.h"

/* ---- making and unmaking ---- */

enum { BASIC_COLUMNS = 10 }; /* key, five f64, first, last, revenue, cost */

/* Cuts the block into columns. */
static void lay_columns(crm_customers *book, int32_t recent)
{
    uint64_t *next = book->block;
    const int64_t n = book->n;
    double **const f64[5] = {&book->x, &book->t_x, &book->T, &book->mean_spend, &book->spend_count};
    int64_t **const i64[4] = {&book->first, &book->last, &book->revenue, &book->cost};
    book->key = next;
    next += n;
    for (int i = 0; i < 5; i++) {
        *f64[i] = (double *)(void *)next;
        next += n;
    }
    for (int i = 0; i < 4; i++) {
        *i64[i] = (int64_t *)(void *)next;
        next += n;
    }
    book->margin = book->revenue;
    if (book->has_cost) {
        book->margin = (int64_t *)(void *)next;
        next += n;
    }
    if (recent == CRM_I_RECENT_WHOLE) {
        book->recent_revenue = book->revenue;
        book->recent_margin = book->margin;
    } else if (recent == CRM_I_RECENT_OWN) {
        book->recent_revenue = (int64_t *)(void *)next;
        next += n;
        book->recent_margin = book->recent_revenue;
        if (book->has_cost) {
            book->recent_margin = (int64_t *)(void *)next;
            next += n;
        }
    }
    if (book->names)
        book->order = (int64_t *)(void *)next;
}

crm_status crm_i_customers_new(const crm_context *context, int64_t n, const crm_names *names,
                               int32_t has_cost, int32_t recent, crm_customers **out, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_customers *book = crm_i_alloc_zeroed(&allocator, 1, (int64_t)sizeof *book);
    if (!book)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&book->handle, context);
    const int64_t own = recent == CRM_I_RECENT_OWN ? 1 : 0;
    const int64_t columns = BASIC_COLUMNS + (has_cost ? 1 + 2 * own : own) + (names ? 1 : 0);
    book->n = n;
    book->has_cost = has_cost ? 1 : 0;
    book->names = names;
    book->block_words = n;
    book->block = crm_i_alloc(&allocator, n, columns * 8);
    if (!book->block) {
        crm_i_release(&allocator, book, 1, (int64_t)sizeof *book);
        return crm_i_fail_memory(err);
    }
    book->block_words = n * columns;
    lay_columns(book, recent);
    if (!has_cost)
        memset(book->cost, 0, (size_t)n * sizeof *book->cost);
    crm_i_names_keep(names);
    *out = book;
    return crm_i_ok(err);
}

int32_t crm_i_customers_put_gaps(crm_customers *book, int64_t n)
{
    book->gap_length = crm_i_alloc(&book->handle.allocator, 2 * n, 8);
    book->gap_n = book->gap_length ? n : 0;
    return book->gap_length != NULL;
}

void crm_customers_destroy(crm_customers *book)
{
    if (!book || !crm_i_handle_drop(&book->handle))
        return;
    const crm_allocator allocator = book->handle.allocator;
    crm_i_names_drop(book->names);
    crm_i_release(&allocator, book->gap_length, 2 * book->gap_n, 8);
    crm_i_release(&allocator, book->block, book->block_words, 8);
    crm_i_release(&allocator, book, 1, (int64_t)sizeof *book);
}

crm_status crm_i_customers_check(int64_t as_of, double ticks_per_period, int32_t decimals, int32_t arg,
                                 crm_error *err)
{
    if (!crm_i_time_fits(as_of))
        return crm_i_fail_value(err, CRM_E_DOMAIN, arg, (double)as_of,
                                "as_of must lie within -2^62 .. 2^62.");
    if (!(ticks_per_period >= 1e-200 && ticks_per_period <= 1e200))
        return crm_i_fail_value(err, CRM_E_DOMAIN, arg + 1, ticks_per_period,
                                "ticks_per_period must be positive and finite, within 1e-200 .. 1e200.");
    if (decimals < 0 || decimals > 9)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, arg + 2, (double)decimals, "decimals must be 0 .. 9.");
    return CRM_OK;
}

/* ---- one row ---- */

static void set_without(crm_customers *book, int64_t i)
{
    const double missing = (double)NAN;
    book->x[i] = missing;
    book->t_x[i] = missing;
    book->T[i] = missing;
    book->mean_spend[i] = missing;
    book->spend_count[i] = missing;
    book->first[i] = INT64_MIN;
    book->last[i] = INT64_MIN;
}

int32_t crm_i_customers_margin(int64_t revenue, int64_t cost, int64_t *margin)
{
    if (cost < 0 ? revenue > INT64_MAX + cost : revenue < INT64_MIN + cost)
        return 1;
    *margin = revenue - cost;
    return 0;
}

int32_t crm_i_customers_set(crm_customers *book, int64_t i, uint64_t key, const crm_i_ledger *ledger,
                            int32_t spend_first)
{
    int64_t revenue;
    int64_t cost;
    int64_t margin;
    if (crm_i_sum128_to_i64(&ledger->revenue, &revenue) || crm_i_sum128_to_i64(&ledger->cost, &cost) ||
        crm_i_customers_margin(revenue, cost, &margin))
        return 1;
    book->key[i] = key;
    book->revenue[i] = revenue;
    book->cost[i] = cost;
    book->margin[i] = margin; /* the same column as revenue without costs */
    if (ledger->purchases == 0) {
        set_without(book, i);
        return 0;
    }
    struct crm_i_sum128 spend = ledger->spend;
    int64_t count = ledger->spend_count;
    if (spend_first && crm_i_sum128_sign(&ledger->first_net) > 0) {
        crm_i_sum128_merge(&spend, &ledger->first_net);
        count++;
    }
    const uint64_t lived = (uint64_t)ledger->last - (uint64_t)ledger->first;
    const uint64_t watched = (uint64_t)book->as_of - (uint64_t)ledger->first;
    book->x[i] = (double)(ledger->purchases - 1);
    book->t_x[i] = crm_i_ledger_periods(lived, book->ticks_per_period);
    book->T[i] = crm_i_ledger_periods(watched, book->ticks_per_period);
    book->mean_spend[i] = count > 0 ? crm_i_ledger_mean(&spend, count, book->decimals) : (double)NAN;
    book->spend_count[i] = (double)count;
    book->first[i] = ledger->first;
    book->last[i] = ledger->last;
    return 0;
}

/* ---- asking ---- */

int64_t crm_customers_count(const crm_customers *book)
{
    return book ? book->n : 0;
}

const uint64_t *crm_customers_keys(const crm_customers *book)
{
    return book ? book->key : NULL;
}

const crm_names *crm_customers_names(const crm_customers *book)
{
    return book ? book->names : NULL;
}

const double *crm_customers_f64(const crm_customers *book, int32_t column)
{
    if (!book)
        return NULL;
    switch (column) {
    case CRM_CUSTOMER_X:
        return book->x;
    case CRM_CUSTOMER_T_X:
        return book->t_x;
    case CRM_CUSTOMER_T:
        return book->T;
    case CRM_CUSTOMER_MEAN_SPEND:
        return book->mean_spend;
    case CRM_CUSTOMER_SPEND_COUNT:
        return book->spend_count;
    default:
        return NULL;
    }
}

const int64_t *crm_customers_i64(const crm_customers *book, int32_t column)
{
    if (!book)
        return NULL;
    switch (column) {
    case CRM_CUSTOMER_FIRST:
        return book->first;
    case CRM_CUSTOMER_LAST:
        return book->last;
    case CRM_CUSTOMER_REVENUE:
        return book->revenue;
    case CRM_CUSTOMER_COST:
        return book->cost;
    case CRM_CUSTOMER_MARGIN:
        return book->margin;
    case CRM_CUSTOMER_RECENT_REVENUE:
        return book->recent_revenue;
    case CRM_CUSTOMER_RECENT_MARGIN:
        return book->recent_margin;
    default:
        return NULL;
    }
}

int64_t crm_customers_fact(const crm_customers *book, int32_t fact)
{
    if (!book)
        return INT64_MIN;
    switch (fact) {
    case CRM_BOOK_AS_OF:
        return book->as_of;
    case CRM_BOOK_DECIMALS:
        return book->decimals;
    case CRM_BOOK_ROWS:
        return book->rows;
    case CRM_BOOK_LATER_ROWS:
        return book->later_rows;
    case CRM_BOOK_WITHOUT:
        return book->without;
    case CRM_BOOK_HAS_COST:
        return book->has_cost;
    default:
        return INT64_MIN;
    }
}

double crm_customers_period(const crm_customers *book)
{
    return book ? book->ticks_per_period : (double)NAN;
}

/* The row of a key, or -1: halving without branches, through the order by key where names order the rows. */
static int64_t find_row(const crm_customers *book, uint64_t key)
{
    int64_t low = 0;
    for (int64_t rest = book->n; rest > 1;) {
        const int64_t half = rest / 2;
        const int64_t middle = low + half;
        const uint64_t at = book->key[book->order ? book->order[middle] : middle];
        low = at <= key ? middle : low;
        rest -= half;
    }
    const int64_t row = book->order ? book->order[low] : low;
    return book->key[row] == key ? row : -1;
}

crm_status crm_customers_find(const crm_customers *book, int64_t n, const uint64_t *key, int64_t *row,
                              crm_error *err)
{
    if (!book)
        return crm_i_fail(err, CRM_E_NULL, 1, "book is NULL.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)n, "n must not be negative.");
    if (n > 0 && !key)
        return crm_i_fail(err, CRM_E_NULL, 3, "key is NULL.");
    if (n > 0 && !row)
        return crm_i_fail(err, CRM_E_NULL, 4, "row is NULL.");
    for (int64_t i = 0; i < n; i++)
        row[i] = find_row(book, key[i]);
    return crm_i_ok(err);
}

/* ---- a later date ---- */

crm_status crm_customers_advance(const crm_context *context, const crm_customers *book, int64_t as_of,
                                 crm_customers **out, crm_error *err)
{
    if (!book)
        return crm_i_fail(err, CRM_E_NULL, 2, "book is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    if (!crm_i_time_fits(as_of))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, (double)as_of, "as_of must lie within -2^62 .. 2^62.");
    if (as_of < book->as_of)
        return crm_i_fail_value(err, CRM_E_ORDER, 3, (double)as_of,
                                "as_of must not be earlier than that of the book.");
    crm_customers *later;
    const crm_status status =
        crm_i_customers_new(context, book->n, book->names, book->has_cost, CRM_I_RECENT_NONE, &later, err);
    if (status < 0)
        return status;
    if (book->gap_n > 0) {
        if (!crm_i_customers_put_gaps(later, book->gap_n)) {
            crm_customers_destroy(later);
            return crm_i_fail_memory(err);
        }
        memcpy(later->gap_length, book->gap_length, (size_t)book->gap_n * 16);
    }
    const size_t bytes = (size_t)book->n * 8;
    memcpy(later->key, book->key, bytes);
    memcpy(later->x, book->x, bytes);
    memcpy(later->t_x, book->t_x, bytes);
    memcpy(later->mean_spend, book->mean_spend, bytes);
    memcpy(later->spend_count, book->spend_count, bytes);
    memcpy(later->first, book->first, bytes);
    memcpy(later->last, book->last, bytes);
    memcpy(later->revenue, book->revenue, bytes);
    memcpy(later->cost, book->cost, bytes);
    if (book->has_cost)
        memcpy(later->margin, book->margin, bytes);
    if (book->order)
        memcpy(later->order, book->order, bytes);
    later->as_of = as_of;
    later->ticks_per_period = book->ticks_per_period;
    later->decimals = book->decimals;
    later->rows = book->rows;
    later->later_rows = book->later_rows;
    later->without = book->without;
    for (int64_t i = 0; i < book->n; i++) {
        const uint64_t watched = (uint64_t)as_of - (uint64_t)book->first[i];
        later->T[i] =
            book->first[i] == INT64_MIN ? (double)NAN : crm_i_ledger_periods(watched, book->ticks_per_period);
    }
    *out = later;
    return crm_i_ok(err);
}
