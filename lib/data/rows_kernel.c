/* One reading of the columns of a log: what range they have, whether they are in order. */
#include "data/rows.h"

void CRM_I_KERNEL(crm_i_rows_find_range)(int64_t first, int64_t end, const uint64_t *key, const int64_t *time,
                                         const int64_t *amount, int64_t as_of, crm_i_rows_range *out)
{
    uint64_t key_low = UINT64_MAX;
    uint64_t key_high = 0;
    int64_t time_low = INT64_MAX;
    int64_t time_high = INT64_MIN;
    int64_t amount_low = INT64_MAX;
    int64_t amount_high = INT64_MIN;
    int64_t rows = 0;
    for (int64_t i = first; i < end; i++) {
        const uint64_t k = key[i];
        const int64_t t = time[i];
        const int64_t a = amount[i];
        key_low = k < key_low ? k : key_low;
        key_high = k > key_high ? k : key_high;
        time_low = t < time_low ? t : time_low;
        time_high = t > time_high ? t : time_high;
        amount_low = a < amount_low ? a : amount_low;
        amount_high = a > amount_high ? a : amount_high;
        rows += t <= as_of;
    }
    out->key_low = key_low;
    out->key_high = key_high;
    out->time_low = time_low;
    out->time_high = time_high;
    out->amount_low = amount_low;
    out->amount_high = amount_high;
    out->rows = rows;
}

void CRM_I_KERNEL(crm_i_rows_find_order)(int64_t first, int64_t end, const uint64_t *key, const int64_t *time,
                                         int64_t as_of, crm_i_rows_order *out)
{
    const int64_t limit = (int64_t)1 << 62;
    int64_t customers = 0;
    int64_t rows = 0;
    int64_t early = 0;
    int64_t outside = 0;
    if (first == 0) {
        rows = time[0] <= as_of;
        customers = rows;
        outside = time[0] < -limit || time[0] > limit;
        first = 1;
    }
    for (int64_t i = first; i < end; i++) {
        const uint64_t k = key[i];
        const uint64_t k_before = key[i - 1];
        const int64_t t = time[i];
        const int64_t t_before = time[i - 1];
        const int64_t keep = t <= as_of;
        customers += (int64_t)(k != k_before) & keep;
        rows += keep;
        early |= (int64_t)(k < k_before) | ((int64_t)(k == k_before) & (int64_t)(t < t_before));
        outside |= (int64_t)(t < -limit) | (int64_t)(t > limit);
    }
    out->customers = customers;
    out->rows = rows;
    out->ordered = early == 0;
    out->times_fit = outside == 0;
}
