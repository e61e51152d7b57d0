/* The inside of a network. Rows are nodes in ascending order of key; edges stand in two tables, by their tail
 * and by their head, each sorted by (row, other end, kind), so that nothing depends on the order in which
 * they were added. */
#ifndef CRM_I_NETWORK_NETWORK_H
#define CRM_I_NETWORK_NETWORK_H

#include "base/memory.h"
#include "crmcore/network.h"

/* Rows of 30 bits: two of them and a kind make one sorting key. */
#define CRM_I_NETWORK_NODES_MOST (INT64_C(1) << 30)

/* The edges of row i in one direction are start[i] .. start[i+1]-1. */
typedef struct {
    int64_t *start;
    int32_t *other; /* row of the other end */
    uint8_t *kind;
    double *weight;
} crm_i_edges;

/* An edge as it was added. */
typedef struct {
    uint64_t from;
    uint64_t to;
    double weight;
    int64_t kind;
} crm_i_edge;

struct crm_network {
    crm_i_handle handle;
    int32_t frozen;
    /* nodes: in the order of adding until frozen, then by key */
    int64_t nodes;
    int64_t node_capacity;
    uint64_t *key;
    int64_t role_capacity;
    int32_t *role;
    /* while building: where a key is, by open addressing; -1 is free. A power of two, at least twice the
     * nodes. */
    int64_t slots;
    int64_t *slot;
    int64_t added;
    int64_t edge_capacity;
    crm_i_edge *edge;
    /* once frozen */
    int64_t edges;
    crm_i_edges out;
    crm_i_edges in;
};

void crm_i_edges_release(crm_i_edges *edges, const crm_allocator *allocator, int64_t nodes, int64_t count);

/* CRM_OK if the network is there (argument arg) and frozen. */
crm_status crm_i_network_ready(const crm_network *network, int32_t arg, crm_error *err);

#endif
