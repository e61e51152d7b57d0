/* lifetime: lifetime value in closed form: discounting, retention, the parts of value, equity. See crmcore_lifetime(3).
 *
 * Rates are per period and effective, above -1 and at most 1e100; the length of a period is the caller's. Money is in
 * major units. Every call may be made from any thread at any time and allocates nothing. Errors are given in units in
 * the last place of the result and hold while amounts, products and sums are 0 or between 1e-290 and 1e290 in size. A
 * scalar argument that is NaN or infinite is CRM_E_DOMAIN unless it says otherwise; NaN in a column is missing and
 * gives NaN in that row, and NaN in a series makes its one result NaN. */
#ifndef CRMCORE_LIFETIME_H
#define CRMCORE_LIFETIME_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* When in its period a flow falls due. Flow 0 is due now; flow t >= 1 at the end, in the middle or at the beginning
 * of period t. */
enum { CRM_TIMING_END = 1, CRM_TIMING_MID = 2, CRM_TIMING_BEGIN = 3 };

/* Present value of flow[0 .. periods] (periods + 1 entries, major units): flow[0] + the sum over t = 1..periods of
 * flow[t] * (1+rate)^-(t - tau), tau = 0, 1/2, 1 for END, MID, BEGIN. So without flow[0], BEGIN = END * (1+rate) and
 * MID = END * sqrt(1+rate); rate 0 is the plain sum. Within 1 unit, and 2^-98 * periods of the sum of the sizes of the
 * discounted flows where they cancel. CRM_E_DOMAIN: rate, an infinite flow (row: its t), a value beyond 1e290;
 * CRM_E_ARGUMENT: periods < 0, timing. Since 0.9. */
CRM_API crm_status crm_discount_present(int64_t periods, const double *flow, double rate, int32_t timing, double *out,
                                        crm_error *err);

/* Present value of a constant stream of flow per period over a length of time in periods, >= 0:
 * flow * (1 - e^(-d*length)) / d, d = ln(1 + rate); flow * length at rate 0. length may be infinite where rate > 0:
 * flow / d. Within 5 units. CRM_E_DOMAIN otherwise, and where the value of a flow of 1 or of flow is beyond the range
 * of double. Since 0.9. */
CRM_API crm_status crm_discount_stream(double flow, double length, double rate, double *out, crm_error *err);

/* The same rate per another length of time: effective = (1+rate)^per - 1 and continuous = ln(1+rate) * per, per > 0
 * the new length in old ones: 1/12 takes a year to a month. Within 3 units and 2. Both outputs opt, not both NULL.
 * CRM_E_DOMAIN: rate, per, a result that is asked for beyond the range of double. Since 0.9. */
CRM_API crm_status crm_discount_rate(double rate, double per, double *effective /*opt*/, double *continuous /*opt*/,
                                     crm_error *err);

/* Real rate from a nominal one: (1+nominal)/(1+inflation) - 1, without cancellation: within 1 unit. Since 0.9. */
CRM_API crm_status crm_discount_real(double nominal, double inflation, double *out, crm_error *err);

/* Lifetime value in the retention model (Dwyer 1989; Berger & Nasr 1998; Gupta & Lehmann 2003), for n customers.
 * margin[i] per period, retention[i] in [0, 1], margins growing by growth (above -1, at most 1e100) from one to the
 * next, over `periods` periods, at most 2^40, or for ever (0). With q = retention (1+growth) / (1+rate):
 *   END    the first margin at the end of the first period, if the customer stays:
 *          margin * retention / (1+rate) * (1 + q + .. + q^(periods-1)); for ever margin * r / (1+rate - r(1+growth))
 *   MID    the same flows half a period earlier: END * sqrt(1+rate)
 *   BEGIN  the first margin is certain and due now: margin * (1 + q + .. + q^(periods-1)); for ever
 *          margin * (1+rate) / (1+rate - r(1+growth)). So END = BEGIN * retention / (1+rate).
 * For ever needs r(1+growth) < 1+rate, judged on the doubles given without rounding; otherwise the row is bad, also
 * where margin is 0. margin < 0 is information and is never clamped. Within 2 units. Bad rows (NaN, CRM_BAD_ROWS): an
 * infinite margin, a retention outside [0, 1], a series that does not converge, a value beyond 1e290 of the margin or
 * of a margin of 1. Since 0.9. */
CRM_API crm_status crm_retention_value(int64_t n, const double *margin, const double *retention, double rate,
                                       double growth, int64_t periods, int32_t timing, double *out, crm_error *err);

/* Lifetime value by schedule, of one customer: sum over t = 1..periods of margin[t-1] * (product of retention[0..t-1])
 * * D(t), D(t) = (1+rate)^-(t - tau) as in crm_discount_present, for BEGIN too: with constant vectors END and MID are
 * those of crm_retention_value, and its BEGIN is had with retention[0] = 1. 0 for periods = 0. Within 1 unit, and
 * 2^-98 * periods of the sum of the sizes of the terms. CRM_E_DOMAIN: an infinite margin, a retention outside [0, 1]
 * (row: its place), a value beyond 1e290. Since 0.9. */
CRM_API crm_status crm_retention_schedule(int64_t periods, const double *margin, const double *retention, double rate,
                                          int32_t timing, double *out, crm_error *err);

/* Margin per period from its factors, for n customers: frequency[i] (orders per period, >= 0) * order[i] (average
 * order, major units) * margin_rate[i], less charge * capital[i] where capital is given (the capital charge form;
 * charge per period, ignored without capital). Within 1 unit, and 2^-100 of the larger of the two where they cancel.
 * Bad rows: an infinity, a negative frequency, a margin beyond 1e290. Since 0.9. */
CRM_API crm_status crm_value_margin(int64_t n, const double *frequency, const double *order, const double *margin_rate,
                                    const double *capital /*opt*/, double charge, double *out, crm_error *err);

/* Decision value of n customers: current[i] + potential[i]. History is sunk and never part of it. Bad rows: an
 * infinity, a sum beyond the range of double. Since 0.9. */
CRM_API crm_status crm_value_decision(int64_t n, const double *current, const double *potential, double *out,
                                      crm_error *err);

/* Historical value: sum of margin[j] * (1+rate)^(as_of - time[j]) over the n flows of one customer, time and as_of in
 * periods, time[j] <= as_of; rate 0 gives the nominal sum; 0 for n = 0. Each term within 2.5 units, their sum rounded
 * once, whatever their order. CRM_E_DOMAIN with the row: an infinity, a time after as_of, a term or a sum beyond the
 * range of double. Since 0.9. */
CRM_API crm_status crm_value_history(int64_t n, const double *margin, const double *time, double as_of, double rate,
                                     double *out, crm_error *err);

/* Customer equity: the sum of n lifetime values, rounded once to the nearest double, so that neither threads nor the
 * order of the rows changes a bit; 0 for n = 0. Missing and infinite values are an error (CRM_E_DOMAIN, the first
 * row): a total must not silently leave a customer out. Since 0.9. */
CRM_API crm_status crm_equity_total(int64_t n, const double *value, double *out, crm_error *err);

/* Return on customer: (cash + after - before) / before, before > 0: cash earned in the period, equity before and
 * after. Within 2 units. Since 0.9. */
CRM_API crm_status crm_equity_return(double cash, double before, double after, double *out, crm_error *err);

#ifdef __cplusplus
}
#endif
#endif
