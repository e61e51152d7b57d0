/* The likelihoods of the contractual models, sBG and BdW. */
#ifndef CRM_I_CONTRACT_LIKELIHOOD_H
#define CRM_I_CONTRACT_LIKELIHOOD_H

#include "model/likelihood.h"

extern const crm_i_likelihood crm_i_sbg_likelihood;
extern const crm_i_likelihood crm_i_bdw_likelihood;

#endif
