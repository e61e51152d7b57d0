/* The distribution of the number of purchases in BG/BB. */
#ifndef CRM_I_BG_BB_COUNT_H
#define CRM_I_BG_BB_COUNT_H

#include "base/compiler.h"

/* The probability that a customer who is alive, p ~ Beta(a, b), theta ~ Beta(gamma, d), takes exactly n of
 * the next N opportunities; slope: its derivatives by a, b, gamma, d. */
double crm_i_bg_bb_probability(double a, double b, double gamma, double d, double n, double N, double *slope);

#endif
