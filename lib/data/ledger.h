/* The ledger of one customer: the one rule by which netted ticks become x, recency, spend and revenue. Book
 * and stream both add up by it, so that they agree bit for bit. */
#ifndef CRM_I_LEDGER_H
#define CRM_I_LEDGER_H

#include "numeric/sum.h"

/* What a customer's ticks come to. Start from crm_i_ledger_start(); feed netted ticks in ascending time. */
typedef struct crm_i_ledger {
    int64_t first;                 /* tick of the first purchase; INT64_MIN while there is none */
    int64_t last;                  /* tick of the last purchase; INT64_MIN while there is none */
    int64_t purchases;             /* ticks with a purchase: x + 1 */
    int64_t spend_count;           /* repeat purchases with a positive net */
    struct crm_i_sum128 first_net; /* net of the first purchase, >= 0 */
    struct crm_i_sum128 spend;     /* sum of the positive repeat purchases */
    struct crm_i_sum128 revenue;   /* sum of all amounts, returns included */
    struct crm_i_sum128 cost;      /* sum of all costs */
} crm_i_ledger;

CRM_I_INLINE crm_i_ledger crm_i_ledger_start(void)
{
    const crm_i_ledger start = {INT64_MIN, INT64_MIN, 0, 0, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
    return start;
}

/* One tick: net is the exact sum of the customer's amounts of that tick, cost that of its costs. */
CRM_I_INLINE void crm_i_ledger_tick(crm_i_ledger *ledger, int64_t time, const struct crm_i_sum128 *net,
                                    const struct crm_i_sum128 *cost)
{
    const int sign = crm_i_sum128_sign(net);
    crm_i_sum128_merge(&ledger->revenue, net);
    crm_i_sum128_merge(&ledger->cost, cost);
    if (sign < 0)
        return;
    if (ledger->purchases == 0) {
        ledger->first = time;
        ledger->first_net = *net;
    } else if (sign > 0) {
        ledger->spend_count++;
        crm_i_sum128_merge(&ledger->spend, net);
    }
    ledger->last = time;
    ledger->purchases++;
}

/* Adds a ledger whose ticks are all later than those of `ledger`: the same as feeding its ticks. */
CRM_I_INLINE void crm_i_ledger_merge(crm_i_ledger *ledger, const crm_i_ledger *later)
{
    crm_i_sum128_merge(&ledger->revenue, &later->revenue);
    crm_i_sum128_merge(&ledger->cost, &later->cost);
    if (later->purchases == 0)
        return;
    if (ledger->purchases == 0) {
        ledger->first = later->first;
        ledger->first_net = later->first_net;
    } else if (crm_i_sum128_sign(&later->first_net) > 0) {
        ledger->spend_count++;
        crm_i_sum128_merge(&ledger->spend, &later->first_net);
    }
    ledger->spend_count += later->spend_count;
    crm_i_sum128_merge(&ledger->spend, &later->spend);
    ledger->last = later->last;
    ledger->purchases += later->purchases;
}

/* Correctly rounded (high * 2^64 + low) / divisor, divisor > 0. */
double crm_i_ledger_ratio(uint64_t high, uint64_t low, uint64_t divisor);

/* Correctly rounded ticks / ticks_per_period, which lies in 1e-200 .. 1e200. */
double crm_i_ledger_periods(uint64_t ticks, double ticks_per_period);

/* Correctly rounded sum / (count * 10^decimals), for sum > 0, count > 0, decimals 0..9. */
double crm_i_ledger_mean(const struct crm_i_sum128 *sum, int64_t count, int32_t decimals);

#endif
