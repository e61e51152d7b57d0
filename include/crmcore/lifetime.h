/* lifetime: lifetime value in closed form: discounting, retention, the parts of value, equity. See crmcore_lifetime(3). */
#ifndef CRMCORE_LIFETIME_H
#define CRMCORE_LIFETIME_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* When in its period a flow falls due. Flow 0 is due now; flow t >= 1 at the end, in the middle or at the beginning
 * of period t. */
enum { CRM_TIMING_END = 1, CRM_TIMING_MID = 2, CRM_TIMING_BEGIN = 3 };

/* Present value of flow[0 .. periods]: sum of flow[t] * (1+rate)^-(t - tau), tau = 0, 1/2, 1 by timing, flow[0]
 * undiscounted. flow has periods + 1 entries. rate > -1 per period, effective. Since 0.9. */
CRM_API crm_status crm_discount_present(int64_t periods, const double *flow, double rate, int32_t timing, double *out,
                                        crm_error *err);

/* Present value of a constant stream of flow per period over a length of time: flow * (1 - e^(-d*length)) / d,
 * d = ln(1 + rate). Since 0.9. */
CRM_API crm_status crm_discount_stream(double flow, double length, double rate, double *out, crm_error *err);

/* The same rate per another length of time: effective = (1+rate)^per - 1 and continuous = ln(1+rate) * per.
 * per = 1/12 takes a year to a month. Both outputs opt, not both NULL. Since 0.9. */
CRM_API crm_status crm_discount_rate(double rate, double per, double *effective, double *continuous, crm_error *err);

/* Real rate from a nominal one: (1+nominal)/(1+inflation) - 1. Since 0.9. */
CRM_API crm_status crm_discount_real(double nominal, double inflation, double *out, crm_error *err);

/* Lifetime value in the retention model, for n customers. margin[i] per period, retention[i] in [0, 1], rate > -1
 * effective, margins growing by growth > -1 a period, over `periods` periods or for ever (0). Timing: END counts the
 * first margin one period ahead, BEGIN now, MID between: out = sum of m r^t (1+g)^t / (1+rate)^t over t = 1.. for END;
 * times sqrt(1+rate) for MID; m (1+rate)/(1+rate-r(1+g)) for BEGIN for ever: the sum over t = 0.. periods-1.
 * For ever needs r(1+g) < 1+rate: otherwise the row is bad. m < 0 is information. Since 0.9. */
CRM_API crm_status crm_retention_value(int64_t n, const double *margin, const double *retention, double rate,
                                       double growth, int64_t periods, int32_t timing, double *out, crm_error *err);

/* Lifetime value by schedule: sum over t = 1..periods of margin[t-1] * (product of retention[0..t-1]) * D(t), D as in
 * crm_discount_present. Since 0.9. */
CRM_API crm_status crm_retention_schedule(int64_t periods, const double *margin, const double *retention, double rate,
                                          int32_t timing, double *out, crm_error *err);

/* Margin per period from its factors: frequency * order * margin_rate, less charge[i] * capital[i] where both are given
 * (the capital charge form). Columns of n. Since 0.9. */
CRM_API crm_status crm_value_margin(int64_t n, const double *frequency, const double *order, const double *margin_rate,
                                    const double *capital /*opt*/, double charge, double *out, crm_error *err);

/* Decision value of a customer: current + potential. History is sunk and never part of it. Since 0.9. */
CRM_API crm_status crm_value_decision(int64_t n, const double *current, const double *potential, double *out,
                                      crm_error *err);

/* Historical value: sum of margin[j] * (1+rate)^(as_of - time[j]) over the flows j of one customer, time in periods;
 * rate 0 gives the nominal sum. Since 0.9. */
CRM_API crm_status crm_value_history(int64_t n, const double *margin, const double *time, double as_of, double rate,
                                     double *out, crm_error *err);

/* Customer equity: the sum of n lifetime values, in a fixed order and compensated, so that neither threads nor the
 * order of the rows changes a bit. Missing values are an error (CRM_E_DOMAIN, the first row). Since 0.9. */
CRM_API crm_status crm_equity_total(int64_t n, const double *value, double *out, crm_error *err);

/* Return on customer: (cash + after - before) / before, before > 0. Since 0.9. */
CRM_API crm_status crm_equity_return(double cash, double before, double after, double *out, crm_error *err);

#ifdef __cplusplus
}
#endif
#endif
