/* The retention model: margins that last as long as the customer stays, with probability r from period to
 * period. */
#include "crmcore/lifetime.h"

#include "base/error.h"
#include "lifetime/power.h"
#include "lifetime/series.h"
#include "numeric/exact.h"

/* Powers are off by 2^-104 for each period; this many keep them within a unit of double. */
#define PERIODS_MOST (INT64_C(1) << 40)

/* What the rates make of one unit of margin, the same for every row. */
struct terms {
    double rate;
    double growth;
    crm_i_pair gain;   /* 1 + rate */
    crm_i_pair grow;   /* 1 + growth */
    crm_i_pair factor; /* 1/(1 + rate) */
    crm_i_pair when;   /* (1 + rate)^tau, for END and MID */
    int64_t periods;
    int32_t now; /* BEGIN: the first margin is certain and due now */
};

/* 1 + i - r - r g: as a pair, unless so much cancels that only an exact sum tells its digits, or its sign. */
static crm_i_pair gap_of(const struct terms *k, double r)
{
    const crm_i_pair q = crm_i_pair_multiply(k->grow, crm_i_pair_of(r));
    const crm_i_pair gap = crm_i_pair_add(k->gain, crm_i_pair_negate(q));
    if (CRM_I_LIKELY(!(fabs(gap.high) < 0x1p-40 * k->gain.high)))
        return gap;
    const crm_i_pair grown = crm_i_pair_product(r, k->growth);
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    crm_i_exact_add(&sum, 1.0);
    crm_i_exact_add(&sum, k->rate);
    crm_i_exact_add(&sum, -r);
    crm_i_exact_add(&sum, -grown.high);
    crm_i_exact_add(&sum, -grown.low);
    return crm_i_exact_pair(&sum);
}

/* For ever: r/(1 + i - r(1 + g)). NaN if it does not converge. */
static double worth_for_ever(const struct terms *k, double r)
{
    const crm_i_pair gap = gap_of(k, r);
    const crm_i_pair unit = k->now ? k->gain : crm_i_pair_multiply(k->when, crm_i_pair_of(r));
    return gap.high > 0.0 ? crm_i_pair_value(crm_i_pair_divide(unit, gap)) : CRM_I_NAN;
}

/* 1 + q + .. + q^(periods-1) by doubling, from the highest bit of periods down: S(2k) = S(k) (1 + q^k) and
 * S(k+1) = 1 + q S(k). Nothing is subtracted, so q near 1 or above it is nothing special. */
static crm_i_pair geometric(crm_i_pair q, int64_t periods)
{
    int64_t bit = 1;
    while (bit <= periods / 2)
        bit *= 2;
    crm_i_pair sum = crm_i_pair_of(1.0);
    crm_i_pair power = q;
    for (bit /= 2; bit > 0; bit /= 2) {
        sum = crm_i_pair_multiply(sum, crm_i_pair_add_double(power, 1.0));
        if (periods & bit)
            sum = crm_i_pair_add_double(crm_i_pair_multiply(sum, q), 1.0);
        if (bit == 1)
            break; /* the power would not be used, and could overflow where the sum does not */
        power = crm_i_pair_multiply(power, power);
        if (periods & bit)
            power = crm_i_pair_multiply(power, q);
    }
    return sum;
}

static double worth_for_periods(const struct terms *k, double r)
{
    const crm_i_pair kept = crm_i_pair_multiply(k->factor, crm_i_pair_of(r));
    const crm_i_pair sum = geometric(crm_i_pair_multiply(kept, k->grow), k->periods);
    return crm_i_pair_value(k->now ? sum : crm_i_pair_multiply(crm_i_pair_multiply(sum, kept), k->when));
}

static void note_value(crm_i_bad *bad, int64_t i, double margin, double retention, double worth)
{
    if (isinf(margin))
        crm_i_bad_note(bad, i, 2, margin, "margin is infinite.");
    else if (!(retention >= 0.0 && retention <= 1.0))
        crm_i_bad_note(bad, i, 3, retention, "retention must be in [0, 1].");
    else if (worth != worth)
        crm_i_bad_note(bad, i, 3, retention, "The value does not converge, or is beyond 1e290.");
    else
        crm_i_bad_note(bad, i, 2, margin, "The value is beyond the range of double.");
}

crm_status crm_retention_value(int64_t n, const double *margin, const double *retention, double rate,
                               double growth, int64_t periods, int32_t timing, double *out, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !margin)
        return crm_i_fail(err, CRM_E_NULL, 2, "margin is NULL.");
    if (n > 0 && !retention)
        return crm_i_fail(err, CRM_E_NULL, 3, "retention is NULL.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, rate, "rate must be above -1 and at most 1e100.");
    if (!crm_i_rate_is_good(growth))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, growth, "growth must be above -1 and at most 1e100.");
    if (periods < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 6, "periods is negative.");
    if (periods > PERIODS_MOST)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 6, (double)periods, "periods is above 2^40.");
    if (timing < CRM_TIMING_END || timing > CRM_TIMING_BEGIN)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 7, timing, "timing is not one of CRM_TIMING_*.");
    if (n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 8, "out is NULL.");
    const int32_t now = timing == CRM_TIMING_BEGIN;
    const struct terms k = {rate,
                            growth,
                            crm_i_pair_sum(1.0, rate),
                            crm_i_pair_sum(1.0, growth),
                            crm_i_series_factor(rate),
                            crm_i_series_timing(rate, timing),
                            periods,
                            now};
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < n; i++) {
        const double m = margin[i];
        const double r = retention[i];
        const double worth = periods > 0 ? worth_for_periods(&k, r) : worth_for_ever(&k, r);
        const double value = m * worth;
        const int good = r >= 0.0 && r <= 1.0 && isfinite(value);
        out[i] = good ? value : CRM_I_NAN;
        if (CRM_I_UNLIKELY(!good) && m == m && r == r)
            note_value(&bad, i, m, r, worth);
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_retention_schedule(int64_t periods, const double *margin, const double *retention, double rate,
                                  int32_t timing, double *out, crm_error *err)
{
    if (periods < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "periods is negative.");
    if (periods > 0 && !margin)
        return crm_i_fail(err, CRM_E_NULL, 2, "margin is NULL.");
    if (periods > 0 && !retention)
        return crm_i_fail(err, CRM_E_NULL, 3, "retention is NULL.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, rate, "rate must be above -1 and at most 1e100.");
    if (timing < CRM_TIMING_END || timing > CRM_TIMING_BEGIN)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, timing, "timing is not one of CRM_TIMING_*.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 6, "out is NULL.");
    int missing = 0;
    for (int64_t t = 0; t < periods; t++) {
        if (isinf(margin[t]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 2, t, margin[t], "margin is infinite.");
        if (retention[t] < 0.0 || retention[t] > 1.0)
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, t, retention[t], "retention must be in [0, 1].");
        missing |= margin[t] != margin[t] || retention[t] != retention[t];
    }
    if (missing) {
        *out = CRM_I_NAN;
        return crm_i_ok(err);
    }
    /* Horner from the last period back: nothing underflows that counts. */
    const crm_i_pair v = crm_i_series_factor(rate);
    crm_i_pair s = {0.0, 0.0};
    for (int64_t t = periods - 1; t >= 0; t--) {
        const crm_i_pair kept = crm_i_pair_multiply(v, crm_i_pair_of(retention[t]));
        s = crm_i_pair_multiply(crm_i_pair_add_double(s, margin[t]), kept);
    }
    const double value = crm_i_pair_value(crm_i_pair_multiply(s, crm_i_series_timing(rate, timing)));
    if (!isfinite(value))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, value, "The value is beyond 1e290.");
    *out = value;
    return crm_i_ok(err);
}
