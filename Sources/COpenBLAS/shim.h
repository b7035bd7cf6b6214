#pragma once
#include <cblas.h>

/// LAPACK's symmetric eigenvalue routine, which every OpenBLAS build carries; column-major, Fortran calling convention.
void ssyev_(const char *job, const char *triangle, const int *order, float *matrix, const int *leadingDimension,
            float *eigenvalues, float *work, const int *workCount, int *info);

/// The same in double precision, and the Cholesky factor of a symmetric positive definite matrix.
void dsyev_(const char *job, const char *triangle, const int *order, double *matrix, const int *leadingDimension,
            double *eigenvalues, double *work, const int *workCount, int *info);
void dpotrf_(const char *triangle, const int *order, double *matrix, const int *leadingDimension, int *info);
