/* Rows cut into parts by ascending customer: count, scatter, sort each part in the cache. */
#include "data/partition.h"

#include <string.h>

#include "base/error.h"
#include "data/rows_sort.h"

/* Rows of a part, in the mean; parts at most; rows of a part that every worker has scratch for. */
enum { PART_ROWS = 4096, PART_BITS = 11, PART_MOST = 1 << 16 };

typedef struct job {
    const uint64_t *key;
    const int64_t *time;
    const int64_t *amount;
    int64_t as_of;
    int64_t n;
    int64_t chunks; /* the columns are cut into so many */
    int32_t shift;  /* part = (key - key_low) >> shift */
    int64_t *count; /* parts * chunks: rows of a part in a chunk, then where the next goes */
    crm_i_partition *out;
    uint64_t *scratch; /* per worker */
    int64_t scratch_words;
    int64_t *bounds; /* per worker */
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
    for (int64_t i = chunk_start(j, chunk); i < end; i++)
        count[(j->key[i] - low) >> j->shift] += j->time[i] <= j->as_of;
}

CRM_I_INLINE void scatter(const job *j, int64_t first, int64_t end, int64_t *next, int32_t kind)
{
    const crm_i_rows *rows = &j->out->rows;
    uint64_t *word = j->out->word;
    const uint64_t key_low = rows->key_low;
    const uint64_t time_low = (uint64_t)rows->time_low;
    const uint64_t amount_low = (uint64_t)rows->amount_low;
    const int32_t time_bits = rows->time_bits;
    const int32_t amount_bits = rows->amount_bits;
    const int32_t shift = j->shift;
    for (int64_t i = first; i < end; i++) {
        if (j->time[i] > j->as_of)
            continue;
        const uint64_t key = j->key[i] - key_low;
        const uint64_t time = (uint64_t)j->time[i] - time_low;
        const uint64_t amount = (uint64_t)j->amount[i] - amount_low;
        const int64_t at = next[key >> shift]++;
        if (kind == CRM_I_ROWS_ONE) {
            word[at] = crm_i_rows_left(crm_i_rows_left(key, time_bits) | time, amount_bits) | amount;
        } else if (kind == CRM_I_ROWS_TWO) {
            word[2 * at] = key;
            word[2 * at + 1] = crm_i_rows_left(time, amount_bits) | amount;
        } else {
            word[3 * at] = key;
            word[3 * at + 1] = time;
            word[3 * at + 2] = amount;
        }
    }
}

static void scatter_chunk(void *arg, int64_t chunk, int64_t worker)
{
    (void)worker;
    const job *j = arg;
    int64_t *next = j->count + chunk * j->out->parts;
    const int64_t first = chunk_start(j, chunk);
    const int64_t end = chunk_start(j, chunk + 1);
    if (j->out->rows.kind == CRM_I_ROWS_ONE)
        scatter(j, first, end, next, CRM_I_ROWS_ONE);
    else if (j->out->rows.kind == CRM_I_ROWS_TWO)
        scatter(j, first, end, next, CRM_I_ROWS_TWO);
    else
        scatter(j, first, end, next, CRM_I_ROWS_THREE);
}

CRM_I_INLINE int64_t count_customers(const crm_i_rows *rows, int64_t first, int64_t end, int32_t kind)
{
    int64_t customers = end > first;
    for (int64_t i = first + 1; i < end; i++)
        customers += crm_i_rows_customer(rows, kind, i) != crm_i_rows_customer(rows, kind, i - 1);
    return customers;
}

static void sort_part(job *j, int64_t part, uint64_t *scratch, int64_t *bounds)
{
    crm_i_partition *out = j->out;
    const int32_t kind = out->rows.kind;
    const int64_t first = out->start[part];
    const int64_t end = out->start[part + 1];
    crm_i_rows_sort(kind, end - first, out->word + kind * first, scratch, bounds);
    if (kind == CRM_I_ROWS_ONE)
        out->customers[part] = count_customers(&out->rows, first, end, CRM_I_ROWS_ONE);
    else if (kind == CRM_I_ROWS_TWO)
        out->customers[part] = count_customers(&out->rows, first, end, CRM_I_ROWS_TWO);
    else
        out->customers[part] = count_customers(&out->rows, first, end, CRM_I_ROWS_THREE);
}

static int64_t part_rows(const crm_i_partition *out, int64_t part)
{
    return out->start[part + 1] - out->start[part];
}

static void sort_small_part(void *arg, int64_t part, int64_t worker)
{
    job *j = arg;
    if (part_rows(j->out, part) <= PART_MOST)
        sort_part(j, part, j->scratch + worker * j->scratch_words, j->bounds + worker * CRM_I_ROWS_SORT_BOUNDS);
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
    rows->kind = key_bits + tail <= 64 ? CRM_I_ROWS_ONE : tail <= 64 ? CRM_I_ROWS_TWO : CRM_I_ROWS_THREE;
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
    const int64_t kind = out->rows.kind;
    j->scratch_words = kind * most_small;
    const int64_t words = most > PART_MOST && most > most_small * workers ? kind * most : j->scratch_words * workers;
    j->scratch = crm_i_alloc(&out->allocator, words, 8);
    j->bounds = crm_i_alloc(&out->allocator, workers, CRM_I_ROWS_SORT_BOUNDS * 8);
    if (j->scratch && j->bounds) {
        status = crm_i_parallel(context, sort_small_part, j, out->parts, from + 2 * step, to, err);
        for (int64_t p = 0; p < out->parts && status >= 0; p++)
            if (part_rows(out, p) > PART_MOST)
                sort_part(j, p, j->scratch, j->bounds);
    } else {
        status = crm_i_fail_memory(err);
    }
    crm_i_release(&out->allocator, j->scratch, words, 8);
    crm_i_release(&out->allocator, j->bounds, workers, CRM_I_ROWS_SORT_BOUNDS * 8);
    return status;
}

crm_status crm_i_partition_make(const crm_context *context, int64_t n, const uint64_t *key, const int64_t *time,
                                const int64_t *amount, int64_t as_of, const crm_i_rows_range *range, double from,
                                double to, crm_i_partition *out, crm_error *err)
{
    const int64_t workers = crm_i_context_workers(context);
    job j = {key, time, amount, as_of, n, workers > 1 ? 4 * workers : 1, 0, NULL, out, NULL, 0, NULL};
    memset(out, 0, sizeof *out);
    out->allocator = crm_i_allocator(context);
    choose_packing(range, as_of, &out->rows);
    const uint64_t span = range->key_high - range->key_low;
    int32_t bits = crm_i_rows_bits((uint64_t)(n / PART_ROWS));
    bits = bits > PART_BITS ? PART_BITS : bits;
    const int32_t have = crm_i_rows_bits(span);
    j.shift = have > bits ? have - bits : 0;
    if (j.shift > 63)
        j.shift = 63; /* one part: the whole span may need all 64 bits */
    out->parts = (int64_t)(span >> j.shift) + 1;
    out->n = range->rows;
    out->words = range->rows * out->rows.kind;
    out->start = crm_i_alloc(&out->allocator, out->parts + 1, 8);
    out->customers = crm_i_alloc_zeroed(&out->allocator, out->parts, 8);
    out->word = crm_i_alloc(&out->allocator, out->words, 8);
    out->rows.word = out->word;
    j.count = crm_i_alloc_zeroed(&out->allocator, j.chunks * out->parts, 8);
    crm_status status;
    if (out->start && out->customers && out->word && j.count)
        status = run(context, &j, from, to, err);
    else
        status = crm_i_fail_memory(err);
    crm_i_release(&out->allocator, j.count, j.chunks * out->parts, 8);
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
