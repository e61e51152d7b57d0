/* Histories of purchase models: see history.h. */
#include "model/history.h"

#include <math.h>

#include "numeric/elementary.h"

const char *crm_i_history_wrong(double x, double t_x, double T, int32_t *column)
{
    *column = 0;
    if (!(x >= 0.0) || x != floor(x) || isinf(x))
        return "x is not a whole number from 0.";
    *column = 2;
    if (!(T >= 0.0) || isinf(T))
        return "T is not finite, or negative.";
    *column = 1;
    if (!(t_x >= 0.0) || t_x > T)
        return "t_x does not lie between 0 and T.";
    return (x > 0.0) == (t_x > 0.0) ? NULL : "t_x is not 0 exactly where x is 0.";
}

double crm_i_history_unit(const double *moment)
{
    const double mass = moment[CRM_I_MOMENT_MASS];
    const double mean = mass > 0.0 ? moment[CRM_I_MOMENT_THIRD] / mass : 1.0;
    return mean > 0.0 && mean < CRM_I_INFINITY ? mean : 1.0;
}

double crm_i_history_purchases(const double *moment)
{
    const double mass = moment[CRM_I_MOMENT_MASS];
    const double purchases = moment[CRM_I_MOMENT_FIRST] > 0.5 ? moment[CRM_I_MOMENT_FIRST] : 0.5;
    return mass > 0.0 ? purchases / mass : 1.0;
}
