/* The future of BG/BB: see bg_bb_future.h.
 *
 * Sums run backwards, W <- z d/e (1 + W), all terms positive: z = exp(-delta). Where they are long, or
 * without end, the rest of the sum is a mean over theta ~ Beta(gamma, d), by the rule of rule.h: V = 1 + W =
 * E[(1 - ((1 - theta) z)^K)/(1 - (1 - theta) z)]. So there is neither a hypergeometric function nor a pole at
 * gamma = 1. */
#include "model/bg_bb_future.h"

#include "model/rule.h"
#include "numeric/elementary.h"
#include "numeric/special.h"

/* Longer sums are taken as means. */
enum { SUMMED = 1024, BLOCK = CRM_I_BG_BB_FUTURE_BLOCK };

crm_i_bg_bb_survival crm_i_bg_bb_survive(const double *parameter, double T, double k)
{
    const double gamma = parameter[2];
    const double d = parameter[3] + T;
    const double log_alive = -crm_i_lgamma_cross(d, gamma, k);
    const double by_e = crm_i_digamma_ratio(gamma + d, k);
    const crm_i_bg_bb_survival s = {crm_i_exp(log_alive), -crm_i_expm1(log_alive), -by_e,
                                    crm_i_digamma_ratio(d, k) - by_e};
    return s;
}

static crm_i_bg_bb_future times(crm_i_bg_bb_future a, crm_i_bg_bb_survival s, double factor)
{
    const double share = factor * s.alive;
    const crm_i_bg_bb_future r = {a.v * share, (a.gamma + a.v * s.gamma) * share,
                                  (a.delta + a.v * s.delta) * share};
    return r;
}

/* d/e, given q = gamma/e. Over many steps d * (1/e) would round alike, 1 - q does not. */
static double staying(double q, double d, double per_e)
{
    return q < 0.5 ? 1.0 - q : d * per_e;
}

/* W = z d/e (1 + W') from V' = 1 + W', with d the one of this step. */
static crm_i_bg_bb_future step_back(double gamma, double d, double z, crm_i_bg_bb_future next)
{
    const double per_e = 1.0 / (gamma + d);
    const double q = gamma * per_e;
    const double on = z * staying(q, d, per_e);
    const crm_i_bg_bb_future r = {on * next.v, on * (next.gamma - next.v * per_e),
                                  on * next.delta + next.v * (z * q * per_e)};
    return r;
}

static crm_i_bg_bb_future and_one(crm_i_bg_bb_future w)
{
    w.v += 1.0;
    return w;
}

/* V as a mean, of a sum of K terms (INFINITY: of all). */
static crm_i_bg_bb_future mean_over_theta(int32_t isa, double gamma, double d, double delta, double K,
                                          int32_t gradient)
{
    crm_i_rule rule;
    const double lost = -crm_i_expm1(-delta); /* 1 - z */
    const double z = crm_i_exp(-delta);
    const double scale = K < CRM_I_INFINITY ? K : 4.0 / lost;
    const crm_i_rule_need need = {0.0, 0.0, scale < 1e290 ? scale : 1e290, 8.0, 0.0};
    crm_i_rule_beta(isa, gamma, d, &need, gradient, &rule);
    crm_i_bg_bb_future sum = {0.0, 0.0, 0.0};
    for (int64_t i = 0; i < rule.n; i++) {
        const double p = rule.p[i];
        const double all = K < CRM_I_INFINITY ? -crm_i_expm1(K * (crm_i_log1p(-p) - delta)) : 1.0;
        const double f = lost + z * p > 0.0 ? all / (lost + z * p) : K;
        sum.v += rule.w[i] * f;
        if (!gradient)
            continue;
        sum.gamma += rule.w_a[i] * f;
        sum.delta += rule.w_b[i] * f;
    }
    return sum;
}

/* The sum over k = 1 .. K of Q_k z^k from d on. */
static crm_i_bg_bb_future finite(int32_t isa, double gamma, double d, double delta, double K,
                                 int32_t gradient)
{
    const double z = crm_i_exp(-delta);
    crm_i_bg_bb_future w = {0.0, 0.0, 0.0};
    if (K > SUMMED)
        return step_back(gamma, d, z, mean_over_theta(isa, gamma, d + 1.0, delta, K, gradient));
    for (double k = K - 1.0; k >= 0.0; k -= 1.0)
        w = step_back(gamma, d + k, z, and_one(w));
    return w;
}

/* Sums without end for a block: from its end down. */
static void endless(int32_t isa, const double *parameter, const crm_i_ask *ask, int64_t first, int32_t n,
                    int32_t gradient, crm_i_bg_bb_future *out)
{
    const double gamma = parameter[2];
    const double z = crm_i_exp(-ask->delta);
    const double start = parameter[3] + ask->t0; /* d of T = 0 */
    const int64_t end = (first / BLOCK + 1) * BLOCK;
    crm_i_bg_bb_future v =
        mean_over_theta(isa, gamma, start + (double)end, ask->delta, CRM_I_INFINITY, gradient);
    for (int64_t T = end - 1; T >= first; T--) {
        const crm_i_bg_bb_future w = step_back(gamma, start + (double)T, z, v);
        if (T < first + n)
            out[T - first] = w;
        v = and_one(w);
    }
}

void crm_i_bg_bb_future_at(int32_t isa, const double *parameter, const crm_i_ask *ask, int64_t first,
                           int32_t n, int32_t gradient, crm_i_bg_bb_future *out)
{
    const crm_i_bg_bb_future one = {1.0, 0.0, 0.0};
    const int32_t for_ever = ask->quantity == CRM_QUANTITY_DISCOUNTED && ask->t1 == CRM_I_INFINITY;
    const double factor = crm_i_exp(-ask->delta * ask->t0);
    if (for_ever)
        endless(isa, parameter, ask, first, n, gradient, out);
    for (int32_t i = 0; i < n; i++) {
        const double T = (double)(first + i);
        if (ask->quantity == CRM_QUANTITY_P_ALIVE)
            out[i] = one;
        else if (!for_ever)
            out[i] = finite(isa, parameter[2], parameter[3] + T + ask->t0, ask->delta, ask->t1 - ask->t0,
                            gradient);
        if (ask->t0 > 0.0)
            out[i] = times(out[i], crm_i_bg_bb_survive(parameter, T, ask->t0), factor);
    }
}

void crm_i_bg_bb_lived(const double *parameter, double T, double t0, double t1, crm_i_bg_bb_future *mean,
                       crm_i_bg_bb_future *variance)
{
    const double gamma = parameter[2];
    const double d = parameter[3] + T + t0;
    crm_i_bg_bb_future m = {0.0, 0.0, 0.0};
    crm_i_bg_bb_future v = {0.0, 0.0, 0.0};
    /* of those from k on, given that he lived to see k - 1: none with probability q, else one and the rest */
    for (double k = t1 - t0 - 1.0; k >= 0.0; k -= 1.0) {
        const double per_e = 1.0 / (gamma + (d + k));
        const double q = gamma * per_e;
        const double on = staying(q, d + k, per_e);
        const double on_gamma = -on * per_e;
        const double on_delta = q * per_e;
        const double rest = 1.0 + m.v;
        const double bend = v.v + (q - on) * (rest * rest);
        const double twice = 2.0 * q * on * rest;
        v.gamma = on * v.gamma + on_gamma * bend + twice * m.gamma;
        v.delta = on * v.delta + on_delta * bend + twice * m.delta;
        v.v = on * v.v + q * on * (rest * rest);
        m.gamma = on * m.gamma + on_gamma * rest;
        m.delta = on * m.delta + on_delta * rest;
        m.v = on * rest;
    }
    *mean = m;
    *variance = v;
}
