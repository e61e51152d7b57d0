/* The pyramid against a slow one that follows the words of the rule, and what must hold whatever the values. */
#include "failing.h"

#include "crmcore/portfolio.h"

static uint64_t seed = 1;

static uint64_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 33;
}

/* ---- the slow one ---- */

struct place {
    double value;
    uint64_t key;
    int64_t row;
};

static int before(const void *a, const void *b)
{
    const struct place *p = a;
    const struct place *q = b;
    if (p->value != q->value)
        return p->value > q->value ? -1 : 1;
    return p->key < q->key ? -1 : p->key > q->key;
}

/* Shares in thousandths, so that the cuts are exact whole numbers. */
static void slow_ranks(int64_t n, const struct place *p, int32_t tiers, const int64_t *thousandth, int32_t by,
                       int64_t *rank)
{
    double total = 0;
    for (int64_t i = 0; i < n; i++)
        total += p[i].value > 0 ? p[i].value : 0;
    int64_t share = 0;
    for (int32_t j = 0; j < tiers; j++) {
        share += thousandth[j];
        if (by == CRM_CUT_COUNT) {
            rank[j] = (n * share + 999) / 1000;
        } else {
            double sum = 0; /* values are small whole numbers: exact */
            for (rank[j] = 0; rank[j] < n && sum * 1000 < total * (double)share; rank[j]++)
                sum += p[rank[j]].value;
        }
    }
    rank[tiers - 1] = n;
}

static int32_t slow_tier(int64_t place, const int64_t *rank)
{
    int32_t j = 0;
    while (place > rank[j])
        j++;
    return j + 1;
}

static void slow_assign(int64_t n, const double *value, const uint64_t *key, int32_t tiers, const int64_t *thousandth,
                        int32_t by, int32_t ties, int32_t negative_lowest, uint8_t *tier)
{
    struct place *p = malloc((size_t)(n + 1) * sizeof *p);
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        tier[i] = 0;
        if (isfinite(value[i])) {
            p[m].value = value[i];
            p[m].key = key[i];
            p[m++].row = i;
        }
    }
    qsort(p, (size_t)m, sizeof *p, before);
    int64_t rank[32];
    slow_ranks(m, p, tiers, thousandth, by, rank);
    for (int64_t i = 0; i < m; i++) {
        int64_t first = i;
        int64_t last = i;
        while (first > 0 && p[first - 1].value == p[i].value)
            first--;
        while (last < m - 1 && p[last + 1].value == p[i].value)
            last++;
        const int64_t place = ties == CRM_TIES_UP ? first : ties == CRM_TIES_DOWN ? last : i;
        tier[p[i].row] = (uint8_t)(negative_lowest && p[i].value < 0 ? tiers : slow_tier(place + 1, rank));
    }
    free(p);
}

static int32_t draw_shares(int64_t *thousandth, double *cut)
{
    const int32_t tiers = 2 + (int32_t)(draw() % (draw() % 4 == 0 ? 31 : 4));
    int64_t left = 1000;
    for (int32_t j = 0; j < tiers; j++) {
        thousandth[j] = j == tiers - 1 ? left : (int64_t)(draw() % (uint64_t)(left + 1)) / (draw() % 2 ? 1 : 4);
        left -= thousandth[j];
        cut[j] = (double)thousandth[j] / 1000;
    }
    return tiers;
}

static void test_against_words(void **state)
{
    (void)state;
    enum { MOST = 400 };
    double value[MOST];
    uint64_t key[MOST];
    uint8_t tier[MOST];
    uint8_t want[MOST];
    for (int round = 0; round < 6000; round++) {
        const int64_t n = (int64_t)(draw() % (round % 10 == 0 ? MOST : 30));
        const int64_t range = 1 + (int64_t)(draw() % 40);
        int infinite = 0;
        for (int64_t i = 0; i < n; i++) {
            value[i] = (double)((int64_t)(draw() % (uint64_t)range) - range / 3);
            value[i] = value[i] == 0 && draw() % 2 ? -0.0 : value[i];
            if (draw() % 16 == 0)
                value[i] = NAN;
            if (round % 7 == 0 && draw() % 16 == 0) {
                value[i] = draw() % 2 ? INFINITY : -INFINITY;
                infinite++;
            }
            key[i] = (uint64_t)((i * 7919) % 100003) << (draw() % 2 ? 0 : 40);
        }
        for (int64_t i = 0; i < n; i++)
            key[i] = key[i] * 512 + (uint64_t)i;
        int64_t thousandth[32];
        double cut[32];
        const int32_t tiers = draw_shares(thousandth, cut);
        const int32_t by = draw() % 2 ? CRM_CUT_COUNT : CRM_CUT_VALUE_SHARE;
        for (int32_t ties = CRM_TIES_UP; ties <= CRM_TIES_KEY; ties++) {
            const int32_t lowest = draw() % 4 == 0;
            slow_assign(n, value, key, tiers, thousandth, by, ties, lowest, want);
            memset(tier, 77, sizeof tier);
            crm_error err;
            const crm_status status =
                crm_pyramid_assign(NULL, n, value, key, tiers, cut, by, ties, lowest, tier, &err);
            assert_int_equal(status, infinite ? CRM_BAD_ROWS : CRM_OK);
            if (infinite) {
                assert_int_equal(err.bad_rows, infinite);
                assert_true(isinf(value[err.row]) && err.arg == 3);
            }
            assert_memory_equal(tier, want, (size_t)n);
        }
    }
}

static void test_whole_shares(void **state)
{
    (void)state;
    /* Shares whose last bits are wrong, on every number of customers: ceil of the decimal share. */
    const double shares[][4] = {{.2, .3, .3, .2}, {.1, .2, .3, .4}, {.7, .1, .1, .1}, {.05, .15, .35, .45}};
    const int64_t parts[][4] = {{20, 30, 30, 20}, {10, 20, 30, 40}, {70, 10, 10, 10}, {5, 15, 35, 45}};
    enum { MOST = 2000 };
    double value[MOST];
    uint8_t tier[MOST];
    for (int i = 0; i < MOST; i++)
        value[i] = -i;
    for (int s = 0; s < 4; s++) {
        for (int64_t n = 1; n <= MOST; n += 1 + n / 50) {
            assert_int_equal(crm_pyramid_assign(NULL, n, value, NULL, 4, shares[s], CRM_CUT_COUNT, CRM_TIES_UP, 0, tier,
                                                NULL),
                             CRM_OK);
            int64_t share = 0;
            for (int j = 0; j < 3; j++) {
                share += parts[s][j];
                const int64_t rank = (n * share + 99) / 100;
                assert_true(tier[rank - 1] <= j + 1);
                assert_true(rank == n || tier[rank] > j + 1);
            }
        }
    }
}

/* Shares that pass 1 before the last, as rounding lets them: all that is worth something is reached, and no more. */
static void test_past_one(void **state)
{
    (void)state;
    const double value[5] = {0, 8, -3, 2, 0};
    const double cut[4] = {.5, .5, 5e-10, 0};
    const uint8_t want[5] = {4, 1, 4, 2, 4};
    uint8_t tier[5];
    assert_int_equal(crm_pyramid_assign(NULL, 5, value, NULL, 4, cut, CRM_CUT_VALUE_SHARE, CRM_TIES_UP, 0, tier, NULL),
                     CRM_OK);
    assert_memory_equal(tier, want, 5);
}

static void test_threshold(void **state)
{
    (void)state;
    const double value[8] = {100, 99.999, 40, 39, -1, NAN, INFINITY, 101};
    const double cut[2] = {100, 40};
    const uint8_t want[8] = {1, 2, 2, 3, 3, 0, 0, 1};
    uint8_t tier[8];
    crm_error err;
    assert_int_equal(crm_pyramid_assign(NULL, 8, value, NULL, 3, cut, CRM_CUT_THRESHOLD, CRM_TIES_DOWN, 0, tier, &err),
                     CRM_BAD_ROWS);
    assert_int_equal(err.row, 6);
    assert_memory_equal(tier, want, 8);
    const double below[1] = {-5};
    const uint8_t lowest[3] = {1, 2, 1};
    const double few[3] = {0, -1, -0.0};
    assert_int_equal(crm_pyramid_assign(NULL, 3, few, NULL, 2, below, CRM_CUT_THRESHOLD, CRM_TIES_UP, 1, tier, NULL),
                     CRM_OK);
    assert_memory_equal(tier, lowest, 3);
}

/* Large enough for several parts: the same from every instruction set, two workers, and in another order. */
static void test_same_everywhere(void **state)
{
    (void)state;
    enum { N = 300000 };
    double *value = malloc(N * sizeof *value);
    double *other = malloc(N * sizeof *value);
    uint64_t *key = malloc(N * sizeof *key);
    uint64_t *other_key = malloc(N * sizeof *key);
    uint8_t *want = malloc(N);
    uint8_t *tier = malloc(N);
    for (int64_t i = 0; i < N; i++) {
        value[i] = (double)(draw() % 5000) / 16 - 50;
        key[i] = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
    }
    for (int64_t i = 0; i < N; i++) {
        const int64_t j = (int64_t)((uint64_t)i * 7 % N) * 1;
        other[i] = value[(j * 11 + 5) % N];
        other_key[i] = key[(j * 11 + 5) % N];
    }
    const double cut[4] = {.2, .3, .3, .2};
    for (int32_t by = CRM_CUT_COUNT; by <= CRM_CUT_VALUE_SHARE; by++) {
        for (int32_t ties = CRM_TIES_UP; ties <= CRM_TIES_KEY; ties++) {
            assert_int_equal(crm_pyramid_assign(NULL, N, value, key, 4, cut, by, ties, 1, want, NULL), CRM_OK);
            for (int32_t isa = CRM_ISA_BASELINE; isa <= CRM_ISA_AVX512; isa++) {
                crm_context *pool = NULL;
                crm_context *context = NULL;
                assert_int_equal(crm_context_create(NULL, NULL, 2, &pool, NULL), CRM_OK);
                assert_int_equal(crm_context_limit(pool, isa, &context, NULL), CRM_OK);
                memset(tier, 99, N);
                assert_int_equal(crm_pyramid_assign(context, N, value, key, 4, cut, by, ties, 1, tier, NULL), CRM_OK);
                assert_memory_equal(tier, want, N);
                crm_context_destroy(context);
                crm_context_destroy(pool);
            }
            assert_int_equal(crm_pyramid_assign(NULL, N, other, other_key, 4, cut, by, ties, 1, tier, NULL), CRM_OK);
            for (int64_t i = 0; i < N; i++)
                assert_int_equal(tier[i], want[((int64_t)((uint64_t)i * 7 % N) * 11 + 5) % N]);
        }
    }
    free(value);
    free(other);
    free(key);
    free(other_key);
    free(want);
    free(tier);
}

static void test_totals(void **state)
{
    (void)state;
    const double value[7] = {5, 1e300, 2, -1e300, NAN, 3, 0};
    const uint8_t tier[7] = {1, 2, 2, 2, 0, 4, 2};
    int64_t count[4];
    double sum[4];
    assert_int_equal(crm_pyramid_totals(7, value, tier, 4, count, sum, NULL), CRM_OK);
    const int64_t counts[4] = {1, 4, 0, 1};
    const double sums[4] = {5, 2, 0, 3};
    assert_memory_equal(count, counts, sizeof counts);
    for (int j = 0; j < 4; j++)
        assert_same_bits(sum[j], sums[j]);
    double out = NAN;
    const double plain[6] = {1, 2, 3, 10, 11, 12};
    const uint8_t two[6] = {2, 2, 2, 1, 1, 1};
    assert_int_equal(crm_pyramid_homogeneity(6, plain, two, 2, &out, NULL), CRM_OK);
    assert_relative(out, 121.5 / 125.5, 4e-16);
    double shifted[6];
    for (int e = -300; e <= 300; e += 50) {
        for (int i = 0; i < 6; i++)
            shifted[i] = plain[i] * pow(10, e);
        assert_int_equal(crm_pyramid_homogeneity(6, shifted, two, 2, &out, NULL), CRM_OK);
        assert_relative(out, 121.5 / 125.5, 1e-14);
    }
    for (int i = 0; i < 6; i++)
        shifted[i] = plain[i] + 1e15;
    assert_int_equal(crm_pyramid_homogeneity(6, shifted, two, 2, &out, NULL), CRM_OK);
    assert_relative(out, 121.5 / 125.5, 1e-14);
    const double outside[7] = {1, 2, 3, 1e9, 10, 11, 12};
    const uint8_t left_out[7] = {3, 3, 3, 0, 1, 1, 1};
    assert_int_equal(crm_pyramid_homogeneity(7, outside, left_out, 3, &out, NULL), CRM_OK);
    assert_relative(out, 121.5 / 125.5, 4e-16);
    const double pure[4] = {3, 3, 8, 8};
    const uint8_t parted[4] = {1, 1, 2, 2};
    assert_int_equal(crm_pyramid_homogeneity(4, pure, parted, 2, &out, NULL), CRM_OK);
    assert_true(out == 1);
    out = 7;
    crm_error err;
    /* Values that differ by 1 on top of 2^52: 500 of 1000 against 501 of 1001; rational arithmetic gives the share. */
    static double high[2001];
    static uint8_t half[2001];
    double share = 5;
    for (int k = 0; k < 2001; k++) {
        half[k] = k < 1000 ? 1 : 2;
        high[k] = 0x1p52 + (k < 1000 ? k % 2 : (k + 1) % 2);
    }
    assert_int_equal(crm_pyramid_homogeneity(2001, high, half, 2, &share, NULL), CRM_OK);
    assert_relative(share, 0x1.0be63e60ec380p-22, 1e-14);
    assert_int_equal(crm_pyramid_homogeneity(2, pure, parted, 1, &out, NULL), CRM_E_DOMAIN);
    assert_int_equal(crm_pyramid_homogeneity(0, NULL, NULL, 1, &out, NULL), CRM_E_NO_DATA);
    assert_int_equal(crm_pyramid_homogeneity(4, pure, parted, 1, &out, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.row, 2);
    assert_int_equal(crm_pyramid_totals(7, value, tier, 3, count, sum, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.row, 5);
    assert_int_equal(crm_pyramid_totals(7, value, tier, 33, count, sum, NULL), CRM_E_ARGUMENT);
    assert_int_equal(crm_pyramid_totals(-1, value, tier, 3, count, sum, NULL), CRM_E_ARGUMENT);
    assert_int_equal(crm_pyramid_totals(7, NULL, tier, 4, count, sum, NULL), CRM_E_NULL);
    assert_int_equal(crm_pyramid_totals(7, value, NULL, 4, count, sum, NULL), CRM_E_NULL);
    assert_int_equal(crm_pyramid_totals(7, value, tier, 4, NULL, sum, NULL), CRM_E_NULL);
    assert_int_equal(crm_pyramid_totals(7, value, tier, 4, count, NULL, NULL), CRM_E_NULL);
    assert_int_equal(crm_pyramid_homogeneity(7, value, tier, 4, NULL, NULL), CRM_E_NULL);
    const double infinite[1] = {INFINITY};
    assert_int_equal(crm_pyramid_totals(1, infinite, tier, 4, count, sum, &err), CRM_E_DOMAIN);
    assert_int_equal(err.row, 0);
    assert_true(out == 7);
}

/* ---- misuse ---- */

static const double few[6] = {4, 4, 4, 4, 1, NAN};
static const uint64_t twice[6] = {1, 2, 2, 3, 5, 6};

static void refuse(crm_status want, int32_t arg, int64_t n, const double *value, const uint64_t *key, int32_t tiers,
                   const double *cut, int32_t by, int32_t ties, int32_t lowest, int with_out)
{
    uint8_t tier[6];
    memset(tier, 99, sizeof tier);
    crm_error err;
    assert_int_equal(
        crm_pyramid_assign(NULL, n, value, key, tiers, cut, by, ties, lowest, with_out ? tier : NULL, &err), want);
    assert_int_equal(err.status, want);
    assert_int_equal(err.arg, arg);
    for (int i = 0; i < 6; i++)
        assert_int_equal(tier[i], 99);
}

static void test_misuse(void **state)
{
    (void)state;
    const double half[2] = {.5, .5};
    const double many[2] = {.5, .6};
    const double minus[2] = {-.5, 1.5};
    const double nan[2] = {NAN, .5};
    const double rising[2] = {1, 2};
    const double huge[2] = {INFINITY, 1};
    const double most[2] = {1.7e308, 1.7e308};
    refuse(CRM_E_ARGUMENT, 2, -1, few, twice, 2, half, 1, 1, 0, 1);
    refuse(CRM_E_NULL, 3, 6, NULL, twice, 2, half, 1, 1, 0, 1);
    refuse(CRM_E_NULL, 4, 6, few, NULL, 2, half, 1, CRM_TIES_KEY, 0, 1);
    refuse(CRM_E_ARGUMENT, 5, 6, few, twice, 1, half, 1, 1, 0, 1);
    refuse(CRM_E_ARGUMENT, 5, 6, few, twice, 33, half, 1, 1, 0, 1);
    refuse(CRM_E_NULL, 6, 6, few, twice, 2, NULL, 1, 1, 0, 1);
    refuse(CRM_E_DOMAIN, 6, 6, few, twice, 2, many, 1, 1, 0, 1);
    refuse(CRM_E_DOMAIN, 6, 6, few, twice, 2, minus, 1, 1, 0, 1);
    refuse(CRM_E_DOMAIN, 6, 6, few, twice, 2, nan, 2, 1, 0, 1);
    refuse(CRM_E_DOMAIN, 6, 6, few, twice, 3, rising, CRM_CUT_THRESHOLD, 1, 0, 1);
    refuse(CRM_E_DOMAIN, 6, 6, few, twice, 3, huge, CRM_CUT_THRESHOLD, 1, 0, 1);
    refuse(CRM_E_ARGUMENT, 7, 6, few, twice, 2, half, 0, 1, 0, 1);
    refuse(CRM_E_ARGUMENT, 7, 6, few, twice, 2, half, 4, 1, 0, 1);
    refuse(CRM_E_ARGUMENT, 8, 6, few, twice, 2, half, 1, 0, 0, 1);
    refuse(CRM_E_ARGUMENT, 8, 6, few, twice, 2, half, 1, 4, 0, 1);
    refuse(CRM_E_ARGUMENT, 9, 6, few, twice, 2, half, 1, 1, 2, 1);
    refuse(CRM_E_NULL, 10, 6, few, twice, 2, half, 1, 1, 0, 0);
    refuse(CRM_E_DOMAIN, 3, 2, most, twice, 2, half, CRM_CUT_VALUE_SHARE, 1, 0, 1);
    /* Two customers with one value and one key on either side of a cut: the order of the rows would decide. */
    const double forty[2] = {.4, .6};
    refuse(CRM_E_KEY, 4, 6, few, twice, 2, forty, CRM_CUT_COUNT, CRM_TIES_KEY, 0, 1);
    /* The same at the first of two such cuts: the second, where keys differ, makes it no better. */
    const double pairs[4] = {5, 5, 3, 3};
    const double parted[3] = {.25, .5, .25};
    const uint64_t same_above[4] = {1, 1, 2, 3};
    const uint64_t same_below[4] = {1, 2, 3, 3};
    refuse(CRM_E_KEY, 4, 4, pairs, same_above, 3, parted, CRM_CUT_COUNT, CRM_TIES_KEY, 0, 1);
    refuse(CRM_E_KEY, 4, 4, pairs, same_below, 3, parted, CRM_CUT_COUNT, CRM_TIES_KEY, 0, 1);
    uint8_t tier[6];
    const double sixty[2] = {.6, .4};
    assert_int_equal(crm_pyramid_assign(NULL, 6, few, twice, 2, sixty, 1, CRM_TIES_KEY, 0, tier, NULL), CRM_OK);
    const uint8_t want[6] = {1, 1, 1, 2, 2, 0};
    assert_memory_equal(tier, want, 6);
    assert_int_equal(crm_pyramid_assign(NULL, 0, NULL, NULL, 2, sixty, 1, 3, 0, NULL, NULL), CRM_OK);
}

struct job {
    int32_t by;
    int32_t ties;
};

static crm_status assign_job(const crm_context *context, void *arg)
{
    const struct job *job = arg;
    const double cut[3] = {.25, .25, .5};
    double value[1000];
    uint64_t key[1000];
    uint8_t tier[1000];
    for (int i = 0; i < 1000; i++) {
        value[i] = i % 13;
        key[i] = (uint64_t)i;
        tier[i] = 99;
    }
    value[17] = INFINITY;
    const crm_status status =
        crm_pyramid_assign(context, 1000, value, key, 3, cut, job->by, job->ties, 0, tier, NULL);
    for (int i = 0; i < 1000 && status < 0; i++)
        assert_int_equal(tier[i], 99);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    for (int32_t by = CRM_CUT_COUNT; by <= CRM_CUT_VALUE_SHARE; by++) {
        for (int32_t ties = CRM_TIES_UP; ties <= CRM_TIES_KEY; ties++) {
            struct job job = {by, ties};
            assert_true(failing_sweep(assign_job, &job) > 1);
        }
    }
}

static int32_t stop(void *self, double done)
{
    (void)done;
    return --*(int *)self < 0;
}

static void test_cancel(void **state)
{
    (void)state;
    for (int allowed = 0; allowed < 3; allowed++) {
        int left = allowed;
        crm_context *context = NULL;
        assert_int_equal(crm_context_watch(NULL, stop, &left, &context, NULL), CRM_OK);
        const double cut[2] = {.5, .5};
        uint8_t tier[6];
        const crm_status status = crm_pyramid_assign(context, 6, few, NULL, 2, cut, 1, 1, 0, tier, NULL);
        assert_true(status == CRM_E_CANCELLED || (allowed > 0 && status == CRM_OK));
        crm_context_destroy(context);
    }
}

/* Enough rows for a sample: wherever it is stopped, nothing is left behind. */
static void test_cancel_anywhere(void **state)
{
    (void)state;
    enum { N = 100000 };
    double *value = malloc(N * sizeof *value);
    uint64_t *key = malloc(N * sizeof *key);
    uint8_t *tier = malloc(N);
    const double cut[4] = {.2, .3, .3, .2};
    for (int64_t i = 0; i < N; i++) {
        value[i] = (double)(draw() % 50000);
        key[i] = (uint64_t)i;
    }
    int stopped = 0;
    for (int allowed = 0, done = 0; !done; allowed++) {
        int left = allowed;
        crm_context *context = NULL;
        assert_int_equal(crm_context_watch(NULL, stop, &left, &context, NULL), CRM_OK);
        const crm_status status = crm_pyramid_assign(context, N, value, key, 4, cut, CRM_CUT_COUNT, CRM_TIES_KEY, 0,
                                                     tier, NULL);
        assert_true(status == CRM_OK || status == CRM_E_CANCELLED);
        done = status == CRM_OK;
        stopped += !done;
        crm_context_destroy(context);
    }
    assert_true(stopped > 4);
    free(value);
    free(key);
    free(tier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_words), cmocka_unit_test(test_whole_shares), cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_past_one),
        cmocka_unit_test(test_same_everywhere), cmocka_unit_test(test_totals), cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancel_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
