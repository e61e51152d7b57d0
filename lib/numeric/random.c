/* Random numbers by counting. Variates are made from uniforms by methods that need only + - * /, the
 * square root and the library's exp and log, so that every machine draws the same bits. Changing any of
 * them changes every seeded result ever published: the golden test stands in the way. */
#include "numeric/random.h"

#include "numeric/elementary.h"

#include <math.h>

/* ---- the generator ---- */

void crm_i_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0];
    uint32_t c1 = counter[1];
    uint32_t c2 = counter[2];
    uint32_t c3 = counter[3];
    uint32_t k0 = key[0];
    uint32_t k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = UINT64_C(0xd2511f53) * c0;
        const uint64_t p1 = UINT64_C(0xcd9e8d57) * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9e3779b9u; /* the golden ratio, and sqrt(3) - 1 */
        k1 += 0xbb67ae85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void crm_i_random_start(struct crm_i_random *random, uint64_t seed, uint64_t stream)
{
    random->seed = seed;
    random->stream = stream;
    random->block = 0;
    random->used = 4;
    for (int i = 0; i < 4; i++)
        random->word[i] = 0;
}

/* The counter is (block, stream), the key the seed, each low word first. */
static void refill(struct crm_i_random *random)
{
    const uint32_t counter[4] = {(uint32_t)random->block, (uint32_t)(random->block >> 32),
                                 (uint32_t)random->stream, (uint32_t)(random->stream >> 32)};
    const uint32_t key[2] = {(uint32_t)random->seed, (uint32_t)(random->seed >> 32)};
    crm_i_philox(counter, key, random->word);
    random->block++;
    random->used = 0;
}

uint64_t crm_i_random_u64(struct crm_i_random *random)
{
    if (random->used >= 4)
        refill(random);
    const uint64_t low = random->word[random->used];
    const uint64_t high = random->word[random->used + 1];
    random->used += 2;
    return high << 32 | low;
}

double crm_i_random_uniform(struct crm_i_random *random)
{
    return (double)(crm_i_random_u64(random) >> 11 | 1) * 0x1p-53;
}

/* The high word of x * y. */
static uint64_t multiply_high(uint64_t x, uint64_t y, uint64_t *low)
{
    const uint64_t a = (x & 0xffffffffu) * (y & 0xffffffffu);
    const uint64_t b = (x >> 32) * (y & 0xffffffffu) + (a >> 32);
    const uint64_t c = (x & 0xffffffffu) * (y >> 32) + (b & 0xffffffffu);
    *low = c << 32 | (a & 0xffffffffu);
    return (x >> 32) * (y >> 32) + (b >> 32) + (c >> 32);
}

/* Lemire's multiplication (2019): the few low products that would favour some results are drawn again. */
uint64_t crm_i_random_below(struct crm_i_random *random, uint64_t bound)
{
    const uint64_t excess = (0 - bound) % bound;
    uint64_t low;
    uint64_t high;
    do
        high = multiply_high(crm_i_random_u64(random), bound, &low);
    while (low < excess);
    return high;
}

/* ---- continuous ---- */

double crm_i_random_exponential(struct crm_i_random *random)
{
    return -crm_i_log(crm_i_random_uniform(random));
}

/* Marsaglia's polar method; the second variate is dropped so that the state stays a position in the
 * stream. */
double crm_i_random_normal(struct crm_i_random *random)
{
    double u;
    double s;
    do {
        u = 2.0 * crm_i_random_uniform(random) - 1.0;
        const double v = 2.0 * crm_i_random_uniform(random) - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0); /* s > 0: neither is ever 0 */
    return u * sqrt(-2.0 * crm_i_log(s) / s);
}

/* A gamma variate of shape >= 1 is d v (Marsaglia & Tsang 2000). Their d (1 - v + log v) is written in w =
 * v^(1/3) - 1, which is small when d is large. */
static double draw_v(struct crm_i_random *random, double d)
{
    const double c = 1.0 / (3.0 * sqrt(d));
    for (;;) {
        const double x = crm_i_random_normal(random);
        const double w = c * x;
        if (w <= -1.0)
            continue;
        const double v = (1.0 + w) * (1.0 + w) * (1.0 + w);
        const double u = crm_i_random_uniform(random);
        const double x2 = x * x;
        if (u < 1.0 - 0.0331 * (x2 * x2))
            return v;
        if (crm_i_log(u) < 0.5 * x2 + d * (3.0 * crm_i_log1p(w) - w * (3.0 + w * (3.0 + w))))
            return v;
    }
}

static int is_shape(double shape)
{
    return shape > 0.0 && isfinite(shape);
}

/* For a shape below 1, one more and a power of a uniform (the same paper). */
double crm_i_random_log_gamma(struct crm_i_random *random, double shape)
{
    if (!is_shape(shape))
        return CRM_I_NAN;
    const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
    const double log_g = crm_i_log(d * draw_v(random, d));
    return shape < 1.0 ? log_g + crm_i_log(crm_i_random_uniform(random)) / shape : log_g;
}

double crm_i_random_gamma(struct crm_i_random *random, double shape)
{
    if (!is_shape(shape))
        return CRM_I_NAN;
    const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
    const double g = d * draw_v(random, d);
    return shape < 1.0 ? g * crm_i_exp(crm_i_log(crm_i_random_uniform(random)) / shape) : g;
}

/* p = A / (A + B) of two gammas; with t = log B - log A, log p = -log(1 + e^t) and log q = log p + t. */
void crm_i_random_log_beta(struct crm_i_random *random, double a, double b, double *log_p, double *log_q)
{
    const double log_a = crm_i_random_log_gamma(random, a);
    const double log_b = crm_i_random_log_gamma(random, b);
    double t = log_b - log_a;
    if (isinf(log_a) && log_a == log_b) /* both shapes below 1e-306: either end */
        t = crm_i_random_uniform(random) * (a + b) < a ? -CRM_I_INFINITY : CRM_I_INFINITY;
    if (t > 0.0) {
        const double rest = crm_i_log1p(crm_i_exp(-t));
        *log_p = -t - rest;
        *log_q = -rest;
    } else {
        const double rest = crm_i_log1p(crm_i_exp(t));
        *log_p = -rest;
        *log_q = t - rest;
    }
}

double crm_i_random_beta(struct crm_i_random *random, double a, double b)
{
    double log_p;
    double log_q;
    crm_i_random_log_beta(random, a, b, &log_p, &log_q);
    return crm_i_exp(log_p);
}

/* ---- counts ---- */

/* Small means: multiply uniforms until the product falls below e^-mean. */
static double poisson_by_products(struct crm_i_random *random, double mean)
{
    const double floor_value = crm_i_exp(-mean);
    double count = 0.0;
    for (double product = crm_i_random_uniform(random); product > floor_value;
         product *= crm_i_random_uniform(random))
        count += 1.0;
    return count;
}

/* log of the Poisson probability of count (Loader's way: what cancels is cancelled before it grows). */
static double log_poisson(double count, double mean)
{
    static const double factorial[16] = {
        1,     1,      2,       6,        24,        120,        720,         5040,
        40320, 362880, 3628800, 39916800, 479001600, 6227020800, 87178291200, 1307674368000,
    };
    if (count < 16.0)
        return count * crm_i_log(mean) - mean - crm_i_log(factorial[(int)count]);
    const double t = (mean - count) / count;
    const double n2 = 1.0 / (count * count);
    const double stirling = (1.0 / 12.0 - n2 * (1.0 / 360.0 - n2 * (1.0 / 1260.0 - n2 / 1680.0))) / count;
    return count * (crm_i_log1p(t) - t) - stirling - 0.5 * crm_i_log(6.283185307179586477 * count);
}

/* Transformed rejection with squeeze, PTRS (Hormann 1993), for means of 10 and more. */
static double poisson_by_rejection(struct crm_i_random *random, double mean)
{
    const double b = 0.931 + 2.53 * sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double accept = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        const double u = crm_i_random_uniform(random) - 0.5;
        const double v = crm_i_random_uniform(random);
        const double us = 0.5 - fabs(u);
        const double count = floor((2.0 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= accept)
            return count;
        if (count < 0.0 || (us < 0.013 && v > us))
            continue;
        if (crm_i_log(v * inverse_alpha / (a / (us * us) + b)) <= log_poisson(count, mean))
            return count;
    }
}

double crm_i_random_poisson(struct crm_i_random *random, double mean)
{
    if (!(mean >= 0.0 && mean <= 1e15))
        return CRM_I_NAN;
    return mean < 10.0 ? poisson_by_products(random, mean) : poisson_by_rejection(random, mean);
}

double crm_i_random_geometric_log(struct crm_i_random *random, double log_q)
{
    if (!(log_q < 0.0))
        return CRM_I_NAN;
    return floor(crm_i_log(crm_i_random_uniform(random)) / log_q);
}

double crm_i_random_geometric(struct crm_i_random *random, double p)
{
    if (!(p > 0.0 && p <= 1.0))
        return CRM_I_NAN;
    return crm_i_random_geometric_log(random, crm_i_log1p(-p));
}

int crm_i_random_bernoulli(struct crm_i_random *random, double p)
{
    return crm_i_random_uniform(random) < p;
}
