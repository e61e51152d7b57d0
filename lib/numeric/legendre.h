/* Gauss-Legendre rules on (0, 1) as constants, for kernels that take the number of nodes row by row. Nodes
 * ascend, weights sum to 1; every number is the double nearest to the true one. For other numbers of nodes
 * see quadrature.h. */
#ifndef CRM_I_NUMERIC_LEGENDRE_H
#define CRM_I_NUMERIC_LEGENDRE_H

#include "base/compiler.h"

enum { CRM_I_LEGENDRE_RULES = 11, CRM_I_LEGENDRE_MOST = 64 };

typedef struct crm_i_legendre {
    int32_t n;
    const double *node;
    const double *weight;
} crm_i_legendre;

/* Ascending by n: 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64. */
extern const crm_i_legendre crm_i_legendre_rule[CRM_I_LEGENDRE_RULES];

#endif
