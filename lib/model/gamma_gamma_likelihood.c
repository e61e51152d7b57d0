/* The likelihood of Gamma-Gamma (Colombo & Jiang 1999; Fader & Hardie 2013) for x purchases of mean z, y = x
 * z:
 *
 *     ln L = ln G(p x + q) - ln G(p x) - ln G(q) - p x ln(1 + v/y) - q ln(1 + y/v) - ln z
 *
 * which is the published form with its large terms cancelled. ln(1 + y/v) = ln(1 + v/y) + ln y - ln v, and
 * the sums of ln y hold no parameter, so that one logarithm a row is left (two where q is large, since it
 * would magnify what this loses); gamma functions are needed once per distinct x. */
#include "model/gamma_gamma_likelihood.h"

#include <math.h>

#include "model/gamma_gamma_likelihood_kernel.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

enum { P = 0, Q = 1, V = 2, PARAMETERS = 3 };
enum { LOG_MEAN = 0, CONSTANT_SUMS = 1 };

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums)
{
    const double *x = sample->column[0] + first;
    const double *z = sample->column[1] + first;
    const double *mass = sample->mass + first;
    if (order == CRM_I_ORDER_CONSTANT)
        CRM_I_KERNEL_PICK(isa, crm_i_gamma_gamma_constants)(n, z, mass, sums);
    else
        CRM_I_KERNEL_PICK(isa, crm_i_gamma_gamma_block)
    (n, x, z, mass, parameter, order == CRM_I_ORDER_HESSIAN, sums);
}

/* Sums over distinct x, weighted by mass, of the terms of x alone. */
typedef struct count_terms {
    double value; /* -ln B(p x, q) */
    double p;     /* p x (psi(p x + q) - psi(p x)) */
    double q;     /* q (psi(p x + q) - psi(q)) */
    double p_p;   /* (p x)^2 (psi'(p x + q) - psi'(p x)) */
    double p_q;   /* p x q psi'(p x + q) */
    double q_q;   /* q^2 (psi'(p x + q) - psi'(q)) */
    double log_x;
} count_terms;

static count_terms sum_counts(const crm_i_sample *sample, double p, double q)
{
    count_terms t = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    for (int64_t i = 0; i < sample->tails; i++) {
        const double mass = sample->tail_mass[i];
        const double n = p * sample->tail[i];
        t.value -= mass * crm_i_lbeta(n, q);
        t.p += mass * (n * crm_i_digamma_ratio(n, q));
        t.q += mass * (q * crm_i_digamma_ratio(q, n));
        t.p_p += mass * (n * (n * crm_i_trigamma_ratio(n, q)));
        t.p_q += mass * (n * (q * crm_i_trigamma(n + q)));
        t.q_q += mass * (q * (q * crm_i_trigamma_ratio(q, n)));
        t.log_x += mass * crm_i_log(sample->tail[i]);
    }
    return t;
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    (void)isa;
    const double p = parameter[P];
    const double q = parameter[Q];
    const count_terms t = sum_counts(sample, p, q);
    const double log_mean = sample->constant[LOG_MEAN];
    double log_spend = rows[CRM_I_GG_LOG]; /* the sum of ln(1 + y/v) */
    if (!crm_i_gamma_gamma_is_exact(q))
        log_spend += (log_mean + t.log_x) - sample->moment[CRM_I_MOMENT_MASS] * crm_i_log(parameter[V]);
    out->value = t.value - (p * rows[CRM_I_GG_X_LOG] + q * log_spend) - log_mean;
    out->gradient[P] = t.p - p * rows[CRM_I_GG_X_LOG];
    out->gradient[Q] = t.q - q * log_spend;
    out->gradient[V] = q * rows[CRM_I_GG_SHARE] - p * rows[CRM_I_GG_X_SHARE];
    if (order != CRM_I_ORDER_HESSIAN)
        return;

    double *h = out->hessian;
    h[P + PARAMETERS * P] = out->gradient[P] + t.p_p;
    h[Q + PARAMETERS * P] = t.p_q;
    h[V + PARAMETERS * P] = -p * rows[CRM_I_GG_X_SHARE];
    h[Q + PARAMETERS * Q] = out->gradient[Q] + t.q_q;
    h[V + PARAMETERS * Q] = q * rows[CRM_I_GG_SHARE];
    h[V + PARAMETERS * V] = -(p * rows[CRM_I_GG_X_SPREAD] + q * rows[CRM_I_GG_SPREAD]);
    for (int32_t j = 0; j < PARAMETERS; j++)
        for (int32_t i = 0; i < j; i++)
            h[i + PARAMETERS * j] = h[j + PARAMETERS * i];
}

static void rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_gamma_gamma_rows)(n, column[0], column[1], parameter, out);
    double x = 0.0;
    double terms = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (column[0][i] != x) {
            x = column[0][i];
            terms = -crm_i_lbeta(parameter[P] * x, parameter[Q]);
        }
        out[i] = x > 0.0 ? out[i] + terms : 0.0; /* no purchase says nothing */
    }
}

static const char *wrong(double count, double mean, double nothing, int32_t *column)
{
    (void)nothing;
    *column = 0;
    if (!(count >= 0.0) || count != floor(count) || isinf(count))
        return "The count is not a whole number from 0.";
    *column = 1;
    return count == 0.0 || (mean > 0.0 && !isinf(mean)) ? NULL : "The mean is not finite and above 0.";
}

static double unit(const double *moment)
{
    const double mass = moment[CRM_I_MOMENT_MASS];
    const double mean = mass > 0.0 ? moment[CRM_I_MOMENT_SECOND] / mass : 1.0;
    return mean > 0.0 && mean < CRM_I_INFINITY ? mean : 1.0;
}

/* Starts with the mean of the data, p v/(q - 1). */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const struct {
        double p;
        double q;
    } shape[] = {{5.0, 3.5}, {1.0, 2.0}, {0.7, 6.0}, {15.0, 10.0}};
    parameter[P] = shape[i].p;
    parameter[Q] = shape[i].q;
    parameter[V] = unit(moment) * (shape[i].q - 1.0) / shape[i].p;
}

static crm_status remark(const double *parameter)
{
    return parameter[Q] <= 1.0 ? CRM_NO_MEAN : CRM_OK;
}

const crm_i_likelihood crm_i_gamma_gamma_likelihood = {
    .section = CRM_I_SPENDS,
    .stepped = 0,
    .sums = {CONSTANT_SUMS, CRM_I_GG_GRADIENT_SUMS, CRM_I_GG_HESSIAN_SUMS},
    .scales = 1u << V,
    .block = block,
    .finish = finish,
    .rows = rows,
    .wrong = wrong,
    .starts = 4,
    .start = start,
    .unit = unit,
    .remark = remark,
};
