/* How fast a book is made of 10 M rows, beside what reading memory costs on the same machine in the same run.
 * Arguments: rows (10000000), customers (875000), repeats (5). Prints one line a figure: name, ns per row, rows per
 * second, ratio to the time of reading the three columns. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#endif
#include "crmcore.h"

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

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x9e3779b97f4a7c15u;
}

/* ---- memory that is counted ---- */

static int64_t alive;
static int64_t peak;

static void *counted_alloc(void *self, int64_t bytes, int64_t align)
{
    (void)self;
    char *raw = malloc((size_t)(bytes + align + 8));
    if (!raw)
        return NULL;
    alive += bytes;
    peak = alive > peak ? alive : peak;
    char *block = raw + 8 + (align - (int64_t)((uintptr_t)(raw + 8) % (uintptr_t)align)) % align;
    memcpy(block - 8, &raw, sizeof raw);
    return block;
}

static void counted_release(void *self, void *block, int64_t bytes, int64_t align)
{
    (void)self;
    (void)align;
    char *raw;
    alive -= bytes;
    memcpy(&raw, (char *)block - 8, sizeof raw);
    free(raw);
}

/* ---- logs ---- */

typedef struct columns {
    int64_t n;
    uint64_t *key;
    int64_t *time;
    int64_t *amount;
} columns;

static uint64_t scramble(uint64_t x)
{
    x = (x + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 29;
}

/* Days of two years, amounts to 500.00 with one return in 50; every customer is as likely as the next. */
static columns draw_columns(int64_t n, int64_t customers, int dense)
{
    columns c = {n, malloc((size_t)n * 8), malloc((size_t)n * 8), malloc((size_t)n * 8)};
    for (int64_t i = 0; i < n; i++) {
        const uint64_t u = draw();
        const uint64_t k = (u >> 20) % (uint64_t)customers;
        c.key[i] = dense ? k : scramble(k);
        c.time[i] = 10000 + (int64_t)(draw() % 730);
        c.amount[i] = (int64_t)(draw() % 50000) + 1;
        if (u % 50 == 0)
            c.amount[i] = -c.amount[i];
    }
    return c;
}

typedef struct sort_row {
    uint64_t key;
    int64_t time;
    int64_t amount;
} sort_row;

static int compare(const void *a, const void *b)
{
    const sort_row *p = a;
    const sort_row *q = b;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return p->time < q->time ? -1 : p->time > q->time;
}

static void order_columns(columns *c)
{
    sort_row *rows = malloc((size_t)c->n * sizeof *rows);
    for (int64_t i = 0; i < c->n; i++) {
        const sort_row row = {c->key[i], c->time[i], c->amount[i]};
        rows[i] = row;
    }
    qsort(rows, (size_t)c->n, sizeof *rows, compare);
    for (int64_t i = 0; i < c->n; i++) {
        c->key[i] = rows[i].key;
        c->time[i] = rows[i].time;
        c->amount[i] = rows[i].amount;
    }
    free(rows);
}

static void free_columns(columns *c)
{
    free(c->key);
    free(c->time);
    free(c->amount);
}

/* ---- timing ---- */

static volatile uint64_t sink;
static double read_seconds; /* one reading of the three columns */

static void time_reading(const columns *c, int repeats)
{
    read_seconds = 1e9;
    for (int r = 0; r < repeats; r++) {
        const double start = now();
        uint64_t sum = 0;
        for (int64_t i = 0; i < c->n; i++)
            sum += c->key[i];
        for (int64_t i = 0; i < c->n; i++)
            sum += (uint64_t)c->time[i];
        for (int64_t i = 0; i < c->n; i++)
            sum += (uint64_t)c->amount[i];
        sink = sum;
        const double seconds = now() - start;
        read_seconds = seconds < read_seconds ? seconds : read_seconds;
    }
    printf("%-44s %8.2f GB/s\n", "read bandwidth", 24e-9 * (double)c->n / read_seconds);
}

static double time_book(const char *name, const crm_context *context, const columns *c, int repeats)
{
    double best = 1e9;
    int64_t customers = 0;
    for (int r = 0; r < repeats; r++) {
        crm_customers *book = NULL;
        const double start = now();
        const crm_status status =
            crm_customers_from_columns(context, c->n, c->key, c->time, c->amount, 20000, 7, 2, NULL, &book, NULL);
        const double seconds = now() - start;
        if (status != CRM_OK) {
            printf("%s: %s\n", name, crm_status_name(status));
            exit(1);
        }
        customers = crm_customers_count(book);
        crm_customers_destroy(book);
        best = seconds < best ? seconds : best;
    }
    printf("%-44s %8.2f ns/row %8.1f M rows/s %6.1f x reading, %7.3f s, %lld customers\n", name,
           1e9 * best / (double)c->n, 1e-6 * (double)c->n / best, best / read_seconds, best, (long long)customers);
    return best;
}

int main(int argc, char **argv)
{
    const int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    const int64_t customers = argc > 2 ? atoll(argv[2]) : 875000;
    const int repeats = argc > 3 ? atoi(argv[3]) : 5;
    static const char *const isa_names[3] = {"baseline", "AVX2", "AVX-512"};
    crm_context *alone = NULL;
    crm_context *two = NULL;
    crm_context *counted = NULL;
    const crm_allocator allocator = {(int64_t)sizeof allocator, NULL, counted_alloc, counted_release};
    if (crm_context_create(NULL, NULL, 1, &alone, NULL) != CRM_OK ||
        crm_context_create(NULL, NULL, 2, &two, NULL) != CRM_OK ||
        crm_context_create(&allocator, NULL, 1, &counted, NULL) != CRM_OK)
        return 1;
    printf("data: %lld rows, %s\n", (long long)n, isa_names[crm_context_isa(alone)]);
    columns c = draw_columns(n, customers, 0);
    time_reading(&c, repeats);
    const double one = time_book("book, unsorted, random keys", alone, &c, repeats);
    const double both = time_book("book, unsorted, random keys, 2 workers", two, &c, repeats);
    printf("%-44s %8.2f x\n", "two workers against one", one / both);
    time_book("book, unsorted, random keys, no context", NULL, &c, repeats);
    peak = alive;
    const int64_t before = alive;
    time_book("the same, memory counted", counted, &c, 1);
    printf("%-44s %8.2f bytes/row\n", "peak beyond the input", (double)(peak - before) / (double)n);
    if (argc <= 4) {
        order_columns(&c);
        time_book("book, in order", alone, &c, repeats);
        time_book("book, in order, 2 workers", two, &c, repeats);
        free_columns(&c);
        c = draw_columns(n, customers, 1);
        time_book("book, unsorted, dense keys", alone, &c, repeats);
        for (int64_t i = 0; i < n; i++)
            c.key[i] = i % 10 == 0 ? UINT64_MAX : c.key[i];
        time_book("book, unsorted, dense keys and one far off", alone, &c, repeats);
        for (int64_t i = 0; i < n; i++)
            c.key[i] = i % 2 == 0 ? 7 : UINT64_MAX;
        time_book("book, two customers", alone, &c, repeats);
        for (int64_t i = 0; i < n; i++)
            c.key[i] = (uint64_t)1 << (draw() % 64);
        time_book("book, keys are powers of two", alone, &c, repeats);
    }
    free_columns(&c);
    crm_context_destroy(alone);
    crm_context_destroy(two);
    crm_context_destroy(counted);
    return 0;
}
