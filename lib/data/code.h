/* A column of doubles as small whole numbers in the same order, so that several columns fit in one sortable
 * word. */
#ifndef CRM_I_CODE_H
#define CRM_I_CODE_H

#include "base/memory.h"
#include "data/code_kernel.h"

enum {
    CRM_I_CODE_ONE = 0,  /* the same throughout: no bits at all */
    CRM_I_CODE_MADE = 1, /* whole numbers less the least, of which the doubles are made (see form) */
    CRM_I_CODE_RANK = 2, /* place among the few distinct values */
    CRM_I_CODE_BITS = 3  /* the bits of the double less those of the least */
};

typedef struct crm_i_code_slot {
    uint64_t bits; /* UINT64_MAX: free */
    uint64_t id;   /* by first sight */
} crm_i_code_slot;

typedef struct crm_i_code {
    const double *column; /* NULL: 1 throughout */
    const double *of;     /* the column before, whole and > 0, or NULL */
    int64_t n;
    int32_t form; /* CRM_I_CODE_WHOLE .. CRM_I_CODE_OTHER: a guess at first */
    double step;
    int32_t kind;
    int32_t bits;   /* codes are < 2^bits; 0..63 */
    uint64_t least; /* what is taken off */
    /* scratch of ranking */
    uint32_t *id;          /* by row */
    uint64_t *sorted;      /* RANK: bits of the distinct values, ascending */
    uint32_t *rank;        /* RANK: by id */
    uint64_t *spare;       /* as long as sorted */
    crm_i_code_slot *slot; /* the table of distinct values */
    int64_t slots;         /* a power of two; at most half of it is used */
} crm_i_code;

/* Looks at a few rows and guesses the form of a column; of is the code of the column before, guessed, or
 * NULL. n > 0. */
crm_i_code crm_i_code_guess(int64_t n, const double *column, const crm_i_code *of);

/* Chooses the code by what all rows reach in that form (of: the range of the column before). Answers 1 if
 * only crm_i_code_rank can tell: what was chosen is then what holds if that fails. */
int32_t crm_i_code_choose(crm_i_code *code, const crm_i_code_range *range, const crm_i_code_range *of);

/* The scratch that ranking needs: 1, or 0 without memory (release what there is). */
int32_t crm_i_code_scratch(const crm_allocator *allocator, crm_i_code *code);
void crm_i_code_release(const crm_allocator *allocator, crm_i_code *code);

/* Ranks the values if they are few. Takes no memory. */
void crm_i_code_rank(crm_i_code *code);

/* word[i] |= code of row from + i, shifted, for i in 0..n-1. */
void crm_i_code_pack(const crm_i_code *code, int32_t isa, int64_t from, int64_t n, int32_t shift,
                     uint64_t *word);

/* into[i] = the double of a code; of[i] that of the column before. */
void crm_i_code_unpack(const crm_i_code *code, int64_t n, const uint64_t *value, const double *of,
                       double *into);

#endif
