/* The summary: cells against a plain count, and the same bytes however rows were cut and merged. */
#include "data/summaries.h"

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

/* More distinct values than are ranked, so that their bits are sorted: two of three words, within buckets or by row. */
static void test_many_values(void **state)
{
    (void)state;
    enum { N = 70000 };
    plain_row *rows = malloc(N * sizeof *rows);
    double *value = malloc(3 * N * sizeof *value);
    assert_true(rows && value);
    for (int kind = 0; kind < 4; kind++) {
        const int weighted = kind >= 2;
        int64_t kept = 0;
        for (int64_t i = 0; i < N; i++) {
            const double mean = ldexp(1.0 + (double)draw(50000) / 50000.0, (int)draw(kind % 2 ? 3 : 60) - 30);
            const double count = (double)(kind == 1 ? 1 + draw(3) : draw(2000));
            const double weight = weighted ? ldexp(1.0 + (double)draw(30000) / 3e4, (int)draw(40) - 20) : 1.0;
            const int again = i > 0 && draw(3) == 0;
            value[i] = again ? value[i - 1] : count;
            value[N + i] = again ? value[N + i - 1] : mean;
            value[2 * N + i] = again ? value[2 * N + i - 1] : weight;
            if (value[i] == 0.0)
                continue;
            const plain_row row = {{value[i], value[N + i], value[2 * N + i], 0.0}};
            rows[kept++] = row;
        }
        crm_summary *summary = NULL;
        assert_int_equal(crm_summary_of_spend(NULL, N, value, value + N, weighted ? value + 2 * N : NULL, &summary,
                                              NULL),
                         CRM_OK);
        assert_cells(summary, CRM_I_SPENDS, rows, kept);
        crm_summary_destroy(summary);
    }
    free(rows);
    free(value);
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

/* A stream of customers who buy at 0 and then after the gaps given, 0 ending each customer. */
static crm_summary *of_gaps(uint64_t first_key, int64_t n, const int64_t *gap)
{
    crm_stream *stream = NULL;
    crm_customers *book = NULL;
    crm_summary *summary = NULL;
    uint64_t key = first_key;
    int64_t time = 0;
    assert_int_equal(crm_stream_create(NULL, &stream, NULL), CRM_OK);
    for (int64_t i = 0; i < n; i++) {
        const int64_t amount = 100;
        assert_int_equal(crm_stream_add(stream, 1, &key, &time, &amount, NULL, NULL), CRM_OK);
        time = gap[i] ? time + gap[i] : 0;
        key += gap[i] == 0;
    }
    assert_int_equal(crm_stream_customers(NULL, stream, (int64_t)1 << 61, 7.0, 2, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    crm_customers_destroy(book);
    crm_stream_destroy(stream);
    return summary;
}

/* Gaps of two summaries interleave, share lengths, or end one before the other: the merge is the summary of all. */
static void test_merge_gaps(void **state)
{
    (void)state;
    static const struct {
        int64_t n[2], gap[2][4];
    } cases[] = {{{3, 2}, {{5, 9, 0}, {2, 0}}},       {{2, 3}, {{9, 0}, {2, 5, 0}}}, {{3, 2}, {{1, 5, 0}, {5, 0}}},
                 {{1, 2}, {{0}, {3, 0}}},             {{1, 1}, {{0}, {0}}},          {{4, 4}, {{1, 3, 5, 0}, {2, 3, 4, 0}}},
                 {{2, 2}, {{(int64_t)1 << 60, 0}, {1, 0}}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t both[8];
        memcpy(both, cases[i].gap[0], (size_t)cases[i].n[0] * sizeof *both);
        memcpy(both + cases[i].n[0], cases[i].gap[1], (size_t)cases[i].n[1] * sizeof *both);
        crm_summary *all = of_gaps(1, cases[i].n[0] + cases[i].n[1], both);
        for (int turn = 0; turn < 2; turn++) {
            crm_summary *into = of_gaps(1, cases[i].n[turn], cases[i].gap[turn]);
            crm_summary *from = of_gaps(2, cases[i].n[1 - turn], cases[i].gap[1 - turn]);
            assert_int_equal(crm_summary_merge(into, from, NULL), CRM_OK);
            assert_same_summary(into, all);
            crm_summary_destroy(into);
            crm_summary_destroy(from);
        }
        crm_summary_destroy(all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_purchases),
        cmocka_unit_test(test_spend),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_many_values),
        cmocka_unit_test(test_colliding_values),
        cmocka_unit_test(test_merge_any_order),
        cmocka_unit_test(test_merge_sections),
        cmocka_unit_test(test_merge_gaps),
        cmocka_unit_test(test_merge_refused),
        cmocka_unit_test(test_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
