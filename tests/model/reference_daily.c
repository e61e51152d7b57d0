/* DAILY_LOG_LIKELIHOOD of tests/model/daily.h, in long doubles from the formula as it is published, the
 * integral over u in panels that grow from the width of the integrand:
 *
 *     cc -O2 -Itests -Ilib -Iinclude tests/model/reference_daily.c build/libcrmcore.a -lm -pthread && ./a.out
 *
 * The parameters are those of the fit; next to them, 1e-4 to either side, the log-likelihood must be lower.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/daily.h"

enum { NODES = 20 };
static long double node[NODES], weight[NODES];

static void legendre(void)
{
    for (int i = 0; i < NODES; i++) {
        long double x = cosl(3.14159265358979323846264338327950288L * (i + .75L) / (NODES + .5L)), slope = 0;
        for (int k = 0; k < 20; k++) {
            long double before = 1, p = x;
            for (int j = 2; j <= NODES; j++) {
                const long double next = ((2 * j - 1) * x * p - (j - 1) * before) / j;
                before = p;
                p = next;
            }
            slope = NODES * (before - x * p) / (1 - x * x);
            x -= p / slope;
        }
        node[i] = (1 - x) / 2;
        weight[i] = 1 / ((1 - x * x) * slope * slope);
    }
}

static long double row(const long double *p, long double x, long double t_x, long double T)
{
    const long double r = p[0], alpha = p[1], s = p[2], beta = p[3], R = r + x;
    const long double base = -R * logl(alpha + t_x) - (s + 1) * logl(beta + t_x);
    long double sum = 0, step = fminl((alpha + t_x) / R, (beta + t_x) / (s + 1));
    for (long double u = t_x; u < T; step *= 1.5L) {
        const long double width = u + step < T ? step : T - u;
        long double part = 0;
        for (int i = 0; i < NODES; i++) {
            const long double v = u + width * node[i];
            part += weight[i] * expl(-R * logl(alpha + v) - (s + 1) * logl(beta + v) - base);
        }
        sum += width * part;
        if (width * part < 1e-24L * sum)
            break;
        u += width;
    }
    const long double alive = expl(-R * logl(alpha + T) - s * logl(beta + T) - base);
    return lgammal(R) - lgammal(r) + r * logl(alpha) + s * logl(beta) + base + logl(alive + s * sum);
}

int main(void)
{
    static double x[DAILY_CUSTOMERS], t_x[DAILY_CUSTOMERS], T[DAILY_CUSTOMERS];
    const long double at[4] = {1.1971042855409242L, 1.3442785398491279L, .62096412975221649L,
                               318.25316899554946L};
    legendre();
    daily_simulate(x, t_x, T);
    for (int k = 0; k < 9; k++) {
        long double p[4] = {at[0], at[1], at[2], at[3]}, sum = 0;
        if (k > 0)
            p[(k - 1) / 2] *= k % 2 ? 1 - 1e-4L : 1 + 1e-4L;
        for (int i = 0; i < DAILY_CUSTOMERS; i++)
            sum += row(p, x[i], t_x[i], T[i]);
        printf("%.9Lf\n", sum);
    }
    return 0;
}
