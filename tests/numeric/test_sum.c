/* Integer sums against exact arithmetic; double sums against exact sums, other orders and other cuts. */
#include "test.h"

#include "numeric/sum.h"

#include "sum.inc"

static uint64_t state = 1;

static uint64_t next(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state ^ state >> 29;
}

static double uniform(void)
{
    return (double)(next() >> 11) * 0x1p-53;
}

static void test_sum128_adds_exactly(void **unused)
{
    (void)unused;
    struct crm_i_sum128 s = {0, 0};
    int64_t back = 42;
    for (int i = 0; i < 5; i++)
        crm_i_sum128_add(&s, INT64_MAX);
    assert_true(s.high == 2 && s.low == UINT64_C(0x7ffffffffffffffb));
    assert_int_equal(crm_i_sum128_to_i64(&s, &back), 1);
    assert_int_equal(back, 42);
    for (int i = 0; i < 5; i++)
        crm_i_sum128_add(&s, INT64_MIN);
    assert_int_equal(crm_i_sum128_to_i64(&s, &back), 0);
    assert_int_equal(back, -5);
    assert_int_equal(crm_i_sum128_sign(&s), -1);
    const int64_t x[] = {5, 7, INT64_MAX, -INT64_MAX, -3};
    crm_i_sum128_add_many(&s, 5, x);
    assert_true(s.low == 4 && s.high == 0);
    assert_int_equal(crm_i_sum128_sign(&s), 1);
    const struct crm_i_sum128 zero = {0, 0};
    assert_int_equal(crm_i_sum128_sign(&zero), 0);
    const struct crm_i_sum128 large = {0, 1};
    assert_int_equal(crm_i_sum128_sign(&large), 1);
}

static void test_sum128_int64_ends(void **unused)
{
    (void)unused;
    const int64_t end[] = {INT64_MAX, INT64_MIN};
    for (int i = 0; i < 2; i++) {
        struct crm_i_sum128 s = {0, 0};
        int64_t back;
        crm_i_sum128_add(&s, end[i]);
        assert_int_equal(crm_i_sum128_to_i64(&s, &back), 0);
        assert_true(back == end[i]);
        crm_i_sum128_add(&s, i ? -1 : 1);
        assert_int_equal(crm_i_sum128_to_i64(&s, &back), 1);
    }
}

static void test_sum128_merges(void **unused)
{
    (void)unused;
    struct crm_i_sum128 one = {0, 0};
    struct crm_i_sum128 part[3] = {{0, 0}, {0, 0}, {0, 0}};
    for (int i = 0; i < 10000; i++) {
        const int64_t x = (int64_t)next();
        crm_i_sum128_add(&one, x);
        crm_i_sum128_add(&part[next() % 3], x);
    }
    crm_i_sum128_merge(&part[2], &part[0]);
    crm_i_sum128_merge(&part[2], &part[1]);
    assert_true(one.low == part[2].low && one.high == part[2].high);
}

static void test_sum128_to_money(void **unused)
{
    (void)unused;
    for (int i = 0; i < (int)(sizeof scaled / sizeof *scaled); i++) {
        assert_same_bits(crm_i_sum128_to_f64_scaled(&scaled[i].sum, scaled[i].decimals), scaled[i].want);
        if (scaled[i].decimals == 0)
            assert_same_bits(crm_i_sum128_to_f64(&scaled[i].sum), scaled[i].want);
    }
}

/* The whole on one thread, and by blocks in whatever order. */
static void test_blocks_do_not_matter(void **unused)
{
    (void)unused;
    const int64_t size[] = {0, 1, 7, 8, 9, 1023, 1024, 1025, 3000, 5 * 1024, 7 * 1024 + 3, 100000};
    double *x = malloc(100000 * sizeof *x);
    double partial[100];
    crm_i_pair partial_pair[100];
    for (int i = 0; i < 100000; i++)
        x[i] = uniform() * 1e3 - 300.0;
    for (int s = 0; s < 12; s++) {
        const int64_t n = size[s];
        const int64_t blocks = crm_i_sum_block_count(n);
        partial[0] = 0.0;
        partial_pair[0].high = partial_pair[0].low = 0.0;
        for (int64_t b = blocks - 1; b >= 0; b--) {
            const int64_t rows = n - b * 1024 < 1024 ? n - b * 1024 : 1024;
            partial[b] = crm_i_sum_block(rows, x + b * 1024);
            partial_pair[b] = crm_i_sum_block_pair(rows, x + b * 1024);
        }
        crm_i_sum_combine(blocks, 1, partial);
        crm_i_sum_combine_pair(blocks, 1, partial_pair);
        assert_same_bits(crm_i_sum(n, x), partial[0]);
        const crm_i_pair whole = crm_i_sum_pair(n, x);
        assert_same_bits(whole.high, partial_pair[0].high);
        assert_same_bits(whole.low, partial_pair[0].low);
        assert_close(partial[0], whole.high, 1e-12);
    }
    free(x);
}

static void test_combine_keeps_columns_apart(void **unused)
{
    (void)unused;
    for (int count = 0; count < 20; count++) {
        double partial[60];
        for (int i = 0; i < 60; i++)
            partial[i] = i % 3 == 0 ? 1.0 : i % 3 == 1 ? i / 3 : 100.0;
        crm_i_sum_combine(count, 3, partial);
        if (count == 0)
            continue;
        assert_true(partial[0] == count && partial[2] == 100.0 * count);
        assert_true(partial[1] == count * (count - 1) / 2);
    }
}

static void test_compensated_is_exact(void **unused)
{
    (void)unused;
    const int n = (int)(sizeof cancelling / sizeof *cancelling);
    double x[4096];
    memcpy(x, cancelling, sizeof cancelling);
    assert_relative(crm_i_pair_value(crm_i_sum_pair(n, x)), cancelling_sum, 0x1p-52);
    for (int turn = 0; turn < 20; turn++) {
        for (int i = n - 1; i > 0; i--) {
            const int j = (int)(next() % (uint64_t)(i + 1));
            const double t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
        assert_relative(crm_i_pair_value(crm_i_sum_pair(n, x)), cancelling_sum, 0x1p-52);
    }
    crm_i_pair products[2];
    int blocks = 0;
    for (int first = 0; first < n; first += CRM_I_SUM_BLOCK) {
        const int rows = n - first < CRM_I_SUM_BLOCK ? n - first : CRM_I_SUM_BLOCK;
        products[blocks++] = crm_i_sum_block_product_pair(rows, cancelling + first, partner + first);
    }
    crm_i_sum_combine_pair(blocks, 1, products);
    assert_relative(crm_i_pair_value(products[0]), product_sum, 0x1p-52);
}

static void test_not_finite_propagates(void **unused)
{
    (void)unused;
    static double x[3000];
    for (int i = 0; i < 3000; i++)
        x[i] = 1.0;
    for (int at = 0; at < 3000; at += 599) {
        x[at] = (double)NAN;
        assert_true(isnan(crm_i_sum(3000, x)));
        assert_true(isnan(crm_i_pair_value(crm_i_sum_pair(3000, x))));
        x[at] = (double)INFINITY;
        assert_true(crm_i_sum(3000, x) == (double)INFINITY);
        assert_true(crm_i_pair_value(crm_i_sum_pair(3000, x)) == (double)INFINITY);
        x[(at + 1500) % 3000] = -(double)INFINITY;
        assert_true(isnan(crm_i_sum(3000, x)));
        assert_true(isnan(crm_i_pair_value(crm_i_sum_pair(3000, x))));
        x[at] = x[(at + 1500) % 3000] = 1.0;
    }
    assert_true(crm_i_sum(3000, x) == 3000.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum128_adds_exactly),
        cmocka_unit_test(test_sum128_int64_ends),
        cmocka_unit_test(test_sum128_merges),
        cmocka_unit_test(test_sum128_to_money),
        cmocka_unit_test(test_blocks_do_not_matter),
        cmocka_unit_test(test_combine_keeps_columns_apart),
        cmocka_unit_test(test_compensated_is_exact),
        cmocka_unit_test(test_not_finite_propagates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
