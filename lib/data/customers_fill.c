/* From rows in order of customer and time to the rows of a book: a plain loop where the sums fit int64 for
 * sure, the ledger with its two-word sums where they might not, or where there are costs or recent columns to
 * add up. */
#include "data/customers_fill.h"

#include <math.h>
#include <string.h>

#include "data/run_kernel.h"
#include "data/tile_kernel.h"

/* Amounts below 2^31 in size, so many rows: no sum can pass 2^62. */
static const uint64_t plain_amount = (uint64_t)1 << 31;
static const int64_t plain_rows = (int64_t)1 << 31;

static const uint64_t exact = (uint64_t)1 << 53;

typedef struct walk {
    crm_customers *book;
    const crm_i_rows *rows;
    uint64_t as_of; /* of columns as they are, else less time_low */
    int64_t time_low;
    uint64_t amount_low;
    uint64_t scale; /* minor units in a major one */
    int32_t spend_first;
    int64_t recent_from;
    int32_t isa;
} walk;

/* ---- with two-word sums ---- */

/* The customer whose rows are i .. end-1, all up to as_of. 1 if a sum does not fit. */
static CRM_I_NOINLINE int32_t fill_exactly(const walk *w, int32_t kind, uint64_t key, int64_t i, int64_t end,
                                           int64_t row)
{
    const crm_i_rows *rows = w->rows;
    crm_customers *book = w->book;
    crm_i_ledger ledger = crm_i_ledger_start();
    struct crm_i_sum128 recent = {0, 0};
    struct crm_i_sum128 recent_cost = {0, 0};
    while (i < end) {
        uint64_t time;
        uint64_t next;
        uint64_t amount;
        struct crm_i_sum128 net = {0, 0};
        struct crm_i_sum128 cost = {0, 0};
        crm_i_rows_get(rows, kind, i, &time, &amount);
        do {
            crm_i_sum128_add(&net, (int64_t)(amount + w->amount_low));
            crm_i_sum128_add(&cost, rows->cost ? rows->cost[i] : 0);
            if (++i == end)
                break;
            crm_i_rows_get(rows, kind, i, &next, &amount);
        } while (next == time);
        const int64_t tick = (int64_t)(time + (uint64_t)w->time_low);
        crm_i_ledger_tick(&ledger, tick, &net, &cost);
        if (tick >= w->recent_from) {
            crm_i_sum128_merge(&recent, &net);
            crm_i_sum128_merge(&recent_cost, &cost);
        }
    }
    if (crm_i_customers_set(book, row, key, &ledger, w->spend_first))
        return 1;
    if (book->recent_revenue == book->revenue)
        return 0;
    int64_t sum;
    int64_t cost;
    if (crm_i_sum128_to_i64(&recent, &sum) || crm_i_sum128_to_i64(&recent_cost, &cost) ||
        crm_i_customers_margin(sum, cost, &book->recent_margin[row]))
        return 1;
    book->recent_revenue[row] = sum;
    return 0;
}

static void fill_noting(const walk *w, int32_t kind, uint64_t key, int64_t i, int64_t end, int64_t row,
                        crm_i_fill *fill)
{
    if (!fill_exactly(w, kind, key, i, end, row)) {
        fill->without += w->book->first[row] == INT64_MIN;
    } else if (!fill->overflow) {
        fill->overflow = 1;
        fill->overflow_key = key;
    }
}

/* ---- plainly ---- */

/* What a plain loop adds up of a customer. */
typedef struct plain {
    uint64_t first;
    uint64_t last;
    int64_t purchases;
    int64_t spend_count;
    int64_t spend;
    int64_t revenue;
} plain;

CRM_I_INLINE void set_plain(const walk *w, uint64_t key, const plain *p, int64_t row)
{
    crm_customers *book = w->book;
    const int none = p->purchases == 0;
    const int64_t count = p->spend_count;
    const uint64_t lived = p->last - p->first;
    const uint64_t watched = w->as_of - p->first;
    const uint64_t divisor = (uint64_t)count * w->scale;
    const double missing = (double)NAN;
    double t_x = (double)(int64_t)lived / book->ticks_per_period;
    double T = (double)(int64_t)watched / book->ticks_per_period;
    double mean = (double)p->spend / (double)(int64_t)divisor; /* 0 / 0 where there is none */
    if (CRM_I_UNLIKELY(watched > exact)) {
        t_x = crm_i_ledger_periods(lived, book->ticks_per_period);
        T = crm_i_ledger_periods(watched, book->ticks_per_period);
    }
    if (CRM_I_UNLIKELY((uint64_t)p->spend > exact || divisor > exact)) {
        const struct crm_i_sum128 sum = {(uint64_t)p->spend, 0};
        mean = crm_i_ledger_mean(&sum, count, book->decimals);
    }
    book->key[row] = key;
    book->x[row] = none ? missing : (double)(p->purchases - 1);
    book->t_x[row] = none ? missing : t_x;
    book->T[row] = none ? missing : T;
    book->mean_spend[row] = count > 0 ? mean : missing;
    book->spend_count[row] = none ? missing : (double)count;
    book->first[row] = none ? INT64_MIN : (int64_t)(p->first + (uint64_t)w->time_low);
    book->last[row] = none ? INT64_MIN : (int64_t)(p->last + (uint64_t)w->time_low);
    book->revenue[row] = p->revenue;
}

/* The end of the rows of the customer that begins at i. */
CRM_I_INLINE int64_t find_end(const crm_i_rows *rows, int32_t kind, int64_t i, int64_t end)
{
    do {
        i++;
    } while (i < end && !crm_i_rows_begins(rows, kind, i));
    return i;
}

/* Of rows i .. end-1 of a customer, the end of those up to as_of. */
CRM_I_INLINE int64_t find_known(const walk *w, int32_t kind, int64_t i, int64_t end)
{
    if (kind == CRM_I_ROWS_COLUMNS)
        while (end > i && w->rows->time[end - 1] > (int64_t)w->as_of)
            end--;
    return end;
}

/* The rows i .. end-1 of a customer. Sums may wrap: *size gets the bits that any amount has, unless all are
 * small. */
CRM_I_INLINE plain read_customer(const walk *w, int32_t kind, int small, int64_t i, int64_t end,
                                 uint64_t *size)
{
    const crm_i_rows rows = *w->rows;
    const uint64_t amount_low = w->amount_low;
    plain p = {0, 0, 0, 0, 0, 0};
    uint64_t time = 0;
    uint64_t next = 0;
    uint64_t amount = 0;
    uint64_t bits = 0;
    uint64_t net = 0;
    uint64_t revenue = 0;
    uint64_t spend = 0;
    int64_t spend_count = 0;
    int64_t purchases = 0;
    uint64_t first = 0;
    uint64_t last = 0;
    crm_i_rows_get(&rows, kind, i, &time, &amount);
    for (;;) {
        const uint64_t value = amount + amount_low;
        net += value;
        if (!small)
            bits |= (int64_t)value < 0 ? ~value : value;
        if (++i < end) {
            crm_i_rows_get(&rows, kind, i, &next, &amount);
            if (next == time)
                continue;
        }
        const int64_t sum = (int64_t)net;
        revenue += net;
        spend += sum > 0 ? net : 0;
        spend_count += sum > 0;
        last = sum >= 0 ? time : last;
        if (CRM_I_UNLIKELY(purchases == 0) && sum >= 0) {
            first = time;
            if (!w->spend_first) {
                spend = 0;
                spend_count = 0;
            }
        }
        purchases += sum >= 0;
        if (i == end)
            break;
        net = 0;
        time = next;
    }
    p.first = first;
    p.last = last;
    p.purchases = purchases;
    p.spend_count = spend_count;
    p.spend = (int64_t)spend;
    p.revenue = (int64_t)revenue;
    *size = bits;
    return p;
}

/* The customer whose rows are i .. end-1. small: no sum can pass 2^62. */
CRM_I_INLINE void fill_one(const walk *w, int32_t kind, int small, uint64_t key, int64_t i, int64_t end,
                           int64_t row, crm_i_fill *fill)
{
    uint64_t size;
    const plain p = read_customer(w, kind, small, i, end, &size);
    if (CRM_I_LIKELY(small || (size < plain_amount && end - i < plain_rows))) {
        set_plain(w, key, &p, row);
        fill->without += p.purchases == 0;
    } else {
        fill_noting(w, kind, key, i, end, row, fill);
    }
}

static CRM_I_NOINLINE void fill_long(const walk *w, int32_t kind, uint64_t key, int64_t i, int64_t end,
                                     int64_t row, crm_i_fill *fill)
{
    if (kind == CRM_I_ROWS_ONE)
        fill_one(w, CRM_I_ROWS_ONE, 1, key, i, end, row, fill);
    else
        fill_one(w, CRM_I_ROWS_TWO, 1, key, i, end, row, fill);
}

/* All customers that begin before stop, whatever their amounts. */
CRM_I_INLINE crm_i_fill fill_plainly(const walk *w, int32_t kind, int64_t i, int64_t stop, int64_t end,
                                     int64_t row)
{
    const crm_i_rows *rows = w->rows;
    crm_i_fill fill = {0, 0, 0, 0};
    while (i < stop) {
        const int64_t begin = i;
        i = find_end(rows, kind, i, end);
        const int64_t known = find_known(w, kind, begin, i);
        if (known == begin)
            continue;
        const uint64_t key = crm_i_rows_key(rows, kind, begin, fill.filled);
        fill_one(w, kind, 0, key, begin, known, row++, &fill);
        fill.filled++;
    }
    return fill;
}

/* ---- eight customers at a time ---- */

enum { LANES = CRM_I_TILE_LANES, CLASSES = 4, SPAN = 512 };

/* Customers of up to 4, 8, 16 and 32 rows that wait for others of their size. */
typedef struct tiles {
    const walk *w;
    int64_t end;
    crm_i_run_terms terms;
    crm_i_fill fill;
    int64_t waiting[CLASSES];
    int64_t first[CLASSES][LANES];
    int64_t n[CLASSES][LANES];
    int64_t row[CLASSES][LANES];
    uint64_t key[CLASSES][LANES];
} tiles;

/* Where the runs of a size are. Tiles are read to their full height, which near the end of the rows has to be
 * copied. */
CRM_I_INLINE void find_runs(const tiles *t, int size, const uint64_t *from, uint64_t *pad,
                            const uint64_t **run)
{
    const int64_t most = 4 << size;
    for (int l = 0; l < LANES; l++) {
        const int64_t first = t->first[size][l];
        run[l] = from + first;
        if (CRM_I_UNLIKELY(first + most > t->end)) {
            uint64_t *copy = pad + l * CRM_I_TILE_MOST;
            memset(copy, 0, (size_t)most * sizeof *copy);
            memcpy(copy, from + first, (size_t)t->n[size][l] * sizeof *copy);
            run[l] = copy;
        }
    }
}

static void fill_waiting(tiles *t, int size)
{
    uint64_t time[LANES * (CRM_I_TILE_MOST + 1)];
    uint64_t amount[LANES * CRM_I_TILE_MOST];
    crm_i_run_rows made;
    const walk *w = t->w;
    const crm_i_rows *rows = w->rows;
    const int32_t most = 4 << size;
    const int64_t lanes = t->waiting[size];
    for (int64_t l = lanes; l < LANES; l++) { /* lanes that are left over do what the first does */
        t->first[size][l] = t->first[size][0];
        t->n[size][l] = t->n[size][0];
    }
    uint64_t pad[LANES * CRM_I_TILE_MOST];
    const uint64_t *run[LANES];
    find_runs(t, size, rows->word, pad, run);
    CRM_I_KERNEL_PICK(w->isa, crm_i_tile_words)
    (run, t->n[size], most, rows->time_bits, rows->amount_bits, !rows->loose, time, amount);
    int64_t longest = 0;
    for (int l = 0; l < LANES; l++) {
        time[LANES * most + l] = 0;
        longest = t->n[size][l] > longest ? t->n[size][l] : longest;
    }
    const int32_t exactly =
        CRM_I_KERNEL_PICK(w->isa, crm_i_run_tally)(longest, t->n[size], time, amount, &t->terms, &made);
    t->waiting[size] = 0;
    for (int64_t l = 0; l < lanes; l++)
        t->fill.without += made.purchases[l] == 0;
    if (CRM_I_UNLIKELY(!exactly)) {
        for (int64_t l = 0; l < lanes; l++) {
            const plain p = {made.start[l],          made.end[l],
                             made.purchases[l],      made.counted[l],
                             (int64_t)made.spend[l], (int64_t)made.revenue[l]};
            set_plain(w, t->key[size][l], &p, t->row[size][l]);
        }
        return;
    }
    crm_customers *book = w->book;
    for (int64_t l = 0; l < lanes; l++) {
        const int64_t row = t->row[size][l];
        book->key[row] = t->key[size][l];
        book->x[row] = made.x[l];
        book->t_x[row] = made.t_x[l];
        book->T[row] = made.T[l];
        book->mean_spend[row] = made.mean_spend[l];
        book->spend_count[row] = made.spend_count[l];
        book->first[row] = made.first[l];
        book->last[row] = made.last[l];
        book->revenue[row] = (int64_t)made.revenue[l];
    }
}

/* The customer whose rows are begin .. end-1. */
CRM_I_INLINE void take_customer(tiles *t, int32_t kind, int64_t begin, int64_t end, int64_t row)
{
    const walk *w = t->w;
    const int64_t n = end - begin;
    const uint64_t key = crm_i_rows_key(w->rows, kind, begin, t->fill.filled);
    const int64_t to = row + t->fill.filled++;
    if (CRM_I_UNLIKELY(n > CRM_I_TILE_MOST)) {
        fill_long(w, kind, key, begin, end, to, &t->fill);
        return;
    }
    const int size = (n > 4) + (n > 8) + (n > 16);
    const int64_t at = t->waiting[size]++;
    t->first[size][at] = begin;
    t->n[size][at] = n;
    t->row[size][at] = to;
    t->key[size][at] = key;
    if (at + 1 == LANES)
        fill_waiting(t, size);
}

/* All customers of packed rows i .. stop-1 whose sums fit for sure. Where they begin is noted for a span of
 * rows at a time, without a branch for each row. */
CRM_I_INLINE crm_i_fill fill_tiles(const walk *w, int32_t kind, int64_t i, int64_t stop, int64_t row)
{
    const crm_i_rows *rows = w->rows;
    tiles t;
    t.w = w;
    t.end = stop;
    t.terms.amount_low = w->amount_low;
    t.terms.time_low = (uint64_t)w->time_low;
    t.terms.as_of = w->as_of;
    t.terms.scale = w->scale;
    t.terms.ticks_per_period = w->book->ticks_per_period;
    t.terms.spend_first = w->spend_first;
    memset(&t.fill, 0, sizeof t.fill);
    memset(t.waiting, 0, sizeof t.waiting);
    int64_t begin = i;
    while (i < stop) {
        int64_t next[SPAN];
        int64_t found = 0;
        const int64_t last = stop - i > SPAN ? i + SPAN : stop;
        for (i += i == begin; i < last; i++) {
            next[found] = i;
            found += crm_i_rows_begins(rows, kind, i);
        }
        for (int64_t c = 0; c < found; c++) {
            take_customer(&t, kind, begin, next[c], row);
            begin = next[c];
        }
    }
    if (begin < stop)
        take_customer(&t, kind, begin, stop, row);
    for (int size = 0; size < CLASSES; size++)
        if (t.waiting[size] > 0)
            fill_waiting(&t, size);
    return t.fill;
}

/* The same where every customer needs the ledger. */
static crm_i_fill fill_ledgers(const walk *w, int32_t kind, int64_t i, int64_t stop, int64_t end, int64_t row)
{
    const crm_i_rows *rows = w->rows;
    crm_i_fill fill = {0, 0, 0, 0};
    while (i < stop) {
        const int64_t begin = i;
        const uint64_t key = crm_i_rows_key(rows, kind, i, fill.filled);
        i = find_end(rows, kind, i, end);
        const int64_t known = find_known(w, kind, begin, i);
        if (known == begin)
            continue;
        fill_noting(w, kind, key, begin, known, row, &fill);
        fill.filled++;
        row++;
    }
    return fill;
}

crm_i_fill crm_i_customers_fill(int32_t isa, crm_customers *book, const crm_i_rows *rows, int64_t first,
                                int64_t stop, int64_t end, int64_t row, int32_t spend_first,
                                int64_t recent_from)
{
    walk w = {book, rows, (uint64_t)book->as_of, 0, 0, 1, spend_first, recent_from, isa};
    for (int32_t i = 0; i < book->decimals; i++)
        w.scale *= 10;
    if (rows->kind != CRM_I_ROWS_COLUMNS) {
        w.time_low = rows->time_low;
        w.amount_low = (uint64_t)rows->amount_low;
        w.as_of -= (uint64_t)rows->time_low;
    }
    if (rows->cost || book->recent_revenue != book->revenue)
        return fill_ledgers(&w, rows->kind, first, stop, end, row);
    if (rows->kind == CRM_I_ROWS_COLUMNS)
        return fill_plainly(&w, CRM_I_ROWS_COLUMNS, first, stop, end, row);
    const int small = crm_i_rows_small(rows);
    if (rows->kind == CRM_I_ROWS_ONE && small)
        return fill_tiles(&w, CRM_I_ROWS_ONE, first, stop, row);
    if (rows->kind == CRM_I_ROWS_TWO && small)
        return fill_tiles(&w, CRM_I_ROWS_TWO, first, stop, row);
    if (rows->kind == CRM_I_ROWS_ONE)
        return fill_plainly(&w, CRM_I_ROWS_ONE, first, stop, end, row);
    if (rows->kind == CRM_I_ROWS_TWO)
        return fill_plainly(&w, CRM_I_ROWS_TWO, first, stop, end, row);
    return fill_plainly(&w, CRM_I_ROWS_THREE, first, stop, end, row);
}
