/* Intervals of the parameters of a model. */
#include "model/model.h"

#include <math.h>

#include "base/error.h"
#include "model/profile.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

/* Wald on log-parameters, so that no bound is negative: theta e^(-+ z se/theta); on coefficients as they are.
 */
static void wald(const crm_model *model, double z, double *low, double *high)
{
    const int32_t base = crm_i_kind_of(model->kind)->parameters;
    for (int32_t i = base; i < model->count; i++) {
        const double width = z * sqrt(model->covariance[i + model->count * i]);
        low[i] = model->parameter[i] - width;
        high[i] = model->parameter[i] + width;
    }
    for (int32_t i = 0; i < base; i++) {
        const double theta = model->parameter[i];
        const double width = z * (sqrt(model->covariance[i + model->count * i]) / theta);
        low[i] = theta * crm_i_exp(-width);
        high[i] = theta * crm_i_exp(width);
    }
}

crm_status crm_model_interval(const crm_context *context, const crm_model *model, const crm_summary *summary,
                              double level, double *low, double *high, crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 2, "The model is NULL.");
    if (!(level > 0.0 && level < 1.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, level, "The level does not lie between 0 and 1.");
    if (!low)
        return crm_i_fail(err, CRM_E_NULL, 5, "The place for the lower ends is NULL.");
    if (!high)
        return crm_i_fail(err, CRM_E_NULL, 6, "The place for the upper ends is NULL.");
    /* From the tail, which keeps its digits where the level is close to 1. */
    const double z = -crm_i_normal_quantile(0.5 * (1.0 - level));
    if (summary)
        return crm_i_profile_ends(context, model, summary, z, low, high, err);
    wald(model, z, low, high);
    return crm_i_ok(err);
}
