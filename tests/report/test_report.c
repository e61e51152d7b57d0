/* The report: it holds together with the rooms it is made of, refuses what it must, and leaves nothing behind. */
#include "failing.h"
#include "test.h"

#include "crmcore.h"

enum { ROWS = 6000, DAYS = 300 };

typedef struct log_columns {
    uint64_t key[ROWS];
    int64_t time[ROWS], amount[ROWS], cost[ROWS];
} log_columns;

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double uniform(uint64_t *state)
{
    return ((double)(next(state) >> 11) + 0.5) * 0x1p-53;
}

/* Customers who buy at rates of their own, may leave after each purchase, and spend around a mean of their own: as the
 * models see them, but drawn without the library. Every customer buys once at least. */
static const log_columns *the_log(void)
{
    static log_columns c;
    uint64_t state = 88172645463325252u;
    int rows = 0;
    for (uint64_t k = 0; rows < ROWS; k++) {
        const double rate = -0.06 * log(uniform(&state)), leave = 0.5 * uniform(&state) * uniform(&state);
        const double mean = 1500.0 / (0.25 + uniform(&state));
        double day = 60.0 * uniform(&state);
        do {
            c.key[rows] = k;
            c.time[rows] = (int64_t)day;
            c.amount[rows] = (int64_t)(mean * (0.4 + 1.2 * uniform(&state)));
            c.cost[rows] = c.amount[rows] * (40 + (int64_t)(k % 30)) / 100;
            rows++;
            day -= log(uniform(&state)) / rate;
        } while (day < DAYS && rows < ROWS && uniform(&state) > leave);
    }
    return &c;
}

static crm_customers *plain_book(const crm_context *context, int64_t rows)
{
    const log_columns *c = the_log();
    crm_customers *b = NULL;
    crm_error e;
    assert_int_equal(crm_customers_from_columns(context, rows, c->key, c->time, c->amount, DAYS, 7.0, 2, NULL, &b, &e), CRM_OK);
    return b;
}

/* With costs, and a window of recent profit. */
static crm_customers *book_with_costs(double recent)
{
    const log_columns *c = the_log();
    crm_transactions *log = NULL;
    crm_customers *b = NULL;
    crm_options *o = NULL;
    crm_error e;
    assert_int_equal(crm_options_create(NULL, &o, &e), CRM_OK);
    assert_int_equal(crm_options_set_f64(o, CRM_OPTION_RECENT_TICKS, recent, &e), CRM_OK);
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, &e), CRM_OK);
    assert_int_equal(crm_transactions_append(log, ROWS, c->key, c->time, c->amount, &e), CRM_OK);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, ROWS, c->cost, &e), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, log, &e), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, log, DAYS, 7.0, 2, o, &b, &e), CRM_OK);
    crm_transactions_destroy(log);
    crm_options_destroy(o);
    return b;
}

static crm_options *options(void)
{
    crm_options *o = NULL;
    assert_int_equal(crm_options_create(NULL, &o, NULL), CRM_OK);
    return o;
}

static double figure(const crm_report *r, int32_t id)
{
    double value = 0.0;
    crm_error e;
    assert_int_equal(crm_report_total(r, id, &value, NULL, &e), CRM_OK);
    return value;
}

/* Each column is what the rooms below give for the models of the report. */
static void test_holds_together(void **state)
{
    (void)state;
    crm_customers *b = book_with_costs(100.0);
    crm_options *o = options();
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_options_set_f64(o, CRM_OPTION_HORIZON, 52.0, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_OK);
    assert_int_equal(e.status, CRM_OK);
    const int64_t n = crm_customers_count(b);
    const double *x = crm_customers_f64(b, CRM_CUSTOMER_X), *t_x = crm_customers_f64(b, CRM_CUSTOMER_T_X),
                 *T = crm_customers_f64(b, CRM_CUSTOMER_T);
    double *out = malloc(8 * (size_t)n * sizeof *out), *se = out + n, *disc = out + 2 * n, *spend = out + 3 * n;
    const double rate = figure(r, CRM_FIGURE_MARGIN_RATE), delta = figure(r, CRM_FIGURE_DISCOUNT);
    assert_close(rate, figure(r, CRM_FIGURE_MARGIN) / figure(r, CRM_FIGURE_REVENUE), 1e-15);
    assert_true(rate > 0.3 && rate < 0.61);

    const crm_model *m = crm_report_model(r), *s = crm_report_spend_model(r);
    assert_int_equal(crm_model_p_alive(NULL, m, n, x, t_x, T, 0.0, out, se, &e), CRM_OK);
    for (int64_t i = 0; i < n; i++) {
        assert_same_bits(crm_report_f64(r, CRM_REPORT_P_ALIVE)[i], out[i]);
        assert_same_bits(crm_report_f64(r, CRM_REPORT_P_ALIVE_SE)[i], se[i]);
    }
    assert_int_equal(crm_model_expected(NULL, m, n, x, t_x, T, 52.0, out, se, &e), CRM_OK);
    double expected = 0.0;
    for (int64_t i = 0; i < n; i++) {
        assert_relative(crm_report_f64(r, CRM_REPORT_EXPECTED)[i], out[i], 1e-12);
        assert_relative(crm_report_f64(r, CRM_REPORT_EXPECTED_SE)[i], se[i], 1e-9);
        expected += out[i];
    }
    assert_relative(figure(r, CRM_FIGURE_EXPECTED), expected, 1e-11);
    assert_int_equal(crm_model_discounted(NULL, m, n, x, t_x, T, 52.0, delta, disc, NULL, &e), CRM_OK);
    assert_int_equal(crm_model_spend(NULL, s, n, crm_customers_f64(b, CRM_CUSTOMER_SPEND_COUNT),
                                     crm_customers_f64(b, CRM_CUSTOMER_MEAN_SPEND), spend, NULL, &e), CRM_OK);
    const double *value = crm_report_f64(r, CRM_REPORT_VALUE), *profit = crm_report_f64(r, CRM_REPORT_PROFIT);
    double equity = 0.0, threshold = figure(r, CRM_FIGURE_THRESHOLD);
    for (int64_t i = 0; i < n; i++) {
        assert_relative(crm_report_f64(r, CRM_REPORT_DISCOUNTED)[i], disc[i], 1e-12);
        assert_relative(crm_report_f64(r, CRM_REPORT_SPEND)[i], spend[i], 1e-15);
        assert_relative(value[i], rate * disc[i] * spend[i], 1e-12);
        assert_true(crm_report_f64(r, CRM_REPORT_VALUE_SE)[i] > 0.0);
        assert_close(profit[i], (double)crm_customers_i64(b, CRM_CUSTOMER_RECENT_MARGIN)[i] / 100.0, 1e-15);
        const int32_t class = profit[i] > 0.0 ? (value[i] >= threshold ? CRM_CLASS_INVEST : CRM_CLASS_NURTURE)
                                              : (value[i] >= threshold ? CRM_CLASS_REENGINEER : CRM_CLASS_SACK);
        assert_int_equal(crm_report_class(r)[i], class);
        assert_true(crm_report_tier(r)[i] >= 1 && crm_report_tier(r)[i] <= 4);
        equity += value[i];
    }
    double total, total_se;
    assert_int_equal(crm_report_total(r, CRM_FIGURE_EQUITY, &total, &total_se, &e), CRM_OK);
    assert_relative(total, equity, 1e-11);
    assert_relative(threshold, equity / (double)n, 1e-11);
    /* Parameters are shared: the standard error of the sum is far above that of independent rows. */
    double independent = 0.0, comonotone = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double v = crm_report_f64(r, CRM_REPORT_VALUE_SE)[i];
        independent += v * v;
        comonotone += v;
    }
    assert_true(total_se > sqrt(independent) && total_se <= comonotone * (1.0 + 1e-12));
    free(out);
    crm_report_destroy(r);
    crm_options_destroy(o);
    crm_customers_destroy(b);
}

/* Without costs the margin is revenue at the rate; without a window the profit is of the whole log. */
static void test_margin_and_window(void **state)
{
    (void)state;
    crm_customers *b = plain_book(NULL, ROWS);
    crm_options *o = options();
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_OK);
    assert_true(figure(r, CRM_FIGURE_MARGIN_RATE) == 1.0);
    assert_true(isinf(figure(r, CRM_FIGURE_HORIZON)));
    const double whole = figure(r, CRM_FIGURE_EQUITY), profit = figure(r, CRM_FIGURE_PROFIT);
    assert_true(isnan(crm_report_f64(r, CRM_REPORT_EXPECTED)[0]));
    assert_true(isnan(figure(r, CRM_FIGURE_EXPECTED)));
    crm_report_destroy(r);
    assert_int_equal(crm_options_set_f64(o, CRM_OPTION_MARGIN_RATE, 0.25, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_OK);
    assert_relative(figure(r, CRM_FIGURE_EQUITY), 0.25 * whole, 1e-12);
    assert_relative(figure(r, CRM_FIGURE_PROFIT), 0.25 * profit, 1e-12);
    assert_relative(figure(r, CRM_FIGURE_MARGIN), 0.25 * figure(r, CRM_FIGURE_REVENUE), 1e-15);
    double sum = 0.0;
    for (int64_t i = 0; i < crm_customers_count(b); i++)
        sum += crm_report_f64(r, CRM_REPORT_PROFIT)[i];
    assert_relative(figure(r, CRM_FIGURE_PROFIT), sum, 1e-12);
    crm_report_destroy(r);
    crm_options_destroy(o);
    crm_customers_destroy(b);
}

static void test_tiers_and_threshold(void **state)
{
    (void)state;
    crm_customers *b = plain_book(NULL, ROWS);
    crm_options *o = options();
    crm_report *r = NULL;
    crm_error e;
    const double two[2] = {0.2, 0.8}, bad[2] = {0.2, 0.7};
    assert_int_equal(crm_options_set_f64s(o, CRM_OPTION_TIERS, 2, two, &e), CRM_OK);
    assert_int_equal(crm_options_set_f64(o, CRM_OPTION_THRESHOLD, -1.0, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_OK);
    int64_t gold = 0;
    const int64_t n = crm_customers_count(b);
    for (int64_t i = 0; i < n; i++) {
        gold += crm_report_tier(r)[i] == 1;
        assert_true(crm_report_class(r)[i] == CRM_CLASS_INVEST || crm_report_class(r)[i] == CRM_CLASS_REENGINEER);
    }
    assert_true(gold >= n / 5 && gold <= n / 4);
    crm_report_destroy(r);
    r = NULL;
    assert_int_equal(crm_options_set_f64s(o, CRM_OPTION_TIERS, 2, bad, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_E_DOMAIN);
    assert_int_equal(e.arg, 3);
    assert_int_equal(crm_report_build(NULL, b, o, &r, NULL), CRM_E_DOMAIN);
    assert_null(r);
    crm_options_destroy(o);
    crm_customers_destroy(b);
}

static void test_refuses(void **state)
{
    (void)state;
    crm_customers *b = plain_book(NULL, ROWS);
    crm_options *o = options();
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_report_build(NULL, NULL, NULL, &r, &e), CRM_E_NULL);
    assert_int_equal(e.arg, 2);
    assert_int_equal(crm_report_build(NULL, b, NULL, NULL, &e), CRM_E_NULL);
    assert_int_equal(e.arg, 4);
    assert_int_equal(crm_options_set_f64(o, CRM_OPTION_DISCOUNT, 0.0, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_E_DOMAIN);
    assert_int_equal(crm_options_set_f64(o, CRM_OPTION_HORIZON, 10.0, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_OK);
    crm_report_destroy(r);
    r = NULL;
    for (int32_t kind = 1; kind <= crm_kind_count(); kind++) {
        if (crm_kind_supports(kind, CRM_QUANTITY_DISCOUNTED))
            continue;
        assert_int_equal(crm_options_set_i64(o, CRM_OPTION_MODEL, kind, &e), CRM_OK);
        assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_E_UNSUPPORTED);
    }
    assert_int_equal(crm_options_set_i64(o, CRM_OPTION_MODEL, CRM_MODEL_BG_NBD, &e), CRM_OK);
    assert_int_equal(crm_options_set_i64(o, CRM_OPTION_FIT_ITERATIONS, 1, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, o, &r, &e), CRM_E_STATE);
    assert_null(r);
    double value = 7.0;
    assert_int_equal(crm_report_total(NULL, CRM_FIGURE_EQUITY, &value, NULL, &e), CRM_E_NULL);
    assert_true(value == 7.0);
    assert_null(crm_report_f64(NULL, CRM_REPORT_VALUE));
    assert_null(crm_report_tier(NULL));
    assert_null(crm_report_class(NULL));
    assert_null(crm_report_model(NULL));
    assert_null(crm_report_spend_model(NULL));
    crm_report_destroy(NULL);
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_OK);
    assert_null(crm_report_f64(r, 0));
    assert_null(crm_report_f64(r, 99));
    assert_int_equal(crm_report_total(r, CRM_FIGURE_EQUITY, NULL, NULL, &e), CRM_E_NULL);
    assert_int_equal(crm_report_total(r, 0, &value, NULL, &e), CRM_E_ARGUMENT);
    assert_int_equal(crm_report_total(r, 12, &value, NULL, &e), CRM_E_ARGUMENT);
    assert_true(value == 7.0);
    crm_report_destroy(r);
    crm_options_destroy(o);
    crm_customers_destroy(b);
}

/* A book at a later date has no recent columns: the profit is that of the whole log, by margin or by revenue. */
static void test_advanced_book(void **state)
{
    (void)state;
    for (int costs = 0; costs < 2; costs++) {
        crm_customers *b = costs ? book_with_costs(100.0) : plain_book(NULL, ROWS), *later = NULL;
        crm_report *r = NULL;
        crm_error e;
        assert_int_equal(crm_customers_advance(NULL, b, DAYS + 7, &later, &e), CRM_OK);
        assert_int_equal(crm_report_build(NULL, later, NULL, &r, &e), CRM_OK);
        const int64_t *whole = crm_customers_i64(b, costs ? CRM_CUSTOMER_MARGIN : CRM_CUSTOMER_REVENUE);
        for (int64_t i = 0; i < crm_customers_count(b); i++)
            assert_close(crm_report_f64(r, CRM_REPORT_PROFIT)[i], (double)whole[i] / 100.0, 1e-15);
        crm_report_destroy(r);
        crm_customers_destroy(later);
        crm_customers_destroy(b);
    }
}

/* A base that gave back more than it bought has no margin rate of its own: the rate is 1, and said. */
static void test_revenue_below_zero(void **state)
{
    (void)state;
    const log_columns *c = the_log();
    const uint64_t key = 1234567;
    const int64_t time = 5, amount = -900000000, cost = 0;
    crm_transactions *log = NULL;
    crm_customers *b = NULL;
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_transactions_create(NULL, NULL, &log, &e), CRM_OK);
    assert_int_equal(crm_transactions_append(log, ROWS, c->key, c->time, c->amount, &e), CRM_OK);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, 0, ROWS, c->cost, &e), CRM_OK);
    assert_int_equal(crm_transactions_append(log, 1, &key, &time, &amount, &e), CRM_OK);
    assert_int_equal(crm_transactions_put(log, CRM_TX_COST, ROWS, 1, &cost, &e), CRM_OK);
    assert_int_equal(crm_transactions_freeze(NULL, log, &e), CRM_OK);
    assert_int_equal(crm_customers_build(NULL, log, DAYS, 7.0, 2, NULL, &b, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_OK);
    assert_true(figure(r, CRM_FIGURE_REVENUE) < 0.0);
    assert_true(figure(r, CRM_FIGURE_MARGIN_RATE) == 1.0);
    crm_report_destroy(r);
    crm_customers_destroy(b);
    crm_transactions_destroy(log);
}

/* Whatever the limit of evaluations: a report of two maxima, or a word about the fit that is none. */
static void test_either_fit_unfinished(void **state)
{
    (void)state;
    crm_customers *b = plain_book(NULL, ROWS);
    crm_options *o = options();
    crm_error e;
    int refused = 0, built = 0;
    for (int64_t limit = 1; limit <= 24; limit++) {
        crm_report *r = NULL;
        assert_int_equal(crm_options_set_i64(o, CRM_OPTION_FIT_ITERATIONS, limit, &e), CRM_OK);
        const crm_status s = crm_report_build(NULL, b, o, &r, &e);
        assert_true(s == CRM_E_STATE || s == CRM_OK);
        if (s == CRM_OK) {
            assert_true(crm_model_fact(crm_report_model(r), CRM_FACT_CONVERGED) == 1.0);
            assert_true(crm_model_fact(crm_report_spend_model(r), CRM_FACT_CONVERGED) == 1.0);
        } else {
            assert_null(r);
            assert_non_null(strstr(e.text, "did not converge"));
        }
        refused += s == CRM_E_STATE;
        built += s == CRM_OK;
        crm_report_destroy(r);
    }
    assert_true(refused > 0 && built > 0);
    crm_options_destroy(o);
    crm_customers_destroy(b);
}

/* Nobody buys twice, or nothing costs anything: there is no spend model, and no value, but P(alive) stands. */
static void test_without_spend(void **state)
{
    (void)state;
    log_columns *c = malloc(sizeof *c);
    memcpy(c, the_log(), sizeof *c);
    for (int i = 0; i < ROWS; i++)
        c->amount[i] = 0;
    crm_customers *b = NULL;
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_customers_from_columns(NULL, ROWS, c->key, c->time, c->amount, DAYS, 7.0, 2, NULL, &b, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_OK);
    assert_null(crm_report_spend_model(r));
    assert_true(isnan(figure(r, CRM_FIGURE_EQUITY)) && isnan(figure(r, CRM_FIGURE_THRESHOLD)));
    for (int64_t i = 0; i < crm_customers_count(b); i++) {
        assert_true(isnan(crm_report_f64(r, CRM_REPORT_VALUE)[i]) && isnan(crm_report_f64(r, CRM_REPORT_SPEND)[i]));
        assert_true(crm_report_f64(r, CRM_REPORT_P_ALIVE)[i] >= 0.0);
        assert_int_equal(crm_report_tier(r)[i], 0);
        assert_int_equal(crm_report_class(r)[i], 0);
    }
    crm_report_destroy(r);
    crm_customers_destroy(b);
    free(c);
}

/* A customer who only ever returned something is a row of NaN in tier 0, but its returns lower revenue and profit. */
static void test_customer_without_purchase(void **state)
{
    (void)state;
    log_columns *c = malloc(sizeof *c);
    memcpy(c, the_log(), sizeof *c);
    c->key[0] = 1234567;
    c->amount[0] = -5000;
    crm_customers *b = NULL;
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_customers_from_columns(NULL, ROWS, c->key, c->time, c->amount, DAYS, 7.0, 2, NULL, &b, &e), CRM_OK);
    assert_int_equal(crm_customers_fact(b, CRM_BOOK_WITHOUT), 1);
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_OK);
    const int64_t last = crm_customers_count(b) - 1;
    assert_int_equal(crm_customers_keys(b)[last], 1234567);
    for (int32_t column = CRM_REPORT_P_ALIVE; column <= CRM_REPORT_P_ALIVE_SE; column++)
        assert_true(isnan(crm_report_f64(r, column)[last]));
    assert_true(crm_report_f64(r, CRM_REPORT_PROFIT)[last] == -50.0);
    assert_int_equal(crm_report_tier(r)[last], 0);
    assert_int_equal(crm_report_class(r)[last], 0);
    assert_true(isfinite(figure(r, CRM_FIGURE_EQUITY)));
    crm_report_destroy(r);
    crm_customers_destroy(b);
    free(c);
}

/* Data that identify nothing: the report says so, gives no standard error, and still stands. */
static void test_not_identified(void **state)
{
    (void)state;
    const uint64_t key[3] = {1, 2, 3};
    const int64_t time[3] = {0, 3, 7}, amount[3] = {100, 200, 300};
    crm_customers *b = NULL;
    crm_report *r = NULL;
    crm_error e;
    assert_int_equal(crm_customers_from_columns(NULL, 3, key, time, amount, 50, 7.0, 2, NULL, &b, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_NOT_IDENTIFIED);
    assert_int_equal(e.status, CRM_NOT_IDENTIFIED);
    assert_true(strlen(e.text) > 10);
    assert_true(isnan(crm_report_f64(r, CRM_REPORT_P_ALIVE_SE)[0]));
    assert_true(crm_report_f64(r, CRM_REPORT_P_ALIVE)[0] == 1.0);
    crm_report_destroy(r);
    crm_customers_destroy(b);
}

/* Spend whose mean does not exist, by a fit whose remark is another: no spend for anybody, and a report nevertheless. */
static void test_no_mean_not_identified(void **state)
{
    (void)state;
    const uint64_t key[7] = {1, 1, 2, 2, 3, 3, 4};
    const int64_t time[7] = {51, 97, 54, 96, 51, 65, 10}, amount[7] = {165, 143, 13373, 14525, 385, 419, 500};
    crm_customers *b = NULL;
    crm_report *r = NULL;
    crm_error e;
    double parameter[3];
    assert_int_equal(crm_customers_from_columns(NULL, 7, key, time, amount, 120, 7.0, 2, NULL, &b, &e), CRM_OK);
    assert_int_equal(crm_report_build(NULL, b, NULL, &r, &e), CRM_NOT_IDENTIFIED);
    assert_int_equal(crm_model_parameters(crm_report_spend_model(r), parameter, NULL, &e), CRM_OK);
    assert_true(parameter[1] <= 1.0);
    assert_true(crm_model_fact(crm_report_spend_model(r), CRM_FACT_STATUS) == CRM_NOT_IDENTIFIED);
    for (int i = 0; i < 4; i++) {
        assert_true(isnan(crm_report_f64(r, CRM_REPORT_SPEND)[i]));
        assert_true(isnan(crm_report_f64(r, CRM_REPORT_VALUE)[i]));
        assert_int_equal(crm_report_tier(r)[i], 0);
    }
    crm_report_destroy(r);
    crm_customers_destroy(b);
}

/* The same bits for any number of workers. */
static void test_workers(void **state)
{
    (void)state;
    static const int32_t workers[3] = {2, 7, 64};
    crm_customers *b = plain_book(NULL, ROWS);
    const size_t bytes = (size_t)crm_customers_count(b) * sizeof(double);
    crm_report *one = NULL, *many = NULL;
    crm_error e;
    assert_int_equal(crm_report_build(NULL, b, NULL, &one, &e), CRM_OK);
    for (int i = 0; i < 3; i++) {
        crm_context *context = NULL;
        assert_int_equal(crm_context_create(NULL, NULL, workers[i], &context, &e), CRM_OK);
        assert_int_equal(crm_report_build(context, b, NULL, &many, &e), CRM_OK);
        for (int32_t column = CRM_REPORT_PROFIT; column <= CRM_REPORT_P_ALIVE_SE; column++)
            if (column != CRM_REPORT_EXPECTED && column != CRM_REPORT_EXPECTED_SE)
                assert_memory_equal(crm_report_f64(one, column), crm_report_f64(many, column), bytes);
        crm_report_destroy(many);
        crm_context_destroy(context);
    }
    crm_report_destroy(one);
    crm_customers_destroy(b);
}

typedef struct watch {
    double last;
    int calls, stop_at;
} watch;

static int32_t watching(void *self, double done)
{
    watch *w = self;
    if (!(done >= w->last && done <= 1.0)) {
        print_error("progress went from %.17g to %.17g\n", w->last, done);
        fail();
    }
    w->last = done;
    return ++w->calls == w->stop_at;
}

/* Progress goes once from 0 to 1 over all steps; a cancel at any call ends the build and leaves nothing. */
static void test_progress_and_cancel(void **state)
{
    (void)state;
    crm_customers *b = plain_book(NULL, ROWS);
    crm_error e;
    watch w = {0.0, 0, 0};
    crm_context *context = NULL;
    crm_report *r = NULL;
    assert_int_equal(crm_context_watch(NULL, watching, &w, &context, &e), CRM_OK);
    assert_int_equal(crm_report_build(context, b, NULL, &r, &e), CRM_OK);
    assert_true(w.calls > 3 && w.last > 0.99);
    crm_report_destroy(r);
    r = NULL;
    const int calls = w.calls;
    for (int k = 1; k <= calls; k += 1 + calls / 40) {
        w = (watch){0.0, 0, k};
        assert_int_equal(crm_report_build(context, b, NULL, &r, &e), CRM_E_CANCELLED);
        assert_null(r);
    }
    crm_context_destroy(context);
    crm_customers_destroy(b);
}

static crm_status build_once(const crm_context *context, void *arg)
{
    const crm_customers *b = arg;
    crm_report *r = NULL;
    const crm_status s = crm_report_build(context, b, NULL, &r, NULL);
    if (s < 0)
        assert_null(r);
    crm_report_destroy(r);
    return s;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    crm_customers *b = plain_book(NULL, 1000);
    failing_sweep(build_once, b);
    crm_customers_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_together),    cmocka_unit_test(test_margin_and_window),
        cmocka_unit_test(test_tiers_and_threshold), cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_without_spend),     cmocka_unit_test(test_customer_without_purchase),
        cmocka_unit_test(test_not_identified),    cmocka_unit_test(test_no_mean_not_identified),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_advanced_book),
        cmocka_unit_test(test_revenue_below_zero),
        cmocka_unit_test(test_either_fit_unfinished),
        cmocka_unit_test(test_progress_and_cancel), cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
