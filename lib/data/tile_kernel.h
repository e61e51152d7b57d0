/* Eight short runs side by side: gathering and sorting them. */
#ifndef CRM_I_TILE_KERNEL_H
#define CRM_I_TILE_KERNEL_H

#include "base/kernel.h"

/* Runs of a tile; words of the longest run it takes. */
enum { CRM_I_TILE_LANES = 8, CRM_I_TILE_MOST = 32 };

/* Puts each of `lanes` runs words[first[l]] .. words[first[l] + n[l] - 1] in ascending order; lanes <=
 * CRM_I_TILE_LANES, n[l] <= rows, rows 4, 8, 16 or 32. One sorting network over all lanes at a time: no
 * branch depends on a word. */
CRM_I_KERNEL_DECLARE(void, crm_i_tile_sort,
                     (int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n, int32_t rows));

/* Eight runs of words of time and amount, what else the words have above being left out, to tiles of both:
 * row i of run l at CRM_I_TILE_LANES * i + l. The first n[l] words of each run are put in ascending order
 * unless they are; what comes after is of no meaning, but all runs may be read for `rows` words: 4, 8, 16
 * or 32. */
CRM_I_KERNEL_DECLARE(void, crm_i_tile_words,
                     (const uint64_t *const *run, const int64_t *n, int32_t rows, int32_t time_bits,
                      int32_t amount_bits, int32_t sorted, uint64_t *time, uint64_t *amount));

#endif
