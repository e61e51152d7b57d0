/* The plan: several quantities prepared at once, with their tables. */
#include "base/context.h"
#include "base/error.h"
#include "model/predict.h"
#include "numeric/elementary.h"

struct crm_plan {
    crm_i_handle handle;
    const crm_model *model;
    const crm_model *spend; /* opt */
    int32_t isa;
    int32_t columns;
    crm_i_column column[CRM_I_PREDICT_COLUMNS];
    double *table[CRM_I_PREDICT_COLUMNS];
    int64_t size[CRM_I_PREDICT_COLUMNS];
};

/* A kind of model in the place of one of the other sort. */
static crm_status check_models(const crm_model *model, const crm_model *spend, crm_error *err)
{
    crm_status status = crm_i_model_ready(model, 2, err);
    if (status == CRM_OK && spend)
        status = crm_i_model_ready(spend, 3, err);
    if (status != CRM_OK)
        return status;
    const crm_i_prediction *purchases = crm_i_kind_of(model->kind)->prediction;
    if (!purchases)
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, model->kind,
                                "This kind of model predicts nothing yet.");
    if (!purchases->rows)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, model->kind,
                                "A spend model is not a model of purchases.");
    const crm_i_prediction *amounts = spend ? crm_i_kind_of(spend->kind)->prediction : NULL;
    if (spend && !(amounts && amounts->spend))
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, spend->kind,
                                "This kind of model is not a spend model.");
    return CRM_OK;
}

crm_status crm_plan_create(const crm_context *context, const crm_model *model, const crm_model *spend,
                           crm_plan **out, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "There is no place for the plan.");
    const crm_status status = check_models(model, spend, err);
    if (status != CRM_OK)
        return status;
    const crm_allocator allocator = crm_i_allocator(context);
    crm_plan *plan = crm_i_alloc_zeroed(&allocator, 1, sizeof *plan);
    if (!plan)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&plan->handle, context);
    plan->model = model;
    plan->spend = spend;
    plan->isa = crm_i_context_isa(context);
    crm_i_model_keep(model);
    if (spend)
        crm_i_model_keep(spend);
    *out = plan;
    return crm_i_ok(err);
}

/* The table of an equal question, if there is one already. */
static const double *shared_table(const crm_plan *plan, const crm_i_ask *ask)
{
    for (int32_t c = 0; c < plan->columns; c++) {
        const crm_i_ask *other = &plan->column[c].ask;
        if (plan->column[c].quantity != CRM_QUANTITY_SPEND && other->quantity == ask->quantity &&
            other->t0 == ask->t0 && other->t1 == ask->t1 && other->delta == ask->delta &&
            other->number == ask->number)
            return plan->column[c].table;
    }
    return NULL;
}

static crm_status build_table(crm_plan *plan, crm_i_column *column, crm_error *err)
{
    const crm_i_prediction *prediction = crm_i_kind_of(plan->model->kind)->prediction;
    const int32_t c = plan->columns;
    const int32_t gradient = plan->model->has_covariance;
    plan->table[c] = NULL;
    plan->size[c] = 0;
    if (column->quantity == CRM_QUANTITY_SPEND || !prediction->table_size || plan->model->design.count > 0)
        return CRM_OK;
    column->table = shared_table(plan, &column->ask);
    if (column->table)
        return CRM_OK;
    const int64_t size = prediction->table_size(plan->model->parameter, &column->ask, gradient);
    if (size == 0)
        return CRM_OK;
    double *table = crm_i_alloc(&plan->handle.allocator, size, sizeof(double));
    if (!table)
        return crm_i_fail_memory(err);
    prediction->table_build(plan->isa, plan->model->parameter, &column->ask, gradient, table);
    plan->table[c] = table;
    plan->size[c] = size;
    column->table = table;
    return CRM_OK;
}

crm_status crm_plan_add(crm_plan *plan, int32_t quantity, double t0, double t1, double delta, double number,
                        int32_t *column, crm_error *err)
{
    if (!plan)
        return crm_i_fail(err, CRM_E_NULL, 1, "The plan is NULL.");
    if (!column)
        return crm_i_fail(err, CRM_E_NULL, 7, "There is no place for the number of the column.");
    if (plan->columns == CRM_I_PREDICT_COLUMNS)
        return crm_i_fail(err, CRM_E_STATE, 1, "The plan is full: it has 32 columns.");
    const crm_i_ask ask = {quantity, t0, t1, delta, number};
    crm_i_column added;
    crm_status status = crm_i_predict_ask(plan->model, plan->spend, &ask, &added, err);
    if (status == CRM_OK)
        status = build_table(plan, &added, err);
    if (status != CRM_OK)
        return status;
    plan->column[plan->columns] = added;
    *column = plan->columns++;
    return crm_i_ok(err);
}

int32_t crm_plan_columns(const crm_plan *plan)
{
    return plan ? plan->columns : 0;
}

crm_status crm_plan_run(const crm_context *context, const crm_plan *plan, int64_t n, const double *x,
                        const double *t_x, const double *T, const double *count, const double *mean,
                        const double *z, double *out, double *se, double *total, crm_error *err)
{
    if (!plan)
        return crm_i_fail(err, CRM_E_NULL, 2, "The plan is NULL.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)n, "The number of rows is negative.");
    int32_t spends = 0;
    for (int32_t c = 0; c < plan->columns; c++)
        spends |= crm_i_predict_spends(&plan->column[c]);
    const void *needed[] = {x, t_x, T, count, mean};
    const int32_t first = crm_i_kind_of(plan->model->kind)->prediction->contractual ? 2 : 0;
    for (int32_t i = first; i < (spends ? 5 : 3) && n > 0; i++)
        if (!needed[i])
            return crm_i_fail(err, CRM_E_NULL, 4 + i, "A column that the plan needs is NULL.");
    if (plan->model->design.count > 0 && !z && n > 0)
        return crm_i_fail(err, CRM_E_NULL, 9, "The model needs covariates, and they are NULL.");
    if (!out && n > 0 && plan->columns > 0)
        return crm_i_fail(err, CRM_E_NULL, 10, "There is no place for the values.");
    const crm_i_predict job = {.model = plan->model,
                               .spend = plan->spend,
                               .columns = plan->columns,
                               .column = plan->column,
                               .n = n,
                               .x = x,
                               .t_x = t_x,
                               .T = T,
                               .count = count,
                               .mean = mean,
                               .z = z,
                               .z_arg = 9,
                               .count_arg = 7,
                               .out = out,
                               .se = se,
                               .total = total};
    const crm_status status = crm_i_predict_run(context, &job, err);
    return status == CRM_OK ? crm_i_ok(err) : status;
}

/* Counting down a model that was kept: see crm_i_model_keep. */
static void let_go(const crm_model *model)
{
    crm_model_destroy((crm_model *)(uintptr_t)model);
}

void crm_plan_destroy(crm_plan *plan)
{
    if (!plan || !crm_i_handle_drop(&plan->handle))
        return;
    const crm_allocator allocator = plan->handle.allocator;
    for (int32_t c = 0; c < plan->columns; c++)
        crm_i_release(&allocator, plan->table[c], plan->size[c], sizeof(double));
    let_go(plan->model);
    let_go(plan->spend);
    crm_i_release(&allocator, plan, 1, sizeof *plan);
}
