/* The likelihood of Gamma-Gamma. */
#ifndef CRM_I_GAMMA_GAMMA_LIKELIHOOD_H
#define CRM_I_GAMMA_GAMMA_LIKELIHOOD_H

#include "model/likelihood.h"

extern const crm_i_likelihood crm_i_gamma_gamma_likelihood;

#endif
