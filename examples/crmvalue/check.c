/* crmvalue check: a model fitted to a log until one date, held against what happened until a later one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

enum { GROUPS = 8, BINS = 8 };

/* All that is printed, whatever the format. */
typedef struct check {
    const arguments *a;
    const crm_model *model;
    double length; /* of the hold-out, in units */
    int64_t customers[GROUPS];
    double actual[GROUPS], expected[GROUPS]; /* means of the hold-out */
    double mae, rmse, bias;
    double total_actual, total_expected;
    double histogram[BINS]; /* customers expected by frequency in the calibration */
    int32_t times;
    int64_t *until; /* days */
    double *time, *tracked;
    int64_t *repeats;
} check;

static void release(check *c)
{
    free(c->until);
    free(c->time);
    free(c->tracked);
    free(c->repeats);
}

/* The ends of the units from the first purchase on, and the two dates. */
static int lay_out(check *c, int64_t origin)
{
    const arguments *a = c->a;
    const double units = ceil((double)(a->holdout - origin) / a->days_per_unit);
    if (!(units < 1e6)) {
        fprintf(stderr, "crmvalue: --unit %s: the log is too long for a curve in such units\n", a->unit);
        return 0;
    }
    const size_t most = (size_t)units + 3;
    c->until = calloc(most, sizeof *c->until);
    c->time = calloc(most, sizeof *c->time);
    c->tracked = calloc(most, sizeof *c->tracked);
    c->repeats = calloc(most, sizeof *c->repeats);
    if (!c->until || !c->time || !c->tracked || !c->repeats) {
        fprintf(stderr, "crmvalue: out of memory\n");
        return 0;
    }
    int64_t last = origin;
    for (int64_t k = 1; last < a->holdout; k++) {
        int64_t next = origin + (int64_t)floor((double)k * a->days_per_unit);
        next = next > a->holdout ? a->holdout : next;
        if (last < a->until && a->until < next)
            c->until[c->times++] = a->until;
        c->until[c->times++] = next;
        last = next;
    }
    for (int32_t k = 0; k < c->times; k++)
        c->time[k] = (double)(c->until[k] - origin) / a->days_per_unit;
    return 1;
}

/* When each customer first bought, in units since the first of all; NaN of one who never did. NULL without
 * memory. */
static double *starts(const arguments *a, const crm_customers *book, int64_t *origin)
{
    const int64_t n = crm_customers_count(book);
    const int64_t *first = crm_customers_i64(book, CRM_CUSTOMER_FIRST);
    double *start = calloc((size_t)(n ? n : 1), sizeof *start);
    *origin = INT64_MAX;
    for (int64_t i = 0; i < n; i++)
        *origin = first[i] != INT64_MIN && first[i] < *origin ? first[i] : *origin;
    for (int64_t i = 0; i < n && start; i++)
        start[i] = first[i] == INT64_MIN ? (double)NAN : (double)(first[i] - *origin) / a->days_per_unit;
    return start;
}

/* The hold-out by frequency and in sum. */
static crm_status hold_out(const crm_context *context, check *c, const ledger *l, const crm_customers *later,
                           crm_error *e)
{
    const int64_t n = crm_customers_count(l->book);
    const double *x = crm_customers_f64(l->book, CRM_CUSTOMER_X);
    const double *t_x = crm_customers_f64(l->book, CRM_CUSTOMER_T_X);
    const double *T = crm_customers_f64(l->book, CRM_CUSTOMER_T);
    double *actual = calloc((size_t)(n ? n : 1), sizeof *actual);
    double *expected = calloc((size_t)(n ? n : 1), sizeof *expected);
    crm_status s = CRM_E_MEMORY;
    if (actual && expected)
        s = crm_customers_since(l->book, later, actual, e);
    if (s == CRM_OK)
        s = crm_model_expected(context, c->model, n, x, t_x, T, c->length, expected, NULL, e);
    if (s == CRM_OK)
        s = crm_check_groups(n, x, actual, expected, GROUPS, c->customers, c->actual, c->expected, e);
    if (s == CRM_OK)
        s = crm_check_errors(n, actual, expected, &c->mae, &c->rmse, &c->bias, e);
    for (int g = 0; g < GROUPS && s == CRM_OK; g++) {
        c->total_actual += c->customers[g] ? (double)c->customers[g] * c->actual[g] : 0.0;
        c->total_expected += c->customers[g] ? (double)c->customers[g] * c->expected[g] : 0.0;
    }
    if (s == CRM_OK)
        s = crm_check_histogram(context, c->model, n, T, BINS, c->histogram, e);
    free(actual);
    free(expected);
    return s;
}

static crm_status track(const crm_context *context, check *c, const ledger *l, const double *start,
                        crm_error *e)
{
    crm_status s = crm_check_tracking(context, c->model, crm_customers_count(l->book), start, c->times,
                                      c->time, c->tracked, e);
    if (s == CRM_OK)
        s = crm_transactions_repeats(l->log, c->a->until, c->times, c->until, c->repeats, e);
    return s;
}

/* ---- as text and as JSON ---- */

static void print_text(const check *c, FILE *f)
{
    char date[16];
    fit_text(f, c->model, NULL);
    format_date(c->a->holdout, date);
    fprintf(f, "\nhold-out until %s, %.4g %ss: %.0f purchases, %.1f expected, bias %+.1f %%\n", date,
            c->length, c->a->unit, c->total_actual, c->total_expected, 100.0 * c->bias);
    fprintf(f, "  per customer: mean absolute error %.4f, root mean squared error %.4f\n", c->mae, c->rmse);
    fprintf(f, "\n  %-12s %10s %12s %10s %10s\n", "repeats", "customers", "model", "bought", "expected");
    for (int g = 0; g < GROUPS; g++) {
        char name[16];
        snprintf(name, sizeof name, "%d%s", g, g == GROUPS - 1 ? "+" : "");
        fprintf(f, "  %-12s %10lld %12.1f", name, (long long)c->customers[g], c->histogram[g]);
        if (c->customers[g])
            fprintf(f, " %10.3f %10.3f\n", c->actual[g], c->expected[g]);
        else
            fprintf(f, " %10s %10s\n", "-", "-");
    }
    fprintf(f, "\n  %-12s %10s %12s %12s\n", "until", c->a->unit, "repeats", "expected");
    for (int32_t k = 0; k < c->times; k++) {
        format_date(c->until[k], date);
        fprintf(f, "  %-12s %10.4g %12lld %12.1f%s\n", date, c->time[k], (long long)c->repeats[k],
                c->tracked[k], c->until[k] == c->a->until ? "  (calibration ends)" : "");
    }
}

static void named(FILE *f, const char *name, double value, const char *end)
{
    fprintf(f, "\"%s\": ", name);
    json_number(f, value);
    fputs(end, f);
}

static void print_json(const check *c, FILE *f)
{
    char date[16];
    fputs("{\n  \"fit\": ", f);
    fit_json(f, c->model, NULL, 4);
    format_date(c->a->holdout, date);
    fprintf(f, ",\n  \"holdout\": {\"until\": \"%s\", \"unit\": \"%s\", ", date, c->a->unit);
    named(f, "length", c->length, ", ");
    named(f, "purchases", c->total_actual, ", ");
    named(f, "expected", c->total_expected, ", ");
    named(f, "mae", c->mae, ", ");
    named(f, "rmse", c->rmse, ", ");
    named(f, "bias", c->bias, "},\n  \"by_frequency\": [\n");
    for (int g = 0; g < GROUPS; g++) {
        fprintf(f, "    {\"repeats\": %d, \"or_more\": %s, \"customers\": %lld, ", g,
                g == GROUPS - 1 ? "true" : "false", (long long)c->customers[g]);
        named(f, "customers_expected", c->histogram[g], ", ");
        named(f, "purchases_mean", c->actual[g], ", ");
        named(f, "expected_mean", c->expected[g], g == GROUPS - 1 ? "}\n" : "},\n");
    }
    fputs("  ],\n  \"tracking\": [\n", f);
    for (int32_t k = 0; k < c->times; k++) {
        format_date(c->until[k], date);
        fprintf(f, "    {\"until\": \"%s\", ", date);
        named(f, "time", c->time[k], ", ");
        fprintf(f, "\"repeats\": %lld, ", (long long)c->repeats[k]);
        named(f, "expected", c->tracked[k], k == c->times - 1 ? "}\n" : "},\n");
    }
    fputs("  ]\n}\n", f);
}

/* ---- the command ---- */

static int print(const check *c)
{
    output out;
    if (!output_open(&out, c->a->output))
        return EXIT_FAULT;
    if (c->a->format && strcmp(c->a->format, "json") == 0)
        print_json(c, out.file);
    else
        print_text(c, out.file);
    return output_close(&out) ? EXIT_DONE : EXIT_FAULT;
}

/* With a book, a later book and a fit. */
static int compare(const crm_context *context, check *c, const ledger *l, const crm_customers *later,
                   const char *path)
{
    crm_error e;
    int64_t origin;
    double *start = starts(c->a, l->book, &origin);
    int end = EXIT_FAULT;
    if (start && lay_out(c, origin)) {
        crm_status s = hold_out(context, c, l, later, &e);
        if (s == CRM_OK)
            s = track(context, c, l, start, &e);
        end = s < 0 ? failed(path, &e) : print(c);
    }
    free(start);
    release(c);
    return end;
}

int command_check(const crm_context *context, const arguments *a)
{
    if (a->count != 2 || !a->has_holdout) {
        fprintf(stderr,
                "crmvalue: check takes a model, a file and --holdout-until DATE; see crmvalue --help\n");
        return EXIT_INPUT;
    }
    const int automatic = is_auto(a->words[0]);
    int32_t kind = automatic ? CRM_MODEL_BG_NBD : kind_of(a->words[0]);
    if (kind == 0)
        return EXIT_INPUT;
    if (!crm_kind_supports(kind, CRM_QUANTITY_EXPECTED) ||
        !crm_kind_supports(kind, CRM_QUANTITY_PROBABILITY)) {
        fprintf(stderr, "crmvalue: %s: not a model of purchases\n", a->words[0]);
        return EXIT_INPUT;
    }
    ledger l;
    int end = ledger_read(context, a, a->words[1], 0, &l);
    if (end != EXIT_DONE)
        return end;
    if (a->holdout <= a->until) {
        ledger_free(&l);
        fprintf(stderr, "crmvalue: --holdout-until is not after --until\n");
        return EXIT_INPUT;
    }
    choice picked = {.count = 0};
    if (automatic && (end = choose(context, a->words[1], l.book, &picked)) != EXIT_DONE) {
        ledger_free(&l);
        return end;
    }
    kind = automatic ? picked.kind : kind;
    choice_text(stderr, &picked);
    crm_error e;
    crm_customers *later = NULL;
    crm_summary *summary = NULL;
    crm_model *model = NULL;
    check c = {.a = a, .length = (double)(a->holdout - a->until) / a->days_per_unit};
    crm_status s =
        crm_customers_build(context, l.log, a->holdout, a->days_per_unit, a->decimals, NULL, &later, &e);
    if (s >= 0)
        s = crm_summary_of_customers(context, l.book, &summary, &e);
    if (s >= 0)
        s = crm_model_fit(context, kind, summary, NULL, &model, &e);
    if (s > 0)
        fprintf(stderr, "crmvalue: %s: %s\n", crm_status_name(s), e.text);
    c.model = model;
    end = s < 0 ? failed(a->words[1], &e) : compare(context, &c, &l, later, a->words[1]);
    crm_model_destroy(model);
    crm_summary_destroy(summary);
    crm_customers_destroy(later);
    ledger_free(&l);
    return end;
}
