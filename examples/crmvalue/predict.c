/* crmvalue predict: what to expect of each customer, as CSV. */
#include <math.h>
#include <string.h>

#include "crmvalue.h"

static void write_rows(const ledger *l, const crm_report *r, FILE *f)
{
    const crm_customers *b = l->book;
    const int64_t n = crm_customers_count(b);
    const uint64_t *key = crm_customers_keys(b);
    const double *column[] = {
        crm_customers_f64(b, CRM_CUSTOMER_X),     crm_customers_f64(b, CRM_CUSTOMER_T_X),
        crm_customers_f64(b, CRM_CUSTOMER_T),     crm_report_f64(r, CRM_REPORT_P_ALIVE),
        crm_report_f64(r, CRM_REPORT_EXPECTED),   crm_report_f64(r, CRM_REPORT_EXPECTED_SE),
        crm_report_f64(r, CRM_REPORT_DISCOUNTED), crm_report_f64(r, CRM_REPORT_SPEND),
        crm_report_f64(r, CRM_REPORT_VALUE),      crm_report_f64(r, CRM_REPORT_VALUE_SE)};
    fputs("customer,x,t_x,T,p_alive,expected,expected_se,discounted,spend,value,value_se,tier,class\n", f);
    for (int64_t i = 0; i < n; i++) {
        const char *name = "";
        int64_t length = 0;
        crm_names_get(crm_customers_names(b), key[i], &name, &length, NULL);
        csv_text(f, name, length);
        for (size_t c = 0; c < sizeof column / sizeof *column; c++) {
            fputc(',', f);
            csv_number(f, column[c] ? column[c][i] : (double)NAN);
        }
        const int tier = crm_report_tier(r)[i], class = crm_report_class(r)[i];
        if (tier)
            fprintf(f, ",%d,%s\n", tier, class ? crm_portfolio_name(class) : "");
        else
            fputs(",,\n", f);
    }
}

int command_predict(const crm_context *context, const arguments *a)
{
    if (a->count != 2 || !a->has_horizon) {
        fprintf(stderr, "crmvalue: predict takes a model, a file and --horizon N; see crmvalue --help\n");
        return EXIT_INPUT;
    }
    if (a->format && strcmp(a->format, "text") != 0) {
        fprintf(stderr, "crmvalue: --format %s: predict prints CSV\n", a->format);
        return EXIT_INPUT;
    }
    const int automatic = is_auto(a->words[0]);
    int32_t kind = automatic ? CRM_MODEL_BG_NBD : kind_of(a->words[0]);
    if (kind == 0)
        return EXIT_INPUT;
    ledger l;
    int end = ledger_read(context, a, a->words[1], 0, &l);
    if (end != EXIT_DONE)
        return end;
    choice c = {.count = 0};
    if (automatic && (end = choose(context, a->words[1], l.book, &c)) != EXIT_DONE) {
        ledger_free(&l);
        return end;
    }
    kind = automatic ? c.kind : kind;
    choice_text(stderr, &c);
    crm_error e;
    crm_report *r = NULL;
    crm_options *o = report_options(a, kind);
    const crm_status s = o ? crm_report_build(context, l.book, o, &r, &e) : CRM_E_MEMORY;
    output out;
    if (!o) {
        end = EXIT_INPUT;
    } else if (s < 0) {
        end = failed(a->words[1], &e);
    } else if (!output_open(&out, a->output)) {
        end = EXIT_FAULT;
    } else {
        if (s > 0)
            fprintf(stderr, "crmvalue: %s: %s\n", crm_status_name(s), e.text);
        write_rows(&l, r, out.file);
        end = output_close(&out) ? EXIT_DONE : EXIT_FAULT;
    }
    crm_options_destroy(o);
    crm_report_destroy(r);
    ledger_free(&l);
    return end;
}
