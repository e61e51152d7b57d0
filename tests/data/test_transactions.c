/* The log: order after freezing, slices, merges, optional columns, states, bad input, failing memory. */
#include "failing.h"
#include "test.h"

#include "crmcore/data.h"

static uint64_t state = 7;

static int64_t below(int64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)((state * 0x9e3779b97f4a7c15u >> 11) % (uint64_t)n);
}

static crm_transactions *make_log(const crm_context *context, const crm_names *names)
{
    crm_transactions *log = NULL;
    assert_int_equal(crm_transactions_create(context, names, &log, NULL), CRM_OK);
    return log;
}

typedef struct row {
    uint64_t key;
    int64_t time, amount, cost, arrival;
} row;

static int compare(const void *a, const void *b)
{
    const row *p = a;
    const row *q = b;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    if (p->time != q->time)
        return p->time < q->time ? -1 : 1;
    return p->arrival < q->arrival ? -1 : p->arrival > q->arrival;
}

static void draw_rows(int64_t n, row *rows)
{
    for (int64_t i = 0; i < n; i++) {
        rows[i].key = (uint64_t)below(9) * 0x1fffffffffffffffu;
        rows[i].time = below(12) - 5;
        rows[i].amount = below(1000) - 100;
        rows[i].cost = below(50);
        rows[i].arrival = i;
    }
}

/* Appends in batches of uneven size; costs are put for all rows but the first `bare`. */
static void append_rows(crm_transactions *log, int64_t n, const row *rows, int64_t bare)
{
    uint64_t key[64];
    int64_t time[64];
    int64_t amount[64];
    int64_t value[64];
    for (int64_t at = 0; at < n;) {
        const int64_t size = 1 + below(n - at < 64 ? n - at : 64);
        const int64_t first = crm_transactions_count(log);
        for (int64_t i = 0; i < size; i++) {
            key[i] = rows[at + i].key;
            time[i] = rows[at + i].time;
            amount[i] = rows[at + i].amount;
            value[i] = at + i < bare ? 0 : rows[at + i].cost;
        }
        assert_int_equal(crm_transactions_append(log, size, key, time, amount, NULL), CRM_OK);
        if (at + size > bare)
            assert_int_equal(crm_transactions_put(log, CRM_TX_COST, first, size, value, NULL), CRM_OK);
        for (int64_t i = 0; i < size; i++)
            value[i] = rows[at + i].arrival;
        assert_int_equal(crm_transactions_put(log, CRM_TX_PRODUCT, first, size, value, NULL), CRM_OK);
        at += size;
    }
}

static void assert_log(const crm_transactions *log, int64_t n, const row *rows, int has_cost)
{
    assert_int_equal(crm_transactions_count(log), n);
    assert_true((crm_transactions_i64(log, CRM_TX_COST) != NULL) == has_cost);
    assert_null(crm_transactions_i64(log, CRM_TX_KIND));
    for (int64_t i = 0; i < n; i++) {
        assert_true(crm_transactions_keys(log)[i] == rows[i].key);
        assert_true(crm_transactions_i64(log, CRM_TX_TIME)[i] == rows[i].time);
        assert_true(crm_transactions_i64(log, CRM_TX_AMOUNT)[i] == rows[i].amount);
        assert_true(crm_transactions_i64(log, CRM_TX_PRODUCT)[i] == rows[i].arrival);
        if (has_cost)
            assert_true(crm_transactions_i64(log, CRM_TX_COST)[i] == rows[i].cost);
    }
}

static void test_freeze(void **unused)
{
    (void)unused;
    row rows[400];
    for (int pass = 0; pass < 200; pass++) {
        const int64_t n = 1 + below(400);
        const int64_t bare = pass % 3 == 0 ? below(n) : 0;
        crm_transactions *log = make_log(NULL, NULL);
        draw_rows(n, rows);
        append_rows(log, n, rows, bare);
        for (int64_t i = 0; i < bare; i++)
            rows[i].cost = 0;
        assert_null(crm_transactions_keys(log));
        assert_null(crm_transactions_i64(log, CRM_TX_TIME));
        assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
        qsort(rows, (size_t)n, sizeof *rows, compare);
        assert_log(log, n, rows, 1);
        crm_transactions_destroy(log);
    }
    crm_transactions_destroy(NULL);
}

static void test_slice(void **unused)
{
    (void)unused;
    row rows[300];
    row kept[300];
    draw_rows(300, rows);
    crm_transactions *log = make_log(NULL, NULL);
    append_rows(log, 300, rows, 0);
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    qsort(rows, 300, sizeof *rows, compare);
    for (int64_t from = -7; from < 9; from += 3)
        for (int64_t until = from - 1; until < 9; until += 2) {
            int64_t n = 0;
            for (int i = 0; i < 300; i++)
                if (rows[i].time >= from && rows[i].time <= until)
                    kept[n++] = rows[i];
            crm_transactions *slice = NULL;
            assert_int_equal(crm_transactions_slice(NULL, log, from, until, &slice, NULL), CRM_OK);
            assert_log(slice, n, kept, 1);
            crm_transactions_destroy(slice);
        }
    crm_transactions_destroy(log);
}

/* Merging the halves of a log, the earlier rows first, is the log. */
static void test_merge(void **unused)
{
    (void)unused;
    row rows[300];
    for (int pass = 0; pass < 60; pass++) {
        const int64_t n = below(300);
        const int64_t cut = below(n + 1);
        draw_rows(n, rows);
        crm_transactions *a = make_log(NULL, NULL);
        crm_transactions *b = make_log(NULL, NULL);
        append_rows(a, cut, rows, 0);
        append_rows(b, n - cut, rows + cut, pass % 2 ? n : 0);
        for (int64_t i = cut; i < n && pass % 2; i++)
            rows[i].cost = 0;
        const int has_cost = cut > 0 || (n > cut && pass % 2 == 0);
        assert_int_equal(crm_transactions_freeze(NULL, a, NULL), CRM_OK);
        assert_int_equal(crm_transactions_freeze(NULL, b, NULL), CRM_OK);
        crm_transactions *both = NULL;
        assert_int_equal(crm_transactions_merge(NULL, a, b, &both, NULL), CRM_OK);
        qsort(rows, (size_t)n, sizeof *rows, compare);
        assert_log(both, n, rows, has_cost);
        crm_transactions_destroy(a);
        crm_transactions_destroy(b);
        crm_transactions_destroy(both);
    }
}

/* A log keeps its names alive; books of it are in the byte order of the names, and found by key. */
static void test_names(void **unused)
{
    (void)unused;
    static const char *const texts[7] = {"zoe", "bob", "b", "bobby-with-a-long-name", "bobby-with-a-long-nam", "", "al"};
    static const int want[7] = {5, 6, 2, 1, 4, 3, 0};
    crm_names *names = NULL;
    crm_names *others = NULL;
    assert_int_equal(crm_names_create(NULL, &names, NULL), CRM_OK);
    assert_int_equal(crm_names_create(NULL, &others, NULL), CRM_OK);
    for (int i = 0; i < 7; i++) {
        const int64_t offsets[2] = {0, (int64_t)strlen(texts[i])};
        uint64_t key;
        assert_int_equal(crm_names_intern(names, 1, offsets, texts[i], &key, NULL), CRM_OK);
    }
    crm_transactions *log = make_log(NULL, names);
    crm_transactions *other = make_log(NULL, others);
    const uint64_t key[8] = {3, 0, 6, 1, 5, 2, 4, 0};
    const int64_t time[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const uint64_t unknown[2] = {0, 7};
    crm_error err;
    assert_int_equal(crm_transactions_append(log, 2, unknown, time, time, &err), CRM_E_KEY);
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_transactions_count(log), 0);
    assert_int_equal(crm_transactions_append(log, 8, key, time, time, &err), CRM_OK);
    crm_names_destroy(names);
    crm_names_destroy(others);
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, other, NULL), CRM_OK);
    crm_transactions *both = NULL;
    assert_int_equal(crm_transactions_merge(NULL, log, other, &both, &err), CRM_E_STATE);
    assert_null(both);
    crm_customers *book = NULL;
    crm_customers *later = NULL;
    assert_int_equal(crm_customers_build(NULL, log, 10, 1, 0, NULL, &book, NULL), CRM_OK);
    crm_transactions_destroy(log);
    crm_transactions_destroy(other);
    assert_int_equal(crm_customers_advance(NULL, book, 11, &later, NULL), CRM_OK);
    crm_customers_destroy(book);
    assert_int_equal(crm_customers_count(later), 7);
    assert_ptr_equal(crm_customers_names(later), names);
    const uint64_t asked[9] = {0, 1, 2, 3, 4, 5, 6, 7, UINT64_MAX};
    int64_t place[9];
    assert_int_equal(crm_customers_find(later, 9, asked, place, NULL), CRM_OK);
    for (int i = 0; i < 7; i++) {
        const char *text;
        int64_t length;
        assert_int_equal(crm_customers_keys(later)[i], want[i]);
        assert_int_equal(place[want[i]], i);
        assert_int_equal(crm_names_get(crm_customers_names(later), (uint64_t)want[i], &text, &length, NULL), CRM_OK);
        assert_string_equal(text, texts[want[i]]);
    }
    assert_true(place[7] == -1 && place[8] == -1);
    assert_true(crm_customers_i64(later, CRM_CUSTOMER_REVENUE)[6] == 10); /* zoe, at the end: 2 + 8 */
    crm_customers_destroy(later);
}

static void test_bad_input(void **unused)
{
    (void)unused;
    const int64_t limit = (int64_t)1 << 62;
    const uint64_t key[2] = {1, 2};
    const int64_t time[2] = {limit, -limit};
    const int64_t outside[2] = {0, limit + 1};
    crm_transactions *log = make_log(NULL, NULL);
    crm_transactions *out = NULL;
    crm_error err;
    assert_int_equal(crm_transactions_create(NULL, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_append(NULL, 2, key, time, time, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_append(log, -1, key, time, time, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_transactions_append(log, 2, NULL, time, time, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_transactions_append(log, 2, key, NULL, time, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_append(log, 2, key, time, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_append(log, 2, key, outside, time, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_transactions_count(log), 0);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, 0, NULL, &err), CRM_OK);
    assert_int_equal(crm_transactions_append(log, 2, key, time, time, &err), CRM_OK);
    assert_int_equal(crm_transactions_append(log, 0, NULL, NULL, NULL, &err), CRM_OK);
    assert_int_equal(crm_transactions_put(NULL, CRM_TX_COST, 0, 2, time, &err), CRM_E_NULL);
    static const int32_t no_column[6] = {0, CRM_TX_TIME, CRM_TX_AMOUNT, CRM_TX_QUANTITY + 1, -1, INT32_MAX};
    for (int i = 0; i < 6; i++)
        assert_int_equal(crm_transactions_put(log, no_column[i], 0, 2, time, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, -1, time, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 1, 2, time, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, -1, 1, time, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, INT64_MAX, INT64_MAX, time, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, 2, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_slice(NULL, log, 0, 1, &out, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_merge(NULL, log, log, &out, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_freeze(NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_freeze(NULL, log, &err), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, log, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_append(log, 2, key, time, time, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, 2, time, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_slice(NULL, NULL, 0, 1, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_slice(NULL, log, 0, 1, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_merge(NULL, NULL, log, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_merge(NULL, log, NULL, &out, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_merge(NULL, log, log, NULL, &err), CRM_E_NULL);
    crm_transactions *building = make_log(NULL, NULL);
    assert_int_equal(crm_transactions_merge(NULL, log, building, &out, &err), CRM_E_STATE);
    assert_int_equal(err.arg, 3);
    crm_transactions_destroy(building);
    assert_null(out);
    assert_null(crm_transactions_i64(log, 0));
    assert_null(crm_transactions_i64(log, -1));
    assert_null(crm_transactions_i64(log, CRM_TX_QUANTITY + 1));
    assert_null(crm_transactions_i64(NULL, CRM_TX_TIME));
    assert_null(crm_transactions_keys(NULL));
    assert_int_equal(crm_transactions_count(NULL), 0);
    assert_int_equal(crm_transactions_keys(log)[0], 1);
    crm_transactions_destroy(log);
}

/* ---- failing memory ---- */

enum { SWEPT = 100 };

/* A log built, frozen, sliced and merged with memory failing anywhere: what fails changes nothing. */
static crm_status call_all(const crm_context *context, void *arg)
{
    const row *rows = arg;
    crm_transactions *log = NULL;
    crm_transactions *slice = NULL;
    crm_transactions *both = NULL;
    crm_status status = crm_transactions_create(context, NULL, &log, NULL);
    for (int64_t i = 0; i < SWEPT && status >= 0; i++) {
        status = crm_transactions_append(log, 1, &rows[i].key, &rows[i].time, &rows[i].amount, NULL);
        assert_int_equal(crm_transactions_count(log), status < 0 ? i : i + 1);
        if (status >= 0 && i == SWEPT / 2)
            status = crm_transactions_put(log, CRM_TX_COST, i, 1, &rows[i].cost, NULL);
    }
    if (status >= 0) {
        status = crm_transactions_freeze(context, log, NULL);
        assert_true((crm_transactions_keys(log) == NULL) == (status < 0));
        if (status < 0) /* still open */
            assert_int_not_equal(crm_transactions_append(log, 0, NULL, NULL, NULL, NULL), CRM_E_STATE);
    }
    if (status >= 0)
        status = crm_transactions_slice(context, log, -2, 3, &slice, NULL);
    if (status >= 0)
        status = crm_transactions_merge(context, log, slice, &both, NULL);
    crm_transactions_destroy(log);
    crm_transactions_destroy(slice);
    crm_transactions_destroy(both);
    return status;
}

static void test_memory(void **unused)
{
    (void)unused;
    row rows[SWEPT];
    draw_rows(SWEPT, rows);
    failing_sweep(call_all, rows);
}

static int32_t stop(void *self, double done)
{
    (void)self;
    (void)done;
    return 1;
}

static void test_cancel(void **unused)
{
    (void)unused;
    row rows[50];
    crm_context *watched = NULL;
    crm_transactions *log = make_log(NULL, NULL);
    draw_rows(50, rows);
    append_rows(log, 50, rows, 0);
    assert_int_equal(crm_context_watch(NULL, stop, NULL, &watched, NULL), CRM_OK);
    assert_int_equal(crm_transactions_freeze(watched, log, NULL), CRM_E_CANCELLED);
    assert_null(crm_transactions_keys(log));
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    qsort(rows, 50, sizeof *rows, compare);
    assert_log(log, 50, rows, 1);
    crm_transactions_destroy(log);
    crm_context_destroy(watched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freeze), cmocka_unit_test(test_slice),     cmocka_unit_test(test_merge),
        cmocka_unit_test(test_names),  cmocka_unit_test(test_bad_input), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
