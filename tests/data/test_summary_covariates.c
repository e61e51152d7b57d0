/* Summaries with covariates: strata against a plain search, and the same bytes however rows were cut and
 * merged. */
#include "data/blobs.h"
#include "failing.h"
#include "test.h"

#include "data/summary.h"

enum { N = 600, COLUMNS = 3 };

static double x[N];
static double t_x[N];
static double T[N];
static double weight[N];
static double z[COLUMNS * N];
static double z_some[COLUMNS * N];

static uint64_t state_of_draw = 1;

static uint32_t draw(uint32_t below)
{
    state_of_draw = state_of_draw * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state_of_draw >> 33) % below;
}

/* Few distinct values, -0 among them; some rows of weight 0. */
static void fill(void)
{
    state_of_draw = 7;
    for (int i = 0; i < N; i++) {
        x[i] = draw(3);
        T[i] = 10.0 + draw(2);
        t_x[i] = x[i] > 0.0 ? 1.0 + draw(3) : 0.0;
        weight[i] = draw(5) == 0 ? 0.0 : 1.0 + draw(2);
        z[i] = draw(2) ? 1.0 : draw(2) ? 0.0 : -0.0;
        z[N + i] = (double)draw(3) - 1.5;
        z[2 * N + i] = draw(50) ? 2.0 : 3.0;
    }
}

/* Rows first .. first+n-1, which stand every `step`-th. */
static crm_summary *summary_of(int64_t first, int64_t step, const double *w)
{
    static double rows[4][N];
    int64_t n = 0;
    int64_t count = 0;
    for (int64_t i = first; i < N; i += step)
        count++;
    for (int64_t i = first; i < N; i += step, n++) {
        rows[0][n] = x[i];
        rows[1][n] = t_x[i];
        rows[2][n] = T[i];
        rows[3][n] = w ? w[i] : 1.0;
        for (int c = 0; c < COLUMNS; c++)
            z_some[c * count + n] = z[c * N + i];
    }
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_covariates(NULL, n, rows[0], rows[1], rows[2], w ? rows[3] : NULL,
                                               COLUMNS, z_some, &summary, NULL),
                     CRM_OK);
    return summary;
}

/* How much weight lies at these numbers, by looking at every row. */
static double weight_at(const double *values, const double *stratum, const double *w)
{
    double sum = 0.0;
    for (int i = 0; i < N; i++) {
        int same =
            x[i] == values[1] && t_x[i] == values[2] && T[i] == values[3] && (w ? w[i] : 1.0) == values[4];
        for (int c = 0; c < COLUMNS; c++)
            same &= z[c * N + i] == stratum[c];
        sum += same ? values[4] : 0.0;
    }
    return sum;
}

/* Rows whose covariates no row of weight before them has. */
static int64_t distinct(const double *w)
{
    int64_t n = 0;
    for (int i = 0; i < N; i++) {
        int seen = w && w[i] == 0.0;
        for (int j = 0; j < i && !seen; j++)
            seen =
                !(w && w[j] == 0.0) && z[i] == z[j] && z[N + i] == z[N + j] && z[2 * N + i] == z[2 * N + j];
        n += !seen;
    }
    return n;
}

static void parted(void **state)
{
    (void)state;
    fill();
    for (int weighted = 0; weighted < 2; weighted++) {
        const double *w = weighted ? weight : NULL;
        crm_summary *summary = summary_of(0, 1, w);
        const crm_i_cells *cells = &summary->cells[CRM_I_STRATA];
        const crm_i_strata *strata = &summary->strata;
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_COVARIATES), COLUMNS);
        assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_STRATA), strata->n);
        assert_int_equal(cells->total, summary->cells[CRM_I_PURCHASES].total);
        assert_int_equal(strata->n, distinct(w));
        assert_true(strata->n > 6);
        double total = 0.0;
        for (int64_t i = 0; i < cells->n; i++) {
            double values[5];
            for (int c = 0; c < 5; c++)
                values[c] = cells->column[c][i];
            const double *stratum = strata->z + (int64_t)values[0] * COLUMNS;
            assert_true(cells->mass[i] == weight_at(values, stratum, w));
            total += cells->mass[i];
        }
        double want = 0.0;
        for (int i = 0; i < N; i++)
            want += w ? w[i] : 1.0;
        assert_true(total == want);
        for (int64_t i = 0; i < strata->n * COLUMNS; i++)
            assert_true(strata->z[i] != 0.0 || !signbit(strata->z[i]));
        crm_summary_destroy(summary);
    }
}

/* A stratum all of whose rows weigh nothing is not there. */
static void weightless(void **state)
{
    (void)state;
    const double one[] = {1.0, 1.0, 1.0};
    const double five[] = {5.0, 5.0, 5.0};
    const double w[] = {1.0, 0.0, 2.0};
    const double own[] = {4.0, 3.0, 1.0};
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_covariates(NULL, 3, one, one, five, w, 1, own, &summary, NULL), CRM_OK);
    assert_int_equal(summary->strata.n, 2);
    assert_true(summary->strata.z[0] == 1.0 && summary->strata.z[1] == 4.0);
    assert_true(summary->cells[CRM_I_STRATA].mass[0] == 2.0 && summary->cells[CRM_I_STRATA].mass[1] == 1.0);
    crm_summary_destroy(summary);
}

static uint8_t *save(const crm_summary *summary, int64_t *length)
{
    assert_int_equal(crm_summary_save(summary, NULL, 0, length, NULL), CRM_OK);
    uint8_t *bytes = malloc((size_t)*length);
    assert_non_null(bytes);
    assert_int_equal(crm_summary_save(summary, bytes, *length, length, NULL), CRM_OK);
    return bytes;
}

static void same_bytes(const crm_summary *a, const crm_summary *b)
{
    int64_t n;
    int64_t m;
    uint8_t *p = save(a, &n);
    uint8_t *q = save(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(p, q, (size_t)n);
    free(p);
    free(q);
}

static void merges(void **state)
{
    (void)state;
    fill();
    crm_summary *whole = summary_of(0, 1, weight);
    for (int shards = 2; shards < 60; shards += 19) {
        crm_summary *sum = NULL;
        const double none = 0.0;
        /* an empty one to begin with, of purchases or of covariates */
        if (shards == 2)
            assert_int_equal(crm_summary_of_purchases(NULL, 0, NULL, NULL, NULL, NULL, &sum, NULL), CRM_OK);
        else
            assert_int_equal(
                crm_summary_of_covariates(NULL, 0, NULL, NULL, NULL, NULL, COLUMNS, &none, &sum, NULL),
                CRM_OK);
        for (int s = shards - 1; s >= 0; s--) {
            crm_summary *part = summary_of(s, shards, weight);
            assert_int_equal(crm_summary_merge(sum, part, NULL), CRM_OK);
            crm_summary_destroy(part);
        }
        same_bytes(sum, whole);
        crm_summary *empty = NULL;
        assert_int_equal(
            crm_summary_of_covariates(NULL, 0, NULL, NULL, NULL, NULL, COLUMNS, NULL, &empty, NULL), CRM_OK);
        assert_int_equal(crm_summary_merge(sum, empty, NULL), CRM_OK);
        same_bytes(sum, whole);
        crm_summary_destroy(empty);
        crm_summary_destroy(sum);
    }
    crm_summary_destroy(whole);
}

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    return crm_summary_load(NULL, bytes, length, (crm_summary **)out, err);
}

static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    return crm_summary_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_summary_destroy(handle);
}

static void blobs(void **state)
{
    (void)state;
    int64_t length;
    crm_summary *loaded = NULL;
    fill();
    crm_summary *whole = summary_of(0, 1, weight);
    uint8_t *bytes = save(whole, &length);
    assert_int_equal(bytes[8], 2);
    assert_int_equal(crm_summary_load(NULL, bytes, length, &loaded, NULL), CRM_OK);
    same_bytes(loaded, whole);
    crm_summary_destroy(loaded);
    free(bytes);
    crm_summary_destroy(whole);

    crm_summary *small = summary_of(0, 97, NULL);
    bytes = save(small, &length);
    blob_torture(bytes, length, "SUMM", load_any, save_any, destroy_any);
    free(bytes);
    crm_summary_destroy(small);
}

static void refused(void **state)
{
    (void)state;
    const double one = 1.0;
    const double two[] = {1.0, 2.0};
    const double bad[] = {NAN, INFINITY};
    crm_summary *plain = NULL;
    crm_summary *summary = NULL;
    crm_summary *other = NULL;
    crm_error err;
    assert_int_equal(crm_summary_of_purchases(NULL, 1, &one, &one, &one, NULL, &plain, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, &one, &one, NULL, 0, &one, &summary, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, &one, &one, NULL, 33, &one, &summary, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, &one, &one, NULL, 1, NULL, &summary, &err),
                     CRM_E_NULL);
    assert_int_equal(err.arg, 8);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, &one, &one, NULL, 1, &one, NULL, &err),
                     CRM_E_NULL);
    assert_int_equal(err.arg, 9);
    for (int i = 0; i < 2; i++) {
        const double mixed[] = {1.0, bad[i]};
        assert_int_equal(crm_summary_of_covariates(NULL, 2, two, two, two, NULL, 1, mixed, &summary, &err),
                         CRM_E_DOMAIN);
        assert_int_equal(err.arg, 8);
        assert_int_equal(err.row, 1);
    }
    assert_int_equal(crm_summary_of_covariates(NULL, -1, &one, &one, &one, NULL, 1, &one, &summary, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, NULL, &one, NULL, 1, &one, &summary, &err),
                     CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, two + 1, &one, NULL, 1, &one, &summary, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_null(summary);

    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, &one, &one, NULL, 1, &one, &summary, NULL),
                     CRM_OK);
    assert_int_equal(crm_summary_of_covariates(NULL, 1, &one, &one, &one, NULL, 2, two, &other, NULL),
                     CRM_OK);
    assert_int_equal(crm_summary_add(NULL, summary, 1, &one, &one, &one, NULL, &err), CRM_E_STATE);
    assert_int_equal(crm_summary_merge(summary, plain, &err), CRM_E_STATE);
    assert_int_equal(crm_summary_merge(plain, summary, &err), CRM_E_STATE);
    assert_int_equal(crm_summary_merge(summary, other, &err), CRM_E_STATE);
    assert_int_equal(crm_summary_fact(plain, CRM_SUMMARY_COVARIATES), 0);
    assert_int_equal(crm_summary_fact(plain, CRM_SUMMARY_STRATA), 0);
    crm_summary_destroy(other);
    crm_summary_destroy(summary);
    crm_summary_destroy(plain);
}

static crm_status call(const crm_context *context, void *arg)
{
    (void)arg;
    crm_summary *summary = NULL;
    crm_summary *other = NULL;
    crm_status status = crm_summary_of_covariates(context, 300, x, t_x, T, weight, 1, z, &summary, NULL);
    if (status == CRM_OK)
        status = crm_summary_of_covariates(context, 300, x + 300, t_x + 300, T + 300, weight, 1, z + N + 300,
                                           &other, NULL);
    if (status == CRM_OK) {
        const int64_t before = crm_summary_fact(summary, CRM_SUMMARY_PURCHASES);
        const int64_t strata = crm_summary_fact(summary, CRM_SUMMARY_STRATA);
        status = crm_summary_merge(summary, other, NULL);
        if (status != CRM_OK) {
            assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_PURCHASES), before);
            assert_int_equal(crm_summary_fact(summary, CRM_SUMMARY_STRATA), strata);
        }
    }
    crm_summary_destroy(other);
    crm_summary_destroy(summary);
    return status;
}

static void memory_fails(void **state)
{
    (void)state;
    fill();
    failing_sweep(call, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parted), cmocka_unit_test(weightless), cmocka_unit_test(merges),
        cmocka_unit_test(blobs),  cmocka_unit_test(refused),    cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
