/* The likelihoods of sBG (Fader & Hardie 2007) and BdW (Fader, Hardie et al. 2018) for a customer lost in
 * period t, or still there after t of them:
 *
 *     ln P(T = t) = ln S(t - 1) + ln(1 - S(t)/S(t - 1)),    ln S(t).
 *
 * Both are one code: sBG is BdW with c = 1. Distinct durations are few, so rows are computed one by one, and
 * what a row has in common with the one before is not computed again. */
#include "model/contract_likelihood.h"

#include <math.h>

#include "model/contract_curve.h"
#include "numeric/elementary.h"

enum { PARAMETERS = CRM_I_CONTRACT_PARAMETERS, SECOND = CRM_I_CONTRACT_SECOND, SBG = 2, BDW = 3 };

enum { VALUE = 0, FIRST = 1, LAST = FIRST + PARAMETERS, SUMS_GRADIENT = LAST, SUMS_HESSIAN = LAST + SECOND };

/* ln(1 - exp(-X)) from X, in place: with e = 1/(exp X - 1) its derivatives are e X' and e (X'' - (1 + e) X'
 * X'). */
static void take_loss(int32_t order, crm_i_contract_term *x)
{
    const double e = 1.0 / crm_i_expm1(x->value);
    x->value = crm_i_log(-crm_i_expm1(-x->value));
    if (order < 1)
        return;
    if (order > 1)
        for (int32_t j = 0, k = 0; j < PARAMETERS; j++)
            for (int32_t i = j; i < PARAMETERS; i++, k++)
                x->second[k] =
                    e * (x->second[k] - x->first[i] * x->first[j]) - (e * x->first[i]) * (e * x->first[j]);
    for (int32_t i = 0; i < PARAMETERS; i++)
        x->first[i] *= e;
}

/* The log-likelihood of a row and its derivatives. */
static void row_term(const double *full, double duration, double ended, int32_t order,
                     crm_i_contract_term *out)
{
    crm_i_contract_term lost;
    const double lived = ended > 0.0 ? duration - 1.0 : duration;
    crm_i_contract_loss(full, 0.0, lived, order, out);
    out->value = -out->value;
    for (int32_t i = 0; i < PARAMETERS; i++)
        out->first[i] = -out->first[i];
    for (int32_t i = 0; i < SECOND; i++)
        out->second[i] = -out->second[i];
    if (!(ended > 0.0))
        return;
    crm_i_contract_loss(full, lived, duration, order, &lost);
    take_loss(order, &lost);
    out->value += lost.value;
    for (int32_t i = 0; i < PARAMETERS && order > 0; i++)
        out->first[i] += lost.first[i];
    for (int32_t i = 0; i < SECOND && order > 1; i++)
        out->second[i] += lost.second[i];
}

/* gamma, delta and c, whichever the kind. */
static void widen(int32_t count, const double *parameter, double *full)
{
    full[CRM_I_CONTRACT_GAMMA] = parameter[CRM_I_CONTRACT_GAMMA];
    full[CRM_I_CONTRACT_DELTA] = parameter[CRM_I_CONTRACT_DELTA];
    full[CRM_I_CONTRACT_C] = count > CRM_I_CONTRACT_C ? parameter[CRM_I_CONTRACT_C] : 1.0;
}

static void sum_block(int32_t count, const crm_i_sample *sample, const double *parameter, int32_t order,
                      int64_t first, int64_t n, double *sums)
{
    double full[PARAMETERS];
    crm_i_contract_term row;
    widen(count, parameter, full);
    const int32_t width = order == CRM_I_ORDER_HESSIAN ? SUMS_HESSIAN : SUMS_GRADIENT;
    for (int32_t s = 0; s < width; s++)
        sums[s] = 0.0;
    const double *duration = sample->column[0] + first;
    const double *ended = sample->column[1] + first;
    for (int64_t i = 0; i < n; i++) {
        const double mass = sample->mass[first + i];
        if (i == 0 || duration[i] != duration[i - 1] || ended[i] != ended[i - 1])
            row_term(full, duration[i], ended[i], order, &row);
        sums[VALUE] += mass * row.value;
        for (int32_t j = 0; j < PARAMETERS; j++)
            sums[FIRST + j] += mass * row.first[j];
        for (int32_t j = 0; j < width - LAST; j++)
            sums[LAST + j] += mass * row.second[j];
    }
}

static void sbg_block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                      int64_t first, int64_t n, double *sums)
{
    (void)isa;
    sum_block(SBG, sample, parameter, order, first, n, sums);
}

static void bdw_block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                      int64_t first, int64_t n, double *sums)
{
    (void)isa;
    sum_block(BDW, sample, parameter, order, first, n, sums);
}

static void take_sums(int32_t count, int32_t order, const double *sums, crm_i_derivatives *out)
{
    out->value = sums[VALUE];
    for (int32_t i = 0; i < count; i++)
        out->gradient[i] = sums[FIRST + i];
    const double *second = sums + LAST;
    for (int32_t j = 0; j < PARAMETERS && order == CRM_I_ORDER_HESSIAN; j++)
        for (int32_t i = j; i < PARAMETERS; i++, second++)
            if (i < count)
                out->hessian[i + count * j] = out->hessian[j + count * i] = *second;
}

static void sbg_finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                       const double *sums, crm_i_derivatives *out)
{
    (void)isa;
    (void)sample;
    (void)parameter;
    take_sums(SBG, order, sums, out);
}

static void bdw_finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                       const double *sums, crm_i_derivatives *out)
{
    (void)isa;
    (void)sample;
    (void)parameter;
    take_sums(BDW, order, sums, out);
}

static void each_row(int32_t count, const double *parameter, int64_t n, const double *const *column,
                     double *out)
{
    double full[PARAMETERS];
    crm_i_contract_term row;
    widen(count, parameter, full);
    for (int64_t i = 0; i < n; i++) {
        row_term(full, column[0][i], column[1][i], 0, &row);
        out[i] = row.value;
    }
}

static void sbg_rows(int32_t isa, const double *parameter, int64_t n, const double *const *column,
                     double *out)
{
    (void)isa;
    each_row(SBG, parameter, n, column, out);
}

static void bdw_rows(int32_t isa, const double *parameter, int64_t n, const double *const *column,
                     double *out)
{
    (void)isa;
    each_row(BDW, parameter, n, column, out);
}

static const char *wrong(double duration, double ended, double nothing, int32_t *column)
{
    (void)nothing;
    *column = 0;
    if (!(duration >= 1.0) || duration != floor(duration) || isinf(duration))
        return "The duration is not a whole number from 1.";
    *column = 1;
    return ended == 0.0 || ended == 1.0 ? NULL : "The end is not 0 or 1.";
}

/* Starts lose as many a period as the data do, and differ in how unlike customers are, and how much the risk
 * of each rises with time. */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const double strength[] = {2.0, 8.0, 0.5, 8.0};
    static const double rise[] = {1.0, 1.0, 1.0, 1.6};
    const double periods = moment[CRM_I_MOMENT_FIRST];
    const double risk = periods > 0.0 ? moment[CRM_I_MOMENT_SECOND] / periods : 0.5;
    const double share = risk < 0.001 ? 0.001 : risk > 0.9 ? 0.9 : risk;
    parameter[CRM_I_CONTRACT_GAMMA] = strength[i] * share;
    parameter[CRM_I_CONTRACT_DELTA] = strength[i] * (1.0 - share);
    parameter[CRM_I_CONTRACT_C] = rise[i];
}

static double unit(const double *moment)
{
    (void)moment;
    return 1.0;
}

const crm_i_likelihood crm_i_sbg_likelihood = {
    .section = CRM_I_DURATIONS,
    .sums = {0, SUMS_GRADIENT, SUMS_HESSIAN},
    .block = sbg_block,
    .finish = sbg_finish,
    .rows = sbg_rows,
    .wrong = wrong,
    .starts = 3,
    .start = start,
    .unit = unit,
};

const crm_i_likelihood crm_i_bdw_likelihood = {
    .section = CRM_I_DURATIONS,
    .sums = {0, SUMS_GRADIENT, SUMS_HESSIAN},
    .block = bdw_block,
    .finish = bdw_finish,
    .rows = bdw_rows,
    .wrong = wrong,
    .starts = 4,
    .start = start,
    .unit = unit,
};
