/* What happened after a date: repeat purchases of a log over time, and of a book's customers since. */
#include "test.h"

#include "crmcore.h"

/* Customer 1: first at 10, repeats at 12 (two rows netted to 0, which counts) and 20; a return at 15.
 * Customer 2: a return at 8, first at 11, a repeat at 30. Customer 3: first at 25. Customer 4: only a return.
 */
static const uint64_t key[] = {1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4};
static const int64_t tick[] = {10, 12, 12, 15, 20, 8, 11, 30, 25, 26, 9};
static const int64_t amount[] = {5, 4, -4, -1, 7, -3, 2, 2, 9, 1, -2};
enum { ROWS = sizeof key / sizeof key[0] };

static crm_transactions *frozen(void)
{
    crm_transactions *log = NULL;
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, NULL), CRM_OK);
    assert_int_equal(crm_transactions_append(log, ROWS, key, tick, amount, NULL), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, log, NULL), CRM_OK);
    return log;
}

static crm_customers *book_until(const crm_transactions *log, int64_t as_of)
{
    crm_customers *book = NULL;
    assert_int_equal(crm_customers_build(NULL, log, as_of, 1.0, 0, NULL, &book, NULL), CRM_OK);
    return book;
}

static void repeats(void **state)
{
    (void)state;
    static const int64_t until[] = {5, 11, 12, 19, 20, 20, 29, 30, 99};
    static const int64_t all[] = {0, 0, 1, 1, 2, 2, 3, 4, 4};
    static const int64_t early[] = {0, 0, 1, 1, 2, 2, 2, 3, 3};
    int64_t got[9];
    crm_transactions *log = frozen();
    assert_int_equal(crm_transactions_repeats(log, 99, 9, until, got, NULL), CRM_OK);
    assert_memory_equal(got, all, sizeof all);
    assert_int_equal(crm_transactions_repeats(log, 11, 9, until, got, NULL), CRM_OK);
    assert_memory_equal(got, early, sizeof early);
    assert_int_equal(crm_transactions_repeats(log, 9, 9, until, got, NULL), CRM_OK);
    assert_int_equal(got[8], 0);
    assert_int_equal(crm_transactions_repeats(log, 99, 0, NULL, NULL, NULL), CRM_OK);
    /* what a book says at each date */
    for (int64_t as_of = 10; as_of < 32; as_of++) {
        crm_customers *book = book_until(log, as_of);
        const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
        double sum = 0.0;
        for (int64_t i = 0; i < crm_customers_count(book); i++)
            sum += isnan(x[i]) ? 0.0 : x[i];
        assert_int_equal(crm_transactions_repeats(log, 99, 1, &as_of, got, NULL), CRM_OK);
        assert_true((double)got[0] == sum);
        crm_customers_destroy(book);
    }
    crm_transactions_destroy(log);
}

static void since(void **state)
{
    (void)state;
    double got[4];
    crm_transactions *log = frozen();
    crm_customers *book = book_until(log, 12);
    crm_customers *later = book_until(log, 30);
    assert_int_equal(crm_customers_count(book), 3); /* 1, 2, and 4 that never bought */
    assert_int_equal(crm_customers_since(book, later, got, NULL), CRM_OK);
    assert_true(got[0] == 1.0 && got[1] == 1.0 && isnan(got[2]));
    assert_int_equal(crm_customers_since(book, book, got, NULL), CRM_OK);
    assert_true(got[0] == 0.0 && got[1] == 0.0 && isnan(got[2]));
    crm_error err;
    assert_int_equal(crm_customers_since(later, book, got, &err), CRM_E_ORDER);
    assert_int_equal(crm_customers_since(NULL, later, got, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_since(book, NULL, got, &err), CRM_E_NULL);
    assert_int_equal(crm_customers_since(book, later, NULL, &err), CRM_E_NULL);

    /* of another log: a customer who is missing, one who bought less */
    static const uint64_t other_key[] = {1, 2, 2, 4};
    static const int64_t other_tick[] = {10, 10, 31, 31};
    static const int64_t other_amount[] = {1, 1, 1, 1};
    crm_customers *other = NULL;
    assert_int_equal(crm_customers_from_columns(NULL, 1, other_key, other_tick, other_amount, 40, 1.0, 0,
                                                NULL, &other, NULL),
                     CRM_OK);
    got[0] = 77.0;
    assert_int_equal(crm_customers_since(book, other, got, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.row, 0);
    assert_int_equal(crm_customers_since(later, other, got, &err), CRM_E_ARGUMENT);
    crm_customers_destroy(other);
    assert_int_equal(crm_customers_from_columns(NULL, 2, other_key + 2, other_tick + 2, other_amount, 40, 1.0,
                                                0, NULL, &other, NULL),
                     CRM_OK);
    assert_int_equal(crm_customers_since(book, other, got, &err), CRM_E_KEY);
    assert_true(got[0] == 77.0);
    assert_int_equal(err.row, 0);
    crm_customers_destroy(other);
    crm_customers_destroy(later);
    crm_customers_destroy(book);
    crm_transactions_destroy(log);
}

static void misuse(void **state)
{
    (void)state;
    static const int64_t falling[] = {3, 2};
    int64_t got[2];
    crm_error err;
    crm_transactions *log = frozen();
    crm_transactions *open = NULL;
    assert_int_equal(crm_transactions_create(NULL, NULL, &open, NULL), CRM_OK);
    assert_int_equal(crm_transactions_repeats(NULL, 0, 1, falling, got, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_repeats(open, 0, 1, falling, got, &err), CRM_E_STATE);
    assert_int_equal(crm_transactions_repeats(log, 0, -1, falling, got, &err), CRM_E_ARGUMENT);
    assert_int_equal(crm_transactions_repeats(log, 0, 1, NULL, got, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_repeats(log, 0, 1, falling, NULL, &err), CRM_E_NULL);
    assert_int_equal(crm_transactions_repeats(log, 0, 2, falling, got, &err), CRM_E_ORDER);
    assert_int_equal(err.row, 1);
    crm_transactions_destroy(open);
    crm_transactions_destroy(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeats),
        cmocka_unit_test(since),
        cmocka_unit_test(misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
