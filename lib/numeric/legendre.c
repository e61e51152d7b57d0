/* Gauss-Legendre rules on (0, 1): see legendre.h. */
#include "numeric/legendre.h"

#include "numeric/legendre.inc"

/* Each rule begins where the ones before it end. */
#define RULE(n, first)                                                                                       \
    {                                                                                                        \
        n, nodes + (first), weights + (first)                                                                \
    }

const crm_i_legendre crm_i_legendre_rule[CRM_I_LEGENDRE_RULES] = {
    RULE(6, 0),   RULE(8, 6),   RULE(10, 14),  RULE(12, 24),  RULE(16, 36),  RULE(20, 52),
    RULE(24, 72), RULE(32, 96), RULE(40, 128), RULE(48, 168), RULE(64, 216),
};
