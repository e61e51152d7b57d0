/* The everyday quantities as named functions: a plan of one column on the stack. */
#include <math.h>

#include "base/context.h"
#include "base/error.h"
#include "model/predict.h"
#include "numeric/elementary.h"

/* What all of them check first: the model, its sort, and the columns of the rows. */
static crm_status check(const crm_model *model, int32_t is_spend, int64_t n, int32_t columns,
                        const void *const *column, const double *out, int32_t out_arg, crm_error *err)
{
    const crm_status status = crm_i_model_ready(model, 2, err);
    if (status != CRM_OK)
        return status;
    const crm_i_prediction *prediction = crm_i_kind_of(model->kind)->prediction;
    if (!prediction)
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, model->kind,
                                "This kind of model predicts nothing yet.");
    if (is_spend && !prediction->spend)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, model->kind,
                                "This kind of model is not a spend model.");
    if (model->design.count > 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2,
                          "A model with covariates predicts by a plan, which takes them.");
    if (!is_spend && !prediction->rows)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, model->kind,
                                "A spend model is not a model of purchases.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)n, "The number of rows is negative.");
    const int32_t first = prediction->contractual && columns == 3 ? 2 : 0; /* x and t_x are not read */
    for (int32_t i = first; i < columns && n > 0; i++)
        if (!column[i])
            return crm_i_fail(err, CRM_E_NULL, 4 + i, "A column of the rows is NULL.");
    if (!out && n > 0)
        return crm_i_fail(err, CRM_E_NULL, out_arg, "There is no place for the values.");
    return CRM_OK;
}

/* The domain of the assumptions; errors name the positions of this prototype in place of those of
 * crm_plan_add. */
static crm_status ask_for(const crm_model *model, const crm_i_ask *ask, const int32_t *position,
                          crm_i_column *column, crm_error *err)
{
    crm_error own;
    const crm_status status = crm_i_predict_ask(model, NULL, ask, column, &own);
    if (status != CRM_OK && err) {
        *err = own;
        err->arg = position[own.arg - 2];
    }
    return status;
}

static crm_status run(const crm_context *context, const crm_i_predict *job, crm_error *err)
{
    const crm_status status = crm_i_predict_run(context, job, err);
    return status == CRM_OK ? crm_i_ok(err) : status;
}

/* So many rows that a table pays, if it fits on the stack: nothing is allocated here. */
enum { MANY = 4096, TABLE = 64 * 8 * 16 };

static CRM_I_NOINLINE crm_status run_with_table(const crm_context *context, const crm_i_predict *job,
                                                crm_error *err)
{
    double table[TABLE];
    const crm_i_prediction *prediction = crm_i_kind_of(job->model->kind)->prediction;
    crm_i_column column = *job->column;
    crm_i_predict faster = *job;
    prediction->table_build(crm_i_context_isa(context), job->model->parameter, &column.ask, 0, table);
    column.table = table;
    faster.column = &column;
    return run(context, &faster, err);
}

static crm_status run_fast(const crm_context *context, const crm_i_predict *job, crm_error *err)
{
    const crm_i_prediction *prediction = crm_i_kind_of(job->model->kind)->prediction;
    if (job->n < MANY || job->se || !prediction->table_size)
        return run(context, job, err);
    const int64_t size = prediction->table_size(job->model->parameter, &job->column->ask, 0);
    return size > 0 && size <= TABLE ? run_with_table(context, job, err) : run(context, job, err);
}

static crm_status of_history(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                             const double *t_x, const double *T, const crm_i_ask *ask,
                             const int32_t *position, double *out, int32_t out_arg, double *se,
                             crm_error *err)
{
    const void *rows[] = {x, t_x, T};
    crm_status status = check(model, 0, n, 3, rows, out, out_arg, err);
    if (status != CRM_OK)
        return status;
    crm_i_column column;
    status = ask_for(model, ask, position, &column, err);
    if (status != CRM_OK)
        return status;
    const crm_i_predict job = {.model = model,
                               .columns = 1,
                               .column = &column,
                               .n = n,
                               .x = x,
                               .t_x = t_x,
                               .T = T,
                               .out = out,
                               .se = se};
    return run_fast(context, &job, err);
}

crm_status crm_model_p_alive(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                             const double *t_x, const double *T, double ahead, double *out, double *se,
                             crm_error *err)
{
    const crm_i_ask ask = {CRM_QUANTITY_P_ALIVE, ahead, 0.0, 0.0, 0.0};
    const int32_t position[] = {2, 7, 7, 7, 7};
    return of_history(context, model, n, x, t_x, T, &ask, position, out, 8, se, err);
}

crm_status crm_model_expected(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                              const double *t_x, const double *T, double t, double *out, double *se,
                              crm_error *err)
{
    const crm_i_ask ask = {CRM_QUANTITY_EXPECTED, 0.0, t, 0.0, 0.0};
    const int32_t position[] = {2, 7, 7, 7, 7};
    return of_history(context, model, n, x, t_x, T, &ask, position, out, 8, se, err);
}

crm_status crm_model_discounted(const crm_context *context, const crm_model *model, int64_t n,
                                const double *x, const double *t_x, const double *T, double t, double delta,
                                double *out, double *se, crm_error *err)
{
    const crm_i_ask ask = {CRM_QUANTITY_DISCOUNTED, 0.0, t, delta, 0.0};
    const int32_t position[] = {2, 7, 7, 8, 8};
    return of_history(context, model, n, x, t_x, T, &ask, position, out, 9, se, err);
}

/* Of a new customer the rows are times: each is a question of its own. */
crm_status crm_model_expected_new(const crm_context *context, const crm_model *model, int64_t n,
                                  const double *t, double *out, double *se, crm_error *err)
{
    const void *rows[] = {t};
    crm_status status = check(model, 0, n, 1, rows, out, 5, err);
    if (status != CRM_OK)
        return status;
    crm_i_bad bad = crm_i_bad_none();
    const double new_customer = 0.0;
    const int32_t position[] = {2, 4, 4, 4, 4};
    const int32_t whole = crm_i_kind_of(model->kind)->prediction->whole;
    for (int64_t i = 0; i < n; i++) {
        const int32_t good = t[i] >= 0.0 && t[i] < CRM_I_INFINITY && (!whole || floor(t[i]) == t[i]);
        const crm_i_ask ask = {CRM_QUANTITY_EXPECTED, 0.0, good ? t[i] : 0.0, 0.0, 0.0};
        crm_i_column column;
        status = ask_for(model, &ask, position, &column, err);
        const crm_i_predict job = {.model = model,
                                   .columns = 1,
                                   .column = &column,
                                   .n = 1,
                                   .x = &new_customer,
                                   .t_x = &new_customer,
                                   .T = &new_customer,
                                   .out = out + i,
                                   .se = se ? se + i : NULL};
        if (status == CRM_OK)
            status = run(context, &job, err);
        if (status != CRM_OK)
            return status;
        if (good)
            continue;
        out[i] = CRM_I_NAN;
        if (se)
            se[i] = CRM_I_NAN;
        if (!isnan(t[i]))
            crm_i_bad_note(&bad, i, 4, t[i],
                           whole ? "The time is not a whole number of opportunities, at least 0."
                                 : "The time is not finite and at least 0.");
    }
    const crm_status end = crm_i_bad_end(&bad, err);
    return end == CRM_OK ? crm_i_ok(err) : end;
}

crm_status crm_model_spend(const crm_context *context, const crm_model *model, int64_t n, const double *count,
                           const double *mean, double *out, double *se, crm_error *err)
{
    const void *rows[] = {count, mean};
    const crm_status status = check(model, 1, n, 2, rows, out, 6, err);
    if (status != CRM_OK)
        return status;
    const crm_i_column column = {.quantity = CRM_QUANTITY_SPEND, .ask = {.quantity = CRM_QUANTITY_SPEND}};
    const crm_i_predict job = {.spend = model,
                               .columns = 1,
                               .column = &column,
                               .n = n,
                               .count = count,
                               .mean = mean,
                               .count_arg = 4,
                               .out = out,
                               .se = se};
    return run(context, &job, err);
}
