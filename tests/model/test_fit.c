/* Fits: the published ones, the ones on which others fail, and what is said where there is none. */
#include "model/fits.h"
#include "model/kinds.h"

#include "failing.h"

static crm_model *fit_of(int32_t kind, const crm_summary *summary, crm_status want)
{
    crm_model *model = NULL;
    crm_error err;
    const crm_status status = crm_model_fit(NULL, kind, summary, NULL, &model, &err);
    if (status != want)
        print_error("%s: %s\n", crm_status_name(status), err.text);
    assert_int_equal(status, want);
    assert_true(crm_model_fact(model, CRM_FACT_STATUS) == want);
    return model;
}

/* parameter and se: half a unit of what is printed; se within 1 %, NULL: not published. */
static void compare(const crm_model *model, double value, double value_within, const double *parameter,
                    const double *within, const double *se)
{
    double p[8];
    double c[64];
    const int32_t k = crm_kind_parameters(crm_model_kind(model));
    const double found = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    if (!(fabs(found - value) <= value_within)) {
        print_error("log-likelihood %.17g, want %.17g; parameters", found, value);
        for (int32_t i = 0; i < k; i++)
            print_error(" %.10g", p[i]);
        print_error("\n");
        fail();
    }
    for (int32_t i = 0; i < k; i++) {
        assert_true(fabs(p[i] - parameter[i]) <= within[i]);
        if (se)
            assert_relative(sqrt(c[i + k * i]), se[i], 0.01);
    }
}

static int64_t september(void)
{
    return csv_day(1997, 9, 30);
}

/* ---- what is published ---- */

static void cdnow_sample(void **state)
{
    (void)state;
    crm_summary *summary = fits_summary("cdnow_sample.csv", september(), NULL);
    if (!summary)
        skip();
    crm_model *model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
    fits_maximum(model, summary);
    compare(model, -9582.4292066739, 1e-6, (const double[]){.242594529, 4.413602161, .792922028, 2.425906719},
            (const double[]){1e-6, 1e-6, 1e-6, 1e-6}, (const double[]){.01256, .3782, .1857, .7054});
    assert_true(crm_model_fact(model, CRM_FACT_CUSTOMERS) == 2357.0);
    crm_model_destroy(model);
    model = fit_of(CRM_MODEL_GAMMA_GAMMA, summary, CRM_OK);
    fits_maximum(model, summary);
    compare(model, -4055.9176948, 1e-6, (const double[]){6.2496, 3.7442, 15.4435},
            (const double[]){5e-5, 5e-5, 5e-5}, NULL);
    assert_true(crm_model_fact(model, CRM_FACT_CUSTOMERS) == 946.0);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void cdnow_first_purchase_included(void **state)
{
    (void)state;
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_SPEND_FIRST, 1, NULL), CRM_OK);
    crm_summary *summary = fits_summary("cdnow_sample.csv", september(), options);
    crm_options_destroy(options);
    if (!summary)
        skip();
    crm_model *model = fit_of(CRM_MODEL_GAMMA_GAMMA, summary, CRM_OK);
    compare(model, -9898.45094, 5e-6, (const double[]){9.88124, 3.39875, 7.92859},
            (const double[]){1e-3, 1e-3, 1e-3}, NULL);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void cdnow_full(void **state)
{
    (void)state;
    crm_summary *summary = fits_summary("cdnow_master.csv", september(), NULL);
    if (!summary)
        skip();
    crm_model *model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
    fits_maximum(model, summary);
    compare(model, -95368.4439, 5e-5, (const double[]){.25162, 4.78894, .72343, 2.16108},
            (const double[]){1e-5, 1e-5, 1e-5, 1e-5}, NULL);
    crm_model_destroy(model);
    model = fit_of(CRM_MODEL_GAMMA_GAMMA, summary, CRM_OK);
    compare(model, -40763.4763, 5e-5, (const double[]){6.2753, 3.6244, 14.984},
            (const double[]){1e-4, 1e-4, 1e-3}, NULL);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void grocery(void **state)
{
    (void)state;
    crm_summary *summary = fits_summary("grocery.csv", csv_day(2006, 12, 31), NULL);
    if (!summary)
        skip();
    crm_model *model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
    /* published from a point just below the maximum */
    compare(model, -15836.56624, 2e-5, (const double[]){.348592, 2.580938, .503826, 3.644363},
            (const double[]){1e-4, 1e-3, 1e-4, 1e-4}, NULL);
    fits_maximum(model, summary);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* Weeks or days: LL_day = LL_week - sum x ln 7, alpha times 7, the rest unchanged, standard errors alike. */
static void unit_identity(void **state)
{
    (void)state;
    crm_customers *book = fits_book("cdnow_sample.csv", september(), NULL);
    if (!book)
        skip();
    const int64_t n = crm_customers_count(book);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    double *t_x = malloc((size_t)n * sizeof *t_x);
    double *T = malloc((size_t)n * sizeof *T);
    assert_non_null(t_x);
    assert_non_null(T);
    static const double unit[] = {7.0, 604800.0, 7.0 / 365.25, 1e12};
    double week[4];
    double other[4];
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    crm_model *model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
    const double value = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
    assert_int_equal(crm_model_parameters(model, week, NULL, NULL), CRM_OK);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    for (int u = 0; u < 4; u++) {
        for (int64_t i = 0; i < n; i++) {
            t_x[i] = unit[u] * crm_customers_f64(book, CRM_CUSTOMER_T_X)[i];
            T[i] = unit[u] * crm_customers_f64(book, CRM_CUSTOMER_T)[i];
        }
        assert_int_equal(crm_summary_of_purchases(NULL, n, x, t_x, T, NULL, &summary, NULL), CRM_OK);
        model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
        assert_relative(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD), value - 2457.0 * log(unit[u]), 1e-12);
        assert_int_equal(crm_model_parameters(model, other, NULL, NULL), CRM_OK);
        for (int i = 0; i < 4; i++)
            assert_relative(other[i], i == 1 ? unit[u] * week[i] : week[i], 1e-10);
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
    free(t_x);
    free(T);
    crm_customers_destroy(book);
}

/* ---- what others fail on ---- */

/* 1,000,000 customers from Pareto/NBD .55, 10.6, .61, 11.7, seed 20050501, T uniform over the days of 27..39
 * weeks. */
static void a_million(void **state)
{
    (void)state;
    enum { MILLION = 1000000 };
    static const double truth[] = {.55, 10.6, .61, 11.7};
    double *x = malloc(3 * MILLION * sizeof *x);
    assert_non_null(x);
    double *t_x = x + MILLION;
    double *T = t_x + MILLION;
    for (int64_t i = 0; i < MILLION; i++) {
        struct crm_i_random random;
        crm_i_random_start(&random, 20050502, (uint64_t)i);
        T[i] = (double)(27 * 7 + (int64_t)crm_i_random_below(&random, 12 * 7 + 1)) / 7.0;
        fits_simulate(20050501, (uint64_t)i, truth, 7.0, T[i], x + i, t_x + i);
    }
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, MILLION, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    crm_model *model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
    fits_maximum(model, summary);
    /* another sample than the published one: parameters within four standard errors of both */
    compare(model, -4147300.8, 41473.0, (const double[]){.2475, 4.975, .738, 2.867},
            (const double[]){.0036, .12, .06, .3}, NULL);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    free(x);
}

/* ---- where there is nothing to find ---- */

enum { FEW = 400 };

typedef void (*make_row)(int i, double *x, double *t_x, double *T);

static void never_bought(int i, double *x, double *t_x, double *T)
{
    *x = *t_x = 0.0;
    *T = 27.0 + i % 12;
}

static void one_customer(int i, double *x, double *t_x, double *T)
{
    (void)i;
    *x = 3.0;
    *t_x = 20.0;
    *T = 30.0;
}

static void all_alive(int i, double *x, double *t_x, double *T)
{
    *x = 1.0 + i % 7;
    *t_x = *T = 30.0 + i % 5;
}

static void all_gone(int i, double *x, double *t_x, double *T)
{
    *x = 1.0 + i % 7;
    *t_x = 1.0 + i % 3;
    *T = 30.0 + i % 5;
}

static void never_leaving(int i, double *x, double *t_x, double *T)
{
    static const double truth[] = {.8, 10.0, 1.0, 1e12};
    *T = 30.0 + i % 10;
    fits_simulate(7, (uint64_t)i, truth, 7.0, *T, x, t_x);
}

static crm_summary *few(make_row make, int n, double unit)
{
    double x[FEW];
    double t_x[FEW];
    double T[FEW];
    for (int i = 0; i < n; i++) {
        make(i, x + i, t_x + i, T + i);
        t_x[i] *= unit;
        T[i] *= unit;
    }
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, n, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    return summary;
}

static void not_identified(void **state)
{
    (void)state;
    static const make_row make[] = {never_bought, one_customer, all_alive, all_gone, never_leaving};
    static const double unit[] = {1.0, 604800.0, 1e-9};
    for (int k = 0; k < 5; k++)
        for (int u = 0; u < 3; u++)
            for (int n = k < 2 ? 1 : FEW; n <= FEW; n += FEW - 1) {
                double p[4];
                double c[16];
                double d[4];
                crm_summary *summary = few(make[k], n, unit[u]);
                crm_model *model = fit_of(CRM_MODEL_BG_NBD, summary, CRM_NOT_IDENTIFIED);
                assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 1.0);
                assert_true(crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0.0);
                assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
                for (int i = 0; i < 16; i++)
                    assert_true(isnan(c[i]));
                for (int i = 0; i < 4; i++)
                    assert_true(p[i] > 0.0 && isfinite(p[i]));
                assert_int_equal(crm_model_direction(model, d, NULL), CRM_OK);
                assert_close(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + d[3] * d[3], 1.0, 1e-12);
                crm_model_destroy(model);
                crm_summary_destroy(summary);
            }
}

/* Spend with q below 1, with q above, spread less than any mixture makes it, every purchase alike. */
static void spend_without_mean(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    static double count[ROWS];
    static double mean[ROWS];
    static const struct {
        double q;
        crm_status want;
    } task[] = {{0.7, CRM_NO_MEAN}, {5.0, CRM_OK}, {0.0, CRM_NOT_IDENTIFIED}, {-1.0, CRM_NOT_IDENTIFIED}};
    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < ROWS; i++) {
            struct crm_i_random random;
            crm_i_random_start(&random, 11, (uint64_t)i);
            count[i] = 1.0 + crm_i_random_poisson(&random, 2.0);
            const double rate = task[k].q > 0.0 ? crm_i_random_gamma(&random, task[k].q) / 10.0 : 1.0;
            mean[i] = crm_i_random_gamma(&random, 3.0 * count[i]) / (rate * count[i]);
            if (task[k].q < 0.0)
                mean[i] = 25.0;
            if (task[k].q == 0.0)
                mean[i] = 25.0 * (1.0 + 0.1 * (double)(i % 3 - 1) / count[i]);
        }
        crm_summary *summary = NULL;
        assert_int_equal(crm_summary_of_spend(NULL, ROWS, count, mean, NULL, &summary, NULL), CRM_OK);
        crm_model *model = fit_of(CRM_MODEL_GAMMA_GAMMA, summary, task[k].want);
        double p[3];
        assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
        if (task[k].q > 0.0) {
            fits_maximum(model, summary);
            assert_true(fabs(p[1] / task[k].q - 1.0) < 0.2);
        }
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
}

/* ---- options ---- */

static void plausible(int i, double *x, double *t_x, double *T)
{
    static const double truth[] = {.8, 8.0, .7, 9.0};
    *T = 30.0 + i % 10;
    fits_simulate(3, (uint64_t)i, truth, 7.0, *T, x, t_x);
}

static void iterations_and_start(void **state)
{
    (void)state;
    crm_error err;
    crm_model *model = NULL;
    crm_options *options = NULL;
    crm_summary *summary = few(plausible, FEW, 1.0);
    crm_model *want = fit_of(CRM_MODEL_BG_NBD, summary, CRM_OK);
    double p[4];
    double found[4];
    assert_int_equal(crm_model_parameters(want, p, NULL, NULL), CRM_OK);

    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_FIT_ITERATIONS, 2, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err),
                     CRM_NOT_CONVERGED);
    assert_int_equal(err.status, CRM_NOT_CONVERGED);
    assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 0.0);
    assert_true(crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0.0);
    crm_model_destroy(model);

    /* at its own end a fit needs no more than a look and a polish */
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_FIT_ITERATIONS, 5, NULL), CRM_OK);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_START, 4, p, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err), CRM_OK);
    assert_true(crm_model_fact(model, CRM_FACT_EVALUATIONS) <= 5.0);
    crm_model_destroy(model);

    /* from far away the same maximum */
    assert_int_equal(crm_options_set_i64(options, CRM_OPTION_FIT_ITERATIONS, 200, NULL), CRM_OK);
    assert_int_equal(
        crm_options_set_f64s(options, CRM_OPTION_FIT_START, 4, (const double[]){20.0, 0.5, 9.0, 0.2}, NULL),
        CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err), CRM_OK);
    assert_int_equal(crm_model_parameters(model, found, NULL, NULL), CRM_OK);
    for (int i = 0; i < 4; i++)
        assert_relative(found[i], p[i], 1e-10);
    crm_model_destroy(model);
    model = NULL;

    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_START, 3, p, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_null(model);
    crm_fit *fit = NULL;
    assert_int_equal(crm_fit_create(NULL, CRM_MODEL_BG_NBD, options, &fit, &err), CRM_E_DOMAIN);
    assert_null(fit);
    crm_options_destroy(options);
    crm_model_destroy(want);
    crm_summary_destroy(summary);
}

/* ---- watching ---- */

typedef struct watch {
    int64_t calls;
    int64_t stop_at; /* 0: never */
    double done;
} watch;

static int32_t look(void *self, double done)
{
    watch *w = self;
    w->calls++;
    assert_true(done >= w->done && done <= 1.0);
    w->done = done;
    return w->calls == w->stop_at;
}

static void cancelled(void **state)
{
    (void)state;
    crm_summary *summary = few(plausible, FEW, 1.0);
    watch w = {0, 0, 0.0};
    crm_context *context = NULL;
    crm_model *model = NULL;
    assert_int_equal(crm_context_watch(NULL, look, &w, &context, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(context, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL), CRM_OK);
    assert_true(w.done == 1.0);
    crm_model_destroy(model);
    model = NULL;
    const int64_t calls = w.calls;
    for (int64_t stop = 1; stop <= calls; stop++) {
        w.calls = 0;
        w.done = 0.0;
        w.stop_at = stop;
        assert_int_equal(crm_model_fit(context, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL),
                         CRM_E_CANCELLED);
        assert_null(model);
    }
    crm_context_destroy(context);
    crm_summary_destroy(summary);
}

/* ---- misuse and memory ---- */

static void misuse(void **state)
{
    (void)state;
    crm_error err;
    crm_model *model = NULL;
    const double one = 1.0;
    crm_summary *money = NULL;
    crm_summary *summary = few(plausible, 10, 1.0);
    assert_int_equal(crm_summary_of_spend(NULL, 1, &one, &one, NULL, &money, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, 0, summary, NULL, &model, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_fit(NULL, 77, summary, NULL, &model, &err), CRM_E_ARGUMENT);
    if (kinds_unbuilt())
        assert_int_equal(crm_model_fit(NULL, kinds_unbuilt(), summary, NULL, &model, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, NULL, NULL, &model, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, money, NULL, &model, &err), CRM_E_NO_DATA);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_GAMMA_GAMMA, summary, NULL, &model, &err), CRM_E_NO_DATA);
    assert_null(model);
    crm_summary_destroy(money);
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

static void memory_fails(void **state)
{
    (void)state;
    crm_summary *summary = few(plausible, FEW, 1.0);
    failing_sweep(call_fit, summary);
    crm_summary_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cdnow_sample),
        cmocka_unit_test(cdnow_first_purchase_included),
        cmocka_unit_test(cdnow_full),
        cmocka_unit_test(grocery),
        cmocka_unit_test(unit_identity),
        cmocka_unit_test(a_million),
        cmocka_unit_test(not_identified),
        cmocka_unit_test(spend_without_mean),
        cmocka_unit_test(iterations_and_start),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(misuse),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
