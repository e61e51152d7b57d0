/* The inner parts of the room at their limits: sizes that no memory holds, counts beyond int64, rows too wide for one word. */
#include "failing.h"

#include "data/cells.h"
#include "data/collapse.h"
#include "data/gaps.h"
#include "data/stream.h"
#include "data/tally.h"

/* More than can be counted is refused before anything is asked for. */
static void test_sizes(void **unused)
{
    (void)unused;
    failing f;
    crm_context *context = failing_context(&f);
    const crm_allocator allocator = failing_allocator(&f);
    const int64_t asked = f.asked;
    crm_i_cells cells;
    assert_int_equal(crm_i_cells_new(&allocator, 3, INT64_MAX / 8 + 1, &cells), 0);
    assert_true(cells.block == NULL && cells.capacity == 0);
    crm_i_cells_release(&allocator, &cells);
    crm_i_gap_table gaps = crm_i_gaps_none();
    assert_int_equal(crm_i_gaps_reserve(&allocator, &gaps, INT64_MAX), 0);
    assert_true(gaps.place == NULL && gaps.places == 0);
    assert_int_equal(f.asked, asked);
    assert_int_equal(crm_i_tally_suits((int64_t)UINT32_MAX, 13), 1);
    assert_int_equal(crm_i_tally_suits((int64_t)UINT32_MAX + 1, 13), 0); /* counts are 32 bits wide */
    crm_stream *stream = NULL;
    assert_int_equal(crm_stream_create(context, &stream, NULL), CRM_OK);
    const int64_t before = f.asked;
    assert_int_equal(crm_i_stream_reserve(stream, INT64_MAX), 0);
    assert_int_equal(f.asked, before);
    crm_stream_destroy(stream);
    failing_context_end(&f, context);
}

/* Counts that pass int64 together have no total. */
static void test_counts(void **unused)
{
    (void)unused;
    failing f;
    crm_context *context = failing_context(&f);
    const crm_allocator allocator = failing_allocator(&f);
    crm_i_cells cells;
    assert_int_equal(crm_i_cells_new(&allocator, 2, 2, &cells), 1);
    cells.n = 2;
    for (int64_t i = 0; i < 2; i++) {
        cells.column[0][i] = (double)i;
        cells.column[1][i] = 1;
        cells.count[i] = i == 0 ? INT64_MAX - 1 : 1;
    }
    assert_int_equal(crm_i_cells_weigh(&cells), 1);
    assert_true(cells.total == INT64_MAX);
    cells.count[1] = 2;
    assert_int_equal(crm_i_cells_weigh(&cells), 0);
    assert_true(cells.total == INT64_MAX);
    crm_i_cells_release(&allocator, &cells);
    failing_context_end(&f, context);
}

/* ---- collapsing rows of more than 64 bits ---- */

enum { ROWS = 60000 }; /* distinct values too many to be ranked */

typedef struct table {
    double column[3][ROWS];
    double sorted[ROWS][4];
    int64_t count[ROWS];
    int64_t distinct;
} table;

static int by_columns(const void *a, const void *b)
{
    const double *p = a;
    const double *q = b;
    for (int c = 0; c < 4; c++)
        if (p[c] != q[c])
            return p[c] < q[c] ? -1 : 1;
    return 0;
}

static double fraction(uint64_t i)
{
    uint64_t z = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 31) * UINT64_C(0xBF58476D1CE4E5B9);
    return (double)((z ^ z >> 29) >> 11) * 0x1p-53;
}

/* Every third row is there twice; the weights are 1, by no column. constant: column 0 is the same throughout and column 1
 * has few values, so that little is left for a second word. */
static void invent(table *t, int32_t constant)
{
    for (int64_t i = 0; i < ROWS; i++) {
        const uint64_t k = (uint64_t)(i % 3 == 2 ? i - 1 : i);
        t->column[0][i] = constant ? 5.5 : fraction(k % 50);
        t->column[1][i] = constant ? fraction(k % 90) : fraction(k + 100000);
        t->column[2][i] = fraction(k + 200000) * (k % 2 ? 1 : 0x1p-900);
        for (int c = 0; c < 3; c++)
            t->sorted[i][c] = t->column[c][i];
        t->sorted[i][3] = 1;
    }
    qsort(t->sorted, ROWS, sizeof t->sorted[0], by_columns);
    t->distinct = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        const int64_t d = t->distinct;
        if (d > 0 && by_columns(t->sorted[d - 1], t->sorted[i]) == 0) {
            t->count[d - 1]++;
            continue;
        }
        memmove(t->sorted[d], t->sorted[i], sizeof t->sorted[0]);
        t->count[d] = 1;
        t->distinct++;
    }
}

static crm_status collapse(const crm_context *context, void *arg)
{
    const table *t = arg;
    const crm_i_collapse_rows rows = {ROWS, 4, {t->column[0], t->column[1], t->column[2], NULL}};
    crm_i_cells cells;
    crm_error err;
    const crm_status status = crm_i_collapse(context, &rows, &cells, 0, 1, &err);
    if (status < 0) {
        assert_null(cells.block);
        return status;
    }
    assert_int_equal(cells.n, t->distinct);
    for (int64_t d = 0; d < cells.n; d++) {
        for (int c = 0; c < 4; c++)
            assert_same_bits(cells.column[c][d], t->sorted[d][c]);
        assert_int_equal(cells.count[d], t->count[d]);
    }
    assert_int_equal(cells.total, ROWS);
    const crm_allocator allocator = crm_i_allocator(context);
    crm_i_cells_release(&allocator, &cells);
    return CRM_OK;
}

static void test_wide_rows(void **unused)
{
    (void)unused;
    table *t = malloc(sizeof *t);
    assert_non_null(t);
    for (int32_t constant = 0; constant < 2; constant++) {
        invent(t, constant);
        assert_true(t->distinct > ROWS / 2 && t->distinct < ROWS);
        failing_sweep(collapse, t);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_wide_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
