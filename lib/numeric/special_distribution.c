/* The normal quantile and the regularised incomplete gamma function. */
#include "numeric/elementary.h"
#include "numeric/special.h"
#include "numeric/special_private.h"

/* quantile(1/2 + q)/q in powers of q^2, |q| <= .35; from tests/numeric/coefficients_special.py. */
static const double quantile_central[22] = {
    0x1.40d931ff62706p+1,   0x1.4ffddeaa22dcep+1,  0x1.71713082d8b14p+2,   0x1.f55d0d79efb75p+3,
    0x1.78494ab05cf2fp+5,   0x1.2ba8e5fd724c9p+7,  0x1.f043a945eeee4p+8,   0x1.a6a68094148f4p+10,
    0x1.6c72ae64c79eep+12,  0x1.618f167ab8252p+14, 0x1.4b2def6cc8352p+13,  0x1.db29dff194cd1p+20,
    -0x1.0241b61e98cdfp+25, 0x1.120481c1f05b3p+29, -0x1.b7f3f7e3e4a19p+32, 0x1.18619fc48ebffp+36,
    -0x1.14a39dfe2115bp+39, 0x1.a0610a7142df8p+41, -0x1.cd8ce22cb9045p+43, 0x1.64b2bd4e989ffp+45,
    -0x1.583ed181bbaf6p+46, 0x1.3c75287b77855p+46,
};

/* -quantile(exp(-t^2/2)) on panels of t, in powers of t less the middle of the panel. */
static const double tail_edge[7] = {1.94, 3.2, 5.3, 8.7, 14.3, 23.6, 39.0};
static const double quantile_tail[6][18] = {
    {
        0x1.ca07b3a4533ebp+0,
        0x1.2cb66238e3f1bp+0,
        -0x1.7d293470280d1p-5,
        0x1.b5827c9da21f3p-7,
        -0x1.06fcb2fdeac7cp-8,
        0x1.475c12cca03d2p-10,
        -0x1.a343243af55acp-12,
        0x1.12fa77654a3dbp-13,
        -0x1.7000142200a6bp-15,
        0x1.f4c75be75cf95p-17,
        -0x1.59768037f3a63p-18,
        0x1.e227969055b88p-20,
        -0x1.543570b708a7bp-21,
        0x1.e34af166c0a6cp-23,
        -0x1.4f8b6dfcb37e3p-24,
        0x1.e2857948f04e8p-26,
        -0x1.c949b47869bc7p-27,
        0x1.4cc58ec8f6127p-28,
    },
    {
        0x1.d6361e918cfbcp+1,
        0x1.15e0e1e3d0c8ep+0,
        -0x1.e442fd31b7680p-7,
        0x1.645f41312a34ap-9,
        -0x1.0fa14e0f59345p-11,
        0x1.a817ac22ba1a5p-14,
        -0x1.51360f4053b9ap-16,
        0x1.104728745db9cp-18,
        -0x1.bda431bda3ba0p-21,
        0x1.7117d21905c4cp-23,
        -0x1.34fc71d01d2cbp-25,
        0x1.052e0564b7ae4p-27,
        -0x1.be076bb263538p-30,
        0x1.7f2888679675dp-32,
        -0x1.415494d48ab28p-34,
        0x1.1755f98cebf9dp-36,
        -0x1.4194c8a993021p-38,
        0x1.1af20ab75572dp-40,
    },
    {
        0x1.a5604f5a8d108p+2,
        0x1.0a498cc57caf4p+0,
        -0x1.23dca7ae172d2p-8,
        0x1.1141747efea32p-11,
        -0x1.07a6b6f4fc019p-14,
        0x1.035e61ea3228cp-17,
        -0x1.02b3f5180b96ep-20,
        0x1.04c8ad6a0b7e0p-23,
        -0x1.0927fb2e20643p-26,
        0x1.0f9830b873ae7p-29,
        -0x1.180092c81528cp-32,
        0x1.2268246bf2b10p-35,
        -0x1.2f4b9465da836p-38,
        0x1.3df4f47eb60e6p-41,
        -0x1.458b1131d5585p-44,
        0x1.5854739d9b40ep-47,
        -0x1.dccda1072ff9dp-50,
        0x1.fd8c4788267f1p-53,
    },
    {
        0x1.66939f7a305bdp+3,
        0x1.04aef111f1e92p+0,
        -0x1.50fda9f629467p-10,
        0x1.8da5b958a53e3p-14,
        -0x1.e1e5fd77f4125p-18,
        0x1.290b42cd2316bp-21,
        -0x1.72a00d3b131cap-25,
        0x1.d29657fd3d2bep-29,
        -0x1.27bf4dd70f79dp-32,
        0x1.79068f4f58f0ep-36,
        -0x1.e2dc503d1c1ebp-40,
        0x1.3672614323779p-43,
        -0x1.9131e7fab7cccp-47,
        0x1.03a6dbe708daap-50,
        -0x1.4728abd1ba476p-54,
        0x1.a9a8ec6226f78p-58,
        -0x1.6baeb243c16eep-61,
        0x1.dc1beb342342ep-65,
    },
    {
        0x1.2beded43abadap+4,
        0x1.020fb184c7951p+0,
        -0x1.73a2bd64def20p-12,
        0x1.113a24a3895ebp-16,
        -0x1.9b580a3c56b63p-21,
        0x1.3a5eacc2b8d3ap-25,
        -0x1.e5aafafdf22c5p-30,
        0x1.7a2653cfa1122p-34,
        -0x1.2842c310a2ba2p-38,
        0x1.d283d3bf34fc2p-43,
        -0x1.70c7d0d6dce2bp-47,
        0x1.24879e0b987b4p-51,
        -0x1.d23f8893b5f24p-56,
        0x1.73d8ff8f40b0dp-60,
        -0x1.1fa9516e1dd77p-64,
        0x1.cc9f6cb07dcd7p-69,
        -0x1.e9f97159333dfp-73,
        0x1.89ee3287044b3p-77,
    },
    {
        0x1.f29114808b09fp+4,
        0x1.00e1f91057d53p+0,
        -0x1.8b26e488360ebp-14,
        0x1.670ce6f7bc4fcp-19,
        -0x1.4d2704fd637edp-24,
        0x1.394afedade75bp-29,
        -0x1.296764e079588p-34,
        0x1.1c4fb90c3702fp-39,
        -0x1.114982eaa346ep-44,
        0x1.07d9121bad297p-49,
        -0x1.ff49273378f9ep-55,
        0x1.f0ec4f25166c2p-60,
        -0x1.e523b23d671b1p-65,
        0x1.d9cc511de664fp-70,
        -0x1.bfd62d3a0152ap-75,
        0x1.b6e1c49c82f78p-80,
        -0x1.201722ec81de1p-84,
        0x1.1b5ded4a985aap-89,
    },
};

/* -quantile(p) for 0 < p <= .15. */
static double quantile_of_tail(double p)
{
    const double t = sqrt(-2.0 * crm_i_log(p));
    int panel = 0;
    while (panel < 5 && t > tail_edge[panel + 1])
        panel++;
    return crm_i_polynomial(quantile_tail[panel], 18, t - 0.5 * (tail_edge[panel] + tail_edge[panel + 1]));
}

double crm_i_normal_quantile(double p)
{
    if (!(p >= 0.0 && p <= 1.0))
        return CRM_I_NAN;
    if (p == 0.0 || p == 1.0)
        return p == 0.0 ? -CRM_I_INFINITY : CRM_I_INFINITY;
    const double q = p - 0.5;
    if (fabs(q) <= 0.35)
        return q * crm_i_polynomial(quantile_central, 22, q * q);
    return q < 0.0 ? -quantile_of_tail(p) : quantile_of_tail(1.0 - p);
}

/* P and Q; both are computed from the one that does not cancel. */
typedef struct {
    double p;
    double q;
} halves;

static halves from_p(double p)
{
    const halves r = {p, 1.0 - p};
    return r;
}

static halves from_q(double q)
{
    const halves r = {1.0 - q, q};
    return r;
}

/* x^a e^-x/Gamma(a + 1). */
static double gamma_front(double a, double x)
{
    if (a < 10.0)
        return crm_i_exp(a * crm_i_log(x) - x - crm_i_lgamma1p(a));
    /* The first form keeps digits where x is near a, the second where it is far below. */
    const double scaled = x > 0.5 * a ? crm_i_log1p_minus((x - a) / a) : crm_i_log(x / a) + (1.0 - x / a);
    return crm_i_exp(a * scaled - crm_i_stirling_rest(a)) / sqrt(0x1.921fb54442d18p+2 * a);
}

/* P/front = 1 + x/(a+1) + x^2/((a+1)(a+2)) + ..., x < a + 1. */
static double gamma_series(double a, double x)
{
    double term = 1.0;
    double sum = 1.0;
    for (double k = a + 1.0; term > sum * 0x1p-56; k += 1.0) {
        term *= x / k;
        sum += term;
    }
    return sum;
}

/* Q/(a front) = 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))) by the recurrence of its ratios, x >= a +
 * 1. */
static double gamma_fraction(double a, double x)
{
    double b = x + 1.0 - a;
    double up = 1e300;
    double down = 1.0 / b;
    double value = down;
    for (double i = 1.0; i < 1e6; i += 1.0) {
        const double numerator = i * (a - i);
        b += 2.0;
        down = 1.0 / (numerator * down + b);
        up = b + numerator / up;
        const double factor = up * down;
        value *= factor;
        if (fabs(factor - 1.0) < 0x1p-53)
            break;
    }
    return value;
}

/* a < 1, x < 1: P = x^a/Gamma(1+a) (1 + a S), S = sum (-x)^k/(k! (a+k)), Q without forming P. */
static halves gamma_corner(double a, double x)
{
    double term = 1.0;
    double sum = 0.0;
    for (int k = 1; fabs(term) > 0x1p-60; k++) {
        term *= -x / k;
        sum += term / (a + k);
    }
    const double exponent = a * crm_i_log(x) - crm_i_lgamma1p(a);
    const double front = crm_i_exp(exponent);
    const halves r = {front * (1.0 + a * sum), -crm_i_expm1(exponent) - front * (a * sum)};
    return r;
}

/* Temme's uniform expansion for a >= 1e6, where eta below is small whenever neither half is 0. */
static halves gamma_large(double a, double x)
{
    const double mu = (x - a) / a;
    const double half_square = -crm_i_log1p_minus(mu);
    const double scaled = a * half_square;
    if (scaled > 760.0)
        return mu < 0.0 ? from_p(0.0) : from_q(0.0);
    const double eta = (mu < 0.0 ? -1.0 : 1.0) * sqrt(2.0 * half_square);
    double c0 = 1.0 / 25515.0;
    c0 = c0 * eta - 139.0 / 777600.0;
    c0 = c0 * eta + 1.0 / 2835.0;
    c0 = c0 * eta + 1.0 / 864.0;
    c0 = c0 * eta - 2.0 / 135.0;
    c0 = c0 * eta + 1.0 / 12.0;
    c0 = c0 * eta - 1.0 / 3.0;
    double c1 = -223.0 / 1088640.0;
    c1 = c1 * eta + 25.0 / 12096.0;
    c1 = c1 * eta - 1.0 / 288.0;
    c1 = c1 * eta - 1.0 / 540.0;
    const double c2 = 25.0 / 6048.0 - eta * (139.0 / 51840.0);
    const double rest = crm_i_exp(-scaled) / sqrt(0x1.921fb54442d18p+2 * a) * (c0 + (c1 + c2 / a) / a);
    const double tail = 0.5 * crm_i_gamma_q(0.5, scaled);
    return mu < 0.0 ? from_p(tail - rest) : from_q(tail + rest);
}

static halves gamma_halves(double a, double x)
{
    if (!(a > 0.0 && x >= 0.0)) {
        const halves r = {CRM_I_NAN, CRM_I_NAN};
        return r;
    }
    if (x == 0.0)
        return from_p(0.0);
    if (x == CRM_I_INFINITY || a == CRM_I_INFINITY)
        return a == x ? from_p(CRM_I_NAN) : x > a ? from_q(0.0) : from_p(0.0);
    if (a >= 1e6)
        return gamma_large(a, x);
    if (a < 1.0 && x < 1.0)
        return gamma_corner(a, x);
    const double front = gamma_front(a, x);
    if (front == 0.0)
        return x < a ? from_p(0.0) : from_q(0.0);
    return x < a + 1.0 ? from_p(front * gamma_series(a, x)) : from_q(a * front * gamma_fraction(a, x));
}

double crm_i_gamma_p(double a, double x)
{
    return gamma_halves(a, x).p;
}

double crm_i_gamma_q(double a, double x)
{
    return gamma_halves(a, x).q;
}
