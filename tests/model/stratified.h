/* What the tests of covariates share: customers whose parameters are their own, simulated. */
#ifndef CRM_TEST_STRATIFIED_H
#define CRM_TEST_STRATIFIED_H

#include "model/fits.h"

enum { N = 1200, COLUMNS = 2, COUNT = 8 };

static double x[N];
static double t_x[N];
static double T[N];
static double z[COLUMNS * N];

/* r, alpha, a, b; lifetime, then transactions. */
static const double truth[COUNT] = {0.8, 6.0, 0.9, 3.0, 0.4, -0.3, 0.5, 0.2};
static const int32_t columns_of[4] = {0, 1, 0, 1};
static const int32_t process_of[4] = {CRM_PROCESS_LIFETIME, CRM_PROCESS_LIFETIME, CRM_PROCESS_TRANSACTIONS,
                                      CRM_PROCESS_TRANSACTIONS};

static inline void own_parameters(const double *p, double z0, double z1, double *own)
{
    const double lifetime = exp(p[4] * z0 + p[5] * z1);
    own[0] = p[0];
    own[1] = p[1] * exp(-(p[6] * z0 + p[7] * z1));
    own[2] = p[2] * lifetime;
    own[3] = p[3] * lifetime;
}

/* Customers with a flag and a grade of 0, 1, 2, simulated from the truth, each stratum by the model of its
 * own. */
static inline void fill(void)
{
    static int done;
    for (int s = 0; s < 6 && !done; s++) {
        enum { EACH = N / 6 };
        static const int64_t first[EACH];
        double own[4];
        crm_model *model = NULL;
        crm_transactions *log = NULL;
        crm_customers *book = NULL;
        own_parameters(truth, s % 2, s / 2, own);
        assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, own, NULL, &model, NULL), CRM_OK);
        assert_int_equal(
            crm_model_simulate(NULL, model, NULL, EACH, first, 364, 7.0, 2, 11, (uint64_t)s, &log, NULL),
            CRM_OK);
        assert_int_equal(crm_customers_build(NULL, log, 364, 7.0, 2, NULL, &book, NULL), CRM_OK);
        for (int i = 0; i < EACH; i++) {
            x[s * EACH + i] = crm_customers_f64(book, CRM_CUSTOMER_X)[i];
            t_x[s * EACH + i] = crm_customers_f64(book, CRM_CUSTOMER_T_X)[i];
            T[s * EACH + i] = crm_customers_f64(book, CRM_CUSTOMER_T)[i];
            z[s * EACH + i] = s % 2;
            z[N + s * EACH + i] = s / 2;
        }
        crm_customers_destroy(book);
        crm_transactions_destroy(log);
        crm_model_destroy(model);
    }
    done = 1;
}

static inline crm_summary *summary_of(const double *weight)
{
    crm_summary *summary = NULL;
    fill();
    assert_int_equal(crm_summary_of_covariates(NULL, N, x, t_x, T, weight, COLUMNS, z, &summary, NULL),
                     CRM_OK);
    return summary;
}

static inline crm_model *stated(const double *p, const double *covariance)
{
    crm_model *model = NULL;
    assert_int_equal(crm_model_create_covariates(NULL, CRM_MODEL_BG_NBD, COUNT, p, covariance, COLUMNS, 4,
                                                 columns_of, process_of, &model, NULL),
                     CRM_OK);
    return model;
}

#endif
