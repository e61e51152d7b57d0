/* Predictions of sBG (Fader & Hardie 2007) and BdW (Fader, Hardie et al. 2018) for a customer who has lived
 * through T periods and has renewed: everything comes of s(j) = S(T + j)/S(T), and T is all there is to know
 * of a customer. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/contract_curve.h"
#include "model/contract_sum.h"
#include "model/prediction.h"
#include "numeric/elementary.h"
#include "numeric/random.h"

enum { PARAMETERS = CRM_I_CONTRACT_PARAMETERS, WIDTH = 1 + PARAMETERS, SBG = 2, BDW = 3 };

/* Customers with T below this are in the table. */
enum { TABLE_ROWS = 64 };

#define LATEST 0x1p52 /* so that T + j is exact */
#define SUM_C_MOST 64.0
#define RATE_LEAST 1e-13
/* exp(-46) of the first term is left beyond. */
#define REACH 46.0

static void widen(int32_t count, const double *parameter, double *full)
{
    full[0] = parameter[0];
    full[1] = parameter[1];
    full[2] = count > CRM_I_CONTRACT_C ? parameter[CRM_I_CONTRACT_C] : 1.0;
}

/* ---- what cannot be asked ---- */

static int32_t is_sum(int32_t quantity)
{
    return quantity == CRM_QUANTITY_EXPECTED || quantity == CRM_QUANTITY_DISCOUNTED ||
           quantity == CRM_QUANTITY_SPREAD;
}

static crm_status check_parameters(int32_t count, const double *parameter, int32_t sum, crm_error *err)
{
    for (int32_t j = 0; j < count; j++) {
        const double most = sum && j == CRM_I_CONTRACT_C ? SUM_C_MOST : 1e60;
        if (!(parameter[j] >= 1e-60 && parameter[j] <= most))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 2, parameter[j],
                                    "A parameter of the model is too extreme for this quantity.");
    }
    return CRM_OK;
}

static crm_status check_span(const crm_i_ask *ask, crm_error *err)
{
    if (ask->t0 > LATEST)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 3, ask->t0, "The time is beyond 2^52 periods.");
    if (ask->t1 == CRM_I_INFINITY && ask->quantity != CRM_QUANTITY_DISCOUNTED)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1,
                                "Without end and without discount the expectation need not be finite.");
    if (ask->t1 == CRM_I_INFINITY && !(ask->delta >= RATE_LEAST))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, ask->delta,
                                "The discount rate is too small for an infinite horizon.");
    if (ask->t1 > LATEST && ask->t1 < CRM_I_INFINITY)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The time is beyond 2^52 periods.");
    return CRM_OK;
}

static crm_status check(int32_t count, const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    const crm_status status = check_parameters(count, parameter, is_sum(ask->quantity), err);
    return status == CRM_OK ? check_span(ask, err) : status;
}

static crm_status sbg_check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    return check(SBG, parameter, ask, err);
}

static crm_status bdw_check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    return check(BDW, parameter, ask, err);
}

static const char *wrong(double x, double t_x, double T, int32_t *column)
{
    (void)x;
    (void)t_x;
    *column = 2;
    return T == floor(T) && T <= LATEST ? NULL : "The number of periods is not whole, or beyond 2^52.";
}

/* ---- one customer ---- */

/* s(j) and its derivatives by the logarithms. */
static void survive(const double *full, double T, double j, int32_t gradient, double out[WIDTH])
{
    crm_i_contract_term x;
    crm_i_contract_loss(full, T, T + j, gradient, &x);
    out[0] = crm_i_exp(-x.value);
    for (int32_t i = 0; i < PARAMETERS; i++)
        out[1 + i] = -out[0] * x.first[i];
}

/* Exactly n renewals by t: s(n) - s(n + 1), or s(t) where n = t. */
static void renew(const double *full, double T, double n, double t, int32_t gradient, double out[WIDTH])
{
    if (n > t) {
        memset(out, 0, WIDTH * sizeof *out);
        return;
    }
    survive(full, T, n, gradient, out);
    if (n == t)
        return;
    crm_i_contract_term x;
    crm_i_contract_loss(full, T + n, T + n + 1.0, gradient, &x);
    const double lost = -crm_i_expm1(-x.value);
    const double kept = crm_i_exp(-x.value);
    for (int32_t i = 0; i < PARAMETERS; i++)
        out[1 + i] = out[1 + i] * lost + out[0] * kept * x.first[i];
    out[0] *= lost;
}

static crm_i_contract_span span_of(const crm_i_ask *ask, double T)
{
    crm_i_contract_span span = {T, ask->t0, ask->t1, ask->delta};
    if (ask->delta > 0.0) {
        const double end = ask->t0 + ceil(REACH / ask->delta);
        span.to = span.to < end ? span.to : end;
    }
    return span;
}

/* The value, and its derivatives by the natural parameters. */
static void compute(int32_t count, const double *parameter, const crm_i_ask *ask, double T, int32_t gradient,
                    double out[WIDTH])
{
    double full[PARAMETERS];
    widen(count, parameter, full);
    const crm_i_contract_span span = span_of(ask, T);
    switch (ask->quantity) {
    case CRM_QUANTITY_P_ALIVE:
        survive(full, T, ask->t0, gradient, out);
        break;
    case CRM_QUANTITY_PROBABILITY:
        renew(full, T, ask->number, ask->t1, gradient, out);
        break;
    case CRM_QUANTITY_SPREAD:
        crm_i_contract_spread(full, &span, gradient, out);
        break;
    default:
        crm_i_contract_expected(full, &span, gradient, out);
        break;
    }
    for (int32_t j = 0; j < count && gradient; j++)
        out[1 + j] /= parameter[j];
}

/* ---- strips ---- */

static void put(int32_t count, const double *value, int64_t i, int32_t gradient, double *out, double *slopes)
{
    out[i] = value[0];
    for (int32_t j = 0; j < count && gradient; j++)
        slopes[j * CRM_I_STRIP + i] = value[1 + j];
}

/* table: values of T = 0 .. TABLE_ROWS - 1, then each derivative likewise. */
static void from_table(int32_t count, const double *table, int32_t T, double value[WIDTH])
{
    for (int32_t j = 0; j <= count; j++)
        value[j] = table[j * TABLE_ROWS + T];
}

static void run(int32_t count, const double *parameter, const crm_i_ask *ask, const double *table,
                const crm_i_strip *strip, double *out, double *slopes)
{
    uint64_t done = 0; /* bit i: row i had the T of a row before it */
    for (int64_t i = 0; i < strip->n; i++) {
        double value[WIDTH];
        if (done >> i & 1u)
            continue;
        if (table && strip->T[i] < TABLE_ROWS)
            from_table(strip->gradient ? count : 0, table, (int32_t)strip->T[i], value);
        else
            compute(count, parameter, ask, strip->T[i], strip->gradient, value);
        for (int64_t k = i; k < strip->n; k++) {
            if (strip->T[k] != strip->T[i])
                continue;
            done |= (uint64_t)1 << k;
            put(count, value, k, strip->gradient, out, slopes);
        }
    }
}

static void sbg_run(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                    const crm_i_strip *strip, double *out, double *slopes)
{
    (void)isa;
    run(SBG, parameter, ask, table, strip, out, slopes);
}

static void bdw_run(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                    const crm_i_strip *strip, double *out, double *slopes)
{
    (void)isa;
    run(BDW, parameter, ask, table, strip, out, slopes);
}

static int64_t sbg_table_size(const double *parameter, const crm_i_ask *ask, int32_t gradient)
{
    (void)parameter;
    (void)ask;
    return TABLE_ROWS * (gradient ? 1 + SBG : 1);
}

static int64_t bdw_table_size(const double *parameter, const crm_i_ask *ask, int32_t gradient)
{
    (void)parameter;
    (void)ask;
    return TABLE_ROWS * (gradient ? 1 + BDW : 1);
}

static void build(int32_t count, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                  double *table)
{
    for (int32_t T = 0; T < TABLE_ROWS; T++) {
        double value[WIDTH];
        compute(count, parameter, ask, T, gradient, value);
        for (int32_t j = 0; j <= (gradient ? count : 0); j++)
            table[j * TABLE_ROWS + T] = value[j];
    }
}

static void sbg_table_build(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                            double *table)
{
    (void)isa;
    build(SBG, parameter, ask, gradient, table);
}

static void bdw_table_build(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                            double *table)
{
    (void)isa;
    build(BDW, parameter, ask, gradient, table);
}

/* Who has lived through T periods is a customer now. */
static void begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    (void)isa;
    (void)parameter;
    memset(strip->alive_d, 0, sizeof strip->alive_d);
    for (int32_t i = 0; i < CRM_I_STRIP; i++)
        strip->alive[i] = 1.0;
}

/* ---- simulation ---- */

/* own: ln(1 - theta), theta the customer's chance to leave in the first period; periods lived through. */
static void draw(const double *parameter, struct crm_i_random *random, double *own)
{
    own[0] = crm_i_log1p(-crm_i_random_beta(random, parameter[0], parameter[1]));
    own[1] = 0.0;
}

static double renewal(double c, struct crm_i_random *random, double *own)
{
    const double j = own[1];
    const double growth = j > 0.0 ? crm_i_expm1(c * crm_i_log1p(1.0 / j)) : 1.0;
    const double risk = -own[0] * (j > 0.0 ? crm_i_exp(c * crm_i_log(j)) * growth : 1.0);
    own[1] = j + 1.0;
    return crm_i_random_exponential(random) > risk ? 1.0 : CRM_I_INFINITY;
}

static double sbg_next(const double *parameter, struct crm_i_random *random, double *own)
{
    (void)parameter;
    return renewal(1.0, random, own);
}

static double bdw_next(const double *parameter, struct crm_i_random *random, double *own)
{
    return renewal(parameter[CRM_I_CONTRACT_C], random, own);
}

#define QUANTITIES                                                                                           \
    (CRM_I_OFFERS(CRM_QUANTITY_P_ALIVE) | CRM_I_OFFERS(CRM_QUANTITY_EXPECTED) |                              \
     CRM_I_OFFERS(CRM_QUANTITY_DISCOUNTED) | CRM_I_OFFERS(CRM_QUANTITY_PROBABILITY) |                        \
     CRM_I_OFFERS(CRM_QUANTITY_SPREAD) | CRM_I_OFFERS(CRM_QUANTITY_VALUE))

const crm_i_prediction crm_i_sbg_prediction = {
    .quantities = QUANTITIES,
    .whole = 1,
    .contractual = 1,
    .check = sbg_check,
    .wrong = wrong,
    .table_size = sbg_table_size,
    .table_build = sbg_table_build,
    .begin = begin,
    .rows = sbg_run,
    .draw = draw,
    .next = sbg_next,
};

const crm_i_prediction crm_i_bdw_prediction = {
    .quantities = QUANTITIES,
    .whole = 1,
    .contractual = 1,
    .check = bdw_check,
    .wrong = wrong,
    .table_size = bdw_table_size,
    .table_build = bdw_table_build,
    .begin = begin,
    .rows = bdw_run,
    .draw = draw,
    .next = bdw_next,
};
