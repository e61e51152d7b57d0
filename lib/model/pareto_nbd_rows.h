/* What of Pareto/NBD prediction is computed from more than a strip's P(alive): the posterior of the rates,
 * and the spread. */
#ifndef CRM_I_PARETO_NBD_ROWS_H
#define CRM_I_PARETO_NBD_ROWS_H

#include "model/prediction.h"

/* P(alive) now and its partials. */
void crm_i_pareto_nbd_begin(int32_t isa, const double *parameter, crm_i_strip *strip);

/* 1 - P(alive) now, to its own digits. */
void crm_i_pareto_nbd_dead(int32_t isa, const double *parameter, const crm_i_strip *strip, double *dead);

/* The posterior mean of the purchase rate of a customer who may be dead. */
void crm_i_pareto_nbd_rates(int32_t isa, const double *parameter, const crm_i_strip *strip, double *out,
                            double *gradient);

/* The standard deviation of the number of purchases in (t0, t1]. */
void crm_i_pareto_nbd_spreads(int32_t isa, const double *parameter, const crm_i_ask *ask,
                              const crm_i_strip *strip, double *out, double *gradient);

#endif
