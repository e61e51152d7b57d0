/* The stream given what it must refuse: rows out of order, bad arguments, no memory, a cancel. */
#include "failing.h"

#include "data/streams.h"

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
    crm_status status = crm_stream_customers(context, arg, 1000000, 7.0, 2, NULL, &book, NULL);
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
    int64_t length;
    uint8_t *bytes = saved(arg, &length);
    crm_stream *stream = NULL;
    crm_status status = crm_stream_load(context, bytes, length, &stream, NULL);
    assert_true((status == CRM_OK) == (stream != NULL));
    if (status == CRM_OK)
        status = crm_stream_save(stream, bytes, length, &length, NULL);
    crm_stream_destroy(stream);
    free(bytes);
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
    crm_stream *stream = whole(&h);
    failing_sweep(call_blob, stream);
    failing_sweep(call_customers, stream);
    crm_stream_destroy(stream);
    for (int64_t i = 0; i < h.n; i++) {
        h.key[i] = (uint64_t)(i % 700); /* the second half brings new customers */
        h.time[i] = i * i;              /* and gaps of new lengths */
    }
    failing_sweep(call_add, &h);
    failing_sweep(call_merge, &h);
    stream = whole(&h);
    failing_sweep(call_blob, stream);
    failing_sweep(call_customers, stream);
    crm_stream_destroy(stream);
}

/* Stops when it was asked more often than granted. */
typedef struct granted {
    int64_t left;
    double done;
} granted;

static int32_t stop_after(void *self, double done)
{
    granted *g = self;
    assert_true(done >= g->done && done <= 1.0);
    g->done = done;
    return --g->left < 0;
}

static void test_cancel(void **state)
{
    (void)state;
    static history h;
    draw_history(&h, 500, 0);
    h.with_cost = 0;
    for (int64_t i = 0; i < h.n; i++)
        h.time[i] *= (int64_t)1 << 45; /* too wide for ticks in one word */
    crm_stream *stream = whole(&h);
    int64_t cancelled = 0;
    for (int64_t grant = 0, done = 0; done < 2; grant++) {
        crm_context *context = NULL;
        crm_customers *book = NULL;
        crm_summary *summary = NULL;
        granted g = {grant, 0.0};
        assert_int_equal(crm_context_watch(NULL, stop_after, &g, &context, NULL), CRM_OK);
        crm_status status = crm_stream_customers(context, stream, (int64_t)1 << 60, 7.0, 2, NULL, &book, NULL);
        assert_true((status == CRM_OK) == (book != NULL));
        g.done = 0.0;
        if (status == CRM_OK)
            status = crm_summary_of_customers(context, book, &summary, NULL);
        assert_true((status == CRM_OK) == (summary != NULL));
        assert_true(status == CRM_OK || status == CRM_E_CANCELLED);
        cancelled += status == CRM_E_CANCELLED;
        done = status == CRM_OK ? 2 : 0;
        crm_summary_destroy(summary);
        crm_customers_destroy(book);
        crm_context_destroy(context);
    }
    assert_true(cancelled > 2);
    crm_stream_destroy(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_bad_merges),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
