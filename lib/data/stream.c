/* The stream: rows come in by batches, all of a batch or none, and two streams become one. */
#include "data/stream.h"

#include "base/error.h"
#include "data/customers.h"

crm_status crm_stream_create(const crm_context *context, crm_stream **out, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 2, "out is NULL.");
    crm_stream *stream = crm_i_stream_new(context);
    if (!stream)
        return crm_i_fail_memory(err);
    *out = stream;
    return crm_i_ok(err);
}

int64_t crm_stream_count(const crm_stream *stream)
{
    return stream ? stream->n : 0;
}

/* 1 if so many rows more may be held. */
static int32_t rows_fit(const crm_stream *stream, int64_t more)
{
    return more <= ((int64_t)1 << CRM_I_STREAM_ROWS_BITS) - stream->rows;
}

/* How many lengths of gaps may be new: not more than there are gaps, nor than there are ticks in the time
 * seen. */
static int64_t new_lengths(int64_t gaps, int64_t earliest, int64_t latest)
{
    const uint64_t span = (uint64_t)latest - (uint64_t)earliest;
    return (uint64_t)gaps < span ? gaps : (int64_t)span;
}

/* ---- a batch ---- */

typedef struct batch {
    crm_stream *stream;
    int64_t n;
    const uint64_t *key;
    const int64_t *time;
    const int64_t *amount;
    const int64_t *cost;
    int64_t before;   /* accounts when it began */
    int64_t *account; /* by row */
    int64_t earliest;
    int64_t latest;
} batch;

static crm_status refuse_order(const batch *b, int64_t row, crm_error *err)
{
    crm_i_fail_row(err, CRM_E_ORDER, 4, row, (double)b->time[row],
                   "A row is earlier than its customer's last: the customer with key ");
    crm_i_text_add_u64(err, b->key[row]);
    crm_i_text_add(err, ".");
    return CRM_E_ORDER;
}

/* Finds or opens the account of each row and checks the order: rows counts those that went well. */
static crm_status check_rows(batch *b, int64_t *rows, crm_error *err)
{
    crm_stream *stream = b->stream;
    for (int64_t i = 0; i < b->n; i++) {
        const int64_t time = b->time[i];
        *rows = i;
        if (!crm_i_time_fits(time))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, (double)time,
                                  "time must lie within -2^62 .. 2^62.");
        int64_t a = crm_i_stream_find(stream, b->key[i]);
        if (a < 0) {
            if (!crm_i_stream_reserve(stream, 1))
                return crm_i_fail_memory(err);
            a = crm_i_stream_insert(stream, b->key[i]);
        }
        if (time < stream->account[a].seen)
            return refuse_order(b, i, err);
        stream->account[a].seen = time;
        b->account[i] = a;
        b->earliest = time < b->earliest ? time : b->earliest;
        b->latest = time > b->latest ? time : b->latest;
    }
    *rows = b->n;
    if (!crm_i_gaps_reserve(&stream->handle.allocator, &stream->gaps,
                            new_lengths(b->n, b->earliest, b->latest)))
        return crm_i_fail_memory(err);
    return CRM_OK;
}

/* Leaves the stream as it was before the first `rows` rows were checked. */
static void roll_back(const batch *b, int64_t rows)
{
    crm_stream *stream = b->stream;
    for (int64_t i = 0; i < rows; i++) {
        crm_i_account *account = &stream->account[b->account[i]];
        account->seen = account->ticks > 1 ? account->last.time : account->first.time;
    }
    while (stream->n > b->before)
        crm_i_stream_remove_newest(stream);
}

static void put_rows(const batch *b)
{
    crm_stream *stream = b->stream;
    for (int64_t i = 0; i < b->n; i++)
        crm_i_account_add(&stream->account[b->account[i]], b->time[i], b->amount[i], b->cost ? b->cost[i] : 0,
                          &stream->gaps);
    stream->rows += b->n;
    stream->has_cost |= b->cost != NULL;
    stream->earliest = b->earliest;
    stream->latest = b->latest;
}

static crm_status check_columns(const batch *b, crm_error *err)
{
    if (!b->stream)
        return crm_i_fail(err, CRM_E_NULL, 1, "stream is NULL.");
    if (b->n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)b->n, "n is negative.");
    if (b->n == 0)
        return CRM_OK;
    if (!b->key)
        return crm_i_fail(err, CRM_E_NULL, 3, "key is NULL.");
    if (!b->time)
        return crm_i_fail(err, CRM_E_NULL, 4, "time is NULL.");
    if (!b->amount)
        return crm_i_fail(err, CRM_E_NULL, 5, "amount is NULL.");
    if (!rows_fit(b->stream, b->n))
        return crm_i_fail(err, CRM_E_OVERFLOW, 2, "A stream holds at most 2^60 rows.");
    return CRM_OK;
}

crm_status crm_stream_add(crm_stream *stream, int64_t n, const uint64_t *key, const int64_t *time,
                          const int64_t *amount, const int64_t *cost, crm_error *err)
{
    batch b = {stream, n, key, time, amount, cost, 0, NULL, 0, 0};
    crm_status status = check_columns(&b, err);
    if (status < 0)
        return status;
    if (n == 0)
        return crm_i_ok(err);
    const crm_allocator *allocator = &stream->handle.allocator;
    b.account = crm_i_alloc(allocator, n, (int64_t)sizeof *b.account);
    if (!b.account)
        return crm_i_fail_memory(err);
    b.before = stream->n;
    b.earliest = stream->earliest;
    b.latest = stream->latest;
    int64_t rows = 0;
    status = check_rows(&b, &rows, err);
    if (status < 0)
        roll_back(&b, rows);
    else
        put_rows(&b);
    crm_i_release(allocator, b.account, n, (int64_t)sizeof *b.account);
    return status < 0 ? status : crm_i_ok(err);
}

/* ---- two streams ---- */

static crm_status check_join(const crm_stream *into, const crm_stream *from, int64_t *fresh, crm_error *err)
{
    for (int64_t i = 0; i < from->n; i++) {
        const crm_i_account *account = &from->account[i];
        const int64_t a = crm_i_stream_find(into, account->key);
        *fresh += a < 0;
        if (a < 0 || crm_i_account_joins(&into->account[a], account))
            continue;
        crm_i_fail(err, CRM_E_ORDER, 2, "The times of the two streams overlap for the customer with key ");
        crm_i_text_add_u64(err, account->key);
        crm_i_text_add(err, ".");
        return CRM_E_ORDER;
    }
    return CRM_OK;
}

/* Every gap that a join finds lies between ticks of one customer, so within the time seen. */
static int32_t reserve_join(crm_stream *into, const crm_stream *from, int64_t fresh, int64_t earliest,
                            int64_t latest)
{
    const int64_t joined = CRM_I_JOIN_GAPS * (from->n - fresh);
    return crm_i_stream_reserve(into, fresh) &&
           crm_i_gaps_reserve(&into->handle.allocator, &into->gaps,
                              from->gaps.used + new_lengths(joined, earliest, latest));
}

static void join(crm_stream *into, const crm_stream *from)
{
    for (int64_t i = 0; i < from->gaps.places; i++)
        if (from->gaps.place[i].length != 0)
            crm_i_gaps_add(&into->gaps, from->gaps.place[i].length, from->gaps.place[i].count);
    for (int64_t i = 0; i < from->n; i++) {
        const crm_i_account *account = &from->account[i];
        const int64_t a = crm_i_stream_find(into, account->key);
        if (a >= 0)
            crm_i_account_join(&into->account[a], account, &into->gaps);
        else
            into->account[crm_i_stream_insert(into, account->key)] = *account;
    }
    into->rows += from->rows;
    into->has_cost |= from->has_cost;
}

crm_status crm_stream_merge(crm_stream *into, const crm_stream *from, crm_error *err)
{
    if (!into || !from)
        return crm_i_fail(err, CRM_E_NULL, into ? 2 : 1, "A stream is NULL.");
    if (from->n == 0)
        return crm_i_ok(err);
    if (!rows_fit(into, from->rows))
        return crm_i_fail(err, CRM_E_OVERFLOW, 2, "A stream holds at most 2^60 rows.");
    int64_t fresh = 0;
    const crm_status status = check_join(into, from, &fresh, err);
    if (status < 0)
        return status;
    const int64_t earliest = into->earliest < from->earliest ? into->earliest : from->earliest;
    const int64_t latest = into->latest > from->latest ? into->latest : from->latest;
    if (!reserve_join(into, from, fresh, earliest, latest))
        return crm_i_fail_memory(err);
    join(into, from);
    into->earliest = earliest;
    into->latest = latest;
    return crm_i_ok(err);
}
