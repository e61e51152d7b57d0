/* Static covariates: likelihood, fit, misuse and blobs of models whose customers have parameters of their
 * own. */
#include "model/stratified.h"

#include "data/blobs.h"
#include "failing.h"

/* The rows of one stratum, as customers of a plain model. */
static double plain_value(const double *p, int s)
{
    double own[4];
    double out[N / 6];
    double sum = 0.0;
    const int first = s * (N / 6);
    crm_model *model = NULL;
    own_parameters(p, s % 2, s / 2, own);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, own, NULL, &model, NULL), CRM_OK);
    assert_int_equal(crm_model_rows(NULL, model, N / 6, x + first, t_x + first, T + first, out, NULL),
                     CRM_OK);
    for (int i = 0; i < N / 6; i++)
        sum += out[i];
    crm_model_destroy(model);
    return sum;
}

static double value_at(const crm_summary *summary, const double *p, double *gradient, double *hessian)
{
    double value;
    crm_model *model = stated(p, NULL);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, hessian, NULL), CRM_OK);
    crm_model_destroy(model);
    return value;
}

/* What a derivative is taken by: the logarithm of a parameter, a coefficient itself. */
static void move(double *p, int i, double h)
{
    p[i] = i < 4 ? p[i] * exp(h) : p[i] + h;
}

static void likelihood(void **state)
{
    (void)state;
    crm_summary *summary = summary_of(NULL);
    double gradient[COUNT];
    double hessian[COUNT * COUNT];
    const double value = value_at(summary, truth, gradient, hessian);
    double want = 0.0;
    for (int s = 0; s < 6; s++)
        want += plain_value(truth, s);
    assert_relative(value, want, 1e-13);
    const double h = 1e-5;
    for (int i = 0; i < COUNT; i++) {
        double p[COUNT];
        double up[COUNT];
        double down[COUNT];
        memcpy(p, truth, sizeof p);
        move(p, i, h);
        const double above = value_at(summary, p, up, NULL);
        memcpy(p, truth, sizeof p);
        move(p, i, -h);
        const double below = value_at(summary, p, down, NULL);
        assert_close(gradient[i], (above - below) / (2.0 * h), 1e-5);
        for (int j = 0; j < COUNT; j++) {
            assert_close(hessian[j + COUNT * i], (up[j] - down[j]) / (2.0 * h), 1e-5);
            assert_relative(hessian[j + COUNT * i], hessian[i + COUNT * j], 1e-13);
        }
    }
    /* coefficients of 0 are the model without */
    double p[COUNT] = {0.8, 6.0, 0.9, 3.0, 0.0, 0.0, 0.0, 0.0};
    crm_model *plain = NULL;
    double alone;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, p, NULL, &plain, NULL), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, plain, summary, &alone, NULL, NULL, NULL), CRM_OK);
    assert_relative(value_at(summary, p, NULL, NULL), alone, 1e-13);
    crm_model_destroy(plain);
    crm_summary_destroy(summary);
}

static crm_model *fit_with(const crm_summary *summary, const int32_t *id, const double *value, int n,
                           crm_status want)
{
    crm_options *options = NULL;
    crm_model *model = NULL;
    crm_error err;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    for (int i = 0; i < n; i++)
        if (id[i] == CRM_OPTION_RIDGE_LIFETIME || id[i] == CRM_OPTION_RIDGE_TRANSACTIONS)
            assert_int_equal(crm_options_set_f64(options, id[i], value[i], NULL), CRM_OK);
        else
            assert_int_equal(crm_options_set_f64s(options, id[i], 1, &value[i], NULL), CRM_OK);
    const crm_status status = crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err);
    if (status != want)
        print_error("%s: %s\n", crm_status_name(status), err.text);
    assert_int_equal(status, want);
    crm_options_destroy(options);
    return model;
}

static double fact(const crm_model *model, int32_t id)
{
    return crm_model_fact(model, id);
}

static void fits(void **state)
{
    (void)state;
    crm_summary *summary = summary_of(NULL);
    crm_model *model = fit_with(summary, NULL, NULL, 0, CRM_OK);
    double p[COUNT];
    double c[COUNT * COUNT];
    double gradient[COUNT];
    double value;
    assert_int_equal(crm_model_count(model), COUNT);
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, NULL, NULL), CRM_OK);
    assert_relative(value, fact(model, CRM_FACT_LOG_LIKELIHOOD), 1e-13);
    for (int i = 0; i < COUNT; i++) {
        assert_true(fabs(gradient[i]) < 1e-7);
        assert_true(fabs(p[i] - truth[i]) < 4.0 * sqrt(c[i + COUNT * i])); /* the truth is found */
    }
    assert_true(value > value_at(summary, truth, NULL, NULL));
    assert_relative(fact(model, CRM_FACT_AIC), -2.0 * value + 16.0, 1e-15);
    for (int32_t i = 0; i < COUNT; i++) {
        int32_t column;
        int32_t process;
        assert_int_equal(crm_model_coefficient(model, i, &column, &process, NULL), CRM_OK);
        assert_int_equal(column, i < 4 ? -1 : columns_of[i - 4]);
        assert_int_equal(process, i < 4 ? 0 : process_of[i - 4]);
    }
    /* coefficients have symmetric intervals, may be negative */
    double low[COUNT];
    double high[COUNT];
    assert_int_equal(crm_model_interval(NULL, model, NULL, 0.95, low, high, NULL), CRM_OK);
    for (int i = 4; i < COUNT; i++) {
        assert_close(high[i] + low[i], 2.0 * p[i], 1e-14);
        assert_relative(high[i] - p[i], 1.959963984540054 * sqrt(c[i + COUNT * i]), 1e-12);
    }
    assert_int_equal(crm_model_interval(NULL, model, summary, 0.95, low, high, NULL), CRM_E_UNSUPPORTED);

    /* nothing asked for: the model without */
    const int32_t both[] = {CRM_OPTION_COVARIATES_LIFETIME, CRM_OPTION_COVARIATES_TRANSACTIONS};
    crm_model *none = fit_with(summary, both, (const double[]){-1.0, -1.0}, 2, CRM_OK);
    crm_summary *plain = NULL;
    crm_model *same = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, N, x, t_x, T, NULL, &plain, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, plain, NULL, &same, NULL), CRM_OK);
    assert_int_equal(crm_model_count(none), 4);
    assert_same_bits(fact(none, CRM_FACT_LOG_LIKELIHOOD), fact(same, CRM_FACT_LOG_LIKELIHOOD));
    double statistic;
    double probability;
    int32_t degrees;
    assert_int_equal(crm_check_ratio(none, model, &statistic, &degrees, &probability, NULL), CRM_OK);
    assert_int_equal(degrees, 4);
    assert_true(statistic > 20.0 && probability < 1e-3);
    crm_model_destroy(same);
    crm_summary_destroy(plain);

    /* one column in one process */
    crm_model *one = fit_with(summary, both, (const double[]){-1.0, 1.0}, 2, CRM_OK);
    int32_t column;
    int32_t process;
    assert_int_equal(crm_model_count(one), 5);
    assert_int_equal(crm_model_coefficient(one, 4, &column, &process, NULL), CRM_OK);
    assert_true(column == 1 && process == CRM_PROCESS_TRANSACTIONS);
    assert_true(fact(one, CRM_FACT_LOG_LIKELIHOOD) > fact(none, CRM_FACT_LOG_LIKELIHOOD));
    assert_true(fact(one, CRM_FACT_LOG_LIKELIHOOD) < value);
    crm_model_destroy(one);
    crm_model_destroy(none);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* A shared coefficient: the best among those with equal ones. */
static void shared(void **state)
{
    (void)state;
    const int32_t equal[] = {CRM_OPTION_COVARIATES_EQUAL};
    crm_summary *summary = summary_of(NULL);
    crm_model *model = fit_with(summary, equal, (const double[]){1.0}, 1, CRM_OK);
    double p[7];
    int32_t column;
    int32_t process;
    assert_int_equal(crm_model_count(model), 7);
    assert_int_equal(crm_model_coefficient(model, 6, &column, &process, NULL), CRM_OK);
    assert_true(column == 1 && process == CRM_PROCESS_LIFETIME + CRM_PROCESS_TRANSACTIONS);
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    /* life 0, trans 0, shared 1 */
    const double full[COUNT] = {p[0], p[1], p[2], p[3], p[4], p[6], p[5], p[6]};
    double gradient[COUNT];
    assert_relative(value_at(summary, full, gradient, NULL), fact(model, CRM_FACT_LOG_LIKELIHOOD), 1e-13);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(gradient[i]) < 1e-7);
    assert_true(fabs(gradient[6]) < 1e-7 && fabs(gradient[5] + gradient[7]) < 1e-7 &&
                fabs(gradient[5]) > 1e-2);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* The penalised maximum: the slope of the likelihood is that of the penalty. */
static void ridge(void **state)
{
    (void)state;
    const int32_t both[] = {CRM_OPTION_RIDGE_LIFETIME, CRM_OPTION_RIDGE_TRANSACTIONS};
    const double strength[] = {0.05, 0.2};
    crm_summary *summary = summary_of(NULL);
    crm_model *model = fit_with(summary, both, strength, 2, CRM_OK);
    double p[COUNT];
    double gradient[COUNT];
    double value;
    double penalty = 0.0;
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, NULL, NULL), CRM_OK);
    for (int i = 0; i < 4; i++) {
        const double s = strength[i / 2];
        assert_true(fabs(gradient[i]) < 1e-7);
        assert_close(gradient[4 + i], 2.0 * N * s * p[4 + i], 1e-9);
        penalty += N * s * p[4 + i] * p[4 + i];
    }
    assert_relative(fact(model, CRM_FACT_PENALTY), penalty, 1e-12);
    assert_relative(fact(model, CRM_FACT_LOG_LIKELIHOOD), value, 1e-13);
    crm_model *heavy = fit_with(summary, both, (const double[]){1e6, 1e6}, 2, CRM_OK);
    assert_int_equal(crm_model_parameters(heavy, p, NULL, NULL), CRM_OK);
    for (int i = 4; i < COUNT; i++)
        assert_true(fabs(p[i]) < 1e-6);
    crm_model_destroy(heavy);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* Weight 0 changes no bit, weight 2 is two customers. */
static void weights(void **state)
{
    (void)state;
    static double w[N + 1];
    fill();
    for (int i = 0; i < N; i++)
        w[i] = 1.0;
    crm_summary *once = summary_of(NULL);
    crm_summary *summary = summary_of(w);
    double a[COUNT];
    double b[COUNT];
    crm_model *model = fit_with(once, NULL, NULL, 0, CRM_OK);
    crm_model *other = fit_with(summary, NULL, NULL, 0, CRM_OK);
    assert_int_equal(crm_model_parameters(model, a, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(other, b, NULL, NULL), CRM_OK);
    assert_memory_equal(a, b, sizeof a);
    crm_model_destroy(other);
    crm_summary_destroy(summary);
    for (int i = 0; i < N; i++)
        w[i] = 2.0;
    summary = summary_of(w);
    other = fit_with(summary, NULL, NULL, 0, CRM_OK);
    assert_int_equal(crm_model_parameters(other, b, NULL, NULL), CRM_OK);
    for (int i = 0; i < COUNT; i++)
        assert_close(b[i], a[i], 1e-7);
    crm_model_destroy(other);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    crm_summary_destroy(once);
}

/* Shards merged are the whole, to the bit. */
static void merged(void **state)
{
    (void)state;
    static double part[COLUMNS * N];
    crm_summary *whole = summary_of(NULL);
    crm_summary *sum = NULL;
    double a[COUNT];
    double b[COUNT];
    for (int s = 0; s < 3; s++) {
        enum { EACH = N / 3 };
        crm_summary *shard = NULL;
        for (int c = 0; c < COLUMNS; c++)
            memcpy(part + c * EACH, z + c * N + s * EACH, EACH * sizeof *part);
        assert_int_equal(crm_summary_of_covariates(NULL, EACH, x + s * EACH, t_x + s * EACH, T + s * EACH,
                                                   NULL, COLUMNS, part, &shard, NULL),
                         CRM_OK);
        if (sum) {
            assert_int_equal(crm_summary_merge(sum, shard, NULL), CRM_OK);
            crm_summary_destroy(shard);
        } else {
            sum = shard;
        }
    }
    crm_model *model = fit_with(whole, NULL, NULL, 0, CRM_OK);
    crm_model *other = fit_with(sum, NULL, NULL, 0, CRM_OK);
    assert_int_equal(crm_model_parameters(model, a, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(other, b, NULL, NULL), CRM_OK);
    assert_memory_equal(a, b, sizeof a);
    crm_model_destroy(other);
    crm_model_destroy(model);
    crm_summary_destroy(sum);
    crm_summary_destroy(whole);
}

/* ---- misuse ---- */

static void collinear(void **state)
{
    (void)state;
    static double own[3 * N];
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    crm_error err;
    fill();
    for (int kind = 0; kind < 4; kind++) {
        for (int i = 0; i < N; i++) {
            own[i] = z[i];
            own[N + i] = z[N + i];
            own[2 * N + i] = kind == 0   ? 5.0
                             : kind == 1 ? z[i] - 2.0 * z[N + i] + 3.0
                             : kind == 2 ? 1e9
                                         : z[N + i];
        }
        assert_int_equal(crm_summary_of_covariates(NULL, N, x, t_x, T, NULL, 3, own, &summary, NULL), CRM_OK);
        assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, &err), CRM_E_DOMAIN);
        assert_int_equal(err.row, 2);
        assert_non_null(strstr(err.text, "2"));
        assert_null(model);
        /* not used, it does no harm */
        crm_options *options = NULL;
        const double two[] = {0.0, 1.0};
        assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
        assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_COVARIATES_LIFETIME, 2, two, NULL), CRM_OK);
        assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_COVARIATES_TRANSACTIONS, 2, two, NULL),
                         CRM_OK);
        assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err), CRM_OK);
        crm_options_destroy(options);
        crm_model_destroy(model);
        model = NULL;
        crm_summary_destroy(summary);
    }
    /* a large mean does not hide a spread */
    for (int i = 0; i < N; i++)
        own[i] = 1e6 + z[i];
    assert_int_equal(crm_summary_of_covariates(NULL, N, x, t_x, T, NULL, 1, own, &summary, NULL), CRM_OK);
    assert_true(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, &err) >= 0);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void set(crm_options *options, int32_t id, double a, double b, int64_t n)
{
    const double v[] = {a, b};
    assert_int_equal(crm_options_set_f64s(options, id, n, v, NULL), CRM_OK);
}

static void refused(void **state)
{
    (void)state;
    crm_summary *summary = summary_of(NULL);
    crm_summary *plain = NULL;
    crm_model *model = NULL;
    crm_error err;
    const double one = 1.0;
    double out[8];
    fill();
    assert_int_equal(crm_summary_of_purchases(NULL, N, x, t_x, T, NULL, &plain, NULL), CRM_OK);
    static const struct {
        int32_t id;
        double a;
        double b;
        int64_t n;
        crm_status want;
    } wrong[] = {
        {CRM_OPTION_COVARIATES_LIFETIME, 2.0, 0.0, 1, CRM_E_DOMAIN},
        {CRM_OPTION_COVARIATES_LIFETIME, 0.5, 0.0, 1, CRM_E_DOMAIN},
        {CRM_OPTION_COVARIATES_TRANSACTIONS, 1.0, 1.0, 2, CRM_E_DOMAIN},
        {CRM_OPTION_COVARIATES_TRANSACTIONS, 1.0, -1.0, 2, CRM_E_DOMAIN},
        {CRM_OPTION_COVARIATES_EQUAL, 5.0, 0.0, 1, CRM_E_DOMAIN},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        crm_options *options = NULL;
        assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
        set(options, wrong[i].id, wrong[i].a, wrong[i].b, wrong[i].n);
        assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err),
                         wrong[i].want);
        assert_int_equal(err.arg, 4);
        crm_options_destroy(options);
    }
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    set(options, CRM_OPTION_COVARIATES_EQUAL, 0.0, 0.0, 1);
    set(options, CRM_OPTION_COVARIATES_LIFETIME, 1.0, 0.0, 1);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_NBD, summary, options, &model, &err), CRM_E_UNSUPPORTED);
    crm_options_destroy(options);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_NBD, summary, NULL, &model, NULL),
                     CRM_OK); /* without, then */
    assert_int_equal(crm_model_count(model), 2);
    crm_model_destroy(model);
    model = NULL;

    const double p[COUNT] = {1, 1, 1, 1, 0, 0, 0, 0};
    const int32_t twice[] = {0, 0, 0, 1};
    const int32_t nowhere[] = {0, 2, 0, 1};
    const int32_t no_process[] = {1, 0, 2, 2};
    const double bad[COUNT] = {1, 1, 1, 1, 0, NAN, 0, 0};
    crm_model **m = &model;
    assert_int_equal(
        crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 4, twice, process_of, m, &err),
        CRM_E_DOMAIN);
    assert_int_equal(
        crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 4, nowhere, process_of, m, &err),
        CRM_E_DOMAIN);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 4, columns_of,
                                                 no_process, m, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, bad, NULL, 2, 4, columns_of,
                                                 process_of, m, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.row, 5);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 7, p, NULL, 2, 4, columns_of,
                                                 process_of, m, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 0, 4, columns_of,
                                                 process_of, m, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 33, columns_of,
                                                 process_of, m, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(
        crm_model_create_covariates(NULL, CRM_MODEL_NBD, 8, p, NULL, 2, 4, columns_of, process_of, m, &err),
        CRM_E_UNSUPPORTED);
    assert_int_equal(crm_model_create_covariates(NULL, 99, 8, p, NULL, 2, 4, columns_of, process_of, m, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(
        crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 4, NULL, process_of, m, &err),
        CRM_E_NULL);
    assert_int_equal(
        crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 4, columns_of, NULL, m, &err),
        CRM_E_NULL);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, NULL, NULL, 2, 4, columns_of,
                                                 process_of, m, &err),
                     CRM_E_NULL);
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, 8, p, NULL, 2, 4, columns_of,
                                                 process_of, NULL, &err),
                     CRM_E_NULL);
    assert_int_equal(err.arg, 10);
    assert_null(model);

    model = stated(truth, NULL);
    int32_t column;
    int32_t process;
    assert_int_equal(crm_model_coefficient(NULL, 0, &column, &process, &err), CRM_E_NULL);
    assert_int_equal(crm_model_coefficient(model, -1, &column, &process, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_coefficient(model, 8, &column, &process, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_coefficient(model, 0, NULL, &process, &err), CRM_E_NULL);
    assert_int_equal(crm_model_coefficient(model, 0, &column, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_count(NULL), 0);
    assert_int_equal(crm_model_p_alive(NULL, model, 1, &one, &one, &one, 0.0, out, NULL, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_model_expected_new(NULL, model, 1, &one, out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_rows(NULL, model, 1, &one, &one, &one, out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_log_likelihood(NULL, model, plain, out, NULL, NULL, &err), CRM_E_NO_DATA);
    assert_int_equal(crm_check_tracking(NULL, model, 1, &one, 1, &one, out, &err), CRM_E_ARGUMENT);
    crm_transactions *log = NULL;
    const int64_t first = 0;
    assert_int_equal(crm_model_simulate(NULL, model, NULL, 1, &first, 10, 1.0, 2, 1, 1, &log, &err),
                     CRM_E_ARGUMENT);
    crm_model_destroy(model);
    crm_summary_destroy(plain);
    crm_summary_destroy(summary);
}

/* ---- blobs and memory ---- */

static crm_status load_any(const uint8_t *bytes, int64_t length, void **out, crm_error *err)
{
    return crm_model_load(NULL, bytes, length, (crm_model **)out, err);
}

static crm_status save_any(const void *handle, uint8_t *bytes, int64_t capacity, int64_t *length)
{
    return crm_model_save(handle, bytes, capacity, length, NULL);
}

static void destroy_any(void *handle)
{
    crm_model_destroy(handle);
}

static void blobs(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    int64_t length = 0;
    const int32_t both[] = {CRM_OPTION_RIDGE_LIFETIME};
    crm_summary *summary = summary_of(NULL);
    crm_model *model = fit_with(summary, both, (const double[]){0.1}, 1, CRM_OK);
    crm_model *loaded = NULL;
    double a[COUNT];
    double b[COUNT];
    assert_int_equal(crm_model_save(model, bytes, sizeof bytes, &length, NULL), CRM_OK);
    assert_int_equal(crm_model_load(NULL, bytes, length, &loaded, NULL), CRM_OK);
    assert_int_equal(crm_model_count(loaded), COUNT);
    assert_int_equal(crm_model_parameters(model, a, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(loaded, b, NULL, NULL), CRM_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_same_bits(fact(loaded, CRM_FACT_PENALTY), fact(model, CRM_FACT_PENALTY));
    assert_true(fact(model, CRM_FACT_PENALTY) > 0.0);
    for (int32_t i = 4; i < COUNT; i++) {
        int32_t column;
        int32_t process;
        assert_int_equal(crm_model_coefficient(loaded, i, &column, &process, NULL), CRM_OK);
        assert_true(column == columns_of[i - 4] && process == process_of[i - 4]);
    }
    crm_model_destroy(loaded);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    model = stated(truth, NULL);
    assert_int_equal(crm_model_save(model, bytes, sizeof bytes, &length, NULL), CRM_OK);
    blob_torture(bytes, length, "MODL", load_any, save_any, destroy_any);
    crm_model_destroy(model);
}

static crm_status call(const crm_context *context, void *arg)
{
    crm_model *model = NULL;
    const crm_status status = crm_model_fit(context, CRM_MODEL_BG_NBD, arg, NULL, &model, NULL);
    assert_true((status >= 0) == (model != NULL));
    crm_model_destroy(model);
    return status;
}

static void memory_fails(void **state)
{
    (void)state;
    crm_summary *summary = summary_of(NULL);
    failing_sweep(call, summary);
    crm_summary_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(likelihood),   cmocka_unit_test(fits),    cmocka_unit_test(shared),
        cmocka_unit_test(ridge),        cmocka_unit_test(weights), cmocka_unit_test(merged),
        cmocka_unit_test(collinear),    cmocka_unit_test(refused), cmocka_unit_test(blobs),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
