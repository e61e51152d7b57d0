/* The likelihood of NBD. */
#ifndef CRM_I_NBD_LIKELIHOOD_H
#define CRM_I_NBD_LIKELIHOOD_H

#include "model/likelihood.h"

extern const crm_i_likelihood crm_i_nbd_likelihood;

#endif
