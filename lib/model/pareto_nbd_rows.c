/* Posterior and spread of Pareto/NBD: see pareto_nbd_rows.h. Both rest on the integral over the time of
 * drop-out, whose posterior means are the derivatives of its logarithm. */
#include "model/pareto_nbd_rows.h"

#include <string.h>

#include "model/pareto_nbd_integral_kernel.h"
#include "model/pareto_nbd_kernel.h"
#include "numeric/elementary.h"
#include "numeric/jet.h"

enum { PARAMETERS = 4, STRIP = CRM_I_STRIP };

/* The strip at r + more. */
static void integrate(int32_t isa, const double *parameter, double more, int32_t order,
                      const crm_i_strip *strip, crm_i_pareto_strip *found)
{
    double alpha[STRIP];
    double beta[STRIP];
    for (int i = 0; i < STRIP; i++) {
        alpha[i] = parameter[1];
        beta[i] = parameter[3];
    }
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_integrals)
    (parameter[0] + more, parameter[2], strip->x, strip->t_x, strip->T, alpha, beta, order, found);
}

static int32_t order_of(const crm_i_strip *strip)
{
    return strip->gradient ? CRM_I_PARETO_MEANS : CRM_I_PARETO_VALUES;
}

/* ---- P(alive) ---- */

/* P = 1/(1 + D e^E): dP = -P (1 - P) (dln D + dE). */
void crm_i_pareto_nbd_begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    crm_i_pareto_strip f;
    integrate(isa, parameter, 0.0, order_of(strip), strip, &f);
    memcpy(strip->alive, f.alive, sizeof strip->alive);
    if (!strip->gradient)
        return;
    const double s = parameter[2];
    for (int i = 0; i < STRIP; i++) {
        const double both = f.alive[i] * f.dead[i];
        const double per_a = (parameter[0] + strip->x[i]) / (parameter[1] + strip->t_x[i]);
        const double per_b = 1.0 / (parameter[3] + strip->t_x[i]);
        strip->alive_d[0][i] = both * (f.mean[0][i] - f.end[0][i]);
        strip->alive_d[1][i] = both * (per_a * (f.end[1][i] - f.mean[1][i]));
        strip->alive_d[2][i] = both * ((f.mean[2][i] - f.end[2][i]) - 1.0 / s);
        strip->alive_d[3][i] = both * (per_b * ((s * f.end[3][i] - (s + 1.0) * f.mean[3][i]) + 1.0));
    }
}

void crm_i_pareto_nbd_dead(int32_t isa, const double *parameter, const crm_i_strip *strip, double *dead)
{
    crm_i_pareto_strip f;
    integrate(isa, parameter, 0.0, CRM_I_PARETO_VALUES, strip, &f);
    memcpy(dead, f.dead, sizeof f.dead);
}

/* ---- the rate ---- */

/* The derivatives of ln(e^-E + D) of row i. */
static void slope_of_sum(const double *parameter, double R, const crm_i_strip *strip,
                         const crm_i_pareto_strip *f, int64_t i, double *slope)
{
    const double s = parameter[2];
    const double per_a = R / (parameter[1] + strip->t_x[i]);
    const double per_b = 1.0 / (parameter[3] + strip->t_x[i]);
    const double alive = f->alive[i];
    const double dead = f->dead[i];
    slope[0] = -(alive * f->end[0][i] + dead * f->mean[0][i]);
    slope[1] = per_a * (alive * f->end[1][i] + dead * f->mean[1][i]);
    slope[2] = dead * (1.0 / s - f->mean[2][i]) - alive * f->end[2][i];
    slope[3] = per_b * (alive * s * f->end[3][i] + dead * ((s + 1.0) * f->mean[3][i] - 1.0));
}

/* lambda^x becomes lambda^(x+1): R/(alpha + t_x) times the quotient of the sums at r + 1 and r. */
void crm_i_pareto_nbd_rates(int32_t isa, const double *parameter, const crm_i_strip *strip, double *out,
                            double *gradient)
{
    crm_i_pareto_strip one;
    crm_i_pareto_strip more;
    integrate(isa, parameter, 0.0, order_of(strip), strip, &one);
    integrate(isa, parameter, 1.0, order_of(strip), strip, &more);
    for (int64_t i = 0; i < strip->n; i++) {
        const double R = parameter[0] + strip->x[i];
        const double last = parameter[1] + strip->t_x[i];
        out[i] = R / last * crm_i_exp(more.log_sum[i] - one.log_sum[i]);
        if (!strip->gradient)
            continue;
        double from[PARAMETERS];
        double to[PARAMETERS];
        slope_of_sum(parameter, R, strip, &one, i, from);
        slope_of_sum(parameter, R + 1.0, strip, &more, i, to);
        to[0] += 1.0 / R;
        to[1] -= 1.0 / last;
        for (int j = 0; j < PARAMETERS; j++)
            gradient[j * STRIP + i] = out[i] * (to[j] - from[j]);
    }
}

/* ---- the spread ---- */

typedef struct crm_i_jet jet;

/* A number with its derivatives by s and B. */
static jet of_death(double v, double by_s, double by_b)
{
    jet r = crm_i_jet_constant(PARAMETERS, v);
    r.d[2] = by_s;
    r.d[3] = by_b;
    return r;
}

/* The variance of the time alive in (0, length] with a death rate ~ Gamma(s, b), whose mean is `mean`;
 * homogeneous of second degree in b and length. */
static jet time_variance(int32_t isa, double s, double b, double length, double mean)
{
    const double w = crm_i_log1p(length / b);
    const double end = s > 2.0 && w > 45.0 / (s - 2.0) ? 45.0 / (s - 2.0) : w;
    double sum[2];
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_variance)(s, w, end, (int32_t)(end * (s + 2.0) / 40.0) + 1, sum);
    const double v = b * (b * sum[0]);
    const double by_length = 2.0 * crm_i_exp(-s * w) * (length - mean);
    return of_death(v, b * (b * sum[1]), (2.0 * v - length * by_length) / b);
}

/* Alive at t0 with the probability Q, then for a time tau of mean m and variance v: E N = Q (R/A) m, E N(N-1)
 * = Q R(R+1)/A^2 (m^2 + v), so that the variance is Q times (R/A) m + (R/A^2) (m^2 + v) + (R/A)^2 (v + (1 -
 * Q) m^2), which cancels nowhere: this sum, given Q and 1 - Q. */
static jet per_survivor(jet Q, double lost, jet m, jet v, jet R, jet A)
{
    enum { K = PARAMETERS };
    const jet rate = crm_i_jet_divide(K, R, A);
    const jet square = crm_i_jet_multiply(K, m, m);
    const jet first = crm_i_jet_multiply(K, rate, m);
    const jet second = crm_i_jet_multiply(K, crm_i_jet_divide(K, rate, A), crm_i_jet_add(K, square, v));
    const jet died = crm_i_jet_multiply(K, crm_i_jet_chain(K, lost, -1.0, Q), square);
    const jet third = crm_i_jet_multiply(K, crm_i_jet_multiply(K, rate, rate), crm_i_jet_add(K, v, died));
    return crm_i_jet_add(K, first, crm_i_jet_add(K, second, third));
}

/* The square root of (1 + t0/B)^-s, which may be a double where that is none. */
static jet root_ahead(double s, double B, double t0)
{
    const double l = crm_i_log1p(t0 / B);
    const double v = crm_i_exp(-0.5 * s * l);
    return of_death(v, -0.5 * l * v, 0.5 * s * v * (t0 / (B + t0)) / B);
}

void crm_i_pareto_nbd_spreads(int32_t isa, const double *parameter, const crm_i_ask *ask,
                              const crm_i_strip *strip, double *out, double *gradient)
{
    enum { K = PARAMETERS };
    const double s = parameter[2];
    const double length = ask->t1 - ask->t0;
    crm_i_pareto_life life;
    double B[STRIP];
    double dead[STRIP];
    crm_i_pareto_nbd_dead(isa, parameter, strip, dead);
    for (int i = 0; i < STRIP; i++)
        B[i] = parameter[3] + strip->T[i];
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_ahead)(strip->n, s, ask->t0, B, 1, &life);
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_time)(strip->n, s, ask->t0, length, B, 1, &life);
    for (int64_t i = 0; i < strip->n; i++) {
        jet alive = crm_i_jet_constant(K, strip->alive[i]);
        for (int j = 0; j < K && strip->gradient; j++)
            alive.d[j] = strip->alive_d[j][i];
        const jet ahead = of_death(life.alive[i], life.alive_s[i], life.alive_b[i]);
        const double lost = -crm_i_expm1(-s * crm_i_log1p(ask->t0 / B[i]));
        const jet m = of_death(life.time[i], life.time_s[i], life.time_b[i]);
        const jet v = time_variance(isa, s, B[i] + ask->t0, length, m.v);
        const jet R = crm_i_jet_variable(K, parameter[0] + strip->x[i], 0, 1.0);
        const jet A = crm_i_jet_variable(K, parameter[1] + strip->T[i], 1, 1.0);
        const jet Q = crm_i_jet_multiply(K, alive, ahead);
        const jet all = per_survivor(Q, dead[i] + alive.v * lost, m, v, R, A);
        const int32_t some = alive.v > 0.0 && all.v > 0.0;
        const jet half = crm_i_jet_multiply(K, crm_i_jet_sqrt(K, alive), root_ahead(s, B[i], ask->t0));
        const jet root =
            some ? crm_i_jet_multiply(K, half, crm_i_jet_sqrt(K, all)) : crm_i_jet_constant(K, 0.0);
        out[i] = root.v;
        for (int j = 0; j < K && strip->gradient; j++)
            gradient[j * STRIP + i] = root.d[j];
    }
}
