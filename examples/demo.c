/* The demo: reads the log that ships with the project, fits, compares with the truth behind the log, and says
 * who is worth what. crmvalue does the same for any log; this is the shortest way through the library for a
 * log in a file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "crmcore.h"
#include "demo.h"

enum { ROWS = 20000 };

typedef struct columns {
    int64_t n;
    uint64_t key[ROWS];
    int64_t day[ROWS], amount[ROWS];
} columns;

static int stop(const crm_error *e)
{
    fprintf(stderr, "demo: %s: %s\n", crm_status_name(e->status), e->text);
    return 1;
}

/* Rows "0001,2024-01-01,12.34" below a header; the file is our own, so that a scanf does. */
static int read_log(const char *path, columns *c)
{
    static const int before[12] = {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335};
    FILE *f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "demo: cannot read %s; run it from the project's root, or name the file\n", path);
        return 0;
    }
    int customer, month, day, units, cents;
    for (int ch = 0; ch != '\n' && ch != EOF;)
        ch = getc(f);
    for (c->n = 0;
         c->n < ROWS && fscanf(f, "%d,2024-%d-%d,%d.%d", &customer, &month, &day, &units, &cents) == 5;
         c->n++) {
        if (month < 1 || month > 12)
            break;
        c->key[c->n] = (uint64_t)customer;
        c->day[c->n] = before[month - 1] + day - 1;
        c->amount[c->n] = 100 * (int64_t)units + cents;
    }
    const int whole = feof(f) && !ferror(f) && c->n > 0;
    fclose(f);
    if (!whole)
        fprintf(stderr, "demo: %s is not the demo's log\n", path);
    return whole;
}

/* One parameter a line: what it was, what was found, and how many standard errors lie between. */
static void compare(const crm_model *m, const double *truth, const char *const *name, double *worst)
{
    const int32_t count = crm_kind_parameters(crm_model_kind(m));
    double found[8], covariance[64];
    crm_model_parameters(m, found, covariance, NULL);
    for (int32_t i = 0; i < count; i++) {
        const double se = sqrt(covariance[i * (count + 1)]), off = (found[i] - truth[i]) / se;
        printf("  %-6s %8.4f %10.4f %10.4f %+8.2f\n", name[i], truth[i], found[i], se, off);
        if (!(fabs(off) <= *worst))
            *worst = fabs(off);
    }
}

static void print_report(const crm_customers *book, const crm_report *r)
{
    static const char *const tier_name[4] = {"platinum", "gold", "iron", "lead"};
    const int64_t n = crm_customers_count(book);
    const double *value = crm_report_f64(r, CRM_REPORT_VALUE);
    int64_t count[4], need = 0;
    double sum[4], equity = 0, se = 0, top = 0;
    crm_report_total(r, CRM_FIGURE_EQUITY, &equity, &se, NULL);
    crm_pyramid_totals(n, value, crm_report_tier(r), 4, count, sum, NULL);
    crm_concentration_top(NULL, n, value, 0.2, 0, &top, NULL);
    crm_concentration_need(NULL, n, value, 0.8, 0, &need, NULL);
    printf("\nThe base of %d customers is worth %.2f (standard error %.2f).\n\n  tier      customers         "
           "value\n",
           (int)n, equity, se);
    for (int t = 0; t < 4; t++)
        printf("  %-9s %9d %13.2f  %5.1f %%\n", tier_name[t], (int)count[t], sum[t], 100.0 * sum[t] / equity);
    printf("\nThe top 20 %% hold %.1f %% of the value; %.1f %% of the customers hold 80 %%.\n", 100.0 * top,
           100.0 * (double)need / (double)n);
}

int main(int argc, char **argv)
{
    static columns c;
    crm_error e;
    crm_customers *book = NULL;
    crm_report *report = NULL;
    if (!read_log(argc > 1 ? argv[1] : "examples/demo.csv", &c))
        return 2;
    if (crm_customers_from_columns(NULL, c.n, c.key, c.day, c.amount, DEMO_DAYS - 1, 7.0, 2, NULL, &book,
                                   &e) < 0 ||
        crm_report_build(NULL, book, NULL, &report, &e) < 0)
        return stop(&e);
    printf("%d rows of %d customers, simulated (seed %d)\n\n", (int)c.n, (int)crm_customers_count(book),
           DEMO_SEED);
    printf("  name      truth      found   st. err.     off\n");
    double worst = 0.0;
    compare(crm_report_model(report), demo_purchases, demo_names, &worst);
    compare(crm_report_spend_model(report), demo_spend, demo_names + 4, &worst);
    print_report(book, report);
    crm_report_destroy(report);
    crm_customers_destroy(book);
    /* Seven estimates: one in two thousand simulated logs has one of them more than four standard errors off.
     */
    if (!(worst < 4.0)) {
        fprintf(stderr, "demo: the fit is %.1f standard errors from the truth\n", worst);
        return 1;
    }
    return 0;
}
