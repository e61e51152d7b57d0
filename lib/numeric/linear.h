/* Small dense linear algebra: symmetric matrices of a few parameters, general ones of a few states.
 * Matrices are column-major with leading dimension n; n >= 0 and small (the cost is n^3, all loops plain). */
#ifndef CRM_I_LINEAR_H
#define CRM_I_LINEAR_H

#include "base/compiler.h"

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

#endif
