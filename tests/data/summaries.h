/* What the tests of the summary share: random rows, a summary composed by hand, bytes. */
#ifndef CRM_TEST_SUMMARIES_H
#define CRM_TEST_SUMMARIES_H

#include "test.h"

#include "crmcore/data.h"
#include "data/blobs.h"
#include "data/summary.h"

enum { WIDE = 4, MOST = 4000 };

typedef struct plain_row {
    double value[WIDE];
} plain_row;

static uint64_t seed = 1;

static inline uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t z = seed ^ (seed >> 29);
    z *= 0xBF58476D1CE4E5B9u;
    z ^= z >> 32;
    return z % below;
}

static inline int plain_order(const void *a, const void *b)
{
    const plain_row *p = a;
    const plain_row *q = b;
    for (int c = 0; c < WIDE; c++)
        if (p->value[c] != q->value[c])
            return p->value[c] < q->value[c] ? -1 : 1;
    return 0;
}

/* Rows already checked to be good, those of weight 0 (and of count 0, with spend) left out by the caller. */
static inline void assert_cells(const crm_summary *summary, int32_t section, plain_row *rows, int64_t n)
{
    const crm_i_cells *cells = &summary->cells[section];
    qsort(rows, (size_t)n, sizeof *rows, plain_order);
    int64_t d = 0;
    for (int64_t i = 0; i < n; d++) {
        int64_t end = i + 1;
        while (end < n && plain_order(&rows[i], &rows[end]) == 0)
            end++;
        assert_true(d < cells->n);
        for (int32_t c = 0; c < cells->columns; c++)
            assert_same_bits(cells->column[c][d], rows[i].value[c] + 0.0);
        assert_int_equal(cells->count[d], end - i);
        assert_same_bits(cells->mass[d], cells->column[cells->columns - 1][d] * (double)(end - i));
        i = end;
    }
    assert_int_equal(cells->n, d);
    assert_int_equal(cells->total, n);
}

static double column[WIDE][MOST];

static inline crm_summary *of_purchases(int64_t n, int weighted)
{
    crm_summary *summary = NULL;
    crm_error err;
    assert_int_equal(crm_summary_of_purchases(NULL, n, column[0], column[1], column[2],
                                              weighted ? column[3] : NULL, &summary, &err),
                     CRM_OK);
    return summary;
}

enum { KINDS = 10 };

/* Random good rows of purchases; the kind decides how the columns look, and with that how they are collapsed.
 */
static inline void draw_purchases(int64_t n, int kind)
{
    for (int64_t i = 0; i < n; i++) {
        const double day = kind % 5 == 1 ? 1.0 : kind % 5 == 2 ? 1e-5 + (double)draw(1u << 30) / 7e3 : 7.0;
        const double step = kind == 3 ? 1e15 : 1.0;
        const int64_t T = (int64_t)draw(30);
        const int64_t x = kind == 4 ? (int64_t)draw(1u << 30) : (int64_t)draw(4);
        const int64_t t_x = x > 0 && T > 0 ? 1 + (int64_t)draw((uint64_t)T) : 0;
        column[0][i] = t_x == 0 ? (draw(2) ? 0.0 : -0.0) : (double)x * step;
        column[1][i] = t_x == 0 ? (draw(2) ? 0.0 : -0.0) : (double)t_x / day;
        column[2][i] = (double)T / day;
        column[3][i] = kind == 5   ? (double)draw(3)
                       : kind == 6 ? (double)draw(1u << 20) / 3e7
                       : kind == 7 ? 2.5
                                   : 1.0;
    }
}

static inline uint8_t *saved(const crm_summary *summary, int64_t *length)
{
    crm_error err;
    assert_int_equal(crm_summary_save(summary, NULL, 0, length, &err), CRM_OK);
    uint8_t *bytes = malloc((size_t)*length);
    assert_non_null(bytes);
    int64_t again = 0;
    assert_int_equal(crm_summary_save(summary, bytes, *length, &again, &err), CRM_OK);
    assert_int_equal(again, *length);
    return bytes;
}

static inline void assert_same_summary(const crm_summary *a, const crm_summary *b)
{
    int64_t na;
    int64_t nb;
    uint8_t *pa = saved(a, &na);
    uint8_t *pb = saved(b, &nb);
    assert_int_equal(na, nb);
    assert_memory_equal(pa, pb, (size_t)na);
    free(pa);
    free(pb);
}

static inline crm_summary *loaded(const uint8_t *bytes, int64_t length)
{
    crm_summary *summary = NULL;
    crm_error err;
    assert_int_equal(crm_summary_load(NULL, bytes, length, &summary, &err), CRM_OK);
    return summary;
}

/* The payload of a summary by hand: one cell of each section and two gaps. */
typedef struct parts {
    int64_t as_of;
    double period;
    double x, t_x, T, weight;
    int64_t count;
    double spend_count, mean, spend_weight;
    int64_t spend_cells;
    double duration, ended, duration_weight;
    int64_t durations;
    int64_t gaps, length[2], times[2];
} parts;

static const parts good_parts = {20000, 7.0, 3.0, 2.0, 5.0, 1.0, 4, 3.0,    12.5,
                                 1.0,   4,   6.0, 1.0, 0.5, 2,   2, {1, 7}, {3, 4}};

static inline uint8_t *compose(const parts *p, int64_t *length)
{
    uint8_t *bytes = malloc(512);
    assert_non_null(bytes);
    crm_i_writer w = crm_i_write_begin(bytes, 512);
    crm_i_write_i64(&w, p->as_of);
    crm_i_write_f64(&w, p->period);
    crm_i_write_i64(&w, 1);
    const double row[] = {p->x, p->t_x, p->T, p->weight};
    for (int c = 0; c < 4; c++)
        crm_i_write_f64(&w, row[c]);
    crm_i_write_i64(&w, p->count);
    crm_i_write_i64(&w, 1);
    const double spend[] = {p->spend_count, p->mean, p->spend_weight};
    for (int c = 0; c < 3; c++)
        crm_i_write_f64(&w, spend[c]);
    crm_i_write_i64(&w, p->spend_cells);
    crm_i_write_i64(&w, 1);
    const double duration[] = {p->duration, p->ended, p->duration_weight};
    for (int c = 0; c < 3; c++)
        crm_i_write_f64(&w, duration[c]);
    crm_i_write_i64(&w, p->durations);
    crm_i_write_i64(&w, p->gaps);
    for (int64_t i = 0; i < 2; i++) {
        crm_i_write_i64(&w, p->length[i]);
        crm_i_write_i64(&w, p->times[i]);
    }
    assert_int_equal(crm_i_write_end(&w, "SUMM", 1, length, NULL), CRM_OK);
    return bytes;
}

static inline crm_status load_parts(const parts *p, crm_summary **out)
{
    int64_t length;
    uint8_t *bytes = compose(p, &length);
    const crm_status status = crm_summary_load(NULL, bytes, length, out, NULL);
    free(bytes);
    return status;
}

static inline crm_summary *summary_of(const parts *p)
{
    crm_summary *summary = NULL;
    assert_int_equal(load_parts(p, &summary), CRM_OK);
    return summary;
}

#endif
