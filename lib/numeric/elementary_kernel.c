/* The elementary functions over strips of doubles: one plain loop each. */
#include "numeric/elementary_kernel.h"

#include "numeric/elementary.h"

void CRM_I_KERNEL(crm_i_exp_strip)(int64_t n, const double *x, double *y)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        y[i] = crm_i_exp(x[i]);
}

void CRM_I_KERNEL(crm_i_expm1_strip)(int64_t n, const double *x, double *y)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        y[i] = crm_i_expm1(x[i]);
}

void CRM_I_KERNEL(crm_i_log_strip)(int64_t n, const double *x, double *y)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        y[i] = crm_i_log(x[i]);
}

void CRM_I_KERNEL(crm_i_log1p_strip)(int64_t n, const double *x, double *y)
{
    CRM_I_IVDEP
    for (int64_t i = 0; i < n; i++)
        y[i] = crm_i_log1p(x[i]);
}
