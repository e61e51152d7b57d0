/* Radix sorts against the C library's own sort, on every shape of input that takes a path of its own. */
#include "test.h"

#include "numeric/sort.h"

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double uniform(void)
{
    return (double)(next() >> 11) * 0x1p-53;
}

static void test_keys_keep_order(void **unused)
{
    (void)unused;
    const double infinity = (double)INFINITY;
    const double x[] = {-infinity, -1e300, -1.0,           -0x1p-1074, 0.0,     0x1p-1074,
                        1e-300,    1.0,    1.0 + 0x1p-52, 1e300,      infinity};
    const int n = (int)(sizeof x / sizeof *x);
    for (int i = 0; i < n; i++) {
        assert_same_bits(crm_i_f64_from_key(crm_i_f64_key(x[i])), x[i]);
        for (int j = 0; j < n; j++) {
            assert_int_equal(crm_i_f64_key(x[i]) < crm_i_f64_key(x[j]), x[i] < x[j]);
            assert_int_equal(crm_i_f64_key_descending(x[i]) < crm_i_f64_key_descending(x[j]), x[i] > x[j]);
        }
        assert_true(crm_i_f64_key(x[i]) < CRM_I_KEY_NAN);
        assert_true(crm_i_f64_key_descending(x[i]) < CRM_I_KEY_NAN);
    }
    assert_true(crm_i_f64_key(-0.0) == crm_i_f64_key(0.0));
    assert_same_bits(crm_i_f64_from_key(crm_i_f64_key(-0.0)), 0.0);
    assert_true(crm_i_f64_key((double)NAN) == CRM_I_KEY_NAN);
    assert_true(crm_i_f64_key(-(double)NAN) == CRM_I_KEY_NAN);
    assert_true(crm_i_f64_key_descending((double)NAN) == CRM_I_KEY_NAN);
    assert_true(isnan(crm_i_f64_from_key(CRM_I_KEY_NAN)));
    assert_true(crm_i_i64_key(INT64_MIN) == 0 && crm_i_i64_key(-1) < crm_i_i64_key(0));
    assert_true(crm_i_i64_key(INT64_MAX) == UINT64_MAX);
}

enum { SHAPES = 12 };

static uint64_t shaped_key(int shape, int64_t i, int64_t n)
{
    switch (shape) {
    case 0:
        return next();
    case 1:
        return next() & 0xff;
    case 2:
        return 7;
    case 3:
        return (uint64_t)i;
    case 4:
        return (uint64_t)(n - i);
    case 5: /* equal in the bits looked at first */
        return (i % 3 ? 0 : (uint64_t)1 << 63) | (next() & 0xffff);
    case 6:
        return crm_i_f64_key(1000.0 + uniform());
    case 7:
        return crm_i_f64_key(uniform() < 0.6 ? 0.0 : uniform() * 1e3 - 200.0);
    case 8: /* each part nested in a smaller one */
        return next() >> (next() & 63);
    case 9:
        return (uint64_t)i ^ (i % 97 == 0 ? 5 : 0);
    case 10: /* many near ties: insertion must give up */
        return ((next() & 3) << 62) | (next() & 0x3f);
    default:
        return i == 0 ? UINT64_MAX : next() & 0xfffff;
    }
}

static int compare_pairs(const void *a, const void *b)
{
    const struct crm_i_sort_pair *x = a;
    const struct crm_i_sort_pair *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void check(int64_t n, int shape, int64_t offset)
{
    struct crm_i_sort_pair *want = malloc((size_t)n * sizeof *want + 1);
    struct crm_i_sort_pair *got = malloc((size_t)(n + offset) * sizeof *got + 1);
    struct crm_i_sort_pair *scratch = malloc(2 * (size_t)n * sizeof *scratch + 64);
    uint64_t *key = malloc((size_t)n * sizeof *key + 1);
    uint64_t *key_scratch = malloc((size_t)n * sizeof *key_scratch + 64);
    struct crm_i_sort_pair *pair = got + offset;
    for (int64_t i = 0; i < n; i++) {
        want[i].key = shaped_key(shape, i, n);
        want[i].index = i;
        pair[i] = want[i];
        key[i] = want[i].key;
    }
    qsort(want, (size_t)n, sizeof *want, compare_pairs);
    crm_i_sort_u64(n, key, key_scratch);
    for (int64_t i = 0; i < n; i++)
        assert_true(key[i] == want[i].key);
    crm_i_sort_pairs(n, pair, scratch);
    for (int64_t i = 0; i < n; i++)
        assert_true(pair[i].key == want[i].key && pair[i].index == want[i].index);
    free(want);
    free(got);
    free(scratch);
    free(key);
    free(key_scratch);
}

static void test_sorts_every_shape(void **unused)
{
    (void)unused;
    const int64_t size[] = {0, 1, 2, 3, 24, 25, 100, 1000, 5000, 66000};
    for (int s = 0; s < (int)(sizeof size / sizeof *size); s++)
        for (int shape = 0; shape < SHAPES; shape++)
            check(size[s], shape, shape & 1);
    check(200000, 0, 1);
    check(200000, 8, 0);
    check(200000, 7, 1);
}

/* Where the C library's qsort would be a reference with ties by address: values, rows, NaN and both zeros. */
static void test_descending_values(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n <= 150000; n = n * 7 + 1) {
        double *value = malloc((size_t)n * sizeof *value + 1);
        double *sorted = malloc((size_t)n * sizeof *sorted + 1);
        double *alone = malloc((size_t)n * sizeof *alone + 1);
        int64_t *index = malloc((size_t)n * sizeof *index + 1);
        struct crm_i_sort_pair *scratch = malloc(2 * (size_t)n * sizeof *scratch + 1);
        uint64_t *keys = malloc(2 * (size_t)n * sizeof *keys + 1);
        char *seen = calloc((size_t)n + 1, 1);
        for (int turn = 0; turn < 3; turn++) {
            for (int64_t i = 0; i < n; i++) {
                const double u = uniform();
                value[i] = u < 0.01   ? (double)NAN
                           : u < 0.1  ? -0.0
                           : u < 0.2  ? 0.0
                           : u < 0.21 ? (double)INFINITY
                           : u < 0.5  ? floor(1e3 * uniform()) - 300
                                      : uniform() * 1e6;
                if (turn == 1)
                    value[i] = (double)(n - i); /* in order already */
                if (turn == 2)
                    value[i] = (double)i;
            }
            memset(seen, 0, (size_t)n + 1);
            crm_i_sort_f64_descending_index(n, value, index, sorted, scratch);
            crm_i_sort_f64_descending(n, value, alone, keys);
            for (int64_t i = 0; i < n; i++) {
                const double v = value[index[i]];
                assert_false(seen[index[i]]++);
                assert_true(sorted[i] == v || (isnan(sorted[i]) && isnan(v)));
                assert_same_bits(sorted[i], alone[i]);
                if (i == 0)
                    continue;
                const double before = sorted[i - 1];
                assert_true(before >= sorted[i] || isnan(sorted[i]));
                if (before == sorted[i] || (isnan(before) && isnan(sorted[i])))
                    assert_true(index[i - 1] < index[i]);
            }
            crm_i_sort_f64_descending_index(n, value, index, NULL, scratch);
            crm_i_sort_f64_descending(n, value, value, keys);
            for (int64_t i = 0; i < n; i++)
                assert_same_bits(value[i], alone[i]);
        }
        free(value);
        free(sorted);
        free(alone);
        free(index);
        free(scratch);
        free(keys);
        free(seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_keep_order),
        cmocka_unit_test(test_sorts_every_shape),
        cmocka_unit_test(test_descending_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
