/* Degree and strength: how many edges a node has with those of a role, and how much they weigh. */
#include "network/network.h"

#include "base/context.h"
#include "base/error.h"
#include "numeric/exact.h"

/* Nodes are dealt out in parts of this many. */
#define PART_NODES INT64_C(8192)

struct degree {
    const crm_network *network;
    int32_t direction;
    int32_t role;
    int32_t kind;
    int64_t *count; /* one of these is NULL */
    double *strength;
};

/* The number of edges of a row in one table; their weights are added to *sum. */
static int64_t look(const struct degree *d, const crm_i_edges *t, int64_t row, crm_i_pair *sum)
{
    int64_t count = 0;
    for (int64_t e = t->start[row]; e < t->start[row + 1]; e++) {
        const int32_t kind = d->kind == CRM_EDGE_ANY || t->kind[e] == d->kind;
        const int32_t role = d->role == CRM_ROLE_ANY || d->network->role[t->other[e]] == d->role;
        if (!kind || !role)
            continue;
        count++;
        *sum = crm_i_pair_add_double(*sum, t->weight[e]);
    }
    return count;
}

static void degree_of_part(void *arg, int64_t part, int64_t worker)
{
    (void)worker;
    const struct degree *d = arg;
    const int64_t from = part * PART_NODES;
    const int64_t left = d->network->nodes - from;
    const int64_t end = left < PART_NODES ? from + left : from + PART_NODES;
    for (int64_t i = from; i < end; i++) {
        crm_i_pair sum = {0.0, 0.0};
        int64_t count = 0;
        if (d->direction & CRM_DIRECTION_OUT)
            count += look(d, &d->network->out, i, &sum);
        if (d->direction & CRM_DIRECTION_IN)
            count += look(d, &d->network->in, i, &sum);
        if (d->count)
            d->count[i] = count;
        else
            d->strength[i] = isfinite(sum.high) ? crm_i_pair_value(sum) : CRM_I_INFINITY;
    }
}

static crm_status run(const crm_context *context, struct degree *d, crm_error *err)
{
    crm_status status = crm_i_network_ready(d->network, 2, err);
    if (status != CRM_OK)
        return status;
    if (d->direction < CRM_DIRECTION_OUT || d->direction > CRM_DIRECTION_BOTH)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, d->direction,
                                "direction is not one of CRM_DIRECTION_*.");
    if (d->role < CRM_ROLE_ANY || d->role > CRM_ROLE_PARTNER)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 4, d->role, "role is not one of CRM_ROLE_*.");
    if (d->kind < CRM_EDGE_ANY || d->kind > CRM_EDGE_ALLY)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 5, d->kind, "kind is not one of CRM_EDGE_*.");
    const int64_t nodes = d->network->nodes;
    if (nodes > 0 && !d->count && !d->strength)
        return crm_i_fail(err, CRM_E_NULL, 6, "out is NULL.");
    const int64_t parts = nodes / PART_NODES + (nodes % PART_NODES != 0);
    status = crm_i_parallel(context, degree_of_part, d, parts, 0.0, 1.0, err);
    return status == CRM_OK ? crm_i_ok(err) : status;
}

crm_status crm_network_degree(const crm_context *context, const crm_network *network, int32_t direction,
                              int32_t role, int32_t kind, int64_t *out, crm_error *err)
{
    struct degree d = {network, direction, role, kind, out, NULL};
    return run(context, &d, err);
}

crm_status crm_network_strength(const crm_context *context, const crm_network *network, int32_t direction,
                                int32_t role, int32_t kind, double *out, crm_error *err)
{
    struct degree d = {network, direction, role, kind, NULL, out};
    return run(context, &d, err);
}
