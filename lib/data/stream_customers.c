/* The book of a stream: each customer's ledger, in ascending key, and the gaps of all. */
#include "base/context.h"
#include "base/error.h"
#include "base/options.h"
#include "data/customers.h"
#include "data/stream.h"
#include "numeric/sort.h"

#include <math.h>

enum { BLOCK = 8192 };

typedef struct filling {
    const crm_stream *stream;
    const struct crm_i_sort_pair *order;
    crm_customers *book;
    int32_t spend_first;
    int64_t *overflow; /* by block: the first row whose sums do not fit, or -1 */
    int64_t *without;  /* by block */
} filling;

static void fill_block(void *arg, int64_t index, int64_t worker)
{
    const filling *f = arg;
    const int64_t begin = index * BLOCK;
    const int64_t end = f->stream->n - begin < BLOCK ? f->stream->n : begin + BLOCK;
    (void)worker;
    f->overflow[index] = -1;
    f->without[index] = 0;
    for (int64_t i = begin; i < end; i++) {
        const crm_i_account *account = &f->stream->account[f->order[i].index];
        const crm_i_ledger ledger = crm_i_account_ledger(account);
        if (crm_i_customers_set(f->book, i, account->key, &ledger, f->spend_first)) {
            f->overflow[index] = i;
            return;
        }
        f->without[index] += ledger.purchases == 0;
    }
}

static crm_status fill(const crm_context *context, filling *f, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t blocks = (f->stream->n + BLOCK - 1) / BLOCK;
    f->overflow = crm_i_alloc(&allocator, 2 * blocks, (int64_t)sizeof *f->overflow);
    if (!f->overflow)
        return crm_i_fail_memory(err);
    f->without = f->overflow + blocks;
    crm_status status = crm_i_parallel(context, fill_block, f, blocks, 0.1, 1.0, err);
    for (int64_t b = 0; b < blocks && status == CRM_OK; b++) {
        const int64_t row = f->overflow[b];
        f->book->without += f->without[b];
        if (row < 0)
            continue;
        status =
            crm_i_fail_row(err, CRM_E_OVERFLOW, 0, row, (double)NAN, "The sums of the customer with key ");
        crm_i_text_add_u64(err, f->order[row].key);
        crm_i_text_add(err, " do not fit.");
    }
    crm_i_release(&allocator, f->overflow, 2 * blocks, (int64_t)sizeof *f->overflow);
    return status;
}

/* The gaps that are settled and those at both ends of every customer. */
static int32_t count_gaps(const crm_stream *stream, const crm_allocator *allocator, crm_i_gap_table *gaps)
{
    const uint64_t span = (uint64_t)stream->latest - (uint64_t)stream->earliest;
    const int64_t ends = 2 * stream->n;
    const int64_t fresh = (uint64_t)ends < span ? ends : (int64_t)span;
    if (!crm_i_gaps_reserve(allocator, gaps, stream->gaps.used + fresh))
        return 0;
    for (int64_t i = 0; i < stream->gaps.places; i++)
        if (stream->gaps.place[i].length != 0)
            crm_i_gaps_add(gaps, stream->gaps.place[i].length, stream->gaps.place[i].count);
    for (int64_t i = 0; i < stream->n; i++) {
        int64_t length[2];
        const int32_t n = crm_i_account_gaps(&stream->account[i], length);
        for (int32_t k = 0; k < n; k++)
            crm_i_gaps_add(gaps, length[k], 1);
    }
    return 1;
}

static int32_t put_gaps(const crm_allocator *allocator, const crm_i_gap_table *gaps, crm_customers *book)
{
    crm_i_gap *gap = crm_i_alloc(allocator, 2 * gaps->used, (int64_t)sizeof *gap);
    if (!gap)
        return 0;
    const int32_t done = crm_i_customers_put_gaps(book, gaps->used);
    if (done) {
        crm_i_gaps_list(gaps, gap, gap + gaps->used);
        for (int64_t i = 0; i < gaps->used; i++) {
            book->gap_length[i] = gap[i].length;
            book->gap_length[gaps->used + i] = gap[i].count;
        }
    }
    crm_i_release(allocator, gap, 2 * gaps->used, (int64_t)sizeof *gap);
    return done;
}

static crm_status make_gaps(const crm_context *context, const crm_stream *stream, crm_customers *book,
                            crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_i_gap_table gaps = crm_i_gaps_none();
    const int32_t done =
        count_gaps(stream, &allocator, &gaps) && (gaps.used == 0 || put_gaps(&allocator, &gaps, book));
    crm_i_gaps_release(&allocator, &gaps);
    return done ? CRM_OK : crm_i_fail_memory(err);
}

static crm_status make_book(const crm_context *context, filling *f, crm_customers *book, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t n = f->stream->n;
    struct crm_i_sort_pair *pair = crm_i_alloc(&allocator, 2 * n, (int64_t)sizeof *pair);
    if (!pair)
        return crm_i_fail_memory(err);
    crm_i_stream_order(f->stream, pair, pair + n);
    f->order = pair;
    f->book = book;
    crm_status status = fill(context, f, err);
    if (status == CRM_OK)
        status = make_gaps(context, f->stream, book, err);
    crm_i_release(&allocator, pair, 2 * n, (int64_t)sizeof *pair);
    return status;
}

crm_status crm_stream_customers(const crm_context *context, const crm_stream *stream, int64_t as_of,
                                double ticks_per_period, int32_t decimals, const crm_options *options,
                                crm_customers **out, crm_error *err)
{
    if (!stream)
        return crm_i_fail(err, CRM_E_NULL, 2, "stream is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 7, "out is NULL.");
    crm_status status = crm_i_customers_check(as_of, ticks_per_period, decimals, 3, err);
    if (status < 0)
        return status;
    if (stream->n == 0)
        return crm_i_fail(err, CRM_E_NO_DATA, 2, "The stream has seen no rows.");
    if (as_of < stream->latest)
        return crm_i_fail_value(err, CRM_E_ORDER, 3, (double)as_of,
                                "as_of is earlier than the latest row seen.");
    crm_customers *book;
    status = crm_i_customers_new(context, stream->n, NULL, stream->has_cost, CRM_I_RECENT_NONE, &book, err);
    if (status < 0)
        return status;
    book->as_of = as_of;
    book->ticks_per_period = ticks_per_period;
    book->decimals = decimals;
    book->rows = stream->rows;
    filling f = {stream, NULL, NULL, crm_i_option_i64(options, CRM_OPTION_SPEND_FIRST) != 0, NULL, NULL};
    status = make_book(context, &f, book, err);
    if (status < 0) {
        crm_customers_destroy(book);
        return status;
    }
    *out = book;
    return crm_i_ok(err);
}
