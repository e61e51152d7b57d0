/* A model as the library sees it: a kind, its parameters, and of a fit how sure it is of them. Never changed
 * once built, so that threads share it without a lock. */
#ifndef CRM_I_MODEL_H
#define CRM_I_MODEL_H

#include "base/memory.h"
#include "crmcore/model.h"
#include "model/covariates.h"
#include "model/kind.h"
#include "model/likelihood.h"

struct crm_model {
    crm_i_handle handle;
    int32_t kind;  /* CRM_MODEL_* */
    int32_t count; /* of parameters: the kind's, and the coefficients of the design behind them */
    int32_t
        has_covariance; /* 1: covariance is there and finite; 0: it is NaN and so is every standard error */
    int32_t fitted;    /* 1: made by a fit; 0: from stated parameters (then converged and identified are 1) */
    int32_t converged; /* 0: predictions are CRM_E_STATE */
    int32_t identified;
    crm_i_design design;                      /* none without covariates */
    double parameter[CRM_I_MODEL_PARAMETERS]; /* natural, all finite, the kind's > 0 */
    double
        covariance[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS]; /* natural, column-major count x count */
    double direction[CRM_I_MODEL_PARAMETERS]; /* of a fit: unit vector in log-parameters and coefficients */
    uint32_t fixed;                           /* bit i: the caller of the fit held parameter i of the kind */
    double penalty;                           /* that the fit paid; 0 without one */
    /* facts of a fit, NaN otherwise */
    double log_likelihood;
    double condition;
    double customers;
    double distinct;
    double evaluations;
};

/* A model with everything but its handle at "from stated parameters, without covariance": no checks, NULL
 * without memory. The caller fills in the rest. A model remembers no ridge: its log-likelihood is one. */
crm_model *crm_i_model_new(const crm_context *context, int32_t kind, const crm_i_design *design /*opt*/);

/* The sample of a summary for a model, with strata if it has covariates. CRM_E_NO_DATA where it has no rows
 * for the kind, or no such covariates. */
crm_status crm_i_model_sample(const crm_context *context, const crm_model *model, const crm_summary *summary,
                              int32_t arg, crm_i_sample *sample, crm_error *err);

/* How many parameters a fit was free to choose. */
int32_t crm_i_model_free(const crm_model *model);

/* What any call that predicts asks first: CRM_OK, CRM_E_NULL, or CRM_E_STATE of a fit that did not converge.
 * arg is the position of the model in the prototype. */
crm_status crm_i_model_ready(const crm_model *model, int32_t arg, crm_error *err);

/* Counted sharing: a plan keeps its model. */
void crm_i_model_keep(const crm_model *model);

#endif
