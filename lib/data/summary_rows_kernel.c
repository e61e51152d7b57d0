/* The common case of good rows, for every instruction set: each condition marks the lanes where it fails. */
#include "data/summary_rows_kernel.h"

#include <float.h>
#include <string.h>

#include "base/compiler.h"

/* So many that compilers make vectors of the loops over them rather than undo them; a loop for each
 * condition, for of several selects in one they make jumps. NaN fails every condition. */
enum { LANES = 32 };

CRM_I_INLINE void mark_unless_whole(double *restrict bad, const double *restrict v)
{
    double small[LANES];
    double whole[LANES];
    for (int32_t j = 0; j < LANES; j++)
        small[j] = v[j] < 2147483648.0 ? v[j] : 0.5;
    for (int32_t j = 0; j < LANES; j++)
        small[j] = small[j] >= 0.0 ? small[j] : 0.5;
    for (int32_t j = 0; j < LANES; j++)
        whole[j] = (double)(int32_t)small[j];
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = whole[j] == small[j] ? bad[j] : 1.0;
}

CRM_I_INLINE void mark_unless_amount(double *restrict bad, const double *restrict v)
{
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = v[j] >= 0.0 ? bad[j] : 1.0;
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = v[j] <= DBL_MAX ? bad[j] : 1.0;
}

CRM_I_INLINE void mark_unless_within(double *restrict bad, const double *restrict v,
                                     const double *restrict most)
{
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = v[j] <= most[j] ? bad[j] : 1.0;
}

/* Both 0 or both not. */
CRM_I_INLINE void mark_unless_together(double *restrict bad, const double *restrict a,
                                       const double *restrict b)
{
    double above[LANES];
    double other[LANES];
    for (int32_t j = 0; j < LANES; j++)
        above[j] = a[j] > 0.0 ? 1.0 : 0.0;
    for (int32_t j = 0; j < LANES; j++)
        other[j] = b[j] > 0.0 ? 1.0 : 0.0;
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = above[j] == other[j] ? bad[j] : 1.0;
}

/* v, finite and > 0, or 0 of anything. */
CRM_I_INLINE void mark_unless_spent(double *restrict bad, const double *restrict count,
                                    const double *restrict mean)
{
    double asked[LANES];
    for (int32_t j = 0; j < LANES; j++)
        asked[j] = count[j] <= 0.0 ? 1.0 : mean[j];
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = asked[j] > 0.0 ? bad[j] : 1.0;
    for (int32_t j = 0; j < LANES; j++)
        bad[j] = asked[j] <= DBL_MAX ? bad[j] : 1.0;
}

CRM_I_INLINE int32_t none(const double *bad)
{
    double any = 0.0;
    for (int32_t j = 0; j < LANES; j++)
        any += bad[j];
    return !(any > 0.0);
}

/* Rows from i on, or, where they are fewer than lanes, these and the first of them again. */
CRM_I_INLINE const double *lanes_at(int64_t n, int64_t i, const double *v, double *room)
{
    if (i + LANES <= n)
        return v + i;
    for (int64_t j = 0; j < LANES; j++)
        room[j] = v[i + j < n ? i + j : i];
    return room;
}

int32_t CRM_I_KERNEL(crm_i_surely_purchases)(int64_t n, const double *x, const double *t_x, const double *T)
{
    double bad[LANES] = {0.0};
    double room[3][LANES];
    for (int64_t i = 0; i < n; i += LANES) {
        const double *a = lanes_at(n, i, x, room[0]);
        const double *b = lanes_at(n, i, t_x, room[1]);
        const double *c = lanes_at(n, i, T, room[2]);
        mark_unless_whole(bad, a);
        mark_unless_amount(bad, b);
        mark_unless_amount(bad, c);
        mark_unless_within(bad, b, c);
        mark_unless_together(bad, a, b);
    }
    return none(bad);
}

int32_t CRM_I_KERNEL(crm_i_surely_spend)(int64_t n, const double *count, const double *mean)
{
    double bad[LANES] = {0.0};
    double room[2][LANES];
    for (int64_t i = 0; i < n; i += LANES) {
        const double *a = lanes_at(n, i, count, room[0]);
        const double *b = lanes_at(n, i, mean, room[1]);
        mark_unless_whole(bad, a);
        mark_unless_spent(bad, a, b);
    }
    return none(bad);
}

int32_t CRM_I_KERNEL(crm_i_surely_amounts)(int64_t n, const double *v)
{
    double bad[LANES] = {0.0};
    double room[LANES];
    for (int64_t i = 0; i < n; i += LANES)
        mark_unless_amount(bad, lanes_at(n, i, v, room));
    return none(bad);
}
