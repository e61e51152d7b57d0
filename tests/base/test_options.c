/* Options: the table pinned, types and bounds enforced, what is read back. */
#include "failing.h"

#include <float.h>

#include "base/options.h"

static const struct {
    int32_t id;
    int32_t number;
    int32_t type;
    const char *name;
    double least;
    double most;
    double otherwise;
} known[] = {
    {CRM_OPTION_SPEND_FIRST, 1, 2, "spend_first", 0.0, 1.0, 0.0},
    {CRM_OPTION_RECENT_TICKS, 2, 1, "recent_ticks", DBL_TRUE_MIN, (double)INFINITY, (double)INFINITY},
    {CRM_OPTION_FIT_ITERATIONS, 16, 2, "fit_iterations", 1.0, 100000.0, 200.0},
    {CRM_OPTION_FIT_START, 17, 3, "fit_start", DBL_TRUE_MIN, DBL_MAX, (double)NAN},
    {CRM_OPTION_FIT_FIXED, 18, 3, "fit_fixed", 0.0, DBL_MAX, (double)NAN},
    {CRM_OPTION_COVARIATES_LIFETIME, 19, 3, "covariates_lifetime", -1.0, 31.0, (double)NAN},
    {CRM_OPTION_COVARIATES_TRANSACTIONS, 20, 3, "covariates_transactions", -1.0, 31.0, (double)NAN},
    {CRM_OPTION_COVARIATES_EQUAL, 21, 3, "covariates_equal", -1.0, 31.0, (double)NAN},
    {CRM_OPTION_RIDGE_LIFETIME, 22, 1, "ridge_lifetime", 0.0, 1e9, 0.0},
    {CRM_OPTION_RIDGE_TRANSACTIONS, 23, 1, "ridge_transactions", 0.0, 1e9, 0.0},
    {CRM_OPTION_MODEL, 32, 2, "model", 1.0, 11.0, 3.0},
    {CRM_OPTION_MARGIN_RATE, 33, 1, "margin_rate", -1000.0, 1.0, (double)NAN},
    {CRM_OPTION_DISCOUNT, 34, 1, "discount", 0.0, 1000.0, 0.0026877297},
    {CRM_OPTION_HORIZON, 35, 1, "horizon", DBL_TRUE_MIN, (double)INFINITY, (double)INFINITY},
    {CRM_OPTION_TIERS, 36, 3, "tiers", DBL_TRUE_MIN, 1.0, (double)NAN},
    {CRM_OPTION_THRESHOLD, 37, 1, "threshold", -DBL_MAX, DBL_MAX, (double)NAN},
};
enum { KNOWN = (int)(sizeof known / sizeof known[0]) };

static crm_options *create(void)
{
    crm_options *options = NULL;
    crm_error err;
    assert_int_equal(crm_options_create(NULL, &options, &err), CRM_OK);
    assert_int_equal(err.status, CRM_OK);
    assert_non_null(options);
    return options;
}

static void test_the_table(void **state)
{
    (void)state;
    assert_int_equal(crm_option_count(), KNOWN);
    for (int32_t i = 0; i < KNOWN; i++) {
        int32_t id;
        int32_t type;
        const char *name;
        const char *unit;
        double least;
        double most;
        double otherwise;
        crm_error err;
        assert_int_equal(crm_option_info(i, &id, &type, &name, &unit, &least, &most, &otherwise, &err), CRM_OK);
        assert_int_equal(known[i].id, known[i].number);
        assert_int_equal(id, known[i].id);
        assert_int_equal(type, known[i].type);
        assert_string_equal(name, known[i].name);
        assert_true(unit && *unit);
        assert_same_bits(least, known[i].least);
        assert_same_bits(most, known[i].most);
        assert_close(otherwise, known[i].otherwise, 1e-10);
    }
    crm_error err;
    assert_int_equal(crm_option_info(0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), CRM_OK);
    assert_int_equal(crm_option_info(-1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_option_info(KNOWN, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &err), CRM_E_ARGUMENT);
}

/* Sets one value in the way its type asks for. */
static crm_status set(crm_options *options, int i, double value, crm_error *err)
{
    if (known[i].type == 1)
        return crm_options_set_f64(options, known[i].id, value, err);
    if (known[i].type == 2)
        return crm_options_set_i64(options, known[i].id, (int64_t)value, err);
    return crm_options_set_f64s(options, known[i].id, 1, &value, err);
}

static double read_back(const crm_options *options, int i)
{
    int64_t n;
    if (known[i].type == 1)
        return crm_i_option_f64(options, known[i].id);
    if (known[i].type == 2)
        return (double)crm_i_option_i64(options, known[i].id);
    const double *values = crm_i_option_f64s(options, known[i].id, &n);
    assert_int_equal(n, values != NULL);
    return values ? values[0] : (double)NAN;
}

static void test_bounds(void **state)
{
    (void)state;
    for (int i = 0; i < KNOWN; i++) {
        crm_options *options = create();
        crm_error err;
        assert_false(crm_i_option_is_set(options, known[i].id));
        assert_close(read_back(options, i), known[i].otherwise, 1e-10);
        assert_close(read_back(NULL, i), known[i].otherwise, 1e-10);
        assert_int_equal(set(options, i, known[i].least, &err), CRM_OK);
        assert_int_equal(err.status, CRM_OK);
        assert_true(crm_i_option_is_set(options, known[i].id));
        assert_same_bits(read_back(options, i), known[i].least);
        assert_int_equal(set(options, i, known[i].most, &err), CRM_OK);
        assert_same_bits(read_back(options, i), known[i].most);

        const double step = known[i].type == 2 ? 1.0 : 0.0;
        const double below = step > 0.0 ? known[i].least - step : nextafter(known[i].least, -(double)INFINITY);
        const double above = step > 0.0 ? known[i].most + step : nextafter(known[i].most, (double)INFINITY);
        assert_int_equal(set(options, i, below, &err), CRM_E_DOMAIN);
        assert_int_equal(err.arg, known[i].type == 3 ? 4 : 3);
        assert_same_bits(err.value, below);
        assert_non_null(strstr(err.text, known[i].name));
        if (isfinite(known[i].most))
            assert_int_equal(set(options, i, above, &err), CRM_E_DOMAIN);
        if (known[i].type != 2)
            assert_int_equal(set(options, i, (double)NAN, &err), CRM_E_DOMAIN);
        assert_int_equal(set(options, i, below, NULL), CRM_E_DOMAIN);
        assert_same_bits(read_back(options, i), known[i].most);
        crm_options_destroy(options);
    }
}

static void test_types(void **state)
{
    (void)state;
    crm_options *options = create();
    const double value = 1.0;
    for (int i = 0; i < KNOWN; i++) {
        crm_error err;
        const crm_status f = crm_options_set_f64(options, known[i].id, value, &err);
        assert_int_equal(f, known[i].type == 1 ? CRM_OK : CRM_E_ARGUMENT);
        assert_int_equal(err.arg, known[i].type == 1 ? 0 : 2);
        assert_int_equal(crm_options_set_i64(options, known[i].id, 1, NULL),
                         known[i].type == 2 ? CRM_OK : CRM_E_ARGUMENT);
        assert_int_equal(crm_options_set_f64s(options, known[i].id, 1, &value, NULL),
                         known[i].type == 3 ? CRM_OK : CRM_E_ARGUMENT);
    }
    assert_int_equal(crm_i_option_i64(options, CRM_OPTION_HORIZON), 0); /* of another type */
    static const int32_t unknown[] = {0, -1, 3, 15, 24, 31, 38, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        crm_error err;
        int64_t n;
        assert_int_equal(crm_options_set_f64(options, unknown[i], value, &err), CRM_E_ARGUMENT);
        assert_int_equal(err.arg, 2);
        assert_int_equal(crm_options_set_i64(options, unknown[i], 1, &err), CRM_E_ARGUMENT);
        assert_int_equal(crm_options_set_f64s(options, unknown[i], 1, &value, &err), CRM_E_ARGUMENT);
        assert_false(crm_i_option_is_set(options, unknown[i]));
        assert_true(isnan(crm_i_option_f64(options, unknown[i])));
        assert_int_equal(crm_i_option_i64(options, unknown[i]), 0);
        assert_null(crm_i_option_f64s(options, unknown[i], &n));
    }
    crm_options_destroy(options);
}

static void test_lists(void **state)
{
    (void)state;
    crm_options *options = create();
    double value[33];
    for (int i = 0; i < 33; i++)
        value[i] = 1.0 / (i + 1);
    crm_error err;
    int64_t n;
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 32, value, &err), CRM_OK);
    const double *got = crm_i_option_f64s(options, CRM_OPTION_TIERS, &n);
    assert_int_equal(n, 32);
    assert_memory_equal(got, value, 32 * sizeof *value);

    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 0, value, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, -1, value, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 33, value, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 2, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    value[5] = 1.5;
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 9, value, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 4);
    assert_int_equal(err.row, 5);
    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 9, value, NULL), CRM_E_DOMAIN);
    got = crm_i_option_f64s(options, CRM_OPTION_TIERS, &n);
    assert_int_equal(n, 32); /* nothing was changed */
    assert_same_bits(got[5], 1.0 / 6);

    assert_int_equal(crm_options_set_f64s(options, CRM_OPTION_TIERS, 1, value, &err), CRM_OK);
    crm_i_option_f64s(options, CRM_OPTION_TIERS, &n);
    assert_int_equal(n, 1);
    crm_options_destroy(options);
}

static void test_misuse(void **state)
{
    (void)state;
    const double value = 1.0;
    crm_error err;
    assert_int_equal(crm_options_create(NULL, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_options_set_f64(NULL, CRM_OPTION_HORIZON, 1.0, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_options_set_i64(NULL, CRM_OPTION_MODEL, 1, &err), CRM_E_NULL);
    assert_int_equal(crm_options_set_f64s(NULL, CRM_OPTION_TIERS, 1, &value, &err), CRM_E_NULL);
    assert_false(crm_i_option_is_set(NULL, CRM_OPTION_MODEL));
    crm_options_destroy(NULL);
}

static crm_status call_create(const crm_context *context, void *arg)
{
    (void)arg;
    crm_options *options = NULL;
    const crm_status status = crm_options_create(context, &options, NULL);
    if (status != CRM_OK)
        assert_null(options);
    crm_options_destroy(options);
    return status;
}

static crm_status call_set(const crm_context *context, void *arg)
{
    (void)context;
    const double tiers[] = {0.5, 0.5};
    assert_int_equal(crm_options_set_f64s(arg, CRM_OPTION_TIERS, 2, tiers, NULL), CRM_OK);
    return crm_options_set_f64(arg, CRM_OPTION_HORIZON, 52.0, NULL);
}

static void test_failing_allocator(void **state)
{
    (void)state;
    assert_int_equal(failing_sweep(call_create, NULL), 1);
    failing f;
    crm_context *context = failing_context(&f);
    crm_options *options = NULL;
    assert_int_equal(crm_options_create(context, &options, NULL), CRM_OK);
    crm_context_destroy(context); /* the options keep what they need of it */
    failing_none(call_set, options);
    assert_same_bits(crm_i_option_f64(options, CRM_OPTION_HORIZON), 52.0);
    assert_int_equal(f.blocks, 1);
    crm_options_destroy(options);
    assert_int_equal(f.blocks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table), cmocka_unit_test(test_bounds), cmocka_unit_test(test_types),
        cmocka_unit_test(test_lists),     cmocka_unit_test(test_misuse), cmocka_unit_test(test_failing_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
