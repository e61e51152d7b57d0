/* Sums of the survival of a contract over renewals to come. */
#ifndef CRM_I_CONTRACT_SUM_H
#define CRM_I_CONTRACT_SUM_H

#include "model/contract_curve.h"

/* What of a customer who has lived through T periods, with s(j) = S(T + j)/S(T). All times are whole. */
typedef struct crm_i_contract_span {
    double T;
    double from; /* j in (from, to], to <= 2^52 */
    double to;
    double delta; /* each weighs exp(-delta j) */
} crm_i_contract_span;

/* out: the sum of s(j) exp(-delta j), and where gradient is 1 its derivatives by the logarithms of gamma,
 * delta and c. Some hundred terms at most are computed, however long the span. */
void crm_i_contract_expected(const double *parameter, const crm_i_contract_span *span, int32_t gradient,
                             double out[1 + CRM_I_CONTRACT_PARAMETERS]);

/* The standard deviation of the number of renewals in the span (whose delta is not read), likewise. */
void crm_i_contract_spread(const double *parameter, const crm_i_contract_span *span, int32_t gradient,
                           double out[1 + CRM_I_CONTRACT_PARAMETERS]);

#endif
