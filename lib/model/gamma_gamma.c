/* Gamma-Gamma prediction (Colombo & Jiang 1999; Fader & Hardie 2013): the expected spend per purchase of a
 * customer with `count` purchases of this mean, E[M] = p (v + count mean)/(p count + q - 1). */
#include "model/prediction.h"
#include "numeric/elementary.h"
#include "numeric/random.h"

static void spend(const double *parameter, int64_t n, const double *count, const double *mean, double *out,
                  double *gradient)
{
    const double p = parameter[0];
    const double q = parameter[1];
    const double v = parameter[2];
    for (int64_t i = 0; i < n; i++) {
        const double bought = count[i] > 0.0 ? count[i] * mean[i] : 0.0;
        const double below = p * count[i] + (q - 1.0);
        const double above = v + bought;
        out[i] = below > 0.0 ? p * above / below : CRM_I_NAN;
        if (!gradient)
            continue;
        gradient[i] = above * ((q - 1.0) / below) / below;
        gradient[CRM_I_STRIP + i] = -p * above / below / below;
        gradient[2 * CRM_I_STRIP + i] = p / below;
    }
}

/* own: the scale of the customer's amounts, v/Gamma(q); each is that times Gamma(p). */
static void draw(const double *parameter, struct crm_i_random *random, double *own)
{
    own[0] = parameter[2] / crm_i_random_gamma(random, parameter[1]);
}

static double next(const double *parameter, struct crm_i_random *random, double *own)
{
    return own[0] * crm_i_random_gamma(random, parameter[0]);
}

const crm_i_prediction crm_i_gamma_gamma_prediction = {
    .quantities = CRM_I_OFFERS(CRM_QUANTITY_SPEND),
    .check = NULL,
    .table_size = NULL,
    .table_build = NULL,
    .begin = NULL,
    .rows = NULL,
    .spend = spend,
    .draw = draw,
    .next = next,
};
