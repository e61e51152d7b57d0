/* The book: against a slow reference of its own making, the CDNOW figures, the rules of bad input, failing memory. */
#include "csv.h"
#include "failing.h"
#include "test.h"

#include "crmcore/data.h"
#include "data/customers.h"

/* ---- a reference that shares nothing with the library: quadratic in ticks, long double where exact ---- */

typedef struct row {
    uint64_t key;
    int64_t time;
    int64_t amount;
    int64_t cost;
} row;

typedef struct expected {
    uint64_t key;
    double x, t_x, T, mean, count;
    int64_t first, last, revenue, cost, margin, recent_revenue, recent_margin;
} expected;

typedef struct settings {
    int64_t as_of;
    double period;
    int32_t decimals;
    int32_t spend_first;
    double recent; /* infinite: for ever */
} settings;

static int compare_rows(const void *a, const void *b)
{
    const row *p = a;
    const row *q = b;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->time < q->time ? -1 : p->time > q->time;
}

/* For amounts and times small enough for double arithmetic to be exact where it is used. */
static int64_t reference(int64_t n, const row *in, const settings *s, expected *out)
{
    row *rows = malloc((size_t)(n + 1) * sizeof *rows);
    int64_t kept = 0;
    int64_t customers = 0;
    for (int64_t i = 0; i < n; i++)
        if (in[i].time <= s->as_of)
            rows[kept++] = in[i];
    qsort(rows, (size_t)kept, sizeof *rows, compare_rows);
    double major = 1;
    for (int32_t d = 0; d < s->decimals; d++)
        major *= 10;
    for (int64_t i = 0; i < kept;) {
        expected *e = &out[customers++];
        double purchases = 0;
        double spend = 0;
        memset(e, 0, sizeof *e);
        e->key = rows[i].key;
        e->first = e->last = INT64_MIN;
        while (i < kept && rows[i].key == e->key) {
            const int64_t time = rows[i].time;
            int64_t net = 0;
            int64_t cost = 0;
            for (; i < kept && rows[i].key == e->key && rows[i].time == time; i++) {
                net += rows[i].amount;
                cost += rows[i].cost;
            }
            e->revenue += net;
            e->cost += cost;
            if ((double)s->as_of - (double)time < s->recent) {
                e->recent_revenue += net;
                e->recent_margin += net - cost;
            }
            if (net < 0)
                continue;
            if (purchases == 0)
                e->first = time;
            e->last = time;
            if (net > 0 && (purchases > 0 || s->spend_first)) {
                e->count++;
                spend += (double)net;
            }
            purchases++;
        }
        e->margin = e->revenue - e->cost;
        e->x = purchases - 1;
        e->t_x = ((double)e->last - (double)e->first) / s->period;
        e->T = ((double)s->as_of - (double)e->first) / s->period;
        e->mean = e->count > 0 ? spend / (e->count * major) : (double)NAN;
        if (purchases == 0)
            e->x = e->t_x = e->T = e->mean = e->count = (double)NAN;
    }
    free(rows);
    return customers;
}

static void assert_same_f64(double got, double want)
{
    if (isnan(want))
        assert_true(isnan(got));
    else
        assert_same_bits(got, want);
}

static void assert_book(const crm_customers *book, int64_t n, const expected *want, int has_recent)
{
    assert_int_equal(crm_customers_count(book), n);
    for (int64_t i = 0; i < n; i++) {
        const expected *e = &want[i];
        assert_true(crm_customers_keys(book)[i] == e->key);
        assert_same_f64(crm_customers_f64(book, CRM_CUSTOMER_X)[i], e->x);
        assert_same_f64(crm_customers_f64(book, CRM_CUSTOMER_T_X)[i], e->t_x);
        assert_same_f64(crm_customers_f64(book, CRM_CUSTOMER_T)[i], e->T);
        assert_same_f64(crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND)[i], e->mean);
        assert_same_f64(crm_customers_f64(book, CRM_CUSTOMER_SPEND_COUNT)[i], e->count);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_FIRST)[i] == e->first);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_LAST)[i] == e->last);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_REVENUE)[i] == e->revenue);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_COST)[i] == e->cost);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_MARGIN)[i] == e->margin);
        if (!has_recent)
            continue;
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_RECENT_REVENUE)[i] == e->recent_revenue);
        assert_true(crm_customers_i64(book, CRM_CUSTOMER_RECENT_MARGIN)[i] == e->recent_margin);
    }
}

static crm_options *make_options(const settings *s)
{
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_SPEND_FIRST, s->spend_first, NULL), CRM_OK);
    if (isfinite(s->recent))
        assert_int_equal(crm_options_set_f64(options, CRM_OPTION_RECENT_TICKS, s->recent, NULL), CRM_OK);
    return options;
}

static crm_status from_rows(const crm_context *context, int64_t n, const row *rows, const settings *s,
                            crm_customers **out, crm_error *err)
{
    uint64_t *key = malloc((size_t)(n + 1) * 8);
    int64_t *time = malloc((size_t)(n + 1) * 8);
    int64_t *amount = malloc((size_t)(n + 1) * 8);
    for (int64_t i = 0; i < n; i++) {
        key[i] = rows[i].key;
        time[i] = rows[i].time;
        amount[i] = rows[i].amount;
    }
    crm_options *options = make_options(s);
    const crm_status status = crm_customers_from_columns(context, n, key, time, amount, s->as_of, s->period,
                                                         s->decimals, options, out, err);
    crm_options_destroy(options);
    free(key);
    free(time);
    free(amount);
    return status;
}

/* ---- random logs ---- */

static uint64_t state = 1;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x9e3779b97f4a7c15u;
}

static int64_t below(int64_t n)
{
    return (int64_t)(draw() % (uint64_t)n);
}

/* Shapes of keys: dense, spread, few, with outliers, sharing long prefixes, powers of two, one only. */
static uint64_t draw_key(int shape, int64_t customers)
{
    const uint64_t k = (uint64_t)below(customers);
    switch (shape) {
    case 0:
        return k;
    case 1:
        return k * 0x9e3779b97f4a7c15u;
    case 2:
        return UINT64_MAX - k;
    case 3:
        return k == 0 ? UINT64_MAX : (k == 1 ? 0 : 1000000 + k);
    case 4:
        return (k % 5) << 60 | (k % 7) << 30 | (k / 7);
    case 5:
        return (uint64_t)1 << (k % 64);
    case 6:
        return 77;
    default:
        return below(2) ? 5 : k * 0x9e3779b97f4a7c15u;
    }
}

static int64_t draw_time(int shape)
{
    const int64_t end = (int64_t)1 << 40;
    switch (shape) {
    case 0:
        return below(10);
    case 1:
        return 9000 + below(700);
    case 2:
        return -5000 + below(20000000);
    case 3:
        return below(4) ? 50 + below(3) : (below(2) ? -end : end);
    default:
        return 100;
    }
}

static int64_t draw_amount(int shape)
{
    switch (shape) {
    case 0:
        return below(7) - 2;
    case 1:
        return 100 + below(100000);
    case 2:
        return below(3) - 1;
    case 3:
        return below(2) ? below(1000) - 500 : ((int64_t)1 << 33) + below(1000);
    default:
        return -1 - below(5);
    }
}

static void draw_rows(int64_t n, row *rows, int cost)
{
    const int key = (int)below(8);
    const int time = (int)below(5);
    const int amount = (int)below(5);
    const int64_t customers = 1 + below(1 + n / (1 + below(20)));
    for (int64_t i = 0; i < n; i++) {
        rows[i].key = draw_key(key, customers);
        rows[i].time = draw_time(time);
        rows[i].amount = draw_amount(amount);
        rows[i].cost = cost ? below(100) - 10 : 0;
    }
}

static settings draw_settings(void)
{
    static const double periods[4] = {1, 7, 365.25 / 12, 0.1};
    settings s = {draw_time((int)below(5)) + below(500), periods[below(4)], (int32_t)below(10), (int32_t)below(2),
                  (double)INFINITY};
    if (below(2))
        s.recent = below(2) ? (double)(1 + below(300)) : 0.5 + (double)below(100);
    return s;
}

static crm_context *make_context(int32_t threads, int32_t isa)
{
    crm_context *pool = NULL;
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, threads, &pool, NULL), CRM_OK);
    assert_int_equal(crm_context_limit(pool, isa, &context, NULL), CRM_OK);
    crm_context_destroy(pool);
    return context;
}

static void check_random(const crm_context *context, int64_t n)
{
    row *rows = malloc((size_t)(n + 1) * sizeof *rows);
    expected *want = malloc((size_t)(n + 1) * sizeof *want);
    draw_rows(n, rows, 0);
    const settings s = draw_settings();
    const int64_t customers = reference(n, rows, &s, want);
    for (int pass = 0; pass < 2; pass++) {
        crm_customers *book = NULL;
        crm_error err;
        const crm_status status = from_rows(context, n, rows, &s, &book, &err);
        if (customers == 0) {
            assert_int_equal(status, CRM_E_NO_DATA);
            assert_null(book);
        } else {
            assert_int_equal(status, CRM_OK);
            assert_book(book, customers, want, 1);
            int64_t kept = 0;
            int64_t without = 0;
            for (int64_t i = 0; i < n; i++)
                kept += rows[i].time <= s.as_of;
            for (int64_t i = 0; i < customers; i++)
                without += isnan(want[i].x);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_ROWS), kept);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_LATER_ROWS), n - kept);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), without);
        }
        crm_customers_destroy(book);
        qsort(rows, (size_t)n, sizeof *rows, compare_rows); /* now in order: the straight way */
    }
    free(want);
    free(rows);
}

static void test_random(void **unused)
{
    (void)unused;
    crm_context *one = make_context(1, CRM_ISA_AVX512);
    crm_context *two = make_context(2, CRM_ISA_AVX2);
    crm_context *seven = make_context(7, CRM_ISA_BASELINE);
    const crm_context *contexts[4] = {NULL, one, two, seven};
    for (int i = 0; i < 600; i++)
        check_random(contexts[i % 4], 1 + below(i % 10 == 0 ? 3000 : 150));
    for (int i = 0; i < 60; i++)
        check_random(contexts[i % 4], 20000 + below(90000));
    crm_context_destroy(one);
    crm_context_destroy(two);
    crm_context_destroy(seven);
}

/* ---- the log gives the same book, costs included ---- */

static crm_transactions *log_of_rows(int64_t n, const row *rows, int cost, const crm_names *names)
{
    crm_transactions *log = NULL;
    assert_int_equal(crm_transactions_create(NULL, names, &log, NULL), CRM_OK);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(crm_transactions_append(log, 1, &rows[i].key, &rows[i].time, &rows[i].amount, NULL), CRM_OK);
        if (cost)
            assert_int_equal(crm_transactions_put(log, CRM_TX_COST, i, 1, &rows[i].cost, NULL), CRM_OK);
    }
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    return log;
}

static void test_log_with_costs(void **unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        const int64_t n = 1 + below(300);
        const int cost = (int)below(3) > 0;
        row *rows = malloc((size_t)n * sizeof *rows);
        expected *want = malloc((size_t)n * sizeof *want);
        draw_rows(n, rows, cost);
        const settings s = draw_settings();
        const int64_t customers = reference(n, rows, &s, want);
        crm_transactions *log = log_of_rows(n, rows, cost, NULL);
        crm_options *options = make_options(&s);
        crm_customers *book = NULL;
        const crm_status status =
            crm_customers_build(NULL, log, s.as_of, s.period, s.decimals, options, &book, NULL);
        assert_int_equal(status, customers ? CRM_OK : CRM_E_NO_DATA);
        if (customers) {
            assert_book(book, customers, want, 1);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_HAS_COST), cost);
        }
        crm_customers_destroy(book);
        crm_options_destroy(options);
        crm_transactions_destroy(log);
        free(want);
        free(rows);
    }
}

/* ---- CDNOW ---- */

static void test_cdnow_sample(void **unused)
{
    (void)unused;
    csv_log log;
    const char *path = test_data("cdnow_sample.csv");
    if (!path || !csv_read_log(path, &log)) {
        print_message("skipped: cdnow_sample.csv is not there (set CRM_DATA)\n");
        skip();
    }
    assert_int_equal(log.n, 6919);
    crm_customers *book = NULL;
    const int64_t until = csv_day(1997, 9, 30);
    assert_int_equal(crm_customers_from_columns(NULL, log.n, log.key, log.time, log.amount, until, 7, 2, NULL, &book,
                                                NULL),
                     CRM_OK);
    const int64_t n = crm_customers_count(book);
    assert_int_equal(n, 2357);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    const double *t_x = crm_customers_f64(book, CRM_CUSTOMER_T_X);
    const double *T = crm_customers_f64(book, CRM_CUSTOMER_T);
    const double *mean = crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND);
    const double *count = crm_customers_f64(book, CRM_CUSTOMER_SPEND_COUNT);
    const int64_t *revenue = crm_customers_i64(book, CRM_CUSTOMER_REVENUE);
    double sum_x = 0;
    double sum_t_x = 0;
    double sum_T = 0;
    double most = 0;
    double repeat = 0;
    int64_t none = 0;
    int64_t spenders = 0;
    int64_t sales = 0;
    for (int64_t i = 0; i < n; i++) {
        sum_x += x[i];
        sum_t_x += t_x[i];
        sum_T += T[i];
        most = x[i] > most ? x[i] : most;
        none += x[i] == 0;
        spenders += count[i] > 0;
        repeat += count[i] > 0 ? mean[i] * count[i] : 0;
        sales += revenue[i];
        assert_true(T[i] >= 27 && T[i] <= 272.0 / 7);
    }
    assert_true(sum_x == 2457);
    assert_int_equal(none, 1411);
    assert_true(most == 29);
    assert_close(sum_t_x, 16135.571429, 1e-10);
    assert_close(sum_T, 77111.285714, 1e-11);
    assert_int_equal(spenders, 946);
    assert_int_equal(sales, 17311555);
    assert_close(repeat, 95355.60, 1e-12);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), 0);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_ROWS) + crm_customers_fact(book, CRM_BOOK_LATER_ROWS), 6919);
    crm_customers_destroy(book);
    csv_free(&log);
}

/* ---- properties ---- */

static void assert_same_books(const crm_customers *a, const crm_customers *b)
{
    const int64_t n = crm_customers_count(a);
    const size_t bytes = (size_t)n * 8;
    assert_int_equal(crm_customers_count(b), n);
    assert_memory_equal(crm_customers_keys(a), crm_customers_keys(b), bytes);
    for (int32_t c = CRM_CUSTOMER_X; c <= CRM_CUSTOMER_SPEND_COUNT; c++)
        assert_memory_equal(crm_customers_f64(a, c), crm_customers_f64(b, c), bytes);
    for (int32_t c = CRM_CUSTOMER_FIRST; c <= CRM_CUSTOMER_RECENT_MARGIN; c++)
        assert_memory_equal(crm_customers_i64(a, c), crm_customers_i64(b, c), bytes);
}

/* Neither the order of the rows nor how many rows a day's amount is cut into changes a bit. */
static void test_order_and_splits(void **unused)
{
    (void)unused;
    crm_context *two = make_context(2, CRM_ISA_BASELINE);
    for (int pass = 0; pass < 100; pass++) {
        const int64_t n = 1 + below(pass % 5 ? 200 : 20000);
        row *rows = malloc((size_t)(2 * n) * sizeof *rows);
        draw_rows(n, rows, 0);
        settings s = draw_settings();
        s.as_of += 100;
        crm_customers *book = NULL;
        crm_customers *same = NULL;
        const crm_status status = from_rows(NULL, n, rows, &s, &book, NULL);
        for (int64_t i = n - 1; i > 0; i--) {
            const int64_t j = below(i + 1);
            const row turn = rows[i];
            rows[i] = rows[j];
            rows[j] = turn;
        }
        for (int64_t i = 0; i < n; i++) {
            const int64_t part = below(2001) - 1000;
            rows[n + i] = rows[i];
            rows[n + i].amount = part;
            rows[i].amount -= part;
        }
        assert_int_equal(from_rows(two, 2 * n, rows, &s, &same, NULL), status);
        if (status == CRM_OK)
            assert_same_books(book, same);
        crm_customers_destroy(book);
        crm_customers_destroy(same);
        free(rows);
    }
    crm_context_destroy(two);
}

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
    for (int i = 0; i < 20000; i++) {
        const uint64_t a = draw() >> (11 + below(50));
        const uint64_t b = (draw() >> (11 + below(50))) | 1;
        assert_same_bits(crm_i_ledger_ratio(0, a, b), (double)a / (double)b);
    }
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
        cmocka_unit_test(test_random),         cmocka_unit_test(test_log_with_costs),
        cmocka_unit_test(test_cdnow_sample),   cmocka_unit_test(test_order_and_splits),
        cmocka_unit_test(test_large_sums),     cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_extreme_rows),   cmocka_unit_test(test_divisions),
        cmocka_unit_test(test_find_and_advance), cmocka_unit_test(test_unknown_columns),
        cmocka_unit_test(test_bad_input),      cmocka_unit_test(test_memory),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
