/* Chebyshev series of 16 terms through the values of a smooth positive function, for tables that are built
 * once and read by many rows. */
#ifndef CRM_I_NUMERIC_CHEBYSHEV_H
#define CRM_I_NUMERIC_CHEBYSHEV_H

#include "base/compiler.h"

enum { CRM_I_CHEBYSHEV_TERMS = 16 };

/* Where point i, 0 .. 15, lies in [-1, 1]. */
double crm_i_chebyshev_point(int32_t i);

/* The series sum out[j] T_j(u), j < 16, through value[i * stride] at point i. 1 if its last terms show that
 * it has converged, to 2e-14 of the least value. */
int32_t crm_i_chebyshev_through(const double *value, int64_t stride, double *out);

#endif
