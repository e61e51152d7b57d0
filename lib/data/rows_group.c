/* The rows of one part, customer by customer: one scatter by key into buckets of about one customer each,
 * then the few rows of each are sorted, eight customers at a time. Parts and buckets out of the ordinary go
 * to the general sort. */
#include "data/rows_group.h"

#include <string.h>

#include "data/tile_kernel.h"

enum { CLASSES = 4, FLAT_ROWS = 64 };

/* Runs that wait for a tile of their size: up to 4, 8, 16 and 32 words. */
typedef struct grouping {
    uint64_t *word;    /* where the words of the runs are */
    uint64_t *scratch; /* for runs too long for a tile */
    int64_t *bounds;
    uint64_t mark; /* or-ed to the first word of a run once it is sorted */
    int32_t isa;
    int64_t waiting[CLASSES];
    int64_t first[CLASSES][CRM_I_TILE_LANES];
    int64_t n[CLASSES][CRM_I_TILE_LANES];
} grouping;

static void sort_waiting(grouping *g, int size)
{
    const int64_t lanes = g->waiting[size];
    CRM_I_KERNEL_PICK(g->isa, crm_i_tile_sort)(lanes, g->word, g->first[size], g->n[size], 4 << size);
    for (int64_t l = 0; l < lanes; l++)
        g->word[g->first[size][l]] |= g->mark;
    g->waiting[size] = 0;
}

/* Sorts the run of n > 0 words at `first`, now or soon. */
CRM_I_INLINE void sort_run(grouping *g, int64_t first, int64_t n)
{
    if (n == 1) {
        g->word[first] |= g->mark;
        return;
    }
    if (CRM_I_UNLIKELY(n > CRM_I_TILE_MOST)) {
        crm_i_rows_sort(CRM_I_ROWS_ONE, n, g->word + first, g->scratch, g->bounds);
        g->word[first] |= g->mark;
        return;
    }
    const int size = (n > 4) + (n > 8) + (n > 16);
    const int64_t at = g->waiting[size]++;
    g->first[size][at] = first;
    g->n[size][at] = n;
    if (at + 1 == CRM_I_TILE_LANES)
        sort_waiting(g, size);
}

static void sort_rest(grouping *g)
{
    for (int size = 0; size < CLASSES; size++)
        if (g->waiting[size] > 0)
            sort_waiting(g, size);
}

/* end[k] = where bucket k of the rows ends in to, into which they are scattered by (first word - low) >>
 * shift. */
CRM_I_INLINE void scatter(int32_t words, int64_t n, const uint64_t *from, uint64_t *to, uint64_t low,
                          int32_t shift, int64_t buckets, uint32_t *end)
{
    memset(end, 0, (size_t)buckets * sizeof *end);
    for (int64_t i = 0; i < n; i++)
        end[(from[words * i] - low) >> shift]++;
    uint32_t at = 0;
    for (int64_t k = 0; k < buckets; k++) {
        const uint32_t here = end[k];
        end[k] = at;
        at += here;
    }
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = end[(from[words * i] - low) >> shift]++;
        for (int32_t w = 0; w < words; w++)
            to[words * row + w] = from[words * i + w];
    }
}

/* Buckets of about half a row each in the mean, since a customer has several. */
static int32_t bucket_bits(int64_t n)
{
    const int32_t bits = crm_i_rows_bits((uint64_t)n);
    return bits > CRM_I_ROWS_GROUP_BITS ? CRM_I_ROWS_GROUP_BITS : bits;
}

static int32_t shift_for(uint64_t range, int32_t bits, int32_t least)
{
    const int32_t have = crm_i_rows_bits(range);
    const int32_t shift = have > bits ? have - bits : 0;
    return shift > least ? shift : least;
}

/* ---- one word ---- */

static int64_t count_customers(int64_t n, const uint64_t *rows, int32_t key_shift)
{
    int64_t customers = 1;
    for (int64_t i = 1; i < n; i++)
        customers += (rows[i] ^ rows[i - 1]) >> key_shift != 0;
    return customers;
}

static void group_one(grouping *g, int64_t n, uint64_t *rows, uint64_t key_low, uint64_t key_high,
                      int32_t key_shift)
{
    const uint64_t low = key_low << key_shift;
    const uint64_t high = (key_high << key_shift) + (((uint64_t)1 << key_shift) - 1);
    uint32_t *end = (uint32_t *)(void *)(g->bounds + CRM_I_ROWS_SORT_BOUNDS);
    uint64_t *scattered = g->scratch;
    /* A bucket should not part the rows of a customer: fewer, longer runs make better use of the tiles. */
    const int32_t shift = shift_for(high - low, bucket_bits(n), key_shift);
    const int64_t buckets = (int64_t)((high - low) >> shift) + 1;
    scatter(1, n, rows, scattered, low, shift, buckets, end);
    memcpy(rows, scattered, (size_t)n * sizeof *rows);
    int64_t first = 0;
    for (int64_t k = 0; k < buckets; k++) {
        const int64_t here = (int64_t)end[k] - first;
        if (here == 0)
            continue;
        sort_run(g, first, here);
        first += here;
    }
    sort_rest(g);
}

/* ---- two words ---- */

/* Puts the rows of a bucket that has several customers in order of customer. */
static void part_bucket(grouping *g, int64_t n, uint64_t *rows, uint64_t other, uint64_t *spare)
{
    const uint64_t low = rows[0] < other ? rows[0] : other;
    const uint64_t high = rows[0] < other ? other : rows[0];
    int64_t lows = 0;
    int64_t highs = 0;
    for (int64_t i = 0; i < n; i++) {
        lows += rows[2 * i] == low;
        highs += rows[2 * i] == high;
    }
    if (CRM_I_UNLIKELY(lows + highs < n)) {
        crm_i_rows_sort(CRM_I_ROWS_TWO, n, rows, spare, g->bounds);
        return;
    }
    int64_t next[2] = {0, lows};
    for (int64_t i = 0; i < n; i++) {
        uint64_t *to = spare + 2 * next[rows[2 * i] == high]++;
        to[0] = rows[2 * i];
        to[1] = rows[2 * i + 1];
    }
    memcpy(rows, spare, (size_t)(2 * n) * sizeof *rows);
}

/* Sorts the marked runs of n words that are longer than `least`. */
static void sort_marked(grouping *g, int64_t n, int64_t least)
{
    int64_t first = 0;
    while (first < n) {
        int64_t end = first + 1;
        while (end < n && !(g->word[end] & g->mark))
            end++;
        if (end - first > least) {
            g->word[first] &= ~g->mark;
            sort_run(g, first, end - first);
        }
        first = end;
    }
    sort_rest(g);
}

/* Pulls first and second words apart. Rows of different buckets differ in the bits from shift on; where a key
 * differs from that before only below it, the bucket has several customers and is put in order first. */
static int64_t group_two(grouping *g, int64_t n, uint64_t *rows, uint64_t low, uint64_t high, int loose)
{
    uint32_t *end = (uint32_t *)(void *)(g->bounds + CRM_I_ROWS_SORT_BOUNDS);
    uint64_t *scattered = g->scratch;
    uint64_t *spare = g->scratch + 2 * n;
    uint64_t *keys = rows + n;
    const int32_t shift = shift_for(high - low, bucket_bits(n), 0);
    const int64_t buckets = (int64_t)((high - low) >> shift) + 1;
    const uint64_t within = ((uint64_t)1 << shift) - 1;
    scatter(2, n, rows, scattered, low, shift, buckets, end);
    g->scratch = spare;
    uint64_t before = ~scattered[0];
    int64_t customers = -1;
    int64_t first_of = 0;
    int64_t longest = 0;
    int64_t parted = 0; /* rows before this one are in order of customer */
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = scattered[2 * i];
        const uint64_t change = key ^ before;
        if (CRM_I_UNLIKELY(change - 1 < within && i >= parted)) {
            const int64_t k = (int64_t)((key - low) >> shift);
            const int64_t first = k > 0 ? end[k - 1] : 0;
            parted = end[k];
            part_bucket(g, parted - first, scattered + 2 * first, key, spare);
            before = first > 0 ? scattered[2 * first - 2] : ~scattered[0];
            customers--;
            i = first - 1;
            continue;
        }
        customers += change != 0;
        first_of = change != 0 ? i : first_of;
        longest = i - first_of >= longest ? i - first_of + 1 : longest;
        keys[customers] = key;
        rows[i] = scattered[2 * i + 1] | (change != 0 ? CRM_I_ROWS_FIRST : 0);
        before = key;
    }
    if (!loose)
        sort_marked(g, n, 0);
    else if (longest > CRM_I_TILE_MOST)
        sort_marked(g, n, CRM_I_TILE_MOST);
    return customers + 1;
}

/* Few rows, or very many: sorted as they are, then pulled apart. */
static int64_t group_sorted(int64_t n, uint64_t *rows, uint64_t *scratch, int64_t *bounds)
{
    crm_i_rows_sort(CRM_I_ROWS_TWO, n, rows, scratch, bounds);
    int64_t customers = 0;
    uint64_t before = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = rows[2 * i];
        const int begins = i == 0 || key != before;
        rows[i] = rows[2 * i + 1] | (begins ? CRM_I_ROWS_FIRST : 0);
        if (begins)
            scratch[customers++] = key;
        before = key;
    }
    memcpy(rows + n, scratch, (size_t)customers * sizeof *rows);
    return customers;
}

int64_t crm_i_rows_group(int32_t isa, int32_t kind, uint64_t key_low, uint64_t key_high, int32_t key_shift,
                         int64_t n, int loose, uint64_t *rows, uint64_t *scratch, int64_t *bounds)
{
    if (n == 0)
        return 0;
    const int ordinary = n > FLAT_ROWS && n <= CRM_I_ROWS_GROUP_MOST;
    grouping g;
    g.word = rows;
    g.scratch = scratch;
    g.bounds = bounds;
    g.mark = kind == CRM_I_ROWS_TWO ? CRM_I_ROWS_FIRST : 0;
    g.isa = isa;
    memset(g.waiting, 0, sizeof g.waiting);
    if (kind == CRM_I_ROWS_TWO)
        return ordinary ? group_two(&g, n, rows, key_low, key_high, loose)
                        : group_sorted(n, rows, scratch, bounds);
    if (kind == CRM_I_ROWS_ONE && ordinary)
        group_one(&g, n, rows, key_low, key_high, key_shift);
    else
        crm_i_rows_sort(kind, n, rows, scratch, bounds);
    if (kind == CRM_I_ROWS_ONE)
        return count_customers(n, rows, key_shift);
    int64_t customers = 1;
    for (int64_t i = 1; i < n; i++)
        customers += rows[3 * i] != rows[3 * i - 3];
    return customers;
}
