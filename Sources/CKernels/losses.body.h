// Contrastive losses and their gradients, a row of similarities at a time.

// Rows up to this long keep their exponentials between the two passes; longer ones compute them again.
enum { KEPT = 8192 };

typedef struct {
  size_t begin, end;
} span;

// The parts of [0, columns) between up to two excluded columns; negative ones exclude nothing.
static int spans_between(size_t columns, const int32_t *excluded, int most, span *spans) {
  int count = 0;
  size_t begin = 0;
  int32_t first = -1, second = -1;
  if (excluded != NULL) first = excluded[0];
  if (excluded != NULL && most > 1) second = excluded[1];
  if (first < 0 || (second >= 0 && second < first)) {
    int32_t other = first;
    first = second;
    second = other;
  }
  if (first >= 0) {
    if (first > 0) spans[count++] = (span){0, (size_t)first};
    begin = (size_t)first + 1;
  }
  if (second >= 0 && second != first) {
    if ((size_t)second > begin) spans[count++] = (span){begin, (size_t)second};
    begin = (size_t)second + 1;
  }
  if (begin < columns) spans[count++] = (span){begin, columns};
  return count;
}

static void scale_row(float *x, float factor, size_t columns) {
  vf f = splat(factor);
  FOR_ROW(at, columns) row_to(x, at, columns, row_at(x, at, columns) * f);
}

static void cross_entropy_rows_kernel(
  const float *x, const int32_t *labels, const int32_t *excluded, float factor, float weight, float *losses,
  float *gradient, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    span spans[2];
    int count = spans_between(columns, excluded == NULL ? NULL : excluded + r, 1, spans);
    float top = -INFINITY, sum = 0, right = factor * x[labels[r]];
    float *row = gradient == NULL ? NULL : gradient + r * columns;
    for (int s = 0; s < count; s++) {
      float some = row_top(x + spans[s].begin, spans[s].end - spans[s].begin, factor);
      top = some > top ? some : top;
    }
    for (int s = 0; s < count; s++) {
      size_t begin = spans[s].begin;
      sum += row_exp_sum(x + begin, spans[s].end - begin, factor, top, row == NULL ? NULL : row + begin);
    }
    losses[r] = logf(sum) + (top - right);
    if (row == NULL) continue;
    if (excluded != NULL && excluded[r] >= 0) row[excluded[r]] = 0;
    scale_row(row, weight * factor / sum, columns);
    row[labels[r]] -= weight * factor;
  }
}

static void info_nce_rows_kernel(
  const float *positive, const float *negatives, float factor, float weight, float *losses,
  float *positive_gradient, float *negatives_gradient, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, negatives += columns) {
    float right = factor * positive[r], most = row_top(negatives, columns, factor);
    float top = right > most ? right : most;
    float *row = negatives_gradient == NULL ? NULL : negatives_gradient + r * columns;
    float others = row_exp_sum(negatives, columns, factor, top, row), own = expf(right - top);
    float sum = own + others;
    losses[r] = logf(sum) + (top - right);
    if (row == NULL) continue;
    scale_row(row, weight * factor / sum, columns);
    positive_gradient[r] = -weight * factor * (others / sum);
  }
}

// What the second pass over a row of two distributions needs.
typedef struct {
  float a_top, b_top, a_sum, b_sum;
  float a_product, b_product;  // sums of e_a d and e_b d, d = factor (a - b)
} pair_sums;

// Runs STEP(at, whole) along a row: whole vectors first, so that their loop is free of tests, then the rest.
#define ALONG_ROW(columns, STEP)                                              \
  do {                                                                        \
    size_t at_ = 0;                                                           \
    for (; at_ + WIDTH <= (columns); at_ += WIDTH) STEP(at_, true);           \
    if (at_ < (columns)) STEP(at_, false);                                    \
  } while (0)

INLINE vf read_at(const float *x, size_t at, size_t columns, const bool whole) {
  return whole ? load_f32(x + at) : load_f32_part(x + at, columns - at);
}

INLINE void write_at(float *y, size_t at, size_t columns, vf v, const bool whole) {
  if (whole) store_f32(y + at, v);
  else store_f32_part(y + at, v, columns - at);
}

// exp(factor x - top), 0 beyond the row's end.
INLINE vf exp_at(const float *x, size_t at, size_t columns, vf factor, vf top, const bool whole) {
  vf e = exp_of(fma_(read_at(x, at, columns, whole), factor, -top));
  return whole ? e : inside(e, at, columns);
}

// Adds the sums of one span; keeps the exponentials if `a_kept` is not NULL.
INLINE void add_pair(
  const float *a, const float *b, size_t columns, float factor, pair_sums *sums, float *a_kept, float *b_kept) {
  vf f = splat(factor), a_top = splat(sums->a_top), b_top = splat(sums->b_top);
  vf sa = splat(0), sb = splat(0), pa = splat(0), pb = splat(0);
#define STEP(at, whole)                                                                                    \
  do {                                                                                                     \
    vf d = f * (read_at(a, at, columns, whole) - read_at(b, at, columns, whole));                          \
    vf ea = exp_at(a, at, columns, f, a_top, whole), eb = exp_at(b, at, columns, f, b_top, whole);         \
    if (a_kept != NULL) write_at(a_kept, at, columns, ea, whole);                                          \
    if (b_kept != NULL) write_at(b_kept, at, columns, eb, whole);                                          \
    sa += ea;                                                                                              \
    sb += eb;                                                                                              \
    pa = fma_(ea, d, pa);                                                                                  \
    pb = fma_(eb, d, pb);                                                                                  \
  } while (0)
  ALONG_ROW(columns, STEP);
#undef STEP
  sums->a_sum += sum_of(sa);
  sums->b_sum += sum_of(sb);
  sums->a_product += sum_of(pa);
  sums->b_product += sum_of(pb);
}

// Both distributions along a row, ready to be read again.
typedef struct {
  const float *a, *b, *a_kept, *b_kept;
  size_t columns;
  vf factor, a_top, b_top, a_inverse, b_inverse, a_mean, b_mean;
} pair_row;

INLINE pair_row make_pair_row(
  const float *a, const float *b, size_t columns, float factor, const pair_sums *sums, const float *a_kept,
  const float *b_kept) {
  return (pair_row){a, b, a_kept, b_kept, columns, splat(factor), splat(sums->a_top), splat(sums->b_top),
    splat(1 / sums->a_sum), splat(1 / sums->b_sum), splat(sums->a_product / sums->a_sum),
    splat(sums->b_product / sums->b_sum)};
}

// Q, P, their difference, and d = log Q - log P up to a constant, at one vector of a row.
typedef struct {
  vf q, p, apart, d;
} pair_at;

INLINE pair_at read_pair(const pair_row *r, size_t at, const bool whole) {
  vf ea, eb;
  if (r->a_kept != NULL) {
    ea = read_at(r->a_kept, at, r->columns, whole);
    eb = read_at(r->b_kept, at, r->columns, whole);
  } else {
    ea = exp_at(r->a, at, r->columns, r->factor, r->a_top, whole);
    eb = exp_at(r->b, at, r->columns, r->factor, r->b_top, whole);
  }
  vf q = ea * r->a_inverse, p = eb * r->b_inverse;
  vf d = r->factor * (read_at(r->a, at, r->columns, whole) - read_at(r->b, at, r->columns, whole));
  return (pair_at){q, p, q - p, d};
}

// Adds sum (Q - P) d of one span to the loss and writes the gradients: dL/da = factor / 2 (Q (d - E_Q d) + Q - P), and
// b's is the mirror image.
INLINE float finish_pair(
  const pair_row *r, float factor, float weight, bool accumulate, float *a_gradient, float *b_gradient) {
  vf half = splat(0.5f * weight * factor), total = splat(0);
  size_t columns = r->columns;
#define STEP(at, whole)                                                                                    \
  do {                                                                                                     \
    pair_at v = read_pair(r, at, whole);                                                                   \
    total = fma_(v.apart, v.d, total);                                                                     \
    if (a_gradient != NULL) {                                                                              \
      vf old = accumulate ? read_at(a_gradient, at, columns, whole) : splat(0);                            \
      write_at(a_gradient, at, columns, fma_(half, fma_(v.q, v.d - r->a_mean, v.apart), old), whole);      \
    }                                                                                                      \
    if (b_gradient != NULL) {                                                                              \
      vf old = accumulate ? read_at(b_gradient, at, columns, whole) : splat(0);                            \
      write_at(b_gradient, at, columns, fma_(half, v.p * (r->b_mean - v.d) - v.apart, old), whole);        \
    }                                                                                                      \
  } while (0)
  ALONG_ROW(columns, STEP);
#undef STEP
  return 0.5f * sum_of(total);
}

static void consistency_rows_kernel(
  const float *a, const float *b, const int32_t *excluded, float factor, float weight, bool accumulate,
  float *losses, float *a_gradient, float *b_gradient, size_t rows, size_t columns) {
  float a_kept[KEPT], b_kept[KEPT];
  bool keep = columns <= KEPT;
  for (size_t r = 0; r < rows; r++, a += columns, b += columns) {
    span spans[3];
    int count = spans_between(columns, excluded == NULL ? NULL : excluded + 2 * r, 2, spans);
    pair_sums sums = {.a_top = -INFINITY, .b_top = -INFINITY};
    for (int s = 0; s < count; s++) {
      size_t begin = spans[s].begin, length = spans[s].end - begin;
      float a_top = row_top(a + begin, length, factor), b_top = row_top(b + begin, length, factor);
      sums.a_top = a_top > sums.a_top ? a_top : sums.a_top;
      sums.b_top = b_top > sums.b_top ? b_top : sums.b_top;
    }
    for (int s = 0; s < count; s++) {
      size_t begin = spans[s].begin, length = spans[s].end - begin;
      add_pair(
        a + begin, b + begin, length, factor, &sums, keep ? a_kept + begin : NULL, keep ? b_kept + begin : NULL);
    }
    float *da = a_gradient == NULL ? NULL : a_gradient + r * columns;
    float *db = b_gradient == NULL ? NULL : b_gradient + r * columns;
    float loss = 0;
    for (int s = 0; s < count; s++) {
      size_t begin = spans[s].begin, length = spans[s].end - begin;
      pair_row row = make_pair_row(
        a + begin, b + begin, length, factor, &sums, keep ? a_kept + begin : NULL, keep ? b_kept + begin : NULL);
      loss += finish_pair(
        &row, factor, weight, accumulate, da == NULL ? NULL : da + begin, db == NULL ? NULL : db + begin);
    }
    for (int k = 0; excluded != NULL && !accumulate && k < 2; k++) {
      int32_t column = excluded[2 * r + k];
      if (column >= 0 && da != NULL) da[column] = 0;
      if (column >= 0 && db != NULL) db[column] = 0;
    }
    losses[r] = loss;
  }
}

static void moco_consistency_rows_kernel(
  const float *positive, const float *qn, const float *pn, float instance_factor, float consistency_factor,
  float instance_weight, float consistency_weight, float *instance_losses, float *consistency_losses,
  float *positive_gradient, float *qn_gradient, size_t rows, size_t columns) {
  float a_kept[KEPT], b_kept[KEPT], kept[KEPT];
  bool keep = columns <= KEPT;
  for (size_t r = 0; r < rows; r++, qn += columns, pn += columns) {
    float q_most = row_maximum(qn, columns), p_most = row_maximum(pn, columns);
    float right = instance_factor * positive[r], top = instance_factor * q_most;
    top = right > top ? right : top;
    float others = row_exp_sum(qn, columns, instance_factor, top, keep ? kept : NULL);
    float sum = others + expf(right - top);
    instance_losses[r] = logf(sum) + (top - right);

    pair_sums sums = {.a_top = consistency_factor * q_most, .b_top = consistency_factor * p_most};
    add_pair(qn, pn, columns, consistency_factor, &sums, keep ? a_kept : NULL, keep ? b_kept : NULL);

    pair_row pair = make_pair_row(
      qn, pn, columns, consistency_factor, &sums, keep ? a_kept : NULL, keep ? b_kept : NULL);
    float *row = qn_gradient + r * columns;
    vf factor = splat(instance_factor), t = splat(top), total = splat(0);
    vf half = splat(0.5f * consistency_weight * consistency_factor);
    vf instance = splat(instance_weight * instance_factor / sum);
#define STEP(at, whole)                                                                                    \
  do {                                                                                                     \
    vf e = keep ? read_at(kept, at, columns, whole) : exp_at(qn, at, columns, factor, t, whole);           \
    pair_at v = read_pair(&pair, at, whole);                                                               \
    total = fma_(v.apart, v.d, total);                                                                     \
    vf g = half * fma_(v.q, v.d - pair.a_mean, v.apart);                                                   \
    write_at(row, at, columns, fma_(instance, e, g), whole);                                               \
  } while (0)
    ALONG_ROW(columns, STEP);
#undef STEP
    consistency_losses[r] = 0.5f * sum_of(total);
    positive_gradient[r] = -instance_weight * instance_factor * (others / sum);
  }
}
