/* Customer equity: the sum of all lifetime values, and the return on them. */
#include "crmcore/lifetime.h"

#include "base/error.h"
#include "numeric/exact.h"

crm_status crm_equity_total(int64_t n, const double *value, double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, 2, "value is NULL.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 3, "out is NULL.");
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(value[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 2, i, value[i], "value is missing or infinite.");
        crm_i_exact_add(&sum, value[i]);
    }
    const double total = crm_i_exact_value(&sum);
    if (!isfinite(total))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, total, "The sum is beyond the range of double.");
    *out = total;
    return crm_i_ok(err);
}

crm_status crm_equity_return(double cash, double before, double after, double *out, crm_error *err)
{
    if (!isfinite(cash))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 1, cash, "cash is not finite.");
    if (!(before > 0.0) || isinf(before))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, before, "before must be positive and finite.");
    if (!isfinite(after))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, after, "after is not finite.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    const crm_i_pair gain = crm_i_pair_add_double(crm_i_pair_sum(after, -before), cash);
    const double value = crm_i_pair_value(gain) / before;
    if (!isfinite(value))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, before, "The return is beyond the range of double.");
    *out = value;
    return crm_i_ok(err);
}
