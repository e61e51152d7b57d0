/* crmvalue fit: a model's parameters, and how far they may be trusted. */
#include <math.h>
#include <string.h>

#include "crmvalue.h"

enum { PARAMETERS = 8 + 2 * COVARIATES };

int32_t kind_of(const char *name)
{
    const int32_t kind = crm_kind_find(name);
    if (kind > 0 && crm_kind_fits(kind))
        return kind;
    fprintf(stderr, "crmvalue: %s: %s; there are: auto,", name, kind > 0 ? "not built yet" : "no such model");
    for (int32_t k = 1; k <= crm_kind_count(); k++)
        if (crm_kind_fits(k))
            fprintf(stderr, " %s", crm_kind_name(k));
    fputc('\n', stderr);
    return 0;
}

int failed(const char *path, const crm_error *e)
{
    fprintf(stderr, "crmvalue: %s: %s: %s\n", path, crm_status_name(e->status), e->text);
    switch (e->status) {
    case CRM_E_MEMORY:
    case CRM_E_EXECUTOR:
    case CRM_E_INTERNAL:
        return EXIT_FAULT;
    case CRM_E_OVERFLOW:
    case CRM_E_ARGUMENT:
    case CRM_E_ORDER:
    case CRM_E_KEY:
        return EXIT_INPUT;
    default:
        return EXIT_UNCOMPUTABLE;
    }
}

/* Parameters and standard errors, NaN where there are none; their number. */
static int32_t estimates(const crm_model *model, double parameter[PARAMETERS], double se[PARAMETERS])
{
    const int32_t count = crm_model_count(model);
    double covariance[PARAMETERS * PARAMETERS];
    if (count > PARAMETERS || crm_model_parameters(model, parameter, covariance, NULL) < 0)
        return 0;
    for (int32_t i = 0; i < count; i++)
        se[i] = sqrt(covariance[i * (count + 1)]);
    return count;
}

/* What the fit answered. */
static crm_status status_of(const crm_model *model)
{
    return (crm_status)crm_model_fact(model, CRM_FACT_STATUS);
}

static const char *truth(double fact)
{
    return fact == 1.0 ? "true" : "false";
}

void fit_json(FILE *f, const crm_model *model, const covariates *v, int indent)
{
    const int32_t kind = crm_model_kind(model);
    double parameter[PARAMETERS], se[PARAMETERS];
    const int32_t count = estimates(model, parameter, se);
    fprintf(f, "{\n%*s\"model\": \"%s\",\n", indent, "", crm_kind_name(kind));
    fprintf(f, "%*s\"status\": \"%s\",\n", indent, "", crm_status_name(status_of(model)));
    fprintf(f, "%*s\"converged\": %s,\n", indent, "", truth(crm_model_fact(model, CRM_FACT_CONVERGED)));
    fprintf(f, "%*s\"identified\": %s,\n", indent, "", truth(crm_model_fact(model, CRM_FACT_IDENTIFIED)));
    static const struct {
        const char *name;
        int32_t fact;
    } facts[] = {{"log_likelihood", CRM_FACT_LOG_LIKELIHOOD},
                 {"customers", CRM_FACT_CUSTOMERS},
                 {"distinct", CRM_FACT_DISTINCT}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        fprintf(f, "%*s\"%s\": ", indent, "", facts[i].name);
        json_number(f, crm_model_fact(model, facts[i].fact));
        fputs(",\n", f);
    }
    for (int pass = 0; pass < 2; pass++) {
        fprintf(f, "%*s\"%s\": {", indent, "", pass ? "standard_errors" : "parameters");
        for (int32_t i = 0; i < count; i++) {
            char buffer[128];
            const char *name = parameter_name(model, i, v, buffer);
            fputs(i ? ", " : "", f);
            json_string(f, name, (int64_t)strlen(name));
            fputs(": ", f);
            json_number(f, pass ? se[i] : parameter[i]);
        }
        fputs("},\n", f);
    }
    fprintf(f, "%*s\"aic\": ", indent, "");
    json_number(f, crm_model_fact(model, CRM_FACT_AIC));
    fprintf(f, ",\n%*s\"bic\": ", indent, "");
    json_number(f, crm_model_fact(model, CRM_FACT_BIC));
    fprintf(f, "\n%*s}", indent - 2, "");
}

void fit_text(FILE *f, const crm_model *model, const covariates *v)
{
    const int32_t kind = crm_model_kind(model);
    double parameter[PARAMETERS], se[PARAMETERS];
    const int32_t count = estimates(model, parameter, se);
    fprintf(f, "%s on %.0f customers, %.0f distinct: log-likelihood %.4f, AIC %.2f, BIC %.2f\n",
            crm_kind_name(kind), crm_model_fact(model, CRM_FACT_CUSTOMERS),
            crm_model_fact(model, CRM_FACT_DISTINCT), crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD),
            crm_model_fact(model, CRM_FACT_AIC), crm_model_fact(model, CRM_FACT_BIC));
    const crm_status status = status_of(model);
    if (status != CRM_OK)
        fprintf(f, "  %s: %s\n", crm_status_name(status), crm_status_text(status));
    for (int32_t i = 0; i < count; i++) {
        char buffer[128];
        const char *name = parameter_name(model, i, v, buffer);
        const int64_t length = (int64_t)strlen(name);
        fputs("  ", f);
        plain_text(f, name, length);
        fprintf(f, "%*s %12.6g", length < 6 ? (int)(6 - length) : 0, "", parameter[i]);
        if (isnan(se[i]))
            fputs("   (no standard error)\n", f);
        else
            fprintf(f, "   (standard error %.4g)\n", se[i]);
    }
}

/* What there is to fit: of a log, or of cells. */
static int read_summary(const crm_context *context, const arguments *a, int32_t kind, covariates *v,
                        crm_summary **out)
{
    if (a->cells)
        return cells_read(context, a->cells, kind, out);
    ledger l;
    int end = ledger_read(context, a, a->words[1], kind == CRM_MODEL_GAMMA_GAMMA, &l);
    if (end != EXIT_DONE)
        return end;
    crm_error e = {.status = CRM_E_MEMORY, .text = "Out of memory."};
    if (a->covariates && !covariates_read(a->covariates, l.book, v))
        end = EXIT_INPUT;
    else if ((a->covariates ? covariates_summary(context, l.book, v, out, &e)
                            : crm_summary_of_customers(context, l.book, out, &e)) < 0)
        end = failed(a->words[1], &e);
    ledger_free(&l);
    return end;
}

static int write_fit(const arguments *a, const crm_model *model, const covariates *v)
{
    output out;
    if (!output_open(&out, a->output))
        return EXIT_FAULT;
    if (a->format && strcmp(a->format, "json") == 0) {
        fit_json(out.file, model, v, 2);
        fputc('\n', out.file);
    } else {
        fit_text(out.file, model, v);
    }
    return output_close(&out) ? EXIT_DONE : EXIT_FAULT;
}

int command_fit(const crm_context *context, const arguments *a)
{
    if (a->count != (a->cells ? 1 : 2)) {
        fprintf(stderr, a->cells
                            ? "crmvalue: fit --cells takes a model and no other file; see crmvalue --help\n"
                            : "crmvalue: fit takes a model and a file; see crmvalue --help\n");
        return EXIT_INPUT;
    }
    if (a->covariates && a->cells) {
        fprintf(stderr, "crmvalue: --cells: counted customers have no covariates\n");
        return EXIT_INPUT;
    }
    const int automatic = is_auto(a->words[0]);
    int32_t kind = automatic ? CRM_MODEL_BG_NBD : kind_of(a->words[0]);
    if (kind == 0)
        return EXIT_INPUT;
    const char *path = a->cells ? a->cells : a->words[1];
    crm_summary *summary = NULL;
    covariates v = {.columns = 0};
    int end = read_summary(context, a, kind, &v, &summary);
    choice c = {.count = 0};
    if (end == EXIT_DONE && automatic)
        end = choose_of(context, path, summary, &c);
    if (end == EXIT_DONE) {
        kind = automatic ? c.kind : kind;
        choice_text(stderr, &c);
        crm_error e;
        crm_model *model = NULL;
        if (crm_model_fit(context, kind, summary, NULL, &model, &e) < 0)
            end = failed(path, &e);
        else
            end = write_fit(a, model, &v);
        crm_model_destroy(model);
    }
    crm_summary_destroy(summary);
    covariates_free(&v);
    return end;
}
