/* Gauss rules on the caller's arrays: Legendre on (0, 1), and the Beta probability measure. No
 * allocation.
 *
 * Nodes ascend; weights are positive and sum to 1. Every node has full relative accuracy, also one of 1e-9:
 * the recurrence is kept in a factored form of positive terms whose rounding moves a node by a few units of
 * itself. A function returns 0, or -1 (nothing written) if n is outside 1..CRM_I_QUADRATURE_MAX or a
 * parameter outside 1e-3..1e6. */
#ifndef CRM_I_NUMERIC_QUADRATURE_H
#define CRM_I_NUMERIC_QUADRATURE_H

#include "base/compiler.h"

enum { CRM_I_QUADRATURE_MAX = 128 };

/* int_0^1 f(p) dp = sum weight[i] f(node[i]), exact to degree 2n - 1. */
int crm_i_gauss_legendre(int n, double *node, double *weight);

/* E f(p), p ~ Beta(a, b). */
int crm_i_gauss_jacobi_beta(int n, double a, double b, double *node, double *weight);

#endif
