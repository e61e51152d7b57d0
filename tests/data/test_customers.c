/* The book: against a slow reference, the CDNOW figures, and the order of the rows. */
#include "csv.h"
#include "data/customers_reference.h"

static void check_random(const crm_context *context, int64_t n)
{
    row *rows = malloc((size_t)(n + 1) * sizeof *rows);
    expected *want = malloc((size_t)(n + 1) * sizeof *want);
    draw_rows(n, rows, 0);
    const settings s = draw_settings();
    const int64_t customers = reference(n, rows, &s, want);
    for (int pass = 0; pass < 2; pass++) {
        crm_customers *book = NULL;
        crm_error err;
        const crm_status status = from_rows(context, n, rows, &s, &book, &err);
        if (customers == 0) {
            assert_int_equal(status, CRM_E_NO_DATA);
            assert_null(book);
        } else {
            assert_int_equal(status, CRM_OK);
            assert_book(book, customers, want, 1);
            int64_t kept = 0;
            int64_t without = 0;
            for (int64_t i = 0; i < n; i++)
                kept += rows[i].time <= s.as_of;
            for (int64_t i = 0; i < customers; i++)
                without += isnan(want[i].x);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_ROWS), kept);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_LATER_ROWS), n - kept);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), without);
        }
        crm_customers_destroy(book);
        qsort(rows, (size_t)n, sizeof *rows, compare_rows); /* now in order: the straight way */
    }
    free(want);
    free(rows);
}

static void test_random(void **unused)
{
    (void)unused;
    crm_context *one = make_context(1, CRM_ISA_AVX512);
    crm_context *two = make_context(2, CRM_ISA_AVX2);
    crm_context *seven = make_context(7, CRM_ISA_BASELINE);
    const crm_context *contexts[4] = {NULL, one, two, seven};
    for (int i = 0; i < 600; i++)
        check_random(contexts[i % 4], 1 + below(i % 10 == 0 ? 3000 : 150));
    for (int i = 0; i < 60; i++)
        check_random(contexts[i % 4], 20000 + below(90000));
    crm_context_destroy(one);
    crm_context_destroy(two);
    crm_context_destroy(seven);
}

/* ---- the log gives the same book, costs included ---- */

static void test_log_with_costs(void **unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        const int64_t n = 1 + below(300);
        const int cost = (int)below(3) > 0;
        row *rows = malloc((size_t)n * sizeof *rows);
        expected *want = malloc((size_t)n * sizeof *want);
        draw_rows(n, rows, cost);
        const settings s = draw_settings();
        const int64_t customers = reference(n, rows, &s, want);
        crm_transactions *log = log_of_rows(n, rows, cost, NULL);
        crm_options *options = make_options(&s);
        crm_customers *book = NULL;
        const crm_status status =
            crm_customers_build(NULL, log, s.as_of, s.period, s.decimals, options, &book, NULL);
        assert_int_equal(status, customers ? CRM_OK : CRM_E_NO_DATA);
        if (customers) {
            assert_book(book, customers, want, 1);
            assert_int_equal(crm_customers_fact(book, CRM_BOOK_HAS_COST), cost);
        }
        crm_customers_destroy(book);
        crm_options_destroy(options);
        crm_transactions_destroy(log);
        free(want);
        free(rows);
    }
}

/* ---- CDNOW ---- */

static void test_cdnow_sample(void **unused)
{
    (void)unused;
    csv_log log;
    const char *path = test_data("cdnow_sample.csv");
    if (!path || !csv_read_log(path, &log)) {
        print_message("skipped: cdnow_sample.csv is not there (set CRM_DATA)\n");
        skip();
    }
    assert_int_equal(log.n, 6919);
    crm_customers *book = NULL;
    const int64_t until = csv_day(1997, 9, 30);
    assert_int_equal(crm_customers_from_columns(NULL, log.n, log.key, log.time, log.amount, until, 7, 2, NULL, &book,
                                                NULL),
                     CRM_OK);
    const int64_t n = crm_customers_count(book);
    assert_int_equal(n, 2357);
    const double *x = crm_customers_f64(book, CRM_CUSTOMER_X);
    const double *t_x = crm_customers_f64(book, CRM_CUSTOMER_T_X);
    const double *T = crm_customers_f64(book, CRM_CUSTOMER_T);
    const double *mean = crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND);
    const double *count = crm_customers_f64(book, CRM_CUSTOMER_SPEND_COUNT);
    const int64_t *revenue = crm_customers_i64(book, CRM_CUSTOMER_REVENUE);
    double sum_x = 0;
    double sum_t_x = 0;
    double sum_T = 0;
    double most = 0;
    double repeat = 0;
    int64_t none = 0;
    int64_t spenders = 0;
    int64_t sales = 0;
    for (int64_t i = 0; i < n; i++) {
        sum_x += x[i];
        sum_t_x += t_x[i];
        sum_T += T[i];
        most = x[i] > most ? x[i] : most;
        none += x[i] == 0;
        spenders += count[i] > 0;
        repeat += count[i] > 0 ? mean[i] * count[i] : 0;
        sales += revenue[i];
        assert_true(T[i] >= 27 && T[i] <= 272.0 / 7);
    }
    assert_true(sum_x == 2457);
    assert_int_equal(none, 1411);
    assert_true(most == 29);
    assert_close(sum_t_x, 16135.571429, 1e-10);
    assert_close(sum_T, 77111.285714, 1e-11);
    assert_int_equal(spenders, 946);
    assert_int_equal(sales, 17311555);
    assert_close(repeat, 95355.60, 1e-12);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_WITHOUT), 0);
    assert_int_equal(crm_customers_fact(book, CRM_BOOK_ROWS) + crm_customers_fact(book, CRM_BOOK_LATER_ROWS), 6919);
    crm_customers_destroy(book);
    csv_free(&log);
}

/* ---- properties ---- */

static void assert_same_books(const crm_customers *a, const crm_customers *b)
{
    const int64_t n = crm_customers_count(a);
    const size_t bytes = (size_t)n * 8;
    assert_int_equal(crm_customers_count(b), n);
    assert_memory_equal(crm_customers_keys(a), crm_customers_keys(b), bytes);
    for (int32_t c = CRM_CUSTOMER_X; c <= CRM_CUSTOMER_SPEND_COUNT; c++)
        assert_memory_equal(crm_customers_f64(a, c), crm_customers_f64(b, c), bytes);
    for (int32_t c = CRM_CUSTOMER_FIRST; c <= CRM_CUSTOMER_RECENT_MARGIN; c++)
        assert_memory_equal(crm_customers_i64(a, c), crm_customers_i64(b, c), bytes);
}

/* Neither the order of the rows nor how many rows a day's amount is cut into changes a bit. */
static void test_order_and_splits(void **unused)
{
    (void)unused;
    crm_context *two = make_context(2, CRM_ISA_BASELINE);
    for (int pass = 0; pass < 100; pass++) {
        const int64_t n = 1 + below(pass % 5 ? 200 : 20000);
        row *rows = malloc((size_t)(2 * n) * sizeof *rows);
        draw_rows(n, rows, 0);
        settings s = draw_settings();
        s.as_of += 100;
        crm_customers *book = NULL;
        crm_customers *same = NULL;
        const crm_status status = from_rows(NULL, n, rows, &s, &book, NULL);
        for (int64_t i = n - 1; i > 0; i--) {
            const int64_t j = below(i + 1);
            const row turn = rows[i];
            rows[i] = rows[j];
            rows[j] = turn;
        }
        for (int64_t i = 0; i < n; i++) {
            const int64_t part = below(2001) - 1000;
            rows[n + i] = rows[i];
            rows[n + i].amount = part;
            rows[i].amount -= part;
        }
        assert_int_equal(from_rows(two, 2 * n, rows, &s, &same, NULL), status);
        if (status == CRM_OK)
            assert_same_books(book, same);
        crm_customers_destroy(book);
        crm_customers_destroy(same);
        free(rows);
    }
    crm_context_destroy(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_log_with_costs),
        cmocka_unit_test(test_cdnow_sample),
        cmocka_unit_test(test_order_and_splits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
