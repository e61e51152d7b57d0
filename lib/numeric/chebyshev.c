/* Chebyshev series of 16 terms: see chebyshev.h. */
#include "numeric/chebyshev.h"

#include "numeric/elementary.h"

enum { TERMS = CRM_I_CHEBYSHEV_TERMS };

/* cos(k pi/32) */
static const double cosine[2 * TERMS + 1] = {0x1.0000000000000p+0,
                                             0x1.fd88da3d12526p-1,
                                             0x1.f6297cff75cb0p-1,
                                             0x1.e9f4156c62ddap-1,
                                             0x1.d906bcf328d46p-1,
                                             0x1.c38b2f180bdb1p-1,
                                             0x1.a9b66290ea1a3p-1,
                                             0x1.8bc806b151741p-1,
                                             0x1.6a09e667f3bcdp-1,
                                             0x1.44cf325091dd6p-1,
                                             0x1.1c73b39ae68c8p-1,
                                             0x1.e2b5d3806f63bp-2,
                                             0x1.87de2a6aea963p-2,
                                             0x1.294062ed59f06p-2,
                                             0x1.8f8b83c69a60bp-3,
                                             0x1.917a6bc29b42cp-4,
                                             0.0,
                                             -0x1.917a6bc29b42cp-4,
                                             -0x1.8f8b83c69a60bp-3,
                                             -0x1.294062ed59f06p-2,
                                             -0x1.87de2a6aea963p-2,
                                             -0x1.e2b5d3806f63bp-2,
                                             -0x1.1c73b39ae68c8p-1,
                                             -0x1.44cf325091dd6p-1,
                                             -0x1.6a09e667f3bcdp-1,
                                             -0x1.8bc806b151741p-1,
                                             -0x1.a9b66290ea1a3p-1,
                                             -0x1.c38b2f180bdb1p-1,
                                             -0x1.d906bcf328d46p-1,
                                             -0x1.e9f4156c62ddap-1,
                                             -0x1.f6297cff75cb0p-1,
                                             -0x1.fd88da3d12526p-1,
                                             -0x1.0000000000000p+0};

/* cos(i pi/32) for any i >= 0. */
static double cosine_of(int32_t i)
{
    const int32_t turn = i % (4 * TERMS);
    return cosine[turn <= 2 * TERMS ? turn : 4 * TERMS - turn];
}

double crm_i_chebyshev_point(int32_t i)
{
    return cosine_of(2 * i + 1);
}

int32_t crm_i_chebyshev_through(const double *value, int64_t stride, double *out)
{
    double least = CRM_I_INFINITY;
    for (int32_t i = 0; i < TERMS; i++)
        least = value[i * stride] < least ? value[i * stride] : least;
    for (int32_t j = 0; j < TERMS; j++) {
        double sum = 0.0;
        for (int32_t i = 0; i < TERMS; i++)
            sum += value[i * stride] * cosine_of((2 * i + 1) * j);
        out[j] = sum * (j == 0 ? 1.0 / TERMS : 2.0 / TERMS);
    }
    const double rest = fabs(out[TERMS - 1]) + fabs(out[TERMS - 2]);
    return rest <= 2e-14 * least;
}
