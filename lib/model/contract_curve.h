/* The survival of a contract that is renewed or not once a period (Fader & Hardie 2007; Fader, Hardie et al.
 * 2018): S(t) = B(gamma, delta + t^c)/B(gamma, delta), c = 1 for sBG. What likelihood, predictions and their
 * sums are made of is one thing, X = ln S(from) - ln S(to), which no subtraction gives. */
#ifndef CRM_I_CONTRACT_CURVE_H
#define CRM_I_CONTRACT_CURVE_H

#include "base/compiler.h"

enum {
    CRM_I_CONTRACT_GAMMA = 0,
    CRM_I_CONTRACT_DELTA = 1,
    CRM_I_CONTRACT_C = 2,
    CRM_I_CONTRACT_PARAMETERS = 3
};

/* The lower triangle of a symmetric matrix by columns: gamma gamma, gamma delta, gamma c, delta delta, ... */
enum { CRM_I_CONTRACT_SECOND = 6 };

/* A value, and its derivatives by the logarithms of gamma, delta and c. */
typedef struct crm_i_contract_term {
    double value;
    double first[CRM_I_CONTRACT_PARAMETERS];
    double second[CRM_I_CONTRACT_SECOND];
} crm_i_contract_term;

/* X >= 0 from 0 <= from <= to, not necessarily whole; as many derivatives as order says, 0, 1 or 2.
 * parameter: gamma, delta, c. With c = 1 the powers are exact, and sBG is that BdW to the bit. NaN
 * where a parameter is outside 1e-60..1e60. */
void crm_i_contract_loss(const double *parameter, double from, double to, int32_t order,
                         crm_i_contract_term *out);

/* -d ln S/d ln t, which never falls: what survival loses as t grows by a small part of itself. */
double crm_i_contract_slope(const double *parameter, double t);

#endif
