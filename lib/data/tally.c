/* Counting narrow words: a counter for each value of the low bits and a bit for each counter in use, so that
 * what a bucket holds is read off in ascending order and only what was used is cleared. */
#include "data/tally.h"

#include <string.h>

enum { TABLE = 1 << CRM_I_TALLY_LOW, MARKS = TABLE / 64, SUMMITS = MARKS / 64 };

/* A part of fewer rows is not worth a task; a bucket of more words has marks enough to look at each. */
enum { PART_ROWS = 1 << 14, CROWD = 2 * MARKS };

static int64_t bucket_count(int32_t bits)
{
    return bits > CRM_I_TALLY_LOW ? (int64_t)1 << (bits - CRM_I_TALLY_LOW) : 1;
}

int32_t crm_i_tally_parts(const crm_context *context, int64_t n)
{
    const int64_t workers = crm_i_context_workers(context);
    int32_t parts = 1;
    while (workers > 1 && parts < CRM_I_TALLY_PARTS && parts < 2 * workers && n / (2 * parts) >= PART_ROWS)
        parts *= 2;
    return parts;
}

int32_t crm_i_tally_suits(int64_t n, int32_t bits)
{
    return n <= UINT32_MAX && bits <= CRM_I_TALLY_BITS && bucket_count(bits) <= n + 64;
}

/* ---- memory ---- */

/* In units of 32 bits: words, counts, and the low bits in half a unit each. */
static int64_t block_units(int64_t n)
{
    return 2 * n + (n + 1) / 2;
}

int32_t crm_i_tally_new(const crm_allocator *allocator, int64_t n, int32_t bits, int32_t parts,
                        crm_i_tally *tally)
{
    const int64_t buckets = bucket_count(bits);
    memset(tally, 0, sizeof *tally);
    tally->n = n;
    tally->bits = bits;
    tally->parts = parts;
    while (tally->parts > 1 && tally->parts * buckets > n)
        tally->parts /= 2;
    tally->block = crm_i_alloc(allocator, block_units(n), (int64_t)sizeof *tally->block);
    tally->bucket = crm_i_alloc_zeroed(allocator, tally->parts * buckets, (int64_t)sizeof *tally->bucket);
    tally->table =
        crm_i_alloc_zeroed(allocator, (int64_t)tally->parts * TABLE, (int64_t)sizeof *tally->table);
    if (!tally->block || !tally->bucket || !tally->table)
        return 0;
    tally->word = tally->block;
    tally->count = tally->block + n;
    tally->low = (uint16_t *)(void *)(tally->block + 2 * n);
    return 1;
}

void crm_i_tally_release(const crm_allocator *allocator, crm_i_tally *tally)
{
    const int64_t buckets = bucket_count(tally->bits);
    crm_i_release(allocator, tally->block, block_units(tally->n), (int64_t)sizeof *tally->block);
    crm_i_release(allocator, tally->bucket, tally->parts * buckets, (int64_t)sizeof *tally->bucket);
    crm_i_release(allocator, tally->table, (int64_t)tally->parts * TABLE, (int64_t)sizeof *tally->table);
    memset(tally, 0, sizeof *tally);
}

/* ---- splitting ---- */

void crm_i_tally_share(crm_i_tally *tally, int32_t parts, const int64_t *words)
{
    const int32_t together = parts / tally->parts;
    int64_t at = 0;
    for (int32_t p = 0; p < parts; p++) {
        crm_i_tally_part *part = &tally->part[p / together];
        if (p % together == 0) {
            part->word = at;
            part->words = 0;
        }
        part->words += words[p];
        at += words[p];
    }
}

void crm_i_tally_note(crm_i_tally *tally, int32_t part, int64_t at, int64_t n)
{
    uint32_t *restrict bucket = tally->bucket + part * bucket_count(tally->bits);
    const uint32_t *restrict word = tally->word + at;
    for (int64_t i = 0; i < n; i++)
        bucket[word[i] >> CRM_I_TALLY_LOW]++;
}

/* Counts become places, the parts of a bucket one after the other; and each part gets buckets of its own to
 * count. */
static void place(crm_i_tally *t)
{
    const int64_t buckets = bucket_count(t->bits);
    const crm_i_tally_part *last = &t->part[t->parts - 1];
    const int64_t rows = last->word + last->words;
    uint32_t sum = 0;
    int32_t next = 0;
    for (int64_t b = 0; b < buckets; b++) {
        while (next < t->parts && (int64_t)sum >= crm_i_tally_bound(rows, t->parts, next)) {
            t->part[next].bucket = b;
            t->part[next].row = sum;
            next++;
        }
        for (int32_t p = 0; p < t->parts; p++) {
            const uint32_t count = t->bucket[p * buckets + b];
            t->bucket[p * buckets + b] = sum;
            sum += count;
        }
    }
    for (; next < t->parts; next++) {
        t->part[next].bucket = buckets;
        t->part[next].row = rows;
    }
}

/* low[] = the low bits of the words by bucket; the bucket of the last part is then the end of each. */
static void split_task(void *arg, int64_t index, int64_t worker)
{
    crm_i_tally *t = arg;
    const crm_i_tally_part *part = &t->part[index];
    const uint32_t *restrict word = t->word + part->word;
    uint32_t *restrict bucket = t->bucket + index * bucket_count(t->bits);
    uint16_t *restrict low = t->low;
    (void)worker;
    for (int64_t i = 0; i < part->words; i++)
        low[bucket[word[i] >> CRM_I_TALLY_LOW]++] = (uint16_t)(word[i] & (TABLE - 1));
}

/* ---- counting ---- */

/* The place of the lowest bit of x > 0. */
CRM_I_INLINE int32_t lowest(uint64_t x)
{
    static const uint8_t place_of[64] = {0,  1,  2,  53, 3,  7,  54, 27, 4,  38, 41, 8,  34, 55, 48, 28,
                                         62, 5,  39, 46, 44, 42, 22, 9,  24, 35, 59, 56, 49, 18, 29, 11,
                                         63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
                                         51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12};
    return place_of[((x & (0 - x)) * UINT64_C(0x022FDD63CC95386D)) >> 58];
}

typedef struct counting {
    uint32_t *table;
    uint32_t *word; /* what was read off, and how often it was there */
    uint32_t *count;
    int64_t distinct;
    uint64_t mark[MARKS];
} counting;

/* The words that one mark stands for, behind what was read off before. */
CRM_I_INLINE void read_off(counting *c, uint32_t high, int32_t m)
{
    int64_t distinct = c->distinct;
    for (uint64_t bits = c->mark[m]; bits != 0; bits &= bits - 1) {
        const uint32_t at = (uint32_t)(64 * m + lowest(bits));
        c->word[distinct] = high << CRM_I_TALLY_LOW | at;
        c->count[distinct] = c->table[at];
        c->table[at] = 0;
        distinct++;
    }
    c->mark[m] = 0;
    c->distinct = distinct;
}

static void count_crowd(counting *c, uint32_t high, int64_t n, const uint16_t *low)
{
    for (int64_t i = 0; i < n; i++) {
        const uint32_t at = low[i];
        c->table[at]++;
        c->mark[at >> 6] |= (uint64_t)1 << (at & 63);
    }
    for (int32_t m = 0; m < MARKS; m++)
        read_off(c, high, m);
}

static void count_few(counting *c, uint32_t high, int64_t n, const uint16_t *low)
{
    uint64_t summit[SUMMITS] = {0};
    for (int64_t i = 0; i < n; i++) {
        const uint32_t at = low[i];
        c->table[at]++;
        c->mark[at >> 6] |= (uint64_t)1 << (at & 63);
        summit[at >> 12] |= (uint64_t)1 << (at >> 6 & 63);
    }
    for (int32_t s = 0; s < SUMMITS; s++)
        for (uint64_t rest = summit[s]; rest != 0; rest &= rest - 1)
            read_off(c, high, 64 * s + lowest(rest));
}

static void count_task(void *arg, int64_t index, int64_t worker)
{
    crm_i_tally *t = arg;
    crm_i_tally_part *part = &t->part[index];
    const int64_t buckets = bucket_count(t->bits);
    const int64_t until = index + 1 < t->parts ? part[1].bucket : buckets;
    const uint32_t *end = t->bucket + (t->parts - 1) * buckets;
    counting c = {t->table + index * TABLE, t->word + part->row, t->count + part->row, 0, {0}};
    int64_t row = part->row;
    (void)worker;
    for (int64_t b = part->bucket; b < until; b++) {
        const int64_t n = (int64_t)end[b] - row;
        if (n > CROWD)
            count_crowd(&c, (uint32_t)b, n, t->low + row);
        else if (n > 0)
            count_few(&c, (uint32_t)b, n, t->low + row);
        row += n;
    }
    part->distinct = c.distinct;
}

crm_status crm_i_tally_count(const crm_context *context, crm_i_tally *tally, double from, double to,
                             crm_error *err)
{
    const double middle = from + 0.5 * (to - from);
    place(tally);
    crm_status status = crm_i_parallel(context, split_task, tally, tally->parts, from, middle, err);
    if (status == CRM_OK)
        status = crm_i_parallel(context, count_task, tally, tally->parts, middle, to, err);
    tally->distinct = 0;
    for (int32_t p = 0; p < tally->parts; p++) {
        tally->part[p].cell = tally->distinct;
        tally->distinct += tally->part[p].distinct;
    }
    return status;
}
