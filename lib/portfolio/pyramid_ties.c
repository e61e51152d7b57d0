/* Equal values astride a cut, parted by key: collect their rows, sort them by key, hand out places. */
#include "portfolio/pyramid_ties.h"

#include "base/error.h"

int32_t crm_i_ties_tier(int64_t place, int32_t cuts, const int64_t *rank)
{
    for (int32_t j = 0; j < cuts; j++) {
        if (place <= rank[j])
            return j + 1;
    }
    return cuts + 1;
}

static crm_status sort_group(const crm_i_ties *ties, const crm_i_ties_group *g, int64_t n,
                             const double *value, const uint64_t *key, int32_t cuts, const int64_t *rank,
                             crm_error *err)
{
    struct crm_i_sort_pair *pair = ties->pair + g->at;
    int64_t found = 0;
    for (int64_t i = 0; i < n && found < g->equal; i++) {
        if (value[i] == g->value) {
            pair[found].key = key[i];
            pair[found].index = i;
            found++;
        }
    }
    crm_i_sort_pairs(g->equal, pair, ties->scratch);
    for (int32_t j = 0; j < cuts; j++) {
        const int64_t cut = rank[j] - g->above;
        if (cut > 0 && cut < g->equal && pair[cut - 1].key == pair[cut].key)
            return crm_i_fail_row(err, CRM_E_KEY, 4, pair[cut].index, (double)pair[cut].key,
                                  "Two customers with the same value and the same key stand at a cut.");
    }
    return CRM_OK;
}

crm_status crm_i_ties_collect(crm_i_ties *ties, const crm_allocator *allocator, int64_t n,
                              const double *value, const uint64_t *key, int32_t cuts, const int64_t *rank,
                              crm_error *err)
{
    ties->rows = 0;
    for (int32_t g = 0; g < ties->groups; g++) {
        ties->group[g].at = ties->rows;
        ties->rows += ties->group[g].equal;
    }
    ties->pair = crm_i_alloc(allocator, ties->rows, sizeof *ties->pair);
    ties->scratch = crm_i_alloc(allocator, ties->rows, sizeof *ties->scratch);
    if (!ties->pair || !ties->scratch)
        return crm_i_fail_memory(err);
    crm_status status = CRM_OK;
    for (int32_t g = 0; g < ties->groups && status == CRM_OK; g++)
        status = sort_group(ties, ties->group + g, n, value, key, cuts, rank, err);
    return status;
}

void crm_i_ties_release(crm_i_ties *ties, const crm_allocator *allocator)
{
    crm_i_release(allocator, ties->scratch, ties->rows, sizeof *ties->scratch);
    crm_i_release(allocator, ties->pair, ties->rows, sizeof *ties->pair);
}

void crm_i_ties_assign(const crm_i_ties *ties, int32_t cuts, const int64_t *rank, int32_t negative_lowest,
                       uint8_t *tier)
{
    for (int32_t g = 0; g < ties->groups; g++) {
        const crm_i_ties_group *group = ties->group + g;
        if (negative_lowest && group->value < 0.0)
            continue;
        for (int64_t i = 0; i < group->equal; i++)
            tier[ties->pair[group->at + i].index] =
                (uint8_t)crm_i_ties_tier(group->above + i + 1, cuts, rank);
    }
}
