/* The passes of the pyramid: comparisons in plain loops, over strips that stay in the first cache. */
#include "portfolio/pyramid_kernel.h"

#include <float.h>
#include <math.h>

enum { STRIP = 512 };

void CRM_I_KERNEL(crm_i_pyramid_survey)(int64_t n, const double *value, int64_t *count)
{
    int64_t finite = 0;
    int64_t number = 0;
    for (int64_t i = 0; i < n; i++) {
        finite += fabs(value[i]) <= DBL_MAX;
        number += value[i] == value[i];
    }
    count[0] = finite;
    count[1] = number - finite;
}

void CRM_I_KERNEL(crm_i_pyramid_count)(int64_t n, const double *value, double bound, int64_t *above,
                                       int64_t *equal)
{
    int64_t a = 0;
    int64_t e = 0;
    for (int64_t i = 0; i < n; i++) {
        a += value[i] > bound;
        e += value[i] == bound;
    }
    *above = a;
    *equal = e;
}

static void strip_tiers(int64_t n, const double *restrict value, int32_t bounds, const double *bound,
                        uint8_t *restrict tier)
{
    int64_t t[STRIP];
    for (int64_t i = 0; i < n; i++)
        t[i] = 1;
    for (int32_t j = 0; j < bounds; j++) {
        const double b = bound[j];
        for (int64_t i = 0; i < n; i++)
            t[i] += value[i] < b;
    }
    for (int64_t i = 0; i < n; i++)
        tier[i] = (uint8_t)(fabs(value[i]) <= DBL_MAX ? t[i] : 0);
}

void CRM_I_KERNEL(crm_i_pyramid_tiers)(int64_t n, const double *value, int32_t bounds, const double *bound,
                                       uint8_t *tier)
{
    for (int64_t at = 0; at < n; at += STRIP) {
        const int64_t rows = n - at < STRIP ? n - at : STRIP;
        strip_tiers(rows, value + at, bounds, bound, tier + at);
    }
}
