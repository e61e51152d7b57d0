/* Eight short runs of words side by side, one in each column of a tile, sorted by Batcher's odd-even merging. */
#include "data/tile_kernel.h"

#include <string.h>

enum { LANES = CRM_I_TILE_LANES, MOST = CRM_I_TILE_MOST };

CRM_I_INLINE void exchange_words(uint64_t *restrict low, uint64_t *restrict high)
{
    for (int l = 0; l < LANES; l++) {
        const uint64_t a = low[l];
        const uint64_t b = high[l];
        low[l] = a < b ? a : b;
        high[l] = a < b ? b : a;
    }
}

/* Merges of 2, 4, ... 32 rows, r apart, from row i on, whose even and whose odd ones are in order; written out so that the
 * compiler sees which rows meet. */
#define X(i, j) EXCHANGE(tile + LANES * (i), tile + LANES * (j));
#define MERGE2(i, r) X(i, (i) + (r))
#define MERGE4(i, r) MERGE2(i, 2 * (r)) MERGE2((i) + (r), 2 * (r)) X((i) + (r), (i) + 2 * (r))
#define MERGE8(i, r)                                                                                                   \
    MERGE4(i, 2 * (r))                                                                                                 \
    MERGE4((i) + (r), 2 * (r))                                                                                         \
    X((i) + (r), (i) + 2 * (r)) X((i) + 3 * (r), (i) + 4 * (r)) X((i) + 5 * (r), (i) + 6 * (r))
#define ODD(i, r) X((i) + (r), (i) + 2 * (r))
#define MERGE16(i, r)                                                                                                  \
    MERGE8(i, 2 * (r))                                                                                                 \
    MERGE8((i) + (r), 2 * (r))                                                                                         \
    ODD(i, r) ODD((i) + 2 * (r), r) ODD((i) + 4 * (r), r) ODD((i) + 6 * (r), r) ODD((i) + 8 * (r), r)                  \
    ODD((i) + 10 * (r), r) ODD((i) + 12 * (r), r)
#define SORT4(i) MERGE2(i, 1) MERGE2((i) + 2, 1) MERGE4(i, 1)
#define SORT8(i) SORT4(i) SORT4((i) + 4) MERGE8(i, 1)
#define SORT16(i) SORT8(i) SORT8((i) + 8) MERGE16(i, 1)

#define EXCHANGE exchange_words
CRM_I_INLINE void sort_words(uint64_t *tile, int rows)
{
    if (rows == 4) {
        SORT4(0)
    } else if (rows == 8) {
        SORT8(0)
    } else if (rows == 16) {
        SORT16(0)
    } else {
        SORT16(0)
        SORT16(16)
        MERGE16(0, 2)
        MERGE16(1, 2)
        for (int i = 1; i < 31; i += 2)
            EXCHANGE(tile + LANES * i, tile + LANES * (i + 1));
    }
}
#undef EXCHANGE

CRM_I_INLINE void sort_runs(int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n, int rows)
{
    uint64_t tile[LANES * MOST];
    for (int i = 0; i < LANES * rows; i++)
        tile[i] = UINT64_MAX;
    for (int64_t l = 0; l < lanes; l++)
        for (int64_t i = 0; i < n[l]; i++)
            tile[LANES * i + l] = words[first[l] + i];
    sort_words(tile, rows);
    for (int64_t l = 0; l < lanes; l++)
        for (int64_t i = 0; i < n[l]; i++)
            words[first[l] + i] = tile[LANES * i + l];
}

#if CRM_I_ISA < 2
/* Without a vector minimum of 64-bit words those below 2^52 are sorted as doubles: 2^52 + word has the word for its
 * significand, exactly, and every processor with vectors has a minimum of doubles. */
CRM_I_INLINE void exchange_doubles(double *restrict low, double *restrict high)
{
    for (int l = 0; l < LANES; l++) {
        const double a = low[l];
        const double b = high[l];
        low[l] = a < b ? a : b;
        high[l] = a > b ? a : b; /* another condition, so that no branch is made of the two */
    }
}

#define EXCHANGE exchange_doubles
CRM_I_INLINE void sort_doubles(double *tile, int rows)
{
    if (rows == 4) {
        SORT4(0)
    } else if (rows == 8) {
        SORT8(0)
    } else if (rows == 16) {
        SORT16(0)
    } else {
        SORT16(0)
        SORT16(16)
        MERGE16(0, 2)
        MERGE16(1, 2)
        for (int i = 1; i < 31; i += 2)
            EXCHANGE(tile + LANES * i, tile + LANES * (i + 1));
    }
}
#undef EXCHANGE

static const uint64_t narrow = (uint64_t)1 << 52;
static const uint64_t exponent = (uint64_t)0x433 << 52;

CRM_I_INLINE void sort_narrow_runs(int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n, int rows)
{
    double tile[LANES * MOST];
    for (int i = 0; i < LANES * rows; i++)
        tile[i] = 0x1p53;
    for (int64_t l = 0; l < lanes; l++)
        for (int64_t i = 0; i < n[l]; i++) {
            const uint64_t bits = words[first[l] + i] | exponent;
            memcpy(&tile[LANES * i + l], &bits, sizeof bits);
        }
    sort_doubles(tile, rows);
    for (int64_t l = 0; l < lanes; l++)
        for (int64_t i = 0; i < n[l]; i++) {
            uint64_t bits;
            memcpy(&bits, &tile[LANES * i + l], sizeof bits);
            words[first[l] + i] = bits & (narrow - 1);
        }
}

static int are_narrow(int64_t lanes, const uint64_t *words, const int64_t *first, const int64_t *n)
{
    uint64_t bits = 0;
    for (int64_t l = 0; l < lanes; l++)
        for (int64_t i = 0; i < n[l]; i++)
            bits |= words[first[l] + i];
    return bits < narrow;
}
#endif

void CRM_I_KERNEL(crm_i_tile_sort)(int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n, int32_t rows)
{
#if CRM_I_ISA < 2
    if (are_narrow(lanes, words, first, n)) {
        if (rows == 4)
            sort_narrow_runs(lanes, words, first, n, 4);
        else if (rows == 8)
            sort_narrow_runs(lanes, words, first, n, 8);
        else if (rows == 16)
            sort_narrow_runs(lanes, words, first, n, 16);
        else
            sort_narrow_runs(lanes, words, first, n, 32);
        return;
    }
#endif
    if (rows == 4)
        sort_runs(lanes, words, first, n, 4);
    else if (rows == 8)
        sort_runs(lanes, words, first, n, 8);
    else if (rows == 16)
        sort_runs(lanes, words, first, n, 16);
    else
        sort_runs(lanes, words, first, n, 32);
}
