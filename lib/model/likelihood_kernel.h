/* Sums over rows that every kind needs. */
#ifndef CRM_I_LIKELIHOOD_KERNEL_H
#define CRM_I_LIKELIHOOD_KERNEL_H

#include "base/kernel.h"

/* The sums of mass and of mass times each of three columns over n rows, on lanes. */
CRM_I_KERNEL_DECLARE(void, crm_i_moment_block,
                     (int64_t n, const double *mass, const double *c0, const double *c1, const double *c2,
                      double *sums));

#endif
