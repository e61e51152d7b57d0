/* Equal values astride a cut, parted by key. */
#ifndef CRM_I_PORTFOLIO_PYRAMID_TIES_H
#define CRM_I_PORTFOLIO_PYRAMID_TIES_H

#include "base/memory.h"
#include "crmcore/portfolio.h"
#include "numeric/sort.h"

enum { CRM_I_TIERS_MOST = 32 };

/* A value whose customers are parted: `equal` of them behind `above` better ones. */
typedef struct {
    double value;
    int64_t above;
    int64_t equal;
    int64_t at; /* where its rows begin in the arrays below */
} crm_i_ties_group;

/* All parted values, and their rows in ascending order of key. */
typedef struct {
    int32_t groups;
    crm_i_ties_group group[CRM_I_TIERS_MOST];
    int64_t rows;
    struct crm_i_sort_pair *pair; /* key and row */
    struct crm_i_sort_pair *scratch;
} crm_i_ties;

/* Fills in rows, which is the sum of group[].equal, and the arrays; CRM_E_KEY where a key stands twice at a
 * cut, so that the order of the rows would decide. rank[0..cuts-1] as in crm_i_ties_tier. release is due in
 * any case. */
crm_status crm_i_ties_collect(crm_i_ties *ties, const crm_allocator *allocator, int64_t n,
                              const double *value, const uint64_t *key, int32_t cuts, const int64_t *rank,
                              crm_error *err);
void crm_i_ties_release(crm_i_ties *ties, const crm_allocator *allocator);

/* The tier of the customer on a place from 1: the first j with place <= rank[j-1], else cuts + 1. */
int32_t crm_i_ties_tier(int64_t place, int32_t cuts, const int64_t *rank);

/* Writes the tiers of all rows collected; those of negative values stay where negative_lowest. */
void crm_i_ties_assign(const crm_i_ties *ties, int32_t cuts, const int64_t *rank, int32_t negative_lowest,
                       uint8_t *tier);

#endif
