/* The parts of value: the margin of a period from its factors, what history was worth, what decisions go by. */
#include "crmcore/lifetime.h"

#include "base/error.h"
#include "lifetime/power.h"
#include "numeric/exact.h"

static double margin_of(double frequency, double order, double margin_rate, double capital, double charge)
{
    const crm_i_pair revenue = crm_i_pair_product(frequency, order);
    const crm_i_pair gross = crm_i_pair_multiply(revenue, crm_i_pair_of(margin_rate));
    const crm_i_pair cost = crm_i_pair_negate(crm_i_pair_product(charge, capital));
    return crm_i_pair_value(crm_i_pair_add(gross, cost));
}

static void note_margin(crm_i_bad *bad, int64_t i, double frequency, double order, double margin_rate, double capital)
{
    if (!(frequency >= 0.0) || isinf(frequency))
        crm_i_bad_note(bad, i, 2, frequency, "frequency must be finite and not negative.");
    else if (isinf(order))
        crm_i_bad_note(bad, i, 3, order, "order is infinite.");
    else if (isinf(margin_rate))
        crm_i_bad_note(bad, i, 4, margin_rate, "margin_rate is infinite.");
    else if (isinf(capital))
        crm_i_bad_note(bad, i, 5, capital, "capital is infinite.");
    else
        crm_i_bad_note(bad, i, 3, order, "The margin is beyond 1e290.");
}

crm_status crm_value_margin(int64_t n, const double *frequency, const double *order, const double *margin_rate,
                            const double *capital, double charge, double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !frequency)
        return crm_i_fail(err, CRM_E_NULL, 2, "frequency is NULL.");
    if (n > 0 && !order)
        return crm_i_fail(err, CRM_E_NULL, 3, "order is NULL.");
    if (n > 0 && !margin_rate)
        return crm_i_fail(err, CRM_E_NULL, 4, "margin_rate is NULL.");
    if (capital && !isfinite(charge))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 6, charge, "charge is not finite.");
    if (n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 7, "out is NULL.");
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < n; i++) {
        const double f = frequency[i];
        const double o = order[i];
        const double r = margin_rate[i];
        const double c = capital ? capital[i] : 0.0;
        const double value = margin_of(f, o, r, c, capital ? charge : 0.0);
        const int missing = f != f || o != o || r != r || c != c;
        const int good = f >= 0.0 && !isinf(f) && !isinf(o) && !isinf(r) && !isinf(c) && isfinite(value);
        out[i] = good && !missing ? value : CRM_I_NAN;
        if (CRM_I_UNLIKELY(!good && !missing))
            note_margin(&bad, i, f, o, r, c);
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_value_decision(int64_t n, const double *current, const double *potential, double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !current)
        return crm_i_fail(err, CRM_E_NULL, 2, "current is NULL.");
    if (n > 0 && !potential)
        return crm_i_fail(err, CRM_E_NULL, 3, "potential is NULL.");
    if (n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < n; i++) {
        const double c = current[i];
        const double q = potential[i];
        const double value = c + q;
        out[i] = isfinite(value) ? value : CRM_I_NAN;
        if (CRM_I_UNLIKELY(!isfinite(value)) && c == c && q == q) {
            if (isinf(c))
                crm_i_bad_note(&bad, i, 2, c, "current is infinite.");
            else
                crm_i_bad_note(&bad, i, 3, q, "potential is infinite, or the sum is.");
        }
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_value_history(int64_t n, const double *margin, const double *time, double as_of, double rate,
                             double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !margin)
        return crm_i_fail(err, CRM_E_NULL, 2, "margin is NULL.");
    if (n > 0 && !time)
        return crm_i_fail(err, CRM_E_NULL, 3, "time is NULL.");
    if (!isfinite(as_of))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, as_of, "as_of is not finite.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, rate, "rate must be above -1 and at most 1e100.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 6, "out is NULL.");
    const crm_i_pair log = crm_i_power_log(rate);
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    int missing = 0;
    for (int64_t j = 0; j < n; j++) {
        if (isinf(margin[j]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 2, j, margin[j], "margin is infinite.");
        if (isinf(time[j]) || time[j] > as_of)
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, j, time[j], "time must be finite and not after as_of.");
        const double worth = margin[j] == 0.0 ? 0.0 : margin[j] * crm_i_power_between(log, time[j], as_of);
        if (margin[j] != margin[j] || time[j] != time[j])
            missing = 1;
        else if (!isfinite(worth))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, j, time[j], "The compounded margin is beyond double.");
        else
            crm_i_exact_add(&sum, worth);
    }
    const double total = crm_i_exact_value(&sum);
    if (!missing && !isfinite(total))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, total, "The sum is beyond the range of double.");
    *out = missing ? CRM_I_NAN : total;
    return crm_i_ok(err);
}
