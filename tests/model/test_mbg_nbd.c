/* MBG/NBD against 40-digit references, published figures and the laws of every purchase model. */
#include "model/fits.h"
#include "model/purchases.h"

static const purchases cdnow = {CRM_MODEL_MBG_NBD, {.524843, 6.183085, .891359, 1.614003}};
static const double history[] = {2, 213 / 7., 272 / 7.};
static const double nobody[] = {0, 0, 0};
/* BG/NBD by the same code: what test_bg_nbd.c does not ask of it */
static const purchases bg_nbd = {CRM_MODEL_BG_NBD, {.242594529, 4.413602161, .792922028, 2.425906719}};

static const double likelihood[][23] = {
#include "mbg_nbd_likelihood.inc"
};

static void references(void **state)
{
    (void)state;
    purchases_references(CRM_MODEL_MBG_NBD, (int)(sizeof likelihood / sizeof likelihood[0]), 23,
                         likelihood[0]);
}

static const double predicted[][13] = {
#include "mbg_nbd_predict.inc"
};

static const double of_bg[][12] = {
#include "bg_nbd_predict.inc"
};

/* P(alive), CET and DERT within 1e-11 (in fact 5e-13) of 40 digits; below 1e-290 P(alive) may be 0, then all
 * are. */
static void compare(const double *parameter, const double *h, double t, double delta, const double *want,
                    double *worst)
{
    const purchases m = {CRM_MODEL_MBG_NBD, {parameter[0], parameter[1], parameter[2], parameter[3]}};
    crm_model *model = purchases_model(m, NULL);
    double got[3];
    assert_int_equal(crm_model_p_alive(NULL, model, 1, h, h + 1, h + 2, 0, got, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_expected(NULL, model, 1, h, h + 1, h + 2, t, got + 1, NULL, NULL), CRM_OK);
    assert_int_equal(
        crm_model_discounted(NULL, model, 1, h, h + 1, h + 2, INFINITY, delta, got + 2, NULL, NULL), CRM_OK);
    for (int k = 0; k < 3; k++) {
        if (want[0] < 1e-290) {
            assert_true(got[k] >= 0 && got[k] <= 1e-270);
            continue;
        }
        const double off = fabs(got[k] / want[k] - 1);
        worst[k] = off > worst[k] ? off : worst[k];
        assert_relative(got[k], want[k], 5e-13);
    }
    crm_model_destroy(model);
}

/* Points of its own; and after a repeat purchase MBG/NBD at b - 1 is BG/NBD at b, whose references count for
 * both. */
static void predictions(void **state)
{
    (void)state;
    const int own = (int)(sizeof predicted / sizeof predicted[0]), bg = (int)(sizeof of_bg / sizeof of_bg[0]);
    double worst[3] = {0};
    int shared = 0;
    for (int i = 0; i < own; i++)
        compare(predicted[i], predicted[i] + 4, predicted[i][7], predicted[i][8], predicted[i] + 9, worst);
    for (int i = 0; i < bg; i++) {
        const double *v = of_bg[i];
        const double parameter[] = {v[0], v[1], v[2], v[3] - 1};
        if (!(parameter[3] > 0 && v[4] > 0))
            continue;
        compare(parameter, v + 4, v[7], v[8], v + 9, worst);
        shared++;
    }
    print_message("worst of %d and %d: P(alive) %.2g, CET %.2g, DERT %.2g\n", own, shared, worst[0], worst[1],
                  worst[2]);
}

static double answer(crm_model *model, int32_t quantity, double t0, double t1, double delta, double number,
                     const double *row)
{
    const purchases_ask ask = {quantity, t0, t1, delta, number};
    return purchases_answer(NULL, model, ask, row, NULL);
}

/* The spread of both models within 1e-12: MBG/NBD at b, and after a repeat purchase BG/NBD at b + 1. */
static void spreads(void **state)
{
    (void)state;
    double worst[2] = {0};
    for (size_t i = 0; i < sizeof predicted / sizeof predicted[0]; i++) {
        const double *v = predicted[i];
        const purchases_ask ask = {CRM_QUANTITY_SPREAD, v[7] / 4, v[7], 0, 0};
        for (int bg = 0; bg < 2 && v[9] > 1e-290; bg++) {
            if (bg && !(v[4] > 0))
                continue;
            const purchases m = {bg ? CRM_MODEL_BG_NBD : CRM_MODEL_MBG_NBD, {v[0], v[1], v[2], v[3] + bg}};
            crm_model *model = purchases_model(m, NULL);
            const double got = purchases_answer(NULL, model, ask, v + 4, NULL);
            if (v[12] < 1e-150) { /* the variance may be 0 */
                assert_true(got >= 0 && got <= 1e-140);
            } else {
                const double off = fabs(got / v[12] - 1);
                worst[bg] = off > worst[bg] ? off : worst[bg];
                assert_relative(got, v[12], 1e-12);
            }
            crm_model_destroy(model);
        }
    }
    print_message("worst spread: %.2g, of BG/NBD %.2g\n", worst[0], worst[1]);
}

static void laws(void **state)
{
    (void)state;
    static const purchases wide = {CRM_MODEL_MBG_NBD, {3, 20, 30, 80}};
    static const purchases brief = {CRM_MODEL_MBG_NBD, {.11, 2.24, .31, .02}};
    const double few[] = {3, 11, 13}, none[] = {0, 0, 30};
    purchases_laws(cdnow);
    purchases_units(cdnow, 2);
    purchases_distribution(cdnow, nobody, 39, 900);
    purchases_distribution(cdnow, none, 39, 900);
    purchases_distribution(wide, few, 20, 400);
    purchases_gradients(cdnow, history, 1e-9);
    purchases_gradients(cdnow, nobody, 1e-9);
    purchases_gradients(cdnow, none, 1e-9);
    purchases_gradients(wide, few, 1e-9);
    purchases_gradients(brief, none, 1e-9);
    purchases_simulation(cdnow, 5);
    purchases_distribution(bg_nbd, nobody, 39, 900);
    purchases_distribution(bg_nbd, few, 20, 900);
    purchases_gradients(bg_nbd, history, 1e-9);
    purchases_gradients(bg_nbd, nobody, 1e-9);
    purchases_simulation(bg_nbd, 7);
    purchases_simulation(brief, 6);
}

/* A short span far ahead has the variance of its mean; none has none; and every number is one. */
static void spans(void **state)
{
    (void)state;
    crm_model *model = purchases_model(cdnow, NULL);
    const double late = 1000, length = 0x1p-20;
    const double mean = answer(model, CRM_QUANTITY_EXPECTED, late, late + length, 0, 0, history);
    const double spread = answer(model, CRM_QUANTITY_SPREAD, late, late + length, 0, 0, history);
    assert_relative(spread * spread, mean, 1e-6);
    assert_true(spread * spread < mean + mean * mean * 1e3);
    assert_true(answer(model, CRM_QUANTITY_SPREAD, 5, 5, 0, 0, history) == 0);
    crm_model_destroy(model);
    const double hard[4][4] = {
        {1e-3, 1e4, 1e-3, 1e3}, {1e3, 1e-3, 1e3, 1e-3}, {1e30, .15, .43, 47}, {.2, 5, 1e60, 1e-60}};
    for (int k = 0; k < 4; k++)
        for (int j = 0; j < 4; j++) {
            purchases m = {CRM_MODEL_MBG_NBD, {0}};
            double covariance[16] = {0}, se;
            memcpy(m.parameter, hard[k], sizeof hard[k]);
            covariance[5 * j] = hard[k][j] * hard[k][j];
            model = purchases_model(m, covariance);
            for (int x = 0; x < 1e6; x = 50 * x + 1) {
                const double row[] = {x, x > 0 ? 7 : 0, 9};
                for (double t = 1e-6; t < 1e7; t *= 1e4) {
                    const purchases_ask ask = {CRM_QUANTITY_SPREAD, t / 8, t, 0, 0};
                    const double out = purchases_answer(NULL, model, ask, row, &se);
                    assert_true(isfinite(out) && out >= 0 && isfinite(se) && se >= 0);
                }
            }
            crm_model_destroy(model);
        }
}

static void machinery(void **state)
{
    (void)state;
    purchases_same_bits(cdnow);
    purchases_same_bits(bg_nbd);
    purchases_memory(cdnow);
    purchases_bad_rows(cdnow);
    purchases_blob(cdnow);
}

/* A customer may have left right after the first purchase: seen for T periods without another one, it is
 * alive with b/(b + a ((alpha + T)/alpha)^r); a new one with b/(a + b), and what it is expected to buy is
 * that times what one who stayed does. */
static void after_the_first_purchase(void **state)
{
    (void)state;
    const double r = .5, alpha = 6, a = .9, b = 1.6, T = 30;
    const purchases m = {CRM_MODEL_MBG_NBD, {r, alpha, a, b}};
    const purchases stayed = {CRM_MODEL_BG_NBD, {r, alpha, a, b + 1}};
    const double silent[] = {0, 0, T};
    crm_model *model = purchases_model(m, NULL), *bg = purchases_model(stayed, NULL);
    const double odds = a / b * pow((alpha + T) / alpha, r);
    assert_relative(answer(model, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, silent), 1 / (1 + odds), 1e-14);
    assert_relative(answer(model, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, nobody), b / (a + b), 1e-15);
    const double t = 39;
    double by_mbg, by_bg;
    assert_int_equal(crm_model_expected_new(NULL, model, 1, &t, &by_mbg, NULL, NULL), CRM_OK);
    assert_int_equal(crm_model_expected_new(NULL, bg, 1, &t, &by_bg, NULL, NULL), CRM_OK);
    assert_relative(by_mbg, b / (a + b) * by_bg, 1e-14);
    /* the rate: of the dead as their gap said, none at all */
    const double p = 1 / (1 + odds);
    assert_relative(answer(model, CRM_QUANTITY_RATE, 0, 0, 0, 0, silent),
                    r * (p / (alpha + T) + (1 - p) / alpha), 1e-14);
    /* its likelihood, by hand */
    double row;
    assert_int_equal(crm_model_rows(NULL, model, 1, silent, silent + 1, silent + 2, &row, NULL), CRM_OK);
    assert_relative(row, log((b * pow(alpha / (alpha + T), r) + a) / (a + b)), 1e-14);
    crm_model_destroy(bg);
    crm_model_destroy(model);
}

/* The likelihood far beyond any fit is right, or said not to be there. */
static void extremes(void **state)
{
    (void)state;
    static const struct {
        double parameter[4], x, t_x, T, want;
    } task[] = {
        {{1e3, 1e-3, 1e-3, 1e3}, 0, 0, 1e4, -13.815511557963774}, /* ln a/(a + b): surely gone */
        {{1e-70, 5, 1, 3}, 0, 0, 10, -1.0986122886681098e-70},    /* r ln 3 of those who stayed, 3 in 4 */
        {{1e3, 1e-110, 1, 1}, 0, 0, 10, -.69314718055994531},
        {{1e200, 1e200, 1, 1}, 0, 0, 1, -.37988549304172248}, /* ln((1 + 1/e)/2) */
    };
    for (size_t i = 0; i < sizeof task / sizeof task[0]; i++) {
        purchases m = {CRM_MODEL_MBG_NBD, {0}};
        memcpy(m.parameter, task[i].parameter, sizeof task[i].parameter);
        crm_model *model = purchases_model(m, NULL);
        double row;
        assert_int_equal(crm_model_rows(NULL, model, 1, &task[i].x, &task[i].t_x, &task[i].T, &row, NULL),
                         CRM_OK);
        assert_true(fabs(row - task[i].want) <= 1e-12 * (1 + fabs(task[i].want)));
        crm_model_destroy(model);
    }
}

/* ---- figures ---- */

/* At the maximum of the sample. */
static void figures(void **state)
{
    (void)state;
    crm_model *model = purchases_model(cdnow, NULL);
    assert_true(fabs(answer(model, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, history) - .706138619666) <= 5e-13);
    assert_true(fabs(answer(model, CRM_QUANTITY_EXPECTED, 0, 39, 0, 0, history) - 1.262759161) <= 5e-10);
    crm_model_destroy(model);
    crm_customers *book = fits_book("cdnow_sample.csv", csv_day(1997, 9, 30), NULL);
    if (!book)
        skip();
    const int64_t n = crm_customers_count(book);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X),
                 *t_x = crm_customers_f64(book, CRM_CUSTOMER_T_X);
    const double *T = crm_customers_f64(book, CRM_CUSTOMER_T);
    double *out = malloc(2 * (size_t)n * sizeof *out), total[4];
    crm_summary *summary = NULL;
    crm_plan *plan = NULL;
    int32_t column;
    assert_non_null(out);
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_MBG_NBD, summary, NULL, &model, NULL), CRM_OK);
    assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0, 39, 0, 0, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 0, 0, 0, 0, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_run(NULL, plan, n, x, t_x, T, NULL, NULL, NULL, out, NULL, total, NULL),
                     CRM_OK);
    assert_true(fabs(total[0] - 1576.728) <= 5e-4);
    assert_true(fabs(total[2] / (double)n - .448721) <= 5e-7);
    crm_plan_destroy(plan);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    crm_customers_destroy(book);
    free(out);
}

static void fitted(const char *file, int64_t until, double value, double within, const double *parameter,
                   const double *near)
{
    crm_summary *summary = fits_summary(file, until, NULL);
    if (!summary)
        skip();
    crm_model *model = NULL;
    double p[4];
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_MBG_NBD, summary, NULL, &model, NULL), CRM_OK);
    fits_maximum(model, summary);
    assert_true(fabs(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD) - value) <= within);
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    for (int i = 0; i < 4; i++)
        assert_true(fabs(p[i] - parameter[i]) <= near[i]);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void cdnow_sample(void **state)
{
    (void)state;
    fitted("cdnow_sample.csv", csv_day(1997, 9, 30), -9582.1357155537, 1e-9, cdnow.parameter,
           (const double[]){2e-6, 2e-5, 2e-6, 1e-5});
}

static void cdnow_full(void **state)
{
    (void)state;
    fitted("cdnow_master.csv", csv_day(1997, 9, 30), -95336.9583, 5e-5,
           (const double[]){.63713, 7.3102, .80749, 1.2284}, (const double[]){2e-5, 2e-4, 2e-5, 1e-4});
}

static void grocery(void **state)
{
    (void)state;
    fitted("grocery.csv", csv_day(2006, 12, 31), -15781.93938, 1e-5,
           (const double[]){1.256791, 6.038476, .368251, .715735}, (const double[]){2e-4, 1e-3, 5e-5, 5e-5});
}

/* Nobody bought again; everybody alike: not identified, said with a direction and without standard errors. */
static void not_identified(void **state)
{
    (void)state;
    enum { FEW = 200 };
    for (int k = 0; k < 3; k++) {
        double x[FEW], t_x[FEW], T[FEW], p[4], c[16], direction[4];
        for (int i = 0; i < FEW; i++) {
            x[i] = k == 0 ? 0 : k == 1 ? 3 : 1 + i % 7;
            T[i] = 30 + (k == 2 ? i % 5 : 0);
            t_x[i] = k == 0 ? 0 : k == 1 ? 20 : T[i];
        }
        crm_summary *summary = NULL;
        crm_model *model = NULL;
        assert_int_equal(crm_summary_of_purchases(NULL, FEW, x, t_x, T, NULL, &summary, NULL), CRM_OK);
        assert_int_equal(crm_model_fit(NULL, CRM_MODEL_MBG_NBD, summary, NULL, &model, NULL),
                         CRM_NOT_IDENTIFIED);
        assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 1 &&
                    crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0);
        assert_int_equal(crm_model_parameters(model, p, c, NULL), CRM_OK);
        assert_int_equal(crm_model_direction(model, direction, NULL), CRM_OK);
        for (int i = 0; i < 4; i++)
            assert_true(p[i] > 0 && isfinite(p[i]) && isnan(c[5 * i]));
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references),
        cmocka_unit_test(predictions),
        cmocka_unit_test(spreads),
        cmocka_unit_test(spans),
        cmocka_unit_test(laws),
        cmocka_unit_test(machinery),
        cmocka_unit_test(after_the_first_purchase),
        cmocka_unit_test(extremes),
        cmocka_unit_test(figures),
        cmocka_unit_test(cdnow_sample),
        cmocka_unit_test(cdnow_full),
        cmocka_unit_test(grocery),
        cmocka_unit_test(not_identified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
