/* What the tests of the stream share: random logs, streams of them, bytes. */
#ifndef CRM_TEST_STREAMS_H
#define CRM_TEST_STREAMS_H

#include "test.h"

#include "crmcore/data.h"
#include "data/blobs.h"
#include "data/customers.h"
#include "data/stream.h"
#include "data/summary.h"

static uint64_t seed = 7;

static inline uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t z = seed ^ (seed >> 29);
    z *= 0xBF58476D1CE4E5B9u;
    z ^= z >> 32;
    return z % below;
}

enum { MOST = 2000 };

typedef struct history {
    int64_t n;
    int with_cost;
    uint64_t key[MOST];
    int64_t time[MOST];
    int64_t amount[MOST];
    int64_t cost[MOST];
    int shard[MOST];
} history;

typedef struct row {
    uint64_t key;
    int64_t time;
    int64_t amount;
    int64_t cost;
} row;

static inline int by_time(const void *a, const void *b)
{
    const row *p = a;
    const row *q = b;
    return (p->time > q->time) - (p->time < q->time);
}

/* Rows in order of time; amounts small and often back and forth, or so large that sums need two words. */
static inline void draw_history(history *h, int64_t n, int kind)
{
    static row rows[MOST];
    const uint64_t customers = 1 + draw(kind == 1 ? 3 : 60);
    const uint64_t span = 1 + draw(kind == 2 ? 5 : 400);
    h->n = n;
    h->with_cost = draw(2) == 1;
    for (int64_t i = 0; i < n; i++) {
        row *r = &rows[i];
        r->key = (draw(customers) + 1) * UINT64_C(0x9E3779B97F4A7C15);
        r->time = (int64_t)draw(span) - 200;
        if (kind == 3)
            r->time = draw(2) ? (int64_t)1 << 62 : -((int64_t)1 << 62) + (int64_t)draw(3);
        r->amount = (int64_t)draw(7) - 2;
        if (kind == 4)
            r->amount = draw(2) ? INT64_MAX - (int64_t)draw(3) : INT64_MIN + (int64_t)draw(5);
        if (kind == 5)
            r->amount = (int64_t)draw(UINT64_C(1) << 40) - ((int64_t)1 << 38);
        r->cost = h->with_cost ? (int64_t)draw(kind == 4 ? INT64_MAX : 5) : 0;
    }
    qsort(rows, (size_t)n, sizeof *rows, by_time);
    for (int64_t i = 0; i < n; i++) {
        h->key[i] = rows[i].key;
        h->time[i] = rows[i].time;
        h->amount[i] = rows[i].amount;
        h->cost[i] = rows[i].cost;
    }
}

static inline crm_stream *fresh(void)
{
    crm_stream *stream = NULL;
    crm_error err;
    assert_int_equal(crm_stream_create(NULL, &stream, &err), CRM_OK);
    assert_int_equal(crm_stream_count(stream), 0);
    return stream;
}

static inline void add_rows(crm_stream *stream, const history *h, int64_t from, int64_t n)
{
    crm_error err;
    assert_int_equal(crm_stream_add(stream, n, h->key + from, h->time + from, h->amount + from,
                                    h->with_cost ? h->cost + from : NULL, &err),
                     CRM_OK);
}

static inline crm_stream *whole(const history *h)
{
    crm_stream *stream = fresh();
    add_rows(stream, h, 0, h->n);
    return stream;
}

static inline uint8_t *saved(const crm_stream *stream, int64_t *length)
{
    assert_int_equal(crm_stream_save(stream, NULL, 0, length, NULL), CRM_OK);
    uint8_t *bytes = malloc((size_t)*length);
    assert_non_null(bytes);
    int64_t again = 0;
    assert_int_equal(crm_stream_save(stream, bytes, *length, &again, NULL), CRM_OK);
    assert_int_equal(again, *length);
    return bytes;
}

static inline crm_stream *loaded(const uint8_t *bytes, int64_t length)
{
    crm_stream *stream = NULL;
    assert_int_equal(crm_stream_load(NULL, bytes, length, &stream, NULL), CRM_OK);
    return stream;
}

static inline crm_stream *copied(const crm_stream *stream)
{
    int64_t length;
    uint8_t *bytes = saved(stream, &length);
    crm_stream *copy = loaded(bytes, length);
    free(bytes);
    return copy;
}

static inline void assert_same_streams(const crm_stream *a, const crm_stream *b)
{
    int64_t na;
    int64_t nb;
    uint8_t *pa = saved(a, &na);
    uint8_t *pb = saved(b, &nb);
    assert_int_equal(na, nb);
    assert_memory_equal(pa, pb, (size_t)na);
    assert_true(a->earliest == b->earliest && a->latest == b->latest);
    free(pa);
    free(pb);
}

/* One customer of one tick, one of two, one of many. */
static inline crm_stream *sample(int with_cost)
{
    const uint64_t key[9] = {30, 20, 20, 10, 10, 10, 10, 10, 10};
    const int64_t time[9] = {7, 3, 9, 1, 1, 4, 6, 8, 11};
    const int64_t amount[9] = {1250, -300, 800, 500, -20, 1, -2, 40, 99};
    const int64_t cost[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    crm_stream *stream = fresh();
    assert_int_equal(crm_stream_add(stream, 9, key, time, amount, with_cost ? cost : NULL, NULL), CRM_OK);
    return stream;
}

#endif
