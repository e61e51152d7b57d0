/* Repeat purchases of a log over time, by the rule of the book: what a tracking curve is held against. */
#include "data/transactions.h"

#include "base/context.h"
#include "base/error.h"
#include "data/ledger.h"

/* The first of n ascending ticks that is not before time; n if there is none. */
static int64_t place_of(int64_t n, const int64_t *until, int64_t time)
{
    int64_t low = 0;
    int64_t high = n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (until[middle] < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The rows i .. end-1 of one customer: each repeat purchase counts at the first tick not before it. */
static void count_customer(const crm_transactions *log, int64_t i, int64_t end, int64_t cohort, int64_t n,
                           const int64_t *until, int64_t *repeats)
{
    const int64_t *time = log->column[CRM_TX_TIME];
    const int64_t *amount = log->column[CRM_TX_AMOUNT];
    int32_t bought = 0;
    while (i < end) {
        const int64_t tick = time[i];
        struct crm_i_sum128 net = {0, 0};
        for (; i < end && time[i] == tick; i++)
            crm_i_sum128_add(&net, amount[i]);
        if (crm_i_sum128_sign(&net) < 0)
            continue;
        if (!bought && tick > cohort)
            return;
        const int64_t at = bought ? place_of(n, until, tick) : n;
        if (at < n)
            repeats[at]++;
        bought = 1;
    }
}

static crm_status check(const crm_transactions *log, int64_t n, const int64_t *until, const int64_t *repeats,
                        crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 1, "The log is NULL.");
    if (!log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 1, "The log is not frozen.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)n, "The number of ticks is negative.");
    if (n > 0 && !until)
        return crm_i_fail(err, CRM_E_NULL, 4, "The ticks are NULL.");
    if (n > 0 && !repeats)
        return crm_i_fail(err, CRM_E_NULL, 5, "There is no place for the purchases.");
    for (int64_t i = 1; i < n; i++)
        if (until[i] < until[i - 1])
            return crm_i_fail_row(err, CRM_E_ORDER, 4, i, (double)until[i],
                                  "The ticks are not in ascending order.");
    return CRM_OK;
}

crm_status crm_transactions_repeats(const crm_transactions *log, int64_t cohort, int64_t n,
                                    const int64_t *until, int64_t *repeats, crm_error *err)
{
    const crm_status status = check(log, n, until, repeats, err);
    if (status != CRM_OK)
        return status;
    for (int64_t i = 0; i < n; i++)
        repeats[i] = 0;
    for (int64_t i = 0; i < log->n;) {
        int64_t end = i + 1;
        while (end < log->n && log->key[end] == log->key[i])
            end++;
        count_customer(log, i, end, cohort, n, until, repeats);
        i = end;
    }
    for (int64_t i = 1; i < n; i++)
        repeats[i] += repeats[i - 1];
    return crm_i_ok(err);
}
