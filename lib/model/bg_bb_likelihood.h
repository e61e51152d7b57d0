/* BG/BB as a likelihood. */
#ifndef CRM_I_BG_BB_LIKELIHOOD_H
#define CRM_I_BG_BB_LIKELIHOOD_H

#include "model/likelihood.h"

/* Opportunities of a customer at most: the time of a row grows with them. */
#define CRM_I_BG_BB_MOST 0x1p20

extern const crm_i_likelihood crm_i_bg_bb_likelihood;

/* Why a history that is good for any kind is not for this one: whole times, no more purchases than
 * opportunities. */
const char *crm_i_bg_bb_wrong(double x, double t_x, double T, int32_t *column);

#endif
