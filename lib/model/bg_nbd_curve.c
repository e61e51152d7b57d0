/* The curves of BG/NBD: see bg_nbd_curve.h. Given alive, lambda ~ Gamma(R, A) and p ~ Beta(a, B), R = r + x,
 * A = alpha + T, B = b + x (MBG/NBD comes with b + 1). The rate of purchases at v = u/A from now is (R/A)
 * E[(1 + p v)^-(R+1)]. */
#include "model/bg_nbd_curve.h"

#include "model/bg_nbd_spread.h"
#include "model/rule.h"
#include "numeric/chebyshev.h"
#include "numeric/elementary.h"

static int32_t is_for_ever(const crm_i_ask *ask)
{
    return ask->quantity == CRM_QUANTITY_DISCOUNTED && ask->t0 == 0.0 && ask->t1 == CRM_I_INFINITY;
}

/* t/A, kept where products with it are finite. */
static double in_units(double t, double A)
{
    const double y = t / A;
    return y < 1e290 ? y : 1e290;
}

/* delta A likewise. */
static double in_rates(double delta, double A)
{
    const double z = delta * A;
    return z < 1e290 ? z : 1e290;
}

static int32_t is_finite_discounted(const crm_i_ask *ask)
{
    return ask->quantity == CRM_QUANTITY_DISCOUNTED && ask->t1 < CRM_I_INFINITY;
}

int32_t crm_i_curve_has_panels(const crm_i_ask *ask)
{
    return ask->quantity == CRM_QUANTITY_EXPECTED || ask->quantity == CRM_QUANTITY_SPREAD ||
           is_for_ever(ask) || is_finite_discounted(ask) ||
           (ask->quantity == CRM_QUANTITY_P_ALIVE && ask->t0 > 0.0);
}

/* The integrand of a finite horizon as series, if it is smooth enough: so many panels that v up to `reach`
 * lies in them. */
static void build_series(int32_t isa, double reach, crm_i_curve *curve)
{
    crm_i_series *series = &curve->series;
    crm_i_times *at = &curve->times;
    series->scale = curve->R + 6.0;
    series->length = CRM_I_CURVE_LENGTH;
    const double panels = floor(crm_i_log1p(reach * series->scale) / series->length) + 1.0;
    if (!(panels <= CRM_I_SERIES_PANELS))
        return;
    at->n = CRM_I_SERIES_TERMS;
    for (int32_t k = 0; k < (int32_t)panels; k++) {
        for (int32_t i = 0; i < CRM_I_SERIES_TERMS; i++) {
            const double place = (double)k + 0.5 * (1.0 + crm_i_chebyshev_point(i));
            at->v[i] = crm_i_expm1(place * series->length) / series->scale;
            at->w[i] = 1.0;
        }
        CRM_I_KERNEL_PICK(isa, crm_i_bg_times)(&curve->rule, curve->R, curve->gradient, at);
        const double *value[CRM_I_SERIES_OUT] = {at->f, at->f_r, at->f_a, at->f_b};
        for (int32_t o = 0; o < (curve->gradient ? CRM_I_SERIES_OUT : 1); o++)
            if (!crm_i_chebyshev_through(value[o], 1, series->c[o] + k * CRM_I_SERIES_TERMS) && o == 0)
                return;
    }
    series->panels = (int32_t)panels;
}

void crm_i_curve_build(int32_t isa, const double *parameter, const crm_i_ask *ask, double x, double low,
                       double high, int32_t gradient, crm_i_curve *curve)
{
    curve->ask = *ask;
    curve->alpha = parameter[1];
    curve->R = parameter[0] + x;
    curve->a = parameter[2];
    curve->B = parameter[3] + x;
    curve->gradient = gradient;
    curve->series.panels = 0;
    const double R = curve->R;
    const int32_t spread = ask->quantity == CRM_QUANTITY_SPREAD;
    crm_i_rule_need need = {R + 1.0, in_units(ask->t0, low), 0.0, R + 6.0, spread ? 1.0 : 0.0};
    double reach = in_units(ask->t1, low);
    if (ask->quantity == CRM_QUANTITY_P_ALIVE)
        reach = in_units(ask->t0, low);
    else if (ask->t1 == CRM_I_INFINITY)
        reach = in_units(ask->t0, low) + 46.0 / (ask->delta * low);
    need.scale = (R + 6.0) * reach * (spread ? 2.0 : 1.0);
    need.scale = need.scale < 1e290 ? need.scale : 1e290;
    crm_i_rule_beta(isa, curve->a, curve->B, &need, gradient, &curve->rule);
    if (is_finite_discounted(ask)) {
        const double length = in_units(ask->t1 - ask->t0, low);
        crm_i_rule_span(isa, (ask->t1 - ask->t0) * ask->delta + length * (R + 6.0), &curve->span);
    }
    if (!is_for_ever(ask))
        return;
    crm_i_rule_times_for_ever(0.0, in_rates(ask->delta, low), in_rates(ask->delta, high), R + 6.0,
                              &curve->times);
    CRM_I_KERNEL_PICK(isa, crm_i_bg_times)(&curve->rule, R, gradient, &curve->times);
}

static double panel_end(double alpha, double place)
{
    return alpha * crm_i_exp(place * CRM_I_CURVE_LENGTH);
}

void crm_i_curve_build_panels(int32_t isa, const double *parameter, const crm_i_ask *ask, double x,
                              int32_t gradient, crm_i_curve *curve)
{
    const double alpha = parameter[1];
    crm_i_curve_build(isa, parameter, ask, x, alpha, panel_end(alpha, CRM_I_CURVE_PANELS), gradient, curve);
    if (is_finite_discounted(ask))
        build_series(isa, in_units(ask->t1, alpha), curve);
}

static void ahead_value(int32_t isa, const crm_i_curve *curve, double A, double *out)
{
    const double y = in_units(curve->ask.t0, A);
    double part[5];
    CRM_I_KERNEL_PICK(isa, crm_i_bg_ahead)(&curve->rule, curve->R, y, curve->gradient, part);
    out[0] = part[0];
    if (!curve->gradient)
        return;
    out[1] = part[1];
    out[2] = -part[2] * (y / A);
    out[3] = part[3];
    out[4] = part[4];
}

static void expected_value(int32_t isa, const crm_i_curve *curve, double A, double *out)
{
    const double y0 = in_units(curve->ask.t0, A);
    const double length = in_units(curve->ask.t1 - curve->ask.t0, A);
    double part[5];
    CRM_I_KERNEL_PICK(isa, crm_i_bg_expected)(&curve->rule, curve->R, y0, length, curve->gradient, part);
    out[0] = part[0];
    if (!curve->gradient)
        return;
    out[1] = part[1];
    out[2] = -part[2] / A;
    out[3] = part[3];
    out[4] = part[4];
}

static void spread_value(int32_t isa, const crm_i_curve *curve, double A, double *out)
{
    const double y0 = in_units(curve->ask.t0, A);
    const double length = in_units(curve->ask.t1 - curve->ask.t0, A);
    double part[5];
    crm_i_bg_nbd_spread(isa, &curve->rule, curve->R, y0, length, curve->gradient, part);
    out[0] = part[0];
    if (!curve->gradient)
        return;
    out[1] = part[1];
    out[2] = -part[2] / A;
    out[3] = part[3];
    out[4] = part[4];
}

/* R E[(1 + p y)^-(R+1)] e^(-z y) y/A: what the derivative by A has from an end of the span. */
static double end_term(int32_t isa, const crm_i_curve *curve, double t, double A)
{
    if (t == 0.0 || t == CRM_I_INFINITY)
        return 0.0;
    double part[5];
    CRM_I_KERNEL_PICK(isa, crm_i_bg_ahead)(&curve->rule, curve->R + 1.0, in_units(t, A), 0, part);
    return curve->R * part[0] * crm_i_exp(-curve->ask.delta * t) * (t / A / A);
}

static void discounted_value(int32_t isa, crm_i_curve *curve, double A, double *out)
{
    const double delta = curve->ask.delta;
    crm_i_times *times = &curve->times;
    if (!is_for_ever(&curve->ask)) {
        const double y0 = in_units(curve->ask.t0, A);
        if (is_finite_discounted(&curve->ask))
            crm_i_rule_times_in(&curve->span, y0, in_units(curve->ask.t1 - curve->ask.t0, A), times);
        else
            crm_i_rule_times_for_ever(y0, in_rates(delta, A), in_rates(delta, A), curve->R + 6.0, times);
        if (curve->series.panels > 0)
            CRM_I_KERNEL_PICK(isa, crm_i_series_times)(&curve->series, curve->gradient, times);
        else
            CRM_I_KERNEL_PICK(isa, crm_i_bg_times)(&curve->rule, curve->R, curve->gradient, times);
    }
    double part[5];
    CRM_I_KERNEL_PICK(isa, crm_i_bg_discounted)(times, in_rates(delta, A), curve->gradient, part);
    out[0] = part[0];
    if (!curve->gradient)
        return;
    out[1] = part[1];
    out[2] =
        -delta * part[4] + end_term(isa, curve, curve->ask.t0, A) - end_term(isa, curve, curve->ask.t1, A);
    out[3] = part[2];
    out[4] = part[3];
}

void crm_i_curve_value(int32_t isa, crm_i_curve *curve, double A, double *out)
{
    if (curve->ask.quantity == CRM_QUANTITY_P_ALIVE)
        ahead_value(isa, curve, A, out);
    else if (curve->ask.quantity == CRM_QUANTITY_EXPECTED)
        expected_value(isa, curve, A, out);
    else if (curve->ask.quantity == CRM_QUANTITY_SPREAD)
        spread_value(isa, curve, A, out);
    else
        discounted_value(isa, curve, A, out);
}

/* A finite horizon without a series costs a sum of sums at every place: a table of such takes seconds. */
static int32_t is_dear(const crm_i_curve *curve)
{
    return is_finite_discounted(&curve->ask) && curve->series.panels == 0;
}

void crm_i_curve_panel(int32_t isa, crm_i_curve *curve, int32_t k, int64_t stride, double *out)
{
    if (is_dear(curve)) {
        for (int32_t o = 0; o < (curve->gradient ? CRM_I_CURVE_OUT : 1); o++)
            for (int32_t i = 0; i < CRM_I_CURVE_TERMS; i++)
                out[o * stride + i] = CRM_I_NAN;
        return;
    }
    double value[CRM_I_CURVE_TERMS][CRM_I_CURVE_OUT];
    for (int32_t i = 0; i < CRM_I_CURVE_TERMS; i++) {
        const double u = crm_i_chebyshev_point(i);
        crm_i_curve_value(isa, curve, panel_end(curve->alpha, (double)k + 0.5 * (1.0 + u)), value[i]);
    }
    for (int32_t o = 0; o < (curve->gradient ? CRM_I_CURVE_OUT : 1); o++)
        if (!crm_i_chebyshev_through(&value[0][o], CRM_I_CURVE_OUT, out + o * stride) && o == 0)
            out[0] = CRM_I_NAN;
}
