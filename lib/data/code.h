/* A column of doubles as small whole numbers in the same order, so that several columns fit in one sortable word. */
#ifndef CRM_I_CODE_H
#define CRM_I_CODE_H

#include "base/memory.h"

enum {
    CRM_I_CODE_ONE = 0,   /* the same throughout: no bits at all */
    CRM_I_CODE_WHOLE = 1, /* whole numbers less the least */
    CRM_I_CODE_RANK = 2,  /* place among the few distinct values */
    CRM_I_CODE_BITS = 3   /* the bits of the double less those of the least */
};

typedef struct crm_i_code_slot {
    uint64_t bits; /* UINT64_MAX: free */
    uint64_t id;   /* by first sight */
} crm_i_code_slot;

typedef struct crm_i_code {
    const double *column; /* NULL: 1 throughout */
    int64_t n;
    int32_t kind;
    int32_t bits;   /* codes are < 2^bits; 0..63 */
    uint64_t least; /* what is taken off */
    /* scratch, none where there is no column */
    uint32_t *id;          /* by row */
    uint64_t *sorted;      /* RANK: bits of the distinct values, ascending */
    uint32_t *rank;        /* RANK: by id */
    uint64_t *spare;       /* as long as sorted */
    crm_i_code_slot *slot; /* the table of distinct values */
    int64_t slots;         /* a power of two; at most half of it is used */
} crm_i_code;

/* The scratch that a column needs; 1, or 0 without memory (then nothing is left). */
int32_t crm_i_code_new(const crm_allocator *allocator, int64_t n, const double *column, crm_i_code *code);
void crm_i_code_release(const crm_allocator *allocator, crm_i_code *code);

/* Chooses the code of a column. n > 0. Takes no memory. */
void crm_i_code_choose(crm_i_code *code);

/* word[i] |= code of row from + i, shifted, for i in 0..n-1. */
void crm_i_code_pack(const crm_i_code *code, int64_t from, int64_t n, int32_t shift, uint64_t *word);

/* into[i] = the double of a code. */
void crm_i_code_unpack(const crm_i_code *code, int64_t n, const uint64_t *value, double *into);

#endif
