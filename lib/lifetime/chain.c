/* Matrices of transitions: see chain.h. */
#include "lifetime/chain.h"

#include <math.h>

#define SUM_TOLERANCE 1e-9

crm_status crm_i_chain_check(int64_t n, const double *transition, int32_t arg, crm_error *err)
{
    if (n < 1 || n > CRM_I_CHAIN_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, arg - 1, (double)n,
                                "The number of states is not in 1 .. 4096.");
    if (!transition)
        return crm_i_fail(err, CRM_E_NULL, arg, "transition is NULL.");
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < n; j++) {
            const double p = transition[i + n * j];
            if (!(p >= 0.0 && p <= 1.0))
                return crm_i_fail_row(err, CRM_E_DOMAIN, arg, i, p,
                                      "A probability of transition is not in [0, 1].");
            sum += p;
        }
        if (!(fabs(sum - 1.0) <= SUM_TOLERANCE))
            return crm_i_fail_row(err, CRM_E_DOMAIN, arg, i, sum,
                                  "The transitions from a state do not sum to 1.");
    }
    return CRM_OK;
}
