/* Stream and summary: collapsing, adding, merging, saving and loading. */
#include "bench/bench.h"

#include "data/customers.h"

static uint64_t state = 88172645463325252u;

/* Customers of weeks in days: about 105,000 distinct rows in a million, as in a base of 40 weeks. */
typedef struct customers {
    int64_t n;
    double *x, *t_x, *T, *count, *mean;
    crm_customers *book;
} customers;

static customers simulate(const crm_context *context, int64_t n)
{
    customers c = {n, NULL, NULL, NULL, NULL, NULL, NULL};
    crm_error err;
    c.x = bench_room(n, 8);
    c.t_x = bench_room(n, 8);
    c.T = bench_room(n, 8);
    c.count = bench_room(n, 8);
    c.mean = bench_room(n, 8);
    bench_need(crm_i_customers_new(context, n, NULL, 0, CRM_I_RECENT_NONE, &c.book, &err), "book");
    c.book->as_of = 20000;
    c.book->ticks_per_period = 7.0;
    c.book->decimals = 2;
    c.book->rows = n;
    for (int64_t i = 0; i < n; i++) {
        const int64_t T = 196 + (int64_t)(bench_draw(&state) % 84);
        int64_t x = 0;
        while (x < 40 && bench_draw(&state) % 100 < 60)
            x++;
        int64_t t_x = 0;
        if (x > 0)
            t_x = 1 + (int64_t)(bench_draw(&state) % (uint64_t)T);
        if (bench_draw(&state) % 4 == 0)
            x = t_x = 0;
        c.x[i] = (double)x;
        c.T[i] = (double)T / 7.0;
        c.t_x[i] = (double)t_x / 7.0;
        const int64_t cents =
            (int64_t)(500 + bench_draw(&state) % 10000) * x + (int64_t)(bench_draw(&state) % 100);
        c.count[i] = (double)x;
        c.mean[i] = x > 0 ? (double)cents / ((double)x * 100.0) : 0.0;
        c.book->key[i] = (uint64_t)i;
        c.book->first[i] = 20000 - T;
        c.book->last[i] = 20000 - T + t_x;
    }
    memcpy(c.book->x, c.x, (size_t)n * 8);
    memcpy(c.book->t_x, c.t_x, (size_t)n * 8);
    memcpy(c.book->T, c.T, (size_t)n * 8);
    memcpy(c.book->spend_count, c.count, (size_t)n * 8);
    memcpy(c.book->mean_spend, c.mean, (size_t)n * 8);
    return c;
}

enum { SUMMARY_CALLS = 4, STREAM_CALLS = 5 };

static const char *const summary_name[SUMMARY_CALLS] = {"summary of purchases", "summary of customers",
                                                        "summary of spend", "merge of summaries, per cell"};

static void time_summary(const bench *h, const crm_context *context, const customers *c, double *seconds,
                         int64_t *cells)
{
    bench_timer t[SUMMARY_CALLS];
    for (int i = 0; i < SUMMARY_CALLS; i++)
        t[i] = bench_timing(h);
    while (bench_more(&t[0])) {
        crm_summary *a = NULL;
        crm_summary *b = NULL;
        crm_summary *s = NULL;
        bench_tick(&t[0]);
        bench_need(crm_summary_of_purchases(context, c->n, c->x, c->t_x, c->T, NULL, &a, NULL),
                   summary_name[0]);
        bench_tock(&t[0]);
        bench_tick(&t[1]);
        bench_need(crm_summary_of_customers(context, c->book, &b, NULL), summary_name[1]);
        bench_tock(&t[1]);
        bench_tick(&t[2]);
        bench_need(crm_summary_of_spend(context, c->n, c->count, c->mean, NULL, &s, NULL), summary_name[2]);
        bench_tock(&t[2]);
        bench_tick(&t[3]);
        bench_need(crm_summary_merge(a, b, NULL), summary_name[3]);
        bench_tock(&t[3]);
        *cells = crm_summary_fact(b, CRM_SUMMARY_PURCHASES_DISTINCT);
        crm_summary_destroy(a);
        crm_summary_destroy(b);
        crm_summary_destroy(s);
    }
    for (int i = 0; i < SUMMARY_CALLS; i++)
        seconds[i] = t[i].best;
}

static void bench_summary(const bench *h, const customers *c)
{
    static const double bytes[SUMMARY_CALLS] = {24, 40, 16, 80};
    double one[SUMMARY_CALLS];
    double two[SUMMARY_CALLS];
    int64_t cells = 0;
    time_summary(h, h->one, c, one, &cells);
    for (int i = 0; i < SUMMARY_CALLS; i++)
        bench_time(h, h->one, summary_name[i], i == 3 ? cells : c->n, bytes[i], one[i], BENCH_NO_LIMIT, 0);
    if (!h->two)
        return;
    time_summary(h, h->two, c, two, &cells);
    for (int i = 0; i < 3; i++)
        bench_time(h, h->two, summary_name[i], c->n, bytes[i], two[i], BENCH_NO_LIMIT, 0);
}

/* A log in order of time, as it comes: 3 million rows of 875 thousand customers with random keys. */
static void bench_stream(const bench *h)
{
    enum { N = 3000000, CUSTOMERS = 875000, HALF = N / 2 };
    static const char *const name[STREAM_CALLS] = {
        "stream, rows added 10,000 at a time", "merge of streams, per customer",
        "book of a stream, per customer", "stream saved, per customer", "stream loaded, per customer"};
    const crm_context *context = h->one;
    uint64_t *key = bench_room(N, sizeof *key);
    int64_t *time = bench_room(N, sizeof *time);
    int64_t *amount = bench_room(N, sizeof *amount);
    for (int64_t i = 0; i < N; i++) {
        key[i] = bench_draw(&state) % CUSTOMERS * UINT64_C(0x9E3779B97F4A7C15);
        time[i] = i * 700 / N;
        amount[i] = (int64_t)(bench_draw(&state) % 10000) - 500;
    }
    bench_timer t[STREAM_CALLS];
    int64_t count = 0;
    for (int i = 0; i < STREAM_CALLS; i++)
        t[i] = bench_timing(h);
    while (bench_more(&t[0])) {
        crm_stream *a = NULL;
        crm_stream *b = NULL;
        crm_stream *c = NULL;
        crm_customers *book = NULL;
        int64_t length = 0;
        bench_need(crm_stream_create(context, &a, NULL), "stream");
        bench_need(crm_stream_create(context, &b, NULL), "stream");
        bench_need(crm_stream_add(b, HALF, key + HALF, time + HALF, amount + HALF, NULL, NULL), "add");
        bench_tick(&t[0]);
        for (int64_t i = 0; i < HALF; i += 10000)
            bench_need(crm_stream_add(a, 10000, key + i, time + i, amount + i, NULL, NULL), "add");
        bench_tock(&t[0]);
        bench_tick(&t[1]);
        bench_need(crm_stream_merge(a, b, NULL), "merge");
        bench_tock(&t[1]);
        bench_tick(&t[2]);
        bench_need(crm_stream_customers(context, a, 700, 7.0, 2, NULL, &book, NULL), "customers");
        bench_tock(&t[2]);
        count = crm_stream_count(a);
        bench_need(crm_stream_save(a, NULL, 0, &length, NULL), "save");
        uint8_t *bytes = bench_room(length, 1);
        bench_tick(&t[3]);
        bench_need(crm_stream_save(a, bytes, length, &length, NULL), "save");
        bench_tock(&t[3]);
        bench_tick(&t[4]);
        bench_need(crm_stream_load(context, bytes, length, &c, NULL), "load");
        bench_tock(&t[4]);
        free(bytes);
        crm_customers_destroy(book);
        crm_stream_destroy(a);
        crm_stream_destroy(b);
        crm_stream_destroy(c);
    }
    for (int i = 0; i < STREAM_CALLS; i++)
        bench_time(h, context, name[i], i == 0 ? HALF : count, i == 0 ? 24 : 0, t[i].best, BENCH_NO_LIMIT, 0);
    free(key);
    free(time);
    free(amount);
}

int main(void)
{
    bench h = bench_begin("summary");
    customers c = simulate(h.one, 1000000);
    bench_summary(&h, &c);
    bench_stream(&h);
    crm_customers_destroy(c.book);
    free(c.x);
    free(c.t_x);
    free(c.T);
    free(c.count);
    free(c.mean);
    bench_end(&h);
    return 0;
}
