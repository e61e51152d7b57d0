/* What the tests of fits share: the public data sets as summaries, simulated customers, and what a maximum
 * is. */
#ifndef CRM_TEST_FITS_H
#define CRM_TEST_FITS_H

#include "csv.h"
#include "test.h"

#include "crmcore.h"
#include "numeric/linear.h"
#include "numeric/random.h"

/* The book of a public log in weeks until a day; NULL, saying so, where the file is absent. */
static inline crm_customers *fits_book(const char *file, int64_t until, const crm_options *options)
{
    csv_log log;
    const char *path = test_data(file);
    if (!path || !csv_read_log(path, &log)) {
        print_message("%s is absent\n", file);
        return NULL;
    }
    crm_customers *book = NULL;
    assert_int_equal(crm_customers_from_columns(NULL, log.n, log.key, log.time, log.amount, until, 7.0, 2,
                                                options, &book, NULL),
                     CRM_OK);
    csv_free(&log);
    return book;
}

static inline crm_summary *fits_summary(const char *file, int64_t until, const crm_options *options)
{
    crm_customers *book = fits_book(file, until, options);
    if (!book)
        return NULL;
    crm_summary *summary = NULL;
    assert_int_equal(crm_summary_of_customers(NULL, book, &summary, NULL), CRM_OK);
    crm_customers_destroy(book);
    return summary;
}

/* Customer `stream` of a Pareto/NBD base of `seed`: rate and time of leaving from gamma distributions, every
 * purchase counted, times rounded up to ticks. */
static inline void fits_simulate(uint64_t seed, uint64_t stream, const double *parameter,
                                 double ticks_per_period, double T, double *x, double *t_x)
{
    struct crm_i_random random;
    crm_i_random_start(&random, seed, stream);
    const double rate = crm_i_random_gamma(&random, parameter[0]) / parameter[1];
    const double leave =
        crm_i_random_exponential(&random) * parameter[3] / crm_i_random_gamma(&random, parameter[2]);
    const double end = leave < T ? leave : T;
    *x = 0.0;
    *t_x = 0.0;
    for (double t = 0.0;;) {
        t += crm_i_random_exponential(&random) / rate;
        if (!(t < end))
            return;
        const double tick = ceil(t * ticks_per_period) / ticks_per_period;
        *t_x = tick < T ? tick : T;
        *x += 1.0;
    }
}

/* Gradient zero to rounding, Hessian negative definite. */
static inline void fits_maximum(const crm_model *model, const crm_summary *summary)
{
    double value;
    double gradient[8];
    double hessian[64];
    double bend[8];
    double axis[64];
    const int32_t k = crm_kind_parameters(crm_model_kind(model));
    assert_int_equal(crm_model_log_likelihood(NULL, model, summary, &value, gradient, hessian, NULL), CRM_OK);
    assert_relative(value, crm_model_fact(model, CRM_FACT_LOG_LIKELIHOOD), 1e-13);
    for (int32_t i = 0; i < k; i++)
        assert_true(fabs(gradient[i]) <= 1e-13 * fabs(value) + 1e-9);
    assert_int_equal(crm_i_eigen_symmetric(k, hessian, bend, axis), 0);
    assert_true(bend[k - 1] < 0.0);
    assert_relative(bend[0] / bend[k - 1], crm_model_fact(model, CRM_FACT_CONDITION), 1e-6);
}

#endif
