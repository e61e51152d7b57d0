/* The kinds of models in one table: what a model is called, what its parameters are, who computes its
 * likelihood and who its predictions. A new model is a file with these two and a line in kind.c. */
#ifndef CRM_I_KIND_H
#define CRM_I_KIND_H

#include "base/compiler.h"
#include "crmcore/model.h"

enum { CRM_I_KIND_PARAMETERS = 8 }; /* at most */

typedef struct crm_i_likelihood crm_i_likelihood; /* model/likelihood.h */
typedef struct crm_i_prediction crm_i_prediction; /* model/prediction.h */

typedef struct crm_i_kind {
    const char *name;
    int32_t parameters;
    const char *parameter[CRM_I_KIND_PARAMETERS];
    const crm_i_likelihood *likelihood; /* NULL: not built yet */
    const crm_i_prediction *prediction; /* NULL: not built yet */
} crm_i_kind;

/* The entry of a kind; NULL if there is no such kind. */
const crm_i_kind *crm_i_kind_of(int32_t kind);

/* CRM_OK for a kind that has both likelihood and prediction; CRM_E_ARGUMENT for no such kind,
 * CRM_E_UNSUPPORTED for one that is not built yet. */
crm_status crm_i_kind_check(int32_t kind, int32_t arg, crm_error *err);

#endif
