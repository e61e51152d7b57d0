/* Collapsing: columns become codes, codes are packed into words, words are sorted, and runs of equal words are cells.
 * Codes keep the order of their columns, so that the sorted words are the canonical order. */
#include "data/collapse.h"

#include <string.h>

#include "base/error.h"
#include "data/code.h"
#include "data/tally.h"
#include "numeric/sort.h"

enum {
    STRIP = 1024,    /* rows packed at a time, to stay in the cache nearest the core */
    BUCKET_BITS = 12 /* leading codes up to this width split the rows before the rest is sorted */
};

/* How the words of a section are brought in order: counted, where one narrow word is enough; sorted as bare words
 * within buckets, where a second word is narrow; otherwise as row numbers, word after word. */
enum { BY_TALLY, BY_KEY, BY_ROW };

/* One section on its way. Words count from the least significant; column c has its code in word[c] at shift[c]. */
typedef struct job {
    crm_i_collapse_rows rows;
    crm_i_code code[CRM_I_CELL_COLUMNS];
    int32_t word[CRM_I_CELL_COLUMNS];
    int32_t shift[CRM_I_CELL_COLUMNS];
    int32_t words;
    int32_t way;
    int32_t bits; /* of the leading word */
    crm_i_tally tally;
    int64_t buckets;
    uint64_t *key;                   /* n: words */
    uint64_t *spare;                 /* n */
    int64_t *bucket;                 /* buckets: the row, later the cell, after the last */
    struct crm_i_sort_pair *pair;    /* n, by row alone */
    struct crm_i_sort_pair *scratch; /* n, by row alone */
    int64_t *end;                    /* by cell: the place after its last row, in sorted order */
    int64_t distinct;
    crm_i_cells *cells;
} job;

typedef struct work {
    int32_t sections;
    double from; /* of progress */
    double share;
    job job[CRM_I_COLLAPSE_SECTIONS];
} work;

/* ---- packing ---- */

static void plan(job *j)
{
    int32_t used = 0;
    int32_t word = 0;
    for (int32_t c = j->rows.columns - 1; c >= 0; c--) {
        if (used + j->code[c].bits > 64) {
            word++;
            used = 0;
        }
        j->word[c] = word;
        j->shift[c] = used;
        used += j->code[c].bits;
    }
    j->words = word + 1;
    if (word == 0 && crm_i_tally_suits(j->rows.n, used))
        j->way = BY_TALLY;
    else
        j->way = word == 0 || (word == 1 && used <= BUCKET_BITS) ? BY_KEY : BY_ROW;
    j->bits = used;
    j->buckets = word == 1 && j->way == BY_KEY ? (int64_t)1 << used : 1;
}

static void pack(const job *j, int32_t word, int64_t from, int64_t n, uint64_t *into)
{
    memset(into, 0, (size_t)n * sizeof *into);
    for (int32_t c = 0; c < j->rows.columns; c++)
        if (j->word[c] == word)
            crm_i_code_pack(&j->code[c], from, n, j->shift[c], into);
}

static int64_t strip_length(int64_t n, int64_t from)
{
    return n - from < STRIP ? n - from : STRIP;
}

static void pack_all(const job *j, int32_t word, uint64_t *into)
{
    for (int64_t from = 0; from < j->rows.n; from += STRIP)
        pack(j, word, from, strip_length(j->rows.n, from), into + from);
}

/* ---- sorting ---- */

static void sort_tally(job *j)
{
    uint64_t strip[STRIP];
    for (int64_t from = 0; from < j->rows.n; from += STRIP) {
        const int64_t n = strip_length(j->rows.n, from);
        pack(j, 0, from, n, strip);
        for (int64_t i = 0; i < n; i++)
            j->tally.word[from + i] = (uint32_t)strip[i];
    }
    j->distinct = crm_i_tally_count(&j->tally);
}

/* The low words by bucket of the high ones; bucket[b] is then the end of bucket b. */
static void split(job *j)
{
    uint64_t low[STRIP];
    uint64_t high[STRIP];
    memset(j->bucket, 0, (size_t)j->buckets * sizeof *j->bucket);
    pack_all(j, 1, j->spare);
    for (int64_t i = 0; i < j->rows.n; i++)
        j->bucket[j->spare[i]]++;
    int64_t sum = 0;
    for (int64_t b = 0; b < j->buckets; b++) {
        const int64_t count = j->bucket[b];
        j->bucket[b] = sum;
        sum += count;
    }
    for (int64_t from = 0; from < j->rows.n; from += STRIP) {
        const int64_t n = strip_length(j->rows.n, from);
        pack(j, 0, from, n, low);
        memcpy(high, j->spare + from, (size_t)n * sizeof *high);
        for (int64_t i = 0; i < n; i++)
            j->key[j->bucket[high[i]]++] = low[i];
    }
}

/* The ends of the runs of equal keys in from..until-1, written at end[distinct]; the new number of runs. */
static int64_t ends(const uint64_t *key, int64_t from, int64_t until, int64_t distinct, int64_t *end)
{
    for (int64_t i = from; i + 1 < until; i++) {
        end[distinct] = i + 1;
        distinct += key[i] != key[i + 1];
    }
    if (until > from)
        end[distinct++] = until;
    return distinct;
}

static void sort_keyed(job *j)
{
    if (j->buckets > 1) {
        split(j);
    } else {
        pack_all(j, 0, j->key);
        j->bucket[0] = j->rows.n;
    }
    int64_t from = 0;
    for (int64_t b = 0; b < j->buckets; b++) {
        crm_i_sort_u64(j->bucket[b] - from, j->key + from, j->spare);
        from = j->bucket[b];
    }
    j->end = (int64_t *)j->spare;
    from = 0;
    for (int64_t b = 0; b < j->buckets; b++) {
        const int64_t until = j->bucket[b];
        j->distinct = ends(j->key, from, until, j->distinct, j->end);
        j->bucket[b] = j->distinct;
        from = until;
    }
}

static int32_t same_rows(const crm_i_collapse_rows *rows, int64_t a, int64_t b)
{
    for (int32_t c = 0; c < rows->columns; c++)
        if (rows->value[c] && rows->value[c][a] != rows->value[c][b])
            return 0;
    return 1;
}

static void sort_rows(job *j)
{
    const int64_t n = j->rows.n;
    for (int64_t i = 0; i < n; i++)
        j->pair[i].index = i;
    for (int32_t w = 0; w < j->words; w++) {
        pack_all(j, w, j->key);
        for (int64_t i = 0; i < n; i++)
            j->pair[i].key = j->key[j->pair[i].index];
        crm_i_sort_pairs(n, j->pair, j->scratch);
    }
    j->end = (int64_t *)j->spare;
    for (int64_t i = 0; i < n; i++) {
        j->end[j->distinct] = i + 1;
        j->distinct += i + 1 == n || !same_rows(&j->rows, j->pair[i].index, j->pair[i + 1].index);
    }
}

/* ---- cells ---- */

/* The codes of one column for cells from, from + 1, ... */
static void codes(const job *j, int32_t column, int64_t from, int64_t n, uint64_t *code)
{
    const int32_t bits = j->code[column].bits;
    const uint64_t mask = ((uint64_t)1 << bits) - 1;
    const int32_t shift = bits > 0 ? j->shift[column] : 0;
    if (j->way == BY_TALLY) {
        for (int64_t i = 0; i < n; i++)
            code[i] = (j->tally.word[from + i] >> shift) & mask;
    } else if (j->way == BY_KEY) {
        for (int64_t i = 0; i < n; i++)
            code[i] = (j->key[j->end[from + i] - 1] >> shift) & mask;
    } else {
        for (int64_t i = 0; i < n; i++) {
            code[i] = 0;
            crm_i_code_pack(&j->code[column], j->pair[j->end[from + i] - 1].index, 1, 0, &code[i]);
        }
    }
}

/* The same for a column in the word that chooses the bucket: *bucket goes along with from. */
static void bucket_codes(const job *j, int32_t column, int64_t from, int64_t n, int64_t *bucket, uint64_t *code)
{
    const uint64_t mask = ((uint64_t)1 << j->code[column].bits) - 1;
    for (int64_t i = 0; i < n; i++) {
        while (j->bucket[*bucket] <= from + i)
            ++*bucket;
        code[i] = ((uint64_t)*bucket >> j->shift[column]) & mask;
    }
}

static void fill_column(const job *j, int32_t column)
{
    const int32_t by_bucket = j->way == BY_KEY && j->word[column] > 0 && j->code[column].bits > 0;
    int64_t bucket = 0;
    for (int64_t from = 0; from < j->distinct; from += STRIP) {
        uint64_t code[STRIP];
        const int64_t n = strip_length(j->distinct, from);
        if (by_bucket)
            bucket_codes(j, column, from, n, &bucket, code);
        else
            codes(j, column, from, n, code);
        crm_i_code_unpack(&j->code[column], n, code, j->cells->column[column] + from);
    }
}

static void fill(job *j)
{
    crm_i_cells *cells = j->cells;
    for (int32_t c = 0; c < j->rows.columns; c++)
        fill_column(j, c);
    for (int64_t d = 0; d < j->distinct; d++)
        cells->count[d] = j->way == BY_TALLY ? j->tally.count[d] : j->end[d] - (d > 0 ? j->end[d - 1] : 0);
    cells->n = j->distinct;
}

/* ---- tasks and memory ---- */

static void choose_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    crm_i_code *code = &w->job[index / CRM_I_CELL_COLUMNS].code[index % CRM_I_CELL_COLUMNS];
    (void)worker;
    if (code->n > 0)
        crm_i_code_choose(code);
}

static void sort_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    job *j = &w->job[index];
    (void)worker;
    if (j->rows.n == 0)
        return;
    if (j->way == BY_TALLY)
        sort_tally(j);
    else if (j->way == BY_KEY)
        sort_keyed(j);
    else
        sort_rows(j);
}

static void fill_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    (void)worker;
    fill(&w->job[index]);
}

static int32_t new_codes(const crm_allocator *allocator, work *w)
{
    for (int32_t s = 0; s < w->sections; s++)
        for (int32_t c = 0; c < w->job[s].rows.columns; c++) {
            job *j = &w->job[s];
            if (!crm_i_code_new(allocator, j->rows.n, j->rows.value[c], &j->code[c]))
                return 0;
        }
    return 1;
}

static int32_t new_words(const crm_allocator *allocator, job *j)
{
    const int64_t n = j->rows.n;
    if (n == 0)
        return 1;
    plan(j);
    if (j->way == BY_TALLY)
        return crm_i_tally_new(allocator, n, j->bits, &j->tally);
    j->key = crm_i_alloc(allocator, n, (int64_t)sizeof *j->key);
    j->spare = crm_i_alloc(allocator, n, (int64_t)sizeof *j->spare);
    j->bucket = crm_i_alloc(allocator, j->buckets, (int64_t)sizeof *j->bucket);
    if (!j->key || !j->spare || !j->bucket)
        return 0;
    if (j->way == BY_KEY)
        return 1;
    j->pair = crm_i_alloc(allocator, n, (int64_t)sizeof *j->pair);
    j->scratch = crm_i_alloc(allocator, n, (int64_t)sizeof *j->scratch);
    return j->pair && j->scratch;
}

static void release(const crm_allocator *allocator, work *w)
{
    for (int32_t s = 0; s < w->sections; s++) {
        job *j = &w->job[s];
        for (int32_t c = 0; c < CRM_I_CELL_COLUMNS; c++)
            crm_i_code_release(allocator, &j->code[c]);
        crm_i_tally_release(allocator, &j->tally);
        crm_i_release(allocator, j->key, j->rows.n, (int64_t)sizeof *j->key);
        crm_i_release(allocator, j->spare, j->rows.n, (int64_t)sizeof *j->spare);
        crm_i_release(allocator, j->bucket, j->buckets, (int64_t)sizeof *j->bucket);
        crm_i_release(allocator, j->pair, j->rows.n, (int64_t)sizeof *j->pair);
        crm_i_release(allocator, j->scratch, j->rows.n, (int64_t)sizeof *j->scratch);
    }
}

static crm_status run(const crm_context *context, const crm_allocator *allocator, work *w, crm_error *err)
{
    if (!new_codes(allocator, w))
        return crm_i_fail_memory(err);
    crm_status status = crm_i_parallel(context, choose_task, w, w->sections * CRM_I_CELL_COLUMNS, w->from,
                                       w->from + 0.4 * w->share, err);
    if (status < 0)
        return status;
    for (int32_t s = 0; s < w->sections; s++)
        if (!new_words(allocator, &w->job[s]))
            return crm_i_fail_memory(err);
    status = crm_i_parallel(context, sort_task, w, w->sections, w->from + 0.4 * w->share,
                            w->from + 0.9 * w->share, err);
    if (status < 0)
        return status;
    for (int32_t s = 0; s < w->sections; s++)
        if (!crm_i_cells_new(allocator, w->job[s].rows.columns, w->job[s].distinct, w->job[s].cells))
            return crm_i_fail_memory(err);
    status = crm_i_parallel(context, fill_task, w, w->sections, w->from + 0.9 * w->share, w->from + w->share,
                            err);
    if (status < 0)
        return status;
    for (int32_t s = 0; s < w->sections; s++)
        if (!crm_i_cells_weigh(w->job[s].cells))
            return crm_i_fail(err, CRM_E_OVERFLOW, 0, "the weights of equal rows together are infinite");
    return CRM_OK;
}

crm_status crm_i_collapse(const crm_context *context, int32_t sections, const crm_i_collapse_rows *rows,
                          crm_i_cells *cells, double from, double to, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    work w;
    memset(&w, 0, sizeof w);
    w.sections = sections;
    w.from = from;
    w.share = to - from;
    for (int32_t s = 0; s < sections; s++) {
        w.job[s].rows = rows[s];
        w.job[s].cells = &cells[s];
        cells[s] = crm_i_cells_none(rows[s].columns);
    }
    const crm_status status = run(context, &allocator, &w, err);
    release(&allocator, &w);
    for (int32_t s = 0; status < 0 && s < sections; s++)
        crm_i_cells_release(&allocator, &cells[s]);
    return status;
}
