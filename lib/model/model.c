/* The handle of a model: made from stated parameters, asked for what it knows, saved and loaded. */
#include "model/model.h"

#include <math.h>
#include <string.h>

#include "base/blob.h"
#include "base/error.h"
#include "model/fit.h"
#include "numeric/elementary.h"
#include "numeric/linear.h"

static const char blob_kind[4] = {'M', 'O', 'D', 'L'};
enum {
    BLOB_VERSION = 3,
    BLOB_PLAIN = 2
}; /* 1 knew no fixed parameters, 2 no covariates: it is still written */

crm_model *crm_i_model_new(const crm_context *context, int32_t kind, const crm_i_design *design)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_model *model = crm_i_alloc_zeroed(&allocator, 1, sizeof *model);
    if (!model)
        return NULL;
    crm_i_handle_start(&model->handle, context);
    model->kind = kind;
    model->design = design ? *design : crm_i_design_none();
    memset(model->design.ridge, 0, sizeof model->design.ridge);
    model->count = crm_i_kind_of(kind)->parameters + model->design.count;
    model->converged = 1;
    model->identified = 1;
    for (int32_t i = 0; i < model->count * model->count; i++)
        model->covariance[i] = CRM_I_NAN;
    for (int32_t i = 0; i < model->count; i++)
        model->direction[i] = CRM_I_NAN;
    model->log_likelihood = CRM_I_NAN;
    model->condition = CRM_I_NAN;
    model->customers = CRM_I_NAN;
    model->distinct = CRM_I_NAN;
    model->evaluations = CRM_I_NAN;
    return model;
}

crm_status crm_i_model_ready(const crm_model *model, int32_t arg, crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, arg, "The model is NULL.");
    if (!model->converged)
        return crm_i_fail(err, CRM_E_STATE, arg,
                          "The fit of this model did not converge: it predicts nothing.");
    return CRM_OK;
}

void crm_i_model_keep(const crm_model *model)
{
    /* The count is the one part of a shared model that changes; the cast goes through an integer to say
     * so. */
    crm_model *counted = (crm_model *)(uintptr_t)model;
    crm_i_handle_keep(&counted->handle);
}

void crm_model_destroy(crm_model *model)
{
    if (!model || !crm_i_handle_drop(&model->handle))
        return;
    const crm_allocator allocator = model->handle.allocator;
    crm_i_release(&allocator, model, 1, sizeof *model);
}

/* ---- from stated parameters ---- */

/* base: parameters of the kind; behind them coefficients. */
static crm_status check_parameters(int32_t base, int32_t count, const double *parameter, crm_error *err)
{
    for (int32_t i = 0; i < base; i++)
        if (!(parameter[i] > 0.0 && parameter[i] < CRM_I_INFINITY))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, parameter[i],
                                  "A parameter is not finite and above 0.");
    for (int32_t i = base; i < count; i++)
        if (!isfinite(parameter[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, parameter[i], "A coefficient is not finite.");
    return CRM_OK;
}

/* 1 if no combination of the parameters has a negative variance, but for rounding. */
static int32_t is_semidefinite(int32_t count, const double *c)
{
    double correlation[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
    double value[CRM_I_MODEL_PARAMETERS];
    double axis[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
    for (int32_t j = 0; j < count; j++)
        for (int32_t i = 0; i < count; i++) {
            const double most = sqrt(c[i + count * i]) * sqrt(c[j + count * j]);
            correlation[i + count * j] = most > 0.0 ? c[i + count * j] / most : 0.0;
        }
    crm_i_eigen_symmetric(count, correlation, value, axis);
    for (int32_t i = 0; i < count; i++)
        if (value[i] < -1e-9)
            return 0;
    return 1;
}

/* Finite, symmetric, and no variance or correlation that cannot be. */
static crm_status check_covariance(int32_t count, const double *c, crm_error *err)
{
    for (int32_t i = 0; i < count * count; i++)
        if (!isfinite(c[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i, c[i], "An entry of the covariance is not finite.");
    for (int32_t j = 0; j < count; j++) {
        if (c[j + count * j] < 0.0)
            return crm_i_fail_row(err, CRM_E_DOMAIN, 5, j + count * j, c[j + count * j],
                                  "A variance is negative.");
        for (int32_t i = 0; i < j; i++) {
            const double above = c[i + count * j];
            const double most = sqrt(c[i + count * i]) * sqrt(c[j + count * j]);
            if (above != c[j + count * i])
                return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i + count * j, above,
                                      "The covariance is not symmetric.");
            if (fabs(above) > most * (1.0 + 1e-9))
                return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i + count * j, above,
                                      "The covariance has a correlation beyond 1.");
        }
    }
    if (!is_semidefinite(count, c))
        return crm_i_fail(err, CRM_E_DOMAIN, 5, "The covariance is not positive semidefinite.");
    return CRM_OK;
}

/* out_arg: the position of out. */
static crm_status create(const crm_context *context, int32_t kind, int32_t count, const double *parameter,
                         const double *covariance, const crm_i_design *design, crm_model **out,
                         int32_t out_arg, crm_error *err)
{
    const int32_t base = crm_i_kind_of(kind)->parameters;
    if (count != base + design->count)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, count, "The kind has another number of parameters.");
    if (!parameter)
        return crm_i_fail(err, CRM_E_NULL, 4, "The parameters are NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, out_arg, "The place for the model is NULL.");
    crm_status status = check_parameters(base, count, parameter, err);
    if (status == CRM_OK && covariance)
        status = check_covariance(count, covariance, err);
    if (status != CRM_OK)
        return status;
    crm_model *model = crm_i_model_new(context, kind, design);
    if (!model)
        return crm_i_fail_memory(err);
    memcpy(model->parameter, parameter, (size_t)count * sizeof *parameter);
    if (covariance) {
        memcpy(model->covariance, covariance, (size_t)(count * count) * sizeof *covariance);
        model->has_covariance = 1;
    }
    *out = model;
    return crm_i_ok(err);
}

crm_status crm_model_create(const crm_context *context, int32_t kind, int32_t count, const double *parameter,
                            const double *covariance, crm_model **out, crm_error *err)
{
    const crm_i_design none = crm_i_design_none();
    const crm_status status = crm_i_kind_check(kind, 2, err);
    return status == CRM_OK ? create(context, kind, count, parameter, covariance, &none, out, 6, err)
                            : status;
}

/* Columns that there are, processes that there are, and no two coefficients of one column for one process. */
static int32_t is_design(const crm_i_design *design)
{
    uint32_t seen[2] = {0, 0};
    if (design->columns < 1 || design->columns > CRM_I_COEFFICIENTS || design->count < 1 ||
        design->count > CRM_I_COEFFICIENTS)
        return 0;
    for (int32_t i = 0; i < design->count; i++) {
        const int32_t column = design->column[i];
        const int32_t process = design->process[i];
        if (column < 0 || column >= design->columns || process < 1 ||
            process > CRM_PROCESS_LIFETIME + CRM_PROCESS_TRANSACTIONS)
            return 0;
        for (int32_t p = 0; p < 2; p++) {
            const uint32_t bit = (uint32_t)(process >> p & 1) << column;
            if (seen[p] & bit)
                return 0;
            seen[p] |= bit;
        }
    }
    return 1;
}

crm_status crm_model_create_covariates(const crm_context *context, int32_t kind, int32_t count,
                                       const double *parameter, const double *covariance, int32_t columns,
                                       int32_t coefficients, const int32_t *column, const int32_t *process,
                                       crm_model **out, crm_error *err)
{
    const crm_status status = crm_i_kind_check(kind, 2, err);
    if (status != CRM_OK)
        return status;
    if (!crm_i_design_is_taken(kind))
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, kind, "This kind of model takes no covariates.");
    if (columns < 1 || columns > CRM_I_COEFFICIENTS)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 6, columns,
                                "The number of covariates is not from 1 to 32.");
    if (coefficients < 1 || coefficients > CRM_I_COEFFICIENTS)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 7, coefficients,
                                "The number of coefficients is not from 1 to 32.");
    if (!column)
        return crm_i_fail(err, CRM_E_NULL, 8, "The columns are NULL.");
    if (!process)
        return crm_i_fail(err, CRM_E_NULL, 9, "The processes are NULL.");
    crm_i_design design = crm_i_design_none();
    design.columns = columns;
    design.count = coefficients;
    for (int32_t i = 0; i < coefficients; i++) {
        design.column[i] = column[i];
        design.process[i] = process[i];
    }
    if (!is_design(&design))
        return crm_i_fail(err, CRM_E_DOMAIN, 8,
                          "A column or process does not exist, or has two coefficients.");
    return create(context, kind, count, parameter, covariance, &design, out, 10, err);
}

/* ---- what a model knows ---- */

int32_t crm_model_count(const crm_model *model)
{
    return model ? model->count : 0;
}

crm_status crm_model_coefficient(const crm_model *model, int32_t i, int32_t *column, int32_t *process,
                                 crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 1, "The model is NULL.");
    if (i < 0 || i >= model->count)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, i, "The model has not so many parameters.");
    if (!column)
        return crm_i_fail(err, CRM_E_NULL, 3, "The place for the column is NULL.");
    if (!process)
        return crm_i_fail(err, CRM_E_NULL, 4, "The place for the process is NULL.");
    const int32_t c = i - crm_i_kind_of(model->kind)->parameters;
    *column = c < 0 ? -1 : model->design.column[c];
    *process = c < 0 ? 0 : model->design.process[c];
    return crm_i_ok(err);
}

int32_t crm_i_model_free(const crm_model *model)
{
    int32_t n = 0;
    for (int32_t i = 0; i < model->count; i++)
        n += i >= CRM_I_KIND_PARAMETERS || (model->fixed >> i & 1u) == 0;
    return n;
}

int32_t crm_model_kind(const crm_model *model)
{
    return model ? model->kind : 0;
}

double crm_model_fact(const crm_model *model, int32_t fact)
{
    if (!model || !model->fitted)
        return CRM_I_NAN;
    const double deviance = -2.0 * model->log_likelihood;
    switch (fact) {
    case CRM_FACT_LOG_LIKELIHOOD:
        return model->log_likelihood;
    case CRM_FACT_AIC:
        return deviance + 2.0 * crm_i_model_free(model);
    case CRM_FACT_BIC:
        return deviance + crm_i_model_free(model) * crm_i_log(model->customers);
    case CRM_FACT_CONVERGED:
        return model->converged;
    case CRM_FACT_IDENTIFIED:
        return model->identified;
    case CRM_FACT_CONDITION:
        return model->condition;
    case CRM_FACT_CUSTOMERS:
        return model->customers;
    case CRM_FACT_DISTINCT:
        return model->distinct;
    case CRM_FACT_EVALUATIONS:
        return model->evaluations;
    case CRM_FACT_PENALTY:
        return model->penalty;
    case CRM_FACT_STATUS:
        return crm_i_fit_answer(model, NULL);
    default:
        return CRM_I_NAN;
    }
}

crm_status crm_model_parameters(const crm_model *model, double *parameter, double *covariance, crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 1, "The model is NULL.");
    if (!parameter)
        return crm_i_fail(err, CRM_E_NULL, 2, "The place for the parameters is NULL.");
    memcpy(parameter, model->parameter, (size_t)model->count * sizeof *parameter);
    if (covariance)
        memcpy(covariance, model->covariance, (size_t)(model->count * model->count) * sizeof *covariance);
    return crm_i_ok(err);
}

crm_status crm_model_direction(const crm_model *model, double *direction, crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 1, "The model is NULL.");
    if (!direction)
        return crm_i_fail(err, CRM_E_NULL, 2, "The place for the direction is NULL.");
    if (!model->fitted)
        return crm_i_fail(err, CRM_E_STATE, 1, "The model was not fitted: no likelihood has a direction.");
    memcpy(direction, model->direction, (size_t)model->count * sizeof *direction);
    return crm_i_ok(err);
}

/* ---- as bytes ---- */

static void write_doubles(crm_i_writer *w, int32_t n, const double *v)
{
    for (int32_t i = 0; i < n; i++)
        crm_i_write_f64(w, v[i]);
}

static void read_doubles(crm_i_reader *r, int32_t n, double *v)
{
    for (int32_t i = 0; i < n; i++)
        v[i] = crm_i_read_f64(r);
}

static void write_design(crm_i_writer *w, const crm_i_design *design)
{
    crm_i_write_u32(w, (uint32_t)design->columns);
    crm_i_write_u32(w, (uint32_t)design->count);
    for (int32_t i = 0; i < design->count; i++) {
        crm_i_write_u32(w, (uint32_t)design->column[i]);
        crm_i_write_u32(w, (uint32_t)design->process[i]);
    }
}

/* A number that is at most `most`, or one that no design has. */
static int32_t read_small(crm_i_reader *r, uint32_t most)
{
    const uint32_t v = crm_i_read_u32(r);
    return v <= most ? (int32_t)v : -1;
}

static void read_design(crm_i_reader *r, crm_i_design *design)
{
    design->columns = read_small(r, CRM_I_COEFFICIENTS);
    design->count = read_small(r, CRM_I_COEFFICIENTS);
    for (int32_t i = 0; i < design->count; i++) {
        design->column[i] = read_small(r, CRM_I_COEFFICIENTS);
        design->process[i] = read_small(r, CRM_PROCESS_LIFETIME + CRM_PROCESS_TRANSACTIONS);
    }
}

crm_status crm_model_save(const crm_model *model, uint8_t *bytes, int64_t capacity, int64_t *length,
                          crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 1, "The model is NULL.");
    if (bytes && capacity < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)capacity, "The capacity is negative.");
    if (!length)
        return crm_i_fail(err, CRM_E_NULL, 4, "The place for the length is NULL.");
    crm_i_writer w = crm_i_write_begin(bytes, capacity);
    crm_i_write_u32(&w, (uint32_t)model->kind);
    crm_i_write_u8(&w, (uint8_t)model->has_covariance);
    crm_i_write_u8(&w, (uint8_t)model->fitted);
    crm_i_write_u8(&w, (uint8_t)model->converged);
    crm_i_write_u8(&w, (uint8_t)model->identified);
    if (model->design.count > 0)
        write_design(&w, &model->design);
    write_doubles(&w, model->count, model->parameter);
    if (model->has_covariance)
        write_doubles(&w, model->count * model->count, model->covariance);
    if (model->fitted) {
        const double fact[] = {model->log_likelihood, model->condition, model->customers, model->distinct,
                               model->evaluations};
        crm_i_write_u32(&w, model->fixed);
        write_doubles(&w, model->count, model->direction);
        write_doubles(&w, (int32_t)(sizeof fact / sizeof fact[0]), fact);
        if (model->design.count > 0)
            crm_i_write_f64(&w, model->penalty);
    }
    return crm_i_write_end(&w, blob_kind, model->design.count > 0 ? BLOB_VERSION : BLOB_PLAIN, length, err);
}

static crm_status refuse(crm_error *err)
{
    return crm_i_fail(err, CRM_E_FORMAT, 2, "The bytes are not those of a model, or are damaged.");
}

/* What no saved model has: flags that contradict, numbers out of their domain. */
static int32_t is_sane(const crm_model *model)
{
    if (model->has_covariance > 1 || model->fitted > 1 || model->converged > 1 || model->identified > 1)
        return 0;
    if (!model->fitted && !(model->converged && model->identified))
        return 0;
    if (model->fitted && (model->has_covariance != model->identified || model->identified > model->converged))
        return 0;
    const int32_t base = crm_i_kind_of(model->kind)->parameters;
    if (check_parameters(base, model->count, model->parameter, NULL) != CRM_OK)
        return 0;
    const uint32_t every = ((uint32_t)1 << base) - 1;
    if (model->fixed > every ||
        (model->fixed == every && model->design.count == 0)) /* not there, or none is free */
        return 0;
    if (!(model->penalty >= 0.0 && model->penalty < CRM_I_INFINITY))
        return 0;
    if (model->fitted && !(model->customers > 0.0 && model->distinct > 0.0 && model->evaluations > 0.0))
        return 0;
    return !model->has_covariance || check_covariance(model->count, model->covariance, NULL) == CRM_OK;
}

crm_status crm_model_load(const crm_context *context, const uint8_t *bytes, int64_t length, crm_model **out,
                          crm_error *err)
{
    if (!bytes)
        return crm_i_fail(err, CRM_E_NULL, 2, "The bytes are NULL.");
    if (length < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)length, "The length is negative.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "The place for the model is NULL.");
    crm_i_reader r;
    crm_status status = crm_i_read_begin(&r, bytes, length, blob_kind, BLOB_VERSION, err);
    if (status != CRM_OK)
        return status;
    const uint32_t kind = crm_i_read_u32(&r);
    if (r.failed || kind > INT32_MAX || crm_i_kind_check((int32_t)kind, 2, NULL) != CRM_OK)
        return refuse(err);
    uint8_t flag[4];
    for (int32_t i = 0; i < 4; i++)
        flag[i] = crm_i_read_u8(&r);
    crm_i_design design = crm_i_design_none();
    if (r.version > BLOB_PLAIN) {
        read_design(&r, &design);
        if (r.failed || !is_design(&design) || !crm_i_design_is_taken((int32_t)kind))
            return refuse(err);
    }
    crm_model *model = crm_i_model_new(context, (int32_t)kind, &design);
    if (!model)
        return crm_i_fail_memory(err);
    model->has_covariance = flag[0];
    model->fitted = flag[1];
    model->converged = flag[2];
    model->identified = flag[3];
    read_doubles(&r, model->count, model->parameter);
    if (model->has_covariance)
        read_doubles(&r, model->count * model->count, model->covariance);
    if (model->fitted) {
        model->fixed = r.version >= 2 ? crm_i_read_u32(&r) : 0;
        read_doubles(&r, model->count, model->direction);
        model->log_likelihood = crm_i_read_f64(&r);
        model->condition = crm_i_read_f64(&r);
        model->customers = crm_i_read_f64(&r);
        model->distinct = crm_i_read_f64(&r);
        model->evaluations = crm_i_read_f64(&r);
        model->penalty = r.version > BLOB_PLAIN ? crm_i_read_f64(&r) : 0.0;
    }
    status = crm_i_read_end(&r, err);
    if (status == CRM_OK && !is_sane(model))
        status = refuse(err);
    if (status != CRM_OK) {
        crm_model_destroy(model);
        return status;
    }
    *out = model;
    return crm_i_ok(err);
}
