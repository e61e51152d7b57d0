/* The table of rules of Pareto/NBD, by trial; lib/model/pareto_nbd_integral_kernel.inc is what it prints:
 *
 *     cc -O2 -Ilib -Iinclude tests/model/rules_pareto_nbd.c build/libcrmcore.a -lm -pthread && ./a.out
 *
 * Cell (i, j) are the intervals with i = 8 sqrt(length), j = 4 sqrt(variation of g), rounded down. For random
 * a, b and kappa of each cell, most of them near its far corner, the least rule that integrates exp(-g)
 * within 3e-13, its first moments within 1e-12 and its second within 1e-11, against 48 nodes in each of
 * several panels in long doubles; a cell is never below its neighbours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "numeric/legendre.h"
#include "numeric/quadrature.h"

enum { LENGTHS = 34, VARIATIONS = 28, NODES = 48, TRIALS = 120, SUMS = 15 };

static double a, b, kappa;
static double node[NODES], weight[NODES];
static int need[LENGTHS][VARIATIONS];

static double uniform(void)
{
    static uint64_t s = 5;
    s = s * 6364136223846793005u + 1442695040888963407u;
    return ((double)(s >> 11) + .5) * 0x1p-53;
}

static double log_uniform(double low, double high)
{
    return low * pow(high / low, uniform());
}

static double g(double x)
{
    return a * x + b * log1p(kappa * expm1(x));
}

static void add(int n, const double *at, const double *w, long double from, long double length,
                long double base, long double *sum)
{
    for (int j = 0; j < n; j++) {
        const long double x = from + length * at[j], e = expm1l(x), y = log1pl(kappa * e);
        const long double v[5] = {1, x, y, e / (1 + e), kappa * e / (1 + kappa * e)};
        const long double p = length * w[j] * expl(-(a * x + b * y - base));
        int k = 0;
        for (int i = 0; i < 5; i++)
            for (int l = 0; l <= i; l++)
                sum[k++] += p * v[i] * v[l];
    }
}

static int suffices(const crm_i_legendre *rule, double length, double least, const long double *want)
{
    long double got[SUMS] = {0};
    add(rule->n, rule->node, rule->weight, 0, length, least, got);
    for (int k = 0; k < SUMS; k++) {
        const double share = k == 0 ? 1 : k == 1 || k == 3 || k == 6 || k == 10 ? 3 : 30;
        if (!(fabsl(got[k] / want[k] - 1) <= share * 3e-13))
            return 0;
    }
    return 1;
}

static void try(double length)
{
    double least = 0, peak = 0;
    const double place = a < 0 ? -a * (1 - kappa) / ((a + b) * kappa) : 0;
    if (place > 1) {
        peak = fmin(log(place), length);
        least = g(peak);
    }
    if (g(length) - least > 40) { /* the cut */
        double low = peak, high = length;
        for (int k = 0; k < 60; k++) {
            length = .5 * (low + high);
            *(g(length) - least > 38 ? &high : &low) = length;
        }
    }
    const int i = (int)(8 * sqrt(length)), j = (int)(4 * sqrt(g(length) - 2 * least));
    if (i >= LENGTHS)
        return;
    int *const rule = &need[i][j < VARIATIONS ? j : VARIATIONS - 1];
    long double want[SUMS] = {0};
    const int panels = length > 6 ? 6 : 3;
    for (int k = 0; k < panels; k++)
        add(NODES, node, weight, (long double)k * length / panels, (long double)length / panels, least, want);
    while (*rule < CRM_I_LEGENDRE_RULES - 1 && !suffices(&crm_i_legendre_rule[*rule], length, least, want))
        ++*rule;
}

static void try_cell(int i, int j, int trial)
{
    const double corner = 1 - .4 * uniform() * uniform();
    const double far = (i + (trial % 3 ? corner : uniform())) / 8,
                 deep = (j + (trial % 2 ? corner : uniform())) / 4;
    const double length = fmax(far * far, 1e-6), variation = fmin(deep * deep, 40);
    kappa = trial % 4 ? log_uniform(fmax(exp(-length - 6), 1e-8), 1) : 1 - .5 * uniform() * uniform();
    a = trial % 5 == 0 ? 1 : trial % 5 == 1 ? log_uniform(1e-4, 1) : log_uniform(1e-2, 1e2);
    b = trial % 5 == 0 ? log_uniform(1e-4, 1e-1) : 1;
    const double factor = variation / g(length) * (j == VARIATIONS - 1 ? 3 : 1);
    a *= factor;
    b *= factor;
    try(length);
    if (trial % 3 == 0) { /* x = 0, r < 1 */
        a = -uniform();
        b = 1 + log_uniform(1e-3, 1e3);
        kappa = log_uniform(1e-7, 1);
        try(length);
    }
}

int main(void)
{
    crm_i_gauss_legendre(NODES, node, weight);
    for (int i = 0; i < LENGTHS; i++)
        for (int j = 0; j < VARIATIONS; j++)
            for (int k = 0; k < TRIALS; k++)
                try_cell(i, j, k);
    printf("/* printed by tests/model/rules_pareto_nbd.c */\n");
    for (int i = 0; i < LENGTHS; i++) {
        for (int j = 0; j < VARIATIONS; j++) {
            if (i > 0 && need[i][j] < need[i - 1][j])
                need[i][j] = need[i - 1][j];
            if (j > 0 && need[i][j] < need[i][j - 1])
                need[i][j] = need[i][j - 1];
            printf("%s%d", j ? ", " : "    {", need[i][j]);
        }
        printf("},\n");
    }
    return 0;
}
