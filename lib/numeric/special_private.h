/* What the files of the special functions share. */
#ifndef CRM_I_NUMERIC_SPECIAL_PRIVATE_H
#define CRM_I_NUMERIC_SPECIAL_PRIVATE_H

#include "numeric/pair.h"

/* sum c[i] x^i, even and odd powers apart for speed. */
CRM_I_INLINE double crm_i_polynomial(const double *c, int n, double x)
{
    const double x2 = x * x;
    double high = c[n - 1];
    double low = c[n - 2];
    int i = n - 3;
    for (; i > 0; i -= 2) {
        high = high * x2 + c[i];
        low = low * x2 + c[i - 1];
    }
    /* An odd number of coefficients leaves c[0]; high then holds the even powers. */
    if (i == 0)
        return (high * x2 + c[0]) + x * low;
    return low + x * high;
}

/* ln Gamma(y) for y >= 10, absolute error 2^-59. */
crm_i_pair crm_i_lgamma_stirling(crm_i_pair y);

#endif
