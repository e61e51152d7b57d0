/* How fast a book is made of 10 M rows: unsorted, in order, with keys that are awkward, by two workers, and
 * how much memory it takes. Arguments: rows (10000000), customers (875000). */
#include "bench/bench.h"

static uint64_t state = 88172645463325252u;

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
    columns c = {n, bench_room(n, 8), bench_room(n, 8), bench_room(n, 8)};
    for (int64_t i = 0; i < n; i++) {
        const uint64_t u = bench_draw(&state);
        const uint64_t k = (u >> 20) % (uint64_t)customers;
        c.key[i] = dense ? k : scramble(k);
        c.time[i] = 10000 + (int64_t)(bench_draw(&state) % 730);
        c.amount[i] = (int64_t)(bench_draw(&state) % 50000) + 1;
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
    sort_row *rows = bench_room(c->n, sizeof *rows);
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

static double time_book(const bench *b, const crm_context *context, const columns *c)
{
    bench_timer t = bench_timing(b);
    while (bench_more(&t)) {
        crm_customers *book = NULL;
        bench_tick(&t);
        bench_need(crm_customers_from_columns(context, c->n, c->key, c->time, c->amount, 20000, 7, 2, NULL,
                                              &book, NULL),
                   "book");
        bench_tock(&t);
        crm_customers_destroy(book);
    }
    return t.best;
}

static double bench_book(const bench *b, const crm_context *context, const char *name, const columns *c,
                         int unit, double most)
{
    const double seconds = time_book(b, context, c);
    bench_time(b, context, name, c->n, 24, seconds, unit, most);
    return seconds;
}

static void bench_two(const bench *b, const char *name, const columns *c, double one)
{
    char gain[80];
    if (!b->two)
        return;
    const double two = bench_book(b, b->two, name, c, BENCH_NO_LIMIT, 0);
    snprintf(gain, sizeof gain, "%s, two workers", name);
    bench_gain(b, gain, one, two, 1.4);
}

static void bench_memory(const bench *b, const columns *c)
{
    const crm_allocator allocator = {(int64_t)sizeof allocator, NULL, counted_alloc, counted_release};
    crm_context *counted = NULL;
    crm_customers *book = NULL;
    bench_need(crm_context_create(&allocator, NULL, 1, &counted, NULL), "context");
    const int64_t before = alive;
    peak = alive;
    bench_need(
        crm_customers_from_columns(counted, c->n, c->key, c->time, c->amount, 20000, 7, 2, NULL, &book, NULL),
        "book");
    bench_ratio(b, counted, "book, unsorted: peak beyond the input", (double)(peak - before) / (double)c->n,
                "bytes/row", 48, 0);
    crm_customers_destroy(book);
    crm_context_destroy(counted);
}

/* Keys that a distribution by their bits does not part well. */
static void bench_awkward(const bench *b, columns *c)
{
    bench_book(b, b->one, "book, unsorted, dense keys", c, BENCH_NO_LIMIT, 0);
    for (int64_t i = 0; i < c->n; i++)
        c->key[i] = i % 10 == 0 ? UINT64_MAX : c->key[i];
    bench_book(b, b->one, "book, dense keys and one far off", c, BENCH_NO_LIMIT, 0);
    for (int64_t i = 0; i < c->n; i++)
        c->key[i] = i % 2 == 0 ? 7 : UINT64_MAX;
    bench_book(b, b->one, "book, two customers", c, BENCH_NO_LIMIT, 0);
    for (int64_t i = 0; i < c->n; i++)
        c->key[i] = (uint64_t)1 << (bench_draw(&state) % 64);
    bench_book(b, b->one, "book, keys are powers of two", c, BENCH_NO_LIMIT, 0);
}

int main(int argc, char **argv)
{
    const int64_t n = argc > 1 ? atoll(argv[1]) : 10000000;
    const int64_t customers = argc > 2 ? atoll(argv[2]) : 875000;
    bench b = bench_begin("data");
    columns c = draw_columns(n, customers, 0);
    double one = bench_book(&b, b.one, "book, unsorted", &c, BENCH_SECONDS, .3);
    bench_two(&b, "book, unsorted", &c, one);
    bench_book(&b, NULL, "book, unsorted, no context", &c, BENCH_NO_LIMIT, 0);
    bench_memory(&b, &c);
    order_columns(&c);
    one = bench_book(&b, b.one, "book, in order", &c, BENCH_NS, 6);
    bench_two(&b, "book, in order", &c, one);
    free_columns(&c);
    c = draw_columns(n, customers, 1);
    bench_awkward(&b, &c);
    free_columns(&c);
    bench_end(&b);
    return 0;
}
