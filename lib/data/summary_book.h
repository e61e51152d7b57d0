/* The cells of a book's purchases and spend. */
#ifndef CRM_I_SUMMARY_BOOK_H
#define CRM_I_SUMMARY_BOOK_H

#include "base/context.h"
#include "data/customers.h"
#include "data/summary.h"

/* cells[CRM_I_PURCHASES] and cells[CRM_I_SPENDS]; on failure nothing is left. As crm_i_collapse. */
crm_status crm_i_summary_book(const crm_context *context, const crm_customers *book, crm_i_cells *cells,
                              crm_error *err);

#endif
