/* Small dense linear algebra, by the plain stable algorithms: sizes are those of parameter vectors. */
#include "numeric/linear.h"

#include "numeric/sum.h"

#include <math.h>

int crm_i_cholesky(int n, double *a)
{
    for (int j = 0; j < n; j++) {
        double *column = a + (int64_t)j * n;
        for (int p = 0; p < j; p++) {
            const double *earlier = a + (int64_t)p * n;
            const double factor = earlier[j];
            for (int i = j; i < n; i++)
                column[i] -= earlier[i] * factor;
        }
        const double pivot = column[j];
        if (!(pivot > 0.0) || !isfinite(pivot))
            return j + 1;
        const double root = sqrt(pivot);
        column[j] = root;
        for (int i = j + 1; i < n; i++)
            column[i] /= root;
    }
    return 0;
}

static void forward_solve(int n, const double *l, double *b)
{
    for (int j = 0; j < n; j++) {
        const double *column = l + (int64_t)j * n;
        b[j] /= column[j];
        for (int i = j + 1; i < n; i++)
            b[i] -= column[i] * b[j];
    }
}

static void backward_solve(int n, const double *l, double *b)
{
    for (int j = n - 1; j >= 0; j--) {
        const double *column = l + (int64_t)j * n;
        for (int i = j + 1; i < n; i++)
            b[j] -= column[i] * b[i];
        b[j] /= column[j];
    }
}

void crm_i_cholesky_solve(int n, const double *l, double *b)
{
    forward_solve(n, l, b);
    backward_solve(n, l, b);
}

void crm_i_cholesky_inverse(int n, const double *l, double *inverse)
{
    for (int j = 0; j < n; j++) {
        double *column = inverse + (int64_t)j * n;
        for (int i = 0; i < n; i++)
            column[i] = i == j ? 1.0 : 0.0;
        crm_i_cholesky_solve(n, l, column);
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < j; i++)
            inverse[(int64_t)j * n + i] = inverse[(int64_t)i * n + j];
}

int crm_i_spd_inverse(int n, double *a, double *inverse)
{
    const int failed = crm_i_cholesky(n, a);
    if (!failed) {
        crm_i_cholesky_inverse(n, a, inverse);
        return 0;
    }
    for (int64_t i = 0; i < (int64_t)n * n; i++)
        inverse[i] = (double)NAN;
    return failed;
}

/* Rotate rows and columns p < q of the symmetric a (both triangles kept) to make a[p][q] zero. */
static void rotate(int n, double *a, double *vector, int p, int q)
{
    const double apq = a[(int64_t)q * n + p];
    const double app = a[(int64_t)p * n + p];
    const double aqq = a[(int64_t)q * n + q];
    const double theta = (aqq - app) / (2.0 * apq);
    const double size = fabs(theta);
    /* beyond 1e150 the square would overflow, and t = 1 / (2 theta) to the last bit */
    const double t0 = size > 1e150 ? 0.5 / size : 1.0 / (size + sqrt(size * size + 1.0));
    const double t = theta < 0.0 ? -t0 : t0;
    const double c = 1.0 / sqrt(t * t + 1.0);
    const double s = t * c;
    const double tau = s / (1.0 + c);
    for (int i = 0; i < n; i++) {
        double *vp = vector + (int64_t)p * n + i;
        double *vq = vector + (int64_t)q * n + i;
        const double x = *vp;
        const double y = *vq;
        *vp = x - s * (y + x * tau);
        *vq = y + s * (x - y * tau);
        if (i == p || i == q)
            continue;
        double *ap = a + (int64_t)p * n + i;
        double *aq = a + (int64_t)q * n + i;
        const double u = *ap;
        const double w = *aq;
        *ap = u - s * (w + u * tau);
        *aq = w + s * (u - w * tau);
        a[(int64_t)i * n + p] = *ap;
        a[(int64_t)i * n + q] = *aq;
    }
    a[(int64_t)p * n + p] = app - t * apq;
    a[(int64_t)q * n + q] = aqq + t * apq;
    a[(int64_t)q * n + p] = 0.0;
    a[(int64_t)p * n + q] = 0.0;
}

/* One sweep over all pairs; 1 while something was left to rotate away. An entry counts as zero when it is
 * below the rounding of both diagonal entries, or of sqrt(their product), which keeps small eigenvalues of
 * a scaled definite matrix relatively right (Demmel & Veselic 1992). */
static int sweep(int n, double *a, double *vector)
{
    int moved = 0;
    for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
            const double off = fabs(a[(int64_t)q * n + p]);
            const double dp = fabs(a[(int64_t)p * n + p]);
            const double dq = fabs(a[(int64_t)q * n + q]);
            if (off == 0.0 || off <= 0x1p-54 * sqrt(dp) * sqrt(dq)) {
                a[(int64_t)q * n + p] = 0.0;
                a[(int64_t)p * n + q] = 0.0;
                continue;
            }
            rotate(n, a, vector, p, q);
            moved = 1;
        }
    }
    return moved;
}

static void orient(int n, double *v)
{
    int largest = 0;
    for (int i = 1; i < n; i++)
        if (fabs(v[i]) > fabs(v[largest]))
            largest = i;
    if (v[largest] < 0.0)
        for (int i = 0; i < n; i++)
            v[i] = -v[i];
}

static void swap_columns(int n, double *value, double *vector, int a, int b)
{
    const double t = value[a];
    value[a] = value[b];
    value[b] = t;
    for (int i = 0; i < n; i++) {
        double *x = vector + (int64_t)a * n + i;
        double *y = vector + (int64_t)b * n + i;
        const double u = *x;
        *x = *y;
        *y = u;
    }
}

int crm_i_eigen_symmetric(int n, double *a, double *value, double *vector)
{
    double size = 0.0;
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            const double x = a[(int64_t)j * n + i];
            a[(int64_t)i * n + j] = x;
            size = fabs(x) <= size ? size : fabs(x);
            if (!isfinite(x))
                size = (double)NAN;
            if (size != size)
                goto not_finite;
        }
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            vector[(int64_t)j * n + i] = i == j ? 1.0 : 0.0;
    enum { SWEEPS = 60 }; /* six to ten do; the bound is only a bound */
    for (int s = 0; s < SWEEPS && sweep(n, a, vector); s++)
        continue;
    for (int j = 0; j < n; j++)
        value[j] = a[(int64_t)j * n + j];
    for (int j = 0; j < n; j++) {
        int least = j;
        for (int i = j + 1; i < n; i++)
            if (value[i] < value[least])
                least = i;
        if (least != j)
            swap_columns(n, value, vector, j, least);
        orient(n, vector + (int64_t)j * n);
    }
    return 0;

not_finite:
    for (int j = 0; j < n; j++)
        value[j] = (double)NAN;
    for (int64_t i = 0; i < (int64_t)n * n; i++)
        vector[i] = (double)NAN;
    return 1;
}

double crm_i_condition(int n, const double *value)
{
    if (n == 0)
        return 1.0;
    if (isnan(value[0]) || isnan(value[n - 1]))
        return (double)NAN;
    return value[0] > 0.0 ? value[n - 1] / value[0] : (double)INFINITY;
}

int crm_i_lu(int n, double *a, int *pivot)
{
    for (int j = 0; j < n; j++) {
        double *column = a + (int64_t)j * n;
        int best = j;
        for (int i = j + 1; i < n; i++)
            if (fabs(column[i]) > fabs(column[best]))
                best = i;
        pivot[j] = best;
        if (!(fabs(column[best]) > 0.0) || !isfinite(column[best]))
            return j + 1;
        if (best != j) {
            for (int c = 0; c < n; c++) {
                const double t = a[(int64_t)c * n + j];
                a[(int64_t)c * n + j] = a[(int64_t)c * n + best];
                a[(int64_t)c * n + best] = t;
            }
        }
        for (int i = j + 1; i < n; i++)
            column[i] /= column[j];
        for (int c = j + 1; c < n; c++) {
            double *other = a + (int64_t)c * n;
            for (int i = j + 1; i < n; i++)
                other[i] -= column[i] * other[j];
        }
    }
    return 0;
}

void crm_i_lu_solve(int n, const double *lu, const int *pivot, double *b)
{
    for (int j = 0; j < n; j++) { /* whole rows were exchanged, so all exchanges come first */
        const double t = b[pivot[j]];
        b[pivot[j]] = b[j];
        b[j] = t;
    }
    for (int j = 0; j < n; j++)
        for (int i = j + 1; i < n; i++)
            b[i] -= lu[(int64_t)j * n + i] * b[j];
    for (int j = n - 1; j >= 0; j--) {
        b[j] /= lu[(int64_t)j * n + j];
        for (int i = 0; i < j; i++)
            b[i] -= lu[(int64_t)j * n + i] * b[j];
    }
}

double crm_i_bilinear_form(int n, const double *c, const double *g, const double *h)
{
    crm_i_pair total = {0.0, 0.0};
    double plain = 0.0; /* right where an infinity makes the exact products NaN */
    for (int j = 0; j < n; j++) {
        crm_i_pair column = {0.0, 0.0};
        double rough = 0.0;
        for (int i = 0; i < n; i++) {
            column = crm_i_pair_add(column, crm_i_pair_product(c[(int64_t)j * n + i], g[i]));
            rough += c[(int64_t)j * n + i] * g[i];
        }
        total = crm_i_pair_add(total, crm_i_pair_multiply(column, crm_i_pair_of(h[j])));
        plain += rough * h[j];
    }
    const double sum = crm_i_pair_value(total);
    return isfinite(sum) ? sum : plain;
}

double crm_i_quadratic_form(int n, const double *c, const double *g)
{
    return crm_i_bilinear_form(n, c, g, g);
}
