/* What the rows of eight customers come to, side by side: no branch depends on a row, so that none is guessed
 * wrong. */
#include "data/run_kernel.h"

#include <math.h>

enum { LANES = CRM_I_TILE_LANES };

/* All bits where it is so. Masks, not selects: the compiler makes branches of a few selects that share a
 * condition. */
CRM_I_INLINE uint64_t mask_if(int condition)
{
    return 0 - (uint64_t)condition;
}

/* One purchase day at a time is closed by the row after which the time changes. */
CRM_I_INLINE void add_rows(int64_t rows, const int64_t *restrict n, const uint64_t *restrict time,
                           const uint64_t *restrict amount, uint64_t amount_low, uint64_t with_first,
                           crm_i_run_rows *restrict out)
{
    uint64_t start[LANES] = {0};
    uint64_t end[LANES] = {0};
    uint64_t spend[LANES] = {0};
    uint64_t revenue[LANES] = {0};
    uint64_t net[LANES] = {0};
    uint64_t purchases[LANES] = {0};
    uint64_t counted[LANES] = {0};
    for (int64_t i = 0; i < rows; i++) {
        for (int l = 0; l < LANES; l++) {
            const uint64_t now = time[LANES * i + l];
            const uint64_t inside = mask_if(i < n[l]);
            const uint64_t changes = mask_if(time[LANES * (i + 1) + l] != now);
            const uint64_t value = (amount[LANES * i + l] + amount_low) & inside;
            const uint64_t sum = net[l] + value;
            const uint64_t closes = inside & (mask_if(i + 1 == n[l]) | changes);
            const uint64_t buys = closes & mask_if((int64_t)sum >= 0);
            const uint64_t begins = buys & mask_if(purchases[l] == 0);
            const uint64_t spends = buys & mask_if((int64_t)sum > 0) & (with_first | ~begins);
            revenue[l] += value;
            start[l] = (now & begins) | (start[l] & ~begins);
            end[l] = (now & buys) | (end[l] & ~buys);
            purchases[l] -= buys;
            spend[l] += sum & spends;
            counted[l] -= spends;
            net[l] = sum & ~closes;
        }
    }
    for (int l = 0; l < LANES; l++) {
        out->start[l] = start[l];
        out->end[l] = end[l];
        out->purchases[l] = (int64_t)purchases[l];
        out->counted[l] = (int64_t)counted[l];
        out->spend[l] = spend[l];
        out->revenue[l] = revenue[l];
    }
}

int32_t CRM_I_KERNEL(crm_i_run_tally)(int64_t rows, const int64_t *n, const uint64_t *time,
                                      const uint64_t *amount, const crm_i_run_terms *terms,
                                      crm_i_run_rows *out)
{
    const crm_i_run_terms t = *terms;
    const uint64_t exact = (uint64_t)1 << 53;
    const double missing = (double)NAN;
    uint64_t above = 0;
    add_rows(rows, n, time, amount, t.amount_low, mask_if(t.spend_first), out);
    for (int l = 0; l < LANES; l++) {
        const int none = out->purchases[l] == 0;
        const int64_t count = out->counted[l];
        const uint64_t lived = out->end[l] - out->start[l];
        const uint64_t watched = t.as_of - out->start[l];
        const uint64_t divisor = (uint64_t)count * t.scale;
        const double t_x = (double)(int64_t)lived / t.ticks_per_period;
        const double T = (double)(int64_t)watched / t.ticks_per_period;
        const double mean =
            (double)(int64_t)out->spend[l] / (double)(int64_t)divisor; /* 0 / 0 where there is none */
        above |=
            (uint64_t)(watched > exact) | (uint64_t)(out->spend[l] > exact) | (uint64_t)(divisor > exact);
        out->x[l] = none ? missing : (double)(out->purchases[l] - 1);
        out->t_x[l] = none ? missing : t_x;
        out->T[l] = none ? missing : T;
        out->mean_spend[l] = count > 0 ? mean : missing;
        out->spend_count[l] = none ? missing : (double)count;
        out->first[l] = none ? INT64_MIN : (int64_t)(out->start[l] + t.time_low);
        out->last[l] = none ? INT64_MIN : (int64_t)(out->end[l] + t.time_low);
    }
    return above == 0;
}
