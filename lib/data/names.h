/* Names from inside: an open-addressing table over interned bytes. */
#ifndef CRM_I_NAMES_H
#define CRM_I_NAMES_H

#include "base/memory.h"
#include "crmcore/data.h"

/* A handle more on names, which nothing else of it notices. NULL is fine. */
void crm_i_names_keep(const crm_names *names);
void crm_i_names_drop(const crm_names *names);

/* -1, 0 or 1 as the bytes of the name of key a sort before those of b; both keys are there. */
int32_t crm_i_names_compare(const crm_names *names, uint64_t a, uint64_t b);

#endif
