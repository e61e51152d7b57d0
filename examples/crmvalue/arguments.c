/* The command line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

void print_help(FILE *f)
{
    fputs(
        "crmvalue: what customers are worth, from the log of what they bought\n"
        "\n"
        "  crmvalue report LOG.csv --until DATE [options]          the value of the base and where it lies\n"
        "  crmvalue fit MODEL LOG.csv --until DATE [options]       a model's parameters\n"
        "  crmvalue fit MODEL --cells CELLS.csv [options]          the same of customers who are counted "
        "already\n"
        "  crmvalue predict MODEL LOG.csv --until DATE --horizon N what to expect of each customer, as CSV\n"
        "  crmvalue eval QUANTITY MODEL name=value ...             one number\n"
        "  crmvalue check MODEL LOG.csv --until DATE --holdout-until DATE\n"
        "                                                          a model against what happened after\n"
        "\n"
        "LOG.csv has a header that names customer and date (YYYY-MM-DD), amount where money is asked for, "
        "and\n"
        "optionally quantity, cost, product, channel, in any order. - is the standard input.\n"
        "CELLS.csv names x, t_x, T (or n) and optionally count (or weight): how many customers have this "
        "history;\n"
        "for sbg and bdw duration and ended (0 or 1) in place of the first three, or period and survivors "
        "alone.\n"
        "\n"
        "  --until DATE         the last day that counts\n"
        "  --holdout-until DATE the last day of the hold-out (check)\n"
        "  --cells FILE         counted histories in place of a log (fit)\n"
        "  --covariates FILE    customer and numbers that say who it is, for fit: pareto-nbd, bg-nbd, "
        "ggompertz-nbd\n"
        "  --unit UNIT          day, week, month or year: the time unit of model and horizon (week)\n"
        "  --model MODEL        the purchase model of the report (bg-nbd)\n"
        "  --discount R/UNIT    effective discount rate (0.15/year)\n"
        "  --horizon N          time units to look ahead (for ever)\n"
        "  --margin R           margin per unit of revenue (from the cost column; 1 without one)\n"
        "  --tiers A,B,...      sizes of the tiers in percent of customers, from the top (20,30,30,20)\n"
        "  --threshold V        future value that divides the classes (the mean value)\n"
        "  --format F           text or json (text)\n"
        "  --output FILE        where to write (standard output)\n"
        "  --decimals N         decimal places of the amounts, 0 to 9 (2)\n"
        "  --threads N          worker threads, 1 to 256 (1); no result depends on it\n"
        "\n"
        "Models, with their parameters:\n",
        f);
    for (int32_t kind = 1; kind <= crm_kind_count(); kind++) {
        if (!crm_kind_fits(kind))
            continue;
        fprintf(f, "  %-20s", crm_kind_name(kind));
        for (int32_t i = 0; i < crm_kind_parameters(kind); i++)
            fprintf(f, " %s", crm_kind_parameter(kind, i));
        fputs("\n", f);
    }
    fputs("  auto                 fits all models of purchases and takes the best by BIC\n"
          "\n"
          "Quantities of eval: log-likelihood, p-alive (ahead=), expected (t=), cet (t=, t0=), dert "
          "(discount=),\n"
          "det (t=, discount=), pmf (count=, t=), rate, spread (t=, t0=), spend (mean=); names are the\n"
          "model's parameters and x, t_x, T (of sbg and bdw T alone; their log-likelihood takes duration=\n"
          "and ended=).\n"
          "\n"
          "Exit status: 0 done; 2 bad input or command line; 3 there is no such number; 1 anything else.\n"
          "crmvalue(1) has the formats and examples.\n",
          f);
}

static int complaint(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, "crmvalue: %s %s: %s\n", option, value, wanted);
    return 0;
}

/* "0.15/year": an effective rate per unit of time, which becomes a continuous one per unit of the model. The
 * model's unit may come later on the command line, so that here it is per day. */
static int read_discount(const char *value, double *per_day)
{
    char number[64];
    const char *slash = strchr(value, '/');
    if (!slash || (size_t)(slash - value) >= sizeof number)
        return 0;
    memcpy(number, value, (size_t)(slash - value));
    number[slash - value] = '\0';
    double rate;
    const double days = unit_days(slash + 1);
    if (!parse_number(number, &rate) || rate < 0.0 || days == 0.0)
        return 0;
    double continuous;
    if (crm_discount_rate(rate, 1.0, NULL, &continuous, NULL) != CRM_OK)
        return 0;
    *per_day = continuous / days;
    return 1;
}

static int read_tiers(arguments *a, const char *value)
{
    double sum = 0.0;
    a->tier_count = 0;
    for (const char *at = value;;) {
        char number[64];
        const size_t length = strcspn(at, ",");
        if (a->tier_count == 32 || length >= sizeof number)
            return 0;
        memcpy(number, at, length);
        number[length] = '\0';
        double percent;
        if (!parse_number(number, &percent) || percent <= 0.0)
            return 0;
        a->tiers[a->tier_count++] = percent / 100.0;
        sum += percent;
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    return a->tier_count >= 2 && fabs(sum - 100.0) < 1e-6;
}

static int read_option(arguments *a, const char *name, const char *value, double *discount_per_day)
{
    double number;
    int64_t integer;
    const int is_number = parse_number(value, &number);
    const int is_integer = parse_integer(value, (int64_t)strlen(value), &integer);
    if (strcmp(name, "--until") == 0) {
        a->has_until = parse_date(value, (int64_t)strlen(value), &a->until);
        return a->has_until || complaint(name, value, "not a date of the form YYYY-MM-DD");
    }
    if (strcmp(name, "--holdout-until") == 0) {
        a->has_holdout = parse_date(value, (int64_t)strlen(value), &a->holdout);
        return a->has_holdout || complaint(name, value, "not a date of the form YYYY-MM-DD");
    }
    if (strcmp(name, "--covariates") == 0) {
        a->covariates = value;
        return strcmp(a->command, "fit") == 0 || complaint(name, value, "only fit takes covariates");
    }
    if (strcmp(name, "--cells") == 0) {
        a->cells = value;
        return 1;
    }
    if (strcmp(name, "--unit") == 0) {
        a->unit = value;
        a->days_per_unit = unit_days(value);
        return a->days_per_unit > 0.0 || complaint(name, value, "the units are day, week, month and year");
    }
    if (strcmp(name, "--model") == 0) {
        a->model = value;
        return 1;
    }
    if (strcmp(name, "--discount") == 0) {
        a->discount_text = value;
        return read_discount(value, discount_per_day) ||
               complaint(name, value, "not a rate such as 0.15/year");
    }
    if (strcmp(name, "--horizon") == 0) {
        a->horizon = number;
        a->has_horizon = 1;
        return (is_number && number > 0.0) || complaint(name, value, "not a number of time units above 0");
    }
    if (strcmp(name, "--margin") == 0) {
        a->margin = number;
        return (is_number && number >= -1000.0 && number <= 1.0) ||
               complaint(name, value, "not a share of revenue from -1000 to 1");
    }
    if (strcmp(name, "--threshold") == 0) {
        a->threshold = number;
        return is_number || complaint(name, value, "not a number");
    }
    if (strcmp(name, "--tiers") == 0)
        return read_tiers(a, value) || complaint(name, value, "not 2 to 32 percentages that sum to 100");
    if (strcmp(name, "--format") == 0) {
        a->format = value;
        return strcmp(value, "text") == 0 || strcmp(value, "json") == 0 ||
               complaint(name, value, "text or json");
    }
    if (strcmp(name, "--output") == 0) {
        a->output = value;
        return 1;
    }
    if (strcmp(name, "--decimals") == 0) {
        a->decimals = is_integer && integer >= 0 && integer <= 9 ? (int32_t)integer : -1;
        return a->decimals >= 0 || complaint(name, value, "not a whole number from 0 to 9");
    }
    if (strcmp(name, "--threads") == 0) {
        a->threads = is_integer && integer >= 1 && integer <= 256 ? (int32_t)integer : 0;
        return a->threads > 0 || complaint(name, value, "not a whole number from 1 to 256");
    }
    fprintf(stderr, "crmvalue: %s: no such option; see crmvalue --help\n", name);
    return 0;
}

int arguments_read(arguments *a, int argc, char **argv)
{
    memset(a, 0, sizeof *a);
    a->unit = "week";
    a->days_per_unit = 7.0;
    a->horizon = (double)INFINITY;
    a->margin = a->threshold = (double)NAN;
    a->model = "bg-nbd";
    a->decimals = 2;
    a->threads = 1;
    a->discount_text = "0.15/year";
    a->command = argv[1];
    double per_day = 0.0;
    if (!read_discount(a->discount_text, &per_day))
        return 0;
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            a->options++;
            char name[64];
            const char *equals = strchr(argv[i], '=');
            const char *value = equals ? equals + 1 : i + 1 < argc ? argv[i + 1] : NULL;
            const size_t length = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
            if (!value || length >= sizeof name) {
                fprintf(stderr, "crmvalue: %s: a value is missing, or there is no such option\n", argv[i]);
                return 0;
            }
            memcpy(name, argv[i], length);
            name[length] = '\0';
            if (!read_option(a, name, value, &per_day))
                return 0;
            i += equals ? 0 : 1;
        } else if (a->count < 64) {
            a->words[a->count++] = argv[i];
        } else {
            fprintf(stderr, "crmvalue: too many arguments\n");
            return 0;
        }
    }
    a->discount = per_day * a->days_per_unit;
    return 1;
}
