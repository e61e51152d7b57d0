/* What the tests of the book share: a slow reference of its own making, random logs, books from rows. */
#ifndef CRM_CUSTOMERS_REFERENCE_H
#define CRM_CUSTOMERS_REFERENCE_H

#include "test.h"

#include "crmcore/data.h"

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

static inline int compare_rows(const void *a, const void *b)
{
    const row *p = a;
    const row *q = b;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->time < q->time ? -1 : p->time > q->time;
}

/* For amounts and times small enough for double arithmetic to be exact where it is used. */
static inline int64_t reference(int64_t n, const row *in, const settings *s, expected *out)
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

static inline void assert_same_f64(double got, double want)
{
    if (isnan(want))
        assert_true(isnan(got));
    else
        assert_same_bits(got, want);
}

static inline void assert_book(const crm_customers *book, int64_t n, const expected *want, int has_recent)
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

static inline crm_options *make_options(const settings *s)
{
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_SPEND_FIRST, s->spend_first, NULL), CRM_OK);
    if (isfinite(s->recent))
        assert_int_equal(crm_options_set_f64(options, CRM_OPTION_RECENT_TICKS, s->recent, NULL), CRM_OK);
    return options;
}

static inline crm_status from_rows(const crm_context *context, int64_t n, const row *rows, const settings *s,
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

static inline uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x9e3779b97f4a7c15u;
}

static inline int64_t below(int64_t n)
{
    return (int64_t)(draw() % (uint64_t)n);
}

/* Shapes of keys: dense, spread, few, with outliers, sharing long prefixes, powers of two, one only. */
static inline uint64_t draw_key(int shape, int64_t customers)
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

static inline int64_t draw_time(int shape)
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

static inline int64_t draw_amount(int shape)
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

static inline void draw_rows(int64_t n, row *rows, int cost)
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

static inline settings draw_settings(void)
{
    static const double periods[4] = {1, 7, 365.25 / 12, 0.1};
    settings s = {draw_time((int)below(5)) + below(500), periods[below(4)], (int32_t)below(10), (int32_t)below(2),
                  (double)INFINITY};
    if (below(2))
        s.recent = below(2) ? (double)(1 + below(300)) : 0.5 + (double)below(100);
    return s;
}

static inline crm_context *make_context(int32_t threads, int32_t isa)
{
    crm_context *pool = NULL;
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, threads, &pool, NULL), CRM_OK);
    assert_int_equal(crm_context_limit(pool, isa, &context, NULL), CRM_OK);
    crm_context_destroy(pool);
    return context;
}

static inline crm_transactions *log_of_rows(int64_t n, const row *rows, int cost, const crm_names *names)
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

#endif
