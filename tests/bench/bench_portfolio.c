/* How fast 10 M customers are put in tiers and classes, beside what reading memory costs on the same machine in the same
 * run. Arguments: rows (10000000), repeats (5). One line a figure: name, ns per row, rows per second, ratio to the time of
 * reading one column of doubles. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#endif
#include "crmcore.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t seed = 88172645463325252u;

static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) * 0x1p-53;
}

/* Everything that a case may use. */
struct bench {
    int64_t n;
    double *value;   /* skewed, as customer values are */
    double *future;
    double *coarse;  /* cents of a few prices: many equal values */
    uint64_t *key;
    int32_t *segment;
    uint8_t *tier;
    double *out;
    crm_context *context;
    const double *column;
    int32_t by;
    int32_t ties;
};

static double read_seconds;
static const double tiers4[4] = {.2, .3, .3, .2};

typedef crm_status (*bench_case)(const struct bench *b);

static crm_status read_case(const struct bench *b)
{
    double lane[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int64_t i = 0; i + 8 <= b->n; i += 8)
        for (int j = 0; j < 8; j++)
            lane[j] += b->value[i + j];
    volatile double keep = lane[0] + lane[1] + lane[2] + lane[3] + lane[4] + lane[5] + lane[6] + lane[7];
    (void)keep;
    return CRM_OK;
}

static crm_status pyramid_case(const struct bench *b)
{
    return crm_pyramid_assign(b->context, b->n, b->column, b->key, 4, tiers4, b->by, b->ties, 0, b->tier, NULL);
}

static crm_status classify_case(const struct bench *b)
{
    return crm_portfolio_classify(b->context, b->n, b->value, b->future, 100, NULL, b->tier, NULL);
}

static crm_status top_case(const struct bench *b)
{
    double held;
    return crm_concentration_top(b->context, b->n, b->value, .2, 0, &held, NULL);
}

static crm_status need_case(const struct bench *b)
{
    int64_t customers;
    return crm_concentration_need(b->context, b->n, b->value, .8, 0, &customers, NULL);
}

static crm_status gini_case(const struct bench *b)
{
    double gini;
    return crm_concentration_gini(b->context, b->n, b->value, 0, &gini, NULL);
}

static crm_status sum_case(const struct bench *b)
{
    double p[100];
    double f[100];
    return crm_portfolio_sum(b->context, b->n, b->segment, 100, b->value, b->future, p, f, NULL);
}

static crm_status equity_case(const struct bench *b)
{
    double total;
    return crm_equity_total(b->n, b->value, &total, NULL);
}

static crm_status retention_case(const struct bench *b)
{
    return crm_retention_value(b->n, b->value, b->future, .1, .02, 0, CRM_TIMING_END, b->out, NULL);
}

static double run(const char *name, bench_case call, const struct bench *b, int repeats)
{
    double best = 1e9;
    for (int k = 0; k < repeats; k++) {
        const double begun = now();
        const crm_status status = call(b);
        const double seconds = now() - begun;
        if (status < 0) {
            printf("%s: %s\n", name, crm_status_name(status));
            exit(1);
        }
        best = seconds < best ? seconds : best;
    }
    printf("%-44s %8.2f ns/row %8.1f M rows/s %6.1f x reading, %7.3f s\n", name, 1e9 * best / (double)b->n,
           1e-6 * (double)b->n / best, best / (read_seconds > 0 ? read_seconds : best), best);
    return best;
}

static double run_pyramid(const char *name, struct bench *b, const double *column, int32_t by, int32_t ties, int repeats)
{
    b->column = column;
    b->by = by;
    b->ties = ties;
    return run(name, pyramid_case, b, repeats);
}

static void fill(struct bench *b)
{
    for (int64_t i = 0; i < b->n; i++) {
        b->value[i] = 50 / (uniform() + 1e-4) - 60;
        b->future[i] = uniform();
        b->coarse[i] = floor(uniform() * 100) / 4;
        b->key[i] = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
        b->segment[i] = (int32_t)(uniform() * 100);
    }
}

int main(int argc, char **argv)
{
    const int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    const int repeats = argc > 2 ? atoi(argv[2]) : 5;
    const size_t rows = (size_t)n;
    struct bench b = {n, malloc(rows * 8), malloc(rows * 8), malloc(rows * 8), malloc(rows * 8), malloc(rows * 4),
                      malloc(rows), malloc(rows * 8), NULL, NULL, 0, 0};
    crm_context *one = NULL;
    crm_context *two = NULL;
    if (!b.value || !b.future || !b.coarse || !b.key || !b.segment || !b.tier || !b.out ||
        crm_context_create(NULL, NULL, 1, &one, NULL) < 0 || crm_context_create(NULL, NULL, 2, &two, NULL) < 0)
        return 1;
    fill(&b);
    memset(b.tier, 0, rows);
    memset(b.out, 0, rows * 8);
    b.context = one;
    printf("portfolio: %lld rows, instruction set %d\n", (long long)n, (int)crm_context_isa(one));
    read_seconds = run("read a column", read_case, &b, repeats);
    const double alone = run_pyramid("pyramid, 4 tiers by count", &b, b.value, CRM_CUT_COUNT, CRM_TIES_UP, repeats);
    run_pyramid("pyramid, many equal, ties by key", &b, b.coarse, CRM_CUT_COUNT, CRM_TIES_KEY, repeats);
    run_pyramid("pyramid, 4 tiers by share of value", &b, b.value, CRM_CUT_VALUE_SHARE, CRM_TIES_UP, repeats);
    run("classify", classify_case, &b, repeats);
    run("share of the top 20 %", top_case, &b, repeats);
    run("customers who hold 80 %", need_case, &b, repeats);
    run("Gini", gini_case, &b, repeats);
    run("sums of 100 segments", sum_case, &b, repeats);
    run("equity", equity_case, &b, repeats);
    run("retention value, for ever", retention_case, &b, repeats);
    b.context = two;
    const double both = run_pyramid("pyramid by count, two workers", &b, b.value, CRM_CUT_COUNT, CRM_TIES_UP, repeats);
    printf("%-44s %8.2f x\n", "two workers against one", alone / both);
    crm_context_destroy(one);
    crm_context_destroy(two);
    free(b.value);
    free(b.future);
    free(b.coarse);
    free(b.key);
    free(b.segment);
    free(b.tier);
    free(b.out);
    return 0;
}
