/* Counting narrow words without sorting them: split by the leading bits, count by the rest; by several
 * workers where there are. */
#ifndef CRM_I_TALLY_H
#define CRM_I_TALLY_H

#include "base/context.h"
#include "base/memory.h"

enum {
    CRM_I_TALLY_LOW = 13,  /* counted in a table that fits in the cache nearest the core */
    CRM_I_TALLY_BITS = 32, /* words may be this wide */
    CRM_I_TALLY_PARTS = 16
};

/* What one task packs, and what it counts. */
typedef struct crm_i_tally_part {
    int64_t word;     /* where its words begin */
    int64_t words;    /* how many they are */
    int64_t bucket;   /* it counts the buckets from here to where the next part begins: */
    int64_t row;      /* the rows from here, where what it counted is put too: */
    int64_t distinct; /* so many words, ascending, and how often each was there */
    int64_t cell;     /* distinct words of the parts before */
} crm_i_tally_part;

typedef struct crm_i_tally {
    int64_t n;    /* room for words */
    int32_t bits; /* of a word */
    int32_t parts;
    crm_i_tally_part part[CRM_I_TALLY_PARTS];
    int64_t distinct; /* of all parts */
    uint32_t *word;   /* n: the words; then the distinct ones of each part */
    uint32_t *count;  /* n: how often each of these was there */
    uint16_t *low;    /* n: scratch, as is the rest */
    uint32_t *block;  /* these three */
    uint32_t *bucket; /* 2^(bits - CRM_I_TALLY_LOW), at least 1, for each part */
    uint32_t *table;  /* 2^CRM_I_TALLY_LOW for each part */
} crm_i_tally;

/* In how many parts n rows are best read: a power of two, at most CRM_I_TALLY_PARTS; and where part p begins.
 */
int32_t crm_i_tally_parts(const crm_context *context, int64_t n);
CRM_I_INLINE int64_t crm_i_tally_bound(int64_t n, int32_t parts, int32_t p)
{
    return n / parts * p + n % parts * p / parts;
}

/* 1 if n words of so many bits can be counted, and had better be. */
int32_t crm_i_tally_suits(int64_t n, int32_t bits);

/* Memory for n words of so many bits, which suit: 1, or 0 without memory (release what there is). The rows
 * come in `parts` parts; where the buckets are many tally->parts is less, by a power of two: then that many
 * neighbours are one. The words of each part are none yet. */
int32_t crm_i_tally_new(const crm_allocator *allocator, int64_t n, int32_t bits, int32_t parts,
                        crm_i_tally *tally);
void crm_i_tally_release(const crm_allocator *allocator, crm_i_tally *tally);

/* The parts hold so many words: words[i] of part i of `parts`, as told to crm_i_tally_new. */
void crm_i_tally_share(crm_i_tally *tally, int32_t parts, const int64_t *words);

/* Takes note of n more words of a part, at word + at. Each part's words come in this way, before they are
 * counted. */
void crm_i_tally_note(crm_i_tally *tally, int32_t part, int64_t at, int64_t n);

/* Counts all words. CRM_OK, CRM_E_CANCELLED or CRM_E_EXECUTOR. */
crm_status crm_i_tally_count(const crm_context *context, crm_i_tally *tally, double from, double to,
                             crm_error *err);

#endif
