/* The summary of many rows: columns that are made of whole numbers, or nearly, in parts by several workers
 * and by each instruction set. */
#include "data/summaries.h"

enum { N = 100000, ODD_ROW = 77777 }; /* a row that a look at a few does not see */

static double value[3 * N];
static plain_row rows[N];

typedef crm_summary *(*maker)(const crm_context *context);

static crm_summary *purchases(const crm_context *context)
{
    crm_summary *summary = NULL;
    assert_int_equal(
        crm_summary_of_purchases(context, N, value, value + N, value + 2 * N, NULL, &summary, NULL), CRM_OK);
    return summary;
}

static crm_summary *spend(const crm_context *context)
{
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_spend(context, N, value, value + N, NULL, &summary, NULL), CRM_OK);
    return summary;
}

/* Several workers and other instruction sets give the bytes that the calling thread alone gives. */
static crm_summary *same_everywhere(maker make)
{
    static const int32_t threads[4] = {1, 2, 2, 16};
    static const int32_t isa[4] = {CRM_ISA_AVX512, CRM_ISA_AVX2, CRM_ISA_BASELINE, CRM_ISA_AVX512};
    crm_summary *alone = make(NULL);
    for (int i = 0; i < 4; i++) {
        crm_context *whole = NULL;
        crm_context *limited = NULL;
        assert_int_equal(crm_context_create(NULL, NULL, threads[i], &whole, NULL), CRM_OK);
        assert_int_equal(crm_context_limit(whole, isa[i], &limited, NULL), CRM_OK);
        crm_summary *other = make(limited);
        assert_same_summary(alone, other);
        crm_summary_destroy(other);
        crm_context_destroy(limited);
        crm_context_destroy(whole);
    }
    return alone;
}

/* Ticks in periods of so many; odd: with two values that are not. */
static void fill_periods(double period, int64_t ticks, int odd)
{
    double *x = value;
    double *t_x = x + N;
    double *T = t_x + N;
    for (int64_t i = 0; i < N; i++) {
        const int64_t t = (int64_t)draw((uint64_t)ticks) + 1;
        const int64_t end = (int64_t)draw((uint64_t)ticks) + t;
        x[i] = (double)draw(4);
        t_x[i] = x[i] > 0.0 ? (double)t / period : 0.0;
        T[i] = (double)end / period;
    }
    if (odd) {
        T[ODD_ROW] = nextafter(T[ODD_ROW], 1e9);
        x[ODD_ROW + 1] = 3e9;
        t_x[ODD_ROW + 1] = T[ODD_ROW + 1];
    }
    for (int64_t i = 0; i < N; i++) {
        const plain_row row = {{x[i], t_x[i], T[i], 1.0}};
        rows[i] = row;
    }
}

static void test_periods(void **state)
{
    (void)state;
    static const double period[] = {1.0, 7.0, 30.4375, 365.25, 604800.0, 7.3, 1e-3};
    static const int64_t ticks[] = {60, 60, 900, 3000, 40000000, 60, 60};
    for (int k = 0; k < 7; k++)
        for (int odd = 0; odd < 2; odd++) {
            fill_periods(period[k], ticks[k], odd);
            crm_summary *summary = same_everywhere(purchases);
            assert_cells(summary, CRM_I_PURCHASES, rows, N);
            crm_summary_destroy(summary);
        }
}

/* How a mean is made of a sum in minor units. */
static double mean_of(int way, int64_t sum, double count)
{
    switch (way) {
    case 0:
        return (double)sum / (count * 100.0);
    case 1:
        return (double)sum / 100.0 / count;
    case 2:
        return (double)sum / count;
    case 3:
        return (double)sum * 1e5 / (count * 1000.0);
    default:
        return (double)sum / 3.0 / count * 1.1;
    }
}

static void test_spend(void **state)
{
    (void)state;
    for (int way = 0; way < 5; way++)
        for (int odd = 0; odd < 3; odd++) {
            int64_t kept = 0;
            for (int64_t i = 0; i < N; i++) {
                const double count = odd == 2 ? (double)draw(5) : (double)(1 + draw(5));
                const double mean = mean_of(way, (int64_t)(1 + draw(20000)), count > 0.0 ? count : 1.0);
                value[i] = count;
                value[N + i] = i == ODD_ROW && odd == 1 ? nextafter(mean, 1e9) : mean;
                const plain_row row = {{count, value[N + i], 1.0, 0.0}};
                rows[kept] = row;
                kept += count > 0.0;
            }
            crm_summary *summary = same_everywhere(spend);
            assert_cells(summary, CRM_I_SPENDS, rows, kept);
            crm_summary_destroy(summary);
        }
}

/* Whoever finds a bad row, the first is told. */
static void test_first_wrong(void **state)
{
    (void)state;
    crm_context *context = NULL;
    assert_int_equal(crm_context_create(NULL, NULL, 4, &context, NULL), CRM_OK);
    for (int first = 0; first < 3; first++) {
        fill_periods(7.0, 60, 0);
        const int64_t wrong = (int64_t)first * (N / 2 - 10) + 5;
        value[N - 1] = -1.0;
        value[wrong] = 0.5;
        crm_summary *summary = NULL;
        crm_error err;
        assert_int_equal(
            crm_summary_of_purchases(context, N, value, value + N, value + 2 * N, NULL, &summary, &err),
            CRM_E_DOMAIN);
        assert_null(summary);
        assert_int_equal(err.row, wrong);
        assert_int_equal(err.arg, 3);
        assert_true(err.value == 0.5);
    }
    crm_context_destroy(context);
}

static crm_customers *book;

static crm_summary *of_book(const crm_context *context)
{
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_customers(context, book, &summary, NULL), CRM_OK);
    return summary;
}

/* A book of many customers gives the cells that its columns give. */
static void test_book(void **state)
{
    (void)state;
    enum { ROWS = 200000 };
    uint64_t *key = malloc(ROWS * sizeof *key);
    int64_t *time = malloc(ROWS * sizeof *time);
    int64_t *amount = malloc(ROWS * sizeof *amount);
    assert_true(key && time && amount);
    for (int64_t wide = 0; wide < 2; wide++) {
        for (int64_t i = 0; i < ROWS; i++) {
            key[i] = draw(80000);
            time[i] = (int64_t)draw(wide ? UINT64_C(1) << 40 : 90);
            amount[i] = (int64_t)draw(10000) - 200;
        }
        assert_int_equal(crm_customers_from_columns(NULL, ROWS, key, time, amount, INT64_C(1) << 41, 7.0, 2,
                                                    NULL, &book, NULL),
                         CRM_OK);
        crm_summary *summary = same_everywhere(of_book);
        const int64_t n = crm_customers_count(book);
        int64_t kept = 0;
        for (int64_t i = 0; i < n; i++) {
            const plain_row row = {{crm_customers_f64(book, CRM_CUSTOMER_SPEND_COUNT)[i],
                                    crm_customers_f64(book, CRM_CUSTOMER_MEAN_SPEND)[i], 1.0, 0.0}};
            rows[kept] = row;
            kept += row.value[0] > 0.0;
        }
        assert_cells(summary, CRM_I_SPENDS, rows, kept);
        kept = 0;
        for (int64_t i = 0; i < n; i++) {
            const plain_row row = {{crm_customers_f64(book, CRM_CUSTOMER_X)[i],
                                    crm_customers_f64(book, CRM_CUSTOMER_T_X)[i],
                                    crm_customers_f64(book, CRM_CUSTOMER_T)[i], 1.0}};
            rows[kept] = row;
            kept += row.value[0] >= 0.0;
        }
        assert_cells(summary, CRM_I_PURCHASES, rows, kept);
        crm_summary_destroy(summary);
        crm_customers_destroy(book);
    }
    free(key);
    free(time);
    free(amount);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_spend),
        cmocka_unit_test(test_first_wrong),
        cmocka_unit_test(test_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
