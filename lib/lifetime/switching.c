/* Brand switching (Rust, Lemon & Zeithaml 2004): which brand a customer buys follows a Markov chain from
 * purchase to purchase, B_t = A M^t; ours is worth sum (1 + d)^(-t/f) v pi_t B_t. Summed from the last
 * purchase back, for a customer who begins with each brand; by other beginnings A these values are averaged.
 */
#include "crmcore/lifetime.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "lifetime/chain.h"
#include "lifetime/power.h"

static crm_status check(int64_t brands, const double *transition, int64_t brand, int64_t purchases,
                        const double *margin, double rate, double per_period, crm_error *err)
{
    const crm_status status = crm_i_chain_check(brands, transition, 3, err);
    if (status != CRM_OK)
        return status;
    if (brand < 0 || brand >= brands)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, (double)brand, "There is no such brand.");
    if (purchases < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, (double)purchases, "purchases is negative.");
    if (purchases > 0 && !margin)
        return crm_i_fail(err, CRM_E_NULL, 6, "margin is NULL.");
    for (int64_t t = 0; t < purchases; t++)
        if (!isfinite(margin[t]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 6, t, margin[t], "margin is missing or infinite.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 7, rate, "rate must be above -1 and at most 1e100.");
    if (!(per_period > 0.0) || isinf(per_period))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 8, per_period, "per_period must be positive and finite.");
    return CRM_OK;
}

/* worth = factor M worth, and the margin of this purchase where it is ours. */
static void step_back(int64_t n, const double *transition, double factor, int64_t brand, double margin,
                      const double *worth, double *before)
{
    for (int64_t i = 0; i < n; i++) {
        crm_i_pair sum = {0.0, 0.0};
        for (int64_t j = 0; j < n; j++)
            sum = crm_i_pair_add(sum, crm_i_pair_product(transition[i + n * j], worth[j]));
        before[i] = factor * crm_i_pair_value(sum) + (i == brand ? margin : 0.0);
    }
}

crm_status crm_switching_value(const crm_context *context, int64_t brands, const double *transition,
                               int64_t brand, int64_t purchases, const double *margin, double rate,
                               double per_period, double *out, crm_error *err)
{
    crm_status status = check(brands, transition, brand, purchases, margin, rate, per_period, err);
    if (status != CRM_OK)
        return status;
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 9, "out is NULL.");
    const double factor = crm_i_power(crm_i_power_log(rate), -1.0 / per_period);
    const crm_allocator allocator = crm_i_allocator(context);
    double *memory = crm_i_alloc_zeroed(&allocator, 2 * brands, (int64_t)sizeof *memory);
    if (!memory)
        return crm_i_fail_memory(err);
    double *worth = memory;
    double *before = memory + brands;
    for (int64_t t = purchases - 1; t >= 0; t--) {
        step_back(brands, transition, factor, brand, margin[t], worth, before);
        double *swap = worth;
        worth = before;
        before = swap;
    }
    for (int64_t i = 0; i < brands && status == CRM_OK; i++)
        if (!isfinite(worth[i]))
            status =
                crm_i_fail_value(err, CRM_E_DOMAIN, 6, worth[i], "The value is beyond the range of double.");
    if (status == CRM_OK)
        memcpy(out, worth, (size_t)brands * sizeof *out);
    crm_i_release(&allocator, memory, 2 * brands, (int64_t)sizeof *memory);
    return status == CRM_OK ? crm_i_ok(err) : status;
}
