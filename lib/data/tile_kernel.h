/* Sorting eight short runs of words side by side. */
#ifndef CRM_I_TILE_KERNEL_H
#define CRM_I_TILE_KERNEL_H

#include "base/kernel.h"

/* Runs of a tile; words of the longest run it takes. */
enum { CRM_I_TILE_LANES = 8, CRM_I_TILE_MOST = 32 };

/* Puts each of `lanes` runs words[first[l]] .. words[first[l] + n[l] - 1] in ascending order; lanes <= CRM_I_TILE_LANES,
 * n[l] <= rows, rows 4, 8, 16 or 32. One sorting network over all lanes at a time: no branch depends on a word. */
CRM_I_KERNEL_DECLARE(void, crm_i_tile_sort,
                     (int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n, int32_t rows));

#endif
