/* Collapsing: many rows of doubles to distinct cells in canonical order, whatever the order of the rows. */
#ifndef CRM_I_COLLAPSE_H
#define CRM_I_COLLAPSE_H

#include "base/context.h"
#include "data/cells.h"

/* Rows to be collapsed: columns of doubles, finite and >= 0; NULL: 1 throughout. */
typedef struct crm_i_collapse_rows {
    int64_t n;
    int32_t columns;
    const double *value[CRM_I_CELL_COLUMNS];
} crm_i_collapse_rows;

/* *cells = the distinct rows, in memory of the context. Tells progress from .. to. On failure nothing is
 * left. CRM_OK, CRM_E_MEMORY, CRM_E_OVERFLOW (a mass is infinite), CRM_E_CANCELLED, CRM_E_EXECUTOR. */
crm_status crm_i_collapse(const crm_context *context, const crm_i_collapse_rows *rows, crm_i_cells *cells,
                          double from, double to, crm_error *err);

#endif
