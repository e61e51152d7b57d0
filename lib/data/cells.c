/* Cells: their memory, their order, and two sets of them made one. */
#include "data/cells.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* Columns, count and mass lie in one block, each of 8-byte entries. */
static int64_t block_words(int32_t columns, int64_t capacity)
{
    return capacity <= INT64_MAX / 8 ? capacity * (columns + 2) : -1;
}

crm_i_cells crm_i_cells_none(int32_t columns)
{
    crm_i_cells cells;
    memset(&cells, 0, sizeof cells);
    cells.columns = columns;
    for (int32_t c = 0; c < CRM_I_CELL_COLUMNS; c++)
        cells.column[c] = NULL;
    cells.count = NULL;
    cells.mass = NULL;
    cells.block = NULL;
    return cells;
}

int32_t crm_i_cells_new(const crm_allocator *allocator, int32_t columns, int64_t capacity, crm_i_cells *cells)
{
    *cells = crm_i_cells_none(columns);
    if (capacity == 0)
        return 1;
    double *block = crm_i_alloc(allocator, block_words(columns, capacity), (int64_t)sizeof(double));
    if (!block)
        return 0;
    cells->block = block;
    cells->capacity = capacity;
    for (int32_t c = 0; c < columns; c++)
        cells->column[c] = block + c * capacity;
    cells->mass = block + columns * capacity;
    cells->count = (int64_t *)(void *)(block + (columns + 1) * capacity);
    return 1;
}

void crm_i_cells_release(const crm_allocator *allocator, crm_i_cells *cells)
{
    crm_i_release(allocator, cells->block, block_words(cells->columns, cells->capacity),
                  (int64_t)sizeof(double));
    *cells = crm_i_cells_none(cells->columns);
}

int32_t crm_i_cells_compare(const crm_i_cells *a, int64_t i, const crm_i_cells *b, int64_t j)
{
    for (int32_t c = 0; c < a->columns; c++) {
        const double x = a->column[c][i];
        const double y = b->column[c][j];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

int32_t crm_i_cells_weigh(crm_i_cells *cells)
{
    const double *weight = cells->column[cells->columns - 1];
    int64_t total = 0;
    for (int64_t i = 0; i < cells->n; i++) {
        if (cells->count[i] > INT64_MAX - total)
            return 0;
        total += cells->count[i];
        cells->mass[i] = weight[i] * (double)cells->count[i];
        if (!isfinite(cells->mass[i]))
            return 0;
    }
    cells->total = total;
    return 1;
}

/* Row i of `from`, `count` times, at the end of `into`. */
static void put(crm_i_cells *into, const crm_i_cells *from, int64_t i, int64_t count)
{
    for (int32_t c = 0; c < into->columns; c++)
        into->column[c][into->n] = from->column[c][i];
    into->count[into->n] = count;
    into->n++;
}

crm_status crm_i_cells_merge(const crm_allocator *allocator, const crm_i_cells *a, const crm_i_cells *b,
                             crm_i_cells *out, crm_error *err)
{
    if (a->total > INT64_MAX - b->total)
        return crm_i_fail(err, CRM_E_OVERFLOW, 0, "the customers of the two summaries together exceed int64");
    crm_i_cells both;
    if (!crm_i_cells_new(allocator, a->columns, a->n + b->n, &both))
        return crm_i_fail_memory(err);
    int64_t i = 0;
    int64_t j = 0;
    while (i < a->n || j < b->n) {
        const int32_t order = i == a->n ? 1 : j == b->n ? -1 : crm_i_cells_compare(a, i, b, j);
        const int64_t count = (order <= 0 ? a->count[i] : 0) + (order >= 0 ? b->count[j] : 0);
        put(&both, order <= 0 ? a : b, order <= 0 ? i : j, count);
        i += order <= 0;
        j += order >= 0;
    }
    if (!crm_i_cells_weigh(&both)) {
        crm_i_cells_release(allocator, &both);
        return crm_i_fail(err, CRM_E_OVERFLOW, 0, "the weights of equal rows together are infinite");
    }
    *out = both;
    return CRM_OK;
}
