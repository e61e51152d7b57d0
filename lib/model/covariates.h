/* Static covariates. A customer with covariates z has parameters of its own: ln theta_j + e_j gamma' z, where
 * e_j says how the kind's process is scaled (the rate of purchases or that of leaving grows with gamma' z).
 * So whatever a kind can do, it can do for the customers of one stratum; here strata are put together. */
#ifndef CRM_I_COVARIATES_H
#define CRM_I_COVARIATES_H

#include "crmcore/base.h"
#include "model/kind.h"

enum { CRM_I_COEFFICIENTS = 32, CRM_I_MODEL_PARAMETERS = CRM_I_KIND_PARAMETERS + CRM_I_COEFFICIENTS };

/* Which column feeds which process with which coefficient; they stand behind the kind's own parameters. */
typedef struct crm_i_design {
    int32_t columns; /* covariates that a customer must have; 0: none, and no coefficients */
    int32_t count;   /* coefficients */
    int32_t column[CRM_I_COEFFICIENTS];
    int32_t process[CRM_I_COEFFICIENTS]; /* bits CRM_PROCESS_*: both where a coefficient is shared */
    double ridge[CRM_I_COEFFICIENTS];    /* a fit pays ridge * coefficient^2 for each customer */
} crm_i_design;

crm_i_design crm_i_design_none(void);

/* The design that options ask for (argument `arg`) of a summary with so many covariates: all of them in both
 * processes if they say nothing. CRM_E_DOMAIN: no such column, or one twice; CRM_E_UNSUPPORTED: covariates
 * were asked for, and the kind takes none; CRM_E_NO_DATA: they were asked for and the summary has none. */
crm_status crm_i_design_read(int32_t kind, const crm_options *options, int32_t columns, int32_t arg,
                             crm_i_design *design, crm_error *err);

/* 1 if the kind takes covariates. */
int32_t crm_i_design_is_taken(int32_t kind);

/* slope[j + CRM_I_KIND_PARAMETERS * c] = d ln theta_j / d coefficient c, at the covariates z, column c at z[c
 * * stride]. */
void crm_i_design_slopes(int32_t kind, const crm_i_design *design, const double *z, int64_t stride,
                         double *slope);

/* own[j] = theta_j of a customer: parameter is the kind's, then the coefficients. */
void crm_i_design_apply(int32_t kind, const crm_i_design *design, const double *parameter,
                        const double *slope, double *own);

/* sum ridge * coefficient^2, for one customer. */
double crm_i_design_penalty(int32_t kind, const crm_i_design *design, const double *parameter);

#endif
