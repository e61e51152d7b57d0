/* GGompertz/NBD predictions (Bemmaor & Glady 2012). A customer who is alive at T has lambda ~ Gamma(r + x,
 * alpha + T), and lives on as a new customer does with B of ggompertz_strip.h in the place of beta: every
 * quantity is P(alive) times that of such a customer. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/ggompertz_count.h"
#include "model/ggompertz_kernel.h"
#include "model/ggompertz_likelihood_kernel.h"
#include "model/ggompertz_strip.h"
#include "numeric/random.h"

enum {
    R = CRM_I_GO_R,
    ALPHA = CRM_I_GO_ALPHA,
    B = CRM_I_GO_B,
    S = CRM_I_GO_S,
    BETA = CRM_I_GO_BETA,
    PARAMETERS = CRM_I_GO_PARAMETERS
};

/* Times and rates beyond what a fit can find, whose products could leave the range of doubles. */
static crm_status check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    for (int32_t j = 0; j < PARAMETERS; j++)
        if (!(parameter[j] >= 1e-60 && parameter[j] <= 1e60))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 2, parameter[j],
                                    "A parameter of the model is too extreme for this quantity.");
    const int32_t counts = ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_SPREAD;
    if (counts && ask->t1 == CRM_I_INFINITY)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "Without a discount the end must be finite.");
    return CRM_OK;
}

/* ---- the life that is left ---- */

/* B of some time, and its logarithm's derivatives by ln b and ln beta. */
typedef struct scale {
    double B;
    double by_b;
    double by_beta;
} scale;

static scale scale_of(const double *parameter, double t)
{
    double decay;
    scale k;
    k.B = crm_i_go_scale_at(parameter[B], parameter[BETA], t, &decay);
    k.by_b = -crm_i_go_least(parameter[B] * t, 1e100) * ((parameter[BETA] - 1.0) * decay / k.B);
    k.by_beta = parameter[BETA] * decay / k.B;
    return k;
}

/* The derivatives by the parameters of what has these by ln b (at its B), ln B and s. */
static void take_slope(const double *parameter, scale k, double by_b, double by_B, double by_s, double *slope)
{
    slope[R] = 0.0;
    slope[ALPHA] = 0.0;
    slope[B] = (by_b + by_B * k.by_b) / parameter[B];
    slope[S] = by_s;
    slope[BETA] = by_B * k.by_beta / parameter[BETA];
}

/* The chance to live t0 more periods for one who is alive at T. */
static double survival_of(const double *parameter, double T, double t0, double *slope)
{
    const scale k = scale_of(parameter, T);
    const double s = parameter[S];
    double grown;
    const double q = crm_i_go_clock(parameter[B] * t0, 1.0 / k.B, &grown);
    const double m = grown / (k.B + grown);
    const double rate = m + 1.0 / (k.B + grown);
    const double value = crm_i_exp(-s * q);
    const double since = crm_i_go_least(parameter[B] * t0, 1e100);
    take_slope(parameter, k, -s * since * rate * value, s * m * value, -q * value, slope);
    return value;
}

/* The integrals of a strip, from t0 on. */
static void find_life(int32_t isa, const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                      crm_i_go_life *life)
{
    life->n = strip->n;
    life->b = parameter[B];
    life->s = parameter[S];
    life->delta = ask->delta;
    life->gradient = strip->gradient;
    life->spread = ask->quantity == CRM_QUANTITY_SPREAD;
    for (int64_t i = 0; i < strip->n; i++) {
        life->B[i] = scale_of(parameter, strip->T[i] + ask->t0).B;
        life->end[i] = ask->t1 - ask->t0;
    }
    CRM_I_KERNEL_PICK(isa, crm_i_ggompertz_life)(life);
}

/* value = P(alive) * then, and the gradient of that, of row i. */
static void times_alive(const crm_i_strip *strip, int64_t i, double then, const double *slope, double *out,
                        double *gradient)
{
    out[i] = strip->alive[i] * then;
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        gradient[j * CRM_I_STRIP + i] = strip->alive_d[j][i] * then + strip->alive[i] * slope[j];
}

static void alive_later(const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip, double *out,
                        double *gradient)
{
    for (int64_t i = 0; i < strip->n; i++) {
        double slope[PARAMETERS];
        const double then = survival_of(parameter, strip->T[i], ask->t0, slope);
        times_alive(strip, i, then, slope, out, gradient);
    }
}

/* R/A e^(-delta t0) S(t0) int e^(-delta u) S(u)/S(t0) du */
static void purchases(int32_t isa, const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                      double *out, double *gradient)
{
    crm_i_go_life life;
    const double discount = crm_i_exp(-ask->delta * ask->t0);
    find_life(isa, parameter, ask, strip, &life);
    for (int64_t i = 0; i < strip->n; i++) {
        double slope[PARAMETERS];
        double more[PARAMETERS];
        const double A = parameter[ALPHA] + strip->T[i];
        const double rate = (parameter[R] + strip->x[i]) / A * discount;
        const double lived = survival_of(parameter, strip->T[i], ask->t0, slope);
        const double then = rate * lived * life.whole[i];
        if (strip->gradient) {
            take_slope(parameter, scale_of(parameter, strip->T[i] + ask->t0), life.whole_b[i],
                       life.whole_B[i], life.whole_s[i], more);
            for (int32_t j = 0; j < PARAMETERS; j++)
                slope[j] = rate * (slope[j] * life.whole[i] + lived * more[j]);
            slope[R] = discount / A * lived * life.whole[i];
            slope[ALPHA] = -then / A;
        }
        times_alive(strip, i, then, slope, out, gradient);
    }
}

/* Purchases are Poisson over D, the time alive in the span: with p = P(alive at t0), I and K the means of D
 * and D^2 for one who is, and g = R/A, the variance is p g I + p g^2 ((K - I^2) + K/R + (1 - p) I^2), which
 * is p g I + p h K - (p g I)^2, h = g (R + 1)/A. */
typedef struct spread {
    double R;
    double A;
    double p;
    double I;
    double K;
} spread;

static double deviation_of(const spread *v)
{
    const double g = v->R / v->A;
    const double apart = v->K - v->I * v->I;
    const double more = ((apart > 0.0 ? apart : 0.0) + v->K / v->R) + (1.0 - v->p) * (v->I * v->I);
    return sqrt(v->p * g) * sqrt(v->I + g * more);
}

static void spread_slopes(const spread *v, double deviation, const double *p_d, const double *I_d,
                          const double *K_d, int64_t i, double *gradient)
{
    const double g = v->R / v->A;
    const double h = g * ((v->R + 1.0) / v->A);
    const double mean = v->p * g * v->I;
    for (int32_t j = 0; j < PARAMETERS; j++) {
        double mean_d = g * (p_d[j] * v->I + v->p * I_d[j]);
        double square_d = h * (p_d[j] * v->K + v->p * K_d[j]);
        if (j == R) {
            mean_d += mean / v->R;
            square_d += v->p * v->K * ((2.0 * v->R + 1.0) / v->A / v->A);
        } else if (j == ALPHA) {
            mean_d -= mean / v->A;
            square_d -= 2.0 * h * v->p * v->K / v->A;
        }
        const double variance_d = mean_d + (square_d - 2.0 * mean * mean_d);
        gradient[j * CRM_I_STRIP + i] = deviation > 0.0 ? 0.5 * variance_d / deviation : 0.0;
    }
}

static void spreads(int32_t isa, const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                    double *out, double *gradient)
{
    crm_i_go_life life;
    find_life(isa, parameter, ask, strip, &life);
    for (int64_t i = 0; i < strip->n; i++) {
        double p_d[PARAMETERS];
        double I_d[PARAMETERS];
        double K_d[PARAMETERS];
        const double lived = survival_of(parameter, strip->T[i], ask->t0, p_d);
        const spread v = {parameter[R] + strip->x[i], parameter[ALPHA] + strip->T[i], strip->alive[i] * lived,
                          life.whole[i], 2.0 * life.time[i]};
        out[i] = deviation_of(&v);
        if (!strip->gradient)
            continue;
        const scale k = scale_of(parameter, strip->T[i] + ask->t0);
        take_slope(parameter, k, life.whole_b[i], life.whole_B[i], life.whole_s[i], I_d);
        take_slope(parameter, k, 2.0 * life.time_b[i], 2.0 * life.time_B[i], 2.0 * life.time_s[i], K_d);
        for (int32_t j = 0; j < PARAMETERS; j++)
            p_d[j] = strip->alive_d[j][i] * lived + strip->alive[i] * p_d[j];
        spread_slopes(&v, out[i], p_d, I_d, K_d, i, gradient);
    }
}

static void probabilities(const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                          double *out, double *gradient)
{
    const double dead = ask->number == 0.0 ? 1.0 : 0.0;
    for (int64_t i = 0; i < strip->n; i++) {
        double by[PARAMETERS]; /* R, A, ln b, s, ln B */
        double slope[PARAMETERS];
        const scale k = scale_of(parameter, strip->T[i]);
        const double then =
            crm_i_ggompertz_probability(parameter[R] + strip->x[i], parameter[ALPHA] + strip->T[i],
                                        parameter[B], parameter[S], k.B, ask->number, ask->t1, by);
        out[i] = strip->alive[i] * then + (1.0 - strip->alive[i]) * dead;
        take_slope(parameter, k, by[B], by[BETA], by[S], slope);
        slope[R] = by[R];
        slope[ALPHA] = by[ALPHA];
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
            gradient[j * CRM_I_STRIP + i] = strip->alive_d[j][i] * (then - dead) + strip->alive[i] * slope[j];
    }
}

/* ---- simulation ---- */

/* own: lambda, and how long the customer still lives: S(t) = U, ln(1 + (e^bt - 1)/beta) = -ln(U)/s. */
static void draw(const double *parameter, struct crm_i_random *random, double *own)
{
    double grown;
    own[0] = crm_i_random_gamma(random, parameter[R]) / parameter[ALPHA];
    const double q = crm_i_random_exponential(random) / parameter[S];
    own[1] = crm_i_go_clock(q, parameter[BETA], &grown) / parameter[B];
}

static double next(const double *parameter, struct crm_i_random *random, double *own)
{
    (void)parameter;
    const double wait = own[0] > 0.0 ? crm_i_random_exponential(random) / own[0] : CRM_I_INFINITY;
    own[1] -= wait;
    return own[1] > 0.0 ? wait : CRM_I_INFINITY;
}

/* ---- what the plan sees ---- */

static void begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    CRM_I_KERNEL_PICK(isa, crm_i_ggompertz_alive)(parameter, strip);
}

static void rows(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                 const crm_i_strip *strip, double *out, double *gradient)
{
    (void)table;
    switch (ask->quantity) {
    case CRM_QUANTITY_P_ALIVE:
        alive_later(parameter, ask, strip, out, gradient);
        break;
    case CRM_QUANTITY_PROBABILITY:
        probabilities(parameter, ask, strip, out, gradient);
        break;
    case CRM_QUANTITY_RATE:
        CRM_I_KERNEL_PICK(isa, crm_i_ggompertz_rate)(parameter, strip, out, gradient);
        break;
    case CRM_QUANTITY_SPREAD:
        spreads(isa, parameter, ask, strip, out, gradient);
        break;
    default:
        purchases(isa, parameter, ask, strip, out, gradient);
        break;
    }
}

const crm_i_prediction crm_i_ggompertz_prediction = {
    .quantities = CRM_I_OFFERS(CRM_QUANTITY_P_ALIVE) | CRM_I_OFFERS(CRM_QUANTITY_EXPECTED) |
                  CRM_I_OFFERS(CRM_QUANTITY_DISCOUNTED) | CRM_I_OFFERS(CRM_QUANTITY_PROBABILITY) |
                  CRM_I_OFFERS(CRM_QUANTITY_RATE) | CRM_I_OFFERS(CRM_QUANTITY_SPREAD) |
                  CRM_I_OFFERS(CRM_QUANTITY_VALUE),
    .check = check,
    .table_size = NULL,
    .table_build = NULL,
    .begin = begin,
    .rows = rows,
    .spend = NULL,
    .draw = draw,
    .next = next,
};
