/* crmvalue report: what the base is worth and where the value lies. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

enum { WIN_BACK = 10, CLASSES = 5 };

/* All that is printed, whatever the format. */
typedef struct findings {
    const arguments *a;
    const ledger *l;
    const crm_report *r;
    choice choice;
    crm_status status;
    int64_t customers;
    int32_t tiers;
    int64_t tier_count[32];
    double tier_value[32];
    double top_share; /* the 20 of 80/20 */
    struct concentration {
        double top_net, top_positive;    /* NaN: there is no such figure */
        int64_t need_net, need_positive; /* -1 likewise */
        double peak_share, gini;
        int64_t peak_rank;
    } value, profit;
    int64_t class_count[CLASSES + 1];
    double class_profit[CLASSES + 1], class_value[CLASSES + 1];
    int64_t win_back[WIN_BACK];
    int win_backs;
} findings;

crm_options *report_options(const arguments *a, int32_t kind)
{
    crm_error e;
    crm_options *o = NULL;
    crm_status s = crm_options_create(NULL, &o, &e);
    if (s == CRM_OK)
        s = crm_options_set_i64(o, CRM_OPTION_MODEL, kind, &e);
    if (s == CRM_OK)
        s = crm_options_set_f64(o, CRM_OPTION_DISCOUNT, a->discount, &e);
    if (s == CRM_OK && isfinite(a->horizon))
        s = crm_options_set_f64(o, CRM_OPTION_HORIZON, a->horizon, &e);
    if (s == CRM_OK && !isnan(a->margin))
        s = crm_options_set_f64(o, CRM_OPTION_MARGIN_RATE, a->margin, &e);
    if (s == CRM_OK && !isnan(a->threshold))
        s = crm_options_set_f64(o, CRM_OPTION_THRESHOLD, a->threshold, &e);
    if (s == CRM_OK && a->tier_count)
        s = crm_options_set_f64s(o, CRM_OPTION_TIERS, a->tier_count, a->tiers, &e);
    if (s == CRM_OK)
        return o;
    failed("options", &e);
    crm_options_destroy(o);
    return NULL;
}

static double total(const crm_report *r, int32_t figure, double *se)
{
    double value = (double)NAN;
    double ignored;
    crm_report_total(r, figure, &value, se ? se : &ignored, NULL);
    return value;
}

static struct concentration concentrate(const crm_context *context, int64_t n, const double *value,
                                        double share)
{
    const double none = (double)NAN;
    struct concentration c = {none, none, -1, -1, none, none, -1};
    crm_concentration_top(context, n, value, share, 0, &c.top_net, NULL);
    crm_concentration_top(context, n, value, share, 1, &c.top_positive, NULL);
    crm_concentration_need(context, n, value, 0.8, 0, &c.need_net, NULL);
    crm_concentration_need(context, n, value, 0.8, 1, &c.need_positive, NULL);
    crm_concentration_gini(context, n, value, 1, &c.gini, NULL);
    double *curve = calloc((size_t)(n ? n : 1), sizeof *curve);
    if (curve && crm_concentration_whale(context, n, value, curve, &c.peak_rank, NULL) == CRM_OK) {
        int64_t last = n - 1;
        while (last > 0 && isnan(curve[last]))
            last--;
        c.peak_share = curve[last] > 0.0 ? curve[c.peak_rank - 1] / curve[last] : (double)NAN;
    }
    free(curve);
    return c;
}

/* The largest value at stake, value * (1 - P(alive)), among those more likely lost than not; rows are in the
 * order of names, which settles ties. */
static void find_win_back(findings *f)
{
    const double *value = crm_report_f64(f->r, CRM_REPORT_VALUE),
                 *alive = crm_report_f64(f->r, CRM_REPORT_P_ALIVE);
    double stake[WIN_BACK];
    f->win_backs = 0;
    for (int64_t i = 0; i < f->customers; i++) {
        const double at_stake = value[i] * (1.0 - alive[i]);
        if (!(alive[i] < 0.5) || !(at_stake > 0.0))
            continue;
        int place = f->win_backs;
        while (place > 0 && stake[place - 1] < at_stake)
            place--;
        if (place == WIN_BACK)
            continue;
        if (f->win_backs < WIN_BACK)
            f->win_backs++;
        for (int k = f->win_backs - 1; k > place; k--) {
            stake[k] = stake[k - 1];
            f->win_back[k] = f->win_back[k - 1];
        }
        stake[place] = at_stake;
        f->win_back[place] = i;
    }
}

static void find_all(const crm_context *context, findings *f)
{
    const double *value = crm_report_f64(f->r, CRM_REPORT_VALUE),
                 *profit = crm_report_f64(f->r, CRM_REPORT_PROFIT);
    const uint8_t *tier = crm_report_tier(f->r), *class = crm_report_class(f->r);
    f->tiers = f->a->tier_count ? f->a->tier_count : 4;
    f->customers = crm_customers_count(f->l->book);
    crm_pyramid_totals(f->customers, value, tier, f->tiers, f->tier_count, f->tier_value, NULL);
    f->top_share = 0.2;
    f->value = concentrate(context, f->customers, value, f->top_share);
    f->profit = concentrate(context, f->customers, profit, f->top_share);
    for (int64_t i = 0; i < f->customers; i++) {
        f->class_count[class[i]]++;
        f->class_profit[class[i]] += isnan(profit[i]) ? 0.0 : profit[i];
        f->class_value[class[i]] += isnan(value[i]) ? 0.0 : value[i];
    }
    find_win_back(f);
}

static const char *tier_name(const findings *f, int tier, char buffer[32])
{
    static const char *const four[] = {"platinum", "gold", "iron", "lead"};
    static const char *const two[] = {"gold", "iron"};
    if (f->tiers == 4)
        return four[tier];
    if (f->tiers == 2)
        return two[tier];
    snprintf(buffer, 32, "tier %d", tier + 1);
    return buffer;
}

/* ---- as JSON: the contract, described in crmvalue(1) ---- */

static void field(FILE *f, const char *name, double x, const char *after)
{
    fprintf(f, "\"%s\": ", name);
    json_number(f, x);
    fputs(after, f);
}

static double count_or_nan(int64_t n)
{
    return n < 0 ? (double)NAN : (double)n;
}

static void json_concentration(FILE *f, const char *name, const struct concentration *c, const char *after)
{
    fprintf(f, "    \"%s\": {", name);
    field(f, "top_20_share_of_net", c->top_net, ", ");
    field(f, "top_20_share_of_positive", c->top_positive, ", ");
    field(f, "customers_for_80_of_net", count_or_nan(c->need_net), ", ");
    field(f, "customers_for_80_of_positive", count_or_nan(c->need_positive), ", ");
    field(f, "whale_peak_share", c->peak_share, ", ");
    field(f, "whale_peak_rank", count_or_nan(c->peak_rank), ", ");
    field(f, "gini", c->gini, after);
}

static void json_assumptions(const findings *f, FILE *o)
{
    const arguments *a = f->a;
    char date[16];
    format_date(a->until, date);
    fprintf(o, "  \"assumptions\": {\n    \"until\": \"%s\", \"unit\": \"%s\", \"discount\": \"%s\", ", date,
            a->unit, a->discount_text);
    field(o, "discount_per_unit", total(f->r, CRM_FIGURE_DISCOUNT, NULL), ", ");
    field(o, "horizon", total(f->r, CRM_FIGURE_HORIZON, NULL), ",\n    ");
    field(o, "margin_rate", total(f->r, CRM_FIGURE_MARGIN_RATE, NULL), ", ");
    fprintf(o, "\"margin_rate_from\": \"%s\", ",
            !isnan(a->margin) ? "given"
            : f->l->has_cost  ? "costs"
                              : "default");
    field(o, "threshold", total(f->r, CRM_FIGURE_THRESHOLD, NULL), ", ");
    fprintf(o, "\"threshold_from\": \"%s\"\n  },\n", isnan(a->threshold) ? "mean value" : "given");
}

static void json_base(const findings *f, FILE *o)
{
    double equity_se, alive_se;
    const double equity = total(f->r, CRM_FIGURE_EQUITY, &equity_se),
                 alive = total(f->r, CRM_FIGURE_ALIVE, &alive_se);
    fprintf(o,
            "  \"base\": {\n    \"customers\": %lld, \"without_purchase\": %lld, \"rows\": %lld, "
            "\"rows_after\": %lld,\n    ",
            (long long)f->customers, (long long)crm_customers_fact(f->l->book, CRM_BOOK_WITHOUT),
            (long long)crm_customers_fact(f->l->book, CRM_BOOK_ROWS),
            (long long)crm_customers_fact(f->l->book, CRM_BOOK_LATER_ROWS));
    field(o, "revenue", total(f->r, CRM_FIGURE_REVENUE, NULL), ", ");
    field(o, "margin", total(f->r, CRM_FIGURE_MARGIN, NULL), ", ");
    field(o, "present_profit", total(f->r, CRM_FIGURE_PROFIT, NULL), ",\n    ");
    field(o, "alive", alive, ", ");
    field(o, "alive_standard_error", alive_se, ", ");
    field(o, "equity", equity, ", ");
    field(o, "equity_standard_error", equity_se, "\n  },\n");
}

static void json_fits(const findings *f, FILE *o)
{
    fputs("  \"fit\": ", o);
    fit_json(o, crm_report_model(f->r), NULL, 4);
    fputs(",\n  \"spend_fit\": ", o);
    const crm_model *spend = crm_report_spend_model(f->r);
    if (spend)
        fit_json(o, spend, NULL, 4);
    else
        fputs("null", o);
    if (f->choice.count) {
        fputs(",\n  \"chosen_from\": ", o);
        choice_json(o, &f->choice, 2);
    }
    fputs(",\n", o);
}

static void json_pyramid(const findings *f, FILE *o)
{
    double sum = 0.0;
    int64_t ranked = 0;
    for (int t = 0; t < f->tiers; t++) {
        sum += f->tier_value[t];
        ranked += f->tier_count[t];
    }
    fputs("  \"pyramid\": [\n", o);
    for (int t = 0; t < f->tiers; t++) {
        char buffer[32];
        fprintf(o, "    {\"tier\": %d, \"name\": \"%s\", \"customers\": %lld, ", t + 1,
                tier_name(f, t, buffer), (long long)f->tier_count[t]);
        field(o, "customers_share", (double)f->tier_count[t] / (double)ranked, ", ");
        field(o, "value", f->tier_value[t], ", ");
        field(o, "value_share", f->tier_value[t] / sum, t + 1 < f->tiers ? "},\n" : "}\n");
    }
    fputs("  ],\n", o);
}

static void write_json(const findings *f, FILE *o)
{
    fprintf(o, "{\n  \"format\": 1,\n  \"status\": \"%s\",\n", crm_status_name(f->status));
    json_assumptions(f, o);
    json_base(f, o);
    json_fits(f, o);
    json_pyramid(f, o);
    fputs("  \"concentration\": {\n", o);
    json_concentration(o, "value", &f->value, "},\n");
    json_concentration(o, "profit", &f->profit, "}\n  },\n  \"classes\": [\n");
    for (int c = CRM_CLASS_INVEST; c >= 0; c--) {
        fprintf(o, "    {\"class\": \"%s\", \"customers\": %lld, ", crm_portfolio_name(c),
                (long long)f->class_count[c]);
        field(o, "present_profit", f->class_profit[c], ", ");
        field(o, "value", f->class_value[c], c ? "},\n" : "}\n");
    }
    fputs("  ],\n  \"win_back_first\": [", o);
    for (int k = 0; k < f->win_backs; k++) {
        const int64_t i = f->win_back[k];
        const double value = crm_report_f64(f->r, CRM_REPORT_VALUE)[i],
                     alive = crm_report_f64(f->r, CRM_REPORT_P_ALIVE)[i];
        const char *name = "";
        int64_t length = 0;
        crm_names_get(crm_customers_names(f->l->book), crm_customers_keys(f->l->book)[i], &name, &length,
                      NULL);
        fprintf(o, "%s\n    {\"customer\": ", k ? "," : "");
        json_string(o, name, length);
        fputs(", ", o);
        field(o, "p_alive", alive, ", ");
        field(o, "value", value, ", ");
        field(o, "at_stake", value * (1.0 - alive), "}");
    }
    fputs(f->win_backs ? "\n  ]\n}\n" : "]\n}\n", o);
}

/* ---- as text: the same figures ---- */

static void percent(FILE *o, const char *label, double share)
{
    if (isnan(share))
        fprintf(o, "%s undefined", label);
    else
        fprintf(o, "%s %.2f %%", label, 100.0 * share);
}

static void text_concentration(const findings *f, FILE *o, const char *name, const struct concentration *c)
{
    percent(o, name, c->top_net);
    percent(o, " of net,", c->top_positive);
    fputs(" of positive", o);
    if (c->need_net >= 0)
        fprintf(o, "; 80 %% of net is held by %.2f %% of customers",
                100.0 * (double)c->need_net / (double)f->customers);
    if (c->need_positive >= 0)
        fprintf(o, "; 80 %% of positive by %.2f %%", 100.0 * (double)c->need_positive / (double)f->customers);
    fputc('\n', o);
}

static void number(FILE *o, const char *label, double x, int places)
{
    if (isnan(x))
        fprintf(o, "%s undefined", label);
    else
        fprintf(o, "%s %.*f", label, places, x);
}

static void text_base(const findings *f, FILE *o)
{
    double equity_se, alive_se;
    const double equity = total(f->r, CRM_FIGURE_EQUITY, &equity_se),
                 alive = total(f->r, CRM_FIGURE_ALIVE, &alive_se);
    fprintf(o, "Base       %lld customers,", (long long)f->customers);
    number(o, "", alive, 1);
    number(o, " expected alive (standard error", alive_se, 1);
    number(o, ")\nRevenue   ", total(f->r, CRM_FIGURE_REVENUE, NULL), 2);
    number(o, ", margin", total(f->r, CRM_FIGURE_MARGIN, NULL), 2);
    number(o, ", of the last 365.25 days", total(f->r, CRM_FIGURE_PROFIT, NULL), 2);
    number(o, "\nEquity    ", equity, 2);
    number(o, " (standard error", equity_se, 2);
    fputs(")\n", o);
}

static void write_text(const findings *f, FILE *o)
{
    const arguments *a = f->a;
    char date[16], buffer[32];
    format_date(a->until, date);
    fprintf(o, "Customer value as of %s\n\n", date);
    text_base(f, o);
    fprintf(o, "Assumed    margin rate %.6g (%s), discount %s, horizon ",
            total(f->r, CRM_FIGURE_MARGIN_RATE, NULL),
            !isnan(a->margin) ? "given"
            : f->l->has_cost  ? "from the costs"
                              : "no costs in the log",
            a->discount_text);
    if (isfinite(a->horizon))
        fprintf(o, "%g %ss\n\n", a->horizon, a->unit);
    else
        fputs("for ever\n\n", o);
    if (f->choice.count) {
        fputs("Models tried, the best by BIC taken\n", o);
        choice_text(o, &f->choice);
        fputc('\n', o);
    }
    fit_text(o, crm_report_model(f->r), NULL);
    if (crm_report_spend_model(f->r))
        fit_text(o, crm_report_spend_model(f->r), NULL);
    fputs("\nPyramid       customers             value\n", o);
    double sum = 0.0;
    for (int t = 0; t < f->tiers; t++)
        sum += f->tier_value[t];
    for (int t = 0; t < f->tiers; t++)
        fprintf(o, "  %-10s %10lld %6.2f %% %14.2f %6.2f %%\n", tier_name(f, t, buffer),
                (long long)f->tier_count[t], 100.0 * (double)f->tier_count[t] / (double)f->customers,
                f->tier_value[t], sum != 0.0 ? 100.0 * f->tier_value[t] / sum : 0.0);
    fputs("\nThe top 20 % hold\n", o);
    text_concentration(f, o, "  of value  ", &f->value);
    text_concentration(f, o, "  of profit ", &f->profit);
    number(o, "\nClasses, divided at a future value of", total(f->r, CRM_FIGURE_THRESHOLD, NULL), 2);
    fprintf(o, " (%s)\n", isnan(a->threshold) ? "the mean value" : "given");
    for (int c = CRM_CLASS_INVEST; c >= 0; c--)
        if (c || f->class_count[c])
            fprintf(o, "  %-12s %10lld customers, profit %14.2f, value %14.2f\n", crm_portfolio_name(c),
                    (long long)f->class_count[c], f->class_profit[c], f->class_value[c]);
    fputs(f->win_backs ? "\nWin back first: value at stake, P(alive), customer\n" : "\nNobody to win back\n",
          o);
    for (int k = 0; k < f->win_backs; k++) {
        const int64_t i = f->win_back[k];
        const double p = crm_report_f64(f->r, CRM_REPORT_P_ALIVE)[i];
        const char *name = "";
        int64_t length = 0;
        crm_names_get(crm_customers_names(f->l->book), crm_customers_keys(f->l->book)[i], &name, &length,
                      NULL);
        fprintf(o, "  %12.2f  %.4f  ", crm_report_f64(f->r, CRM_REPORT_VALUE)[i] * (1.0 - p), p);
        plain_text(o, name, length);
        fputc('\n', o);
    }
}

int command_report(const crm_context *context, const arguments *a)
{
    if (a->count != 1) {
        fprintf(stderr, "crmvalue: report takes one file; see crmvalue --help\n");
        return EXIT_INPUT;
    }
    int32_t kind = is_auto(a->model) ? CRM_MODEL_BG_NBD : kind_of(a->model);
    if (kind == 0)
        return EXIT_INPUT;
    ledger l;
    int end = ledger_read(context, a, a->words[0], 1, &l);
    if (end != EXIT_DONE)
        return end;
    crm_error e;
    crm_report *r = NULL;
    findings f = {.a = a, .l = &l};
    if (is_auto(a->model)) {
        end = choose(context, a->words[0], l.book, &f.choice);
        kind = f.choice.kind;
    }
    if (end != EXIT_DONE) {
        ledger_free(&l);
        return end;
    }
    crm_options *o = report_options(a, kind);
    f.status = o ? crm_report_build(context, l.book, o, &r, &e) : CRM_E_MEMORY;
    output out;
    if (!o) {
        end = EXIT_INPUT;
    } else if (f.status < 0) {
        end = failed(a->words[0], &e);
    } else if (!output_open(&out, a->output)) {
        end = EXIT_FAULT;
    } else {
        f.r = r;
        find_all(context, &f);
        if (a->format && strcmp(a->format, "json") == 0)
            write_json(&f, out.file);
        else
            write_text(&f, out.file);
        end = output_close(&out) ? EXIT_DONE : EXIT_FAULT;
    }
    crm_options_destroy(o);
    crm_report_destroy(r);
    ledger_free(&l);
    return end;
}
