/* What the Markov chains of this room share: that a matrix of transitions is one. */
#ifndef CRM_I_LIFETIME_CHAIN_H
#define CRM_I_LIFETIME_CHAIN_H

#include "base/error.h"

enum { CRM_I_CHAIN_MOST = 4096 }; /* states */

/* transition[i + n j], from i to j: within [0, 1], each row summing to 1 to 1e-9; else CRM_E_DOMAIN with
 * argument and row (the state). n within 1 .. CRM_I_CHAIN_MOST, at argument arg - 1, else CRM_E_ARGUMENT. */
crm_status crm_i_chain_check(int64_t n, const double *transition, int32_t arg, crm_error *err);

#endif
