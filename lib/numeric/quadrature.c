/* Gauss rules from the factored recurrence of the orthogonal polynomials.
 *
 * The Jacobi matrix in the variable p >= 0 itself is J = M M', M lower bidiagonal with alpha_k on the
 * diagonal and -beta_k below, both square roots of products of positive numbers. The orthonormal
 * polynomials f_k follow from
 *     g_k = (p f_k + beta_k g_(k-1))/alpha_k, f_(k+1) = (alpha_k f_k - g_k)/beta_(k+1),  f_0 = 1, g_(-1) = 0,
 * which cancels only where the polynomials themselves oscillate; small relative changes of alpha and beta
 * make small relative changes of every eigenvalue (Demmel and Kahan), so that the nodes are right relative
 * to themselves. The weights are 1/sum f_k^2. Implicit QL gives starting values. */
#include "numeric/quadrature.h"

#include <math.h>

enum { MAX = CRM_I_QUADRATURE_MAX };

/* alpha[k], k < n, and beta[k], 0 < k < n, beta[0] = 0, with their reciprocals. */
typedef struct {
    int n;
    double alpha[MAX];
    double beta[MAX];
    double per_alpha[MAX];
    double per_beta[MAX];
} recurrence;

static void recurrence_set(recurrence *r, int k, double alpha_square, double beta_square)
{
    r->alpha[k] = sqrt(alpha_square);
    r->per_alpha[k] = 1.0 / r->alpha[k];
    r->beta[k] = sqrt(beta_square);
    r->per_beta[k] = k > 0 ? 1.0 / r->beta[k] : 0.0;
}

/* One rotation sweep from the bottom of the block lo..hi to its top, with the shift of its upper corner. */
static void ql_sweep(double *diagonal, double *off, int lo, int hi)
{
    const double slope = (diagonal[lo + 1] - diagonal[lo]) / (2.0 * off[lo]);
    const double root = sqrt(slope * slope + 1.0);
    double g = diagonal[hi] - diagonal[lo] + off[lo] / (slope < 0.0 ? slope - root : slope + root);
    double sine = 1.0;
    double cosine = 1.0;
    double moved = 0.0;
    for (int i = hi - 1; i >= lo; i--) {
        const double f = sine * off[i];
        const double b = cosine * off[i];
        const double length = sqrt(f * f + g * g);
        off[i + 1] = length;
        sine = f / length;
        cosine = g / length;
        const double d = diagonal[i + 1] - moved;
        const double t = (diagonal[i] - d) * sine + 2.0 * cosine * b;
        moved = sine * t;
        diagonal[i + 1] = d + moved;
        g = cosine * t - b;
    }
    diagonal[lo] -= moved;
    off[lo] = g;
    off[hi] = 0.0;
}

/* Eigenvalues of the symmetric tridiagonal matrix into diagonal[], ascending; off[i] couples i and i + 1.
 * They are polished later, so an off-diagonal element of 2^-36 is small enough: it moves an eigenvalue by
 * its square. */
static void eigenvalues(int n, double *diagonal, double *off)
{
    off[n - 1] = 0.0;
    for (int lo = 0; lo < n; lo++) {
        for (;;) { /* two or three sweeps an eigenvalue: shifted QL always ends on a tridiagonal matrix */
            int hi = lo;
            while (hi < n - 1 && fabs(off[hi]) > 0x1p-36 * (fabs(diagonal[hi]) + fabs(diagonal[hi + 1])))
                hi++;
            if (hi == lo)
                break;
            ql_sweep(diagonal, off, lo, hi);
        }
    }
    for (int i = 1; i < n; i++) {
        const double d = diagonal[i];
        int j = i;
        for (; j > 0 && diagonal[j - 1] > d; j--)
            diagonal[j] = diagonal[j - 1];
        diagonal[j] = d;
    }
}

static void nodes_start(const recurrence *r, double *restrict node)
{
    double off[MAX];
    for (int k = 0; k < r->n; k++) {
        node[k] = r->alpha[k] * r->alpha[k] + r->beta[k] * r->beta[k];
        if (k > 0)
            off[k - 1] = r->alpha[k - 1] * r->beta[k];
    }
    eigenvalues(r->n, node, off);
}

/* square[j] = sum f_k(node[j])^2, and the Newton step of every node (Christoffel and Darboux give the
 * slope). */
static void recurrence_run(const recurrence *r, const double *restrict node, double *restrict square,
                           double *restrict step)
{
    const int n = r->n;
    double f[MAX];
    double g[MAX];
    for (int j = 0; j < n; j++) {
        f[j] = 1.0;
        g[j] = 0.0;
        square[j] = 1.0;
    }
    for (int k = 0; k < n - 1; k++) {
        const double alpha = r->alpha[k];
        const double beta = r->beta[k];
        const double per_alpha = r->per_alpha[k];
        const double per_beta = r->per_beta[k + 1];
        for (int j = 0; j < n; j++) {
            g[j] = (node[j] * f[j] + beta * g[j]) * per_alpha;
            f[j] = (alpha * f[j] - g[j]) * per_beta;
            square[j] += f[j] * f[j];
        }
    }
    const double alpha = r->alpha[n - 1];
    const double beta = r->beta[n - 1];
    for (int j = 0; j < n; j++) {
        const double last = (node[j] * f[j] + beta * g[j]) * r->per_alpha[n - 1];
        step[j] = (alpha * f[j] - last) * (alpha * f[j]) / square[j];
    }
}

static void rule_build(const recurrence *r, double *restrict node, double *restrict weight)
{
    double square[MAX];
    double step[MAX];
    nodes_start(r, node);
    for (int pass = 0; pass < 2; pass++) {
        recurrence_run(r, node, square, step);
        for (int j = 0; j < r->n; j++)
            node[j] += step[j];
    }
    recurrence_run(r, node, square, step);
    for (int j = 0; j < r->n; j++)
        weight[j] = 1.0 / square[j];
}

/* p R_k = -A_k R_(k+1) + (A_k + C_k) R_k - C_k R_(k-1) for the Jacobi polynomials with R_k(0) = 1;
 * alpha^2 = A_k, beta^2 = C_k, and no difference is taken of a and b. */
static void recurrence_beta(recurrence *r, int n, double a, double b)
{
    const double s = a + b;
    r->n = n;
    recurrence_set(r, 0, a / s, 0.0);
    for (int k = 1; k < n; k++) {
        const double low = 2.0 * (k - 1) + s;
        const double middle = low + 1.0;
        const double high = low + 2.0;
        recurrence_set(r, k, (k + a) / middle * (((k - 1) + s) / high), k / low * (((k - 1) + b) / middle));
    }
}

static int parameter_is_bad(double x)
{
    return !(x >= 1e-3 && x <= 1e6);
}

static int count_is_bad(int n)
{
    return n < 1 || n > MAX;
}

static void jacobi_rule(int n, double a, double b, double *node, double *weight)
{
    recurrence r;
    recurrence_beta(&r, n, a, b);
    rule_build(&r, node, weight);
}

/* The measure is the fine-grained one at p = 1, where a node in p has too few digits for its weight: the
 * upper half then comes from the rule of Beta(b, a) in 1 - p. */
static int mirror_is_needed(double a, double b)
{
    return b < 1.0 || b < a;
}

int crm_i_gauss_jacobi_beta(int n, double a, double b, double *node, double *weight)
{
    if (count_is_bad(n) || parameter_is_bad(a) || parameter_is_bad(b))
        return -1;
    jacobi_rule(n, a, b, node, weight);
    if (!mirror_is_needed(a, b))
        return 0;
    double far_node[MAX];
    double far_weight[MAX];
    jacobi_rule(n, b, a, far_node, far_weight);
    for (int j = 0; j < n; j++) {
        if (node[j] > 0.5) {
            node[j] = 1.0 - far_node[n - 1 - j];
            weight[j] = far_weight[n - 1 - j];
        }
    }
    return 0;
}

int crm_i_gauss_legendre(int n, double *node, double *weight)
{
    if (count_is_bad(n))
        return -1;
    jacobi_rule(n, 1.0, 1.0, node, weight);
    /* The lower half is the more accurate, and the rule is symmetric. */
    if (n % 2 == 1)
        node[n / 2] = 0.5;
    for (int i = 0; i < n / 2; i++) {
        node[n - 1 - i] = 1.0 - node[i];
        weight[n - 1 - i] = weight[i];
    }
    return 0;
}
