/* BG/BB predictions (Fader, Hardie & Shang 2010). A customer who is alive at T has p ~ Beta(alpha + x, beta +
 * T
 * - x) and theta ~ Beta(gamma, delta + T), independent, so that every quantity is P(alive) times that of a
 * new customer at these parameters, and means are products: what is of p times what is of theta, and the
 * latter depends on T alone (bg_bb_future.h). */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/bg_bb_count.h"
#include "model/bg_bb_future.h"
#include "model/bg_bb_kernel.h"
#include "model/bg_bb_likelihood.h"
#include "numeric/elementary.h"
#include "numeric/random.h"

enum { PARAMETERS = 4, STRIP = CRM_I_STRIP, BLOCK = CRM_I_BG_BB_FUTURE_BLOCK };

/* T below this are in the tables: value, by gamma, by delta one after the other. */
enum { ROWS = 256 };

_Static_assert((int)STRIP == (int)CRM_I_LANES, "a strip of a plan is one of the kernel");

/* ---- what may be asked ---- */

/* Far beyond what a fit can find the means over theta lose their grid, and shares the range of doubles. */
static crm_status check_parameters(const double *parameter, crm_error *err)
{
    for (int32_t j = 0; j < PARAMETERS; j++)
        if (!(parameter[j] >= 1e-60 && parameter[j] <= 1e60))
            return crm_i_fail_value(err, CRM_E_DOMAIN, 2, parameter[j],
                                    "A parameter of the model is too extreme for this quantity.");
    return CRM_OK;
}

static int32_t has_future(const crm_i_ask *ask)
{
    return ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_DISCOUNTED ||
           (ask->quantity == CRM_QUANTITY_P_ALIVE && ask->t0 > 0.0);
}

static crm_status check(const double *parameter, const crm_i_ask *ask, crm_error *err)
{
    const crm_status status = check_parameters(parameter, err);
    if (status != CRM_OK)
        return status;
    const int32_t stepwise =
        ask->quantity == CRM_QUANTITY_PROBABILITY || ask->quantity == CRM_QUANTITY_SPREAD;
    if (stepwise && !(ask->t1 - ask->t0 <= CRM_I_BG_BB_MOST))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1, "These are more than 2^20 opportunities.");
    if (ask->t1 != CRM_I_INFINITY)
        return CRM_OK;
    if (ask->quantity == CRM_QUANTITY_EXPECTED)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 4, ask->t1,
                                "Without end and without discount the expectation need not be finite.");
    if (!(ask->delta >= 1e-30))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, ask->delta,
                                "The discount rate is too small for an infinite horizon.");
    return CRM_OK;
}

/* ---- tables ---- */

static int64_t table_size(const double *parameter, const crm_i_ask *ask, int32_t gradient)
{
    (void)parameter;
    return has_future(ask) ? (gradient ? 3 : 1) * ROWS : 0;
}

static void table_build(int32_t isa, const double *parameter, const crm_i_ask *ask, int32_t gradient,
                        double *table)
{
    crm_i_bg_bb_future block[BLOCK];
    for (int32_t first = 0; first < ROWS; first += BLOCK) {
        crm_i_bg_bb_future_at(isa, parameter, ask, first, BLOCK, gradient, block);
        for (int32_t i = 0; i < BLOCK; i++) {
            table[first + i] = block[i].v;
            if (!gradient)
                continue;
            table[ROWS + first + i] = block[i].gamma;
            table[2 * ROWS + first + i] = block[i].delta;
        }
    }
}

/* ---- strips ---- */

/* Values, and their derivatives by the natural parameters. */
typedef struct {
    double v[STRIP];
    double d[PARAMETERS][STRIP];
} columns;

/* Rows with one T are computed once: out[i] of row i by way of at[i], the first row with its T. */
static void find_equal(int64_t n, const double *T, int32_t *at)
{
    for (int64_t i = 0; i < n; i++) {
        const int32_t last = i > 0 ? at[i - 1] : 0;
        int32_t k = i > 0 && T[last] == T[i] ? last : 0;
        while (T[k] != T[i])
            k++;
        at[i] = k;
    }
}

static void futures(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                    const crm_i_strip *strip, crm_i_bg_bb_future *out)
{
    int32_t at[STRIP];
    find_equal(strip->n, strip->T, at);
    for (int64_t i = 0; i < strip->n; i++) {
        const int64_t T = (int64_t)strip->T[i];
        if (at[i] < i) {
            out[i] = out[at[i]];
        } else if (table && T < ROWS) {
            out[i].v = table[T];
            out[i].gamma = strip->gradient ? table[ROWS + T] : 0.0;
            out[i].delta = strip->gradient ? table[2 * ROWS + T] : 0.0;
        } else {
            crm_i_bg_bb_future_at(isa, parameter, ask, T, 1, strip->gradient, &out[i]);
        }
    }
}

/* The mean of p of those alive, times life. */
static void take_chances(const double *parameter, const crm_i_strip *strip, const crm_i_bg_bb_future *life,
                         columns *out)
{
    const double sum = parameter[0] + parameter[1];
    for (int64_t i = 0; i < strip->n; i++) {
        const double a = parameter[0] + strip->x[i];
        const double b = parameter[1] + (strip->T[i] - strip->x[i]);
        const double per_s = 1.0 / (sum + strip->T[i]);
        const double mean = a * per_s;
        out->v[i] = mean * life[i].v;
        out->d[0][i] = b * per_s * per_s * life[i].v;
        out->d[1][i] = -mean * per_s * life[i].v;
        out->d[2][i] = mean * life[i].gamma;
        out->d[3][i] = mean * life[i].delta;
    }
}

static void stay_alive(const crm_i_strip *strip, const crm_i_bg_bb_future *life, columns *out)
{
    for (int64_t i = 0; i < strip->n; i++) {
        out->v[i] = life[i].v;
        out->d[0][i] = out->d[1][i] = 0.0;
        out->d[2][i] = life[i].gamma;
        out->d[3][i] = life[i].delta;
    }
}

/* value = alive * what, and the gradient of that. */
static void times_alive(const crm_i_strip *strip, const columns *what, double *out, double *gradient)
{
    for (int64_t i = 0; i < strip->n; i++)
        out[i] = strip->alive[i] * what->v[i];
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        for (int64_t i = 0; i < strip->n; i++)
            gradient[j * STRIP + i] = strip->alive_d[j][i] * what->v[i] + strip->alive[i] * what->d[j][i];
}

static void silences(int32_t isa, const double *parameter, const crm_i_strip *strip, int32_t want,
                     crm_i_bg_bb_silence *out)
{
    CRM_I_KERNEL_PICK(isa, crm_i_bg_bb_silences)(strip->x, strip->t_x, strip->T, parameter, want, out);
}

static void probabilities(int32_t isa, const double *parameter, const crm_i_ask *ask,
                          const crm_i_strip *strip, double *out, double *gradient)
{
    const double none = ask->number == 0.0 ? 1.0 : 0.0;
    crm_i_bg_bb_silence silence;
    silences(isa, parameter, strip, CRM_I_BG_BB_ALIVE, &silence);
    for (int64_t i = 0; i < strip->n; i++) {
        double slope[PARAMETERS];
        const double x = strip->x[i];
        const double T = strip->T[i];
        const double alive = crm_i_bg_bb_probability(parameter[0] + x, parameter[1] + (T - x), parameter[2],
                                                     parameter[3] + T, ask->number, ask->t1, slope);
        out[i] = strip->alive[i] * alive + silence.dead[i] * none;
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
            gradient[j * STRIP + i] = strip->alive_d[j][i] * (alive - none) + strip->alive[i] * slope[j];
    }
}

/* The posterior mean of p, E[p L(p)]/E[L(p)]: a/s at t_x times the ratio of two silences, of which the upper
 * has one purchase more before it. */
static void rates(int32_t isa, const double *parameter, const crm_i_strip *strip, double *out,
                  double *gradient)
{
    const double more[PARAMETERS] = {parameter[0] + 1.0, parameter[1], parameter[2], parameter[3]};
    const int32_t want = strip->gradient ? CRM_I_BG_BB_GRADIENT : CRM_I_BG_BB_VALUE;
    crm_i_bg_bb_silence below;
    crm_i_bg_bb_silence above;
    silences(isa, parameter, strip, want, &below);
    silences(isa, more, strip, want, &above);
    for (int64_t i = 0; i < strip->n; i++) {
        const double a = parameter[0] + strip->x[i];
        const double b = parameter[1] + (strip->t_x[i] - strip->x[i]);
        const double s = (parameter[0] + parameter[1]) + strip->t_x[i];
        out[i] = a / s * (above.d[i] / below.d[i]);
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++) {
            const double head = j == 0 ? b / (a * s) : j == 1 ? -1.0 / s : 0.0;
            gradient[j * STRIP + i] =
                out[i] * (head + (above.g[j][i] / more[j] - below.g[j][i] / parameter[j]));
        }
    }
}

/* ---- spread ---- */

/* The variance of the purchases in (t0, t1]: of one who is alive at t0, over p and over the opportunities K
 * that he lives to see,
 *     E[p(1-p)] E[K] + Var(p) E[K^2] + E[p]^2 Var(K),
 * and between him and the dead A (1 - A) (E[p] E[K])^2, A = P(alive at t0). */
typedef struct {
    double alive; /* A, and its derivatives */
    double dead;
    double alive_d[PARAMETERS];
    crm_i_bg_bb_future mean; /* of K */
    crm_i_bg_bb_future variance;
} life;

static double variance_of(const double *parameter, double x, double T, const life *l, double *slope)
{
    const double a = parameter[0] + x;
    const double b = parameter[1] + (T - x);
    const double per_s = 1.0 / ((parameter[0] + parameter[1]) + T);
    const double per_more = 1.0 / ((parameter[0] + parameter[1]) + (T + 1.0));
    const double mean = a * per_s;
    const double mean_d[2] = {b * per_s * per_s, -mean * per_s};
    const double within = mean * (b * per_more); /* E[p(1-p)] */
    const double within_d[2] = {within * (1.0 / a - per_s - per_more), within * (1.0 / b - per_s - per_more)};
    const double between = within * per_s; /* Var(p) */
    const double seen = l->mean.v;
    const double square = l->variance.v + seen * seen;
    const double own = within * seen + between * square + mean * mean * l->variance.v;
    const double expected = mean * seen;
    const double gap = l->dead * (expected * expected);
    const double by_seen = within + 2.0 * between * seen + 2.0 * l->dead * mean * expected;
    const double by_variance = between + mean * mean;
    const double by_alive = own + gap - l->alive * (expected * expected);
    for (int j = 0; j < 2; j++)
        slope[j] = l->alive * (within_d[j] * seen + (within_d[j] - within * per_s) * per_s * square +
                               2.0 * mean * mean_d[j] * (l->variance.v + l->dead * (seen * seen)));
    slope[2] = l->alive * (by_seen * l->mean.gamma + by_variance * l->variance.gamma);
    slope[3] = l->alive * (by_seen * l->mean.delta + by_variance * l->variance.delta);
    for (int j = 0; j < PARAMETERS; j++)
        slope[j] += by_alive * l->alive_d[j];
    return l->alive * (own + gap);
}

static void spreads(int32_t isa, const double *parameter, const crm_i_ask *ask, const crm_i_strip *strip,
                    double *out, double *gradient)
{
    crm_i_bg_bb_silence silence;
    crm_i_bg_bb_survival survival[STRIP];
    life own[STRIP];
    int32_t at[STRIP];
    silences(isa, parameter, strip, CRM_I_BG_BB_ALIVE, &silence);
    find_equal(strip->n, strip->T, at);
    for (int64_t i = 0; i < strip->n; i++) {
        life *l = &own[i];
        survival[i] = survival[at[i]];
        l->mean = own[at[i]].mean;
        l->variance = own[at[i]].variance;
        if (at[i] == i) {
            survival[i] = crm_i_bg_bb_survive(parameter, strip->T[i], ask->t0);
            crm_i_bg_bb_lived(parameter, strip->T[i], ask->t0, ask->t1, &l->mean, &l->variance);
        }
        const crm_i_bg_bb_survival *s = &survival[i];
        const double alive = strip->alive[i];
        l->alive = alive * s->alive;
        l->dead = silence.dead[i] + alive * s->dead;
        for (int32_t j = 0; j < PARAMETERS; j++)
            l->alive_d[j] = strip->gradient ? strip->alive_d[j][i] * s->alive : 0.0;
        l->alive_d[2] += l->alive * s->gamma;
        l->alive_d[3] += l->alive * s->delta;
        double slope[PARAMETERS];
        out[i] = sqrt(variance_of(parameter, strip->x[i], strip->T[i], l, slope));
        for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
            gradient[j * STRIP + i] = out[i] > 0.0 ? slope[j] / (2.0 * out[i]) : 0.0;
    }
}

/* ---- simulation ---- */

/* own: ln(1 - p), and the opportunities that the customer lives to see. */
static void draw(const double *parameter, struct crm_i_random *random, double *own)
{
    double log_p;
    double log_theta;
    double log_stays;
    crm_i_random_log_beta(random, parameter[0], parameter[1], &log_p, &own[0]);
    crm_i_random_log_beta(random, parameter[2], parameter[3], &log_theta, &log_stays);
    own[1] = crm_i_random_geometric_log(random, log_stays);
}

static double next(const double *parameter, struct crm_i_random *random, double *own)
{
    (void)parameter;
    const double passed = crm_i_random_geometric_log(random, own[0]) + 1.0;
    own[1] = passed <= own[1] ? own[1] - passed : -1.0;
    return own[1] >= 0.0 ? passed : CRM_I_INFINITY;
}

/* ---- what the plan sees ---- */

static void begin(int32_t isa, const double *parameter, crm_i_strip *strip)
{
    crm_i_bg_bb_silence silence;
    silences(isa, parameter, strip, strip->gradient ? CRM_I_BG_BB_ALIVE_GRADIENT : CRM_I_BG_BB_ALIVE,
             &silence);
    memcpy(strip->alive, silence.alive, sizeof strip->alive);
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        for (int64_t i = 0; i < STRIP; i++)
            strip->alive_d[j][i] = silence.alive[i] * (silence.alive_g[j][i] / parameter[j]);
}

static void alive_now(const crm_i_strip *strip, double *out, double *gradient)
{
    memcpy(out, strip->alive, sizeof strip->alive);
    for (int32_t j = 0; j < PARAMETERS && strip->gradient; j++)
        memcpy(gradient + j * STRIP, strip->alive_d[j], sizeof strip->alive_d[j]);
}

static void rows(int32_t isa, const double *parameter, const crm_i_ask *ask, const double *table,
                 const crm_i_strip *strip, double *out, double *gradient)
{
    if (ask->quantity == CRM_QUANTITY_PROBABILITY) {
        probabilities(isa, parameter, ask, strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_RATE) {
        rates(isa, parameter, strip, out, gradient);
    } else if (ask->quantity == CRM_QUANTITY_SPREAD) {
        spreads(isa, parameter, ask, strip, out, gradient);
    } else if (!has_future(ask)) {
        alive_now(strip, out, gradient);
    } else {
        crm_i_bg_bb_future life_ahead[STRIP];
        columns what;
        futures(isa, parameter, ask, table, strip, life_ahead);
        if (ask->quantity == CRM_QUANTITY_P_ALIVE)
            stay_alive(strip, life_ahead, &what);
        else
            take_chances(parameter, strip, life_ahead, &what);
        times_alive(strip, &what, out, gradient);
    }
}

const crm_i_prediction crm_i_bg_bb_prediction = {
    .quantities = CRM_I_OFFERS(CRM_QUANTITY_P_ALIVE) | CRM_I_OFFERS(CRM_QUANTITY_EXPECTED) |
                  CRM_I_OFFERS(CRM_QUANTITY_DISCOUNTED) | CRM_I_OFFERS(CRM_QUANTITY_PROBABILITY) |
                  CRM_I_OFFERS(CRM_QUANTITY_RATE) | CRM_I_OFFERS(CRM_QUANTITY_SPREAD) |
                  CRM_I_OFFERS(CRM_QUANTITY_VALUE),
    .whole = 1,
    .check = check,
    .wrong = crm_i_bg_bb_wrong,
    .table_size = table_size,
    .table_build = table_build,
    .begin = begin,
    .rows = rows,
    .spend = NULL,
    .draw = draw,
    .next = next,
};
