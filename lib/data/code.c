/* Columns as small whole numbers: few distinct values are ranked, whole numbers stay what they are, and what is
 * neither goes by its bits. */
#include "data/code.h"

#include <string.h>

#include "numeric/sort.h"

enum { SLOTS_LEAST = 64, SLOTS_MOST = 1 << 16 };

static int32_t bit_length(uint64_t x)
{
    int32_t length = 0;
    for (; x > 0; x >>= 1)
        length++;
    return length;
}

/* The bits of a double >= 0: they ascend with it. -0 becomes 0. */
CRM_I_INLINE uint64_t bits_of(double x)
{
    const double y = x + 0.0;
    uint64_t bits;
    memcpy(&bits, &y, sizeof bits);
    return bits;
}

CRM_I_INLINE double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

int32_t crm_i_code_new(const crm_allocator *allocator, int64_t n, const double *column, crm_i_code *code)
{
    const crm_i_code fresh = {column, n, CRM_I_CODE_ONE, 0, 0, NULL, NULL, NULL, NULL, NULL, 0};
    *code = fresh;
    if (!column || n == 0)
        return 1;
    code->slots = SLOTS_LEAST;
    while (code->slots < SLOTS_MOST && code->slots / 2 < n)
        code->slots *= 2;
    code->id = crm_i_alloc(allocator, n, (int64_t)sizeof *code->id);
    code->sorted = crm_i_alloc(allocator, code->slots / 2, (int64_t)sizeof *code->sorted);
    code->rank = crm_i_alloc(allocator, code->slots / 2, (int64_t)sizeof *code->rank);
    code->spare = crm_i_alloc(allocator, code->slots / 2, (int64_t)sizeof *code->spare);
    code->slot = crm_i_alloc(allocator, code->slots, (int64_t)sizeof *code->slot);
    if (code->id && code->sorted && code->rank && code->spare && code->slot)
        return 1;
    crm_i_code_release(allocator, code);
    return 0;
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

/* Numbers the distinct values by first sight, in sorted[] and id[]. Gives up, with 0, when they are many, or fall
 * together in the table so badly that sorting is quicker: time stays proportional to n whatever the values. */
static int64_t number(crm_i_code *code)
{
    const int32_t shift = 64 - (bit_length((uint64_t)code->slots) - 1);
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

static int32_t choose_rank(crm_i_code *code)
{
    const int64_t distinct = number(code);
    if (distinct == 0)
        return 0;
    const int32_t shift = 64 - (bit_length((uint64_t)code->slots) - 1);
    crm_i_sort_u64(distinct, code->sorted, code->spare);
    int64_t patience = 0;
    for (int64_t r = 0; r < distinct; r++)
        code->rank[find(code, code->sorted[r], shift, &patience)->id] = (uint32_t)r;
    code->kind = CRM_I_CODE_RANK;
    code->bits = bit_length((uint64_t)distinct - 1);
    return 1;
}

/* The least and the greatest, and whether all are whole and below 2^31. */
static int32_t survey(int64_t n, const double *value, double *least, double *most)
{
    double lo = value[0];
    double hi = value[0];
    int32_t broken = 0;
    for (int64_t i = 0; i < n; i++) {
        const double v = value[i];
        const double small = v < 2147483648.0 ? v : 0.5;
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
        broken |= (double)(int32_t)small != small;
    }
    *least = lo;
    *most = hi;
    return !broken;
}

void crm_i_code_choose(crm_i_code *code)
{
    code->kind = CRM_I_CODE_ONE;
    code->bits = 0;
    code->least = bits_of(1.0);
    if (!code->column)
        return;
    double least = 0.0;
    double most = 0.0;
    const int32_t whole = survey(code->n, code->column, &least, &most);
    code->least = bits_of(least);
    if (least == most)
        return;
    if (whole) {
        code->kind = CRM_I_CODE_WHOLE;
        code->least = (uint64_t)least;
        code->bits = bit_length((uint64_t)most - (uint64_t)least);
    } else if (!choose_rank(code)) {
        code->kind = CRM_I_CODE_BITS;
        code->bits = bit_length(bits_of(most) - bits_of(least));
    }
}

void crm_i_code_pack(const crm_i_code *code, int64_t from, int64_t n, int32_t shift, uint64_t *word)
{
    const uint64_t least = code->least;
    if (code->bits == 0)
        return;
    if (code->kind == CRM_I_CODE_WHOLE) {
        const double *value = code->column + from;
        const uint32_t less = (uint32_t)least;
        for (int64_t i = 0; i < n; i++)
            word[i] |= (uint64_t)((uint32_t)(int32_t)value[i] - less) << shift;
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

void crm_i_code_unpack(const crm_i_code *code, int64_t n, const uint64_t *value, double *into)
{
    const uint64_t least = code->least;
    if (code->kind == CRM_I_CODE_RANK) {
        for (int64_t i = 0; i < n; i++)
            into[i] = from_bits(code->sorted[value[i]]);
    } else if (code->kind == CRM_I_CODE_WHOLE) {
        for (int64_t i = 0; i < n; i++)
            into[i] = (double)(int64_t)(least + value[i]);
    } else {
        for (int64_t i = 0; i < n; i++)
            into[i] = from_bits(least + value[i]);
    }
}
