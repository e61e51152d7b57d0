/* portfolio: the customer pyramid, concentration, classes. See crmcore_portfolio(3). */
#ifndef CRMCORE_PORTFOLIO_H
#define CRMCORE_PORTFOLIO_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the pyramid ---------------------------------------------------------------------------------------------- */

/* What the cuts of a pyramid mean. COUNT: shares of customers, from the top, which sum to 1. VALUE_SHARE: shares of total
 * positive value, from the top, which sum to 1. THRESHOLD: tiers-1 falling values; a tier is closed below. */
enum { CRM_CUT_COUNT = 1, CRM_CUT_VALUE_SHARE = 2, CRM_CUT_THRESHOLD = 3 };

/* Equal values astride a cut: all into the higher tier, all into the lower one, or by ascending key. */
enum { CRM_TIES_UP = 1, CRM_TIES_DOWN = 2, CRM_TIES_KEY = 3 };

/* tier[i] in 1 (the top) .. tiers (2..32) of value[i]; 0 of NaN, which is in no tier and counts in no share. cut:
 * `tiers` numbers for COUNT and VALUE_SHARE, tiers-1 for THRESHOLD. The tier of a customer by COUNT: the first j for
 * which its rank is at most ceil(n * (cut[0]+..+cut[j-1])) (exact shares such as .2 of 10 are 2, not 3). key: one per
 * row, opt unless ties is KEY. negative_lowest 1: a negative value is in the lowest tier whatever its rank. The order
 * of the rows never matters. Since 0.9. */
CRM_API crm_status crm_pyramid_assign(const crm_context *context, int64_t n, const double *value,
                                      const uint64_t *key /*opt*/, int32_t tiers, const double *cut, int32_t by,
                                      int32_t ties, int32_t negative_lowest, uint8_t *tier, crm_error *err);

/* Customers and value of each tier, 1..tiers, in count[0..tiers-1] and sum[0..tiers-1]; tier 0 is left out. */
CRM_API crm_status crm_pyramid_totals(int64_t n, const double *value, const uint8_t *tier, int32_t tiers,
                                      int64_t *count, double *sum, crm_error *err);

/* Homogeneity of the tiers: eta^2 = between / total sum of squares. Since 0.9. */
CRM_API crm_status crm_pyramid_homogeneity(int64_t n, const double *value, const uint8_t *tier, int32_t tiers,
                                           double *out, crm_error *err);

/* ---- concentration -------------------------------------------------------------------------------------------- */

/* Rows with NaN are left out of every figure here. positive_only chooses the denominator: 0 the net total (<= 0 is
 * CRM_E_DOMAIN), 1 the total of the positive values. */

/* Share of the total that the top ceil(share * n) customers hold, 0 < share <= 1; may pass 1 of net. Since 0.9. */
CRM_API crm_status crm_concentration_top(const crm_context *context, int64_t n, const double *value, double share,
                                         int32_t positive_only, double *held, crm_error *err);

/* The fewest customers that together hold at least `share` of the total, 0 < share <= 1. Since 0.9. */
CRM_API crm_status crm_concentration_need(const crm_context *context, int64_t n, const double *value, double share,
                                          int32_t positive_only, int64_t *customers, crm_error *err);

/* Whale curve: cumulative[k] = sum of the k+1 largest values; its highest value stands first at peak_rank (from 1).
 * cumulative opt: n entries, those beyond the number of values that are not NaN are NaN. Since 0.9. */
CRM_API crm_status crm_concentration_whale(const crm_context *context, int64_t n, const double *value,
                                           double *cumulative /*opt*/, int64_t *peak_rank, crm_error *err);

/* Lorenz curve: share[k] = sum of the k+1 smallest values / total. Since 0.9. */
CRM_API crm_status crm_concentration_lorenz(const crm_context *context, int64_t n, const double *value, double *share,
                                            crm_error *err);

/* Gini = sum (2k - n - 1) v_(k) / (n sum v), v ascending; normalised 1 divides by sum |v| instead of sum v, which keeps
 * it in [0, 1] with negatives (Raffinetti, Siletti & Vernizzi 2015). Since 0.9. */
CRM_API crm_status crm_concentration_gini(const crm_context *context, int64_t n, const double *value,
                                          int32_t normalised, double *out, crm_error *err);

/* Herfindahl-Hirschman index: sum of squared shares; negative values are CRM_E_DOMAIN. Since 0.9. */
CRM_API crm_status crm_concentration_hhi(const crm_context *context, int64_t n, const double *value, double *out,
                                         crm_error *err);

/* ---- classes -------------------------------------------------------------------------------------------------- */

/* P present profit after cost to serve, F future value, theta the threshold. 0: unknown (NaN). */
enum {
    CRM_CLASS_SACK = 1,       /* P <= 0, F <  theta */
    CRM_CLASS_REENGINEER = 2, /* P <= 0, F >= theta */
    CRM_CLASS_NURTURE = 3,    /* P >  0, F <  theta */
    CRM_CLASS_INVEST = 4,     /* P >  0, F >= theta */
    CRM_CLASS_SACK_VETOED = 5 /* sack, but keep[i] says that the customer is strategically significant */
};
CRM_API crm_status crm_portfolio_classify(int64_t n, const double *profit, const double *future, double threshold,
                                          const uint8_t *keep /*opt*/, uint8_t *out, crm_error *err);

/* Raw sums by segment (segment[i] in 0..segments-1), from which a segment's own class is made: it is not the majority
 * of its members'. A row with NaN in either column counts in neither sum. Since 0.9. */
CRM_API crm_status crm_portfolio_sum(int64_t n, const int32_t *segment, int32_t segments, const double *profit,
                                     const double *future, double *profit_sum, double *future_sum, crm_error *err);

/* "sack", "re-engineer", "nurture", "invest", "sack, vetoed"; of 0 "unknown"; else NULL. Static. Since 0.9. */
CRM_API const char *crm_portfolio_name(int32_t class_id);

#ifdef __cplusplus
}
#endif
#endif
