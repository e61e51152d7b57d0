/* The distribution of the number of purchases in BG/BB: see bg_bb_count.h.
 *
 * P(n) = B(a+n, b+N-n)/B(a, b) C(N, n) Q_N + sum over n <= i < N of B(a+n, b+i-n)/B(a, b) C(i, n) (Q_i -
 * Q_i+1), Q_i = B(gamma, d+i)/B(gamma, d): dead at opportunity i + 1, or alive at the last (Fader, Hardie &
 * Shang 2010, eq. 8). Beside the factor of i = n it is the recurrence of bg_bb_kernel.h with the ratio
 * (n+l+1)/(l+1) of the binomial coefficients, l = i - n; they leave the range of doubles, so an exponent goes
 * along. */
#include "model/bg_bb_count.h"

#include "numeric/elementary.h"
#include "numeric/special.h"

enum { UNIT = 600 }; /* a unit of the exponent is 2^600 */

/* A number >= 0, and the derivatives of its logarithm. */
typedef struct {
    double value;
    double units; /* value 2^(600 units) */
    double slope[4];
} silence;

static void keep_in_range(silence *s)
{
    if (s->value > 0x1p300) {
        s->value *= 0x1p-600;
        s->units += 1.0;
    } else if (s->units > 0.0 && s->value < 0x1p-400) {
        s->value *= 0x1p600;
        s->units -= 1.0;
    }
}

/* Opportunity l after n that were taken, given what follows; a, s, d, e count from there. */
static void step_back(double a, double b, double gamma, double d, double n, double l, silence *w)
{
    const double per_s = 1.0 / (a + b + l);
    const double per_e = 1.0 / (gamma + d + l);
    const double q_here = gamma * per_e;
    const double q_not = q_here < 0.5 ? 1.0 - q_here : (d + l) * per_e;
    const double r_not = (b + l) * per_s;
    const double on = (n + l + 1.0) / (l + 1.0) * r_not * q_not * w->value;
    const double q = w->units == 0.0 ? q_here : w->units == 1.0 ? q_here * 0x1p-600 : 0.0;
    w->value = q + on;
    const double pi = on / w->value;
    w->slope[0] = pi * (w->slope[0] - per_s);
    w->slope[1] = pi * (w->slope[1] + a * per_s / (b + l));
    w->slope[2] = q_not / gamma + pi * (w->slope[2] - 1.0 / gamma);
    w->slope[3] = pi * (w->slope[3] + 1.0 / (d + l)) - per_e;
    keep_in_range(w);
}

double crm_i_bg_bb_probability(double a, double b, double gamma, double d, double n, double N, double *slope)
{
    if (n > N) {
        slope[0] = slope[1] = slope[2] = slope[3] = 0.0;
        return 0.0;
    }
    silence w = {1.0, 0.0, {0.0, 0.0, 0.0, 0.0}};
    for (double l = N - n - 1.0; l >= 0.0; l -= 1.0)
        step_back(a + n, b, gamma, d + n, n, l, &w);
    const double log_taken = -(crm_i_lgamma_cross(a, b, n) + crm_i_lgamma_cross(d, gamma, n));
    const double log_units = w.units * (UNIT * 0x1.62e42fefa39efp-1);
    const double value = crm_i_exp(log_taken + log_units + crm_i_log(w.value));
    const double both = crm_i_digamma_ratio(a + b, n);
    const double death = crm_i_digamma_ratio(gamma + d, n);
    slope[0] = value * (w.slope[0] + (crm_i_digamma_ratio(a, n) - both));
    slope[1] = value * (w.slope[1] - both);
    slope[2] = value * (w.slope[2] - death);
    slope[3] = value * (w.slope[3] + (crm_i_digamma_ratio(d, n) - death));
    return value;
}
