// Matrices row by row. Rows are walked by `at`, in steps of one vector, with the last part padded.

// Reads part of a row: full vectors inside, zero beyond the end.
INLINE vf row_at(const float *x, size_t at, size_t columns) {
  return at + WIDTH <= columns ? load_f32(x + at) : load_f32_part(x + at, columns - at);
}

INLINE void row_to(float *y, size_t at, size_t columns, vf v) {
  if (at + WIDTH <= columns) store_f32(y + at, v);
  else store_f32_part(y + at, v, columns - at);
}

// 1 in the lanes that lie inside the row, for sums of values that are not 0 beyond its end.
INLINE vf inside(vf v, size_t at, size_t columns) {
  if (at + WIDTH <= columns) return v;
  for (size_t k = columns - at; k < WIDTH; k++) v[k] = 0;
  return v;
}

#define FOR_ROW(at, columns) for (size_t at = 0; at < (columns); at += WIDTH)

static float row_maximum(const float *x, size_t columns) {
  size_t at = 0;
  float most = -INFINITY;
  if (columns >= 4 * WIDTH) {
    vf m[4];
    for (int k = 0; k < 4; k++) m[k] = load_f32(x + k * WIDTH);
    for (at = 4 * WIDTH; at + 4 * WIDTH <= columns; at += 4 * WIDTH) {
      for (int k = 0; k < 4; k++) m[k] = larger(load_f32(x + at + k * WIDTH), m[k]);
    }
    most = largest_of(larger(larger(m[0], m[1]), larger(m[2], m[3])));
  }
  for (; at + WIDTH <= columns; at += WIDTH) {
    float some = largest_of(load_f32(x + at));
    most = some > most ? some : most;
  }
  for (; at < columns; at++) most = x[at] > most ? x[at] : most;
  return most;
}

#define ROWS_BY(name, operator, per_row)                                                                             \
  static void name##_kernel(const float *x, const float *v, float *y, size_t rows, size_t columns) {                  \
    for (size_t r = 0; r < rows; r++, x += columns, y += columns) {                                                   \
      vf each = splat(per_row ? v[r] : 0);                                                                            \
      FOR_ROW(at, columns) row_to(y, at, columns, row_at(x, at, columns) operator(per_row ? each : row_at(v, at, columns))); \
    }                                                                                                                 \
  }

ROWS_BY(add_columns, +, false)
ROWS_BY(multiply_columns, *, false)
ROWS_BY(divide_columns, /, false)
ROWS_BY(multiply_rows, *, true)
ROWS_BY(divide_rows, /, true)

// A sum over one row, in four vectors so that additions overlap; `term(at)` must be 0 beyond the end.
#define ROW_SUM(result, columns, term)                                        \
  do {                                                                        \
    vf s[4] = {splat(0), splat(0), splat(0), splat(0)};                       \
    size_t at = 0;                                                            \
    for (; at + 4 * WIDTH <= (columns); at += 4 * WIDTH) {                    \
      for (size_t k = 0; k < 4; k++) s[k] += term(at + k * WIDTH);            \
    }                                                                         \
    for (; at < (columns); at += WIDTH) s[0] += term(at);                     \
    result = sum_of((s[0] + s[1]) + (s[2] + s[3]));                           \
  } while (0)

static float row_sum(const float *x, size_t columns) {
  float sum;
#define TERM(at) row_at(x, at, columns)
  ROW_SUM(sum, columns, TERM);
#undef TERM
  return sum;
}

static float row_dot(const float *a, const float *b, size_t columns) {
  float sum;
#define TERM(at) (row_at(a, at, columns) * row_at(b, at, columns))
  ROW_SUM(sum, columns, TERM);
#undef TERM
  return sum;
}

// The sum of exp(factor x - top) over a row; the exponentials go to `e` unless it is NULL.
INLINE float row_exp_sum(const float *x, size_t columns, float factor, float top, float *e) {
  vf f = splat(factor), t = splat(top);
  vf s[2] = {splat(0), splat(0)};
  size_t at = 0;
  for (; at + 2 * WIDTH <= columns; at += 2 * WIDTH) {
    for (size_t k = 0; k < 2; k++) {
      vf v = exp_of(fma_(load_f32(x + at + k * WIDTH), f, -t));
      s[k] += v;
      if (e != NULL) store_f32(e + at + k * WIDTH, v);
    }
  }
  for (; at < columns; at += WIDTH) {
    vf v = inside(exp_of(fma_(row_at(x, at, columns), f, -t)), at, columns);
    s[0] += v;
    if (e != NULL) row_to(e, at, columns, v);
  }
  return sum_of(s[0] + s[1]);
}

// The largest factor * x of a row, for either sign of the factor.
INLINE float row_top(const float *x, size_t columns, float factor) {
  if (factor >= 0) return factor * row_maximum(x, columns);
  float most = -INFINITY;
  for (size_t c = 0; c < columns; c++) most = factor * x[c] > most ? factor * x[c] : most;
  return most;
}

static void row_sums_kernel(const float *x, float *sums, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) sums[r] = row_sum(x + r * columns, columns);
}

static void column_sums_kernel(const float *x, float *sums, bool accumulate, size_t rows, size_t columns) {
  FOR_ROW(at, columns) {
    vf even = splat(0), odd = splat(0);
    size_t r = 0;
    for (; r + 2 <= rows; r += 2) {
      even += row_at(x + r * columns, at, columns);
      odd += row_at(x + (r + 1) * columns, at, columns);
    }
    if (r < rows) even += row_at(x + r * columns, at, columns);
    vf sum = even + odd;
    if (accumulate) sum += row_at(sums, at, columns);
    row_to(sums, at, columns, sum);
  }
}

static void row_maxima_kernel(const float *x, float *maxima, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) maxima[r] = row_maximum(x + r * columns, columns);
}

static void row_argmax_kernel(const float *x, int32_t *indices, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    size_t best = 0;
    for (size_t c = 1; c < columns; c++) best = x[c] > x[best] ? c : best;
    indices[r] = (int32_t)best;
  }
}

static void row_dots_kernel(const float *a, const float *b, float *dots, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) dots[r] = row_dot(a + r * columns, b + r * columns, columns);
}

static void row_norms_kernel(const float *x, float *norms, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) norms[r] = sqrtf(row_dot(x + r * columns, x + r * columns, columns));
}

static void normalize_rows_kernel(
  const float *x, float *y, float *norms, float epsilon, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float norm = sqrtf(row_dot(x, x, columns));
    norm = norm < epsilon ? epsilon : norm;
    if (norms != NULL) norms[r] = norm;
    vf inverse = splat(1 / norm);
    FOR_ROW(at, columns) row_to(y, at, columns, row_at(x, at, columns) * inverse);
  }
}

static void normalize_rows_gradient_kernel(
  const float *dy, const float *y, const float *norms, float *dx, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, dy += columns, y += columns, dx += columns) {
    vf along = splat(row_dot(y, dy, columns)), inverse = splat(1 / norms[r]);
    FOR_ROW(at, columns) {
      row_to(dx, at, columns, (row_at(dy, at, columns) - row_at(y, at, columns) * along) * inverse);
    }
  }
}

static void log_sum_exp_rows_kernel(const float *x, float factor, float *out, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    float top = row_top(x, columns, factor);
    out[r] = top + logf(row_exp_sum(x, columns, factor, top, NULL));
  }
}

// Down the columns, a vector of them at a time; `stride` numbers lie between the rows.
static void log_sum_exp_columns_kernel(
  const float *x, size_t stride, float factor, float *out, size_t rows, size_t columns) {
  vf f = splat(factor);
  FOR_ROW(at, columns) {
    vf top = splat(-INFINITY), sum = splat(0);
    for (size_t r = 0; r < rows; r++) top = larger(f * row_at(x + r * stride, at, columns), top);
    for (size_t r = 0; r < rows; r++) sum += exp_of(fma_(row_at(x + r * stride, at, columns), f, -top));
    row_to(out, at, columns, top + log_of(sum));
  }
}

static void softmax_rows_kernel(const float *x, float factor, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float sum = row_exp_sum(x, columns, factor, row_top(x, columns, factor), y);
    vf inverse = splat(1 / sum);
    FOR_ROW(at, columns) row_to(y, at, columns, row_at(y, at, columns) * inverse);
  }
}

static void softmax_rows_gradient_kernel(
  const float *dy, const float *y, float factor, float *dx, size_t rows, size_t columns) {
  vf f = splat(factor);
  for (size_t r = 0; r < rows; r++, dy += columns, y += columns, dx += columns) {
    vf mean = splat(row_dot(dy, y, columns));
    FOR_ROW(at, columns) {
      row_to(dx, at, columns, f * row_at(y, at, columns) * (row_at(dy, at, columns) - mean));
    }
  }
}

static void log_softmax_rows_kernel(const float *x, float factor, float *y, size_t rows, size_t columns) {
  vf f = splat(factor);
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float top = row_top(x, columns, factor);
    // The two parts are subtracted one after the other: their sum would lose the smaller one's digits.
    vf log_sum = splat(logf(row_exp_sum(x, columns, factor, top, NULL))), t = splat(top);
    FOR_ROW(at, columns) row_to(y, at, columns, fma_(row_at(x, at, columns), f, -t) - log_sum);
  }
}

static void log_softmax_rows_gradient_kernel(
  const float *dy, const float *y, float factor, float *dx, size_t rows, size_t columns) {
  vf f = splat(factor);
  for (size_t r = 0; r < rows; r++, dy += columns, y += columns, dx += columns) {
    vf sum = splat(row_sum(dy, columns));
    FOR_ROW(at, columns) {
      row_to(dx, at, columns, f * (row_at(dy, at, columns) - exp_of(row_at(y, at, columns)) * sum));
    }
  }
}
