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
enum { BLOB_VERSION = 2 }; /* 1 knew no fixed parameters */

crm_model *crm_i_model_new(const crm_context *context, int32_t kind)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_model *model = crm_i_alloc_zeroed(&allocator, 1, sizeof *model);
    if (!model)
        return NULL;
    crm_i_handle_start(&model->handle, context);
    model->kind = kind;
    model->count = crm_i_kind_of(kind)->parameters;
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

static crm_status check_parameters(int32_t count, const double *parameter, crm_error *err)
{
    for (int32_t i = 0; i < count; i++)
        if (!(parameter[i] > 0.0 && parameter[i] < CRM_I_INFINITY))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, parameter[i],
                                  "A parameter is not finite and above 0.");
    return CRM_OK;
}

/* 1 if no combination of the parameters has a negative variance, but for rounding. */
static int32_t is_semidefinite(int32_t count, const double *c)
{
    double correlation[CRM_I_KIND_PARAMETERS * CRM_I_KIND_PARAMETERS];
    double value[CRM_I_KIND_PARAMETERS];
    double axis[CRM_I_KIND_PARAMETERS * CRM_I_KIND_PARAMETERS];
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

crm_status crm_model_create(const crm_context *context, int32_t kind, int32_t count, const double *parameter,
                            const double *covariance, crm_model **out, crm_error *err)
{
    crm_status status = crm_i_kind_check(kind, 2, err);
    if (status != CRM_OK)
        return status;
    if (count != crm_i_kind_of(kind)->parameters)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, count, "The kind has another number of parameters.");
    if (!parameter)
        return crm_i_fail(err, CRM_E_NULL, 4, "The parameters are NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 6, "The place for the model is NULL.");
    status = check_parameters(count, parameter, err);
    if (status == CRM_OK && covariance)
        status = check_covariance(count, covariance, err);
    if (status != CRM_OK)
        return status;
    crm_model *model = crm_i_model_new(context, kind);
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

/* ---- what a model knows ---- */

int32_t crm_i_model_free(const crm_model *model)
{
    int32_t n = 0;
    for (int32_t i = 0; i < model->count; i++)
        n += (model->fixed >> i & 1u) == 0;
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
    write_doubles(&w, model->count, model->parameter);
    if (model->has_covariance)
        write_doubles(&w, model->count * model->count, model->covariance);
    if (model->fitted) {
        const double fact[] = {model->log_likelihood, model->condition, model->customers, model->distinct,
                               model->evaluations};
        crm_i_write_u32(&w, model->fixed);
        write_doubles(&w, model->count, model->direction);
        write_doubles(&w, (int32_t)(sizeof fact / sizeof fact[0]), fact);
    }
    return crm_i_write_end(&w, blob_kind, BLOB_VERSION, length, err);
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
    if (check_parameters(model->count, model->parameter, NULL) != CRM_OK)
        return 0;
    if (model->fixed >= ((uint32_t)1 << model->count) - 1) /* not one is free, or one that is not there is not */
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
    crm_model *model = crm_i_model_new(context, (int32_t)kind);
    if (!model)
        return crm_i_fail_memory(err);
    model->has_covariance = crm_i_read_u8(&r);
    model->fitted = crm_i_read_u8(&r);
    model->converged = crm_i_read_u8(&r);
    model->identified = crm_i_read_u8(&r);
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
