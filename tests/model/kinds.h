/* Kinds of models by what has been built of them. */
#ifndef CRM_TEST_KINDS_H
#define CRM_TEST_KINDS_H

#include "crmcore/model.h"

/* A kind that has its name and nothing else yet; 0 if there is none. */
static inline int32_t kinds_unbuilt(void)
{
    for (int32_t kind = 1; kind <= crm_kind_count(); kind++)
        if (!crm_kind_fits(kind))
            return kind;
    return 0;
}

#endif
