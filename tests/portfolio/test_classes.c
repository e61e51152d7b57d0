/* The four classes at every border, over long columns, and the sums by segment. */
#include "failing.h"

#include "crmcore/portfolio.h"

static void test_borders(void **state)
{
    (void)state;
    const double profit[12] = {1, 1, 0, -0.0, -1, 0x1p-1074, NAN, 1, INFINITY, 1, NAN, -1};
    const double future[12] = {5, 4.999, 5, 4.999, 6, 5, 9, NAN, 1, -INFINITY, INFINITY, -1};
    const uint8_t keep[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
    const uint8_t want[12] = {4, 3, 2, 1, 2, 4, 0, 0, 0, 0, 0, 1};
    uint8_t out[12];
    crm_error err;
    assert_int_equal(crm_portfolio_classify(NULL, 12, profit, future, 5, NULL, out, &err), CRM_BAD_ROWS);
    assert_memory_equal(out, want, 12);
    assert_int_equal(err.bad_rows, 2);
    assert_true(err.row == 8 && err.arg == 3 && isinf(err.value));
    assert_int_equal(crm_portfolio_classify(NULL, 12, profit, future, 5, keep, out, &err), CRM_BAD_ROWS);
    for (int i = 0; i < 12; i++)
        assert_int_equal(out[i], i == 3 ? CRM_CLASS_SACK_VETOED : want[i]);
    /* What is missing is no error, even beside an infinity. */
    const double lost[3] = {INFINITY, NAN, -INFINITY};
    const double gone[3] = {NAN, -INFINITY, NAN};
    assert_int_equal(crm_portfolio_classify(NULL, 3, lost, gone, 5, NULL, out, &err), CRM_OK);
    assert_true(out[0] == 0 && out[1] == 0 && out[2] == 0);
    assert_int_equal(crm_portfolio_classify(NULL, 1, profit + 9, future + 9, 5, keep, out, &err), CRM_BAD_ROWS);
    assert_int_equal(err.arg, 4);
}

static void test_long(void **state)
{
    (void)state;
    enum { N = 5000 };
    static double profit[N];
    static double future[N];
    static uint8_t keep[N];
    static uint8_t out[N];
    uint64_t seed = 5;
    for (int64_t n = 0; n < N; n += 1 + n / 3) {
        for (int64_t i = 0; i < n; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            profit[i] = (seed >> 40) % 9 == 0 ? (double)NAN : (double)((seed >> 50) % 5) - 2;
            future[i] = (seed >> 45) % 9 == 0 ? (double)NAN : (double)((seed >> 55) % 5);
            keep[i] = (uint8_t)((seed >> 35) % 3);
        }
        memset(out, 9, sizeof out);
        assert_int_equal(crm_portfolio_classify(NULL, n, profit, future, 2, keep, out, NULL), CRM_OK);
        for (int64_t i = 0; i < n; i++) {
            int want = profit[i] > 0 ? (future[i] >= 2 ? 4 : 3) : (future[i] >= 2 ? 2 : (keep[i] ? 5 : 1));
            if (isnan(profit[i]) || isnan(future[i]))
                want = 0;
            assert_int_equal(out[i], want);
        }
        assert_int_equal(out[n], 9);
    }
}

static int32_t tell(void *self, double done)
{
    double *told = (double *)self;
    assert_true(done >= told[0] && done <= 1);
    told[0] = done;
    return done > told[1];
}

/* Each instruction set and two workers give the same bytes and name the same row. */
static void test_contexts(void **state)
{
    (void)state;
    enum { N = 200001, FIRST_BAD = 70000 };
    double *column = malloc(sizeof *column * 2 * N);
    uint8_t *byte = malloc(3 * N);
    assert_true(column && byte);
    double *future = column + N;
    uint8_t *out = byte + N;
    uint8_t *other = byte + 2 * N;
    for (int i = 0; i < N; i++) {
        column[i] = i % 7 == 6 ? NAN : (double)(i % 5 - 2);
        future[i] = i % 11;
        byte[i] = i % 3 == 0;
    }
    column[FIRST_BAD] = future[N - 1] = INFINITY;
    crm_error err;
    assert_int_equal(crm_portfolio_classify(NULL, N, column, future, 4, byte, out, &err), CRM_BAD_ROWS);
    assert_true(err.row == FIRST_BAD && err.bad_rows == 2);
    crm_context *two = NULL;
    assert_true(crm_context_create(NULL, NULL, 2, &two, NULL) != CRM_E_MEMORY);
    for (int32_t isa = CRM_ISA_BASELINE; isa <= CRM_ISA_AVX512; isa++) {
        crm_context *context = NULL;
        assert_int_equal(crm_context_limit(two, isa, &context, NULL), CRM_OK);
        memset(other, 9, N);
        assert_int_equal(crm_portfolio_classify(context, N, column, future, 4, byte, other, &err), CRM_BAD_ROWS);
        assert_true(err.row == FIRST_BAD && err.bad_rows == 2 && err.arg == 3);
        assert_memory_equal(other, out, N);
        crm_context_destroy(context);
    }
    for (int end = 0; end < 2; end++) {
        double told[2] = {0, end ? 2 : 0};
        crm_context *watched = NULL;
        assert_int_equal(crm_context_watch(NULL, tell, told, &watched, NULL), CRM_OK);
        const crm_status status = crm_portfolio_classify(watched, N, column, future, 4, byte, other, &err);
        assert_int_equal(status, end ? CRM_BAD_ROWS : CRM_E_CANCELLED);
        assert_true(end ? told[0] == 1 : told[0] < 1);
        crm_context_destroy(watched);
    }
    crm_context_destroy(two);
    free(byte);
    free(column);
}

static void test_segments(void **state)
{
    (void)state;
    /* Two small losses and one gain: the majority would be sacked, the segment is not. */
    const int32_t segment[7] = {2, 0, 2, 2, 0, 3, 2};
    const double profit[7] = {-1, 1e300, -1, 10, -1e300, NAN, 1};
    const double future[7] = {0, 1, 0, 9, 2, 7, NAN};
    double p[4];
    double f[4];
    assert_int_equal(crm_portfolio_sum(NULL, 7, segment, 4, profit, future, p, f, NULL), CRM_OK);
    const double want_p[4] = {0, 0, 8, 0};
    const double want_f[4] = {3, 0, 9, 0};
    for (int s = 0; s < 4; s++) {
        assert_same_bits(p[s], want_p[s]);
        assert_same_bits(f[s], want_f[s]);
    }
    uint8_t member[7];
    uint8_t whole[4];
    assert_int_equal(crm_portfolio_classify(NULL, 7, profit, future, 5, NULL, member, NULL), CRM_OK);
    assert_int_equal(crm_portfolio_classify(NULL, 4, p, f, 5, NULL, whole, NULL), CRM_OK);
    assert_true(member[0] == CRM_CLASS_SACK && member[2] == CRM_CLASS_SACK && whole[2] == CRM_CLASS_INVEST);
    /* In reverse the same to the bit. */
    int32_t other[7];
    double q[7];
    double g[7];
    double p2[4];
    double f2[4];
    for (int i = 0; i < 7; i++) {
        other[i] = segment[6 - i];
        q[i] = profit[6 - i] / 3;
        g[i] = future[6 - i] / 7;
    }
    assert_int_equal(crm_portfolio_sum(NULL, 7, other, 4, q, g, p2, f2, NULL), CRM_OK);
    for (int i = 0; i < 7; i++) {
        other[i] = segment[i];
        q[i] = profit[i] / 3;
        g[i] = future[i] / 7;
    }
    assert_int_equal(crm_portfolio_sum(NULL, 7, other, 4, q, g, p, f, NULL), CRM_OK);
    assert_memory_equal(p, p2, sizeof p);
    assert_memory_equal(f, f2, sizeof f);
    /* Many segments, another way of adding: the same to the bit. */
    static double many_p[3000];
    static double many_f[3000];
    for (int i = 0; i < 7; i++)
        other[i] = segment[i] * 900;
    assert_int_equal(crm_portfolio_sum(NULL, 7, other, 3000, q, g, many_p, many_f, NULL), CRM_OK);
    for (int s = 0; s < 3000; s++) {
        assert_same_bits(many_p[s], s % 900 == 0 && s < 3600 ? p[s / 900] : 0.0);
        assert_same_bits(many_f[s], s % 900 == 0 && s < 3600 ? f[s / 900] : 0.0);
    }
    assert_int_equal(crm_portfolio_sum(NULL, 0, NULL, 4, NULL, NULL, p, f, NULL), CRM_OK);
    assert_same_bits(p[3], 0.0);
}

static void test_misuse(void **state)
{
    (void)state;
    const double x[2] = {1, INFINITY};
    const double y[2] = {1, 2};
    const int32_t segment[2] = {0, 1};
    uint8_t out[2] = {9, 9};
    double p[2] = {5, 5};
    crm_error err;
#define REFUSED(call, want, position)                                                                                  \
    do {                                                                                                               \
        assert_int_equal((call), (want));                                                                              \
        assert_int_equal(err.status, (want));                                                                          \
        assert_int_equal(err.arg, (position));                                                                         \
        assert_true(out[0] == 9 && p[0] == 5);                                                                         \
    } while (0)
    REFUSED(crm_portfolio_classify(NULL, -1, x, y, 0, NULL, out, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_portfolio_classify(NULL, 1, NULL, y, 0, NULL, out, &err), CRM_E_NULL, 3);
    REFUSED(crm_portfolio_classify(NULL, 1, x, NULL, 0, NULL, out, &err), CRM_E_NULL, 4);
    REFUSED(crm_portfolio_classify(NULL, 1, x, y, NAN, NULL, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_portfolio_classify(NULL, 1, x, y, INFINITY, NULL, out, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_portfolio_classify(NULL, 1, x, y, 0, NULL, NULL, &err), CRM_E_NULL, 7);
    assert_int_equal(crm_portfolio_classify(NULL, 0, NULL, NULL, 0, NULL, NULL, &err), CRM_OK);
    REFUSED(crm_portfolio_sum(NULL, -1, segment, 2, x, y, p, p, &err), CRM_E_ARGUMENT, 2);
    REFUSED(crm_portfolio_sum(NULL, 1, NULL, 2, x, y, p, p, &err), CRM_E_NULL, 3);
    REFUSED(crm_portfolio_sum(NULL, 1, segment, 0, x, y, p, p, &err), CRM_E_ARGUMENT, 4);
    REFUSED(crm_portfolio_sum(NULL, 1, segment, 2, NULL, y, p, p, &err), CRM_E_NULL, 5);
    REFUSED(crm_portfolio_sum(NULL, 1, segment, 2, x, NULL, p, p, &err), CRM_E_NULL, 6);
    REFUSED(crm_portfolio_sum(NULL, 1, segment, 2, x, y, NULL, p, &err), CRM_E_NULL, 7);
    REFUSED(crm_portfolio_sum(NULL, 1, segment, 2, x, y, p, NULL, &err), CRM_E_NULL, 8);
    REFUSED(crm_portfolio_sum(NULL, 2, segment, 1, y, y, p, p, &err), CRM_E_ARGUMENT, 3);
    assert_int_equal(err.row, 1);
    REFUSED(crm_portfolio_sum(NULL, 2, segment, 2, x, y, p, p, &err), CRM_E_DOMAIN, 5);
    REFUSED(crm_portfolio_sum(NULL, 2, segment, 2, y, x, p, p, &err), CRM_E_DOMAIN, 6);
    const int32_t minus[1] = {-1};
    REFUSED(crm_portfolio_sum(NULL, 1, minus, 2, y, y, p, p, &err), CRM_E_ARGUMENT, 3);
    const char *name[7] = {"unknown", "sack", "re-engineer", "nurture", "invest", "sack, vetoed", NULL};
    for (int32_t c = 0; c < 6; c++)
        assert_string_equal(crm_portfolio_name(c), name[c]);
    assert_null(crm_portfolio_name(6));
    assert_null(crm_portfolio_name(-1));
}

static crm_status sum_job(const crm_context *context, void *arg)
{
    const int32_t segment[3] = {1, 0, 1};
    const double x[3] = {1, 2, 3};
    double p[2000] = {5, 5};
    double f[2000] = {5, 5};
    const crm_status status = crm_portfolio_sum(context, 3, segment, *(int32_t *)arg, x, x, p, f, NULL);
    assert_true(p[0] == (status == CRM_OK ? 2 : 5) && f[1] == (status == CRM_OK ? 4 : 5));
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    int32_t segments = 2;
    failing_sweep(sum_job, &segments);
    segments = 2000;
    failing_sweep(sum_job, &segments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_borders), cmocka_unit_test(test_long),   cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_segments), cmocka_unit_test(test_misuse), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
