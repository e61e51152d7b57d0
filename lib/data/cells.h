/* Cells: distinct rows of doubles in ascending order, each with an exact count of how often it was seen. */
#ifndef CRM_I_CELLS_H
#define CRM_I_CELLS_H

#include "base/memory.h"
#include "crmcore/base.h"

/* Up to five columns, the last of them the weight; no double is -0, and every weight is > 0. */
enum { CRM_I_CELL_COLUMNS = 5 };
typedef struct crm_i_cells {
    int32_t columns;
    int64_t n;
    int64_t total; /* sum of count */
    double *column[CRM_I_CELL_COLUMNS];
    int64_t *count;
    double *mass; /* weight * count */
    double *block;
    int64_t capacity; /* rows that the block has room for */
} crm_i_cells;

/* No cells, and no memory. */
crm_i_cells crm_i_cells_none(int32_t columns);

/* Room for so many rows, n still 0: 1, or 0 without memory. */
int32_t crm_i_cells_new(const crm_allocator *allocator, int32_t columns, int64_t capacity,
                        crm_i_cells *cells);
void crm_i_cells_release(const crm_allocator *allocator, crm_i_cells *cells);

/* -1, 0 or 1: where row i of a stands to row j of b. */
int32_t crm_i_cells_compare(const crm_i_cells *a, int64_t i, const crm_i_cells *b, int64_t j);

/* Fills in total and mass: 1, or 0 if the counts do not fit int64 or a mass is infinite. */
int32_t crm_i_cells_weigh(crm_i_cells *cells);

/* *out = the cells of a and b together, in memory of its own. CRM_OK, CRM_E_MEMORY, CRM_E_OVERFLOW. */
crm_status crm_i_cells_merge(const crm_allocator *allocator, const crm_i_cells *a, const crm_i_cells *b,
                             crm_i_cells *out, crm_error *err);

#endif
