/* A likelihood over the strata of a summary: each has its own parameters, linear in logarithms, so that the
 * derivatives of the whole are those of the kind, carried through. */
#ifndef CRM_I_MODEL_STRATA_H
#define CRM_I_MODEL_STRATA_H

#include "model/likelihood.h"

/* Adds the strata to a sample that was built of the same summary. A covariate that the design uses and that
 * is constant, or a combination of others and a constant, is CRM_E_DOMAIN naming it (argument `arg`, row: the
 * column). On failure the sample is as it was. */
crm_status crm_i_strata_build(const crm_context *context, int32_t kind, const crm_i_design *design,
                              const crm_summary *summary, int32_t arg, crm_i_sample *sample, crm_error *err);
void crm_i_strata_drop(crm_i_sample *sample);

/* The penalised log-likelihood of a sample with strata; as crm_i_likelihood_evaluate. */
crm_status crm_i_strata_evaluate(const crm_context *context, const crm_i_sample *sample,
                                 const double *parameter, int32_t order, double from, double to,
                                 crm_i_derivatives *out, crm_error *err);

#endif
