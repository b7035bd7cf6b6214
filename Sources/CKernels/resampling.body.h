// Rows between rows, for resizing along one axis.

static void resampled_rows_kernel(
  const float *x, const int32_t *lower, const int32_t *upper, const float *weights, float *y, size_t rows,
  size_t columns) {
  for (size_t r = 0; r < rows; r++, y += columns) {
    const float *a = x + (size_t)lower[r] * columns, *b = x + (size_t)upper[r] * columns;
    vf w = splat(weights[r]);
    FOR_ROW(at, columns) {
      vf from = row_at(a, at, columns);
      row_to(y, at, columns, fma_(w, row_at(b, at, columns) - from, from));
    }
  }
}

static void resampled_rows_gradient_kernel(
  const float *dy, const int32_t *lower, const int32_t *upper, const float *weights, float *dx, size_t rows,
  size_t columns) {
  for (size_t r = 0; r < rows; r++, dy += columns) {
    float *a = dx + (size_t)lower[r] * columns, *b = dx + (size_t)upper[r] * columns;
    vf w = splat(weights[r]);
    FOR_ROW(at, columns) {
      vf g = row_at(dy, at, columns), right = w * g;
      row_to(a, at, columns, row_at(a, at, columns) + (g - right));
      row_to(b, at, columns, row_at(b, at, columns) + right);  // a and b may be one row
    }
  }
}
