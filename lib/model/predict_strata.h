/* Predicting with covariates: customers of a strip who have the same go together, as customers of a model
 * whose parameters are their own. */
#ifndef CRM_I_PREDICT_STRATA_H
#define CRM_I_PREDICT_STRATA_H

#include "model/predict.h"

/* Columns of covariates, n rows apart, from the strip's first row on. */
typedef struct crm_i_predict_covariates {
    const double *z;
    int64_t stride;
} crm_i_predict_covariates;

/* GOOD 0 if the design's covariates of row i are finite, 1 if one is missing (NaN), 2 if one is infinite. */
int32_t crm_i_predict_strata_state(const crm_i_design *design, const crm_i_predict_covariates *covariates,
                                   int64_t i);

/* What `rows` of the kind gives, row by row of the strip, with the gradient by all parameters of the model,
 * coefficients included. NaN where a row's own parameters are out of the domain of the question: then 1 is
 * answered, else 0. */
int32_t crm_i_predict_strata(int32_t isa, const crm_model *model, const crm_i_ask *ask,
                             const crm_i_predict_covariates *covariates, const crm_i_strip *strip,
                             double *out, double *gradient);

#endif
