/* A large base in days, as a shop keeps it: 289,000 customers of a Pareto/NBD with 177 purchases each on
 * average, observed for up to 501 days. Seed 20110501. */
#ifndef CRM_TEST_DAILY_H
#define CRM_TEST_DAILY_H

#include <math.h>

#include "numeric/elementary.h"
#include "numeric/random.h"

enum { DAILY_CUSTOMERS = 289000 };

/* The maximum of the log-likelihood of Pareto/NBD; from tests/model/reference_daily.c. */
#define DAILY_LOG_LIKELIHOOD (-39513441.561472875)

/* Purchases by their number, the last as the latest of so many uniform times, rounded up to a day. */
static inline void daily_simulate(double *x, double *t_x, double *T)
{
    for (int64_t i = 0; i < DAILY_CUSTOMERS; i++) {
        struct crm_i_random random;
        crm_i_random_start(&random, 20110501, (uint64_t)i);
        const double span = (double)(1 + (int64_t)crm_i_random_below(&random, 501));
        const double rate = crm_i_random_gamma(&random, 1.2) / 1.34;
        const double leave = crm_i_random_exponential(&random) * 300.0 / crm_i_random_gamma(&random, .6);
        const double end = leave < span ? leave : span;
        const double number = crm_i_random_poisson(&random, rate * end);
        const double last = ceil(end * crm_i_exp(crm_i_log(crm_i_random_uniform(&random)) / number));
        x[i] = number;
        T[i] = span;
        t_x[i] = number > 0.0 ? (last < 1.0 ? 1.0 : last > span ? span : last) : 0.0;
    }
}

#endif
