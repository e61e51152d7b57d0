/* Stream and summary: ns per row of collapsing, adding, merging, saving and loading. Prints one line a figure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crmcore/data.h"
#include "data/customers.h"

/* Time of the processor in ns, all threads together: on a busy machine the better measure of one thread. */
static int by_processor;

static double now(void)
{
    if (by_processor)
        return (double)clock() * (1e9 / (double)CLOCKS_PER_SEC);
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void need(crm_status status, const char *what)
{
    if (status >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, crm_status_name(status));
    exit(1);
}

static void *room(int64_t n, size_t size)
{
    void *p = malloc((size_t)n * size);
    if (!p)
        exit(1);
    return p;
}

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
    c.x = room(n, 8);
    c.t_x = room(n, 8);
    c.T = room(n, 8);
    c.count = room(n, 8);
    c.mean = room(n, 8);
    need(crm_i_customers_new(context, n, NULL, 0, CRM_I_RECENT_NONE, &c.book, &err), "book");
    c.book->as_of = 20000;
    c.book->ticks_per_period = 7.0;
    c.book->decimals = 2;
    c.book->rows = n;
    for (int64_t i = 0; i < n; i++) {
        const int64_t T = 196 + (int64_t)(draw() % 84);
        int64_t x = 0;
        while (x < 40 && draw() % 100 < 60)
            x++;
        int64_t t_x = 0;
        if (x > 0)
            t_x = 1 + (int64_t)(draw() % (uint64_t)T);
        if (draw() % 4 == 0)
            x = t_x = 0;
        c.x[i] = (double)x;
        c.T[i] = (double)T / 7.0;
        c.t_x[i] = (double)t_x / 7.0;
        const int64_t cents = (int64_t)(500 + draw() % 10000) * x + (int64_t)(draw() % 100);
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

enum { TURNS = 15 };

static void say(const char *what, double ns, int64_t rows, const char *more, int64_t figure)
{
    printf("%-36s %8.2f ns/row %10.3f ms   %s %lld\n", what, ns / (double)rows, ns / 1e6, more, (long long)figure);
}

static void bench_summary(const crm_context *context, const customers *c)
{
    crm_error err;
    double best[4] = {1e300, 1e300, 1e300, 1e300};
    int64_t distinct = 0;
    int64_t spend = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        crm_summary *a = NULL;
        crm_summary *b = NULL;
        crm_summary *s = NULL;
        const double t0 = now();
        need(crm_summary_of_purchases(context, c->n, c->x, c->t_x, c->T, NULL, &a, &err), "of_purchases");
        const double t1 = now();
        need(crm_summary_of_customers(context, c->book, &b, &err), "of_customers");
        const double t2 = now();
        need(crm_summary_of_spend(context, c->n, c->count, c->mean, NULL, &s, &err), "of_spend");
        const double t3 = now();
        need(crm_summary_merge(a, b, &err), "merge");
        const double t4 = now();
        const double took[4] = {t1 - t0, t2 - t1, t3 - t2, t4 - t3};
        for (int i = 0; i < 4; i++)
            best[i] = took[i] < best[i] ? took[i] : best[i];
        distinct = crm_summary_fact(b, CRM_SUMMARY_PURCHASES_DISTINCT);
        spend = crm_summary_fact(s, CRM_SUMMARY_SPEND_DISTINCT);
        crm_summary_destroy(a);
        crm_summary_destroy(b);
        crm_summary_destroy(s);
    }
    say("crm_summary_of_purchases", best[0], c->n, "distinct", distinct);
    say("crm_summary_of_customers", best[1], c->n, "distinct", distinct);
    say("crm_summary_of_spend", best[2], c->n, "distinct", spend);
    say("crm_summary_merge (per cell)", best[3], distinct, "cells", distinct);
}

/* A log in order of time, as it comes: 3 million rows of 875 thousand customers with random keys. */
static void bench_stream(const crm_context *context)
{
    enum { N = 3000000, CUSTOMERS = 875000, HALF = N / 2 };
    crm_error err;
    uint64_t *key = room(N, sizeof *key);
    int64_t *time = room(N, sizeof *time);
    int64_t *amount = room(N, sizeof *amount);
    for (int64_t i = 0; i < N; i++) {
        key[i] = draw() % CUSTOMERS * UINT64_C(0x9E3779B97F4A7C15);
        time[i] = i * 700 / N;
        amount[i] = (int64_t)(draw() % 10000) - 500;
    }
    double best[5] = {1e300, 1e300, 1e300, 1e300, 1e300};
    int64_t count = 0;
    int64_t length = 0;
    for (int turn = 0; turn < 3; turn++) {
        crm_stream *a = NULL;
        crm_stream *b = NULL;
        crm_stream *c = NULL;
        crm_customers *book = NULL;
        need(crm_stream_create(context, &a, &err), "stream");
        need(crm_stream_create(context, &b, &err), "stream");
        need(crm_stream_add(b, HALF, key + HALF, time + HALF, amount + HALF, NULL, &err), "add");
        const double t0 = now();
        for (int64_t i = 0; i < HALF; i += 10000)
            need(crm_stream_add(a, 10000, key + i, time + i, amount + i, NULL, &err), "add");
        const double t1 = now();
        need(crm_stream_merge(a, b, &err), "merge");
        const double t2 = now();
        need(crm_stream_customers(context, a, 700, 7.0, 2, NULL, &book, &err), "customers");
        const double t3 = now();
        count = crm_stream_count(a);
        need(crm_stream_save(a, NULL, 0, &length, &err), "save");
        uint8_t *bytes = room(length, 1);
        need(crm_stream_save(a, bytes, length, &length, &err), "save");
        const double t4 = now();
        need(crm_stream_load(context, bytes, length, &c, &err), "load");
        const double t5 = now();
        const double took[5] = {t1 - t0, t2 - t1, t3 - t2, t4 - t3, t5 - t4};
        for (int i = 0; i < 5; i++)
            best[i] = took[i] < best[i] ? took[i] : best[i];
        free(bytes);
        crm_customers_destroy(book);
        crm_stream_destroy(a);
        crm_stream_destroy(b);
        crm_stream_destroy(c);
    }
    say("crm_stream_add, 10,000 at a time", best[0], HALF, "customers", count);
    say("crm_stream_merge (per customer)", best[1], count, "customers", count);
    say("crm_stream_customers (per customer)", best[2], count, "customers", count);
    say("crm_stream_save (per customer)", best[3], count, "bytes", length);
    say("crm_stream_load (per customer)", best[4], count, "bytes", length);
    free(key);
    free(time);
    free(amount);
}

int main(void)
{
    for (int threads = 1; threads <= 2; threads++) {
        crm_context *context = NULL;
        need(crm_context_create(NULL, NULL, threads, &context, NULL), "context");
        customers c = simulate(context, 1000000);
        for (by_processor = 1; by_processor >= 0; by_processor--) {
            printf("threads %d, instruction set %d, %s\n", threads, (int)crm_context_isa(context),
                   by_processor ? "processor time" : "time passed");
            bench_summary(context, &c);
            bench_stream(context);
        }
        crm_customers_destroy(c.book);
        free(c.x);
        free(c.t_x);
        free(c.T);
        free(c.count);
        free(c.mean);
        crm_context_destroy(context);
    }
    return 0;
}
