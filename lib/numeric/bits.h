/* The bits of doubles and integers. */
#ifndef CRM_I_BITS_H
#define CRM_I_BITS_H

#include "base/compiler.h"

#include <string.h>

CRM_I_INLINE uint64_t crm_i_double_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

CRM_I_INLINE double crm_i_bits_double(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* How many binary digits x has, 0 for 0. */
CRM_I_INLINE int crm_i_bit_length(uint64_t x)
{
    int length = 0;
    for (int step = 32; step > 0; step >>= 1) {
        if (x >> step) {
            x >>= step;
            length += step;
        }
    }
    return length + (x > 0);
}

#endif
