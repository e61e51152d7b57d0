/* The book at its edges: sums and times at the ends of int64, divisions, questions, bad input, failing memory, cancelling. */
#include "failing.h"

#include "data/customers.h"
#include "data/customers_reference.h"

/* ---- at the edges of int64 ---- */

/* Sums pass int64 on the way and come back. Means are of sums beyond int64 too. */
static void test_large_sums(void **unused)
{
    (void)unused;
    const int64_t most = INT64_MAX;
    const row rows[7] = {{5, 0, most, 0},     {5, 1, most, 0}, {5, 1, most, 0},     {5, 1, -3, 0},
                         {5, 2, -most, 0},    {5, 3, -most, 0}, {6, 3, INT64_MIN, 0}};
    const settings s = {10, 1, 2, 0, (double)INFINITY};
    for (int pass = 0; pass < 2; pass++) {
        row turned[7];
        for (int i = 0; i < 7; i++)
            turned[i] = rows[pass ? 6 - i : i];
        crm_customers *book = NULL;
        assert_int_equal(from_rows(NULL, 7, turned, &s, &book, NULL), CRM_OK);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[0] == most - 3);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[1] == INT64_MIN);
        assert_true(crm_customers_f64(book, CRM_CUSTOMER_X)[0] == 1);
        /* (2^64 - 5) / 100, rounded once */
        assert_same_bits(crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND)[0], 184467440737095516.11);
        assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), 1);
        crm_customers_destroy(book);
    }
}

static void test_overflow(void **unused)
{
    (void)unused;
    const row rows[4] = {{9, 5, 1, 0}, {4, 0, INT64_MAX, 0}, {9, 0, 7, 0}, {4, 3, 1, 0}};
    settings s = {10, 1, 2, 0, (double)INFINITY};
    crm_customers *book = NULL;
    crm_error err;
    assert_int_equal(from_rows(NULL, 4, rows, &s, &book, &err), CRM_E_OVERFLOW);
    assert_null(book);
    assert_int_equal(err.row, 1);
    assert_non_null(strstr(err.text, "4"));
    const row later[3] = {{4, 20, 5, 0}, {4, 0, INT64_MAX, 0}, {4, 3, 1, 0}};
    assert_int_equal(from_rows(NULL, 3, later, &s, &book, &err), CRM_E_OVERFLOW);
    assert_int_equal(err.row, 1); /* the first up to as_of */
    s.as_of = 2; /* the row too many is later */
    assert_int_equal(from_rows(NULL, 4, rows, &s, &book, &err), CRM_OK);
    crm_customers_destroy(book);
    /* Revenue and cost fit, the margin does not. */
    const row sold[2] = {{1, 0, INT64_MAX, -1}, {1, 1, 0, 0}};
    crm_transactions *log = log_of_rows(2, sold, 1, NULL);
    book = NULL;
    assert_int_equal(crm_customers_build(NULL, log, 9, 1, 0, NULL, &book, &err), CRM_E_OVERFLOW);
    assert_null(book);
    crm_transactions_destroy(log);
    /* The whole fits, the recent part does not. */
    const row recent[3] = {{1, 0, -5, 0}, {1, 8, INT64_MAX, 0}, {1, 9, 5, 0}};
    s.as_of = 9;
    s.recent = 2;
    assert_int_equal(from_rows(NULL, 3, recent, &s, &book, &err), CRM_E_OVERFLOW);
    s.recent = 1;
    assert_int_equal(from_rows(NULL, 3, recent, &s, &book, &err), CRM_OK);
    assert_int_equal(crm_customers_i64(book, CRM_CUSTOMER_RECENT_REVENUE)[0], 5);
    crm_customers_destroy(book);
}

/* The whole fits and the recent revenue too; the recent cost does not, or it does and the recent margin does not. */
static void test_recent_overflow(void **unused)
{
    (void)unused;
    const row rows[2][3] = {{{7, 0, 0, -INT64_MAX}, {7, 8, 0, INT64_MAX}, {7, 9, 0, 5}},
                            {{7, 0, -10, 1}, {7, 8, INT64_MAX, -1}, {7, 9, 0, 0}}};
    const int64_t margin[2] = {-5, INT64_MAX - 10};
    for (int i = 0; i < 2; i++) {
        crm_transactions *log = log_of_rows(3, rows[i], 1, NULL);
        for (int recent = 1; recent <= 3; recent++) {
            const settings s = {9, 1, 0, 0, recent == 3 ? (double)INFINITY : recent};
            crm_options *options = make_options(&s);
            crm_customers *book = NULL;
            crm_error err;
            const crm_status status = crm_customers_build(NULL, log, 9, 1, 0, options, &book, &err);
            crm_options_destroy(options);
            assert_int_equal(status, recent == 2 ? CRM_E_OVERFLOW : CRM_OK);
            assert_true((book == NULL) == (recent == 2));
            if (book)
                assert_true(crm_customers_i64(book, CRM_CUSTOMER_MARGIN)[0] == margin[i]);
            else
                assert_true(err.row == 0 && strstr(err.text, "7"));
            crm_customers_destroy(book);
        }
        crm_transactions_destroy(log);
    }
}

/* Amounts close together and far from 0: narrow when packed, and yet not small. */
static void test_far_amounts(void **unused)
{
    (void)unused;
    enum { N = 3000 };
    row *rows = malloc(N * sizeof *rows);
    expected *want = malloc(N * sizeof *want);
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int64_t i = 0; i < N; i++) {
            const row r = {(uint64_t)below(600), below(100), sign * (((int64_t)1 << 40) + below(1000)), 0};
            rows[i] = r;
        }
        const settings s = {200, 7, 2, 1, (double)INFINITY};
        const int64_t n = reference(N, rows, &s, want);
        crm_customers *book = NULL;
        assert_int_equal(from_rows(NULL, N, rows, &s, &book, NULL), CRM_OK);
        assert_book(book, n, want, 0);
        assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), sign < 0 ? n : 0);
        crm_customers_destroy(book);
    }
    free(rows);
    free(want);
}

/* Names order the rows; costs, recent columns and a later date come along. */
static void test_named(void **unused)
{
    (void)unused;
    enum { N = 900, CUSTOMERS = 120 };
    row *rows = malloc(N * sizeof *rows);
    expected *want = malloc(N * sizeof *want);
    crm_names *names = NULL;
    assert_int_equal(crm_names_create(NULL, &names, NULL), CRM_OK);
    for (int64_t i = 0; i < N; i++) {
        char text[32];
        const int64_t offsets[2] = {0, snprintf(text, sizeof text, "shop-%lld", (long long)(i * 77 % CUSTOMERS))};
        const row r = {0, below(300), below(900) - 100, below(50)};
        rows[i] = r;
        assert_int_equal(crm_names_intern(names, 1, offsets, text, &rows[i].key, NULL), CRM_OK);
    }
    const settings s = {250, 7, 2, 0, 90};
    const int64_t n = reference(N, rows, &s, want);
    crm_transactions *log = log_of_rows(N, rows, 1, names);
    crm_options *options = make_options(&s);
    crm_customers *book = NULL;
    crm_customers *later = NULL;
    assert_int_equal(crm_customers_build(NULL, log, s.as_of, s.period, s.decimals, options, &book, NULL), CRM_OK);
    assert_int_equal(crm_customers_advance(NULL, book, s.as_of + 70, &later, NULL), CRM_OK);
    assert_int_equal(crm_customers_count(book), n);
    const char *before = "";
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = crm_customers_keys(book)[i];
        const expected *e = want;
        const char *text = NULL;
        int64_t length = 0;
        while (e->key != key)
            e++;
        assert_int_equal(crm_names_get(names, key, &text, &length, NULL), CRM_OK);
        assert_true(strcmp(before, text) < 0);
        before = text;
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_MARGIN)[i] == e->margin);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_RECENT_REVENUE)[i] == e->recent_revenue);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_RECENT_MARGIN)[i] == e->recent_margin);
        assert_true(crm_customers_keys(later)[i] == key);
        assert_true(crm_customers_i64(later, CRM_CUSTOMER_COST)[i] == e->cost);
        assert_true(crm_customers_i64(later, CRM_CUSTOMER_MARGIN)[i] == e->margin);
        assert_close(crm_customers_f64(later, CRM_CUSTOMER_T)[i], e->T + 10, 1e-14);
    }
    crm_customers_destroy(book);
    crm_customers_destroy(later);
    crm_options_destroy(options);
    crm_transactions_destroy(log);
    crm_names_destroy(names);
    free(rows);
    free(want);
}

/* Times to +-2^62, any keys, any amounts: three words a row. */
static void test_extreme_rows(void **unused)
{
    (void)unused;
    const int64_t limit = (int64_t)1 << 62;
    const row rows[5] = {{UINT64_MAX, limit, 3, 0},
                         {0, -limit, INT64_MIN / 2, 0},
                         {UINT64_MAX, -limit, INT64_MAX, 0},
                         {0, limit, -1, 0},
                         {UINT64_MAX, 0, 0, 0}};
    const settings s = {limit, 7, 0, 0, (double)INFINITY};
    crm_customers *book = NULL;
    assert_int_equal(from_rows(NULL, 5, rows, &s, &book, NULL), CRM_E_OVERFLOW);
    row fit[5];
    memcpy(fit, rows, sizeof fit);
    fit[0].amount = -3;
    assert_int_equal(from_rows(NULL, 5, fit, &s, &book, NULL), CRM_OK);
    assert_int_equal(crm_customers_count(book), 2);
    assert_true(isnan(crm_customers_f64(book, CRM_CUSTOMER_T)[0]));
    assert_true(crm_customers_i64(book, CRM_CUSTOMER_FIRST)[0] == INT64_MIN);
    assert_true(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[0] == INT64_MIN / 2 - 1);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_X)[1] == 1);
    assert_same_bits(crm_customers_f64(book, CRM_CUSTOMER_T)[1], 0x1p63 / 7);
    assert_same_bits(crm_customers_f64(book, CRM_CUSTOMER_T_X)[1], 0x1p62 / 7);
    assert_true(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[1] == INT64_MAX - 3);
    crm_customers_destroy(book);
}

/* One rounding where double arithmetic would take two. Values by 40-digit division. */
static void test_divisions(void **unused)
{
    (void)unused;
    assert_same_bits(crm_i_ledger_periods(9007199254740993u, 1.5), 0x1.5555555555556p+52);
    assert_same_bits(crm_i_ledger_periods(9007199254740993u, 1.0), 0x1p53);
    assert_same_bits(crm_i_ledger_periods(9007199254740995u, 1.0), 9007199254740996.0);
    assert_same_bits(crm_i_ledger_periods(UINT64_MAX, 1.0), 0x1p64);
    assert_same_bits(crm_i_ledger_periods((uint64_t)1 << 63, 1e200), 0x1p63 / 1e200);
    assert_same_bits(crm_i_ledger_periods((uint64_t)1 << 63, 1e-200), 0x1p63 / 1e-200);
    assert_same_bits(crm_i_ledger_ratio(0, 0, 3), 0.0);
    assert_same_bits(crm_i_ledger_ratio(0, 1, 3), 1.0 / 3);
    assert_same_bits(crm_i_ledger_ratio(1, 0, 3), 0x1p64 / 3);
    assert_same_bits(crm_i_ledger_ratio(UINT64_MAX, UINT64_MAX, UINT64_MAX), 0x1p64);
    assert_same_bits(crm_i_ledger_ratio(1, 1, 1), 0x1p64);
    assert_same_bits(crm_i_ledger_ratio(1, 0x800, 1), 0x1p64);          /* a tie, to even */
    assert_same_bits(crm_i_ledger_ratio(1, 0x801, 1), 0x1p64 + 0x1p12); /* just past it */
    assert_same_bits(crm_i_ledger_ratio(0, 7, (uint64_t)1 << 63), 0x1.cp-61);
    assert_same_bits(crm_i_ledger_ratio((uint64_t)1 << 63, 0, (uint64_t)3 << 62), 0x1p65 / 3); /* the rest takes 65 bits */
    const struct crm_i_sum128 seven = {7, 0};
    assert_same_bits(crm_i_ledger_mean(&seven, 100000001, 9), 7.0 / 100000001e9);
    assert_same_bits(crm_i_ledger_mean(&seven, 9007199, 9), 7.0 / 9007199e9);
    for (int i = 0; i < 20000; i++) {
        const uint64_t a = draw() >> (11 + below(50));
        const uint64_t b = (draw() >> (11 + below(50))) | 1;
        assert_same_bits(crm_i_ledger_ratio(0, a, b), (double)a / (double)b);
    }
}

/* Rows out of order whose times lie further apart than doubles tell ticks apart. */
static void test_far_times(void **unused)
{
    (void)unused;
    enum { ROWS = 400, CUSTOMERS = 37 };
    row rows[ROWS];
    expected want[CUSTOMERS];
    for (int i = 0; i < ROWS; i++) {
        const row made = {draw_key(1, CUSTOMERS), (below(1 << 20) - (1 << 19)) * ((int64_t)1 << 41), 1 + below(3), 0};
        rows[i] = made;
    }
    const settings s = {(int64_t)1 << 60, 7, 2, 0, (double)INFINITY};
    const int64_t customers = reference(ROWS, rows, &s, want);
    crm_customers *book = NULL;
    assert_int_equal(from_rows(NULL, ROWS, rows, &s, &book, NULL), CRM_OK);
    assert_book(book, customers, want, 1);
    crm_customers_destroy(book);
}

/* ---- asking, and a later date ---- */

static void test_find_and_advance(void **unused)
{
    (void)unused;
    enum { N = 3000 };
    row *rows = malloc(N * sizeof *rows);
    for (int64_t i = 0; i < N; i++) {
        const row r = {(uint64_t)(i * i * 3), i % 40 - 20, i % 9 - 1, 0};
        rows[i] = r;
    }
    const settings s = {30, 7, 2, 0, (double)INFINITY};
    crm_customers *book = NULL;
    crm_customers *later = NULL;
    crm_error err;
    assert_int_equal(from_rows(NULL, N, rows, &s, &book, NULL), CRM_OK);
    for (int64_t i = 0; i < N; i++) {
        const uint64_t asked[3] = {rows[i].key, rows[i].key + 1, rows[i].key - 1};
        int64_t found[3] = {-7, -7, -7};
        assert_int_equal(crm_customers_find(book, 3, asked, found, &err), CRM_OK);
        assert_int_equal(found[0], i);
        assert_true(found[1] == -1 && (found[2] == -1));
    }
    uint64_t key = 0;
    int64_t found = 5;
    assert_int_equal(crm_customers_find(NULL, 1, &key, &found, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_find(book, -1, &key, &found, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_customers_find(book, 1, NULL, &found, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_find(book, 1, &key, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_find(book, 0, NULL, NULL, &err), CRM_OK);
    assert_int_equal(found, 5);

    settings at = s;
    at.as_of = 47;
    crm_customers *want = NULL;
    assert_int_equal(from_rows(NULL, N, rows, &at, &want, NULL), CRM_OK);
    assert_int_equal(crm_customers_advance(NULL, book, 47, &later, &err), CRM_OK);
    const size_t bytes = N * 8;
    for (int32_t c = CRM_CUSTOMER_X; c <= CRM_CUSTOMER_SPEND_COUNT; c++)
        assert_memory_equal(crm_customers_f64(later, c), crm_customers_f64(want, c), bytes);
    for (int32_t c = CRM_CUSTOMER_FIRST; c <= CRM_CUSTOMER_MARGIN; c++)
        assert_memory_equal(crm_customers_i64(later, c), crm_customers_i64(want, c), bytes);
    assert_null(crm_customers_i64(later, CRM_CUSTOMER_RECENT_REVENUE));
    assert_null(crm_customers_i64(later, CRM_CUSTOMER_RECENT_MARGIN));
    assert_int_equal(crm_customers_fact(later, CRM_BOOK_AS_OF), 47);
    assert_int_equal(crm_customers_fact(later, CRM_BOOK_ROWS), N);
    crm_customers *none = NULL;
    assert_int_equal(crm_customers_advance(NULL, later, 46, &none, &err), CRM_E_ORDER);
    assert_int_equal(crm_customers_advance(NULL, NULL, 46, &none, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_advance(NULL, later, 50, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_advance(NULL, later, INT64_MAX, &none, &err), CRM_E_DOMAIN);
    assert_null(none);
    crm_customers_destroy(book);
    crm_customers_destroy(later);
    crm_customers_destroy(want);
    free(rows);
}

static void test_unknown_columns(void **unused)
{
    (void)unused;
    const row one = {3, 4, 500, 0};
    const settings s = {18, 7, 2, 0, (double)INFINITY};
    crm_customers *book = NULL;
    assert_int_equal(from_rows(NULL, 1, &one, &s, &book, NULL), CRM_OK);
    static const int32_t unknown[5] = {0, -1, 6, 39, 31};
    for (int i = 0; i < 5; i++) {
        assert_null(crm_customers_f64(book, unknown[i]));
        assert_null(crm_customers_i64(book, unknown[i]));
    }
    assert_true(crm_customers_fact(book, 0) == INT64_MIN);
    assert_true(crm_customers_fact(book, 7) == INT64_MIN);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_DECIMALS), 2);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_HAS_COST), 0);
    assert_true(crm_customers_period(book) == 7);
    assert_true(crm_customers_f64(book, CRM_CUSTOMER_T)[0] == 2);
    assert_null(crm_customers_names(book));
    assert_int_equal(crm_customers_count(NULL), 0);
    assert_null(crm_customers_keys(NULL));
    assert_null(crm_customers_names(NULL));
    assert_null(crm_customers_f64(NULL, CRM_CUSTOMER_X));
    assert_null(crm_customers_i64(NULL, CRM_CUSTOMER_FIRST));
    assert_true(crm_customers_fact(NULL, CRM_BOOK_ROWS) == INT64_MIN);
    assert_true(isnan(crm_customers_period(NULL)));
    crm_customers_destroy(book);
    crm_customers_destroy(NULL);
}

/* ---- bad input ---- */

static void test_bad_input(void **unused)
{
    (void)unused;
    const int64_t limit = (int64_t)1 << 62;
    const uint64_t key[3] = {3, 2, 1};
    const int64_t time[3] = {0, 1, 2};
    const int64_t outside[3] = {0, -limit - 1, limit + 1};
    crm_customers *book = NULL;
    crm_error err;
#define FROM(n, k, t, a, as_of, period, decimals)                                                                      \
    crm_customers_from_columns(NULL, n, k, t, a, as_of, period, decimals, NULL, &book, &err)
    assert_int_equal(FROM(-1, key, time, time, 5, 7, 2), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(FROM(3, NULL, time, time, 5, 7, 2), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(FROM(3, key, NULL, time, 5, 7, 2), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(FROM(3, key, time, NULL, 5, 7, 2), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_int_equal(FROM(3, key, outside, time, 5, 7, 2), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_int_equal(err.row, 1);
    const uint64_t ordered[3] = {1, 2, 3};
    const int64_t high[3] = {0, 1, limit + 1};
    assert_int_equal(FROM(3, key, high, time, 5, 7, 2), CRM_E_DOMAIN);
    assert_int_equal(err.row, 2);
    for (int i = 0; i < 2; i++) {
        const int64_t first[3] = {i ? limit + 1 : -limit - 1, 0, 1};
        assert_int_equal(FROM(3, ordered, first, time, 5, 7, 2), CRM_E_DOMAIN);
        assert_true(err.arg == 4 && err.row == 0);
    }
    assert_int_equal(FROM(3, ordered, outside, time, 5, 7, 2), CRM_E_DOMAIN);
    assert_int_equal(err.row, 1);
    assert_int_equal(FROM(3, key, time, time, limit + 1, 7, 2), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 6);
    const double bad_periods[6] = {0, -1, (double)NAN, (double)INFINITY, 1e201, 1e-201};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(FROM(3, key, time, time, 5, bad_periods[i], 2), CRM_E_DOMAIN);
        assert_int_equal(err.arg, 7);
    }
    assert_int_equal(FROM(3, key, time, time, 5, 7, -1), CRM_E_ARGUMENT);
    assert_int_equal(FROM(3, key, time, time, 5, 7, 10), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 8);
    assert_int_equal(crm_customers_from_columns(NULL, 3, key, time, time, 5, 7, 2, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 10);
    assert_int_equal(FROM(0, NULL, NULL, NULL, 5, 7, 2), CRM_E_NO_DATA);
    assert_int_equal(FROM(3, key, time, time, -1, 7, 2), CRM_E_NO_DATA);
    assert_int_equal(FROM(3, ordered, time, time, -1, 7, 2), CRM_E_NO_DATA);
#undef FROM
    crm_transactions *log = NULL;
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, NULL), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, NULL, 5, 7, 2, NULL, &book, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_build(NULL, log, 5, 7, 2, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_customers_build(NULL, log, 5, 0, 2, NULL, &book, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_customers_build(NULL, log, 5, 7, 2, NULL, &book, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, log, 5, 7, 2, NULL, &book, &err), CRM_E_NO_DATA);
    assert_null(book);
    crm_transactions_destroy(log);
}

/* ---- failing memory, cancelling ---- */

enum { SWEPT = 1000 };

typedef struct swept {
    row rows[SWEPT];
    crm_transactions *log;
    crm_customers *book;
} swept;

static crm_status call_from_columns(const crm_context *context, void *arg)
{
    swept *t = arg;
    const settings s = {100000, 7, 2, 0, (double)INFINITY};
    crm_customers *book = NULL;
    const crm_status status = from_rows(context, SWEPT, t->rows, &s, &book, NULL);
    assert_true((book == NULL) == (status < 0));
    crm_customers_destroy(book);
    return status;
}

static crm_status call_build(const crm_context *context, void *arg)
{
    swept *t = arg;
    crm_customers *book = NULL;
    const crm_status status = crm_customers_build(context, t->log, 100000, 7, 2, NULL, &book, NULL);
    assert_true((book == NULL) == (status < 0));
    crm_customers_destroy(book);
    return status;
}

static crm_status call_advance(const crm_context *context, void *arg)
{
    swept *t = arg;
    crm_customers *later = NULL;
    const crm_status status = crm_customers_advance(context, t->book, 200000, &later, NULL);
    assert_true((later == NULL) == (status < 0));
    crm_customers_destroy(later);
    return status;
}

static crm_status call_find(const crm_context *context, void *arg)
{
    swept *t = arg;
    int64_t at[5];
    (void)context;
    return crm_customers_find(t->book, 5, crm_customers_keys(t->book), at, NULL);
}

static void test_memory(void **unused)
{
    (void)unused;
    swept *t = malloc(sizeof *t);
    crm_names *names = NULL;
    assert_int_equal(crm_names_create(NULL, &names, NULL), CRM_OK);
    for (int64_t i = 0; i < SWEPT; i++) {
        char text[16];
        const int64_t offsets[2] = {0, snprintf(text, sizeof text, "%lld", (long long)((i * 7919) % 300))};
        const row r = {0, i * 37 % 600, i % 77 - 3, i % 5};
        t->rows[i] = r;
        assert_int_equal(crm_names_intern(names, 1, offsets, text, &t->rows[i].key, NULL), CRM_OK);
    }
    t->log = log_of_rows(SWEPT, t->rows, 1, names);
    crm_names_destroy(names);
    failing_sweep(call_build, t);
    for (int64_t i = 0; i < SWEPT; i++)
        t->rows[i].key *= 0x9e3779b97f4a7c15u;
    failing_sweep(call_from_columns, t);
    qsort(t->rows, SWEPT, sizeof(row), compare_rows);
    failing_sweep(call_from_columns, t);
    const settings s = {100000, 7, 2, 0, (double)INFINITY};
    t->book = NULL;
    assert_int_equal(from_rows(NULL, SWEPT, t->rows, &s, &t->book, NULL), CRM_OK);
    failing_sweep(call_advance, t);
    failing_none(call_find, t);
    crm_customers_destroy(t->book);
    /* of a stream: with the gaps, which are kept apart */
    const uint64_t key[3] = {1, 1, 1};
    const int64_t time[3] = {1, 4, 6};
    crm_stream *stream = NULL;
    assert_int_equal(crm_stream_create(NULL, &stream, NULL), CRM_OK);
    assert_int_equal(crm_stream_add(stream, 3, key, time, time, NULL, NULL), CRM_OK);
    assert_int_equal(crm_stream_customers(NULL, stream, 9, 7, 2, NULL, &t->book, NULL), CRM_OK);
    assert_true(failing_sweep(call_advance, t) == 3); /* the handle, its columns, the gaps */
    crm_customers_destroy(t->book);
    crm_stream_destroy(stream);
    crm_transactions_destroy(t->log);
    free(t);
}

typedef struct watcher {
    int64_t left;
    double done;
} watcher;

static int32_t watch(void *self, double done)
{
    watcher *w = self;
    assert_true(done >= w->done && done <= 1);
    w->done = done;
    return w->left-- <= 0;
}

/* Cancelled at its k-th report, for every k, a build leaves nothing behind. */
static void test_cancel(void **unused)
{
    (void)unused;
    enum { N = 30000 };
    row *rows = malloc(N * sizeof *rows);
    for (int64_t i = 0; i < N; i++) {
        const row r = {draw() % 3000 * 0x9e3779b97f4a7c15u, below(500), below(900), 0};
        rows[i] = r;
    }
    const settings s = {1000, 7, 2, 0, (double)INFINITY};
    crm_status status = CRM_E_CANCELLED;
    int64_t k = 0;
    for (; status == CRM_E_CANCELLED; k++) {
        watcher w = {k, 0};
        failing f;
        crm_context *base = failing_context(&f);
        crm_context *context = NULL;
        crm_customers *book = NULL;
        assert_int_equal(crm_context_watch(base, watch, &w, &context, NULL), CRM_OK);
        status = from_rows(context, N, rows, &s, &book, NULL);
        assert_true((book == NULL) == (status < 0));
        crm_customers_destroy(book);
        crm_context_destroy(context);
        failing_context_end(&f, base);
    }
    assert_int_equal(status, CRM_OK);
    assert_true(k > 4);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_sums),       cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_extreme_rows),     cmocka_unit_test(test_divisions),
        cmocka_unit_test(test_find_and_advance), cmocka_unit_test(test_unknown_columns),
        cmocka_unit_test(test_bad_input),        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cancel),           cmocka_unit_test(test_recent_overflow),
        cmocka_unit_test(test_far_amounts),      cmocka_unit_test(test_named),
        cmocka_unit_test(test_far_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
