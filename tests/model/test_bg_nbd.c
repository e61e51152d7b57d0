/* BG/NBD predictions against published figures, 40-digit references and their own laws. */
#include "test.h"

#include "crmcore/model.h"

static crm_model *bg_nbd(double r, double alpha, double a, double b)
{
    const double parameter[] = {r, alpha, a, b};
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, parameter, NULL, &model, NULL), CRM_OK);
    return model;
}

/* Maximum likelihood on the CDNOW sample, as printed in figures.md. */
static crm_model *cdnow(void)
{
    return bg_nbd(.242594529, 4.413602161, .792922028, 2.425906719);
}

static double expected(const crm_model *model, double x, double t_x, double T, double t)
{
    double out;
    assert_int_equal(crm_model_expected(NULL, model, 1, &x, &t_x, &T, t, &out, NULL, NULL), CRM_OK);
    return out;
}

static double expected_new(const crm_model *model, double t)
{
    double out;
    assert_int_equal(crm_model_expected_new(NULL, model, 1, &t, &out, NULL, NULL), CRM_OK);
    return out;
}

static double p_alive(const crm_model *model, double x, double t_x, double T, double ahead)
{
    double out;
    assert_int_equal(crm_model_p_alive(NULL, model, 1, &x, &t_x, &T, ahead, &out, NULL, NULL), CRM_OK);
    return out;
}

static double discounted(const crm_model *model, double x, double t_x, double T, double t, double delta)
{
    double out;
    assert_int_equal(crm_model_discounted(NULL, model, 1, &x, &t_x, &T, t, delta, &out, NULL, NULL), CRM_OK);
    return out;
}

static double asked(const crm_model *model, int32_t quantity, double t0, double t1, double delta, double number,
                    double x, double t_x, double T)
{
    crm_plan *plan = NULL;
    int32_t column = -1;
    double out;
    assert_int_equal(crm_plan_create(NULL, model, NULL, &plan, NULL), CRM_OK);
    assert_int_equal(crm_plan_add(plan, quantity, t0, t1, delta, number, &column, NULL), CRM_OK);
    assert_int_equal(column, 0);
    assert_int_equal(crm_plan_run(NULL, plan, 1, &x, &t_x, &T, NULL, NULL, NULL, &out, NULL, NULL, NULL), CRM_OK);
    crm_plan_destroy(plan);
    return out;
}

static double pmf(const crm_model *model, double n, double t)
{
    return asked(model, CRM_QUANTITY_PROBABILITY, 0, t, 0, n, 0, 0, 0);
}

/* ---- figures ---- */

static void test_new_customers_of_cdnow(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    const double t[] = {1.0 / 7, 1, 3, 223.0 / 7, 32, 78, 52};
    const double want[] = {.00781367, .05318429, .15063084, 1.04049011, 1.04373203, 1.85795837, 1.444012382};
    const double half[] = {5e-9, 5e-9, 5e-9, 5e-9, 5e-9, 5e-9, 5e-10};
    double out[7];
    assert_int_equal(crm_model_expected_new(NULL, m, 7, t, out, NULL, NULL), CRM_OK);
    for (int i = 0; i < 7; i++) {
        assert_true(fabs(out[i] - want[i]) <= half[i]);
        assert_same_bits(expected(m, 0, 0, 0, t[i]), out[i]);
    }
    crm_model_destroy(m);
}

static void test_customers_of_cdnow(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    assert_true(fabs(expected(m, 2, 213.0 / 7, 272.0 / 7, 39) - 1.22599444035) <= 5e-12);
    assert_true(fabs(p_alive(m, 2, 213.0 / 7, 272.0 / 7, 0) - .726620305681) <= 5e-13);
    assert_true(fabs(expected(m, 26, 216.0 / 7, 31, 52) - 25.757) <= 5e-4);
    assert_true(fabs(p_alive(m, 26, 216.0 / 7, 31, 0) - .96885) <= 5e-6);
    crm_model_destroy(m);
}

static void test_figures_at_rounded_parameters(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(.243, 4.414, .793, 2.426);
    assert_true(fabs(pmf(m, 10, 2) - 1.07868964e-7) <= 5e-16);
    assert_true(fabs(pmf(m, 0, 39) - .5737863521) <= 5e-11);
    assert_true(fabs(expected(m, 10, 35, 39, 2) - .3915692071) <= 5e-11);
    assert_true(fabs(p_alive(m, 23, 39, 39, 0) - .9685554542) <= 5e-11);
    crm_model_destroy(m);
}

static void test_where_others_fail(void **state)
{
    (void)state;
    crm_model *m = bg_nbd(.25, 4.4, 1, 2.4); /* the pole at a = 1 */
    assert_true(fabs(expected_new(m, 39) - 1.110606489788) <= 5e-13);
    assert_true(fabs(expected(m, 2, 30, 39, 39) - 1.08558148008) <= 5e-12);
    crm_model_destroy(m);
    m = bg_nbd(.11, 2.24, .31, .50);
    assert_true(fabs(expected(m, 0, 0, 1, 30) - .564588615533) <= 5e-13);
    crm_model_destroy(m);
    m = bg_nbd(.5458741247391189, 13.409316394557274, .0009994943799344323, .03899022143378801);
    assert_true(fabs(expected(m, 2, 10, 20, 30) - 2.27937434413) <= 5e-12); /* a negative 2F1 elsewhere */
    crm_model_destroy(m);
}

/* ---- laws ---- */

static void test_no_discount_is_expected(void **state)
{
    (void)state;
    crm_model *m = cdnow();
    assert_same_bits(discounted(m, 3, 20, 30, 52, 0), expected(m, 3, 20, 30, 52));
    assert_true(discounted(m, 3, 20, 30, INFINITY, .01) < discounted(m, 3, 20, 30, INFINITY, .0027));
    assert_relative(discounted(m, 3, 20, 30, 52, 1e-14), expected(m, 3, 20, 30, 52), 1e-12);
    assert_relative(discounted(m, 3, 20, 30, 1e5, .0027), discounted(m, 3, 20, 30, INFINITY, .0027), 1e-12);
    crm_model_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_customers_of_cdnow),
        cmocka_unit_test(test_customers_of_cdnow),
        cmocka_unit_test(test_figures_at_rounded_parameters),
        cmocka_unit_test(test_where_others_fail),
        cmocka_unit_test(test_no_discount_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
