/* The stream: the book of it is the book of its log bit for bit, however the log was cut and joined. */
#include "data/streams.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_return_before_purchase),
        cmocka_unit_test(test_summary_of_book),
        cmocka_unit_test(test_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
