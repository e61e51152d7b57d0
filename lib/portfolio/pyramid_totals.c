/* What is in each tier, and how alike the customers of a tier are. */
#include "crmcore/portfolio.h"

#include "base/error.h"
#include "numeric/exact.h"
#include "portfolio/pyramid_ties.h"
#include "portfolio/scale.h"

struct totals {
    int64_t count[CRM_I_TIERS_MOST];
    crm_i_exact sum[CRM_I_TIERS_MOST];
};

static crm_status check(int64_t n, const double *value, const uint8_t *tier, int32_t tiers, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, 2, "value is NULL.");
    if (n > 0 && !tier)
        return crm_i_fail(err, CRM_E_NULL, 3, "tier is NULL.");
    if (tiers < 1 || tiers > CRM_I_TIERS_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, tiers, "tiers must be in 1..32.");
    for (int64_t i = 0; i < n; i++) {
        if (tier[i] > tiers)
            return crm_i_fail_row(err, CRM_E_ARGUMENT, 3, i, tier[i], "A tier is above tiers.");
        if (tier[i] > 0 && !isfinite(value[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 2, i, value[i],
                                  "A value in a tier is missing or infinite.");
    }
    return CRM_OK;
}

/* The sums of value * scale. */
static void add_up(int64_t n, const double *value, const uint8_t *tier, int32_t tiers, double scale,
                   struct totals *t)
{
    for (int32_t j = 0; j < tiers; j++) {
        t->count[j] = 0;
        crm_i_exact_start(&t->sum[j]);
    }
    for (int64_t i = 0; i < n; i++) {
        if (tier[i] == 0)
            continue;
        t->count[tier[i] - 1]++;
        crm_i_exact_add(&t->sum[tier[i] - 1], value[i] * scale);
    }
}

crm_status crm_pyramid_totals(int64_t n, const double *value, const uint8_t *tier, int32_t tiers,
                              int64_t *count, double *sum, crm_error *err)
{
    const crm_status status = check(n, value, tier, tiers, err);
    if (status != CRM_OK)
        return status;
    if (!count)
        return crm_i_fail(err, CRM_E_NULL, 5, "count is NULL.");
    if (!sum)
        return crm_i_fail(err, CRM_E_NULL, 6, "sum is NULL.");
    struct totals t;
    add_up(n, value, tier, tiers, 1.0, &t);
    for (int32_t j = 0; j < tiers; j++) {
        count[j] = t.count[j];
        sum[j] = crm_i_exact_value(&t.sum[j]);
    }
    return crm_i_ok(err);
}

static double largest(int64_t n, const double *value, const uint8_t *tier)
{
    double most = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double size = tier[i] > 0 ? fabs(value[i]) : 0.0;
        most = size > most ? size : most;
    }
    return most;
}

static crm_i_pair mean_of(const crm_i_exact *sum, int64_t count)
{
    return crm_i_pair_divide(crm_i_exact_pair(sum), crm_i_pair_of((double)count));
}

crm_status crm_pyramid_homogeneity(int64_t n, const double *value, const uint8_t *tier, int32_t tiers,
                                   double *out, crm_error *err)
{
    const crm_status status = check(n, value, tier, tiers, err);
    if (status != CRM_OK)
        return status;
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 5, "out is NULL.");
    /* Squares must not overflow: measure in units of the largest size. */
    const double scale = crm_i_scale_of(largest(n, value, tier));
    struct totals t;
    add_up(n, value, tier, tiers, scale, &t);
    crm_i_exact whole;
    crm_i_exact_start(&whole);
    int64_t customers = 0;
    for (int32_t j = 0; j < tiers; j++) {
        crm_i_exact_merge(&whole, &t.sum[j]);
        customers += t.count[j];
    }
    if (customers == 0)
        return crm_i_fail(err, CRM_E_NO_DATA, 3, "No customer is in a tier.");
    /* About a double near the mean, exactly: deviations can be far smaller than the values. */
    const double middle = crm_i_pair_value(mean_of(&whole, customers));
    crm_i_exact_add_product(&whole, (double)customers, -middle);
    for (int32_t j = 0; j < tiers; j++)
        crm_i_exact_add_product(&t.sum[j], (double)t.count[j], -middle);
    const crm_i_pair mean = mean_of(&whole, customers);
    crm_i_exact total;
    crm_i_exact_start(&total);
    for (int64_t i = 0; i < n; i++) {
        if (tier[i] == 0)
            continue;
        const crm_i_pair v = crm_i_pair_sum(value[i] * scale, -middle);
        const double d = crm_i_pair_value(crm_i_pair_add(v, crm_i_pair_negate(mean)));
        crm_i_exact_add_product(&total, d, d);
    }
    const double all = crm_i_exact_value(&total);
    if (!(all > 0.0))
        return crm_i_fail(err, CRM_E_DOMAIN, 2, "All values are equal, so there is nothing to explain.");
    double between = 0.0;
    for (int32_t j = 0; j < tiers; j++) {
        if (t.count[j] == 0)
            continue;
        const double d =
            crm_i_pair_value(crm_i_pair_add(mean_of(&t.sum[j], t.count[j]), crm_i_pair_negate(mean)));
        between += (double)t.count[j] * (d * d);
    }
    *out = between < all ? between / all : 1.0;
    return crm_i_ok(err);
}
