/* The model of a log that is not named: every model of purchases is fitted, the best by BIC is taken. */
#include <math.h>
#include <string.h>

#include "crmvalue.h"

/* In the order in which ties would go. */
static const int32_t candidates[CANDIDATES] = {
    CRM_MODEL_NBD,       CRM_MODEL_PARETO_NBD, CRM_MODEL_BG_NBD,       CRM_MODEL_MBG_NBD,
    CRM_MODEL_BG_CNBD_K, CRM_MODEL_MBG_CNBD_K, CRM_MODEL_GGOMPERTZ_NBD};

int is_auto(const char *name)
{
    return strcmp(name, "auto") == 0;
}

/* One fit; not a failure of the program if this model has none. */
static crm_status try(const crm_context *context, int32_t kind, const crm_summary *summary, tried *t,
                      crm_error *e)
{
    crm_model *model = NULL;
    t->kind = kind;
    t->bic = t->value = (double)NAN;
    t->status = crm_model_fit(context, kind, summary, NULL, &model, e);
    if (model) {
        t->bic = crm_model_fact(model, CRM_FACT_BIC);
        t->value = crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD);
    }
    crm_model_destroy(model);
    return t->status == CRM_E_MEMORY || t->status == CRM_E_CANCELLED || t->status == CRM_E_EXECUTOR
               ? t->status
               : CRM_OK;
}

int choose(const crm_context *context, const char *path, const crm_customers *book, choice *c)
{
    crm_error e;
    crm_summary *summary = NULL;
    if (crm_summary_of_customers(context, book, &summary, &e) < 0)
        return failed(path, &e);
    const int end = choose_of(context, path, summary, c);
    crm_summary_destroy(summary);
    return end;
}

int choose_of(const crm_context *context, const char *path, const crm_summary *summary, choice *c)
{
    crm_error e;
    crm_status s = CRM_OK;
    memset(c, 0, sizeof *c);
    double best = (double)INFINITY;
    for (int i = 0; i < CANDIDATES && s == CRM_OK; i++) {
        if (!crm_kind_fits(candidates[i]))
            continue;
        tried *t = &c->tried[c->count++];
        s = try(context, candidates[i], summary, t, &e);
        if (t->status == CRM_OK && t->bic < best) {
            best = t->bic;
            c->kind = candidates[i];
        }
    }
    if (s != CRM_OK)
        return failed(path, &e);
    if (c->kind)
        return EXIT_DONE;
    fprintf(stderr, "crmvalue: %s: no model of purchases is identified:\n", path);
    choice_text(stderr, c);
    return EXIT_UNCOMPUTABLE;
}

void choice_text(FILE *f, const choice *c)
{
    for (int i = 0; i < c->count; i++) {
        const tried *t = &c->tried[i];
        fprintf(f, "  %-14s", crm_kind_name(t->kind));
        if (isnan(t->bic))
            fprintf(f, " %s", crm_status_name(t->status));
        else
            fprintf(f, " log-likelihood %.4f, BIC %.2f", t->value, t->bic);
        if (t->status > 0)
            fprintf(f, ", %s: %s", crm_status_name(t->status), crm_status_text(t->status));
        fputs(t->kind == c->kind ? "  (taken)\n" : "\n", f);
    }
}

void choice_json(FILE *f, const choice *c, int indent)
{
    fputs("[", f);
    for (int i = 0; i < c->count; i++) {
        const tried *t = &c->tried[i];
        fprintf(f, "%s\n%*s{\"model\": \"%s\", \"status\": \"%s\", \"log_likelihood\": ", i ? "," : "",
                indent + 2, "", crm_kind_name(t->kind), crm_status_name(t->status));
        json_number(f, t->value);
        fputs(", \"bic\": ", f);
        json_number(f, t->bic);
        fprintf(f, ", \"taken\": %s}", t->kind == c->kind ? "true" : "false");
    }
    fprintf(f, "%s%*s]", c->count ? "\n" : "", c->count ? indent : 0, "");
}
