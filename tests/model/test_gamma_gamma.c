/* Gamma-Gamma prediction: the published figure, the closed form's gradient, and where the mean does not
 * exist. */
#include "test.h"

#include "crmcore/model.h"

static const double covariance[] = {1.42, -.15, -3.1, -.15, .021, .33, -3.1, .33, 7.4};

static crm_model *gamma_gamma(double p, double q, double v, const double *cov)
{
    const double parameter[] = {p, q, v};
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_GAMMA_GAMMA, 3, parameter, cov, &model, NULL), CRM_OK);
    return model;
}

static void test_published(void **state)
{
    (void)state;
    crm_model *m = gamma_gamma(6.25, 3.74, 15.44, NULL);
    const double count = 3;
    const double mean = 35;
    double out;
    double se;
    assert_int_equal(crm_model_spend(NULL, m, 1, &count, &mean, &out, &se, NULL), CRM_OK);
    assert_true(fabs(out - 35.02791996) <= 5e-9);
    assert_true(isnan(se));
    crm_model_destroy(m);
}

static double value(const double *parameter, double count, double mean)
{
    crm_model *m = gamma_gamma(parameter[0], parameter[1], parameter[2], NULL);
    double out;
    crm_model_spend(NULL, m, 1, &count, &mean, &out, NULL, NULL);
    crm_model_destroy(m);
    return out;
}

static void test_standard_error(void **state)
{
    (void)state;
    const double parameter[] = {6.25, 3.74, 15.44};
    crm_model *m = gamma_gamma(6.25, 3.74, 15.44, covariance);
    const double count[] = {0, 1, 3, 40};
    const double mean[] = {NAN, 12, 35, 90};
    double out[4];
    double se[4];
    assert_int_equal(crm_model_spend(NULL, m, 4, count, mean, out, se, NULL), CRM_OK);
    for (int i = 0; i < 4; i++) {
        double g[3];
        for (int j = 0; j < 3; j++) {
            double up[3], down[3];
            memcpy(up, parameter, sizeof up);
            memcpy(down, parameter, sizeof down);
            up[j] *= 1 + 1e-5;
            down[j] *= 1 - 1e-5;
            g[j] = (value(up, count[i], mean[i]) - value(down, count[i], mean[i])) / (2e-5 * parameter[j]);
        }
        double variance = 0;
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                variance += covariance[a + 3 * b] * g[a] * g[b];
        assert_relative(se[i], sqrt(variance), 1e-7);
    }
    crm_model_destroy(m);
}

/* The unit of money may be anything: errors whose squares are no doubles, small or large, alone and in a
 * value. */
static void test_any_unit(void **state)
{
    (void)state;
    const double unit[] = {1, 1e-200, 1e200};
    const double bg[] = {.25, 4.4, .8, 2.4};
    double bg_covariance[16] = {0};
    for (int j = 0; j < 4; j++)
        bg_covariance[5 * j] = .01 * bg[j] * bg[j];
    crm_model *buys = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, bg, bg_covariance, &buys, NULL), CRM_OK);
    double want[2] = {0};
    for (int u = 0; u < 3; u++) {
        double cov[9] = {0};
        const double v = 15 * unit[u];
        cov[0] = .4;
        cov[4] = .14;
        cov[8] = u ? 0 : 2.25; /* a variance of v would not be a double either */
        crm_model *m = gamma_gamma(6, 3.5, v, cov);
        const double x[] = {2, 20, 30}, count = 2, mean = 35 * unit[u];
        double out[2], se[2], total[4];
        int32_t column;
        crm_plan *plan = NULL;
        assert_int_equal(crm_plan_create(NULL, buys, m, &plan, NULL), CRM_OK);
        assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_SPEND, 0, 0, 0, 0, &column, NULL), CRM_OK);
        assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_VALUE, 0, 39, .01, .5, &column, NULL), CRM_OK);
        assert_int_equal(
            crm_plan_run(NULL, plan, 1, x, x + 1, x + 2, &count, &mean, NULL, out, se, total, NULL), CRM_OK);
        crm_plan_destroy(plan);
        crm_model_destroy(m);
        if (u == 0) {
            const double cov_v = 2.25 * pow(6 / (12 + 2.5), 2); /* what v adds to the variance of spend */
            want[0] = sqrt(se[0] * se[0] - cov_v);
            want[1] = sqrt(se[1] * se[1] - cov_v * pow(out[1] / out[0], 2));
        }
        for (int c = 0; c < 2; c++) /* of one customer */
            assert_true(total[2 * c] == out[c] && fabs(total[2 * c + 1] / se[c] - 1) < 1e-14);
        assert_true(u == 0 || fabs(se[0] / unit[u] / want[0] - 1) < 1e-12);
        assert_true(u == 0 || fabs(se[1] / unit[u] / want[1] - 1) < 1e-12);
    }
    crm_model_destroy(buys);
    /* certain: no error at all */
    const double none[9] = {0};
    crm_model *m = gamma_gamma(6, 3.5, 15, none);
    const double count = 2, mean = 35;
    double out, se;
    assert_int_equal(crm_model_spend(NULL, m, 1, &count, &mean, &out, &se, NULL), CRM_OK);
    assert_true(out > 0 && se == 0);
    crm_model_destroy(m);
}

static void test_rows(void **state)
{
    (void)state;
    crm_model *m = gamma_gamma(2, .5, 10, NULL);
    const double count[] = {0, 1, NAN, 2, 2, 1.5, -1, 2};
    const double mean[] = {0, 8, 3, NAN, 0, 3, 3, INFINITY};
    double out[8];
    crm_error err;
    assert_int_equal(crm_model_spend(NULL, m, 8, count, mean, out, NULL, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 0); /* no mean: q <= 1 and nothing bought */
    assert_int_equal(err.arg, 4);
    assert_int_equal(err.bad_rows, 5);
    assert_relative(out[1], 2 * 18 / 1.5, 1e-15);
    for (int i = 0; i < 8; i++)
        assert_true(i == 1 || isnan(out[i]));
    assert_int_equal(crm_model_spend(NULL, m, 0, NULL, NULL, NULL, NULL, &err), CRM_OK);
    assert_int_equal(crm_model_spend(NULL, m, -1, count, mean, out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_spend(NULL, m, 1, NULL, mean, out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_model_spend(NULL, m, 1, count, NULL, out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_int_equal(crm_model_spend(NULL, m, 1, count, mean, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_model_spend(NULL, NULL, 1, count, mean, out, NULL, &err), CRM_E_NULL);
    crm_model_destroy(m);
    const double bg[] = {1, 1, 1, 1};
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, bg, NULL, &m, NULL), CRM_OK);
    assert_int_equal(crm_model_spend(NULL, m, 1, count, mean, out, NULL, &err), CRM_E_ARGUMENT);
    crm_model_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_standard_error),
        cmocka_unit_test(test_any_unit),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
