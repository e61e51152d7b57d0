/* The likelihoods of BG/NBD and MBG/NBD. */
#ifndef CRM_I_BG_NBD_LIKELIHOOD_H
#define CRM_I_BG_NBD_LIKELIHOOD_H

#include "model/likelihood.h"

extern const crm_i_likelihood crm_i_bg_nbd_likelihood;
extern const crm_i_likelihood crm_i_mbg_nbd_likelihood;

#endif
