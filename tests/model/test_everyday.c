/* The named functions: their arguments, their rows, their standard errors. The figures are in test_bg_nbd.c,
 * that they equal the plan's bits in test_plan.c. */
#include "test.h"

#include "crmcore/model.h"
#include "model/model.h"

static const double parameter[] = {.242594529, 4.413602161, .792922028, 2.425906719};
static const double covariance[] = {1.577e-4, 3.6e-3, 2e-5,  -1e-4, 3.6e-3, .143,  -1e-3, -1e-2,
                                    2e-5,     -1e-3,  .0345, .12,   -1e-4,  -1e-2, .12,   .4976};

static crm_model *bg_nbd(const double *cov)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, cov, &model, NULL), CRM_OK);
    return model;
}

static void test_arguments(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(NULL);
    const double x = 2, t_x = 3, T = 5;
    double out = 7;
    crm_error err;
    assert_int_equal(crm_model_p_alive(NULL, NULL, 1, &x, &t_x, &T, 0, &out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_model_p_alive(NULL, m, -1, &x, &t_x, &T, 0, &out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, NULL, &t_x, &T, 0, &out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, &x, &t_x, NULL, 0, &out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 6);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, &x, &t_x, &T, 0, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 8);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, &x, &t_x, &T, -1, &out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_p_alive(NULL, m, 1, &x, &t_x, &T, NAN, &out, NULL, NULL), CRM_E_DOMAIN);
    assert_int_equal(crm_model_expected(NULL, m, 1, &x, &t_x, &T, -1, &out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_expected(NULL, m, 1, &x, &t_x, &T, INFINITY, &out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(crm_model_discounted(NULL, m, 1, &x, &t_x, &T, 9, -1, &out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 8);
    assert_int_equal(crm_model_discounted(NULL, m, 1, &x, &t_x, &T, -9, 1, &out, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_discounted(NULL, m, 1, &x, &t_x, &T, 9, 1, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 9);
    assert_int_equal(crm_model_expected_new(NULL, m, 1, NULL, &out, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_model_expected_new(NULL, m, 1, &x, NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 5);
    assert_true(out == 7);
    assert_int_equal(crm_model_expected(NULL, m, 0, NULL, NULL, NULL, 1, NULL, NULL, &err), CRM_OK);
    assert_int_equal(err.status, CRM_OK);
    crm_model_destroy(m);
    const double gamma_gamma[] = {6, 4, 15};
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_GAMMA_GAMMA, 3, gamma_gamma, NULL, &m, NULL), CRM_OK);
    assert_int_equal(crm_model_expected(NULL, m, 1, &x, &t_x, &T, 1, &out, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 2);
    crm_model_destroy(m);
}

static void test_rows_of_times(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(covariance);
    const double t[] = {39, NAN, -1, 0, INFINITY, 52};
    double out[6];
    double se[6];
    crm_error err;
    assert_int_equal(crm_model_expected_new(NULL, m, 6, t, out, se, &err), CRM_BAD_ROWS);
    assert_int_equal(err.row, 2);
    assert_int_equal(err.bad_rows, 2);
    assert_int_equal(err.arg, 4);
    assert_true(isnan(out[1]) && isnan(out[2]) && isnan(out[4]) && isnan(se[1]) && isnan(se[4]));
    assert_true(out[3] == 0 && se[3] == 0);
    assert_true(out[0] > 0 && out[5] > out[0] && se[0] > 0 && se[5] > se[0]);
    crm_model_destroy(m);
}

static void test_state_of_the_model(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(covariance);
    const double x = 2, t_x = 3, T = 5;
    double out = 7;
    double se = 7;
    crm_error err;
    m->converged = 0;
    assert_int_equal(crm_model_expected(NULL, m, 1, &x, &t_x, &T, 1, &out, &se, &err), CRM_E_STATE);
    assert_true(out == 7 && se == 7);
    m->converged = 1;
    m->has_covariance = 0;
    assert_int_equal(crm_model_expected(NULL, m, 1, &x, &t_x, &T, 1, &out, &se, &err), CRM_OK);
    assert_true(out > 0 && isnan(se));
    crm_model_destroy(m);
}

/* The standard error of E[X(52)] at the published standard errors is near what a bootstrap gives (Fader &
 * Hardie's base of 2,357 customers); here: against differences. */
static void test_standard_errors(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(covariance);
    const double t = 52;
    double value;
    double se;
    assert_int_equal(crm_model_expected_new(NULL, m, 1, &t, &value, &se, NULL), CRM_OK);
    double g[4];
    for (int j = 0; j < 4; j++) {
        double ends[2];
        for (int side = 0; side < 2; side++) {
            double moved[4];
            crm_model *near = NULL;
            memcpy(moved, parameter, sizeof moved);
            moved[j] *= side ? 1 + 1e-5 : 1 - 1e-5;
            assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, moved, NULL, &near, NULL), CRM_OK);
            assert_int_equal(crm_model_expected_new(NULL, near, 1, &t, &ends[side], NULL, NULL), CRM_OK);
            crm_model_destroy(near);
        }
        g[j] = (ends[1] - ends[0]) / (2e-5 * parameter[j]);
    }
    double variance = 0;
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            variance += covariance[a + 4 * b] * g[a] * g[b];
    assert_relative(se, sqrt(variance), 1e-7);
    crm_model_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_rows_of_times),
        cmocka_unit_test(test_state_of_the_model),
        cmocka_unit_test(test_standard_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
