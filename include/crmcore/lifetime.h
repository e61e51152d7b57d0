/* lifetime: lifetime value in closed form: discounting, retention, migration, survival, switching, the parts of
 * value, equity. See crmcore_lifetime(3).
 *
 * Rates are per period and effective, above -1 and at most 1e100; the length of a period is the caller's. Money is in
 * major units. Every call may be made from any thread at any time; what takes no context allocates nothing. Errors are
 * given in units in the last place of the result and hold while amounts, products and sums are 0 or between 1e-290 and
 * 1e290 in size. A scalar argument that is NaN or infinite is CRM_E_DOMAIN unless it says otherwise; NaN in a column is
 * missing and gives NaN in that row, and NaN in a series makes its one result NaN. */
#ifndef CRMCORE_LIFETIME_H
#define CRMCORE_LIFETIME_H

#include "base.h"
#include "data.h"

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

/* ---- migration, switching, survival ---- */

/* Lifetime value in the migration model (Pfeifer & Carraway 2000): a customer is in one of n states (1 .. 4096), moves
 * from i to j with probability transition[i + n*j] each period, and is worth margin[i] in each that it spends in i, the
 * first of them now. Row sums must be 1, to 1e-9; to stay is then what the others leave. With P the transitions, for
 * ever (periods 0), which needs rate > 0:
 *   out = (I - P/(1+rate))^-1 margin,     else over t = 0 .. periods: sum of P^t margin / (1+rate)^t.
 * With two states, one of them lost, that is crm_retention_value at BEGIN. Within 1e-13 of the
 * largest value. CRM_E_DOMAIN: a probability outside [0, 1], a row that does not sum to 1, a margin that is not finite
 * (row: the state), rate, a value beyond 1e290. Time n^3, n^2 a period. Since 0.9. */
CRM_API crm_status crm_migration_value(const crm_context *context, int64_t n, const double *transition,
                                       const double *margin, double rate, int64_t periods, double *out,
                                       crm_error *err);

/* The same for ever, if dealings end in the states where that is better (optimal curtailment): the largest solution of
 * out[i] = max(0, margin[i] + sum of transition[i + n*j] out[j]/(1+rate)), and keep[i]: 1 where dealings go on, 0 where
 * they end (1 where it does not matter). By policy iteration. Statuses and bound as above. Since 0.9. */
CRM_API crm_status crm_migration_curtail(const crm_context *context, int64_t n, const double *transition,
                                         const double *margin, double rate, double *out, uint8_t *keep,
                                         crm_error *err);

/* Value under brand switching (Rust, Lemon & Zeithaml 2004): the brand of a purchase follows that of the one before
 * with transition[i + brands*j]; purchase t = 0 .. purchases-1 of `brand` (from 0) is worth margin[t], per_period > 0
 * purchases are made a period:
 *   out[k] = sum over t of (1+rate)^(-t/per_period) margin[t] P(purchase t is of brand | purchase 0 was of k),
 * for each k; of a customer who begins with brand k with chance A_k the value is sum of A_k out[k]. Within 2 purchases
 * units where no margin is negative. Statuses as of migration. Since 0.9. */
CRM_API crm_status crm_switching_value(const crm_context *context, int64_t brands, const double *transition,
                                       int64_t brand, int64_t purchases, const double *margin, double rate,
                                       double per_period, double *out, crm_error *err);

/* Retention from look-alikes: the product-limit estimate of survival (Kaplan & Meier 1958) by cohort. Customer i was
 * there for duration[i] > 0; ended[i] 1: then lost, 0: still there (censored, after those who are lost at that time);
 * seen from entry[i] on, 0 <= entry < duration, opt: 0, at risk after it. cohort[i] in 0 .. cohorts-1; NULL: one.
 *   out[t + times*k] = product over the times u <= at[t] of (1 - lost at u / at risk at u), of cohort k; at ascends;
 * with delayed entries given survival to the first of them. NaN where nobody was left at risk before at[t] although
 * not all were lost: there is nothing to learn from. se, opt: its standard error (Greenwood 1926), NaN where the
 * estimate is 0 or NaN. Whole counts: the order of the rows changes no bit; within 1 unit for each distinct time.
 * CRM_E_DOMAIN with the row: what is outside its domain, NaN included. Since 0.9. */
CRM_API crm_status crm_survival_curve(const crm_context *context, int64_t n, const double *entry /*opt*/,
                                      const double *duration, const uint8_t *ended, const int32_t *cohort /*opt*/,
                                      int32_t cohorts, int64_t times, const double *at, double *out,
                                      double *se /*opt*/, crm_error *err);

/* ---- the parts of value ---- */

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

/* The same of every customer of a book, out[row], from the log it was made of (frozen, else CRM_E_STATE): the margin of
 * each row until the book's date, amount less cost, returns included, times (1+rate)^(periods until that date), in
 * major units; rate 0 gives the nominal sum. Within 3 units of the sum of the sizes, whatever the order of the log.
 * NaN for a customer of the book who has no row in the log. CRM_E_KEY: a customer of the log is not in the book.
 * Since 0.9. */
CRM_API crm_status crm_value_history_log(const crm_transactions *log, const crm_customers *book, double rate,
                                         double *out, crm_error *err);

/* Potential value of n customers: the sum over levers (cross-sell, up-sell, ...) of the probability that it works
 * times the margin that it would add, both n x levers, column-major. Within 1 unit, and 2^-100 of the largest term
 * where they cancel. Bad rows: a probability outside [0, 1], an infinite margin, a sum beyond 1e290. Since 0.9. */
CRM_API crm_status crm_value_potential(int64_t n, int32_t levers, const double *probability, const double *margin,
                                       double *out, crm_error *err);

/* Customer profit: value of the relationship less cost invested in it (>= 0), and return on that investment,
 * profit/cost. Of nothing invested the return is undefined: NaN, and the row bad, if roi is asked for. Outputs opt, not
 * both NULL. Within 1 unit and 2. Bad rows too: an infinity, a negative cost, a profit that is infinite. Since 0.9. */
CRM_API crm_status crm_value_return(int64_t n, const double *value, const double *cost, double *profit /*opt*/,
                                    double *roi /*opt*/, crm_error *err);

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
