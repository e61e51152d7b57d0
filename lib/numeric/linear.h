/* Small dense linear algebra: symmetric matrices of a few parameters, general ones of a few states.
 * Matrices are column-major with leading dimension n; n >= 0 and small (the cost is n^3, all loops plain). */
#ifndef CRM_I_LINEAR_H
#define CRM_I_LINEAR_H

#include "base/compiler.h"

/* A = L L' in place: the lower triangle of a becomes L, the upper one is neither read nor written.
 * 0, or j + 1 when pivot j is not positive (or not finite): A is not positive definite. */
int crm_i_cholesky(int n, double *a);

/* Solve L L' x = b in place of b. */
void crm_i_cholesky_solve(int n, const double *l, double *b);

/* inverse = (L L')^-1, both triangles. */
void crm_i_cholesky_inverse(int n, const double *l, double *inverse);

/* inverse = A^-1 for a symmetric positive definite A (its lower triangle is read); a becomes its Cholesky
 * factor. 0, or j + 1 as crm_i_cholesky with inverse filled with NaN. */
int crm_i_spd_inverse(int n, double *a, double *inverse);

/* A = V diag(value) V' by cyclic Jacobi rotations: value ascending, eigenvector j in column j of vector, its
 * largest component positive (the first of equals). The lower triangle of a is read; a is destroyed.
 * 0, or 1 if a holds a non-finite number (then value and vector are NaN). */
int crm_i_eigen_symmetric(int n, double *a, double *value, double *vector);

/* Largest over smallest eigenvalue of a symmetric positive definite matrix, from its eigenvalues in ascending
 * order: +infinity if the smallest is not positive, NaN for NaN, 1 if n = 0. */
double crm_i_condition(int n, const double *value);

/* P A = L U in place with partial pivoting; pivot has n entries. 0, or j + 1 if column j has no usable
 * pivot. */
int crm_i_lu(int n, double *a, int *pivot);

/* Solve A x = b in place of b, given the factors. */
void crm_i_lu_solve(int n, const double *lu, const int *pivot, double *b);

/* g' C g in pairs, both triangles of c read: the variance of a quantity by the delta method. */
double crm_i_quadratic_form(int n, const double *c, const double *g);

/* g' C h in pairs. */
double crm_i_bilinear_form(int n, const double *c, const double *g, const double *h);

#endif
