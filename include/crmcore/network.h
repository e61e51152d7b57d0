/* network: who refers, supplies and serves whom, and what that is worth. See crmcore_network(3). */
#ifndef CRMCORE_NETWORK_H
#define CRMCORE_NETWORK_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A typed, weighted, directed graph. Add nodes and edges in batches, freeze, then read. */
typedef struct crm_network crm_network;

enum {
    CRM_ROLE_ANY = 0,
    CRM_ROLE_CUSTOMER = 1,
    CRM_ROLE_EMPLOYEE = 2,
    CRM_ROLE_SUPPLIER = 3,
    CRM_ROLE_DISTRIBUTOR = 4,
    CRM_ROLE_OWNER = 5,
    CRM_ROLE_PARTNER = 6
};
enum {
    CRM_EDGE_ANY = 0,
    CRM_EDGE_REFER = 1,
    CRM_EDGE_SUPPLY = 2,
    CRM_EDGE_SERVE = 3,
    CRM_EDGE_OWN = 4,
    CRM_EDGE_ALLY = 5
};
enum { CRM_DIRECTION_OUT = 1, CRM_DIRECTION_IN = 2, CRM_DIRECTION_BOTH = 3 };

/* An empty network that is being built. It keeps the allocator of the context for all that it stores. One thread at a
 * time may add to a network or freeze it; a frozen one is read-only and may be read by any number. Since 0.9. */
CRM_API crm_status crm_network_create(const crm_context *context /*opt*/, crm_network **out, crm_error *err);

/* Adds n nodes: role[i] in 1..6, else CRM_E_ARGUMENT with the row. A key that is already there, in this batch or
 * before, is one node; with another role it is CRM_E_KEY with the row. At most 2^30 nodes (CRM_E_UNSUPPORTED). After
 * an error the network is as before; once frozen CRM_E_STATE. Since 0.9. */
CRM_API crm_status crm_network_add_nodes(crm_network *network, int64_t n, const uint64_t *key, const int32_t *role,
                                         crm_error *err);

/* Adds n edges: kind[i] in 1..5 (CRM_E_ARGUMENT with the row), weight finite and > 0 (CRM_E_DOMAIN with the row), opt:
 * 1. Both ends must have been added by the time of freeze, in any order. Edges of one kind between the same two nodes
 * are one, their weights added. After an error the network is as before; once frozen CRM_E_STATE. Since 0.9. */
CRM_API crm_status crm_network_add_edges(crm_network *network, int64_t n, const uint64_t *from, const uint64_t *to,
                                         const int32_t *kind, const double *weight /*opt*/, crm_error *err);

/* Ends the building: nodes into ascending key, edges into tables by either end. An edge to a key without a node is
 * CRM_E_KEY, from a node to itself CRM_E_DOMAIN, and so are weights whose sum is infinite; the row is that of the edge
 * in the order of adding, the text names both keys, and the network is then as before. Scratch is from the context: 16
 * bytes for each node and 32 for each edge. Time grows with nodes and edges, times log nodes. Since 0.9. */
CRM_API crm_status crm_network_freeze(const crm_context *context /*opt*/, crm_network *network, crm_error *err);

/* Nodes, their keys ascending, which is the order of every column here, and their roles. Borrowed for the life of the
 * network. 0 and NULL of NULL and until it is frozen. Since 0.9. */
CRM_API int64_t crm_network_count(const crm_network *network);
CRM_API const uint64_t *crm_network_keys(const crm_network *network);
CRM_API const int32_t *crm_network_roles(const crm_network *network);

/* out[i] = number (degree), or total weight (strength, to the last unit), of the edges of node i of a kind (0 any) in a
 * direction whose other end has a role (0 any). BOTH is OUT + IN: two nodes with an edge each way have two. Runs in
 * parallel, allocates nothing. CRM_E_STATE if not frozen, CRM_E_ARGUMENT of an unknown id. Since 0.9. */
CRM_API crm_status crm_network_degree(const crm_context *context, const crm_network *network, int32_t direction,
                                      int32_t role, int32_t kind, int64_t *out, crm_error *err);
CRM_API crm_status crm_network_strength(const crm_context *context, const crm_network *network, int32_t direction,
                                        int32_t role, int32_t kind, double *out, crm_error *err);

/* Chain value along edges of one kind (CRM_EDGE_REFER: from referrer to referred), 0 <= rho <= 1 the share of a
 * descendant's value that its referrer is credited with. own[i] is what node i is worth by itself, a column in the
 * order of the keys. gross G = own + rho * sum of G over the referred, which counts value more than once; conserved
 * V = G * (1 - rho * [has a referrer]), whose sum is that of own. Both are computed in double-double and rounded once.
 * Weights do not enter. More than one referrer: CRM_E_KEY naming the node's row; a cycle: CRM_E_CYCLE, row naming the
 * first node on it and the text the edge into that. A NaN of own makes itself and all above it NaN, and so does an own
 * beyond 1e280 in size, which is a bad row (CRM_BAD_ROWS). Without recursion: a chain may have any length. gross,
 * conserved: opt, not both NULL. Memory of the context: 24 bytes a node. Since 0.9. */
CRM_API crm_status crm_network_chain_value(const crm_context *context, const crm_network *network, int32_t kind,
                                           const double *own, double rho, double *gross /*opt*/,
                                           double *conserved /*opt*/, crm_error *err);

/* Referral value of one customer over its n referrals (Kumar, Petersen & Leone 2007): type[i] 1: would not have come
 * otherwise, worth net[i] (contribution less cost of referral and marketing) plus saved[i] (acquisition cost saved);
 * 2: would have come anyway, worth saved[i], and net[i] is not read. Each divided by (1+rate)^period[i], period[i] >=
 * 0, rate per period above -1 and at most 1e100. 0 for n = 0. Each term within 4 units in the last place, their sum
 * rounded once; NaN where one is missing. CRM_E_ARGUMENT: a type; CRM_E_DOMAIN: rate, an infinity, a negative period,
 * a result beyond the range of double; with the row. Allocates nothing. Since 0.9. */
CRM_API crm_status crm_referral_value(int64_t n, const int32_t *type, const double *period, const double *net,
                                      const double *saved, double rate, double *out, crm_error *err);
CRM_API void crm_network_destroy(crm_network *network);

#ifdef __cplusplus
}
#endif
#endif
