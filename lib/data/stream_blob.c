/* The stream as bytes. Version 1: rows i64, has cost u8, then the number of accounts i64 and each by
 * ascending key: key u64, ticks i64, the first tick; with more than two ticks what lies between: purchases
 * i64, spend count i64, first i64, last i64, net of the first, spend and revenue as sums, cost as a sum; with
 * more than one tick the last. A tick is its time i64, its net and its cost as sums; a sum is low u64 and
 * high i64; costs stand only where has cost is 1. Then the number of gap lengths i64 and each length i64,
 * ascending, with its count i64. */
#include <string.h>

#include "base/blob.h"
#include "base/error.h"
#include "data/customers.h"
#include "data/stream.h"
#include "numeric/sort.h"

enum { STREAM_VERSION = 1, LEAST_ACCOUNT = 8 + 8 + 8 + 16 };
static const char stream_kind[4] = {'S', 'T', 'R', 'M'};

typedef struct crm_i_sum128 sum128;

/* ---- writing ---- */

static void write_sum(crm_i_writer *w, const sum128 *sum)
{
    crm_i_write_u64(w, sum->low);
    crm_i_write_i64(w, sum->high);
}

static void write_tick(crm_i_writer *w, const crm_i_tick *tick, int32_t has_cost)
{
    crm_i_write_i64(w, tick->time);
    write_sum(w, &tick->net);
    if (has_cost)
        write_sum(w, &tick->cost);
}

static void write_inner(crm_i_writer *w, const crm_i_ledger *inner, int32_t has_cost)
{
    crm_i_write_i64(w, inner->purchases);
    crm_i_write_i64(w, inner->spend_count);
    crm_i_write_i64(w, inner->first);
    crm_i_write_i64(w, inner->last);
    write_sum(w, &inner->first_net);
    write_sum(w, &inner->spend);
    write_sum(w, &inner->revenue);
    if (has_cost)
        write_sum(w, &inner->cost);
}

/* order NULL: as they stand, which gives the same length. */
static void write_accounts(crm_i_writer *w, const crm_stream *stream, const struct crm_i_sort_pair *order)
{
    for (int64_t i = 0; i < stream->n; i++) {
        const crm_i_account *account = &stream->account[order ? order[i].index : i];
        crm_i_write_u64(w, account->key);
        crm_i_write_i64(w, account->ticks);
        write_tick(w, &account->first, stream->has_cost);
        if (account->ticks > 2)
            write_inner(w, &account->inner, stream->has_cost);
        if (account->ticks > 1)
            write_tick(w, &account->last, stream->has_cost);
    }
}

static crm_status write_stream(const crm_stream *stream, const struct crm_i_sort_pair *order,
                               const crm_i_gap *gap, uint8_t *bytes, int64_t capacity, int64_t *length,
                               crm_error *err)
{
    crm_i_writer w = crm_i_write_begin(bytes, capacity);
    crm_i_write_i64(&w, stream->rows);
    crm_i_write_u8(&w, (uint8_t)stream->has_cost);
    crm_i_write_i64(&w, stream->n);
    write_accounts(&w, stream, order);
    crm_i_write_i64(&w, stream->gaps.used);
    for (int64_t i = 0; i < stream->gaps.used; i++) {
        crm_i_write_i64(&w, gap ? gap[i].length : 0);
        crm_i_write_i64(&w, gap ? gap[i].count : 0);
    }
    return crm_i_write_end(&w, stream_kind, STREAM_VERSION, length, err);
}

crm_status crm_stream_save(const crm_stream *stream, uint8_t *bytes, int64_t capacity, int64_t *length,
                           crm_error *err)
{
    if (!stream)
        return crm_i_fail(err, CRM_E_NULL, 1, "stream is NULL.");
    if (!bytes || capacity <= 0)
        return write_stream(stream, NULL, NULL, bytes, capacity, length, err);
    const crm_allocator *allocator = &stream->handle.allocator;
    struct crm_i_sort_pair *order = crm_i_alloc(allocator, 2 * stream->n, (int64_t)sizeof *order);
    crm_i_gap *gap = crm_i_alloc(allocator, 2 * stream->gaps.used, (int64_t)sizeof *gap);
    crm_status status;
    if (order && gap) {
        crm_i_stream_order(stream, order, order + stream->n);
        crm_i_gaps_list(&stream->gaps, gap, gap + stream->gaps.used);
        status = write_stream(stream, order, gap, bytes, capacity, length, err);
    } else {
        status = crm_i_fail_memory(err);
    }
    crm_i_release(allocator, order, 2 * stream->n, (int64_t)sizeof *order);
    crm_i_release(allocator, gap, 2 * stream->gaps.used, (int64_t)sizeof *gap);
    return status;
}

/* ---- reading: nothing is believed ---- */

static sum128 read_sum(crm_i_reader *r)
{
    sum128 sum;
    sum.low = crm_i_read_u64(r);
    sum.high = crm_i_read_i64(r);
    return sum;
}

static crm_i_tick read_tick(crm_i_reader *r, int32_t has_cost)
{
    crm_i_tick tick = {0, {0, 0}, {0, 0}};
    tick.time = crm_i_read_i64(r);
    tick.net = read_sum(r);
    if (has_cost)
        tick.cost = read_sum(r);
    return tick;
}

static crm_i_ledger read_inner(crm_i_reader *r, int32_t has_cost)
{
    crm_i_ledger inner = crm_i_ledger_start();
    inner.purchases = crm_i_read_i64(r);
    inner.spend_count = crm_i_read_i64(r);
    inner.first = crm_i_read_i64(r);
    inner.last = crm_i_read_i64(r);
    inner.first_net = read_sum(r);
    inner.spend = read_sum(r);
    inner.revenue = read_sum(r);
    if (has_cost)
        inner.cost = read_sum(r);
    return inner;
}

/* 1 if a sum of so many int64 at most can be this: that keeps every later addition far from the end. */
static int32_t sum_fits(const sum128 *sum, int64_t rows)
{
    return sum->high >= -rows && sum->high <= rows;
}

static int32_t tick_fits(const crm_i_tick *tick, int64_t rows)
{
    return crm_i_time_fits(tick->time) && sum_fits(&tick->net, rows) && sum_fits(&tick->cost, rows);
}

/* a - b - n, for sums that fit and n >= 0. */
static sum128 difference(const sum128 *a, const sum128 *b, int64_t n)
{
    sum128 d = {~b->low, ~b->high};
    crm_i_sum128_add(&d, 1); /* -b */
    crm_i_sum128_merge(&d, a);
    crm_i_sum128_add(&d, -n);
    return d;
}

/* Ticks between the ends, at least one. Returns are at least 1 each, and so is all that is counted as spend.
 */
static int32_t inner_fits(const crm_i_account *account, int64_t rows)
{
    const crm_i_ledger *inner = &account->inner;
    const int64_t ticks = account->ticks - 2;
    const int64_t purchases = inner->purchases;
    const sum128 zero = {0, 0};
    if (!sum_fits(&inner->first_net, rows) || !sum_fits(&inner->spend, rows) ||
        !sum_fits(&inner->revenue, rows) || !sum_fits(&inner->cost, rows) || purchases < 0 ||
        purchases > ticks || inner->spend_count < 0)
        return 0;
    sum128 bought = inner->spend;
    crm_i_sum128_merge(&bought, &inner->first_net);
    const sum128 returned = difference(&bought, &inner->revenue, ticks - purchases);
    const int sign = crm_i_sum128_sign(&returned);
    if (sign < 0 || (purchases == ticks && sign != 0))
        return 0;
    const sum128 spare = difference(&inner->spend, &zero, inner->spend_count);
    if (crm_i_sum128_sign(&spare) < 0 || (inner->spend_count == 0 && crm_i_sum128_sign(&inner->spend) != 0))
        return 0;
    if (purchases == 0)
        return inner->first == INT64_MIN && inner->last == INT64_MIN && inner->spend_count == 0 &&
               crm_i_sum128_sign(&inner->first_net) == 0;
    return inner->spend_count < purchases && crm_i_sum128_sign(&inner->first_net) >= 0 &&
           inner->first > account->first.time && inner->last < account->last.time &&
           inner->last >= inner->first && (inner->last == inner->first) == (purchases == 1) &&
           inner->last - inner->first >= purchases - 1;
}

static int32_t account_fits(const crm_i_account *account, int64_t rows)
{
    if (account->ticks < 1 || account->ticks > rows || !tick_fits(&account->first, rows))
        return 0;
    if (account->ticks == 1)
        return 1;
    return tick_fits(&account->last, rows) && account->first.time < account->last.time &&
           (uint64_t)account->last.time - (uint64_t)account->first.time >= (uint64_t)account->ticks - 1 &&
           (account->ticks == 2 || inner_fits(account, rows));
}

static crm_status bad(crm_error *err)
{
    return crm_i_fail(err, CRM_E_FORMAT, 2, "The blob holds what no stream can.");
}

/* *rest: rows that accounts read so far leave; *gaps: gaps within them. */
static int32_t read_account(crm_i_reader *r, crm_stream *stream, int64_t *rest, int64_t *gaps)
{
    const uint64_t key = crm_i_read_u64(r);
    if (stream->n > 0 && key <= stream->account[stream->n - 1].key)
        return 0;
    crm_i_account account = crm_i_account_start(key);
    account.ticks = crm_i_read_i64(r);
    account.first = read_tick(r, stream->has_cost);
    if (account.ticks > 2)
        account.inner = read_inner(r, stream->has_cost);
    if (account.ticks > 1)
        account.last = read_tick(r, stream->has_cost);
    if (r->failed || !account_fits(&account, stream->rows) || account.ticks > *rest)
        return 0;
    *rest -= account.ticks;
    *gaps += account.inner.purchases > 0 ? account.inner.purchases - 1 : 0;
    account.seen = account.ticks > 1 ? account.last.time : account.first.time;
    stream->earliest = account.first.time < stream->earliest ? account.first.time : stream->earliest;
    stream->latest = account.seen > stream->latest ? account.seen : stream->latest;
    stream->account[crm_i_stream_insert(stream, key)] = account;
    return 1;
}

static crm_status read_gaps(crm_i_reader *r, crm_stream *stream, int64_t gaps, crm_error *err)
{
    const int64_t n = crm_i_read_count(r, 16);
    if (!crm_i_gaps_reserve(&stream->handle.allocator, &stream->gaps, n))
        return crm_i_fail_memory(err);
    int64_t before = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t length = crm_i_read_i64(r);
        const int64_t count = crm_i_read_i64(r);
        if (length <= before || count < 1 || count > gaps - stream->gaps.total)
            return bad(err);
        crm_i_gaps_add(&stream->gaps, length, count);
        before = length;
    }
    if (stream->gaps.total != gaps)
        return bad(err);
    return crm_i_read_end(r, err);
}

static crm_status read_stream(crm_i_reader *r, crm_stream *stream, crm_error *err)
{
    stream->rows = crm_i_read_i64(r);
    stream->has_cost = crm_i_read_u8(r);
    if (stream->rows < 0 || stream->rows > (int64_t)1 << CRM_I_STREAM_ROWS_BITS || stream->has_cost > 1)
        return bad(err);
    const int64_t n = crm_i_read_count(r, LEAST_ACCOUNT);
    if ((n == 0) != (stream->rows == 0) || (n == 0 && stream->has_cost))
        return bad(err);
    if (n > 0 && !crm_i_stream_reserve(stream, n))
        return crm_i_fail_memory(err);
    int64_t rest = stream->rows;
    int64_t gaps = 0;
    for (int64_t i = 0; i < n; i++)
        if (!read_account(r, stream, &rest, &gaps))
            return bad(err);
    return read_gaps(r, stream, gaps, err);
}

crm_status crm_stream_load(const crm_context *context, const uint8_t *bytes, int64_t length, crm_stream **out,
                           crm_error *err)
{
    if (!bytes)
        return crm_i_fail(err, CRM_E_NULL, 2, "bytes is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    crm_i_reader r;
    crm_status status = crm_i_read_begin(&r, bytes, length, stream_kind, STREAM_VERSION, err);
    if (status < 0)
        return status;
    crm_stream *stream = crm_i_stream_new(context);
    if (!stream)
        return crm_i_fail_memory(err);
    status = read_stream(&r, stream, err);
    if (status < 0) {
        crm_stream_destroy(stream);
        return status;
    }
    *out = stream;
    return crm_i_ok(err);
}
