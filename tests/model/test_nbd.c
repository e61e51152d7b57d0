/* NBD against closed forms at 40 digits, published figures and the laws of every purchase model. */
#include "model/fits.h"
#include "model/purchases.h"

static const purchases cdnow = {CRM_MODEL_NBD, {.384766145, 12.072023166}};
static const double history[] = {2, 213 / 7., 272 / 7.};
static const double nobody[] = {0, 0, 0};

static const double likelihood[][12] = {
#include "nbd_likelihood.inc"
};
static const double predicted[][15] = {
#include "nbd_predict.inc"
};

static void references(void **state)
{
    (void)state;
    purchases_references(CRM_MODEL_NBD, (int)(sizeof likelihood / sizeof likelihood[0]), 12, likelihood[0]);
}

/* Expected, discounted, spread within 1e-14; a probability within 2e-13 + 3e-15 (R + n), its slopes likewise.
 */
static void predictions(void **state)
{
    (void)state;
    const int n = (int)(sizeof predicted / sizeof predicted[0]);
    assert_int_equal(n, 2000);
    for (int i = 0; i < n; i++) {
        const double *v = predicted[i], *h = v + 2;
        const purchases m = {CRM_MODEL_NBD, {v[0], v[1]}};
        crm_model *model = purchases_model(m, NULL);
        double out;
        assert_int_equal(crm_model_p_alive(NULL, model, 1, h, h + 1, h + 2, v[5], &out, NULL, NULL), CRM_OK);
        assert_true(out == 1);
        assert_int_equal(crm_model_expected(NULL, model, 1, h, h + 1, h + 2, v[5], &out, NULL, NULL), CRM_OK);
        assert_relative(out, v[7], 1e-14);
        assert_int_equal(
            crm_model_discounted(NULL, model, 1, h, h + 1, h + 2, INFINITY, v[6], &out, NULL, NULL), CRM_OK);
        assert_relative(out, v[8], 1e-14);
        assert_int_equal(crm_model_discounted(NULL, model, 1, h, h + 1, h + 2, v[5], v[6], &out, NULL, NULL),
                         CRM_OK);
        assert_relative(out, v[9], 1e-14);
        const purchases_ask spread = {CRM_QUANTITY_SPREAD, v[5] / 3, v[5], .5, 7};
        assert_relative(purchases_answer(NULL, model, spread, h, NULL), v[10], 1e-14);
        crm_model_destroy(model);
        const purchases_ask ask = {CRM_QUANTITY_PROBABILITY, 0, v[5], 0, v[11]};
        for (int j = 0; j < 2; j++) {
            double covariance[4] = {0}, se;
            covariance[3 * j] = v[j] * v[j];
            model = purchases_model(m, covariance);
            out = purchases_answer(NULL, model, ask, h, &se);
            const double size = v[0] + h[0] + v[11];
            const double within = 2e-13 + 3e-15 * size;
            if (v[12] > 0) {
                assert_relative(out, v[12], within);
                assert_true(fabs(se - fabs(v[13 + j])) <= within * (fabs(v[13 + j]) + (1 + size) * v[12]));
            } else {
                assert_true(out < 1e-280 && se < 1e-270);
            }
            crm_model_destroy(model);
        }
    }
}

static void laws(void **state)
{
    (void)state;
    static const purchases steady = {CRM_MODEL_NBD, {30, 200}};
    const double few[] = {3, 11, 13};
    purchases_laws(cdnow);
    purchases_units(cdnow, 2);
    purchases_distribution(cdnow, nobody, 39, 900);
    purchases_distribution(cdnow, few, 20, 900);
    purchases_distribution(steady, nobody, 52, 400);
    purchases_gradients(cdnow, history, 1e-9);
    purchases_gradients(steady, few, 1e-9);
    purchases_simulation(cdnow, 3);
}

static void machinery(void **state)
{
    (void)state;
    purchases_same_bits(cdnow);
    purchases_memory(cdnow);
    purchases_bad_rows(cdnow);
    purchases_blob(cdnow);
}

/* No end without a discount, and what cannot be held in doubles. */
static void refused(void **state)
{
    (void)state;
    static const struct {
        purchases m;
        purchases_ask ask;
        crm_status want;
    } task[] = {
        {{CRM_MODEL_NBD, {.4, 12}}, {CRM_QUANTITY_EXPECTED, 0, INFINITY, 0, 0}, CRM_E_DOMAIN},
        {{CRM_MODEL_NBD, {.4, 12}}, {CRM_QUANTITY_SPREAD, 0, INFINITY, 0, 0}, CRM_E_DOMAIN},
        {{CRM_MODEL_NBD, {.4, 12}}, {CRM_QUANTITY_EXPECTED, 0, 1e200, 0, 0}, CRM_E_DOMAIN},
        {{CRM_MODEL_NBD, {.4, 12}}, {CRM_QUANTITY_DISCOUNTED, 0, INFINITY, 1e-200, 0}, CRM_E_DOMAIN},
        {{CRM_MODEL_NBD, {.4, 1e-200}}, {CRM_QUANTITY_RATE, 0, 0, 0, 0}, CRM_E_DOMAIN},
        {{CRM_MODEL_NBD, {1e200, 1}}, {CRM_QUANTITY_RATE, 0, 0, 0, 0}, CRM_E_DOMAIN},
        {{CRM_MODEL_NBD, {.4, 12}}, {CRM_QUANTITY_DISCOUNTED, 0, INFINITY, 1e-100, 0}, CRM_OK},
        {{CRM_MODEL_NBD, {.4, 12}}, {CRM_QUANTITY_PROBABILITY, 0, 1e308, 0, 7}, CRM_OK},
    };
    for (size_t i = 0; i < sizeof task / sizeof task[0]; i++) {
        crm_model *model = purchases_model(task[i].m, NULL);
        crm_plan *plan = NULL;
        int32_t column;
        const purchases_ask a = task[i].ask;
        assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
        assert_int_equal(crm_plan_add(plan, a.quantity, a.t0, a.t1, a.delta, a.number, &column, NULL),
                         task[i].want);
        if (task[i].want == CRM_OK)
            assert_true(isfinite(purchases_answer(NULL, model, a, history, NULL)));
        crm_plan_destroy(plan);
        crm_model_destroy(model);
    }
    /* no time, no purchases: exactly */
    crm_model *model = purchases_model(cdnow, NULL);
    const purchases_ask none = {CRM_QUANTITY_PROBABILITY, 0, 0, 0, 0},
                        one = {CRM_QUANTITY_PROBABILITY, 0, 0, 0, 1};
    assert_true(purchases_answer(NULL, model, none, history, NULL) == 1);
    assert_true(purchases_answer(NULL, model, one, history, NULL) == 0);
    crm_model_destroy(model);
}

/* ---- fits ---- */

static void fitted(const char *file, int64_t until, double value, double within, const double *parameter,
                   double near)
{
    crm_summary *summary = fits_summary(file, until, NULL);
    if (!summary)
        skip();
    crm_model *model = NULL;
    double p[2];
    assert_int_equal(crm_model_fit(NULL, CRM_MODEL_NBD, summary, NULL, &model, NULL), CRM_OK);
    fits_maximum(model, summary);
    assert_true(fabs(crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD) - value) <= within);
    assert_int_equal(crm_model_parameters(model, p, NULL, NULL), CRM_OK);
    for (int i = 0; i < 2; i++)
        assert_true(fabs(p[i] - parameter[i]) <= near);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

static void cdnow_sample(void **state)
{
    (void)state;
    fitted("cdnow_sample.csv", csv_day(1997, 9, 30), -9763.6576146726, 1e-9, cdnow.parameter, 1e-6);
}

static void grocery(void **state)
{
    (void)state;
    fitted("grocery.csv", csv_day(2006, 12, 31), -16376.8639, 5e-5, (const double[]){.420320, 5.245107},
           2e-5);
}

/* Nobody bought; everybody alike; less spread than chance makes: no maximum inside. */
static void not_identified(void **state)
{
    (void)state;
    enum { FEW = 200 };
    for (int k = 0; k < 3; k++) {
        double x[FEW], t_x[FEW], T[FEW], direction[2];
        for (int i = 0; i < FEW; i++) {
            x[i] = k == 0 ? 0 : k == 1 ? 3 : 3 + i % 2;
            T[i] = 30;
            t_x[i] = x[i] > 0 ? 20 : 0;
        }
        crm_summary *summary = NULL;
        crm_model *model = NULL;
        assert_int_equal(crm_summary_of_purchases(NULL, FEW, x, t_x, T, NULL, &summary, NULL), CRM_OK);
        assert_int_equal(crm_model_fit(NULL, CRM_MODEL_NBD, summary, NULL, &model, NULL), CRM_NOT_IDENTIFIED);
        assert_true(crm_model_fact(model, CRM_FACT_CONVERGED) == 1 &&
                    crm_model_fact(model, CRM_FACT_IDENTIFIED) == 0);
        assert_int_equal(crm_model_direction(model, direction, NULL), CRM_OK);
        if (k > 0)
            assert_relative(direction[0], direction[1], 1e-3); /* r and alpha together: all at one rate */
        crm_model_destroy(model);
        crm_summary_destroy(summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references), cmocka_unit_test(predictions),    cmocka_unit_test(laws),
        cmocka_unit_test(machinery),  cmocka_unit_test(refused),        cmocka_unit_test(cdnow_sample),
        cmocka_unit_test(grocery),    cmocka_unit_test(not_identified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
