/* Sums over rows that every kind needs. */
#include "model/likelihood_kernel.h"

#include "model/likelihood.h"

static void moment_strip(const double *restrict mass, const double *restrict c0, const double *restrict c1,
                         const double *restrict c2, double *restrict lane)
{
    CRM_I_IVDEP
    for (int i = 0; i < CRM_I_LANES; i++) {
        lane[i] += mass[i];
        lane[CRM_I_LANES + i] += mass[i] * c0[i];
        lane[2 * CRM_I_LANES + i] += mass[i] * c1[i];
        lane[3 * CRM_I_LANES + i] += mass[i] * c2[i];
    }
}

void CRM_I_KERNEL(crm_i_moment_block)(int64_t n, const double *mass, const double *c0, const double *c1,
                                      const double *c2, double *sums)
{
    double lane[4 * CRM_I_LANES] = {0.0};
    int64_t i = 0;
    for (; i + CRM_I_LANES <= n; i += CRM_I_LANES)
        moment_strip(mass + i, c0 + i, c1 + i, c2 + i, lane);
    if (i < n) {
        double last[4][CRM_I_LANES];
        crm_i_lanes_pad(n - i, mass + i, 0.0, last[0]);
        crm_i_lanes_pad(n - i, c0 + i, 0.0, last[1]);
        crm_i_lanes_pad(n - i, c1 + i, 0.0, last[2]);
        crm_i_lanes_pad(n - i, c2 + i, 0.0, last[3]);
        moment_strip(last[0], last[1], last[2], last[3], lane);
    }
    crm_i_lanes_fold(4, lane, sums);
}
