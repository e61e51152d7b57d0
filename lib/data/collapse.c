/* Collapsing: columns become codes, codes are packed into words, words are counted or sorted, and equal words
 * are cells. Codes keep the order of their columns, so that the words ascend in the canonical order. */
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

/* How the words are brought in order: counted, where one narrow word is enough; sorted as bare words within
 * buckets, where a second word is narrow; otherwise as row numbers, word after word. */
enum { BY_TALLY, BY_KEY, BY_ROW };

/* Words count from the least significant; column c has its code in word[c] at shift[c]. */
typedef struct job {
    crm_i_collapse_rows rows;
    int32_t isa;
    int32_t parts;
    crm_i_code code[CRM_I_CELL_COLUMNS];
    crm_i_code_range range[CRM_I_TALLY_PARTS][CRM_I_CELL_COLUMNS];
    int32_t ranks; /* columns that ask for ranks */
    int32_t ranked[CRM_I_CELL_COLUMNS];
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

static int64_t strip_length(int64_t until, int64_t from)
{
    return until - from < STRIP ? until - from : STRIP;
}

/* ---- codes ---- */

static void reach_task(void *arg, int64_t index, int64_t worker)
{
    static const crm_i_code_range none = CRM_I_CODE_RANGE_NONE;
    job *j = arg;
    const int64_t first = crm_i_tally_bound(j->rows.n, j->parts, (int32_t)index);
    const int64_t until = crm_i_tally_bound(j->rows.n, j->parts, (int32_t)index + 1);
    (void)worker;
    for (int32_t c = 0; c < j->rows.columns; c++)
        j->range[index][c] = none;
    for (int32_t c = 0; c < j->rows.columns; c++) {
        const crm_i_code *code = &j->code[c];
        if (code->column)
            CRM_I_KERNEL_PICK(j->isa, crm_i_code_reach)
        (code->form, code->step, until - first, code->column + first, code->of ? code->of + first : NULL,
         &j->range[index][c]);
    }
}

static void join(crm_i_code_range *into, const crm_i_code_range *more)
{
    into->least = more->least < into->least ? more->least : into->least;
    into->most = more->most > into->most ? more->most : into->most;
    into->most_whole = more->most_whole > into->most_whole ? more->most_whole : into->most_whole;
    into->error = more->error > into->error ? more->error : into->error;
}

static void rank_task(void *arg, int64_t index, int64_t worker)
{
    job *j = arg;
    (void)worker;
    crm_i_code_rank(&j->code[j->ranked[index]]);
}

static crm_status choose(const crm_context *context, const crm_allocator *allocator, job *j, double from,
                         double to, crm_error *err)
{
    for (int32_t c = 0; c < j->rows.columns; c++)
        j->code[c] = crm_i_code_guess(j->rows.n, j->rows.value[c], c > 0 ? &j->code[c - 1] : NULL);
    const crm_status status = crm_i_parallel(context, reach_task, j, j->parts, from, 0.5 * (from + to), err);
    if (status < 0)
        return status;
    for (int32_t p = 1; p < j->parts; p++)
        for (int32_t c = 0; c < j->rows.columns; c++)
            join(&j->range[0][c], &j->range[p][c]);
    for (int32_t c = 0; c < j->rows.columns; c++) {
        if (!crm_i_code_choose(&j->code[c], &j->range[0][c], c > 0 ? &j->range[0][c - 1] : NULL))
            continue;
        j->ranked[j->ranks++] = c;
        if (!crm_i_code_scratch(allocator, &j->code[c]))
            return crm_i_fail_memory(err);
    }
    return crm_i_parallel(context, rank_task, j, j->ranks, 0.5 * (from + to), to, err);
}

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
            crm_i_code_pack(&j->code[c], j->isa, from, n, j->shift[c], into);
}

static void pack_all(const job *j, int32_t word, uint64_t *into)
{
    for (int64_t from = 0; from < j->rows.n; from += STRIP)
        pack(j, word, from, strip_length(j->rows.n, from), into + from);
}

/* ---- sorting ---- */

static void pack_task(void *arg, int64_t index, int64_t worker)
{
    job *j = arg;
    const int64_t first = j->tally.part[index].word;
    const int64_t until = first + j->tally.part[index].words;
    uint32_t *word = j->tally.word;
    uint64_t strip[STRIP];
    (void)worker;
    for (int64_t from = first; from < until; from += STRIP) {
        const int64_t n = strip_length(until, from);
        pack(j, 0, from, n, strip);
        for (int64_t i = 0; i < n; i++)
            word[from + i] = (uint32_t)strip[i];
        crm_i_tally_note(&j->tally, (int32_t)index, from, n);
    }
}

static crm_status sort_tally(const crm_context *context, job *j, double from, double to, crm_error *err)
{
    int64_t words[CRM_I_TALLY_PARTS];
    for (int32_t p = 0; p < j->parts; p++)
        words[p] = crm_i_tally_bound(j->rows.n, j->parts, p + 1) - crm_i_tally_bound(j->rows.n, j->parts, p);
    crm_i_tally_share(&j->tally, j->parts, words);
    const double middle = 0.5 * (from + to);
    crm_status status = crm_i_parallel(context, pack_task, j, j->tally.parts, from, middle, err);
    if (status == CRM_OK)
        status = crm_i_tally_count(context, &j->tally, middle, to, err);
    j->distinct = j->tally.distinct;
    return status;
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

/* The codes of one column for cells from, from + 1, ...; word: where those of a tally are. */
static void codes(const job *j, int32_t column, const uint32_t *word, int64_t from, int64_t n, uint64_t *code)
{
    const int32_t bits = j->code[column].bits;
    const uint64_t mask = ((uint64_t)1 << bits) - 1;
    const int32_t shift = bits > 0 ? j->shift[column] : 0;
    if (j->way == BY_TALLY) {
        for (int64_t i = 0; i < n; i++)
            code[i] = (word[i] >> shift) & mask;
    } else if (j->way == BY_KEY) {
        for (int64_t i = 0; i < n; i++)
            code[i] = (j->key[j->end[from + i] - 1] >> shift) & mask;
    } else {
        for (int64_t i = 0; i < n; i++) {
            code[i] = 0;
            crm_i_code_pack(&j->code[column], j->isa, j->pair[j->end[from + i] - 1].index, 1, 0, &code[i]);
        }
    }
}

/* The same for a column in the word that chooses the bucket: *bucket goes along with from. */
static void bucket_codes(const job *j, int32_t column, int64_t from, int64_t n, int64_t *bucket,
                         uint64_t *code)
{
    const uint64_t mask = ((uint64_t)1 << j->code[column].bits) - 1;
    for (int64_t i = 0; i < n; i++) {
        while (j->bucket[*bucket] <= from + i)
            ++*bucket;
        code[i] = ((uint64_t)*bucket >> j->shift[column]) & mask;
    }
}

/* The cells of part p of a tally, or all of them where there is none. */
static void fill_task(void *arg, int64_t index, int64_t worker)
{
    const job *j = arg;
    const crm_i_tally_part *part = &j->tally.part[index];
    const int32_t counted = j->way == BY_TALLY;
    const int64_t first = counted ? part->cell : 0;
    const int64_t until = counted ? first + part->distinct : j->distinct;
    int64_t bucket[CRM_I_CELL_COLUMNS] = {0};
    crm_i_cells *cells = j->cells;
    (void)worker;
    for (int64_t from = first; from < until; from += STRIP) {
        const int64_t n = strip_length(until, from);
        const int64_t at = counted ? part->row + (from - first) : 0;
        for (int32_t c = 0; c < j->rows.columns; c++) {
            uint64_t code[STRIP];
            if (j->way == BY_KEY && j->word[c] > 0 && j->code[c].bits > 0)
                bucket_codes(j, c, from, n, &bucket[c], code);
            else
                codes(j, c, counted ? j->tally.word + at : NULL, from, n, code);
            crm_i_code_unpack(&j->code[c], n, code, c > 0 ? cells->column[c - 1] + from : NULL,
                              cells->column[c] + from);
        }
        for (int64_t d = from; d < from + n; d++)
            cells->count[d] =
                counted ? j->tally.count[at + d - from] : j->end[d] - (d > 0 ? j->end[d - 1] : 0);
    }
}

/* ---- tasks and memory ---- */

static void sort_task(void *arg, int64_t index, int64_t worker)
{
    job *j = arg;
    (void)index;
    (void)worker;
    if (j->way == BY_KEY)
        sort_keyed(j);
    else
        sort_rows(j);
}

static int32_t new_words(const crm_allocator *allocator, job *j)
{
    const int64_t n = j->rows.n;
    plan(j);
    if (j->way == BY_TALLY)
        return crm_i_tally_new(allocator, n, j->bits, j->parts, &j->tally);
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

static void release(const crm_allocator *allocator, job *j)
{
    const int64_t n = j->rows.n;
    for (int32_t c = 0; c < CRM_I_CELL_COLUMNS; c++)
        crm_i_code_release(allocator, &j->code[c]);
    crm_i_tally_release(allocator, &j->tally);
    crm_i_release(allocator, j->key, n, (int64_t)sizeof *j->key);
    crm_i_release(allocator, j->spare, n, (int64_t)sizeof *j->spare);
    crm_i_release(allocator, j->bucket, j->buckets, (int64_t)sizeof *j->bucket);
    crm_i_release(allocator, j->pair, n, (int64_t)sizeof *j->pair);
    crm_i_release(allocator, j->scratch, n, (int64_t)sizeof *j->scratch);
}

static crm_status run(const crm_context *context, const crm_allocator *allocator, job *j, double from,
                      double share, crm_error *err)
{
    crm_status status = choose(context, allocator, j, from, from + 0.4 * share, err);
    if (status < 0)
        return status;
    if (!new_words(allocator, j))
        return crm_i_fail_memory(err);
    if (j->way == BY_TALLY)
        status = sort_tally(context, j, from + 0.4 * share, from + 0.9 * share, err);
    else
        status = crm_i_parallel(context, sort_task, j, 1, from + 0.4 * share, from + 0.9 * share, err);
    if (status < 0)
        return status;
    if (!crm_i_cells_new(allocator, j->rows.columns, j->distinct, j->cells))
        return crm_i_fail_memory(err);
    status = crm_i_parallel(context, fill_task, j, j->way == BY_TALLY ? j->tally.parts : 1,
                            from + 0.9 * share, from + share, err);
    if (status < 0)
        return status;
    j->cells->n = j->distinct;
    if (!crm_i_cells_weigh(j->cells))
        return crm_i_fail(err, CRM_E_OVERFLOW, 0, "the weights of equal rows together are infinite");
    return CRM_OK;
}

crm_status crm_i_collapse(const crm_context *context, const crm_i_collapse_rows *rows, crm_i_cells *cells,
                          double from, double to, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    job j;
    *cells = crm_i_cells_none(rows->columns);
    if (rows->n == 0)
        return crm_i_progress(context, to, err);
    memset(&j, 0, sizeof j);
    j.rows = *rows;
    j.isa = crm_i_context_isa(context);
    j.parts = crm_i_tally_parts(context, rows->n);
    j.cells = cells;
    const crm_status status = run(context, &allocator, &j, from, to - from, err);
    release(&allocator, &j);
    if (status < 0)
        crm_i_cells_release(&allocator, cells);
    return status;
}
