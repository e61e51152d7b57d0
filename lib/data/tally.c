/* Counting narrow words: a counter for each value of the low bits and a bit for each counter in use, so that what a
 * bucket holds is read off in ascending order and only what was used is cleared. */
#include "data/tally.h"

#include <string.h>

enum { TABLE = 1 << CRM_I_TALLY_LOW, MARKS = TABLE / 64, SUMMITS = MARKS / 64 };

static int64_t bucket_count(int32_t bits)
{
    return bits > CRM_I_TALLY_LOW ? (int64_t)1 << (bits - CRM_I_TALLY_LOW) : 1;
}

int32_t crm_i_tally_suits(int64_t n, int32_t bits)
{
    return n <= UINT32_MAX && bits <= CRM_I_TALLY_BITS && bucket_count(bits) <= n + 64;
}

int32_t crm_i_tally_new(const crm_allocator *allocator, int64_t n, int32_t bits, crm_i_tally *tally)
{
    tally->n = n;
    tally->used = n;
    tally->bits = bits;
    tally->word = crm_i_alloc(allocator, n, (int64_t)sizeof *tally->word);
    tally->count = crm_i_alloc(allocator, n, (int64_t)sizeof *tally->count);
    tally->low = crm_i_alloc(allocator, n, (int64_t)sizeof *tally->low);
    tally->bucket = crm_i_alloc(allocator, bucket_count(bits), (int64_t)sizeof *tally->bucket);
    tally->table = crm_i_alloc_zeroed(allocator, TABLE, (int64_t)sizeof *tally->table);
    return tally->word && tally->count && tally->low && tally->bucket && tally->table;
}

void crm_i_tally_release(const crm_allocator *allocator, crm_i_tally *tally)
{
    crm_i_release(allocator, tally->word, tally->n, (int64_t)sizeof *tally->word);
    crm_i_release(allocator, tally->count, tally->n, (int64_t)sizeof *tally->count);
    crm_i_release(allocator, tally->low, tally->n, (int64_t)sizeof *tally->low);
    crm_i_release(allocator, tally->bucket, bucket_count(tally->bits), (int64_t)sizeof *tally->bucket);
    crm_i_release(allocator, tally->table, TABLE, (int64_t)sizeof *tally->table);
}

/* The place of the lowest bit of x > 0. */
CRM_I_INLINE int32_t lowest(uint64_t x)
{
    static const uint8_t place[64] = {0,  1,  2,  53, 3,  7,  54, 27, 4,  38, 41, 8,  34, 55, 48, 28,
                                      62, 5,  39, 46, 44, 42, 22, 9,  24, 35, 59, 56, 49, 18, 29, 11,
                                      63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
                                      51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12};
    return place[((x & (0 - x)) * UINT64_C(0x022FDD63CC95386D)) >> 58];
}

/* low[] = the low bits of the words by bucket, stable; bucket[b] the end of each. */
static void split(crm_i_tally *t)
{
    const int64_t buckets = bucket_count(t->bits);
    memset(t->bucket, 0, (size_t)buckets * sizeof *t->bucket);
    for (int64_t i = 0; i < t->used; i++)
        t->bucket[t->word[i] >> CRM_I_TALLY_LOW]++;
    uint32_t sum = 0;
    for (int64_t b = 0; b < buckets; b++) {
        const uint32_t count = t->bucket[b];
        t->bucket[b] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < t->used; i++)
        t->low[t->bucket[t->word[i] >> CRM_I_TALLY_LOW]++] = (uint16_t)(t->word[i] & (TABLE - 1));
}

/* What the marks of one bucket say, behind what was read off before. */
static int64_t read_off(crm_i_tally *t, uint32_t high, uint64_t *mark, const uint64_t *summit, int64_t distinct)
{
    for (int32_t s = 0; s < SUMMITS; s++)
        for (uint64_t rest = summit[s]; rest != 0; rest &= rest - 1) {
            const int32_t m = 64 * s + lowest(rest);
            for (uint64_t bits = mark[m]; bits != 0; bits &= bits - 1) {
                const uint32_t at = (uint32_t)(64 * m + lowest(bits));
                t->word[distinct] = high << CRM_I_TALLY_LOW | at;
                t->count[distinct] = t->table[at];
                t->table[at] = 0;
                distinct++;
            }
            mark[m] = 0;
        }
    return distinct;
}

int64_t crm_i_tally_count(crm_i_tally *tally)
{
    const int64_t buckets = bucket_count(tally->bits);
    uint64_t mark[MARKS] = {0};
    int64_t distinct = 0;
    int64_t i = 0;
    split(tally);
    for (int64_t b = 0; b < buckets; b++) {
        uint64_t summit[SUMMITS] = {0};
        const int64_t end = tally->bucket[b];
        if (i == end)
            continue;
        for (; i < end; i++) {
            const uint32_t at = tally->low[i];
            tally->table[at]++;
            mark[at >> 6] |= (uint64_t)1 << (at & 63);
            summit[at >> 12] |= (uint64_t)1 << (at >> 6 & 63);
        }
        distinct = read_off(tally, (uint32_t)b, mark, summit, distinct);
    }
    return distinct;
}
