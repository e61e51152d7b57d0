/* Small dense linear algebra, by the plain stable algorithms: sizes are those of parameter vectors. */
#include "numeric/linear.h"

#include <math.h>

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
            if (off <= 0x1p-54 * sqrt(dp) * sqrt(dq)) {
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
    int finite = 1;
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            const double x = a[(int64_t)j * n + i];
            a[(int64_t)i * n + j] = x;
            finite &= isfinite(x) != 0;
        }
    }
    if (!finite) {
        for (int j = 0; j < n; j++)
            value[j] = (double)NAN;
        for (int64_t i = 0; i < (int64_t)n * n; i++)
            vector[i] = (double)NAN;
        return 1;
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
}

double crm_i_condition(int n, const double *value)
{
    if (n == 0)
        return 1.0;
    if (isnan(value[0])) /* then all are */
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
