/* One row of the likelihood of BG/NBD or MBG/NBD at any size of anything: with n = x + 1 - first,
 *
 *     ln L = ln G(r + x)/G(r) - sum_{j < n} ln(1 + a/(b + j)) + ln(end + [n > 0] last a/(b + n - 1)),
 *
 * where end and last are alpha^r/(alpha + t)^(r + x) at T and at t_x; the larger of the two is taken out.
 * Slow, and hardly ever wanted. */
#include "model/bg_nbd_extreme.h"

#include "numeric/elementary.h"
#include "numeric/special.h"

enum { FIRST = 64 }; /* steps taken one by one */

int32_t crm_i_bg_nbd_is_usual(const double *parameter)
{
    static const double least[] = {1e-60, 1e-100, 1e-60, 1e-60};
    static const double most[] = {1e60, 1e100, 1e60, 1e60};
    int32_t usual = 1;
    for (int i = 0; i < 4; i++)
        usual &= parameter[i] >= least[i] && parameter[i] <= most[i];
    return usual;
}

/* ln(1 + p/q) for p >= 0, q > 0. */
static double log_ratio1p(double p, double q)
{
    const double ratio = p / q;
    return ratio < 1e300 ? crm_i_log1p(ratio) : crm_i_log(p) - crm_i_log(q);
}

/* r ln(1 + t/alpha): a ratio so small that it is no whole double is its own logarithm, and r may make it
 * count. */
static double waited(double r, double alpha, double t)
{
    if (t > 0.0 && t / alpha < 1e-290)
        return crm_i_exp(crm_i_log(r) + (crm_i_log(t) - crm_i_log(alpha)));
    return r * log_ratio1p(t, alpha);
}

/* ln(p + q), of two that may be the largest there are. */
static double log_sum(double p, double q)
{
    return p + q < 1.0 ? crm_i_log(p + q) : crm_i_log(0.5 * p + 0.5 * q) + 0x1.62e42fefa39efp-1;
}

/* ln G(y + n)/G(y) for y >= 1. */
static double rise(double y, double n)
{
    return y > 1e200 && n < 1e-20 * y ? n * crm_i_log(y) : crm_i_lgamma_ratio(y, n);
}

/* sum_{j < x} ln(1 + a/(b + j)) */
static double lasted(double a, double b, double x)
{
    double sum = 0.0;
    for (int j = 0; j < FIRST && j < x; j++)
        sum += log_ratio1p(a, b + j);
    if (x <= FIRST)
        return sum;
    const double y = b + FIRST;
    const double n = x - FIRST;
    if (a < 1e150 && n < 1e150)
        return sum + crm_i_lgamma_cross(y, a, n);
    if (n < 1e-20 * y)
        return sum + n * log_ratio1p(a, y);
    return sum + (rise(a + y, n) - rise(y, n));
}

/* ln of alpha^r/(alpha + t)^(r + x) */
static double until(double r, double alpha, double x, double t)
{
    return -(waited(r, alpha, t) + x * log_sum(alpha, t));
}

double crm_i_bg_nbd_extreme(const double *parameter, double first, double x, double t_x, double T)
{
    const double r = parameter[0];
    const double alpha = parameter[1];
    const double a = parameter[2];
    const double b = parameter[3];
    const double end = until(r, alpha, x, T);
    if (x < first)
        return end;
    const double bought = x > 0.0 ? crm_i_log(r) + rise(r + 1.0, x - 1.0) : 0.0;
    const double start = bought - lasted(a, b, x + (1.0 - first));
    const double odds = crm_i_log(a) - crm_i_log(b + (x - first));
    const double last = odds + until(r, alpha, x, t_x);
    return start + (last > end ? last + crm_i_log1p(crm_i_exp(end - last))
                               : end + crm_i_log1p(crm_i_exp(last - end)));
}
