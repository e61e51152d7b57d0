/* The inner loops of GGompertz/NBD prediction, for every instruction set. */
#ifndef CRM_I_GGOMPERTZ_KERNEL_H
#define CRM_I_GGOMPERTZ_KERNEL_H

#include "base/kernel.h"
#include "model/prediction.h"

/* P(alive) of a strip, with partials by the parameters if strip->gradient. */
CRM_I_KERNEL_DECLARE(void, crm_i_ggompertz_alive, (const double *parameter, crm_i_strip *strip));

/* The posterior mean of the purchase rate; if strip->gradient its partials, CRM_I_STRIP apart. */
CRM_I_KERNEL_DECLARE(void, crm_i_ggompertz_rate,
                     (const double *parameter, const crm_i_strip *strip, double *out, double *gradient));

/* How long customers live from some time on, at which B is that of ggompertz_strip.h: what comes in, */
typedef struct crm_i_go_life {
    int64_t n; /* <= CRM_I_STRIP rows */
    double b;
    double s;
    double delta;
    int32_t gradient;
    int32_t spread;
    double B[CRM_I_STRIP];
    double end[CRM_I_STRIP]; /* of the span from now, or INFINITY */
    /* and what goes out: int_0^end e^(-delta u) S(u) du, its derivatives by ln b and ln B, each at fixed
     * values of the other, and by s, if gradient; the same of int_0^end u e^(-delta u) S(u) du if spread. */
    double whole[CRM_I_STRIP];
    double whole_b[CRM_I_STRIP];
    double whole_B[CRM_I_STRIP];
    double whole_s[CRM_I_STRIP];
    double time[CRM_I_STRIP];
    double time_b[CRM_I_STRIP];
    double time_B[CRM_I_STRIP];
    double time_s[CRM_I_STRIP];
} crm_i_go_life;

CRM_I_KERNEL_DECLARE(void, crm_i_ggompertz_life, (crm_i_go_life * life));

#endif
