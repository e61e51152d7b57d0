/* Concentration: how much of the total how few customers hold. Every sum is exact or runs over sorted values,
 * so that the order of the input cannot matter. */
#include "crmcore/portfolio.h"

#include "base/context.h"
#include "base/error.h"
#include "numeric/exact.h"
#include "numeric/select.h"
#include "numeric/sort.h"
#include "portfolio/rank.h"
#include "portfolio/scale.h"

/* One look at a column. */
struct column {
    int64_t known;   /* values that are not NaN */
    int64_t above;   /* values > 0 */
    double most;     /* the largest size */
    double net;      /* the sum of all */
    double positive; /* the sum of those > 0 */
    double sizes;    /* the sum of sizes */
};

/* Arguments 2 and 3 of every function here. */
static crm_status look(int64_t n, const double *value, struct column *c, crm_error *err)
{
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "n is negative.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, 3, "value is NULL.");
    crm_i_exact positive;
    crm_i_exact negative;
    crm_i_exact_start(&positive);
    crm_i_exact_start(&negative);
    c->known = 0;
    c->above = 0;
    c->most = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double v = value[i];
        if (v != v)
            continue;
        if (isinf(v))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, i, v, "value is infinite.");
        crm_i_exact_add(v > 0.0 ? &positive : &negative, v);
        c->known++;
        c->above += v > 0.0;
        c->most = fabs(v) > c->most ? fabs(v) : c->most;
    }
    if (c->known == 0)
        return crm_i_fail(err, CRM_E_NO_DATA, 3, "There is no value.");
    const double lost = crm_i_exact_value(&negative);
    c->positive = crm_i_exact_value(&positive);
    c->sizes = c->positive - lost;
    if (!isfinite(c->sizes))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, c->sizes, "A total is beyond the range of double.");
    crm_i_exact_merge(&positive, &negative);
    c->net = crm_i_exact_value(&positive);
    return CRM_OK;
}

/* A share in (0, 1] of a total that is chosen by positive_only, both checked; arguments 4 and 5. */
static crm_status choose(const struct column *c, double share, int32_t positive_only, double *total,
                         crm_error *err)
{
    if (!(share > 0.0 && share <= 1.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, share, "share must be above 0 and at most 1.");
    if (positive_only != 0 && positive_only != 1)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, positive_only, "positive_only must be 0 or 1.");
    *total = positive_only ? c->positive : c->net;
    if (!(*total > 0.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, *total, "A share of a total that is not positive.");
    return CRM_OK;
}

/* What the customers on places 1..places hold together: all above the value on the last of these places, and
 * as many of those equal to it as are left. */
static double held_by(int64_t n, const double *value, int64_t places, double last)
{
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    int64_t above = 0;
    for (int64_t i = 0; i < n; i++) {
        if (value[i] > last) {
            crm_i_exact_add(&sum, value[i]);
            above++;
        }
    }
    const double left = (double)(places - above);
    const double scale = fabs(last) > 1e200 ? 0x1p-400 : 1.0;
    const crm_i_pair rest = crm_i_pair_product(left, last * scale);
    crm_i_exact_add(&sum, rest.high / scale);
    crm_i_exact_add(&sum, rest.low / scale);
    return crm_i_exact_value(&sum);
}

crm_status crm_concentration_top(const crm_context *context, int64_t n, const double *value, double share,
                                 int32_t positive_only, double *held, crm_error *err)
{
    struct column c;
    double total = 0.0;
    crm_status status = look(n, value, &c, err);
    if (status == CRM_OK)
        status = choose(&c, share, positive_only, &total, err);
    if (status != CRM_OK)
        return status;
    if (!held)
        return crm_i_fail(err, CRM_E_NULL, 6, "held is NULL.");
    const int64_t places = crm_i_rank_of_share(share, c.known);
    const int64_t rank = places > 0 ? places - 1 : 0;
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t bytes = crm_i_select_scratch_size(n, 1);
    void *scratch = crm_i_alloc(&allocator, bytes, 1);
    if (!scratch)
        return crm_i_fail_memory(err);
    double last;
    status = crm_i_select_many_descending(context, n, value, 1, &rank, &last, scratch, 0.4, 0.8, err);
    crm_i_release(&allocator, scratch, bytes, 1);
    if (status != CRM_OK)
        return status;
    *held = held_by(n, value, rank + 1, last) / total;
    return crm_i_ok(err);
}

crm_status crm_concentration_need(const crm_context *context, int64_t n, const double *value, double share,
                                  int32_t positive_only, int64_t *customers, crm_error *err)
{
    struct column c;
    double total = 0.0;
    crm_status status = look(n, value, &c, err);
    if (status == CRM_OK)
        status = choose(&c, share, positive_only, &total, err);
    if (status != CRM_OK)
        return status;
    if (!customers)
        return crm_i_fail(err, CRM_E_NULL, 6, "customers is NULL.");
    const double target = crm_i_rank_target(share, total);
    const crm_allocator allocator = crm_i_allocator(context);
    uint64_t *key = crm_i_alloc(&allocator, n, sizeof *key);
    uint64_t *scratch = crm_i_alloc(&allocator, n, sizeof *scratch);
    const int done = key && scratch;
    if (done) {
        double last;
        int64_t count;
        crm_i_select_share(n, value, 1, &target, &last, &count, key, scratch);
        count = count == 0 ? 1 : count; /* a share above 0 needs someone, however near to 0 it is */
        *customers = count < 0 ? c.above : count;
    }
    crm_i_release(&allocator, scratch, n, sizeof *scratch);
    crm_i_release(&allocator, key, n, sizeof *key);
    return done ? crm_i_ok(err) : crm_i_fail_memory(err);
}

/* sorted = value from the largest down, NaN last. 0 if there is no memory. */
static int sort_down(const crm_context *context, int64_t n, const double *value, double *sorted)
{
    const crm_allocator allocator = crm_i_allocator(context);
    uint64_t *scratch = crm_i_alloc(&allocator, n, 2 * (int64_t)sizeof *scratch);
    if (scratch)
        crm_i_sort_f64_descending(n, value, sorted, scratch);
    crm_i_release(&allocator, scratch, n, 2 * (int64_t)sizeof *scratch);
    return scratch != NULL;
}

crm_status crm_concentration_whale(const crm_context *context, int64_t n, const double *value,
                                   double *cumulative, int64_t *peak_rank, crm_error *err)
{
    struct column c;
    const crm_status status = look(n, value, &c, err);
    if (status != CRM_OK)
        return status;
    if (!peak_rank)
        return crm_i_fail(err, CRM_E_NULL, 5, "peak_rank is NULL.");
    if (cumulative && !sort_down(context, n, value, cumulative))
        return crm_i_fail_memory(err);
    crm_i_pair sum = {0.0, 0.0};
    for (int64_t k = 0; k < c.known && cumulative; k++) {
        sum = crm_i_pair_add_double(sum, cumulative[k]);
        cumulative[k] = crm_i_pair_value(sum);
    }
    /* The curve rises with every value above 0 and with no other. */
    *peak_rank = c.above > 0 ? c.above : 1;
    return crm_i_ok(err);
}

crm_status crm_concentration_lorenz(const crm_context *context, int64_t n, const double *value, double *share,
                                    crm_error *err)
{
    struct column c;
    const crm_status status = look(n, value, &c, err);
    if (status != CRM_OK)
        return status;
    if (!(c.net > 0.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, c.net, "Shares of a total that is not positive.");
    if (!share)
        return crm_i_fail(err, CRM_E_NULL, 4, "share is NULL.");
    if (!sort_down(context, n, value, share))
        return crm_i_fail_memory(err);
    for (int64_t low = 0, high = c.known - 1; low < high; low++, high--) {
        const double v = share[low];
        share[low] = share[high];
        share[high] = v;
    }
    crm_i_pair sum = {0.0, 0.0};
    for (int64_t k = 0; k < c.known; k++) {
        sum = crm_i_pair_add_double(sum, share[k]);
        share[k] = crm_i_pair_value(sum) / c.net;
    }
    return crm_i_ok(err);
}

/* Sum of (n + 1 - 2k) v_k over the values from the largest down, as the differences of the k-th from either
 * end, none of which is negative. */
static double spread(int64_t known, const double *sorted, double scale)
{
    crm_i_pair sum = {0.0, 0.0};
    for (int64_t k = 0; k < known / 2; k++) {
        const crm_i_pair d = crm_i_pair_sum(sorted[k] * scale, -(sorted[known - 1 - k] * scale));
        const double weight = (double)(known - 1 - 2 * k);
        sum = crm_i_pair_add(sum, crm_i_pair_multiply(d, crm_i_pair_of(weight)));
    }
    return crm_i_pair_value(sum);
}

crm_status crm_concentration_gini(const crm_context *context, int64_t n, const double *value,
                                  int32_t normalised, double *out, crm_error *err)
{
    struct column c;
    const crm_status status = look(n, value, &c, err);
    if (status != CRM_OK)
        return status;
    if (normalised != 0 && normalised != 1)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, normalised, "normalised must be 0 or 1.");
    const double total = normalised ? c.sizes : c.net;
    if (!(total > 0.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, total,
                                "The Gini coefficient of a total that is not positive.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 5, "out is NULL.");
    const crm_allocator allocator = crm_i_allocator(context);
    double *sorted = crm_i_alloc(&allocator, n, sizeof *sorted);
    const int done = sorted && sort_down(context, n, value, sorted);
    if (done) {
        const double scale = crm_i_scale_of(c.most);
        *out = spread(c.known, sorted, scale) / (double)c.known / (total * scale);
    }
    crm_i_release(&allocator, sorted, n, sizeof *sorted);
    return done ? crm_i_ok(err) : crm_i_fail_memory(err);
}

crm_status crm_concentration_hhi(const crm_context *context, int64_t n, const double *value, double *out,
                                 crm_error *err)
{
    (void)context;
    struct column c;
    const crm_status status = look(n, value, &c, err);
    if (status != CRM_OK)
        return status;
    const double scale = crm_i_scale_of(c.most);
    crm_i_exact squares;
    crm_i_exact_start(&squares);
    for (int64_t i = 0; i < n; i++) {
        if (value[i] < 0.0)
            return crm_i_fail_row(err, CRM_E_DOMAIN, 3, i, value[i], "value is negative.");
        if (value[i] > 0.0)
            crm_i_exact_add_product(&squares, value[i] * scale, value[i] * scale);
    }
    if (!(c.net > 0.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, c.net, "Shares of a total that is not positive.");
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 4, "out is NULL.");
    const double total = c.net * scale;
    const double sum =
        crm_i_pair_value(crm_i_pair_divide(crm_i_exact_pair(&squares), crm_i_pair_product(total, total)));
    *out = sum < 1.0 ? sum : 1.0; /* a total that was rounded down */
    return crm_i_ok(err);
}
