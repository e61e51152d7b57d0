/* The likelihood of Pareto/NBD (Schmittlein, Morrison & Colombo 1987), of purchases at their times:
 *
 *     ln L = ln G(r + x) - ln G(r) - x ln alpha - (r + x) ln(1 + t_x/alpha) - s ln(1 + t_x/beta)
 *            + ln(e^-E + D)
 *
 * with e^-E for a customer who is alive at T and D for one who dropped out since t_x: see
 * pareto_nbd_integral_kernel.h. The terms of x alone are those of NBD. */
#include "model/pareto_nbd_likelihood.h"

#include "model/history.h"
#include "model/nbd_likelihood.h"
#include "model/pareto_nbd_likelihood_kernel.h"
#include "numeric/elementary.h"

enum { R = 0, ALPHA = 1, S = 2, BETA = 3, PARAMETERS = 4 };

int32_t crm_i_pareto_nbd_is_usual(const double *parameter)
{
    static const double least[] = {1e-60, 1e-100, 1e-60, 1e-100};
    static const double most[] = {1e60, 1e100, 1e60, 1e100};
    int32_t usual = 1;
    for (int i = 0; i < PARAMETERS; i++)
        usual &= parameter[i] >= least[i] && parameter[i] <= most[i];
    return usual;
}

static int32_t is_usual(const double *parameter, const double *moment)
{
    const double most = CRM_I_PARETO_NBD_T_MOST * moment[CRM_I_MOMENT_MASS];
    return crm_i_pareto_nbd_is_usual(parameter) && moment[CRM_I_MOMENT_THIRD] <= most;
}

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums)
{
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_nbd_block)
    (n, sample->column[0] + first, sample->column[1] + first, sample->column[2] + first, sample->mass + first,
     parameter, order == CRM_I_ORDER_HESSIAN, sums);
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    double step[CRM_I_NBD_STEP_SUMS];
    crm_i_nbd_purchases(isa, sample, parameter[R], step);
    const double purchases = sample->moment[CRM_I_MOMENT_FIRST];
    out->value =
        (step[CRM_I_NBD_STEP_VALUE] - purchases * crm_i_log(parameter[ALPHA])) + rows[CRM_I_PARETO_VALUE];
    for (int32_t j = 0; j < PARAMETERS; j++)
        out->gradient[j] = rows[CRM_I_PARETO_BY_R + j];
    out->gradient[R] += step[CRM_I_NBD_STEP_R];
    if (order != CRM_I_ORDER_HESSIAN)
        return;
    for (int32_t i = 0, k = CRM_I_PARETO_HESSIAN; i < PARAMETERS; i++)
        for (int32_t j = 0; j <= i; j++, k++)
            out->hessian[i + PARAMETERS * j] = out->hessian[j + PARAMETERS * i] = rows[k];
    out->hessian[R + PARAMETERS * R] += step[CRM_I_NBD_STEP_R_R];
}

static void rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    const int32_t usual = crm_i_pareto_nbd_is_usual(parameter);
    for (int64_t i = 0; i < n && !usual; i++)
        out[i] = CRM_I_NAN;
    if (!usual)
        return;
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_nbd_rows)(n, column[0], column[1], column[2], parameter, out);
    crm_i_nbd_add_purchases(parameter[R], n, column[0], out);
    for (int64_t i = 0; i < n; i++)
        if (column[2][i] > CRM_I_PARETO_NBD_T_MOST)
            out[i] = CRM_I_NAN;
}

/* The rate r/alpha of a start is that of the data while alive; drop-out from late to early. */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const struct {
        double r;
        double s;
        double beta; /* in units */
    } shape[] = {{0.5, 0.5, 0.4}, {1.5, 0.3, 1.0}, {0.3, 1.5, 1.0}, {3.0, 0.1, 0.1}};
    const double unit = crm_i_history_unit(moment);
    parameter[R] = shape[i].r;
    parameter[ALPHA] = shape[i].r * unit / (1.5 * crm_i_history_purchases(moment));
    parameter[S] = shape[i].s;
    parameter[BETA] = shape[i].beta * unit;
}

const crm_i_likelihood crm_i_pareto_nbd_likelihood = {
    .section = CRM_I_PURCHASES,
    .stepped = 1,
    .sums = {0, CRM_I_PARETO_GRADIENT_SUMS, CRM_I_PARETO_HESSIAN_SUMS},
    .scales = 1u << ALPHA | 1u << BETA,
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
