/* The summary: cells against a plain count, the same bytes whatever the order, every status, hostile blobs. */
#include "failing.h"

#include "crmcore/data.h"
#include "data/blobs.h"
#include "data/summary.h"

/* ---- a plain reference: sort rows by comparison, count runs ---- */

enum { WIDE = 4, MOST = 4000 };

typedef struct plain_row {
    double value[WIDE];
} plain_row;

static int plain_order(const void *a, const void *b)
{
    const plain_row *p = a;
    const plain_row *q = b;
    for (int c = 0; c < WIDE; c++)
        if (p->value[c] != q->value[c])
            return p->value[c] < q->value[c] ? -1 : 1;
    return 0;
}

static uint64_t seed = 1;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t z = seed ^ (seed >> 29);
    z *= 0xBF58476D1CE4E5B9u;
    z ^= z >> 32;
    return z % below;
}

static double column[WIDE][MOST];

/* Rows already checked to be good, those of weight 0 (and of count 0, with spend) left out by the caller. */
static void assert_cells(const crm_summary *summary, int32_t section, plain_row *rows, int64_t n)
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

static crm_summary *of_purchases(int64_t n, int weighted)
{
    crm_summary *summary = NULL;
    crm_error err;
    assert_int_equal(crm_summary_of_purchases(NULL, n, column[0], column[1], column[2], weighted ? column[3] : NULL,
                                              &summary, &err),
                     CRM_OK);
    return summary;
}

enum { KINDS = 10 };

/* Random good rows of purchases; the kind decides how the columns look, and with that how they are collapsed. */
static void draw_purchases(int64_t n, int kind)
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
        column[3][i] = kind == 5 ? (double)draw(3) : kind == 6 ? (double)draw(1u << 20) / 3e7 : kind == 7 ? 2.5 : 1.0;
    }
}

static void test_purchases(void **state)
{
    (void)state;
    static plain_row rows[MOST];
    const int64_t sizes[] = {0, 1, 2, 17, 300, MOST};
    for (int kind = 0; kind < KINDS; kind++)
        for (int s = 0; s < 6; s++) {
            const int64_t n = sizes[s];
            const int weighted = kind >= 5;
            draw_purchases(n, kind);
            int64_t kept = 0;
            for (int64_t i = 0; i < n; i++) {
                if (weighted && column[3][i] == 0.0)
                    continue;
                for (int c = 0; c < WIDE; c++)
                    rows[kept].value[c] = c < 3 || weighted ? column[c][i] : 1.0;
                kept++;
            }
            crm_summary *summary = of_purchases(n, weighted);
            assert_cells(summary, CRM_I_PURCHASES, rows, kept);
            const crm_i_purchases *view = crm_i_summary_purchases(summary);
            assert_int_equal(view->n, crm_summary_fact(summary, CRM_SUMMARY_PURCHASES_DISTINCT));
            assert_ptr_equal(view->T, summary->cells[CRM_I_PURCHASES].column[2]);
            assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_PURCHASES), kept);
            assert_true(crm_summary_fact(summary, CRM_SUMMARY_AS_OF) == INT64_MIN);
            crm_summary_destroy(summary);
        }
}

static void test_spend(void **state)
{
    (void)state;
    static plain_row rows[MOST];
    for (int kind = 0; kind < 6; kind++) {
        const int64_t n = kind == 5 ? 0 : MOST;
        int64_t kept = 0;
        for (int64_t i = 0; i < n; i++) {
            column[0][i] = (double)(kind == 4 ? draw(1u << 29) : draw(5));
            column[1][i] = kind == 0 ? (double)(1 + draw(20)) : (double)(1 + draw(1u << 30)) / 977.0;
            column[2][i] = kind < 2 ? 1.0 : kind == 2 ? (double)draw(2) : (double)draw(1u << 30) / 3.0;
            if (column[0][i] == 0.0)
                column[1][i] = draw(2) ? (double)NAN : -3.0; /* carries nothing, so may be anything */
            if (column[0][i] == 0.0 || (kind >= 2 && column[2][i] == 0.0))
                continue;
            const plain_row row = {{column[0][i], column[1][i], column[2][i], 0.0}};
            rows[kept++] = row;
        }
        crm_summary *summary = NULL;
        assert_int_equal(crm_summary_of_spend(NULL, n, column[0], column[1], kind < 2 ? NULL : column[2], &summary,
                                              NULL),
                         CRM_OK);
        assert_cells(summary, CRM_I_SPENDS, rows, kept);
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_SPEND), kept);
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_SPEND_DISTINCT), crm_i_summary_spends(summary)->n);
        crm_summary_destroy(summary);
    }
}

static void test_durations(void **state)
{
    (void)state;
    static plain_row rows[MOST];
    static uint8_t ended[MOST];
    for (int weighted = 0; weighted < 2; weighted++) {
        int64_t kept = 0;
        for (int64_t i = 0; i < MOST; i++) {
            column[0][i] = (double)(1 + draw(9));
            ended[i] = (uint8_t)draw(2);
            column[2][i] = weighted ? (double)draw(3) / 2.0 : 1.0;
            if (column[2][i] == 0.0)
                continue;
            const plain_row row = {{column[0][i], (double)ended[i], column[2][i], 0.0}};
            rows[kept++] = row;
        }
        crm_summary *summary = NULL;
        assert_int_equal(crm_summary_of_durations(NULL, MOST, column[0], ended, weighted ? column[2] : NULL, &summary,
                                                  NULL),
                         CRM_OK);
        assert_cells(summary, CRM_I_DURATIONS, rows, kept);
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_DURATIONS), kept);
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_DURATIONS_DISTINCT),
                         crm_i_summary_durations(summary)->n);
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_GAPS), 0);
        crm_summary_destroy(summary);
    }
}

/* Doubles chosen to fall together in the table of distinct values: still right, and not slow. */
static void test_colliding_values(void **state)
{
    (void)state;
    enum { N = 200000 };
    double *value = malloc(2 * N * sizeof *value);
    assert_non_null(value);
    /* bits = k times the inverse of the hash's factor: hashed they are k, whose leading bits are all 0 */
    uint64_t k = 0;
    for (int64_t i = 0; i < N; i++) {
        uint64_t bits;
        do {
            k = k < 100000 ? k + 1 : 1;
            bits = k * 0xF1DE83E19937733Du;
        } while (bits >> 52 >= 0x7FF);
        memcpy(&value[i], &bits, sizeof value[i]);
        value[N + i] = 0.0;
    }
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, N, value + N, value + N, value, NULL, &summary, NULL), CRM_OK);
    const crm_i_purchases *view = crm_i_summary_purchases(summary);
    int64_t total = 0;
    for (int64_t d = 0; d < view->n; d++) {
        assert_true(d == 0 || view->T[d - 1] < view->T[d]);
        total += view->count[d];
    }
    assert_int_equal(total, N);
    crm_summary_destroy(summary);
    free(value);
}

/* ---- bytes ---- */

static uint8_t *saved(const crm_summary *summary, int64_t *length)
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

static void assert_same_summary(const crm_summary *a, const crm_summary *b)
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

static crm_summary *loaded(const uint8_t *bytes, int64_t length)
{
    crm_summary *summary = NULL;
    crm_error err;
    assert_int_equal(crm_summary_load(NULL, bytes, length, &summary, &err), CRM_OK);
    return summary;
}

/* ---- merging ---- */

/* Rows cut into shards, shards merged in random order: the bytes of the whole. */
static void test_merge_any_order(void **state)
{
    (void)state;
    enum { SHARDS = 7, N = 600 };
    for (int turn = 0; turn < 40; turn++) {
        draw_purchases(N, turn % KINDS);
        crm_summary *whole = of_purchases(N, 1);
        crm_summary *shard[SHARDS];
        for (int64_t s = 0; s < SHARDS; s++) {
            const int64_t from = s * N / SHARDS;
            const int64_t until = (s + 1) * N / SHARDS;
            assert_int_equal(crm_summary_of_purchases(NULL, until - from, column[0] + from, column[1] + from,
                                                      column[2] + from, column[3] + from, &shard[s], NULL),
                             CRM_OK);
        }
        for (int left = SHARDS; left > 1; left--) {
            const int a = (int)draw((uint64_t)left);
            int b = (int)draw((uint64_t)left - 1);
            b += b >= a;
            assert_int_equal(crm_summary_merge(shard[a], shard[b], NULL), CRM_OK);
            crm_summary_destroy(shard[b]);
            shard[b] = shard[left - 1];
            if (a == left - 1)
                shard[b] = shard[a];
        }
        assert_same_summary(shard[0], whole);
        crm_summary_destroy(shard[0]);

        crm_summary *grown = of_purchases(0, 0);
        for (int64_t s = 0; s < SHARDS; s++) {
            const int64_t from = s * N / SHARDS;
            assert_int_equal(crm_summary_add(NULL, grown, (s + 1) * N / SHARDS - from, column[0] + from,
                                             column[1] + from, column[2] + from, column[3] + from, NULL),
                             CRM_OK);
        }
        assert_same_summary(grown, whole);
        crm_summary_destroy(grown);
        crm_summary_destroy(whole);
    }
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

static const parts good_parts = {20000, 7.0, 3.0, 2.0, 5.0, 1.0,  4,          3.0,   12.5,
                                 1.0,   4,   6.0, 1.0, 0.5, 2,    2,          {1, 7}, {3, 4}};

static uint8_t *compose(const parts *p, int64_t *length)
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

static crm_status load_parts(const parts *p, crm_summary **out)
{
    int64_t length;
    uint8_t *bytes = compose(p, &length);
    const crm_status status = crm_summary_load(NULL, bytes, length, out, NULL);
    free(bytes);
    return status;
}

static crm_summary *summary_of(const parts *p)
{
    crm_summary *summary = NULL;
    assert_int_equal(load_parts(p, &summary), CRM_OK);
    return summary;
}

static void test_merge_sections(void **state)
{
    (void)state;
    crm_summary *a = summary_of(&good_parts);
    parts other = good_parts;
    other.length[0] = 2;
    other.length[1] = 7;
    other.mean = 13.5;
    crm_summary *b = summary_of(&other);
    assert_int_equal(crm_summary_merge(a, b, NULL), CRM_OK);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_PURCHASES), 8);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_PURCHASES_DISTINCT), 1);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_SPEND_DISTINCT), 2);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_DURATIONS), 4);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_GAPS), 14);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_AS_OF), 20000);
    const crm_i_gaps *gaps = crm_i_summary_gaps(a);
    assert_int_equal(gaps->n, 3);
    const int64_t length[3] = {1, 2, 7};
    const int64_t count[3] = {3, 3, 8};
    assert_memory_equal(gaps->length, length, sizeof length);
    assert_memory_equal(gaps->count, count, sizeof count);
    const crm_i_durations *d = crm_i_summary_durations(a);
    assert_true(d->duration[0] == 6.0 && d->ended[0] == 1.0 && d->weight[0] == 0.5 && d->mass[0] == 2.0);

    /* with itself: everything twice */
    assert_int_equal(crm_summary_merge(a, a, NULL), CRM_OK);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_PURCHASES), 16);
    assert_int_equal(crm_summary_fact(a, CRM_SUMMARY_GAPS), 28);

    /* an undated one takes the date of the other, whichever way round */
    crm_summary *plain = of_purchases(0, 0);
    crm_summary *empty = of_purchases(0, 0);
    assert_int_equal(crm_summary_merge(plain, a, NULL), CRM_OK);
    assert_int_equal(crm_summary_merge(a, empty, NULL), CRM_OK);
    assert_same_summary(plain, a);
    crm_summary_destroy(plain);
    crm_summary_destroy(empty);
    crm_summary_destroy(a);
    crm_summary_destroy(b);
}

static void test_merge_refused(void **state)
{
    (void)state;
    crm_error err;
    crm_summary *a = summary_of(&good_parts);
    parts p = good_parts;
    p.as_of++;
    crm_summary *later = summary_of(&p);
    p = good_parts;
    p.period = 1.0;
    crm_summary *daily = summary_of(&p);
    crm_summary *before = summary_of(&good_parts);
    assert_int_equal(crm_summary_merge(a, later, &err), CRM_E_STATE);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_merge(a, daily, NULL), CRM_E_STATE);
    assert_int_equal(crm_summary_merge(NULL, a, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_summary_merge(a, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    p = good_parts;
    p.times[1] = INT64_MAX - 3;
    crm_summary *many = summary_of(&p);
    assert_int_equal(crm_summary_merge(a, many, NULL), CRM_E_OVERFLOW);
    crm_summary_destroy(many);
    p = good_parts;
    p.durations = INT64_MAX;
    many = summary_of(&p);
    assert_int_equal(crm_summary_merge(a, many, NULL), CRM_E_OVERFLOW);
    assert_same_summary(a, before); /* though purchases and spend would have merged */
    crm_summary_destroy(many);
    p = good_parts;
    p.weight = 1e308;
    p.count = 1;
    many = summary_of(&p);
    assert_int_equal(crm_summary_merge(many, many, NULL), CRM_E_OVERFLOW);
    crm_summary_destroy(many);
    crm_summary_destroy(a);
    crm_summary_destroy(before);
    crm_summary_destroy(later);
    crm_summary_destroy(daily);
}

/* ---- statuses ---- */

static void assert_bad_purchases(double x, double t_x, double T, double weight, int32_t arg)
{
    enum { AT = 1500 };
    crm_error err;
    crm_summary *untouched = NULL;
    draw_purchases(MOST, 0);
    column[0][AT] = x;
    column[1][AT] = t_x;
    column[2][AT] = T;
    column[3][AT] = weight;
    column[0][AT + 1] = -1.0; /* only the first is named */
    assert_int_equal(
        crm_summary_of_purchases(NULL, MOST, column[0], column[1], column[2], column[3], &untouched, &err),
        CRM_E_DOMAIN);
    assert_null(untouched);
    assert_int_equal(err.arg, arg);
    assert_int_equal(err.row, AT);
    assert_true(test_bits(err.value) == test_bits(column[arg - 3][AT]));
    crm_summary *into = of_purchases(10, 0);
    crm_summary *same = of_purchases(10, 0);
    assert_int_equal(crm_summary_add(NULL, into, MOST, column[0], column[1], column[2], column[3], &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.arg, arg + 1);
    assert_int_equal(err.row, AT);
    assert_same_summary(into, same);
    crm_summary_destroy(into);
    crm_summary_destroy(same);
}

static void test_bad_purchases(void **state)
{
    (void)state;
    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
    assert_bad_purchases(-1.0, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(1.5, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(nan, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(inf, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(4503599627370495.5, 1.0, 2.0, 1.0, 3);
    assert_bad_purchases(1.0, 0.0, 2.0, 1.0, 4);
    assert_bad_purchases(0.0, 1.0, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, 3.0, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, -1.0, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, nan, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, inf, 2.0, 1.0, 4);
    assert_bad_purchases(1.0, 1.0, nan, 1.0, 5);
    assert_bad_purchases(1.0, 1.0, inf, 1.0, 5);
    assert_bad_purchases(0.0, 0.0, -1.0, 1.0, 5);
    assert_bad_purchases(1.0, 1.0, 2.0, nan, 6);
    assert_bad_purchases(1.0, 1.0, 2.0, -1.0, 6);
    assert_bad_purchases(1.0, 1.0, 2.0, inf, 6);
    assert_bad_purchases(1.0, 3.0, 2.0, 0.0, 4); /* weight 0 does not excuse */
}

static void assert_bad_spend(double count, double mean, double weight, int32_t arg)
{
    const double c[2] = {1.0, count};
    const double m[2] = {1.0, mean};
    const double w[2] = {1.0, weight};
    crm_error err;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_spend(NULL, 2, c, m, w, &summary, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, arg);
    assert_int_equal(err.row, 1);
    assert_null(summary);
}

static void assert_bad_duration(double duration, uint8_t ended, double weight, int32_t arg)
{
    const double d[2] = {1.0, duration};
    const uint8_t e[2] = {1, ended};
    const double w[2] = {1.0, weight};
    crm_error err;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_durations(NULL, 2, d, e, w, &summary, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, arg);
    assert_int_equal(err.row, 1);
    assert_null(summary);
}

static void test_bad_spend_and_durations(void **state)
{
    (void)state;
    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
    assert_bad_spend(-1.0, 1.0, 1.0, 3);
    assert_bad_spend(0.5, 1.0, 1.0, 3);
    assert_bad_spend(nan, 1.0, 1.0, 3);
    assert_bad_spend(inf, 1.0, 1.0, 3);
    assert_bad_spend(1.0, 0.0, 1.0, 4);
    assert_bad_spend(1.0, -1.0, 1.0, 4);
    assert_bad_spend(1.0, nan, 1.0, 4);
    assert_bad_spend(1.0, inf, 1.0, 4);
    assert_bad_spend(1.0, 1.0, -1.0, 5);
    assert_bad_spend(0.0, 1.0, nan, 5);
    assert_bad_duration(0.0, 1, 1.0, 3);
    assert_bad_duration(1.5, 1, 1.0, 3);
    assert_bad_duration(nan, 1, 1.0, 3);
    assert_bad_duration(inf, 1, 1.0, 3);
    assert_bad_duration(1.0, 2, 1.0, 4);
    assert_bad_duration(1.0, 1, inf, 5);
    assert_bad_duration(1.0, 1, -1.0, 5);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    crm_error err;
    crm_summary *s = NULL;
    const double v[1] = {1.0};
    const uint8_t e[1] = {1};
    assert_int_equal(crm_summary_of_purchases(NULL, -1, v, v, v, NULL, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, NULL, v, v, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, v, NULL, v, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, v, v, NULL, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_int_equal(crm_summary_of_purchases(NULL, 1, v, v, v, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_summary_of_spend(NULL, -1, v, v, NULL, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_summary_of_spend(NULL, 1, v, NULL, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_spend(NULL, 1, v, v, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_summary_of_durations(NULL, -1, v, e, NULL, &s, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_summary_of_durations(NULL, 1, v, NULL, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_durations(NULL, 1, NULL, e, NULL, &s, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_summary_of_durations(NULL, 1, v, e, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_summary_add(NULL, NULL, 1, v, v, v, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_null(s);

    /* no rows: no cells, columns may be NULL */
    assert_int_equal(crm_summary_of_purchases(NULL, 0, NULL, NULL, NULL, NULL, &s, &err), CRM_OK);
    assert_int_equal(crm_i_summary_purchases(s)->n, 0);
    assert_int_equal(crm_summary_add(NULL, s, -1, v, v, v, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_true(crm_summary_fact(s, 0) == INT64_MIN && crm_summary_fact(s, 99) == INT64_MIN);
    assert_true(crm_summary_fact(NULL, CRM_SUMMARY_PURCHASES) == INT64_MIN);
    crm_summary_destroy(s);
    crm_summary_destroy(NULL);
    s = summary_of(&good_parts);
    assert_int_equal(crm_summary_add(NULL, s, 1, v, v, v, NULL, &err), CRM_E_STATE);
    assert_int_equal(err.arg, 2);
    crm_summary_destroy(s);

    /* equal rows whose weights together are infinite */
    const double zero[2] = {0.0, 0.0};
    const double huge[2] = {1e308, 1e308};
    s = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, 2, zero, zero, zero, huge, &s, &err), CRM_E_OVERFLOW);
    assert_null(s);
}

/* ---- blobs ---- */

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_load(NULL, bytes, length, &summary, err);
    if (status == CRM_OK)
        *out = summary;
    else
        assert_null(summary);
    return status;
}

static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    return crm_summary_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_summary_destroy(handle);
}

static void test_blob(void **state)
{
    (void)state;
    int64_t length;
    draw_purchases(50, 6);
    crm_summary *summary = of_purchases(50, 1);
    uint8_t *bytes = saved(summary, &length);
    crm_summary *back = loaded(bytes, length);
    assert_same_summary(summary, back);
    const crm_i_cells *a = &summary->cells[CRM_I_PURCHASES];
    const crm_i_cells *b = &back->cells[CRM_I_PURCHASES];
    assert_int_equal(a->total, b->total);
    assert_memory_equal(a->mass, b->mass, (size_t)a->n * sizeof *a->mass);
    crm_error err;
    int64_t again = 0;
    assert_int_equal(crm_summary_save(summary, bytes, length - 1, &again, &err), CRM_E_BUFFER);
    assert_int_equal(again, length);
    assert_int_equal(crm_summary_save(NULL, bytes, length, &again, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_summary_save(summary, bytes, length, NULL, &err), CRM_E_NULL);
    crm_summary *none = NULL;
    assert_int_equal(crm_summary_load(NULL, NULL, length, &none, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_load(NULL, bytes, length, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_load(NULL, bytes, -1, &none, &err), CRM_E_ARGUMENT);
    assert_null(none);
    free(bytes);
    crm_summary_destroy(summary);
    crm_summary_destroy(back);
}

static void test_hostile_blobs(void **state)
{
    (void)state;
    int64_t length;
    uint8_t *bytes = compose(&good_parts, &length);
    blob_torture(bytes, length, "SUMM", load_any, save_any, destroy_any);
    free(bytes);

    const double nan = (double)NAN;
    const double inf = (double)INFINITY;
#define REFUSED(field, wrong)                                                                                         \
    do {                                                                                                              \
        parts p = good_parts;                                                                                         \
        p.field = (wrong);                                                                                            \
        crm_summary *none = NULL;                                                                                     \
        assert_int_equal(load_parts(&p, &none), CRM_E_FORMAT);                                                        \
        assert_null(none);                                                                                            \
    } while (0)
    REFUSED(as_of, INT64_MIN); /* a period without a date */
    REFUSED(as_of, INT64_MAX);
    REFUSED(period, 0.0);
    REFUSED(period, nan);
    REFUSED(period, -7.0);
    REFUSED(x, 0.0);
    REFUSED(x, -0.0);
    REFUSED(x, 2.5);
    REFUSED(x, nan);
    REFUSED(t_x, 6.0);
    REFUSED(t_x, 0.0);
    REFUSED(T, inf);
    REFUSED(weight, 0.0);
    REFUSED(weight, -1.0);
    REFUSED(weight, 1e308); /* times 4 */
    REFUSED(count, 0);
    REFUSED(count, -4);
    REFUSED(spend_count, 0.0);
    REFUSED(spend_count, 0.5);
    REFUSED(mean, 0.0);
    REFUSED(mean, inf);
    REFUSED(spend_weight, 0.0);
    REFUSED(spend_cells, 0);
    REFUSED(duration, 0.0);
    REFUSED(ended, 2.0);
    REFUSED(ended, -0.0);
    REFUSED(duration_weight, 0.0);
    REFUSED(durations, INT64_MIN);
    REFUSED(gaps, 1);
    REFUSED(gaps, 3);
    REFUSED(gaps, -1);
    REFUSED(gaps, INT64_MAX);
    REFUSED(length[0], 0);
    REFUSED(length[0], 7);
    REFUSED(length[0], -1);
    REFUSED(times[0], 0);
    REFUSED(times[0], INT64_MAX);
#undef REFUSED

    /* two cells out of order, or the same twice */
    const double v[2] = {0.0, 0.0};
    const double T[2] = {1.0, 2.0};
    crm_summary *two = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, 2, v, v, T, NULL, &two, NULL), CRM_OK);
    bytes = saved(two, &length);
    crm_summary_destroy(two);
    enum { CELLS = CRM_I_BLOB_HEAD + 24, CELL = 40 };
    uint8_t swapped[2 * CELL];
    memcpy(swapped, bytes + CELLS + CELL, CELL);
    memcpy(swapped + CELL, bytes + CELLS, CELL);
    memcpy(bytes + CELLS, swapped, 2 * CELL);
    for (int twice = 0; twice < 2; twice++) {
        if (twice)
            memcpy(bytes + CELLS, bytes + CELLS + CELL, CELL);
        int64_t n = 0;
        uint8_t *wrong = blob_make("SUMM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
        crm_summary *none = NULL;
        assert_int_equal(crm_summary_load(NULL, wrong, n, &none, NULL), CRM_E_FORMAT);
        free(wrong);
    }
    /* absurd counts, another kind, a later version */
    static const int64_t absurd[] = {INT64_MAX, INT64_MAX / 40, -1, 3};
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 8; k++)
            bytes[CRM_I_BLOB_HEAD + 16 + k] = (uint8_t)((uint64_t)absurd[i] >> (8 * k));
        int64_t n = 0;
        uint8_t *wrong = blob_make("SUMM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
        crm_summary *none = NULL;
        assert_int_equal(crm_summary_load(NULL, wrong, n, &none, NULL), CRM_E_FORMAT);
        free(wrong);
    }
    int64_t n = 0;
    crm_summary *none = NULL;
    uint8_t *other = blob_make("STRM", 1, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_summary_load(NULL, other, n, &none, NULL), CRM_E_FORMAT);
    free(other);
    other = blob_make("SUMM", 2, bytes + CRM_I_BLOB_HEAD, length - CRM_I_BLOB_HEAD, &n);
    assert_int_equal(crm_summary_load(NULL, other, n, &none, NULL), CRM_E_VERSION);
    free(other);
    free(bytes);
}

/* Version 1, for ever. Remade by: build/tests/data/test_summary --golden */
static const uint8_t golden[] = {
    0x43, 0x52, 0x4D, 0x42, 0x53, 0x55, 0x4D, 0x4D, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xD8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xEE, 0x80, 0x8E, 0x26, 0x46, 0x74, 0x9E, 0x6A,
    0x20, 0x4E, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1C, 0x40,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x40,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x29, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F,
    0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x18, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE0, 0x3F, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static void test_golden(void **state)
{
    (void)state;
    int64_t length;
    uint8_t *bytes = compose(&good_parts, &length);
    assert_int_equal(length, (int64_t)sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
    free(bytes);
    crm_summary *summary = loaded(golden, (int64_t)sizeof golden);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_PURCHASES), 4);
    assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_AS_OF), 20000);
    const crm_i_purchases *p = crm_i_summary_purchases(summary);
    assert_true(p->x[0] == 3.0 && p->t_x[0] == 2.0 && p->T[0] == 5.0 && p->weight[0] == 1.0);
    bytes = saved(summary, &length);
    assert_int_equal(length, (int64_t)sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
    free(bytes);
    crm_summary_destroy(summary);
}

/* ---- memory ---- */

static crm_status call_purchases(const crm_context *context, void *arg)
{
    const int64_t n = *(const int64_t *)arg;
    crm_summary *summary = NULL;
    const crm_status status =
        crm_summary_of_purchases(context, n, column[0], column[1], column[2], column[3], &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static crm_status call_spend(const crm_context *context, void *arg)
{
    (void)arg;
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_of_spend(context, 500, column[0], column[2], NULL, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static crm_status call_durations(const crm_context *context, void *arg)
{
    (void)arg;
    static const double duration[3] = {1.0, 2.0, 2.0};
    static const uint8_t ended[3] = {1, 0, 1};
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_of_durations(context, 3, duration, ended, NULL, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

static crm_status call_load(const crm_context *context, void *arg)
{
    (void)arg;
    crm_summary *summary = NULL;
    const crm_status status = crm_summary_load(context, golden, (int64_t)sizeof golden, &summary, NULL);
    assert_true((status == CRM_OK) == (summary != NULL));
    crm_summary_destroy(summary);
    return status;
}

/* Merging and adding allocate from the handle that they change: it must stay what it was. */
static crm_status call_merge(const crm_context *context, void *arg)
{
    const crm_summary *other = arg;
    crm_summary *into = NULL;
    crm_status status = crm_summary_load(context, golden, (int64_t)sizeof golden, &into, NULL);
    if (status < 0)
        return status;
    status = crm_summary_merge(into, other, NULL);
    assert_int_equal(crm_summary_fact(into, CRM_SUMMARY_PURCHASES), status < 0 ? 4 : 8);
    assert_int_equal(crm_summary_fact(into, CRM_SUMMARY_GAPS), status < 0 ? 7 : 14);
    crm_summary_destroy(into);
    return status;
}

static crm_status call_add(const crm_context *context, void *arg)
{
    const int64_t n = *(const int64_t *)arg;
    crm_summary *into = NULL;
    crm_status status = crm_summary_of_purchases(context, 3, column[0], column[1], column[2], NULL, &into, NULL);
    if (status < 0)
        return status;
    status = crm_summary_add(context, into, n, column[0], column[1], column[2], NULL, NULL);
    assert_int_equal(crm_summary_fact(into, CRM_SUMMARY_PURCHASES), status < 0 ? 3 : 3 + n);
    crm_summary_destroy(into);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    int64_t n = 1000;
    for (int kind = 0; kind < KINDS; kind++) {
        draw_purchases(n, kind);
        failing_sweep(call_purchases, &n);
        failing_sweep(call_add, &n);
    }
    for (int i = 0; i < 500; i++)
        column[2][i] += 1.0;
    failing_sweep(call_spend, NULL);
    failing_sweep(call_durations, NULL);
    failing_sweep(call_load, NULL);
    crm_summary *other = summary_of(&good_parts);
    failing_sweep(call_merge, other);
    crm_summary_destroy(other);
}

/* ---- workers ---- */

static void test_workers(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        draw_purchases(MOST, kind);
        crm_summary *one = of_purchases(MOST, 1);
        for (int threads = 2; threads <= 7; threads += 5) {
            crm_context *context = NULL;
            crm_summary *many = NULL;
            assert_int_equal(crm_context_create(NULL, NULL, threads, &context, NULL), CRM_OK);
            assert_int_equal(crm_summary_of_purchases(context, MOST, column[0], column[1], column[2], column[3],
                                                      &many, NULL),
                             CRM_OK);
            assert_same_summary(one, many);
            crm_summary_destroy(many);
            crm_context_destroy(context);
        }
        crm_summary_destroy(one);
    }
}

static int32_t stop_at_once(void *self, double done)
{
    (void)self;
    (void)done;
    return 1;
}

static void test_cancel(void **state)
{
    (void)state;
    crm_context *context = NULL;
    crm_summary *summary = NULL;
    draw_purchases(100, 0);
    assert_int_equal(crm_context_watch(NULL, stop_at_once, NULL, &context, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_purchases(context, 100, column[0], column[1], column[2], NULL, &summary, NULL),
                     CRM_E_CANCELLED);
    assert_null(summary);
    crm_context_destroy(context);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--golden") == 0) {
        int64_t length;
        uint8_t *bytes = compose(&good_parts, &length);
        blob_print(bytes, length);
        free(bytes);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_purchases),       cmocka_unit_test(test_spend),
        cmocka_unit_test(test_durations),       cmocka_unit_test(test_colliding_values),
        cmocka_unit_test(test_merge_any_order), cmocka_unit_test(test_merge_sections),
        cmocka_unit_test(test_merge_refused),   cmocka_unit_test(test_bad_purchases),
        cmocka_unit_test(test_bad_spend_and_durations), cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_blob),            cmocka_unit_test(test_hostile_blobs),
        cmocka_unit_test(test_golden),          cmocka_unit_test(test_memory),
        cmocka_unit_test(test_workers),         cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
