/* GGompertz/NBD against 40-digit references, figures on which others fail, the laws of every purchase model,
 * and the ridge on which its fits end. */
#include "model/fits.h"
#include "model/purchases.h"

static const purchases late = {CRM_MODEL_GGOMPERTZ_NBD, {.55, 10.58, .05, .6, 11.66}}; /* rising hazards */
static const purchases early = {CRM_MODEL_GGOMPERTZ_NBD, {.8, 7.5, .02, .7, .2}};      /* falling first */
static const purchases level = {CRM_MODEL_GGOMPERTZ_NBD, {1.3, 5, .04, .9, 1}};        /* constant */
static const double history[] = {2, 213 / 7., 272 / 7.};
static const double nobody[] = {0, 0, 0};

static const double slopes[][30] = {
#include "ggompertz_slopes.inc"
};
static const double points[][18] = {
#include "ggompertz_points.inc"
};

static void references(void **state)
{
    (void)state;
    purchases_references(CRM_MODEL_GGOMPERTZ_NBD, (int)(sizeof slopes / sizeof slopes[0]), 30, slopes[0]);
}

/* Log-likelihood, P(alive), expected, discounted for ever: within what is asked, or 32 condition 2^-53 for at
 * most 1 % of the points. */
static void wide_points(void **state)
{
    (void)state;
    const int n = (int)(sizeof points / sizeof points[0]);
    double worst[4] = {0};
    int conditioned = 0;
    assert_true(n >= 2000);
    for (int i = 0; i < n; i++) {
        const double *v = points[i], *h = v + 5, *want = v + 10, *condition = v + 14;
        purchases m = {CRM_MODEL_GGOMPERTZ_NBD, {v[0], v[1], v[2], v[3], v[4]}};
        crm_model *model = purchases_model(m, NULL);
        double out[4];
        assert_int_equal(crm_model_rows(NULL, model, 1, h, h + 1, h + 2, out, NULL), CRM_OK);
        assert_int_equal(crm_model_p_alive(NULL, model, 1, h, h + 1, h + 2, 0, out + 1, NULL, NULL), CRM_OK);
        assert_int_equal(crm_model_expected(NULL, model, 1, h, h + 1, h + 2, v[8], out + 2, NULL, NULL),
                         CRM_OK);
        assert_int_equal(
            crm_model_discounted(NULL, model, 1, h, h + 1, h + 2, INFINITY, v[9], out + 3, NULL, NULL),
            CRM_OK);
        for (int k = 0; k < 4; k++) {
            assert_true(isfinite(out[k]) && (k == 0 || out[k] >= 0));
            if (k > 0 && want[1] < 1e-290) {
                assert_true(out[1] < 1e-289);
                continue;
            }
            const double size = k == 0 ? (fabs(want[0]) > 1 ? fabs(want[0]) : 1) : want[k];
            const double off = fabs(out[k] - want[k]) / size, allowed = k == 0 ? 1e-12 : 1e-11;
            conditioned += off > allowed;
            assert_true(off <= allowed || off * size <= 32 * condition[k] * 0x1p-53 * (k == 0 ? 1 : size));
            worst[k] = off > worst[k] ? off : worst[k];
        }
        crm_model_destroy(model);
    }
    print_message("worst of %d: log-likelihood %.2g, P(alive) %.2g, CET %.2g, DERT %.2g; %d by condition\n",
                  n, worst[0], worst[1], worst[2], worst[3], conditioned);
    assert_true(conditioned <= n / 100);
}

static const double quantities[][13] = {
#include "ggompertz_quantities.inc"
};

/* The number of purchases, the posterior rate, the spread. */
static void other_quantities(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++) {
        const double *v = quantities[i], *h = v + 5;
        const purchases m = {CRM_MODEL_GGOMPERTZ_NBD, {v[0], v[1], v[2], v[3], v[4]}};
        const purchases_ask ask[] = {{CRM_QUANTITY_PROBABILITY, 0, v[8], 0, v[9]},
                                     {CRM_QUANTITY_RATE, 0, 0, 0, 0},
                                     {CRM_QUANTITY_SPREAD, 0, v[8], 0, 0}};
        crm_model *model = purchases_model(m, NULL);
        for (int k = 0; k < 3; k++) {
            const double out = purchases_answer(NULL, model, ask[k], h, NULL);
            if (v[10 + k] > 0)
                assert_relative(out, v[10 + k], 1e-11);
            else
                assert_true(out < 1e-290);
        }
        crm_model_destroy(model);
    }
}

/* b T > 709, where others give NaN. */
static void figures(void **state)
{
    (void)state;
    const purchases m = {CRM_MODEL_GGOMPERTZ_NBD, {.55, 10.58, 20, .6, 11.66}};
    crm_model *model = purchases_model(m, NULL);
    const double x = 2, t_x = 30.43, T = 39;
    double out;
    assert_int_equal(crm_model_rows(NULL, model, 1, &x, &t_x, &T, &out, NULL), CRM_OK);
    assert_true(fabs(out - -372.023841127224) <= 5e-13);
    crm_model_destroy(model);
}

/* b -> 0 at a fixed beta/b is Pareto/NBD: its figures at the maximum on CDNOW. */
static void limit(void **state)
{
    (void)state;
    const double b = 1e-12;
    const purchases m = {CRM_MODEL_GGOMPERTZ_NBD,
                         {.553277098, 10.577684255, b, .606240101, 11.668735803 * b}};
    crm_model *model = purchases_model(m, NULL);
    const double expected[] = {1.473434180958};
    double out;
    const double t = 52;
    assert_int_equal(crm_model_expected_new(NULL, model, 1, &t, &out, NULL, NULL), CRM_OK);
    assert_true(fabs(out - expected[0]) <= 5e-11);
    static const struct {
        double x, t_x, T, row, alive, cet39, cet52, dert;
    } want[] = {
        {2, 213 / 7., 272 / 7., -9.5541736277, .86913424262, 1.4552016262, 1.8508904819, 6.5003507531},
        {0, 0, 272 / 7., -.52119299499, .29511251251, .10707021581, .13618404472, .47828008535},
        {26, 216 / 7., 31, NAN, .99787340435, 20.114819806, 25.455181925, 86.257608721},
    };
    const double delta = log(1.15) / 52;
    for (int i = 0; i < 3; i++) {
        const double *x = &want[i].x, *t_x = &want[i].t_x, *T = &want[i].T;
        assert_int_equal(crm_model_rows(NULL, model, 1, x, t_x, T, &out, NULL), CRM_OK);
        if (!isnan(want[i].row))
            assert_relative(out, want[i].row, 1e-10);
        assert_int_equal(crm_model_p_alive(NULL, model, 1, x, t_x, T, 0, &out, NULL, NULL), CRM_OK);
        assert_relative(out, want[i].alive, 2e-11);
        assert_int_equal(crm_model_expected(NULL, model, 1, x, t_x, T, 39, &out, NULL, NULL), CRM_OK);
        assert_relative(out, want[i].cet39, 1e-10);
        assert_int_equal(crm_model_expected(NULL, model, 1, x, t_x, T, 52, &out, NULL, NULL), CRM_OK);
        assert_relative(out, want[i].cet52, 1e-10);
        assert_int_equal(crm_model_discounted(NULL, model, 1, x, t_x, T, INFINITY, delta, &out, NULL, NULL),
                         CRM_OK);
        assert_relative(out, want[i].dert, 1e-9); /* by b, which is not yet 0 for the far future */
    }
    crm_model_destroy(model);
}

static void laws(void **state)
{
    (void)state;
    static const purchases *const all[3] = {&late, &early, &level};
    const double few[] = {3, 11, 13}, many[] = {40, 30, 31};
    for (int i = 0; i < 3; i++) {
        purchases_laws(*all[i]);
        purchases_gradients(*all[i], history, 1e-9);
        purchases_gradients(*all[i], many, 1e-9);
        purchases_gradients(*all[i], nobody, 1e-9);
        purchases_simulation(*all[i], 3 + (uint64_t)i);
    }
    purchases_distribution(early, nobody, 39, 700);
    purchases_distribution(late, few, 20, 500);
    purchases_distribution(level, few, 120, 400);
}

/* Time in days: b falls, alpha grows, nothing else moves. */
static void units(void **state)
{
    (void)state;
    purchases days = late;
    days.parameter[1] *= 7;
    days.parameter[2] /= 7;
    crm_model *by_week = purchases_model(late, NULL), *by_day = purchases_model(days, NULL);
    const double h[] = {5, 20, 31}, d[] = {5, 140, 217};
    const purchases_ask weeks[] = {{CRM_QUANTITY_P_ALIVE, 4, 0, 0, 0},
                                   {CRM_QUANTITY_DISCOUNTED, 2, 52, .01, 0},
                                   {CRM_QUANTITY_SPREAD, 2, 52, 0, 0},
                                   {CRM_QUANTITY_PROBABILITY, 0, 52, 0, 4}};
    const purchases_ask in_days[] = {{CRM_QUANTITY_P_ALIVE, 28, 0, 0, 0},
                                     {CRM_QUANTITY_DISCOUNTED, 14, 364, .01 / 7, 0},
                                     {CRM_QUANTITY_SPREAD, 14, 364, 0, 0},
                                     {CRM_QUANTITY_PROBABILITY, 0, 364, 0, 4}};
    for (int i = 0; i < 4; i++)
        assert_relative(purchases_answer(NULL, by_day, in_days[i], d, NULL),
                        purchases_answer(NULL, by_week, weeks[i], h, NULL), 1e-13);
    crm_model_destroy(by_week);
    crm_model_destroy(by_day);
}

static void machinery(void **state)
{
    (void)state;
    purchases_same_bits(late);
    purchases_same_bits(early);
    purchases_memory(late);
    purchases_bad_rows(late);
    purchases_blob(early);
}

/* Everything stays finite and in its range far out, and what cannot be is refused. */
static void extremes(void **state)
{
    (void)state;
    static const double value[] = {1e-9, 1e-3, .5, 30, 1e3, 1e6};
    const double h[4][3] = {{0, 0, 0}, {0, 0, 1e4}, {3, 1e-2, 1e4}, {1e5, 90, 91}};
    uint64_t seed = 5;
    for (int i = 0; i < 400; i++) {
        purchases m = {CRM_MODEL_GGOMPERTZ_NBD, {0}};
        for (int j = 0; j < 5; j++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            m.parameter[j] = value[(seed >> 33) % 6];
        }
        double covariance[64];
        purchases_covariance(m, covariance);
        crm_model *model = purchases_model(m, covariance);
        purchases_ask ask[PURCHASES_ASKS];
        const int asks = purchases_asks(m.kind, ask);
        for (int c = 0; c < asks; c++)
            for (int k = 0; k < 4; k++) {
                double se;
                const double out = purchases_answer(NULL, model, ask[c], h[k], &se);
                const int share =
                    ask[c].quantity == CRM_QUANTITY_P_ALIVE || ask[c].quantity == CRM_QUANTITY_PROBABILITY;
                if (!(isfinite(out) && isfinite(se) && out >= 0 && (!share || out <= 1 + 1e-12)))
                    print_error("quantity %d, row %d: %g, %g at %g %g %g %g %g\n", ask[c].quantity, k, out,
                                se, m.parameter[0], m.parameter[1], m.parameter[2], m.parameter[3],
                                m.parameter[4]);
                assert_true(isfinite(out) && isfinite(se) && out >= 0 && (!share || out <= 1 + 1e-12));
            }
        crm_model_destroy(model);
    }
    static const struct {
        double b;
        purchases_ask ask;
    } refused[] = {
        {.05, {CRM_QUANTITY_EXPECTED, 0, INFINITY, 0, 0}},
        {.05, {CRM_QUANTITY_SPREAD, 0, INFINITY, 0, 0}},
        {1e-80, {CRM_QUANTITY_EXPECTED, 0, 3, 0, 0}},
        {1e80, {CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        purchases m = late;
        m.parameter[2] = refused[i].b;
        crm_model *model = purchases_model(m, NULL);
        crm_plan *plan = NULL;
        int32_t column;
        const purchases_ask a = refused[i].ask;
        assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
        assert_int_equal(crm_plan_add(plan, a.quantity, a.t0, a.t1, a.delta, a.number, &column, NULL),
                         CRM_E_DOMAIN);
        crm_plan_destroy(plan);
        crm_model_destroy(model);
    }
    crm_model *model = purchases_model(late, NULL);
    const purchases_ask none = {CRM_QUANTITY_PROBABILITY, 0, 0, 0, 0},
                        one = {CRM_QUANTITY_PROBABILITY, 0, 0, 0, 1};
    assert_true(purchases_answer(NULL, model, none, history, NULL) == 1);
    assert_true(purchases_answer(NULL, model, one, history, NULL) == 0);
    crm_model_destroy(model);
}

/* ---- fits ---- */

/* The ridge b -> 0: Pareto/NBD's log-likelihood, beta/b its beta, and the direction that says so. */
static void ridge(const crm_summary *summary, double value, double within, double ratio)
{
    crm_model *model = NULL;
    crm_error err;
    double p[5], covariance[25], direction[5];
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_GGOMPERTZ_NBD, summary, NULL, &model, &err),
                     CRM_NOT_IDENTIFIED);
    assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 1 &&
                crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0);
    assert_true(fabs(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD) - value) <= within);
    assert_int_equal(crm_model_parameters(model, p, covariance, NULL), CRM_OK);
    assert_true(p[2] < 1e-4 && fabs(p[4] / p[2] - ratio) <= 1e-2);
    assert_true(isnan(covariance[0]));
    assert_int_equal(crm_model_direction(model, direction, NULL), CRM_OK);
    assert_relative(direction[2], direction[4], 1e-3);
    assert_relative(direction[2] * direction[2], .5, 1e-3);
    crm_model_destroy(model);
}

static void cdnow_sample(void **state)
{
    (void)state;
    crm_summary *summary = fits_summary("cdnow_sample.csv", csv_day(1997, 9, 30), NULL);
    if (!summary)
        skip();
    ridge(summary, -9594.976, 5e-4, 11.67);
    crm_summary_destroy(summary);
}

static void apparel(void **state)
{
    (void)state;
    crm_summary *summary = fits_summary("apparel_transactions.csv", csv_day(2006, 12, 31), NULL);
    if (!summary)
        skip();
    ridge(summary, -5848.097827, 2e-5, 46.884363);
    crm_summary_destroy(summary);
}

/* Customers who leave as the model says: the fit finds it again, and says how sure it is. */
static void simulated(void **state)
{
    (void)state;
    enum { N = 30000 };
    static int64_t first[N];
    const purchases truth = {CRM_MODEL_GGOMPERTZ_NBD, {1.5, 3, .12, .6, 8}};
    crm_model *model = purchases_model(truth, NULL);
    crm_transactions *made = NULL;
    crm_customers *book = NULL;
    crm_summary *summary = NULL;
    for (int i = 0; i < N; i++)
        first[i] = (i % 20) * 700; /* in hundredths of days, so that hardly two purchases are one */
    assert_int_equal(
        crm_model_simulate(NULL, model, NULL, N, first, 70000, 700.0, 0, 20120501, 1, &made, NULL), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, made, 70000, 700.0, 0, NULL, &book, NULL), CRM_OK);
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    crm_model_destroy(model);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_GGOMPERTZ_NBD, summary, NULL, &model, NULL), CRM_OK);
    fits_maximum(model, summary);
    double p[5], c[25];
    assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
    for (int i = 0; i < 5; i++) {
        const double off = log(p[i] / truth.parameter[i]) * p[i] / sqrt(c[6 * i]);
        assert_true(fabs(off) < 4);
    }
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    crm_customers_destroy(book);
    crm_transactions_destroy(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references), cmocka_unit_test(wide_points),
        cmocka_unit_test(figures),    cmocka_unit_test(other_quantities),
        cmocka_unit_test(limit),      cmocka_unit_test(laws),
        cmocka_unit_test(units),      cmocka_unit_test(machinery),
        cmocka_unit_test(extremes),   cmocka_unit_test(cdnow_sample),
        cmocka_unit_test(apparel),    cmocka_unit_test(simulated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
