/* The likelihood of GGompertz/NBD. */
#ifndef CRM_I_GGOMPERTZ_LIKELIHOOD_H
#define CRM_I_GGOMPERTZ_LIKELIHOOD_H

#include "model/likelihood.h"

extern const crm_i_likelihood crm_i_ggompertz_likelihood;

#endif
