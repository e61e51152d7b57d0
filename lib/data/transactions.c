/* The log: columns that grow by batches, then are put in order once and only read. */
#include "data/transactions.h"

#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "data/customers.h"
#include "data/names.h"
#include "numeric/sort.h"

/* ---- making and unmaking ---- */

static crm_status new_log(const crm_context *context, const crm_names *names, crm_transactions **out,
                          crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_transactions *log = crm_i_alloc_zeroed(&allocator, 1, (int64_t)sizeof *log);
    if (!log)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&log->handle, context);
    log->names = names;
    crm_i_names_keep(names);
    *out = log;
    return crm_i_ok(err);
}

crm_status crm_transactions_create(const crm_context *context, const crm_names *names, crm_transactions **out,
                                   crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 3, "out is NULL.");
    return new_log(context, names, out, err);
}

void crm_transactions_destroy(crm_transactions *log)
{
    if (!log || !crm_i_handle_drop(&log->handle))
        return;
    const crm_allocator allocator = log->handle.allocator;
    crm_i_names_drop(log->names);
    crm_i_release(&allocator, log->key, log->capacity, 8);
    for (int32_t c = 0; c < CRM_I_TX_COLUMNS; c++)
        crm_i_release(&allocator, log->column[c], log->capacity, 8);
    crm_i_release(&allocator, log, 1, (int64_t)sizeof *log);
}

/* ---- growing ---- */

/* Columns of one capacity, all there or all not. */
typedef struct column_set {
    uint64_t *key;
    int64_t *column[CRM_I_TX_COLUMNS];
} column_set;

static void release_columns(const crm_allocator *allocator, const column_set *set, int64_t capacity)
{
    crm_i_release(allocator, set->key, capacity, 8);
    for (int32_t c = 0; c < CRM_I_TX_COLUMNS; c++)
        crm_i_release(allocator, set->column[c], capacity, 8);
}

/* A column for each that log has (times and amounts in any case); 0 if there is no memory. */
static int32_t make_columns(const crm_allocator *allocator, const crm_transactions *log, int64_t capacity,
                            column_set *set)
{
    int32_t ok = 1;
    memset(set, 0, sizeof *set);
    set->key = crm_i_alloc(allocator, capacity, 8);
    ok = set->key != NULL;
    for (int32_t c = 0; c < CRM_I_TX_COLUMNS && ok; c++) {
        if (!log->column[c] && c != CRM_TX_TIME && c != CRM_TX_AMOUNT)
            continue;
        set->column[c] = crm_i_alloc(allocator, capacity, 8);
        ok = set->column[c] != NULL;
    }
    if (!ok)
        release_columns(allocator, set, capacity);
    return ok;
}

/* Puts the columns of a set in place of those of the log. */
static void take_columns(crm_transactions *log, const column_set *set, int64_t capacity)
{
    column_set old;
    old.key = log->key;
    memcpy(old.column, log->column, sizeof old.column);
    release_columns(&log->handle.allocator, &old, log->capacity);
    log->key = set->key;
    memcpy(log->column, set->column, sizeof log->column);
    log->capacity = capacity;
}

/* Room for so many rows: half as much again at least. */
static int32_t reserve_rows(crm_transactions *log, int64_t want)
{
    const crm_allocator *allocator = &log->handle.allocator;
    if (want <= log->capacity && log->key)
        return 1;
    const int64_t ample = log->capacity + log->capacity / 2;
    const int64_t capacity = want > ample ? want : ample;
    const size_t bytes = (size_t)log->n * 8;
    column_set set;
    if (!make_columns(allocator, log, capacity, &set))
        return 0;
    if (log->n > 0) {
        memcpy(set.key, log->key, bytes);
        for (int32_t c = 0; c < CRM_I_TX_COLUMNS; c++)
            if (log->column[c])
                memcpy(set.column[c], log->column[c], bytes);
    }
    take_columns(log, &set, capacity);
    return 1;
}

static crm_status check_rows(const crm_transactions *log, int64_t n, const uint64_t *key, const int64_t *time,
                             crm_error *err)
{
    for (int64_t i = 0; i < n; i++)
        if (!crm_i_time_fits(time[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, (double)time[i],
                                  "A time lies outside -2^62 .. 2^62.");
    if (!log->names)
        return CRM_OK;
    const uint64_t names = (uint64_t)crm_names_count(log->names);
    for (int64_t i = 0; i < n; i++)
        if (key[i] >= names)
            return crm_i_fail_row(err, CRM_E_KEY, 3, i, (double)key[i],
                                  "A key is not among the names of the log.");
    return CRM_OK;
}

crm_status crm_transactions_append(crm_transactions *log, int64_t n, const uint64_t *key, const int64_t *time,
                                   const int64_t *amount, crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 1, "log is NULL.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)n, "n is negative.");
    if (n > 0 && !key)
        return crm_i_fail(err, CRM_E_NULL, 3, "key is NULL.");
    if (n > 0 && !time)
        return crm_i_fail(err, CRM_E_NULL, 4, "time is NULL.");
    if (n > 0 && !amount)
        return crm_i_fail(err, CRM_E_NULL, 5, "amount is NULL.");
    if (log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 1, "The log is frozen.");
    const crm_status status = check_rows(log, n, key, time, err);
    if (status < 0)
        return status;
    if (n > INT64_MAX / 16 - log->n || !reserve_rows(log, log->n + n))
        return crm_i_fail_memory(err);
    const size_t bytes = (size_t)n * 8;
    const int64_t at = log->n;
    if (n > 0) {
        memcpy(log->key + at, key, bytes);
        memcpy(log->column[CRM_TX_TIME] + at, time, bytes);
        memcpy(log->column[CRM_TX_AMOUNT] + at, amount, bytes);
        for (int32_t c = CRM_TX_COST; c < CRM_I_TX_COLUMNS; c++)
            if (log->column[c])
                memset(log->column[c] + at, 0, bytes);
    }
    log->n += n;
    return crm_i_ok(err);
}

crm_status crm_transactions_put(crm_transactions *log, int32_t column, int64_t first, int64_t n,
                                const int64_t *value, crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 1, "log is NULL.");
    if (column < CRM_TX_COST || column >= CRM_I_TX_COLUMNS)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)column,
                                "column is not an optional column of a log.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, (double)n, "n is negative.");
    if (first < 0 || first > log->n || n > log->n - first)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)first, "There are no such rows in the log.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, 5, "value is NULL.");
    if (log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 1, "The log is frozen.");
    if (!log->key && !reserve_rows(log, log->n))
        return crm_i_fail_memory(err);
    if (!log->column[column]) {
        log->column[column] = crm_i_alloc(&log->handle.allocator, log->capacity, 8);
        if (!log->column[column])
            return crm_i_fail_memory(err);
        memset(log->column[column], 0, (size_t)log->n * 8);
    }
    if (n > 0)
        memcpy(log->column[column] + first, value, (size_t)n * 8);
    return crm_i_ok(err);
}

/* ---- freezing ---- */

static int32_t is_before(const crm_transactions *log, int64_t a, int64_t b)
{
    const int64_t *time = log->column[CRM_TX_TIME];
    return log->key[a] < log->key[b] || (log->key[a] == log->key[b] && time[a] < time[b]);
}

static int32_t is_ordered(const crm_transactions *log)
{
    for (int64_t i = 1; i < log->n; i++)
        if (is_before(log, i, i - 1))
            return 0;
    return 1;
}

/* order[i].index = the row that is i-th by customer, time and arrival: sorted by the less first, each time
 * stably. */
static void sort_rows(const crm_transactions *log, struct crm_i_sort_pair *order,
                      struct crm_i_sort_pair *scratch)
{
    const int64_t n = log->n;
    for (int64_t i = 0; i < n; i++) {
        order[i].key = crm_i_i64_key(log->column[CRM_TX_TIME][i]);
        order[i].index = i;
    }
    crm_i_sort_pairs(n, order, scratch);
    for (int64_t i = 0; i < n; i++)
        order[i].key = log->key[order[i].index];
    crm_i_sort_pairs(n, order, scratch);
}

/* column = column in order, through scratch. */
static void reorder(int64_t n, const struct crm_i_sort_pair *order, int64_t *column, int64_t *scratch)
{
    for (int64_t i = 0; i < n; i++)
        scratch[i] = column[order[i].index];
    memcpy(column, scratch, (size_t)n * sizeof *column);
}

crm_status crm_transactions_freeze(const crm_context *context, crm_transactions *log, crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 2, "log is NULL.");
    if (log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 2, "The log is frozen already.");
    if (is_ordered(log)) {
        log->frozen = 1;
        return crm_i_ok(err);
    }
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t n = log->n;
    struct crm_i_sort_pair *order = crm_i_alloc(&allocator, n, (int64_t)sizeof *order);
    struct crm_i_sort_pair *scratch = crm_i_alloc(&allocator, n, (int64_t)sizeof *scratch);
    crm_status status = CRM_E_MEMORY;
    if (order && scratch) {
        status = crm_i_progress(context, 0.0, err);
        if (status >= 0) {
            sort_rows(log, order, scratch);
            status = crm_i_progress(context, 0.7, err);
        }
        if (status >= 0) { /* nothing fails from here on */
            int64_t *turn = (int64_t *)(void *)scratch;
            for (int64_t i = 0; i < n; i++)
                log->key[i] = order[i].key;
            for (int32_t c = 0; c < CRM_I_TX_COLUMNS; c++)
                if (log->column[c])
                    reorder(n, order, log->column[c], turn);
            log->frozen = 1;
        }
    }
    crm_i_release(&allocator, order, n, (int64_t)sizeof *order);
    crm_i_release(&allocator, scratch, n, (int64_t)sizeof *scratch);
    if (status == CRM_E_MEMORY)
        return crm_i_fail_memory(err);
    return status < 0 ? status : crm_i_ok(err);
}

/* ---- frozen logs from frozen logs ---- */

/* An empty frozen log with room for n rows and the columns that `like` has. */
static crm_status new_frozen(const crm_context *context, const crm_transactions *like, int64_t n,
                             crm_transactions **out, crm_error *err)
{
    crm_transactions *log = NULL;
    crm_status status = new_log(context, like->names, &log, err);
    if (status < 0)
        return status;
    column_set set;
    if (!make_columns(&log->handle.allocator, like, n, &set)) {
        crm_transactions_destroy(log);
        return crm_i_fail_memory(err);
    }
    take_columns(log, &set, n);
    log->frozen = 1;
    *out = log;
    return CRM_OK;
}

/* Adds row i of `from` to a log that has room; columns that `from` has not are 0. */
static void add_row(crm_transactions *log, const crm_transactions *from, int64_t i)
{
    log->key[log->n] = from->key[i];
    for (int32_t c = 0; c < CRM_I_TX_COLUMNS; c++)
        if (log->column[c])
            log->column[c][log->n] = from->column[c] ? from->column[c][i] : 0;
    log->n++;
}

crm_status crm_transactions_slice(const crm_context *context, const crm_transactions *log, int64_t from,
                                  int64_t until, crm_transactions **out, crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 2, "log is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 5, "out is NULL.");
    if (!log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 2, "The log is not frozen.");
    const int64_t *time = log->column[CRM_TX_TIME];
    int64_t n = 0;
    for (int64_t i = 0; i < log->n; i++)
        n += (int64_t)(time[i] >= from) & (int64_t)(time[i] <= until);
    crm_transactions *slice = NULL;
    const crm_status status = new_frozen(context, log, n, &slice, err);
    if (status < 0)
        return status;
    for (int64_t i = 0; i < log->n; i++)
        if (time[i] >= from && time[i] <= until)
            add_row(slice, log, i);
    *out = slice;
    return crm_i_ok(err);
}

crm_status crm_transactions_merge(const crm_context *context, const crm_transactions *a,
                                  const crm_transactions *b, crm_transactions **out, crm_error *err)
{
    if (!a)
        return crm_i_fail(err, CRM_E_NULL, 2, "a is NULL.");
    if (!b)
        return crm_i_fail(err, CRM_E_NULL, 3, "b is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    if (!a->frozen)
        return crm_i_fail(err, CRM_E_STATE, 2, "The log a is not frozen.");
    if (!b->frozen)
        return crm_i_fail(err, CRM_E_STATE, 3, "The log b is not frozen.");
    if (a->names != b->names)
        return crm_i_fail(err, CRM_E_STATE, 3,
                          "The logs have different names: merge the names and remap first.");
    crm_transactions either; /* which columns the merged log has */
    memset(&either, 0, sizeof either);
    either.names = a->names;
    for (int32_t c = 0; c < CRM_I_TX_COLUMNS; c++)
        either.column[c] = a->column[c] ? a->column[c] : b->column[c];
    crm_transactions *log = NULL;
    const crm_status status = new_frozen(context, &either, a->n + b->n, &log, err);
    if (status < 0)
        return status;
    int64_t i = 0;
    int64_t j = 0;
    while (i < a->n || j < b->n) {
        int take_b = i == a->n;
        if (i < a->n && j < b->n)
            take_b = b->key[j] < a->key[i] ||
                     (b->key[j] == a->key[i] && b->column[CRM_TX_TIME][j] < a->column[CRM_TX_TIME][i]);
        if (take_b)
            add_row(log, b, j++);
        else
            add_row(log, a, i++);
    }
    *out = log;
    return crm_i_ok(err);
}

/* ---- asking ---- */

int64_t crm_transactions_count(const crm_transactions *log)
{
    return log ? log->n : 0;
}

const uint64_t *crm_transactions_keys(const crm_transactions *log)
{
    return log && log->frozen ? log->key : NULL;
}

const int64_t *crm_transactions_i64(const crm_transactions *log, int32_t column)
{
    if (!log || !log->frozen || column < 0 || column >= CRM_I_TX_COLUMNS)
        return NULL;
    return log->column[column];
}
