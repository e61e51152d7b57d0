/* The search for a maximum of a likelihood, as a sequence of points to evaluate: the moments of the data, a
 * screen of starts, then damped Newton steps on log-parameters. It calls nobody, so that the sums may come
 * from one summary or from shards anywhere. */
#ifndef CRM_I_SEARCH_H
#define CRM_I_SEARCH_H

#include "crmcore/base.h"
#include "model/likelihood.h"
#include "numeric/newton.h"

enum { CRM_I_SEARCH_PROBE = 0, CRM_I_SEARCH_SCREEN = 1, CRM_I_SEARCH_NEWTON = 2, CRM_I_SEARCH_DONE = 3 };

/* An end point of the Newton method, in log-parameters and coefficients. */
typedef struct crm_i_found {
    int32_t status;     /* CRM_I_NEWTON_*; CRM_I_NEWTON_FAILED before the first */
    int32_t identified; /* 1: CONVERGED, and the curvature says where */
    double value;
    double point[CRM_I_MODEL_PARAMETERS];
    double
        turn[CRM_I_MODEL_PARAMETERS]; /* the last point on the way from which there was a gain worth naming */
    double covariance[CRM_I_MODEL_PARAMETERS * CRM_I_MODEL_PARAMETERS];
    double direction[CRM_I_MODEL_PARAMETERS];
    double condition;
} crm_i_found;

typedef struct crm_i_search {
    const crm_i_likelihood *likelihood;
    int32_t base;  /* parameters of the kind; behind them coefficients of covariates */
    int32_t count; /* of both */
    int32_t free_count;
    int32_t free[CRM_I_MODEL_PARAMETERS]; /* which parameters the Newton method sees */
    uint32_t fixed;                       /* bit i: parameter i is held at value[i] by the caller */
    double held[CRM_I_MODEL_PARAMETERS];  /* the natural values of those */
    int32_t phase;                        /* CRM_I_SEARCH_* */
    int32_t limit;                        /* evaluations of each Newton run */
    int32_t given;                        /* 1: the caller stated the start */
    int32_t starts;
    int32_t at; /* the start in work */
    int32_t order[CRM_I_LIKELIHOOD_STARTS];
    double start[CRM_I_LIKELIHOOD_STARTS][CRM_I_MODEL_PARAMETERS]; /* log-parameters */
    double value[CRM_I_LIKELIHOOD_STARTS];
    double moment[CRM_I_MOMENTS];
    double lower[CRM_I_MODEL_PARAMETERS];
    double upper[CRM_I_MODEL_PARAMETERS];
    int32_t ridge; /* 1: on fewer rows every start ended on a ridge */
    int64_t evaluations;
    crm_i_found best;
    double turn[CRM_I_MODEL_PARAMETERS]; /* of the run in work, free parameters */
    struct crm_i_newton newton;
} crm_i_search;

/* In phase PROBE: what is asked first gives the moments. CRM_E_DOMAIN for a stated start, or values to hold,
 * of the wrong length; CRM_E_ARGUMENT where nothing is left free. */
crm_status crm_i_search_start(crm_i_search *search, int32_t kind, int32_t coefficients,
                              const crm_options *options, int32_t arg, crm_error *err);

/* From a point (logarithms of the kind's parameters, coefficients as they are) to natural parameters; what is
 * held is held to the bit. */
void crm_i_search_natural(const crm_i_search *search, const double *point, double *parameter);

/* The same for a start of the caller's own and parameters to hold, count natural values each; held NULL, or 0
 * in it: free. limit: evaluations of a Newton run at most. There must be a free one. */
void crm_i_search_from(crm_i_search *search, int32_t kind, int32_t limit, const double *start,
                       const double *held);

/* From the moments to the screen, or with one start straight to the Newton method. */
void crm_i_search_begin(crm_i_search *search, const double *moment);

/* The Newton method again, for other rows of the same kind: from the best point if it was good, from where
 * the best way came to a ridge if there was one, else from the best start of the screen. A ridge that both
 * find is one. */
void crm_i_search_again(crm_i_search *search, const double *moment);

/* The parameters to evaluate (natural), and whether the Hessian matters. */
void crm_i_search_ask(const crm_i_search *search, double *parameter);
int32_t crm_i_search_order(const crm_i_search *search);
void crm_i_search_tell(crm_i_search *search, const crm_i_derivatives *at);

#endif
