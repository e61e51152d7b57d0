/* Referral value: what one customer's referrals are worth (Kumar, Petersen & Leone 2007). */
#include "crmcore/network.h"

#include "base/error.h"
#include "lifetime/power.h"
#include "numeric/exact.h"

enum { CAME_BY_REFERRAL = 1, WOULD_HAVE_COME = 2 };

static crm_status check_row(int64_t i, int32_t type, double period, double net, double saved, crm_error *err)
{
    if (type != CAME_BY_REFERRAL && type != WOULD_HAVE_COME)
        return crm_i_fail_row(err, CRM_E_ARGUMENT, 2, i, type, "type must be 1 or 2.");
    if (period < 0.0 || isinf(period))
        return crm_i_fail_row(err, CRM_E_DOMAIN, 3, i, period, "period must be finite and not negative.");
    if (type == CAME_BY_REFERRAL && isinf(net))
        return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, net, "net is infinite.");
    if (isinf(saved))
        return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i, saved, "saved is infinite.");
    return CRM_OK;
}

/* In halves where the sum of the two is beyond the range of double, for discounted it need not be. */
static double worth_of(crm_i_pair log, double period, double net, double saved)
{
    const double gain = net + saved;
    if (gain == 0.0)
        return 0.0 * period;
    const double power = crm_i_power(log, -period);
    return isinf(gain) ? 2.0 * ((0.5 * net + 0.5 * saved) * power) : gain * power;
}

crm_status crm_referral_value(int64_t n, const int32_t *type, const double *period, const double *net,
                              const double *saved, double rate, double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !type)
        return crm_i_fail(err, CRM_E_NULL, 2, "type is NULL.");
    if (n > 0 && !period)
        return crm_i_fail(err, CRM_E_NULL, 3, "period is NULL.");
    if (n > 0 && !net)
        return crm_i_fail(err, CRM_E_NULL, 4, "net is NULL.");
    if (n > 0 && !saved)
        return crm_i_fail(err, CRM_E_NULL, 5, "saved is NULL.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 6, rate, "rate must be above -1 and at most 1e100.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 7, "out is NULL.");
    const crm_i_pair log = crm_i_power_log(rate);
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    int missing = 0;
    for (int64_t i = 0; i < n; i++) {
        const crm_status status = check_row(i, type[i], period[i], net[i], saved[i], err);
        if (status != CRM_OK)
            return status;
        const double worth = worth_of(log, period[i], type[i] == CAME_BY_REFERRAL ? net[i] : 0.0, saved[i]);
        if (worth == worth && isinf(worth))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, i, period[i],
                                  "The discounted value is beyond double.");
        if (worth != worth)
            missing = 1;
        else
            crm_i_exact_add(&sum, worth);
    }
    const double total = crm_i_exact_value(&sum);
    if (!missing && isinf(total))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, total, "The sum is beyond the range of double.");
    *out = missing ? CRM_I_NAN : total;
    return crm_i_ok(err);
}
