/* The four classes: two comparisons a row, in strips, so that each loop has one width of data. */
#include "portfolio/portfolio_kernel.h"

#include <float.h>
#include <math.h>

enum { STRIP = 512 };

static int64_t strip_classes(int64_t n, const double *restrict profit, const double *restrict future,
                             double threshold, uint8_t *restrict out)
{
    int64_t t[STRIP];
    int64_t bad = 0;
    for (int64_t i = 0; i < n; i++) {
        const double p = profit[i];
        const double f = future[i];
        const int64_t finite = (int64_t)(fabs(p) <= DBL_MAX) & (int64_t)(fabs(f) <= DBL_MAX);
        const int64_t number = (int64_t)(p == p) & (int64_t)(f == f);
        t[i] = finite * (1 + (int64_t)(f >= threshold) + 2 * (int64_t)(p > 0.0));
        bad += number - finite;
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = (uint8_t)t[i];
    return bad;
}

int64_t CRM_I_KERNEL(crm_i_portfolio_classes)(int64_t n, const double *profit, const double *future, double threshold,
                                              uint8_t *out)
{
    int64_t bad = 0;
    for (int64_t at = 0; at < n; at += STRIP) {
        const int64_t rows = n - at < STRIP ? n - at : STRIP;
        bad += strip_classes(rows, profit + at, future + at, threshold, out + at);
    }
    return bad;
}

void CRM_I_KERNEL(crm_i_portfolio_veto)(int64_t n, const uint8_t *keep, uint8_t *out)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        out[i] = (uint8_t)(out[i] + ((out[i] == 1) & (keep[i] != 0)) * 4);
}
