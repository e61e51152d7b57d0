/* portfolio: the customer pyramid, concentration, classes. See crmcore_portfolio(3).
 *
 * Values are in major units (or any one unit). No result depends on the order of the rows, nor on threads, by a bit:
 * sums are exact and rounded once, or run over sorted values. Every call may be made from any thread at any time. */
#ifndef CRMCORE_PORTFOLIO_H
#define CRMCORE_PORTFOLIO_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the pyramid ---------------------------------------------------------------------------------------------- */

/* What the cuts of a pyramid mean. COUNT: shares of customers, from the top. VALUE_SHARE: shares of total positive
 * value, from the top. Both in [0, 1], and they sum to 1 within 1e-9. THRESHOLD: tiers-1 strictly falling finite
 * values; a tier is closed below. */
enum { CRM_CUT_COUNT = 1, CRM_CUT_VALUE_SHARE = 2, CRM_CUT_THRESHOLD = 3 };

/* Equal values astride a cut: all into the higher tier, all into the lower one, or by ascending key. -0 equals 0. */
enum { CRM_TIES_UP = 1, CRM_TIES_DOWN = 2, CRM_TIES_KEY = 3 };

/* tier[i] in 1 (the top) .. tiers (2..32) of value[i] (Zeithaml, Rust & Lemon 2001); 0 of NaN, which is in no tier and
 * counts in no share. cut: `tiers` numbers for COUNT and VALUE_SHARE, tiers-1 for THRESHOLD. n below is the number of
 * values that count. A customer on place k from the top is in the first tier j with k <= c_j, where
 *   COUNT        c_j = ceil(n * (cut[0]+..+cut[j-1])); a product within min(1e-9 n, 1/100) of a whole number counts as
 *                that number, so that .2 of 10 is 2 and .1 + .2 of 10 is 3
 *   VALUE_SHARE  c_j = the fewest customers that together hold cut[0]+..+cut[j-1] of the total positive value, of which
 *                1e-12 may be missing; where no value is positive all are in the lowest tier
 * and c of the last tier is n. By UP (DOWN) all that are equal take the best (worst) place among them; by KEY they take
 * their places by ascending key: key, one per row, is opt unless ties is KEY. THRESHOLD: the first j with
 * value >= cut[j-1], whatever ties. negative_lowest 1: a negative value is in the lowest tier whatever its place, which
 * it still takes. An infinite value is a bad row: tier 0, CRM_BAD_ROWS, and counts in no share.
 * CRM_E_DOMAIN: the cuts, or a total beyond the range of double; CRM_E_KEY: by KEY, two equal values with one key on
 * either side of a cut (the row of one). Runs in parallel; takes memory of the context: COUNT some 2 MB and 4 bytes a
 * row, VALUE_SHARE 16 bytes a row, KEY 32 bytes for every row whose value a cut parts. Since 0.9. */
CRM_API crm_status crm_pyramid_assign(const crm_context *context, int64_t n, const double *value,
                                      const uint64_t *key /*opt*/, int32_t tiers, const double *cut, int32_t by,
                                      int32_t ties, int32_t negative_lowest, uint8_t *tier, crm_error *err);

/* Customers and value of each tier, 1..tiers (1..32), in count[0..tiers-1] and sum[0..tiers-1], each sum rounded once
 * (infinite beyond the range of double); tier 0 is left out. CRM_E_ARGUMENT: a tier above tiers; CRM_E_DOMAIN: a value
 * in a tier that is NaN or infinite; both with the row. Allocates nothing. Since 0.9. */
CRM_API crm_status crm_pyramid_totals(int64_t n, const double *value, const uint8_t *tier, int32_t tiers,
                                      int64_t *count, double *sum, crm_error *err);

/* Homogeneity of the tiers, in [0, 1]: eta^2 = sum of squares between the tiers / total sum of squares, about the mean;
 * tier 0 is left out. Within 1e-14 relative. Rows as in crm_pyramid_totals; CRM_E_NO_DATA: no customer is in a tier;
 * CRM_E_DOMAIN also where all values are equal. Allocates nothing. Since 0.9. */
CRM_API crm_status crm_pyramid_homogeneity(int64_t n, const double *value, const uint8_t *tier, int32_t tiers,
                                           double *out, crm_error *err);

/* ---- concentration -------------------------------------------------------------------------------------------- */

/* Rows with NaN are left out of every figure here; n below is the number of the others. None: CRM_E_NO_DATA. An
 * infinite value (with its row), or sizes whose sum is beyond the range of double: CRM_E_DOMAIN. positive_only
 * chooses the denominator: 0 the net total, 1 the total of the positive values; not positive: CRM_E_DOMAIN. share:
 * above 0 and at most 1. Results are within 3 units in the last place, the curves also within n * 2^-104 of the sum
 * of sizes where values of either sign cancel; a share of a net total so small that it is beyond the range of double
 * is infinite. Memory of the context: 16 bytes a row or less, gini 24. */

/* Share of the total that the top ceil(share * n) customers hold, counted as in crm_pyramid_assign but never none; may
 * pass 1 of net. Runs in parallel in part. Since 0.9. */
CRM_API crm_status crm_concentration_top(const crm_context *context, int64_t n, const double *value, double share,
                                         int32_t positive_only, double *held, crm_error *err);

/* The fewest customers that together hold at least `share` of the total, of which 1e-12 may be missing. Since 0.9. */
CRM_API crm_status crm_concentration_need(const crm_context *context, int64_t n, const double *value, double share,
                                          int32_t positive_only, int64_t *customers, crm_error *err);

/* Whale curve: cumulative[k] = sum of the k+1 largest values; its highest value stands first at peak_rank (from 1): the
 * number of values above 0, or 1. cumulative opt: n entries, those beyond the number of values that are not NaN are
 * NaN. Since 0.9. */
CRM_API crm_status crm_concentration_whale(const crm_context *context, int64_t n, const double *value,
                                           double *cumulative /*opt*/, int64_t *peak_rank, crm_error *err);

/* Lorenz curve: share[k] = sum of the k+1 smallest values / net total, which must be positive; n entries, those beyond
 * the number of values that are not NaN are NaN. With negative values it first falls below 0. Since 0.9. */
CRM_API crm_status crm_concentration_lorenz(const crm_context *context, int64_t n, const double *value, double *share,
                                            crm_error *err);

/* Gini = sum (2k - n - 1) v_(k) / (n sum v), v ascending, with the net total, which must be positive; above 1 where
 * negatives weigh much. normalised 1 divides by sum |v| instead of sum v, which keeps it in [0, 1) with negatives
 * (Raffinetti, Siletti & Vernizzi 2015); all 0 is CRM_E_DOMAIN. Since 0.9. */
CRM_API crm_status crm_concentration_gini(const crm_context *context, int64_t n, const double *value,
                                          int32_t normalised, double *out, crm_error *err);

/* Herfindahl-Hirschman index: sum of squared shares, in [1/n, 1]; a negative value is CRM_E_DOMAIN with its row, and so
 * is a total of 0. Allocates nothing. Since 0.9. */
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

/* out[i] = CRM_CLASS_* of profit[i] and future[i] at a finite threshold; 0 where either is NaN. keep[i] not 0: never
 * sacked. An infinity is a bad row: 0, CRM_BAD_ROWS. Runs in parallel, allocates nothing. Since 0.9. */
CRM_API crm_status crm_portfolio_classify(const crm_context *context, int64_t n, const double *profit,
                                          const double *future, double threshold, const uint8_t *keep /*opt*/,
                                          uint8_t *out, crm_error *err);

/* Raw sums by segment (segment[i] in 0..segments-1, segments >= 1), from which a segment's own class is made: it is not
 * the majority of its members'. A row with NaN in either column counts in neither sum. Each sum is rounded once;
 * infinite beyond the range of double; 0 of no rows. CRM_E_ARGUMENT: a segment out of range; CRM_E_DOMAIN: an infinity;
 * both with the row. Memory of the context: 1.1 KB a segment up to 512 of them, else 8 bytes a row and a segment.
 * Since 0.9. */
CRM_API crm_status crm_portfolio_sum(const crm_context *context, int64_t n, const int32_t *segment, int32_t segments,
                                     const double *profit, const double *future, double *profit_sum,
                                     double *future_sum, crm_error *err);

/* "sack", "re-engineer", "nurture", "invest", "sack, vetoed"; of 0 "unknown"; else NULL. Static. Since 0.9. */
CRM_API const char *crm_portfolio_name(int32_t class_id);

#ifdef __cplusplus
}
#endif
#endif
