/* Checking a model against what happened: what it expects of a whole base over time and by frequency, how far
 * it is from the purchases of a hold-out period, and whether a more general model is worth its parameters.
 * Customers are taken by distinct value and in order of value, so that their order changes no bit. */
#include <math.h>

#include "base/context.h"
#include "base/error.h"
#include "model/model.h"
#include "model/predict.h"
#include "numeric/elementary.h"
#include "numeric/exact.h"
#include "numeric/sort.h"
#include "numeric/special.h"
#include "numeric/sum.h"

/* ---- distinct values ---- */

/* Values in ascending order, how many rows have each. */
typedef struct distinct {
    crm_allocator allocator;
    int64_t capacity;
    int64_t n;
    double *value;
    int64_t *count;
} distinct;

static void release(distinct *d)
{
    crm_i_release(&d->allocator, d->value, d->capacity, sizeof *d->value);
    crm_i_release(&d->allocator, d->count, d->capacity, sizeof *d->count);
}

static void tell_apart(int64_t n, const uint64_t *key, distinct *d)
{
    for (int64_t i = 0; i < n && key[i] != CRM_I_KEY_NAN; i++) {
        if (i == 0 || key[i] != key[i - 1]) {
            d->value[d->n] = crm_i_f64_from_key(key[i]);
            d->count[d->n++] = 0;
        }
        d->count[d->n - 1]++;
    }
}

/* The distinct values that are not NaN. CRM_OK or CRM_E_MEMORY, then with nothing to release. */
static crm_status find_distinct(const crm_context *context, int64_t n, const double *value, distinct *d,
                                crm_error *err)
{
    d->allocator = crm_i_allocator(context);
    d->capacity = n;
    d->n = 0;
    d->value = crm_i_alloc(&d->allocator, n, sizeof *d->value);
    d->count = crm_i_alloc(&d->allocator, n, sizeof *d->count);
    uint64_t *key = crm_i_alloc(&d->allocator, n, sizeof *key);
    uint64_t *scratch = crm_i_alloc(&d->allocator, n, sizeof *scratch);
    const int32_t enough = d->value && d->count && key && scratch;
    for (int64_t i = 0; i < n && enough; i++)
        key[i] = crm_i_f64_key(value[i]);
    if (enough) {
        crm_i_sort_u64(n, key, scratch);
        tell_apart(n, key, d);
    }
    crm_i_release(&d->allocator, key, n, sizeof *key);
    crm_i_release(&d->allocator, scratch, n, sizeof *scratch);
    if (enough)
        return CRM_OK;
    release(d);
    return crm_i_fail_memory(err);
}

/* ---- a sum over the base of what a new customer does ---- */

enum { BLOCK = 64 }; /* distinct values */

/* Adds count times the expectations at one distinct value to `sum`, `width` of them. */
typedef struct job {
    const crm_model *model;
    const distinct *base;
    int32_t width;
    const double *time; /* of tracking; NULL: a histogram */
    double *partial;    /* width per block */
    crm_status *status; /* by block */
} job;

static crm_status ask_new(const crm_model *model, const crm_i_ask *ask, double *out)
{
    const double new_customer = 0.0;
    crm_i_column column;
    crm_status status = crm_i_predict_ask(model, NULL, ask, &column, NULL);
    const crm_i_predict one = {.model = model,
                               .columns = 1,
                               .column = &column,
                               .n = 1,
                               .x = &new_customer,
                               .t_x = &new_customer,
                               .T = &new_customer,
                               .out = out};
    if (status == CRM_OK)
        status = crm_i_predict_run(NULL, &one, NULL);
    /* parameters beyond all reason, at which a kind has no bound of error either */
    return status == CRM_OK && !isfinite(*out) ? CRM_E_DOMAIN : status;
}

static crm_status add_track(const job *j, double start, double count, double *sum)
{
    crm_status status = CRM_OK;
    for (int32_t k = 0; k < j->width && status == CRM_OK; k++) {
        double expected = 0.0;
        const crm_i_ask ask = {CRM_QUANTITY_EXPECTED, 0.0, j->time[k] - start, 0.0, 0.0};
        if (j->time[k] > start)
            status = ask_new(j->model, &ask, &expected);
        sum[k] += count * expected;
    }
    return status;
}

static crm_status add_bins(const job *j, double T, double count, double *sum)
{
    crm_status status = CRM_OK;
    double left = 1.0;
    for (int32_t k = 0; k < j->width - 1 && status == CRM_OK; k++) {
        double probability = 0.0;
        const crm_i_ask ask = {CRM_QUANTITY_PROBABILITY, 0.0, T, 0.0, (double)k};
        status = ask_new(j->model, &ask, &probability);
        sum[k] += count * probability;
        left -= probability;
    }
    sum[j->width - 1] += count * (left > 0.0 ? left : 0.0);
    return status;
}

static void sum_block(void *arg, int64_t index, int64_t worker)
{
    (void)worker;
    job *j = arg;
    const int64_t end = j->base->n - index * BLOCK < BLOCK ? j->base->n : (index + 1) * BLOCK;
    crm_status status = CRM_OK;
    for (int64_t i = index * BLOCK; i < end && status == CRM_OK; i++) {
        const double value = j->base->value[i];
        const double count = (double)j->base->count[i];
        double *sum = j->partial + index * j->width;
        status = j->time ? add_track(j, value, count, sum) : add_bins(j, value, count, sum);
    }
    j->status[index] = status;
}

/* What the model does not have, or not at these values, shows in any block. */
static crm_status first_failure(const job *j, int64_t blocks, crm_error *err)
{
    for (int64_t b = 0; b < blocks; b++)
        if (j->status[b] != CRM_OK)
            return crm_i_fail(err, j->status[b] < 0 ? j->status[b] : CRM_E_DOMAIN, 2,
                              "The model does not give this quantity for every customer.");
    return CRM_OK;
}

static crm_status sum_base(const crm_context *context, job *j, double *out, crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t blocks = (j->base->n + BLOCK - 1) / BLOCK;
    const int64_t sums = blocks * j->width;
    j->partial = crm_i_alloc_zeroed(&allocator, sums, sizeof *j->partial);
    j->status = crm_i_alloc_zeroed(&allocator, blocks, sizeof *j->status);
    crm_status status = j->partial && j->status ? CRM_OK : crm_i_fail_memory(err);
    if (status == CRM_OK)
        status = crm_i_parallel(context, sum_block, j, blocks, 0.0, 1.0, err);
    if (status == CRM_OK)
        status = first_failure(j, blocks, err);
    if (status == CRM_OK) {
        crm_i_sum_combine(blocks, j->width, j->partial);
        for (int32_t k = 0; k < j->width; k++)
            out[k] = blocks > 0 ? j->partial[k] : 0.0;
    }
    crm_i_release(&allocator, j->partial, sums, sizeof *j->partial);
    crm_i_release(&allocator, j->status, blocks, sizeof *j->status);
    return status;
}

/* ---- what the calls share ---- */

static crm_status check_model(const crm_model *model, int32_t quantity, crm_error *err)
{
    const crm_status status = crm_i_model_ready(model, 2, err);
    if (status == CRM_OK && model->design.count > 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "A model with covariates knows no customer without.");
    if (status == CRM_OK && !crm_kind_supports(model->kind, quantity))
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, model->kind,
                                "This kind of model does not have the quantity that is needed.");
    return status;
}

/* Finite, or NaN, which is missing. */
static crm_status check_column(int64_t n, const double *value, double least, int32_t arg, crm_error *err)
{
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)n, "The number of rows is negative.");
    if (n > 0 && !value)
        return crm_i_fail(err, CRM_E_NULL, arg, "A column of the rows is NULL.");
    for (int64_t i = 0; i < n; i++)
        if (value[i] < least || isinf(value[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, arg, i, value[i], "A time is negative or infinite.");
    return CRM_OK;
}

/* ---- over time ---- */

crm_status crm_check_tracking(const crm_context *context, const crm_model *model, int64_t n,
                              const double *start, int32_t times, const double *time, double *expected,
                              crm_error *err)
{
    crm_status status = check_model(model, CRM_QUANTITY_EXPECTED, err);
    if (status == CRM_OK)
        status = check_column(n, start, -CRM_I_INFINITY, 4, err);
    if (status != CRM_OK)
        return status;
    if (times < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, times, "The number of times is negative.");
    if (times > 0 && !time)
        return crm_i_fail(err, CRM_E_NULL, 6, "The times are NULL.");
    if (times > 0 && !expected)
        return crm_i_fail(err, CRM_E_NULL, 7, "There is no place for what is expected.");
    for (int32_t k = 0; k < times; k++)
        if (!isfinite(time[k]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 6, k, time[k], "A time is not finite.");
    distinct base;
    status = find_distinct(context, n, start, &base, err);
    if (status != CRM_OK)
        return status;
    job j = {.model = model, .base = &base, .width = times, .time = time};
    status = times > 0 ? sum_base(context, &j, expected, err) : CRM_OK;
    release(&base);
    return status == CRM_OK ? crm_i_ok(err) : status;
}

/* ---- by frequency ---- */

enum { BINS_MOST = 1 << 20 };

crm_status crm_check_histogram(const crm_context *context, const crm_model *model, int64_t n, const double *T,
                               int32_t bins, double *expected, crm_error *err)
{
    crm_status status = check_model(model, CRM_QUANTITY_PROBABILITY, err);
    if (status == CRM_OK)
        status = check_column(n, T, 0.0, 4, err);
    if (status != CRM_OK)
        return status;
    if (bins < 1 || bins > BINS_MOST)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, bins, "The number of bins is not from 1 to 2^20.");
    if (!expected)
        return crm_i_fail(err, CRM_E_NULL, 6, "There is no place for what is expected.");
    distinct base;
    status = find_distinct(context, n, T, &base, err);
    if (status != CRM_OK)
        return status;
    job j = {.model = model, .base = &base, .width = bins};
    status = sum_base(context, &j, expected, err);
    release(&base);
    return status == CRM_OK ? crm_i_ok(err) : status;
}

/* ---- against a hold-out period ---- */

/* Exact sums of a group, or of all. */
typedef struct tally {
    int64_t customers;
    crm_i_exact actual;
    crm_i_exact expected;
} tally;

static void start_tally(tally *t)
{
    t->customers = 0;
    crm_i_exact_start(&t->actual);
    crm_i_exact_start(&t->expected);
}

static int32_t is_missing(double x, double actual, double expected)
{
    return isnan(x) || isnan(actual) || isnan(expected);
}

static crm_status check_rows(int64_t n, const double *x, const double *actual, const double *expected,
                             crm_error *err)
{
    const double *const column[] = {x, actual, expected};
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 1, (double)n, "The number of rows is negative.");
    for (int32_t c = 0; c < 3 && n > 0; c++)
        if (!column[c])
            return crm_i_fail(err, CRM_E_NULL, 2 + c, "A column of the rows is NULL.");
    for (int64_t i = 0; i < n; i++)
        for (int32_t c = 0; c < 3; c++)
            if (column[c][i] < 0.0 || column[c][i] > 1e150)
                return crm_i_fail_row(err, CRM_E_DOMAIN, 2 + c, i, column[c][i],
                                      "A number of purchases is negative or above 1e150.");
    return CRM_OK;
}

/* One group: the customers of calibration frequency `group`, or of that and above. */
static void tally_group(int64_t n, const double *x, const double *actual, const double *expected,
                        int32_t group, int32_t groups, tally *t)
{
    start_tally(t);
    for (int64_t i = 0; i < n; i++) {
        const double last = (double)(groups - 1);
        const double at = x[i] < last ? floor(x[i]) : last;
        if (is_missing(x[i], actual[i], expected[i]) || at != (double)group)
            continue;
        t->customers++;
        crm_i_exact_add(&t->actual, actual[i]);
        crm_i_exact_add(&t->expected, expected[i]);
    }
}

static double mean_of(const crm_i_exact *sum, int64_t customers)
{
    return customers > 0 ? crm_i_exact_value(sum) / (double)customers : CRM_I_NAN;
}

crm_status crm_check_groups(int64_t n, const double *x, const double *actual, const double *expected,
                            int32_t groups, int64_t *customers, double *actual_mean, double *expected_mean,
                            crm_error *err)
{
    const crm_status status = check_rows(n, x, actual, expected, err);
    if (status != CRM_OK)
        return status;
    if (groups < 1 || groups > 64)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, groups, "The number of groups is not from 1 to 64.");
    void *const place[] = {customers, actual_mean, expected_mean};
    for (int32_t i = 0; i < 3; i++)
        if (!place[i])
            return crm_i_fail(err, CRM_E_NULL, 6 + i, "There is no place for an output.");
    for (int32_t g = 0; g < groups; g++) {
        tally t;
        tally_group(n, x, actual, expected, g, groups, &t);
        customers[g] = t.customers;
        actual_mean[g] = mean_of(&t.actual, t.customers);
        expected_mean[g] = mean_of(&t.expected, t.customers);
    }
    return crm_i_ok(err);
}

crm_status crm_check_errors(int64_t n, const double *actual, const double *expected, double *mae,
                            double *rmse, double *bias, crm_error *err)
{
    crm_status status = check_rows(n, actual, actual, expected, err);
    if (status != CRM_OK) {
        if (err && err->arg > 2)
            err->arg--; /* there is one column less here */
        return status;
    }
    double *const place[] = {mae, rmse, bias};
    for (int32_t i = 0; i < 3; i++)
        if (!place[i])
            return crm_i_fail(err, CRM_E_NULL, 4 + i, "There is no place for an output.");
    tally t;
    crm_i_exact sizes;
    crm_i_exact squares;
    start_tally(&t);
    crm_i_exact_start(&sizes);
    crm_i_exact_start(&squares);
    for (int64_t i = 0; i < n; i++) {
        if (is_missing(0.0, actual[i], expected[i]))
            continue;
        const double error = expected[i] - actual[i];
        t.customers++;
        crm_i_exact_add(&t.actual, actual[i]);
        crm_i_exact_add(&t.expected, expected[i]);
        crm_i_exact_add(&sizes, fabs(error));
        crm_i_exact_add(&squares, error * error);
    }
    if (t.customers == 0)
        return crm_i_fail(err, CRM_E_NO_DATA, 2, "There is no customer with both numbers.");
    const double happened = crm_i_exact_value(&t.actual);
    *mae = mean_of(&sizes, t.customers);
    *rmse = sqrt(mean_of(&squares, t.customers));
    *bias = happened > 0.0 ? crm_i_exact_value(&t.expected) / happened - 1.0 : CRM_I_NAN;
    return crm_i_ok(err);
}

/* ---- against another model ---- */

crm_status crm_check_ratio(const crm_model *restricted, const crm_model *general, double *statistic,
                           int32_t *degrees, double *probability, crm_error *err)
{
    const crm_model *const model[] = {restricted, general};
    for (int32_t i = 0; i < 2; i++) {
        if (!model[i])
            return crm_i_fail(err, CRM_E_NULL, 1 + i, "A model is NULL.");
        if (!model[i]->fitted || !model[i]->converged)
            return crm_i_fail(err, CRM_E_STATE, 1 + i, "A model is not of a fit that converged.");
    }
    void *const place[] = {statistic, degrees, probability};
    for (int32_t i = 0; i < 3; i++)
        if (!place[i])
            return crm_i_fail(err, CRM_E_NULL, 3 + i, "There is no place for an output.");
    const int32_t more = crm_i_model_free(general) - crm_i_model_free(restricted);
    if (more < 1)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, more,
                                "The second model is not the more general one.");
    if (restricted->customers != general->customers)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, general->customers,
                                "The models were not fitted to the same customers.");
    const double gain = 2.0 * (general->log_likelihood - restricted->log_likelihood);
    if (gain < -1e-6)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 1, gain,
                                "The restricted model is the likelier one: it is no case of the other.");
    *statistic = gain > 0.0 ? gain : 0.0;
    *degrees = more;
    *probability = crm_i_gamma_q(0.5 * more, 0.5 * *statistic);
    return crm_i_ok(err);
}
