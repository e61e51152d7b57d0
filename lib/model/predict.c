/* Running quantities over rows: rows in blocks, blocks in strips; the kinds compute, here values get their
 * standard errors by the delta method, se^2 = g' C g, and totals theirs from the summed gradient. */
#include "model/predict.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "model/predict_strata.h"
#include "numeric/elementary.h"
#include "numeric/sum.h"

enum {
    STRIP = CRM_I_STRIP,
    PARAMETERS = CRM_I_MODEL_PARAMETERS,
    SPEND_PARAMETERS = CRM_I_KIND_PARAMETERS,
    BLOCKS = 256,      /* at most, whatever n */
    BLOCK_LEAST = 1024 /* rows */
};

/* ---- rows ---- */

/* Where a strip may be looked at. */
enum { GOOD = 0, MISSING = 1, BAD = 2 };

static void note(crm_i_bad *bad, int32_t *state, int64_t row, int32_t arg, double value, const char *text)
{
    *state = BAD;
    crm_i_bad_note(bad, row, arg, value, text);
}

/* x whole >= 0, 0 <= t_x <= T < infinity, t_x = 0 exactly when x = 0, and what else the kind wants. */
static int32_t state_of_history(const crm_i_prediction *prediction, int64_t row, double x, double t_x,
                                double T, crm_i_bad *bad)
{
    int32_t state = GOOD;
    int32_t column = 0;
    if (isnan(x) || isnan(t_x) || isnan(T))
        return MISSING;
    if (!(crm_i_is_time(x) && floor(x) == x))
        note(bad, &state, row, 4, x, "The number of repeat purchases is not whole and at least 0.");
    else if (!crm_i_is_time(T))
        note(bad, &state, row, 6, T, "The time observed is not finite and at least 0.");
    else if (!(t_x >= 0.0 && t_x <= T))
        note(bad, &state, row, 5, t_x, "The time of the last purchase is not in 0 .. T.");
    else if ((x == 0.0) != (t_x == 0.0))
        note(bad, &state, row, 5, t_x,
             "The time of the last purchase is 0 exactly when there was no repeat.");
    const char *text = state == GOOD && prediction->wrong ? prediction->wrong(x, t_x, T, &column) : NULL;
    if (text)
        note(bad, &state, row, 4 + column, column == 0 ? x : column == 1 ? t_x : T, text);
    return state;
}

/* count whole >= 0; where it is above 0, mean finite and above 0. */
static int32_t state_of_spend(int64_t row, double count, double mean, int32_t arg, crm_i_bad *bad)
{
    int32_t state = GOOD;
    if (isnan(count) || (count != 0.0 && isnan(mean)))
        return MISSING;
    if (!(crm_i_is_time(count) && floor(count) == count))
        note(bad, &state, row, arg, count, "The number of purchases is not whole and at least 0.");
    else if (count > 0.0 && !(mean > 0.0 && mean < CRM_I_INFINITY))
        note(bad, &state, row, arg + 1, mean, "The mean spend is not finite and above 0.");
    return state;
}

/* A block of rows in work. */
typedef struct {
    const crm_i_predict *job;
    int32_t isa;
    int32_t gradient;
    crm_i_bad *bad;
    double *sum; /* opt: per column the total and its gradients by both models' parameters */
} work;

enum { WIDTH = 1 + PARAMETERS + SPEND_PARAMETERS }; /* of sums per column */

typedef struct {
    crm_i_strip strip;
    double count[STRIP];
    double mean[STRIP];
    int32_t history[STRIP];
    int32_t spending[STRIP];
    double spend[STRIP];
    double value[STRIP];
    /* from here on nothing is read that was not written */
    double spend_d[SPEND_PARAMETERS * STRIP];
    double value_s[SPEND_PARAMETERS * STRIP]; /* by the spend model's parameters */
    double value_d[PARAMETERS * STRIP];       /* by the purchase model's */
} scratch;

static crm_i_predict_covariates covariates_of(const crm_i_predict *job, int64_t first)
{
    const crm_i_predict_covariates covariates = {job->z + first, job->n};
    return covariates;
}

/* Histories are loaded; a customer is also missing or bad if its covariates are. */
static void load_covariates(const work *w, int64_t first, scratch *s)
{
    const crm_i_predict *job = w->job;
    const crm_i_predict_covariates covariates = covariates_of(job, first);
    for (int64_t i = 0; i < s->strip.n; i++) {
        const int32_t state = crm_i_predict_strata_state(&job->model->design, &covariates, i);
        if (state == BAD && s->history[i] != BAD)
            crm_i_bad_note(w->bad, first + i, job->z_arg, CRM_I_INFINITY, "A covariate is infinite.");
        s->history[i] = state > s->history[i] ? state : s->history[i];
    }
}

static void load_history(const work *w, int64_t first, scratch *s)
{
    const crm_i_predict *job = w->job;
    const crm_i_prediction *prediction = crm_i_predict_of(job->model);
    crm_i_strip *strip = &s->strip;
    /* quickly where all is well, which is nearly always */
    int32_t wrong = 0;
    for (int64_t i = 0; i < strip->n; i++) {
        const double x = prediction->contractual ? 0.0 : job->x[first + i];
        const double t_x = prediction->contractual ? 0.0 : job->t_x[first + i];
        const double T = job->T[first + i];
        const int32_t ok = (x >= 0.0) & (x < 0x1p53) & (floor(x) == x) & (t_x >= 0.0) & (t_x <= T) &
                           (T < CRM_I_INFINITY) & ((x == 0.0) == (t_x == 0.0));
        wrong |= !ok;
        strip->x[i] = x;
        strip->t_x[i] = t_x;
        strip->T[i] = T;
        s->history[i] = GOOD;
    }
    int32_t column;
    for (int64_t i = 0; i < strip->n && prediction->wrong && !wrong; i++)
        wrong = prediction->wrong(strip->x[i], strip->t_x[i], strip->T[i], &column) != NULL;
    if (wrong)
        for (int64_t i = 0; i < strip->n; i++) {
            s->history[i] =
                state_of_history(prediction, first + i, strip->x[i], strip->t_x[i], strip->T[i], w->bad);
            if (s->history[i] != GOOD)
                strip->x[i] = strip->t_x[i] = strip->T[i] = 0.0;
        }
    for (int64_t i = strip->n; i < STRIP; i++)
        strip->x[i] = strip->t_x[i] = strip->T[i] = 0.0;
}

static void load_spend(const work *w, int64_t first, scratch *s)
{
    const crm_i_predict *job = w->job;
    const crm_model *model = job->spend;
    crm_i_bad again = crm_i_bad_none(); /* rows that count already */
    for (int64_t i = 0; i < s->strip.n; i++) {
        crm_i_bad *bad = job->model && s->history[i] == BAD ? &again : w->bad;
        s->count[i] = job->count[first + i];
        s->mean[i] = job->mean[first + i];
        s->spending[i] = state_of_spend(first + i, s->count[i], s->mean[i], job->count_arg, bad);
        if (s->spending[i] != GOOD)
            s->count[i] = s->mean[i] = 0.0;
    }
    const crm_i_prediction *prediction = crm_i_kind_of(model->kind)->prediction;
    prediction->spend(model->parameter, s->strip.n, s->count, s->mean, s->spend,
                      w->gradient ? s->spend_d : NULL);
    for (int64_t i = 0; i < s->strip.n; i++)
        if (s->spending[i] != GOOD)
            s->spend[i] = CRM_I_NAN;
        else if (isnan(s->spend[i]) && !(job->model && s->history[i] == BAD))
            crm_i_bad_note(w->bad, first + i, job->count_arg, s->count[i], "The mean spend does not exist.");
}

/* Value, and gradients by both models, of one column. */
static void compute(const work *w, const crm_i_column *column, int64_t first, scratch *s)
{
    const crm_i_predict *job = w->job;
    const int64_t n = s->strip.n;
    const int32_t own = job->model ? job->model->count : 0;
    const int32_t other = job->spend ? job->spend->count : 0;
    if (column->quantity == CRM_QUANTITY_SPEND) {
        memcpy(s->value, s->spend, sizeof s->value);
        for (int32_t j = 0; j < own && w->gradient; j++)
            memset(s->value_d + j * STRIP, 0, STRIP * sizeof(double));
        for (int32_t j = 0; j < other && w->gradient; j++)
            memcpy(s->value_s + j * STRIP, s->spend_d + j * STRIP, STRIP * sizeof(double));
        return;
    }
    int32_t outside = 0;
    if (job->model->design.count > 0) {
        const crm_i_predict_covariates covariates = covariates_of(job, first);
        outside = crm_i_predict_strata(w->isa, job->model, &column->ask, &covariates, &s->strip, s->value,
                                       s->value_d);
    } else {
        crm_i_predict_of(job->model)
            ->rows(w->isa, job->model->parameter, &column->ask, column->table, &s->strip, s->value,
                   s->value_d);
    }
    for (int64_t i = 0; i < n && outside; i++)
        if (s->history[i] == GOOD && isnan(s->value[i]))
            crm_i_bad_note(w->bad, first + i, job->z_arg, CRM_I_NAN,
                           "The parameters that the covariates give are too extreme.");
    for (int64_t i = 0; i < n; i++)
        s->value[i] = s->history[i] == GOOD ? s->value[i] : CRM_I_NAN;
    if (column->quantity != CRM_QUANTITY_VALUE)
        return;
    for (int32_t j = 0; j < other && w->gradient; j++)
        for (int64_t i = 0; i < n; i++)
            s->value_s[j * STRIP + i] = column->factor * s->value[i] * s->spend_d[j * STRIP + i];
    for (int32_t j = 0; j < own && w->gradient; j++)
        for (int64_t i = 0; i < n; i++)
            s->value_d[j * STRIP + i] *= column->factor * s->spend[i];
    for (int64_t i = 0; i < n; i++)
        s->value[i] = column->factor * s->spend[i] * s->value[i];
}

/* variance[i] += g' C g of row i. */
static void add_variance(const crm_model *model, int64_t n, const double *gradient, double *variance)
{
    const int32_t k = model->count;
    for (int32_t a = 0; a < k; a++) {
        double row[STRIP];
        for (int64_t i = 0; i < n; i++)
            row[i] = model->covariance[a + k * a] * gradient[a * STRIP + i];
        for (int32_t b = 0; b < a; b++) {
            const double twice = 2.0 * model->covariance[a + k * b];
            for (int64_t i = 0; i < n; i++)
                row[i] += twice * gradient[b * STRIP + i];
        }
        for (int64_t i = 0; i < n; i++)
            variance[i] += row[i] * gradient[a * STRIP + i];
    }
}

static int32_t uses_purchases(const crm_i_column *column)
{
    return column->quantity != CRM_QUANTITY_SPEND;
}

static int32_t uses_spend(const crm_i_column *column)
{
    return crm_i_predict_spends(column);
}

/* 1 if every model the column rests on has a covariance. */
static int32_t is_uncertain(const crm_i_predict *job, const crm_i_column *column)
{
    return (!uses_purchases(column) || job->model->has_covariance) &&
           (!uses_spend(column) || job->spend->has_covariance);
}

/* sqrt(g' C g) of one row by way of what each parameter would do alone, g_j sigma_j, divided by the largest
 * of these, and the correlations. */
static double scaled_error(const crm_model *model, const double *gradient, int64_t row)
{
    const int32_t k = model->count;
    double sigma[PARAMETERS];
    double alone[PARAMETERS];
    double largest = 0.0;
    for (int32_t j = 0; j < k; j++) {
        sigma[j] = sqrt(model->covariance[j + k * j]);
        alone[j] = sigma[j] > 0.0 ? gradient[j * STRIP + row] * sigma[j] : 0.0;
        largest = fabs(alone[j]) > largest ? fabs(alone[j]) : largest;
    }
    double variance = 0.0;
    for (int32_t a = 0; a < k; a++)
        for (int32_t b = 0; b < k; b++)
            if (alone[a] != 0.0 && alone[b] != 0.0)
                variance += (alone[a] / largest) * (alone[b] / largest) *
                            (model->covariance[a + k * b] / sigma[a] / sigma[b]);
    return variance < 0.0 ? 0.0 : largest * sqrt(variance);
}

/* sqrt(a^2 + b^2) for a, b >= 0, of any size. */
static double joined(double a, double b)
{
    const double more = a > b ? a : b;
    const double less = a > b ? b : a;
    return a + b == 0.0 ? 0.0 : more * sqrt(1.0 + (less / more) * (less / more));
}

/* Where squares of gradients or variances leave the range of doubles. */
static double careful_error(const crm_i_predict *job, const crm_i_column *column, const scratch *s,
                            int64_t row)
{
    return joined(uses_purchases(column) ? scaled_error(job->model, s->value_d, row) : 0.0,
                  uses_spend(column) ? scaled_error(job->spend, s->value_s, row) : 0.0);
}

static void standard_errors(const crm_i_predict *job, const crm_i_column *column, const scratch *s,
                            double *se)
{
    const int64_t n = s->strip.n;
    double variance[STRIP] = {0.0};
    const int32_t known = is_uncertain(job, column);
    if (known && uses_purchases(column))
        add_variance(job->model, n, s->value_d, variance);
    if (known && uses_spend(column))
        add_variance(job->spend, n, s->value_s, variance);
    for (int64_t i = 0; i < n; i++) {
        const int32_t valid = known && !isnan(s->value[i]);
        const int32_t usual = variance[i] > 1e-280 && variance[i] < 1e280;
        if (valid)
            se[i] = usual ? sqrt(variance[i]) : careful_error(job, column, s, i);
        else
            se[i] = CRM_I_NAN;
    }
}

/* The sum of one strip over the rows that have a value, on 8 lanes. */
static double strip_sum(int64_t n, const double *value, const double *x)
{
    double lane[CRM_I_SUM_LANES] = {0.0};
    for (int64_t i = 0; i < n; i++)
        lane[i % CRM_I_SUM_LANES] += isnan(value[i]) ? 0.0 : x[i];
    return crm_i_sum_lanes(lane);
}

static void add_sums(const work *w, const crm_i_column *column, const scratch *s, double *sum)
{
    const crm_i_predict *job = w->job;
    sum[0] += strip_sum(s->strip.n, s->value, s->value);
    if (!w->gradient)
        return;
    if (uses_purchases(column))
        for (int32_t j = 0; j < job->model->count; j++)
            sum[1 + j] += strip_sum(s->strip.n, s->value, s->value_d + j * STRIP);
    if (uses_spend(column))
        for (int32_t j = 0; j < job->spend->count; j++)
            sum[1 + PARAMETERS + j] += strip_sum(s->strip.n, s->value, s->value_s + j * STRIP);
}

static void run_strip(const work *w, int64_t first, int64_t n, int32_t spends, scratch *s)
{
    const crm_i_predict *job = w->job;
    s->strip.n = n;
    s->strip.gradient = w->gradient;
    if (job->model) {
        load_history(w, first, s);
        if (job->model->design.count > 0)
            load_covariates(w, first, s);
        else
            crm_i_predict_of(job->model)->begin(w->isa, job->model->parameter, &s->strip);
    }
    if (spends)
        load_spend(w, first, s);
    for (int32_t c = 0; c < job->columns; c++) {
        const crm_i_column *column = &job->column[c];
        compute(w, column, first, s);
        memcpy(job->out + (int64_t)c * job->n + first, s->value, (size_t)n * sizeof(double));
        if (job->se)
            standard_errors(job, column, s, job->se + (int64_t)c * job->n + first);
        if (w->sum)
            add_sums(w, column, s, w->sum + c * WIDTH);
    }
}

static int32_t any_spends(const crm_i_predict *job)
{
    int32_t any = 0;
    for (int32_t c = 0; c < job->columns; c++)
        any |= crm_i_predict_spends(&job->column[c]);
    return any;
}

static void run_rows(const work *w, int64_t first, int64_t last)
{
    scratch s;
    const int32_t spends = any_spends(w->job);
    memset(&s, 0, offsetof(scratch, spend_d));
    for (int64_t row = first; row < last; row += STRIP)
        run_strip(w, row, last - row < STRIP ? last - row : STRIP, spends, &s);
}

/* ---- blocks ---- */

typedef struct {
    work common;
    int64_t rows; /* of a block */
    crm_i_bad bad[BLOCKS];
    double *partial; /* sums by block, WIDTH per column */
} blocks;

/* Rows of a block: depends on n alone. */
static int64_t block_rows(int64_t n)
{
    const int64_t share = (n - 1) / BLOCKS + 1;
    const int64_t least = share > BLOCK_LEAST ? share : BLOCK_LEAST;
    return (least + STRIP - 1) / STRIP * STRIP;
}

static void run_block(blocks *all, int64_t index, double *sum)
{
    work w = all->common;
    w.bad = &all->bad[index];
    w.sum = sum;
    *w.bad = crm_i_bad_none();
    const int64_t first = index * all->rows;
    const int64_t n = w.job->n;
    run_rows(&w, first, n - first < all->rows ? n : first + all->rows);
}

static void block_task(void *arg, int64_t index, int64_t worker)
{
    (void)worker;
    blocks *all = arg;
    run_block(all, index, all->partial ? all->partial + index * WIDTH * all->common.job->columns : NULL);
}

static void write_total(const crm_i_predict *job, const crm_i_column *column, const double *sum,
                        double *total)
{
    double gradient[PARAMETERS * STRIP];
    double by_purchases = 0.0;
    double by_spend = 0.0;
    total[0] = sum[0];
    total[1] = CRM_I_NAN;
    if (!is_uncertain(job, column))
        return;
    if (uses_purchases(column)) {
        for (int32_t j = 0; j < job->model->count; j++)
            gradient[j * STRIP] = sum[1 + j];
        by_purchases = scaled_error(job->model, gradient, 0);
    }
    if (uses_spend(column)) {
        for (int32_t j = 0; j < job->spend->count; j++)
            gradient[j * STRIP] = sum[1 + PARAMETERS + j];
        by_spend = scaled_error(job->spend, gradient, 0);
    }
    total[1] = joined(by_purchases, by_spend);
}

/* On the calling thread: the sums of a block are added when it is done, which is the order the other way has
 * too. */
static crm_status run_serial(const crm_context *context, blocks *all, int64_t count, double *sum,
                             crm_error *err)
{
    double own[CRM_I_PREDICT_COLUMNS * WIDTH];
    const int32_t width = all->common.job->columns * WIDTH;
    for (int64_t b = 0; b < count; b++) {
        memset(own, 0, (size_t)width * sizeof *own);
        run_block(all, b, sum ? own : NULL);
        for (int32_t i = 0; i < width && sum; i++)
            sum[i] += own[i];
        const crm_status status = crm_i_progress(context, (double)(b + 1) / (double)count, err);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

static crm_status run_parallel(const crm_context *context, blocks *all, int64_t count, double *sum,
                               crm_error *err)
{
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t width = (int64_t)all->common.job->columns * WIDTH;
    if (sum) {
        all->partial = crm_i_alloc_zeroed(&allocator, count * width, sizeof(double));
        if (!all->partial)
            return crm_i_fail_memory(err);
    }
    const crm_status status = crm_i_parallel(context, block_task, all, count, 0.0, 1.0, err);
    if (sum)
        for (int64_t b = 0; b < count; b++)
            for (int64_t i = 0; i < width; i++)
                sum[i] += all->partial[b * width + i];
    crm_i_release(&allocator, all->partial, count * width, sizeof(double));
    return status;
}

static int32_t wants_gradient(const crm_i_predict *job)
{
    const int32_t some =
        (job->model && job->model->has_covariance) || (job->spend && job->spend->has_covariance);
    return some && (job->se || job->total);
}

crm_status crm_i_predict_run(const crm_context *context, const crm_i_predict *job, crm_error *err)
{
    double sum[CRM_I_PREDICT_COLUMNS * WIDTH];
    memset(sum, 0, (size_t)(job->columns * WIDTH) * sizeof *sum);
    const int64_t rows = job->n > 0 ? block_rows(job->n) : 1;
    const int64_t count = job->n > 0 ? (job->n - 1) / rows + 1 : 0;
    blocks all;
    memset(&all.common, 0, sizeof all.common);
    all.common.job = job;
    all.common.isa = crm_i_context_isa(context);
    all.common.gradient = wants_gradient(job);
    all.rows = rows;
    all.partial = NULL;
    double *sums = job->total ? sum : NULL;
    const int32_t alone = count < 2 || crm_i_context_workers(context) == 1;
    const crm_status status =
        alone ? run_serial(context, &all, count, sums, err) : run_parallel(context, &all, count, sums, err);
    if (status != CRM_OK)
        return status;
    for (int32_t c = 0; c < job->columns && job->total; c++)
        write_total(job, &job->column[c], sum + c * WIDTH, job->total + 2 * c);
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t b = 0; b < count; b++)
        crm_i_bad_merge(&bad, &all.bad[b]);
    return crm_i_bad_end(&bad, err);
}
