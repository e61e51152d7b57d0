/* NBD predictions: purchases at a rate lambda ~ Gamma(r, alpha) for ever (Ehrenberg 1959). After a history
 * lambda ~ Gamma(R, A), R = r + x, A = alpha + T: everything is that of a new customer at R and A, and t_x
 * says nothing. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/prediction.h"
#include "numeric/elementary.h"
#include "numeric/random.h"
#include "numeric/special.h"

enum { PARAMETERS = 2 };

/* No end, and rates and spans whose product could leave the range of doubles. */
static crm_status check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    const int32_t endless = ask->t1 == CRM_I_INFINITY;
    const int32_t counts = ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_SPREAD;
    if (endless && counts)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1,
                                "Without end and without discount the number of purchases is infinite.");
    double span = 0.0;
    if (counts || ask->quantity == CRM_QUANTITY_DISCOUNTED)
        span = endless ? 1.0 / ask->delta : ask->t1 - ask->t0;
    if (!(span < 1e150))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, span, "The span is too long for this quantity.");
    if (!(parameter[1] > 1e-100 && (parameter[0] + 0x1p53) / parameter[1] < 1e150))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 2, parameter[1],
                                "A parameter of the model is too extreme for this quantity.");
    return CRM_OK;
}

/* int_t0^t1 exp(-delta u) du */
static double span_of(const crm_i_ask *ask)
{
    if (ask->quantity != CRM_QUANTITY_DISCOUNTED)
        return ask->t1 - ask->t0;
    const double length = ask->t1 - ask->t0;
    const double steep = ask->delta * length;
    const double whole = steep < 1.0 ? length * crm_i_expm1_ratio(-steep) : -crm_i_expm1(-steep) / ask->delta;
    return crm_i_exp(-ask->delta * ask->t0) * whole;
}

/* R/A times a span, or alone. */
static void means(const double *parameter, double span, const crm_i_strip *strip, double *out,
                  double *gradient)
{
    for (int64_t i = 0; i < strip->n; i++) {
        const double each = span / (parameter[1] + strip->T[i]);
        out[i] = (parameter[0] + strip->x[i]) * each;
        if (!strip->gradient)
            continue;
        gradient[i] = each;
        gradient[CRM_I_STRIP + i] = -out[i] / (parameter[1] + strip->T[i]);
    }
}

/* The negative binomial in (0, t] has the variance R y (1 + y), y = t/A. */
static void spreads(const double *parameter, double span, const crm_i_strip *strip, double *out,
                    double *gradient)
{
    for (int64_t i = 0; i < strip->n; i++) {
        const double R = parameter[0] + strip->x[i];
        const double A = parameter[1] + strip->T[i];
        const double y = span / A;
        out[i] = sqrt(R * y) * sqrt(1.0 + y);
        if (!strip->gradient)
            continue;
        gradient[i] = 0.5 * out[i] / R;
        gradient[CRM_I_STRIP + i] = -0.5 * out[i] * ((1.0 + 2.0 * y) / (1.0 + y)) / A;
    }
}

/* G(R+n)/(G(R) n!) (A/(A+t))^R (t/(A+t))^n */
static void probabilities(const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                          double *out, double *gradient)
{
    const double n = ask->number;
    for (int64_t i = 0; i < strip->n; i++) {
        const double R = parameter[0] + strip->x[i];
        const double A = parameter[1] + strip->T[i];
        const double quotient = ask->t1 / A;
        const double y = quotient < 1e290 ? quotient : 1e290;
        const double log_span = crm_i_log1p(y);
        double logarithm = -R * log_span;
        if (n > 0.0)
            logarithm += crm_i_lgamma_ratio(R, n) - crm_i_lgamma1p(n) -
                         n * (y > 0.0 ? crm_i_log1p(1.0 / y) : CRM_I_INFINITY);
        out[i] = crm_i_exp(logarithm);
        if (!strip->gradient)
            continue;
        const double rest = 1.0 / (1.0 + y);
        gradient[i] = out[i] * (crm_i_digamma_ratio(R, n) - log_span);
        gradient[CRM_I_STRIP + i] = out[i] * ((R * (y * rest) - n * rest) / A);
    }
}

static void begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    (void)isa;
    (void)parameter;
    for (int64_t i = 0; i < CRM_I_STRIP; i++)
        strip->alive[i] = 1.0;
    for (int32_t j = 0; j < PARAMETERS; j++)
        memset(strip->alive_d[j], 0, sizeof strip->alive_d[j]);
}

static void rows(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                 const crm_i_strip *strip, double *out, double *gradient)
{
    (void)isa;
    (void)table;
    if (ask->quantity == CRM_QUANTITY_PROBABILITY) {
        probabilities(parameter, ask, strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_SPREAD) {
        spreads(parameter, span_of(ask), strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_P_ALIVE) {
        memcpy(out, strip->alive, sizeof strip->alive);
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
            memcpy(gradient + j * CRM_I_STRIP, strip->alive_d[j], sizeof strip->alive_d[j]);
    } else {
        means(parameter, ask->quantity == CRM_QUANTITY_RATE ? 1.0 : span_of(ask), strip, out, gradient);
    }
}

/* own: lambda. */
static void draw(const double *parameter, struct crm_i_random *random, double *own)
{
    own[0] = crm_i_random_gamma(random, parameter[0]) / parameter[1];
}

static double next(const double *parameter, struct crm_i_random *random, double *own)
{
    (void)parameter;
    return own[0] > 0.0 ? crm_i_random_exponential(random) / own[0] : CRM_I_INFINITY;
}

const crm_i_prediction crm_i_nbd_prediction = {
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
