/* Discounting: what money at another time is worth now, and what a rate is per another length of time. */
#include "crmcore/lifetime.h"

#include "base/error.h"
#include "lifetime/series.h"
#include "lifetime/power.h"

crm_status crm_discount_present(int64_t periods, const double *flow, double rate, int32_t timing, double *out,
                                crm_error *err)
{
    if (periods < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "periods is negative.");
    if (!flow)
        return crm_i_fail(err, CRM_E_NULL, 2, "flow is NULL.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, rate, "rate must be above -1 and at most 1e100.");
    if (timing < CRM_TIMING_END || timing > CRM_TIMING_BEGIN)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, timing, "timing is not one of CRM_TIMING_*.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 5, "out is NULL.");
    int missing = 0;
    for (int64_t t = 0; t <= periods; t++) {
        if (isinf(flow[t]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 2, t, flow[t], "flow is infinite.");
        missing |= flow[t] != flow[t];
    }
    if (missing) {
        *out = CRM_I_NAN;
        return crm_i_ok(err);
    }
    const crm_i_pair v = crm_i_series_factor(rate);
    crm_i_pair s = {0.0, 0.0};
    for (int64_t t = periods; t >= 1; t--)
        s = crm_i_pair_multiply(crm_i_pair_add_double(s, flow[t]), v);
    s = crm_i_pair_multiply(s, crm_i_series_timing(rate, timing));
    const double value = crm_i_pair_value(crm_i_pair_add_double(s, flow[0]));
    if (!isfinite(value))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, value, "The present value is beyond 1e290.");
    *out = value;
    return crm_i_ok(err);
}

crm_status crm_discount_stream(double flow, double length, double rate, double *out, crm_error *err)
{
    if (!isfinite(flow))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 1, flow, "flow is not finite.");
    if (!(length >= 0.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, length, "length must not be negative.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, rate, "rate must be above -1 and at most 1e100.");
    if (isinf(length) && rate <= 0.0)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, length, "Without end only if rate is positive.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    const crm_i_pair d = crm_i_power_log(rate);
    const double exponent = d.high * length;
    double value;
    if (fabs(exponent) < 0x1p-54)
        value = flow * length;
    else
        value = flow * (-crm_i_power_less_one(d, -length) / d.high);
    if (!isfinite(value))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, length,
                                "The present value is beyond the range of double.");
    *out = value;
    return crm_i_ok(err);
}

crm_status crm_discount_rate(double rate, double per, double *effective, double *continuous, crm_error *err)
{
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 1, rate, "rate must be above -1 and at most 1e100.");
    if (!(per > 0.0) || isinf(per))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, per, "per must be positive and finite.");
    if (!effective && !continuous)
        return crm_i_fail(err, CRM_E_NULL, 3, "effective and continuous are both NULL.");
    const crm_i_pair log = crm_i_power_log(rate);
    const double grown = crm_i_power_less_one(log, per);
    const crm_i_pair c = crm_i_power_exponent(log, per);
    const double rate_continuous = crm_i_pair_value(c);
    if ((effective && !isfinite(grown)) || (continuous && !isfinite(rate_continuous)))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, per, "The rate is beyond the range of double.");
    if (effective)
        *effective = grown;
    if (continuous)
        *continuous = rate_continuous;
    return crm_i_ok(err);
}

crm_status crm_discount_real(double nominal, double inflation, double *out, crm_error *err)
{
    if (!crm_i_rate_is_good(nominal))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 1, nominal, "nominal must be above -1 and at most 1e100.");
    if (!crm_i_rate_is_good(inflation))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, inflation,
                                "inflation must be above -1 and at most 1e100.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 3, "out is NULL.");
    /* (1 + nominal)/(1 + inflation) - 1 loses what rates near each other have in common; this does not. */
    *out = crm_i_pair_value(
        crm_i_pair_divide(crm_i_pair_sum(nominal, -inflation), crm_i_pair_sum(1.0, inflation)));
    return crm_i_ok(err);
}
