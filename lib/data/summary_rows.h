/* Rows of a section: which doubles may stand in them, and how columns of them become cells. */
#ifndef CRM_I_SUMMARY_ROWS_H
#define CRM_I_SUMMARY_ROWS_H

#include "base/context.h"
#include "data/summary.h"

/* Columns of one section as a caller brings them: as many as the section has cells' columns, the last of them
 * the weight, which may be NULL (1 throughout). */
typedef struct crm_i_section_rows {
    int32_t section; /* CRM_I_PURCHASES, ... */
    int64_t n;
    const double *value[CRM_I_CELL_COLUMNS];
} crm_i_section_rows;

/* How many columns the cells of a section have. */
int32_t crm_i_section_columns(int32_t section);

/* The column, from 0, that puts this row outside the domain of its section; -1 if none does. row: one double
 * for each column. Rows of weight 0, and spend of count 0, are inside, though they make no cell. */
int32_t crm_i_section_blame(int32_t section, const double *row);

/* Checks every row, then makes cells of those that carry something. first_arg: place of the first column in
 * the caller's prototype; the first bad row is CRM_E_DOMAIN. Columns other than the weight must not be NULL
 * if n > 0 (CRM_E_NULL), n not negative (CRM_E_ARGUMENT, first_arg - 1). */
crm_status crm_i_section_collapse(const crm_context *context, const crm_i_section_rows *rows,
                                  int32_t first_arg, crm_i_cells *cells, crm_error *err);

#endif
