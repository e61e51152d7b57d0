/* Pareto/NBD: its likelihood against 40 digits and where others fail, its fits against published figures, and
 * what cannot be identified. */
#include "model/daily.h"
#include "model/fits.h"
#include "model/purchases.h"

static const purchases cdnow = {CRM_MODEL_PARETO_NBD, {.553277098, 10.577684255, .606240101, 11.668735803}};

static const double likelihood[][23] = {
#include "pareto_nbd_likelihood.inc"
};

static void references(void **state)
{
    (void)state;
    const int n = (int)(sizeof likelihood / sizeof likelihood[0]);
    assert_int_equal(n, 2000);
    purchases_references(CRM_MODEL_PARETO_NBD, n, 23, likelihood[0]);
}

static double row_of(const double *parameter, double x, double t_x, double T)
{
    purchases m = {CRM_MODEL_PARETO_NBD, {0}};
    memcpy(m.parameter, parameter, 4 * sizeof *parameter);
    crm_model *model = purchases_model(m, NULL);
    double row;
    assert_int_equal(crm_model_rows(NULL, model, 1, &x, &t_x, &T, &row, NULL), CRM_OK);
    crm_model_destroy(model);
    return row;
}

static void published(void **state)
{
    (void)state;
    assert_close(row_of(cdnow.parameter, 2, 213 / 7., 272 / 7.), -9.5541736277, 5e-11);
    assert_close(row_of(cdnow.parameter, 0, 0, 272 / 7.), -.52119299499, 5e-12);
}

/* Overflow, underflow, boundary layers; to the last digit that is known. */
static void where_others_fail(void **state)
{
    (void)state;
    static const struct {
        double parameter[4], x, t_x, T, want, digit;
    } row[] = {
        {{.5, 5, .3, 2000}, 500, 500, 1000, -516.020772905023, 1e-12},
        {{.5533, 10.578, .606, 11.664}, 1e5, 38, 39, 662962.772071471, 1e-9},
        {{.5533, 10.578, .606, 11.664}, 1000, 38, 39, 2016.24401678442, 1e-11},
        {{.5533, 10.578, .606, 11.664}, 5000, 38, 39, 18160.2489545616, 1e-10},
        {{.5, 10, 500, 1e4}, 5, 20, 39, -16.5304019804916, 1e-13},
        {{.5, 1, .6, 1e4}, 30, 30, 39, -39.9927344978734, 1e-13},
        {{.5, 1e6, .6, 1}, 30, 30, 39, -344.145771511042, 1e-12},
        {{.1, 1, .1, .01}, 0, 0, 1000, -.2819357182720616, 1e-16},
        {{10.465, .00798565181, 3.0516, 2.820}, 400, 5, 6, 1323.18893096782, 1e-11},
        {{10.465, .00798565181, 3.0516, 2.820}, 500, 1, 37, 2594.40445462276, 1e-11},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const double got = row_of(row[i].parameter, row[i].x, row[i].t_x, row[i].T);
        const double within = fmax(.5 * row[i].digit, 1e-12 * fmax(1, fabs(row[i].want)));
        if (!(fabs(got - row[i].want) <= within))
            print_error("row %zu: %.17g, %.17g wanted\n", i, got, row[i].want);
        assert_true(fabs(got - row[i].want) <= within);
    }
}

/* Beyond what the kernels may be given there is no value, and it is said. */
static void beyond(void **state)
{
    (void)state;
    static const double parameter[][4] = {
        {1e-61, 10, .6, 12},  {1e61, 10, .6, 12},  {.5, 1e-101, .6, 12},
        {.5, 1e101, .6, 12},  {.5, 10, 1e-61, 12}, {.5, 10, 1e61, 12},
        {.5, 10, .6, 1e-101}, {.5, 10, .6, 1e101}, {.5, 10, .6, 12}, /* of which T is too large */
    };
    for (int i = 0; i < 9; i++) {
        const double history[] = {3, 2, i < 8 ? 30 : 1e101};
        purchases m = {CRM_MODEL_PARETO_NBD, {0}};
        memcpy(m.parameter, parameter[i], sizeof parameter[i]);
        crm_model *model = purchases_model(m, NULL);
        crm_summary *summary = NULL;
        crm_error err;
        double value = 7;
        assert_int_equal(crm_model_rows(NULL, model, 1, history, history + 1, history + 2, &value, &err),
                         CRM_BAD_ROWS);
        assert_int_equal(err.arg, 2);
        assert_true(isnan(value));
        assert_int_equal(
            crm_summary_of_purchases(NULL, 1, history, history + 1, history + 2, NULL, &summary, NULL),
            CRM_OK);
        value = 7;
        assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, NULL, NULL, NULL),
                         CRM_E_DOMAIN);
        assert_true(value == 7);
        crm_summary_destroy(summary);
        crm_model_destroy(model);
    }
}

/* Intervals so long that they are cut into panels, and none at all. */
static void long_and_short(void **state)
{
    (void)state;
    /* x = 0 and s = 1: L = int_0^inf min-free closed form where alpha = beta: (1 + T/alpha)^-(r + s) + s/(r +
     * s) (1 - (1 + T/alpha)^-(r + s)) */
    static const double T[] = {1e-12, 1e-3, 1, 1e6, 1e20, 1e60, 1e95};
    for (int i = 0; i < 7; i++) {
        const double parameter[] = {.02, .01, .03, .01};
        const double fall = pow(1 + T[i] / .01, -.05);
        assert_close(row_of(parameter, 0, 0, T[i]), log(.6 + .4 * fall), 1e-14);
    }
    const double alone = row_of(cdnow.parameter, 3, 20, 20);
    const double later = row_of(cdnow.parameter, 3, 20, 20 + 1e-9);
    assert_close(alone, later, 1e-8);
    /* alive for certain: NBD times the chance to be alive */
    assert_close(alone,
                 lgamma(3.553277098) - lgamma(.553277098) - 3 * log(10.577684255) -
                     3.553277098 * log1p(20 / 10.577684255) - .606240101 * log1p(20 / 11.668735803),
                 1e-13);
}

static void machinery(void **state)
{
    (void)state;
    static const purchases swapped = {CRM_MODEL_PARETO_NBD, {1.3, 40, .5, 3}};
    purchases_same_bits(cdnow);
    purchases_same_bits(swapped);
    purchases_memory(cdnow);
    purchases_bad_rows(cdnow);
    purchases_blob(cdnow);
}

/* ---- fits ---- */

static int64_t september(void)
{
    return csv_day(1997, 9, 30);
}

/* error: opt, standard errors to 1 %. */
static void fitted(const char *file, int64_t until, double value, double within, const double *parameter,
                   double near, const double *error)
{
    crm_summary *summary = fits_summary(file, until, NULL);
    if (!summary)
        skip();
    crm_model *model = NULL;
    double p[4], covariance[16];
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_PARETO_NBD, summary, NULL, &model, NULL), CRM_OK);
    fits_maximum(model, summary);
    assert_true(fabs(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD) - value) <= within);
    assert_int_equal(crm_model_parameters(model, p, covariance, NULL), CRM_OK);
    for (int i = 0; i < 4; i++) {
        assert_relative(p[i], parameter[i], near);
        if (error)
            assert_relative(sqrt(covariance[5 * i]), error[i], .01);
    }
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void cdnow_sample(void **state)
{
    (void)state;
    static const double error[] = {.0476, .843, .187, 6.21};
    fitted("cdnow_sample.csv", september(), -9594.9761789395, 1e-9, cdnow.parameter, 1e-6, error);
}

static void cdnow_full(void **state)
{
    (void)state;
    fitted("cdnow_master.csv", september(), -95415.1186, 5e-5, (const double[]){.5974, 11.585, .5222, 8.826},
           1e-3, NULL);
}

static void grocery(void **state)
{
    (void)state;
    fitted("grocery.csv", csv_day(2006, 12, 31), -15782.39214, 5e-6,
           (const double[]){.786435, 5.678976, .386221, 5.717118}, 2e-4, NULL);
}

static void apparel(void **state)
{
    (void)state;
    fitted("apparel_transactions.csv", csv_day(2006, 12, 31), -5848.097827, 5e-7,
           (const double[]){1.448977, 48.636084, .561260, 46.884363}, 1e-4, NULL);
}

/* Days for weeks: alpha and beta times 7, and a log-likelihood less by ln 7 a purchase. */
static void days(void **state)
{
    (void)state;
    crm_customers *book = fits_book("cdnow_sample.csv", september(), NULL);
    if (!book)
        skip();
    const int64_t n = crm_customers_count(book);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    double *time = malloc(2 * (size_t)n * sizeof *time), value[2], p[2][4], sum = 0;
    for (int64_t i = 0; i < n; i++) {
        time[i] = 7 * crm_customers_f64(book, CRM_CUSTOMER_T_X)[i];
        time[n + i] = 7 * crm_customers_f64(book, CRM_CUSTOMER_T)[i];
        sum += x[i];
    }
    crm_summary *summary[2] = {NULL, NULL};
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary[0], NULL), CRM_OK);
    assert_int_equal(crm_summary_of_purchases(NULL, n, x, time, time + n, NULL, &summary[1], NULL), CRM_OK);
    for (int i = 0; i < 2; i++) {
        crm_model *model = NULL;
        assert_int_equal(crm_model_fit(NULL, CRM_MODEL_PARETO_NBD, summary[i], NULL, &model, NULL), CRM_OK);
        value[i] = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
        assert_int_equal(crm_model_parameters(model, p[i], NULL, NULL), CRM_OK);
        crm_model_destroy(model);
        crm_summary_destroy(summary[i]);
    }
    assert_true(sum == 2457);
    assert_relative(value[1], value[0] - sum * 1.945910149055313305105, 1e-12);
    for (int j = 0; j < 4; j++)
        assert_relative(p[1][j], p[0][j] * (j % 2 ? 7 : 1), 1e-7);
    free(time);
    crm_customers_destroy(book);
}

/* A base in days: nearly every row its own, x up to thousands; the speed is for bench_fit. */
static void daily_base(void **state)
{
    (void)state;
    static double x[DAILY_CUSTOMERS], t_x[DAILY_CUSTOMERS], T[DAILY_CUSTOMERS];
    crm_context *context = NULL;
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    double sum = 0, most = 0;
    daily_simulate(x, t_x, T);
    for (int i = 0; i < DAILY_CUSTOMERS; i++) {
        sum += x[i];
        most = fmax(most, T[i]);
    }
    assert_true(most == 501 && fabs(sum / DAILY_CUSTOMERS - 177) < .5);
    assert_int_equal(crm_context_create(NULL, NULL, 1, &context, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_purchases(context, DAILY_CUSTOMERS, x, t_x, T, NULL, &summary, NULL),
                     CRM_OK);
    assert_int_equal(crm_model_fit(context, CRM_MODEL_PARETO_NBD, summary, NULL, &model, NULL), CRM_OK);
    assert_close(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD), DAILY_LOG_LIKELIHOOD, 1e-6);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    crm_context_destroy(context);
}

/* ---- what the data do not say ---- */

static crm_model *not_identified(int64_t n, const double *x, const double *t_x, const double *T,
                                 double *parameter, double *direction)
{
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, n, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_PARETO_NBD, summary, NULL, &model, NULL),
                     CRM_NOT_IDENTIFIED);
    assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 1);
    assert_true(crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0);
    assert_int_equal(crm_model_parameters(model, parameter, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_direction(model, direction, NULL), CRM_OK);
    crm_summary_destroy(summary);
    return model;
}

/* Customers who never leave: s runs to 0, where nothing depends on beta, and the rest is NBD. */
static void nobody_leaves(void **state)
{
    (void)state;
    enum { CUSTOMERS = 4000 };
    static double x[CUSTOMERS], t_x[CUSTOMERS], T[CUSTOMERS];
    const double true_parameter[] = {.6, 8, 1, 1e12};
    double p[4], direction[4], q[2];
    for (int i = 0; i < CUSTOMERS; i++) {
        T[i] = (double)(189 + i % 85) / 7.0;
        fits_simulate(1, (uint64_t)i, true_parameter, 7, T[i], &x[i], &t_x[i]);
    }
    crm_model *model = not_identified(CUSTOMERS, x, t_x, T, p, direction);
    crm_summary *summary = NULL;
    crm_model *nbd = NULL;
    assert_int_equal(crm_summary_of_purchases(NULL, CUSTOMERS, x, t_x, T, NULL, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_NBD, summary, NULL, &nbd, NULL), CRM_OK);
    assert_int_equal(crm_model_parameters(nbd, q, NULL, NULL), CRM_OK);
    assert_relative(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD),
                    crm_model_fact(nbd, CRM_FACT_LOG_LIKELIHOOD), 1e-12);
    assert_relative(p[0], q[0], 1e-6);
    assert_relative(p[1], q[1], 1e-6);
    assert_true(p[2] < 1e-4 && p[2] / p[3] < 1e-9);
    assert_true(hypot(direction[2], direction[3]) > .999);
    crm_summary_destroy(summary);
    crm_model_destroy(nbd);
    crm_model_destroy(model);
}

static void nobody_buys(void **state)
{
    (void)state;
    enum { CUSTOMERS = 200 };
    double x[CUSTOMERS] = {0}, t_x[CUSTOMERS] = {0}, T[CUSTOMERS], p[4], direction[4];
    for (int i = 0; i < CUSTOMERS; i++)
        T[i] = 10 + i % 30;
    crm_model_destroy(not_identified(CUSTOMERS, x, t_x, T, p, direction));
}

static void one_customer_repeated(void **state)
{
    (void)state;
    enum { CUSTOMERS = 200 };
    double x[CUSTOMERS], t_x[CUSTOMERS], T[CUSTOMERS], p[4], direction[4];
    for (int i = 0; i < CUSTOMERS; i++) {
        x[i] = 3;
        t_x[i] = 20;
        T[i] = 30;
    }
    crm_model_destroy(not_identified(CUSTOMERS, x, t_x, T, p, direction));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references),
        cmocka_unit_test(published),
        cmocka_unit_test(where_others_fail),
        cmocka_unit_test(beyond),
        cmocka_unit_test(long_and_short),
        cmocka_unit_test(machinery),
        cmocka_unit_test(cdnow_sample),
        cmocka_unit_test(cdnow_full),
        cmocka_unit_test(grocery),
        cmocka_unit_test(apparel),
        cmocka_unit_test(days),
        cmocka_unit_test(daily_base),
        cmocka_unit_test(nobody_leaves),
        cmocka_unit_test(nobody_buys),
        cmocka_unit_test(one_customer_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
