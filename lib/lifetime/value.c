/* The parts of value: the margin of a period from its factors, what history was worth, what decisions go by.
 */
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

static void note_margin(crm_i_bad *bad, int64_t i, double frequency, double order, double margin_rate,
                        double capital)
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

crm_status crm_value_margin(int64_t n, const double *frequency, const double *order,
                            const double *margin_rate, const double *capital, double charge, double *out,
                            crm_error *err)
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

crm_status crm_value_decision(int64_t n, const double *current, const double *potential, double *out,
                              crm_error *err)
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

/* What the levers of one customer add; NaN if one is missing. *bad: the argument of the first that is out of
 * its domain, which is then given back; 5 where the sum is. */
static double potential_of(int64_t i, int64_t n, int32_t levers, const double *probability,
                           const double *margin, int32_t *bad)
{
    crm_i_pair sum = {0.0, 0.0};
    int missing = 0;
    for (int32_t k = 0; k < levers; k++) {
        const double p = probability[i + n * k];
        const double m = margin[i + n * k];
        missing |= p != p || m != m;
        if (p < 0.0 || p > 1.0 || isinf(m)) {
            *bad = p < 0.0 || p > 1.0 ? 3 : 4;
            return *bad == 3 ? p : m;
        }
        sum = crm_i_pair_add(sum, crm_i_pair_product(p, m));
    }
    const double total = missing ? CRM_I_NAN : crm_i_pair_value(sum);
    if (!missing && !isfinite(total))
        *bad = 5;
    return total;
}

crm_status crm_value_potential(int64_t n, int32_t levers, const double *probability, const double *margin,
                               double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (levers < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, levers, "levers is negative.");
    if (n > 0 && levers > 0 && !probability)
        return crm_i_fail(err, CRM_E_NULL, 3, "probability is NULL.");
    if (n > 0 && levers > 0 && !margin)
        return crm_i_fail(err, CRM_E_NULL, 4, "margin is NULL.");
    if (n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 5, "out is NULL.");
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < n; i++) {
        int32_t arg = 0;
        const double value = potential_of(i, n, levers, probability, margin, &arg);
        out[i] = arg == 0 && isfinite(value) ? value : CRM_I_NAN;
        if (arg == 3)
            crm_i_bad_note(&bad, i, 3, value, "A probability is not in [0, 1].");
        else if (arg == 4)
            crm_i_bad_note(&bad, i, 4, value, "A margin is infinite.");
        else if (arg == 5)
            crm_i_bad_note(&bad, i, 4, margin[i], "The potential is beyond 1e290.");
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_value_return(int64_t n, const double *value, const double *cost, double *profit, double *roi,
                            crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, 2, "value is NULL.");
    if (n > 0 && !cost)
        return crm_i_fail(err, CRM_E_NULL, 3, "cost is NULL.");
    if (n > 0 && !profit && !roi)
        return crm_i_fail(err, CRM_E_NULL, 4, "profit and roi are both NULL.");
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < n; i++) {
        const double v = value[i];
        const double c = cost[i];
        const double gain = v - c;
        const double share = c > 0.0 ? gain / c : CRM_I_NAN;
        const int good = !(c < 0.0) && !isinf(v) && !isinf(c) && !isinf(gain);
        if (profit)
            profit[i] = good ? gain : CRM_I_NAN;
        if (roi)
            roi[i] = good && !isinf(share) ? share : CRM_I_NAN;
        if (v != v || c != c)
            continue;
        if (isinf(v))
            crm_i_bad_note(&bad, i, 2, v, "value is infinite.");
        else if (!good)
            crm_i_bad_note(&bad, i, 3, c, "cost must be finite and not negative, and the profit a double.");
        else if (roi && !isfinite(share))
            crm_i_bad_note(&bad, i, 3, c, "Of an investment of nothing there is no return.");
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
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, j, time[j],
                                  "time must be finite and not after as_of.");
        const double worth = margin[j] == 0.0 ? 0.0 : margin[j] * crm_i_power_between(log, time[j], as_of);
        if (margin[j] != margin[j] || time[j] != time[j])
            missing = 1;
        else if (!isfinite(worth))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, j, time[j],
                                  "The compounded margin is beyond double.");
        else
            crm_i_exact_add(&sum, worth);
    }
    const double total = crm_i_exact_value(&sum);
    if (!missing && !isfinite(total))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, total, "The sum is beyond the range of double.");
    *out = missing ? CRM_I_NAN : total;
    return crm_i_ok(err);
}
