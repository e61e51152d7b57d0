/* Pairs of doubles, on numbers whose sums and products are known to the last bit. */
#include "test.h"

#include "numeric/pair.h"

static void assert_pair(crm_i_pair got, double high, double low)
{
    assert_same_bits(got.high, high);
    assert_same_bits(got.low, low);
}

static void test_exact_operations(void **unused)
{
    (void)unused;
    assert_pair(crm_i_pair_sum(1.0, 0x1p-80), 1.0, 0x1p-80);
    assert_pair(crm_i_pair_sum(0x1p-80, 1.0), 1.0, 0x1p-80);
    assert_pair(crm_i_pair_sum(0x1p53, 1.0), 0x1p53, 1.0);
    assert_pair(crm_i_pair_fast_sum(0x1p53, -1.0 - 0x1p-50), 0x1p53 - 1.0, -0x1p-50);
    assert_pair(crm_i_pair_product(1.0 + 0x1p-30, 1.0 - 0x1p-30), 1.0, -0x1p-60);
    assert_pair(crm_i_pair_product(0x1.fffffffffffffp0, 0x1.fffffffffffffp0), 0x1.ffffffffffffep1, 0x1p-104);
    assert_pair(crm_i_pair_scale(crm_i_pair_sum(3.0, 0x1p-80), -4.0), -12.0, -0x1p-78);
    assert_pair(crm_i_pair_negate(crm_i_pair_sum(3.0, 0x1p-80)), -3.0, -0x1p-80);
}

static void test_rounded_operations(void **unused)
{
    (void)unused;
    /* (1 + 2^-60)^2 = 1 + 2^-59 + 2^-120, the last beyond reach */
    const crm_i_pair a = {1.0, 0x1p-60};
    assert_pair(crm_i_pair_multiply(a, a), 1.0, 0x1p-59);
    assert_pair(crm_i_pair_multiply(a, crm_i_pair_of(3.0)), 3.0, 0x3p-60);
    assert_pair(crm_i_pair_add_double(a, -1.0), 0x1p-60, 0.0);
    assert_pair(crm_i_pair_add(a, crm_i_pair_add_double(a, -1.0)), 1.0, 0x1p-59);
    assert_pair(crm_i_pair_add(a, crm_i_pair_negate(a)), 0.0, 0.0);
    /* 1 / (1 + 2^-60) = 1 - 2^-60 + 2^-120 */
    assert_pair(crm_i_pair_divide(crm_i_pair_of(1.0), a), 1.0, -0x1p-60);
    assert_pair(crm_i_pair_divide(crm_i_pair_of(1.0), crm_i_pair_of(3.0)), 0x1.5555555555555p-2,
                0x1.5555555555555p-56);
    assert_same_bits(crm_i_pair_value(a), 1.0);
}

static void test_infinities_become_nan(void **unused)
{
    (void)unused;
    const crm_i_pair infinite = crm_i_pair_of((double)INFINITY);
    assert_true(isnan(crm_i_pair_value(crm_i_pair_add_double(infinite, 1.0))));
    assert_true(isnan(crm_i_pair_value(crm_i_pair_multiply(infinite, infinite))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_operations),
        cmocka_unit_test(test_rounded_operations),
        cmocka_unit_test(test_infinities_become_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
