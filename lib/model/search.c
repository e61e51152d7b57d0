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

crm_status crm_i_search_start(crm_i_search *search, int32_t kind, const crm_options *options, int32_t arg,
                              crm_error *err)
{
    memset(search, 0, sizeof *search);
    search->likelihood = crm_i_kind_of(kind)->likelihood;
    search->count = crm_i_kind_of(kind)->parameters;
    search->limit = (int32_t)crm_i_option_i64(options, CRM_OPTION_FIT_ITERATIONS);
    search->best.status = CRM_I_NEWTON_FAILED;
    int64_t n = 0;
    const double *given = crm_i_option_f64s(options, CRM_OPTION_FIT_START, &n);
    if (!given)
        return CRM_OK;
    if (n != search->count)
        return crm_i_fail_value(err, CRM_E_DOMAIN, arg, (double)n,
                                "The start has not as many values as the kind has "
                                "parameters.");
    for (int32_t i = 0; i < search->count; i++)
        search->start[0][i] = crm_i_log(given[i]); /* the option lets none pass that is not finite and > 0 */
    search->given = 1;
    return CRM_OK;
}

static void set_bounds(crm_i_search *search)
{
    const double unit = crm_i_log(search->likelihood->unit(search->moment));
    for (int32_t i = 0; i < search->count; i++) {
        const int32_t scale = (search->likelihood->scales >> i & 1u) != 0;
        search->lower[i] = scale ? unit - SCALE_BOUND : -SHAPE_BOUND;
        search->upper[i] = scale ? unit + SCALE_BOUND : SHAPE_BOUND;
    }
}

static void set_starts(crm_i_search *search)
{
    search->starts = search->given ? 1 : search->likelihood->starts;
    for (int32_t s = 0; s < search->starts && !search->given; s++) {
        double natural[CRM_I_KIND_PARAMETERS];
        search->likelihood->start(search->moment, s, natural);
        for (int32_t i = 0; i < search->count; i++)
            search->start[s][i] = crm_i_log(natural[i]);
    }
    for (int32_t s = 0; s < search->starts; s++)
        search->order[s] = s;
}

static void run_newton(crm_i_search *search, const double *start)
{
    search->phase = CRM_I_SEARCH_NEWTON;
    crm_i_newton_start(&search->newton, search->count, start, search->lower, search->upper, 0.0,
                       search->limit);
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

void crm_i_search_again(crm_i_search *search, const double *moment)
{
    double from[CRM_I_KIND_PARAMETERS];
    memcpy(from, search->best.identified ? search->best.point : search->start[search->order[0]], sizeof from);
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
    if (search->phase == CRM_I_SEARCH_NEWTON)
        point = crm_i_newton_ask(&search->newton);
    else if (search->phase == CRM_I_SEARCH_SCREEN)
        point = search->start[search->at];
    else if (search->phase == CRM_I_SEARCH_PROBE)
        point = search->start[0]; /* the stated one, else all logarithms are 0 */
    for (int32_t i = 0; i < search->count; i++)
        parameter[i] = crm_i_exp(point[i]);
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

/* Held parameters and free ones alike: which way the likelihood changes least. */
static void flattest(const struct crm_i_newton *newton, double *direction)
{
    const int32_t k = newton->k;
    double bend[CRM_I_KIND_PARAMETERS * CRM_I_KIND_PARAMETERS];
    double axis[CRM_I_KIND_PARAMETERS * CRM_I_KIND_PARAMETERS];
    double value[CRM_I_KIND_PARAMETERS];
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
    const int32_t k = search->count;
    struct crm_i_newton *newton = &search->newton;
    struct crm_i_newton_report report;
    crm_i_newton_finish(newton, &report);
    crm_i_found found;
    memset(&found, 0, sizeof found);
    found.status = judge_end(newton, is_determined(&report));
    found.identified = found.status == CRM_I_NEWTON_CONVERGED && is_determined(&report);
    found.value = newton->value;
    found.condition = report.condition;
    memcpy(found.point, newton->x, (size_t)k * sizeof found.point[0]);
    memcpy(found.covariance, report.covariance, (size_t)(k * k) * sizeof found.covariance[0]);
    flattest(newton, found.direction);
    return found;
}

/* How much a run is to be preferred among runs of the same value. */
static int32_t rank(const crm_i_found *found)
{
    if (found->identified)
        return 3;
    if (found->status == CRM_I_NEWTON_CONVERGED || found->status == CRM_I_NEWTON_AT_BOUND ||
        found->status == CRM_I_NEWTON_FLAT)
        return 2;
    return found->status == CRM_I_NEWTON_FAILED ? 0 : 1;
}

static int32_t is_better(const crm_i_found *found, const crm_i_found *best)
{
    if (rank(found) == 0 || rank(best) == 0)
        return rank(found) > rank(best);
    if (found->value > best->value + SAME_VALUE)
        return 1;
    return found->value >= best->value - SAME_VALUE && rank(found) > rank(best);
}

static void tell_newton(crm_i_search *search, const crm_i_derivatives *at)
{
    if (crm_i_newton_tell(&search->newton, at->value, at->gradient, at->hessian) == CRM_I_NEWTON_RUNNING)
        return;
    const crm_i_found found = take_result(search);
    if (search->at == 0 || is_better(&found, &search->best))
        search->best = found;
    search->at++;
    /* Another start only where the last one ended badly of itself, not because the caller's patience did. */
    if (found.identified || found.status == CRM_I_NEWTON_LIMIT || search->at >= search->starts)
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
