/* The likelihoods of BG/NBD (Fader, Hardie & Lee 2005) and of MBG/NBD, where a customer may leave right after
 * the first purchase too (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008):
 *
 *     ln L = ln G(r + x) - ln G(r) + ln B(a, b + n) - ln B(a, b) - (r + x) ln((alpha + T)/alpha) - x ln alpha
 *            + ln(1 + [n > 0] a/(b + n - 1) ((alpha + T)/(alpha + t_x))^(r + x)),
 *
 * n = x + 1 - first the times a customer was free to leave: first = 1 in BG/NBD, 0 in MBG/NBD. The terms of x
 * alone are sums over the steps j < x and are done once per step, weighted by all who took it; where x is
 * large or rare, by ratios of gamma functions. */
#include "model/bg_nbd_likelihood.h"

#include "model/bg_nbd_extreme.h"
#include "model/bg_nbd_likelihood_kernel.h"
#include "model/history.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

enum { R = 0, ALPHA = 1, A = 2, B = 3, PARAMETERS = 4 };

static double first_of(const crm_i_sample *sample)
{
    return sample->likelihood == &crm_i_mbg_nbd_likelihood ? 0.0 : 1.0;
}

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t from, int64_t n, double *sums)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_nbd_block)
    (n, sample->column[0] + from, sample->column[1] + from, sample->column[2] + from, sample->mass + from,
     parameter, first_of(sample), order == CRM_I_ORDER_HESSIAN, sums);
}

/* The step sums of steps from .. x-1, all of weight 1, by differences of gamma functions. */
static void add_tail(const double *parameter, double first, double from, double x, double mass, double *sums)
{
    const double r = parameter[R];
    const double a = parameter[A];
    const double b = parameter[B];
    const double n = x - from;
    const double start = b + (from + (1.0 - first));
    const double z = a + b + (from + (1.0 - first));
    const double r1 = crm_i_digamma_ratio(r + from, n);
    const double r2 = crm_i_trigamma_ratio(r + from, n);
    const double z1 = crm_i_digamma_ratio(z, n);
    const double z2 = crm_i_trigamma_ratio(z, n);
    const double b1 = crm_i_digamma_ratio(start, n);
    const double b2 = crm_i_trigamma_ratio(start, n);
    sums[CRM_I_BG_STEP_VALUE] += mass * (crm_i_lgamma_ratio(r + from, n) - crm_i_lgamma_cross(start, a, n));
    sums[CRM_I_BG_STEP_R] += mass * (r * r1);
    sums[CRM_I_BG_STEP_R_R] += mass * (r * r1 + r * (r * r2));
    sums[CRM_I_BG_STEP_A] += mass * (a * z1);
    sums[CRM_I_BG_STEP_A_A] += mass * (a * z1 + a * (a * z2));
    sums[CRM_I_BG_STEP_A_B] -= mass * (a * (b * z2));
    sums[CRM_I_BG_STEP_B] += mass * (b * (b1 - z1));
    sums[CRM_I_BG_STEP_B_B] += mass * (b * (b1 - z1) + b * (b * (b2 - z2)));
}

/* B(a, b + 1)/B(a, b) = b/(a + b), which every customer of MBG/NBD has. */
static void add_stay(const double *parameter, double mass, double *sums)
{
    const double a = parameter[A];
    const double b = parameter[B];
    const double left = a / (a + b);
    const double stayed = b / (a + b);
    sums[CRM_I_BG_STEP_VALUE] -= mass * crm_i_log1p(a / b);
    sums[CRM_I_BG_STEP_A] += mass * left;
    sums[CRM_I_BG_STEP_A_A] += mass * left * stayed;
    sums[CRM_I_BG_STEP_A_B] += mass * left * stayed;
    sums[CRM_I_BG_STEP_B] += mass * left;
    sums[CRM_I_BG_STEP_B_B] -= mass * left * stayed;
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    double step[CRM_I_BG_STEP_SUMS];
    const double first = first_of(sample);
    CRM_I_KERNEL_PICK(isa, crm_i_bg_nbd_steps)(sample->steps, sample->above, parameter, first, step);
    for (int64_t i = 0; i < sample->tails; i++)
        add_tail(parameter, first, (double)sample->steps, sample->tail[i], sample->tail_mass[i], step);
    if (first == 0.0)
        add_stay(parameter, sample->moment[CRM_I_MOMENT_MASS], step);

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

static double terms_of_x(const double *parameter, double first, double x)
{
    return crm_i_lgamma_ratio(parameter[R], x) -
           crm_i_lgamma_cross(parameter[B], parameter[A], x + (1.0 - first));
}

static void rows_from(double first, int32_t isa, const double *parameter, int64_t n,
                      const double *const *column, double *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_nbd_rows)(n, column[0], column[1], column[2], parameter, first, out);
    double x = 0.0;
    double terms = terms_of_x(parameter, first, x);
    for (int64_t i = 0; i < n; i++) {
        if (column[0][i] != x) {
            x = column[0][i];
            terms = terms_of_x(parameter, first, x);
        }
        out[i] += terms;
    }
    const int32_t usual = crm_i_bg_nbd_is_usual(parameter);
    for (int64_t i = 0; i < n; i++)
        if (!usual || column[2][i] > CRM_I_BG_NBD_T_MOST)
            out[i] = crm_i_bg_nbd_extreme(parameter, first, column[0][i], column[1][i], column[2][i]);
}

static void bg_rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    rows_from(1.0, isa, parameter, n, column, out);
}

static void mbg_rows(int32_t isa, const double *parameter, int64_t n, const double *const *column,
                     double *out)
{
    rows_from(0.0, isa, parameter, n, column, out);
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
    .rows = bg_rows,
    .wrong = crm_i_history_wrong,
    .starts = 4,
    .start = start,
    .unit = crm_i_history_unit,
    .remark = NULL,
    .is_usual = is_usual,
};

const crm_i_likelihood crm_i_mbg_nbd_likelihood = {
    .section = CRM_I_PURCHASES,
    .stepped = 1,
    .sums = {0, CRM_I_BG_GRADIENT_SUMS, CRM_I_BG_HESSIAN_SUMS},
    .scales = 1u << ALPHA,
    .block = block,
    .finish = finish,
    .rows = mbg_rows,
    .wrong = crm_i_history_wrong,
    .starts = 4,
    .start = start,
    .unit = crm_i_history_unit,
    .remark = NULL,
    .is_usual = is_usual,
};
