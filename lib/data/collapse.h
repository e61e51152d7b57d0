/* Collapsing: many rows of doubles to distinct cells in canonical order, whatever the order of the rows. */
#ifndef CRM_I_COLLAPSE_H
#define CRM_I_COLLAPSE_H

#include "base/context.h"
#include "data/cells.h"

/* One column of rows: doubles, finite and >= 0; or whole ticks that stand for ticks / period; or, with neither, 1
 * throughout. */
typedef struct crm_i_collapse_column {
    const double *value;
    const uint32_t *ticks;
    double period;
} crm_i_collapse_column;

/* Rows to be collapsed. Where ticks are used, distinct ticks must stand for distinct doubles, as they do below 2^32. */
typedef struct crm_i_collapse_rows {
    int64_t n;
    int32_t columns;
    crm_i_collapse_column column[CRM_I_CELL_COLUMNS];
} crm_i_collapse_rows;

enum { CRM_I_COLLAPSE_SECTIONS = 2 };

/* cells[s] = the distinct rows of rows[s], in memory of the context; 1 <= sections <= CRM_I_COLLAPSE_SECTIONS. On
 * failure nothing is left. CRM_OK, CRM_E_MEMORY, CRM_E_OVERFLOW (a mass is infinite), CRM_E_CANCELLED,
 * CRM_E_EXECUTOR. */
crm_status crm_i_collapse(const crm_context *context, int32_t sections, const crm_i_collapse_rows *rows, crm_i_cells *cells,
                          crm_error *err);

#endif
