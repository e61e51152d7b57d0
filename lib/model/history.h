/* What all purchase models say of a customer's history (x, t_x, T) alike, as crm_i_likelihood wants it. */
#ifndef CRM_I_HISTORY_H
#define CRM_I_HISTORY_H

#include "model/likelihood.h"

/* x whole from 0, 0 <= t_x <= T < infinity, t_x = 0 exactly where x = 0. */
const char *crm_i_history_wrong(double x, double t_x, double T, int32_t *column);

/* The mean T, by mass; 1 where there is none. */
double crm_i_history_unit(const double *moment);

/* Repeat purchases per customer, > 0: half a purchase in all where there is none. */
double crm_i_history_purchases(const double *moment);

#endif
