/* model: behavioural models of purchase, drop-out and spend: fit, predict, simulate. See crmcore_model(3). */
#ifndef CRMCORE_MODEL_H
#define CRMCORE_MODEL_H

#include "base.h"
#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- kinds ---------------------------------------------------------------------------------------------------- */

/* Every kind and quantity has its id from the start; what is not built yet answers CRM_E_UNSUPPORTED. A customer's
 * history is x repeat purchases, the last of them t_x periods after the first purchase, seen for T periods; with G
 * and B the gamma and beta functions.
 *
 * NBD: r, alpha (Ehrenberg 1959). Purchases at a rate lambda ~ Gamma(r, alpha) for ever; t_x says nothing.
 *   ln L = ln G(r+x)/G(r) + r ln alpha - (r+x) ln(alpha+T).
 *   With R = r + x, A = alpha + T, y = (t1 - t0)/A: P(alive) = 1, rate R/A, expected = R y, discounted = R/A
 *   (exp(-delta t0) - exp(-delta t1))/delta, spread = sqrt(R y (1 + y)), number ~ negative binomial (R, A/(A + t)).
 *   Error at most 1e-14 relative, of a probability of n 2e-13 + 3e-15 (r + x + n). CRM_E_DOMAIN: no end without a
 *   discount, spans from 1e150, alpha to 1e-100, (r + 2^53)/alpha from 1e150.
 *
 * Pareto/NBD: r, alpha, s, beta (Schmittlein, Morrison & Colombo 1987). Purchases at a rate lambda ~ Gamma(r, alpha)
 *   until the customer leaves, at a rate mu ~ Gamma(s, beta); one last seen at t_x has left at some u since, or not
 *   yet.
 *   ln L = ln G(r+x)/G(r) + r ln alpha + s ln beta
 *       + ln((alpha+T)^-(r+x) (beta+T)^-s + s int_t_x^T (alpha+u)^-(r+x) (beta+u)^-(s+1) du).
 *   The integral is summed in ln(u + min(alpha, beta)), where it has neither boundary layers nor cancellation: no
 *   hypergeometric functions. The log-likelihood is within 1e-12 * max(1, |value|), gradient 2e-13 and Hessian 1e-11 of
 *   max(1, largest entry), on 2,000 points of 40 digits, shapes 1e-3..1e3, scales 1e-3..1e4, x to 1e5, T 0.01..1e4. A
 *   shape outside 1e-60..1e60, a scale outside 1e-100..1e100 or a T above 1e100 has no value: CRM_E_DOMAIN, or a bad
 *   row. P(alive) is the first of the two terms over both. Given alive, lambda ~ Gamma(R, A) and mu ~ Gamma(s, B)
 *   with R = r + x, A = alpha + T, B = beta + T, so that everything is P(alive) times the value for a new customer
 *   with these parameters: ahead by t: times q(t) = (1 + t/B)^-s, expected = P(alive) R/A int_t0^t1 q(u) du,
 *   discounted the same with exp(-delta u), without poles at s = 1 or whole s and without hypergeometric functions,
 *   probability of n = P(alive) (q(t) nb(n; t) + int_0^t s q(u)/(B+u) nb(n; u) du) + (1 - P(alive)) [n = 0], nb(n; u)
 *   the negative binomial (R, A/(A + u)); rate: the mean of lambda over all times of leaving; spread^2 = Q ((R/A) m +
 *   (R/A^2) (m^2 + v) + (R/A)^2 (v + (1 - Q) m^2)), Q = P(alive) q(t0), m and v mean and variance of the time alive
 *   from t0 on. Error at most 5e-13 relative (2e-13 on 2,200 points of 40 digits) for the shapes, scales, x and T
 *   above, t 0.01..1e4, delta 1e-5..1; spread 1e-13 + 3e-15 (r + x), a probability of n 2e-13 + 3e-15 (r + x + n);
 *   gradients within 1e-11 of the value per unit of log-parameter. P(alive) below 1e-300 is 0. CRM_E_DOMAIN: no end
 *   without a discount, delta * beta below 1e-30 for ever, times ahead above 1e150, (r + 2^53)/alpha times the span
 *   above 1e140 (spread 1e80).
 *
 * BG/NBD: r, alpha, a, b (Fader, Hardie & Lee 2005). Purchases at a rate lambda ~ Gamma(r, alpha); after each repeat
 * purchase a customer leaves with probability p ~ Beta(a, b).
 *   ln L = ln G(r+x)/G(r) + r ln alpha + ln B(a, b+x)/B(a, b)
 *       + ln((alpha+T)^-(r+x) + [x>0] a/(b+x-1) (alpha+t_x)^-(r+x)).
 *   Given alive, lambda ~ Gamma(R, A) and p ~ Beta(a, B) with R = r + x, A = alpha + T, B = b + x, so that everything
 *   is P(alive) times the value for a new customer with these parameters:
 *   P(alive) = 1/(1 + [x > 0] a/(b + x - 1) ((alpha + T)/(alpha + t_x))^R), ahead by t: times E[(1 + p t/A)^-R],
 *   expected = P(alive) E[(1 - (1 + p t/A)^-R)/p],
 *   discounted = P(alive) int_0^t exp(-delta u) (R/A) E[(1 + p u/A)^-(R+1)] du,
 *   probability of n = P(alive) (B(a, B+n)/B(a, B) nb(n) + [n > 0] B(a+1, B+n-1)/B(a, B) sum_{k >= n} nb(k))
 *       + (1 - P(alive)) [n = 0], nb the negative binomial (R, A/(A + t)),
 *   spread^2 = P(alive) (M2 + M1) - (P(alive) M1)^2, M1 = E[c^-R (1 - (1 + w)^-R)/p], M2 = 2 E[(1 - p) c^-R
 *       (1 - (1 + (R+1) w) (1 + w)^-(R+1))/p^2], c = 1 + p t0/A, w = p (t1 - t0)/(A c), summed without cancellation,
 *   means over p, without poles at a = 1 and without hypergeometric functions. Error at most 5e-13 relative (1.2e-13 on
 *   2,200 points of 40 digits) for shapes 1e-3..1e3, scales 1e-3..1e4, x to 1e5, T and t 0.01..1e4, delta 1e-5..1, of a
 *   probability of n 2e-13 + 1e-15 (r + x + n); gradients within 1e-11 of the value per unit of log-parameter. P(alive)
 *   below 1e-300 is 0. Where means are taken, a shape outside 1e-60..1e60 or alpha outside 1e-100..1e100 is
 *   CRM_E_DOMAIN; DERT needs delta * alpha >= 1e-30, a spread (r + 2^53)/alpha t1 < 1e150; below 1e-150 it may be 0.
 *
 * MBG/NBD: r, alpha, a, b (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008). BG/NBD whose customer may leave
 *   right after the first purchase, too: one without a repeat purchase need not be alive.
 *   ln L = ln G(r+x)/G(r) + r ln alpha + ln B(a, b+x+1)/B(a, b)
 *       + ln((alpha+T)^-(r+x) + a/(b+x) (alpha+t_x)^-(r+x)).
 *   P(alive) = 1/(1 + a/(b + x) ((alpha + T)/(alpha + t_x))^(r + x)), of a new customer b/(a + b); the rest is that of
 *   BG/NBD with B = b + x + 1, so that what a new customer is expected to buy is b/(a + b) times what BG/NBD says at
 *   b + 1. Error bounds and domain are those of BG/NBD (1.2e-13 on its own and shared points of 40 digits).
 *
 * BG/CNBD-k and MBG/CNBD-k: k, r, alpha, a, b. Not built yet.
 *
 * GGompertz/NBD: r, alpha, b, s, beta (Bemmaor & Glady 2012). Purchases at a rate lambda ~ Gamma(r, alpha); a customer
 *   leaves with the Gompertz hazard eta b exp(b t), eta ~ Gamma(s, beta); b is per period, r, s, beta without unit.
 *   S(t) = (1 + (exp(b t) - 1)/beta)^-s, f = -S', R = r + x, A = alpha + T,
 *   ln L = ln G(R)/G(r) + r ln alpha + ln((alpha+T)^-R S(T) + int_t_x^T (alpha+u)^-R f(u) du).
 *   Given alive, lambda ~ Gamma(R, A) and the customer lives on as a new one with B = beta exp(-b T) + 1 - exp(-b T) in
 *   the place of beta, S_B(u) = (1 + (exp(b u) - 1)/B)^-s:
 *   P(alive) = S(T)/(S(T) + int_t_x^T ((alpha+T)/(alpha+u))^R f(u) du), ahead by t: times S_B(t),
 *   expected = P(alive) R/A int_t0^t1 S_B, discounted = P(alive) R/A int_t0^t1 exp(-delta u) S_B(u) du,
 *   probability of n = P(alive) (S_B(t) nb(n; t) - int_0^t nb(n; u) dS_B(u)) + (1 - P(alive)) [n = 0], nb the negative
 *   binomial (R, A/(A + u)); rate = the mean of R/(alpha + u), u when the customer left, or T; spread^2 = m + P(alive)
 *   R (R+1)/A^2 E[D^2] - m^2, m = expected, D the time alive in (t0, t1].
 *   b -> 0 with beta/b fixed is Pareto/NBD, smoothly. Integrals are Gauss-Legendre sums whose nodes follow from the
 *   row; no hypergeometric functions, any b T. Error at most 1e-12 relative (1.5e-13 on 2,100 points of 40 digits)
 *   for shapes and b 1e-3..1e3, and b to 1e-9 with beta/b 1e-3..1e4, alpha 1e-3..1e4, x to 1e5, T and t 0.01..1e4,
 *   delta 1e-5..1; probability of n, rate and spread 1e-11; gradients within 1e-9 of the value per unit of
 *   log-parameter. P(alive) below 1e-300 is 0. A parameter outside 1e-60..1e60, or no end without a discount, is
 *   CRM_E_DOMAIN. A fit often ends on the ridge b -> 0, where the data do not tell the model from Pareto/NBD:
 *   CRM_NOT_IDENTIFIED, and crm_model_direction is that of b and beta together.
 *
 * BG/BB: alpha, beta, gamma, delta (Fader, Hardie & Shang 2010). Time is counted in opportunities, which may be as many
 *   as they like for each customer: T of them, x taken, the last at t_x; all whole, x <= t_x <= T <= 2^20 (else the
 *   row is bad, or the fit CRM_E_DOMAIN), as are the times of quantities. Before each opportunity a customer dies with
 *   probability theta ~ Beta(gamma, delta); if alive, takes it with probability p ~ Beta(alpha, beta).
 *   L = B(alpha+x, beta+T-x)/B(alpha, beta) B(gamma, delta+T)/B(gamma, delta)
 *       + sum_{i < T-t_x} B(alpha+x, beta+t_x-x+i)/B(alpha, beta) B(gamma+1, delta+t_x+i)/B(gamma, delta).
 *   Given alive, p ~ Beta(alpha+x, beta+T-x) and theta ~ Beta(gamma, delta+T); with Q_k = (delta+T)_k/(gamma+delta+T)_k
 *   P(alive) = the first term / L, ahead by k: times Q_k (the paper's "alive at T+1" is ahead by 1),
 *   expected = P(alive) (alpha+x)/(alpha+beta+T) sum_{t0 < k <= t1} Q_k, discounted the same with exp(-delta k): the
 *   next opportunity is discounted by one period, and a rate d per opportunity is delta = ln(1+d); rate = E[p];
 *   probability of n: the paper's eq. 8 with these parameters; spread by the law of total variance. No pole at gamma
 *   = 1. Error at most 2e-13 relative for parameters 1e-3..1e3, T and t 1..1e4, delta 1e-5..1 (1.1e-13 on 2,200
 *   points of 40 digits), a probability of n 1e-13 + 2e-15 t1; gradients within 1e-9. CRM_E_DOMAIN: no end without a
 *   discount, parameters outside 1e-60..1e60, PROBABILITY and SPREAD over more than 2^20 opportunities, DERT at delta
 *   below 1e-30.
 *
 * Gamma-Gamma: p, q, v (Colombo & Jiang 1999; Fader & Hardie 2013). Spend of a purchase ~ Gamma(p, nu), nu ~ Gamma(q,
 * v).
 *   ln L of x purchases of mean z = ln G(px+q)/(G(px) G(q)) + q ln v + (px-1) ln z + px ln x - (px+q) ln(v+xz).
 *   Expected spend = p (v + x z)/(p x + q - 1), within 4 units in the last place.
 *
 * sBG: gamma, delta (Fader & Hardie 2007); BdW: gamma, delta, c (Fader, Hardie et al. 2018). Contracts that are renewed
 * or not after each period: of those with chance theta ~ Beta(gamma, delta) to leave in the first, (1-theta)^(t^c) are
 * still there after t; sBG is c = 1.
 *   S(t) = B(gamma, delta+t^c)/B(gamma, delta); ln L = ln(S(t-1) - S(t)) if lost in period t, ln S(t) if still there.
 *   A row is T alone, whole periods lived through and renewed (0: a new customer): x and t_x are not read and may be
 *   NULL; crm_model_rows takes (duration, ended, NULL). Times are whole, up to 2^52. With s(j) = S(T+j)/S(T):
 *   P(alive) = s(t0), expected renewals = sum s(j) over j in (t0, t1], discounted = sum exp(-delta j) s(j), without
 *   end the discounted expected residual lifetime, probability of n = s(n) - s(n+1), of n = t1 s(n), spread = sqrt(sum
 *   (2k-1) s(t0+k) - (sum s)^2) with no cancellation. No rate: P(alive) at 1 is the chance to renew.
 *   Sums of any length take some hundred terms. For gamma, delta 1e-3..1e3, c .1..10 errors are at most 2e-13
 *   relative, of sums and the spread 1e-12, of gradients 1e-11 of the value per unit of log-parameter. CRM_E_DOMAIN:
 *   parameters outside 1e-60..1e60, in sums c > 64, no end without a discount of at least 1e-13. */
enum {
    CRM_MODEL_NBD = 1,
    CRM_MODEL_PARETO_NBD = 2,
    CRM_MODEL_BG_NBD = 3,
    CRM_MODEL_MBG_NBD = 4,
    CRM_MODEL_BG_CNBD_K = 5,
    CRM_MODEL_MBG_CNBD_K = 6,
    CRM_MODEL_GGOMPERTZ_NBD = 7,
    CRM_MODEL_BG_BB = 8,
    CRM_MODEL_GAMMA_GAMMA = 9,
    CRM_MODEL_SBG = 10,
    CRM_MODEL_BDW = 11
};

/* What a plan can compute for a customer with the history (x, t_x, T). A new customer has x = t_x = T = 0. In
 * crm_plan_add the quantity takes these assumptions and does not look at the others (times are periods from now): */
enum {
    CRM_QUANTITY_P_ALIVE = 1,     /* probability of being alive at t0 >= 0 from now */
    CRM_QUANTITY_EXPECTED = 2,    /* expected purchases in (t0, t1], 0 <= t0 <= t1 < INFINITY */
    CRM_QUANTITY_DISCOUNTED = 3,  /* the same, each times exp(-delta u) if made at u; t1 INFINITY if delta > 0 */
    CRM_QUANTITY_PROBABILITY = 4, /* probability of exactly `number` purchases in (0, t1] */
    CRM_QUANTITY_RATE = 5,        /* posterior mean of the purchase rate (of a customer who may be dead) */
    CRM_QUANTITY_SPREAD = 6,      /* posterior standard deviation of the purchases in (t0, t1] */
    CRM_QUANTITY_SPEND = 7,       /* expected spend per purchase, from count and mean (needs a spend model) */
    CRM_QUANTITY_VALUE = 8        /* residual value: `number` (the margin rate) * SPEND * DISCOUNTED */
};

/* The table of kinds. Static, free of threads and memory; what there is no such thing of is 0 or NULL. Since 0.9. */
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
    CRM_FACT_AIC = 2,         /* 2 parameters that are not fixed - 2 log-likelihood */
    CRM_FACT_BIC = 3,         /* the same with ln of the number of customers, by weight, in place of the first 2 */
    CRM_FACT_CONVERGED = 4,   /* 1 or 0: the gradient is zero to rounding in every parameter not held at a bound */
    CRM_FACT_IDENTIFIED = 5,  /* 1 or 0: no parameter is held, and every direction has its curvature */
    CRM_FACT_CONDITION = 6,   /* of the negated Hessian in log-parameters not held: largest / smallest eigenvalue */
    CRM_FACT_CUSTOMERS = 7,   /* sum of the weights */
    CRM_FACT_DISTINCT = 8,    /* distinct rows; of a fit from sums those of the shards together */
    CRM_FACT_EVALUATIONS = 9, /* of the likelihood: screen, sample and all starts together */
    CRM_FACT_STATUS = 10,     /* what crm_model_fit answered */
    CRM_FACT_PENALTY = 11     /* what the fit paid for its coefficients by CRM_OPTION_RIDGE_*; else 0 */
};

/* Maximum likelihood by a damped Newton method on the logarithms of the parameters, over the distinct rows; starts are
 * screened, from 32,768 distinct rows on in a sample of the customers, and another start is tried where one ends badly.
 *
 * Always gives a model if the summary has rows for this kind (spend for Gamma-Gamma, else purchases; otherwise
 * CRM_E_NO_DATA), and *out is set for every status >= 0:
 *   CRM_OK              a maximum: gradient zero, Hessian negative definite;
 *   CRM_NOT_CONVERGED   CRM_OPTION_FIT_ITERATIONS ran out, or no step improved; the model predicts nothing;
 *   CRM_NOT_IDENTIFIED  the likelihood is highest at a bound (shapes e^-14 .. e^14, scales e^-20 .. e^20 times
 *                       the mean T or mean spend), or flat: condition above 1e10, or a standard error above 30 in
 *                       log-parameters along some direction. crm_model_direction tells which; covariance and
 *                       standard errors are NaN;
 *   CRM_NO_MEAN         Gamma-Gamma with q <= 1: a maximum, but the mean spend it implies is infinite.
 * The parameters do not depend on the unit of time or money (scales go with it) nor, from 1e-12 to 1e100, on a common
 * factor of all weights; whether they are identified does, as weights are customers.
 *
 * Options: CRM_OPTION_FIT_ITERATIONS; CRM_OPTION_FIT_START and CRM_OPTION_FIT_FIXED (as many values as parameters, else
 * CRM_E_DOMAIN; not all fixed, else CRM_E_ARGUMENT). A fixed parameter keeps its value to the bit, whatever the start
 * says, has variance 0, and counts neither in AIC and BIC nor in what identifies the others.
 * Progress is told, and may cancel, within each evaluation. Same bits for any number of threads, any instruction
 * set and any order of the rows. Since 0.9. */
CRM_API crm_status crm_model_fit(const crm_context *context, int32_t kind, const crm_summary *summary,
                                 const crm_options *options /*opt*/, crm_model **out, crm_error *err);

/* A model from stated parameters, all finite and > 0 (else CRM_E_DOMAIN, row: which); count must be that of the kind
 * (else CRM_E_ARGUMENT). covariance of the parameters themselves: count x count, column-major, finite, symmetric and
 * positive semidefinite, to 1e-9 in correlations (else CRM_E_DOMAIN); opt: standard errors are then NaN. Since 0.9. */
CRM_API crm_status crm_model_create(const crm_context *context, int32_t kind, int32_t count, const double *parameter,
                                    const double *covariance /*opt*/, crm_model **out, crm_error *err);

/* Static covariates z of a customer multiply the speed of its processes by exp(gamma' z), with a coefficient gamma
 * for each covariate and process: lifetime beta_i = beta exp(-gamma' z) (Pareto/NBD, GGompertz/NBD), a_i = a
 * exp(gamma' z) and b_i = b exp(gamma' z) (BG/NBD); transactions alpha_i = alpha exp(-gamma' z). The other kinds take
 * none. A fit to a summary with covariates (crm_summary_of_covariates) uses all of them in both processes unless the
 * options CRM_OPTION_COVARIATES_* say otherwise; a constant covariate, or one that is a combination of a constant and
 * others before it, is CRM_E_DOMAIN (row: its column). With CRM_OPTION_RIDGE_* it maximises log-likelihood -
 * customers * sum ridge * gamma^2; facts and crm_model_log_likelihood give the log-likelihood itself,
 * CRM_FACT_PENALTY what was paid. The search is made for covariates with a mean near 0 and a spread near 1:
 * coefficients are sought in -30 .. 30, and far from that (an income, a year) a fit ends as not identified or not
 * converged; spreads outside 1e-150 .. 1e150 count as constant. Coefficients stand behind the parameters of the kind:
 * those of lifetime, of transactions, the shared ones, each in the order of columns. Such a model predicts by plans
 * only, which take z; it fits no shards, simulates nothing and is not checked by crm_check_tracking and
 * crm_check_histogram (CRM_E_ARGUMENT). */
enum { CRM_PROCESS_LIFETIME = 1, CRM_PROCESS_TRANSACTIONS = 2 };

/* A model with covariates from stated parameters: those of the kind, then so many coefficients, 1 .. 32, of which
 * coefficient i is that of column[i] (0 .. columns - 1) and feeds process[i], CRM_PROCESS_* or their sum; the rest as
 * crm_model_create. Since 0.9. */
CRM_API crm_status crm_model_create_covariates(const crm_context *context, int32_t kind, int32_t count,
                                               const double *parameter, const double *covariance /*opt*/,
                                               int32_t columns, int32_t coefficients, const int32_t *column,
                                               const int32_t *process, crm_model **out, crm_error *err);

/* How many parameters the model has, coefficients included; 0 for NULL. Since 0.9. */
CRM_API int32_t crm_model_count(const crm_model *model);

/* What parameter i of a model is: of the kind (*column -1, *process 0), or the coefficient of a covariate.
 * CRM_E_ARGUMENT: there is no such parameter. Since 0.9. */
CRM_API crm_status crm_model_coefficient(const crm_model *model, int32_t i, int32_t *column, int32_t *process,
                                         crm_error *err);
CRM_API int32_t crm_model_kind(const crm_model *model);
CRM_API double crm_model_fact(const crm_model *model, int32_t fact); /* CRM_FACT_*; else NaN */

/* parameter: count; covariance: count x count, opt, NaN if there is none or the model is not identified. The covariance
 * of a fit is the inverse of the negated Hessian in log-parameters, times theta_i theta_j (delta method). Since 0.9. */
CRM_API crm_status crm_model_parameters(const crm_model *model, double *parameter, double *covariance /*opt*/,
                                        crm_error *err);

/* Unit vector in log-parameters along which the log-likelihood of a fit curves least, count entries: where a model is
 * not identified, the way in which its parameters may move. CRM_E_STATE if not fitted. Since 0.9. */
CRM_API crm_status crm_model_direction(const crm_model *model, double *direction, crm_error *err);

/* Wald interval on log-parameters: low, high = theta * exp(-+ z se/theta), z the normal quantile of (1 + level)/2, for
 * 0 < level < 1 (else CRM_E_DOMAIN); count entries each, NaN without a covariance; summary NULL. With the summary that
 * the model was fitted to (else CRM_E_STATE) the profile likelihood interval: where the log-likelihood, maximised
 * over all other free parameters, is z^2/2 below its maximum, to 1e-8 + 1e-14 |log-likelihood|; 0 or INFINITY where
 * it never falls so far within the bounds of fits, as happens where one is not identified. CRM_NOT_CONVERGED: an end
 * was not found and is NaN. A fixed parameter is its own interval. Since 0.9. */
CRM_API crm_status crm_model_interval(const crm_context *context, const crm_model *model,
                                      const crm_summary *summary /*opt*/, double level, double *low, double *high,
                                      crm_error *err);

/* Log-likelihood of the summary at the model's parameters, with gradient (count) and Hessian (count x count) in the
 * LOG-parameters; summed over rows by weight; the formulas stand with the kinds above. No rows for this kind:
 * CRM_E_NO_DATA; a result beyond the range of double: CRM_E_DOMAIN, and nothing is written.
 * For x to 1e5, shapes 1e-3..1e3 and scales 1e-3..1e4 each row is within 1e-12 * max(1, |value|), or within
 * 32 condition 2^-53 where its terms cancel (Gamma-Gamma: 512 min(px, q) 2^-53); gradient 1e-11 and Hessian 1e-10
 * of max(1, largest entry). Same bits for any number of threads and any instruction set. Since 0.9. */
CRM_API crm_status crm_model_log_likelihood(const crm_context *context, const crm_model *model,
                                            const crm_summary *summary, double *value, double *gradient /*opt*/,
                                            double *hessian /*opt*/, crm_error *err);

/* The log-likelihood of each of n rows: purchase models take (x, t_x, T) as the quantities below do, spend
 * models (count, mean, NULL) with count whole and >= 0, mean finite and > 0; where count is 0 the mean is not
 * read, and the log-likelihood is 0. A row beyond the range of double is bad (arg 2). Bounds as above. Allocates
 * nothing on one thread. Since 0.9. */
CRM_API crm_status crm_model_rows(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                  const double *t_x, const double *T /*opt for spend*/, double *out, crm_error *err);

/* Blobs: bytes NULL asks the length, too small a capacity is CRM_E_BUFFER with *length set; the same bytes on every
 * platform; old versions load for ever. Bytes that are not a model's are CRM_E_FORMAT, those of a later version
 * CRM_E_VERSION. Since 0.9. */
CRM_API crm_status crm_model_save(const crm_model *model, uint8_t *bytes, int64_t capacity, int64_t *length,
                                  crm_error *err);
CRM_API crm_status crm_model_load(const crm_context *context, const uint8_t *bytes, int64_t length, crm_model **out,
                                  crm_error *err);
CRM_API void crm_model_destroy(crm_model *model);

/* ---- the everyday quantities ----------------------------------------------------------------------------------- */

/* One call each, allocating nothing on one thread; out and se have n entries, se is opt and NaN if the model has no
 * covariance. se is the uncertainty of the parameters, by the delta method: sqrt(g' C g), g the exact gradient. Rows
 * must satisfy x whole >= 0, 0 <= t_x <= T < infinity, t_x = 0 exactly when x = 0; else they are NaN and the status
 * CRM_BAD_ROWS; a row with a NaN is NaN without remark. A model whose fit did not converge is CRM_E_STATE; a kind that
 * does not have the quantity CRM_E_UNSUPPORTED, a spend model in the place of a purchase model (and the reverse)
 * CRM_E_ARGUMENT; a negative or NaN time or rate CRM_E_DOMAIN. For several quantities of many customers a plan is
 * faster; it gives the same bits. A row's bits depend on nothing but the row, the model and the assumptions.
 * Formulas and error bounds stand with the kinds above. */

/* Probability of being alive at `ahead` >= 0 periods from now. Since 0.9. */
CRM_API crm_status crm_model_p_alive(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                     const double *t_x, const double *T, double ahead, double *out,
                                     double *se /*opt*/, crm_error *err);

/* Expected purchases in the next t >= 0 periods, t finite (CET). Since 0.9. */
CRM_API crm_status crm_model_expected(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                      const double *t_x, const double *T, double t, double *out, double *se /*opt*/,
                                      crm_error *err);

/* Expected purchases of a new customer in t[i] >= 0 periods: E[X(t)], after the first one. A t[i] that is negative or
 * infinite is a bad row. Since 0.9. */
CRM_API crm_status crm_model_expected_new(const crm_context *context, const crm_model *model, int64_t n,
                                          const double *t, double *out, double *se /*opt*/, crm_error *err);

/* Expected purchases in the next t periods, discounted continuously at delta >= 0 per period; t = INFINITY with
 * delta > 0 is DERT. delta = 0 gives the bits of crm_model_expected. Since 0.9. */
CRM_API crm_status crm_model_discounted(const crm_context *context, const crm_model *model, int64_t n, const double *x,
                                        const double *t_x, const double *T, double t, double delta, double *out,
                                        double *se /*opt*/, crm_error *err);

/* Expected spend per purchase given `count` purchases (whole, >= 0) of mean `mean` (> 0); where count is 0 the mean is
 * not read and the population's is returned; a row for which that mean does not exist (p count + q <= 1) is bad.
 * Since 0.9. */
CRM_API crm_status crm_model_spend(const crm_context *context, const crm_model *model, int64_t n, const double *count,
                                   const double *mean, double *out, double *se /*opt*/, crm_error *err);

/* ---- the plan --------------------------------------------------------------------------------------------------- */

/* Several quantities at once, prepared: tables and nodes are built when a quantity is added, and run allocates nothing
 * on one thread. Build, then share. */
typedef struct crm_plan crm_plan;

/* model and spend are a purchase model and, opt, a spend model; both are kept alive by the plan. Since 0.9. */
CRM_API crm_status crm_plan_create(const crm_context *context, const crm_model *model, const crm_model *spend /*opt*/,
                                   crm_plan **out, crm_error *err);

/* Adds a quantity (CRM_QUANTITY_* says which of t0, t1, delta, number it takes) and tells the column of its output,
 * from 0. At most 32, then CRM_E_STATE. SPEND and VALUE without a spend model are CRM_E_ARGUMENT; assumptions outside
 * their domain CRM_E_DOMAIN. PROBABILITY is that of `number` purchases, whole, 0 .. 2^53, of a customer who may be
 * dead. The tables of a column take some milliseconds, of a spread some tens; one and the same question asked twice
 * shares them. Since 0.9. */
CRM_API crm_status crm_plan_add(crm_plan *plan, int32_t quantity, double t0, double t1, double delta, double number,
                                int32_t *column, crm_error *err);
CRM_API int32_t crm_plan_columns(const crm_plan *plan);

/* Runs over n rows. count, mean: opt unless a quantity needs spend. z: covariates, column-major with leading dimension
 * n, opt. out: column j at out + j*n; se likewise, opt. total: opt, 2 per column: the sum over the rows that are not
 * NaN, and its standard error (parameters are shared, so the gradients are summed before the delta method; those of the
 * two models are taken as independent). Bad rows as for the named functions; rows whose spend does not exist are NaN in
 * SPEND and VALUE only. The same bits, totals included, for any number of threads. Since 0.9. */
CRM_API crm_status crm_plan_run(const crm_context *context, const crm_plan *plan, int64_t n, const double *x,
                                const double *t_x, const double *T, const double *count /*opt*/,
                                const double *mean /*opt*/, const double *z /*opt*/, double *out, double *se /*opt*/,
                                double *total /*opt*/, crm_error *err);
CRM_API void crm_plan_destroy(crm_plan *plan);

/* ---- simulation ------------------------------------------------------------------------------------------------- */

/* A frozen log of n simulated customers with keys 0 .. n-1: customer i first buys at tick first[i] (0 .. 2^52), then as
 * the model says until tick `until` (<= 2^52); one whose first tick is later has no rows. Times are rounded down to
 * ticks, so a tick may hold several purchases. Amounts come from spend, rounded to minor units and at least 1 of
 * them, or are 1 major unit without one. Each customer draws from streams of its own, one for times and one for
 * amounts: the values are frozen for (seed, stream, i). Since 0.9. */
CRM_API crm_status crm_model_simulate(const crm_context *context, const crm_model *model,
                                      const crm_model *spend /*opt*/, int64_t n, const int64_t *first, int64_t until,
                                      double ticks_per_period, int32_t decimals, uint64_t seed, uint64_t stream,
                                      crm_transactions **out, crm_error *err);

/* ---- checking a model against what happened -----------------------------------------------------------------------
 * */

/* Of customers only distinct values are looked at, so that their order changes no bit. A NaN is a customer left out. A
 * kind without the quantity is CRM_E_UNSUPPORTED, a fit that did not converge CRM_E_STATE. */

/* Tracking curve: expected[k], k < times, are the repeat purchases that n customers are expected to have made by
 * time[k], sum over start[i] < time[k] of E[X(time[k] - start[i])]. start[i]: when customer i first bought; both in
 * periods, from any one origin; finite (else CRM_E_DOMAIN). What happened: crm_transactions_repeats. Time: one
 * crm_model_expected_new for each time and distinct start. Since 0.9. */
CRM_API crm_status crm_check_tracking(const crm_context *context, const crm_model *model, int64_t n,
                                      const double *start, int32_t times, const double *time, double *expected,
                                      crm_error *err);

/* Calibration histogram: expected[k] = sum_i P(X(T[i]) = k) is how many of n customers, observed for T[i] >= 0 periods,
 * should have made k repeat purchases; the last of 1 .. 2^20 bins takes those who made as many or more. Time: one
 * probability for each bin and distinct T. Since 0.9. */
CRM_API crm_status crm_check_histogram(const crm_context *context, const crm_model *model, int64_t n, const double *T,
                                       int32_t bins, double *expected, crm_error *err);

/* Hold-out by frequency: how many customers made g repeat purchases in the calibration period (the last of 1 .. 64
 * groups: as many or more), and the means of what they bought in the hold-out period (crm_customers_since) and were
 * expected to (crm_model_expected); NaN where a group is empty. Sums are exact. Numbers >= 0 and <= 1e150, else
 * CRM_E_DOMAIN. Since 0.9. */
CRM_API crm_status crm_check_groups(int64_t n, const double *x, const double *actual, const double *expected,
                                    int32_t groups, int64_t *customers, double *actual_mean, double *expected_mean,
                                    crm_error *err);

/* Hold-out in three numbers: mean absolute error and root mean squared error per customer, and aggregate bias,
 * sum expected / sum actual - 1 (NaN where nothing happened, INFINITY beyond double). No customer with both numbers:
 * CRM_E_NO_DATA. Since 0.9. */
CRM_API crm_status crm_check_errors(int64_t n, const double *actual, const double *expected, double *mae, double *rmse,
                                    double *bias, crm_error *err);

/* Likelihood-ratio test of a fitted model against a more general one that contains it, fitted to the same customers:
 * statistic 2 (ln L - ln L_restricted), degrees of freedom (parameters that are free in one and not in the other) and
 * the probability of a greater statistic under the restricted model, by the chi-squared distribution, within 1e-12 of
 * itself. Where the restricted model lies at a bound of the general one (NBD within Pareto/NBD) that probability is
 * too large. CRM_E_STATE: not of a fit that converged; CRM_E_ARGUMENT: not more general, other customers, or less
 * likely by more than 1e-6. Since 0.9. */
CRM_API crm_status crm_check_ratio(const crm_model *restricted, const crm_model *general, double *statistic,
                                   int32_t *degrees, double *probability, crm_error *err);

/* ---- the fit from sums ------------------------------------------------------------------------------------------ */

/* The optimiser as a handle, for shards that stay where they are: ask for parameters, compute crm_fit_partial on each
 * shard, add the sums, tell them; until finished. What is asked first only serves to see what the data look like. The
 * fit equals that of the merged summaries to 1e-12, in parameters and log-likelihood. A handle serves one thread at a
 * time. */
typedef struct crm_fit crm_fit;

/* Kind and options as of crm_model_fit. Since 0.9. */
CRM_API crm_status crm_fit_create(const crm_context *context, int32_t kind, const crm_options *options /*opt*/,
                                  crm_fit **out, crm_error *err);

/* The parameters to evaluate, crm_kind_parameters(kind) of them, and the number of sums a partial has; once finished
 * the parameters found. Since 0.9. */
CRM_API crm_status crm_fit_ask(const crm_fit *fit, double *parameter, int32_t *sums, crm_error *err);

/* Writes the sums of one shard at these parameters (finite and > 0, else CRM_E_DOMAIN): 6 moments (customers by weight,
 * distinct rows, three sums over columns, customers with purchases), then value, gradient and Hessian in
 * log-parameters: 7 + k + k^2 plain doubles that add up over shards. All 0 for a shard without rows of this kind.
 * Since 0.9. */
CRM_API crm_status crm_fit_partial(const crm_context *context, int32_t kind, const double *parameter,
                                   const crm_summary *shard, double *sums, crm_error *err);

/* The sums over all shards at the parameters last asked for. CRM_E_DOMAIN where the moments are not finite and >= 0,
 * CRM_E_NO_DATA where there are no customers, CRM_E_STATE once finished. A value or derivative that is not finite makes
 * the point a rejected one. Since 0.9. */
CRM_API crm_status crm_fit_tell(crm_fit *fit, const double *sums, int32_t *finished, crm_error *err);

/* The model found; the status is that of crm_model_fit. Before the end: CRM_E_STATE. Since 0.9. */
CRM_API crm_status crm_fit_finish(const crm_context *context, const crm_fit *fit, crm_model **out, crm_error *err);
CRM_API void crm_fit_destroy(crm_fit *fit);

#ifdef __cplusplus
}
#endif
#endif
