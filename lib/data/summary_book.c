/* A book's cells. Ticks and minor units are whole and as a rule narrow, so that (x, t_x, T) and (count, sum) each fit a
 * word of 32 bits that is counted without sorting; where they do not, the book's doubles are collapsed. Both give the
 * same cells to the bit. */
#include "data/summary_book.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "data/collapse.h"
#include "data/tally.h"

/* One section: what its rows reach, the word they are packed in, and what was counted. */
typedef struct section {
    int64_t rows;
    int32_t narrow; /* the words suit a tally */
    int32_t bits[3]; /* of the columns, from the first */
    uint64_t least; /* of the last column */
    crm_i_tally tally;
    int64_t distinct;
    crm_i_cells *cells;
} section;

typedef struct work {
    const crm_customers *book;
    double scale; /* minor units in a major one */
    section part[2];
} work;

static int32_t bit_length(uint64_t x)
{
    int32_t length = 0;
    for (; x > 0; x >>= 1)
        length++;
    return length;
}

/* ---- what there is ---- */

static void survey_purchases(const work *w, section *s)
{
    const crm_customers *book = w->book;
    int64_t earliest = INT64_MAX;
    int64_t latest = INT64_MIN;
    double most = 0.0;
    int64_t rows = 0;
    for (int64_t i = 0; i < book->n; i++) {
        const int64_t first = book->first[i];
        const int64_t late = first == INT64_MIN ? INT64_MAX : first;
        rows += first != INT64_MIN;
        earliest = late < earliest ? late : earliest;
        latest = first > latest ? first : latest;
        most = book->x[i] > most ? book->x[i] : most;
    }
    s->rows = rows;
    if (rows == 0)
        return;
    const uint64_t longest = (uint64_t)book->as_of - (uint64_t)earliest;
    s->least = (uint64_t)book->as_of - (uint64_t)latest;
    s->bits[0] = most < 4294967296.0 ? bit_length((uint64_t)most) : 64;
    s->bits[1] = bit_length(longest);
    s->bits[2] = bit_length(longest - s->least);
    s->narrow = crm_i_tally_suits(rows, s->bits[0] + s->bits[1] + s->bits[2]);
}

static void survey_spend(const work *w, section *s)
{
    const crm_customers *book = w->book;
    double most = 0.0;
    double largest = 0.0;
    int64_t rows = 0;
    for (int64_t i = 0; i < book->n; i++) {
        const double count = book->spend_count[i];
        const double sum = count * book->mean_spend[i];
        rows += count > 0.0;
        most = count > most ? count : most;
        largest = sum > largest ? sum : largest;
    }
    s->rows = rows;
    const double units = largest * w->scale + 1.0;
    s->bits[0] = most < 4194304.0 ? bit_length((uint64_t)most) : 64; /* so that count * scale is exact */
    s->bits[1] = units < 4294967296.0 ? bit_length((uint64_t)units) : 64;
    s->narrow = crm_i_tally_suits(rows, s->bits[0] + s->bits[1]);
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

static void pack_purchases(const work *w, section *s)
{
    const crm_customers *book = w->book;
    const uint64_t as_of = (uint64_t)book->as_of - s->least;
    const int32_t at_x = s->bits[1] + s->bits[2];
    const int32_t at_t_x = s->bits[2];
    uint32_t *word = s->tally.word;
    int64_t k = 0;
    for (int64_t i = 0; i < book->n; i++) {
        const uint64_t first = (uint64_t)book->first[i];
        const uint64_t t_x = (uint64_t)book->last[i] - first;
        const int32_t bought = book->first[i] != INT64_MIN;
        const uint64_t x = (uint64_t)(int64_t)wanted(bought, book->x[i]);
        word[k] = (uint32_t)(x << at_x | t_x << at_t_x | (as_of - first));
        k += bought;
    }
}

/* The sum is what the mean was made of: the whole number nearest to mean * count, which must give that mean again. */
static void pack_spend(const work *w, section *s)
{
    const crm_customers *book = w->book;
    const int32_t at = s->bits[1];
    const double scale = w->scale;
    uint32_t *word = s->tally.word;
    int32_t whole = 1;
    int64_t k = 0;
    for (int64_t i = 0; i < book->n; i++) {
        const int32_t spent = book->spend_count[i] > 0.0;
        const double count = wanted(spent, book->spend_count[i]);
        const double mean = wanted(spent, book->mean_spend[i]);
        const double units = count * scale;
        const int64_t sum = (int64_t)(mean * units + 0.5);
        whole &= ((double)sum / units == mean) | !spent;
        word[k] = (uint32_t)((uint64_t)(int64_t)count << at | (uint64_t)sum);
        k += spent;
    }
    s->narrow = whole;
}

/* ---- cells ---- */

static void fill_purchases(const work *w, section *s)
{
    const double period = w->book->ticks_per_period;
    const uint64_t t_x_mask = ((uint64_t)1 << s->bits[1]) - 1;
    const uint64_t T_mask = ((uint64_t)1 << s->bits[2]) - 1;
    crm_i_cells *cells = s->cells;
    for (int64_t d = 0; d < s->distinct; d++) {
        const uint64_t word = s->tally.word[d];
        cells->column[0][d] = (double)(int64_t)(word >> (s->bits[1] + s->bits[2]));
        cells->column[1][d] = (double)(int64_t)(word >> s->bits[2] & t_x_mask) / period;
        cells->column[2][d] = (double)(int64_t)((word & T_mask) + s->least) / period;
        cells->column[3][d] = 1.0;
    }
}

static void fill_spend(const work *w, section *s)
{
    const uint64_t mask = ((uint64_t)1 << s->bits[1]) - 1;
    crm_i_cells *cells = s->cells;
    for (int64_t d = 0; d < s->distinct; d++) {
        const uint64_t word = s->tally.word[d];
        const double count = (double)(int64_t)(word >> s->bits[1]);
        cells->column[0][d] = count;
        cells->column[1][d] = (double)(int64_t)(word & mask) / (count * w->scale);
        cells->column[2][d] = 1.0;
    }
}

/* ---- tasks ---- */

static void survey_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    (void)worker;
    if (index == CRM_I_PURCHASES)
        survey_purchases(w, &w->part[index]);
    else
        survey_spend(w, &w->part[index]);
}

static void count_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    section *s = &w->part[index];
    (void)worker;
    if (!s->narrow)
        return;
    if (index == CRM_I_PURCHASES)
        pack_purchases(w, s);
    else
        pack_spend(w, s);
    if (s->narrow)
        s->distinct = crm_i_tally_count(&s->tally);
}

static void fill_task(void *arg, int64_t index, int64_t worker)
{
    work *w = arg;
    section *s = &w->part[index];
    (void)worker;
    if (!s->narrow)
        return;
    if (index == CRM_I_PURCHASES)
        fill_purchases(w, s);
    else
        fill_spend(w, s);
    for (int64_t d = 0; d < s->distinct; d++)
        s->cells->count[d] = s->tally.count[d];
    s->cells->n = s->distinct;
}

/* ---- the doubles of the book ---- */

static crm_status collapse_doubles(const crm_context *context, const work *w, int32_t index, crm_error *err)
{
    const crm_customers *book = w->book;
    const crm_allocator allocator = crm_i_allocator(context);
    const section *s = &w->part[index];
    const double *const from[2][3] = {{book->x, book->t_x, book->T}, {book->spend_count, book->mean_spend, NULL}};
    const int32_t columns = index == CRM_I_PURCHASES ? 3 : 2;
    const int64_t room = s->rows + 1; /* one place ahead is written */
    double *block = crm_i_alloc(&allocator, room, columns * (int64_t)sizeof *block);
    if (!block)
        return crm_i_fail_memory(err);
    crm_i_collapse_rows rows = {s->rows, columns + 1, {NULL, NULL, NULL, NULL}};
    for (int32_t c = 0; c < columns; c++) {
        double *column = block + c * room;
        int64_t k = 0;
        for (int64_t i = 0; i < book->n; i++) {
            column[k] = from[index][c][i];
            k += index == CRM_I_PURCHASES ? book->first[i] != INT64_MIN : book->spend_count[i] > 0.0;
        }
        rows.value[c] = column;
    }
    const crm_status status = crm_i_collapse(context, 1, &rows, s->cells, 0.7 + 0.15 * index, 0.85 + 0.15 * index, err);
    crm_i_release(&allocator, block, room, columns * (int64_t)sizeof *block);
    return status;
}

static crm_status count_narrow(const crm_context *context, const crm_allocator *allocator, work *w, crm_error *err)
{
    for (int32_t i = 0; i < 2; i++) {
        section *s = &w->part[i];
        const int64_t room = s->rows + 1;
        if (s->narrow && !crm_i_tally_new(allocator, room, s->bits[0] + s->bits[1] + s->bits[2], &s->tally))
            return crm_i_fail_memory(err);
        s->tally.used = s->rows;
    }
    crm_status status = crm_i_parallel(context, count_task, w, 2, 0.2, 0.6, err);
    if (status < 0)
        return status;
    for (int32_t i = 0; i < 2; i++) {
        section *s = &w->part[i];
        if (s->narrow && !crm_i_cells_new(allocator, s->cells->columns, s->distinct, s->cells))
            return crm_i_fail_memory(err);
    }
    status = crm_i_parallel(context, fill_task, w, 2, 0.6, 0.7, err);
    for (int32_t i = 0; i < 2 && status == CRM_OK; i++)
        if (w->part[i].narrow && !crm_i_cells_weigh(w->part[i].cells))
            status = crm_i_fail(err, CRM_E_INTERNAL, 0, "The customers of a book cannot be counted.");
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
    crm_status status = crm_i_parallel(context, survey_task, &w, 2, 0.0, 0.2, err);
    if (status == CRM_OK)
        status = count_narrow(context, &allocator, &w, err);
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
