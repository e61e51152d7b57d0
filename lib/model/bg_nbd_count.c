/* The distribution of the number of purchases in BG/NBD: see bg_nbd_count.h.
 *
 * Exactly n purchases: n without dropping out, or at least n purchases of a process that never drops out, of
 * which the n-th was the last: P(n) = B(a, B+n)/B(a, B) nb(n) + [n > 0] B(a+1, B+n-1)/B(a, B) sum_{k >= n}
 * nb(k), nb(n) = Gamma(R+n)/(Gamma(R) n!) (A/(A+t))^R (t/(A+t))^n, and the tail of nb is an incomplete beta
 * function (Fader, Hardie & Lee 2005, eq. 9 with the tail summed). */
#include "model/bg_nbd_count.h"

#include <math.h>

#include "numeric/elementary.h"
#include "numeric/special.h"

enum { TURNS = 100000 };

/* The continued fraction of I_x(a, b) a B(a, b)/(x^a y^b) by Lentz's method, for x < (a+1)/(a+b+2), where it
 * converges in some sqrt(max(a, b)) turns and no partial denominator comes near 0. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1.0;
    double d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
    double f = d;
    for (int32_t turn = 1; turn < TURNS; turn++) {
        const double m = turn;
        const double even = m * (b - m) * x / ((a + (2.0 * m - 1.0)) * (a + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        f *= c * d;
        const double odd = -(a + m) * ((a + b) + m) * x / ((a + 2.0 * m) * (a + (2.0 * m + 1.0)));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        f *= c * d;
        if (fabs(c * d - 1.0) < 1e-16)
            break;
    }
    return f;
}

double crm_i_incomplete_beta(double a, double b, double x, double y, double scale)
{
    if (x < (a + 1.0) / (a + b + 2.0))
        return scale * beta_fraction(a, b, x);
    return 1.0 - scale * (a / b) * beta_fraction(b, a, y);
}

double crm_i_bg_nbd_probability(double R, double A, double a, double B, double n, double t)
{
    const double y = t / A;
    const double log_span = crm_i_log1p(y);
    if (n == 0.0)
        return crm_i_exp(-R * log_span);
    if (!(y > 0.0))
        return 0.0;
    const double log_share = -crm_i_log1p(1.0 / y);
    const double log_nb = crm_i_lgamma_ratio(R, n) - crm_i_lgamma1p(n) - R * log_span + n * log_share;
    const double lasted = crm_i_exp(log_nb + crm_i_lbeta_ratio(a, B, 0.0, n));
    const double nb = crm_i_exp(log_nb);
    const double ended = crm_i_lbeta_ratio(a, B, 1.0, n - 1.0);
    const double share = y / (1.0 + y);
    const double rest = 1.0 / (1.0 + y);
    if (nb > 1e-280)
        return lasted + crm_i_exp(ended) * crm_i_incomplete_beta(n, R, share, rest, nb);
    /* so small that the tail is taken relative to nb */
    const int32_t small = share < (n + 1.0) / (n + R + 2.0);
    return lasted + (small ? crm_i_exp(ended + log_nb) * beta_fraction(n, R, share) : crm_i_exp(ended));
}
