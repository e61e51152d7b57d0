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
crm_status crm_i_fit_model(const crm_context *context, int32_t kind, const crm_i_design *design /*opt*/,
                           const crm_i_search *search, crm_model **out, crm_error *err);

/* Runs a search that has begun to its end on one sample. CRM_OK, CRM_E_CANCELLED or CRM_E_EXECUTOR. Progress
 * goes from `done` towards 1 if moving, else it stays there. */
crm_status crm_i_fit_run(const crm_context *context, const crm_i_sample *sample, crm_i_search *search,
                         double done, int32_t moving, crm_error *err);

/* What the fit that made a model answered: CRM_OK or its remark. */
crm_status crm_i_fit_answer(const crm_model *model, crm_error *err);

#endif
