/* One customer of a stream: rows come at the end, two halves of a life are joined, a ledger comes out. */
#include "data/stream.h"

static const struct crm_i_sum128 nothing = {0, 0};

crm_i_account crm_i_account_start(uint64_t key)
{
    const crm_i_tick none = {0, {0, 0}, {0, 0}};
    const crm_i_account start = {key, INT64_MIN, 0, none, none, crm_i_ledger_start()};
    return start;
}

static int64_t latest(const crm_i_account *account)
{
    return account->ticks > 1 ? account->last.time : account->first.time;
}

/* A tick that nothing more can come to joins the inner ones. */
static void fold(crm_i_ledger *inner, const crm_i_tick *tick, crm_i_gap_table *gaps)
{
    if (inner->purchases > 0 && crm_i_sum128_sign(&tick->net) >= 0)
        crm_i_gaps_add(gaps, crm_i_gap_length(inner->last, tick->time), 1);
    crm_i_ledger_tick(inner, tick->time, &tick->net, &tick->cost);
}

static void append(crm_i_ledger *inner, const crm_i_ledger *later, crm_i_gap_table *gaps)
{
    if (inner->purchases > 0 && later->purchases > 0)
        crm_i_gaps_add(gaps, crm_i_gap_length(inner->last, later->first), 1);
    crm_i_ledger_merge(inner, later);
}

void crm_i_account_add(crm_i_account *account, int64_t time, int64_t amount, int64_t cost,
                       crm_i_gap_table *gaps)
{
    if (account->ticks == 0 || time != latest(account)) {
        const crm_i_tick fresh = {time, nothing, nothing};
        if (account->ticks > 1)
            fold(&account->inner, &account->last, gaps);
        *(account->ticks == 0 ? &account->first : &account->last) = fresh;
        account->ticks++;
    }
    crm_i_tick *tick = account->ticks > 1 ? &account->last : &account->first;
    crm_i_sum128_add(&tick->net, amount);
    crm_i_sum128_add(&tick->cost, cost);
}

int32_t crm_i_account_joins(const crm_i_account *a, const crm_i_account *b)
{
    return latest(a) <= b->first.time || latest(b) <= a->first.time;
}

/* The rest of b behind a, whose last tick is b's first: that is netted. */
static void join_shared(crm_i_account *a, const crm_i_account *b, crm_i_gap_table *gaps)
{
    crm_i_tick *shared = a->ticks > 1 ? &a->last : &a->first;
    crm_i_sum128_merge(&shared->net, &b->first.net);
    crm_i_sum128_merge(&shared->cost, &b->first.cost);
    if (b->ticks > 1) {
        if (a->ticks > 1)
            fold(&a->inner, shared, gaps);
        append(&a->inner, &b->inner, gaps);
        a->last = b->last;
    }
    a->ticks += b->ticks - 1;
}

static void join_apart(crm_i_account *a, const crm_i_account *b, crm_i_gap_table *gaps)
{
    if (a->ticks > 1)
        fold(&a->inner, &a->last, gaps);
    if (b->ticks > 1) {
        fold(&a->inner, &b->first, gaps);
        append(&a->inner, &b->inner, gaps);
    }
    a->last = b->ticks > 1 ? b->last : b->first;
    a->ticks += b->ticks;
}

void crm_i_account_join(crm_i_account *into, const crm_i_account *from, crm_i_gap_table *gaps)
{
    const int32_t follows = latest(into) <= from->first.time;
    crm_i_account earlier = follows ? *into : *from;
    const crm_i_account later = follows ? *from : *into;
    if (latest(&earlier) == later.first.time)
        join_shared(&earlier, &later, gaps);
    else
        join_apart(&earlier, &later, gaps);
    earlier.seen = latest(&earlier);
    *into = earlier;
}

crm_i_ledger crm_i_account_ledger(const crm_i_account *account)
{
    crm_i_ledger ledger = crm_i_ledger_start();
    crm_i_ledger_tick(&ledger, account->first.time, &account->first.net, &account->first.cost);
    crm_i_ledger_merge(&ledger, &account->inner);
    if (account->ticks > 1)
        crm_i_ledger_tick(&ledger, account->last.time, &account->last.net, &account->last.cost);
    return ledger;
}

int32_t crm_i_account_gaps(const crm_i_account *account, int64_t length[2])
{
    const crm_i_ledger *inner = &account->inner;
    int32_t bought = crm_i_sum128_sign(&account->first.net) >= 0;
    int64_t last = account->first.time;
    int32_t n = 0;
    if (inner->purchases > 0) {
        if (bought)
            length[n++] = crm_i_gap_length(last, inner->first);
        bought = 1;
        last = inner->last;
    }
    if (account->ticks > 1 && bought && crm_i_sum128_sign(&account->last.net) >= 0)
        length[n++] = crm_i_gap_length(last, account->last.time);
    return n;
}
