/* The table of kinds: ids, names and parameters as callers know them. */
#include "test.h"

#include "crmcore.h"

static void names_and_parameters(void **state)
{
    (void)state;
    static const struct {
        int32_t kind;
        const char *name;
        int32_t count;
        const char *parameter[5];
    } want[] = {
        {CRM_MODEL_NBD, "nbd", 2, {"r", "alpha"}},
        {CRM_MODEL_PARETO_NBD, "pareto-nbd", 4, {"r", "alpha", "s", "beta"}},
        {CRM_MODEL_BG_NBD, "bg-nbd", 4, {"r", "alpha", "a", "b"}},
        {CRM_MODEL_MBG_NBD, "mbg-nbd", 4, {"r", "alpha", "a", "b"}},
        {CRM_MODEL_BG_CNBD_K, "bg-cnbd-k", 5, {"k", "r", "alpha", "a", "b"}},
        {CRM_MODEL_MBG_CNBD_K, "mbg-cnbd-k", 5, {"k", "r", "alpha", "a", "b"}},
        {CRM_MODEL_GGOMPERTZ_NBD, "ggompertz-nbd", 5, {"r", "alpha", "b", "s", "beta"}},
        {CRM_MODEL_BG_BB, "bg-bb", 4, {"alpha", "beta", "gamma", "delta"}},
        {CRM_MODEL_GAMMA_GAMMA, "gamma-gamma", 3, {"p", "q", "v"}},
        {CRM_MODEL_SBG, "sbg", 2, {"gamma", "delta"}},
        {CRM_MODEL_BDW, "bdw", 3, {"gamma", "delta", "c"}},
    };
    const int32_t kinds = (int32_t)(sizeof want / sizeof want[0]);
    assert_int_equal(crm_kind_count(), kinds);
    for (int32_t i = 0; i < kinds; i++) {
        assert_int_equal(want[i].kind, i + 1);
        assert_string_equal(crm_kind_name(want[i].kind), want[i].name);
        assert_int_equal(crm_kind_find(want[i].name), want[i].kind);
        assert_int_equal(crm_kind_parameters(want[i].kind), want[i].count);
        for (int32_t j = 0; j < want[i].count; j++)
            assert_string_equal(crm_kind_parameter(want[i].kind, j), want[i].parameter[j]);
        assert_null(crm_kind_parameter(want[i].kind, want[i].count));
        assert_null(crm_kind_parameter(want[i].kind, -1));
    }
}

static void no_such_kind(void **state)
{
    (void)state;
    static const int32_t wrong[] = {INT32_MIN, -1, 0, 12, INT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(crm_kind_name(wrong[i]));
        assert_null(crm_kind_parameter(wrong[i], 0));
        assert_int_equal(crm_kind_parameters(wrong[i]), 0);
        assert_int_equal(crm_kind_supports(wrong[i], CRM_QUANTITY_EXPECTED), 0);
        assert_int_equal(crm_kind_fits(wrong[i]), 0);
    }
    assert_int_equal(crm_kind_find(NULL), 0);
    assert_int_equal(crm_kind_find(""), 0);
    assert_int_equal(crm_kind_find("BG-NBD"), 0);
    assert_int_equal(crm_kind_find("bg-nbd "), 0);
}

static void what_is_built(void **state)
{
    (void)state;
    assert_int_equal(crm_kind_supports(CRM_MODEL_BG_NBD, CRM_QUANTITY_P_ALIVE), 1);
    assert_int_equal(crm_kind_supports(CRM_MODEL_BG_NBD, CRM_QUANTITY_EXPECTED), 1);
    assert_int_equal(crm_kind_supports(CRM_MODEL_BG_NBD, CRM_QUANTITY_SPEND), 0);
    assert_int_equal(crm_kind_supports(CRM_MODEL_GAMMA_GAMMA, CRM_QUANTITY_SPEND), 1);
    assert_int_equal(crm_kind_supports(CRM_MODEL_GAMMA_GAMMA, CRM_QUANTITY_P_ALIVE), 0);
    for (int32_t kind = 1; kind <= crm_kind_count(); kind++) {
        int32_t built = 0; /* what predicts is fitted, too */
        for (int32_t quantity = 1; quantity <= CRM_QUANTITY_VALUE; quantity++)
            built |= crm_kind_supports(kind, quantity);
        assert_true(crm_kind_fits(kind) >= built);
        assert_int_equal(crm_kind_supports(kind, 0), 0);
        assert_int_equal(crm_kind_supports(kind, -1), 0);
        assert_int_equal(crm_kind_supports(kind, 32), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_parameters),
        cmocka_unit_test(no_such_kind),
        cmocka_unit_test(what_is_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
