/* Missing values and money, against exact rational arithmetic. */
#include "test.h"

#include "crmcore/base.h"

#include "money.inc"

enum { FROM_CASES = (int)(sizeof from_f64_case / sizeof from_f64_case[0]) };
enum { TO_CASES = (int)(sizeof to_f64_case / sizeof to_f64_case[0]) };

static void test_money_from_f64_is_exact(void **state)
{
    (void)state;
    for (int i = 0; i < FROM_CASES; i++) {
        int64_t got = -12345;
        crm_error err;
        assert_int_equal(crm_money_from_f64(1, &from_f64_case[i].amount, from_f64_case[i].decimals, &got, &err), CRM_OK);
        if (got != from_f64_case[i].minor)
            print_error("%.17g to %d decimals\n", from_f64_case[i].amount, from_f64_case[i].decimals);
        assert_true(got == from_f64_case[i].minor);
    }
}

static void test_money_from_f64_that_does_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof too_large_case / sizeof too_large_case[0]; i++) {
        int64_t got = -12345;
        assert_int_equal(crm_money_from_f64(1, &too_large_case[i].amount, too_large_case[i].decimals, &got, NULL),
                         CRM_E_OVERFLOW);
        assert_true(got == -12345);
    }
}

static void test_money_to_f64_is_rounded_once(void **state)
{
    (void)state;
    for (int i = 0; i < TO_CASES; i++) {
        double got = -1.0;
        assert_int_equal(crm_money_to_f64(1, &to_f64_case[i].minor, to_f64_case[i].decimals, &got, NULL), CRM_OK);
        assert_same_bits(got, to_f64_case[i].amount);
    }
}

static void test_prices_come_back(void **state)
{
    (void)state;
    const double price[] = {0.29, 1.005, 19.99, -0.07, 1e13 + 0.01};
    const int64_t want[] = {29, 100, 1999, -7, 1000000000000001};
    int64_t got[5];
    assert_int_equal(crm_money_from_f64(5, price, 2, got, NULL), CRM_OK);
    for (int i = 0; i < 5; i++)
        assert_true(got[i] == want[i]);

    uint64_t random = 1;
    for (int i = 0; i < 200000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const int64_t minor = (int64_t)(random >> 14) - ((int64_t)1 << 49);
        double amount;
        int64_t back;
        assert_int_equal(crm_money_to_f64(1, &minor, i % 10, &amount, NULL), CRM_OK);
        assert_int_equal(crm_money_from_f64(1, &amount, i % 10, &back, NULL), CRM_OK);
        assert_true(back == minor);
    }
}

static void assert_refused(double bad, crm_status want)
{
    double amount[20];
    int64_t out[20];
    crm_error err;
    for (int i = 0; i < 20; i++) {
        amount[i] = i;
        out[i] = 77;
    }
    amount[13] = bad;
    amount[15] = (double)NAN;
    assert_int_equal(crm_money_from_f64(20, amount, 2, out, &err), want);
    assert_int_equal(err.status, want);
    assert_int_equal(err.arg, 2);
    assert_int_equal(err.row, 13);
    assert_int_equal(err.bad_rows, 1);
    assert_same_bits(err.value, bad);
    for (int i = 0; i < 20; i++)
        assert_int_equal(out[i], 77);
}

static void test_money_from_f64_writes_all_or_nothing(void **state)
{
    (void)state;
    assert_refused((double)NAN, CRM_E_DOMAIN);
    assert_refused((double)INFINITY, CRM_E_DOMAIN);
    assert_refused(-(double)INFINITY, CRM_E_DOMAIN);
    assert_refused(92233720368547760.0, CRM_E_OVERFLOW);
    assert_refused(-92233720368547776.0, CRM_E_OVERFLOW);
    assert_refused(1e300, CRM_E_OVERFLOW);
    assert_refused(-1e19, CRM_E_OVERFLOW);
}

/* The last double that fits and the first that does not, for every number of decimals. */
static void test_money_from_f64_at_the_end_of_int64(void **state)
{
    (void)state;
    const double end[] = {0x1p63,
                          922337203685477580.8,
                          92233720368547758.08,
                          9223372036854775.808,
                          922337203685477.5808,
                          92233720368547.75808,
                          9223372036854.775808,
                          922337203685.4775808,
                          92233720368.54775808,
                          9223372036.854775808};
    double scale = 1.0;
    for (int32_t decimals = 0; decimals < 10; decimals++, scale *= 10.0) {
        double amount = end[decimals] * (1.0 + 0x1p-50);
        int64_t out = 0;
        assert_int_equal(crm_money_from_f64(1, &amount, decimals, &out, NULL), CRM_E_OVERFLOW);
        amount = -amount;
        assert_int_equal(crm_money_from_f64(1, &amount, decimals, &out, NULL), CRM_E_OVERFLOW);
        amount = end[decimals] * (1.0 - 0x1p-50);
        assert_int_equal(crm_money_from_f64(1, &amount, decimals, &out, NULL), CRM_OK);
        assert_true(INT64_MAX - out < 20000);
        amount = -amount;
        assert_int_equal(crm_money_from_f64(1, &amount, decimals, &out, NULL), CRM_OK);
        assert_true(out - INT64_MIN < 20000);
    }
    const double least = -0x1p63;
    const double most = 0x1p63;
    int64_t out = 0;
    assert_int_equal(crm_money_from_f64(1, &least, 0, &out, NULL), CRM_OK);
    assert_true(out == INT64_MIN);
    assert_int_equal(crm_money_from_f64(1, &most, 0, &out, NULL), CRM_E_OVERFLOW);
}

static void test_money_misuse(void **state)
{
    (void)state;
    const double amount = 1.0;
    const int64_t minor = 1;
    int64_t out_minor = 9;
    double out_amount = 9.0;
    crm_error err;
    assert_int_equal(crm_money_from_f64(-1, &amount, 2, &out_minor, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_money_from_f64(1, NULL, 2, &out_minor, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_money_from_f64(1, &amount, -1, &out_minor, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_money_from_f64(1, &amount, 10, &out_minor, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_money_from_f64(1, &amount, 2, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_money_from_f64(0, NULL, 2, NULL, &err), CRM_OK);

    assert_int_equal(crm_money_to_f64(-1, &minor, 2, &out_amount, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_money_to_f64(1, NULL, 2, &out_amount, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 2);
    assert_int_equal(crm_money_to_f64(1, &minor, 10, &out_amount, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_money_to_f64(1, &minor, 2, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_int_equal(crm_money_to_f64(0, NULL, 0, NULL, NULL), CRM_OK);
    assert_int_equal(out_minor, 9);
    assert_same_bits(out_amount, 9.0);
}

static void test_null_to_nan(void **state)
{
    (void)state;
    enum { ROWS = 200, BYTES = 40 };
    uint8_t valid[BYTES];
    uint64_t random = 7;
    for (int i = 0; i < BYTES; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        valid[i] = i % 3 == 0 ? 0xFF : (uint8_t)(random >> 50);
    }
    for (int64_t offset = 0; offset < 20; offset++)
        for (int64_t n = 0; n <= ROWS; n += 1 + n / 3) {
            double column[ROWS + 1];
            for (int i = 0; i <= ROWS; i++)
                column[i] = i - 0.5;
            crm_error err;
            assert_int_equal(crm_null_to_nan(n, valid, offset, column, &err), CRM_OK);
            assert_int_equal(err.status, CRM_OK);
            for (int64_t i = 0; i <= ROWS; i++) {
                const int64_t bit = offset + i;
                const int null = i < n && (valid[bit / 8] >> (bit % 8) & 1) == 0;
                if (null)
                    assert_same_bits(column[i], (double)NAN);
                else
                    assert_same_bits(column[i], (double)i - 0.5);
            }
        }
}

/* Not a byte of the bitmap is read behind the last bit (seen by the sanitizers and by valgrind). */
static void test_null_to_nan_reads_no_further(void **state)
{
    (void)state;
    for (int64_t offset = 0; offset < 8; offset++)
        for (int64_t n = 1; n < 40; n++) {
            const size_t bytes = (size_t)((offset + n + 7) / 8);
            uint8_t *valid = malloc(bytes);
            double *column = malloc((size_t)n * sizeof *column);
            assert_non_null(valid);
            assert_non_null(column);
            memset(valid, 0, bytes);
            for (int64_t i = 0; i < n; i++)
                column[i] = 1.0;
            assert_int_equal(crm_null_to_nan(n, valid, offset, column, NULL), CRM_OK);
            for (int64_t i = 0; i < n; i++)
                assert_true(isnan(column[i]));
            free(column);
            free(valid);
        }
}

static void test_null_to_nan_misuse(void **state)
{
    (void)state;
    const uint8_t valid = 0;
    double column = 3.0;
    crm_error err;
    assert_int_equal(crm_null_to_nan(-1, &valid, 0, &column, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 1);
    assert_int_equal(crm_null_to_nan(1, &valid, -1, &column, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_null_to_nan(1, &valid, INT64_MAX, &column, &err), CRM_E_ARGUMENT);
    assert_int_equal(err.arg, 3);
    assert_int_equal(crm_null_to_nan(1, &valid, 0, NULL, &err), CRM_E_NULL);
    assert_int_equal(err.arg, 4);
    assert_same_bits(column, 3.0);
    assert_int_equal(crm_null_to_nan(1, NULL, 0, &column, &err), CRM_OK);
    assert_same_bits(column, 3.0);
    assert_int_equal(crm_null_to_nan(0, NULL, 0, NULL, NULL), CRM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money_from_f64_is_exact),
        cmocka_unit_test(test_money_from_f64_that_does_not_fit),
        cmocka_unit_test(test_money_to_f64_is_rounded_once),
        cmocka_unit_test(test_prices_come_back),
        cmocka_unit_test(test_money_from_f64_writes_all_or_nothing),
        cmocka_unit_test(test_money_from_f64_at_the_end_of_int64),
        cmocka_unit_test(test_money_misuse),
        cmocka_unit_test(test_null_to_nan),
        cmocka_unit_test(test_null_to_nan_reads_no_further),
        cmocka_unit_test(test_null_to_nan_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
