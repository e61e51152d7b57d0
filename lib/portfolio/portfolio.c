/* The portfolio: the class of each customer by present profit and future value, and the sums a segment's
 * class is of. */
#include "crmcore/portfolio.h"

#include <stdatomic.h>

#include "base/context.h"
#include "base/error.h"
#include "numeric/exact.h"
#include "portfolio/portfolio_kernel.h"

/* Up to this many segments are summed at once: their sums, 1 KB each, fit in the second cache. */
enum { TOGETHER = 512 };

/* Rows are dealt out in parts of this many, whoever works on them. */
#define PART_ROWS INT64_C(65536)

struct classes {
    int32_t isa;
    int64_t n;
    const double *profit;
    const double *future;
    double threshold;
    const uint8_t *keep;
    uint8_t *out;
    _Atomic int64_t bad; /* rows with an infinity and no NaN */
};

static void classify_part(void *arg, int64_t part, int64_t worker)
{
    (void)worker;
    struct classes *c = arg;
    const int64_t at = part * PART_ROWS;
    const int64_t rows = c->n - at < PART_ROWS ? c->n - at : PART_ROWS;
    const int64_t bad = CRM_I_KERNEL_PICK(c->isa, crm_i_portfolio_classes)(
        rows, c->profit + at, c->future + at, c->threshold, c->out + at);
    if (c->keep)
        CRM_I_KERNEL_PICK(c->isa, crm_i_portfolio_veto)(rows, c->keep + at, c->out + at);
    if (bad > 0)
        atomic_fetch_add_explicit(&c->bad, bad, memory_order_relaxed);
}

static void note_class(crm_i_bad *bad, int64_t i, double profit, double future)
{
    if (profit != profit || future != future)
        return;
    if (isinf(profit))
        crm_i_bad_note(bad, i, 3, profit, "profit is infinite.");
    else if (isinf(future))
        crm_i_bad_note(bad, i, 4, future, "future is infinite.");
}

crm_status crm_portfolio_classify(const crm_context *context, int64_t n, const double *profit,
                                  const double *future, double threshold, const uint8_t *keep, uint8_t *out,
                                  crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "n is negative.");
    if (n > 0 && !profit)
        return crm_i_fail(err, CRM_E_NULL, 3, "profit is NULL.");
    if (n > 0 && !future)
        return crm_i_fail(err, CRM_E_NULL, 4, "future is NULL.");
    if (!isfinite(threshold))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, threshold, "threshold is not finite.");
    if (n > 0 && !out)
        return crm_i_fail(err, CRM_E_NULL, 7, "out is NULL.");
    struct classes c = {crm_i_context_isa(context), n, profit, future, threshold, keep, out, 0};
    const int64_t parts = n / PART_ROWS + (n % PART_ROWS != 0);
    const crm_status status = crm_i_parallel(context, classify_part, &c, parts, 0.0, 1.0, err);
    if (status != CRM_OK)
        return status;
    const int64_t rows = atomic_load_explicit(&c.bad, memory_order_relaxed);
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; bad.count < rows; i++)
        note_class(&bad, i, profit[i], future[i]);
    return crm_i_bad_end(&bad, err);
}

/* The rows of each segment together: those of segment s at row[start[s] .. start[s+1]-1], ascending. */
static void group_rows(int64_t n, const int32_t *segment, int32_t segments, int64_t *start, int64_t *row)
{
    for (int64_t i = 0; i < n; i++)
        start[segment[i] + 1]++;
    for (int32_t s = 0; s < segments; s++)
        start[s + 1] += start[s];
    for (int64_t i = 0; i < n; i++)
        row[start[segment[i]]++] = i;
    for (int32_t s = segments; s > 0; s--)
        start[s] = start[s - 1];
    start[0] = 0;
}

static crm_status check_rows(int64_t n, const int32_t *segment, int32_t segments, const double *profit,
                             const double *future, crm_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        if (segment[i] < 0 || segment[i] >= segments)
            return crm_i_fail_row(err, CRM_E_ARGUMENT, 3, i, segment[i], "segment is not in 0..segments-1.");
        if (isinf(profit[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i, profit[i], "profit is infinite.");
        if (isinf(future[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 6, i, future[i], "future is infinite.");
    }
    return CRM_OK;
}

/* The two sums of one segment. */
struct sums {
    crm_i_exact profit;
    crm_i_exact future;
};

CRM_I_INLINE void add_row(struct sums *s, double profit, double future)
{
    if (profit != profit || future != future)
        return;
    crm_i_exact_add(&s->profit, profit);
    crm_i_exact_add(&s->future, future);
}

/* Few segments: all sums at once, rows in their order. */
static int32_t sum_together(const crm_allocator *allocator, int64_t n, const int32_t *segment,
                            int32_t segments, const double *profit, const double *future, double *profit_sum,
                            double *future_sum)
{
    struct sums *sums = crm_i_alloc_zeroed(allocator, segments, sizeof *sums);
    if (!sums)
        return 0;
    for (int64_t i = 0; i < n; i++)
        add_row(sums + segment[i], profit[i], future[i]);
    for (int32_t s = 0; s < segments; s++) {
        profit_sum[s] = crm_i_exact_value(&sums[s].profit);
        future_sum[s] = crm_i_exact_value(&sums[s].future);
    }
    crm_i_release(allocator, sums, segments, sizeof *sums);
    return 1;
}

/* Many: one segment after the other, its rows found first. */
static int32_t sum_apart(const crm_allocator *allocator, int64_t n, const int32_t *segment, int32_t segments,
                         const double *profit, const double *future, double *profit_sum, double *future_sum)
{
    int64_t *start = crm_i_alloc_zeroed(allocator, (int64_t)segments + 1, sizeof *start);
    int64_t *row = crm_i_alloc(allocator, n, sizeof *row);
    const int32_t done = start && row;
    if (done)
        group_rows(n, segment, segments, start, row);
    for (int32_t s = 0; s < segments && done; s++) {
        struct sums sums;
        crm_i_exact_start(&sums.profit);
        crm_i_exact_start(&sums.future);
        for (int64_t i = start[s]; i < start[s + 1]; i++)
            add_row(&sums, profit[row[i]], future[row[i]]);
        profit_sum[s] = crm_i_exact_value(&sums.profit);
        future_sum[s] = crm_i_exact_value(&sums.future);
    }
    crm_i_release(allocator, row, n, sizeof *row);
    crm_i_release(allocator, start, (int64_t)segments + 1, sizeof *start);
    return done;
}

crm_status crm_portfolio_sum(const crm_context *context, int64_t n, const int32_t *segment, int32_t segments,
                             const double *profit, const double *future, double *profit_sum,
                             double *future_sum, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "n is negative.");
    if (n > 0 && !segment)
        return crm_i_fail(err, CRM_E_NULL, 3, "segment is NULL.");
    if (segments < 1 || segments == INT32_MAX)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, segments, "segments must be in 1..2147483646.");
    if (n > 0 && !profit)
        return crm_i_fail(err, CRM_E_NULL, 5, "profit is NULL.");
    if (n > 0 && !future)
        return crm_i_fail(err, CRM_E_NULL, 6, "future is NULL.");
    if (!profit_sum)
        return crm_i_fail(err, CRM_E_NULL, 7, "profit_sum is NULL.");
    if (!future_sum)
        return crm_i_fail(err, CRM_E_NULL, 8, "future_sum is NULL.");
    const crm_status status = check_rows(n, segment, segments, profit, future, err);
    if (status != CRM_OK)
        return status;
    const crm_allocator allocator = crm_i_allocator(context);
    const int32_t done = (segments <= TOGETHER ? sum_together : sum_apart)(
        &allocator, n, segment, segments, profit, future, profit_sum, future_sum);
    return done ? crm_i_ok(err) : crm_i_fail_memory(err);
}

const char *crm_portfolio_name(int32_t class_id)
{
    switch (class_id) {
    case 0:
        return "unknown";
    case CRM_CLASS_SACK:
        return "sack";
    case CRM_CLASS_REENGINEER:
        return "re-engineer";
    case CRM_CLASS_NURTURE:
        return "nurture";
    case CRM_CLASS_INVEST:
        return "invest";
    case CRM_CLASS_SACK_VETOED:
        return "sack, vetoed";
    default:
        return NULL;
    }
}
