/* Customer delivered value: what an offer gives its customer, less and over what it costs that customer. */
#include "crmcore/proposition.h"

#include "base/error.h"
#include "numeric/elementary.h"
#include "numeric/pair.h"

enum { FIELDS = 8, BENEFITS = 4 };

/* The weighted sum of four of the fields of one offer. */
static crm_i_pair weigh(const double *field, int64_t ld, const double *weight)
{
    crm_i_pair sum = {0.0, 0.0};
    for (int j = 0; j < BENEFITS; j++) {
        const crm_i_pair term = crm_i_pair_product(field[j * ld], weight[j]);
        sum = crm_i_pair_add(sum, term);
    }
    return sum;
}

/* 1 if a field of the offer is missing. Else notes what is bad, if anything is. */
static int inspect(crm_i_bad *bad, int64_t row, const double *field, int64_t ld)
{
    int worst = -1;
    for (int j = FIELDS - 1; j >= 0; j--) {
        const double v = field[j * ld];
        if (v != v)
            return 1;
        if (v < 0.0 || isinf(v))
            worst = j;
    }
    if (worst >= 0)
        crm_i_bad_note(bad, row, 2, field[worst * ld], "A field is negative or infinite.");
    return 0;
}

static crm_status check_weights(const double *weight, crm_error *err)
{
    for (int j = 0; j < FIELDS; j++) {
        if (!(weight[j] >= 0.0) || isinf(weight[j]))
            return crm_i_fail_row(err, CRM_E_DOMAIN, 4, j, weight[j], "A weight is negative or not finite.");
    }
    return CRM_OK;
}

crm_status crm_delivered_value(int64_t n, const double *field, int64_t ld, const double *weight,
                               double *difference, double *ratio, crm_error *err)
{
    static const double ones[FIELDS] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
    if (n < 0)
        return crm_i_fail(err, CRM_E_ARGUMENT, 1, "n is negative.");
    if (n > 0 && !field)
        return crm_i_fail(err, CRM_E_NULL, 2, "field is NULL.");
    if (ld < n)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)ld, "ld is below n.");
    if (ld > INT64_MAX / FIELDS)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 3, (double)ld,
                                "8 columns of ld rows are beyond 64 bits.");
    if (weight) {
        const crm_status status = check_weights(weight, err);
        if (status != CRM_OK)
            return status;
    }
    if (n > 0 && !difference && !ratio)
        return crm_i_fail(err, CRM_E_NULL, 5, "difference and ratio are both NULL.");
    const double *w = weight ? weight : ones;
    crm_i_bad bad = crm_i_bad_none();
    for (int64_t i = 0; i < n; i++) {
        const int64_t count = bad.count;
        const int missing = inspect(&bad, i, field + i, ld);
        const int good = !missing && bad.count == count;
        const crm_i_pair benefits = weigh(field + i, ld, w);
        const crm_i_pair costs = weigh(field + i + BENEFITS * ld, ld, w + BENEFITS);
        const double net = crm_i_pair_value(crm_i_pair_add(benefits, crm_i_pair_negate(costs)));
        const double part = crm_i_pair_value(crm_i_pair_divide(benefits, costs));
        if (good && !isfinite(net))
            crm_i_bad_note(&bad, i, 2, field[i], "The weighted sums are beyond 1e290.");
        else if (good && ratio && !isfinite(part))
            crm_i_bad_note(&bad, i, 2, 0.0, "The costs are 0, or so small that there is no ratio.");
        if (difference)
            difference[i] = good && isfinite(net) ? net : CRM_I_NAN;
        if (ratio)
            ratio[i] = good && isfinite(net) && isfinite(part) ? part : CRM_I_NAN;
    }
    return crm_i_bad_end(&bad, err);
}
