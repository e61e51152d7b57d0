/* What customers bought after the date of their book, from a later book of the same log. */
#include <math.h>

#include "base/error.h"
#include "data/customers.h"

crm_status crm_customers_since(const crm_customers *book, const crm_customers *later, double *purchases,
                               crm_error *err)
{
    if (!book)
        return crm_i_fail(err, CRM_E_NULL, 1, "The book is NULL.");
    if (!later)
        return crm_i_fail(err, CRM_E_NULL, 2, "The later book is NULL.");
    if (book->n > 0 && !purchases)
        return crm_i_fail(err, CRM_E_NULL, 3, "There is no place for the purchases.");
    if (later->as_of < book->as_of)
        return crm_i_fail_value(err, CRM_E_ORDER, 2, (double)later->as_of,
                                "The later book is of an earlier date.");
    /* all of them found, and none with fewer purchases than before, or nothing is written */
    for (int32_t writing = 0; writing < 2; writing++)
        for (int64_t i = 0; i < book->n; i++) {
            int64_t at = -1;
            crm_customers_find(later, 1, &book->key[i], &at, NULL);
            if (at < 0)
                return crm_i_fail_row(err, CRM_E_KEY, 2, i, (double)book->key[i],
                                      "A customer of the book is not in the later one.");
            const double before = book->x[i];
            const double after = later->x[at];
            if (after < before || (isnan(after) && !isnan(before)))
                return crm_i_fail_row(err, CRM_E_ARGUMENT, 2, i, after,
                                      "A customer bought less in the later book: it is not of the same log.");
            if (writing)
                purchases[i] = after - before;
        }
    return crm_i_ok(err);
}
