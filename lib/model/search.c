/* The search for a maximum of a likelihood, as a sequence of points to evaluate. */
#include "model/search.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/options.h"
#include "numeric/elementary.h"
#include "numeric/linear.h"

/* Bounds on log-parameters: shapes from 8e-7 to 1.2e6, scales from 2e-9 to 5e8 units of the data. */
#define SHAPE_BOUND 14.0
#define SCALE_BOUND 20.0
/* And on coefficients of covariates: a factor of e^30 per unit of a covariate. */
#define COEFFICIENT_BOUND 30.0
/* A maximum is taken for identified if the negated Hessian in log-parameters has at most this condition, and
 * if no direction has a standard error above 30: beyond, a parameter is not known to within a factor of
 * e^30. */
#define CONDITION_MOST 1e10
#define CURVATURE_LEAST 1e-3
/* Likelihoods closer than this count as equal when two runs of the Newton method are compared. */
#define SAME_VALUE 1e-7
/* A run that ends for want of a better step, or of patience, has arrived nevertheless if this little is left
 * to gain: at a maximum, and on a ridge, where the end lies far out and gains nothing. */
#define PEAK_LEFT 1e-9
#define RIDGE_LEFT 1e-6
/* Twice the gain that tells the way to a ridge from the ridge. */
#define TURN_LEFT 1e-2

/* The values of an option that has one for each parameter; NULL, with CRM_OK, where it is not set. */
static crm_status values_of(int32_t kind, const crm_options *options, int32_t id, int32_t arg,
                            const double **values, crm_error *err)
{
    int64_t n = 0;
    *values = crm_i_option_f64s(options, id, &n);
    if (!*values || n == crm_i_kind_of(kind)->parameters)
        return CRM_OK;
    return crm_i_fail_value(
        err, CRM_E_DOMAIN, arg, (double)n,
        "A start, or parameters to hold, must have as many values as the kind has parameters.");
}

/* held: 0 where a parameter is free; NULL: all are. */
static void set_free(crm_i_search *search, const double *held)
{
    search->free_count = 0;
    search->fixed = 0;
    for (int32_t i = 0; i < search->count; i++) {
        search->held[i] = held && i < search->base ? held[i] : 0.0;
        if (search->held[i] > 0.0)
            search->fixed |= (uint32_t)1 << i;
        else
            search->free[search->free_count++] = i;
    }
}

/* given: one start of the caller's, or NULL. Coefficients start at 0 and are free. */
static void prepare(crm_i_search *search, int32_t kind, int32_t coefficients, int32_t limit,
                    const double *given, const double *held)
{
    memset(search, 0, sizeof *search);
    search->likelihood = crm_i_kind_of(kind)->likelihood;
    search->base = crm_i_kind_of(kind)->parameters;
    search->count = search->base + coefficients;
    search->limit = limit;
    search->given = given != NULL;
    search->best.status = CRM_I_NEWTON_FAILED;
    set_free(search, held);
    for (int32_t i = 0; i < search->base; i++) {
        search->start[0][i] = given ? crm_i_log(given[i]) : 0.0;
        if (search->held[i] > 0.0)
            search->start[0][i] = crm_i_log(search->held[i]);
    }
}

void crm_i_search_from(crm_i_search *search, int32_t kind, int32_t limit, const double *start,
                       const double *held)
{
    prepare(search, kind, 0, limit, start, held);
}

crm_status crm_i_search_start(crm_i_search *search, int32_t kind, int32_t coefficients,
                              const crm_options *options, int32_t arg, crm_error *err)
{
    /* the options let no value pass that is not finite, no start that is not above 0, none held below 0 */
    const double *given;
    const double *held;
    crm_status status = values_of(kind, options, CRM_OPTION_FIT_START, arg, &given, err);
    if (status == CRM_OK)
        status = values_of(kind, options, CRM_OPTION_FIT_FIXED, arg, &held, err);
    if (status != CRM_OK)
        return status;
    prepare(search, kind, coefficients, (int32_t)crm_i_option_i64(options, CRM_OPTION_FIT_ITERATIONS), given,
            held);
    if (search->free_count == 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, arg, "All parameters are held: there is nothing to fit.");
    return CRM_OK;
}

static void set_bounds(crm_i_search *search)
{
    const double unit = crm_i_log(search->likelihood->unit(search->moment));
    for (int32_t i = search->base; i < search->count; i++) {
        search->lower[i] = -COEFFICIENT_BOUND;
        search->upper[i] = COEFFICIENT_BOUND;
    }
    for (int32_t i = 0; i < search->base; i++) {
        const int32_t scale = (search->likelihood->scales >> i & 1u) != 0;
        const int32_t rate = (search->likelihood->rates >> i & 1u) != 0;
        const double middle = scale ? unit : (rate ? -unit : 0.0);
        const double bound = scale || rate ? SCALE_BOUND : SHAPE_BOUND;
        search->lower[i] = middle - bound;
        search->upper[i] = middle + bound;
    }
}

static void set_starts(crm_i_search *search)
{
    search->starts = search->given ? 1 : search->likelihood->starts;
    for (int32_t s = 0; s < search->starts && !search->given; s++) {
        double natural[CRM_I_KIND_PARAMETERS];
        search->likelihood->start(search->moment, s, natural);
        for (int32_t i = 0; i < search->base; i++)
            search->start[s][i] = crm_i_log(search->held[i] > 0.0 ? search->held[i] : natural[i]);
    }
    for (int32_t s = 0; s < search->starts; s++)
        search->order[s] = s;
}

/* The free entries of a vector over all parameters. */
static void take_free(const crm_i_search *search, const double *all, double *some)
{
    for (int32_t i = 0; i < search->free_count; i++)
        some[i] = all[search->free[i]];
}

static void run_newton(crm_i_search *search, const double *start)
{
    double from[CRM_I_MODEL_PARAMETERS];
    double lower[CRM_I_MODEL_PARAMETERS];
    double upper[CRM_I_MODEL_PARAMETERS];
    take_free(search, start, from);
    take_free(search, search->lower, lower);
    take_free(search, search->upper, upper);
    search->phase = CRM_I_SEARCH_NEWTON;
    memcpy(search->turn, from, (size_t)search->free_count * sizeof *from);
    crm_i_newton_start(&search->newton, search->free_count, from, lower, upper, 0.0, search->limit);
}

void crm_i_search_begin(crm_i_search *search, const double *moment)
{
    memcpy(search->moment, moment, sizeof search->moment);
    set_bounds(search);
    set_starts(search);
    search->at = 0;
    if (search->starts == 1)
        run_newton(search, search->start[0]);
    else
        search->phase = CRM_I_SEARCH_SCREEN;
}

/* How much a run is to be preferred among runs of the same value. */
enum { RANK_FAILED = 0, RANK_ASTRAY = 1, RANK_RIDGE = 2, RANK_PEAK = 3 };
static int32_t rank(const crm_i_found *found)
{
    if (found->identified)
        return RANK_PEAK;
    if (found->status == CRM_I_NEWTON_CONVERGED || found->status == CRM_I_NEWTON_AT_BOUND ||
        found->status == CRM_I_NEWTON_FLAT)
        return RANK_RIDGE;
    return found->status == CRM_I_NEWTON_FAILED ? RANK_FAILED : RANK_ASTRAY;
}

void crm_i_search_again(crm_i_search *search, const double *moment)
{
    double from[CRM_I_MODEL_PARAMETERS];
    search->ridge = rank(&search->best) == RANK_RIDGE;
    if (search->best.identified)
        memcpy(from, search->best.point, sizeof from);
    else
        memcpy(from, search->ridge ? search->best.turn : search->start[search->order[0]], sizeof from);
    memcpy(search->moment, moment, sizeof search->moment);
    set_bounds(search);
    memset(&search->best, 0, sizeof search->best);
    search->best.status = CRM_I_NEWTON_FAILED;
    search->at = 0;
    run_newton(search, from);
}

void crm_i_search_ask(const crm_i_search *search, double *parameter)
{
    const double *point = search->best.point;
    if (search->phase == CRM_I_SEARCH_SCREEN)
        point = search->start[search->at];
    else if (search->phase == CRM_I_SEARCH_PROBE)
        point = search->start[0]; /* the stated one, else all logarithms are 0 */
    double all[CRM_I_MODEL_PARAMETERS];
    memcpy(all, point, (size_t)search->count * sizeof *all);
    for (int32_t i = 0; i < search->free_count && search->phase == CRM_I_SEARCH_NEWTON; i++)
        all[search->free[i]] = crm_i_newton_ask(&search->newton)[i];
    crm_i_search_natural(search, all, parameter);
}

void crm_i_search_natural(const crm_i_search *search, const double *point, double *parameter)
{
    for (int32_t i = 0; i < search->base; i++)
        parameter[i] = search->held[i] > 0.0 ? search->held[i] : crm_i_exp(point[i]);
    for (int32_t i = search->base; i < search->count; i++)
        parameter[i] = point[i];
}

int32_t crm_i_search_order(const crm_i_search *search)
{
    return search->phase == CRM_I_SEARCH_NEWTON ? CRM_I_ORDER_HESSIAN : CRM_I_ORDER_GRADIENT;
}

/* The best start first; one without a finite value last. */
static void sort_starts(crm_i_search *search)
{
    for (int32_t s = 1; s < search->starts; s++)
        for (int32_t t = s; t > 0; t--) {
            const double above = search->value[search->order[t - 1]];
            const double below = search->value[search->order[t]];
            if (!(below > above || (above != above && below == below)))
                break;
            const int32_t moved = search->order[t];
            search->order[t] = search->order[t - 1];
            search->order[t - 1] = moved;
        }
}

static void tell_screen(crm_i_search *search, double value)
{
    search->value[search->at] = value;
    search->at++;
    if (search->at < search->starts)
        return;
    sort_starts(search);
    search->at = 0;
    run_newton(search, search->start[search->order[0]]);
}

/* The curvature of a run's end: 1 if it determines every parameter. */
static int32_t is_determined(const struct crm_i_newton_report *report)
{
    return report->identified && report->condition <= CONDITION_MOST && report->smallest >= CURVATURE_LEAST;
}

static int32_t judge_end(const struct crm_i_newton *newton, int32_t determined)
{
    const double left = newton->decrement;
    const int32_t arrived = left >= 0.0 && left <= (determined ? PEAK_LEFT : RIDGE_LEFT);
    if (!arrived || (newton->status != CRM_I_NEWTON_STALLED && newton->status != CRM_I_NEWTON_LIMIT))
        return newton->status;
    return determined ? CRM_I_NEWTON_CONVERGED : CRM_I_NEWTON_FLAT;
}

/* Parameters held at a bound and others alike, but not those the caller holds: which way the likelihood
 * changes least. */
static void flattest(const struct crm_i_newton *newton, double *direction)
{
    const int32_t k = newton->k;
    double bend[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
    double axis[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
    double value[CRM_I_MODEL_PARAMETERS];
    for (int32_t i = 0; i < k * k; i++)
        bend[i] = -newton->hessian[i];
    crm_i_eigen_symmetric(k, bend, value, axis);
    int32_t least = 0;
    for (int32_t j = 1; j < k; j++)
        if (fabs(value[j]) < fabs(value[least]))
            least = j;
    memcpy(direction, axis + k * least, (size_t)k * sizeof *direction);
}

static crm_i_found take_result(crm_i_search *search)
{
    const int32_t k = search->free_count;
    const int32_t *at = search->free;
    struct crm_i_newton *newton = &search->newton;
    struct crm_i_newton_report report;
    double direction[CRM_I_MODEL_PARAMETERS];
    crm_i_newton_finish(newton, &report);
    flattest(newton, direction);
    crm_i_found found;
    memset(&found, 0, sizeof found);
    found.status = judge_end(newton, is_determined(&report));
    found.identified = found.status == CRM_I_NEWTON_CONVERGED && is_determined(&report);
    found.value = newton->value;
    found.condition = report.condition;
    for (int32_t i = 0; i < search->count; i++)
        found.point[i] = found.turn[i] = search->held[i] > 0.0 ? crm_i_log(search->held[i]) : 0.0;
    for (int32_t j = 0; j < k; j++) {
        found.point[at[j]] = newton->x[j];
        found.turn[at[j]] = search->turn[j];
        found.direction[at[j]] = direction[j];
        for (int32_t i = 0; i < k; i++)
            found.covariance[at[i] + search->count * at[j]] = report.covariance[i + k * j];
    }
    return found;
}

static int32_t is_better(const crm_i_found *found, const crm_i_found *best)
{
    if (rank(found) == RANK_FAILED || rank(best) == RANK_FAILED)
        return rank(found) > rank(best);
    if (found->value > best->value + SAME_VALUE)
        return 1;
    return found->value >= best->value - SAME_VALUE && rank(found) > rank(best);
}

/* Another start only where the last one ended badly of itself, not because the caller's patience did; and no
 * more where two ways, or that on fewer rows, lead to one ridge. */
static int32_t is_enough(const crm_i_search *search, const crm_i_found *found, const crm_i_found *before)
{
    if (found->identified || found->status == CRM_I_NEWTON_LIMIT || search->at >= search->starts)
        return 1;
    const int32_t same = rank(before) == RANK_RIDGE && fabs(found->value - before->value) <= RIDGE_LEFT;
    return rank(found) == RANK_RIDGE && (same || search->ridge);
}

static void tell_newton(crm_i_search *search, const crm_i_derivatives *at)
{
    const int32_t k = search->free_count;
    double gradient[CRM_I_MODEL_PARAMETERS];
    double hessian[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
    take_free(search, at->gradient, gradient);
    for (int32_t j = 0; j < k; j++)
        take_free(search, at->hessian + search->count * search->free[j], hessian + k * j);
    const int32_t status = crm_i_newton_tell(&search->newton, at->value, gradient, hessian);
    if (search->newton.decrement > TURN_LEFT)
        memcpy(search->turn, search->newton.x, (size_t)k * sizeof search->turn[0]);
    if (status == CRM_I_NEWTON_RUNNING)
        return;
    const crm_i_found before = search->best;
    const crm_i_found found = take_result(search);
    if (search->at == 0 || is_better(&found, &search->best))
        search->best = found;
    search->at++;
    if (is_enough(search, &found, &before))
        search->phase = CRM_I_SEARCH_DONE;
    else
        run_newton(search, search->start[search->order[search->at]]);
}

void crm_i_search_tell(crm_i_search *search, const crm_i_derivatives *at)
{
    search->evaluations++;
    if (search->phase == CRM_I_SEARCH_SCREEN)
        tell_screen(search, at->value);
    else if (search->phase == CRM_I_SEARCH_NEWTON)
        tell_newton(search, at);
}
