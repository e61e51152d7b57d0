/* Freezing: nodes into ascending key, edges into two tables. All is built beside the old, which is let go at
 * the end. */
#include "network/network.h"

#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "numeric/exact.h"
#include "numeric/sort.h"

/* Scratch of a freeze, from the context; what stays is from the network's own allocator. */
struct freeze {
    crm_allocator scratch;
    crm_allocator keep;
    crm_network *network;
    int64_t nodes;
    int64_t added;
    struct crm_i_sort_pair *node;  /* key and number in the order of adding */
    struct crm_i_sort_pair *edge;  /* tail << 33 | head << 3 | kind, and number */
    struct crm_i_sort_pair *spare; /* for sorting either */
    int64_t spare_count;
    uint64_t *key;
    int32_t *role;
    int64_t edges; /* distinct ones */
    crm_i_edges out;
    crm_i_edges in;
};

static uint64_t edge_key(int64_t row, int64_t other, int64_t kind)
{
    return ((uint64_t)row << 33) | ((uint64_t)other << 3) | (uint64_t)kind;
}

static int64_t key_row(uint64_t key)
{
    return (int64_t)(key >> 33);
}

static int64_t key_other(uint64_t key)
{
    return (int64_t)((key >> 3) & ((UINT64_C(1) << 30) - 1));
}

static int64_t key_kind(uint64_t key)
{
    return (int64_t)(key & 7);
}

static int32_t take_scratch(struct freeze *f)
{
    f->spare_count = f->nodes > f->added ? f->nodes : f->added;
    f->node = crm_i_alloc(&f->scratch, f->nodes, sizeof *f->node);
    f->edge = crm_i_alloc(&f->scratch, f->added, sizeof *f->edge);
    f->spare = crm_i_alloc(&f->scratch, f->spare_count, sizeof *f->spare);
    f->key = crm_i_alloc(&f->keep, f->nodes, sizeof *f->key);
    f->role = crm_i_alloc(&f->keep, f->nodes, sizeof *f->role);
    return f->node && f->edge && f->spare && f->key && f->role;
}

static void sort_nodes(struct freeze *f)
{
    for (int64_t i = 0; i < f->nodes; i++) {
        f->node[i].key = f->network->key[i];
        f->node[i].index = i;
    }
    crm_i_sort_pairs(f->nodes, f->node, f->spare);
    for (int64_t i = 0; i < f->nodes; i++) {
        f->key[i] = f->node[i].key;
        f->role[i] = f->network->role[f->node[i].index];
    }
}

/* The row of a key; -1 if it is not there. */
static int64_t row_of(const struct freeze *f, uint64_t key)
{
    int64_t low = 0;
    int64_t high = f->nodes;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (f->key[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->nodes && f->key[low] == key ? low : -1;
}

static crm_status name_edge(const crm_i_edge *e, crm_status status, int64_t number, const char *text,
                            crm_error *err)
{
    crm_i_fail_row(err, status, 2, number, CRM_I_NAN, text);
    crm_i_text_add_u64(err, e->from);
    crm_i_text_add(err, " -> ");
    crm_i_text_add_u64(err, e->to);
    return status;
}

static crm_status sort_edges(struct freeze *f, crm_error *err)
{
    for (int64_t i = 0; i < f->added; i++) {
        const crm_i_edge *e = f->network->edge + i;
        const int64_t from = row_of(f, e->from);
        const int64_t to = row_of(f, e->to);
        if (from < 0 || to < 0)
            return name_edge(e, CRM_E_KEY, i, "An edge has an end that is not a node: ", err);
        if (from == to)
            return name_edge(e, CRM_E_DOMAIN, i, "An edge leads from a node to itself: ", err);
        f->edge[i].key = edge_key(from, to, e->kind);
        f->edge[i].index = i;
    }
    crm_i_sort_pairs(f->added, f->edge, f->spare);
    return CRM_OK;
}

static int32_t take_table(struct freeze *f, crm_i_edges *t)
{
    t->start = crm_i_alloc_zeroed(&f->keep, f->nodes + 1, sizeof *t->start);
    t->other = crm_i_alloc(&f->keep, f->edges, sizeof *t->other);
    t->kind = crm_i_alloc(&f->keep, f->edges, sizeof *t->kind);
    t->weight = crm_i_alloc(&f->keep, f->edges, sizeof *t->weight);
    return t->start && t->other && t->kind && t->weight;
}

static int32_t take_tables(struct freeze *f)
{
    f->edges = 0;
    for (int64_t i = 0; i < f->added; i++)
        f->edges += i == 0 || f->edge[i].key != f->edge[i - 1].key;
    const int32_t out = take_table(f, &f->out);
    return take_table(f, &f->in) && out;
}

static void put(crm_i_edges *t, int64_t at, uint64_t key, double weight)
{
    t->start[key_row(key) + 1]++;
    t->other[at] = (int32_t)key_other(key);
    t->kind[at] = (uint8_t)key_kind(key);
    t->weight[at] = weight;
}

static void finish_starts(const struct freeze *f, crm_i_edges *t)
{
    for (int64_t i = 0; i < f->nodes; i++)
        t->start[i + 1] += t->start[i];
}

/* The weight of the equal edges i .. end-1: exact, so that their order cannot matter. */
static double joint_weight(const struct freeze *f, int64_t i, int64_t end)
{
    if (end - i == 1)
        return f->network->edge[f->edge[i].index].weight;
    crm_i_exact sum;
    crm_i_exact_start(&sum);
    for (; i < end; i++)
        crm_i_exact_add(&sum, f->network->edge[f->edge[i].index].weight);
    return crm_i_exact_value(&sum);
}

static crm_status fill_tables(struct freeze *f, crm_error *err)
{
    int64_t at = 0;
    for (int64_t i = 0; i < f->added;) {
        int64_t end = i + 1;
        while (end < f->added && f->edge[end].key == f->edge[i].key)
            end++;
        const uint64_t key = f->edge[i].key;
        const int64_t number = f->edge[i].index;
        const double weight = joint_weight(f, i, end);
        if (isinf(weight))
            return name_edge(f->network->edge + number, CRM_E_DOMAIN, number,
                             "The weights of one edge sum beyond the range of double: ", err);
        put(&f->out, at, key, weight);
        f->edge[at].key = edge_key(key_other(key), key_row(key), key_kind(key));
        f->edge[at].index = at;
        at++;
        i = end;
    }
    crm_i_sort_pairs(at, f->edge, f->spare);
    for (int64_t i = 0; i < at; i++)
        put(&f->in, i, f->edge[i].key, f->out.weight[f->edge[i].index]);
    finish_starts(f, &f->out);
    finish_starts(f, &f->in);
    return CRM_OK;
}

/* From here on nothing can fail. */
static void adopt(struct freeze *f)
{
    crm_network *g = f->network;
    crm_i_release(&f->keep, g->key, g->node_capacity, sizeof *g->key);
    crm_i_release(&f->keep, g->role, g->role_capacity, sizeof *g->role);
    crm_i_release(&f->keep, g->slot, g->slots, sizeof *g->slot);
    crm_i_release(&f->keep, g->edge, g->edge_capacity, sizeof *g->edge);
    g->key = f->key;
    g->role = f->role;
    g->node_capacity = f->nodes;
    g->role_capacity = f->nodes;
    g->slot = NULL;
    g->slots = 0;
    g->edge = NULL;
    g->edge_capacity = 0;
    g->edges = f->edges;
    g->out = f->out;
    g->in = f->in;
    g->frozen = 1;
}

crm_status crm_network_freeze(const crm_context *context, crm_network *network, crm_error *err)
{
    if (!network)
        return crm_i_fail(err, CRM_E_NULL, 2, "network is NULL.");
    if (network->frozen)
        return crm_i_fail(err, CRM_E_STATE, 2, "The network is frozen.");
    struct freeze f;
    memset(&f, 0, sizeof f);
    f.scratch = crm_i_allocator(context);
    f.keep = network->handle.allocator;
    f.network = network;
    f.nodes = network->nodes;
    f.added = network->added;
    crm_status status = take_scratch(&f) ? CRM_OK : crm_i_fail_memory(err);
    if (status == CRM_OK) {
        sort_nodes(&f);
        status = sort_edges(&f, err);
    }
    if (status == CRM_OK)
        status = crm_i_progress(context, 0.5, err);
    if (status == CRM_OK && !take_tables(&f))
        status = crm_i_fail_memory(err);
    if (status == CRM_OK)
        status = fill_tables(&f, err);
    if (status == CRM_OK) {
        adopt(&f);
    } else {
        crm_i_release(&f.keep, f.key, f.nodes, sizeof *f.key);
        crm_i_release(&f.keep, f.role, f.nodes, sizeof *f.role);
        crm_i_edges_release(&f.out, &f.keep, f.nodes, f.edges);
        crm_i_edges_release(&f.in, &f.keep, f.nodes, f.edges);
    }
    crm_i_release(&f.scratch, f.node, f.nodes, sizeof *f.node);
    crm_i_release(&f.scratch, f.edge, f.added, sizeof *f.edge);
    crm_i_release(&f.scratch, f.spare, f.spare_count, sizeof *f.spare);
    return status == CRM_OK ? crm_i_ok(err) : status;
}
