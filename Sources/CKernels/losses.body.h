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

// Adds the sums of one span; keeps the exponentials if `a_kept` is not NULL.
INLINE void add_pair(
  const float *a, const float *b, size_t columns, float factor, pair_sums *sums, float *a_kept, float *b_kept) {
  vf f = splat(factor), a_top = splat(sums->a_top), b_top = splat(sums->b_top);
  vf sa = splat(0), sb = splat(0), pa = splat(0), pb = splat(0);
  FOR_ROW(at, columns) {
    vf va = row_at(a, at, columns), vb = row_at(b, at, columns), d = f * (va - vb);
    vf ea = inside(exp_of(fma_(va, f, -a_top)), at, columns), eb = inside(exp_of(fma_(vb, f, -b_top)), at, columns);
    if (a_kept != NULL) {
      row_to(a_kept, at, columns, ea);
      row_to(b_kept, at, columns, eb);
    }
    sa += ea;
    sb += eb;
    pa = fma_(ea, d, pa);
    pb = fma_(eb, d, pb);
  }
  sums->a_sum += sum_of(sa);
  sums->b_sum += sum_of(sb);
  sums->a_product += sum_of(pa);
  sums->b_product += sum_of(pb);
}

// Q and P at one vector of a row.
typedef struct {
  vf q, p, d;
} pair_at;

INLINE pair_at read_pair(
  const float *a, const float *b, size_t at, size_t columns, float factor, const pair_sums *sums,
  const float *a_kept, const float *b_kept) {
  vf f = splat(factor);
  vf va = row_at(a, at, columns), vb = row_at(b, at, columns);
  vf ea, eb;
  if (a_kept != NULL) {
    ea = row_at(a_kept, at, columns);
    eb = row_at(b_kept, at, columns);
  } else {
    ea = inside(exp_of(fma_(va, f, -splat(sums->a_top))), at, columns);
    eb = inside(exp_of(fma_(vb, f, -splat(sums->b_top))), at, columns);
  }
  return (pair_at){ea * splat(1 / sums->a_sum), eb * splat(1 / sums->b_sum), f * (va - vb)};
}

// Adds sum (Q - P) d of one span to the loss and writes the gradients: with d = log Q - log P up to a constant,
// dL/da = factor / 2 (Q (d - E_Q d) + Q - P), and b's is the mirror image.
INLINE float finish_pair(
  const float *a, const float *b, size_t columns, float factor, float weight, bool accumulate,
  const pair_sums *sums, const float *a_kept, const float *b_kept, float *a_gradient, float *b_gradient) {
  vf a_mean = splat(sums->a_product / sums->a_sum), b_mean = splat(sums->b_product / sums->b_sum);
  vf half = splat(0.5f * weight * factor), total = splat(0);
  FOR_ROW(at, columns) {
    pair_at v = read_pair(a, b, at, columns, factor, sums, a_kept, b_kept);
    vf apart = v.q - v.p;
    total = fma_(apart, v.d, total);
    vf da = half * fma_(v.q, v.d - a_mean, apart), db = half * (v.p * (b_mean - v.d) - apart);
    vf a_old = splat(0), b_old = splat(0);
    if (accumulate && a_gradient != NULL) a_old = row_at(a_gradient, at, columns);
    if (accumulate && b_gradient != NULL) b_old = row_at(b_gradient, at, columns);
    if (a_gradient != NULL) row_to(a_gradient, at, columns, a_old + da);
    if (b_gradient != NULL) row_to(b_gradient, at, columns, b_old + db);
  }
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
      loss += finish_pair(
        a + begin, b + begin, length, factor, weight, accumulate, &sums, keep ? a_kept + begin : NULL,
        keep ? b_kept + begin : NULL, da == NULL ? NULL : da + begin, db == NULL ? NULL : db + begin);
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

    float *row = qn_gradient + r * columns;
    vf a_mean = splat(sums.a_product / sums.a_sum), factor = splat(instance_factor), t = splat(top);
    vf half = splat(0.5f * consistency_weight * consistency_factor);
    vf instance = splat(instance_weight * instance_factor / sum), total = splat(0);
    FOR_ROW(at, columns) {
      vf e = keep ? row_at(kept, at, columns) : exp_of(fma_(row_at(qn, at, columns), factor, -t));
      pair_at v =
        read_pair(qn, pn, at, columns, consistency_factor, &sums, keep ? a_kept : NULL, keep ? b_kept : NULL);
      vf apart = v.q - v.p;
      total = fma_(apart, v.d, total);
      row_to(row, at, columns, fma_(instance, e, half * fma_(v.q, v.d - a_mean, apart)));
    }
    consistency_losses[r] = 0.5f * sum_of(total);
    positive_gradient[r] = -instance_weight * instance_factor * (others / sum);
  }
}
