/* The four classes: two comparisons a row, in strips, so that each loop has one width of data. */
#include "portfolio/portfolio_kernel.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { STRIP = 512 };

/* Classes as doubles, whose comparisons every instruction set has; 2^52 added brings them into the lowest
 * byte. */
static void strip_classes(int64_t n, const double *restrict profit, const double *restrict future,
                          double threshold, uint8_t *restrict out)
{
    double t[STRIP];
    uint64_t u[STRIP];
    for (int64_t i = 0; i < n; i++) {
        const double p = profit[i];
        const double f = future[i];
        const double now = p > 0.0 ? 2.0 : 0.0;
        const double later = f >= threshold ? 1.0 : 0.0;
        const double known = fabs(p) <= DBL_MAX ? 1.0 + now + later : 0.0;
        t[i] = 0x1p52 + (fabs(f) <= DBL_MAX ? known : 0.0);
    }
    memcpy(u, t, (size_t)n * sizeof *t);
    for (int64_t i = 0; i < n; i++)
        out[i] = (uint8_t)u[i];
}

/* How many of the rows have an infinity and no NaN: looked for only where a class is 0. */
static int64_t strip_bad(int64_t n, const double *profit, const double *future, const uint8_t *out)
{
    uint8_t least = 255;
    for (int64_t i = 0; i < n; i++)
        least = out[i] < least ? out[i] : least;
    if (least > 0)
        return 0;
    int64_t bad = 0;
    for (int64_t i = 0; i < n; i++) {
        const int infinite = fabs(profit[i]) > DBL_MAX || fabs(future[i]) > DBL_MAX;
        bad += infinite && profit[i] == profit[i] && future[i] == future[i];
    }
    return bad;
}

int64_t CRM_I_KERNEL(crm_i_portfolio_classes)(int64_t n, const double *profit, const double *future,
                                              double threshold, uint8_t *out)
{
    int64_t bad = 0;
    for (int64_t at = 0; at < n; at += STRIP) {
        const int64_t rows = n - at < STRIP ? n - at : STRIP;
        strip_classes(rows, profit + at, future + at, threshold, out + at);
        bad += strip_bad(rows, profit + at, future + at, out + at);
    }
    return bad;
}

void CRM_I_KERNEL(crm_i_portfolio_veto)(int64_t n, const uint8_t *keep, uint8_t *out)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        out[i] = (uint8_t)(out[i] + ((out[i] == 1) & (keep[i] != 0)) * 4);
}
