/* Maximum likelihood: on one summary, or asked and told by a caller who adds up the sums of shards. */
#include "model/fit.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "model/strata.h"
#include "numeric/elementary.h"

/* Rows beyond this are worth a first search on a sample of customers. */
enum { THIN_LEAST = 32768, THIN_DRAWS = 16384 };

/* ---- from the search to the model ---- */

crm_status crm_i_fit_answer(const crm_model *model, crm_error *err)
{
    if (!model->converged)
        return crm_i_fail(err, CRM_NOT_CONVERGED, 0,
                          "The fit did not converge: its parameters are not a maximum.");
    if (!model->identified)
        return crm_i_fail(
            err, CRM_NOT_IDENTIFIED, 0,
            "The data do not identify the parameters: the likelihood is flat in a direction, or highest "
            "at a bound.");
    const crm_i_likelihood *likelihood = crm_i_kind_of(model->kind)->likelihood;
    if (likelihood->remark && likelihood->remark(model->parameter) == CRM_NO_MEAN)
        return crm_i_fail(err, CRM_NO_MEAN, 0, "The mean spend that the fitted model implies is infinite.");
    return crm_i_ok(err);
}

crm_status crm_i_fit_model(const crm_context *context, int32_t kind, const crm_i_design *design,
                           const crm_i_search *search, crm_model **out, crm_error *err)
{
    crm_model *model = crm_i_model_new(context, kind, design);
    if (!model)
        return crm_i_fail_memory(err);
    const crm_i_found *found = &search->best;
    const int32_t k = model->count;
    model->fitted = 1;
    model->converged = found->status == CRM_I_NEWTON_CONVERGED || found->status == CRM_I_NEWTON_AT_BOUND ||
                       found->status == CRM_I_NEWTON_FLAT;
    model->identified = found->identified;
    model->has_covariance = found->identified;
    crm_i_search_natural(search, found->point, model->parameter);
    double slope[CRM_I_MODEL_PARAMETERS]; /* of a natural parameter by what the search sees */
    for (int32_t i = 0; i < k; i++) {
        model->direction[i] = found->direction[i];
        slope[i] = i < search->base ? model->parameter[i] : 1.0;
    }
    for (int32_t j = 0; j < k && found->identified; j++)
        for (int32_t i = 0; i < k; i++)
            model->covariance[i + k * j] =
                found->covariance[i + k * j] * (slope[i] * slope[j]); /* symmetric to the bit */
    model->fixed = search->fixed;
    model->penalty =
        design ? search->moment[CRM_I_MOMENT_MASS] * crm_i_design_penalty(kind, design, model->parameter)
               : 0.0;
    model->log_likelihood = found->value + model->penalty;
    model->condition = found->condition;
    model->customers = search->moment[CRM_I_MOMENT_MASS];
    model->distinct = search->moment[CRM_I_MOMENT_DISTINCT];
    model->evaluations = (double)search->evaluations;
    *out = model;
    return crm_i_fit_answer(model, err);
}

/* ---- one summary ---- */

/* Nobody knows how long a fit takes; each evaluation is a quarter of what is left. */
static double share_left(double done)
{
    return done + (1.0 - done) * 0.25;
}

crm_status crm_i_fit_run(const crm_context *context, const crm_i_sample *sample, crm_i_search *search,
                         double done, int32_t moving, crm_error *err)
{
    while (search->phase != CRM_I_SEARCH_DONE) {
        const double next = moving ? share_left(done) : done;
        double parameter[CRM_I_MODEL_PARAMETERS];
        crm_i_derivatives at;
        crm_i_search_ask(search, parameter);
        const crm_status status = crm_i_likelihood_evaluate(context, sample, parameter,
                                                            crm_i_search_order(search), done, next, &at, err);
        if (status != CRM_OK)
            return status;
        crm_i_search_tell(search, &at);
        done = next;
    }
    return CRM_OK;
}

/* A first search on fewer rows, so that the one on all begins next to its end. */
static crm_status search_thinned(const crm_context *context, const crm_i_sample *sample, crm_i_search *search,
                                 crm_error *err)
{
    crm_i_sample thin;
    crm_status status = crm_i_sample_thin(context, sample, THIN_DRAWS, &thin, err);
    if (status != CRM_OK)
        return status;
    status = crm_i_fit_run(context, &thin, search, 0.0, 0, err);
    crm_i_sample_release(&thin);
    if (status == CRM_OK)
        crm_i_search_again(search, sample->moment);
    return status;
}

static crm_status search_sample(const crm_context *context, const crm_i_sample *sample, crm_i_search *search,
                                crm_error *err)
{
    crm_i_search_begin(search, sample->moment);
    if (!search->given && !sample->stratum && sample->n > THIN_LEAST) {
        const crm_status status = search_thinned(context, sample, search, err);
        if (status != CRM_OK)
            return status;
    }
    const crm_status status = crm_i_fit_run(context, sample, search, 0.0, 1, err);
    return status == CRM_OK ? crm_i_progress(context, 1.0, err) : status;
}

/* The rows of a summary, in strata if covariates are wanted. */
static crm_status build_sample(const crm_context *context, int32_t kind, const crm_i_design *design,
                               const crm_summary *summary, crm_i_sample *sample, crm_error *err)
{
    crm_status status = crm_i_sample_build(context, crm_i_kind_of(kind)->likelihood, summary, 3, sample, err);
    if (status != CRM_OK)
        return status;
    if (sample->n == 0)
        status = crm_i_fail(err, CRM_E_NO_DATA, 3, "The summary has no rows for this kind of model.");
    else if (design->count > 0)
        status = crm_i_strata_build(context, kind, design, summary, 3, sample, err);
    if (status != CRM_OK)
        crm_i_sample_release(sample);
    return status;
}

crm_status crm_i_model_sample(const crm_context *context, const crm_model *model, const crm_summary *summary,
                              int32_t arg, crm_i_sample *sample, crm_error *err)
{
    if (model->design.count > 0 && summary->strata.columns != model->design.columns)
        return crm_i_fail_value(err, CRM_E_NO_DATA, arg, summary->strata.columns,
                                "The summary has not the covariates of the model.");
    return build_sample(context, model->kind, &model->design, summary, sample, err);
}

crm_status crm_model_fit(const crm_context *context, int32_t kind, const crm_summary *summary,
                         const crm_options *options, crm_model **out, crm_error *err)
{
    crm_status status = crm_i_kind_check(kind, 2, err);
    if (status != CRM_OK)
        return status;
    if (!summary)
        return crm_i_fail(err, CRM_E_NULL, 3, "The summary is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 5, "The place for the result is NULL.");
    const crm_allocator allocator = crm_i_allocator(context);
    crm_i_search *search = crm_i_alloc(&allocator, 1, sizeof *search);
    if (!search)
        return crm_i_fail_memory(err);
    crm_i_sample sample;
    crm_i_design design;
    status = crm_i_design_read(kind, options, summary->strata.columns, 4, &design, err);
    if (status == CRM_OK)
        status = crm_i_search_start(search, kind, design.count, options, 4, err);
    if (status == CRM_OK)
        status = build_sample(context, kind, &design, summary, &sample, err);
    if (status == CRM_OK) {
        status = search_sample(context, &sample, search, err);
        crm_i_sample_release(&sample);
    }
    if (status == CRM_OK)
        status = crm_i_fit_model(context, kind, &design, search, out, err);
    crm_i_release(&allocator, search, 1, sizeof *search);
    return status;
}

/* ---- shards ---- */

/* The sums of a partial: the moments, the value, the gradient, the Hessian. */
static int32_t sums_of(int32_t count)
{
    return CRM_I_MOMENTS + 1 + count + count * count;
}

crm_status crm_fit_create(const crm_context *context, int32_t kind, const crm_options *options, crm_fit **out,
                          crm_error *err)
{
    crm_status status = crm_i_kind_check(kind, 2, err);
    if (status != CRM_OK)
        return status;
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "The place for the result is NULL.");
    const crm_allocator allocator = crm_i_allocator(context);
    crm_fit *fit = crm_i_alloc(&allocator, 1, sizeof *fit);
    if (!fit)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&fit->handle, context);
    fit->kind = kind;
    status = crm_i_search_start(&fit->search, kind, 0, options, 3, err);
    if (status != CRM_OK) {
        crm_fit_destroy(fit);
        return status;
    }
    *out = fit;
    return crm_i_ok(err);
}

crm_status crm_fit_ask(const crm_fit *fit, double *parameter, int32_t *sums, crm_error *err)
{
    if (!fit)
        return crm_i_fail(err, CRM_E_NULL, 1, "The fit is NULL.");
    if (!parameter)
        return crm_i_fail(err, CRM_E_NULL, 2, "The place for parameters is NULL.");
    if (!sums)
        return crm_i_fail(err, CRM_E_NULL, 3, "The place for sums is NULL.");
    crm_i_search_ask(&fit->search, parameter);
    *sums = sums_of(fit->search.count);
    return crm_i_ok(err);
}

static crm_status check_parameters(int32_t count, const double *parameter, int32_t arg, crm_error *err)
{
    for (int32_t i = 0; i < count; i++)
        if (!(parameter[i] > 0.0 && parameter[i] < CRM_I_INFINITY))
            return crm_i_fail_value(err, CRM_E_DOMAIN, arg, parameter[i],
                                    "A parameter is not finite and above 0.");
    return CRM_OK;
}

crm_status crm_fit_partial(const crm_context *context, int32_t kind, const double *parameter,
                           const crm_summary *shard, double *sums, crm_error *err)
{
    crm_status status = crm_i_kind_check(kind, 2, err);
    if (status != CRM_OK)
        return status;
    if (!parameter)
        return crm_i_fail(err, CRM_E_NULL, 3, "The place for parameters is NULL.");
    if (!shard)
        return crm_i_fail(err, CRM_E_NULL, 4, "The shard is NULL.");
    if (!sums)
        return crm_i_fail(err, CRM_E_NULL, 5, "The place for sums is NULL.");
    const int32_t k = crm_i_kind_of(kind)->parameters;
    status = check_parameters(k, parameter, 3, err);
    if (status != CRM_OK)
        return status;
    crm_i_sample sample;
    status = crm_i_sample_build(context, crm_i_kind_of(kind)->likelihood, shard, 4, &sample, err);
    if (status != CRM_OK)
        return status;
    crm_i_derivatives at;
    status = crm_i_likelihood_evaluate(context, &sample, parameter, CRM_I_ORDER_HESSIAN, 0.0, 1.0, &at, err);
    crm_i_sample_release(&sample);
    if (status != CRM_OK)
        return status;
    memcpy(sums, sample.moment, sizeof sample.moment);
    sums[CRM_I_MOMENTS] = at.value;
    memcpy(sums + CRM_I_MOMENTS + 1, at.gradient, (size_t)k * sizeof *sums);
    memcpy(sums + CRM_I_MOMENTS + 1 + k, at.hessian, (size_t)(k * k) * sizeof *sums);
    return crm_i_ok(err);
}

crm_status crm_fit_tell(crm_fit *fit, const double *sums, int32_t *finished, crm_error *err)
{
    if (!fit)
        return crm_i_fail(err, CRM_E_NULL, 1, "The fit is NULL.");
    if (!sums)
        return crm_i_fail(err, CRM_E_NULL, 2, "The place for sums is NULL.");
    if (!finished)
        return crm_i_fail(err, CRM_E_NULL, 3, "The place for the answer is NULL.");
    if (fit->search.phase == CRM_I_SEARCH_DONE)
        return crm_i_fail(err, CRM_E_STATE, 1, "The fit has finished.");
    for (int32_t i = 0; i < CRM_I_MOMENTS; i++)
        if (!(sums[i] >= 0.0 && sums[i] < CRM_I_INFINITY))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 2, sums[i],
                                    "The sums are not those of crm_fit_partial.");
    if (!(sums[CRM_I_MOMENT_MASS] > 0.0))
        return crm_i_fail(err, CRM_E_NO_DATA, 2, "The shards have no rows for this kind of model.");
    const int32_t k = fit->search.count;
    if (fit->search.phase == CRM_I_SEARCH_PROBE) {
        fit->search.evaluations++;
        crm_i_search_begin(&fit->search, sums);
    } else {
        crm_i_derivatives at;
        at.value = sums[CRM_I_MOMENTS];
        memcpy(at.gradient, sums + CRM_I_MOMENTS + 1, (size_t)k * sizeof *sums);
        memcpy(at.hessian, sums + CRM_I_MOMENTS + 1 + k, (size_t)(k * k) * sizeof *sums);
        crm_i_search_tell(&fit->search, &at);
    }
    *finished = fit->search.phase == CRM_I_SEARCH_DONE;
    return crm_i_ok(err);
}

crm_status crm_fit_finish(const crm_context *context, const crm_fit *fit, crm_model **out, crm_error *err)
{
    if (!fit)
        return crm_i_fail(err, CRM_E_NULL, 2, "The fit is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 3, "The place for the result is NULL.");
    if (fit->search.phase != CRM_I_SEARCH_DONE)
        return crm_i_fail(err, CRM_E_STATE, 2, "The fit has not finished: ask and tell until it has.");
    return crm_i_fit_model(context, fit->kind, NULL, &fit->search, out, err);
}

void crm_fit_destroy(crm_fit *fit)
{
    if (!fit || !crm_i_handle_drop(&fit->handle))
        return;
    const crm_allocator allocator = fit->handle.allocator;
    crm_i_release(&allocator, fit, 1, sizeof *fit);
}
