/* Survival from look-alikes: the product-limit estimate of Kaplan & Meier (1958) by cohort, with customers
 * who are still there (right censoring) and customers who were not seen from the beginning (delayed entry).
 * All that is counted is whole, so the order of the rows changes no bit. */
#include "crmcore/lifetime.h"

#include <math.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "numeric/elementary.h"
#include "numeric/sort.h"

typedef struct crm_i_sort_pair sort_pair;

/* The rows, and the arrays they are sorted in. */
typedef struct {
    int64_t n;
    const double *entry; /* opt */
    const double *duration;
    const uint8_t *ended;
    const int32_t *cohort; /* opt */
    sort_pair *exits;      /* n: by cohort, then by duration; index: the row */
    sort_pair *entries;    /* n: by cohort, then by entry; where there are entries */
    sort_pair *scratch;
} rows;

typedef struct {
    int64_t times;
    const double *at;
    double *out;
    double *se; /* opt */
} curve;

static crm_status check_row(const rows *r, int64_t i, int32_t cohorts, crm_error *err)
{
    const double enters = r->entry ? r->entry[i] : 0.0;
    if (!(r->duration[i] > 0.0) || isinf(r->duration[i]))
        return crm_i_fail_row(err, CRM_E_DOMAIN, 4, i, r->duration[i],
                              "duration must be positive and finite.");
    if (!(enters >= 0.0 && enters < r->duration[i]))
        return crm_i_fail_row(err, CRM_E_DOMAIN, 3, i, enters,
                              "entry must be at least 0 and before the duration ends.");
    if (r->ended[i] > 1)
        return crm_i_fail_row(err, CRM_E_DOMAIN, 5, i, r->ended[i], "ended must be 0 or 1.");
    if (r->cohort && (r->cohort[i] < 0 || r->cohort[i] >= cohorts))
        return crm_i_fail_row(err, CRM_E_DOMAIN, 6, i, r->cohort[i], "There is no such cohort.");
    return CRM_OK;
}

static crm_status check(const rows *r, int32_t cohorts, const curve *c, crm_error *err)
{
    if (r->n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)r->n, "n is negative.");
    if (r->n > 0 && !r->duration)
        return crm_i_fail(err, CRM_E_NULL, 4, "duration is NULL.");
    if (r->n > 0 && !r->ended)
        return crm_i_fail(err, CRM_E_NULL, 5, "ended is NULL.");
    if (cohorts < 1 || (!r->cohort && cohorts > 1))
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 7, cohorts, "cohorts is not what there is of them.");
    if (c->times < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 8, (double)c->times, "times is negative.");
    if (c->times > 0 && !c->at)
        return crm_i_fail(err, CRM_E_NULL, 9, "at is NULL.");
    for (int64_t t = 0; t < c->times; t++)
        if (!(c->at[t] >= 0.0) || isinf(c->at[t]) || (t > 0 && c->at[t] < c->at[t - 1]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 9, t, c->at[t],
                                  "at must be finite, at least 0 and ascend.");
    if (c->times > 0 && !c->out)
        return crm_i_fail(err, CRM_E_NULL, 10, "out is NULL.");
    for (int64_t i = 0; i < r->n; i++) {
        const crm_status status = check_row(r, i, cohorts, err);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

/* By cohort, and within by value: the sort is stable. */
static void sort_rows(const rows *r, const double *value, sort_pair *pair)
{
    for (int64_t i = 0; i < r->n; i++) {
        pair[i].key = crm_i_f64_key(value[i]);
        pair[i].index = i;
    }
    crm_i_sort_pairs(r->n, pair, r->scratch);
    if (!r->cohort)
        return;
    for (int64_t i = 0; i < r->n; i++)
        pair[i].key = (uint64_t)r->cohort[pair[i].index];
    crm_i_sort_pairs(r->n, pair, r->scratch);
}

static int64_t cohort_of(const rows *r, int64_t place)
{
    return r->cohort ? r->cohort[r->exits[place].index] : 0;
}

/* How many of a cohort have entered before t, or until it. The entries of a cohort stand where its exits do;
 * *next is the first who has not entered yet. */
static int64_t entered(const rows *r, int64_t from, int64_t until, double t, int32_t at_t, int64_t *next)
{
    if (!r->entry)
        return until - from;
    for (; *next < until; ++*next) {
        const double enters = r->entry[r->entries[*next].index];
        if (enters > t || (enters == t && !at_t))
            break;
    }
    return *next - from;
}

typedef struct {
    double survival;
    double variance; /* Greenwood's sum */
    int32_t known;   /* 0: nobody was left to be seen */
} state;

static void write_at(const curve *c, int64_t cohort, int64_t t, const state *s)
{
    const int64_t place = t + c->times * cohort;
    c->out[place] = s->known ? s->survival : CRM_I_NAN;
    if (c->se)
        c->se[place] = s->known && s->survival > 0.0 ? s->survival * sqrt(s->variance) : CRM_I_NAN;
}

/* One duration: of so many at risk, some are lost and some are seen no longer. */
static void pass(int64_t at_risk, int64_t lost, state *s)
{
    if (lost == 0)
        return;
    s->survival *= (double)(at_risk - lost) / (double)at_risk;
    s->variance += (double)lost / ((double)at_risk * (double)(at_risk - lost));
}

static void one_cohort(const rows *r, int64_t cohort, int64_t from, int64_t until, const curve *c)
{
    state s = {1.0, 0.0, until > from};
    int64_t next = from; /* the first who has not entered */
    int64_t i = from;
    int64_t t = 0;
    while (i < until) {
        const double time = r->duration[r->exits[i].index];
        for (; t < c->times && c->at[t] < time; t++)
            write_at(c, cohort, t, &s);
        /* who enters at this time is not at risk at it, but after */
        const int64_t at_risk = entered(r, from, until, time, 0, &next) - (i - from);
        int64_t lost = 0;
        for (; i < until && r->duration[r->exits[i].index] == time; i++)
            lost += r->ended[r->exits[i].index];
        pass(at_risk, lost, &s);
        for (; t < c->times && c->at[t] == time; t++)
            write_at(c, cohort, t, &s);
        if (entered(r, from, until, time, 1, &next) == i - from && s.survival > 0.0)
            s.known = 0;
    }
    for (; t < c->times; t++)
        write_at(c, cohort, t, &s);
}

static void all_cohorts(const rows *r, int32_t cohorts, const curve *c)
{
    sort_rows(r, r->duration, r->exits);
    if (r->entry)
        sort_rows(r, r->entry, r->entries);
    int64_t from = 0;
    for (int64_t k = 0; k < cohorts; k++) {
        int64_t until = from;
        while (until < r->n && cohort_of(r, until) == k)
            until++;
        one_cohort(r, k, from, until, c);
        from = until;
    }
}

crm_status crm_survival_curve(const crm_context *context, int64_t n, const double *entry,
                              const double *duration, const uint8_t *ended, const int32_t *cohort,
                              int32_t cohorts, int64_t times, const double *at, double *out, double *se,
                              crm_error *err)
{
    rows r = {n, entry, duration, ended, cohort, NULL, NULL, NULL};
    const curve c = {times, at, out, se};
    crm_status status = check(&r, cohorts, &c, err);
    if (status != CRM_OK)
        return status;
    const crm_allocator allocator = crm_i_allocator(context);
    const int64_t pairs = n == 0 ? 1 : 3 * n;
    sort_pair *memory = crm_i_alloc(&allocator, pairs, (int64_t)sizeof *memory);
    if (!memory)
        return crm_i_fail_memory(err);
    r.exits = memory;
    r.entries = memory + n;
    r.scratch = memory + 2 * n;
    if (n == 0)
        r.entries = r.scratch = memory;
    all_cohorts(&r, cohorts, &c);
    crm_i_release(&allocator, memory, pairs, (int64_t)sizeof *memory);
    return crm_i_ok(err);
}
