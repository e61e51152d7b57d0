/* Rows cut into parts by ascending customer: count, scatter, sort each part in the cache. */
#include "data/partition.h"

#include <string.h>

#include "base/error.h"
#include "data/rows_group.h"

/* Rows of a part, in the mean; parts at most; rows of a part that every worker has scratch for; words of a
 * cache line. */
enum { PART_ROWS = 4096, PART_BITS = 11, PART_MOST = CRM_I_ROWS_GROUP_MOST, LINE = 8 };

typedef struct job {
    const uint64_t *key;
    const int64_t *time;
    const int64_t *amount;
    int64_t as_of;
    int64_t n;
    int32_t all;    /* no row is later than as_of */
    int64_t chunks; /* the columns are cut into so many */
    uint64_t span;  /* greatest key - key_low */
    int32_t shift;  /* part = (key - key_low) >> shift */
    int64_t *count; /* parts * chunks: rows of a part in a chunk, then where the next goes */
    crm_i_partition *out;
    uint64_t *scratch; /* per worker */
    int64_t scratch_words;
    int64_t *bounds; /* per worker */
    int64_t *begin;  /* per worker and part */
    uint64_t *line;  /* per worker and part: a line on its way to memory */
    int32_t isa;
} job;

static int64_t chunk_start(const job *j, int64_t chunk)
{
    return j->n / j->chunks * chunk + (chunk < j->n % j->chunks ? chunk : j->n % j->chunks);
}

static void count_chunk(void *arg, int64_t chunk, int64_t worker)
{
    (void)worker;
    const job *j = arg;
    int64_t *count = j->count + chunk * j->out->parts;
    const uint64_t low = j->out->rows.key_low;
    const int64_t end = chunk_start(j, chunk + 1);
    const uint64_t *key = j->key;
    const int32_t shift = j->shift;
    if (j->all)
        for (int64_t i = chunk_start(j, chunk); i < end; i++)
            count[(key[i] - low) >> shift]++;
    else
        for (int64_t i = chunk_start(j, chunk); i < end; i++)
            count[(key[i] - low) >> shift] += j->time[i] <= j->as_of;
}

/* How rows of one and two words pack: (key * key_unit + time) * time_unit + amount - base is the same as the
 * differences side by side, modulo 2^64, and products are cheaper than shifts by what is not a constant. */
typedef struct packing {
    uint64_t key_unit; /* 0 with two words */
    uint64_t time_unit;
    uint64_t base;
} packing;

static packing packing_of(const crm_i_rows *layout)
{
    packing p;
    p.key_unit = layout->kind == CRM_I_ROWS_ONE ? (uint64_t)1 << layout->time_bits : 0;
    p.time_unit = (uint64_t)1 << layout->amount_bits;
    p.base = (uint64_t)layout->time_low * p.time_unit + (uint64_t)layout->amount_low;
    return p;
}

CRM_I_INLINE void pack(const packing p, uint64_t key, uint64_t time, uint64_t amount, int32_t kind,
                       uint64_t *word)
{
    if (kind == CRM_I_ROWS_ONE) {
        word[0] = (key * p.key_unit + time) * p.time_unit + amount - p.base;
    } else {
        word[0] = key;
        word[1] = time * p.time_unit + amount - p.base;
    }
}

/* Rows of three words go straight to their parts. */
static void scatter_three(const job *j, int64_t first, int64_t end, int64_t *next)
{
    const crm_i_rows layout = j->out->rows;
    for (int64_t i = first; i < end; i++) {
        if (j->time[i] > j->as_of)
            continue;
        const uint64_t key = j->key[i] - layout.key_low;
        uint64_t *word = j->out->word + 3 * next[key >> j->shift]++;
        word[0] = key;
        word[1] = (uint64_t)j->time[i] - (uint64_t)layout.time_low;
        word[2] = (uint64_t)j->amount[i] - (uint64_t)layout.amount_low;
    }
}

/* Rows of one or two words are gathered into a line for each part, written past the cache when it is full: a
 * fourth or an eighth of the writes far apart, and no reading of what is written over. The first line of a
 * part and chunk may begin within. begin: copy of next. */
CRM_I_INLINE void scatter(const job *j, int64_t first, int64_t end, const int64_t *begin, int64_t *next,
                          uint64_t *line, int32_t kind, int all)
{
    const packing packed = packing_of(&j->out->rows);
    const uint64_t key_low = j->out->rows.key_low;
    const uint64_t *key = j->key;
    const int64_t *time = j->time;
    const int64_t *amount = j->amount;
    const int64_t as_of = j->as_of;
    const int32_t shift = j->shift;
    const int64_t in_line = LINE / kind;
    uint64_t *word = j->out->word;
    for (int64_t i = first; i < end; i++) {
        if (!all && time[i] > as_of)
            continue;
        const uint64_t k = key[i] - key_low;
        const uint64_t part = k >> shift;
        const int64_t at = next[part]++;
        const int64_t slot = at & (in_line - 1);
        uint64_t *mine = line + LINE * part;
        if (slot < in_line - 1) {
            pack(packed, k, (uint64_t)time[i], (uint64_t)amount[i], kind, mine + kind * slot);
            continue;
        }
        const int64_t start = at - slot;
        uint64_t last[2] = {mine[LINE - 2], 0};
        pack(packed, k, (uint64_t)time[i], (uint64_t)amount[i], kind, last + 2 - kind);
        if (CRM_I_LIKELY(start >= begin[part])) {
            CRM_I_STREAM_LINE_AND(word + kind * start, mine, last[0], last[1]);
        } else {
            memcpy(mine + LINE - 2, last, sizeof last);
            for (int64_t w = kind * (begin[part] - start); w < LINE; w++)
                word[kind * start + w] = mine[w];
        }
    }
    for (int64_t part = 0; part < j->out->parts; part++) {
        const int64_t start = next[part] & ~(in_line - 1);
        const int64_t from = start >= begin[part] ? start : begin[part];
        for (int64_t w = kind * from; w < kind * next[part]; w++)
            word[w] = line[LINE * part + (w - kind * start)];
    }
    CRM_I_STREAM_FENCE();
}

static void scatter_chunk(void *arg, int64_t chunk, int64_t worker)
{
    const job *j = arg;
    const int64_t parts = j->out->parts;
    int64_t *next = j->count + chunk * parts;
    int64_t *begin = j->begin + worker * parts;
    uint64_t *line = j->line + worker * parts * LINE;
    const int64_t first = chunk_start(j, chunk);
    const int64_t end = chunk_start(j, chunk + 1);
    memcpy(begin, next, (size_t)parts * sizeof *begin);
    if (j->out->rows.kind == CRM_I_ROWS_ONE && j->all)
        scatter(j, first, end, begin, next, line, CRM_I_ROWS_ONE, 1);
    else if (j->out->rows.kind == CRM_I_ROWS_ONE)
        scatter(j, first, end, begin, next, line, CRM_I_ROWS_ONE, 0);
    else if (j->out->rows.kind == CRM_I_ROWS_TWO && j->all)
        scatter(j, first, end, begin, next, line, CRM_I_ROWS_TWO, 1);
    else if (j->out->rows.kind == CRM_I_ROWS_TWO)
        scatter(j, first, end, begin, next, line, CRM_I_ROWS_TWO, 0);
    else
        scatter_three(j, first, end, next);
}

static void sort_part(job *j, int64_t part, uint64_t *scratch, int64_t *bounds)
{
    crm_i_partition *out = j->out;
    const int32_t kind = out->rows.kind;
    const int64_t first = out->start[part];
    const uint64_t low = (uint64_t)part << j->shift;
    const uint64_t high = part + 1 < out->parts ? low + (((uint64_t)1 << j->shift) - 1) : j->span;
    out->customers[part] = crm_i_rows_group(
        j->isa, kind, low, high, out->rows.time_bits + out->rows.amount_bits, out->start[part + 1] - first,
        out->rows.loose, out->word + kind * first, scratch, bounds);
}

static int64_t part_rows(const crm_i_partition *out, int64_t part)
{
    return out->start[part + 1] - out->start[part];
}

static void sort_small_part(void *arg, int64_t part, int64_t worker)
{
    job *j = arg;
    if (part_rows(j->out, part) <= PART_MOST)
        sort_part(j, part, j->scratch + worker * j->scratch_words,
                  j->bounds + worker * CRM_I_ROWS_GROUP_BOUNDS);
}

/* How the rows of a range pack. */
static void choose_packing(const crm_i_rows_range *range, int64_t as_of, crm_i_rows *rows)
{
    const int64_t time_high = range->time_high < as_of ? range->time_high : as_of;
    const int32_t key_bits = crm_i_rows_bits(range->key_high - range->key_low);
    rows->key_low = range->key_low;
    rows->time_low = range->time_low;
    rows->amount_low = range->amount_low;
    rows->time_bits = crm_i_rows_bits((uint64_t)time_high - (uint64_t)range->time_low);
    rows->amount_bits = crm_i_rows_bits((uint64_t)range->amount_high - (uint64_t)range->amount_low);
    const int32_t tail = rows->time_bits + rows->amount_bits;
    rows->kind = CRM_I_ROWS_THREE;
    if (tail <= 63) /* so that no shift is by 64, and two words have a bit to mark rows with */
        rows->kind = key_bits + tail <= 64 ? CRM_I_ROWS_ONE : CRM_I_ROWS_TWO;
}

/* start from the counts, and the counts turned into places: parts in order, in each the chunks in order. */
static void lay_parts(job *j)
{
    const int64_t parts = j->out->parts;
    int64_t at = 0;
    for (int64_t p = 0; p < parts; p++) {
        j->out->start[p] = at;
        for (int64_t c = 0; c < j->chunks; c++) {
            const int64_t here = j->count[c * parts + p];
            j->count[c * parts + p] = at;
            at += here;
        }
    }
    j->out->start[parts] = at;
}

static crm_status run(const crm_context *context, job *j, double from, double to, crm_error *err)
{
    crm_i_partition *out = j->out;
    const double step = (to - from) / 5;
    crm_status status = crm_i_parallel(context, count_chunk, j, j->chunks, from, from + step, err);
    if (status < 0)
        return status;
    lay_parts(j);
    status = crm_i_parallel(context, scatter_chunk, j, j->chunks, from + step, from + 2 * step, err);
    if (status < 0)
        return status;
    int64_t most = 0;
    int64_t most_small = 0;
    for (int64_t p = 0; p < out->parts; p++) {
        const int64_t rows = part_rows(out, p);
        most = rows > most ? rows : most;
        most_small = rows <= PART_MOST && rows > most_small ? rows : most_small;
    }
    const int64_t workers = crm_i_context_workers(context);
    const int32_t kind = out->rows.kind;
    const int64_t big = most > PART_MOST ? kind * most : 0;
    j->scratch_words = crm_i_rows_group_scratch(kind, most_small);
    const int64_t words = big > j->scratch_words * workers ? big : j->scratch_words * workers;
    j->scratch = crm_i_alloc(&out->allocator, words, 8);
    j->bounds = crm_i_alloc(&out->allocator, workers, CRM_I_ROWS_GROUP_BOUNDS * 8);
    if (j->scratch && j->bounds) {
        status = crm_i_parallel(context, sort_small_part, j, out->parts, from + 2 * step, to, err);
        for (int64_t p = 0; p < out->parts && status >= 0; p++)
            if (part_rows(out, p) > PART_MOST)
                sort_part(j, p, j->scratch, j->bounds);
    } else {
        status = crm_i_fail_memory(err);
    }
    crm_i_release(&out->allocator, j->scratch, words, 8);
    crm_i_release(&out->allocator, j->bounds, workers, CRM_I_ROWS_GROUP_BOUNDS * 8);
    return status;
}

crm_status crm_i_partition_make(const crm_context *context, int64_t n, const uint64_t *key,
                                const int64_t *time, const int64_t *amount, int64_t as_of,
                                const crm_i_rows_range *range, int32_t loose, double from, double to,
                                crm_i_partition *out, crm_error *err)
{
    const int64_t workers = crm_i_context_workers(context);
    job j;
    memset(&j, 0, sizeof j);
    j.key = key;
    j.time = time;
    j.amount = amount;
    j.as_of = as_of;
    j.n = n;
    j.chunks = workers > 1 ? 4 * workers : 1;
    j.out = out;
    j.all = range->rows == n;
    j.span = range->key_high - range->key_low;
    j.isa = crm_i_context_isa(context);
    memset(out, 0, sizeof *out);
    out->allocator = crm_i_allocator(context);
    choose_packing(range, as_of, &out->rows);
    out->rows.n = range->rows;
    out->rows.loose = loose && out->rows.kind == CRM_I_ROWS_TWO && crm_i_rows_small(&out->rows);
    int32_t bits = crm_i_rows_bits((uint64_t)(n / PART_ROWS));
    bits = bits > PART_BITS ? PART_BITS : bits;
    const int32_t have = crm_i_rows_bits(j.span);
    j.shift = have > bits ? have - bits : 0;
    if (j.shift > 63)
        j.shift = 63; /* one part: the whole span may need all 64 bits */
    out->parts = (int64_t)(j.span >> j.shift) + 1;
    out->n = range->rows;
    out->words = range->rows * out->rows.kind;
    out->start = crm_i_alloc(&out->allocator, out->parts + 1, 8);
    out->customers = crm_i_alloc_zeroed(&out->allocator, out->parts, 8);
    out->word = crm_i_alloc(&out->allocator, out->words, 8);
    out->rows.word = out->word;
    j.count = crm_i_alloc_zeroed(&out->allocator, j.chunks * out->parts, 8);
    j.begin = crm_i_alloc(&out->allocator, workers * out->parts, 8);
    j.line = crm_i_alloc(&out->allocator, workers * out->parts, LINE * 8);
    crm_status status;
    if (out->start && out->customers && out->word && j.count && j.begin && j.line)
        status = run(context, &j, from, to, err);
    else
        status = crm_i_fail_memory(err);
    crm_i_release(&out->allocator, j.count, j.chunks * out->parts, 8);
    crm_i_release(&out->allocator, j.begin, workers * out->parts, 8);
    crm_i_release(&out->allocator, j.line, workers * out->parts, LINE * 8);
    if (status < 0)
        crm_i_partition_release(out);
    return status;
}

void crm_i_partition_release(crm_i_partition *partition)
{
    crm_i_release(&partition->allocator, partition->start, partition->parts + 1, 8);
    crm_i_release(&partition->allocator, partition->customers, partition->parts, 8);
    crm_i_release(&partition->allocator, partition->word, partition->words, 8);
}
