// NT-Xent over a square matrix of similarities, a row at a time.

// The other view of an anchor: views i and i + count / 2 show one image.
INLINE size_t partner_of(size_t anchor, size_t count) {
  return anchor < count / 2 ? anchor + count / 2 : anchor - count / 2;
}

static void nt_xent_rows_kernel(
  const float *s, size_t first, float factor, float *logs, float *losses, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, s += columns) {
    int32_t self = (int32_t)(first + r);
    span spans[2];
    int count = spans_between(columns, &self, 1, spans);
    float top = -INFINITY, sum = 0, right = factor * s[partner_of(first + r, columns)];
    for (int k = 0; k < count; k++) {
      float some = row_top(s + spans[k].begin, spans[k].end - spans[k].begin, factor);
      top = some > top ? some : top;
    }
    for (int k = 0; k < count; k++) {
      sum += row_exp_sum(s + spans[k].begin, spans[k].end - spans[k].begin, factor, top, NULL);
    }
    float rest = logf(sum);
    logs[r] = top + rest;
    losses[r] = rest + (top - right);
  }
}

// The similarity of i and k is an anchor's in row i and again in row k, so its gradient is P_ik + P_ki - 2 [k = j(i)].
// Exponentials are computed anew from each row's logarithm: they are probabilities, so that none overflows.
static void nt_xent_gradient_kernel(
  const float *s, const float *logs, size_t first, float factor, float weight, float *gradient, size_t rows,
  size_t columns) {
  vf f = splat(factor), w = splat(weight * factor);
  for (size_t r = 0; r < rows; r++, s += columns, gradient += columns) {
    size_t self = first + r;
    vf own = splat(logs[self]);
#define STEP(at, whole)                                                                                     \
  do {                                                                                                      \
    vf similarity = read_at(s, at, columns, whole);                                                         \
    vf here = exp_of(fma_(similarity, f, -own));                                                            \
    vf there = exp_of(fma_(similarity, f, -read_at(logs, at, columns, whole)));                             \
    write_at(gradient, at, columns, w * (here + there), whole);                                             \
  } while (0)
    ALONG_ROW(columns, STEP);
#undef STEP
    gradient[self] = 0;
    gradient[partner_of(self, columns)] -= 2 * weight * factor;
  }
}
