/* The rule for sums over whole numbers: f is interpolated at Chebyshev's points, and what interpolates is
 * summed by the Euler-Maclaurin formula, which for polynomials ends. With y = (2 j - 1 - n)/n and h = 2/n
 *
 *     h sum T_i(y) = 2/(1 - i^2) + 2 sum_m B_2m(1/2)/(2m)! h^2m T_i^(2m-1)(1),  i even, */
#include "numeric/whole_sum.h"

enum { NODES = CRM_I_WHOLE_SUM_NODES, HALF = NODES / 2, EVEN = NODES / 2, ORDERS = 9 };

/* cos((k + 1/2) pi/20) */
static const double chebyshev[HALF] = {
    0x1.fe6bf2e2660afp-1, 0x1.f1da785f71bcep-1, 0x1.d906bcf328d46p-1, 0x1.b48d406a50540p-1,
    0x1.8553ee43def13p-1, 0x1.4c8474600eeeep-1, 0x1.0b84ee8f52e9dp-1, 0x1.87de2a6aea963p-2,
    0x1.de189a594fbccp-3, 0x1.415e532398e49p-4,
};

/* B_2m(1/2)/(2m)! */
static const double euler_maclaurin[ORDERS] = {
    -0x1.5555555555555p-5,  0x1.3e93e93e93e94p-10,  -0x1.0cbb766210cbbp-15,
    0x1.b85fca40e852dp-21,  -0x1.65f59e4611336p-26, 0x1.225c0d5895dfap-31,
    -0x1.d6cc7574a6a5dp-37, 0x1.7da1e6add5669p-42,  -0x1.3557d72a19febp-47,
};

/* h times the sum of T_i, i = 2 e. T_i^(d)(1) is the product of (i^2 - l^2)/(2 l + 1) over l < d. */
static double mean_of(int e, double h)
{
    const double square = 4.0 * e * e;
    double slope = square;
    double power = h * h;
    double sum = 0.0;
    for (int m = 0; m < ORDERS; m++) {
        sum += euler_maclaurin[m] * power * slope;
        power *= h * h;
        const int l = 2 * m + 1;
        slope *= (square - l * l) / (2 * l + 1) * ((square - (l + 1) * (l + 1)) / (2 * l + 3));
    }
    return 2.0 / (1.0 - square) + 2.0 * sum;
}

void crm_i_whole_sum_rule(double n, double *node, double *weight)
{
    double mean[EVEN];
    for (int e = 0; e < EVEN; e++)
        mean[e] = e == 0 ? 1.0 : mean_of(e, 2.0 / n);
    for (int k = 0; k < HALF; k++) {
        /* T_2e(y) = T_e(2 y^2 - 1) */
        const double z = 2.0 * chebyshev[k] * chebyshev[k] - 1.0;
        double before = 1.0;
        double at = z;
        double sum = mean[0];
        for (int e = 1; e < EVEN; e++) {
            sum += mean[e] * at;
            const double next = 2.0 * z * at - before;
            before = at;
            at = next;
        }
        weight[k] = weight[NODES - 1 - k] = n / NODES * sum;
        node[k] = 0.5 * (1.0 + n * (1.0 + chebyshev[k]));
        node[NODES - 1 - k] = 0.5 * (1.0 + n * (1.0 - chebyshev[k]));
    }
}
