/* One fit from many pieces: merged summaries to the bit, sums of shards to 1e-12, any order, any number of
 * workers. */
#include "model/fits.h"
#include "model/kinds.h"

#include "failing.h"

enum { CUSTOMERS = 3000, SHARDS = 7 };

static double x[CUSTOMERS];
static double t_x[CUSTOMERS];
static double T[CUSTOMERS];
static double count[CUSTOMERS];
static double mean[CUSTOMERS];

static int simulate(void **state)
{
    (void)state;
    static const double truth[] = {.55, 10.6, .61, 11.7};
    for (int i = 0; i < CUSTOMERS; i++) {
        struct crm_i_random random;
        crm_i_random_start(&random, 40, (uint64_t)i);
        T[i] = (double)(190 + i % 80) / 7.0;
        fits_simulate(41, (uint64_t)i, truth, 7.0, T[i], x + i, t_x + i);
        count[i] = x[i] + 1.0;
        const double rate = crm_i_random_gamma(&random, 3.7) / 15.4;
        mean[i] = ceil(100.0 * crm_i_random_gamma(&random, 6.25 * count[i]) / (rate * count[i])) / 100.0;
    }
    return 0;
}

/* Every SHARDS-th customer from `first`, with their spend, from the front or from the back. */
static crm_summary *shard(int32_t kind, int first, int step, int backwards)
{
    static double c[3][CUSTOMERS];
    int64_t n = 0;
    for (int k = first; k < CUSTOMERS; k += step, n++) {
        const int i = backwards ? CUSTOMERS - 1 - k : k;
        c[0][n] = kind == CRM_MODEL_BG_NBD ? x[i] : count[i];
        c[1][n] = kind == CRM_MODEL_BG_NBD ? t_x[i] : mean[i];
        c[2][n] = T[i];
    }
    crm_summary *summary = NULL;
    if (kind == CRM_MODEL_BG_NBD)
        assert_int_equal(crm_summary_of_purchases(NULL, n, c[0], c[1], c[2], NULL, &summary, NULL), CRM_OK);
    else
        assert_int_equal(crm_summary_of_spend(NULL, n, c[0], c[1], NULL, &summary, NULL), CRM_OK);
    return summary;
}

typedef struct saved {
    uint8_t bytes[1024];
    int64_t length;
} saved;

static saved fit_bytes(const crm_context *context, int32_t kind, const crm_summary *summary)
{
    saved s;
    memset(&s, 0, sizeof s);
    crm_model *model = NULL;
    assert_int_equal(crm_model_fit(context, kind, summary, NULL, &model, NULL), CRM_OK);
    assert_int_equal(crm_model_save(model, s.bytes, (int64_t)sizeof s.bytes, &s.length, NULL), CRM_OK);
    crm_model_destroy(model);
    return s;
}

static void bits_of_merged_shards(void **state)
{
    (void)state;
    static const int32_t kinds[] = {CRM_MODEL_BG_NBD, CRM_MODEL_GAMMA_GAMMA};
    for (int k = 0; k < 2; k++) {
        crm_summary *whole = shard(kinds[k], 0, 1, 0);
        const saved want = fit_bytes(NULL, kinds[k], whole);
        crm_summary_destroy(whole);
        whole = shard(kinds[k], 0, 1, 1);
        saved got = fit_bytes(NULL, kinds[k], whole);
        assert_memory_equal(&got, &want, sizeof got);
        crm_summary_destroy(whole);
        whole = shard(kinds[k], SHARDS - 1, SHARDS, 0);
        for (int i = SHARDS - 2; i >= 0; i--) {
            crm_summary *part = shard(kinds[k], i, SHARDS, 0);
            assert_int_equal(crm_summary_merge(whole, part, NULL), CRM_OK);
            crm_summary_destroy(part);
        }
        got = fit_bytes(NULL, kinds[k], whole);
        assert_memory_equal(&got, &want, sizeof got);
        crm_summary_destroy(whole);
    }
}

/* So many distinct rows that a fit begins with a sample of them. */
static crm_summary *many_rows(void)
{
    enum { MANY = 60000 };
    double *c = malloc(3 * MANY * sizeof *c);
    assert_non_null(c);
    static const double truth[] = {.9, 8.0, .7, 9.0};
    for (int i = 0; i < MANY; i++) {
        c[2 * MANY + i] = 25.0 + (double)(i % 9973) / 700.0;
        fits_simulate(43, (uint64_t)i, truth, 1000.0, c[2 * MANY + i], c + i, c + MANY + i);
    }
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, MANY, c, c + MANY, c + 2 * MANY, NULL, &summary, NULL),
                     CRM_OK);
    assert_true(crm_summary_fact(summary, CRM_SUMMARY_PURCHASES_DISTINCT) > 33000);
    free(c);
    return summary;
}

static void bits_of_workers(void **state)
{
    (void)state;
    static const int32_t workers[] = {1, 2, 7, 64};
    crm_summary *summary = many_rows();
    const saved want = fit_bytes(NULL, CRM_MODEL_BG_NBD, summary);
    for (int i = 0; i < 4; i++) {
        crm_context *context = NULL;
        const crm_status status = crm_context_create(NULL, NULL, workers[i], &context, NULL);
        if (status == CRM_E_UNSUPPORTED)
            continue;
        const saved got = fit_bytes(context, CRM_MODEL_BG_NBD, summary);
        assert_memory_equal(&got, &want, sizeof got);
        crm_context_destroy(context);
    }
    for (int32_t isa = CRM_ISA_BASELINE; isa <= CRM_ISA_AVX512; isa++) {
        crm_context *context = NULL;
        assert_int_equal(crm_context_limit(NULL, isa, &context, NULL), CRM_OK);
        const saved got = fit_bytes(context, CRM_MODEL_BG_NBD, summary);
        assert_memory_equal(&got, &want, sizeof got);
        crm_context_destroy(context);
    }
    crm_summary_destroy(summary);
}

static crm_status call_fit(const crm_context *context, void *arg)
{
    crm_model *model = NULL;
    const crm_status status = crm_model_fit(context, CRM_MODEL_BG_NBD, arg, NULL, &model, NULL);
    assert_true((status >= 0) == (model != NULL));
    crm_model_destroy(model);
    return status;
}

static int32_t count_down(void *self, double done)
{
    int64_t *left = self;
    (void)done;
    return --*left == 0;
}

/* The search on a sample fails and is cancelled as the one on all rows. */
static void sample_of_many(void **state)
{
    (void)state;
    crm_summary *summary = many_rows();
    failing_sweep(call_fit, summary);
    int64_t left = 0;
    crm_context *context = NULL;
    assert_int_equal(crm_context_watch(NULL, count_down, &left, &context, NULL), CRM_OK);
    crm_status status = CRM_E_CANCELLED;
    for (int64_t stop = 1; status == CRM_E_CANCELLED; stop += 17) {
        left = stop;
        status = call_fit(context, summary);
        assert_true(status == CRM_E_CANCELLED || left > 0);
    }
    assert_int_equal(status, CRM_OK);
    double sums[64];
    left = 1;
    assert_int_equal(
        crm_fit_partial(context, CRM_MODEL_BG_NBD, (const double[]){1.0, 1.0, 1.0, 1.0}, summary, sums, NULL),
        CRM_E_CANCELLED);
    left = 15;
    assert_int_equal(
        crm_fit_partial(context, CRM_MODEL_BG_NBD, (const double[]){1.0, 1.0, 1.0, 1.0}, summary, sums, NULL),
        CRM_E_CANCELLED);
    crm_context_destroy(context);
    crm_summary_destroy(summary);
}

/* ---- ask and tell ---- */

enum { SUMS = 64 };

static crm_status tell_all(crm_fit *fit, int32_t kind, crm_summary *const *part, int parts)
{
    int32_t finished = 0;
    for (int turn = 0; !finished; turn++) {
        double parameter[4];
        double total[SUMS] = {0.0};
        double sums[SUMS];
        int32_t n = 0;
        assert_true(turn < 2000);
        assert_int_equal(crm_fit_ask(fit, parameter, &n, NULL), CRM_OK);
        assert_true(n <= SUMS);
        for (int s = 0; s < parts; s++) {
            assert_int_equal(crm_fit_partial(NULL, kind, parameter, part[s], sums, NULL), CRM_OK);
            for (int32_t i = 0; i < n; i++)
                total[i] += sums[i];
        }
        const crm_status status = crm_fit_tell(fit, total, &finished, NULL);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

static void same_to_1e12(const crm_model *got, const crm_model *want)
{
    double p[2][4];
    double c[2][16];
    const int32_t k = crm_kind_parameters(crm_model_kind(want));
    crm_model_parameters(got, p[0], c[0], NULL);
    crm_model_parameters(want, p[1], c[1], NULL);
    assert_relative(crm_model_fact(got, CRM_FACT_LOG_LIKELIHOOD),
                    crm_model_fact(want, CRM_FACT_LOG_LIKELIHOOD), 1e-12);
    assert_true(crm_model_fact(got, CRM_FACT_CUSTOMERS) == crm_model_fact(want, CRM_FACT_CUSTOMERS));
    assert_true(crm_model_fact(got, CRM_FACT_IDENTIFIED) == crm_model_fact(want, CRM_FACT_IDENTIFIED));
    for (int32_t i = 0; i < k; i++)
        assert_relative(p[0][i], p[1][i], 1e-12);
    for (int32_t i = 0; i < k * k; i++)
        assert_relative(c[0][i], c[1][i], 1e-11);
}

static void sums_of_shards(void **state)
{
    (void)state;
    static const int32_t kinds[] = {CRM_MODEL_BG_NBD, CRM_MODEL_GAMMA_GAMMA};
    for (int k = 0; k < 2; k++) {
        crm_summary *part[SHARDS + 1];
        crm_summary *whole = shard(kinds[k], 0, 1, 0);
        for (int i = 0; i < SHARDS; i++)
            part[i] = shard(kinds[k], i, SHARDS, 0);
        part[SHARDS] = shard(kinds[1 - k], 0, SHARDS, 0); /* has no rows of this kind: adds nothing */
        crm_fit *fit = NULL;
        crm_model *want = NULL;
        crm_model *got = NULL;
        assert_int_equal(crm_model_fit(NULL, kinds[k], whole, NULL, &want, NULL), CRM_OK);
        assert_int_equal(crm_fit_create(NULL, kinds[k], NULL, &fit, NULL), CRM_OK);
        assert_int_equal(tell_all(fit, kinds[k], part, SHARDS + 1), CRM_OK);
        assert_int_equal(crm_fit_finish(NULL, fit, &got, NULL), CRM_OK);
        same_to_1e12(got, want);
        double parameter[4];
        double best[4];
        int32_t n;
        assert_int_equal(crm_fit_ask(fit, parameter, &n, NULL), CRM_OK); /* finished: the answer */
        assert_int_equal(crm_model_parameters(got, best, NULL, NULL), CRM_OK);
        assert_memory_equal(parameter, best, (size_t)crm_kind_parameters(kinds[k]) * sizeof *best);
        double sums[SUMS] = {0.0};
        assert_int_equal(crm_fit_tell(fit, sums, &n, NULL), CRM_E_STATE);
        for (int i = 0; i <= SHARDS; i++)
            crm_summary_destroy(part[i]);
        crm_summary_destroy(whole);
        crm_model_destroy(want);
        crm_model_destroy(got);
        crm_fit_destroy(fit);
    }
    crm_fit_destroy(NULL);
}

/* From a stated start, and where the answer is a remark. */
static void statuses_through_sums(void **state)
{
    (void)state;
    const double zero[] = {0.0, 0.0};
    const double time[] = {30.0, 31.0};
    crm_summary *part = NULL;
    crm_fit *fit = NULL;
    crm_model *model = NULL;
    crm_options *options = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, 2, zero, zero, time, NULL, &part, NULL), CRM_OK);
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, NULL, &fit, NULL), CRM_OK);
    assert_int_equal(tell_all(fit, CRM_MODEL_BG_NBD, &part, 1), CRM_OK);
    assert_int_equal(crm_fit_finish(NULL, fit, &model, NULL), CRM_NOT_IDENTIFIED);
    crm_model_destroy(model);
    crm_fit_destroy(fit);
    crm_summary_destroy(part);

    part = shard(CRM_MODEL_BG_NBD, 0, 1, 0);
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(
        crm_options_set_f64s(options, CRM_OPTION_FIT_START, 4, (const double[]){1.0, 9.0, 2.0, 2.0}, NULL),
        CRM_OK);
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, options, &fit, NULL), CRM_OK);
    double parameter[4];
    int32_t n;
    assert_int_equal(crm_fit_ask(fit, parameter, &n, NULL), CRM_OK);
    assert_relative(parameter[1], 9.0, 1e-15);
    assert_int_equal(tell_all(fit, CRM_MODEL_BG_NBD, &part, 1), CRM_OK);
    assert_int_equal(crm_fit_finish(NULL, fit, &model, NULL), CRM_OK);
    fits_maximum(model, part);
    crm_model_destroy(model);
    crm_fit_destroy(fit);

    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_FIT_ITERATIONS, 1, NULL), CRM_OK);
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, options, &fit, NULL), CRM_OK);
    assert_int_equal(tell_all(fit, CRM_MODEL_BG_NBD, &part, 1), CRM_OK);
    assert_int_equal(crm_fit_finish(NULL, fit, &model, NULL), CRM_NOT_CONVERGED);
    crm_model_destroy(model);
    crm_fit_destroy(fit);
    crm_options_destroy(options);
    crm_summary_destroy(part);
}

/* Whoever tells nonsense gets an error or a fit that did not converge, never a hang. */
static void nonsense(void **state)
{
    (void)state;
    static const double wrong[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e308};
    crm_summary *part = shard(CRM_MODEL_BG_NBD, 0, 1, 0);
    for (int w = 0; w < 4; w++) {
        crm_fit *fit = NULL;
        int32_t finished = 0;
        assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, NULL, &fit, NULL), CRM_OK);
        for (int turn = 0; !finished; turn++) {
            double parameter[4];
            double sums[SUMS];
            int32_t n = 0;
            assert_true(turn < 2000);
            assert_int_equal(crm_fit_ask(fit, parameter, &n, NULL), CRM_OK);
            for (int i = 0; i < 4; i++)
                assert_true(parameter[i] > 0.0 && isfinite(parameter[i]));
            assert_int_equal(crm_fit_partial(NULL, CRM_MODEL_BG_NBD, parameter, part, sums, NULL), CRM_OK);
            for (int32_t i = 6; i < n; i++)
                sums[i] = turn % 3 == 2 ? sums[i] : wrong[w];
            assert_int_equal(crm_fit_tell(fit, sums, &finished, NULL), CRM_OK);
        }
        crm_model *model = NULL;
        assert_true(crm_fit_finish(NULL, fit, &model, NULL) >= 0);
        assert_non_null(model);
        crm_model_destroy(model);
        crm_fit_destroy(fit);
    }
    crm_summary_destroy(part);
}

static void misuse(void **state)
{
    (void)state;
    crm_error err;
    crm_fit *fit = NULL;
    crm_model *model = NULL;
    double parameter[4];
    double sums[SUMS] = {0.0};
    int32_t n = 0;
    crm_summary *part = shard(CRM_MODEL_BG_NBD, 0, 1, 0);
    assert_int_equal(crm_fit_create(NULL, 99, NULL, &fit, &err), CRM_E_ARGUMENT);
    if (kinds_unbuilt())
        assert_int_equal(crm_fit_create(NULL, kinds_unbuilt(), NULL, &fit, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, NULL, NULL, &err), CRM_E_NULL);
    assert_null(fit);
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, NULL, &fit, &err), CRM_OK);
    assert_int_equal(crm_fit_ask(NULL, parameter, &n, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_ask(fit, NULL, &n, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_ask(fit, parameter, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_tell(NULL, sums, &n, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_tell(fit, NULL, &n, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_tell(fit, sums, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_tell(fit, sums, &n, &err), CRM_E_NO_DATA);
    sums[0] = -1.0;
    assert_int_equal(crm_fit_tell(fit, sums, &n, &err), CRM_E_DOMAIN);
    sums[0] = 1.0;
    sums[4] = (double)NAN;
    assert_int_equal(crm_fit_tell(fit, sums, &n, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_fit_finish(NULL, fit, &model, &err), CRM_E_STATE);
    assert_int_equal(crm_fit_finish(NULL, NULL, &model, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_finish(NULL, fit, NULL, &err), CRM_E_NULL);
    assert_null(model);
    assert_int_equal(crm_fit_ask(fit, parameter, &n, &err), CRM_OK);
    assert_int_equal(crm_fit_partial(NULL, 0, parameter, part, sums, &err), CRM_E_ARGUMENT);
    if (kinds_unbuilt())
        assert_int_equal(crm_fit_partial(NULL, kinds_unbuilt(), parameter, part, sums, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(crm_fit_partial(NULL, CRM_MODEL_BG_NBD, NULL, part, sums, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_partial(NULL, CRM_MODEL_BG_NBD, parameter, NULL, sums, &err), CRM_E_NULL);
    assert_int_equal(crm_fit_partial(NULL, CRM_MODEL_BG_NBD, parameter, part, NULL, &err), CRM_E_NULL);
    parameter[2] = 0.0;
    assert_int_equal(crm_fit_partial(NULL, CRM_MODEL_BG_NBD, parameter, part, sums, &err), CRM_E_DOMAIN);
    crm_fit_destroy(fit);
    crm_summary_destroy(part);
}

/* Create, ask, partial, tell, finish with each allocation failing in turn. */
static crm_status call_all(const crm_context *context, void *arg)
{
    const crm_summary *part = arg;
    crm_fit *fit = NULL;
    crm_model *model = NULL;
    int32_t finished = 0;
    crm_status status = crm_fit_create(context, CRM_MODEL_BG_NBD, NULL, &fit, NULL);
    while (status == CRM_OK && !finished) {
        double parameter[4];
        double sums[SUMS];
        int32_t n;
        assert_int_equal(crm_fit_ask(fit, parameter, &n, NULL), CRM_OK);
        status = crm_fit_partial(context, CRM_MODEL_BG_NBD, parameter, part, sums, NULL);
        if (status == CRM_OK)
            status = crm_fit_tell(fit, sums, &finished, NULL);
    }
    if (status == CRM_OK)
        status = crm_fit_finish(context, fit, &model, NULL);
    crm_model_destroy(model);
    crm_fit_destroy(fit);
    return status;
}

static void memory_fails(void **state)
{
    (void)state;
    crm_summary *part = shard(CRM_MODEL_BG_NBD, 0, SHARDS, 0);
    failing_sweep(call_all, part);
    crm_summary_destroy(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_merged_shards), cmocka_unit_test(bits_of_workers),
        cmocka_unit_test(sample_of_many),
        cmocka_unit_test(sums_of_shards),        cmocka_unit_test(statuses_through_sums),
        cmocka_unit_test(nonsense),              cmocka_unit_test(misuse),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, simulate, NULL);
}
