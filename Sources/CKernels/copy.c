// Copies of rows that lie some bytes apart: no arithmetic, hence one function for every instruction set.

#include "CKernels.h"

#include <string.h>

void rk_copy_rows(const void *x, size_t x_stride, void *y, size_t y_stride, size_t bytes, size_t rows) {
  const char *from = x;
  char *to = y;
  for (size_t r = 0; r < rows; r++, from += x_stride, to += y_stride) memcpy(to, from, bytes);
}
