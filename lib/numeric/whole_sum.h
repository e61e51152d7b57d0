/* A rule for sums over many whole numbers: the sum of f(1), f(2), ..., f(n) from 20 values of a smooth f, as
 * a quadrature is one for integrals. No allocation. */
#ifndef CRM_I_NUMERIC_WHOLE_SUM_H
#define CRM_I_NUMERIC_WHOLE_SUM_H

#include "base/compiler.h"

enum { CRM_I_WHOLE_SUM_NODES = 20, CRM_I_WHOLE_SUM_LEAST = 64 };

/* sum_{j=1}^{n} f(j) = sum_k weight[k] f(node[k]) for polynomials to degree 19, whole n >= 64. Nodes lie
 * between 1/2 and n + 1/2 and descend; weights are positive and sum to n. A function without singularity
 * within |z| <= 5 half-lengths of the middle is summed to rounding. */
void crm_i_whole_sum_rule(double n, double *node, double *weight);

#endif
