/* What the benches share: a clock, the least of several runs, a generator, the read bandwidth of the same
 * run, and one form of line for a figure, which run.sh makes the table and build/bench.json of. With
 * BENCH_CPU=1 in the environment the time of the processor is taken (all threads together): on a busy machine
 * the better measure of one thread. */
#ifndef CRM_BENCH_H
#define CRM_BENCH_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/compiler.h"
#include "base/context.h"
#include "crmcore.h"

/* ---- a program ---- */

typedef struct bench {
    const char *program;
    crm_context *one; /* one worker, everything the processor has */
    crm_context *two; /* two workers, NULL in a build without threads */
    int32_t by_processor;
    double bandwidth[3]; /* bytes per second, by the number of workers */
} bench;

CRM_I_INLINE double bench_now(const bench *b)
{
    struct timespec t;
    clock_gettime(b->by_processor ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

CRM_I_INLINE void *bench_room(int64_t n, size_t size)
{
    void *p = malloc((size_t)n * size);
    if (!p) {
        fprintf(stderr, "bench: no memory\n");
        exit(1);
    }
    return p;
}

CRM_I_INLINE void bench_need(crm_status status, const char *what)
{
    if (status >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, crm_status_name(status));
    exit(1);
}

/* ---- a generator ---- */

CRM_I_INLINE uint64_t bench_draw(uint64_t *state)
{
    uint64_t s = *state += UINT64_C(0x9E3779B97F4A7C15);
    s = (s ^ s >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    s = (s ^ s >> 27) * UINT64_C(0x94D049BB133111EB);
    return s ^ s >> 31;
}

/* In [0, 1). */
CRM_I_INLINE double bench_uniform(uint64_t *state)
{
    return (double)(bench_draw(state) >> 11) * 0x1p-53;
}

/* ---- the least of several runs ---- */

enum { BENCH_RUNS = 3 };              /* at least, */
static const double bench_while = .6; /* and as many as begin within these seconds */

typedef struct bench_timer {
    const bench *b;
    int runs;
    double first;
    double start;
    double best;
} bench_timer;

CRM_I_INLINE bench_timer bench_timing(const bench *b)
{
    const bench_timer t = {b, 0, bench_now(b), 0.0, 1e9};
    return t;
}

CRM_I_INLINE int bench_more(bench_timer *t)
{
    return t->runs++ < BENCH_RUNS || bench_now(t->b) - t->first < bench_while;
}

CRM_I_INLINE void bench_tick(bench_timer *t)
{
    t->start = bench_now(t->b);
}

CRM_I_INLINE void bench_tock(bench_timer *t)
{
    const double took = bench_now(t->b) - t->start;
    t->best = took < t->best ? took : t->best;
}

/* ---- read bandwidth ---- */

enum { BENCH_PIECE = 1 << 17, BENCH_PIECES = 256 }; /* words; 256 MiB together */

typedef struct bench_reading {
    const uint64_t *word;
    uint64_t sum[BENCH_PIECES];
} bench_reading;

CRM_I_INLINE void bench_read_piece(void *arg, int64_t index, int64_t worker)
{
    bench_reading *r = arg;
    const uint64_t *word = r->word + index * BENCH_PIECE;
    uint64_t lane[8] = {0};
    (void)worker;
    for (int64_t i = 0; i < BENCH_PIECE; i += 8)
        for (int j = 0; j < 8; j++)
            lane[j] += word[i + j];
    r->sum[index] = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static volatile uint64_t bench_sink;

CRM_I_INLINE void bench_measure_reading(bench *b)
{
    static bench_reading r;
    uint64_t *word = bench_room((int64_t)BENCH_PIECE * BENCH_PIECES, sizeof *word);
    for (int64_t i = 0; i < (int64_t)BENCH_PIECE * BENCH_PIECES; i++)
        word[i] = (uint64_t)i;
    r.word = word;
    for (int workers = 1; workers <= 2; workers++) {
        const crm_context *context = workers == 1 ? b->one : b->two;
        bench_timer t = bench_timing(b);
        while (context && bench_more(&t)) {
            bench_tick(&t);
            bench_need(crm_i_parallel(context, bench_read_piece, &r, BENCH_PIECES, 0, 1, NULL), "reading");
            bench_tock(&t);
            bench_sink = r.sum[BENCH_PIECES - 1];
        }
        b->bandwidth[workers] = context ? 8.0 * BENCH_PIECE * BENCH_PIECES / t.best : 0.0;
    }
    free(word);
}

/* ---- lines: fields between tabs ---- */

CRM_I_INLINE const char *bench_isa_name(const crm_context *context)
{
    static const char *const name[3] = {"baseline", "AVX2", "AVX-512"};
    return name[crm_context_isa(context)];
}

/* bandwidth, program, instruction set, GB/s of one worker, of two */
CRM_I_INLINE bench bench_begin(const char *program)
{
    bench b = {program, NULL, NULL, getenv("BENCH_CPU") != NULL, {0.0, 0.0, 0.0}};
    bench_need(crm_context_create(NULL, NULL, 1, &b.one, NULL), "context");
    if (crm_context_create(NULL, NULL, 2, &b.two, NULL) < 0)
        b.two = NULL;
    bench_measure_reading(&b);
    printf("bandwidth\t%s\t%s\t%.3f\t%.3f\n", program, bench_isa_name(b.one), 1e-9 * b.bandwidth[1],
           1e-9 * b.bandwidth[2]);
    return b;
}

CRM_I_INLINE void bench_end(bench *b)
{
    crm_context_destroy(b->two);
    crm_context_destroy(b->one);
}

/* What a limit is on. */
enum { BENCH_NO_LIMIT, BENCH_NS, BENCH_SECONDS };

/* figure, program, name, rows, seconds, ns per row, rows per second, ratio to reading `bytes` a row, limit
 * ("-" if there is none), its unit, "met" or "MISS", instruction set, workers. */
CRM_I_INLINE void bench_time(const bench *b, const crm_context *context, const char *name, int64_t rows,
                             double bytes, double seconds, int unit, double most)
{
    const double ns = 1e9 * seconds / (double)rows;
    const double reading = bytes * (double)rows / b->bandwidth[1];
    const double value = unit == BENCH_NS ? ns : seconds;
    printf("figure\t%s\t%s\t%lld\t%.6g\t%.4g\t%.4g\t", b->program, name, (long long)rows, seconds, ns,
           (double)rows / seconds);
    if (bytes > 0.0)
        printf("%.4g\t", seconds / reading);
    else
        printf("-\t");
    if (unit == BENCH_NO_LIMIT)
        printf("-\t-\t-\t");
    else
        printf("<= %g\t%s\t%s\t", most, unit == BENCH_NS ? "ns/row" : "s", value <= most ? "met" : "MISS");
    printf("%s\t%lld\n", bench_isa_name(context), (long long)crm_context_workers(context));
    fflush(stdout);
}

/* ratio, program, name, value, unit, limit, "met" or "MISS", instruction set, workers */
CRM_I_INLINE void bench_ratio(const bench *b, const crm_context *context, const char *name, double value,
                              const char *unit, double limit, int at_least)
{
    const int met = at_least ? value >= limit : value <= limit;
    printf("ratio\t%s\t%s\t%.4g\t%s\t%s %.3g\t%s\t%s\t%lld\n", b->program, name, value, unit,
           at_least ? ">=" : "<=", limit, met ? "met" : "MISS", bench_isa_name(context),
           (long long)crm_context_workers(context));
    fflush(stdout);
}

/* How much two workers gain; `least` 0: what they gain in reading, less a tenth. Processor time cannot tell.
 */
CRM_I_INLINE void bench_gain(const bench *b, const char *name, double one, double two, double least)
{
    const double by_reading = .9 * b->bandwidth[2] / b->bandwidth[1];
    if (b->two && !b->by_processor)
        bench_ratio(b, b->two, name, one / two, "times", least > 0.0 ? least : by_reading, 1);
}

#endif
