/* The likelihood of BG/NBD (Fader, Hardie & Lee 2005):
 *
 *     ln L = ln G(r + x) - ln G(r) + ln B(a, b + x) - ln B(a, b) - (r + x) ln((alpha + T)/alpha) - x ln alpha
 *            + ln(1 + [x > 0] a/(b + x - 1) ((alpha + T)/(alpha + t_x))^(r + x))
 *
 * The terms of x alone are sums over the steps j < x and are done once per step, weighted by all who took it;
 * where x is large or rare, by ratios of gamma functions. */
#include "model/bg_nbd_likelihood.h"

#include "model/bg_nbd_extreme.h"
#include "model/bg_nbd_likelihood_kernel.h"
#include "model/history.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

enum { R = 0, ALPHA = 1, A = 2, B = 3, PARAMETERS = 4 };

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_nbd_block)
    (n, sample->column[0] + first, sample->column[1] + first, sample->column[2] + first, sample->mass + first,
     parameter, order == CRM_I_ORDER_HESSIAN, sums);
}

/* The step sums of steps from .. x-1, all of weight 1, by differences of gamma functions. */
static void add_tail(const double *parameter, double from, double x, double mass, double *sums)
{
    const double r = parameter[R];
    const double a = parameter[A];
    const double b = parameter[B];
    const double n = x - from;
    const double z = a + b + from;
    const double r1 = crm_i_digamma_ratio(r + from, n);
    const double r2 = crm_i_trigamma_ratio(r + from, n);
    const double z1 = crm_i_digamma_ratio(z, n);
    const double z2 = crm_i_trigamma_ratio(z, n);
    const double b1 = crm_i_digamma_ratio(b + from, n);
    const double b2 = crm_i_trigamma_ratio(b + from, n);
    sums[CRM_I_BG_STEP_VALUE] +=
        mass * (crm_i_lgamma_ratio(r + from, n) - crm_i_lgamma_cross(b + from, a, n));
    sums[CRM_I_BG_STEP_R] += mass * (r * r1);
    sums[CRM_I_BG_STEP_R_R] += mass * (r * r1 + r * (r * r2));
    sums[CRM_I_BG_STEP_A] += mass * (a * z1);
    sums[CRM_I_BG_STEP_A_A] += mass * (a * z1 + a * (a * z2));
    sums[CRM_I_BG_STEP_A_B] -= mass * (a * (b * z2));
    sums[CRM_I_BG_STEP_B] += mass * (b * (b1 - z1));
    sums[CRM_I_BG_STEP_B_B] += mass * (b * (b1 - z1) + b * (b * (b2 - z2)));
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    double step[CRM_I_BG_STEP_SUMS];
    CRM_I_KERNEL_PICK(isa, crm_i_bg_nbd_steps)(sample->steps, sample->above, parameter, step);
    for (int64_t i = 0; i < sample->tails; i++)
        add_tail(parameter, (double)sample->steps, sample->tail[i], sample->tail_mass[i], step);

    const double r = parameter[R];
    const double purchases = sample->moment[CRM_I_MOMENT_FIRST];
    out->value = (step[CRM_I_BG_STEP_VALUE] - purchases * crm_i_log(parameter[ALPHA])) + rows[CRM_I_BG_VALUE];
    out->gradient[R] = step[CRM_I_BG_STEP_R] + r * rows[CRM_I_BG_R];
    out->gradient[ALPHA] = rows[CRM_I_BG_ALPHA];
    out->gradient[A] = rows[CRM_I_BG_A] - step[CRM_I_BG_STEP_A];
    out->gradient[B] = step[CRM_I_BG_STEP_B] - rows[CRM_I_BG_B];
    if (order != CRM_I_ORDER_HESSIAN)
        return;

    double *h = out->hessian;
    h[R + PARAMETERS * R] = step[CRM_I_BG_STEP_R_R] + (r * rows[CRM_I_BG_R] + r * (r * rows[CRM_I_BG_R_R]));
    h[ALPHA + PARAMETERS * R] = r * rows[CRM_I_BG_R_ALPHA];
    h[A + PARAMETERS * R] = r * rows[CRM_I_BG_R_A];
    h[B + PARAMETERS * R] = -r * rows[CRM_I_BG_R_B];
    h[ALPHA + PARAMETERS * ALPHA] = rows[CRM_I_BG_ALPHA_ALPHA];
    h[A + PARAMETERS * ALPHA] = -rows[CRM_I_BG_ALPHA_A];
    h[B + PARAMETERS * ALPHA] = rows[CRM_I_BG_ALPHA_B];
    h[A + PARAMETERS * A] = rows[CRM_I_BG_A_A] - step[CRM_I_BG_STEP_A_A];
    h[B + PARAMETERS * A] = step[CRM_I_BG_STEP_A_B] - rows[CRM_I_BG_A_B];
    h[B + PARAMETERS * B] = step[CRM_I_BG_STEP_B_B] + rows[CRM_I_BG_B_B];
    for (int32_t j = 0; j < PARAMETERS; j++)
        for (int32_t i = 0; i < j; i++)
            h[i + PARAMETERS * j] = h[j + PARAMETERS * i];
}

static double terms_of_x(const double *parameter, double x)
{
    return crm_i_lgamma_ratio(parameter[R], x) - crm_i_lgamma_cross(parameter[B], parameter[A], x);
}

static void rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_nbd_rows)(n, column[0], column[1], column[2], parameter, out);
    double x = 0.0;
    double terms = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (column[0][i] != x) {
            x = column[0][i];
            terms = terms_of_x(parameter, x);
        }
        out[i] += terms;
    }
    const int32_t usual = crm_i_bg_nbd_is_usual(parameter);
    for (int64_t i = 0; i < n; i++)
        if (!usual || column[2][i] > CRM_I_BG_NBD_T_MOST)
            out[i] = crm_i_bg_nbd_extreme(parameter, column[0][i], column[1][i], column[2][i]);
}

/* The rate r/alpha of a start is that of the data while alive; drop-out from frequent to rare. */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const struct {
        double r;
        double a;
        double b;
    } shape[] = {{0.3, 0.8, 2.5}, {1.0, 0.3, 3.0}, {0.1, 0.5, 1.0}, {3.0, 0.1, 5.0}};
    parameter[R] = shape[i].r;
    parameter[ALPHA] = shape[i].r * crm_i_history_unit(moment) / (1.5 * crm_i_history_purchases(moment));
    parameter[A] = shape[i].a;
    parameter[B] = shape[i].b;
}

static int32_t is_usual(const double *parameter, const double *moment)
{
    const double most = CRM_I_BG_NBD_T_MOST * moment[CRM_I_MOMENT_MASS];
    return crm_i_bg_nbd_is_usual(parameter) && moment[CRM_I_MOMENT_THIRD] <= most;
}

const crm_i_likelihood crm_i_bg_nbd_likelihood = {
    .section = CRM_I_PURCHASES,
    .stepped = 1,
    .sums = {0, CRM_I_BG_GRADIENT_SUMS, CRM_I_BG_HESSIAN_SUMS},
    .scales = 1u << ALPHA,
    .block = block,
    .finish = finish,
    .rows = rows,
    .wrong = crm_i_history_wrong,
    .starts = 4,
    .start = start,
    .unit = crm_i_history_unit,
    .remark = NULL,
    .is_usual = is_usual,
};
