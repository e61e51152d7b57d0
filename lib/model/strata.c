/* Samples in strata: built from a summary with covariates, evaluated stratum by stratum. */
#include "model/strata.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "numeric/pair.h"

enum { BASE = CRM_I_KIND_PARAMETERS, MOST = CRM_I_COEFFICIENTS };

/* ---- which covariates say something ---- */

/* A covariate of which less than this share of its spread is left, beside a constant and those before it,
 * says nothing: its coefficient could be anything. */
#define SPREAD_LEAST 1e-10

/* Weighted sums of the strata: means, then spreads and products about them, of the covariates. */
typedef struct spread {
    int32_t columns;
    double mean[MOST];
    double product[MOST * MOST];
} spread;

/* The mass of each stratum, in order. */
static void masses(const crm_summary *summary, double *mass)
{
    const crm_i_cells *cells = &summary->cells[CRM_I_STRATA];
    memset(mass, 0, (size_t)summary->strata.n * sizeof *mass);
    for (int64_t i = 0; i < cells->n; i++)
        mass[(int64_t)cells->column[0][i]] += cells->mass[i];
}

static void find_spread(const crm_i_strata *strata, const double *mass, spread *s)
{
    double total = 0.0;
    memset(s, 0, sizeof *s);
    s->columns = strata->columns;
    for (int64_t i = 0; i < strata->n; i++)
        total += mass[i];
    for (int64_t i = 0; i < strata->n; i++)
        for (int32_t c = 0; c < s->columns; c++)
            s->mean[c] += mass[i] / total * strata->z[i * s->columns + c];
    for (int64_t i = 0; i < strata->n; i++) {
        const double *z = strata->z + i * s->columns;
        for (int32_t a = 0; a < s->columns; a++)
            for (int32_t b = 0; b <= a; b++)
                s->product[a + MOST * b] += mass[i] / total * ((z[a] - s->mean[a]) * (z[b] - s->mean[b]));
    }
}

/* What is left of the spread of column a once the columns of `used` before it are taken out, by Cholesky; the
 * share of its own. */
static double spread_left(spread *s, int32_t a, uint32_t used)
{
    const double own = s->product[a + MOST * a];
    double left = own;
    for (int32_t b = 0; b < a; b++) {
        if (!(used >> b & 1u))
            continue;
        double sum = s->product[a + MOST * b];
        for (int32_t c = 0; c < b; c++)
            if (used >> c & 1u)
                sum -= s->product[a + MOST * c] * s->product[b + MOST * c];
        s->product[a + MOST * b] = sum / s->product[b + MOST * b];
        left -= s->product[a + MOST * b] * s->product[a + MOST * b];
    }
    const double size = own + s->mean[a] * s->mean[a];
    if (!(own > 1e-24 * size))
        return 0.0;
    s->product[a + MOST * a] = left > 0.0 ? sqrt(left) : 0.0;
    return left / own;
}

static crm_status check_columns(const crm_i_design *design, const crm_summary *summary, const double *mass,
                                int32_t arg, crm_error *err)
{
    spread s;
    uint32_t used = 0;
    find_spread(&summary->strata, mass, &s);
    for (int32_t c = 0; c < design->count; c++)
        used |= (uint32_t)1 << design->column[c];
    for (int32_t a = 0; a < s.columns; a++) {
        if (!(used >> a & 1u) || spread_left(&s, a, used) > SPREAD_LEAST)
            continue;
        crm_i_fail_row(err, CRM_E_DOMAIN, arg, a, (double)a, "Covariate ");
        crm_i_text_add_i64(err, a);
        crm_i_text_add(err, " is constant, or a combination of a constant and others before it.");
        return CRM_E_DOMAIN;
    }
    return CRM_OK;
}

/* ---- building ---- */

/* One stratum's rows of the cells, which stand together. */
static crm_status build_stratum(const crm_context *context, const crm_i_likelihood *likelihood,
                                const crm_i_cells *cells, int64_t first, int64_t n, crm_i_sample *sample,
                                crm_error *err)
{
    const double *const column[] = {cells->column[1] + first, cells->column[2] + first,
                                    cells->column[3] + first};
    return crm_i_sample_of_rows(context, likelihood, n, column, cells->mass + first, sample, err);
}

static crm_status build_all(const crm_context *context, const crm_summary *summary, crm_i_sample *sample,
                            crm_error *err)
{
    const crm_i_cells *cells = &summary->cells[CRM_I_STRATA];
    int64_t end = 0;
    for (int64_t s = 0; s < summary->strata.n; s++) {
        const int64_t first = end;
        while (end < cells->n && cells->column[0][end] == (double)s)
            end++;
        const crm_status status =
            build_stratum(context, sample->likelihood, cells, first, end - first, &sample->stratum[s], err);
        if (status != CRM_OK)
            return status;
        sample->strata = s + 1;
    }
    return CRM_OK;
}

void crm_i_strata_drop(crm_i_sample *sample)
{
    for (int64_t s = 0; s < sample->strata; s++)
        crm_i_sample_release(&sample->stratum[s]);
    crm_i_release(&sample->allocator, sample->stratum, sample->strata_room, sizeof *sample->stratum);
    sample->stratum = NULL;
    sample->strata = 0;
}

crm_status crm_i_strata_build(const crm_context *context, int32_t kind, const crm_i_design *design,
                              const crm_summary *summary, int32_t arg, crm_i_sample *sample, crm_error *err)
{
    const int64_t n = summary->strata.n;
    double *mass = crm_i_alloc(&sample->allocator, n, sizeof *mass);
    if (!mass)
        return crm_i_fail_memory(err);
    masses(summary, mass);
    crm_status status = check_columns(design, summary, mass, arg, err);
    crm_i_release(&sample->allocator, mass, n, sizeof *mass);
    if (status != CRM_OK)
        return status;
    sample->kind = kind;
    sample->design = design;
    sample->z = summary->strata.z;
    sample->strata = 0;
    sample->strata_room = n;
    sample->stratum = crm_i_alloc_zeroed(&sample->allocator, n, sizeof *sample->stratum);
    if (!sample->stratum)
        return crm_i_fail_memory(err);
    status = build_all(context, summary, sample, err);
    if (status != CRM_OK)
        crm_i_strata_drop(sample);
    return status;
}

/* ---- evaluating ---- */

/* One stratum's derivatives by ln theta, carried to those by the coefficients too, added to the whole. */
static void add_stratum(int32_t base, int32_t count, const double *slope, const crm_i_derivatives *at,
                        int32_t order, crm_i_derivatives *out)
{
    const int32_t k = base + count;
    double bend[MOST * BASE]; /* by coefficient c and ln theta_j */
    for (int32_t j = 0; j < base; j++)
        out->gradient[j] += at->gradient[j];
    for (int32_t c = 0; c < count; c++)
        for (int32_t j = 0; j < base; j++)
            out->gradient[base + c] += slope[j + BASE * c] * at->gradient[j];
    if (order != CRM_I_ORDER_HESSIAN)
        return;
    for (int32_t i = 0; i < base; i++)
        for (int32_t j = 0; j < base; j++)
            out->hessian[i + k * j] += at->hessian[i + base * j];
    for (int32_t c = 0; c < count; c++)
        for (int32_t j = 0; j < base; j++) {
            double sum = 0.0;
            for (int32_t i = 0; i < base; i++)
                sum += slope[i + BASE * c] * at->hessian[i + base * j];
            bend[j + BASE * c] = sum;
            out->hessian[base + c + k * j] += sum;
            out->hessian[j + k * (base + c)] += sum;
        }
    for (int32_t c = 0; c < count; c++)
        for (int32_t d = 0; d < count; d++) {
            double sum = 0.0;
            for (int32_t j = 0; j < base; j++)
                sum += bend[j + BASE * c] * slope[j + BASE * d];
            out->hessian[base + c + k * (base + d)] += sum;
        }
}

/* - customers * sum ridge * coefficient^2 */
static void add_penalty(const crm_i_sample *sample, int32_t base, const double *parameter, int32_t order,
                        crm_i_derivatives *out)
{
    const crm_i_design *design = sample->design;
    const double customers = sample->moment[CRM_I_MOMENT_MASS];
    const int32_t k = base + design->count;
    out->value -= customers * crm_i_design_penalty(sample->kind, design, parameter);
    for (int32_t c = 0; c < design->count; c++) {
        const double twice = 2.0 * customers * design->ridge[c];
        out->gradient[base + c] -= twice * parameter[base + c];
        if (order == CRM_I_ORDER_HESSIAN)
            out->hessian[(base + c) * (k + 1)] -= twice;
    }
}

crm_status crm_i_strata_evaluate(const crm_context *context, const crm_i_sample *sample,
                                 const double *parameter, int32_t order, double from, double to,
                                 crm_i_derivatives *out, crm_error *err)
{
    const crm_i_design *design = sample->design;
    const int32_t base = crm_i_kind_of(sample->kind)->parameters;
    const int32_t k = base + design->count;
    crm_i_pair value = {0.0, 0.0};
    memset(out->gradient, 0, (size_t)k * sizeof(double));
    memset(out->hessian, 0, (size_t)(k * k) * sizeof(double));
    for (int64_t s = 0; s < sample->strata; s++) {
        double slope[MOST * BASE];
        double own[BASE];
        crm_i_derivatives at;
        const double share = (to - from) / (double)sample->strata;
        crm_i_design_slopes(sample->kind, design, sample->z + s * design->columns, 1, slope);
        crm_i_design_apply(sample->kind, design, parameter, slope, own);
        const crm_status status =
            crm_i_likelihood_evaluate(context, &sample->stratum[s], own, order, from + share * (double)s,
                                      from + share * (double)(s + 1), &at, err);
        if (status != CRM_OK)
            return status;
        value = crm_i_pair_add_double(value, at.value);
        add_stratum(base, design->count, slope, &at, order, out);
    }
    out->value = crm_i_pair_value(value);
    add_penalty(sample, base, parameter, order, out);
    return CRM_OK;
}
