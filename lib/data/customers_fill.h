/* From rows in order of customer and time to the rows of a book. */
#ifndef CRM_I_CUSTOMERS_FILL_H
#define CRM_I_CUSTOMERS_FILL_H

#include "data/customers.h"
#include "data/rows.h"

/* What one run of rows came to. */
typedef struct crm_i_fill {
    int64_t filled;   /* rows of the book written, those that overflow included */
    int64_t without;  /* customers that never purchased */
    int32_t overflow; /* 1: the sums of the customer with overflow_key, the first such one, do not fit */
    uint64_t overflow_key;
} crm_i_fill;

/* Fills in the book from its row `row` on with the customers that begin in rows first .. stop-1; the last of
 * them may go on until end. Columns may hold rows after as_of, packed rows may not; a customer with no row up
 * to as_of gets no row of the book. recent_from: the first tick of the recent columns, where the book has its
 * own. */
crm_i_fill crm_i_customers_fill(int32_t isa, crm_customers *book, const crm_i_rows *rows, int64_t first,
                                int64_t stop, int64_t end, int64_t row, int32_t spend_first,
                                int64_t recent_from);

#endif
