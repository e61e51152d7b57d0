/* Predictions for customers with covariates: those of a model with their own parameters, and how sure they
 * are. */
#include "model/stratified.h"

enum { ASKS = 5 };

static crm_plan *plan_of(const crm_model *model)
{
    crm_plan *plan = NULL;
    int32_t column;
    assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 0.0, 0.0, 0.0, 0.0, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0.0, 26.0, 0.0, 0.0, &column, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0.0, INFINITY, 0.01, 0.0, &column, NULL),
                     CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_PROBABILITY, 0.0, 10.0, 0.0, 1.0, &column, NULL),
                     CRM_OK);
    assert_int_equal(crm_plan_add(plan, CRM_QUANTITY_RATE, 0.0, 0.0, 0.0, 0.0, &column, NULL), CRM_OK);
    return plan;
}

/* Customers 0, 100, 200, ... with their covariates, leading dimension 12. */
enum { SOME = 12 };
static double some[3][SOME];
static double some_z[COLUMNS * SOME];

static void take_some(void)
{
    fill();
    for (int i = 0; i < SOME; i++) {
        some[0][i] = x[100 * i];
        some[1][i] = t_x[100 * i];
        some[2][i] = T[100 * i];
        some_z[i] = z[100 * i];
        some_z[SOME + i] = z[N + 100 * i];
    }
}

static void run(const crm_model *model, double *out, double *se, double *total)
{
    crm_plan *plan = plan_of(model);
    assert_int_equal(
        crm_plan_run(NULL, plan, SOME, some[0], some[1], some[2], NULL, NULL, some_z, out, se, total, NULL),
        CRM_OK);
    crm_plan_destroy(plan);
}

/* Each customer is one of the model with its own parameters; standard errors by differences. */
static void predictions(void **state)
{
    (void)state;
    double covariance[COUNT * COUNT] = {0.0};
    double out[ASKS * SOME];
    double se[ASKS * SOME];
    double total[2 * ASKS];
    take_some();
    for (int i = 0; i < COUNT; i++)
        covariance[i + COUNT * i] = 0.01 * (i + 1);
    crm_model *model = stated(truth, covariance);
    run(model, out, se, total);
    for (int i = 0; i < SOME; i++) {
        double own[4];
        crm_model *plain = NULL;
        double want[ASKS];
        own_parameters(truth, some_z[i], some_z[SOME + i], own);
        assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, own, NULL, &plain, NULL), CRM_OK);
        crm_plan *plan = plan_of(plain);
        assert_int_equal(crm_plan_run(NULL, plan, 1, &some[0][i], &some[1][i], &some[2][i], NULL, NULL, NULL,
                                      want, NULL, NULL, NULL),
                         CRM_OK);
        for (int q = 0; q < ASKS; q++)
            assert_relative(out[q * SOME + i], want[q], 1e-13);
        crm_plan_destroy(plan);
        crm_model_destroy(plain);
    }
    double variance[ASKS * SOME] = {0.0};
    double variance_total[ASKS] = {0.0};
    for (int j = 0; j < COUNT; j++) {
        const double h = 1e-5;
        double p[COUNT];
        double up[ASKS * SOME];
        double down[ASKS * SOME];
        memcpy(p, truth, sizeof p);
        p[j] = truth[j] + h;
        crm_model *moved = stated(p, NULL);
        run(moved, up, NULL, NULL);
        crm_model_destroy(moved);
        p[j] = truth[j] - h;
        moved = stated(p, NULL);
        run(moved, down, NULL, NULL);
        crm_model_destroy(moved);
        for (int q = 0; q < ASKS; q++) {
            double sum = 0.0;
            for (int i = 0; i < SOME; i++) {
                const double slope = (up[q * SOME + i] - down[q * SOME + i]) / (2.0 * h);
                variance[q * SOME + i] += slope * slope * covariance[j + COUNT * j];
                sum += slope;
            }
            variance_total[q] += sum * sum * covariance[j + COUNT * j];
        }
    }
    for (int i = 0; i < ASKS * SOME; i++)
        assert_close(se[i], sqrt(variance[i]), 1e-6);
    for (int q = 0; q < ASKS; q++)
        assert_relative(total[2 * q + 1], sqrt(variance_total[q]), 1e-5);
    crm_model_destroy(model);
}

/* A missing covariate is a missing customer, an infinite one a bad row, one too large a row without a value.
 */
static void odd_covariates(void **state)
{
    (void)state;
    double out[ASKS * SOME];
    double good[ASKS * SOME];
    crm_error err;
    take_some();
    crm_model *model = stated(truth, NULL);
    crm_plan *plan = plan_of(model);
    run(model, good, NULL, NULL);
    some_z[3] = NAN;
    assert_int_equal(
        crm_plan_run(NULL, plan, SOME, some[0], some[1], some[2], NULL, NULL, some_z, out, NULL, NULL, NULL),
        CRM_OK);
    for (int i = 0; i < SOME; i++)
        assert_true(i == 3 ? isnan(out[i]) : out[i] == good[i]);
    some_z[3] = INFINITY;
    assert_int_equal(
        crm_plan_run(NULL, plan, SOME, some[0], some[1], some[2], NULL, NULL, some_z, out, NULL, NULL, &err),
        CRM_BAD_ROWS);
    assert_int_equal(err.row, 3);
    assert_int_equal(err.arg, 9);
    assert_int_equal(err.bad_rows, 1);
    some_z[3] = 1e6;
    assert_int_equal(
        crm_plan_run(NULL, plan, SOME, some[0], some[1], some[2], NULL, NULL, some_z, out, NULL, NULL, &err),
        CRM_BAD_ROWS);
    assert_int_equal(err.row, 3);
    for (int i = 0; i < SOME; i++)
        assert_true(i == 3 ? isnan(out[i]) : out[i] == good[i]);
    assert_int_equal(
        crm_plan_run(NULL, plan, SOME, some[0], some[1], some[2], NULL, NULL, NULL, out, NULL, NULL, &err),
        CRM_E_NULL);
    assert_int_equal(err.arg, 9);
    crm_plan_destroy(plan);
    crm_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions),
        cmocka_unit_test(odd_covariates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
