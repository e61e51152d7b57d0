/* BG/NBD predictions (Fader, Hardie & Lee 2005) and those of MBG/NBD, where a customer may leave right after
 * the first purchase too (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008).
 *
 * A customer who is alive at T has lambda ~ Gamma(r + x, alpha + T) and p ~ Beta(a, b + n), n = x + 1 - first
 * the times it was free to leave; first = 1 in BG/NBD, 0 in MBG/NBD. Every quantity is P(alive) times that of
 * a customer who is alive for certain: one code serves both models, and MBG/NBD is BG/NBD at b + 1 but for
 * P(alive) = 1/(1 + [n > 0] a/(b + n - 1) ((alpha + T)/(alpha + t_x))^(r + x)). */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/bg_nbd_count.h"
#include "model/bg_nbd_curve.h"
#include "numeric/elementary.h"
#include "numeric/random.h"

enum { PARAMETERS = 4, TERMS = CRM_I_CURVE_TERMS, PANELS = CRM_I_CURVE_PANELS, OUT = CRM_I_CURVE_OUT };

/* Rows of the tables: x below this are there. A finite horizon costs more to build, a variance most. */
enum { ROWS = 64, ROWS_FINITE = 24, ROWS_SPREAD = 12 };

static int32_t rows_of(const crm_i_ask *ask)
{
    if (ask->quantity == CRM_QUANTITY_SPREAD)
        return ROWS_SPREAD;
    return ask->quantity == CRM_QUANTITY_DISCOUNTED && ask->t1 < CRM_I_INFINITY ? ROWS_FINITE : ROWS;
}

typedef struct {
    double v[CRM_I_STRIP];
    double d[PARAMETERS][CRM_I_STRIP];
} columns;

/* Far beyond what a fit can find the sums over p lose their grid. */
static crm_status check_parameters(const double *parameter, crm_error *err)
{
    for (int32_t j = 0; j < PARAMETERS; j++) {
        const double least = j == 1 ? 1e-100 : 1e-60;
        const double most = j == 1 ? 1e100 : 1e60;
        if (!(parameter[j] >= least && parameter[j] <= most))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 2, parameter[j],
                                    "A parameter of the model is too extreme for this quantity.");
    }
    return CRM_OK;
}

/* Squares of expectations must be doubles. */
static crm_status check_span(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    if (ask->quantity == CRM_QUANTITY_SPREAD && !((parameter[0] + 0x1p53) / parameter[1] * ask->t1 < 1e150))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "The span is too long for this quantity.");
    return CRM_OK;
}

static crm_status check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    const crm_status status = crm_i_curve_has_panels(ask) || ask->quantity == CRM_QUANTITY_DISCOUNTED
                                  ? check_parameters(parameter, err)
                                  : CRM_OK;
    if (status != CRM_OK || ask->t1 != CRM_I_INFINITY)
        return status == CRM_OK ? check_span(parameter, ask, err) : status;
    if (ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_SPREAD)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1,
                                "Without end and without discount the expectation need not be finite.");
    if (!(ask->delta * parameter[1] >= 1e-30))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, ask->delta,
                                "The discount rate is too small for an infinite horizon.");
    return CRM_OK;
}

/* ---- tables ---- */

static int64_t block_size(const crm_i_ask *ask)
{
    return (int64_t)rows_of(ask) * PANELS * TERMS;
}

/* How many curves a quantity needs: their blocks lie one after the other, first those of the values. */
static int32_t curves_of(const crm_i_ask *ask)
{
    return ask->quantity == CRM_QUANTITY_SPREAD ? 2 : 1;
}

/* From the block of a curve to those of its derivatives. */
static int64_t stride_of(const crm_i_ask *ask)
{
    return block_size(ask) * curves_of(ask);
}

/* Curve i of a quantity: itself; of a spread the second is the mean. */
static crm_i_ask curve_of(const crm_i_ask *ask, int32_t i)
{
    crm_i_ask own = *ask;
    if (i > 0)
        own.quantity = CRM_QUANTITY_EXPECTED;
    return own;
}

static int64_t table_size(const double *parameter, const crm_i_ask *ask, int32_t gradient)
{
    (void)parameter;
    return crm_i_curve_has_panels(ask) ? stride_of(ask) * (gradient ? OUT : 1) : 0;
}

static void bg_table_build(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                           double *table)
{
    crm_i_curve curve;
    for (int32_t i = 0; i < curves_of(ask); i++) {
        const crm_i_ask own = curve_of(ask, i);
        double *block = table + i * block_size(ask);
        for (int32_t x = 0; x < rows_of(ask); x++) {
            crm_i_curve_build_panels(isa, parameter, &own, x, gradient, &curve);
            for (int32_t k = 0; k < PANELS; k++)
                crm_i_curve_panel(isa, &curve, k, stride_of(ask), block + (x * PANELS + k) * TERMS);
        }
    }
}

/* ---- curves of a strip ---- */

static void from_panels(int32_t isa, const double *table, int64_t stride, int32_t gradient, int64_t n,
                        const int32_t *at, const double *u, columns *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_panel_rows)(n, TERMS, table, at, u, out->v);
    for (int32_t j = 0; j < PARAMETERS && gradient; j++)
        CRM_I_KERNEL_PICK(isa, crm_i_panel_rows)(n, TERMS, table + (j + 1) * stride, at, u, out->d[j]);
}

/* Without a table: the panel of every row, made once for all rows of the strip that lie in it. */
static void from_own_panels(int32_t isa, const double *parameter, const crm_i_ask *ask,
                            const crm_i_strip *strip, const int32_t *at, const double *u, columns *out)
{
    crm_i_curve curve;
    double panel[OUT][TERMS];
    columns found;
    int32_t done[CRM_I_STRIP] = {0};
    for (int64_t i = 0; i < strip->n; i++) {
        if (at[i] < 0 || done[i])
            continue;
        int32_t here[CRM_I_STRIP];
        for (int64_t k = 0; k < CRM_I_STRIP; k++)
            here[k] = k < strip->n && at[k] == at[i] ? 0 : -1;
        crm_i_curve_build_panels(isa, parameter, ask, strip->x[i], strip->gradient, &curve);
        crm_i_curve_panel(isa, &curve, at[i] % PANELS, TERMS, panel[0]);
        from_panels(isa, panel[0], TERMS, strip->gradient, strip->n, here, u, &found);
        for (int64_t k = i; k < strip->n; k++) {
            if (here[k] < 0)
                continue;
            done[k] = 1;
            out->v[k] = found.v[k];
            for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
                out->d[j][k] = found.d[j][k];
        }
    }
}

static void directly(int32_t isa, const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                     int64_t i, columns *out)
{
    crm_i_curve curve;
    double value[OUT];
    const double A = parameter[1] + strip->T[i];
    crm_i_curve_build(isa, parameter, ask, strip->x[i], A, A, strip->gradient, &curve);
    crm_i_curve_value(isa, &curve, A, value);
    out->v[i] = value[0];
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        out->d[j][i] = value[j + 1];
}

/* Curve `which` of the quantity for a customer who is alive: from panels where there are some, else by the
 * sum itself. */
static void curves(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t which,
                   const double *table, const crm_i_strip *strip, columns *out)
{
    int32_t at[CRM_I_STRIP];
    double u[CRM_I_STRIP];
    const crm_i_ask own = curve_of(ask, which);
    if (crm_i_curve_has_panels(ask)) {
        CRM_I_KERNEL_PICK(isa, crm_i_panel_find)
        (strip->n, parameter[1], CRM_I_CURVE_LENGTH, rows_of(ask), PANELS, strip->x, strip->T, at, u);
        if (table)
            from_panels(isa, table + which * block_size(ask), stride_of(ask), strip->gradient, strip->n, at,
                        u, out);
        else
            from_own_panels(isa, parameter, &own, strip, at, u, out);
    } else {
        for (int64_t i = 0; i < strip->n; i++)
            at[i] = -1;
    }
    for (int64_t i = 0; i < strip->n; i++)
        if (at[i] < 0 || isnan(out->v[i]))
            directly(isa, parameter, &own, strip, i, out);
}

/* value = alive * curve, and the gradient of that. */
static void times_alive(const crm_i_strip *strip, const columns *curve, double *out, double *gradient)
{
    for (int64_t i = 0; i < strip->n; i++)
        out[i] = strip->alive[i] * curve->v[i];
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        for (int64_t i = 0; i < strip->n; i++)
            gradient[j * CRM_I_STRIP + i] =
                strip->alive_d[j][i] * curve->v[i] + strip->alive[i] * curve->d[j][i];
}

/* Var = P K + P (1 - P) M^2: K and M are variance and mean given alive. */
static void spreads(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                    const crm_i_strip *strip, double *out, double *gradient)
{
    columns within;
    columns mean;
    curves(isa, parameter, ask, 0, table, strip, &within);
    curves(isa, parameter, ask, 1, table, strip, &mean);
    for (int64_t i = 0; i < strip->n; i++) {
        const double P = strip->alive[i];
        const double M = mean.v[i];
        out[i] = sqrt(P * within.v[i] + P * (1.0 - P) * (M * M));
        if (!strip->gradient)
            continue;
        const double half = out[i] > 0.0 ? 0.5 / out[i] : 0.0;
        for (int32_t j = 0; j < PARAMETERS; j++) {
            const double by_P = within.v[i] + (1.0 - 2.0 * P) * (M * M);
            const double rest = within.d[j][i] + 2.0 * (1.0 - P) * (M * mean.d[j][i]);
            gradient[j * CRM_I_STRIP + i] = half * (strip->alive_d[j][i] * by_P + P * rest);
        }
    }
}

/* ---- row by row ---- */

static void probabilities(const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                          double *out, double *gradient)
{
    const double dead = ask->number == 0.0 ? 1.0 : 0.0;
    for (int64_t i = 0; i < strip->n; i++) {
        const double x = strip->x[i];
        double slope[PARAMETERS];
        const double alive =
            crm_i_bg_nbd_probability(parameter[0] + x, parameter[1] + strip->T[i], parameter[2],
                                     parameter[3] + x, ask->number, ask->t1, slope);
        out[i] = strip->alive[i] * alive + (1.0 - strip->alive[i]) * dead;
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
            gradient[j * CRM_I_STRIP + i] =
                strip->alive_d[j][i] * (alive - dead) + strip->alive[i] * slope[j];
    }
}

/* The posterior mean of lambda: R/(alpha + T) if alive; dropped out at t_x, R/(alpha + t_x). */
static void rates(const double *parameter, const crm_i_strip *strip, double *out, double *gradient)
{
    for (int64_t i = 0; i < strip->n; i++) {
        const double R = parameter[0] + strip->x[i];
        const double now = parameter[1] + strip->T[i];
        const double last = parameter[1] + strip->t_x[i];
        const double P = strip->alive[i];
        out[i] = R * (P / now + (1.0 - P) / last);
        if (!strip->gradient)
            continue;
        for (int32_t j = 0; j < PARAMETERS; j++)
            gradient[j * CRM_I_STRIP + i] =
                strip->alive_d[j][i] * R * (strip->t_x[i] - strip->T[i]) / (now * last);
        gradient[i] += P / now + (1.0 - P) / last;
        gradient[CRM_I_STRIP + i] -= R * (P / (now * now) + (1.0 - P) / (last * last));
    }
}

/* ---- simulation ---- */

/* own: lambda, p, and whether the last purchase was one after which a customer may leave. */
static void draw_from(double first, const double *parameter, struct crm_i_random *random, double *own)
{
    own[0] = crm_i_random_gamma(random, parameter[0]) / parameter[1];
    own[1] = crm_i_random_beta(random, parameter[2], parameter[3]);
    own[2] = 1.0 - first;
}

static void bg_draw(const double *parameter, struct crm_i_random *random, double *own)
{
    draw_from(1.0, parameter, random, own);
}

static void mbg_draw(const double *parameter, struct crm_i_random *random, double *own)
{
    draw_from(0.0, parameter, random, own);
}

static double next(const double *parameter, struct crm_i_random *random, double *own)
{
    (void)parameter;
    if (own[2] > 0.0 && crm_i_random_bernoulli(random, own[1]))
        own[0] = 0.0;
    own[2] = 1.0;
    return own[0] > 0.0 ? crm_i_random_exponential(random) / own[0] : CRM_I_INFINITY;
}

/* ---- what the plan sees ---- */

static void bg_begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_alive)(parameter, 1.0, strip);
}

static void mbg_begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_alive)(parameter, 0.0, strip);
}

static void alive_now(const crm_i_strip *strip, double *out, double *gradient)
{
    memcpy(out, strip->alive, sizeof strip->alive);
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        memcpy(gradient + j * CRM_I_STRIP, strip->alive_d[j], sizeof strip->alive_d[j]);
}

static void bg_rows(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                    const crm_i_strip *strip, double *out, double *gradient)
{
    if (ask->quantity == CRM_QUANTITY_PROBABILITY) {
        probabilities(parameter, ask, strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_RATE) {
        rates(parameter, strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_P_ALIVE && ask->t0 == 0.0) {
        alive_now(strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_SPREAD) {
        spreads(isa, parameter, ask, table, strip, out, gradient);
    } else {
        columns curve;
        curves(isa, parameter, ask, 0, table, strip, &curve);
        times_alive(strip, &curve, out, gradient);
    }
}

/* Once P(alive) is known, MBG/NBD is BG/NBD at these parameters. */
static void stayed(const double *parameter, double *own)
{
    memcpy(own, parameter, PARAMETERS * sizeof *own);
    own[3] += 1.0;
}

static void mbg_table_build(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                            double *table)
{
    double own[PARAMETERS];
    stayed(parameter, own);
    bg_table_build(isa, own, ask, gradient, table);
}

static void mbg_rows(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                     const crm_i_strip *strip, double *out, double *gradient)
{
    double own[PARAMETERS];
    stayed(parameter, own);
    bg_rows(isa, own, ask, table, strip, out, gradient);
}

const crm_i_prediction crm_i_bg_nbd_prediction = {
    .quantities = CRM_I_OFFERS(CRM_QUANTITY_P_ALIVE) | CRM_I_OFFERS(CRM_QUANTITY_EXPECTED) |
                  CRM_I_OFFERS(CRM_QUANTITY_DISCOUNTED) | CRM_I_OFFERS(CRM_QUANTITY_PROBABILITY) |
                  CRM_I_OFFERS(CRM_QUANTITY_RATE) | CRM_I_OFFERS(CRM_QUANTITY_SPREAD) |
                  CRM_I_OFFERS(CRM_QUANTITY_VALUE),
    .check = check,
    .table_size = table_size,
    .table_build = bg_table_build,
    .begin = bg_begin,
    .rows = bg_rows,
    .spend = NULL,
    .draw = bg_draw,
    .next = next,
};

const crm_i_prediction crm_i_mbg_nbd_prediction = {
    .quantities = CRM_I_OFFERS(CRM_QUANTITY_P_ALIVE) | CRM_I_OFFERS(CRM_QUANTITY_EXPECTED) |
                  CRM_I_OFFERS(CRM_QUANTITY_DISCOUNTED) | CRM_I_OFFERS(CRM_QUANTITY_PROBABILITY) |
                  CRM_I_OFFERS(CRM_QUANTITY_RATE) | CRM_I_OFFERS(CRM_QUANTITY_SPREAD) |
                  CRM_I_OFFERS(CRM_QUANTITY_VALUE),
    .check = check,
    .table_size = table_size,
    .table_build = mbg_table_build,
    .begin = mbg_begin,
    .rows = mbg_rows,
    .spend = NULL,
    .draw = mbg_draw,
    .next = next,
};
