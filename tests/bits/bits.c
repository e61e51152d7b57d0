/* Prints results of every room, row by row, as bits: bits WORKERS ISA. Two builds, or two runs with other arguments, must
 * print the same bytes. Inputs come from a small generator of its own, so that they do not depend on what is tested. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crmcore.h"
#include "numeric/elementary.h"
#include "numeric/random.h"
#include "numeric/special.h"

enum { ROWS = 20000, CUSTOMERS = 3000, POINTS = 400 };

static const crm_context *context;

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* In [0, 1), exactly representable, from integer arithmetic only. */
static double uniform(void)
{
    return (double)(next() >> 11) * 0x1p-53;
}

/* Log-uniform between 2^low and 2^high without exp: a mantissa times a power of two. */
static double wide(int low, int high)
{
    const double mantissa = 1.0 + uniform(); /* drawn first: C leaves the order within an expression to the compiler */
    return ldexp(mantissa, low + (int)(next() % (uint64_t)(high - low)));
}

static void stop(const char *what, const crm_error *e)
{
    fprintf(stderr, "bits: %s: %s: %s\n", what, crm_status_name(e->status), e->text);
    exit(1);
}

static void show(const char *name, int64_t row, double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    if (isnan(x))
        u = 0x7ff8000000000000u; /* the sign and payload of a NaN are nobody's promise */
    printf("%s %" PRId64 " %016" PRIx64 "\n", name, row, u);
}

static void show_column(const char *name, int64_t n, const double *x)
{
    for (int64_t i = 0; i < n; i++)
        show(name, i, x[i]);
}

static void show_bytes(const char *name, int64_t n, const uint8_t *bytes)
{
    uint64_t h = 14695981039346656037u;
    for (int64_t i = 0; i < n; i++)
        h = (h ^ bytes[i]) * 1099511628211u;
    printf("%s %" PRId64 " %016" PRIx64 "\n", name, n, h);
}

static void functions(void)
{
    for (int i = 0; i < POINTS; i++) {
        const double x = wide(-40, 9) * (i % 2 ? 1.0 : -1.0);
        const double y = wide(-16, 20);
        const double m = (double)(next() % 1000);
        show("exp", i, crm_i_exp(x));
        show("expm1", i, crm_i_expm1(x));
        show("log", i, crm_i_log(y));
        show("log1p", i, crm_i_log1p(x > -1.0 ? x : y));
        show("lgamma", i, crm_i_lgamma(y));
        show("digamma", i, crm_i_digamma(y));
        show("trigamma", i, crm_i_trigamma(y));
        show("lgamma_ratio", i, crm_i_lgamma_ratio(y, m));
        show("normal_quantile", i, crm_i_normal_quantile(uniform()));
    }
}

static crm_customers *book(void)
{
    static uint64_t key[ROWS];
    static int64_t time[ROWS], amount[ROWS];
    for (int i = 0; i < ROWS; i++) {
        key[i] = (next() % CUSTOMERS) * 0x9E3779B97F4A7C15u;
        /* most stop buying at some day of their own */
        const int64_t end = (int64_t)(key[i] >> 40) % 364 + 1;
        time[i] = (int64_t)(next() % (uint64_t)end);
        amount[i] = (int64_t)(next() % 9000) - 200;
    }
    crm_error e;
    crm_customers *b = NULL;
    if (crm_customers_from_columns(context, ROWS, key, time, amount, 400, 7.0, 2, NULL, &b, &e) < 0)
        stop("book", &e);
    for (int c = CRM_CUSTOMER_X; c <= CRM_CUSTOMER_SPEND_COUNT; c++)
        show_column("book", crm_customers_count(b), crm_customers_f64(b, c));
    return b;
}

static void summary_blob(const crm_customers *b)
{
    crm_error e;
    crm_summary *s = NULL;
    int64_t length = 0;
    if (crm_summary_of_customers(context, b, &s, &e) < 0 || crm_summary_save(s, NULL, 0, &length, &e) < 0)
        stop("summary", &e);
    uint8_t *bytes = malloc((size_t)length);
    if (!bytes || crm_summary_save(s, bytes, length, &length, &e) < 0)
        stop("summary", &e);
    show_bytes("summary", length, bytes);
    free(bytes);
    crm_summary_destroy(s);
}

static void show_model(const char *name, const crm_model *m)
{
    double parameter[8], covariance[64];
    const int32_t count = crm_kind_parameters(crm_model_kind(m));
    crm_model_parameters(m, parameter, covariance, NULL);
    show_column(name, count, parameter);
    show_column(name, count * count, covariance);
    for (int f = CRM_FACT_LOG_LIKELIHOOD; f <= CRM_FACT_STATUS; f++)
        show(name, f, crm_model_fact(m, f));
}

static void report(const crm_customers *b)
{
    crm_error e;
    crm_report *r = NULL;
    if (crm_report_build(context, b, NULL, &r, &e) < 0)
        stop("report", &e);
    const int64_t n = crm_customers_count(b);
    show_model("bg-nbd", crm_report_model(r));
    show_model("gamma-gamma", crm_report_spend_model(r));
    for (int c = CRM_REPORT_PROFIT; c <= CRM_REPORT_P_ALIVE_SE; c++)
        show_column("report", n, crm_report_f64(r, c));
    for (int f = CRM_FIGURE_CUSTOMERS; f <= CRM_FIGURE_THRESHOLD; f++) {
        double value, se;
        crm_report_total(r, f, &value, &se, NULL);
        show("total", f, value);
        show("total_se", f, se);
    }
    show_bytes("tier", n, crm_report_tier(r));
    show_bytes("class", n, crm_report_class(r));
    const double *value = crm_report_f64(r, CRM_REPORT_VALUE);
    double out;
    if (crm_concentration_gini(context, n, value, 1, &out, &e) == CRM_OK)
        show("gini", 0, out);
    if (crm_concentration_top(context, n, value, 0.2, 0, &out, &e) == CRM_OK)
        show("top", 0, out);
    if (crm_equity_total(n, value, &out, &e) == CRM_OK)
        show("equity", 0, out);
    crm_report_destroy(r);
}

static void show_of(int32_t kind, const char *what, const double *x)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", crm_kind_name(kind), what);
    show_column(name, POINTS, x);
}

/* The quantities of a model far from any fit, at wide parameters. */
static void predictions_of(int32_t kind, const double *x, const double *t_x, const double *T)
{
    static double out[POINTS], se[POINTS];
    const int32_t count = crm_kind_parameters(kind);
    double parameter[8], covariance[64] = {0};
    for (int i = 0; i < count; i++) {
        parameter[i] = wide(-5, 4);
        covariance[(count + 1) * i] = 0.01 * parameter[i] * parameter[i];
    }
    crm_error e;
    crm_model *m = NULL;
    if (crm_model_create(context, kind, count, parameter, covariance, &m, &e) < 0)
        stop("model", &e);
    crm_model_rows(context, m, POINTS, x, t_x, T, out, &e);
    show_of(kind, "rows", out);
    crm_model_p_alive(context, m, POINTS, x, t_x, T, 3.0, out, se, &e);
    show_of(kind, "p_alive", out);
    show_of(kind, "p_alive_se", se);
    crm_model_expected(context, m, POINTS, x, t_x, T, 39.0, out, se, &e);
    show_of(kind, "expected", out);
    show_of(kind, "expected_se", se);
    crm_model_discounted(context, m, POINTS, x, t_x, T, 52.0, 0.003, out, se, &e);
    show_of(kind, "discounted", out);
    crm_model_discounted(context, m, POINTS, x, t_x, T, INFINITY, 0.003, out, se, &e);
    show_of(kind, "dert", out);
    show_of(kind, "dert_se", se);
    static const struct {
        int32_t quantity;
        const char *name, *se;
    } planned[] = {{CRM_QUANTITY_SPREAD, "spread", "spread_se"},
                   {CRM_QUANTITY_RATE, "rate", "rate_se"},
                   {CRM_QUANTITY_PROBABILITY, "probability", "probability_se"}};
    for (size_t q = 0; q < sizeof planned / sizeof planned[0]; q++) {
        int32_t column;
        crm_plan *plan = NULL;
        const double start = planned[q].quantity == CRM_QUANTITY_SPREAD ? 2.0 : 0.0;
        if (!crm_kind_supports(kind, planned[q].quantity))
            continue;
        if (crm_plan_create(context, m, NULL, &plan, &e) < 0 ||
            crm_plan_add(plan, planned[q].quantity, start, 39.0, 0.0, 3.0, &column, &e) < 0 ||
            crm_plan_run(context, plan, POINTS, x, t_x, T, NULL, NULL, NULL, out, se, NULL, &e) < 0)
            stop(planned[q].name, &e);
        show_of(kind, planned[q].name, out);
        show_of(kind, planned[q].se, se);
        crm_plan_destroy(plan);
    }
    crm_model_destroy(m);
}

/* Every kind that expects purchases; BG/BB, which counts opportunities, of histories in whole numbers,
 * contracts of durations. */
static void predictions(void)
{
    static double x[POINTS], t_x[POINTS], T[POINTS], taken[POINTS], last[POINTS], chances[POINTS], ended[POINTS];
    for (int i = 0; i < POINTS; i++) {
        x[i] = (double)(next() % (i % 3 ? 20u : 3000u));
        T[i] = wide(-2, 10);
        t_x[i] = x[i] > 0.0 ? T[i] * (0.001 + 0.999 * uniform()) : 0.0;
        chances[i] = ceil(T[i]) < 2000.0 ? ceil(T[i]) : 2000.0;
        last[i] = ceil(t_x[i]) < chances[i] ? ceil(t_x[i]) : chances[i];
        ended[i] = i % 2;
        taken[i] = x[i] < last[i] ? x[i] : last[i];
    }
    for (int32_t kind = 1; kind <= crm_kind_count(); kind++)
        for (int k = 0; k < 6 && crm_kind_supports(kind, CRM_QUANTITY_EXPECTED); k++)
            if (kind == CRM_MODEL_BG_BB)
                predictions_of(kind, taken, last, chances);
            else if (kind == CRM_MODEL_SBG || kind == CRM_MODEL_BDW)
                predictions_of(kind, chances, ended, chances);
            else
                predictions_of(kind, x, t_x, T);
}

static void simulation_of(int32_t kind)
{
    static const double purchases[4] = {0.8, 5.0, 0.7, 2.5}, spend[3] = {5.0, 4.0, 16.0};
    static int64_t first[500];
    crm_error e;
    crm_model *p = NULL, *s = NULL;
    crm_transactions *log = NULL;
    if (crm_model_create(context, kind, 4, purchases, NULL, &p, &e) < 0 ||
        crm_model_create(context, CRM_MODEL_GAMMA_GAMMA, 3, spend, NULL, &s, &e) < 0 ||
        crm_model_simulate(context, p, s, 500, first, 300, 7.0, 2, 7, 1, &log, &e) < 0)
        stop("simulation", &e);
    for (int64_t i = 0; i < crm_transactions_count(log); i++)
        printf("log %" PRIu64 " %" PRId64 " %" PRId64 "\n", crm_transactions_keys(log)[i],
               crm_transactions_i64(log, CRM_TX_TIME)[i], crm_transactions_i64(log, CRM_TX_AMOUNT)[i]);
    crm_transactions_destroy(log);
    crm_model_destroy(s);
    crm_model_destroy(p);
}

static void closed_forms(void)
{
    for (int i = 0; i < POINTS; i++) {
        const double margin = 100.0 * uniform();
        const double retention = uniform();
        const double rate = uniform();
        double out;
        crm_retention_value(1, &margin, &retention, rate, 0.0, i % 2 ? 0 : i, CRM_TIMING_MID, &out, NULL);
        show("retention", i, out);
        const double flow[4] = {uniform(), uniform(), uniform(), uniform()};
        crm_discount_present(3, flow, rate, CRM_TIMING_MID, &out, NULL);
        show("present", i, out);
    }
}

int main(int argc, char **argv)
{
    crm_error e;
    crm_context *whole = NULL, *limited = NULL;
    const int32_t workers = argc > 1 ? (int32_t)atoi(argv[1]) : 1, isa = argc > 2 ? (int32_t)atoi(argv[2]) : CRM_ISA_AVX512;
    if (crm_context_create(NULL, NULL, workers, &whole, &e) < 0 || crm_context_limit(whole, isa, &limited, &e) < 0)
        stop("context", &e);
    context = limited;
    functions();
    crm_customers *b = book();
    summary_blob(b);
    report(b);
    predictions();
    simulation_of(CRM_MODEL_BG_NBD);
    simulation_of(CRM_MODEL_PARETO_NBD);
    closed_forms();
    crm_customers_destroy(b);
    crm_context_destroy(limited);
    crm_context_destroy(whole);
    return 0;
}
