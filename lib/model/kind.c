/* The table of kinds, and the questions a caller may ask of it. */
#include "model/kind.h"

#include <string.h>

#include "base/error.h"
#include "model/bg_bb_likelihood.h"
#include "model/bg_nbd_likelihood.h"
#include "model/contract_likelihood.h"
#include "model/gamma_gamma_likelihood.h"
#include "model/ggompertz_likelihood.h"
#include "model/nbd_likelihood.h"
#include "model/pareto_nbd_likelihood.h"
#include "model/prediction.h"

static const crm_i_kind table[] = {
    /* in the order of CRM_MODEL_*, from 1 */
    {"nbd", 2, {"r", "alpha"}, &crm_i_nbd_likelihood, &crm_i_nbd_prediction},
    {"pareto-nbd",
     4,
     {"r", "alpha", "s", "beta"},
     &crm_i_pareto_nbd_likelihood,
     &crm_i_pareto_nbd_prediction},
    {"bg-nbd", 4, {"r", "alpha", "a", "b"}, &crm_i_bg_nbd_likelihood, &crm_i_bg_nbd_prediction},
    {"mbg-nbd", 4, {"r", "alpha", "a", "b"}, &crm_i_mbg_nbd_likelihood, &crm_i_mbg_nbd_prediction},
    {"bg-cnbd-k", 5, {"k", "r", "alpha", "a", "b"}, NULL, NULL},
    {"mbg-cnbd-k", 5, {"k", "r", "alpha", "a", "b"}, NULL, NULL},
    {"ggompertz-nbd",
     5,
     {"r", "alpha", "b", "s", "beta"},
     &crm_i_ggompertz_likelihood,
     &crm_i_ggompertz_prediction},
    {"bg-bb", 4, {"alpha", "beta", "gamma", "delta"}, &crm_i_bg_bb_likelihood, &crm_i_bg_bb_prediction},
    {"gamma-gamma", 3, {"p", "q", "v"}, &crm_i_gamma_gamma_likelihood, &crm_i_gamma_gamma_prediction},
    {"sbg", 2, {"gamma", "delta"}, &crm_i_sbg_likelihood, &crm_i_sbg_prediction},
    {"bdw", 3, {"gamma", "delta", "c"}, &crm_i_bdw_likelihood, &crm_i_bdw_prediction},
};
enum { KINDS = sizeof table / sizeof table[0] };

const crm_i_kind *crm_i_kind_of(int32_t kind)
{
    return kind >= 1 && kind <= KINDS ? &table[kind - 1] : NULL;
}

crm_status crm_i_kind_check(int32_t kind, int32_t arg, crm_error *err)
{
    const crm_i_kind *k = crm_i_kind_of(kind);
    if (!k)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, arg, (double)kind, "There is no such kind of model.");
    if (k->likelihood && k->prediction)
        return CRM_OK;
    return crm_i_fail_value(err, CRM_E_UNSUPPORTED, arg, (double)kind,
                            "This kind of model is not built yet.");
}

int32_t crm_kind_count(void)
{
    return KINDS;
}

const char *crm_kind_name(int32_t kind)
{
    const crm_i_kind *k = crm_i_kind_of(kind);
    return k ? k->name : NULL;
}

int32_t crm_kind_find(const char *name)
{
    if (!name)
        return 0;
    for (int32_t kind = 1; kind <= KINDS; kind++)
        if (strcmp(table[kind - 1].name, name) == 0)
            return kind;
    return 0;
}

int32_t crm_kind_parameters(int32_t kind)
{
    const crm_i_kind *k = crm_i_kind_of(kind);
    return k ? k->parameters : 0;
}

const char *crm_kind_parameter(int32_t kind, int32_t i)
{
    const crm_i_kind *k = crm_i_kind_of(kind);
    return k && i >= 0 && i < k->parameters ? k->parameter[i] : NULL;
}

int32_t crm_kind_supports(int32_t kind, int32_t quantity)
{
    const crm_i_kind *k = crm_i_kind_of(kind);
    if (!k || !k->prediction || quantity < 1 || quantity > 31)
        return 0;
    return (k->prediction->quantities & CRM_I_OFFERS(quantity)) != 0;
}

int32_t crm_kind_fits(int32_t kind)
{
    const crm_i_kind *k = crm_i_kind_of(kind);
    return k && k->likelihood ? 1 : 0;
}
