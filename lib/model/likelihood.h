/* What a kind brings so that it can be fitted, and the driver that all kinds share: rows of a summary in
 * fixed blocks, each block summed on fixed lanes, blocks in a fixed tree. So the sums are the same bits for
 * any number of workers and any instruction set. */
#ifndef CRM_I_LIKELIHOOD_H
#define CRM_I_LIKELIHOOD_H

#include "base/context.h"
#include "base/memory.h"
#include "data/summary.h"
#include "model/covariates.h"
#include "model/kind.h"

enum {
    CRM_I_LIKELIHOOD_ROWS = 4096, /* of a block */
    CRM_I_LIKELIHOOD_SUMS = 24,   /* sums over rows at most */
    CRM_I_LIKELIHOOD_COLUMNS = 3,
    CRM_I_LIKELIHOOD_STARTS = 6 /* starts of a kind at most */
};

/* How much is wanted: sums that do not depend on the parameters, value and gradient, the Hessian too. */
enum { CRM_I_ORDER_CONSTANT = 0, CRM_I_ORDER_GRADIENT = 1, CRM_I_ORDER_HESSIAN = 2 };

/* What the data look like, for starts and bounds: sums, so that shards add up. */
enum {
    CRM_I_MOMENT_MASS = 0,     /* customers, by weight */
    CRM_I_MOMENT_DISTINCT = 1, /* rows */
    CRM_I_MOMENT_FIRST = 2,    /* sum of mass times column 0: x, or count; */
    CRM_I_MOMENT_SECOND = 3,   /* column 1: t_x, or mean */
    CRM_I_MOMENT_THIRD = 4,    /* column 2: T */
    CRM_I_MOMENT_ACTIVE = 5,   /* mass of the rows with column 0 > 0 */
    CRM_I_MOMENTS = 6
};

/* The rows of a likelihood, and what can be said of them before any parameter is known. */
typedef struct crm_i_sample {
    const crm_i_likelihood *likelihood;
    crm_allocator allocator;
    int64_t n;
    /* ascending by column 0; NULL where the section has no such column */
    const double *column[CRM_I_LIKELIHOOD_COLUMNS];
    const double *mass;
    double moment[CRM_I_MOMENTS];
    double constant[CRM_I_LIKELIHOOD_SUMS]; /* the sums of CRM_I_ORDER_CONSTANT */
    /* Terms that depend on column 0 alone. Up to `steps` by their differences: above[j] is the mass of the
     * rows with j < column 0. Beyond by distinct value: tail_mass[i] is the mass of the rows at tail[i] >
     * steps. */
    int64_t steps;
    double *above;
    int64_t tails;
    double *tail;
    double *tail_mass;
    double *partial; /* blocks * CRM_I_LIKELIHOOD_SUMS */
    double *copy;    /* the rows of a thinned sample */
    int64_t copied;
    int64_t groups; /* room in tail */
    /* Of a fit with covariates: the same customers by strata; otherwise there are none. */
    int32_t kind;
    const crm_i_design *design;
    const double *z; /* of stratum s at z + s * design->columns */
    int64_t strata;
    int64_t strata_room;
    struct crm_i_sample *stratum;
} crm_i_sample;

/* Value, and derivatives by the logarithms of the parameters and by the coefficients of covariates; hessian
 * column-major, full. */
typedef struct crm_i_derivatives {
    double value;
    double gradient[CRM_I_MODEL_PARAMETERS];
    double hessian[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
} crm_i_derivatives;

struct crm_i_likelihood {
    int32_t section; /* CRM_I_PURCHASES, CRM_I_SPENDS, CRM_I_DURATIONS */
    int32_t stepped; /* 1: wants sample->above, 0: all distinct values in sample->tail */
    int32_t sums[3]; /* how many sums each order has */
    uint32_t scales; /* bit i: parameter i is measured in the unit of the data; */
    uint32_t rates;  /* in its inverse */

    /* The sums of n <= CRM_I_LIKELIHOOD_ROWS rows from `first`, on lanes. */
    void (*block)(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                  int64_t first, int64_t n, double *sums);
    /* From the sums over all rows to value and derivatives: adds the terms of column 0 alone. */
    void (*finish)(int32_t isa, const crm_i_sample *sample, const double *parameter, int32_t order,
                   const double *sums, crm_i_derivatives *out);
    /* The log-likelihood of each row; rows that are not in the domain come as NaN and go as NaN. */
    void (*rows)(int32_t isa, const double *parameter, int64_t n, const double *const *column, double *out);
    /* Why a row is not in the domain: NULL if it is, else a sentence, *column the one to blame. NaN is
     * missing, not wrong, and is not asked about. */
    const char *(*wrong)(double c0, double c1, double c2, int32_t *column);
    int32_t narrow; /* 1: a summary may hold rows that are wrong here */
    /* Start number i < starts, natural parameters. */
    int32_t starts;
    void (*start)(const double *moment, int32_t i, double *parameter);
    /* The unit of the data in terms of its moments: what the bounds of the scale parameters are relative
     * to. */
    double (*unit)(const double *moment);
    /* A remark on an identified maximum (CRM_NO_MEAN), else CRM_OK; opt. */
    crm_status (*remark)(const double *parameter);
    /* opt: 0 where the sums over blocks may leave the range of doubles, so that rows had better be added. */
    int32_t (*is_usual)(const double *parameter, const double *moment);
};

/* The rows of a summary (argument `arg` of the caller's) for this likelihood, borrowed; an empty sample where
 * the summary has none; CRM_E_DOMAIN where a row is wrong for a narrow one. */
crm_status crm_i_sample_build(const crm_context *context, const crm_i_likelihood *likelihood,
                              const crm_summary *summary, int32_t arg, crm_i_sample *sample, crm_error *err);

/* The sample of n rows that the caller keeps, ascending by column 0. */
crm_status crm_i_sample_of_rows(const crm_context *context, const crm_i_likelihood *likelihood, int64_t n,
                                const double *const *column, const double *mass, crm_i_sample *sample,
                                crm_error *err);

/* A sample of `draws` customers of a sample, evenly spread over its rows in their order. */
crm_status crm_i_sample_thin(const crm_context *context, const crm_i_sample *from, int64_t draws,
                             crm_i_sample *sample, crm_error *err);
void crm_i_sample_release(crm_i_sample *sample);

/* The log-likelihood of a sample, of one with strata less the penalty of its design; CRM_OK, CRM_E_CANCELLED
 * or CRM_E_EXECUTOR. Allocates nothing. Progress goes from `from` to `to`. hessian is not written by
 * CRM_I_ORDER_GRADIENT. */
crm_status crm_i_likelihood_evaluate(const crm_context *context, const crm_i_sample *sample,
                                     const double *parameter, int32_t order, double from, double to,
                                     crm_i_derivatives *out, crm_error *err);

/* ---- the lanes that kernels share ---- */

/* A strip of rows is computed side by side and added to as many lanes; at the end of a block the lanes
 * fold. */
enum { CRM_I_LANES = 64 };

/* sums[k] = the tree over lane[k * CRM_I_LANES ...]: halves, quarters, ..., by position alone. */
CRM_I_INLINE void crm_i_lanes_fold(int32_t sums, double *lane, double *out)
{
    for (int32_t k = 0; k < sums; k++) {
        double *l = lane + k * CRM_I_LANES;
        for (int32_t half = CRM_I_LANES / 2; half >= 1; half /= 2)
            for (int32_t i = 0; i < half; i++)
                l[i] += l[i + half];
        out[k] = l[0];
    }
}

/* n rows of `from` and `otherwise` after them: the last strip of a block. */
CRM_I_INLINE void crm_i_lanes_pad(int64_t n, const double *from, double otherwise, double *to)
{
    for (int64_t i = 0; i < CRM_I_LANES; i++)
        to[i] = i < n ? from[i] : otherwise;
}

#endif
