/* Order statistics without sorting: values at given ranks, and where a cumulative sum reaches a share. */
#ifndef CRM_I_SELECT_H
#define CRM_I_SELECT_H

#include "base/compiler.h"
#include "crmcore/base.h"

/* Bytes of scratch (aligned for uint64_t) for crm_i_select_many of n values and k cuts: 128 KB per cut up
 * to 2 MB, 4 n bytes, and up to 100 KB. */
int64_t crm_i_select_scratch_size(int64_t n, int64_t k);

/* out[j] = the value at 0-based rank[j] of the n values in ascending order, NaN last (a rank among the NaN
 * gives NaN, -0 comes out as +0). Ranks in any order, each in 0..n-1. One pass over the values as a rule,
 * at most eight whatever they are; the result is that of a full sort, so the order of the input cannot
 * matter. value is only read. */
void crm_i_select_many(int64_t n, const double *value, int64_t k, const int64_t *rank, double *out,
                       void *scratch);

/* The same with ranks counted from the largest down, NaN last, by the workers of the context; progress goes
 * from `from` to `to`. CRM_OK, CRM_E_CANCELLED or CRM_E_EXECUTOR. */
crm_status crm_i_select_many_descending(const crm_context *context, int64_t n, const double *value, int64_t k,
                                        const int64_t *rank, double *out, void *scratch, double from,
                                        double to, crm_error *err);

/* As crm_i_select_many, but straight by the method of bounded cost that the others fall back on. */
void crm_i_select_many_bounded(int64_t n, const double *value, int64_t k, const int64_t *rank, double *out,
                               void *scratch);

/* For each target[j]: adding the values from the largest down (NaN left out), count[j] = the smallest
 * number of them whose sum is >= target[j], and out[j] the last value added. target <= 0 gives count 0 and
 * out +infinity; a target never reached (or NaN) gives count -1 and out NaN. Sums are pairs in
 * sorted order: the order of the input cannot matter. key, key_scratch: n entries each. */
void crm_i_select_share(int64_t n, const double *value, int64_t k, const double *target, double *out,
                        int64_t *count, uint64_t *key, uint64_t *key_scratch);

#endif
