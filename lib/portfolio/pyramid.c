/* The customer pyramid: whichever way the cuts are given, they become falling bounds, closed below, and one
 * pass of comparisons gives every tier; only equal values that a cut parts by key are dealt with one by one.
 */
#include "crmcore/portfolio.h"

#include "base/context.h"
#include "base/error.h"
#include "numeric/elementary.h"
#include "numeric/exact.h"
#include "numeric/select.h"
#include "portfolio/pyramid_kernel.h"
#include "portfolio/pyramid_ties.h"
#include "portfolio/rank.h"

#include <float.h>
#include <stdatomic.h>

/* Rows are dealt out in parts of this many, whoever works on them. */
#define PART_ROWS INT64_C(65536)
enum { SURVEYS = 64 };

/* All that the steps share. */
struct pyramid {
    const crm_context *context;
    crm_allocator allocator;
    int32_t isa;
    int64_t n;
    const double *value;
    const double *clean; /* value with infinities made NaN: value itself where there are none */
    double *clean_block;
    int64_t finite;
    int64_t infinite;
    int32_t cuts;
    int64_t rank[CRM_I_TIERS_MOST]; /* customers down to and with tier j + 1 */
    double bound[CRM_I_TIERS_MOST]; /* the least value of tier j + 1 */
    crm_i_ties ties;
    uint8_t *tier;
};

/* The next double above; of the largest, infinity. */
static double next_above(double x)
{
    const uint64_t u = crm_i_double_bits(x + 0.0);
    return crm_i_bits_double(x < 0.0 ? u - 1 : u + 1);
}

static crm_status check_cuts(int32_t tiers, const double *cut, int32_t by, crm_error *err)
{
    if (by == CRM_CUT_THRESHOLD) {
        for (int32_t j = 0; j < tiers - 1; j++) {
            if (!isfinite(cut[j]))
                return crm_i_fail_row(err, CRM_E_DOMAIN, 6, j, cut[j], "A threshold is not finite.");
            if (j > 0 && !(cut[j] < cut[j - 1]))
                return crm_i_fail_row(err, CRM_E_DOMAIN, 6, j, cut[j], "Thresholds must fall.");
        }
        return CRM_OK;
    }
    double sum = 0.0;
    for (int32_t j = 0; j < tiers; j++) {
        if (!(cut[j] >= 0.0 && cut[j] <= 1.0))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 6, j, cut[j], "A share must be in [0, 1].");
        sum += cut[j];
    }
    if (!(fabs(sum - 1.0) <= 1e-9))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 6, sum, "The shares must sum to 1, to within 1e-9.");
    return CRM_OK;
}

/* ---- passes over all rows ---- */

static int64_t part_count(int64_t n)
{
    return n / PART_ROWS + (n % PART_ROWS != 0);
}

static int64_t part_rows(int64_t n, int64_t part)
{
    const int64_t left = n - part * PART_ROWS;
    return left < PART_ROWS ? left : PART_ROWS;
}

/* One task looks at every SURVEYS-th part, so that the counts fit on the stack. */
struct survey {
    const struct pyramid *p;
    int64_t count[SURVEYS][2];
};

static void survey_parts(void *arg, int64_t task, int64_t worker)
{
    (void)worker;
    struct survey *s = arg;
    const struct pyramid *p = s->p;
    for (int64_t part = task; part < part_count(p->n); part += SURVEYS) {
        int64_t count[2];
        CRM_I_KERNEL_PICK(p->isa, crm_i_pyramid_survey)
        (part_rows(p->n, part), p->value + part * PART_ROWS, count);
        s->count[task][0] += count[0];
        s->count[task][1] += count[1];
    }
}

static crm_status survey(struct pyramid *p, crm_error *err)
{
    struct survey s = {.p = p};
    const int64_t parts = part_count(p->n);
    const crm_status status =
        crm_i_parallel(p->context, survey_parts, &s, parts < SURVEYS ? parts : SURVEYS, 0.0, 0.2, err);
    for (int t = 0; t < SURVEYS; t++) {
        p->finite += s.count[t][0];
        p->infinite += s.count[t][1];
    }
    return status;
}

static void tiers_of_part(void *arg, int64_t part, int64_t worker)
{
    (void)worker;
    const struct pyramid *p = arg;
    const int64_t at = part * PART_ROWS;
    CRM_I_KERNEL_PICK(p->isa, crm_i_pyramid_tiers)
    (part_rows(p->n, part), p->value + at, p->cuts, p->bound, p->tier + at);
}

static crm_status clean_values(struct pyramid *p, crm_error *err)
{
    p->clean = p->value;
    if (p->infinite == 0)
        return CRM_OK;
    p->clean_block = crm_i_alloc(&p->allocator, p->n, sizeof *p->clean_block);
    if (!p->clean_block)
        return crm_i_fail_memory(err);
    for (int64_t i = 0; i < p->n; i++)
        p->clean_block[i] = isfinite(p->value[i]) ? p->value[i] : CRM_I_NAN;
    p->clean = p->clean_block;
    return CRM_OK;
}

/* ---- from shares to ranks ---- */

static void ranks_of_counts(struct pyramid *p, const double *cut)
{
    crm_i_pair share = {0.0, 0.0};
    for (int32_t j = 0; j < p->cuts; j++) {
        share = crm_i_pair_add_double(share, cut[j]);
        p->rank[j] = crm_i_rank_of_share(crm_i_pair_value(share), p->finite);
    }
}

static crm_status ranks_of_value(struct pyramid *p, const double *cut, crm_error *err)
{
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    for (int64_t i = 0; i < p->n; i++) {
        if (p->clean[i] > 0.0)
            crm_i_exact_add(&sum, p->clean[i]);
    }
    const double total = crm_i_exact_value(&sum);
    if (!isfinite(total))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, total,
                                "The total of value is beyond the range of double.");
    double target[CRM_I_TIERS_MOST];
    double last[CRM_I_TIERS_MOST];
    crm_i_pair share = {0.0, 0.0};
    for (int32_t j = 0; j < p->cuts; j++) {
        share = crm_i_pair_add_double(share, cut[j]);
        const double part = crm_i_pair_value(share);
        target[j] = crm_i_rank_target(part < 1.0 ? part : 1.0, total); /* 1 may be passed by 1e-9 */
    }
    uint64_t *key = crm_i_alloc(&p->allocator, p->n, sizeof *key);
    uint64_t *scratch = crm_i_alloc(&p->allocator, p->n, sizeof *scratch);
    const int done = key && scratch;
    if (done)
        crm_i_select_share(p->n, p->clean, p->cuts, target, last, p->rank, key, scratch);
    crm_i_release(&p->allocator, scratch, p->n, sizeof *scratch);
    crm_i_release(&p->allocator, key, p->n, sizeof *key);
    for (int32_t j = 0; j < p->cuts && done; j++)
        p->rank[j] = p->rank[j] < 0 ? p->finite : p->rank[j];
    return done ? CRM_OK : crm_i_fail_memory(err);
}

/* ---- from ranks to bounds ---- */

/* found[j] = the value on place place[j] (from 1) from the top; places below 1 or beyond the last give NaN.
 */
static crm_status values_at(const struct pyramid *p, const int64_t *place, double *found, crm_error *err)
{
    int64_t rank[CRM_I_TIERS_MOST];
    double value[CRM_I_TIERS_MOST];
    int32_t count = 0;
    for (int32_t j = 0; j < p->cuts; j++) {
        if (place[j] >= 1 && place[j] <= p->finite)
            rank[count++] = place[j] - 1;
    }
    if (count > 0) {
        const int64_t bytes = crm_i_select_scratch_size(p->n, count);
        void *scratch = crm_i_alloc(&p->allocator, bytes, 1);
        if (!scratch)
            return crm_i_fail_memory(err);
        const crm_status status = crm_i_select_many_descending(p->context, p->n, p->clean, count, rank, value,
                                                               scratch, 0.3, 0.6, err);
        crm_i_release(&p->allocator, scratch, bytes, 1);
        if (status != CRM_OK)
            return status;
    }
    count = 0;
    for (int32_t j = 0; j < p->cuts; j++)
        found[j] = place[j] >= 1 && place[j] <= p->finite ? value[count++] : CRM_I_NAN;
    return CRM_OK;
}

/* A value is in tier j + 1 or above: UP, if it is not below the one on place rank[j]; DOWN, if it is above
 * the one on place rank[j] + 1. */
static crm_status bounds_of_ranks(struct pyramid *p, int32_t ties, crm_error *err)
{
    const int64_t shift = ties == CRM_TIES_DOWN;
    int64_t place[CRM_I_TIERS_MOST];
    double found[CRM_I_TIERS_MOST];
    for (int32_t j = 0; j < p->cuts; j++)
        place[j] = p->rank[j] + shift;
    const crm_status status = values_at(p, place, found, err);
    if (status != CRM_OK)
        return status;
    for (int32_t j = 0; j < p->cuts; j++) {
        if (place[j] < 1)
            p->bound[j] = CRM_I_INFINITY;
        else if (place[j] > p->finite)
            p->bound[j] = -CRM_I_INFINITY;
        else
            p->bound[j] = shift ? next_above(found[j]) : found[j];
    }
    return CRM_OK;
}

/* How many values stand above each bound, and how many on it. */
struct stands {
    const struct pyramid *p;
    _Atomic int64_t above[CRM_I_TIERS_MOST];
    _Atomic int64_t equal[CRM_I_TIERS_MOST];
};

static void count_stands(void *arg, int64_t part, int64_t worker)
{
    (void)worker;
    struct stands *s = arg;
    const struct pyramid *p = s->p;
    for (int32_t j = 0; j < p->cuts; j++) {
        int64_t above;
        int64_t equal;
        if (!isfinite(p->bound[j]))
            continue;
        CRM_I_KERNEL_PICK(p->isa, crm_i_pyramid_count)
        (part_rows(p->n, part), p->clean + part * PART_ROWS, p->bound[j], &above, &equal);
        atomic_fetch_add_explicit(&s->above[j], above, memory_order_relaxed);
        atomic_fetch_add_explicit(&s->equal[j], equal, memory_order_relaxed);
    }
}

/* Bounds within equal values that a cut parts: the values go below the cut, and into the list. */
static crm_status part_ties(struct pyramid *p, const uint64_t *key, crm_error *err)
{
    struct stands s = {.p = p};
    const crm_status status = crm_i_parallel(p->context, count_stands, &s, part_count(p->n), 0.6, 0.7, err);
    for (int32_t j = 0; j < p->cuts && status == CRM_OK; j++) {
        const double bound = p->bound[j];
        const int64_t above = atomic_load_explicit(&s.above[j], memory_order_relaxed);
        const int64_t equal = atomic_load_explicit(&s.equal[j], memory_order_relaxed);
        if (!isfinite(bound) || above + equal <= p->rank[j])
            continue;
        const crm_i_ties_group g = {bound, above, equal, 0};
        p->bound[j] = next_above(bound);
        if (p->ties.groups == 0 || p->ties.group[p->ties.groups - 1].value != bound)
            p->ties.group[p->ties.groups++] = g;
    }
    if (status != CRM_OK || p->ties.groups == 0)
        return status;
    return crm_i_ties_collect(&p->ties, &p->allocator, p->n, p->clean, key, p->cuts, p->rank, err);
}

static crm_status find_bounds(struct pyramid *p, const uint64_t *key, const double *cut, int32_t by,
                              int32_t ties, crm_error *err)
{
    if (by == CRM_CUT_THRESHOLD) {
        for (int32_t j = 0; j < p->cuts; j++)
            p->bound[j] = cut[j];
        return CRM_OK;
    }
    crm_status status = clean_values(p, err);
    if (status == CRM_OK && by == CRM_CUT_COUNT)
        ranks_of_counts(p, cut);
    else if (status == CRM_OK)
        status = ranks_of_value(p, cut, err);
    if (status == CRM_OK)
        status = crm_i_progress(p->context, 0.3, err);
    if (status == CRM_OK)
        status = bounds_of_ranks(p, ties, err);
    if (status == CRM_OK && ties == CRM_TIES_KEY)
        status = part_ties(p, key, err);
    return status;
}

static crm_status finish(const struct pyramid *p, crm_error *err)
{
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; bad.count < p->infinite; i++) {
        if (isinf(p->value[i]))
            crm_i_bad_note(&bad, i, 3, p->value[i], "value is infinite.");
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_pyramid_assign(const crm_context *context, int64_t n, const double *value, const uint64_t *key,
                              int32_t tiers, const double *cut, int32_t by, int32_t ties,
                              int32_t negative_lowest, uint8_t *tier, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "n is negative.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, 3, "value is NULL.");
    if (n > 0 && !key && ties == CRM_TIES_KEY)
        return crm_i_fail(err, CRM_E_NULL, 4, "key is NULL, and ties are parted by key.");
    if (tiers < 2 || tiers > CRM_I_TIERS_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, tiers, "tiers must be in 2..32.");
    if (!cut)
        return crm_i_fail(err, CRM_E_NULL, 6, "cut is NULL.");
    if (by < CRM_CUT_COUNT || by > CRM_CUT_THRESHOLD)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 7, by, "by is not one of CRM_CUT_*.");
    if (ties < CRM_TIES_UP || ties > CRM_TIES_KEY)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 8, ties, "ties is not one of CRM_TIES_*.");
    if (negative_lowest != 0 && negative_lowest != 1)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 9, negative_lowest, "negative_lowest must be 0 or 1.");
    if (n > 0 && !tier)
        return crm_i_fail(err, CRM_E_NULL, 10, "tier is NULL.");
    crm_status status = check_cuts(tiers, cut, by, err);
    if (status != CRM_OK)
        return status;
    struct pyramid p = {.context = context, .n = n, .value = value, .cuts = tiers - 1, .tier = tier};
    p.allocator = crm_i_allocator(context);
    p.isa = crm_i_context_isa(context);
    status = survey(&p, err);
    if (status == CRM_OK)
        status = find_bounds(&p, key, cut, by, ties, err);
    for (int32_t j = 0; j < p.cuts && negative_lowest; j++)
        p.bound[j] = p.bound[j] > 0.0 ? p.bound[j] : 0.0;
    if (status == CRM_OK)
        status = crm_i_parallel(context, tiers_of_part, &p, part_count(n), 0.7, 1.0, err);
    if (status == CRM_OK)
        crm_i_ties_assign(&p.ties, p.cuts, p.rank, negative_lowest, tier);
    crm_i_ties_release(&p.ties, &p.allocator);
    crm_i_release(&p.allocator, p.clean_block, n, sizeof *p.clean_block);
    return status == CRM_OK ? finish(&p, err) : status;
}
