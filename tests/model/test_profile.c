/* Parameters held by the caller, and the profile likelihood intervals that rest on them. */
#include "model/fits.h"

#include "data/blobs.h"
#include "failing.h"

static const double truth[] = {0.55, 10.6, 0.8, 2.6};

/* Spread more than chance alone, so that r and alpha are identified. */
static const double bought[] = {0.0, 0.0, 0.0, 1.0, 2.0, 5.0, 9.0};

/* 3,000 customers, so that a fit takes no time; BG/NBD, fitted. */
static crm_summary *simulated(void)
{
    enum { N = 3000 };
    static int64_t first[N];
    crm_model *model = NULL;
    crm_transactions *log = NULL;
    crm_customers *book = NULL;
    crm_summary *summary = NULL;
    for (int i = 0; i < N; i++)
        first[i] = i % 84;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, truth, NULL, &model, NULL), CRM_OK);
    assert_int_equal(crm_model_simulate(NULL, model, NULL, N, first, 364, 7.0, 2, 7, 1, &log, NULL), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, log, 364, 7.0, 2, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    crm_customers_destroy(book);
    crm_transactions_destroy(log);
    crm_model_destroy(model);
    return summary;
}

static crm_status fit_held(const crm_summary *summary, const double *held, const double *start,
                           crm_model **model, crm_error *err)
{
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_FIXED, 4, held, NULL), CRM_OK);
    if (start)
        assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_START, 4, start, NULL), CRM_OK);
    const crm_status status = crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, model, err);
    crm_options_destroy(options);
    return status;
}

static crm_model *fit_free(const crm_summary *summary)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL), CRM_OK);
    return model;
}

static double value_of(const crm_model *model)
{
    return crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
}

/* The free gradient is zero, the held value is as given, to the bit. */
static void holds(void **state)
{
    (void)state;
    const double held[] = {0.0, 10.0, 0.0, 2.0 / 3.0};
    crm_summary *summary = simulated();
    crm_model *full = fit_free(summary);
    crm_model *model = NULL;
    assert_int_equal(fit_held(summary, held, NULL, &model, NULL), CRM_OK);
    double p[4];
    double c[16];
    double value;
    double gradient[4];
    double direction[4];
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    assert_same_bits(p[1], held[1]);
    assert_same_bits(p[3], held[3]);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, NULL, NULL), CRM_OK);
    assert_true(fabs(gradient[0]) < 1e-8 && fabs(gradient[2]) < 1e-8);
    assert_true(fabs(gradient[1]) > 1e-3 && fabs(gradient[3]) > 1e-3);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            assert_true(held[i] > 0.0 || held[j] > 0.0 ? c[i + 4 * j] == 0.0 : c[i + 4 * j] != 0.0);
    assert_int_equal(crm_model_direction(model, direction, NULL), CRM_OK);
    assert_true(direction[1] == 0.0 && direction[3] == 0.0 && direction[0] != 0.0);
    assert_true(value_of(model) < value_of(full));
    assert_relative(crm_model_fact(model, CRM_FACT_AIC), -2.0 * value_of(model) + 4.0, 1e-15);
    assert_relative(crm_model_fact(model, CRM_FACT_BIC), -2.0 * value_of(model) + 2.0 * log(3000.0), 1e-15);
    assert_relative(crm_model_fact(full, CRM_FACT_AIC), -2.0 * value_of(full) + 8.0, 1e-15);

    /* whatever the start says of a held parameter */
    crm_model *again = NULL;
    assert_int_equal(fit_held(summary, held, (const double[]){1.0, 77.0, 1.0, 99.0}, &again, NULL), CRM_OK);
    assert_relative(value_of(again), value_of(model), 1e-13);
    crm_model_destroy(again);

    /* held where the free fit ended it changes nothing but what is counted */
    double best[4];
    assert_int_equal(crm_model_parameters(full, best, NULL, NULL), CRM_OK);
    assert_int_equal(fit_held(summary, (const double[]){best[0], 0.0, 0.0, 0.0}, NULL, &again, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(again, p, NULL, NULL), CRM_OK);
    for (int i = 0; i < 4; i++)
        assert_relative(p[i], best[i], 1e-7);
    crm_model_destroy(again);
    crm_model_destroy(model);
    crm_model_destroy(full);
    crm_summary_destroy(summary);
}

/* What is not known of two parameters is known of one where the other is held. */
static void holding_identifies(void **state)
{
    (void)state;
    enum { N = 400 };
    static double x[N];
    static double t_x[N];
    static double T[N];
    for (int i = 0; i < N; i++) {
        x[i] = bought[i % 7];
        T[i] = 30.0;
        t_x[i] = x[i] > 0.0 ? 30.0 : 0.0; /* nobody ever leaves: a -> 0 or b -> infinity */
    }
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, N, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL), CRM_NOT_IDENTIFIED);
    crm_model_destroy(model);
    assert_int_equal(fit_held(summary, (const double[]){0.0, 0.0, 0.01, 10.0}, NULL, &model, NULL), CRM_OK);
    assert_true(crm_model_fact(model, CRM_FACT_IDENTIFIED) == 1.0);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void held_misuse(void **state)
{
    (void)state;
    crm_summary *summary = simulated();
    crm_model *model = NULL;
    crm_error err;
    assert_int_equal(fit_held(summary, truth, NULL, &model, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 4);
    assert_null(model);
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(
        crm_options_set_f64s(options, CRM_OPTION_FIT_FIXED, 4, (const double[]){0.0, -1.0, 0.0, 0.0}, &err),
        CRM_E_DOMAIN);
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_FIXED, 3, truth, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err), CRM_E_DOMAIN);
    crm_fit *fit = NULL;
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, options, &fit, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 3);
    crm_options_destroy(options);
    crm_summary_destroy(summary);
}

/* The fit from sums holds the same. */
static void held_in_shards(void **state)
{
    (void)state;
    const double held[] = {0.0, 0.0, 0.7, 0.0};
    crm_summary *summary = simulated();
    crm_options *options = NULL;
    crm_fit *fit = NULL;
    crm_model *model = NULL;
    crm_model *want = NULL;
    double p[4];
    double q[4];
    double sums[32];
    int32_t n;
    int32_t finished = 0;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_FIXED, 4, held, NULL), CRM_OK);
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, options, &fit, NULL), CRM_OK);
    while (!finished) {
        assert_int_equal(crm_fit_ask(fit, p, &n, NULL), CRM_OK);
        assert_same_bits(p[2], held[2]);
        assert_int_equal(crm_fit_partial(NULL, CRM_MODEL_BG_NBD, p, summary, sums, NULL), CRM_OK);
        assert_int_equal(crm_fit_tell(fit, sums, &finished, NULL), CRM_OK);
    }
    assert_int_equal(crm_fit_finish(NULL, fit, &model, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &want, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(want, q, NULL, NULL), CRM_OK);
    for (int i = 0; i < 4; i++)
        assert_relative(p[i], q[i], 1e-12);
    crm_model_destroy(want);
    crm_model_destroy(model);
    crm_fit_destroy(fit);
    crm_options_destroy(options);
    crm_summary_destroy(summary);
}

/* Blobs keep what was held; those of format 1, which knew nothing of it, still load. */
static void blobs(void **state)
{
    (void)state;
    enum { FIXED = 8 + 4 * 8 + 16 * 8 }; /* offset in the payload */
    crm_summary *summary = simulated();
    crm_model *model = NULL;
    crm_model *loaded = NULL;
    assert_int_equal(fit_held(summary, (const double[]){0.0, 0.0, 0.0, 2.0}, NULL, &model, NULL), CRM_OK);
    uint8_t bytes[1024];
    int64_t length = 0;
    assert_int_equal(crm_model_save(model, bytes, sizeof bytes, &length, NULL), CRM_OK);
    assert_int_equal(crm_model_load(NULL, bytes, length, &loaded, NULL), CRM_OK);
    assert_true(crm_model_fact(loaded, CRM_FACT_AIC) == crm_model_fact(model, CRM_FACT_AIC));
    crm_model_destroy(loaded);

    uint8_t payload[1024];
    const int64_t n = length - CRM_I_BLOB_HEAD;
    memcpy(payload, bytes + CRM_I_BLOB_HEAD, (size_t)n);
    assert_int_equal(payload[FIXED], 8);
    crm_error err;
    int64_t made = 0;
    payload[FIXED] = 15; /* all of them */
    uint8_t *blob = blob_make("MODL", 2, payload, n, &made);
    assert_int_equal(crm_model_load(NULL, blob, made, &loaded, &err), CRM_E_FORMAT);
    free(blob);
    payload[FIXED] = 16; /* one that is not there */
    blob = blob_make("MODL", 2, payload, n, &made);
    assert_int_equal(crm_model_load(NULL, blob, made, &loaded, &err), CRM_E_FORMAT);
    free(blob);
    memmove(payload + FIXED, payload + FIXED + 4, (size_t)(n - FIXED - 4));
    blob = blob_make("MODL", 1, payload, n - 4, &made);
    assert_int_equal(crm_model_load(NULL, blob, made, &loaded, NULL), CRM_OK);
    assert_relative(crm_model_fact(loaded, CRM_FACT_AIC), crm_model_fact(model, CRM_FACT_AIC) + 2.0, 1e-15);
    free(blob);
    crm_model_destroy(loaded);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* ---- profile intervals ---- */

/* Straight from the definition: held at an end, the best of the others is z^2/2 below the maximum. */
static void ends_by_definition(void **state)
{
    (void)state;
    const double z = 1.959963984540054;
    crm_summary *summary = simulated();
    crm_model *model = fit_free(summary);
    double low[4];
    double high[4];
    double wald_low[4];
    double wald_high[4];
    double p[4];
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, model, summary, 0.95, low, high, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, model, NULL, 0.95, wald_low, wald_high, NULL), CRM_OK);
    for (int i = 0; i < 4; i++) {
        assert_true(low[i] < p[i] && p[i] < high[i]);
        /* the same first order in log-parameters, but not the same */
        assert_close(log(low[i] / p[i]), log(wald_low[i] / p[i]), 0.25);
        assert_close(log(high[i] / p[i]), log(wald_high[i] / p[i]), 0.25);
        assert_true(fabs(low[i] - wald_low[i]) > 1e-6 * p[i]);
        for (int side = 0; side < 2; side++) {
            double held[4] = {0.0};
            crm_model *at = NULL;
            held[i] = side ? high[i] : low[i];
            assert_true(fit_held(summary, held, NULL, &at, NULL) >= 0);
            assert_true(fabs(value_of(model) - value_of(at) - 0.5 * z * z) < 2e-8);
            crm_model_destroy(at);
        }
    }
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* A held parameter has no interval; the others' are narrower than if it were free. */
static void held_in_profile(void **state)
{
    (void)state;
    crm_summary *summary = simulated();
    crm_model *model = fit_free(summary);
    crm_model *part = NULL;
    double p[4];
    double low[4];
    double high[4];
    double part_low[4];
    double part_high[4];
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, model, summary, 0.9, low, high, NULL), CRM_OK);
    assert_int_equal(fit_held(summary, (const double[]){0.0, 0.0, p[2], p[3]}, NULL, &part, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, part, summary, 0.9, part_low, part_high, NULL), CRM_OK);
    for (int i = 0; i < 2; i++)
        assert_true(low[i] < part_low[i] && part_low[i] < p[i] && p[i] < part_high[i] &&
                    part_high[i] < high[i]);
    for (int i = 2; i < 4; i++) {
        assert_same_bits(part_low[i], p[i]);
        assert_same_bits(part_high[i], p[i]);
    }
    crm_model_destroy(part);
    /* one left: the likelihood itself */
    assert_int_equal(fit_held(summary, (const double[]){0.0, p[1], p[2], p[3]}, NULL, &part, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, part, summary, 0.9, part_low, part_high, NULL), CRM_OK);
    const double at_end[] = {part_high[0], p[1], p[2], p[3]};
    crm_model *end = NULL;
    double value;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, at_end, NULL, &end, NULL), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, end, summary, &value, NULL, NULL, NULL), CRM_OK);
    assert_true(fabs(value_of(part) - value - 0.5 * 1.6448536269514722 * 1.6448536269514722) < 2e-8);
    crm_model_destroy(end);
    crm_model_destroy(part);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* Where drop-out is not identified its ends are open, and those of the purchase process are not. */
static void open_ends(void **state)
{
    (void)state;
    enum { N = 400 };
    static double x[N];
    static double t_x[N];
    static double T[N];
    for (int i = 0; i < N; i++) {
        x[i] = bought[i % 7];
        T[i] = 30.0;
        t_x[i] = x[i] > 0.0 ? 30.0 : 0.0;
    }
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    double low[4];
    double high[4];
    assert_int_equal(crm_summary_of_purchases(NULL, N, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL), CRM_NOT_IDENTIFIED);
    const crm_status status = crm_model_interval(NULL, model, summary, 0.95, low, high, NULL);
    assert_int_equal(status, CRM_OK);
    assert_true(low[0] > 0.0 && high[0] < INFINITY && low[0] < high[0]);
    assert_true(low[1] > 0.0 && high[1] < INFINITY && low[1] < high[1]);
    assert_true(low[2] == 0.0);
    assert_true(high[3] == INFINITY);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* Log-likelihood of the fit with parameter i held at a value. */
static double held_at(const crm_summary *summary, int i, double value)
{
    double held[4] = {0.0};
    crm_model *model = NULL;
    held[i] = value;
    assert_true(fit_held(summary, held, NULL, &model, NULL) >= 0);
    const double found = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
    crm_model_destroy(model);
    return found;
}

/* Few customers have wide intervals; an end is open only if the likelihood has not fallen enough at the bound of
 * fits itself. */
static void open_at_the_bound(void **state)
{
    (void)state;
    enum { N = 12 };
    static const double repeats[] = {0.0, 0.0, 1.0, 0.0, 3.0, 2.0, 0.0, 1.0, 5.0, 0.0, 2.0, 1.0};
    static const double z[] = {1.959963984540054, 2.5758293035489, 3.290526731491895, 4.891638475699};
    static const double level[] = {0.95, 0.99, 0.999, 0.999999};
    int closed = 0;
    for (int n = 5; n <= N; n++) {
        double t_x[N];
        double T[N];
        crm_summary *summary = NULL;
        crm_model *model = NULL;
        for (int i = 0; i < n; i++) {
            T[i] = 30.0;
            t_x[i] = repeats[i] > 0.0 ? 10.0 + (double)i : 0.0;
        }
        assert_int_equal(crm_summary_of_purchases(NULL, n, repeats, t_x, T, NULL, &summary, NULL), CRM_OK);
        assert_true(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL) >= 0);
        const double best = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
        for (int l = 0; l < 4; l++) {
            double low[4];
            double high[4];
            assert_true(crm_model_interval(NULL, model, summary, level[l], low, high, NULL) >= 0);
            for (int i = 0; i < 4; i++) {
                const double bound = i == 1 ? 20.0 : 14.0;
                const double unit = i == 1 ? 30.0 : 1.0;
                const double most = 0.5 * z[l] * z[l] + 1e-3;
                if (low[i] == 0.0)
                    assert_true(best - held_at(summary, i, unit * exp(-bound)) <= most);
                if (high[i] == INFINITY)
                    assert_true(best - held_at(summary, i, unit * exp(bound)) <= most);
                closed += (low[i] > 0.0) + (high[i] < INFINITY);
            }
        }
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
    assert_true(closed > 0);
}

/* A level that is 0 to rounding leaves nothing but the estimate. */
static void no_level(void **state)
{
    (void)state;
    double parameter[4];
    double low[4];
    double high[4];
    crm_model *model = NULL;
    crm_summary *summary = simulated();
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, model, summary, 1e-300, low, high, NULL), CRM_OK);
    crm_model_parameters(model, parameter, NULL, NULL);
    for (int i = 0; i < 4; i++)
        assert_true(low[i] == parameter[i] && high[i] == parameter[i]);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void profile_misuse(void **state)
{
    (void)state;
    crm_summary *summary = simulated();
    crm_model *model = fit_free(summary);
    crm_summary *other = NULL;
    crm_summary *empty = NULL;
    double low[4];
    double high[4];
    crm_error err;
    const double one = 1.0;
    assert_int_equal(crm_summary_of_purchases(NULL, 1, &one, &one, &one, NULL, &other, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_purchases(NULL, 0, NULL, NULL, NULL, NULL, &empty, NULL), CRM_OK);
    assert_int_equal(crm_model_interval(NULL, model, other, 0.9, low, high, &err), CRM_E_STATE);
    assert_int_equal(crm_model_interval(NULL, model, empty, 0.9, low, high, &err), CRM_E_NO_DATA);
    assert_int_equal(err.arg, 3);
    crm_summary_destroy(empty);
    crm_summary_destroy(other);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

typedef struct inputs {
    crm_summary *summary;
    crm_model *model;
} inputs;

static crm_status interval(const crm_context *context, void *arg)
{
    const inputs *in = arg;
    double low[4];
    double high[4];
    return crm_model_interval(context, in->model, in->summary, 0.5, low, high, NULL);
}

static void memory_fails(void **state)
{
    (void)state;
    inputs in;
    in.summary = simulated();
    in.model = fit_free(in.summary);
    failing_sweep(interval, &in);
    crm_model_destroy(in.model);
    crm_summary_destroy(in.summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds),           cmocka_unit_test(holding_identifies),
        cmocka_unit_test(held_misuse),     cmocka_unit_test(held_in_shards),
        cmocka_unit_test(blobs),           cmocka_unit_test(ends_by_definition),
        cmocka_unit_test(held_in_profile), cmocka_unit_test(open_ends),
        cmocka_unit_test(open_at_the_bound), cmocka_unit_test(no_level),
        cmocka_unit_test(profile_misuse),  cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
