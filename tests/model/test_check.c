/* Checks of a model against what happened: tracking, histogram, hold-out, likelihood ratio. */
#include "model/fits.h"

#include "failing.h"

enum { N = 7 };
static const double truth[] = {0.243, 4.414, 0.793, 2.426};
static const double started[N] = {0.0, 1.0, 1.0, 3.5, 0.0, 12.0, 1.0};

static crm_model *stated(void)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, truth, NULL, &model, NULL), CRM_OK);
    return model;
}

static double expected_new(const crm_model *model, double t)
{
    double out;
    assert_int_equal(crm_model_expected_new(NULL, model, 1, &t, &out, NULL, NULL), CRM_OK);
    return out;
}

/* By its definition, customer by customer. */
static void tracking(void **state)
{
    (void)state;
    const double time[] = {0.0, 1.0, 3.5, 5.0, 40.0, 2.0};
    double got[6];
    crm_model *model = stated();
    assert_int_equal(crm_check_tracking(NULL, model, N, started, 6, time, got, NULL), CRM_OK);
    for (int k = 0; k < 6; k++) {
        double want = 0.0;
        for (int i = 0; i < N; i++)
            want += time[k] > started[i] ? expected_new(model, time[k] - started[i]) : 0.0;
        assert_relative(got[k], want, 1e-14);
    }
    assert_true(got[0] == 0.0 && got[4] > got[3]);

    /* a missing start is a customer left out; order changes no bit */
    const double some[] = {12.0, NAN, 0.0, 1.0, 3.5, 1.0, NAN, 0.0, 1.0};
    double again[6];
    assert_int_equal(crm_check_tracking(NULL, model, 9, some, 6, time, again, NULL), CRM_OK);
    assert_memory_equal(again, got, sizeof got);
    /* two bases side by side */
    double first[6];
    double rest[6];
    assert_int_equal(crm_check_tracking(NULL, model, 3, started, 6, time, first, NULL), CRM_OK);
    assert_int_equal(crm_check_tracking(NULL, model, N - 3, started + 3, 6, time, rest, NULL), CRM_OK);
    for (int k = 0; k < 6; k++)
        assert_relative(first[k] + rest[k], got[k], 1e-14);
    assert_int_equal(crm_check_tracking(NULL, model, 0, NULL, 6, time, again, NULL), CRM_OK);
    assert_true(again[4] == 0.0);
    assert_int_equal(crm_check_tracking(NULL, model, N, started, 0, NULL, NULL, NULL), CRM_OK);
    crm_model_destroy(model);
}

static void histogram(void **state)
{
    (void)state;
    const double T[] = {39.0, 27.0, 39.0, 0.0, NAN, 30.5};
    enum { BINS = 12 };
    double got[BINS];
    crm_model *model = stated();
    assert_int_equal(crm_check_histogram(NULL, model, 6, T, BINS, got, NULL), CRM_OK);
    const double zero = 0.0;
    double sum = 0.0;
    for (int k = 0; k < BINS; k++) {
        double want = 0.0;
        for (int i = 0; i < 6 && k < BINS - 1; i++) {
            crm_plan *plan = NULL;
            double p;
            int32_t column;
            if (isnan(T[i]))
                continue;
            assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
            assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_PROBABILITY, 0.0, T[i], 0.0, k, &column, NULL),
                             CRM_OK);
            assert_int_equal(
                crm_plan_run(NULL, plan, 1, &zero, &zero, &zero, NULL, NULL, NULL, &p, NULL, NULL, NULL),
                CRM_OK);
            crm_plan_destroy(plan);
            want += p;
        }
        if (k < BINS - 1)
            assert_relative(got[k], want, 1e-14);
        sum += got[k];
    }
    assert_relative(sum, 5.0, 1e-14);
    assert_int_equal(crm_check_histogram(NULL, model, 6, T, 1, got, NULL), CRM_OK);
    assert_true(got[0] == 5.0);
    crm_model_destroy(model);
}

/* The published tracking curve, histogram and hold-out figures of the CDNOW sample: BG/NBD at its maximum. */
static void cdnow(void **state)
{
    (void)state;
    crm_customers *book = fits_book("cdnow_sample.csv", csv_day(1997, 9, 30), NULL);
    if (!book)
        skip();
    crm_customers *later = fits_book("cdnow_sample.csv", csv_day(1998, 6, 30), NULL);
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    const int64_t n = crm_customers_count(book);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    const double *T = crm_customers_f64(book, CRM_CUSTOMER_T);
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, NULL, &model, NULL), CRM_OK);

    static const double bins[7] = {1407.684, 460.32347, 192.461, 101.164, 59.847, 38.120, 25.549};
    double expected[8];
    assert_int_equal(crm_check_histogram(NULL, model, n, T, 8, expected, NULL), CRM_OK);
    for (int k = 0; k < 7; k++)
        assert_true(fabs(expected[k] - bins[k]) < 6e-4);

    double *actual = malloc((size_t)n * sizeof *actual);
    double *forecast = malloc((size_t)n * sizeof *forecast);
    assert_int_equal(crm_customers_since(book, later, actual, NULL), CRM_OK);
    double total = 0.0;
    for (int64_t i = 0; i < n; i++)
        total += actual[i];
    assert_true(total == 1882.0);
    assert_int_equal(crm_model_expected(NULL, model, n, x, crm_customers_f64(book, CRM_CUSTOMER_T_X), T, 39.0,
                                        forecast, NULL, NULL),
                     CRM_OK);
    int64_t customers[8];
    double actual_mean[8];
    double expected_mean[8];
    assert_int_equal(crm_check_groups(n, x, actual, forecast, 8, customers, actual_mean, expected_mean, NULL),
                     CRM_OK);
    double happened = 0.0;
    double foreseen = 0.0;
    int64_t all = 0;
    for (int g = 0; g < 8; g++) {
        happened += (double)customers[g] * actual_mean[g];
        foreseen += (double)customers[g] * expected_mean[g];
        all += customers[g];
    }
    assert_int_equal(customers[0], 1411);
    assert_int_equal(all, n);
    assert_relative(happened, 1882.0, 1e-14);
    double mae;
    double rmse;
    double bias;
    assert_int_equal(crm_check_errors(n, actual, forecast, &mae, &rmse, &bias, NULL), CRM_OK);
    assert_relative(bias, foreseen / 1882.0 - 1.0, 1e-12);
    double sizes = 0.0;
    double squares = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sizes += fabs(actual[i] - forecast[i]);
        squares += (actual[i] - forecast[i]) * (actual[i] - forecast[i]);
    }
    assert_relative(mae, sizes / (double)n, 1e-13);
    assert_relative(rmse, sqrt(squares / (double)n), 1e-13);
    free(actual);
    free(forecast);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    crm_customers_destroy(later);
    crm_customers_destroy(book);
}

/* Small numbers by hand: errors 1, 0, 2, missing. */
static void by_hand(void **state)
{
    (void)state;
    const double x[] = {0.0, 1.0, 5.0, 2.0, NAN};
    const double actual[] = {2.0, 0.0, 1.0, NAN, 1.0};
    const double expected[] = {1.0, 0.0, 3.0, 1.0, 1.0};
    int64_t customers[3];
    double a[3];
    double e[3];
    assert_int_equal(crm_check_groups(5, x, actual, expected, 3, customers, a, e, NULL), CRM_OK);
    assert_true(customers[0] == 1 && customers[1] == 1 && customers[2] == 1);
    assert_true(a[0] == 2.0 && a[1] == 0.0 && a[2] == 1.0 && e[0] == 1.0 && e[1] == 0.0 && e[2] == 3.0);
    assert_int_equal(crm_check_groups(2, x, actual, expected, 3, customers, a, e, NULL), CRM_OK);
    assert_true(customers[2] == 0 && isnan(a[2]) && isnan(e[2]));
    double mae;
    double rmse;
    double bias;
    assert_int_equal(crm_check_errors(4, actual, expected, &mae, &rmse, &bias, NULL), CRM_OK);
    assert_relative(mae, 1.0, 1e-16);
    assert_relative(rmse, sqrt(5.0 / 3.0), 1e-15);
    assert_relative(bias, 1.0 / 3.0, 1e-15);
    assert_int_equal(crm_check_errors(1, actual + 1, expected + 1, &mae, &rmse, &bias, NULL), CRM_OK);
    assert_true(mae == 0.0 && rmse == 0.0 && isnan(bias));
    assert_int_equal(crm_check_errors(1, actual + 3, expected + 3, &mae, &rmse, &bias, NULL), CRM_E_NO_DATA);
    assert_int_equal(crm_check_errors(0, NULL, NULL, &mae, &rmse, &bias, NULL), CRM_E_NO_DATA);
}

/* ---- likelihood ratio ---- */

static crm_model *fit_with(const crm_summary *summary, const double *held)
{
    crm_options *options = NULL;
    crm_model *model = NULL;
    assert_int_equal(crm_options_create(NULL, &options, NULL), CRM_OK);
    if (held)
        assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_FIT_FIXED, 4, held, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_BG_NBD, summary, options, &model, NULL), CRM_OK);
    crm_options_destroy(options);
    return model;
}

static crm_summary *simulated(int64_t n, uint64_t seed)
{
    crm_model *model = stated();
    crm_transactions *log = NULL;
    crm_customers *book = NULL;
    crm_summary *summary = NULL;
    int64_t *first = calloc((size_t)n, sizeof *first);
    assert_int_equal(crm_model_simulate(NULL, model, NULL, n, first, 364, 7.0, 2, seed, 1, &log, NULL),
                     CRM_OK);
    assert_int_equal(crm_customers_build(NULL, log, 364, 7.0, 2, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    free(first);
    crm_customers_destroy(book);
    crm_transactions_destroy(log);
    crm_model_destroy(model);
    return summary;
}

static void likelihood_ratio(void **state)
{
    (void)state;
    crm_summary *summary = simulated(4000, 5);
    crm_summary *other = simulated(3999, 5);
    crm_model *general = fit_with(summary, NULL);
    crm_model *restricted = fit_with(summary, (const double[]){0.3, 5.0, 0.0, 0.0});
    crm_model *elsewhere = fit_with(other, (const double[]){0.3, 0.0, 0.0, 0.0});
    crm_model *plain = stated();
    double statistic;
    int32_t degrees;
    double p;
    crm_error err;
    assert_int_equal(crm_check_ratio(restricted, general, &statistic, &degrees, &p, NULL), CRM_OK);
    const double gain = crm_model_fact(general, CRM_FACT_LOG_LIKELIHOOD) -
                        crm_model_fact(restricted, CRM_FACT_LOG_LIKELIHOOD);
    assert_relative(statistic, 2.0 * gain, 1e-15);
    assert_int_equal(degrees, 2);
    assert_relative(p, exp(-0.5 * statistic), 1e-12); /* what two degrees of freedom are */
    assert_true(statistic > 0.1);
    assert_int_equal(crm_check_ratio(general, restricted, &statistic, &degrees, &p, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_check_ratio(general, general, &statistic, &degrees, &p, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_check_ratio(elsewhere, general, &statistic, &degrees, &p, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_check_ratio(plain, general, &statistic, &degrees, &p, &err), CRM_E_STATE);
    assert_int_equal(crm_check_ratio(NULL, general, &statistic, &degrees, &p, &err), CRM_E_NULL);
    assert_int_equal(crm_check_ratio(restricted, NULL, &statistic, &degrees, &p, &err), CRM_E_NULL);
    assert_int_equal(crm_check_ratio(restricted, general, NULL, &degrees, &p, &err), CRM_E_NULL);
    assert_int_equal(crm_check_ratio(restricted, general, &statistic, NULL, &p, &err), CRM_E_NULL);
    assert_int_equal(crm_check_ratio(restricted, general, &statistic, &degrees, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    /* not nested: two held away from the maximum against one held farther still */
    crm_model *far_off = fit_with(summary, (const double[]){3.0, 0.0, 0.0, 0.0});
    assert_int_equal(crm_check_ratio(restricted, far_off, &statistic, &degrees, &p, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 1);
    crm_model_destroy(far_off);
    crm_model_destroy(plain);
    crm_model_destroy(elsewhere);
    crm_model_destroy(restricted);
    crm_model_destroy(general);
    crm_summary_destroy(other);
    crm_summary_destroy(summary);
}

/* ---- misuse ---- */

static void refused(void **state)
{
    (void)state;
    const double bad[] = {1.0, INFINITY};
    const double negative[] = {1.0, -1.0};
    double out[4];
    int64_t count[4];
    crm_error err;
    crm_model *model = stated();
    crm_model *money = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_GAMMA_GAMMA, 3, truth, NULL, &money, NULL), CRM_OK);
    assert_int_equal(crm_check_tracking(NULL, NULL, 1, started, 1, started, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_tracking(NULL, money, 1, started, 1, started, out, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(crm_check_tracking(NULL, model, -1, started, 1, started, out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_check_tracking(NULL, model, 1, NULL, 1, started, out, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_check_tracking(NULL, model, 2, bad, 1, started, out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.row, 1);
    assert_int_equal(crm_check_tracking(NULL, model, 2, negative, 1, started, out, &err), CRM_OK);
    assert_int_equal(crm_check_tracking(NULL, model, 1, started, -1, started, out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_check_tracking(NULL, model, 1, started, 1, NULL, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_tracking(NULL, model, 1, started, 2, bad, out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_check_tracking(NULL, model, 1, started, 1, started, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_check_histogram(NULL, NULL, 1, started, 2, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_histogram(NULL, money, 1, started, 2, out, &err), CRM_E_UNSUPPORTED);
    assert_int_equal(crm_check_histogram(NULL, model, 2, negative, 2, out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_check_histogram(NULL, model, 2, bad, 2, out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_check_histogram(NULL, model, 1, started, 0, out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_check_histogram(NULL, model, 1, started, (1 << 20) + 1, out, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_check_histogram(NULL, model, 1, started, 2, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_check_groups(-1, started, started, started, 2, count, out, out, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_check_groups(1, started, NULL, started, 2, count, out, out, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_check_groups(2, negative, started, started, 2, count, out, out, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_check_groups(2, started, started, bad, 2, count, out, out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_check_groups(1, started, started, started, 0, count, out, out, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_check_groups(1, started, started, started, 65, count, out, out, &err),
                     CRM_E_ARGUMENT);
    assert_int_equal(crm_check_groups(1, started, started, started, 2, NULL, out, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_groups(1, started, started, started, 2, count, NULL, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_groups(1, started, started, started, 2, count, out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 8);
    assert_int_equal(crm_check_errors(2, started, negative, out, out, out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_check_errors(2, negative, started, out, out, out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_check_errors(1, NULL, started, out, out, out, NULL), CRM_E_NULL);
    assert_int_equal(crm_check_errors(1, started, started, NULL, out, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_errors(1, started, started, out, NULL, out, &err), CRM_E_NULL);
    assert_int_equal(crm_check_errors(1, started, started, out, out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    crm_model_destroy(money);
    /* parameters too extreme for the sums over p are said of the model */
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, (const double[]){1.0, 1e-150, 1.0, 1.0},
                                      NULL, &money, NULL),
                     CRM_OK);
    assert_int_equal(crm_check_tracking(NULL, money, 1, started, 1, (const double[]){2.0}, out, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.arg, 2);
    crm_model_destroy(money);
    /* and where a probability comes out as no number */
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, (const double[]){1e300, 1e300, 1e300, 1e300},
                                      NULL, &money, NULL),
                     CRM_OK);
    assert_int_equal(crm_check_histogram(NULL, money, 1, (const double[]){2.0}, 4, out, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 2);
    crm_model_destroy(money);
    crm_model_destroy(model);
}

/* ---- workers, cancel, memory ---- */

static void workers_change_nothing(void **state)
{
    (void)state;
    enum { MANY = 400 };
    static double start[MANY];
    static double one[5];
    static double two[5];
    const double time[] = {50.0, 10.0, 7.0, 100.0, 1000.0};
    for (int i = 0; i < MANY; i++)
        start[i] = (double)((i * 7919) % 400) / 8.0;
    crm_model *model = stated();
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, 3, &context, NULL), CRM_OK);
    assert_int_equal(crm_check_tracking(NULL, model, MANY, start, 5, time, one, NULL), CRM_OK);
    assert_int_equal(crm_check_tracking(context, model, MANY, start, 5, time, two, NULL), CRM_OK);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(crm_check_histogram(NULL, model, MANY, start, 5, one, NULL), CRM_OK);
    assert_int_equal(crm_check_histogram(context, model, MANY, start, 5, two, NULL), CRM_OK);
    assert_memory_equal(one, two, sizeof one);
    crm_context_destroy(context);
    crm_model_destroy(model);
}

static int32_t stop(void *self, double done)
{
    (void)self;
    (void)done;
    return 1;
}

static void cancelled(void **state)
{
    (void)state;
    crm_model *model = stated();
    crm_context *context = NULL;
    double out[2];
    assert_int_equal(crm_context_watch(NULL, stop, NULL, &context, NULL), CRM_OK);
    assert_int_equal(crm_check_tracking(context, model, N, started, 2, started + 3, out, NULL),
                     CRM_E_CANCELLED);
    assert_int_equal(crm_check_histogram(context, model, N, started, 2, out, NULL), CRM_E_CANCELLED);
    crm_context_destroy(context);
    crm_model_destroy(model);
}

static crm_status call(const crm_context *context, void *arg)
{
    double out[5];
    const double time[] = {50.0, 10.0, 7.0, 100.0, 1000.0};
    const crm_status status = crm_check_tracking(context, arg, N, started, 5, time, out, NULL);
    return status == CRM_OK ? crm_check_histogram(context, arg, N, started, 5, out, NULL) : status;
}

static void memory_fails(void **state)
{
    (void)state;
    crm_model *model = stated();
    failing_sweep(call, model);
    crm_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tracking),
        cmocka_unit_test(histogram),
        cmocka_unit_test(cdnow),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(likelihood_ratio),
        cmocka_unit_test(refused),
        cmocka_unit_test(workers_change_nothing),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
