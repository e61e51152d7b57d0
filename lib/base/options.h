/* Reading options: the default where options is NULL or the id was not set. */
#ifndef CRM_I_OPTIONS_H
#define CRM_I_OPTIONS_H

#include "crmcore/base.h"

double crm_i_option_f64(const crm_options *options, int32_t id);
int64_t crm_i_option_i64(const crm_options *options, int32_t id);

/* The values that were set and their number; NULL and 0 if the id was not set (the caller knows the
 * default). */
const double *crm_i_option_f64s(const crm_options *options, int32_t id, int64_t *n);

/* 1 if the caller set it. */
int32_t crm_i_option_is_set(const crm_options *options, int32_t id);

#endif
