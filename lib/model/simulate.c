/* Simulation: a log of customers who behave as a model says. Customer by customer, each from streams of its
 * own, so that the log is a function of the arguments alone. */
#include <math.h>

#include "base/context.h"
#include "base/error.h"
#include "model/model.h"
#include "model/prediction.h"
#include "numeric/elementary.h"
#include "numeric/random.h"

enum { BATCH = 4096 };

/* Rows on their way to the log. */
typedef struct {
    const crm_context *context;
    crm_transactions *log;
    double done; /* share of the customers */
    int64_t used;
    uint64_t key[BATCH];
    int64_t time[BATCH];
    int64_t amount[BATCH];
} batch;

typedef struct {
    const crm_model *model;
    const crm_model *spend; /* opt */
    int64_t until;
    double ticks;
    double minor; /* units of a major one */
    uint64_t seed_times;
    uint64_t seed_amounts;
} world;

static crm_status check_models(const crm_model *model, const crm_model *spend, crm_error *err)
{
    crm_status status = crm_i_model_ready(model, 2, err);
    if (status == CRM_OK && model->design.count > 0)
        status = crm_i_fail(err, CRM_E_ARGUMENT, 2,
                            "A model with covariates simulates nothing: it knows no customer without.");
    if (status == CRM_OK && spend)
        status = crm_i_model_ready(spend, 3, err);
    if (status != CRM_OK)
        return status;
    const crm_i_prediction *purchases = crm_i_kind_of(model->kind)->prediction;
    if (purchases && purchases->spend)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, model->kind,
                                "A spend model is not a model of purchases.");
    if (!purchases || !purchases->draw)
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, model->kind,
                                "This kind of model is not simulated yet.");
    const crm_i_prediction *amounts = spend ? crm_i_kind_of(spend->kind)->prediction : NULL;
    if (spend && !(amounts && amounts->spend))
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, spend->kind,
                                "This kind of model is not a spend model.");
    return CRM_OK;
}

static crm_status check_times(int64_t n, const int64_t *first, int64_t until, double ticks_per_period,
                              int32_t decimals, crm_error *err)
{
    const int64_t latest = (int64_t)1 << 52; /* so that ticks are exact as doubles */
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, (double)n, "The number of customers is negative.");
    if (!first && n > 0)
        return crm_i_fail(err, CRM_E_NULL, 5, "The times of the first purchases are NULL.");
    if (until > latest)
        return crm_i_fail_value(err, CRM_E_DOMAIN, 6, (double)until, "The end is later than tick 2^52.");
    if (!(ticks_per_period > 0.0 && ticks_per_period < CRM_I_INFINITY))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 7, ticks_per_period,
                                "Ticks per period are not finite and > 0.");
    if (decimals < 0 || decimals > 9)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 8, decimals, "The number of decimals is not in 0 .. 9.");
    for (int64_t i = 0; i < n; i++)
        if (first[i] < 0 || first[i] > latest)
            return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i, (double)first[i],
                                  "A first purchase is not in 0 .. 2^52.");
    return CRM_OK;
}

/* Tells progress, too: one customer may have any number of rows. */
static crm_status flush(batch *rows, crm_error *err)
{
    const int64_t n = rows->used;
    rows->used = 0;
    if (n == 0)
        return CRM_OK;
    const crm_status status = crm_i_progress(rows->context, rows->done, err);
    return status == CRM_OK ? crm_transactions_append(rows->log, n, rows->key, rows->time, rows->amount, err)
                            : status;
}

static crm_status put(batch *rows, uint64_t key, int64_t time, int64_t amount, crm_error *err)
{
    const int64_t i = rows->used++;
    rows->key[i] = key;
    rows->time[i] = time;
    rows->amount[i] = amount;
    return rows->used < BATCH ? CRM_OK : flush(rows, err);
}

/* Whole minor units, at least 1 (a purchase of 0 would not count as spend) and at most 2^53. */
static int64_t in_minor(double amount, double minor)
{
    const double units = floor(amount * minor + 0.5);
    return units >= 1.0 ? (units < 0x1p53 ? (int64_t)units : (int64_t)1 << 53) : 1;
}

static crm_status one_customer(const world *w, int64_t i, int64_t first, batch *rows, crm_error *err)
{
    const crm_i_prediction *purchases = crm_i_kind_of(w->model->kind)->prediction;
    const crm_i_prediction *amounts = w->spend ? crm_i_kind_of(w->spend->kind)->prediction : NULL;
    struct crm_i_random times;
    struct crm_i_random spends;
    double own[CRM_I_OWN];
    double own_spend[CRM_I_OWN];
    crm_i_random_start(&times, w->seed_times, (uint64_t)i);
    crm_i_random_start(&spends, w->seed_amounts, (uint64_t)i);
    purchases->draw(w->model->parameter, &times, own);
    if (amounts)
        amounts->draw(w->spend->parameter, &spends, own_spend);
    double passed = 0.0; /* periods since the first purchase */
    if (first > w->until)
        return CRM_OK;
    const double span = (double)(w->until - first);
    for (;;) {
        const double ticks = floor(passed * w->ticks);
        if (!(ticks <= span))
            return CRM_OK;
        const double amount = amounts ? amounts->next(w->spend->parameter, &spends, own_spend) : 1.0;
        const crm_status status =
            put(rows, (uint64_t)i, first + (int64_t)ticks, in_minor(amount, w->minor), err);
        if (status != CRM_OK)
            return status;
        passed += purchases->next(w->model->parameter, &times, own);
    }
}

static crm_status all_customers(const world *w, int64_t n, const int64_t *first, batch *rows, crm_error *err)
{
    crm_status status = CRM_OK;
    for (int64_t i = 0; i < n && status == CRM_OK; i++) {
        rows->done = (double)i / (double)n;
        status = one_customer(w, i, first[i], rows, err);
        if (status == CRM_OK && (i + 1) % BATCH == 0)
            status = crm_i_progress(rows->context, (double)(i + 1) / (double)n, err);
    }
    return status == CRM_OK ? flush(rows, err) : status;
}

crm_status crm_model_simulate(const crm_context *context, const crm_model *model, const crm_model *spend,
                              int64_t n, const int64_t *first, int64_t until, double ticks_per_period,
                              int32_t decimals, uint64_t seed, uint64_t stream, crm_transactions **out,
                              crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 11, "There is no place for the log.");
    crm_status status = check_models(model, spend, err);
    if (status == CRM_OK)
        status = check_times(n, first, until, ticks_per_period, decimals, err);
    if (status != CRM_OK)
        return status;
    struct crm_i_random root;
    crm_i_random_start(&root, seed, stream);
    const uint64_t seed_times = crm_i_random_u64(&root);
    const uint64_t seed_amounts = crm_i_random_u64(&root);
    double minor = 1.0;
    for (int32_t d = 0; d < decimals; d++)
        minor *= 10.0;
    const world w = {model, spend, until, ticks_per_period, minor, seed_times, seed_amounts};
    const crm_allocator allocator = crm_i_allocator(context);
    batch *rows = crm_i_alloc(&allocator, 1, sizeof *rows);
    if (!rows)
        return crm_i_fail_memory(err);
    rows->context = context;
    rows->done = 0.0;
    rows->used = 0;
    rows->log = NULL;
    status = crm_transactions_create(context, NULL, &rows->log, err);
    if (status == CRM_OK)
        status = all_customers(&w, n, first, rows, err);
    if (status == CRM_OK)
        status = crm_transactions_freeze(context, rows->log, err);
    if (status == CRM_OK)
        *out = rows->log;
    else
        crm_transactions_destroy(rows->log);
    crm_i_release(&allocator, rows, 1, sizeof *rows);
    return status;
}
