/* The driver that all likelihoods share: from a summary to sums over its rows. */
#include "model/likelihood.h"

#include <string.h>

#include "base/error.h"
#include "model/likelihood_kernel.h"
#include "model/model.h"
#include "model/strata.h"
#include "numeric/elementary.h"
#include "numeric/sum.h"

enum { STEPS_MOST = 65536, STEPS_PER_VALUE = 64, MOMENT_SUMS = 4 };

static int64_t blocks_of(int64_t n)
{
    return n / CRM_I_LIKELIHOOD_ROWS + (n % CRM_I_LIKELIHOOD_ROWS != 0);
}

/* ---- one pass over the rows ---- */

typedef struct pass {
    const crm_i_sample *sample;
    const double *parameter;
    int32_t isa;
    int32_t order; /* -1: moments */
    int32_t sums;
    double *partial;
} pass;

static void run_block(void *arg, int64_t index, int64_t worker)
{
    (void)worker;
    const pass *p = arg;
    const crm_i_sample *s = p->sample;
    const int64_t first = index * CRM_I_LIKELIHOOD_ROWS;
    const int64_t n = s->n - first < CRM_I_LIKELIHOOD_ROWS ? s->n - first : CRM_I_LIKELIHOOD_ROWS;
    double *sums = p->partial + index * p->sums;
    if (p->order >= 0) {
        s->likelihood->block(p->isa, s, p->parameter, p->order, first, n, sums);
        return;
    }
    const double *third = s->column[2] ? s->column[2] : s->column[1];
    CRM_I_KERNEL_PICK(p->isa, crm_i_moment_block)
    (n, s->mass + first, s->column[0] + first, s->column[1] + first, third + first, sums);
}

static crm_status run_pass(const crm_context *context, const crm_i_sample *sample, const double *parameter,
                           int32_t order, int32_t sums, double from, double to, crm_error *err)
{
    pass p = {sample, parameter, crm_i_context_isa(context), order, sums, sample->partial};
    const int64_t blocks = blocks_of(sample->n);
    const crm_status status = crm_i_parallel(context, run_block, &p, blocks, from, to, err);
    if (status == CRM_OK)
        crm_i_sum_combine(blocks, sums, sample->partial);
    return status;
}

crm_status crm_i_likelihood_evaluate(const crm_context *context, const crm_i_sample *sample,
                                     const double *parameter, int32_t order, double from, double to,
                                     crm_i_derivatives *out, crm_error *err)
{
    const crm_i_likelihood *l = sample->likelihood;
    if (sample->n == 0) {
        memset(out, 0, sizeof *out);
        return CRM_OK;
    }
    if (sample->stratum)
        return crm_i_strata_evaluate(context, sample, parameter, order, from, to, out, err);
    const crm_status status = run_pass(context, sample, parameter, order, l->sums[order], from, to, err);
    if (status == CRM_OK)
        l->finish(crm_i_context_isa(context), sample, parameter, order, sample->partial, out);
    return status;
}

/* ---- what does not depend on the parameters ---- */

static int64_t run_end(int64_t n, const double *x, int64_t i)
{
    int64_t end = i + 1;
    while (end < n && x[end] == x[i])
        end++;
    return end;
}

/* How many distinct values column 0 has, and up to which value a table of steps is worth its cost. */
static int64_t survey(const crm_i_sample *sample, int64_t *steps)
{
    const double *x = sample->column[0];
    int64_t groups = 0;
    *steps = 0;
    for (int64_t i = 0; i < sample->n; i = run_end(sample->n, x, i)) {
        groups++;
        const int64_t most = groups < STEPS_MOST / STEPS_PER_VALUE ? groups * STEPS_PER_VALUE : STEPS_MOST;
        if (sample->likelihood->stepped && x[i] <= (double)most)
            *steps = (int64_t)x[i];
    }
    return groups;
}

/* above[j] from what is at each value: the suffix sums, carried in pairs. */
static void accumulate_above(int64_t steps, double beyond, double *at)
{
    crm_i_pair sum = {beyond, 0.0};
    for (int64_t j = steps; j-- > 0;) {
        sum = crm_i_pair_add_double(sum, at[j]);
        at[j] = crm_i_pair_value(sum);
    }
}

static void group(crm_i_sample *sample)
{
    const double *x = sample->column[0];
    crm_i_pair beyond = {0.0, 0.0};
    sample->tails = 0;
    for (int64_t i = 0, end = 0; i < sample->n; i = end) {
        end = run_end(sample->n, x, i);
        const double mass = crm_i_sum(end - i, sample->mass + i);
        if (x[i] > 0.0 || !sample->likelihood->stepped)
            sample->moment[CRM_I_MOMENT_ACTIVE] += mass;
        if (x[i] > (double)sample->steps || !sample->likelihood->stepped) {
            sample->tail[sample->tails] = x[i];
            sample->tail_mass[sample->tails] = mass;
            sample->tails++;
            beyond = crm_i_pair_add_double(beyond, mass);
        } else if (x[i] >= 1.0) {
            sample->above[(int64_t)x[i] - 1] = mass;
        }
    }
    accumulate_above(sample->steps, crm_i_pair_value(beyond), sample->above);
}

static crm_status take_sums(const crm_context *context, crm_i_sample *sample, crm_error *err)
{
    const crm_i_likelihood *l = sample->likelihood;
    crm_status status = run_pass(context, sample, NULL, -1, MOMENT_SUMS, 0.0, 0.0, err);
    if (status != CRM_OK)
        return status;
    sample->moment[CRM_I_MOMENT_MASS] = sample->partial[0];
    sample->moment[CRM_I_MOMENT_DISTINCT] = (double)sample->n;
    sample->moment[CRM_I_MOMENT_FIRST] = sample->partial[1];
    sample->moment[CRM_I_MOMENT_SECOND] = sample->partial[2];
    sample->moment[CRM_I_MOMENT_THIRD] = sample->column[2] ? sample->partial[3] : 0.0;
    const int32_t sums = l->sums[CRM_I_ORDER_CONSTANT];
    if (sums == 0)
        return CRM_OK;
    status = run_pass(context, sample, NULL, CRM_I_ORDER_CONSTANT, sums, 0.0, 0.0, err);
    for (int32_t i = 0; i < sums && status == CRM_OK; i++)
        sample->constant[i] = sample->partial[i];
    return status;
}

/* The sample has its columns; the rest follows from them. */
static crm_status prepare(const crm_context *context, crm_i_sample *sample, crm_error *err)
{
    if (sample->n == 0)
        return CRM_OK;
    const crm_allocator *a = &sample->allocator;
    int64_t steps = 0;
    sample->groups = survey(sample, &steps);
    sample->steps = steps;
    sample->above = crm_i_alloc_zeroed(a, sample->steps, sizeof *sample->above);
    sample->tail = crm_i_alloc(a, sample->groups, sizeof *sample->tail);
    sample->tail_mass = crm_i_alloc(a, sample->groups, sizeof *sample->tail_mass);
    sample->partial = crm_i_alloc(a, blocks_of(sample->n) * CRM_I_LIKELIHOOD_SUMS, sizeof *sample->partial);
    crm_status status = CRM_OK;
    if (!sample->above || !sample->tail || !sample->tail_mass || !sample->partial)
        status = crm_i_fail_memory(err);
    if (status == CRM_OK) {
        group(sample);
        status = take_sums(context, sample, err);
    }
    if (status != CRM_OK)
        crm_i_sample_release(sample);
    return status;
}

/* The key columns of a section, all but the weight, and its mass. */
static void borrow_rows(const crm_summary *summary, crm_i_sample *sample)
{
    const crm_i_cells *cells = &summary->cells[sample->likelihood->section];
    sample->n = cells->n;
    sample->mass = cells->mass;
    for (int32_t c = 0; c < cells->columns - 1 && cells->n > 0; c++)
        sample->column[c] = cells->column[c];
}

/* That a likelihood whose domain is narrower than that of a summary can take all rows. */
static crm_status check_rows(const crm_i_sample *sample, int32_t arg, crm_error *err)
{
    for (int64_t i = 0; i < sample->n; i++) {
        double c[CRM_I_LIKELIHOOD_COLUMNS];
        int32_t column = 0;
        for (int32_t j = 0; j < CRM_I_LIKELIHOOD_COLUMNS; j++)
            c[j] = sample->column[j] ? sample->column[j][i] : 0.0;
        const char *text = sample->likelihood->wrong(c[0], c[1], c[2], &column);
        if (text)
            return crm_i_fail_value(err, CRM_E_DOMAIN, arg, c[column], text);
    }
    return CRM_OK;
}

crm_status crm_i_sample_build(const crm_context *context, const crm_i_likelihood *likelihood,
                              const crm_summary *summary, int32_t arg, crm_i_sample *sample, crm_error *err)
{
    memset(sample, 0, sizeof *sample);
    sample->likelihood = likelihood;
    sample->allocator = crm_i_allocator(context);
    borrow_rows(summary, sample);
    const crm_status status = likelihood->narrow ? check_rows(sample, arg, err) : CRM_OK;
    return status == CRM_OK ? prepare(context, sample, err) : status;
}

crm_status crm_i_sample_of_rows(const crm_context *context, const crm_i_likelihood *likelihood, int64_t n,
                                const double *const *column, const double *mass, crm_i_sample *sample,
                                crm_error *err)
{
    memset(sample, 0, sizeof *sample);
    sample->likelihood = likelihood;
    sample->allocator = crm_i_allocator(context);
    sample->n = n;
    sample->mass = mass;
    for (int32_t c = 0; c < CRM_I_LIKELIHOOD_COLUMNS; c++)
        sample->column[c] = column[c];
    return prepare(context, sample, err);
}

/* Row by row, how many of the draws (at the middles of equal shares of the mass) fall into it. */
static int64_t draw(const crm_i_sample *from, int64_t draws, double *copy)
{
    const double share = from->moment[CRM_I_MOMENT_MASS] / (double)draws;
    double before = 0.0;
    int64_t drawn = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < from->n && drawn < draws; i++) {
        before += from->mass[i];
        const int64_t first = drawn;
        while (drawn < draws && ((double)drawn + 0.5) * share <= before)
            drawn++;
        if (drawn == first)
            continue;
        for (int32_t c = 0; c < CRM_I_LIKELIHOOD_COLUMNS; c++)
            copy[c * draws + n] = from->column[c] ? from->column[c][i] : 0.0;
        copy[CRM_I_LIKELIHOOD_COLUMNS * draws + n] = (double)(drawn - first) * share;
        n++;
    }
    return n;
}

crm_status crm_i_sample_thin(const crm_context *context, const crm_i_sample *from, int64_t draws,
                             crm_i_sample *sample, crm_error *err)
{
    memset(sample, 0, sizeof *sample);
    sample->likelihood = from->likelihood;
    sample->allocator = from->allocator;
    sample->copied = (CRM_I_LIKELIHOOD_COLUMNS + 1) * draws;
    sample->copy = crm_i_alloc(&sample->allocator, sample->copied, sizeof *sample->copy);
    if (!sample->copy)
        return crm_i_fail_memory(err);
    sample->n = draw(from, draws, sample->copy);
    for (int32_t c = 0; c < CRM_I_LIKELIHOOD_COLUMNS; c++)
        sample->column[c] = from->column[c] ? sample->copy + c * draws : NULL;
    sample->mass = sample->copy + CRM_I_LIKELIHOOD_COLUMNS * draws;
    return prepare(context, sample, err);
}

void crm_i_sample_release(crm_i_sample *sample)
{
    const crm_allocator *a = &sample->allocator;
    crm_i_strata_drop(sample);
    crm_i_release(a, sample->above, sample->steps, sizeof *sample->above);
    crm_i_release(a, sample->tail, sample->groups, sizeof *sample->tail);
    crm_i_release(a, sample->tail_mass, sample->groups, sizeof *sample->tail_mass);
    crm_i_release(a, sample->partial, blocks_of(sample->n) * CRM_I_LIKELIHOOD_SUMS, sizeof *sample->partial);
    crm_i_release(a, sample->copy, sample->copied, sizeof *sample->copy);
    sample->above = sample->tail = sample->tail_mass = sample->partial = sample->copy = NULL;
}

/* ---- what a caller may ask of a model ---- */

static int32_t all_finite(int32_t n, const double *x)
{
    int32_t finite = 1;
    for (int32_t i = 0; i < n; i++)
        finite &= isfinite(x[i]) != 0;
    return finite;
}

/* The value by rows, one after another: where the terms of many rows, added apart, are no doubles any more.
 */
static double value_by_rows(int32_t isa, const crm_i_sample *sample, const double *parameter)
{
    crm_i_pair sum = {0.0, 0.0};
    for (int64_t i = 0; i < sample->n; i++) {
        const double *column[CRM_I_LIKELIHOOD_COLUMNS];
        double row;
        for (int32_t c = 0; c < CRM_I_LIKELIHOOD_COLUMNS; c++)
            column[c] = sample->column[c] ? sample->column[c] + i : NULL;
        sample->likelihood->rows(isa, parameter, 1, column, &row);
        sum = crm_i_pair_add_double(sum, sample->mass[i] * row);
    }
    return crm_i_pair_value(sum);
}

static int32_t is_in_doubt(const crm_i_sample *sample, const double *parameter, double value)
{
    const crm_i_likelihood *l = sample->likelihood;
    return !isfinite(value) || (l->is_usual && !l->is_usual(parameter, sample->moment));
}

crm_status crm_model_log_likelihood(const crm_context *context, const crm_model *model,
                                    const crm_summary *summary, double *value, double *gradient,
                                    double *hessian, crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 2, "The model is NULL.");
    if (!summary)
        return crm_i_fail(err, CRM_E_NULL, 3, "The summary is NULL.");
    if (!value)
        return crm_i_fail(err, CRM_E_NULL, 4, "The place for the value is NULL.");
    crm_i_sample sample;
    crm_status status = crm_i_model_sample(context, model, summary, 3, &sample, err);
    if (status != CRM_OK)
        return status;
    const int32_t k = model->count;
    crm_i_derivatives at;
    status =
        crm_i_likelihood_evaluate(context, &sample, model->parameter,
                                  hessian ? CRM_I_ORDER_HESSIAN : CRM_I_ORDER_GRADIENT, 0.0, 1.0, &at, err);
    if (status == CRM_OK && !sample.stratum && is_in_doubt(&sample, model->parameter, at.value))
        at.value = value_by_rows(crm_i_context_isa(context), &sample, model->parameter);
    crm_i_sample_release(&sample);
    if (status != CRM_OK)
        return status;
    if (!isfinite(at.value))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, at.value,
                                "The log-likelihood at these parameters is beyond the range of double.");
    if ((gradient && !all_finite(k, at.gradient)) || (hessian && !all_finite(k * k, at.hessian)))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, at.value,
                                "A derivative at these parameters is beyond the range of double.");
    *value = at.value;
    if (gradient)
        memcpy(gradient, at.gradient, (size_t)k * sizeof *gradient);
    if (hessian)
        memcpy(hessian, at.hessian, (size_t)(k * k) * sizeof *hessian);
    return crm_i_ok(err);
}

/* Rows of a column call: n at a time, the bad and missing ones replaced while they are computed. */
enum { ROWS_STRIP = 256 };

typedef struct row_pass {
    const crm_i_likelihood *likelihood;
    const double *parameter;
    const double *column[CRM_I_LIKELIHOOD_COLUMNS];
    int32_t columns;
    int32_t isa;
    int64_t n;
    double *out;
} row_pass;

enum { ROW_GOOD = 0, ROW_MISSING = 1, ROW_BAD = 2 };

/* column: the one to blame. */
static int32_t judge(const row_pass *p, int64_t row, double *c, int32_t *column, const char **text)
{
    for (int32_t i = 0; i < CRM_I_LIKELIHOOD_COLUMNS; i++)
        c[i] = i < p->columns ? p->column[i][row] : 0.0;
    if (p->likelihood->section == CRM_I_SPENDS && c[0] == 0.0)
        c[1] = 0.0; /* the mean of no purchases */
    if (c[0] != c[0] || c[1] != c[1] || c[2] != c[2])
        return ROW_MISSING;
    *text = p->likelihood->wrong(c[0], c[1], c[2], column);
    return *text ? ROW_BAD : ROW_GOOD;
}

static void run_rows(void *arg, int64_t index, int64_t worker)
{
    (void)worker;
    const row_pass *p = arg;
    const int64_t end =
        (index + 1) * CRM_I_LIKELIHOOD_ROWS < p->n ? (index + 1) * CRM_I_LIKELIHOOD_ROWS : p->n;
    for (int64_t first = index * CRM_I_LIKELIHOOD_ROWS; first < end; first += ROWS_STRIP) {
        const int64_t n = end - first < ROWS_STRIP ? end - first : ROWS_STRIP;
        double copy[CRM_I_LIKELIHOOD_COLUMNS][ROWS_STRIP];
        double out[ROWS_STRIP];
        uint8_t state[ROWS_STRIP];
        const double *const column[CRM_I_LIKELIHOOD_COLUMNS] = {copy[0], copy[1], copy[2]};
        for (int64_t i = 0; i < n; i++) {
            double c[CRM_I_LIKELIHOOD_COLUMNS];
            int32_t blame = 0;
            const char *text = NULL;
            state[i] = (uint8_t)judge(p, first + i, c, &blame, &text);
            for (int32_t j = 0; j < CRM_I_LIKELIHOOD_COLUMNS; j++)
                copy[j][i] = state[i] == ROW_GOOD ? c[j] : 0.0;
        }
        p->likelihood->rows(p->isa, p->parameter, n, column, out);
        for (int64_t i = 0; i < n; i++)
            p->out[first + i] = state[i] == ROW_GOOD && isfinite(out[i]) ? out[i] : CRM_I_NAN;
    }
}

/* Only where a row came out as NaN can it have been bad, or have no value that is a double. */
static crm_status blame_rows(const row_pass *p, crm_error *err)
{
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < p->n; i++) {
        double c[CRM_I_LIKELIHOOD_COLUMNS];
        int32_t column = 0;
        const char *text = NULL;
        if (p->out[i] == p->out[i])
            continue;
        const int32_t state = judge(p, i, c, &column, &text);
        if (state == ROW_BAD)
            crm_i_bad_note(&bad, i, 4 + column, c[column], text);
        else if (state == ROW_GOOD)
            crm_i_bad_note(&bad, i, 2, c[0], "The log-likelihood is beyond the range of double.");
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_model_rows(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                          const double *t_x, const double *T, double *out, crm_error *err)
{
    if (!model)
        return crm_i_fail(err, CRM_E_NULL, 2, "The model is NULL.");
    if (model->design.count > 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "A row of a model with covariates needs them.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)n, "The number of rows is negative.");
    const crm_i_likelihood *l = crm_i_kind_of(model->kind)->likelihood;
    const int32_t columns = l->section == CRM_I_PURCHASES ? 3 : 2;
    const double *const column[] = {x, t_x, T};
    for (int32_t c = 0; c < columns && n > 0; c++)
        if (!column[c])
            return crm_i_fail(err, CRM_E_NULL, 4 + c, "A column is NULL.");
    if (!out && n > 0)
        return crm_i_fail(err, CRM_E_NULL, 7, "The place for the output is NULL.");
    row_pass p = {l, model->parameter, {x, t_x, T}, columns, crm_i_context_isa(context), n, out};
    const crm_status status = crm_i_parallel(context, run_rows, &p, blocks_of(n), 0.0, 1.0, err);
    return status == CRM_OK ? blame_rows(&p, err) : status;
}
