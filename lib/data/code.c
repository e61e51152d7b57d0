/* Columns as small whole numbers: what is made of whole numbers goes by them, few distinct values are ranked,
 * and what is neither goes by its bits. */
#include "data/code.h"

#include <string.h>

#include "numeric/bits.h"
#include "numeric/sort.h"

enum { SLOTS_LEAST = 64, SLOTS_MOST = 1 << 16 };

/* Wider codes than these had better be ranks, if there can be such: alone, and beside the column they are
 * shares of. */
enum { GRID_BITS = 16, SHARE_BITS = 24 };

/* The bits of a double >= 0: they ascend with it. -0 becomes 0. */
CRM_I_INLINE uint64_t bits_of(double x)
{
    return crm_i_double_bits(x + 0.0);
}

/* ---- guessing ---- */

/* Rows looked at, evenly spread. */
enum { SAMPLE = 256 };

typedef struct sample {
    int64_t n;
    double v[SAMPLE];
    double of[SAMPLE];
} sample;

static sample draw(int64_t n, const double *column, const double *of)
{
    sample s;
    s.n = n < SAMPLE ? n : SAMPLE;
    for (int64_t i = 0; i < s.n; i++) {
        const int64_t row = n / s.n * i + n % s.n * i / s.n;
        s.v[i] = column[row];
        s.of[i] = of ? of[row] : 1.0;
    }
    return s;
}

/* Are the rows of a sample made in this form? The loops that will tell of all rows tell of these. */
static int32_t fits(const sample *s, int32_t form, double step)
{
    crm_i_code_range range = CRM_I_CODE_RANGE_NONE;
    CRM_I_KERNEL_PICK(CRM_I_ISA_BASE, crm_i_code_reach)(form, step, s->n, s->v, s->of, &range);
    return !(range.error > 0.0);
}

/* The least distance > 0 between two of the values, 0 if there is none. Puts them in order. */
static double least_gap(int64_t n, double *v)
{
    double gap = 0.0;
    for (int64_t i = 1; i < n; i++) {
        const double x = v[i];
        int64_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
    for (int64_t i = 1; i < n; i++) {
        const double d = v[i] - v[i - 1];
        if (d > 0.0 && (!(gap > 0.0) || d < gap))
            gap = d;
    }
    return gap;
}

/* Steps in one by the distance of neighbours, which rounding has blurred: as a number of sixteenths. Days in
 * a week or an average month (30.4375) or year are such numbers. */
static int32_t guess_grid(const sample *s, double *step)
{
    sample ordered = *s;
    const double gap = least_gap(ordered.n, ordered.v);
    const double sixteenths = gap > 0x1p-24 ? 16.0 / gap + 0.5 : 0.0;
    *step = (double)(int64_t)sixteenths / 16.0;
    return sixteenths >= 1.0 && fits(s, CRM_I_CODE_GRID, *step);
}

static int32_t guess_share(const sample *s, double *step)
{
    for (int64_t i = 0; i < s->n; i++)
        if (!(s->of[i] >= 1.0))
            return CRM_I_CODE_OTHER;
    for (*step = 1.0; *step <= 1000.0; *step *= 10.0)
        for (int32_t form = CRM_I_CODE_SHARE; form <= CRM_I_CODE_SHARED; form++)
            if (fits(s, form, *step))
                return form;
    return CRM_I_CODE_OTHER;
}

crm_i_code crm_i_code_guess(int64_t n, const double *column, const crm_i_code *of)
{
    crm_i_code code;
    memset(&code, 0, sizeof code);
    code.column = column;
    code.n = n;
    code.kind = CRM_I_CODE_ONE;
    code.least = bits_of(1.0);
    code.step = 1.0;
    if (!column)
        return code;
    const int32_t shared = of && of->column && of->form == CRM_I_CODE_WHOLE;
    const sample s = draw(n, column, shared ? of->column : NULL);
    code.of = shared ? of->column : NULL;
    if (fits(&s, CRM_I_CODE_WHOLE, 1.0))
        code.form = CRM_I_CODE_WHOLE;
    else if (guess_grid(&s, &code.step))
        code.form = CRM_I_CODE_GRID;
    else
        code.form = shared ? guess_share(&s, &code.step) : CRM_I_CODE_OTHER;
    return code;
}

/* ---- choosing ---- */

/* The whole numbers that a column is made of, if it is. They ascend with it; in shares, for each value of the
 * other. */
static int32_t choose_made(crm_i_code *code, const crm_i_code_range *range, const crm_i_code_range *of)
{
    const int32_t share = code->form == CRM_I_CODE_SHARE || code->form == CRM_I_CODE_SHARED;
    if (code->form == CRM_I_CODE_OTHER || range->error > 0.0)
        return 0;
    if (share && (of->error > 0.0 || !(of->least >= 1.0)))
        return 0;
    const double product = code->form == CRM_I_CODE_GRID ? range->least * code->step + 0.5 : range->least;
    code->kind = CRM_I_CODE_MADE;
    code->least = share ? 0 : (uint64_t)product;
    code->bits = crm_i_bit_length((uint64_t)range->most_whole - code->least);
    return 1;
}

int32_t crm_i_code_choose(crm_i_code *code, const crm_i_code_range *range, const crm_i_code_range *of)
{
    if (!code->column)
        return 0;
    code->least = bits_of(range->least);
    if (range->least == range->most)
        return 0;
    if (choose_made(code, range, of))
        return code->form != CRM_I_CODE_WHOLE &&
               code->bits > (code->form == CRM_I_CODE_GRID ? GRID_BITS : SHARE_BITS);
    code->kind = CRM_I_CODE_BITS;
    code->bits = crm_i_bit_length(bits_of(range->most) - bits_of(range->least));
    return 1;
}

/* ---- ranking ---- */

int32_t crm_i_code_scratch(const crm_allocator *allocator, crm_i_code *code)
{
    code->slots = SLOTS_LEAST;
    while (code->slots < SLOTS_MOST && code->slots / 2 < code->n)
        code->slots *= 2;
    code->id = crm_i_alloc(allocator, code->n, (int64_t)sizeof *code->id);
    code->sorted = crm_i_alloc(allocator, code->slots / 2, (int64_t)sizeof *code->sorted);
    code->rank = crm_i_alloc(allocator, code->slots / 2, (int64_t)sizeof *code->rank);
    code->spare = crm_i_alloc(allocator, code->slots / 2, (int64_t)sizeof *code->spare);
    code->slot = crm_i_alloc(allocator, code->slots, (int64_t)sizeof *code->slot);
    return code->id && code->sorted && code->rank && code->spare && code->slot;
}

void crm_i_code_release(const crm_allocator *allocator, crm_i_code *code)
{
    crm_i_release(allocator, code->id, code->n, (int64_t)sizeof *code->id);
    crm_i_release(allocator, code->sorted, code->slots / 2, (int64_t)sizeof *code->sorted);
    crm_i_release(allocator, code->rank, code->slots / 2, (int64_t)sizeof *code->rank);
    crm_i_release(allocator, code->spare, code->slots / 2, (int64_t)sizeof *code->spare);
    crm_i_release(allocator, code->slot, code->slots, (int64_t)sizeof *code->slot);
    code->id = NULL;
    code->sorted = NULL;
    code->rank = NULL;
    code->spare = NULL;
    code->slot = NULL;
}

CRM_I_INLINE uint64_t place(uint64_t bits, int32_t shift)
{
    return (bits * UINT64_C(0x9E3779B97F4A7C15)) >> shift;
}

/* The slot of bits, or the free one where they belong; every step beyond the first is taken off *patience. */
CRM_I_INLINE crm_i_code_slot *find(crm_i_code *code, uint64_t bits, int32_t shift, int64_t *patience)
{
    const uint64_t mask = (uint64_t)code->slots - 1;
    uint64_t at = place(bits, shift);
    while (code->slot[at].bits != bits && code->slot[at].bits != UINT64_MAX) {
        at = (at + 1) & mask;
        --*patience;
    }
    return &code->slot[at];
}

/* Numbers the distinct values by first sight, in sorted[] and id[]. Gives up, with 0, when they are many, or
 * fall together in the table so badly that sorting is quicker: time stays proportional to n whatever the
 * values. */
static int64_t number(crm_i_code *code)
{
    const int32_t shift = 64 - (crm_i_bit_length((uint64_t)code->slots) - 1);
    int64_t patience = 4 * code->n + code->slots;
    int64_t distinct = 0;
    memset(code->slot, 0xFF, (size_t)code->slots * sizeof *code->slot);
    for (int64_t i = 0; i < code->n; i++) {
        const uint64_t bits = bits_of(code->column[i]);
        crm_i_code_slot *slot = find(code, bits, shift, &patience);
        if (CRM_I_UNLIKELY(patience < 0))
            return 0;
        if (CRM_I_UNLIKELY(slot->bits == UINT64_MAX)) {
            if (distinct == code->slots / 2)
                return 0;
            slot->bits = bits;
            slot->id = (uint64_t)distinct;
            code->sorted[distinct++] = bits;
        }
        code->id[i] = (uint32_t)slot->id;
    }
    return distinct;
}

void crm_i_code_rank(crm_i_code *code)
{
    const int64_t distinct = number(code);
    if (distinct == 0)
        return;
    const int32_t shift = 64 - (crm_i_bit_length((uint64_t)code->slots) - 1);
    crm_i_sort_u64(distinct, code->sorted, code->spare);
    int64_t patience = 0;
    for (int64_t r = 0; r < distinct; r++)
        code->rank[find(code, code->sorted[r], shift, &patience)->id] = (uint32_t)r;
    code->kind = CRM_I_CODE_RANK;
    code->bits = crm_i_bit_length((uint64_t)distinct - 1);
}

/* ---- there and back ---- */

void crm_i_code_pack(const crm_i_code *code, int32_t isa, int64_t from, int64_t n, int32_t shift,
                     uint64_t *word)
{
    const uint64_t least = code->least;
    if (code->bits == 0)
        return;
    if (code->kind == CRM_I_CODE_MADE) {
        CRM_I_KERNEL_PICK(isa, crm_i_code_place)
        (code->form, code->step, (uint32_t)least, shift, n, code->column + from,
         code->of ? code->of + from : NULL, word);
    } else if (code->kind == CRM_I_CODE_RANK) {
        const uint32_t *id = code->id + from;
        const uint32_t *rank = code->rank;
        for (int64_t i = 0; i < n; i++)
            word[i] |= (uint64_t)rank[id[i]] << shift;
    } else {
        const double *value = code->column + from;
        for (int64_t i = 0; i < n; i++)
            word[i] |= (bits_of(value[i]) - least) << shift;
    }
}

static void unpack_made(const crm_i_code *code, int64_t n, const uint64_t *value, const double *of,
                        double *into)
{
    const double step = code->step;
    for (int64_t i = 0; i < n; i++)
        into[i] = (double)(int64_t)(code->least + value[i]);
    if (code->form == CRM_I_CODE_GRID || code->form == CRM_I_CODE_SHARED)
        for (int64_t i = 0; i < n; i++)
            into[i] = into[i] / step;
    if (code->form == CRM_I_CODE_SHARE)
        for (int64_t i = 0; i < n; i++)
            into[i] = into[i] / (of[i] * step);
    if (code->form == CRM_I_CODE_SHARED)
        for (int64_t i = 0; i < n; i++)
            into[i] = into[i] / of[i];
}

void crm_i_code_unpack(const crm_i_code *code, int64_t n, const uint64_t *value, const double *of,
                       double *into)
{
    const uint64_t least = code->least;
    if (code->kind == CRM_I_CODE_MADE) {
        unpack_made(code, n, value, of, into);
    } else if (code->kind == CRM_I_CODE_RANK) {
        for (int64_t i = 0; i < n; i++)
            into[i] = crm_i_bits_double(code->sorted[value[i]]);
    } else {
        for (int64_t i = 0; i < n; i++)
            into[i] = crm_i_bits_double(least + value[i]);
    }
}
