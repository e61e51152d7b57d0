/* The report: the stages of the chain composed, from a book to what each customer is worth. It computes
 * nothing itself that a room below it computes. */
#include <math.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "crmcore/portfolio.h"
#include "crmcore/report.h"
#include "numeric/sum.h"

enum { FIGURES = 12 }; /* ids are 1 .. FIGURES-1 */

/* Quantities of the plan, in the order in which they are added; EXPECTED is left out where the horizon is for
 * ever, SPEND and VALUE where there is no spend model. */
enum { ALIVE, EXPECTED, DISCOUNTED, SPEND, VALUE, QUANTITIES };

struct crm_report {
    crm_i_handle handle;
    int64_t n;
    double *results; /* QUANTITIES columns of n, then as many of their standard errors, then PROFIT */
    uint8_t *tier, *class;
    crm_model *purchases, *spend;
    double figure[FIGURES], figure_se[FIGURES];
};

/* What the report is built from, and with. */
typedef struct build {
    const crm_context *context;
    const crm_customers *book;
    const crm_options *options;
    crm_report *report;
    int32_t kind;
    int32_t has_cost;
    int32_t decimals;
    double discount, horizon, margin_rate;
    int64_t tiers;
    const double *cut;
    crm_error *err;
} build;

static const double default_tiers[4] = {0.2, 0.3, 0.3, 0.2};

static int64_t results_size(int64_t n)
{
    return n * (2 * QUANTITIES + 1);
}

static double *quantity(const crm_report *r, int32_t q)
{
    return r->results + q * r->n;
}

static double *quantity_se(const crm_report *r, int32_t q)
{
    return r->results + (QUANTITIES + q) * r->n;
}

static double *profit(const crm_report *r)
{
    return r->results + 2 * QUANTITIES * r->n;
}

static crm_status read_options(build *b)
{
    b->kind = (int32_t)crm_i_option_i64(b->options, CRM_OPTION_MODEL);
    b->discount = crm_i_option_f64(b->options, CRM_OPTION_DISCOUNT);
    b->horizon = crm_i_option_f64(b->options, CRM_OPTION_HORIZON);
    b->cut = crm_i_option_f64s(b->options, CRM_OPTION_TIERS, &b->tiers);
    if (!b->cut) {
        b->cut = default_tiers;
        b->tiers = 4;
    }
    if (!crm_kind_supports(b->kind, CRM_QUANTITY_DISCOUNTED) || !crm_kind_fits(b->kind))
        return crm_i_fail_value(b->err, CRM_E_UNSUPPORTED, 3, (double)b->kind,
                                "This model does not give discounted expected purchases from a book.");
    if (isinf(b->horizon) && !(b->discount > 0.0))
        return crm_i_fail_value(b->err, CRM_E_DOMAIN, 3, b->discount,
                                "Value for ever needs a discount rate above 0; give one, or a horizon.");
    return CRM_OK;
}

/* A money column in exact sums; the total in major units. */
static double total_of(const build *b, int32_t column)
{
    struct crm_i_sum128 sum = {0, 0};
    crm_i_sum128_add_many(&sum, crm_customers_count(b->book), crm_customers_i64(b->book, column));
    return crm_i_sum128_to_f64_scaled(&sum, b->decimals);
}

static void find_margin_rate(build *b)
{
    crm_report *r = b->report;
    const double revenue = total_of(b, CRM_CUSTOMER_REVENUE), margin = total_of(b, CRM_CUSTOMER_MARGIN);
    b->margin_rate = b->has_cost && revenue > 0.0 ? margin / revenue : 1.0;
    if (crm_i_option_is_set(b->options, CRM_OPTION_MARGIN_RATE))
        b->margin_rate = crm_i_option_f64(b->options, CRM_OPTION_MARGIN_RATE);
    r->figure[CRM_FIGURE_REVENUE] = revenue;
    r->figure[CRM_FIGURE_MARGIN] = b->has_cost ? margin : revenue * b->margin_rate;
    r->figure[CRM_FIGURE_MARGIN_RATE] = b->margin_rate;
    r->figure[CRM_FIGURE_DISCOUNT] = b->discount;
    r->figure[CRM_FIGURE_HORIZON] = b->horizon;
    r->figure[CRM_FIGURE_CUSTOMERS] = (double)r->n;
}

static crm_status find_profit(build *b)
{
    crm_report *r = b->report;
    const int32_t recent = b->has_cost ? CRM_CUSTOMER_RECENT_MARGIN : CRM_CUSTOMER_RECENT_REVENUE;
    const int32_t whole = b->has_cost ? CRM_CUSTOMER_MARGIN : CRM_CUSTOMER_REVENUE;
    const int32_t column = crm_customers_i64(b->book, recent) ? recent : whole;
    const double rate = b->has_cost ? 1.0 : b->margin_rate;
    const crm_status s =
        crm_money_to_f64(r->n, crm_customers_i64(b->book, column), b->decimals, profit(r), b->err);
    if (s != CRM_OK)
        return s;
    for (int64_t i = 0; i < r->n; i++)
        profit(r)[i] *= rate;
    r->figure[CRM_FIGURE_PROFIT] = total_of(b, column) * rate;
    return CRM_OK;
}

/* One fit, as the part from .. to of the whole. */
static crm_status fit_part(const build *b, double from, double to, int32_t kind, const crm_summary *summary,
                           const crm_options *options, crm_model **out)
{
    crm_context *part = NULL;
    crm_status s = crm_i_context_part(b->context, from, to, &part, b->err);
    if (s == CRM_OK)
        s = crm_model_fit(part, kind, summary, options, out, b->err);
    crm_context_destroy(part);
    return s;
}

/* The spend model has parameters of its own: of the options of fits it gets all but the start. */
static crm_status fit_spend(const build *b, const crm_summary *summary, crm_model **out)
{
    crm_options *own = NULL;
    crm_status s = crm_options_create(b->context, &own, b->err);
    if (s == CRM_OK)
        s = crm_options_set_i64(own, CRM_OPTION_FIT_ITERATIONS,
                                crm_i_option_i64(b->options, CRM_OPTION_FIT_ITERATIONS), b->err);
    if (s == CRM_OK)
        s = fit_part(b, 0.4, 0.6, CRM_MODEL_GAMMA_GAMMA, summary, own, out);
    crm_options_destroy(own);
    return s;
}

/* Fits both models. Answers the remark of the first that has one. */
static crm_status fit_models(build *b)
{
    crm_report *r = b->report;
    crm_summary *summary = NULL;
    crm_context *part = NULL;
    crm_status s = crm_i_context_part(b->context, 0.0, 0.1, &part, b->err);
    if (s == CRM_OK)
        s = crm_summary_of_customers(part, b->book, &summary, b->err);
    crm_context_destroy(part);
    if (s < 0)
        return s;
    const crm_status purchases = fit_part(b, 0.1, 0.4, b->kind, summary, b->options, &r->purchases);
    crm_status spend = CRM_OK;
    if (purchases >= 0 && crm_summary_fact(summary, CRM_SUMMARY_SPEND) > 0)
        spend = fit_spend(b, summary, &r->spend);
    crm_summary_destroy(summary);
    if (purchases < 0)
        return purchases;
    if (spend < 0)
        return spend;
    if (purchases == CRM_NOT_CONVERGED || spend == CRM_NOT_CONVERGED)
        return crm_i_fail(b->err, CRM_E_STATE, 2,
                          purchases == CRM_NOT_CONVERGED ? "The fit of the purchase model did not converge."
                                                         : "The fit of the spend model did not converge.");
    return purchases != CRM_OK ? purchases : spend;
}

/* Adds to the plan what the report needs; place[q] is the column of quantity q in its output, -1 if it is
 * left out. */
static crm_status fill_plan(const build *b, crm_plan *plan, int32_t with_spend, int32_t place[QUANTITIES])
{
    for (int32_t q = 0; q < QUANTITIES; q++)
        place[q] = -1;
    crm_status s = crm_plan_add(plan, CRM_QUANTITY_P_ALIVE, 0.0, 0.0, 0.0, 0.0, &place[ALIVE], b->err);
    if (s == CRM_OK && !isinf(b->horizon))
        s = crm_plan_add(plan, CRM_QUANTITY_EXPECTED, 0.0, b->horizon, 0.0, 0.0, &place[EXPECTED], b->err);
    if (s == CRM_OK)
        s = crm_plan_add(plan, CRM_QUANTITY_DISCOUNTED, 0.0, b->horizon, b->discount, 0.0, &place[DISCOUNTED],
                         b->err);
    if (s == CRM_OK && with_spend)
        s = crm_plan_add(plan, CRM_QUANTITY_SPEND, 0.0, 0.0, 0.0, 0.0, &place[SPEND], b->err);
    if (s == CRM_OK && with_spend)
        s = crm_plan_add(plan, CRM_QUANTITY_VALUE, 0.0, b->horizon, b->discount, b->margin_rate,
                         &place[VALUE], b->err);
    return s;
}

/* The plan writes its columns without gaps; here they move, from the last on, to where their quantity
 * belongs. */
static void spread_columns(const crm_report *r, double *columns, const int32_t place[QUANTITIES])
{
    for (int32_t q = QUANTITIES - 1; q >= 0; q--) {
        double *to = columns + q * r->n;
        const double *from = place[q] < 0 ? NULL : columns + place[q] * r->n;
        if (to == from)
            continue;
        for (int64_t i = 0; i < r->n; i++)
            to[i] = from ? from[i] : (double)NAN;
    }
}

/* Without a mean, q <= 1, the spend of nobody is worth a figure: some rows would have one, and totals would
 * be of those. The fit need not say so: its remark may be another. */
static int32_t has_mean(const crm_model *spend)
{
    double parameter[3] = {0.0, 0.0, 0.0}; /* p, q, v of Gamma-Gamma */
    return crm_model_parameters(spend, parameter, NULL, NULL) == CRM_OK && parameter[1] > 1.0;
}

static crm_status predict(build *b)
{
    crm_report *r = b->report;
    const int32_t with_spend = r->spend && has_mean(r->spend);
    crm_plan *plan = NULL;
    crm_context *part = NULL;
    int32_t place[QUANTITIES];
    double total[2 * QUANTITIES];
    crm_status s = crm_i_context_part(b->context, 0.6, 0.9, &part, b->err);
    if (s == CRM_OK)
        s = crm_plan_create(b->context, r->purchases, with_spend ? r->spend : NULL, &plan, b->err);
    if (s == CRM_OK)
        s = fill_plan(b, plan, with_spend, place);
    if (s == CRM_OK)
        s = crm_plan_run(part, plan, r->n, crm_customers_f64(b->book, CRM_CUSTOMER_X),
                         crm_customers_f64(b->book, CRM_CUSTOMER_T_X),
                         crm_customers_f64(b->book, CRM_CUSTOMER_T),
                         crm_customers_f64(b->book, CRM_CUSTOMER_SPEND_COUNT),
                         crm_customers_f64(b->book, CRM_CUSTOMER_MEAN_SPEND), NULL, quantity(r, 0),
                         quantity_se(r, 0), total, b->err);
    crm_plan_destroy(plan);
    crm_context_destroy(part);
    if (s != CRM_OK)
        return s;
    spread_columns(r, quantity(r, 0), place);
    spread_columns(r, quantity_se(r, 0), place);
    static const struct {
        int32_t figure, quantity;
    } totals[] = {{CRM_FIGURE_EQUITY, VALUE}, {CRM_FIGURE_ALIVE, ALIVE}, {CRM_FIGURE_EXPECTED, EXPECTED}};
    for (int32_t i = 0; i < 3; i++) {
        const int32_t at = place[totals[i].quantity];
        r->figure[totals[i].figure] = at < 0 ? (double)NAN : total[2 * at];
        r->figure_se[totals[i].figure] = at < 0 ? (double)NAN : total[2 * at + 1];
    }
    return CRM_OK;
}

/* The mean value of those who have one; NaN if nobody has. */
static double mean_value(const crm_report *r)
{
    int64_t count = 0;
    for (int64_t i = 0; i < r->n; i++)
        count += !isnan(quantity(r, VALUE)[i]);
    return count ? r->figure[CRM_FIGURE_EQUITY] / (double)count : (double)NAN;
}

static crm_status sort_customers(build *b)
{
    crm_report *r = b->report;
    const double *value = quantity(r, VALUE);
    const double threshold = crm_i_option_is_set(b->options, CRM_OPTION_THRESHOLD)
                                 ? crm_i_option_f64(b->options, CRM_OPTION_THRESHOLD)
                                 : mean_value(r);
    r->figure[CRM_FIGURE_THRESHOLD] = threshold;
    crm_context *tiers = NULL;
    crm_context *classes = NULL;
    crm_status s = crm_i_context_part(b->context, 0.9, 0.97, &tiers, b->err);
    if (s == CRM_OK)
        s = crm_i_context_part(b->context, 0.97, 1.0, &classes, b->err);
    if (s == CRM_OK)
        s = crm_pyramid_assign(tiers, r->n, value, NULL, (int32_t)b->tiers, b->cut, CRM_CUT_COUNT,
                               CRM_TIES_UP, 0, r->tier, b->err);
    if (s == CRM_OK && !isnan(threshold))
        s = crm_portfolio_classify(classes, r->n, profit(r), value, threshold, NULL, r->class, b->err);
    crm_context_destroy(classes);
    crm_context_destroy(tiers);
    for (int64_t i = 0; i < r->n && isnan(threshold); i++)
        r->class[i] = 0;
    return s;
}

static crm_report *new_report(const crm_context *context, int64_t n)
{
    const crm_allocator a = crm_i_allocator(context);
    crm_report *r = crm_i_alloc_zeroed(&a, 1, (int64_t)sizeof *r);
    if (!r)
        return NULL;
    crm_i_handle_start(&r->handle, context);
    r->n = n;
    r->results = crm_i_alloc(&a, results_size(n), (int64_t)sizeof *r->results);
    r->tier = crm_i_alloc(&a, n, 1);
    r->class = crm_i_alloc(&a, n, 1);
    for (int32_t i = 0; i < FIGURES; i++)
        r->figure[i] = r->figure_se[i] = (double)NAN;
    if (r->results && r->tier && r->class)
        return r;
    crm_report_destroy(r);
    return NULL;
}

crm_status crm_report_build(const crm_context *context, const crm_customers *book, const crm_options *options,
                            crm_report **out, crm_error *err)
{
    if (!book || !out)
        return crm_i_fail(err, CRM_E_NULL, !book ? 2 : 4, !book ? "book is NULL." : "out is NULL.");
    build b = {.context = context, .book = book, .options = options, .err = err};
    crm_status s = read_options(&b);
    if (s != CRM_OK)
        return s;
    b.has_cost = crm_customers_fact(book, CRM_BOOK_HAS_COST) == 1;
    b.decimals = (int32_t)crm_customers_fact(book, CRM_BOOK_DECIMALS);
    b.report = new_report(context, crm_customers_count(book));
    if (!b.report)
        return crm_i_fail_memory(err);
    find_margin_rate(&b);
    s = find_profit(&b);
    crm_status remark = CRM_OK;
    if (s == CRM_OK) {
        remark = fit_models(&b);
        s = remark < 0 ? remark : predict(&b);
    }
    if (s == CRM_OK)
        s = sort_customers(&b);
    if (s != CRM_OK) {
        crm_report_destroy(b.report);
        /* What a room below calls its own wrong argument came here as an option. */
        if (err && (s == CRM_E_ARGUMENT || s == CRM_E_DOMAIN))
            err->arg = 3;
        return s;
    }
    *out = b.report;
    return remark == CRM_OK ? crm_i_ok(err) : crm_i_fail(err, remark, 0, crm_status_text(remark));
}

const double *crm_report_f64(const crm_report *report, int32_t column)
{
    if (!report)
        return NULL;
    switch (column) {
    case CRM_REPORT_PROFIT:
        return profit(report);
    case CRM_REPORT_P_ALIVE:
        return quantity(report, ALIVE);
    case CRM_REPORT_EXPECTED:
        return quantity(report, EXPECTED);
    case CRM_REPORT_DISCOUNTED:
        return quantity(report, DISCOUNTED);
    case CRM_REPORT_SPEND:
        return quantity(report, SPEND);
    case CRM_REPORT_VALUE:
        return quantity(report, VALUE);
    case CRM_REPORT_VALUE_SE:
        return quantity_se(report, VALUE);
    case CRM_REPORT_EXPECTED_SE:
        return quantity_se(report, EXPECTED);
    case CRM_REPORT_P_ALIVE_SE:
        return quantity_se(report, ALIVE);
    default:
        return NULL;
    }
}

const uint8_t *crm_report_tier(const crm_report *report)
{
    return report ? report->tier : NULL;
}

const uint8_t *crm_report_class(const crm_report *report)
{
    return report ? report->class : NULL;
}

const crm_model *crm_report_model(const crm_report *report)
{
    return report ? report->purchases : NULL;
}

const crm_model *crm_report_spend_model(const crm_report *report)
{
    return report ? report->spend : NULL;
}

crm_status crm_report_total(const crm_report *report, int32_t figure, double *value, double *se,
                            crm_error *err)
{
    if (!report || !value)
        return crm_i_fail(err, CRM_E_NULL, !report ? 1 : 3, !report ? "report is NULL." : "value is NULL.");
    if (figure < 1 || figure >= FIGURES)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)figure, "There is no such figure.");
    *value = report->figure[figure];
    if (se)
        *se = report->figure_se[figure];
    return crm_i_ok(err);
}

void crm_report_destroy(crm_report *report)
{
    if (!report || !crm_i_handle_drop(&report->handle))
        return;
    const crm_allocator a = report->handle.allocator;
    crm_model_destroy(report->purchases);
    crm_model_destroy(report->spend);
    crm_i_release(&a, report->results, results_size(report->n), (int64_t)sizeof *report->results);
    crm_i_release(&a, report->tier, report->n, 1);
    crm_i_release(&a, report->class, report->n, 1);
    crm_i_release(&a, report, 1, (int64_t)sizeof *report);
}
