/* Eight short runs side by side, one in each column of a tile; words are sorted there by Batcher's odd-even
 * merging. */
#include "data/tile_kernel.h"

#include <string.h>

enum { LANES = CRM_I_TILE_LANES, MOST = CRM_I_TILE_MOST, NARROW = 52 };

CRM_I_INLINE void exchange_words(uint64_t *restrict low, uint64_t *restrict high)
{
    for (int l = 0; l < LANES; l++) {
        const uint64_t a = low[l];
        const uint64_t b = high[l];
        low[l] = a < b ? a : b;
        high[l] = a < b ? b : a;
    }
}

/* Merges of 2, 4, ... 32 rows, r apart, from row i on, whose even and whose odd ones are in order; written
 * out so that the compiler sees which rows meet. */
#define X(i, j) EXCHANGE(tile + LANES * (i), tile + LANES * (j));
#define MERGE2(i, r) X(i, (i) + (r))
#define MERGE4(i, r) MERGE2(i, 2 * (r)) MERGE2((i) + (r), 2 * (r)) X((i) + (r), (i) + 2 * (r))
#define MERGE8(i, r)                                                                                         \
    MERGE4(i, 2 * (r))                                                                                       \
    MERGE4((i) + (r), 2 * (r))                                                                               \
    X((i) + (r), (i) + 2 * (r)) X((i) + 3 * (r), (i) + 4 * (r)) X((i) + 5 * (r), (i) + 6 * (r))
#define ODD(i, r) X((i) + (r), (i) + 2 * (r))
#define MERGE16(i, r)                                                                                        \
    MERGE8(i, 2 * (r))                                                                                       \
    MERGE8((i) + (r), 2 * (r))                                                                               \
    ODD(i, r)                                                                                                \
    ODD((i) + 2 * (r), r)                                                                                    \
    ODD((i) + 4 * (r), r) ODD((i) + 6 * (r), r) ODD((i) + 8 * (r), r) ODD((i) + 10 * (r), r)                 \
        ODD((i) + 12 * (r), r)
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
/* Without a vector minimum of 64-bit words those below 2^52 are sorted as doubles: 2^52 + word has the word
 * for its significand, exactly, and every processor with vectors has a minimum of doubles. */
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

static const uint64_t narrow = (uint64_t)1 << NARROW;
static const uint64_t exponent = (uint64_t)0x433 << 52;

CRM_I_INLINE void sort_narrow_runs(int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n,
                                   int rows)
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

void CRM_I_KERNEL(crm_i_tile_sort)(int64_t lanes, uint64_t *words, const int64_t *first, const int64_t *n,
                                   int32_t rows)
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

/* ---- tiles of times and amounts ---- */

/* Written out so that the compiler turns rows into columns among registers. */
CRM_I_INLINE void take_runs(int rows, const uint64_t *const *run, uint64_t *restrict tile)
{
    const uint64_t *restrict a = run[0];
    const uint64_t *restrict b = run[1];
    const uint64_t *restrict c = run[2];
    const uint64_t *restrict d = run[3];
    const uint64_t *restrict e = run[4];
    const uint64_t *restrict f = run[5];
    const uint64_t *restrict g = run[6];
    const uint64_t *restrict h = run[7];
    for (int i = 0; i < rows; i++) {
        tile[LANES * i] = a[i];
        tile[LANES * i + 1] = b[i];
        tile[LANES * i + 2] = c[i];
        tile[LANES * i + 3] = d[i];
        tile[LANES * i + 4] = e[i];
        tile[LANES * i + 5] = f[i];
        tile[LANES * i + 6] = g[i];
        tile[LANES * i + 7] = h[i];
    }
}

CRM_I_INLINE void sort_tile(uint64_t *tile, int32_t rows, int few_bits)
{
#if CRM_I_ISA < 2
    if (few_bits) {
        double doubles[LANES * MOST];
        for (int i = 0; i < LANES * rows; i++) {
            const uint64_t bits =
                tile[i] == UINT64_MAX ? (uint64_t)0x434 << 52 : tile[i] | exponent; /* 2^53 */
            memcpy(&doubles[i], &bits, sizeof bits);
        }
        sort_doubles(doubles, rows);
        for (int i = 0; i < LANES * rows; i++) {
            uint64_t bits;
            memcpy(&bits, &doubles[i], sizeof bits);
            tile[i] = bits & (narrow - 1);
        }
        return;
    }
#else
    (void)few_bits;
#endif
    sort_words(tile, rows);
}

CRM_I_INLINE void take_words(const uint64_t *const *run, const int64_t *restrict n, int32_t rows,
                             int32_t time_bits, int32_t amount_bits, int sorted, uint64_t *restrict time,
                             uint64_t *restrict amount)
{
    uint64_t tile[LANES * MOST];
    const uint64_t mask = ((uint64_t)1 << (time_bits + amount_bits)) - 1;
    const uint64_t amount_mask = ((uint64_t)1 << amount_bits) - 1;
    take_runs(rows, run, tile);
    for (int64_t i = 0; i < rows; i++)
        for (int l = 0; l < LANES; l++)
            tile[LANES * i + l] = i < n[l] ? tile[LANES * i + l] & mask : UINT64_MAX;
    if (!sorted)
        sort_tile(tile, rows, time_bits + amount_bits <= NARROW);
    for (int i = 0; i < LANES * rows; i++) {
        time[i] = tile[i] >> amount_bits;
        amount[i] = tile[i] & amount_mask;
    }
}

void CRM_I_KERNEL(crm_i_tile_words)(const uint64_t *const *run, const int64_t *n, int32_t rows,
                                    int32_t time_bits, int32_t amount_bits, int32_t sorted, uint64_t *time,
                                    uint64_t *amount)
{
    if (rows == 4)
        take_words(run, n, 4, time_bits, amount_bits, sorted, time, amount);
    else if (rows == 8)
        take_words(run, n, 8, time_bits, amount_bits, sorted, time, amount);
    else if (rows == 16)
        take_words(run, n, 16, time_bits, amount_bits, sorted, time, amount);
    else
        take_words(run, n, 32, time_bits, amount_bits, sorted, time, amount);
}
