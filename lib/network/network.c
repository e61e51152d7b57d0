/* The network while it is built: nodes behind a hash of their keys, edges as they come. */
#include "network/network.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

void crm_i_edges_release(crm_i_edges *edges, const crm_allocator *allocator, int64_t nodes, int64_t count)
{
    crm_i_release(allocator, edges->start, nodes + 1, sizeof *edges->start);
    crm_i_release(allocator, edges->other, count, sizeof *edges->other);
    crm_i_release(allocator, edges->kind, count, sizeof *edges->kind);
    crm_i_release(allocator, edges->weight, count, sizeof *edges->weight);
}

crm_status crm_i_network_ready(const crm_network *network, int32_t arg, crm_error *err)
{
    if (!network)
        return crm_i_fail(err, CRM_E_NULL, arg, "network is NULL.");
    if (!network->frozen)
        return crm_i_fail(err, CRM_E_STATE, arg, "The network is not frozen yet.");
    return CRM_OK;
}

crm_status crm_network_create(const crm_context *context, crm_network **out, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 2, "out is NULL.");
    const crm_allocator allocator = crm_i_allocator(context);
    crm_network *network = crm_i_alloc_zeroed(&allocator, 1, sizeof *network);
    if (!network)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&network->handle, context);
    *out = network;
    return crm_i_ok(err);
}

void crm_network_destroy(crm_network *network)
{
    if (!network || !crm_i_handle_drop(&network->handle))
        return;
    const crm_allocator allocator = network->handle.allocator;
    crm_i_release(&allocator, network->key, network->node_capacity, sizeof *network->key);
    crm_i_release(&allocator, network->role, network->role_capacity, sizeof *network->role);
    crm_i_release(&allocator, network->slot, network->slots, sizeof *network->slot);
    crm_i_release(&allocator, network->edge, network->edge_capacity, sizeof *network->edge);
    crm_i_edges_release(&network->out, &allocator, network->nodes, network->edges);
    crm_i_edges_release(&network->in, &allocator, network->nodes, network->edges);
    crm_i_release(&allocator, network, 1, sizeof *network);
}

/* ---- nodes ---- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The slot where key is, or the free one where it belongs. */
static int64_t find_slot(const int64_t *slot, int64_t slots, const uint64_t *keys, uint64_t key)
{
    const uint64_t mask = (uint64_t)slots - 1;
    uint64_t at = mix(key) & mask;
    while (slot[at] >= 0 && keys[slot[at]] != key)
        at = (at + 1) & mask;
    return (int64_t)at;
}

static int32_t reserve_slots(crm_network *network, int64_t nodes)
{
    if (nodes <= network->slots / 2)
        return 1;
    int64_t slots = network->slots > 0 ? network->slots : 16;
    while (slots / 2 < nodes)
        slots *= 2;
    int64_t *slot = crm_i_alloc(&network->handle.allocator, slots, sizeof *slot);
    if (!slot)
        return 0;
    for (int64_t s = 0; s < slots; s++)
        slot[s] = -1;
    for (int64_t i = 0; i < network->nodes; i++)
        slot[find_slot(slot, slots, network->key, network->key[i])] = i;
    crm_i_release(&network->handle.allocator, network->slot, network->slots, sizeof *slot);
    network->slot = slot;
    network->slots = slots;
    return 1;
}

static int32_t reserve_nodes(crm_network *network, int64_t nodes)
{
    const crm_allocator *allocator = &network->handle.allocator;
    void *key = network->key;
    void *role = network->role;
    const int32_t keys =
        crm_i_grow(allocator, &key, &network->node_capacity, network->nodes, nodes, sizeof(uint64_t));
    network->key = key;
    if (!keys)
        return 0;
    const int32_t roles =
        crm_i_grow(allocator, &role, &network->role_capacity, network->nodes, nodes, sizeof(int32_t));
    network->role = role;
    return roles && reserve_slots(network, nodes);
}

/* Takes back the nodes from `nodes` on: last in, first out, so that no chain of slots breaks. */
static void take_back(crm_network *network, int64_t nodes)
{
    while (network->nodes > nodes) {
        const uint64_t key = network->key[network->nodes - 1];
        network->slot[find_slot(network->slot, network->slots, network->key, key)] = -1;
        network->nodes--;
    }
}

static crm_status check_building(const crm_network *network, int64_t n, crm_error *err)
{
    if (!network)
        return crm_i_fail(err, CRM_E_NULL, 1, "network is NULL.");
    if (network->frozen)
        return crm_i_fail(err, CRM_E_STATE, 1, "The network is frozen.");
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 2, "n is negative.");
    return CRM_OK;
}

crm_status crm_network_add_nodes(crm_network *network, int64_t n, const uint64_t *key, const int32_t *role,
                                 crm_error *err)
{
    const crm_status status = check_building(network, n, err);
    if (status != CRM_OK)
        return status;
    if (n > CRM_I_NETWORK_NODES_MOST - network->nodes)
        return crm_i_fail_value(err, CRM_E_UNSUPPORTED, 2, (double)n, "A network has at most 2^30 nodes.");
    if (n > 0 && !key)
        return crm_i_fail(err, CRM_E_NULL, 3, "key is NULL.");
    if (n > 0 && !role)
        return crm_i_fail(err, CRM_E_NULL, 4, "role is NULL.");
    for (int64_t i = 0; i < n; i++) {
        if (role[i] < CRM_ROLE_CUSTOMER || role[i] > CRM_ROLE_PARTNER)
            return crm_i_fail_row(err, CRM_E_ARGUMENT, 4, i, role[i],
                                  "role is not one of CRM_ROLE_*, from 1.");
    }
    if (n > 0 && !reserve_nodes(network, network->nodes + n))
        return crm_i_fail_memory(err);
    const int64_t before = network->nodes;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = find_slot(network->slot, network->slots, network->key, key[i]);
        const int64_t node = network->slot[at];
        if (node >= 0 && network->role[node] != role[i]) {
            take_back(network, before);
            crm_i_fail_row(err, CRM_E_KEY, 3, i, (double)key[i],
                           "A key is already there with another role: ");
            crm_i_text_add_u64(err, key[i]);
            return CRM_E_KEY;
        }
        if (node >= 0)
            continue;
        network->key[network->nodes] = key[i];
        network->role[network->nodes] = role[i];
        network->slot[at] = network->nodes++;
    }
    return crm_i_ok(err);
}

/* ---- edges ---- */

crm_status crm_network_add_edges(crm_network *network, int64_t n, const uint64_t *from, const uint64_t *to,
                                 const int32_t *kind, const double *weight, crm_error *err)
{
    const crm_status status = check_building(network, n, err);
    if (status != CRM_OK)
        return status;
    if (n > 0 && !from)
        return crm_i_fail(err, CRM_E_NULL, 3, "from is NULL.");
    if (n > 0 && !to)
        return crm_i_fail(err, CRM_E_NULL, 4, "to is NULL.");
    if (n > 0 && !kind)
        return crm_i_fail(err, CRM_E_NULL, 5, "kind is NULL.");
    for (int64_t i = 0; i < n; i++) {
        if (kind[i] < CRM_EDGE_REFER || kind[i] > CRM_EDGE_ALLY)
            return crm_i_fail_row(err, CRM_E_ARGUMENT, 5, i, kind[i],
                                  "kind is not one of CRM_EDGE_*, from 1.");
        if (weight && (!(weight[i] > 0.0) || isinf(weight[i])))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 6, i, weight[i], "weight must be positive and finite.");
    }
    void *edge = network->edge;
    const int32_t room = n == 0 || (n <= INT64_MAX / 64 - network->added &&
                                    crm_i_grow(&network->handle.allocator, &edge, &network->edge_capacity,
                                               network->added, network->added + n, sizeof *network->edge));
    network->edge = edge;
    if (!room)
        return crm_i_fail_memory(err);
    for (int64_t i = 0; i < n; i++) {
        const crm_i_edge e = {from[i], to[i], weight ? weight[i] : 1.0, kind[i]};
        network->edge[network->added++] = e;
    }
    return crm_i_ok(err);
}

/* ---- getters ---- */

int64_t crm_network_count(const crm_network *network)
{
    return network && network->frozen ? network->nodes : 0;
}

const uint64_t *crm_network_keys(const crm_network *network)
{
    return network && network->frozen ? network->key : NULL;
}

const int32_t *crm_network_roles(const crm_network *network)
{
    return network && network->frozen ? network->role : NULL;
}
