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

/* A continued fraction in work by Lentz's method, and the slopes of its parts. */
typedef struct {
    double c;
    double d;
    double f;
    double c_slope;
    double d_slope;
    double f_slope;
} lentz;

static void turn_on(lentz *l, double term, double term_slope)
{
    const double d = 1.0 / (1.0 + term * l->d);
    const double c = 1.0 + term / l->c;
    l->d_slope = -(d * d) * (term_slope * l->d + term * l->d_slope);
    l->c_slope = (term_slope - term * (l->c_slope / l->c)) / l->c;
    l->f_slope = l->f_slope * (c * d) + l->f * (l->c_slope * d + c * l->d_slope);
    l->f *= c * d;
    l->c = c;
    l->d = d;
}

/* The continued fraction of I_x(a, b) a B(a, b)/(x^a y^b), for x < (a+1)/(a+b+2), where it converges in some
 * sqrt(max(a, b)) turns and no partial denominator comes near 0; and its slope by a (by_a 1) or by b (0). */
static double beta_fraction(double a, double b, double x, double by_a, double *slope)
{
    const double by_b = 1.0 - by_a;
    const double start = (a + b) * x / (a + 1.0);
    const double d = 1.0 / (1.0 - start);
    const double d_slope = d * d * (x / (a + 1.0) - by_a * (start / (a + 1.0)));
    lentz l = {1.0, d, d, 0.0, d_slope, d_slope};
    for (int32_t turn = 1; turn < TURNS; turn++) {
        const double m = turn;
        const double at = a + 2.0 * m;
        const double before = a + (2.0 * m - 1.0);
        const double after = a + (2.0 * m + 1.0);
        const double even = m * (b - m) * x / (before * at);
        turn_on(&l, even, by_b * (m * x / (before * at)) - by_a * (even * (1.0 / before + 1.0 / at)));
        const double odd = -(a + m) * ((a + b) + m) * x / (at * after);
        const double odd_by_b = odd / ((a + b) + m);
        turn_on(&l, odd, odd_by_b + by_a * (odd * (1.0 / (a + m) - 1.0 / at - 1.0 / after)));
        if (fabs(l.c * l.d - 1.0) < 1e-16)
            break;
    }
    *slope = l.f_slope;
    return l.f;
}

/* The tail sum_{k >= n} nb(k) = I_share(n, R) and its slope by R, given nb = nb(n) and log_slope, that of its
 * logarithm; right relative to itself where it is below 1/2. */
typedef struct {
    double value;
    double slope;
} tail;

static tail tail_of(double R, double n, double share, double rest, double nb, double log_slope)
{
    double slope;
    if (share < (n + 1.0) / (n + R + 2.0)) {
        const double sum = beta_fraction(n, R, share, 0.0, &slope);
        const tail t = {nb * sum, nb * (log_slope * sum + slope)};
        return t;
    }
    const double sum = beta_fraction(R, n, rest, 1.0, &slope);
    const double part = nb * (n / R);
    const tail t = {1.0 - part * sum, -part * ((log_slope - 1.0 / R) * sum + slope)};
    return t;
}

static double none_at_all(double R, double A, double y, double log_span, double *slope)
{
    const double value = crm_i_exp(-R * log_span);
    slope[0] = -log_span * value;
    slope[1] = R * value * (y / (1.0 + y)) / A;
    slope[2] = 0.0;
    slope[3] = 0.0;
    return value;
}

double crm_i_bg_nbd_probability(double R, double A, double a, double B, double n, double t, double *slope)
{
    const double y = t / A;
    const double log_span = crm_i_log1p(y);
    if (n == 0.0)
        return none_at_all(R, A, y, log_span, slope);
    if (!(y > 0.0)) {
        slope[0] = slope[1] = slope[2] = slope[3] = 0.0;
        return 0.0;
    }
    const double share = y / (1.0 + y);
    const double rest = 1.0 / (1.0 + y);
    const double log_share = -crm_i_log1p(1.0 / y);
    const double log_nb = crm_i_lgamma_ratio(R, n) - crm_i_lgamma1p(n) - R * log_span + n * log_share;
    const double nb_R = crm_i_digamma_ratio(R, n) - log_span; /* slopes of log_nb */
    const double nb_A = (R * share - n * rest) / A;
    const double both = crm_i_digamma_ratio(a + B, n);
    const double log_ended = crm_i_lbeta_ratio(a, B, 1.0, n - 1.0);
    const double lasted = crm_i_exp(log_nb + crm_i_lbeta_ratio(a, B, 0.0, n));
    /* where nb is so small that it may be 0, the tail is taken relative to it */
    const int32_t tiny = log_nb < -640.0 && share < (n + 1.0) / (n + R + 2.0);
    const double ended = crm_i_exp(tiny ? log_ended + log_nb : log_ended);
    const double nb = tiny ? 1.0 : crm_i_exp(log_nb);
    const tail more = tail_of(R, n, share, rest, nb, nb_R);
    slope[0] = lasted * nb_R + ended * more.slope;
    slope[1] = lasted * nb_A - ended * (n * nb / A);
    slope[2] = ended * more.value * (1.0 / a - both) - lasted * both;
    slope[3] = lasted * (crm_i_digamma_ratio(B, n) - both) +
               ended * more.value * (crm_i_digamma_ratio(B, n - 1.0) - both);
    return lasted + ended * more.value;
}
