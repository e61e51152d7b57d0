/* The likelihood of GGompertz/NBD (Bemmaor & Glady 2012):
 *
 *     ln L = ln G(r + x) - ln G(r) + r ln alpha + ln((alpha + T)^-(r+x) S(T)
 *            + int_{t_x}^T (alpha + tau)^-(r+x) f(tau) dtau), S(t) = (beta/(beta - 1 + e^bt))^s, f = -S'
 *
 * The first two terms depend on x alone and are sums over its steps j < x, done once per step, weighted by
 * all who took it; where x is large or rare, by ratios of gamma functions. */
#include "model/ggompertz_likelihood.h"

#include "model/ggompertz_likelihood_kernel.h"
#include "model/history.h"
#include "model/nbd_likelihood_kernel.h"
#include "numeric/special.h"

enum { R = CRM_I_GO_R, ALPHA = CRM_I_GO_ALPHA, B = CRM_I_GO_B, S = CRM_I_GO_S, BETA = CRM_I_GO_BETA };
enum { PARAMETERS = CRM_I_GO_PARAMETERS };

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums)
{
    CRM_I_KERNEL_PICK(isa, crm_i_ggompertz_block)
    (n, sample->column[0] + first, sample->column[1] + first, sample->column[2] + first, sample->mass + first,
     parameter, order == CRM_I_ORDER_HESSIAN, sums);
}

/* The step sums of steps from .. x-1, all of weight 1, by differences of gamma functions. */
static void add_tail(double r, double from, double x, double mass, double *sums)
{
    const double n = x - from;
    const double once = r * crm_i_digamma_ratio(r + from, n);
    sums[CRM_I_NBD_STEP_VALUE] += mass * crm_i_lgamma_ratio(r + from, n);
    sums[CRM_I_NBD_STEP_R] += mass * once;
    sums[CRM_I_NBD_STEP_R_R] += mass * (once + r * (r * crm_i_trigamma_ratio(r + from, n)));
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    double step[CRM_I_NBD_STEP_SUMS];
    CRM_I_KERNEL_PICK(isa, crm_i_nbd_steps)(sample->steps, sample->above, parameter, step);
    for (int64_t i = 0; i < sample->tails; i++)
        add_tail(parameter[R], (double)sample->steps, sample->tail[i], sample->tail_mass[i], step);
    out->value = step[CRM_I_NBD_STEP_VALUE] + rows[0];
    for (int32_t i = 0; i < PARAMETERS; i++)
        out->gradient[i] = rows[1 + i];
    out->gradient[R] += step[CRM_I_NBD_STEP_R];
    if (order != CRM_I_ORDER_HESSIAN)
        return;
    const double *h = rows + CRM_I_GO_GRADIENT_SUMS;
    for (int32_t j = 0; j < PARAMETERS; j++)
        for (int32_t i = j; i < PARAMETERS; i++, h++)
            out->hessian[i + PARAMETERS * j] = out->hessian[j + PARAMETERS * i] = *h;
    out->hessian[R + PARAMETERS * R] += step[CRM_I_NBD_STEP_R_R];
}

static void rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_ggompertz_rows)(n, column[0], column[1], column[2], parameter, out);
    double x = 0.0;
    double terms = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (column[0][i] != x) {
            x = column[0][i];
            terms = crm_i_lgamma_ratio(parameter[R], x);
        }
        out[i] += terms;
    }
}

/* Hazards that fall, rise late, and rise soon; the rate r/alpha is that of the data while alive. */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const struct {
        double r;
        double b; /* times the unit */
        double s;
        double beta;
    } shape[] = {{0.5, 0.05, 0.6, 0.02}, {1.0, 1.5, 0.4, 3.0}, {2.0, 5.0, 0.2, 50.0}};
    const double T = crm_i_history_unit(moment);
    parameter[R] = shape[i].r;
    parameter[ALPHA] = shape[i].r * T / (1.5 * crm_i_history_purchases(moment));
    parameter[B] = shape[i].b / T;
    parameter[S] = shape[i].s;
    parameter[BETA] = shape[i].beta;
}

const crm_i_likelihood crm_i_ggompertz_likelihood = {
    .section = CRM_I_PURCHASES,
    .stepped = 1,
    .sums = {0, CRM_I_GO_GRADIENT_SUMS, CRM_I_GO_HESSIAN_SUMS},
    .scales = 1u << ALPHA,
    .rates = 1u << B,
    .block = block,
    .finish = finish,
    .rows = rows,
    .wrong = crm_i_history_wrong,
    .starts = 3,
    .start = start,
    .unit = crm_i_history_unit,
    .remark = NULL,
};
