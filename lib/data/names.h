/* Names from inside: an open-addressing table over interned bytes. */
#ifndef CRM_I_NAMES_H
#define CRM_I_NAMES_H

#include "base/memory.h"
#include "crmcore/data.h"
#include "numeric/sort.h"

/* A handle more on names, which nothing else of it notices. NULL is fine. */
void crm_i_names_keep(const crm_names *names);
void crm_i_names_drop(const crm_names *names);

/* order[r] = the index of the key whose name is r-th in byte order (a name before those that it begins). All
 * keys are there, and differ. n > 0. pair, scratch: n entries each. */
void crm_i_names_order(const crm_names *names, int64_t n, const uint64_t *key, int64_t *order,
                       struct crm_i_sort_pair *pair, struct crm_i_sort_pair *scratch);

#endif
