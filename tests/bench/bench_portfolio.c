/* How fast 10 M customers are put in tiers and classes and summed. Argument: rows (10000000). */
#include "bench/bench.h"

#include <math.h>

/* Everything that a case may use. */
struct base {
    int64_t n;
    double *value; /* skewed, as customer values are */
    double *future;
    double *coarse; /* cents of a few prices: many equal values */
    uint64_t *key;
    int32_t *segment;
    uint8_t *tier;
    double *out;
    const crm_context *context;
    const double *column;
    int32_t by;
    int32_t ties;
};

static const double tiers4[4] = {.2, .3, .3, .2};

typedef crm_status (*bench_case)(const struct base *b);

static crm_status pyramid_case(const struct base *b)
{
    return crm_pyramid_assign(b->context, b->n, b->column, b->key, 4, tiers4, b->by, b->ties, 0, b->tier,
                              NULL);
}

static crm_status classify_case(const struct base *b)
{
    return crm_portfolio_classify(b->context, b->n, b->value, b->future, 100, NULL, b->tier, NULL);
}

static crm_status top_case(const struct base *b)
{
    double held;
    return crm_concentration_top(b->context, b->n, b->value, .2, 0, &held, NULL);
}

static crm_status need_case(const struct base *b)
{
    int64_t customers;
    return crm_concentration_need(b->context, b->n, b->value, .8, 0, &customers, NULL);
}

static crm_status gini_case(const struct base *b)
{
    double gini;
    return crm_concentration_gini(b->context, b->n, b->value, 0, &gini, NULL);
}

static crm_status sum_case(const struct base *b)
{
    double p[100];
    double f[100];
    return crm_portfolio_sum(b->context, b->n, b->segment, 100, b->value, b->future, p, f, NULL);
}

static crm_status equity_case(const struct base *b)
{
    double total;
    return crm_equity_total(b->n, b->value, &total, NULL);
}

static crm_status retention_case(const struct base *b)
{
    return crm_retention_value(b->n, b->value, b->future, .1, .02, 0, CRM_TIMING_END, b->out, NULL);
}

static double run(const bench *h, const char *name, bench_case call, const struct base *b, double bytes,
                  int unit, double most)
{
    bench_timer t = bench_timing(h);
    while (bench_more(&t)) {
        bench_tick(&t);
        bench_need(call(b), name);
        bench_tock(&t);
    }
    bench_time(h, b->context, name, b->n, bytes, t.best, unit, most);
    return t.best;
}

static void fill(struct base *b)
{
    uint64_t s = 88172645463325252u;
    for (int64_t i = 0; i < b->n; i++) {
        b->value[i] = 50 / (bench_uniform(&s) + 1e-4) - 60;
        b->future[i] = bench_uniform(&s);
        b->coarse[i] = floor(bench_uniform(&s) * 100) / 4;
        b->key[i] = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
        b->segment[i] = (int32_t)(bench_uniform(&s) * 100);
    }
    memset(b->tier, 0, (size_t)b->n);
    memset(b->out, 0, (size_t)b->n * 8);
}

/* What is held against two workers: by one first, then by both. */
static void run_both(const bench *h, const char *name, bench_case call, struct base *b, double bytes,
                     int unit, double most, double least)
{
    char gain[80];
    b->context = h->one;
    const double one = run(h, name, call, b, bytes, unit, most);
    if (!h->two)
        return;
    b->context = h->two;
    const double two = run(h, name, call, b, bytes, BENCH_NO_LIMIT, 0);
    snprintf(gain, sizeof gain, "%s, two workers", name);
    bench_gain(h, gain, one, two, least);
    b->context = h->one;
}

int main(int argc, char **argv)
{
    const int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    bench h = bench_begin("portfolio");
    struct base b = {n,
                     bench_room(n, 8),
                     bench_room(n, 8),
                     bench_room(n, 8),
                     bench_room(n, 8),
                     bench_room(n, 4),
                     bench_room(n, 1),
                     bench_room(n, 8),
                     h.one,
                     NULL,
                     CRM_CUT_COUNT,
                     CRM_TIES_UP};
    fill(&b);
    b.column = b.value;
    run_both(&h, "pyramid, 4 tiers by count", pyramid_case, &b, 8, BENCH_SECONDS, .3, 0);
    run_both(&h, "classes", classify_case, &b, 16, BENCH_NS, 3, 0);
    b.by = CRM_CUT_VALUE_SHARE;
    run(&h, "pyramid, 4 tiers by share of value", pyramid_case, &b, 8, BENCH_NO_LIMIT, 0);
    b.by = CRM_CUT_COUNT;
    b.ties = CRM_TIES_KEY;
    b.column = b.coarse;
    run(&h, "pyramid, many equal, ties by key", pyramid_case, &b, 16, BENCH_NO_LIMIT, 0);
    run(&h, "share of the top 20 %", top_case, &b, 8, BENCH_NO_LIMIT, 0);
    run(&h, "customers who hold 80 %", need_case, &b, 8, BENCH_NO_LIMIT, 0);
    run(&h, "Gini", gini_case, &b, 8, BENCH_NO_LIMIT, 0);
    run(&h, "sums of 100 segments", sum_case, &b, 20, BENCH_NO_LIMIT, 0);
    run(&h, "equity", equity_case, &b, 8, BENCH_NO_LIMIT, 0);
    run(&h, "retention value, for ever", retention_case, &b, 16, BENCH_NO_LIMIT, 0);
    free(b.value);
    free(b.future);
    free(b.coarse);
    free(b.key);
    free(b.segment);
    free(b.tier);
    free(b.out);
    bench_end(&h);
    return 0;
}
