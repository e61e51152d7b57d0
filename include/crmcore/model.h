/* model: behavioural models of purchase, drop-out and spend: fit, predict, simulate. See crmcore_model(3). */
#ifndef CRMCORE_MODEL_H
#define CRMCORE_MODEL_H

#include "base.h"
#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- kinds ---------------------------------------------------------------------------------------------------- */

/* Every kind and quantity has its id from the start; what is not built yet answers CRM_E_UNSUPPORTED. */
enum {
    CRM_MODEL_NBD = 1,
    CRM_MODEL_PARETO_NBD = 2,
    CRM_MODEL_BG_NBD = 3, /* r, alpha, a, b (Fader, Hardie & Lee 2005) */
    CRM_MODEL_MBG_NBD = 4,
    CRM_MODEL_BG_CNBD_K = 5,
    CRM_MODEL_MBG_CNBD_K = 6,
    CRM_MODEL_GGOMPERTZ_NBD = 7,
    CRM_MODEL_BG_BB = 8,
    CRM_MODEL_GAMMA_GAMMA = 9, /* p, q, v (Colombo & Jiang 1999; Fader & Hardie 2013) */
    CRM_MODEL_SBG = 10,
    CRM_MODEL_BDW = 11
};

/* What a plan can compute for a customer with the history (x, t_x, T). A new customer has x = t_x = T = 0. In
 * crm_plan_add the quantity takes these assumptions, the others being 0 (times are periods after T): */
enum {
    CRM_QUANTITY_P_ALIVE = 1,     /* probability of being alive at t0 >= 0 from now */
    CRM_QUANTITY_EXPECTED = 2,    /* expected purchases in (t0, t1] */
    CRM_QUANTITY_DISCOUNTED = 3,  /* the same, each discounted by exp(-delta * time from now); t1 may be INFINITY */
    CRM_QUANTITY_PROBABILITY = 4, /* probability of exactly `number` purchases in (0, t1] */
    CRM_QUANTITY_RATE = 5,        /* posterior mean of the purchase rate */
    CRM_QUANTITY_SPREAD = 6,      /* posterior standard deviation of the purchases in (t0, t1] */
    CRM_QUANTITY_SPEND = 7,       /* expected spend per purchase, from count and mean (needs a spend model) */
    CRM_QUANTITY_VALUE = 8        /* residual value: `number` (the margin rate) * SPEND * DISCOUNTED */
};

CRM_API int32_t crm_kind_count(void);                       /* kinds are 1 .. crm_kind_count() */
CRM_API const char *crm_kind_name(int32_t kind);            /* "bg-nbd"; NULL if there is no such kind. Static */
CRM_API int32_t crm_kind_find(const char *name);            /* the kind of a name; 0 if there is none */
CRM_API int32_t crm_kind_parameters(int32_t kind);          /* how many parameters; 0 if there is no such kind */
CRM_API const char *crm_kind_parameter(int32_t kind, int32_t i); /* name of parameter i from 0: "r", "alpha", ... */
CRM_API int32_t crm_kind_supports(int32_t kind, int32_t quantity); /* 1 if the library computes it, else 0 */
CRM_API int32_t crm_kind_fits(int32_t kind);                /* 1 if crm_model_fit has it, else 0 */

/* ---- models --------------------------------------------------------------------------------------------------- */

/* A kind, its parameters, optionally their covariance; of a fit also the facts. Read-only. */
typedef struct crm_model crm_model;

enum { /* NaN where the model was not fitted */
    CRM_FACT_LOG_LIKELIHOOD = 1,
    CRM_FACT_AIC = 2,
    CRM_FACT_BIC = 3,        /* with ln of the number of customers, by weight */
    CRM_FACT_CONVERGED = 4,  /* 1 or 0: gradient zero to rounding and curvature negative in every direction */
    CRM_FACT_IDENTIFIED = 5, /* 1 or 0 */
    CRM_FACT_CONDITION = 6,  /* of the negated Hessian in log-parameters: largest / smallest eigenvalue */
    CRM_FACT_CUSTOMERS = 7,  /* sum of the weights */
    CRM_FACT_DISTINCT = 8,   /* distinct rows */
    CRM_FACT_EVALUATIONS = 9, /* of the likelihood, all starts together */
    CRM_FACT_STATUS = 10      /* what crm_model_fit answered */
};

/* Maximum likelihood on log-parameters, by a damped Newton method over the distinct rows. Always gives a model if the
 * summary has rows for this kind (else CRM_E_NO_DATA): CRM_OK, CRM_NOT_CONVERGED, CRM_NOT_IDENTIFIED or CRM_NO_MEAN.
 * Options: CRM_OPTION_FIT_*. Same bits for any number of threads and any order of the rows. Since 0.9. */
CRM_API crm_status crm_model_fit(const crm_context *context, int32_t kind, const crm_summary *summary,
                                 const crm_options *options /*opt*/, crm_model **out, crm_error *err);

/* A model from stated parameters, all finite and > 0 (else CRM_E_DOMAIN); count must be that of the kind. covariance:
 * count x count, column-major, symmetric, opt: standard errors are then NaN. Since 0.9. */
CRM_API crm_status crm_model_create(const crm_context *context, int32_t kind, int32_t count, const double *parameter,
                                    const double *covariance /*opt*/, crm_model **out, crm_error *err);
CRM_API int32_t crm_model_kind(const crm_model *model);
CRM_API double crm_model_fact(const crm_model *model, int32_t fact); /* CRM_FACT_*; else NaN */

/* parameter: count; covariance: count x count, opt, NaN if there is none or the model is not identified. */
CRM_API crm_status crm_model_parameters(const crm_model *model, double *parameter, double *covariance /*opt*/,
                                        crm_error *err);

/* Unit vector in log-parameters along which the likelihood is flattest, count entries; CRM_E_STATE if not fitted. */
CRM_API crm_status crm_model_direction(const crm_model *model, double *direction, crm_error *err);

/* Wald interval on log-parameters: low, high = theta * exp(-+ z se/theta) for 0 < level < 1; summary NULL. With a summary
 * the profile likelihood interval (CRM_E_UNSUPPORTED before it is built). Since 0.9. */
CRM_API crm_status crm_model_interval(const crm_context *context, const crm_model *model,
                                      const crm_summary *summary /*opt*/, double level, double *low, double *high,
                                      crm_error *err);

/* Log-likelihood of the summary at the model's parameters, with gradient (count) and Hessian (count x count) in the
 * LOG-parameters. Value within 1e-12 * max(1, |value|) per row, gradient 1e-11 and Hessian 1e-10 of max(1, largest
 * entry). Since 0.9. */
CRM_API crm_status crm_model_log_likelihood(const crm_context *context, const crm_model *model,
                                            const crm_summary *summary, double *value, double *gradient /*opt*/,
                                            double *hessian /*opt*/, crm_error *err);

/* The log-likelihood of each of n rows: purchase models take (x, t_x, T), spend models (count, mean, NULL). */
CRM_API crm_status crm_model_rows(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                  const double *t_x, const double *T /*opt for spend*/, double *out, crm_error *err);

/* Blobs: bytes NULL asks the length; the same bytes on every platform; old versions load for ever. Since 0.9. */
CRM_API crm_status crm_model_save(const crm_model *model, uint8_t *bytes, int64_t capacity, int64_t *length,
                                  crm_error *err);
CRM_API crm_status crm_model_load(const crm_context *context, const uint8_t *bytes, int64_t length, crm_model **out,
                                  crm_error *err);
CRM_API void crm_model_destroy(crm_model *model);

/* ---- the everyday quantities ----------------------------------------------------------------------------------- */

/* One call each, allocating nothing on one thread; out and se have n entries, se is opt and NaN if the model has no
 * covariance. Rows must satisfy x whole >= 0, 0 <= t_x <= T < infinity, t_x = 0 exactly when x = 0. A model whose fit did
 * not converge is CRM_E_STATE; a kind that does not have the quantity CRM_E_UNSUPPORTED. For several quantities of many
 * customers a plan is faster. */

/* Probability of being alive at `ahead` >= 0 periods from now. Since 0.9. */
CRM_API crm_status crm_model_p_alive(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                     const double *t_x, const double *T, double ahead, double *out,
                                     double *se /*opt*/, crm_error *err);

/* Expected purchases in the next t >= 0 periods (CET). Since 0.9. */
CRM_API crm_status crm_model_expected(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                      const double *t_x, const double *T, double t, double *out, double *se /*opt*/,
                                      crm_error *err);

/* Expected purchases of a new customer in t[i] >= 0 periods: E[X(t)]. Since 0.9. */
CRM_API crm_status crm_model_expected_new(const crm_context *context, const crm_model *model, int64_t n,
                                          const double *t, double *out, double *se /*opt*/, crm_error *err);

/* Expected purchases in the next t periods, discounted continuously at delta >= 0 per period; t = INFINITY with
 * delta > 0 is DERT. Since 0.9. */
CRM_API crm_status crm_model_discounted(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                        const double *t_x, const double *T, double t, double delta, double *out,
                                        double *se /*opt*/, crm_error *err);

/* Expected spend per purchase given `count` purchases of mean `mean`; where count is 0 the mean is not read and the
 * population's is returned. A row for which the mean is infinite (Gamma-Gamma: p count + q <= 1) is bad. Since 0.9. */
CRM_API crm_status crm_model_spend(const crm_context *context, const crm_model *model, int64_t n, const double *count,
                                   const double *mean, double *out, double *se /*opt*/, crm_error *err);

/* ---- the plan --------------------------------------------------------------------------------------------------- */

/* Several quantities at once, prepared: tables and nodes are built when a quantity is added, and run allocates nothing
 * on one thread. Build, then share. */
typedef struct crm_plan crm_plan;

/* model and spend are a purchase model and, opt, a spend model; both are kept alive by the plan. Since 0.9. */
CRM_API crm_status crm_plan_create(const crm_context *context, const crm_model *model, const crm_model *spend /*opt*/,
                                   crm_plan **out, crm_error *err);

/* Adds a quantity (CRM_QUANTITY_* says which of t0, t1, delta, number it takes) and tells the column of its output.
 * At most 32. Since 0.9. */
CRM_API crm_status crm_plan_add(crm_plan *plan, int32_t quantity, double t0, double t1, double delta, double number,
                                int32_t *column, crm_error *err);
CRM_API int32_t crm_plan_columns(const crm_plan *plan);

/* Runs over n rows. count, mean: opt unless a quantity needs spend. z: covariates, column-major with leading dimension n,
 * opt. out: column j at out + j*n; se likewise, opt. total: opt, 2 per column: the sum over the rows that are not NaN,
 * and its standard error (parameters are shared, so it is not the sum of squares). Since 0.9. */
CRM_API crm_status crm_plan_run(const crm_context *context, const crm_plan *plan, int64_t n, const double *x,
                                const double *t_x, const double *T, const double *count /*opt*/,
                                const double *mean /*opt*/, const double *z /*opt*/, double *out, double *se /*opt*/,
                                double *total /*opt*/, crm_error *err);
CRM_API void crm_plan_destroy(crm_plan *plan);

/* ---- simulation ------------------------------------------------------------------------------------------------- */

/* A frozen log of n simulated customers with keys 0 .. n-1: customer i first buys at tick first[i] (>= 0), then as the
 * model says until tick `until`. Times are rounded down to ticks; amounts come from spend, or are 1 major unit without
 * one. Each customer draws from its own stream: the values are frozen for (seed, stream, i). Since 0.9. */
CRM_API crm_status crm_model_simulate(const crm_context *context, const crm_model *model, const crm_model *spend /*opt*/,
                                      int64_t n, const int64_t *first, int64_t until, double ticks_per_period,
                                      int32_t decimals, uint64_t seed, uint64_t stream, crm_transactions **out,
                                      crm_error *err);

/* ---- the fit from sums ------------------------------------------------------------------------------------------ */

/* The optimiser as a handle, for shards that stay where they are: ask for parameters, compute crm_fit_partial on each
 * shard, add the sums, tell them; until finished. The fit equals that of the merged summaries to 1e-12. */
typedef struct crm_fit crm_fit;

CRM_API crm_status crm_fit_create(const crm_context *context, int32_t kind, const crm_options *options /*opt*/,
                                  crm_fit **out, crm_error *err);

/* The parameters to evaluate, crm_kind_parameters(kind) of them, and the number of sums a partial has. Since 0.9. */
CRM_API crm_status crm_fit_ask(const crm_fit *fit, double *parameter, int32_t *sums, crm_error *err);

/* Adds nothing to fit: writes the sums of one shard at these parameters: customers, distinct rows, value, gradient and
 * Hessian; plain doubles that add up over shards. Since 0.9. */
CRM_API crm_status crm_fit_partial(const crm_context *context, int32_t kind, const double *parameter,
                                   const crm_summary *shard, double *sums, crm_error *err);
CRM_API crm_status crm_fit_tell(crm_fit *fit, const double *sums, int32_t *finished, crm_error *err);

/* The model found; the status is that of crm_model_fit. Before the end: CRM_E_STATE. Since 0.9. */
CRM_API crm_status crm_fit_finish(const crm_context *context, const crm_fit *fit, crm_model **out, crm_error *err);
CRM_API void crm_fit_destroy(crm_fit *fit);

#ifdef __cplusplus
}
#endif
#endif
