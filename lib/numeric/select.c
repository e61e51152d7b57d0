/* Order statistics by two methods that give the same answer, that of a full sort. First a sample brackets
 * each wanted rank, and one pass counts what lies outside the brackets and gathers what lies inside. Where
 * the sample misled (it cannot always be right), histograms of the order-preserving keys, whose cost is
 * bounded whatever the values: each round counts how many fall in each cell of the key ranges that still
 * hold a wanted rank, and shrinks each range to one cell, until few enough values are left to sort. */
#include "numeric/select.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/context.h"
#include "numeric/sort.h"
#include "numeric/sum.h"

enum { CELL_BITS = 14, TABLE = 1 << 18, CUTS = 64, CELLS = 512, SAMPLE = 65536 };

/* Rows of a task of the one pass, and of a strip in it. */
#define PART_ROWS INT64_C(65536)
enum { STRIP = 1024 };

/* A range [least, least + 2^width) of keys (width 64: all from least on), and what lies in it. */
struct span {
    uint64_t least;
    int width;
    int cell_bits; /* of this round */
    int64_t below; /* values with a key < least */
    int64_t count;
    int64_t *cell;
};

/* Who works, and what of the caller's progress this is. */
struct run {
    const crm_context *context;
    double from;
    double to;
    crm_error *err;
};

/* What one call works on: the values and the ranks; for the histograms the spans in ascending order, and
 * for each cut its span. */
struct selection {
    int64_t n;
    const double *value;
    uint64_t flip; /* all ones for ranks from the largest down */
    int cuts;
    int spans;
    int64_t rank[CUTS]; /* ascending */
    int home[CUTS];
    struct span span[CUTS];
};

static int64_t gather_limit(int64_t n)
{
    return n / 4 + 4096;
}

static int64_t table_size(int64_t k)
{
    return k * (1 << CELL_BITS) < TABLE ? (k > 0 ? k : 1) * (1 << CELL_BITS) : TABLE;
}

int64_t crm_i_select_scratch_size(int64_t n, int64_t k)
{
    const int64_t limit = gather_limit(n);
    const int64_t inner = 2 * gather_limit(limit); /* of a selection among what was gathered */
    return 8 * (table_size(k) + limit + (limit > inner ? limit : inner));
}

CRM_I_INLINE uint64_t key_of(double x, uint64_t flip)
{
    const uint64_t k = crm_i_f64_key(x);
    return k == CRM_I_KEY_NAN ? k : k ^ flip;
}

CRM_I_INLINE int holds(const struct span *s, uint64_t key)
{
    return key >= s->least && (s->width >= 64 || (key - s->least) >> s->width == 0);
}

/* The span that holds key, or -1. */
CRM_I_INLINE int find_span(const struct span *span, int spans, uint64_t key)
{
    int low = 0;
    int high = spans;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (span[middle].least <= key)
            low = middle;
        else
            high = middle;
    }
    return holds(&span[low], key) ? low : -1;
}

static struct span whole_span(int64_t n, const double *value, uint64_t flip)
{
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t k = key_of(value[i], flip);
        least = k < least ? k : least;
        most = k > most ? k : most;
    }
    const struct span s = {least, crm_i_bit_length(most - least), 0, 0, n, NULL};
    return s;
}

/* The first round: one span that holds every key. */
static void count_all(const struct selection *t)
{
    const struct span *s = &t->span[0];
    const int shift = s->width > s->cell_bits ? s->width - s->cell_bits : 0;
    int64_t *cell = s->cell;
    for (int64_t i = 0; i < t->n; i++)
        cell[(key_of(t->value[i], t->flip) - s->least) >> shift]++;
}

static void count_some(const struct selection *t)
{
    for (int64_t i = 0; i < t->n; i++) {
        const uint64_t k = key_of(t->value[i], t->flip);
        const int at = find_span(t->span, t->spans, k);
        if (at < 0)
            continue;
        const struct span *s = &t->span[at];
        const int shift = s->width > s->cell_bits ? s->width - s->cell_bits : 0;
        s->cell[(k - s->least) >> shift]++;
    }
}

/* Divide the table of cells among the spans and clear what will be used. */
static void lay_out_cells(struct selection *t, int64_t *table)
{
    int bits = CELL_BITS;
    while (((int64_t)t->spans << bits) > TABLE)
        bits--;
    for (int i = 0; i < t->spans; i++) {
        t->span[i].cell_bits = bits;
        t->span[i].cell = table + ((int64_t)i << bits);
    }
    for (int64_t i = 0; i < (int64_t)t->spans << bits; i++)
        table[i] = 0;
}

/* Replace each span by those of its cells that hold a wanted rank. */
static void shrink(struct selection *t)
{
    struct span next[CUTS];
    int made = 0;
    int at = -1; /* the old span being walked */
    int64_t below = 0;
    int64_t c = 0; /* its cell */
    for (int j = 0; j < t->cuts; j++) {
        if (t->home[j] != at) {
            at = t->home[j];
            below = t->span[at].below;
            c = 0;
        }
        const struct span *s = &t->span[at];
        while (below + s->cell[c] <= t->rank[j])
            below += s->cell[c++];
        const int shift = s->width > s->cell_bits ? s->width - s->cell_bits : 0;
        const uint64_t least = s->least + ((uint64_t)c << shift);
        if (made == 0 || next[made - 1].least != least) {
            const struct span n = {least, shift, 0, below, s->cell[c], NULL};
            next[made++] = n;
        }
        t->home[j] = made - 1;
    }
    for (int i = 0; i < made; i++)
        t->span[i] = next[i];
    t->spans = made;
}

/* How many values must be looked at: those in spans of more than one key. */
static int64_t undecided(const struct selection *t)
{
    int64_t sum = 0;
    for (int i = 0; i < t->spans; i++)
        sum += t->span[i].width > 0 ? t->span[i].count : 0;
    return sum;
}

/* Collect what lies in undecided spans. */
static int64_t gather(const struct selection *t, uint64_t *into)
{
    int64_t found = 0;
    for (int64_t i = 0; i < t->n; i++) {
        const uint64_t k = key_of(t->value[i], t->flip);
        const int at = find_span(t->span, t->spans, k);
        if (at >= 0 && t->span[at].width > 0)
            into[found++] = k;
    }
    return found;
}

/* Read off the answers: a span of one key is its key, the others stand one after another in sorted. */
static void answer(const struct selection *t, const uint64_t *sorted, uint64_t *out)
{
    int64_t before[CUTS];
    int64_t sum = 0;
    for (int i = 0; i < t->spans; i++) {
        before[i] = sum;
        sum += t->span[i].width > 0 ? t->span[i].count : 0;
    }
    for (int j = 0; j < t->cuts; j++) {
        const struct span *s = &t->span[t->home[j]];
        out[j] = s->width > 0 ? sorted[before[t->home[j]] + t->rank[j] - s->below] : s->least;
    }
}

static void select_by_histogram(struct selection *t, int64_t *table, uint64_t *keys, uint64_t *out)
{
    const int64_t limit = gather_limit(t->n);
    t->span[0] = whole_span(t->n, t->value, t->flip);
    t->spans = 1;
    for (int j = 0; j < t->cuts; j++)
        t->home[j] = 0;
    for (int round = 0; undecided(t) > limit; round++) {
        lay_out_cells(t, table);
        if (round == 0)
            count_all(t);
        else
            count_some(t);
        shrink(t);
    }
    if (undecided(t) > 0)
        crm_i_sort_u64(gather(t, keys), keys, keys + limit);
    answer(t, keys, out);
}

/* ---- by a sample ---- */

/* Cell i of the keys is [edge[i-1], edge[i]), cell 0 starts at 0; edges ascend and are padded with the key
 * of NaN to 2^steps - 1, at least one. Values in a cell of one key are only counted, those in a bracket
 * gathered too. */
struct brackets {
    int edges;
    int steps;
    uint64_t edge[CELLS];
    uint8_t inside[CELLS];
};

static int64_t sample_size(int64_t n)
{
    const int64_t wished = n / 64;
    return wished < 1024 ? 1024 : wished > SAMPLE ? SAMPLE : wished;
}

/* As many cuts as their brackets, at their widest, leave room for. */
static int64_t cuts_at_once(int64_t n)
{
    const double m = (double)sample_size(n);
    const double share = 8.0 * 0.5 / sqrt(m) + 10.0 / m;
    const double cuts = floor(0.9 * (double)gather_limit(n) / (share * (double)n));
    return cuts > CUTS ? CUTS : (int64_t)cuts; /* one at least: share is below 1/7 */
}

/* One value from each of m stretches of equal length, where in it decided by a multiplicative hash. */
static int64_t take_sample(const struct selection *t, uint64_t *sample)
{
    const int64_t m = sample_size(t->n);
    const int64_t stride = t->n / m;
    uint64_t hash = 0;
    for (int64_t i = 0; i < m; i++) {
        hash = hash * 6364136223846793005u + 1442695040888963407u;
        sample[i] = key_of(t->value[i * stride + (int64_t)((hash >> 33) % (uint64_t)stride)], t->flip);
    }
    return m;
}

static void add_edge(struct brackets *b, uint64_t key)
{
    int at = b->edges;
    while (at > 0 && b->edge[at - 1] > key)
        at--;
    if (key == 0 || key == CRM_I_KEY_NAN || (at > 0 && b->edge[at - 1] == key))
        return;
    for (int i = b->edges; i > at; i--)
        b->edge[i] = b->edge[i - 1];
    b->edge[at] = key;
    b->edges++;
}

/* Brackets of four standard errors round each rank, from the sorted sample; both ends are cells of their
 * own, since that is where values pile up. */
static void place_brackets(const struct selection *t, int64_t m, const uint64_t *sample, struct brackets *b)
{
    uint64_t low[CUTS];
    uint64_t high[CUTS];
    b->edges = 0;
    for (int j = 0; j < t->cuts; j++) {
        const double p = (double)t->rank[j] / (double)t->n;
        const double margin = 4.0 * sqrt((double)m * p * (1.0 - p)) + 4.0;
        const double first = floor(p * (double)m - margin);
        const double last = ceil(p * (double)m + margin);
        low[j] = first < 0.0 ? 0 : sample[(int64_t)first];
        high[j] = last >= (double)m ? CRM_I_KEY_NAN : sample[(int64_t)last];
        add_edge(b, low[j]);
        add_edge(b, low[j] == CRM_I_KEY_NAN ? low[j] : low[j] + 1);
        add_edge(b, high[j]);
        add_edge(b, high[j] == CRM_I_KEY_NAN ? high[j] : high[j] + 1);
    }
    b->steps = 4;
    while ((1 << b->steps) < b->edges + 2)
        b->steps++;
    for (int i = b->edges; i < 1 << b->steps; i++)
        b->edge[i] = CRM_I_KEY_NAN;
    for (int i = 0; i < 1 << b->steps; i++) {
        const uint64_t from = i > 0 ? b->edge[i - 1] : 0;
        const uint64_t to = b->edge[i];
        b->inside[i] = 0;
        for (int j = 0; j < t->cuts; j++)
            b->inside[i] |= (uint8_t)(from >= low[j] && to <= high[j] && to - from > 1);
    }
}

/* The one pass: tasks count for themselves, and take room for what they gathered strip by strip, in whatever
 * order they come, for only its ranks matter. */
struct pass {
    const struct selection *t;
    const struct brackets *b;
    int64_t limit;
    double *kept;
    _Atomic int64_t found; /* beyond limit they are only counted */
    _Atomic int64_t count[CELLS];
};

/* Two counts, taken in turn, so that no count waits for the one before. */
struct counts {
    int64_t cell[2][CELLS];
};

/* Every value is written behind those gathered so far, and stays if its cell is inside a bracket. */
CRM_I_INLINE int64_t gather_strip(const struct pass *p, int steps, int64_t n, const double *value,
                                  struct counts *c, double *restrict into)
{
    const uint64_t *edge = p->b->edge;
    const uint64_t flip = p->t->flip;
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = key_of(value[i], flip);
        int64_t cell = 0;
        for (int s = steps - 1; s >= 0; s--) {
            const int64_t half = (int64_t)1 << s;
            cell += edge[cell + half - 1] <= key ? half : 0;
        }
        c->cell[i & 1][cell]++;
        into[found] = value[i];
        found += p->b->inside[cell];
    }
    return found;
}

static void count_and_gather(void *arg, int64_t part, int64_t worker)
{
    (void)worker;
    struct pass *p = arg;
    const int64_t first = part * PART_ROWS;
    const int64_t end = p->t->n - first < PART_ROWS ? p->t->n : first + PART_ROWS;
    const int cells = 1 << p->b->steps;
    struct counts c;
    for (int j = 0; j < cells; j++)
        c.cell[0][j] = c.cell[1][j] = 0;
    for (int64_t at = first; at < end; at += STRIP) {
        double kept[STRIP];
        const int64_t n = end - at < STRIP ? end - at : STRIP;
        const double *value = p->t->value + at;
        const int64_t found = p->b->steps == 4 ? gather_strip(p, 4, n, value, &c, kept)
                                               : gather_strip(p, p->b->steps, n, value, &c, kept);
        if (found == 0)
            continue;
        const int64_t to = atomic_fetch_add_explicit(&p->found, found, memory_order_relaxed);
        if (to + found <= p->limit)
            memcpy(p->kept + to, kept, (size_t)found * sizeof *kept);
    }
    for (int j = 0; j < cells; j++) {
        const int64_t count = c.cell[0][j] + c.cell[1][j];
        if (count > 0)
            atomic_fetch_add_explicit(&p->count[j], count, memory_order_relaxed);
    }
}

/* Read off the answers in cells of one key; the others become ranks among the values gathered, own[i] saying
 * which answer number i of them is. 0 if one lies outside its bracket. */
static int answer_from_cells(const struct pass *p, uint64_t *out, struct selection *inner, int *own)
{
    const struct selection *t = p->t;
    const struct brackets *b = p->b;
    int64_t below = 0;  /* values in cells before this one */
    int64_t before = 0; /* those of them that were gathered */
    int cell = 0;
    inner->cuts = 0;
    for (int j = 0; j < t->cuts; j++) {
        int64_t count;
        while (below + (count = atomic_load_explicit(&p->count[cell], memory_order_relaxed)) <= t->rank[j]) {
            below += count;
            before += b->inside[cell] ? count : 0;
            cell++;
        }
        const uint64_t from = cell > 0 ? b->edge[cell - 1] : 0;
        if (b->inside[cell]) {
            inner->rank[inner->cuts] = before + t->rank[j] - below;
            own[inner->cuts++] = j;
        } else if (from == CRM_I_KEY_NAN || b->edge[cell] - from == 1)
            out[j] = from;
        else
            return 0;
    }
    return 1;
}

/* *done = 0 if the sample was of no use. What was gathered, a few hundredths, is left to histograms. */
static crm_status select_by_sample(const struct selection *t, const struct run *run, int64_t *table,
                                   uint64_t *keys, uint64_t *out, int *done)
{
    struct brackets b;
    struct pass p = {.t = t, .b = &b, .limit = gather_limit(t->n), .kept = (double *)(void *)keys};
    const int64_t m = take_sample(t, keys);
    crm_i_sort_u64(m, keys, keys + m);
    place_brackets(t, m, keys, &b);
    const int64_t parts = (t->n - 1) / PART_ROWS + 1;
    const crm_status status =
        crm_i_parallel(run->context, count_and_gather, &p, parts, run->from, run->to, run->err);
    struct selection inner;
    int own[CUTS];
    uint64_t found[CUTS];
    inner.n = atomic_load_explicit(&p.found, memory_order_relaxed);
    inner.value = p.kept;
    inner.flip = t->flip;
    *done = status == CRM_OK && inner.n <= p.limit && answer_from_cells(&p, out, &inner, own);
    if (*done && inner.cuts > 0)
        select_by_histogram(&inner, table, keys + p.limit, found);
    for (int i = 0; *done && i < inner.cuts; i++)
        out[own[i]] = found[i];
    return status;
}

/* ---- the calls ---- */

/* Take these ranks in ascending order; order[j] says which was number j. */
static void take_ranks(struct selection *t, int64_t k, const int64_t *rank, int *order)
{
    t->cuts = (int)k;
    for (int j = 0; j < t->cuts; j++) {
        int at = j;
        for (; at > 0 && t->rank[at - 1] > rank[j]; at--) {
            t->rank[at] = t->rank[at - 1];
            order[at] = order[at - 1];
        }
        t->rank[at] = rank[j];
        order[at] = j;
    }
}

static crm_status select_ranks(const struct run *whole, int64_t n, const double *value, int64_t k,
                               const int64_t *rank, double *out, void *scratch, uint64_t flip, int sampled)
{
    int64_t *table = scratch;
    uint64_t *keys = (uint64_t *)(void *)(table + table_size(k));
    struct selection t;
    t.n = n;
    t.value = value;
    t.flip = flip;
    const int use_sample = sampled && n > gather_limit(n);
    const int64_t group = use_sample ? cuts_at_once(n) : CUTS;
    struct run run = *whole;
    for (int64_t first = 0; first < k; first += group) {
        int order[CUTS];
        uint64_t found[CUTS];
        int done = 0;
        take_ranks(&t, k - first < group ? k - first : group, rank + first, order);
        run.to = run.from + (whole->to - run.from) * ((double)t.cuts / (double)(k - first));
        const crm_status status = use_sample ? select_by_sample(&t, &run, table, keys, found, &done) : CRM_OK;
        if (status != CRM_OK)
            return status;
        run.from = run.to;
        if (!done)
            select_by_histogram(&t, table, keys, found);
        for (int j = 0; j < t.cuts; j++) {
            const uint64_t key = found[j] == CRM_I_KEY_NAN ? found[j] : found[j] ^ flip;
            out[first + order[j]] = crm_i_f64_from_key(key);
        }
    }
    return CRM_OK;
}

void crm_i_select_many(int64_t n, const double *value, int64_t k, const int64_t *rank, double *out,
                       void *scratch)
{
    const struct run alone = {NULL, 0.0, 0.0, NULL};
    select_ranks(&alone, n, value, k, rank, out, scratch, 0, 1);
}

crm_status crm_i_select_many_descending(const crm_context *context, int64_t n, const double *value, int64_t k,
                                        const int64_t *rank, double *out, void *scratch, double from,
                                        double to, crm_error *err)
{
    const struct run run = {context, from, to, err};
    return select_ranks(&run, n, value, k, rank, out, scratch, UINT64_MAX, 1);
}

void crm_i_select_many_bounded(int64_t n, const double *value, int64_t k, const int64_t *rank, double *out,
                               void *scratch)
{
    const struct run alone = {NULL, 0.0, 0.0, NULL};
    select_ranks(&alone, n, value, k, rank, out, scratch, 0, 0);
}

/* ---- cumulative sums ---- */

static int is_at_least(crm_i_pair sum, double target)
{
    return crm_i_pair_add_double(sum, -target).high >= 0.0;
}

static void find_share(int64_t n, const uint64_t *key, double target, double *out, int64_t *count)
{
    *out = target <= 0.0 ? (double)INFINITY : (double)NAN;
    *count = target <= 0.0 ? 0 : -1;
    if (!(target > 0.0))
        return;
    crm_i_pair sum = {0.0, 0.0};
    for (int64_t i = 0; i < n && key[i] != CRM_I_KEY_NAN; i++) {
        const double x = crm_i_f64_from_key(~key[i]);
        if (isinf(x) || isinf(target)) {
            sum.high += x;
            sum.low = 0.0;
            if (!(sum.high >= target))
                continue;
        } else {
            sum = crm_i_pair_add_double(sum, x);
            if (!is_at_least(sum, target))
                continue;
        }
        *out = x;
        *count = i + 1;
        return;
    }
}

void crm_i_select_share(int64_t n, const double *value, int64_t k, const double *target, double *out,
                        int64_t *count, uint64_t *key, uint64_t *key_scratch)
{
    for (int64_t i = 0; i < n; i++)
        key[i] = crm_i_f64_key_descending(value[i]);
    crm_i_sort_u64(n, key, key_scratch);
    for (int64_t j = 0; j < k; j++)
        find_share(n, key, target[j], &out[j], &count[j]);
}
