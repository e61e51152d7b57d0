/* The log from inside: columns that grow, then are frozen in order. */
#ifndef CRM_I_TRANSACTIONS_H
#define CRM_I_TRANSACTIONS_H

#include "base/memory.h"
#include "crmcore/data.h"

enum { CRM_I_TX_COLUMNS = 8 }; /* by CRM_TX_*; 0 is not used */

struct crm_transactions {
    crm_i_handle handle;
    const crm_names *names; /* kept; NULL if there are none */
    int32_t frozen;
    int64_t n;
    int64_t capacity;
    uint64_t *key;
    int64_t *column[CRM_I_TX_COLUMNS]; /* capacity entries each; NULL if never put */
};

#endif
