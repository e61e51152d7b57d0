/* Log-gamma and its first two derivatives, and the small removable ratios. */
#include "numeric/special.h"

#include "numeric/elementary.h"
#include "numeric/pair.h"
#include "numeric/special_private.h"

/* The polynomials are from tests/numeric/coefficients_special.py. ln Gamma(1 + h)/h and ln Gamma(2 + h)/h,
 * |h| <= 1/2: divided by h, so that they are exact at the zeros. */
static const double lgamma_at_1[30] = {
    -0x1.2788cfc6fb619p-1, 0x1.a51a6625307d3p-1, -0x1.9a4d55beab2cap-2, 0x1.151322ac7d83cp-2,
    -0x1.a8b9c17aa7eedp-3, 0x1.5b40cb100dfd7p-3, -0x1.2703a1dc10f2ep-3, 0x1.010b36aeb2f89p-3,
    -0x1.c80670d557cb7p-4, 0x1.9a01e3eaf2fc3p-4, -0x1.748c241fd89f6p-4, 0x1.556ac7ab0a8c5p-4,
    -0x1.3b1efc904ce5cp-4, 0x1.24983b04df70bp-4, -0x1.10fc68b60bb0bp-4, 0x1.ffd5ade9e1431p-5,
    -0x1.e3eda33f2a471p-5, 0x1.c91924bb77106p-5, -0x1.9e7ae2be33060p-5, 0x1.89630a1bc7168p-5,
    -0x1.e728a90657135p-5, 0x1.d2b6e138a185dp-5, 0x1.4419026330db1p-8,  -0x1.61e023b85b2f7p-8,
    -0x1.6447823e9d0f7p-3, 0x1.59681d2609cfcp-3, 0x1.8eca495d72089p-3,  -0x1.840cd07d90826p-3,
    -0x1.ec097aba2bc98p-3, 0x1.dd93d56e6de4dp-3,
};

static const double lgamma_at_2[20] = {
    0x1.b0ee6072093cep-2,   0x1.4a34cc4a60fa6p-2,  -0x1.13e001a55760ap-4,  0x1.51322ac7d848ap-6,
    -0x1.e404fc218dbaep-8,  0x1.7add6eadb5317p-9,  -0x1.38ac5c2d48207p-10, 0x1.0b36af8779ca0p-11,
    -0x1.d3fd4b679c1c4p-13, 0x1.a127afee53e7dp-14, -0x1.78de9ab752b81p-15, 0x1.580e0afa55850p-16,
    -0x1.3cb3be36ad88bp-17, 0x1.258f3057730fap-18, -0x1.1276ebd557fb0p-19, 0x1.012012be3900ap-20,
    -0x1.ce17528bcf460p-22, 0x1.b40adb09a1e12p-23, -0x1.2009c1a550d0dp-23, 0x1.11fa5e7c86f7bp-24,
};

/* psi(x)/(x - zero) on [1, 2] in powers of x - 3/2. */
static const double digamma_over_zero[23] = {
    0x1.e6f0cbb873616p-1,  -0x1.b1cb63005ee98p-2,  0x1.eca189b8e6f6dp-3,  -0x1.2feeeb98a78eap-3,
    0x1.8512e5903903ep-4,  -0x1.fb44202a2306bp-5,  0x1.4de9aa1779d23p-5,  -0x1.b9f8b11bfd3d0p-6,
    0x1.2564717896ec6p-6,  -0x1.863563f44f303p-7,  0x1.03c0adafa529cp-7,  -0x1.5a06a5d662cb4p-8,
    0x1.cd2011454fd05p-9,  -0x1.336dbe66757c8p-9,  0x1.99d3f5c0cad5ep-10, -0x1.0fb38d217b800p-10,
    0x1.6a3e76070c135p-11, -0x1.fd8e50abf2196p-12, 0x1.53b23429da21bp-12, -0x1.2fae5cb379bf2p-13,
    0x1.94e73cc9821e1p-14, -0x1.75c084e78a4cdp-13, 0x1.f255c4568ac4dp-14,
};

/* sum 2 z^k/(2k + 3), z <= 1/9. */
static const double atanh_tail[12] = {
    0x1.5555555555555p-1, 0x1.999999999999cp-2, 0x1.2492492491fe8p-2, 0x1.c71c71c77e0f7p-3,
    0x1.745d1724e5b21p-3, 0x1.3b13b7c41e111p-3, 0x1.11103f2bddc9fp-3, 0x1.e2046677f3c39p-4,
    0x1.ad46f379b316dp-4, 0x1.9739afdde0110p-4, 0x1.0371f75936f6fp-4, 0x1.37efaea22dc4bp-3,
};

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
/* The zero of psi, in two parts. */
#define ZERO_HIGH 0x1.762d86356be3fp+0
#define ZERO_LOW 0x1.b86a722197829p-54

double crm_i_stirling_rest(double y)
{
    const double v = 1.0 / y;
    const double z = v * v;
    double s = -3617.0 / 122400.0;
    s = s * z + 1.0 / 156.0;
    s = s * z - 691.0 / 360360.0;
    s = s * z + 1.0 / 1188.0;
    s = s * z - 1.0 / 1680.0;
    s = s * z + 1.0 / 1260.0;
    s = s * z - 1.0 / 360.0;
    s = s * z + 1.0 / 12.0;
    return s * v;
}

/* (y - 1/2)(ln y - 1) + (ln(2 pi) - 1)/2 + rest: nothing cancels, and only the rest is a single double. */
crm_i_pair crm_i_lgamma_stirling(crm_i_pair y)
{
    const crm_i_pair constant = {0x1.acfe390c97d69p-2, 0x1.3494bc9001442p-56};
    const crm_i_pair slope = crm_i_pair_add_double(crm_i_pair_log(y), -1.0);
    const crm_i_pair main = crm_i_pair_multiply(crm_i_pair_add_double(y, -0.5), slope);
    return crm_i_pair_add(main, crm_i_pair_add_double(constant, crm_i_stirling_rest(y.high)));
}

/* "+ 0.0" below: zero at a zero, not -0. */
double crm_i_lgamma(double x)
{
    if (!(x > 0.0))
        return x == 0.0 ? CRM_I_INFINITY : CRM_I_NAN;
    if (x < 0.5)
        return x * crm_i_polynomial(lgamma_at_1, COUNT(lgamma_at_1), x) - crm_i_log(x);
    if (x < 1.5)
        return (x - 1.0) * crm_i_polynomial(lgamma_at_1, COUNT(lgamma_at_1), x - 1.0) + 0.0;
    if (x < 10.0) {
        double product = 1.0;
        double y = x;
        while (y >= 2.5) {
            y -= 1.0;
            product *= y;
        }
        const double low = (y - 2.0) * crm_i_polynomial(lgamma_at_2, COUNT(lgamma_at_2), y - 2.0);
        return crm_i_log_core(product) + low;
    }
    if (x > 1e280)
        return x * (crm_i_log(x) - 1.0);
    return crm_i_pair_value(crm_i_lgamma_stirling(crm_i_pair_of(x)));
}

double crm_i_lgamma1p(double x)
{
    if (x >= 0.0 && x < 0.5)
        return x * crm_i_polynomial(lgamma_at_1, COUNT(lgamma_at_1), x) + 0.0;
    if (x >= 0.5 && x < 1.5)
        return (x - 1.0) * crm_i_polynomial(lgamma_at_2, COUNT(lgamma_at_2), x - 1.0);
    return x >= 0.0 ? crm_i_lgamma(1.0 + x) : CRM_I_NAN;
}

/* psi(x) - ln x for x >= 10. */
static double digamma_rest(double x)
{
    const double v = 1.0 / x;
    const double z = v * v;
    double s = 3617.0 / 8160.0;
    s = s * z - 1.0 / 12.0;
    s = s * z + 691.0 / 32760.0;
    s = s * z - 1.0 / 132.0;
    s = s * z + 1.0 / 240.0;
    s = s * z - 1.0 / 252.0;
    s = s * z + 1.0 / 120.0;
    s = s * z - 1.0 / 12.0;
    return s * z - 0.5 * v;
}

double crm_i_digamma(double x)
{
    if (!(x > 0.0))
        return x == 0.0 ? -CRM_I_INFINITY : CRM_I_NAN;
    if (x >= 10.0)
        return crm_i_log(x) + digamma_rest(x);
    if (x < 1.0) {
        const double from_zero = (x - (ZERO_HIGH - 1.0)) - ZERO_LOW;
        return from_zero * crm_i_polynomial(digamma_over_zero, COUNT(digamma_over_zero), x - 0.5) - 1.0 / x;
    }
    double sum = 0.0;
    double y = x;
    while (y >= 2.0) {
        y -= 1.0;
        sum += 1.0 / y;
    }
    const double from_zero = (y - ZERO_HIGH) - ZERO_LOW;
    return from_zero * crm_i_polynomial(digamma_over_zero, COUNT(digamma_over_zero), y - 1.5) + sum;
}

double crm_i_trigamma(double x)
{
    if (!(x > 0.0))
        return x == 0.0 ? CRM_I_INFINITY : CRM_I_NAN;
    const int shift = x < 10.0 ? (int)(11.0 - x) : 0;
    const double y = x + shift;
    const double v = 1.0 / y;
    const double z = v * v;
    double s = -3617.0 / 510.0;
    s = s * z + 7.0 / 6.0;
    s = s * z - 691.0 / 2730.0;
    s = s * z + 5.0 / 66.0;
    s = s * z - 1.0 / 30.0;
    s = s * z + 1.0 / 42.0;
    s = s * z - 1.0 / 30.0;
    s = s * z + 1.0 / 6.0;
    double sum = v + z * (0.5 + s * v);
    for (int j = shift - 1; j >= 0; j--) {
        const double w = x + j;
        sum += 1.0 / (w * w);
    }
    return sum;
}

double crm_i_log1p_minus(double x)
{
    if (!(x > -1.0))
        return x == -1.0 ? -CRM_I_INFINITY : CRM_I_NAN;
    if (x >= -0.5 && x <= 1.0) {
        /* log(1 + x) = 2 atanh s and 2s - x = -x s. */
        const double s = x / (2.0 + x);
        const double z = s * s;
        return s * (z * crm_i_polynomial(atanh_tail, COUNT(atanh_tail), z) - x);
    }
    if (x > 1e16)
        return x < CRM_I_INFINITY ? crm_i_log(x) - x : -CRM_I_INFINITY;
    const crm_i_pair l = crm_i_pair_log1p(crm_i_pair_of(x));
    return (l.high - x) + l.low;
}

double crm_i_expm1_ratio(double x)
{
    if (x == 0.0)
        return 1.0;
    return x > 710.0 ? crm_i_expm1(x) : crm_i_expm1(x) / x;
}
