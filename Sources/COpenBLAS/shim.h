#pragma once
#include <cblas.h>

/// LAPACK's symmetric eigenvalue routine, which every OpenBLAS build carries; column-major, Fortran calling convention.
void ssyev_(const char *job, const char *triangle, const int *order, float *matrix, const int *leadingDimension,
            float *eigenvalues, float *work, const int *workCount, int *info);
