/* The loss of survival between two times: see contract_curve.h.
 *
 * With u = t^c, and K(x, p, q) = ln of G(x + p + q) G(x)/(G(x + p) G(x + q)), X = K(delta + u_from, gamma,
 * u_to - u_from). Powers beyond e^300 are held there, and go on as what K becomes: gamma ln u. */
#include "model/contract_curve.h"

#include "numeric/elementary.h"
#include "numeric/special.h"

enum { GAMMA = CRM_I_CONTRACT_GAMMA, DELTA = CRM_I_CONTRACT_DELTA, C = CRM_I_CONTRACT_C };

#define HELD 300.0 /* the logarithm of where powers are held: their squares are doubles still */
#define FAR 200.0  /* and of where they are so large that no parameter matters beside them */

/* Within these bounds of all parameters that is so. */
#define LEAST 1e-60
#define MOST 1e60

/* Both powers and what they do as ln c grows. */
typedef struct {
    double log_u; /* ln of the first and of the second power, where they are above 0 */
    double log_w;
    double u;      /* the first power, */
    double h;      /* and how much the second is above it */
    double beyond; /* what ln of the second power is above where it was held */
    double ratio;  /* log_w - log_u; 0 where u is 0 */
} powers;

static powers powers_of(double c, double from, double to)
{
    powers p = {0.0, c * crm_i_log(to), 0.0, 0.0, 0.0, 0.0};
    if (from > 0.0) {
        p.log_u = c * crm_i_log(from);
        p.ratio = c * crm_i_log1p((to - from) / from);
    }
    if (p.log_w > HELD) {
        p.beyond = p.log_w - HELD;
        p.u = from > 0.0 && p.log_u < FAR ? crm_i_exp(p.log_u) : 0.0;
        p.h = crm_i_exp(HELD) - p.u;
    } else if (c == 1.0) {
        p.u = from;
        p.h = to - from;
    } else if (from > 0.0) {
        p.u = crm_i_exp(p.log_u);
        p.h = p.u * crm_i_expm1(p.ratio);
    } else {
        p.h = crm_i_exp(p.log_w);
    }
    return p;
}

/* Both powers are far: X = gamma (ln u_to - ln u_from). */
static void far_loss(double gamma, double ratio, crm_i_contract_term *out)
{
    const double x = gamma * ratio;
    const crm_i_contract_term all = {x, {x, 0.0, x}, {x, 0.0, x, 0.0, 0.0, x}};
    *out = all;
}

static void second_derivatives(double gamma, double delta, const powers *p, double by_x, double by_q,
                               double u1, double h1, crm_i_contract_term *out)
{
    const double x = delta + p->u;
    const double pp = crm_i_trigamma_ratio(x + gamma, p->h);
    const double xx = crm_i_trigamma_cross(x, gamma, p->h);
    const double qq = crm_i_trigamma_ratio(x + p->h, gamma);
    const double pq = crm_i_trigamma(x + gamma + p->h);
    const double u2 = p->u * (p->log_u * (p->log_u + 1.0));
    const double h2 = p->h * (p->log_w * (p->log_w + 1.0)) + p->u * (p->ratio * (p->log_w + p->log_u + 1.0));
    double *s = out->second;
    s[0] = out->first[GAMMA] + gamma * (gamma * pp);
    s[1] = gamma * (delta * pp);
    s[2] = gamma * (pp * u1 + pq * h1);
    s[3] = out->first[DELTA] + delta * (delta * xx);
    s[4] = delta * (xx * u1 + qq * h1);
    s[5] = (xx * u1 + qq * h1) * u1 + qq * (u1 + h1) * h1 + (by_x * u2 + by_q * h2);
}

void crm_i_contract_loss(const double *parameter, double from, double to, int32_t order,
                         crm_i_contract_term *out)
{
    const double gamma = parameter[GAMMA];
    const double delta = parameter[DELTA];
    const crm_i_contract_term none = {0.0, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0, 0.0, 0.0, 0.0}};
    *out = none;
    if (!(to > from))
        return;
    for (int32_t j = 0; j < CRM_I_CONTRACT_PARAMETERS; j++) {
        if (parameter[j] >= LEAST && parameter[j] <= MOST)
            continue;
        out->value = CRM_I_NAN;
        return;
    }
    const powers p = powers_of(parameter[C], from, to);
    if (p.log_u >= FAR) {
        far_loss(gamma, p.ratio, out);
        return;
    }
    const double x = delta + p.u;
    const double more = gamma * p.beyond;
    out->value = crm_i_lgamma_cross(x, gamma, p.h) + more;
    if (order < 1)
        return;
    const double by_x = crm_i_digamma_cross(x, gamma, p.h);
    const double by_q = crm_i_digamma_ratio(x + p.h, gamma);
    const double u1 = p.u * p.log_u; /* of u and h, as ln c grows */
    const double h1 = p.h * p.log_w + p.u * p.ratio;
    out->first[GAMMA] = gamma * crm_i_digamma_ratio(x + gamma, p.h) + more;
    out->first[DELTA] = delta * by_x;
    out->first[C] = by_x * u1 + by_q * h1;
    if (order > 1)
        second_derivatives(gamma, delta, &p, by_x, by_q, u1, h1, out);
}

double crm_i_contract_slope(const double *parameter, double t)
{
    const double c = parameter[C];
    const double log_u = c * crm_i_log(t);
    const double u = crm_i_exp(log_u < HELD ? log_u : HELD);
    return c * (u * crm_i_digamma_ratio(parameter[DELTA] + u, parameter[GAMMA]));
}
