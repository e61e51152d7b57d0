/* Log-gamma with its first two derivatives, branch-free: vectorises when called in a plain loop, with the
 * bits of the scalar call. For kernels that need it in every row; special.h is more accurate one at a time.
 *
 * Arguments below 8 are moved up by 8: with X = x + 8 and P(x) = x(x+1)...(x+7),
 *     ln Gamma(x) = (x - 1/2) ln(X/e^2) + x + ln(2 pi)/2 - 1 + rest(X) + ln(X^8 e^-8/P(x)),
 * which needs no large number near the zeros at 1 and 2; for x >= 8 X is x and the last term 0. */
#ifndef CRM_I_NUMERIC_SPECIAL_INLINE_H
#define CRM_I_NUMERIC_SPECIAL_INLINE_H

#include "numeric/elementary.h"

/* e^-2. */
#define CRM_I_PER_E2 0x1.152aaa3bf81ccp-3

/* P(x), its inverse and the sums of 1/(x + j) and 1/(x + j)^2, j = 0..7. In pairs j and 7 - j, with t = x
 * (x + 7): (x+j)(x+7-j) = t + c, 1/(x+j) + 1/(x+7-j) = (2x+7)/(t+c), and the squares give 2/(t+c) +
 * (7-2j)^2/(t+c)^2. */
typedef struct {
    double product;
    double inverse;
    double sum;
    double sum_squares;
} crm_i_gamma_steps;

CRM_I_INLINE crm_i_gamma_steps crm_i_gamma_eight_steps(double x)
{
    const double t = x * (x + 7.0);
    const double a = t * (t + 12.0);
    const double b = (t + 6.0) * (t + 10.0);
    crm_i_gamma_steps r;
    r.product = a * b;
    r.inverse = 1.0 / r.product;
    const double per_a = r.inverse * b;
    const double per_b = r.inverse * a;
    const double once = (2.0 * t + 12.0) * per_a + (2.0 * t + 16.0) * per_b;
    const double twice_a = ((50.0 * t + 1176.0) * t + 7056.0) * (per_a * per_a);
    const double twice_b = ((34.0 * t + 608.0) * t + 2824.0) * (per_b * per_b);
    r.sum = (2.0 * x + 7.0) * once;
    r.sum_squares = 2.0 * once + (twice_a + twice_b);
    return r;
}

CRM_I_INLINE double crm_i_eighth_power(double x)
{
    const double x2 = x * x;
    const double x4 = x2 * x2;
    return x4 * x4;
}

/* What is left of the asymptotic series for X >= 8, in v = 1/X; from
 * tests/numeric/coefficients_special.py. */
CRM_I_INLINE double crm_i_lgamma_rest(double v)
{
    const double z = v * v;
    const double low = 0x1.5555555555553p-4 + z * -0x1.6c16c16bb630dp-9;
    const double middle = 0x1.a019fd3406c6fp-11 + z * -0x1.380ebd722c7aep-11;
    const double high = 0x1.b6fa484ced22dp-11 + z * -0x1.b1382333e76edp-10;
    return v * (low + z * z * (middle + z * z * high));
}

/* psi(X) - ln X. */
CRM_I_INLINE double crm_i_digamma_rest(double v)
{
    const double z = v * v;
    const double low = -0x1.5555555555534p-4 + z * 0x1.1111110fe066cp-7;
    const double middle = -0x1.04103a08e7191p-8 + z * 0x1.1109888ea487cp-8;
    const double high = -0x1.ecc55e02c7129p-8 + z * 0x1.222dfd7b34960p-6;
    return z * (low + z * z * (middle + z * z * high)) - 0.5 * v;
}

/* psi'(X). */
CRM_I_INLINE double crm_i_trigamma_far(double v)
{
    const double z = v * v;
    const double low = 0x1.5555555555551p-3 + z * -0x1.11111110f37eep-5;
    const double middle = 0x1.8618609826fe6p-6 + z * -0x1.11105c88802afp-5;
    const double high = 0x1.360bc3aae5e27p-4 + z * (-0x1.f9d9c704aed21p-3 + z * 0x1.b7a5f3e9ebbd6p-1);
    return v + z * (0.5 + v * (low + z * z * (middle + z * z * high)));
}

/* lg = ln Gamma(x), psi and psi1 its derivatives, 1e-30 < x < 1e30. Errors: lg 16u max(1, |lg|),
 * psi 12u max(1, |psi|), psi1 10u psi1, u = 2^-53. */
CRM_I_INLINE void crm_i_lgamma3_core(double x, double *lg, double *psi, double *psi1)
{
    const int small = x < 8.0;
    const double y = small ? x + 8.0 : x;
    /* What x + 8 lost; d ln Gamma by it is (x + 15/2)/X, about 1. */
    const double lost = small ? x - (y - 8.0) : 0.0;
    const double v = 1.0 / y;
    const crm_i_gamma_steps steps = crm_i_gamma_eight_steps(x);
    const double shift = small ? crm_i_eighth_power(y) * (steps.inverse * 0x1.5fc21041027adp-12) : 1.0;
    const double sum = small ? steps.sum : 0.0;
    const double sum_squares = small ? steps.sum_squares : 0.0;
    const double log_y = crm_i_log_core(y * CRM_I_PER_E2);
    const double rest = (crm_i_lgamma_rest(v) + lost) + -0x1.4c071bcda0a5bp-4;
    *lg = ((x - 0.5) * log_y + (x + rest)) + crm_i_log_core(shift);
    *psi = ((2.0 - sum) + log_y) + crm_i_digamma_rest(v);
    *psi1 = crm_i_trigamma_far(v) + sum_squares;
}

/* Differences over a step n, 1e-3 < n < 1e8, for 1e-6 < x < 1e12, which stay accurate where x is large:
 * ratio = ln Gamma(x + n) - ln Gamma(x), psi_step and psi1_step the same of psi and psi', psi_end and
 * psi1_end psi and psi' at x + n. Errors: ratio 24u max(1, |ratio|), psi_step 16u max(1, 1/x, psi_step),
 * psi1_step 10u psi'(x), psi_end 12u max(1, |psi_end|), psi1_end 10u psi1_end. */
typedef struct {
    double ratio;
    double psi_step;
    double psi1_step;
    double psi_end;
    double psi1_end;
} crm_i_gamma_step;

CRM_I_INLINE crm_i_gamma_step crm_i_lgamma_step_core(double x, double n)
{
    const int small = x < 8.0;
    const double y = small ? x + 8.0 : x;
    const double end = y + n;
    const double v = 1.0 / y;
    const double w = 1.0 / end;
    const crm_i_gamma_steps at_x = crm_i_gamma_eight_steps(x);
    const crm_i_gamma_steps at_end = crm_i_gamma_eight_steps(x + n);
    const double start8 = crm_i_eighth_power(y) * at_x.inverse;
    const double shift = small ? start8 * (at_end.product / crm_i_eighth_power(end)) : 1.0;
    const double growth = crm_i_log1p_core(n * v);
    const double log_end = crm_i_log_core(end * CRM_I_PER_E2);
    /* What y and end lost matters in ln(y^8/end^8) and n ln end. */
    const double eight = small ? 8.0 : 0.0;
    const double y_lost = small ? x - (y - 8.0) : 0.0;
    const double back = end - y;
    const double end_lost = ((y - (end - back)) + (n - back)) + y_lost;
    const double lost = (eight + n) * (end_lost * w) - eight * (y_lost * v);
    const double rest = (crm_i_lgamma_rest(w) - crm_i_lgamma_rest(v)) + lost;
    const double far = (x - 0.5) * growth + (n * log_end + (n + rest));
    const double end_psi = crm_i_digamma_rest(w);
    const double end_psi1 = crm_i_trigamma_far(w);
    crm_i_gamma_step r;
    r.ratio = far - crm_i_log_core(shift);
    r.psi_step = (growth + (end_psi - crm_i_digamma_rest(v))) + (small ? at_x.sum - at_end.sum : 0.0);
    r.psi1_step = (end_psi1 - crm_i_trigamma_far(v)) + (small ? at_end.sum_squares - at_x.sum_squares : 0.0);
    r.psi_end = ((2.0 - (small ? at_end.sum : 0.0)) + log_end) + end_psi;
    r.psi1_end = end_psi1 + (small ? at_end.sum_squares : 0.0);
    return r;
}

#endif
