/* The likelihood of Pareto/NBD. */
#ifndef CRM_I_PARETO_NBD_LIKELIHOOD_H
#define CRM_I_PARETO_NBD_LIKELIHOOD_H

#include "model/likelihood.h"

extern const crm_i_likelihood crm_i_pareto_nbd_likelihood;

/* The largest T that the kernels may be given. */
#define CRM_I_PARETO_NBD_T_MOST 1e100

/* 1 if they may be given these parameters (r, alpha, s, beta). */
int32_t crm_i_pareto_nbd_is_usual(const double *parameter);

#endif
