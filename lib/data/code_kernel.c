/* The loops of codes, for every instruction set: extremes on fixed lanes, whole numbers by truncation. */
#include "data/code_kernel.h"

#include <math.h>

#include "base/compiler.h"

/* So many that compilers make vectors of the loop over them rather than undo it. */
enum { LANES = 32 };

static const double beyond = 2147483647.0;

/* k by its product; and back. The same operations on every row of a column, so that equal rows stay equal. */
CRM_I_INLINE double whole_of(int32_t form, double step, double v, double of)
{
    const double product = form == CRM_I_CODE_WHOLE  ? v
                           : form == CRM_I_CODE_GRID ? v * step + 0.5
                                                     : v * (of * step) + 0.5;
    return product < beyond ? product : 0.5;
}

CRM_I_INLINE double made_of(int32_t form, double step, double k, double of)
{
    return form == CRM_I_CODE_WHOLE   ? k
           : form == CRM_I_CODE_GRID  ? k / step
           : form == CRM_I_CODE_SHARE ? k / (of * step)
                                      : (k / step) / of;
}

typedef struct lanes {
    double least[LANES];
    double most[LANES];
    double most_whole[LANES];
    double error[LANES];
} lanes;

CRM_I_INLINE void lower(double *restrict least, const double *restrict v)
{
    for (int32_t j = 0; j < LANES; j++)
        least[j] = v[j] < least[j] ? v[j] : least[j];
}

CRM_I_INLINE void lift(double *restrict most, const double *restrict v)
{
    for (int32_t j = 0; j < LANES; j++)
        most[j] = v[j] > most[j] ? v[j] : most[j];
}

/* A loop for each step: several selects in one, and compilers make jumps of them. */
CRM_I_INLINE void take(lanes *l, int32_t form, double step, const double *restrict v,
                       const double *restrict of)
{
    double product[LANES];
    double k[LANES];
    double error[LANES];
    for (int32_t j = 0; j < LANES; j++)
        product[j] = whole_of(form, step, v[j], form >= CRM_I_CODE_SHARE ? of[j] : 1.0);
    for (int32_t j = 0; j < LANES; j++)
        k[j] = (double)(int32_t)product[j];
    for (int32_t j = 0; j < LANES; j++)
        error[j] = fabs(v[j] - made_of(form, step, k[j], form >= CRM_I_CODE_SHARE ? of[j] : 1.0));
    lower(l->least, v);
    lift(l->most, v);
    lift(l->most_whole, k);
    lift(l->error, error);
}

CRM_I_INLINE void reach(int32_t form, double step, int64_t n, const double *restrict v,
                        const double *restrict of, crm_i_code_range *range)
{
    lanes l;
    int64_t i = 0;
    for (int32_t j = 0; j < LANES; j++) {
        l.least[j] = range->least;
        l.most[j] = range->most;
        l.most_whole[j] = range->most_whole;
        l.error[j] = range->error;
    }
    for (; i + LANES <= n; i += LANES)
        take(&l, form, step, v + i, form >= CRM_I_CODE_SHARE ? of + i : NULL);
    if (i < n) {
        double last_v[LANES];
        double last_of[LANES];
        for (int32_t j = 0; j < LANES; j++) {
            last_v[j] = v[i + j < n ? i + j : i];
            last_of[j] = form >= CRM_I_CODE_SHARE ? of[i + j < n ? i + j : i] : 1.0;
        }
        take(&l, form, step, last_v, last_of);
    }
    for (int32_t j = 0; j < LANES; j++) {
        range->least = l.least[j] < range->least ? l.least[j] : range->least;
        range->most = l.most[j] > range->most ? l.most[j] : range->most;
        range->most_whole = l.most_whole[j] > range->most_whole ? l.most_whole[j] : range->most_whole;
        range->error = l.error[j] > range->error ? l.error[j] : range->error;
    }
}

void CRM_I_KERNEL(crm_i_code_reach)(int32_t form, double step, int64_t n, const double *v, const double *of,
                                    crm_i_code_range *range)
{
    if (form == CRM_I_CODE_GRID)
        reach(CRM_I_CODE_GRID, step, n, v, of, range);
    else if (form == CRM_I_CODE_SHARE)
        reach(CRM_I_CODE_SHARE, step, n, v, of, range);
    else if (form == CRM_I_CODE_SHARED)
        reach(CRM_I_CODE_SHARED, step, n, v, of, range);
    else
        reach(CRM_I_CODE_WHOLE, step, n, v, of, range);
}

CRM_I_INLINE void place(int32_t form, double step, uint32_t least, int32_t shift, int64_t n,
                        const double *restrict v, const double *restrict of, uint64_t *restrict word)
{
    for (int64_t i = 0; i < n; i++) {
        const double k = whole_of(form, step, v[i], form >= CRM_I_CODE_SHARE ? of[i] : 1.0);
        word[i] |= (uint64_t)((uint32_t)(int32_t)k - least) << shift;
    }
}

void CRM_I_KERNEL(crm_i_code_place)(int32_t form, double step, uint32_t least, int32_t shift, int64_t n,
                                    const double *v, const double *of, uint64_t *word)
{
    if (form == CRM_I_CODE_GRID)
        place(CRM_I_CODE_GRID, step, least, shift, n, v, of, word);
    else if (form >= CRM_I_CODE_SHARE)
        place(CRM_I_CODE_SHARE, step, least, shift, n, v, of, word);
    else
        place(CRM_I_CODE_WHOLE, step, least, shift, n, v, of, word);
}
