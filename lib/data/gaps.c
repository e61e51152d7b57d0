/* Gaps: open addressing by length. */
#include "data/gaps.h"

#include <string.h>

#include "numeric/sort.h"

enum { PLACES_LEAST = 64 };

crm_i_gap_table crm_i_gaps_none(void)
{
    const crm_i_gap_table none = {0, 0, 0, NULL};
    return none;
}

void crm_i_gaps_release(const crm_allocator *allocator, crm_i_gap_table *gaps)
{
    crm_i_release(allocator, gaps->place, gaps->places, (int64_t)sizeof *gaps->place);
    *gaps = crm_i_gaps_none();
}

/* Where a length stands, or the free place where it belongs. Lengths near each other take places near each
 * other. */
static crm_i_gap *find(const crm_i_gap_table *gaps, int64_t length)
{
    const uint64_t mask = (uint64_t)gaps->places - 1;
    uint64_t mixed = (uint64_t)length;
    mixed ^= (mixed >> 20) * UINT64_C(0x9E3779B97F4A7C15) >> 24;
    uint64_t at = mixed & mask;
    while (gaps->place[at].length != length && gaps->place[at].length != 0)
        at = (at + 1) & mask;
    return &gaps->place[at];
}

int32_t crm_i_gaps_reserve(const crm_allocator *allocator, crm_i_gap_table *gaps, int64_t more)
{
    if (more > INT64_MAX / 64 - gaps->used)
        return 0;
    const int64_t want = 2 * (gaps->used + more);
    if (want <= gaps->places)
        return 1;
    crm_i_gap_table larger = {PLACES_LEAST, gaps->used, gaps->total, NULL};
    while (larger.places < want)
        larger.places *= 2;
    larger.place = crm_i_alloc_zeroed(allocator, larger.places, (int64_t)sizeof *larger.place);
    if (!larger.place)
        return 0;
    for (int64_t i = 0; i < gaps->places; i++)
        if (gaps->place[i].length != 0)
            *find(&larger, gaps->place[i].length) = gaps->place[i];
    crm_i_release(allocator, gaps->place, gaps->places, (int64_t)sizeof *gaps->place);
    *gaps = larger;
    return 1;
}

void crm_i_gaps_add(crm_i_gap_table *gaps, int64_t length, int64_t count)
{
    crm_i_gap *place = find(gaps, length);
    if (place->length == 0) {
        place->length = length;
        gaps->used++;
    }
    place->count += count;
    gaps->total += count;
}

/* A gap and a pair of the sort are two words each, of which the first decides. */
void crm_i_gaps_list(const crm_i_gap_table *gaps, crm_i_gap *gap, crm_i_gap *scratch)
{
    struct crm_i_sort_pair *pair = (struct crm_i_sort_pair *)(void *)gap;
    int64_t k = 0;
    for (int64_t i = 0; i < gaps->places; i++) {
        const crm_i_gap g = gaps->place[i];
        if (g.length == 0)
            continue;
        pair[k].key = (uint64_t)g.length;
        pair[k].index = g.count;
        k++;
    }
    crm_i_sort_pairs(k, pair, (struct crm_i_sort_pair *)(void *)scratch);
}
