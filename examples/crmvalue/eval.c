/* crmvalue eval: one number of one model. */
#include <math.h>
#include <string.h>

#include "crmvalue.h"

enum { MOST = 5 };

/* Models of purchases, of spend, of contracts. */
enum { PURCHASES, SPEND, CONTRACT };

/* What a quantity is called, of which sort of models, what it needs beside the model's parameters, and what
 * it may have (with a default of 0). */
typedef struct quantity {
    const char *name;
    int sort;
    const char *needs[MOST];
    const char *may[MOST];
} quantity;

static const quantity quantities[] = {
    {"log-likelihood", PURCHASES, {"x", "t_x", "T"}, {0}},
    {"log-likelihood", SPEND, {"x"}, {"mean"}},
    {"p-alive", PURCHASES, {"x", "t_x", "T"}, {"ahead"}},
    {"expected", PURCHASES, {"t"}, {0}},
    {"cet", PURCHASES, {"x", "t_x", "T", "t"}, {"t0"}},
    {"dert", PURCHASES, {"x", "t_x", "T", "discount"}, {0}},
    {"det", PURCHASES, {"x", "t_x", "T", "t", "discount"}, {0}},
    {"pmf", PURCHASES, {"count", "t"}, {"x", "t_x", "T"}},
    {"rate", PURCHASES, {"x", "t_x", "T"}, {0}},
    {"spread", PURCHASES, {"x", "t_x", "T", "t"}, {"t0"}},
    {"spend", SPEND, {"x"}, {"mean"}},
    {"log-likelihood", CONTRACT, {"duration", "ended"}, {0}},
    {"p-alive", CONTRACT, {"T"}, {"ahead"}},
    {"expected", CONTRACT, {"t"}, {0}},
    {"cet", CONTRACT, {"T", "t"}, {"t0"}},
    {"dert", CONTRACT, {"T", "discount"}, {0}},
    {"det", CONTRACT, {"T", "t", "discount"}, {0}},
    {"pmf", CONTRACT, {"count", "t"}, {"T"}},
};

/* The names and values given on the command line. */
typedef struct values {
    const char *name[64];
    size_t length[64];
    double value[64];
    int used[64];
    int count;
} values;

static int read_values(const arguments *a, values *v)
{
    memset(v, 0, sizeof *v);
    for (int i = 2; i < a->count; i++) {
        const char *equals = strchr(a->words[i], '=');
        if (!equals || !parse_number(equals + 1, &v->value[v->count])) {
            fprintf(stderr, "crmvalue: %s: not of the form name=number\n", a->words[i]);
            return 0;
        }
        v->name[v->count] = a->words[i];
        v->length[v->count] = (size_t)(equals - a->words[i]);
        for (int j = 0; j < v->count; j++) {
            if (v->length[j] == v->length[v->count] && strncmp(v->name[j], a->words[i], v->length[j]) == 0) {
                fprintf(stderr, "crmvalue: %.*s is given twice\n", (int)v->length[j], v->name[j]);
                return 0;
            }
        }
        v->count++;
    }
    return 1;
}

/* The value of a name; 0 if it was not given. */
static int take(values *v, const char *name, double *out)
{
    for (int i = 0; i < v->count; i++) {
        if (strlen(name) == v->length[i] && strncmp(name, v->name[i], v->length[i]) == 0) {
            v->used[i] = 1;
            *out = v->value[i];
            return 1;
        }
    }
    return 0;
}

static double given(values *v, const char *name)
{
    double value = 0.0;
    take(v, name, &value);
    return value;
}

static int sort_of(int32_t kind)
{
    if (kind == CRM_MODEL_GAMMA_GAMMA)
        return SPEND;
    return kind == CRM_MODEL_SBG || kind == CRM_MODEL_BDW ? CONTRACT : PURCHASES;
}

/* The quantity of a name; where several sorts of model have it, that of this kind's. */
static const quantity *quantity_of(const char *name, int32_t kind)
{
    const quantity *found = NULL;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        if (strcmp(quantities[i].name, name) == 0 && (!found || quantities[i].sort == sort_of(kind)))
            found = &quantities[i];
    return found;
}

static int need(values *v, const char *who, const char *name)
{
    double ignored;
    if (take(v, name, &ignored))
        return 1;
    fprintf(stderr, "crmvalue: %s needs %s=\n", who, name);
    return 0;
}

/* What goes together: the mean of purchases, if there are any; a history whole or not at all. */
static int check_together(const quantity *q, values *v)
{
    double x, ignored;
    if (q->sort == CONTRACT)
        return 1;
    if (q->sort == SPEND)
        return (take(v, "x", &x) && x == 0.0) || need(v, q->name, "mean");
    const int any = take(v, "x", &ignored) | take(v, "t_x", &ignored) | take(v, "T", &ignored);
    return !any || (need(v, q->name, "x") && need(v, q->name, "t_x") && need(v, q->name, "T"));
}

/* Everything needed is there, and nothing that is not asked for. */
static int check_values(const quantity *q, int32_t kind, values *v)
{
    double ignored;
    for (int32_t i = 0; i < crm_kind_parameters(kind); i++) {
        if (!take(v, crm_kind_parameter(kind, i), &ignored)) {
            fprintf(stderr, "crmvalue: %s needs its parameter %s=\n", crm_kind_name(kind),
                    crm_kind_parameter(kind, i));
            return 0;
        }
    }
    for (int i = 0; i < MOST && q->needs[i]; i++)
        if (!need(v, q->name, q->needs[i]))
            return 0;
    for (int i = 0; i < MOST && q->may[i]; i++)
        take(v, q->may[i], &ignored);
    for (int i = 0; i < v->count; i++) {
        if (!v->used[i]) {
            fprintf(stderr, "crmvalue: %s of %s does not take %.*s=\n", q->name, crm_kind_name(kind),
                    (int)v->length[i], v->name[i]);
            return 0;
        }
    }
    return check_together(q, v);
}

/* A quantity that only plans have. */
static crm_status planned(const crm_model *m, int32_t what, double t0, double t1, double number,
                          const double row[3], double *out, crm_error *e)
{
    crm_plan *plan = NULL;
    int32_t column;
    crm_status s = crm_plan_create(NULL, m, NULL, &plan, e);
    if (s >= 0)
        s = crm_plan_add(plan, what, t0, t1, 0.0, number, &column, e);
    if (s >= 0)
        s = crm_plan_run(NULL, plan, 1, &row[0], &row[1], &row[2], NULL, NULL, NULL, out, NULL, NULL, e);
    crm_plan_destroy(plan);
    return s;
}

static crm_status compute(const quantity *q, const crm_model *m, values *v, double *out, crm_error *e)
{
    const double row[3] = {given(v, "x"), given(v, "t_x"), given(v, "T")};
    const double *x = &row[0], *t_x = &row[1], *T = &row[2];
    const double t = given(v, "t"), mean = given(v, "mean"), delta = given(v, "discount");
    if (strcmp(q->name, "log-likelihood") == 0) {
        const double duration = given(v, "duration"), ended = given(v, "ended");
        const double *first = q->sort == CONTRACT ? &duration : x;
        const double *second = q->sort == CONTRACT ? &ended : q->sort == SPEND ? &mean : t_x;
        return crm_model_rows(NULL, m, 1, first, second, q->sort == PURCHASES ? T : NULL, out, e);
    }
    if (strcmp(q->name, "p-alive") == 0)
        return crm_model_p_alive(NULL, m, 1, x, t_x, T, given(v, "ahead"), out, NULL, e);
    if (strcmp(q->name, "expected") == 0)
        return crm_model_expected_new(NULL, m, 1, &t, out, NULL, e);
    if (strcmp(q->name, "cet") == 0)
        return given(v, "t0") == 0.0 ? crm_model_expected(NULL, m, 1, x, t_x, T, t, out, NULL, e)
                                     : planned(m, CRM_QUANTITY_EXPECTED, given(v, "t0"), t, 0.0, row, out, e);
    if (strcmp(q->name, "dert") == 0)
        return crm_model_discounted(NULL, m, 1, x, t_x, T, (double)INFINITY, delta, out, NULL, e);
    if (strcmp(q->name, "det") == 0)
        return crm_model_discounted(NULL, m, 1, x, t_x, T, t, delta, out, NULL, e);
    if (strcmp(q->name, "pmf") == 0)
        return planned(m, CRM_QUANTITY_PROBABILITY, 0.0, t, given(v, "count"), row, out, e);
    if (strcmp(q->name, "rate") == 0)
        return planned(m, CRM_QUANTITY_RATE, 0.0, 0.0, 0.0, row, out, e);
    if (strcmp(q->name, "spread") == 0)
        return planned(m, CRM_QUANTITY_SPREAD, given(v, "t0"), t, 0.0, row, out, e);
    return crm_model_spend(NULL, m, 1, x, &mean, out, NULL, e);
}

int command_eval(const arguments *a)
{
    if (a->count < 2 || a->options > 0) {
        fprintf(stderr, "crmvalue: eval takes a quantity, a model, name=value pairs and no options; see "
                        "crmvalue --help\n");
        return EXIT_INPUT;
    }
    const int32_t kind = crm_kind_find(a->words[1]);
    const quantity *q = quantity_of(a->words[0], kind);
    values v;
    if (!q) {
        fprintf(stderr, "crmvalue: %s: no such quantity; see crmvalue --help\n", a->words[0]);
        return EXIT_INPUT;
    }
    if (kind == 0) {
        fprintf(stderr, "crmvalue: %s: no such model; see crmvalue --help\n", a->words[1]);
        return EXIT_INPUT;
    }
    if (!read_values(a, &v) || !check_values(q, kind, &v))
        return EXIT_INPUT;
    double parameter[16], out = (double)NAN;
    const int32_t count = crm_kind_parameters(kind);
    for (int32_t i = 0; i < count; i++)
        parameter[i] = given(&v, crm_kind_parameter(kind, i));
    crm_error e;
    crm_model *m = NULL;
    crm_status s = crm_model_create(NULL, kind, count, parameter, NULL, &m, &e);
    if (s >= 0)
        s = compute(q, m, &v, &out, &e);
    crm_model_destroy(m);
    if (s != CRM_OK) {
        fprintf(stderr, "%s: %s\n", crm_status_name(s), e.text);
        return EXIT_UNCOMPUTABLE;
    }
    if (!isfinite(out)) {
        fprintf(stderr, "%s: the number is beyond what a double holds\n", crm_status_name(CRM_E_OVERFLOW));
        return EXIT_UNCOMPUTABLE;
    }
    printf("%.17g\n", out);
    return printed();
}
