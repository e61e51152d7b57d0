/* The book from inside: its columns, and how to make one whose columns the caller fills. */
#ifndef CRM_I_CUSTOMERS_H
#define CRM_I_CUSTOMERS_H

#include "base/memory.h"
#include "crmcore/data.h"
#include "data/ledger.h"

/* What the recent columns of a book are. */
enum {
    CRM_I_RECENT_NONE = 0,  /* there are none: NULL */
    CRM_I_RECENT_WHOLE = 1, /* the whole past: the columns revenue and margin themselves */
    CRM_I_RECENT_OWN = 2    /* columns of their own */
};

/* One row per customer, in ascending key, or with names in the byte order of the names. Columns share one
 * block; without costs margin is revenue itself, and with CRM_I_RECENT_WHOLE the recent columns are revenue
 * and margin. */
struct crm_customers {
    crm_i_handle handle;
    int64_t n;
    const crm_names *names; /* kept; NULL if there are none */
    int64_t as_of;
    double ticks_per_period;
    int32_t decimals;
    int32_t has_cost;
    int64_t rows;
    int64_t later_rows;
    int64_t without;
    uint64_t *key;
    double *x;
    double *t_x;
    double *T;
    double *mean_spend;
    double *spend_count;
    int64_t *first;
    int64_t *last;
    int64_t *revenue;
    int64_t *cost;
    int64_t *margin;         /* = revenue without costs */
    int64_t *recent_revenue; /* NULL with CRM_I_RECENT_NONE */
    int64_t *recent_margin;
    int64_t *order; /* rows in ascending key, where names order the book; else NULL */
    int64_t gap_n;  /* lengths of gaps between a customer's purchases */
    int64_t
        *gap_length; /* ascending, then how many of each: 2 gap_n entries; NULL where they were not counted */
    void *block;
    int64_t block_words;
};

/* A book of n rows whose columns are not filled in, facts 0; cost is zero throughout where has_cost is 0.
 * names (opt) is kept. recent: CRM_I_RECENT_*. CRM_OK or CRM_E_MEMORY. */
crm_status crm_i_customers_new(const crm_context *context, int64_t n, const crm_names *names,
                               int32_t has_cost, int32_t recent, crm_customers **out, crm_error *err);

/* Room for n > 0 lengths of gaps in a book that has none: 1, or 0 without memory. */
int32_t crm_i_customers_put_gaps(crm_customers *book, int64_t n);

/* The arguments that every maker of a book takes, the first of them (as_of) at position arg of its prototype:
 * as_of within -2^62 .. 2^62, ticks_per_period 1e-200 .. 1e200, decimals 0 .. 9. Else CRM_E_DOMAIN (NaN,
 * range) or CRM_E_ARGUMENT (decimals). */
crm_status crm_i_customers_check(int64_t as_of, double ticks_per_period, int32_t decimals, int32_t arg,
                                 crm_error *err);

/* Fills in row i from a ledger; as_of, ticks_per_period and decimals of the book must be set. Not the recent
 * columns of their own, and not the fact `without`, which the caller counts (ledger->purchases == 0). 0, or 1
 * if a sum does not fit: then the row is not to be used. spend_first: CRM_OPTION_SPEND_FIRST. */
int32_t crm_i_customers_set(crm_customers *book, int64_t i, uint64_t key, const crm_i_ledger *ledger,
                            int32_t spend_first);

/* *margin = revenue - cost and 0, or 1 if it does not fit. */
int32_t crm_i_customers_margin(int64_t revenue, int64_t cost, int64_t *margin);

enum { CRM_I_TIME_BITS = 62 };

/* 1 if a time lies within -2^62 .. 2^62. */
CRM_I_INLINE int32_t crm_i_time_fits(int64_t time)
{
    const int64_t limit = (int64_t)1 << CRM_I_TIME_BITS;
    return time >= -limit && time <= limit;
}

#endif
