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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_log_with_costs),
        cmocka_unit_test(test_cdnow_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
