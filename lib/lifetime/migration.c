/* The migration model (Pfeifer & Carraway 2000): a customer moves between states as a Markov chain, each
 * worth a margin while it is in it. V = R + P V/(1 + d), which is a linear system; and where to stop dealing
 * with a customer, which is the best of the systems in which some states are worth 0. */
#include "crmcore/lifetime.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "lifetime/chain.h"
#include "lifetime/power.h"
#include "numeric/linear.h"

/* A state's being kept or left must be worth this much more, in units of the largest margin, to change anew:
 * so that rounding cannot make it change for ever. */
#define GAIN_LEAST 1e-13

enum { REFINEMENTS = 8 };

typedef struct {
    int64_t n;
    const double *transition;
    const double *margin;
    double rate;
    /* memory */
    double *lu;    /* n x n */
    double *value; /* n each */
    double *change;
    int *pivot;
} chain;

static crm_status check(int64_t n, const double *transition, const double *margin, double rate,
                        crm_error *err)
{
    crm_status status = crm_i_chain_check(n, transition, 3, err);
    if (status != CRM_OK)
        return status;
    if (!margin)
        return crm_i_fail(err, CRM_E_NULL, 4, "margin is NULL.");
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(margin[i]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, margin[i], "margin is missing or infinite.");
    if (!crm_i_rate_is_good(rate))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, rate, "rate must be above -1 and at most 1e100.");
    return CRM_OK;
}

static crm_status check_for_ever(double rate, crm_error *err)
{
    if (!(rate > 0.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, rate, "For ever needs a rate above 0.");
    return CRM_OK;
}

static int has_memory(const crm_allocator *a, chain *c)
{
    c->lu = crm_i_alloc(a, c->n * c->n, (int64_t)sizeof *c->lu);
    c->value = crm_i_alloc(a, c->n, (int64_t)sizeof *c->value);
    c->change = crm_i_alloc(a, c->n, (int64_t)sizeof *c->change);
    c->pivot = crm_i_alloc(a, c->n, (int64_t)sizeof *c->pivot);
    return c->lu && c->value && c->change && c->pivot;
}

static void release(const crm_allocator *a, chain *c)
{
    crm_i_release(a, c->lu, c->n * c->n, (int64_t)sizeof *c->lu);
    crm_i_release(a, c->value, c->n, (int64_t)sizeof *c->value);
    crm_i_release(a, c->change, c->n, (int64_t)sizeof *c->change);
    crm_i_release(a, c->pivot, c->n, (int64_t)sizeof *c->pivot);
}

/* The sum of p_ij (V_j - V_i): what moving on changes. That a customer stays is what the other transitions
 * leave, so that rows sum to 1 as exactly as the rate asks for. */
static crm_i_pair moving(const chain *c, int64_t i, const double *value)
{
    crm_i_pair sum = {0.0, 0.0};
    for (int64_t j = 0; j < c->n; j++) {
        if (j == i)
            continue;
        const double p = c->transition[i + c->n * j];
        const crm_i_pair step = crm_i_pair_sum(value[j], -value[i]);
        sum = crm_i_pair_add(sum, crm_i_pair_product(p, step.high));
        sum = crm_i_pair_add_double(sum, p * step.low);
    }
    return sum;
}

/* What a state is worth from the next period on. */
static double continued(const chain *c, int64_t i, const double *value)
{
    const crm_i_pair next = crm_i_pair_add_double(moving(c, i, value), value[i]);
    return crm_i_pair_value(crm_i_pair_divide(next, crm_i_pair_sum(1.0, c->rate)));
}

static int is_left(const uint8_t *keep, int64_t i)
{
    return keep && !keep[i];
}

/* The matrix (1 + d) I - P, and rows of the identity for states that are left. 0, or 1 if it is singular. */
static int factor(chain *c, const uint8_t *keep)
{
    const int64_t n = c->n;
    for (int64_t i = 0; i < n; i++) {
        double leaving = 0.0;
        for (int64_t j = 0; j < n; j++) {
            const double p = c->transition[i + n * j];
            leaving += i == j ? 0.0 : p;
            c->lu[i + n * j] = is_left(keep, i) ? 0.0 : -p;
        }
        c->lu[i + n * i] = is_left(keep, i) ? 1.0 : leaving + c->rate;
    }
    return crm_i_lu((int)n, c->lu, c->pivot);
}

/* What (1 + d) R leaves over of the system at the values so far. */
static double residual(const chain *c, int64_t i)
{
    const crm_i_pair move = moving(c, i, c->value);
    const crm_i_pair keep = crm_i_pair_product(-c->rate, c->value[i]);
    const crm_i_pair now = crm_i_pair_multiply(crm_i_pair_sum(1.0, c->rate), crm_i_pair_of(c->margin[i]));
    return crm_i_pair_value(crm_i_pair_add(crm_i_pair_add(move, keep), now));
}

/* ((1 + d) I - P) V = (1 + d) R over the states that are kept, V = 0 in the others; refined, for at small
 * rates the system is nearly singular. 0, or 1 if there is no finite solution. */
static int solve(chain *c, const uint8_t *keep)
{
    const int64_t n = c->n;
    if (factor(c, keep) != 0)
        return 1;
    memset(c->value, 0, (size_t)n * sizeof *c->value);
    for (int32_t step = 0; step < REFINEMENTS; step++) {
        double largest = 0.0;
        double moved = 0.0;
        for (int64_t i = 0; i < n; i++)
            c->change[i] = is_left(keep, i) ? 0.0 : residual(c, i);
        crm_i_lu_solve((int)n, c->lu, c->pivot, c->change);
        for (int64_t i = 0; i < n; i++) {
            c->value[i] += c->change[i];
            if (!(fabs(c->value[i]) <= 1e290))
                return 1;
            largest = fabs(c->value[i]) > largest ? fabs(c->value[i]) : largest;
            moved = fabs(c->change[i]) > moved ? fabs(c->change[i]) : moved;
        }
        if (moved <= 0x1p-53 * largest)
            break;
    }
    return 0;
}

/* value = R + P value/(1 + d), so often, or until nothing changes any more. */
static int repeat(chain *c, int64_t periods)
{
    memcpy(c->value, c->margin, (size_t)c->n * sizeof *c->value);
    for (int64_t t = 0; t < periods; t++) {
        int moved = 0;
        for (int64_t i = 0; i < c->n; i++) {
            c->change[i] = c->margin[i] + continued(c, i, c->value);
            moved |= c->change[i] != c->value[i];
        }
        double *swap = c->value;
        c->value = c->change;
        c->change = swap;
        if (!moved)
            return 0;
    }
    for (int64_t i = 0; i < c->n; i++)
        if (!(fabs(c->value[i]) <= 1e290))
            return 1;
    return 0;
}

static crm_status beyond(double rate, crm_error *err)
{
    return crm_i_fail_value(err, CRM_E_DOMAIN, 5, rate, "At this rate the value is beyond 1e290.");
}

crm_status crm_migration_value(const crm_context *context, int64_t n, const double *transition,
                               const double *margin, double rate, int64_t periods, double *out,
                               crm_error *err)
{
    crm_status status = check(n, transition, margin, rate, err);
    if (status == CRM_OK && periods < 0)
        status = crm_i_fail_value(err, CRM_E_ARGUMENT, 6, (double)periods, "periods is negative.");
    if (status == CRM_OK && periods == 0)
        status = check_for_ever(rate, err);
    if (status == CRM_OK && !out)
        status = crm_i_fail(err, CRM_E_NULL, 7, "out is NULL.");
    if (status != CRM_OK)
        return status;
    const crm_allocator allocator = crm_i_allocator(context);
    chain c = {n, transition, margin, rate, NULL, NULL, NULL, NULL};
    if (!has_memory(&allocator, &c))
        status = crm_i_fail_memory(err);
    else if (periods == 0 ? solve(&c, NULL) : repeat(&c, periods))
        status = beyond(rate, err);
    else
        memcpy(out, c.value, (size_t)n * sizeof *out);
    release(&allocator, &c);
    return status == CRM_OK ? crm_i_ok(err) : status;
}

/* One step of policy iteration: where keeping pays, keep; where it does not, leave. 1 if anything changed. */
static int improve(const chain *c, double least, uint8_t *keep)
{
    int changed = 0;
    for (int64_t i = 0; i < c->n; i++) {
        const double worth = c->margin[i] + continued(c, i, c->value);
        const int change = keep[i] ? worth < -least : worth > least;
        keep[i] = (uint8_t)(keep[i] ^ change);
        changed |= change;
    }
    return changed;
}

crm_status crm_migration_curtail(const crm_context *context, int64_t n, const double *transition,
                                 const double *margin, double rate, double *out, uint8_t *keep,
                                 crm_error *err)
{
    crm_status status = check(n, transition, margin, rate, err);
    if (status == CRM_OK)
        status = check_for_ever(rate, err);
    if (status == CRM_OK && !out)
        status = crm_i_fail(err, CRM_E_NULL, 6, "out is NULL.");
    if (status == CRM_OK && !keep)
        status = crm_i_fail(err, CRM_E_NULL, 7, "keep is NULL.");
    if (status != CRM_OK)
        return status;
    const crm_allocator allocator = crm_i_allocator(context);
    chain c = {n, transition, margin, rate, NULL, NULL, NULL, NULL};
    uint8_t *kept = crm_i_alloc(&allocator, n, 1);
    double largest = 0.0;
    if (!has_memory(&allocator, &c) || !kept) {
        status = crm_i_fail_memory(err);
    } else {
        for (int64_t i = 0; i < n; i++)
            largest = fabs(margin[i]) > largest ? fabs(margin[i]) : largest;
        memset(kept, 1, (size_t)n);
        do {
            if (solve(&c, kept))
                status = beyond(rate, err);
        } while (status == CRM_OK && improve(&c, GAIN_LEAST * largest * (1.0 + 1.0 / rate), kept));
    }
    if (status == CRM_OK) {
        memcpy(out, c.value, (size_t)n * sizeof *out);
        memcpy(keep, kept, (size_t)n);
    }
    crm_i_release(&allocator, kept, n, 1);
    release(&allocator, &c);
    return status == CRM_OK ? crm_i_ok(err) : status;
}
