/* Random numbers by counting: Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC11, 2011). A stream is (seed,
 * stream); any two differ and are independent, so row i of anything may draw from stream i on whatever
 * worker. All variates are built on the library's own functions: the same bits everywhere, frozen for
 * ever. */
#ifndef CRM_I_RANDOM_H
#define CRM_I_RANDOM_H

#include "base/compiler.h"

struct crm_i_random {
    uint64_t seed;
    uint64_t stream;
    uint64_t block;   /* blocks of four words drawn so far */
    uint32_t word[4]; /* the current block */
    int32_t used;     /* how many of its words are spent */
};

/* The bijection itself: counter (4 words) and key (2 words) to out (4 words). */
void crm_i_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Begin stream `stream` of `seed`. */
void crm_i_random_start(struct crm_i_random *random, uint64_t seed, uint64_t stream);

uint64_t crm_i_random_u64(struct crm_i_random *random);

/* Uniform on the odd multiples of 2^-53: in (0, 1), never 0 or 1, symmetric about 1/2. */
double crm_i_random_uniform(struct crm_i_random *random);

/* An integer in 0..bound-1, exactly uniform; bound >= 1. */
uint64_t crm_i_random_below(struct crm_i_random *random, uint64_t bound);

/* Exponential with mean 1, > 0. */
double crm_i_random_exponential(struct crm_i_random *random);

/* Standard normal. */
double crm_i_random_normal(struct crm_i_random *random);

/* Gamma with this shape > 0 and scale 1. For small shapes the variate underflows; its logarithm does not.
 * Both forms consume the same numbers. NaN for a shape not > 0 or not finite. */
double crm_i_random_gamma(struct crm_i_random *random, double shape);
double crm_i_random_log_gamma(struct crm_i_random *random, double shape);

/* Beta(a, b), in [0, 1]; and log p and log(1 - p), good where p or 1 - p underflows. NaN as for gamma. */
double crm_i_random_beta(struct crm_i_random *random, double a, double b);
void crm_i_random_log_beta(struct crm_i_random *random, double a, double b, double *log_p, double *log_q);

/* Poisson with this mean >= 0: a count, as a whole double, 0 for mean 0. NaN if mean is not in 0..1e15. */
double crm_i_random_poisson(struct crm_i_random *random, double mean);

/* Geometric: failures before the first success of probability p in (0, 1], a whole double >= 0. The second
 * form takes log(1 - p), for a p that underflows or is close to 1. NaN out of the domain. */
double crm_i_random_geometric(struct crm_i_random *random, double p);
double crm_i_random_geometric_log(struct crm_i_random *random, double log_q);

/* 1 with probability p, else 0 (p <= 0 never, p >= 1 always). */
int crm_i_random_bernoulli(struct crm_i_random *random, double p);

#endif
