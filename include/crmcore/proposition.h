/* proposition: what the offer delivers to the customer. See crmcore_proposition(3). */
#ifndef CRMCORE_PROPOSITION_H
#define CRMCORE_PROPOSITION_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The eight columns of crm_delivered_value: four benefits, four costs, all as non-negative magnitudes. */
enum {
    CRM_DELIVERED_PRODUCT = 0,
    CRM_DELIVERED_PEOPLE = 1,
    CRM_DELIVERED_IMAGE = 2,
    CRM_DELIVERED_SERVICE = 3,
    CRM_DELIVERED_MONEY = 4,
    CRM_DELIVERED_MENTAL = 5,
    CRM_DELIVERED_TIME = 6,
    CRM_DELIVERED_PHYSICAL = 7
};

/* Customer delivered value of n offers: benefits - costs and benefits / costs, each field times its weight, which is
 * the explicit conversion of what is not money into money. field: column-major, 8 columns, column j at field + j*ld,
 * n <= ld < 2^60 (else CRM_E_ARGUMENT). weight: 8, finite and >= 0 (else CRM_E_DOMAIN, row: its place), opt: all 1.
 * difference, ratio: n each, opt, not both NULL. The two can rank two offers differently. Within 1 unit in the last
 * place each, and the difference within 2^-100 of the costs where it is the larger; for weighted sums below 1e290 whose
 * terms are 0 or above 1e-290. A NaN field makes both NaN. Bad rows (CRM_BAD_ROWS): a negative or infinite field: both
 * NaN; costs of 0, or so small that the ratio is infinite: only the ratio is NaN, and it is a bad row only where ratio
 * is asked for. Allocates nothing; any thread. Since 0.9. */
CRM_API crm_status crm_delivered_value(int64_t n, const double *field, int64_t ld, const double *weight /*opt*/,
                                       double *difference /*opt*/, double *ratio /*opt*/, crm_error *err);

#ifdef __cplusplus
}
#endif
#endif
