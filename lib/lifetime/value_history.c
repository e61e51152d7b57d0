/* Historical value of a base: the realised margins of a log, customer by customer of its book. */
#include "crmcore/lifetime.h"

#include "base/error.h"
#include "data/customers.h"
#include "data/transactions.h"
#include "lifetime/power.h"
#include "numeric/exact.h"

typedef struct {
    const crm_transactions *log;
    const crm_customers *book;
    crm_i_pair rate; /* its logarithm */
    int32_t nominal;
    double unit; /* minor units of a major one */
} history;

/* The rows first .. last-1 of one customer until the book's date; their number in *counted. */
static double worth_of(const history *h, int64_t first, int64_t last, int64_t *counted)
{
    const int64_t *time = h->log->column[CRM_TX_TIME];
    const int64_t *amount = h->log->column[CRM_TX_AMOUNT];
    const int64_t *cost = h->log->column[CRM_TX_COST];
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    *counted = 0;
    for (int64_t i = first; i < last && time[i] <= h->book->as_of; i++, ++*counted) {
        const crm_i_pair ticks = crm_i_pair_sum((double)h->book->as_of, -(double)time[i]);
        const crm_i_pair periods = crm_i_pair_divide(ticks, crm_i_pair_of(h->book->ticks_per_period));
        const double growth = h->nominal ? 1.0 : crm_i_power_pair(h->rate, periods);
        crm_i_exact_add_product(&sum, (double)amount[i], growth);
        if (cost)
            crm_i_exact_add_product(&sum, -(double)cost[i], growth);
    }
    return crm_i_exact_value(&sum) / h->unit;
}

static crm_status all(const history *h, double *out, crm_error *err)
{
    const crm_transactions *log = h->log;
    int64_t end = 0;
    for (int64_t i = 0; i < log->n; i = end) {
        for (end = i + 1; end < log->n && log->key[end] == log->key[i];)
            end++;
        int64_t counted = 0;
        int64_t row = -1;
        const double value = worth_of(h, i, end, &counted);
        crm_customers_find(h->book, 1, &log->key[i], &row, NULL);
        if (counted > 0 && row < 0)
            return crm_i_fail_row(err, CRM_E_KEY, 2, i, (double)log->key[i],
                                  "A customer of the log is not in the book: it is not of this log.");
        if (counted > 0 && !(fabs(value) <= 0x1p1000))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, row, value,
                                  "A compounded margin is beyond the range of double.");
        if (counted > 0 && out)
            out[row] = value;
    }
    return CRM_OK;
}

crm_status crm_value_history_log(const crm_transactions *log, const crm_customers *book, double rate,
                                 double *out, crm_error *err)
{
    if (!log)
        return crm_i_fail(err, CRM_E_NULL, 1, "The log is NULL.");
    if (!book)
        return crm_i_fail(err, CRM_E_NULL, 2, "The book is NULL.");
    if (!log->frozen)
        return crm_i_fail(err, CRM_E_STATE, 1, "The log is not frozen.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, rate, "rate must be above -1 and at most 1e100.");
    if (book->n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    double unit = 1.0;
    for (int32_t d = 0; d < book->decimals; d++)
        unit *= 10.0;
    const history h = {log, book, crm_i_power_log(rate), rate == 0.0, unit};
    const crm_status status = all(&h, NULL, err); /* all of it, or nothing is written */
    if (status != CRM_OK)
        return status;
    for (int64_t i = 0; i < book->n; i++)
        out[i] = CRM_I_NAN;
    all(&h, out, NULL);
    return crm_i_ok(err);
}
