/* Strata within a strip: found by their covariates, run one after another. */
#include "model/predict_strata.h"

#include <math.h>
#include <string.h>

#include "numeric/elementary.h"

enum { STRIP = CRM_I_STRIP, BASE = CRM_I_KIND_PARAMETERS };

int32_t crm_i_predict_strata_state(const crm_i_design *design, const crm_i_predict_covariates *covariates,
                                   int64_t i)
{
    int32_t state = 0;
    for (int32_t c = 0; c < design->count && state != 1; c++) {
        const double z = covariates->z[design->column[c] * covariates->stride + i];
        state = isnan(z) ? 1 : isinf(z) ? 2 : state;
    }
    return state;
}

static int32_t is_same(const crm_i_design *design, const crm_i_predict_covariates *v, int64_t i, int64_t j)
{
    for (int32_t c = 0; c < design->count; c++) {
        const double *column = v->z + design->column[c] * v->stride;
        if (column[i] != column[j])
            return 0;
    }
    return 1;
}

/* The rows of one stratum, from row i on, as a strip of their own; row[k]: where they were. */
static void gather(const crm_i_design *design, const crm_i_predict_covariates *v, const crm_i_strip *strip,
                   int64_t i, uint8_t *done, crm_i_strip *part, int64_t *row)
{
    memset(part, 0, sizeof *part);
    part->gradient = strip->gradient;
    for (int64_t k = i; k < strip->n; k++) {
        if (done[k] || !is_same(design, v, i, k))
            continue;
        done[k] = 1;
        row[part->n] = k;
        part->x[part->n] = strip->x[k];
        part->t_x[part->n] = strip->t_x[k];
        part->T[part->n] = strip->T[k];
        part->n++;
    }
}

/* d/d theta_j = d/d own_j own_j/theta_j; d/d gamma_c = sum_j d/d own_j own_j slope_jc. */
static void carry(const crm_model *model, const double *slope, const double *own, const double *by_own,
                  int64_t n, const int64_t *row, double *gradient)
{
    const int32_t base = crm_i_kind_of(model->kind)->parameters;
    for (int64_t k = 0; k < n; k++) {
        for (int32_t j = 0; j < base; j++)
            gradient[j * STRIP + row[k]] = by_own[j * STRIP + k] * (own[j] / model->parameter[j]);
        for (int32_t c = 0; c < model->design.count; c++) {
            double sum = 0.0;
            for (int32_t j = 0; j < base; j++)
                if (slope[j + BASE * c] != 0.0)
                    sum += by_own[j * STRIP + k] * own[j] * slope[j + BASE * c];
            gradient[(base + c) * STRIP + row[k]] = sum;
        }
    }
}

int32_t crm_i_predict_strata(int32_t isa, const crm_model *model, const crm_i_ask *ask,
                             const crm_i_predict_covariates *covariates, const crm_i_strip *strip,
                             double *out, double *gradient)
{
    const crm_i_prediction *prediction = crm_i_predict_of(model);
    const crm_i_design *design = &model->design;
    uint8_t done[STRIP] = {0};
    int32_t outside = 0;
    for (int64_t i = 0; i < strip->n; i++) {
        double slope[CRM_I_COEFFICIENTS * BASE];
        double own[BASE];
        double value[STRIP];
        double by_own[BASE * STRIP];
        int64_t row[STRIP];
        crm_i_strip part;
        if (done[i])
            continue;
        gather(design, covariates, strip, i, done, &part, row);
        crm_i_design_slopes(model->kind, design, covariates->z + i, covariates->stride, slope);
        crm_i_design_apply(model->kind, design, model->parameter, slope, own);
        int32_t good = !prediction->check || prediction->check(own, ask, NULL) == CRM_OK;
        for (int32_t j = 0; j < crm_i_kind_of(model->kind)->parameters; j++)
            good &= own[j] > 0.0 && own[j] < CRM_I_INFINITY;
        outside |= !good;
        if (good) {
            prediction->begin(isa, own, &part);
            prediction->rows(isa, own, ask, NULL, &part, value, by_own);
        }
        for (int64_t k = 0; k < part.n; k++)
            out[row[k]] = good ? value[k] : CRM_I_NAN;
        if (good && strip->gradient)
            carry(model, slope, own, by_own, part.n, row, gradient);
    }
    return outside;
}
