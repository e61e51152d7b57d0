/* Profile likelihood intervals: the signed root of the fall in likelihood is nearly straight in a
 * log-parameter, so that a guarded secant finds where it equals z in a few fits, each from where the one
 * before ended. */
#include "model/profile.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "model/fit.h"
#include "numeric/elementary.h"

enum { PARAMETERS = CRM_I_KIND_PARAMETERS, EVALUATIONS = 200, REFINEMENTS = 60 };

/* The fall is met when its root is this close to z, relative to z; or as close as the rounding of the
 * likelihood, relative to that, lets it come. */
#define CLOSE 1e-9
#define ROUNDING 4e-15

typedef struct profile {
    const crm_context *context;
    const crm_model *model;
    crm_i_sample sample;
    crm_i_search *search;
    int32_t i;   /* the parameter in work */
    double best; /* log-likelihood of the fit */
    double z;
    double point[PARAMETERS]; /* natural: where the last fit ended */
    int32_t lost;             /* 1: a fit did not converge */
    double lower[PARAMETERS]; /* the bounds of a fit, in logarithms */
    double upper[PARAMETERS];
} profile;

/* Where parameter i is theta, the others as good as they can be. */
static crm_status maximise(profile *p, double theta, double *value, crm_error *err)
{
    double held[PARAMETERS] = {0.0};
    const int32_t k = p->model->count;
    int32_t left = 0;
    for (int32_t j = 0; j < k; j++) {
        held[j] = p->model->fixed >> j & 1u ? p->model->parameter[j] : 0.0;
        held[j] = j == p->i ? theta : held[j];
        left += held[j] == 0.0;
    }
    p->point[p->i] = theta;
    if (left == 0) {
        crm_i_derivatives at;
        const crm_status status = crm_i_likelihood_evaluate(p->context, &p->sample, p->point,
                                                            CRM_I_ORDER_GRADIENT, 0.0, 0.0, &at, err);
        *value = at.value;
        return status;
    }
    crm_i_search_from(p->search, p->model->kind, EVALUATIONS, p->point, held);
    crm_i_search_begin(p->search, p->sample.moment);
    const crm_status status = crm_i_fit_run(p->context, &p->sample, p->search, 0.0, 0, err);
    if (status != CRM_OK)
        return status;
    const crm_i_found *found = &p->search->best;
    if (found->status == CRM_I_NEWTON_FAILED || found->status == CRM_I_NEWTON_LIMIT ||
        found->status == CRM_I_NEWTON_STALLED) {
        p->lost = 1;
        return CRM_OK;
    }
    *value = found->value;
    for (int32_t j = 0; j < k; j++)
        p->point[j] = held[j] > 0.0 ? held[j] : crm_i_exp(found->point[j]);
    return CRM_OK;
}

/* The root of the fall at a log-distance from the estimate, less z: negative inside the interval. */
static crm_status excess(profile *p, double distance, double *out, crm_error *err)
{
    double value = p->best;
    const crm_status status = maximise(p, p->model->parameter[p->i] * crm_i_exp(distance), &value, err);
    const double fall = 2.0 * (p->best - value);
    *out = (fall > 0.0 ? sqrt(fall) : 0.0) - p->z;
    return status;
}

/* Outwards from the estimate until the fall is too far: *inner within, *outer without, the last step as far
 * as the bound of fits. *open: 1 if the likelihood does not fall so far there either. */
static crm_status bracket(profile *p, double side, double step, double *inner, double *outer, double *below,
                          double *above, int32_t *open, crm_error *err)
{
    const double bound = side < 0.0 ? p->lower[p->i] : p->upper[p->i];
    const double room = side * (bound - crm_i_log(p->model->parameter[p->i]));
    double reach = 0.0;
    *inner = 0.0;
    *below = -p->z;
    *open = 1;
    for (double next = step; reach < room; next *= 2.0) {
        reach = next < room ? next : room;
        *outer = side * reach;
        const crm_status status = excess(p, *outer, above, err);
        *open = status == CRM_OK && !p->lost && *above < 0.0;
        if (!*open)
            return status;
        *inner = *outer;
        *below = *above;
    }
    return CRM_OK;
}

/* The secant with Illinois' guard: an end that stays twice counts for half. */
static crm_status refine(profile *p, double inner, double outer, double below, double above, double *end,
                         crm_error *err)
{
    const double close = CLOSE * p->z + ROUNDING * fabs(p->best) / p->z;
    double last = above;
    int32_t moved = 0;
    *end = outer;
    for (int32_t n = 0; n < REFINEMENTS && fabs(last) > close; n++) {
        *end = inner + (outer - inner) * (below / (below - above));
        const crm_status status = excess(p, *end, &last, err);
        if (status != CRM_OK || p->lost)
            return status;
        if (last >= 0.0) {
            outer = *end;
            above = last;
            below *= moved > 0 ? 0.5 : 1.0;
            moved = 1;
        } else {
            inner = *end;
            below = last;
            above *= moved < 0 ? 0.5 : 1.0;
            moved = -1;
        }
    }
    return CRM_OK;
}

static crm_status find_end(profile *p, double side, double step, double *out, crm_error *err)
{
    double inner = 0.0;
    double outer = 0.0;
    double below = 0.0;
    double above = 0.0;
    double end = 0.0;
    int32_t open = 0;
    memcpy(p->point, p->model->parameter, sizeof p->point);
    crm_status status = bracket(p, side, step, &inner, &outer, &below, &above, &open, err);
    if (open) {
        *out = side < 0.0 ? 0.0 : CRM_I_INFINITY;
        return CRM_OK;
    }
    if (status == CRM_OK && !p->lost)
        status = refine(p, inner, outer, below, above, &end, err);
    *out = p->lost ? CRM_I_NAN : p->model->parameter[p->i] * crm_i_exp(end);
    return status;
}

/* One standard error times z, in logarithms, to begin with; 1 where there is none. */
static double first_step(const profile *p)
{
    const crm_model *model = p->model;
    const double se = sqrt(model->covariance[p->i + model->count * p->i]) / model->parameter[p->i];
    return model->has_covariance && p->z * se < 4.0 ? p->z * se : 1.0;
}

static crm_status find_ends(profile *p, double *low, double *high, crm_error *err)
{
    int32_t lost = 0;
    for (p->i = 0; p->i < p->model->count; p->i++) {
        if (p->model->fixed >> p->i & 1u || !(p->z > 0.0)) { /* z is 0 where the level is below 1e-16 */
            low[p->i] = high[p->i] = p->model->parameter[p->i];
            continue;
        }
        const double step = first_step(p);
        p->lost = 0;
        crm_status status = find_end(p, -1.0, step, &low[p->i], err);
        lost |= p->lost;
        p->lost = 0;
        if (status == CRM_OK)
            status = find_end(p, 1.0, step, &high[p->i], err);
        lost |= p->lost;
        if (status != CRM_OK)
            return status;
    }
    if (lost)
        return crm_i_fail(err, CRM_NOT_CONVERGED, 0,
                          "An end was not found: the other parameters did not converge.");
    return crm_i_ok(err);
}

/* The same likelihood as that of the fit, or the fit was to other data. */
static crm_status check_sample(profile *p, crm_error *err)
{
    if (p->sample.n == 0)
        return crm_i_fail(err, CRM_E_NO_DATA, 3, "The summary has no rows for this kind of model.");
    crm_i_derivatives at;
    const crm_status status = crm_i_likelihood_evaluate(p->context, &p->sample, p->model->parameter,
                                                        CRM_I_ORDER_GRADIENT, 0.0, 0.0, &at, err);
    if (status != CRM_OK)
        return status;
    p->best = at.value;
    if (!(fabs(at.value - p->model->log_likelihood) <= 1e-9 * fabs(at.value) + 1e-9))
        return crm_i_fail_value(err, CRM_E_STATE, 2, at.value, "The model was not fitted to this summary.");
    return CRM_OK;
}

crm_status crm_i_profile_ends(const crm_context *context, const crm_model *model, const crm_summary *summary,
                              double z, double *low, double *high, crm_error *err)
{
    if (!model->fitted || !model->converged)
        return crm_i_fail(err, CRM_E_STATE, 2, "The model is not of a fit that converged.");
    if (model->design.count > 0)
        return crm_i_fail(err, CRM_E_UNSUPPORTED, 2, "There is no profile of a model with covariates yet.");
    const crm_allocator allocator = crm_i_allocator(context);
    profile p = {.context = context, .model = model, .z = z};
    p.search = crm_i_alloc(&allocator, 1, sizeof *p.search);
    if (!p.search)
        return crm_i_fail_memory(err);
    crm_status status =
        crm_i_sample_build(context, crm_i_kind_of(model->kind)->likelihood, summary, 3, &p.sample, err);
    if (status == CRM_OK) {
        status = check_sample(&p, err);
        crm_i_search_from(p.search, model->kind, EVALUATIONS, model->parameter, NULL);
        crm_i_search_begin(p.search, p.sample.moment);
        memcpy(p.lower, p.search->lower, sizeof p.lower);
        memcpy(p.upper, p.search->upper, sizeof p.upper);
        if (status == CRM_OK)
            status = find_ends(&p, low, high, err);
        crm_i_sample_release(&p.sample);
    }
    crm_i_release(&allocator, p.search, 1, sizeof *p.search);
    return status;
}
