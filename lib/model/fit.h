/* From the end of a search to a model and its status. */
#ifndef CRM_I_FIT_H
#define CRM_I_FIT_H

#include "model/model.h"
#include "model/search.h"

struct crm_fit {
    crm_i_handle handle;
    int32_t kind;
    crm_i_search search;
};

/* The model of a finished search; the status is that of the fit, CRM_E_MEMORY without memory. */
crm_status crm_i_fit_model(const crm_context *context, int32_t kind, const crm_i_search *search,
                           crm_model **out, crm_error *err);

/* What the fit that made a model answered: CRM_OK or its remark. */
crm_status crm_i_fit_answer(const crm_model *model, crm_error *err);

#endif
