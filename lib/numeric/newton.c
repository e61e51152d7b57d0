/* A damped Newton maximiser. The step maximises a concave quadratic model, whose curvatures are the
 * absolute eigenvalues of the Hessian, within a trust region; parameters pressed against a bound are held
 * there. Close to the maximum, where differences of the value drown in rounding, the gradient alone
 * decides. */
#include "numeric/newton.h"

#include "numeric/linear.h"

#include <math.h>
#include <string.h>

/* An eigenvalue below this share of the largest cannot be told from zero: Hessians are good to 1e-10. */
#define FLAT 1e-10
/* Differences of the value below this share of it are rounding. */
#define NOISE 1e-13
/* The longest step in log-parameters: a factor of 20. */
#define LONGEST 3.0

static double size_of(double value)
{
    return fabs(value) > 1.0 ? fabs(value) : 1.0;
}

static double norm(int k, const double *x)
{
    double sum = 0.0;
    for (int i = 0; i < k; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

static double longest(int k)
{
    return k > 4 ? LONGEST * sqrt(k / 4.0) : LONGEST;
}

int crm_i_newton_start(struct crm_i_newton *fit, int k, const double *start, const double *lower,
                       const double *upper, double tolerance, int max_evaluations)
{
    memset(fit, 0, sizeof *fit);
    fit->status = CRM_I_NEWTON_FAILED;
    if (k < 1 || k > CRM_I_NEWTON_MAX)
        return fit->status;
    fit->k = k;
    fit->tolerance = tolerance > 0.0 ? tolerance : 1e-16;
    fit->max_evaluations = max_evaluations > 0 ? max_evaluations : 200;
    fit->radius = longest(k);
    fit->stretch = 1.0;
    fit->value = (double)NAN;
    fit->decrement = (double)NAN;
    for (int i = 0; i < k; i++) {
        fit->lower[i] = lower ? lower[i] : -30.0;
        fit->upper[i] = upper ? upper[i] : 30.0;
        if (!isfinite(start[i]) || !(fit->lower[i] < fit->upper[i]))
            return fit->status;
        const double x = start[i] < fit->lower[i] ? fit->lower[i] : start[i];
        fit->x[i] = x > fit->upper[i] ? fit->upper[i] : x;
        fit->trial[i] = fit->x[i];
    }
    fit->status = CRM_I_NEWTON_RUNNING;
    return fit->status;
}

const double *crm_i_newton_ask(const struct crm_i_newton *fit)
{
    return fit->status == CRM_I_NEWTON_RUNNING ? fit->trial : fit->x;
}

static int is_finite_triangle(int k, double value, const double *gradient, const double *hessian)
{
    int good = isfinite(value);
    for (int j = 0; j < k; j++) {
        good &= isfinite(gradient[j]);
        for (int i = j; i < k; i++)
            good &= isfinite(hessian[j * k + i]);
    }
    return good;
}

/* ---- the model at the best point ---- */

/* Eigenvalues and eigenvectors of -H over the parameters not held. */
static void decompose(struct crm_i_newton *fit)
{
    int m = 0;
    for (int i = 0; i < fit->k; i++)
        if (!fit->held[i])
            fit->free[m++] = i;
    fit->free_count = m;
    for (int j = 0; j < m; j++)
        for (int i = 0; i < m; i++)
            fit->work[j * m + i] = -fit->hessian[fit->free[j] * fit->k + fit->free[i]];
    crm_i_eigen_symmetric(m, fit->work, fit->curvature, fit->axis);
}

/* The component of a full vector along eigenvector j. */
static double along(const struct crm_i_newton *fit, int j, const double *full)
{
    double sum = 0.0;
    for (int i = 0; i < fit->free_count; i++)
        sum += fit->axis[j * fit->free_count + i] * full[fit->free[i]];
    return sum;
}

static double largest_curvature(const struct crm_i_newton *fit)
{
    const int m = fit->free_count;
    if (m == 0)
        return 0.0;
    const double low = fabs(fit->curvature[0]);
    const double high = fabs(fit->curvature[m - 1]);
    return low > high ? low : high;
}

/* The model's curvature along eigenvector j: never negative, never too close to zero to divide by. */
static double model_curvature(const struct crm_i_newton *fit, int j)
{
    const double least = FLAT * largest_curvature(fit);
    const double c = fabs(fit->curvature[j]);
    return c > least ? c : least;
}

/* g' B^-1 g with the model's B at the best point, for a gradient there or elsewhere. */
static double measure(const struct crm_i_newton *fit, const double *gradient)
{
    double sum = 0.0;
    for (int j = 0; j < fit->free_count; j++) {
        const double c = along(fit, j, gradient);
        const double b = model_curvature(fit, j);
        if (c != 0.0)
            sum += b > 0.0 ? c * c / b : fabs(c) * fit->radius;
    }
    return sum;
}

/* Take the point told as the best one: hold what presses against its bound, and look at the curvature. */
static void adopt(struct crm_i_newton *fit, double value, const double *gradient, const double *hessian)
{
    const int k = fit->k;
    fit->value = value;
    for (int j = 0; j < k; j++) {
        fit->x[j] = fit->trial[j];
        fit->gradient[j] = gradient[j];
        for (int i = j; i < k; i++) {
            fit->hessian[j * k + i] = hessian[j * k + i];
            fit->hessian[i * k + j] = hessian[j * k + i];
        }
    }
    const double slack = -1e-12 * size_of(value);
    for (int i = 0; i < k; i++) {
        fit->held[i] = 0;
        if (fit->x[i] <= fit->lower[i] && -gradient[i] > slack)
            fit->held[i] = -1;
        if (fit->x[i] >= fit->upper[i] && gradient[i] > slack)
            fit->held[i] = 1;
    }
    decompose(fit);
    fit->decrement = measure(fit, gradient);
    fit->rejections = 0;
}

/* ---- the step ---- */

/* Sum over the eigenvectors of (g along j) / (curvature + shift), into step; returns its length. */
static double shifted_step(const struct crm_i_newton *fit, double shift, double *step, double *slope)
{
    const int m = fit->free_count;
    double length2 = 0.0;
    *slope = 0.0;
    for (int i = 0; i < fit->k; i++)
        step[i] = 0.0;
    for (int j = 0; j < m; j++) {
        const double c = along(fit, j, fit->gradient);
        if (c == 0.0)
            continue;
        const double b = model_curvature(fit, j) + shift;
        const double t = c / b;
        length2 += t * t;
        *slope += t * t / b;
        for (int i = 0; i < m; i++)
            step[fit->free[i]] += t * fit->axis[j * m + i];
    }
    return sqrt(length2);
}

/* The step that maximises the model within the radius: shift the curvatures until it fits (Newton's method on
 * 1 / length, which approaches from the long side and cannot overshoot). */
static void bounded_step(const struct crm_i_newton *fit, double *step)
{
    double slope;
    double shift = 0.0;
    if (!(largest_curvature(fit) > 0.0)) /* no curvature at all: up the gradient as far as allowed */
        shift = norm(fit->k, fit->gradient) / fit->radius;
    double length = shifted_step(fit, shift, step, &slope);
    for (int turn = 0; turn < 50 && length > 1.001 * fit->radius; turn++) {
        shift += length * length / slope * (length - fit->radius) / fit->radius;
        length = shifted_step(fit, shift, step, &slope);
    }
}

/* The model's gain for a move. */
static double model_gain(const struct crm_i_newton *fit, const double *move)
{
    double gain = 0.0;
    for (int j = 0; j < fit->free_count; j++) {
        const double d = along(fit, j, move);
        gain += d * along(fit, j, fit->gradient) - 0.5 * model_curvature(fit, j) * d * d;
    }
    return gain;
}

/* Set trial = x + step inside the bounds. 1 if a parameter at its bound would have to pass it. */
static int set_trial(struct crm_i_newton *fit, const double *step)
{
    int blocked = 0;
    for (int i = 0; i < fit->k; i++) {
        const double x = fit->x[i] + step[i];
        const double up = x > fit->upper[i] ? fit->upper[i] : x;
        fit->trial[i] = up < fit->lower[i] ? fit->lower[i] : up;
        fit->move[i] = fit->trial[i] - fit->x[i];
        if (step[i] != 0.0 && fit->move[i] == 0.0 && (x > fit->upper[i] || x < fit->lower[i])) {
            fit->held[i] = (int8_t)(step[i] > 0.0 ? 1 : -1);
            blocked = 1;
        }
    }
    return blocked;
}

/* Cutting one parameter off at its bound can leave a move that loses, where parameters must go together:
 * then the step ends where it first meets a bound. */
static void shorten_to_bound(struct crm_i_newton *fit, double *step)
{
    double share = 1.0;
    for (int i = 0; i < fit->k; i++) {
        const double room = step[i] > 0.0 ? fit->upper[i] - fit->x[i] : fit->x[i] - fit->lower[i];
        if (fabs(step[i]) * share > room)
            share = room / fabs(step[i]);
    }
    for (int i = 0; i < fit->k; i++) {
        const double bound = step[i] > 0.0 ? fit->upper[i] : fit->lower[i];
        const int meets = fabs(step[i]) * share >= fabs(bound - fit->x[i]) * (1.0 - 0x1p-50);
        step[i] = step[i] != 0.0 && meets ? bound - fit->x[i] : share * step[i];
    }
    set_trial(fit, step);
}

/* When Newton steps follow each other in one direction and hardly shrink, the maximum is far or flat and
 * each step falls short by the same factor: double them while that holds. */
static void consider_stretch(struct crm_i_newton *fit, const double *step)
{
    const double now = norm(fit->k, step);
    const double before = norm(fit->k, fit->move);
    double dot = 0.0;
    for (int i = 0; i < fit->k; i++)
        dot += step[i] * fit->move[i];
    const int alike = dot > 0.9 * now * before && now * fit->stretch > 0.7 * before;
    fit->stretch = before > 0.0 && alike ? 2.0 * fit->stretch : 1.0;
    if (fit->stretch * now > fit->radius)
        fit->stretch = now < fit->radius ? fit->radius / now : 1.0;
}

/* Choose the next trial from the model. */
static void plan(struct crm_i_newton *fit, int stretching)
{
    double step[CRM_I_NEWTON_MAX];
    bounded_step(fit, step);
    if (stretching && fit->polishing == 0)
        consider_stretch(fit, step);
    else
        fit->stretch = 1.0;
    while (set_trial(fit, step)) { /* hold what blocks, for this step, and ask the model again */
        decompose(fit);
        bounded_step(fit, step);
        fit->stretch = 1.0;
    }
    fit->predicted = model_gain(fit, fit->move);
    if (fit->predicted <= 0.0) {
        shorten_to_bound(fit, step);
        fit->predicted = model_gain(fit, fit->move);
        fit->stretch = 1.0;
    }
    if (fit->stretch > 1.0) {
        for (int i = 0; i < fit->k; i++)
            step[i] *= fit->stretch;
        set_trial(fit, step);
    }
}

/* Gradient zero where the function curves upward: leave along the axis that curves most. */
static void plan_escape(struct crm_i_newton *fit)
{
    double step[CRM_I_NEWTON_MAX];
    const double length = fit->radius < 1.0 ? fit->radius : 1.0;
    const double sign = along(fit, 0, fit->gradient) < 0.0 ? -1.0 : 1.0;
    for (int i = 0; i < fit->k; i++)
        step[i] = 0.0;
    for (int i = 0; i < fit->free_count; i++)
        step[fit->free[i]] = sign * length * fit->axis[i];
    fit->stretch = 1.0;
    set_trial(fit, step);
    fit->predicted = -0.5 * fit->curvature[0] * length * length;
}

/* ---- when to stop ---- */

static int any_held(const struct crm_i_newton *fit)
{
    int any = 0;
    for (int i = 0; i < fit->k; i++)
        any |= fit->held[i] != 0;
    return any;
}

/* -H over the free parameters: 1 safely positive definite, 0 flat somewhere, -1 curving upward somewhere. */
static int definiteness(const struct crm_i_newton *fit)
{
    if (fit->free_count == 0)
        return 1;
    const double least = FLAT * largest_curvature(fit);
    if (fit->curvature[0] < -least)
        return -1;
    return fit->curvature[0] > least ? 1 : 0;
}

static void end(struct crm_i_newton *fit)
{
    if (definiteness(fit) <= 0)
        fit->status = CRM_I_NEWTON_FLAT;
    else
        fit->status = any_held(fit) ? CRM_I_NEWTON_AT_BOUND : CRM_I_NEWTON_CONVERGED;
}

/* No better point is to be found: that is convergence if all that is left to gain is rounding. */
static void give_up(struct crm_i_newton *fit)
{
    const double enough = fit->tolerance > 10.0 * NOISE ? fit->tolerance : 10.0 * NOISE;
    if (definiteness(fit) >= 0 && fit->decrement <= enough * size_of(fit->value))
        end(fit);
    else
        fit->status = CRM_I_NEWTON_STALLED;
}

/* The largest move relative to its parameter. */
static double relative_move(const struct crm_i_newton *fit)
{
    double largest = 0.0;
    for (int i = 0; i < fit->k; i++) {
        const double r = fabs(fit->move[i]) / size_of(fit->x[i]);
        largest = r > largest ? r : largest;
    }
    return largest;
}

/* The tolerance is met: polish, unless there is nothing to polish. A step below 1e-8 leaves an error of
 * its square, so that it is the last. */
static void polish(struct crm_i_newton *fit)
{
    const int definite = definiteness(fit);
    if (definite < 0) {
        plan_escape(fit);
        return;
    }
    if (definite == 0 || fit->last || fit->polishing >= 3) {
        end(fit);
        return;
    }
    fit->polishing++;
    plan(fit, 0);
    const double r = relative_move(fit);
    if (r <= 0x1p-52)
        end(fit);
    fit->last = r <= 1e-8;
}

static void after_adopting(struct crm_i_newton *fit)
{
    if (fit->decrement <= fit->tolerance * size_of(fit->value))
        polish(fit);
    else
        plan(fit, 1);
}

/* ---- a point told ---- */

/* Only the gradient can tell whether the trial is better. */
static int is_below_noise(const struct crm_i_newton *fit)
{
    return fit->predicted <= 10.0 * NOISE * size_of(fit->value);
}

static int is_better(const struct crm_i_newton *fit, double value, const double *gradient)
{
    const double gain = value - fit->value;
    if (!is_below_noise(fit) || definiteness(fit) < 0)
        return gain > 0.0 && gain >= 1e-4 * fit->predicted;
    return gain >= -NOISE * size_of(fit->value) && measure(fit, gradient) < fit->decrement;
}

/* Widen or narrow the trust region by how well the model foretold the gain. */
static void learn(struct crm_i_newton *fit, double gain)
{
    const double length = norm(fit->k, fit->move);
    if (is_below_noise(fit))
        return;
    if (gain < 0.25 * fit->predicted)
        fit->radius = 0.5 * length;
    else if (gain > 0.75 * fit->predicted && length > 0.9 * fit->radius)
        fit->radius = 2.0 * fit->radius < longest(fit->k) ? 2.0 * fit->radius : longest(fit->k);
}

/* Shorter: where the parabola through value and slope here and the value there has its top, or a quarter. */
static void reject(struct crm_i_newton *fit, int finite, double value)
{
    if (fit->stretch > 1.0) { /* the model is not to blame */
        plan(fit, 0);
        return;
    }
    fit->rejections++;
    if (fit->polishing > 0 || fit->rejections > 60 || (finite && is_below_noise(fit))) {
        give_up(fit);
        return;
    }
    double slope = 0.0;
    for (int i = 0; i < fit->k; i++)
        slope += fit->move[i] * fit->gradient[i];
    double share = 0.25;
    if (finite && slope > 0.0) {
        const double top = 0.5 * slope / (slope - (value - fit->value));
        share = top < 0.1 ? 0.1 : (top > 0.5 ? 0.5 : top);
    }
    fit->radius = share * norm(fit->k, fit->move);
    if (!(fit->radius > 1e-15)) {
        give_up(fit);
        return;
    }
    if (fit->decrement <= fit->tolerance * size_of(fit->value))
        plan_escape(fit);
    else
        plan(fit, 0);
}

int crm_i_newton_tell(struct crm_i_newton *fit, double value, const double *gradient, const double *hessian)
{
    if (fit->status != CRM_I_NEWTON_RUNNING)
        return fit->status;
    const int first = fit->evaluations == 0;
    const int finite = is_finite_triangle(fit->k, value, gradient, hessian);
    fit->evaluations++;
    if (first && !finite) {
        fit->status = CRM_I_NEWTON_FAILED;
        return fit->status;
    }
    if (first || (finite && is_better(fit, value, gradient))) {
        if (!first)
            learn(fit, value - fit->value);
        adopt(fit, value, gradient, hessian);
        after_adopting(fit);
    } else {
        reject(fit, finite, value);
    }
    if (fit->status == CRM_I_NEWTON_RUNNING && fit->evaluations >= fit->max_evaluations)
        fit->status = CRM_I_NEWTON_LIMIT;
    return fit->status;
}

/* ---- the diagnosis ---- */

static void fill_report(struct crm_i_newton_report *report, double x)
{
    report->condition = x;
    report->smallest = x;
    for (int i = 0; i < CRM_I_NEWTON_MAX; i++)
        report->flat[i] = x;
    for (int i = 0; i < CRM_I_NEWTON_MAX * CRM_I_NEWTON_MAX; i++)
        report->covariance[i] = x;
}

static void fill_covariance(const struct crm_i_newton *fit, double *covariance)
{
    const int k = fit->k;
    const int m = fit->free_count;
    for (int j = 0; j < m; j++) {
        for (int i = 0; i < m; i++) {
            double sum = 0.0;
            for (int e = m - 1; e >= 0; e--)
                sum += fit->axis[e * m + i] / fit->curvature[e] * fit->axis[e * m + j];
            covariance[fit->free[j] * k + fit->free[i]] = sum;
        }
    }
    for (int j = 0; j < k; j++) /* the sums for (i, j) and (j, i) round apart */
        for (int i = 0; i < j; i++)
            covariance[j * k + i] = covariance[i * k + j];
}

void crm_i_newton_finish(struct crm_i_newton *fit, struct crm_i_newton_report *report)
{
    fill_report(report, (double)NAN);
    report->free_count = 0;
    report->identified = 0;
    if (fit->evaluations == 0 || fit->status == CRM_I_NEWTON_FAILED)
        return;
    decompose(fit);
    const int m = fit->free_count;
    report->free_count = m;
    report->condition = crm_i_condition(m, fit->curvature);
    for (int i = 0; i < fit->k; i++)
        report->flat[i] = 0.0;
    if (m == 0)
        return;
    report->smallest = fit->curvature[0];
    for (int i = 0; i < m; i++)
        report->flat[fit->free[i]] = fit->axis[i];
    report->identified = definiteness(fit) > 0 && !any_held(fit);
    if (fit->curvature[0] > 0.0)
        fill_covariance(fit, report->covariance);
}
