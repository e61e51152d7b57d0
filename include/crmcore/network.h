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
enum { CRM_EDGE_ANY = 0, CRM_EDGE_REFER = 1, CRM_EDGE_SUPPLY = 2, CRM_EDGE_SERVE = 3, CRM_EDGE_OWN = 4, CRM_EDGE_ALLY = 5 };
enum { CRM_DIRECTION_OUT = 1, CRM_DIRECTION_IN = 2, CRM_DIRECTION_BOTH = 3 };

CRM_API crm_status crm_network_create(const crm_context *context, crm_network **out, crm_error *err);

/* role[i] in 1..6. A key that is already there with another role is CRM_E_KEY. Since 0.9. */
CRM_API crm_status crm_network_add_nodes(crm_network *network, int64_t n, const uint64_t *key, const int32_t *role,
                                         crm_error *err);

/* kind[i] in 1..5; weight finite and > 0, opt: 1. Both ends must have been added by the time of freeze. Edges that are
 * there twice are one, their weights added. Since 0.9. */
CRM_API crm_status crm_network_add_edges(crm_network *network, int64_t n, const uint64_t *from, const uint64_t *to,
                                         const int32_t *kind, const double *weight /*opt*/, crm_error *err);

/* Ends the building. An edge to a key without a node is CRM_E_KEY, from a node to itself CRM_E_DOMAIN; the network is
 * then as before. Since 0.9. */
CRM_API crm_status crm_network_freeze(const crm_context *context, crm_network *network, crm_error *err);
CRM_API int64_t crm_network_count(const crm_network *network);
CRM_API const uint64_t *crm_network_keys(const crm_network *network);  /* ascending: the order of every column here */
CRM_API const int32_t *crm_network_roles(const crm_network *network);

/* Number, and total weight, of the edges of a kind (0 any) in a direction whose other end has a role (0 any). */
CRM_API crm_status crm_network_degree(const crm_context *context, const crm_network *network, int32_t direction,
                                      int32_t role, int32_t kind, int64_t *out, crm_error *err);
CRM_API crm_status crm_network_strength(const crm_context *context, const crm_network *network, int32_t direction,
                                        int32_t role, int32_t kind, double *out, crm_error *err);

/* Chain value along edges of one kind (CRM_EDGE_REFER: from referrer to referred), 0 <= rho <= 1 the share of a
 * descendant's value that its referrer is credited with. gross G = own + rho * sum of G over the referred, which counts
 * value more than once; conserved V = G * (1 - rho * [has a referrer]), whose sum is that of own. Weights do not enter.
 * More than one referrer: CRM_E_KEY naming the node's row; a cycle: CRM_E_CYCLE, row naming a node on it and the text
 * an edge. A NaN of own makes itself and all above it NaN. gross, conserved: opt, not both NULL. Since 0.9. */
CRM_API crm_status crm_network_chain_value(const crm_context *context, const crm_network *network, int32_t kind,
                                           const double *own, double rho, double *gross /*opt*/,
                                           double *conserved /*opt*/, crm_error *err);

/* Referral value of one customer over its n referrals (Kumar, Petersen & Leone 2007): type[i] 1: would not have come
 * otherwise, worth net[i] (contribution less cost of referral and marketing) plus saved[i] (acquisition cost saved);
 * 2: would have come anyway, worth saved[i]. Each at period[i] >= 0, discounted at rate > -1. Since 0.9. */
CRM_API crm_status crm_referral_value(int64_t n, const int32_t *type, const double *period, const double *net,
                                      const double *saved, double rate, double *out, crm_error *err);
CRM_API void crm_network_destroy(crm_network *network);

#ifdef __cplusplus
}
#endif
#endif
