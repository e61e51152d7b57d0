/* report: the front door: a book in, what each customer is worth out. See crmcore_report(3). */
#ifndef CRMCORE_REPORT_H
#define CRMCORE_REPORT_H

#include "base.h"
#include "data.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The chain run from a book: a purchase model and a spend model are fitted; each customer is valued, put in a tier of
 * the pyramid and in a class. Read-only. */
typedef struct crm_report crm_report;

enum {                         /* f64 columns; row i is row i of the book */
    CRM_REPORT_PROFIT = 1,     /* present profit: the recent margin of the book where it has one, else the whole margin;
                                  of a log without costs revenue * margin rate */
    CRM_REPORT_P_ALIVE = 2,    /* probability of being alive at as_of */
    CRM_REPORT_EXPECTED = 3,   /* expected purchases within the horizon; NaN for ever */
    CRM_REPORT_DISCOUNTED = 4, /* the same, discounted; DERT for ever */
    CRM_REPORT_SPEND = 5,      /* expected spend per purchase */
    CRM_REPORT_VALUE = 6,      /* margin rate * spend * discounted */
    CRM_REPORT_VALUE_SE = 7,   /* its standard error, from the uncertainty of both fits */
    CRM_REPORT_EXPECTED_SE = 8, /* of EXPECTED; NaN for ever */
    CRM_REPORT_P_ALIVE_SE = 9
};
enum { /* figures about the base */
    CRM_FIGURE_CUSTOMERS = 1,
    CRM_FIGURE_REVENUE = 2,
    CRM_FIGURE_MARGIN = 3,      /* revenue - cost where there are costs, else revenue * margin rate */
    CRM_FIGURE_PROFIT = 4,      /* sum of PROFIT */
    CRM_FIGURE_EQUITY = 5,      /* sum of VALUE, with its standard error */
    CRM_FIGURE_ALIVE = 6,       /* sum of P_ALIVE, with its standard error */
    CRM_FIGURE_EXPECTED = 7,    /* sum of EXPECTED, with its standard error */
    CRM_FIGURE_MARGIN_RATE = 8, /* the assumptions as they were used */
    CRM_FIGURE_DISCOUNT = 9,
    CRM_FIGURE_HORIZON = 10,
    CRM_FIGURE_THRESHOLD = 11
};

/* Builds the report of a book.
 *   options  CRM_OPTION_MODEL (a purchase model), MARGIN_RATE, DISCOUNT, HORIZON, TIERS, THRESHOLD,
 *            FIT_ITERATIONS, and for the purchase model FIT_START. The margin rate is the book's margin / revenue if
 *            it has costs (and revenue > 0), else 1. For ever needs a discount > 0 (CRM_E_DOMAIN). Tiers are cut by
 *            number of customers, equal values up (CRM_TIES_UP).
 *   value    = margin rate * expected spend * discounted expected purchases; its standard error is that of the
 *            parameters of both models, taken as independent.
 * Status: CRM_OK; the remark of the purchase model's fit, else of the spend model's: CRM_NOT_IDENTIFIED leaves standard
 * errors NaN, CRM_NO_MEAN spend and value, as does a spend model with q <= 1 whatever the remark. A book without
 * positive repeat purchases has no spend model: spend and value are NaN, tiers and classes 0. A fit that did not
 * converge is CRM_E_STATE. A customer without a purchase keeps its profit, which is what it returned; its other
 * columns are NaN and in no sum. The same bits for any number of threads. Since 0.9. */
CRM_API crm_status crm_report_build(const crm_context *context, const crm_customers *book,
                                    const crm_options *options /*opt*/, crm_report **out, crm_error *err);
CRM_API const double *crm_report_f64(const crm_report *report, int32_t column); /* borrowed; NULL: no such column */
CRM_API const uint8_t *crm_report_tier(const crm_report *report);               /* 1 (top) .., 0 unknown */
CRM_API const uint8_t *crm_report_class(const crm_report *report);              /* CRM_CLASS_* */
CRM_API const crm_model *crm_report_model(const crm_report *report);            /* the purchase model, borrowed */
CRM_API const crm_model *crm_report_spend_model(const crm_report *report);      /* NULL if there was no spend to fit */
CRM_API crm_status crm_report_total(const crm_report *report, int32_t figure, double *value, double *se /*opt*/,
                                    crm_error *err);
CRM_API void crm_report_destroy(crm_report *report);

#ifdef __cplusplus
}
#endif
#endif
