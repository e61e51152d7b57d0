/* The likelihood of BG/BB (Fader, Hardie & Shang 2010): of T opportunities x were taken, the last one at t_x.
 *
 *     L = B(alpha+x, beta+T-x)/B(alpha, beta) B(gamma, delta+T)/B(gamma, delta)
 *         + sum over i < T - t_x of B(alpha+x, beta+t_x-x+i)/B(alpha, beta) B(gamma+1, delta+t_x+i)/B(gamma,
 * delta) = B(alpha+x, beta+t_x-x)/B(alpha, beta) B(gamma, delta+t_x)/B(gamma, delta) D
 *
 * The factors up to the last purchase are probabilities, and so is D, that of the silence since
 * (bg_bb_kernel.h): their logarithms have one sign. What belongs to x, t_x - x and t_x alone is computed once
 * per value. */
#include "model/bg_bb_likelihood.h"

#include <math.h>

#include "model/bg_bb_kernel.h"
#include "model/history.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

enum { ALPHA = 0, BETA = 1, GAMMA = 2, DELTA = 3, PARAMETERS = 4, LANES = CRM_I_LANES };

/* ---- what is known of a whole number ---- */

/* The last values asked for, by the low digits of the number; of a row t_x, and t_x - x. */
enum { KNOWN = 128, FEW = 40 };

typedef struct {
    double t;      /* -1: nothing yet */
    double lasted; /* ln B(gamma, delta + t)/B(gamma, delta) */
    double psi[6]; /* CRM_I_BG_BB_BOTH .. CRM_I_BG_BB_DEATH_2 */
} known_t;

typedef struct {
    double y;
    double psi[2]; /* CRM_I_BG_BB_BETA, CRM_I_BG_BB_BETA_2 */
} known_y;

typedef struct {
    double x;
    double taken; /* ln B(alpha + x, beta)/B(alpha, beta) */
    double psi[2];
} known_x;

typedef struct {
    const double *parameter;
    int32_t derivatives;
    known_t of_t[KNOWN];
    known_y of_y[KNOWN];
    known_x of_x;
} known;

static void forget(const double *parameter, int32_t derivatives, known *k)
{
    k->parameter = parameter;
    k->derivatives = derivatives;
    for (int i = 0; i < KNOWN; i++)
        k->of_t[i].t = k->of_y[i].y = -1.0;
    k->of_x.x = -1.0;
    k->of_x.taken = 0.0;
}

static void psi_of(double from, double n, double *psi)
{
    psi[0] = crm_i_digamma_ratio(from, n);
    psi[1] = crm_i_trigamma_ratio(from, n);
}

static const known_t *find_t(known *k, double t)
{
    const double *p = k->parameter;
    known_t *at = &k->of_t[(uint32_t)t % KNOWN];
    if (at->t == t)
        return at;
    at->t = t;
    at->lasted = -crm_i_lgamma_cross(p[DELTA], p[GAMMA], t);
    if (!k->derivatives)
        return at;
    psi_of(p[ALPHA] + p[BETA], t, at->psi);
    psi_of(p[DELTA], t, at->psi + 2);
    psi_of(p[GAMMA] + p[DELTA], t, at->psi + 4);
    return at;
}

static const known_y *find_y(known *k, double y)
{
    known_y *at = &k->of_y[(uint32_t)y % KNOWN];
    if (at->y != y)
        psi_of(k->parameter[BETA], y, at->psi);
    at->y = y;
    return at;
}

static const known_x *find_x(known *k, double x)
{
    const double *p = k->parameter;
    known_x *at = &k->of_x;
    if (at->x == x)
        return at;
    at->x = x;
    at->taken = -crm_i_lgamma_cross(p[ALPHA], p[BETA], x);
    if (k->derivatives)
        psi_of(p[ALPHA], x, at->psi);
    return at;
}

/* -ln B(a, beta + y)/B(a, beta), a = alpha + x: as many chances not taken. A few are multiplied out. */
static double missed(double a, double beta, double y)
{
    if (y > FEW)
        return crm_i_lgamma_cross(beta, a, y);
    double share = 1.0;
    for (double j = 0.0; j < y; j += 1.0)
        share *= (beta + j) / ((beta + a) + j);
    return share > 1e-280 ? -crm_i_log(share) : crm_i_lgamma_cross(beta, a, y);
}

/* ---- strips ---- */

typedef struct {
    double x[LANES];
    double t_x[LANES];
    double T[LANES];
    double mass[LANES];
    double head[CRM_I_BG_BB_HEADS * LANES];
    crm_i_bg_bb_silence silence;
} strip;

static void take_heads(known *k, int64_t rows, strip *s)
{
    for (int64_t i = 0; i < rows; i++) {
        const double y = s->t_x[i] - s->x[i];
        const known_x *of_x = find_x(k, s->x[i]);
        const known_t *of_t = find_t(k, s->t_x[i]);
        double *head = s->head + i;
        const double not_taken = missed(k->parameter[ALPHA] + s->x[i], k->parameter[BETA], y);
        head[CRM_I_BG_BB_HEAD * LANES] = (of_x->taken - not_taken) + of_t->lasted;
        if (!k->derivatives)
            continue;
        const known_y *of_y = find_y(k, y);
        for (int j = 0; j < 2; j++) {
            head[(CRM_I_BG_BB_ALPHA + j) * LANES] = of_x->psi[j];
            head[(CRM_I_BG_BB_BETA + j) * LANES] = of_y->psi[j];
        }
        for (int j = 0; j < 6; j++)
            head[(CRM_I_BG_BB_BOTH + j) * LANES] = of_t->psi[j];
    }
    for (int64_t i = rows; i < LANES; i++)
        for (int j = 0; j < CRM_I_BG_BB_HEADS; j++)
            s->head[j * LANES + i] = 0.0;
}

static void load(int64_t rows, const double *x, const double *t_x, const double *T, strip *s)
{
    crm_i_lanes_pad(rows, x, 0.0, s->x);
    crm_i_lanes_pad(rows, t_x, 0.0, s->t_x);
    crm_i_lanes_pad(rows, T, 0.0, s->T);
}

static void block(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums)
{
    const int32_t hessian = order == CRM_I_ORDER_HESSIAN;
    const int32_t want = hessian ? CRM_I_BG_BB_HESSIAN : CRM_I_BG_BB_GRADIENT;
    double lane[CRM_I_BG_BB_HESSIAN_SUMS * LANES] = {0.0};
    known k;
    strip s;
    forget(parameter, 1, &k);
    for (int64_t i = first; i < first + n; i += LANES) {
        const int64_t rows = first + n - i < LANES ? first + n - i : LANES;
        load(rows, sample->column[0] + i, sample->column[1] + i, sample->column[2] + i, &s);
        crm_i_lanes_pad(rows, sample->mass + i, 0.0, s.mass);
        take_heads(&k, rows, &s);
        CRM_I_KERNEL_PICK(isa, crm_i_bg_bb_silences)(s.x, s.t_x, s.T, parameter, want, &s.silence);
        CRM_I_KERNEL_PICK(isa, crm_i_bg_bb_add)(&s.silence, s.head, s.mass, parameter, hessian, lane);
    }
    crm_i_lanes_fold(hessian ? CRM_I_BG_BB_HESSIAN_SUMS : CRM_I_BG_BB_GRADIENT_SUMS, lane, sums);
}

static void finish(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *rows, crm_i_derivatives *out)
{
    (void)isa;
    (void)sample;
    (void)parameter;
    out->value = rows[0];
    for (int32_t j = 0; j < PARAMETERS; j++)
        out->gradient[j] = rows[1 + j];
    if (order != CRM_I_ORDER_HESSIAN)
        return;
    const double *second = rows + CRM_I_BG_BB_GRADIENT_SUMS;
    for (int32_t j = 0; j < PARAMETERS; j++)
        for (int32_t i = j; i < PARAMETERS; i++) {
            out->hessian[i + PARAMETERS * j] = *second;
            out->hessian[j + PARAMETERS * i] = *second++;
        }
}

static void rows(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out)
{
    known k;
    strip s;
    double value[LANES];
    forget(parameter, 0, &k);
    for (int64_t i = 0; i < n; i += LANES) {
        const int64_t here = n - i < LANES ? n - i : LANES;
        load(here, column[0] + i, column[1] + i, column[2] + i, &s);
        take_heads(&k, here, &s);
        CRM_I_KERNEL_PICK(isa, crm_i_bg_bb_silences)
        (s.x, s.t_x, s.T, parameter, CRM_I_BG_BB_VALUE, &s.silence);
        CRM_I_KERNEL_PICK(isa, crm_i_bg_bb_values)(s.head, s.silence.d, value);
        for (int64_t j = 0; j < here; j++)
            out[i + j] = value[j];
    }
}

/* ---- the rest ---- */

const char *crm_i_bg_bb_wrong(double x, double t_x, double T, int32_t *column)
{
    *column = 2;
    if (T != floor(T) || T > CRM_I_BG_BB_MOST)
        return "T is not a whole number of opportunities, at most 2^20.";
    *column = 1;
    if (t_x != floor(t_x))
        return "t_x is not a whole number of opportunities.";
    *column = 0;
    return x > t_x ? "x is more than there were opportunities up to t_x." : NULL;
}

static const char *wrong(double x, double t_x, double T, int32_t *column)
{
    const char *text = crm_i_history_wrong(x, t_x, T, column);
    return text ? text : crm_i_bg_bb_wrong(x, t_x, T, column);
}

static double unit(const double *moment)
{
    (void)moment;
    return 1.0; /* no parameter has one */
}

/* From a customer who takes most chances to one who takes few; death from rare to frequent. */
static void start(const double *moment, int32_t i, double *parameter)
{
    static const double shape[][PARAMETERS] = {
        {1.0, 1.0, 0.7, 3.0}, {0.5, 2.0, 0.5, 5.0}, {2.0, 1.0, 1.0, 10.0}, {0.3, 5.0, 0.3, 1.0}};
    (void)moment;
    for (int32_t j = 0; j < PARAMETERS; j++)
        parameter[j] = shape[i][j];
}

const crm_i_likelihood crm_i_bg_bb_likelihood = {
    .section = CRM_I_PURCHASES,
    .stepped = 1,
    .sums = {0, CRM_I_BG_BB_GRADIENT_SUMS, CRM_I_BG_BB_HESSIAN_SUMS},
    .scales = 0,
    .block = block,
    .finish = finish,
    .rows = rows,
    .wrong = wrong,
    .narrow = 1,
    .starts = 4,
    .start = start,
    .unit = unit,
    .remark = NULL,
};
