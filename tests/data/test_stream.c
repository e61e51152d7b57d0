/* The stream: the book of it is the book of its log bit for bit, however the log was cut; every status, hostile
 * blobs. */
#include "failing.h"

#include "crmcore/data.h"
#include "data/blobs.h"
#include "data/customers.h"
#include "data/stream.h"
#include "data/summary.h"

static uint64_t seed = 7;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t z = seed ^ (seed >> 29);
    z *= 0xBF58476D1CE4E5B9u;
    z ^= z >> 32;
    return z % below;
}

/* ---- logs ---- */

enum { MOST = 2000 };

typedef struct history {
    int64_t n;
    int with_cost;
    uint64_t key[MOST];
    int64_t time[MOST];
    int64_t amount[MOST];
    int64_t cost[MOST];
    int shard[MOST];
} history;

typedef struct row {
    uint64_t key;
    int64_t time;
    int64_t amount;
    int64_t cost;
} row;

static int by_time(const void *a, const void *b)
{
    const row *p = a;
    const row *q = b;
    return (p->time > q->time) - (p->time < q->time);
}

/* Rows in order of time; amounts small and often back and forth, or so large that sums need two words. */
static void draw_history(history *h, int64_t n, int kind)
{
    static row rows[MOST];
    const uint64_t customers = 1 + draw(kind == 1 ? 3 : 60);
    const uint64_t span = 1 + draw(kind == 2 ? 5 : 400);
    h->n = n;
    h->with_cost = draw(2) == 1;
    for (int64_t i = 0; i < n; i++) {
        row *r = &rows[i];
        r->key = (draw(customers) + 1) * UINT64_C(0x9E3779B97F4A7C15);
        r->time = (int64_t)draw(span) - 200;
        if (kind == 3)
            r->time = draw(2) ? (int64_t)1 << 62 : -((int64_t)1 << 62) + (int64_t)draw(3);
        r->amount = (int64_t)draw(7) - 2;
        if (kind == 4)
            r->amount = draw(2) ? INT64_MAX - (int64_t)draw(3) : INT64_MIN + (int64_t)draw(5);
        if (kind == 5)
            r->amount = (int64_t)draw(UINT64_C(1) << 40) - ((int64_t)1 << 38);
        r->cost = h->with_cost ? (int64_t)draw(kind == 4 ? INT64_MAX : 5) : 0;
    }
    qsort(rows, (size_t)n, sizeof *rows, by_time);
    for (int64_t i = 0; i < n; i++) {
        h->key[i] = rows[i].key;
        h->time[i] = rows[i].time;
        h->amount[i] = rows[i].amount;
        h->cost[i] = rows[i].cost;
    }
}

/* ---- two books ---- */

static crm_status book_of_log(const history *h, int64_t as_of, double period, int32_t decimals,
                              const crm_options *options, crm_customers **out)
{
    if (!h->with_cost)
        return crm_customers_from_columns(NULL, h->n, h->key, h->time, h->amount, as_of, period, decimals, options,
                                          out, NULL);
    crm_transactions *log = NULL;
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, NULL), CRM_OK);
    assert_int_equal(crm_transactions_append(log, h->n, h->key, h->time, h->amount, NULL), CRM_OK);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, h->n, h->cost, NULL), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    const crm_status status = crm_customers_build(NULL, log, as_of, period, decimals, options, out, NULL);
    crm_transactions_destroy(log);
    return status;
}

static void assert_same_books(const crm_customers *a, const crm_customers *b)
{
    const int64_t n = crm_customers_count(a);
    assert_int_equal(n, crm_customers_count(b));
    assert_memory_equal(crm_customers_keys(a), crm_customers_keys(b), (size_t)n * 8);
    for (int32_t c = CRM_CUSTOMER_X; c <= CRM_CUSTOMER_SPEND_COUNT; c++)
        assert_memory_equal(crm_customers_f64(a, c), crm_customers_f64(b, c), (size_t)n * 8);
    for (int32_t c = CRM_CUSTOMER_FIRST; c <= CRM_CUSTOMER_MARGIN; c++)
        assert_memory_equal(crm_customers_i64(a, c), crm_customers_i64(b, c), (size_t)n * 8);
    for (int32_t f = CRM_BOOK_AS_OF; f <= CRM_BOOK_HAS_COST; f++)
        assert_true(crm_customers_fact(a, f) == crm_customers_fact(b, f));
    assert_same_bits(crm_customers_period(a), crm_customers_period(b));
    assert_null(crm_customers_i64(a, CRM_CUSTOMER_RECENT_REVENUE));
    assert_null(crm_customers_i64(a, CRM_CUSTOMER_RECENT_MARGIN));
}

/* Gaps counted plainly: for each customer its ticks in order. */
static void assert_gaps(const history *h, const crm_customers *book)
{
    static int64_t want[512];
    memset(want, 0, sizeof want);
    int64_t total = 0;
    for (int64_t c = 0; c < crm_customers_count(book); c++) {
        const uint64_t key = crm_customers_keys(book)[c];
        int64_t last = INT64_MIN;
        for (int64_t i = 0; i < h->n;) {
            struct crm_i_sum128 net = {0, 0};
            int seen = 0;
            const int64_t time = h->time[i];
            for (; i < h->n && h->time[i] == time; i++)
                if (h->key[i] == key) {
                    crm_i_sum128_add(&net, h->amount[i]);
                    seen = 1;
                }
            if (!seen || crm_i_sum128_sign(&net) < 0)
                continue;
            if (last != INT64_MIN) {
                const int64_t gap = crm_i_gap_length(last, time);
                want[gap < 511 ? gap : 511]++;
                total++;
            }
            last = time;
        }
    }
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    const crm_i_gaps *gaps = crm_i_summary_gaps(summary);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_GAPS), total);
    int64_t wide = 0;
    for (int64_t g = 0; g < gaps->n; g++) {
        assert_true(gaps->length[g] > 0 && (g == 0 || gaps->length[g - 1] < gaps->length[g]));
        if (gaps->length[g] < 511)
            assert_int_equal(gaps->count[g], want[gaps->length[g]]);
        else
            wide += gaps->count[g];
    }
    assert_int_equal(wide, want[511]);
    crm_summary_destroy(summary);
}

static void assert_book(const crm_stream *stream, const history *h)
{
    const int64_t as_of = h->time[h->n - 1] + (h->time[h->n - 1] < 1000 ? (int64_t)draw(3) : 0);
    const double periods[] = {1.0, 7.0, 365.25 / 12.0};
    const double period = periods[draw(3)];
    const int32_t decimals = (int32_t)draw(10);
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_SPEND_FIRST, (int64_t)draw(2), NULL), CRM_OK);
    crm_customers *a = NULL;
    crm_customers *b = NULL;
    crm_error err;
    const crm_status of_log = book_of_log(h, as_of, period, decimals, options, &b);
    const crm_status status = crm_stream_customers(NULL, stream, as_of, period, decimals, options, &a, &err);
    assert_int_equal(status, of_log);
    if (status == CRM_OK) {
        assert_same_books(a, b);
        assert_gaps(h, a);
    } else {
        assert_int_equal(status, CRM_E_OVERFLOW);
        assert_null(a);
    }
    crm_customers_destroy(a);
    crm_customers_destroy(b);
    crm_options_destroy(options);
}

static crm_stream *fresh(void)
{
    crm_stream *stream = NULL;
    crm_error err;
    assert_int_equal(crm_stream_create(NULL, &stream, &err), CRM_OK);
    assert_int_equal(crm_stream_count(stream), 0);
    return stream;
}

static void add_rows(crm_stream *stream, const history *h, int64_t from, int64_t n)
{
    crm_error err;
    assert_int_equal(crm_stream_add(stream, n, h->key + from, h->time + from, h->amount + from,
                                    h->with_cost ? h->cost + from : NULL, &err),
                     CRM_OK);
}

static crm_stream *whole(const history *h)
{
    crm_stream *stream = fresh();
    add_rows(stream, h, 0, h->n);
    return stream;
}

/* ---- bytes ---- */

static uint8_t *saved(const crm_stream *stream, int64_t *length)
{
    assert_int_equal(crm_stream_save(stream, NULL, 0, length, NULL), CRM_OK);
    uint8_t *bytes = malloc((size_t)*length);
    assert_non_null(bytes);
    int64_t again = 0;
    assert_int_equal(crm_stream_save(stream, bytes, *length, &again, NULL), CRM_OK);
    assert_int_equal(again, *length);
    return bytes;
}

static crm_stream *loaded(const uint8_t *bytes, int64_t length)
{
    crm_stream *stream = NULL;
    assert_int_equal(crm_stream_load(NULL, bytes, length, &stream, NULL), CRM_OK);
    return stream;
}

static crm_stream *copied(const crm_stream *stream)
{
    int64_t length;
    uint8_t *bytes = saved(stream, &length);
    crm_stream *copy = loaded(bytes, length);
    free(bytes);
    return copy;
}

static void assert_same_streams(const crm_stream *a, const crm_stream *b)
{
    int64_t na;
    int64_t nb;
    uint8_t *pa = saved(a, &na);
    uint8_t *pb = saved(b, &nb);
    assert_int_equal(na, nb);
    assert_memory_equal(pa, pb, (size_t)na);
    assert_true(a->earliest == b->earliest && a->latest == b->latest);
    free(pa);
    free(pb);
}

/* ---- properties ---- */

enum { KINDS = 6, TURNS = 240 };

static int64_t draw_size(void)
{
    return 1 + (int64_t)draw(draw(2) ? 12 : MOST);
}

/* Any batches, with a save and a load now and then, give the book of the log. */
static void test_batches(void **state)
{
    (void)state;
    static history h;
    for (int turn = 0; turn < TURNS; turn++) {
        draw_history(&h, draw_size(), turn % KINDS);
        crm_stream *stream = fresh();
        for (int64_t at = 0; at < h.n;) {
            int64_t n = (int64_t)draw(40);
            n = n < h.n - at ? n : h.n - at;
            add_rows(stream, &h, at, n);
            at += n;
            if (draw(20) == 0) {
                crm_stream *copy = copied(stream);
                crm_stream_destroy(stream);
                stream = copy;
            }
        }
        crm_stream *once = whole(&h);
        assert_same_streams(stream, once);
        assert_int_equal(crm_stream_count(stream), crm_stream_count(once));
        assert_book(stream, &h);
        crm_stream_destroy(once);
        crm_stream_destroy(stream);
    }
}

/* Rows of many customers in an order that is of time only for each of them: the same bytes. */
static void test_orders(void **state)
{
    (void)state;
    static history h;
    for (int turn = 0; turn < 40; turn++) {
        draw_history(&h, draw_size(), turn % KINDS);
        crm_stream *once = whole(&h);
        crm_stream *other = fresh();
        const uint64_t lots = 1 + draw(5); /* one group of customers after the other */
        for (uint64_t lot = 0; lot < lots; lot++)
            for (int64_t i = 0; i < h.n; i++)
                if (h.key[i] % lots == lot)
                    add_rows(other, &h, i, 1);
        assert_same_streams(once, other);
        crm_stream_destroy(once);
        crm_stream_destroy(other);
    }
}

/* Each customer's life cut in up to SHARDS pieces, a tick sometimes torn in two; neighbours joined in any order, either
 * into the other. */
enum { SHARDS = 6 };

static void cut(history *h)
{
    for (int64_t i = 0; i < h->n; i++) {
        int64_t before = i - 1;
        while (before >= 0 && h->key[before] != h->key[i])
            before--;
        const int least = before >= 0 ? h->shard[before] : (int)draw(SHARDS);
        h->shard[i] = least + (draw(4) == 0 ? (int)draw((uint64_t)(SHARDS - least)) : 0);
    }
}

static void test_shards(void **state)
{
    (void)state;
    static history h;
    for (int turn = 0; turn < TURNS; turn++) {
        draw_history(&h, draw_size() / 4 + 1, turn % KINDS);
        cut(&h);
        crm_stream *shard[SHARDS];
        for (int s = 0; s < SHARDS; s++) {
            shard[s] = fresh();
            for (int64_t i = 0; i < h.n; i++)
                if (h.shard[i] == s)
                    add_rows(shard[s], &h, i, 1);
        }
        for (int left = SHARDS; left > 1; left--) {
            const int s = (int)draw((uint64_t)left - 1);
            const int forward = (int)draw(2);
            crm_stream *into = shard[forward ? s : s + 1];
            crm_stream *from = shard[forward ? s + 1 : s];
            crm_error err;
            assert_int_equal(crm_stream_merge(into, from, &err), CRM_OK);
            crm_stream_destroy(from);
            shard[s] = into;
            for (int k = s + 1; k + 1 < left; k++)
                shard[k] = shard[k + 1];
        }
        crm_stream *once = whole(&h);
        assert_same_streams(shard[0], once);
        assert_book(shard[0], &h);
        crm_stream_destroy(once);
        crm_stream_destroy(shard[0]);
    }
}

/* ---- by hand ---- */

static void test_return_before_purchase(void **state)
{
    (void)state;
    const uint64_t key[6] = {5, 5, 5, 5, 9, 5};
    const int64_t time[6] = {1, 3, 3, 8, 8, 20};
    const int64_t amount[6] = {-100, 50, -20, 0, -1, 900};
    crm_stream *stream = fresh();
    assert_int_equal(crm_stream_add(stream, 6, key, time, amount, NULL, NULL), CRM_OK);
    crm_customers *book = NULL;
    assert_int_equal(crm_stream_customers(NULL, stream, 24, 7.0, 2, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_customers_count(book), 2);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), 1);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_ROWS), 6);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_LATER_ROWS), 0);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_X)[0] == 2.0);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_T_X)[0] == 17.0 / 7.0);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_T)[0] == 3.0);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND)[0] == 9.0);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_SPEND_COUNT)[0] == 1.0);
    assert_int_equal(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[0], 830);
    assert_true(isnan(crm_customers_f64(book, CRM_CUSTOMER_X)[1]));
    assert_int_equal(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[1], -1);
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_PURCHASES), 1);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_SPEND), 1);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_GAPS), 2);
    assert_int_equal(crm_i_summary_gaps(summary)->length[0], 5);
    assert_int_equal(crm_i_summary_gaps(summary)->length[1], 12);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_AS_OF), 24);

    /* a later book of the same keeps the gaps, and its summary will not merge with that of the earlier date */
    crm_customers *later = NULL;
    crm_summary *other = NULL;
    assert_int_equal(crm_customers_advance(NULL, book, 30, &later, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_customers(NULL, later, &other, NULL), CRM_OK);
    assert_int_equal(crm_summary_fact(other, CRM_SUMMARY_GAPS), 2);
    assert_int_equal(crm_summary_merge(summary, other, NULL), CRM_E_STATE);
    crm_summary_destroy(other);
    crm_customers_destroy(later);
    crm_summary_destroy(summary);
    crm_customers_destroy(book);
    crm_stream_destroy(stream);
}

/* The summary of a book is that of its columns, in ticks or, with long times, in doubles. */
static void test_summary_of_book(void **state)
{
    (void)state;
    static history h;
    for (int turn = 0; turn < 60; turn++) {
        draw_history(&h, MOST, turn % KINDS);
        for (int64_t i = 0; turn % 2 == 1 && i < h.n; i++)
            h.time[i] *= h.time[i] < 1000 && h.time[i] > -1000 ? (int64_t)1 << 50 : 1;
        crm_customers *book = NULL;
        if (book_of_log(&h, h.time[h.n - 1], 7.0, 2, NULL, &book) != CRM_OK)
            continue;
        static double x[MOST];
        static double t_x[MOST];
        static double T[MOST];
        static double count[MOST];
        static double mean[MOST];
        int64_t n = 0;
        for (int64_t i = 0; i < crm_customers_count(book); i++) {
            if (isnan(crm_customers_f64(book, CRM_CUSTOMER_X)[i]))
                continue;
            x[n] = crm_customers_f64(book, CRM_CUSTOMER_X)[i];
            t_x[n] = crm_customers_f64(book, CRM_CUSTOMER_T_X)[i];
            T[n] = crm_customers_f64(book, CRM_CUSTOMER_T)[i];
            count[n] = crm_customers_f64(book, CRM_CUSTOMER_SPEND_COUNT)[i];
            mean[n] = crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND)[i];
            n++;
        }
        crm_summary *of_book = NULL;
        crm_summary *of_columns = NULL;
        crm_summary *of_spend = NULL;
        assert_int_equal(crm_summary_of_customers(NULL, book, &of_book, NULL), CRM_OK);
        assert_int_equal(crm_summary_of_purchases(NULL, n, x, t_x, T, NULL, &of_columns, NULL), CRM_OK);
        assert_int_equal(crm_summary_of_spend(NULL, n, count, mean, NULL, &of_spend, NULL), CRM_OK);
        assert_int_equal(crm_summary_merge(of_columns, of_spend, NULL), CRM_OK);
        for (int s = 0; s < 2; s++) {
            const crm_i_cells *a = &of_book->cells[s];
            const crm_i_cells *b = &of_columns->cells[s];
            assert_int_equal(a->n, b->n);
            for (int c = 0; c < a->columns; c++)
                assert_memory_equal(a->column[c], b->column[c], (size_t)a->n * 8);
            assert_memory_equal(a->count, b->count, (size_t)a->n * 8);
            assert_memory_equal(a->mass, b->mass, (size_t)a->n * 8);
        }
        assert_int_equal(crm_summary_fact(of_book, CRM_SUMMARY_AS_OF), h.time[h.n - 1]);
        crm_summary_destroy(of_book);
        crm_summary_destroy(of_columns);
        crm_summary_destroy(of_spend);
        crm_customers_destroy(book);
    }
    crm_summary *none = NULL;
    crm_error err;
    assert_int_equal(crm_summary_of_customers(NULL, NULL, &none, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    draw_history(&h, 5, 0);
    h.with_cost = 0;
    crm_customers *book = NULL;
    assert_int_equal(book_of_log(&h, h.time[4], 7.0, 2, NULL, &book), CRM_OK);
    assert_int_equal(crm_summary_of_customers(NULL, book, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    crm_customers_destroy(book);
}

/* ---- statuses ---- */

static void test_bad_rows(void **state)
{
    (void)state;
    static history h;
    crm_error err;
    draw_history(&h, 300, 0);
    crm_stream *stream = whole(&h);
    crm_stream *before = copied(stream);
    /* a batch with new customers, whose last row is too early for one of the old: nothing of it stays */
    uint64_t key[200];
    int64_t time[200];
    int64_t amount[200];
    for (int64_t i = 0; i < 200; i++) {
        key[i] = (uint64_t)i + 1;
        time[i] = i;
        amount[i] = i;
    }
    key[198] = h.key[h.n - 1];
    time[198] = h.time[h.n - 1] + 4; /* fine */
    key[199] = h.key[h.n - 1];
    time[199] = h.time[h.n - 1] + 3;
    assert_int_equal(crm_stream_add(stream, 200, key, time, amount, amount, &err), CRM_E_ORDER);
    assert_int_equal(err.row, 199);
    assert_int_equal(err.arg, 4);
    char number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)key[199]);
    assert_non_null(strstr(err.text, number));
    assert_same_streams(stream, before);
    assert_int_equal(crm_stream_count(stream), crm_stream_count(before));
    time[199] = ((int64_t)1 << 62) + 1;
    assert_int_equal(crm_stream_add(stream, 200, key, time, amount, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.row, 199);
    time[0] = -((int64_t)1 << 62) - 1;
    assert_int_equal(crm_stream_add(stream, 200, key, time, amount, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.row, 0);
    assert_same_streams(stream, before);
    time[0] = 0;
    time[199] = time[198];
    assert_int_equal(crm_stream_add(stream, 200, key, time, amount, NULL, &err), CRM_OK);
    for (int64_t i = 0; i < 198; i++)
        assert_true(crm_i_stream_find(stream, key[i]) >= 0);
    crm_stream_destroy(stream);
    crm_stream_destroy(before);
}

static void test_bad_merges(void **state)
{
    (void)state;
    crm_error err;
    const uint64_t key[3] = {77, 77, 8};
    const int64_t early[3] = {1, 5, 1};
    const int64_t late[3] = {4, 9, 1};
    const int64_t amount[3] = {1, 1, 1};
    crm_stream *a = fresh();
    crm_stream *b = fresh();
    assert_int_equal(crm_stream_add(a, 3, key, early, amount, NULL, NULL), CRM_OK);
    assert_int_equal(crm_stream_add(b, 3, key, late, amount, NULL, NULL), CRM_OK);
    crm_stream *before = copied(a);
    assert_int_equal(crm_stream_merge(a, b, &err), CRM_E_ORDER);
    assert_int_equal(err.arg, 2);
    assert_non_null(strstr(err.text, "77"));
    assert_int_equal(crm_stream_merge(b, a, &err), CRM_E_ORDER);
    assert_int_equal(crm_stream_merge(a, a, &err), CRM_E_ORDER);
    assert_int_equal(crm_stream_merge(NULL, a, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_stream_merge(a, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_same_streams(a, before);
    crm_stream *empty = fresh();
    assert_int_equal(crm_stream_merge(a, empty, &err), CRM_OK);
    assert_same_streams(a, before);
    assert_int_equal(crm_stream_merge(empty, a, &err), CRM_OK);
    assert_same_streams(a, empty);
    crm_stream_destroy(empty);

    /* with itself, where there is but one tick: twice the rows */
    empty = fresh();
    assert_int_equal(crm_stream_add(empty, 1, key, early, amount, amount, NULL), CRM_OK);
    assert_int_equal(crm_stream_merge(empty, empty, &err), CRM_OK);
    crm_customers *book = NULL;
    assert_int_equal(crm_stream_customers(NULL, empty, 1, 1.0, 0, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[0], 2);
    assert_int_equal(crm_customers_i64(book, CRM_CUSTOMER_COST)[0], 2);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_ROWS), 2);
    crm_customers_destroy(book);

    /* more rows than a stream holds */
    a->rows = (int64_t)1 << 60;
    assert_int_equal(crm_stream_merge(a, empty, &err), CRM_E_OVERFLOW);
    assert_int_equal(crm_stream_add(a, 1, key, late, amount, NULL, &err), CRM_E_OVERFLOW);
    crm_stream_destroy(empty);
    crm_stream_destroy(a);
    crm_stream_destroy(b);
    crm_stream_destroy(before);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    crm_error err;
    const uint64_t key[2] = {1, 2};
    const int64_t time[2] = {10, 20};
    crm_stream *s = fresh();
    crm_customers *book = NULL;
    assert_int_equal(crm_stream_create(NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_stream_add(NULL, 1, key, time, time, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_stream_add(s, -1, key, time, time, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_stream_add(s, 1, NULL, time, time, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_stream_add(s, 1, key, NULL, time, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_stream_add(s, 1, key, time, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_int_equal(crm_stream_add(s, 0, NULL, NULL, NULL, NULL, &err), CRM_OK);
    assert_int_equal(crm_stream_customers(NULL, s, 30, 7.0, 2, NULL, &book, &err), CRM_E_NO_DATA);
    assert_int_equal(crm_stream_add(s, 2, key, time, time, NULL, &err), CRM_OK);
    assert_int_equal(crm_stream_customers(NULL, NULL, 30, 7.0, 2, NULL, &book, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_stream_customers(NULL, s, 30, 7.0, 2, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_stream_customers(NULL, s, 19, 7.0, 2, NULL, &book, &err), CRM_E_ORDER);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_stream_customers(NULL, s, INT64_MAX, 7.0, 2, NULL, &book, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_stream_customers(NULL, s, 20, 0.0, 2, NULL, &book, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_stream_customers(NULL, s, 20, 7.0, 10, NULL, &book, &err), CRM_E_ARGUMENT);
    assert_null(book);
    assert_int_equal(crm_stream_count(NULL), 0);
    crm_stream_destroy(NULL);

    /* a sum that does not fit, with the key named */
    const uint64_t same[2] = {4321, 4321};
    const int64_t huge[2] = {INT64_MAX, INT64_MAX};
    assert_int_equal(crm_stream_add(s, 2, same, time, huge, NULL, &err), CRM_OK);
    assert_int_equal(crm_stream_customers(NULL, s, 20, 7.0, 2, NULL, &book, &err), CRM_E_OVERFLOW);
    assert_int_equal(err.row, 2);
    assert_non_null(strstr(err.text, "4321"));
    assert_null(book);
    crm_stream_destroy(s);
}

/* ---- blobs ---- */

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    crm_stream *stream = NULL;
    const crm_status status = crm_stream_load(NULL, bytes, length, &stream, err);
    if (status == CRM_OK)
        *out = stream;
    else
        assert_null(stream);
    return status;
}

/* A stream that was believed must also make a book, or say why not. */
static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    crm_customers *book = NULL;
    const crm_status made = crm_stream_customers(NULL, handle, (int64_t)1 << 62, 7.0, 2, NULL, &book, NULL);
    assert_true(made == CRM_OK || made == CRM_E_OVERFLOW);
    crm_customers_destroy(book);
    return crm_stream_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_stream_destroy(handle);
}

/* One customer of one tick, one of two, one of many. */
static crm_stream *sample(int with_cost)
{
    const uint64_t key[9] = {30, 20, 20, 10, 10, 10, 10, 10, 10};
    const int64_t time[9] = {7, 3, 9, 1, 1, 4, 6, 8, 11};
    const int64_t amount[9] = {1250, -300, 800, 500, -20, 1, -2, 40, 99};
    const int64_t cost[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    crm_stream *stream = fresh();
    assert_int_equal(crm_stream_add(stream, 9, key, time, amount, with_cost ? cost : NULL, NULL), CRM_OK);
    return stream;
}

static void test_hostile_blobs(void **state)
{
    (void)state;
    for (int with_cost = 0; with_cost < 2; with_cost++) {
        crm_stream *stream = sample(with_cost);
        int64_t length;
        uint8_t *bytes = saved(stream, &length);
        blob_torture(bytes, length, "STRM", load_any, save_any, destroy_any);

        /* absurd numbers in every word */
        static const uint64_t absurd[] = {0, 1, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_C(1) << 60};
        for (int64_t at = CRM_I_BLOB_HEAD; at + 8 <= length; at++)
            for (int i = 0; i < 6; i++) {
                uint8_t *copy = malloc((size_t)length);
                assert_non_null(copy);
                memcpy(copy, bytes, (size_t)length);
                for (int k = 0; k < 8; k++)
                    copy[at + k] = (uint8_t)(absurd[i] >> (8 * k));
                int64_t n = 0;
                uint8_t *wrong = blob_make("STRM", 1, copy + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
                void *handle = NULL;
                const crm_status status = load_any(wrong, n, &handle, NULL);
                if (status == CRM_OK) {
                    int64_t again = 0;
                    assert_int_equal(save_any(handle, copy, length, &again), CRM_OK);
                    assert_memory_equal(copy, wrong, (size_t)length);
                    crm_stream_destroy(handle);
                } else {
                    assert_int_equal(status, CRM_E_FORMAT);
                }
                free(wrong);
                free(copy);
            }
        free(bytes);
        crm_stream_destroy(stream);
    }
}

static void test_blob_arguments(void **state)
{
    (void)state;
    crm_error err;
    crm_stream *stream = sample(1);
    crm_stream *none = NULL;
    int64_t length;
    uint8_t *bytes = saved(stream, &length);
    int64_t again = 0;
    assert_int_equal(crm_stream_save(stream, bytes, length - 1, &again, &err), CRM_E_BUFFER);
    assert_int_equal(again, length);
    assert_int_equal(crm_stream_save(stream, bytes, 0, &again, &err), CRM_E_BUFFER);
    assert_int_equal(crm_stream_save(stream, bytes, -1, &again, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_stream_save(NULL, bytes, length, &again, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_stream_save(stream, bytes, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_stream_load(NULL, NULL, length, &none, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_stream_load(NULL, bytes, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_stream_load(NULL, bytes, -1, &none, &err), CRM_E_ARGUMENT);
    int64_t n = 0;
    uint8_t *other = blob_make("SUMM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_stream_load(NULL, other, n, &none, NULL), CRM_E_FORMAT);
    free(other);
    other = blob_make("STRM", 2, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_stream_load(NULL, other, n, &none, NULL), CRM_E_VERSION);
    free(other);
    assert_null(none);
    free(bytes);
    crm_stream_destroy(stream);
    stream = fresh();
    none = copied(stream);
    assert_int_equal(crm_stream_count(none), 0);
    assert_same_streams(stream, none);
    crm_stream_destroy(none);
    crm_stream_destroy(stream);
}

/* Version 1, for ever. Remade by: build/tests/data/test_stream --golden */
static const uint8_t golden[] = {
    0x43, 0x52, 0x4D, 0x42, 0x53, 0x54, 0x52, 0x4D, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xA1, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x4E, 0x6B, 0xE8, 0xFE, 0xEF, 0x10, 0xA7, 0x41,
    0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x0A, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE0, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x27, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x15, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0B, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x63, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD4, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x20, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x1E, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE2, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00,
};

static void test_golden(void **state)
{
    (void)state;
    crm_stream *made = sample(1);
    int64_t length;
    uint8_t *bytes = saved(made, &length);
    assert_int_equal(length, (int64_t)sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
    free(bytes);
    crm_stream *stream = loaded(golden, (int64_t)sizeof golden);
    assert_same_streams(stream, made);
    crm_customers *book = NULL;
    assert_int_equal(crm_stream_customers(NULL, stream, 14, 7.0, 2, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_customers_count(book), 3);
    const uint64_t *key = crm_customers_keys(book);
    assert_true(key[0] == 10 && key[1] == 20 && key[2] == 30);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    assert_true(x[0] == 3.0 && x[1] == 0.0 && x[2] == 0.0);
    const int64_t *revenue = crm_customers_i64(book, CRM_CUSTOMER_REVENUE);
    assert_true(revenue[0] == 618 && revenue[1] == 500 && revenue[2] == 1250);
    const int64_t *margin = crm_customers_i64(book, CRM_CUSTOMER_MARGIN);
    assert_true(margin[0] == 618 - 39 && margin[1] == 500 - 5 && margin[2] == 1249);
    crm_customers_destroy(book);
    crm_stream_destroy(stream);
    crm_stream_destroy(made);
}

/* ---- memory, workers, cancelling ---- */

static crm_status call_add(const crm_context *context, void *arg)
{
    const history *h = arg;
    crm_stream *stream = NULL;
    crm_status status = crm_stream_create(context, &stream, NULL);
    const int64_t half = h->n / 2;
    if (status == CRM_OK)
        status = crm_stream_add(stream, half, h->key, h->time, h->amount, h->cost, NULL);
    if (status == CRM_OK) {
        status = crm_stream_add(stream, h->n - half, h->key + half, h->time + half, h->amount + half, h->cost + half,
                                NULL);
        assert_int_equal(stream->rows, status < 0 ? half : h->n);
        if (status < 0) {
            /* what could not be added then can be added now: nothing of it is there twice */
            crm_stream *first = fresh();
            add_rows(first, h, 0, half);
            int64_t length;
            uint8_t *want = saved(first, &length);
            int64_t got = 0;
            assert_int_equal(crm_stream_save(stream, NULL, 0, &got, NULL), CRM_OK);
            assert_int_equal(got, length);
            free(want);
            crm_stream_destroy(first);
        }
    }
    crm_stream_destroy(stream);
    return status;
}

static crm_status call_merge(const crm_context *context, void *arg)
{
    const history *h = arg;
    const int64_t half = h->n / 2;
    crm_stream *into = NULL;
    crm_stream *from = fresh();
    add_rows(from, h, half, h->n - half);
    crm_status status = crm_stream_create(context, &into, NULL);
    if (status == CRM_OK)
        status = crm_stream_add(into, half, h->key, h->time, h->amount, h->cost, NULL);
    if (status == CRM_OK) {
        const int64_t n = into->n;
        status = crm_stream_merge(into, from, NULL);
        assert_int_equal(into->rows, status < 0 ? half : h->n);
        assert_true(status == CRM_OK || into->n == n);
    }
    crm_stream_destroy(into);
    crm_stream_destroy(from);
    return status;
}

static crm_status call_customers(const crm_context *context, void *arg)
{
    crm_customers *book = NULL;
    crm_summary *summary = NULL;
    crm_status status = crm_stream_customers(context, arg, 10000, 7.0, 2, NULL, &book, NULL);
    assert_true((status == CRM_OK) == (book != NULL));
    if (status == CRM_OK)
        status = crm_summary_of_customers(context, book, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    crm_customers_destroy(book);
    return status;
}

static crm_status call_blob(const crm_context *context, void *arg)
{
    (void)arg;
    crm_stream *stream = NULL;
    crm_status status = crm_stream_load(context, golden, (int64_t)sizeof golden, &stream, NULL);
    assert_true((status == CRM_OK) == (stream != NULL));
    if (status < 0)
        return status;
    uint8_t bytes[sizeof golden];
    int64_t length = 0;
    status = crm_stream_save(stream, bytes, (int64_t)sizeof bytes, &length, NULL);
    crm_stream_destroy(stream);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    static history h;
    draw_history(&h, 1000, 0);
    h.with_cost = 1;
    failing_sweep(call_add, &h);
    failing_sweep(call_merge, &h);
    failing_sweep(call_blob, NULL);
    crm_stream *stream = whole(&h);
    failing_sweep(call_customers, stream);
    crm_stream_destroy(stream);
}

static void test_workers(void **state)
{
    (void)state;
    enum { N = 60000 };
    uint64_t *key = malloc(N * sizeof *key);
    int64_t *time = malloc(N * sizeof *time);
    assert_true(key && time);
    for (int64_t i = 0; i < N; i++) {
        key[i] = draw(40000);
        time[i] = i;
    }
    crm_stream *stream = fresh();
    assert_int_equal(crm_stream_add(stream, N, key, time, time, NULL, NULL), CRM_OK);
    crm_customers *one = NULL;
    assert_int_equal(crm_stream_customers(NULL, stream, N, 7.0, 2, NULL, &one, NULL), CRM_OK);
    for (int threads = 2; threads <= 7; threads += 5) {
        crm_context *context = NULL;
        crm_customers *many = NULL;
        assert_int_equal(crm_context_create(NULL, NULL, threads, &context, NULL), CRM_OK);
        assert_int_equal(crm_stream_customers(context, stream, N, 7.0, 2, NULL, &many, NULL), CRM_OK);
        assert_same_books(many, one);
        crm_customers_destroy(many);
        crm_context_destroy(context);
    }
    crm_customers_destroy(one);
    crm_stream_destroy(stream);
    free(key);
    free(time);
}

static int32_t stop_at_once(void *self, double done)
{
    (void)self;
    (void)done;
    return 1;
}

static void test_cancel(void **state)
{
    (void)state;
    crm_context *context = NULL;
    crm_customers *book = NULL;
    crm_stream *stream = sample(0);
    assert_int_equal(crm_context_watch(NULL, stop_at_once, NULL, &context, NULL), CRM_OK);
    assert_int_equal(crm_stream_customers(context, stream, 20, 7.0, 2, NULL, &book, NULL), CRM_E_CANCELLED);
    assert_null(book);
    crm_context_destroy(context);
    crm_stream_destroy(stream);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--golden") == 0) {
        int64_t length;
        crm_stream *stream = sample(1);
        uint8_t *bytes = saved(stream, &length);
        blob_print(bytes, length);
        free(bytes);
        crm_stream_destroy(stream);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_return_before_purchase),
        cmocka_unit_test(test_summary_of_book),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_bad_merges),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_hostile_blobs),
        cmocka_unit_test(test_blob_arguments),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
