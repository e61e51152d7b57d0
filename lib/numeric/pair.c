/* Logarithms of pairs. */
#include "numeric/pair.h"

#include "numeric/elementary.h"

/* sum 2 z^k/(2k + 5) for z <= .0294; from tests/numeric/coefficients_special.py. */
static double series_after_third(double z)
{
    const double z2 = z * z;
    const double even =
        0x1.999999999999ap-2 +
        z2 * (0x1.c71c71c71c71cp-3 +
              z2 * (0x1.3b13b13b1392dp-3 +
                    z2 * (0x1.e1e1e1cc06c2ap-4 + z2 * (0x1.8616f2d57cf2ep-4 + z2 * 0x1.434ee4750c322p-4))));
    const double odd =
        0x1.2492492492492p-2 +
        z2 * (0x1.745d1745d1747p-3 +
              z2 * (0x1.1111111127f7cp-3 +
                    z2 * (0x1.af2872a5786c5p-4 + z2 * (0x1.645ef4e9fb57cp-4 + z2 * 0x1.66474aea0d6cbp-4))));
    return even + z * odd;
}

/* k ln 2 + log(1 + f) = k ln 2 + 2s + s^3 (2/3 + 2/5 s^2 + ...), s = f/(2 + f). */
static crm_i_pair log_finish(double k, crm_i_pair f)
{
    const crm_i_pair two_thirds = {0x1.5555555555555p-1, 0x1.5555555555555p-55};
    const crm_i_pair s = crm_i_pair_divide(f, crm_i_pair_add_double(f, 2.0));
    const crm_i_pair z = crm_i_pair_multiply(s, s);
    const crm_i_pair t = crm_i_pair_add_double(two_thirds, z.high * series_after_third(z.high));
    const crm_i_pair cubic = crm_i_pair_multiply(crm_i_pair_multiply(s, z), t);
    const crm_i_pair log_f = crm_i_pair_add(crm_i_pair_scale(s, 2.0), cubic);
    const crm_i_pair log_k = crm_i_pair_fast_sum(k * CRM_I_LN2_HIGH, k * CRM_I_LN2_LOW);
    return crm_i_pair_add(log_k, log_f);
}

crm_i_pair crm_i_pair_log(crm_i_pair a)
{
    const uint64_t u = crm_i_double_bits(a.high);
    const uint64_t exponent = crm_i_log_exponent(u);
    const double f = crm_i_log_mantissa(u, exponent) - 1.0;
    return log_finish(crm_i_log_k(exponent), crm_i_pair_sum(f, a.low * crm_i_log_scale(exponent)));
}

crm_i_pair crm_i_pair_log1p(crm_i_pair a)
{
    if (a.high > -0.29 && a.high < 0.41)
        return log_finish(0.0, a);
    return crm_i_pair_log(crm_i_pair_add_double(a, 1.0));
}
