/* The three parts of value: history from a log, potential from levers, profit and return on investment. */
#include "test.h"

#include "crmcore.h"

/* Customer 1 twice on day 0 and on day 20, a return on day 30, a row after the date; customer 2 has only a
 * return. */
static const uint64_t key[] = {2, 1, 1, 1, 1, 1, 9};
static const int64_t when[] = {10, 30, 0, 0, 20, 41, 50};
static const int64_t amount[] = {-500, -2000, 10000, 5000, 3000, 77777, 1};
static const int64_t cost[] = {0, -500, 4000, 1000, 2000, 1, 1};

static crm_transactions *log_of(int with_cost, int frozen, const uint64_t *keys)
{
    crm_transactions *log = NULL;
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, NULL), CRM_OK);
    assert_int_equal(crm_transactions_append(log, 7, keys, when, amount, NULL), CRM_OK);
    if (with_cost)
        assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, 7, cost, NULL), CRM_OK);
    if (frozen)
        assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    return log;
}

static crm_customers *book_of(const crm_transactions *log)
{
    crm_customers *book = NULL;
    assert_int_equal(crm_customers_build(NULL, log, 40, 10, 2, NULL, &book, NULL), CRM_OK);
    return book;
}

static void test_history(void **state)
{
    (void)state;
    for (int with_cost = 0; with_cost < 2; with_cost++) {
        crm_transactions *log = log_of(with_cost, 1, key);
        crm_customers *book = book_of(log);
        const int64_t *margin = crm_customers_i64(book, CRM_CUSTOMER_MARGIN);
        double H[2];
        assert_int_equal(crm_customers_count(book), 2);
        assert_int_equal(crm_value_history_log(log, book, 0, H, NULL), CRM_OK);
        for (int i = 0; i < 2; i++)
            assert_true(H[i] == (double)margin[i] / 100); /* nominal: what the book has */
        assert_int_equal(crm_value_history_log(log, book, .1, H, NULL), CRM_OK);
        const double m[] = {with_cost ? 100 : 150, with_cost ? 10 : 30, with_cost ? -15 : -20};
        const double t[] = {0, 2, 3};
        double want;
        assert_int_equal(crm_value_history(3, m, t, 4, .1, &want, NULL), CRM_OK);
        assert_relative(H[0], want, 5e-16);
        assert_relative(H[1], -5 * 1.1 * 1.1 * 1.1, 5e-16);
        crm_customers_destroy(book);
        crm_transactions_destroy(log);
    }
}

/* The log and its book in months of days that are no doubles, far back, against the series of one customer.
 */
static void test_long(void **state)
{
    (void)state;
    const double per = 365.25 / 12;
    const uint64_t one[] = {4, 4, 4};
    const int64_t day[] = {0, 11111, 36500}, sum[] = {12345, 6789, -1000};
    crm_transactions *log = NULL;
    crm_customers *book = NULL;
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, NULL), CRM_OK);
    assert_int_equal(crm_transactions_append(log, 3, one, day, sum, NULL), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, log, 36525, per, 2, NULL, &book, NULL), CRM_OK);
    double H;
    assert_int_equal(crm_value_history_log(log, book, .005, &H, NULL), CRM_OK);
    /* 1200 months exactly, so many months less so many days, and 25 days */
    const long double g = logl(1.005L);
    const long double want = 123.45L * expl(1200 * g) +
                             67.89L * expl(g * (36525 - 11111) / (long double)per) -
                             10 * expl(g * 25 / (long double)per);
    assert_relative(H, (double)want, 1e-15);
    crm_customers_destroy(book);
    crm_transactions_destroy(log);
}

static void test_history_refused(void **state)
{
    (void)state;
    const uint64_t others[] = {2, 3, 3, 3, 3, 3, 3};
    crm_transactions *log = log_of(1, 1, key), *raw = log_of(1, 0, key), *other = log_of(1, 1, others);
    crm_customers *book = book_of(log);
    double H[2] = {5, 5};
    crm_error e;
    assert_int_equal(crm_value_history_log(NULL, book, .1, H, &e), CRM_E_NULL);
    assert_int_equal(crm_value_history_log(log, NULL, .1, H, &e), CRM_E_NULL);
    assert_int_equal(crm_value_history_log(log, book, .1, NULL, &e), CRM_E_NULL);
    assert_int_equal(crm_value_history_log(raw, book, .1, H, &e), CRM_E_STATE);
    const double bad[] = {-1, NAN, INFINITY, 1e101};
    for (int i = 0; i < 4; i++)
        assert_int_equal(crm_value_history_log(log, book, bad[i], H, &e), CRM_E_DOMAIN);
    assert_int_equal(e.arg, 3);
    assert_int_equal(crm_value_history_log(other, book, .1, H, &e), CRM_E_KEY);
    assert_int_equal(e.arg, 2);
    assert_int_equal(crm_value_history_log(log, book, 1e100, H, &e), CRM_E_DOMAIN); /* (1e100)^4 */
    assert_true(e.arg == 4 && H[0] == 5 && H[1] == 5);
    crm_transactions *empty = NULL; /* no row of its customers: nothing is known */
    assert_int_equal(crm_transactions_create(NULL, NULL, &empty, NULL), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, empty, NULL), CRM_OK);
    assert_int_equal(crm_value_history_log(empty, book, .1, H, &e), CRM_OK);
    assert_true(isnan(H[0]) && isnan(H[1]));
    crm_transactions_destroy(empty);
    crm_customers_destroy(book);
    crm_transactions_destroy(log);
    crm_transactions_destroy(raw);
    crm_transactions_destroy(other);
}

static void test_potential(void **state)
{
    (void)state;
    enum { N = 8 };
    /* cross-sell and referral */
    const double p[2 * N] = {.2, 0, 1, NAN, -.1, 1.5, .5, 1, .1, 0, 1, 1, .5, .5, .5, 1};
    const double m[2 * N] = {100, 9, 3, 1, 1, 1, INFINITY, 1e308, 40, INFINITY, -5, 1, 1, 1, 1, 1e308};
    double Q[N];
    crm_error e;
    assert_int_equal(crm_value_potential(N, 2, p, m, Q, &e), CRM_BAD_ROWS);
    assert_true(e.bad_rows == 5 && e.row == 1 && e.arg == 4);
    assert_relative(Q[0], 24, 1e-15);
    assert_true(Q[2] == -2);
    for (int i = 0; i < N; i++)
        assert_true(isnan(Q[i]) == (i == 1 || i > 2));
    assert_int_equal(crm_value_potential(2, 1, p + 4, m, Q, &e), CRM_BAD_ROWS);
    assert_true(e.arg == 3 && e.row == 0 && e.bad_rows == 2);
    assert_int_equal(crm_value_potential(2, 0, NULL, NULL, Q, &e), CRM_OK); /* no lever, no potential */
    assert_true(Q[0] == 0 && Q[1] == 0);
    assert_int_equal(crm_value_potential(0, 2, NULL, NULL, NULL, &e), CRM_OK);
    assert_int_equal(crm_value_potential(-1, 2, p, m, Q, &e), CRM_E_ARGUMENT);
    assert_int_equal(crm_value_potential(1, -1, p, m, Q, &e), CRM_E_ARGUMENT);
    assert_int_equal(crm_value_potential(1, 1, NULL, m, Q, &e), CRM_E_NULL);
    assert_int_equal(crm_value_potential(1, 1, p, NULL, Q, &e), CRM_E_NULL);
    assert_int_equal(crm_value_potential(1, 1, p, m, NULL, &e), CRM_E_NULL);
}

static void test_return(void **state)
{
    (void)state;
    enum { N = 9 };
    const double value[N] = {150, 80, 10, NAN, 10, INFINITY, 10, 1e308, 1};
    const double spent[N] = {100, 100, 0, 1, NAN, 1, -1, 1e-300, INFINITY};
    double profit[N], roi[N];
    crm_error e;
    assert_int_equal(crm_value_return(N, value, spent, profit, roi, &e), CRM_BAD_ROWS);
    assert_true(e.row == 2 && e.arg == 3 && e.bad_rows == 5);
    assert_true(profit[0] == 50 && roi[0] == .5); /* 150 on 100 is 50 % */
    assert_true(profit[1] == -20 && roi[1] == -.2);
    assert_true(profit[2] == 10 && isnan(roi[2])); /* nothing invested: a profit, and no return on it */
    assert_true(profit[7] == 1e308 && isnan(roi[7]));
    for (int i = 3; i < N; i++)
        assert_true(isnan(roi[i]) && isnan(profit[i]) == (i != 7));
    assert_int_equal(crm_value_return(3, value, spent, profit, NULL, &e), CRM_OK);
    assert_int_equal(crm_value_return(2, value, spent, NULL, roi, &e), CRM_OK);
    assert_true(roi[0] == .5);
    assert_int_equal(crm_value_return(0, NULL, NULL, NULL, NULL, &e), CRM_OK);
    assert_int_equal(crm_value_return(-1, value, spent, profit, roi, &e), CRM_E_ARGUMENT);
    assert_int_equal(crm_value_return(1, NULL, spent, profit, roi, &e), CRM_E_NULL);
    assert_int_equal(crm_value_return(1, value, NULL, profit, roi, &e), CRM_E_NULL);
    assert_int_equal(crm_value_return(1, value, spent, NULL, NULL, &e), CRM_E_NULL);
    assert_int_equal(e.arg, 4);
}

/* C + Q decides, with C from a model and Q from levers; H stands beside. */
static void test_three_parts(void **state)
{
    (void)state;
    const double r = .8, m = 100, p[] = {.2, .1}, add[] = {100, 40};
    double C, Q, value;
    assert_int_equal(crm_retention_value(1, &m, &r, .1, 0, 0, CRM_TIMING_END, &C, NULL), CRM_OK);
    assert_int_equal(crm_value_potential(1, 2, p, add, &Q, NULL), CRM_OK);
    assert_int_equal(crm_value_decision(1, &C, &Q, &value, NULL), CRM_OK);
    assert_relative(value, 800 / 3. + 24, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history),         cmocka_unit_test(test_long),
        cmocka_unit_test(test_history_refused), cmocka_unit_test(test_potential),
        cmocka_unit_test(test_return),          cmocka_unit_test(test_three_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
