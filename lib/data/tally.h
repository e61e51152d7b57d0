/* Counting narrow words without sorting them: split by the leading bits, count by the rest. */
#ifndef CRM_I_TALLY_H
#define CRM_I_TALLY_H

#include "base/memory.h"

enum {
    CRM_I_TALLY_LOW = 13, /* counted in a table that fits in the cache nearest the core */
    CRM_I_TALLY_BITS = 32  /* words may be this wide */
};

typedef struct crm_i_tally {
    int64_t n;       /* room for words */
    int64_t used;    /* words there are */
    int32_t bits;    /* of a word */
    uint32_t *word;  /* n: the words; then the distinct ones, ascending */
    uint32_t *count; /* n: how often each of these was there */
    uint16_t *low;   /* n: scratch, as is the rest */
    uint32_t *bucket; /* 2^(bits - CRM_I_TALLY_LOW), at least 1 */
    uint32_t *table; /* 2^CRM_I_TALLY_LOW */
} crm_i_tally;

/* 1 if n words of so many bits can be counted, and had better be. */
int32_t crm_i_tally_suits(int64_t n, int32_t bits);

/* Memory for n words of so many bits, which suit, used set to n: 1, or 0 without memory (release what there is). */
int32_t crm_i_tally_new(const crm_allocator *allocator, int64_t n, int32_t bits, crm_i_tally *tally);
void crm_i_tally_release(const crm_allocator *allocator, crm_i_tally *tally);

/* Counts word[0..used-1] and answers how many are distinct. */
int64_t crm_i_tally_count(crm_i_tally *tally);

#endif
