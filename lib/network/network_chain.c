/* Chain value: what a customer is worth with those it brought, from the leaves up and without recursion, so
 * that a chain may be as long as memory allows. */
#include "network/network.h"

#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "numeric/elementary.h"
#include "numeric/pair.h"

/* With this many nodes at most, no sum of values up to here leaves the range of pairs. */
#define OWN_MOST 1e280

struct chain {
    const crm_network *network;
    crm_allocator allocator;
    int32_t *parent; /* row of the referrer, -1 if none */
    int32_t *order;  /* rows, every referrer before those it referred */
    int64_t ordered;
    crm_i_pair *gross;
};

/* ---- the forest ---- */

static crm_status find_parents(struct chain *c, int32_t kind, crm_error *err)
{
    const crm_network *g = c->network;
    for (int64_t i = 0; i < g->nodes; i++) {
        c->parent[i] = -1;
        for (int64_t e = g->in.start[i]; e < g->in.start[i + 1]; e++) {
            if (g->in.kind[e] != kind)
                continue;
            if (c->parent[i] >= 0) {
                crm_i_fail_row(err, CRM_E_KEY, 2, i, (double)g->key[i],
                               "A node has more than one referrer: ");
                crm_i_text_add_u64(err, g->key[i]);
                return CRM_E_KEY;
            }
            c->parent[i] = g->in.other[e];
        }
    }
    return CRM_OK;
}

/* Rows from the roots down, breadth first; those on a cycle and below one are never reached. */
static void order_rows(struct chain *c, int32_t kind)
{
    const crm_network *g = c->network;
    c->ordered = 0;
    for (int64_t i = 0; i < g->nodes; i++) {
        if (c->parent[i] < 0)
            c->order[c->ordered++] = (int32_t)i;
    }
    for (int64_t at = 0; at < c->ordered; at++) {
        const int64_t row = c->order[at];
        for (int64_t e = g->out.start[row]; e < g->out.start[row + 1]; e++) {
            if (g->out.kind[e] == kind)
                c->order[c->ordered++] = g->out.other[e];
        }
    }
}

/* Of the cycle above the first row not reached, the first row, and the edge into it. order is used for marks.
 */
static crm_status name_cycle(struct chain *c, crm_error *err)
{
    const crm_network *g = c->network;
    const int64_t n = g->nodes;
    uint8_t *reached = (uint8_t *)c->gross; /* larger than n bytes, and not in use yet */
    memset(reached, 0, (size_t)n);
    for (int64_t at = 0; at < c->ordered; at++)
        reached[c->order[at]] = 1;
    int64_t row = 0;
    while (reached[row])
        row++;
    for (; !reached[row]; row = c->parent[row])
        reached[row] = 2;
    int64_t first = row;
    for (int64_t i = c->parent[row]; i != row; i = c->parent[i])
        first = i < first ? i : first;
    crm_i_fail_row(err, CRM_E_CYCLE, 2, first, (double)g->key[first], "The edges form a cycle, with ");
    crm_i_text_add_u64(err, g->key[c->parent[first]]);
    crm_i_text_add(err, " -> ");
    crm_i_text_add_u64(err, g->key[first]);
    return CRM_E_CYCLE;
}

/* ---- the values ---- */

/* Sums in the order of keys, as pairs: a chain of a million loses nothing on its way. */
static void add_up(struct chain *c, int32_t kind, const double *own, double rho)
{
    const crm_network *g = c->network;
    const crm_i_pair share = crm_i_pair_of(rho);
    for (int64_t at = c->ordered - 1; at >= 0; at--) {
        const int64_t row = c->order[at];
        crm_i_pair below = {0.0, 0.0};
        for (int64_t e = g->out.start[row]; e < g->out.start[row + 1]; e++) {
            if (g->out.kind[e] == kind)
                below = crm_i_pair_add(below, c->gross[g->out.other[e]]);
        }
        const double mine = fabs(own[row]) <= OWN_MOST ? own[row] : CRM_I_NAN;
        c->gross[row] = crm_i_pair_add_double(crm_i_pair_multiply(below, share), mine);
    }
}

static void write_out(const struct chain *c, double rho, double *gross, double *conserved)
{
    const crm_i_pair rest = crm_i_pair_sum(1.0, -rho);
    for (int64_t i = 0; i < c->network->nodes; i++) {
        const crm_i_pair g = c->gross[i];
        const crm_i_pair kept = c->parent[i] >= 0 ? crm_i_pair_multiply(g, rest) : g;
        if (gross)
            gross[i] = crm_i_pair_value(g);
        if (conserved)
            conserved[i] = crm_i_pair_value(kept);
    }
}

static crm_status run(struct chain *c, int32_t kind, const double *own, double rho, double *gross,
                      double *conserved, crm_error *err)
{
    const crm_network *g = c->network;
    crm_status status = find_parents(c, kind, err);
    if (status != CRM_OK)
        return status;
    order_rows(c, kind);
    if (c->ordered < g->nodes)
        return name_cycle(c, err);
    add_up(c, kind, own, rho);
    write_out(c, rho, gross, conserved);
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < g->nodes; i++) {
        if (fabs(own[i]) > OWN_MOST)
            crm_i_bad_note(&bad, i, 4, own[i], "own is infinite or beyond 1e280.");
    }
    return crm_i_bad_end(&bad, err);
}

crm_status crm_network_chain_value(const crm_context *context, const crm_network *network, int32_t kind,
                                   const double *own, double rho, double *gross, double *conserved,
                                   crm_error *err)
{
    crm_status status = crm_i_network_ready(network, 2, err);
    if (status != CRM_OK)
        return status;
    if (kind < CRM_EDGE_REFER || kind > CRM_EDGE_ALLY)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, kind, "kind is not one of CRM_EDGE_*, from 1.");
    if (network->nodes > 0 && !own)
        return crm_i_fail(err, CRM_E_NULL, 4, "own is NULL.");
    if (!(rho >= 0.0 && rho <= 1.0))
        return crm_i_fail_value(err, CRM_E_DOMAIN, 5, rho, "rho must be in [0, 1].");
    if (network->nodes > 0 && !gross && !conserved)
        return crm_i_fail(err, CRM_E_NULL, 6, "gross and conserved are both NULL.");
    const int64_t n = network->nodes;
    struct chain c;
    memset(&c, 0, sizeof c);
    c.network = network;
    c.allocator = crm_i_allocator(context);
    c.parent = crm_i_alloc(&c.allocator, n, sizeof *c.parent);
    c.order = crm_i_alloc(&c.allocator, n, sizeof *c.order);
    c.gross = crm_i_alloc(&c.allocator, n, sizeof *c.gross);
    if (c.parent && c.order && c.gross)
        status = run(&c, kind, own, rho, gross, conserved, err);
    else
        status = crm_i_fail_memory(err);
    crm_i_release(&c.allocator, c.gross, n, sizeof *c.gross);
    crm_i_release(&c.allocator, c.order, n, sizeof *c.order);
    crm_i_release(&c.allocator, c.parent, n, sizeof *c.parent);
    return status;
}
