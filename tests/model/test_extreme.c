/* The likelihood of BG/NBD at parameters and times of any size: right, or refused, and never infinite. */
#include "test.h"

#include "crmcore.h"

static const double extreme[][9] = {
#include "bg_nbd_extreme.inc"
};

static crm_model *bg_nbd(const double *parameter)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, &model, NULL), CRM_OK);
    return model;
}

static crm_summary *one_row(const double *history, double weight)
{
    crm_summary *summary = NULL;
    assert_int_equal(
        crm_summary_of_purchases(NULL, 1, history, history + 1, history + 2, &weight, &summary, NULL),
        CRM_OK);
    return summary;
}

static void references(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof extreme / sizeof extreme[0]; i++) {
        const double *p = extreme[i];
        crm_model *model = bg_nbd(p);
        double row;
        double value;
        assert_int_equal(crm_model_rows(NULL, model, 1, p + 4, p + 5, p + 6, &row, NULL), CRM_OK);
        const double allowed = 1e-13 * (p[8] > 1.0 ? p[8] : 1.0);
        assert_true(fabs(row - p[7]) <= allowed);
        crm_summary *summary = one_row(p + 4, 3.0);
        assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, NULL, NULL, NULL), CRM_OK);
        assert_true(fabs(value - 3.0 * p[7]) <= 3.0 * allowed);
        crm_summary_destroy(summary);
        crm_model_destroy(model);
    }
}

/* A value, but no derivative that is a double; then no value either. */
static void refusals(void **state)
{
    (void)state;
    const double slopeless[] = {.25, 1e-300, .8, 2.4};
    const double beyond[] = {1e308, 1e-308, .8, 2.4};
    const double brief[] = {100.0, 1e-300, 1e-300};
    const double history[] = {100.0, 1.0, 2.0};
    double value = 7.0;
    double derivative[16];
    double row;
    crm_error err;
    crm_summary *summary = one_row(brief, 1.0);
    crm_model *model = bg_nbd(slopeless);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, NULL, NULL, NULL), CRM_OK);
    assert_true(isfinite(value));
    value = 7.0;
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, derivative, NULL, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, NULL, derivative, &err),
                     CRM_E_DOMAIN);
    assert_true(value == 7.0);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    summary = one_row(history, 1.0);
    model = bg_nbd(beyond);
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, NULL, NULL, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 2);
    assert_true(value == 7.0);
    assert_int_equal(crm_model_rows(NULL, model, 1, history, history + 1, history + 2, &row, &err),
                     CRM_BAD_ROWS);
    assert_int_equal(err.arg, 2);
    assert_true(isnan(row));
    crm_model_destroy(model);
    crm_summary_destroy(summary);
}

/* No infinity and no unexplained NaN anywhere. */
static void sweep(void **state)
{
    (void)state;
    const double size[] = {1e-308, 1e-150, .5, 1e150, 1e308};
    const double x[] = {0, 1, 2, 100, 1e6, 1e15, 1e307};
    const double t[][2] = {{1, 2}, {1e-300, 1e-300}, {1, 1e300}, {1e308, 1e308}, {1e-300, 1}, {1e150, 1e155}};
    for (int at = 0; at < 625; at++) {
        const double parameter[] = {size[at % 5], size[at / 5 % 5], size[at / 25 % 5], size[at / 125]};
        crm_model *model = bg_nbd(parameter);
        for (int i = 0; i < 42; i++) {
            const double *span = t[i / 7];
            const double t_x = x[i % 7] > 0.0 ? span[0] : 0.0;
            double row;
            const crm_status status = crm_model_rows(NULL, model, 1, &x[i % 7], &t_x, &span[1], &row, NULL);
            assert_true(status == CRM_OK ? isfinite(row) : status == CRM_BAD_ROWS && isnan(row));
        }
        crm_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references),
        cmocka_unit_test(refusals),
        cmocka_unit_test(sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
