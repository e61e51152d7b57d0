/* Standard errors are what they say: over 200 simulated bases, the errors of the fitted parameters, divided
 * by their covariance, are chi-squared. Simulation, book, summary and fit together. */
#include "fits.h"

enum { FITS = 200, CUSTOMERS = 3000 };

static const double purchases[] = {.25, 4.4, .8, 2.4};
static const double amounts[] = {6.25, 3.74, 15.44};

/* d' C^-1 d for d = log(found/true) and C the covariance of the logarithms; squares[i] += d_i^2/C_ii. */
static double distance(const crm_model *model, const double *truth, double *squares)
{
    double found[8], covariance[64], inverse[64], value[8], axis[64], d[8];
    const int k = crm_kind_parameters(crm_model_kind(model));
    assert_int_equal(crm_model_parameters(model, found, covariance, NULL), CRM_OK);
    for (int i = 0; i < k; i++)
        d[i] = log(found[i] / truth[i]);
    for (int i = 0; i < k * k; i++)
        inverse[i] = covariance[i] / (found[i % k] * found[i / k]);
    for (int i = 0; i < k; i++)
        squares[i] += d[i] * d[i] / inverse[i + k * i];
    assert_int_equal(crm_i_eigen_symmetric(k, inverse, value, axis), 0);
    double sum = 0;
    for (int j = 0; j < k; j++) {
        double along = 0;
        for (int i = 0; i < k; i++)
            along += axis[i + k * j] * d[i];
        sum += along * along / value[j];
    }
    return sum;
}

/* Between 4 standard deviations of chi-squared with so many degrees of freedom. */
static void is_chi_squared(double sum, double degrees)
{
    print_message("%.1f of %g +- %.1f\n", sum, degrees, sqrt(2 * degrees));
    assert_true(fabs(sum - degrees) <= 4 * sqrt(2 * degrees));
}

static void test_parameters(void **state)
{
    (void)state;
    static int64_t first[CUSTOMERS];
    crm_model *buy = NULL, *spend = NULL;
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, purchases, NULL, &buy, NULL), CRM_OK);
    assert_int_equal(crm_model_create(NULL, CRM_MODEL_GAMMA_GAMMA, 3, amounts, NULL, &spend, NULL), CRM_OK);
    for (int i = 0; i < CUSTOMERS; i++)
        first[i] = 10000 * (i % 40); /* periods of 10,000 ticks: purchases at one tick are rare */
    double sum[2] = {0, 0};
    double squares[2][8] = {{0}};
    for (int f = 0; f < FITS; f++) {
        crm_transactions *log = NULL;
        crm_customers *book = NULL;
        crm_summary *summary = NULL;
        assert_int_equal(crm_model_simulate(NULL, buy, spend, CUSTOMERS, first, 1040000, 10000, 2, 7,
                                            (uint64_t)f, &log, NULL),
                         CRM_OK);
        assert_int_equal(crm_customers_build(NULL, log, 1040000, 10000, 2, NULL, &book, NULL), CRM_OK);
        assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
        for (int k = 0; k < 2; k++) {
            crm_model *model = NULL;
            assert_int_equal(crm_model_fit(NULL, k ? CRM_MODEL_GAMMA_GAMMA : CRM_MODEL_BG_NBD, summary, NULL,
                                           &model, NULL),
                             CRM_OK);
            sum[k] += distance(model, k ? amounts : purchases, squares[k]);
            crm_model_destroy(model);
        }
        crm_summary_destroy(summary);
        crm_customers_destroy(book);
        crm_transactions_destroy(log);
    }
    is_chi_squared(sum[0], 4 * FITS);
    is_chi_squared(sum[1], 3 * FITS);
    for (int i = 0; i < 4; i++)
        is_chi_squared(squares[0][i], FITS);
    for (int i = 0; i < 3; i++)
        is_chi_squared(squares[1][i], FITS);
    crm_model_destroy(spend);
    crm_model_destroy(buy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
