/* What is asked of a model: the domain of the assumptions, and the one form that equal questions have. */
#include <math.h>

#include "base/error.h"
#include "model/predict.h"
#include "numeric/elementary.h"

static crm_status check_span(const crm_i_ask *ask, crm_error *err)
{
    if (!crm_i_is_time(ask->t0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, ask->t0, "The start is not finite and at least 0.");
    if (!(ask->t1 >= ask->t0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The end is not at or after the start.");
    return CRM_OK;
}

static crm_status check_discount(const crm_i_ask *ask, crm_error *err)
{
    if (!crm_i_is_time(ask->delta))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, ask->delta,
                                "The discount rate is not finite and at least 0.");
    if (ask->delta == 0.0 && ask->t1 == CRM_I_INFINITY)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, ask->delta,
                                "An infinite horizon needs a discount rate above 0.");
    return check_span(ask, err);
}

static crm_status check_count(const crm_i_ask *ask, crm_error *err)
{
    if (!crm_i_is_time(ask->t1))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The end is not finite and at least 0.");
    if (!(crm_i_is_time(ask->number) && floor(ask->number) == ask->number && ask->number <= 0x1p53))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 6, ask->number,
                                "The number of purchases is not whole, not >= 0, or above 2^53.");
    return CRM_OK;
}

static crm_status check_domain(const crm_i_ask *ask, crm_error *err)
{
    switch (ask->quantity) {
    case CRM_QUANTITY_P_ALIVE:
        if (!crm_i_is_time(ask->t0))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 3, ask->t0,
                                    "The time ahead is not finite and at least 0.");
        return CRM_OK;
    case CRM_QUANTITY_EXPECTED:
    case CRM_QUANTITY_SPREAD:
        return check_span(ask, err);
    case CRM_QUANTITY_DISCOUNTED:
        return check_discount(ask, err);
    case CRM_QUANTITY_PROBABILITY:
        return check_count(ask, err);
    case CRM_QUANTITY_VALUE:
        if (!isfinite(ask->number))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 6, ask->number, "The margin rate is not finite.");
        return check_discount(ask, err);
    default:
        return CRM_OK;
    }
}

/* What is made after u is worth exp(-delta u): beyond exp(-64) it adds nothing to a double, and rules that
 * reach much further than there is anything to find lose sight of what there is. */
static double discounted_end(const crm_i_ask *ask)
{
    const double end = ask->t0 + 64.0 / ask->delta;
    return ask->t1 < CRM_I_INFINITY && end > ask->t0 && end < ask->t1 ? end : ask->t1;
}

/* Only what the quantity takes; undiscounted is what EXPECTED is. */
static crm_i_ask canonical(const crm_i_ask *ask)
{
    crm_i_ask own = {ask->quantity, 0.0, 0.0, 0.0, 0.0};
    switch (ask->quantity) {
    case CRM_QUANTITY_P_ALIVE:
        own.t0 = ask->t0 + 0.0;
        break;
    case CRM_QUANTITY_PROBABILITY:
        own.t1 = ask->t1;
        own.number = ask->number;
        break;
    case CRM_QUANTITY_EXPECTED:
    case CRM_QUANTITY_DISCOUNTED:
    case CRM_QUANTITY_SPREAD:
    case CRM_QUANTITY_VALUE:
        own.t0 = ask->t0 + 0.0;
        own.t1 = ask->t1;
        own.delta = ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_SPREAD
                        ? 0.0
                        : ask->delta + 0.0;
        if (own.quantity == CRM_QUANTITY_VALUE)
            own.quantity = CRM_QUANTITY_DISCOUNTED;
        if (own.quantity == CRM_QUANTITY_DISCOUNTED && own.delta == 0.0)
            own.quantity = CRM_QUANTITY_EXPECTED;
        if (own.quantity == CRM_QUANTITY_DISCOUNTED)
            own.t1 = discounted_end(&own);
        break;
    default:
        break;
    }
    return own;
}

const crm_i_prediction *crm_i_predict_of(const crm_model *model)
{
    return model ? crm_i_kind_of(model->kind)->prediction : NULL;
}

static uint32_t offers(const crm_model *model)
{
    const crm_i_prediction *prediction = crm_i_predict_of(model);
    return prediction ? prediction->quantities : 0;
}

/* Where time is counted in opportunities: the times that the canonical question takes, as they were given. */
static crm_status check_whole(const crm_i_ask *ask, const crm_i_ask *own, crm_error *err)
{
    if (own->t0 != floor(own->t0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, own->t0,
                                "The time is not a whole number of opportunities.");
    if (own->t1 > 0.0 && ask->t1 != floor(ask->t1))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1,
                                "The time is not a whole number of opportunities.");
    return CRM_OK;
}

crm_status crm_i_predict_ask(const crm_model *model, const crm_model *spend, const crm_i_ask *ask,
                             crm_i_column *column, crm_error *err)
{
    if (ask->quantity < CRM_QUANTITY_P_ALIVE || ask->quantity > CRM_QUANTITY_VALUE)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)ask->quantity, "There is no such quantity.");
    const uint32_t bit = CRM_I_OFFERS(ask->quantity);
    column->quantity = ask->quantity;
    column->factor = ask->number;
    column->table = NULL;
    if (crm_i_predict_spends(column) && !(offers(spend) & CRM_I_OFFERS(CRM_QUANTITY_SPEND)))
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)ask->quantity,
                                "This quantity needs a spend model.");
    if (ask->quantity != CRM_QUANTITY_SPEND && !(offers(model) & bit))
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, (double)ask->quantity,
                                "This kind of model does not have this quantity.");
    crm_status status = check_domain(ask, err);
    if (status != CRM_OK)
        return status;
    column->ask = canonical(ask);
    const crm_i_prediction *prediction = crm_i_predict_of(model);
    if (ask->quantity == CRM_QUANTITY_SPEND)
        return CRM_OK;
    if (prediction->whole) {
        status = check_whole(ask, &column->ask, err);
        column->ask.t1 = ceil(column->ask.t1); /* canonical may have cut it */
    }
    return status == CRM_OK && prediction->check ? prediction->check(model->parameter, &column->ask, err)
                                                 : status;
}

int32_t crm_i_predict_spends(const crm_i_column *column)
{
    return column->quantity == CRM_QUANTITY_SPEND || column->quantity == CRM_QUANTITY_VALUE;
}
