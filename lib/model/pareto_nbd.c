/* Pareto/NBD predictions (Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005). A customer who is alive
 * at T has lambda ~ Gamma(R, A), mu ~ Gamma(s, B), R = r + x, A = alpha + T, B = beta + T, so that every
 * quantity is P(alive) times that of a new customer at these parameters: one code serves both. Purchases in a
 * span are R/A times the time alive in it, (B/(B + t0))^s times that of one who is alive at its beginning. */
#include <string.h>

#include "base/error.h"
#include "model/bg_nbd_kernel.h"
#include "model/pareto_nbd_count.h"
#include "model/pareto_nbd_discount.h"
#include "model/pareto_nbd_kernel.h"
#include "model/pareto_nbd_likelihood.h"
#include "model/pareto_nbd_rows.h"
#include "numeric/elementary.h"
#include "numeric/random.h"

enum {
    PARAMETERS = 4,
    TERMS = CRM_I_CHEBYSHEV_TERMS,
    BLOCK = CRM_I_DISCOUNT_BLOCK,
    OUT = CRM_I_DISCOUNT_OUT
};

/* Of a history. */
#define MOST 0x1p53

/* ---- what cannot be met ---- */

/* Parameters that the integrals are good for, and no more purchases than a double holds. */
static crm_status check_parameters(const double *parameter, double span, double most_purchases,
                                   crm_error *err)
{
    if (!crm_i_pareto_nbd_is_usual(parameter))
        return crm_i_fail(err, CRM_E_DOMAIN, 2, "A parameter of the model is too extreme for this quantity.");
    if (!((parameter[0] + MOST) / parameter[1] * span <= most_purchases))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, parameter[1],
                                "The parameters of the model are too extreme for this span.");
    return CRM_OK;
}

static crm_status check_end(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    const int32_t endless = ask->t1 == CRM_I_INFINITY;
    if (endless && ask->quantity != CRM_QUANTITY_DISCOUNTED)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1,
                                "Without end and without discount the expectation need not be finite.");
    if (endless && !(ask->delta * parameter[3] >= 1e-30))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, ask->delta,
                                "The discount rate is too small for an infinite horizon.");
    if (!endless && ask->t1 > 1e150)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The end is too late for this quantity.");
    if (ask->quantity == CRM_QUANTITY_PROBABILITY && ask->t1 > 0.0 && ask->t1 < 1e-60)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The span is too short for this quantity.");
    if (ask->quantity == CRM_QUANTITY_SPREAD && !(ask->t1 - ask->t0 <= 1e140 * parameter[3]))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The span is too long for this quantity.");
    return CRM_OK;
}

/* How long purchases are counted, for their number; 1 where that is not asked. */
static double span_of(const crm_i_ask *ask)
{
    const int32_t counts = ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_SPREAD ||
                           ask->quantity == CRM_QUANTITY_DISCOUNTED;
    const double span = ask->t1 == CRM_I_INFINITY ? 1.0 / ask->delta : ask->t1 - ask->t0;
    return counts ? span : 1.0;
}

static crm_status check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    if (ask->t0 > 1e150)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, ask->t0, "The start is too late for this quantity.");
    const crm_status status = check_end(parameter, ask, err);
    const double most = ask->quantity == CRM_QUANTITY_SPREAD ? 1e80 : 1e140; /* squares are held too */
    return status == CRM_OK ? check_parameters(parameter, span_of(ask), most, err) : status;
}

/* What the integrals are not good for. */
static const char *wrong(double x, double t_x, double T, int32_t *column)
{
    (void)t_x;
    *column = x > MOST ? 0 : 2;
    return x > MOST ? "x is above 2^53." : T > CRM_I_PARETO_NBD_T_MOST ? "T is above 1e100." : NULL;
}

/* ---- discounted time alive, by a table or without ---- */

static crm_i_pareto_discounted discounted_of(const double *parameter, const crm_i_ask *ask)
{
    const crm_i_pareto_discounted of = {parameter[2], ask->delta, ask->t1 - ask->t0};
    return of;
}

static int64_t table_size(const double *parameter, const crm_i_ask *ask, int32_t gradient)
{
    (void)parameter;
    return ask->quantity == CRM_QUANTITY_DISCOUNTED ? BLOCK * (gradient ? OUT : 1) : 0;
}

static void table_build(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                        double *table)
{
    const crm_i_pareto_discounted of = discounted_of(parameter, ask);
    for (int32_t k = 0; k < CRM_I_DISCOUNT_PANELS; k++)
        crm_i_pareto_discounted_panel(isa, &of, parameter[3] + ask->t0, k, gradient ? OUT : 1, BLOCK,
                                      table + k * TERMS);
}

static void from_panels(int32_t isa, const double *table, int64_t stride, int32_t gradient, int64_t n,
                        const int32_t *at, const double *u, crm_i_pareto_life *life)
{
    CRM_I_KERNEL_PICK(isa, crm_i_panel_rows)(n, TERMS, table, at, u, life->time);
    if (!gradient)
        return;
    CRM_I_KERNEL_PICK(isa, crm_i_panel_rows)(n, TERMS, table + stride, at, u, life->time_s);
    CRM_I_KERNEL_PICK(isa, crm_i_panel_rows)(n, TERMS, table + 2 * stride, at, u, life->time_b);
}

/* The panel of every row, made once for all rows of the strip that lie in it. */
static void from_own_panels(int32_t isa, const crm_i_pareto_discounted *of, double first,
                            const crm_i_strip *strip, const int32_t *at, const double *u,
                            crm_i_pareto_life *life)
{
    double panel[OUT][TERMS];
    crm_i_pareto_life found;
    int32_t done[CRM_I_STRIP] = {0};
    for (int64_t i = 0; i < strip->n; i++) {
        if (at[i] < 0 || done[i])
            continue;
        int32_t here[CRM_I_STRIP];
        for (int64_t k = 0; k < CRM_I_STRIP; k++)
            here[k] = k < strip->n && at[k] == at[i] ? 0 : -1;
        crm_i_pareto_discounted_panel(isa, of, first, at[i], strip->gradient ? OUT : 1, TERMS, panel[0]);
        from_panels(isa, panel[0], TERMS, strip->gradient, strip->n, here, u, &found);
        for (int64_t k = i; k < strip->n; k++) {
            if (here[k] < 0)
                continue;
            done[k] = 1;
            life->time[k] = found.time[k];
            life->time_s[k] = strip->gradient ? found.time_s[k] : 0.0;
            life->time_b[k] = strip->gradient ? found.time_b[k] : 0.0;
        }
    }
}

/* Where there is no panel, or no series on it. */
static void directly(int32_t isa, const crm_i_pareto_discounted *of, double B, int32_t everything, int64_t i,
                     crm_i_pareto_life *life)
{
    double value[OUT];
    crm_i_pareto_discounted_value(isa, of, B, value);
    if (everything || isnan(life->time[i]))
        life->time[i] = value[0];
    if (everything || isnan(life->time_s[i]))
        life->time_s[i] = value[1];
    if (everything || isnan(life->time_b[i]))
        life->time_b[i] = value[2];
}

static void discounted_times(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                             const crm_i_strip *strip, crm_i_pareto_life *life)
{
    const crm_i_pareto_discounted of = discounted_of(parameter, ask);
    const double first = parameter[3] + ask->t0;
    int32_t at[CRM_I_STRIP];
    double u[CRM_I_STRIP];
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_place)
    (strip->n, first, CRM_I_DISCOUNT_LENGTH, CRM_I_DISCOUNT_PANELS, strip->T, at, u);
    for (int i = 0; i < CRM_I_STRIP; i++)
        life->time[i] = life->time_s[i] = life->time_b[i] = CRM_I_NAN; /* where no panel is */
    if (table)
        from_panels(isa, table, BLOCK, strip->gradient, strip->n, at, u, life);
    else
        from_own_panels(isa, &of, first, strip, at, u, life);
    for (int64_t i = 0; i < strip->n; i++) {
        const int32_t lost = strip->gradient && (isnan(life->time_s[i]) || isnan(life->time_b[i]));
        if (at[i] < 0 || lost || isnan(life->time[i]))
            directly(isa, &of, first + strip->T[i], at[i] < 0, i, life);
    }
}

/* ---- strips ---- */

/* P(alive) times the chance of being alive at t0: out = alive a. */
static void ahead(const crm_i_strip *strip, const crm_i_pareto_life *life, double *out, double *gradient)
{
    const int n = (int)strip->n;
    for (int i = 0; i < n; i++)
        out[i] = strip->alive[i] * life->alive[i];
    if (!strip->gradient)
        return;
    for (int j = 0; j < 2; j++)
        for (int i = 0; i < n; i++)
            gradient[j * CRM_I_STRIP + i] = strip->alive_d[j][i] * life->alive[i];
    for (int i = 0; i < n; i++) {
        gradient[2 * CRM_I_STRIP + i] =
            strip->alive_d[2][i] * life->alive[i] + strip->alive[i] * life->alive_s[i];
        gradient[3 * CRM_I_STRIP + i] =
            strip->alive_d[3][i] * life->alive[i] + strip->alive[i] * life->alive_b[i];
    }
}

/* The chance of being alive at t0, of one who is alive now. */
static void chances(int32_t isa, double s, double t0, const double *B, const crm_i_strip *strip,
                    crm_i_pareto_life *life)
{
    if (t0 > 0.0) {
        CRM_I_KERNEL_PICK(isa, crm_i_pareto_ahead)(strip->n, s, t0, B, strip->gradient, life);
        return;
    }
    for (int i = 0; i < CRM_I_STRIP; i++)
        life->alive[i] = 1.0;
    memset(life->alive_s, 0, sizeof life->alive_s);
    memset(life->alive_b, 0, sizeof life->alive_b);
}

/* factor (R/A) times that times the time alive from t0 on. */
static void purchases(const double *parameter, double factor, const crm_i_strip *strip,
                      const crm_i_pareto_life *life, double *out, double *gradient)
{
    const int n = (int)strip->n;
    double each[CRM_I_STRIP]; /* purchases of one who is alive at t0 */
    for (int i = 0; i < n; i++)
        each[i] = factor * ((parameter[0] + strip->x[i]) / (parameter[1] + strip->T[i]) * life->time[i]);
    if (strip->gradient) {
        for (int i = 0; i < n; i++) {
            const double R = parameter[0] + strip->x[i];
            const double A = parameter[1] + strip->T[i];
            const double rate = factor * (R / A) * out[i];
            gradient[i] = gradient[i] * each[i] + out[i] * (each[i] / R);
            gradient[CRM_I_STRIP + i] = gradient[CRM_I_STRIP + i] * each[i] - out[i] * (each[i] / A);
            gradient[2 * CRM_I_STRIP + i] = gradient[2 * CRM_I_STRIP + i] * each[i] + rate * life->time_s[i];
            gradient[3 * CRM_I_STRIP + i] = gradient[3 * CRM_I_STRIP + i] * each[i] + rate * life->time_b[i];
        }
    }
    for (int i = 0; i < n; i++)
        out[i] *= each[i];
}

static void spans(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                  const crm_i_strip *strip, double *out, double *gradient)
{
    crm_i_pareto_life life;
    double B[CRM_I_STRIP];
    const double s = parameter[2];
    for (int i = 0; i < CRM_I_STRIP; i++)
        B[i] = parameter[3] + strip->T[i];
    chances(isa, s, ask->t0, B, strip, &life);
    ahead(strip, &life, out, gradient);
    if (ask->quantity == CRM_QUANTITY_P_ALIVE)
        return;
    double factor = 1.0;
    if (ask->quantity == CRM_QUANTITY_EXPECTED) {
        CRM_I_KERNEL_PICK(isa, crm_i_pareto_time)
        (strip->n, s, ask->t0, ask->t1 - ask->t0, B, strip->gradient, &life);
    } else {
        discounted_times(isa, parameter, ask, table, strip, &life);
        factor = crm_i_exp(-ask->delta * ask->t0);
    }
    purchases(parameter, factor, strip, &life, out, gradient);
}

static void probabilities(int32_t isa, const double *parameter, const crm_i_ask *ask,
                          const crm_i_strip *strip, double *out, double *gradient)
{
    const double nothing = ask->number == 0.0 ? 1.0 : 0.0; /* the chance of n from one who is dead */
    double dead[CRM_I_STRIP] = {0.0};
    if (ask->number == 0.0)
        crm_i_pareto_nbd_dead(isa, parameter, strip, dead);
    for (int64_t i = 0; i < strip->n; i++) {
        double slope[PARAMETERS];
        const double alive = crm_i_pareto_nbd_probability(
            isa, parameter[0] + strip->x[i], parameter[1] + strip->T[i], parameter[2],
            parameter[3] + strip->T[i], ask->number, ask->t1, slope);
        out[i] = strip->alive[i] * alive + dead[i];
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
            gradient[j * CRM_I_STRIP + i] =
                strip->alive_d[j][i] * (alive - nothing) + strip->alive[i] * slope[j];
    }
}

static void alive_now(const crm_i_strip *strip, double *out, double *gradient)
{
    memcpy(out, strip->alive, sizeof strip->alive);
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        memcpy(gradient + j * CRM_I_STRIP, strip->alive_d[j], sizeof strip->alive_d[j]);
}

static void rows(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                 const crm_i_strip *strip, double *out, double *gradient)
{
    if (ask->quantity == CRM_QUANTITY_PROBABILITY)
        probabilities(isa, parameter, ask, strip, out, gradient);
    else if (ask->quantity == CRM_QUANTITY_RATE)
        crm_i_pareto_nbd_rates(isa, parameter, strip, out, gradient);
    else if (ask->quantity == CRM_QUANTITY_SPREAD)
        crm_i_pareto_nbd_spreads(isa, parameter, ask, strip, out, gradient);
    else if (ask->quantity == CRM_QUANTITY_P_ALIVE && ask->t0 == 0.0)
        alive_now(strip, out, gradient);
    else
        spans(isa, parameter, ask, table, strip, out, gradient);
}

/* ---- simulation ---- */

/* own: lambda, and the time there is left to live. */
static void draw(const double *parameter, struct crm_i_random *random, double *own)
{
    own[0] = crm_i_random_gamma(random, parameter[0]) / parameter[1];
    const double mu = crm_i_random_gamma(random, parameter[2]) / parameter[3];
    const double life = crm_i_random_exponential(random);
    own[1] = mu > 0.0 ? life / mu : CRM_I_INFINITY;
}

static double next(const double *parameter, struct crm_i_random *random, double *own)
{
    (void)parameter;
    const double gap = own[0] > 0.0 ? crm_i_random_exponential(random) / own[0] : CRM_I_INFINITY;
    if (!(gap < own[1])) {
        own[0] = 0.0;
        return CRM_I_INFINITY;
    }
    own[1] -= gap;
    return gap;
}

const crm_i_prediction crm_i_pareto_nbd_prediction = {
    .quantities = CRM_I_OFFERS(CRM_QUANTITY_P_ALIVE) | CRM_I_OFFERS(CRM_QUANTITY_EXPECTED) |
                  CRM_I_OFFERS(CRM_QUANTITY_DISCOUNTED) | CRM_I_OFFERS(CRM_QUANTITY_PROBABILITY) |
                  CRM_I_OFFERS(CRM_QUANTITY_RATE) | CRM_I_OFFERS(CRM_QUANTITY_SPREAD) |
                  CRM_I_OFFERS(CRM_QUANTITY_VALUE),
    .check = check,
    .wrong = wrong,
    .table_size = table_size,
    .table_build = table_build,
    .begin = crm_i_pareto_nbd_begin,
    .rows = rows,
    .spend = NULL,
    .draw = draw,
    .next = next,
};
