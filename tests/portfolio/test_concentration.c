/* Concentration: small cases worked by hand, a slow version on random ones, and what must hold of any. */
#include "failing.h"

#include "crmcore/portfolio.h"

static uint64_t seed = 3;

static uint64_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 33;
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* Whole values and shares in hundredths: all sums are exact. */
static void check_slowly(int64_t n, const double *value)
{
    double v[200];
    double sum = 0;
    double positive = 0;
    double sizes = 0;
    double squares = 0;
    double spread = 0;
    int64_t m = 0;
    int64_t above = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(value[i]))
            continue;
        v[m++] = value[i];
        sum += value[i];
        positive += value[i] > 0 ? value[i] : 0;
        above += value[i] > 0;
        sizes += fabs(value[i]);
        squares += value[i] * value[i];
    }
    qsort(v, (size_t)m, sizeof *v, falling);
    for (int64_t k = 0; k < m; k++)
        spread += (double)(m - 1 - 2 * k) * v[k];
    double out = NAN;
    double curve[200];
    int64_t peak = -1;
    int64_t need = -1;
    const crm_status some = m > 0 ? CRM_OK : CRM_E_NO_DATA;
    assert_int_equal(crm_concentration_whale(NULL, n, value, curve, &peak, NULL), some);
    if (m > 0) {
        double total = 0;
        for (int64_t k = 0; k < m; k++) {
            total += v[k];
            assert_true(curve[k] == total);
        }
        for (int64_t k = m; k < n; k++)
            assert_true(isnan(curve[k]));
        assert_int_equal(peak, above > 0 ? above : 1);
        for (int64_t k = 0; k < m; k++)
            assert_true(k < peak - 1 ? curve[k] < curve[peak - 1] : curve[k] <= curve[peak - 1]);
    }
    const crm_status net = m == 0 ? CRM_E_NO_DATA : sum > 0 ? CRM_OK : CRM_E_DOMAIN;
    const crm_status gross = m == 0 ? CRM_E_NO_DATA : positive > 0 ? CRM_OK : CRM_E_DOMAIN;
    assert_int_equal(crm_concentration_lorenz(NULL, n, value, curve, NULL), net);
    if (net == CRM_OK) {
        double total = 0;
        for (int64_t k = 0; k < m; k++) {
            total += v[m - 1 - k];
            assert_true(curve[k] == total / sum);
        }
        for (int64_t k = m; k < n; k++)
            assert_true(isnan(curve[k]));
    }
    assert_int_equal(crm_concentration_gini(NULL, n, value, 0, &out, NULL), net);
    if (net == CRM_OK)
        assert_relative(out, spread / ((double)m * sum), 1e-15);
    const crm_status size = m == 0 ? CRM_E_NO_DATA : sizes > 0 ? CRM_OK : CRM_E_DOMAIN;
    assert_int_equal(crm_concentration_gini(NULL, n, value, 1, &out, NULL), size);
    if (size == CRM_OK) {
        assert_relative(out, spread / ((double)m * sizes), 1e-15);
        assert_true(out >= 0 && out < 1);
    }
    const crm_status whole = m == 0 ? CRM_E_NO_DATA : sizes > positive || sum == 0 ? CRM_E_DOMAIN : CRM_OK;
    assert_int_equal(crm_concentration_hhi(NULL, n, value, &out, NULL), whole);
    if (whole == CRM_OK)
        assert_relative(out, squares / sum / sum, 1e-15);
    for (int32_t p = 0; p <= 1; p++) {
        const int64_t share = 1 + (int64_t)(draw() % 100);
        const double total = p ? positive : sum;
        assert_int_equal(crm_concentration_top(NULL, n, value, (double)share / 100, p, &out, NULL), p ? gross : net);
        assert_int_equal(crm_concentration_need(NULL, n, value, (double)share / 100, p, &need, NULL), p ? gross : net);
        if ((p ? gross : net) != CRM_OK)
            continue;
        double held = 0;
        for (int64_t k = 0; k < (m * share + 99) / 100; k++)
            held += v[k];
        assert_relative(out, held / total, 3e-16);
        held = 0;
        int64_t want = 0;
        while (held * 100 < total * (double)share)
            held += v[want++];
        assert_int_equal(need, want);
    }
}

static void test_slowly(void **state)
{
    (void)state;
    double value[200];
    for (int round = 0; round < 5000; round++) {
        const int64_t n = (int64_t)(draw() % (round % 20 == 0 ? 200 : 12));
        const int64_t low = draw() % 2 ? 0 : (int64_t)(draw() % 30);
        for (int64_t i = 0; i < n; i++) {
            value[i] = (double)((int64_t)(draw() % 40) - low);
            if (draw() % 10 == 0)
                value[i] = draw() % 2 ? (double)NAN : -0.0;
        }
        check_slowly(n, value);
    }
}

/* Fractions of any size, in any order, at any scale: the same to the bit; nothing else but NaN and zeros changes it. */
static void test_order(void **state)
{
    (void)state;
    enum { N = 1000 };
    double value[N + 2];
    double first[6] = {0};
    for (int i = 0; i < N; i++)
        value[i] = ldexp((double)draw(), (int)(draw() % 40) - 20);
    for (int round = 0; round < 20; round++) {
        double got[6];
        int64_t need = 0;
        int64_t peak = 0;
        double curve[N];
        assert_int_equal(crm_concentration_top(NULL, N, value, .2, 0, &got[0], NULL), CRM_OK);
        assert_int_equal(crm_concentration_need(NULL, N, value, .8, 1, &need, NULL), CRM_OK);
        assert_int_equal(crm_concentration_whale(NULL, N, value, curve, &peak, NULL), CRM_OK);
        assert_int_equal(peak, N);
        assert_int_equal(crm_concentration_gini(NULL, N, value, 0, &got[2], NULL), CRM_OK);
        assert_int_equal(crm_concentration_hhi(NULL, N, value, &got[3], NULL), CRM_OK);
        assert_int_equal(crm_concentration_lorenz(NULL, N, value, curve, NULL), CRM_OK);
        got[1] = (double)need;
        got[4] = curve[N / 2];
        got[5] = curve[N - 1];
        assert_true(got[5] == 1);
        for (int k = 0; k < 6; k++) {
            if (round > 0)
                assert_same_bits(got[k], first[k]);
            first[k] = got[k];
        }
        for (int i = N - 1; i > 0; i--) {
            const int j = (int)(draw() % (unsigned)(i + 1));
            const double v = value[i];
            value[i] = value[j];
            value[j] = v;
        }
        for (int i = 0; i < N; i++)
            value[i] *= round % 2 ? 0x1p500 : 0x1p-500;
    }
    value[N] = 0;
    value[N + 1] = NAN;
    double with = NAN;
    assert_int_equal(crm_concentration_hhi(NULL, N + 2, value, &with, NULL), CRM_OK);
    assert_same_bits(with, first[3]);
}

static void test_edges(void **state)
{
    (void)state;
    const double most[2] = {1e308, 5e307};
    double out = NAN;
    int64_t count = 0;
    double curve[3];
    assert_int_equal(crm_concentration_gini(NULL, 2, most, 0, &out, NULL), CRM_OK);
    assert_relative(out, 1.0 / 6, 1e-15);
    assert_int_equal(crm_concentration_top(NULL, 2, most, .5, 0, &out, NULL), CRM_OK);
    assert_relative(out, 2.0 / 3, 3e-16);
    /* One customer is all there is, to the bit; and three, by rational arithmetic. */
    const double alone[1] = {.1};
    assert_int_equal(crm_concentration_hhi(NULL, 1, alone, &out, NULL), CRM_OK);
    assert_same_bits(out, 1.0);
    const double three[3] = {0x1.ef8d0c7aff89cp-3, 0x1.7bfa617423c52p-1, 0x1.929fd1a6b0228p-3};
    assert_int_equal(crm_concentration_hhi(NULL, 3, three, &out, NULL), CRM_OK);
    assert_true(fabs(out - 0x1.dbf70db74cbfbp-2) <= 3 * 0x1p-54);
    assert_int_equal(crm_concentration_hhi(NULL, 2, most, &out, NULL), CRM_OK);
    assert_relative(out, 5.0 / 9, 1e-15);
    const double least[3] = {0x1p-1074, 0x1p-1074, 0x1p-1073};
    assert_int_equal(crm_concentration_hhi(NULL, 3, least, &out, NULL), CRM_OK);
    assert_relative(out, .375, 1e-15);
    assert_int_equal(crm_concentration_gini(NULL, 3, least, 0, &out, NULL), CRM_OK);
    assert_relative(out, 1.0 / 6, 1e-15);
    const double equal[3] = {7, 7, 7};
    assert_int_equal(crm_concentration_gini(NULL, 3, equal, 0, &out, NULL), CRM_OK);
    assert_true(out == 0);
    assert_int_equal(crm_concentration_need(NULL, 3, equal, 1e-15, 0, &count, NULL), CRM_OK);
    assert_int_equal(count, 1);
    assert_int_equal(crm_concentration_top(NULL, 3, equal, 1e-15, 0, &out, NULL), CRM_OK);
    assert_relative(out, 1.0 / 3, 3e-16);
    assert_int_equal(crm_concentration_need(NULL, 3, equal, 1, 0, &count, NULL), CRM_OK);
    assert_int_equal(count, 3);
    /* 7 of 10 equal values hold .1 + .6 of them, whatever the last bit of the sum. */
    const double ten[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_int_equal(crm_concentration_need(NULL, 10, ten, .1 + .2, 0, &count, NULL), CRM_OK);
    assert_int_equal(count, 3);
    assert_int_equal(crm_concentration_top(NULL, 10, ten, .1 + .2, 0, &out, NULL), CRM_OK);
    assert_relative(out, .3, 1e-15);
    const double big[2] = {1.5e308, 1.5e308};
    assert_int_equal(crm_concentration_whale(NULL, 2, big, curve, &count, NULL), CRM_E_DOMAIN);
    const double losses[3] = {-1, -2, -3};
    assert_int_equal(crm_concentration_whale(NULL, 3, losses, NULL, &count, NULL), CRM_OK);
    assert_int_equal(count, 1);
}

static void test_misuse(void **state)
{
    (void)state;
    const double value[3] = {1, INFINITY, 2};
    double out = 5;
    int64_t count = 5;
    double curve[3] = {5, 5, 5};
    crm_error err;
#define REFUSED(call, want, position)                                                                                  \
    do {                                                                                                               \
        assert_int_equal((call), (want));                                                                              \
        assert_int_equal(err.status, (want));                                                                          \
        assert_int_equal(err.arg, (position));                                                                         \
        assert_true(out == 5 && count == 5 && curve[0] == 5);                                                          \
    } while (0)
    REFUSED(crm_concentration_top(NULL, -1, value, .2, 0, &out, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_concentration_top(NULL, 1, NULL, .2, 0, &out, &err), CRM_E_NULL, 3);
    REFUSED(crm_concentration_top(NULL, 3, value, .2, 0, &out, &err), CRM_E_DOMAIN, 3);
    assert_int_equal(err.row, 1);
    const double bad[5] = {0, -1, NAN, 1.001, INFINITY};
    for (int k = 0; k < 5; k++) {
        REFUSED(crm_concentration_top(NULL, 1, value, bad[k], 0, &out, &err), CRM_E_DOMAIN, 4);
        REFUSED(crm_concentration_need(NULL, 1, value, bad[k], 0, &count, &err), CRM_E_DOMAIN, 4);
    }
    REFUSED(crm_concentration_top(NULL, 1, value, .2, 2, &out, &err), CRM_E_ARGUMENT, 5);
    REFUSED(crm_concentration_top(NULL, 1, value, .2, 0, NULL, &err), CRM_E_NULL, 6);
    REFUSED(crm_concentration_need(NULL, -1, value, .2, 0, &count, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_concentration_need(NULL, 1, value, .2, -1, &count, &err), CRM_E_ARGUMENT, 5);
    REFUSED(crm_concentration_need(NULL, 1, value, .2, 0, NULL, &err), CRM_E_NULL, 6);
    REFUSED(crm_concentration_whale(NULL, -1, value, curve, &count, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_concentration_whale(NULL, 1, value, curve, NULL, &err), CRM_E_NULL, 5);
    REFUSED(crm_concentration_lorenz(NULL, 3, value, curve, &err), CRM_E_DOMAIN, 3);
    REFUSED(crm_concentration_lorenz(NULL, 1, value, NULL, &err), CRM_E_NULL, 4);
    REFUSED(crm_concentration_gini(NULL, 1, value, 2, &out, &err), CRM_E_ARGUMENT, 4);
    REFUSED(crm_concentration_gini(NULL, 1, value, 0, NULL, &err), CRM_E_NULL, 5);
    REFUSED(crm_concentration_gini(NULL, 0, NULL, 0, &out, &err), CRM_E_NO_DATA, 3);
    REFUSED(crm_concentration_hhi(NULL, 0, NULL, &out, &err), CRM_E_NO_DATA, 3);
    REFUSED(crm_concentration_hhi(NULL, 1, value, NULL, &err), CRM_E_NULL, 4);
    const double minus[2] = {3, -1};
    REFUSED(crm_concentration_hhi(NULL, 2, minus, &out, &err), CRM_E_DOMAIN, 3);
    assert_int_equal(err.row, 1);
}

static crm_status each(const crm_context *context, void *arg)
{
    double value[1000];
    double curve[1000];
    double out;
    int64_t count;
    for (int i = 0; i < 1000; i++)
        value[i] = i * 37 % 101 - 20;
    switch (*(int *)arg) {
    case 0:
        return crm_concentration_top(context, 1000, value, .2, 0, &out, NULL);
    case 1:
        return crm_concentration_need(context, 1000, value, .2, 0, &count, NULL);
    case 2:
        return crm_concentration_whale(context, 1000, value, curve, &count, NULL);
    case 3:
        return crm_concentration_lorenz(context, 1000, value, curve, NULL);
    case 4:
        return crm_concentration_gini(context, 1000, value, 0, &out, NULL);
    case 5:
        return crm_concentration_whale(context, 1000, value, NULL, &count, NULL);
    default:
        for (int i = 0; i < 1000; i++)
            value[i] = fabs(value[i]);
        return crm_concentration_hhi(context, 1000, value, &out, NULL);
    }
}

static void test_memory(void **state)
{
    (void)state;
    for (int which = 0; which < 5; which++)
        failing_sweep(each, &which);
    for (int which = 5; which < 7; which++)
        failing_none(each, &which);
}

static int32_t stop(void *self, double done)
{
    (void)done;
    return --*(int *)self < 0;
}

/* Enough rows for a sample: two workers give the same, and whoever asked to stop is heard. */
static void test_workers(void **state)
{
    (void)state;
    enum { N = 200000 };
    double *value = malloc(N * sizeof *value);
    crm_context *pool = NULL;
    crm_context *watched = NULL;
    double alone = 0;
    double together = 0;
    int left = 0;
    for (int64_t i = 0; i < N; i++)
        value[i] = 1e6 / (1.0 + (double)(draw() % 100000));
    assert_int_equal(crm_context_create(NULL, NULL, 2, &pool, NULL), CRM_OK);
    assert_int_equal(crm_context_watch(pool, stop, &left, &watched, NULL), CRM_OK);
    assert_int_equal(crm_concentration_top(NULL, N, value, .2, 0, &alone, NULL), CRM_OK);
    assert_int_equal(crm_concentration_top(pool, N, value, .2, 0, &together, NULL), CRM_OK);
    assert_true(alone > .8 && alone < 1.0);
    assert_same_bits(together, alone);
    together = 7.0;
    assert_int_equal(crm_concentration_top(watched, N, value, .2, 0, &together, NULL), CRM_E_CANCELLED);
    assert_true(together == 7.0);
    crm_context_destroy(watched);
    crm_context_destroy(pool);
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slowly), cmocka_unit_test(test_order),  cmocka_unit_test(test_edges),
        cmocka_unit_test(test_misuse), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
