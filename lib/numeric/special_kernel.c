/* Log-gamma and its derivatives over strips of doubles. */
#include "numeric/special_kernel.h"

#include "numeric/special_inline.h"

void CRM_I_KERNEL(crm_i_gamma3_strip)(int64_t n, const double *x, double *lg, double *psi, double *psi1)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        crm_i_lgamma3_core(x[i], &lg[i], &psi[i], &psi1[i]);
}

void CRM_I_KERNEL(crm_i_gamma_step_strip)(int64_t n, const double *x, double step, double *ratio,
                                          double *psi_step, double *psi1_step, double *psi_end,
                                          double *psi1_end)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++) {
        const crm_i_gamma_step r = crm_i_lgamma_step_core(x[i], step);
        ratio[i] = r.ratio;
        psi_step[i] = r.psi_step;
        psi1_step[i] = r.psi1_step;
        psi_end[i] = r.psi_end;
        psi1_end[i] = r.psi1_end;
    }
}
