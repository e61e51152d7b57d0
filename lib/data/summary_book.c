/* A book's cells. Ticks and minor units are whole and as a rule narrow, so that (x, t_x, T) and (count, sum)
 * each fit a word of 32 bits that is counted without sorting; where they do not, the book's doubles are
 * collapsed. Both give the same cells to the bit. */
#include "data/summary_book.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "data/collapse.h"
#include "data/tally.h"
#include "numeric/bits.h"

enum { STRIP = 1024, PARTS = CRM_I_TALLY_PARTS };

/* What the rows of one part reach. */
typedef struct reach {
    int64_t rows;
    int64_t earliest; /* first purchases */
    int64_t latest;
    double most;    /* x, or count */
    double largest; /* sum spent */
    int32_t whole;  /* sums are whole */
} reach;

/* One section: what its rows reach, the word they are packed in, and what was counted. */
typedef struct section {
    reach part[PARTS];
    int64_t rows;
    int32_t narrow;  /* the words suit a tally */
    int32_t bits[3]; /* of the columns, from the first */
    uint64_t least;  /* of the last column */
    crm_i_tally tally;
    crm_i_cells *cells;
} section;

typedef struct work {
    const crm_customers *book;
    double scale; /* minor units in a major one */
    int32_t parts;
    section part[2];
} work;

/* ---- what there is ---- */

static void survey_purchases(const crm_customers *book, int64_t from, int64_t until, reach *r)
{
    int64_t earliest = INT64_MAX;
    int64_t latest = INT64_MIN;
    double most = 0.0;
    int64_t rows = 0;
    for (int64_t i = from; i < until; i++) {
        const int64_t first = book->first[i];
        const int64_t late = first == INT64_MIN ? INT64_MAX : first;
        rows += first != INT64_MIN;
        earliest = late < earliest ? late : earliest;
        latest = first > latest ? first : latest;
        most = book->x[i] > most ? book->x[i] : most;
    }
    r->rows = rows;
    r->earliest = earliest;
    r->latest = latest;
    r->most = most;
}

static void survey_spend(const crm_customers *book, int64_t from, int64_t until, reach *r)
{
    double most = 0.0;
    double largest = 0.0;
    int64_t rows = 0;
    for (int64_t i = from; i < until; i++) {
        const double count = book->spend_count[i];
        const double sum = count * book->mean_spend[i];
        rows += count > 0.0;
        most = count > most ? count : most;
        largest = sum > largest ? sum : largest;
    }
    r->rows = rows;
    r->most = most;
    r->largest = largest;
}

/* What all parts reach together. */
static reach join(const work *w, const section *s)
{
    reach all = s->part[0];
    for (int32_t p = 1; p < w->parts; p++) {
        const reach *r = &s->part[p];
        all.rows += r->rows;
        all.earliest = r->earliest < all.earliest ? r->earliest : all.earliest;
        all.latest = r->latest > all.latest ? r->latest : all.latest;
        all.most = r->most > all.most ? r->most : all.most;
        all.largest = r->largest > all.largest ? r->largest : all.largest;
    }
    return all;
}

static void plan_purchases(const work *w, section *s)
{
    const reach all = join(w, s);
    s->rows = all.rows;
    if (all.rows == 0)
        return;
    const uint64_t longest = (uint64_t)w->book->as_of - (uint64_t)all.earliest;
    s->least = (uint64_t)w->book->as_of - (uint64_t)all.latest;
    s->bits[0] = all.most < 4294967296.0 ? crm_i_bit_length((uint64_t)all.most) : 64;
    s->bits[1] = crm_i_bit_length(longest);
    s->bits[2] = crm_i_bit_length(longest - s->least);
    s->narrow = crm_i_tally_suits(all.rows, s->bits[0] + s->bits[1] + s->bits[2]);
}

static void plan_spend(const work *w, section *s)
{
    const reach all = join(w, s);
    s->rows = all.rows;
    const double units = all.largest * w->scale + 1.0;
    s->bits[0] =
        all.most < 4194304.0 ? crm_i_bit_length((uint64_t)all.most) : 64; /* so that count * scale is exact */
    s->bits[1] = units < 4294967296.0 ? crm_i_bit_length((uint64_t)units) : 64;
    s->narrow = crm_i_tally_suits(all.rows, s->bits[0] + s->bits[1]);
}

/* ---- packing ---- */

/* v, or 0 where it is not wanted: without a branch, which could not be foreseen. */
CRM_I_INLINE double wanted(int32_t want, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bits &= 0 - (uint64_t)want;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Both pack rows from .. from + n - 1 of the book, n <= STRIP, and answer how many words that made; a place
 * ahead of the last is written. */
static int64_t pack_purchases(const work *w, const section *s, int64_t from, int64_t n,
                              uint32_t *restrict word)
{
    const crm_customers *book = w->book;
    const uint64_t as_of = (uint64_t)book->as_of - s->least;
    const int32_t at_x = s->bits[1] + s->bits[2];
    const int32_t at_t_x = s->bits[2];
    int64_t k = 0;
    for (int64_t i = from; i < from + n; i++) {
        const uint64_t first = (uint64_t)book->first[i];
        const uint64_t t_x = (uint64_t)book->last[i] - first;
        const int32_t bought = book->first[i] != INT64_MIN;
        const uint64_t x = (uint64_t)(int64_t)wanted(bought, book->x[i]);
        word[k] = (uint32_t)(x << at_x | t_x << at_t_x | (as_of - first));
        k += bought;
    }
    return k;
}

/* The sum is what the mean was made of: the whole number nearest to mean * count, which must give that mean
 * again. */
static int64_t pack_spend(const work *w, const section *s, int64_t from, int64_t n, uint32_t *restrict word,
                          int32_t *all_whole)
{
    const crm_customers *book = w->book;
    const int32_t at = s->bits[1];
    const double scale = w->scale;
    int32_t whole = 1;
    int64_t k = 0;
    for (int64_t i = from; i < from + n; i++) {
        const int32_t spent = book->spend_count[i] > 0.0;
        const double count = wanted(spent, book->spend_count[i]);
        const double mean = wanted(spent, book->mean_spend[i]);
        const double units = count * scale;
        const int64_t sum = (int64_t)(mean * units + 0.5);
        whole &= ((double)sum / units == mean) | !spent;
        word[k] = (uint32_t)((uint64_t)(int64_t)count << at | (uint64_t)sum);
        k += spent;
    }
    *all_whole &= whole;
    return k;
}

/* ---- cells ---- */

/* Both make n cells from `cell` on of n words. */
static void fill_purchases(const work *w, const section *s, const uint32_t *from, int64_t n, int64_t cell)
{
    const double period = w->book->ticks_per_period;
    const uint64_t t_x_mask = ((uint64_t)1 << s->bits[1]) - 1;
    const uint64_t T_mask = ((uint64_t)1 << s->bits[2]) - 1;
    double *const *column = s->cells->column;
    for (int64_t d = 0; d < n; d++) {
        const uint64_t word = from[d];
        column[0][cell + d] = (double)(int64_t)(word >> (s->bits[1] + s->bits[2]));
        column[1][cell + d] = (double)(int64_t)(word >> s->bits[2] & t_x_mask) / period;
        column[2][cell + d] = (double)(int64_t)((word & T_mask) + s->least) / period;
        column[3][cell + d] = 1.0;
    }
}

static void fill_spend(const work *w, const section *s, const uint32_t *from, int64_t n, int64_t cell)
{
    const uint64_t mask = ((uint64_t)1 << s->bits[1]) - 1;
    double *const *column = s->cells->column;
    for (int64_t d = 0; d < n; d++) {
        const uint64_t word = from[d];
        const double count = (double)(int64_t)(word >> s->bits[1]);
        column[0][cell + d] = count;
        column[1][cell + d] = (double)(int64_t)(word & mask) / (count * w->scale);
        column[2][cell + d] = 1.0;
    }
}

/* ---- tasks: parts of the purchases, then parts of the spend ---- */

static void survey_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    const int32_t p = (int32_t)(index % w->parts);
    const int64_t from = crm_i_tally_bound(w->book->n, w->parts, p);
    const int64_t until = crm_i_tally_bound(w->book->n, w->parts, p + 1);
    (void)worker;
    if (index < w->parts)
        survey_purchases(w->book, from, until, &w->part[CRM_I_PURCHASES].part[p]);
    else
        survey_spend(w->book, from, until, &w->part[CRM_I_SPENDS].part[p]);
}

static void pack_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    const int32_t which = index < w->parts ? CRM_I_PURCHASES : CRM_I_SPENDS;
    const int32_t p = (int32_t)(index % w->parts);
    section *s = &w->part[which];
    (void)worker;
    s->part[p].whole = 1;
    if (!s->narrow || p >= s->tally.parts)
        return;
    const int64_t until = crm_i_tally_bound(w->book->n, s->tally.parts, p + 1);
    int64_t at = s->tally.part[p].word;
    int64_t from = crm_i_tally_bound(w->book->n, s->tally.parts, p);
    for (int64_t n; from < until; from += n) {
        uint32_t word[STRIP + 1];
        n = until - from < STRIP ? until - from : STRIP;
        const int64_t packed = which == CRM_I_PURCHASES ? pack_purchases(w, s, from, n, word)
                                                        : pack_spend(w, s, from, n, word, &s->part[p].whole);
        memcpy(s->tally.word + at, word, (size_t)packed * sizeof *word);
        crm_i_tally_note(&s->tally, p, at, packed);
        at += packed;
    }
}

static void fill_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    const int32_t which = index < w->parts ? CRM_I_PURCHASES : CRM_I_SPENDS;
    const int32_t p = (int32_t)(index % w->parts);
    section *s = &w->part[which];
    const crm_i_tally_part *part = &s->tally.part[p];
    (void)worker;
    if (!s->narrow || p >= s->tally.parts)
        return;
    if (which == CRM_I_PURCHASES)
        fill_purchases(w, s, s->tally.word + part->row, part->distinct, part->cell);
    else
        fill_spend(w, s, s->tally.word + part->row, part->distinct, part->cell);
    for (int64_t d = 0; d < part->distinct; d++)
        s->cells->count[part->cell + d] = s->tally.count[part->row + d];
}

/* ---- the doubles of the book ---- */

static crm_status collapse_doubles(const crm_context *context, const work *w, int32_t index, crm_error *err)
{
    const crm_customers *book = w->book;
    const crm_allocator allocator = crm_i_allocator(context);
    const section *s = &w->part[index];
    const double *const from[2][3] = {{book->x, book->t_x, book->T},
                                      {book->spend_count, book->mean_spend, NULL}};
    const int32_t columns = index == CRM_I_PURCHASES ? 3 : 2;
    const int64_t room = s->rows + 1; /* one place ahead is written */
    double *block = crm_i_alloc(&allocator, room, columns * (int64_t)sizeof *block);
    if (!block)
        return crm_i_fail_memory(err);
    crm_i_collapse_rows rows = {s->rows, columns + 1, {NULL, NULL, NULL, NULL, NULL}};
    for (int32_t c = 0; c < columns; c++) {
        double *column = block + c * room;
        int64_t k = 0;
        for (int64_t i = 0; i < book->n; i++) {
            column[k] = from[index][c][i];
            k += index == CRM_I_PURCHASES ? book->first[i] != INT64_MIN : book->spend_count[i] > 0.0;
        }
        rows.value[c] = column;
    }
    const crm_status status =
        crm_i_collapse(context, &rows, s->cells, 0.7 + 0.15 * index, 0.85 + 0.15 * index, err);
    crm_i_release(&allocator, block, room, columns * (int64_t)sizeof *block);
    return status;
}

static int32_t new_tally(const crm_allocator *allocator, const work *w, section *s)
{
    int64_t words[PARTS];
    for (int32_t p = 0; p < w->parts; p++)
        words[p] = s->part[p].rows;
    if (!crm_i_tally_new(allocator, s->rows, s->bits[0] + s->bits[1] + s->bits[2], w->parts, &s->tally))
        return 0;
    crm_i_tally_share(&s->tally, w->parts, words);
    return 1;
}

/* Packs and counts the sections whose words are narrow. */
static crm_status count_narrow(const crm_context *context, const crm_allocator *allocator, work *w,
                               crm_error *err)
{
    for (int32_t i = 0; i < 2; i++)
        if (w->part[i].narrow && !new_tally(allocator, w, &w->part[i]))
            return crm_i_fail_memory(err);
    crm_status status = crm_i_parallel(context, pack_task, w, 2 * (int64_t)w->parts, 0.2, 0.4, err);
    for (int32_t i = 0; i < 2 && status == CRM_OK; i++) {
        section *s = &w->part[i];
        for (int32_t p = 0; p < w->parts; p++)
            s->narrow &= s->part[p].whole;
        if (s->narrow)
            status = crm_i_tally_count(context, &s->tally, 0.4 + 0.1 * i, 0.5 + 0.1 * i, err);
    }
    return status;
}

static crm_status fill_narrow(const crm_context *context, const crm_allocator *allocator, work *w,
                              crm_error *err)
{
    for (int32_t i = 0; i < 2; i++) {
        section *s = &w->part[i];
        if (s->narrow && !crm_i_cells_new(allocator, s->cells->columns, s->tally.distinct, s->cells))
            return crm_i_fail_memory(err);
    }
    crm_status status = crm_i_parallel(context, fill_task, w, 2 * (int64_t)w->parts, 0.6, 0.7, err);
    for (int32_t i = 0; i < 2 && status == CRM_OK; i++) {
        section *s = &w->part[i];
        if (!s->narrow)
            continue;
        s->cells->n = s->tally.distinct;
        if (!crm_i_cells_weigh(s->cells))
            status = crm_i_fail(err, CRM_E_INTERNAL, 0, "The customers of a book cannot be counted.");
    }
    return status;
}

crm_status crm_i_summary_book(const crm_context *context, const crm_customers *book, crm_i_cells *cells,
                              crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    work w;
    memset(&w, 0, sizeof w);
    w.book = book;
    w.scale = 1.0;
    for (int32_t i = 0; i < book->decimals; i++)
        w.scale *= 10.0;
    for (int32_t i = 0; i < 2; i++)
        w.part[i].cells = &cells[i];
    w.parts = crm_i_tally_parts(context, book->n);
    crm_status status = crm_i_parallel(context, survey_task, &w, 2 * (int64_t)w.parts, 0.0, 0.2, err);
    if (status == CRM_OK) {
        plan_purchases(&w, &w.part[CRM_I_PURCHASES]);
        plan_spend(&w, &w.part[CRM_I_SPENDS]);
        status = count_narrow(context, &allocator, &w, err);
    }
    if (status == CRM_OK)
        status = fill_narrow(context, &allocator, &w, err);
    for (int32_t i = 0; i < 2; i++)
        crm_i_tally_release(&allocator, &w.part[i].tally);
    for (int32_t i = 0; i < 2 && status == CRM_OK; i++) {
        if (w.part[i].narrow || w.part[i].rows == 0)
            continue;
        crm_context *rest = NULL;
        status = crm_i_context_part(context, 0.7 + 0.15 * i, 0.85 + 0.15 * i, &rest, err);
        if (status == CRM_OK)
            status = collapse_doubles(rest, &w, i, err);
        crm_context_destroy(rest);
    }
    for (int32_t i = 0; i < 2 && status < 0; i++)
        crm_i_cells_release(&allocator, &cells[i]);
    return status;
}
