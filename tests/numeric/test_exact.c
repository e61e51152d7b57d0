/* Exact sums: rounded once, in any order, over the whole range; against sums of integers that are known. */
#include "test.h"

#include <float.h>

#include "numeric/exact.h"

static double sum_of(int n, const double *x)
{
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    for (int i = 0; i < n; i++)
        crm_i_exact_add(&sum, x[i]);
    return crm_i_exact_value(&sum);
}

#define SUM(...) sum_of((int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]){__VA_ARGS__})

static void test_rounding(void **state)
{
    (void)state;
    assert_same_bits(SUM(0.0, -0.0), 0.0);
    assert_same_bits(SUM(1.0, -1.0), 0.0);
    assert_same_bits(SUM(1.0, 0x1p-53), 1.0);                         /* a tie goes to even */
    assert_same_bits(SUM(1.0, 0x1p-53, 0x1p-1074), 1.0 + 0x1p-52);    /* and the least bit parts it */
    assert_same_bits(SUM(1.0, 0x1p-53, -0x1p-1074), 1.0);
    assert_same_bits(SUM(1.0 + 0x1p-52, 0x1p-53), 1.0 + 0x1p-51);
    assert_same_bits(SUM(-1.0, -0x1p-53, -0x1p-1074), -1.0 - 0x1p-52);
    assert_same_bits(SUM(1e308, 1e308, -1e308, 1e-308, -1e308), 1e-308);
    assert_same_bits(SUM(DBL_MAX, DBL_MAX), (double)INFINITY);
    assert_same_bits(SUM(-DBL_MAX, -DBL_MAX), -(double)INFINITY);
    assert_same_bits(SUM(DBL_MAX, 0x1p969), DBL_MAX);
    assert_same_bits(SUM(DBL_MAX, 0x1p970), (double)INFINITY); /* half a unit, and the last bit is odd */
    assert_same_bits(SUM(0x1p-1074, 0x1p-1074), 0x1p-1073);
    assert_same_bits(SUM(DBL_MIN, -0x1p-1074), DBL_MIN - 0x1p-1074);
    assert_same_bits(SUM(0x1p-1022, 0x1p-1022), 0x1p-1021);
    for (int e = -1074; e <= 1023; e++) {
        const double x = ldexp(1.0, e);
        assert_same_bits(SUM(x), x);
        assert_same_bits(SUM(-x), -x);
        if (e > -1020 && e < 1020)
            assert_same_bits(SUM(x * 1.5, x * 0x1.8p-53, x * 4.0, -x * 1.5, -x * 4.0), x * 0x1.8p-53);
    }
}

/* Terms that are whole multiples of a power of two: the sum is known as an integer. */
static void test_known(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (int round = 0; round < 300; round++) {
        crm_i_exact sum;
        crm_i_exact part[2];
        crm_i_exact_start(&sum);
        crm_i_exact_start(&part[0]);
        crm_i_exact_start(&part[1]);
        int64_t want = 0;
        const int scale = (int)(seed % 1900) - 1000;
        for (int i = 0; i < 200; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const int64_t k = (int64_t)(seed >> 20) - (INT64_C(1) << 43);
            want += k;
            crm_i_exact_add(&sum, ldexp((double)k, scale));
            crm_i_exact_add(&part[i % 2], ldexp((double)k, scale));
        }
        assert_same_bits(crm_i_exact_value(&sum), ldexp((double)want, scale));
        crm_i_exact_merge(&part[0], &part[1]);
        assert_same_bits(crm_i_exact_value(&part[0]), ldexp((double)want, scale));
    }
}

static void test_pair_and_product(void **state)
{
    (void)state;
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    crm_i_exact_add(&sum, 1e20);
    crm_i_exact_add(&sum, 1.0 / 3);
    crm_i_exact_add(&sum, -7e-9);
    const crm_i_pair p = crm_i_exact_pair(&sum);
    assert_same_bits(p.high, 1e20);
    assert_same_bits(p.low, 1.0 / 3 - 7e-9);
    crm_i_exact_start(&sum);
    crm_i_exact_add(&sum, DBL_MAX);
    crm_i_exact_add(&sum, DBL_MAX);
    assert_true(isinf(crm_i_exact_pair(&sum).high));
    crm_i_exact_start(&sum);
    crm_i_exact_add_product(&sum, 1.0 + 0x1p-30, 1.0 + 0x1p-30);
    crm_i_exact_add(&sum, -1.0 - 0x1p-29);
    assert_same_bits(crm_i_exact_value(&sum), 0x1p-60);
    /* Carrying in between changes nothing. */
    for (int i = 0; i < 1000; i++) {
        crm_i_exact_add(&sum, -DBL_MAX);
        crm_i_exact_carry(&sum);
    }
    for (int i = 0; i < 1000; i++)
        crm_i_exact_add(&sum, DBL_MAX);
    assert_same_bits(crm_i_exact_value(&sum), 0x1p-60);
    sum.adds = CRM_I_EXACT_ADDS - 1;
    crm_i_exact_add(&sum, 1.0);
    assert_int_equal(sum.adds, 0);
    assert_same_bits(crm_i_exact_value(&sum), 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_pair_and_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
