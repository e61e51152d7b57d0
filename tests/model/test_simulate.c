/* Simulation: moments against the model, a frozen log, the same log for any context, bad arguments. */
#include "failing.h"
#include "test.h"

#include "crmcore/model.h"

static const double bg[] = {.25, 4.4, .8, 2.4};
static const double gg[] = {6.25, 3.74, 15.44};

static crm_model *model_of(int32_t kind, int32_t k, const double *parameter)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create(NULL, kind, k, parameter, NULL, &model, NULL), CRM_OK);
    return model;
}

static crm_transactions *simulated(const crm_context *context, int64_t n, const int64_t *first, int64_t until,
                                   int with_spend, uint64_t seed, uint64_t stream)
{
    crm_model *m = model_of(CRM_MODEL_BG_NBD, 4, bg);
    crm_model *s = with_spend ? model_of(CRM_MODEL_GAMMA_GAMMA, 3, gg) : NULL;
    crm_transactions *log = NULL;
    assert_int_equal(crm_model_simulate(context, m, s, n, first, until, 1000, 2, seed, stream, &log, NULL),
                     CRM_OK);
    crm_model_destroy(m);
    crm_model_destroy(s);
    return log;
}

/* Seed 20050801: purchases of 20,000 customers in 39 periods against E[X(39)], P(X = 0) and the mean spend.
 */
static void test_moments(void **state)
{
    (void)state;
    enum { N = 20000 };
    static int64_t first[N];
    for (int i = 0; i < N; i++)
        first[i] = i % 1000;
    crm_transactions *log = simulated(NULL, N, first, 40000, 1, 20050801, 1);
    const int64_t rows = crm_transactions_count(log);
    const uint64_t *key = crm_transactions_keys(log);
    const int64_t *time = crm_transactions_i64(log, CRM_TX_TIME);
    const int64_t *amount = crm_transactions_i64(log, CRM_TX_AMOUNT);
    static int repeats[N];
    double spent = 0;
    int64_t paid = 0;
    memset(repeats, 0, sizeof repeats);
    for (int64_t i = 0; i < rows; i++) {
        assert_true(key[i] < N && amount[i] >= 1);
        const int64_t since = time[i] - first[key[i]];
        assert_true(since >= 0 && time[i] <= 40000);
        repeats[key[i]] += i > 0 && key[i - 1] == key[i] && since < 39000;
        if (i == 0 || key[i - 1] != key[i]) {
            assert_true(since == 0);
            spent += (double)amount[i] / 100;
            paid++;
        }
    }
    assert_int_equal(paid, N);
    double mean = 0;
    double square = 0;
    double none = 0;
    for (int i = 0; i < N; i++) {
        mean += repeats[i];
        square += (double)repeats[i] * repeats[i];
        none += repeats[i] == 0;
    }
    mean /= N;
    const double sd = sqrt((square / N - mean * mean) / N);
    crm_model *m = model_of(CRM_MODEL_BG_NBD, 4, bg);
    double t = 39;
    double want;
    assert_int_equal(crm_model_expected_new(NULL, m, 1, &t, &want, NULL, NULL), CRM_OK);
    crm_model_destroy(m);
    assert_true(fabs(mean - want) < 4 * sd);
    const double p0 = pow(4.4 / 43.4, .25);
    assert_true(fabs(none / N - p0) < 4 * sqrt(p0 * (1 - p0) / N));
    assert_relative(spent / N, 6.25 * 15.44 / 2.74, .02); /* p v/(q - 1) */
    crm_transactions_destroy(log);
}

static uint64_t checksum(const crm_transactions *log)
{
    uint64_t h = 1469598103934665603u;
    const int64_t n = crm_transactions_count(log);
    const uint64_t *key = crm_transactions_keys(log);
    const int64_t *time = crm_transactions_i64(log, CRM_TX_TIME);
    const int64_t *amount = crm_transactions_i64(log, CRM_TX_AMOUNT);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t word[3] = {key[i], (uint64_t)time[i], (uint64_t)amount[i]};
        for (int k = 0; k < 3; k++)
            for (int b = 0; b < 64; b += 8)
                h = (h ^ ((word[k] >> b) & 255)) * 1099511628211u;
    }
    return h;
}

/* Frozen: the log of 50 customers, seed 1, stream 2. To remake: CRM_PRINT=1 build/tests/model/test_simulate
 */
static void test_frozen(void **state)
{
    (void)state;
    int64_t first[50];
    for (int i = 0; i < 50; i++)
        first[i] = 17 * i;
    crm_transactions *log = simulated(NULL, 50, first, 30000, 1, 1, 2);
    crm_transactions *bare = simulated(NULL, 50, first, 30000, 0, 1, 2);
    const uint64_t got = checksum(log);
    const uint64_t got_bare = checksum(bare);
    if (getenv("CRM_PRINT"))
        print_message("0x%016llx 0x%016llx\n", (unsigned long long)got, (unsigned long long)got_bare);
    assert_true(got == UINT64_C(0x5e3258679117dce1));
    assert_true(got_bare == UINT64_C(0x2ea5dfe6195bdbaf));
    /* the times do not depend on whether there are amounts */
    assert_int_equal(crm_transactions_count(log), crm_transactions_count(bare));
    assert_memory_equal(crm_transactions_i64(log, CRM_TX_TIME), crm_transactions_i64(bare, CRM_TX_TIME),
                        (size_t)crm_transactions_count(log) * sizeof(int64_t));
    /* a customer's life depends on seed, stream and key alone */
    crm_transactions *less = simulated(NULL, 20, first, 30000, 1, 1, 2);
    assert_memory_equal(crm_transactions_i64(less, CRM_TX_TIME), crm_transactions_i64(log, CRM_TX_TIME),
                        (size_t)crm_transactions_count(less) * sizeof(int64_t));
    crm_transactions *other = simulated(NULL, 50, first, 30000, 1, 1, 3);
    assert_true(checksum(other) != got);
    crm_context *two = NULL;
    if (crm_context_create(NULL, NULL, 3, &two, NULL) == CRM_OK) {
        crm_transactions *same = simulated(two, 50, first, 30000, 1, 1, 2);
        assert_true(checksum(same) == got);
        crm_transactions_destroy(same);
        crm_context_destroy(two);
    }
    crm_transactions_destroy(other);
    crm_transactions_destroy(less);
    crm_transactions_destroy(bare);
    crm_transactions_destroy(log);
}

static void test_arguments(void **state)
{
    (void)state;
    crm_model *m = model_of(CRM_MODEL_BG_NBD, 4, bg);
    crm_model *s = model_of(CRM_MODEL_GAMMA_GAMMA, 3, gg);
    crm_transactions *log = NULL;
    int64_t first[] = {0, 5};
    crm_error err;
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, 1, 2, 1, 1, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_model_simulate(NULL, NULL, s, 2, first, 9, 1, 2, 1, 1, &log, &err), CRM_E_NULL);
    assert_int_equal(crm_model_simulate(NULL, s, s, 2, first, 9, 1, 2, 1, 1, &log, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_simulate(NULL, m, m, 2, first, 9, 1, 2, 1, 1, &log, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_simulate(NULL, m, s, -2, first, 9, 1, 2, 1, 1, &log, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, NULL, 9, 1, 2, 1, 1, &log, &err), CRM_E_NULL);
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, INT64_MAX, 1, 2, 1, 1, &log, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, 0, 2, 1, 1, &log, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 7);
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, INFINITY, 2, 1, 1, &log, &err),
                     CRM_E_DOMAIN);
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, 1, -1, 1, 1, &log, &err), CRM_E_ARGUMENT);
    first[1] = (INT64_C(1) << 52) + 1;
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, 1, 2, 1, 1, &log, &err), CRM_E_DOMAIN);
    assert_int_equal(err.arg, 5);
    first[1] = 5;
    assert_int_equal(crm_model_simulate(NULL, m, s, 0, NULL, 9, 1, 2, 1, 1, &log, &err), CRM_OK);
    assert_int_equal(crm_transactions_count(log), 0);
    crm_transactions_destroy(log);
    for (int k = 0; k < 2; k++) { /* amounts beyond and below what a ledger holds */
        const double money[] = {6, 3.5, k ? 1e300 : 1e-300};
        crm_model *odd = model_of(CRM_MODEL_GAMMA_GAMMA, 3, money);
        assert_int_equal(crm_model_simulate(NULL, m, odd, 1, first, 9, 1, 2, 1, 1, &log, &err), CRM_OK);
        assert_int_equal(crm_transactions_i64(log, CRM_TX_AMOUNT)[0], k ? INT64_C(1) << 53 : 1);
        crm_transactions_destroy(log);
        crm_model_destroy(odd);
    }
    log = NULL;
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, 1, 10, 1, 1, &log, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 8);
    first[1] = -1;
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, 9, 1, 2, 1, 1, &log, &err), CRM_E_DOMAIN);
    assert_int_equal(err.row, 1);
    assert_null(log);
    first[1] = 30; /* after the end: no rows */
    assert_int_equal(crm_model_simulate(NULL, m, NULL, 2, first, 0, 1, 2, 1, 1, &log, &err), CRM_OK);
    assert_int_equal(crm_transactions_count(log), 1);
    assert_int_equal(crm_transactions_i64(log, CRM_TX_AMOUNT)[0], 100);
    crm_transactions_destroy(log);
    log = NULL;
    assert_int_equal(crm_model_simulate(NULL, m, s, 2, first, INT64_MIN, 1, 2, 1, 1, &log, &err), CRM_OK);
    assert_int_equal(crm_transactions_count(log), 0);
    crm_transactions_destroy(log);
    crm_model_destroy(m);
    crm_model_destroy(s);
}

static int32_t stop(void *self, double done)
{
    *(double *)self = done;
    return 1;
}

/* Customers who buy without end, a rate that is infinite and nobody leaving: the caller may still stop. */
static void test_cancel(void **state)
{
    (void)state;
    const double frantic[] = {1e3, 1e-307, 1e-3, 1e3};
    crm_model *m = model_of(CRM_MODEL_BG_NBD, 4, frantic);
    const int64_t first[] = {0, 0};
    crm_transactions *log = NULL;
    crm_context *watched = NULL;
    crm_error err;
    double done = -1;
    assert_int_equal(crm_context_watch(NULL, stop, &done, &watched, NULL), CRM_OK);
    assert_int_equal(crm_model_simulate(watched, m, NULL, 2, first, 9, 1, 2, 1, 1, &log, &err),
                     CRM_E_CANCELLED);
    assert_int_equal(err.status, CRM_E_CANCELLED);
    assert_true(done == 0);
    assert_null(log);
    crm_context_destroy(watched);
    crm_model_destroy(m);
}

static crm_status simulate(const crm_context *context, void *arg)
{
    crm_transactions *log = NULL;
    static const int64_t first[5000];
    const crm_status status =
        crm_model_simulate(context, arg, NULL, 5000, first, 20000, 1000, 2, 1, 1, &log, NULL);
    assert_true((status == CRM_OK) == (log != NULL));
    crm_transactions_destroy(log);
    return status;
}

static void test_memory(void **state)
{
    (void)state;
    crm_model *m = model_of(CRM_MODEL_BG_NBD, 4, bg);
    failing_sweep(simulate, m);
    crm_model_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments), cmocka_unit_test(test_frozen), cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_cancel),  cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
