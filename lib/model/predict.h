/* Running quantities over rows: what a plan and the named functions share. */
#ifndef CRM_I_PREDICT_H
#define CRM_I_PREDICT_H

#include "model/model.h"
#include "model/prediction.h"
#include "numeric/elementary.h"

enum { CRM_I_PREDICT_COLUMNS = 32 };

/* A time, or a count: finite and at least 0. */
CRM_I_INLINE int crm_i_is_time(double t)
{
    return t >= 0.0 && t < CRM_I_INFINITY;
}

/* One column of output. */
typedef struct crm_i_column {
    int32_t quantity;
    crm_i_ask ask;       /* what the purchase model is asked: for VALUE the purchases; nothing for SPEND */
    double factor;       /* VALUE: the margin rate */
    const double *table; /* opt */
} crm_i_column;

typedef struct crm_i_predict {
    const crm_model *model; /* NULL: spend alone */
    const crm_model *spend; /* opt */
    int32_t columns;
    const crm_i_column *column;
    int64_t n;
    const double *x;
    const double *t_x;
    const double *T;
    const double *count; /* opt */
    const double *mean;
    const double *z;   /* of a model with covariates: column-major, n rows */
    int32_t z_arg;     /* position of z in the prototype */
    int32_t count_arg; /* position of count in the prototype, for errors; mean is the next */
    double *out;       /* column j at out + j * n */
    double *se;        /* opt */
    double *total;     /* opt: 2 per column */
} crm_i_predict;

/* What the kind of a model offers; NULL for no model. */
const crm_i_prediction *crm_i_predict_of(const crm_model *model);

/* Fills in a column from what the caller asked for, after checking it: that the model offers it and the
 * assumptions are in the domain. Positions in errors are those of crm_plan_add. */
crm_status crm_i_predict_ask(const crm_model *model, const crm_model *spend, const crm_i_ask *ask,
                             crm_i_column *column, crm_error *err);

/* 1 if the column needs a spend model (and count and mean). */
int32_t crm_i_predict_spends(const crm_i_column *column);

/* Runs. Allocates nothing on one thread. CRM_OK, CRM_BAD_ROWS, CRM_E_CANCELLED, CRM_E_EXECUTOR, CRM_E_MEMORY.
 */
crm_status crm_i_predict_run(const crm_context *context, const crm_i_predict *job, crm_error *err);

#endif
