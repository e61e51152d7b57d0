/* Discounted time alive in Pareto/NBD: see pareto_nbd_discount.h.
 *
 * With xi = log(1 + u/B) and z = delta B it is B int exp(-g) dxi, g = (s-1) xi + z expm1(xi): convex, no pole
 * at any s. Where g is 40 above its least there is nothing more to find. */
#include "model/pareto_nbd_discount.h"

#include "model/pareto_nbd_kernel.h"
#include "numeric/elementary.h"

#define DEPTH 40.0
#define PANEL 3.0 /* the longest */

/* How far beyond the least value of g, where its slope is s - 1 + steep, it has risen by DEPTH: Newton's
 * steps on a convex function come down to it from any place beyond. */
static double reach(double s, double steep)
{
    const double more = s - 1.0;
    double eta;
    if (more > 0.0) {
        const double far = crm_i_log1p(DEPTH / steep);
        eta = DEPTH / more < far ? DEPTH / more : far;
    } else {
        /* expm1(x) - x is at least x^2/2, and beyond 1.26 at least expm1(x)/2. */
        const double far = crm_i_log1p(2.0 * DEPTH / steep);
        eta = far > 1.26 ? far : sqrt(2.0 * DEPTH / steep);
    }
    for (int turn = 0; turn < 8; turn++) {
        const double grown = crm_i_expm1(eta);
        const double over = more * eta + steep * grown - DEPTH;
        eta = over > 0.0 ? eta - over / (more + steep * (1.0 + grown)) : eta;
    }
    return eta;
}

void crm_i_pareto_discounted_value(int32_t isa, const crm_i_pareto_discounted *of, double B, double *out)
{
    const double s = of->s;
    const double rate = of->delta * B;
    const double z = rate < 1e290 ? rate : 1e290;
    const double units = of->length / B;
    const double w = crm_i_log1p(units < 1e290 ? units : 1e290);
    double peak = s - 1.0 + z < 0.0 ? crm_i_log((1.0 - s) / z) : 0.0;
    peak = peak < w ? peak : w;
    const double grown = z * crm_i_expm1(peak);
    const double least = (s - 1.0) * peak + grown;
    const double far = peak + reach(s, z + grown);
    const double end = far < w ? far : w;
    double sum[CRM_I_DISCOUNT_OUT];
    CRM_I_KERNEL_PICK(isa, crm_i_pareto_discount)(s, z, -least, end, (int32_t)(end / PANEL) + 1, sum);
    const double scale = crm_i_exp(-least);
    out[0] = B * (scale * sum[0]);
    out[1] = -B * (scale * sum[1]);
    out[2] = s * (scale * sum[2]);
}

void crm_i_pareto_discounted_panel(int32_t isa, const crm_i_pareto_discounted *of, double first, int32_t k,
                                   int32_t outs, int64_t stride, double *out)
{
    double value[CRM_I_CHEBYSHEV_TERMS][CRM_I_DISCOUNT_OUT];
    for (int32_t i = 0; i < CRM_I_CHEBYSHEV_TERMS; i++) {
        const double place = (double)k + 0.5 * (1.0 + crm_i_chebyshev_point(i));
        crm_i_pareto_discounted_value(isa, of, first * crm_i_exp(place * CRM_I_DISCOUNT_LENGTH), value[i]);
        value[i][1] = -value[i][1];
    }
    for (int32_t o = 0; o < outs; o++) {
        double *series = out + o * stride;
        if (!crm_i_chebyshev_through(&value[0][o], CRM_I_DISCOUNT_OUT, series))
            series[0] = CRM_I_NAN;
        for (int32_t j = 0; j < CRM_I_CHEBYSHEV_TERMS && o == 1; j++)
            series[j] = -series[j];
    }
}
