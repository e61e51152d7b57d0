/* The likelihood of NBD, and what other models of a Gamma rate have from it: ln G(r + x) - ln G(r). */
#ifndef CRM_I_NBD_LIKELIHOOD_H
#define CRM_I_NBD_LIKELIHOOD_H

#include "model/likelihood.h"
#include "model/nbd_likelihood_kernel.h"

extern const crm_i_likelihood crm_i_nbd_likelihood;

/* The terms of x alone over a sample: CRM_I_NBD_STEP_SUMS sums, value and derivatives by ln r. */
void crm_i_nbd_purchases(int32_t isa, const crm_i_sample *sample, double r, double *sums);

/* out += the terms of x alone of each row; quick where equal x stand together. */
void crm_i_nbd_add_purchases(double r, int64_t n, const double *x, double *out);

#endif
