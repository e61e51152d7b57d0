/* The likelihood of NBD, the model without drop-out (Ehrenberg 1959), of purchases at their times:
 *
 *     ln L = ln G(r + x) - ln G(r) - (r + x) ln((alpha + T)/alpha) - x ln alpha
 *
 * The first two are sums over the steps j < x, done once per step for all who took it; where x is large or
 * rare, by ratios of gamma functions. */
#include "model/nbd_likelihood.h"

#include "model/history.h"
#include "model/nbd_likelihood_kernel.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

enum { R = 0, ALPHA = 1, PARAMETERS = 2 };

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums)
{
    CRM_I_KERNEL_PICK(isa, crm_i_nbd_block)
    (n, sample->column[0] + first, sample->column[2] + first, sample->mass + first, parameter,
     order == CRM_I_ORDER_HESSIAN, sums);
}

/* The step sums of steps from .. x-1, all of weight 1, by differences of gamma functions. */
static void add_tail(double r, double from, double x, double mass, double *sums)
{
    const double n = x - from;
    const double r1 = crm_i_digamma_ratio(r + from, n);
    const double r2 = crm_i_trigamma_ratio(r + from, n);
    sums[CRM_I_NBD_STEP_VALUE] += mass * crm_i_lgamma_ratio(r + from, n);
    sums[CRM_I_NBD_STEP_R] += mass * (r * r1);
    sums[CRM_I_NBD_STEP_R_R] += mass * (r * r1 + r * (r * r2));
}

void crm_i_nbd_purchases(int32_t isa, const crm_i_sample *sample, double r, double *sums)
{
    CRM_I_KERNEL_PICK(isa, crm_i_nbd_steps)(sample->steps, sample->above, &r, sums);
    for (int64_t i = 0; i < sample->tails; i++)
        add_tail(r, (double)sample->steps, sample->tail[i], sample->tail_mass[i], sums);
}

void crm_i_nbd_add_purchases(double r, int64_t n, const double *x, double *out)
{
    double last = 0.0;
    double terms = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (x[i] != last) {
            last = x[i];
            terms = crm_i_lgamma_ratio(r, last);
        }
        out[i] += terms;
    }
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    double step[CRM_I_NBD_STEP_SUMS];
    const double r = parameter[R];
    crm_i_nbd_purchases(isa, sample, r, step);
    const double purchases = sample->moment[CRM_I_MOMENT_FIRST];
    out->value =
        (step[CRM_I_NBD_STEP_VALUE] - purchases * crm_i_log(parameter[ALPHA])) + rows[CRM_I_NBD_VALUE];
    out->gradient[R] = step[CRM_I_NBD_STEP_R] + r * rows[CRM_I_NBD_R];
    out->gradient[ALPHA] = rows[CRM_I_NBD_ALPHA];
    if (order != CRM_I_ORDER_HESSIAN)
        return;
    double *h = out->hessian;
    h[R + PARAMETERS * R] = step[CRM_I_NBD_STEP_R_R] + r * rows[CRM_I_NBD_R];
    h[ALPHA + PARAMETERS * R] = r * rows[CRM_I_NBD_R_ALPHA];
    h[R + PARAMETERS * ALPHA] = h[ALPHA + PARAMETERS * R];
    h[ALPHA + PARAMETERS * ALPHA] = rows[CRM_I_NBD_ALPHA_ALPHA];
}

static void rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_nbd_rows)(n, column[0], column[2], parameter, out);
    crm_i_nbd_add_purchases(parameter[R], n, column[0], out);
}

/* The rate r/alpha of a start is that of the data. */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const double shape[] = {0.4, 2.0};
    parameter[R] = shape[i];
    parameter[ALPHA] = shape[i] * crm_i_history_unit(moment) / crm_i_history_purchases(moment);
}

const crm_i_likelihood crm_i_nbd_likelihood = {
    .section = CRM_I_PURCHASES,
    .stepped = 1,
    .sums = {0, CRM_I_NBD_GRADIENT_SUMS, CRM_I_NBD_HESSIAN_SUMS},
    .scales = 1u << ALPHA,
    .block = block,
    .finish = finish,
    .rows = rows,
    .wrong = crm_i_history_wrong,
    .starts = 2,
    .start = start,
    .unit = crm_i_history_unit,
    .remark = NULL,
};
