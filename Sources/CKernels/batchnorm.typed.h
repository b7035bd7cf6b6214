// The batch-norm kernels of one data type: T, TYPED(name), KERNEL(name), LOAD and STORE are the includer's.

// ---- Forward sums ----

INLINE void TYPED(sum_block)(
  const T *x, size_t rows, size_t width, const float *about, double *total, size_t c, const int vectors,
  const size_t lanes) {
  vf centre[GROUP], sum[GROUP], square[GROUP];
  for (int k = 0; k < vectors; k++) {
    centre[k] = about == NULL ? splat(0) : values_at(about, c + k * WIDTH, lanes);
    sum[k] = splat(0);
    square[k] = splat(0);
  }
  for (size_t r = 0; r < rows; r++) {
    for (int k = 0; k < vectors; k++) {
      vf d = LOAD(x + r * width + c + k * WIDTH, lanes) - centre[k];
      sum[k] += d;
      square[k] = fma_(d, d, square[k]);
    }
  }
  for (int k = 0; k < vectors; k++) {
    add_to_doubles(total + c + k * WIDTH, sum[k], lanes);
    add_to_doubles(total + width + c + k * WIDTH, square[k], lanes);
  }
}

static void TYPED(add_sums)(const T *x, size_t rows, size_t width, const float *about, double *total) {
  for (size_t r = 0; r < rows; r += SUM_ROWS) {
    size_t some = rows - r < SUM_ROWS ? rows - r : SUM_ROWS;
#define BLOCK(c, vectors, lanes) TYPED(sum_block)(x + r * width, some, width, about, total, c, vectors, lanes)
    FOR_COLUMNS(width, BLOCK);
#undef BLOCK
  }
}

static void KERNEL(bn_sums)(
  const T *x, size_t rows, size_t channels, const float *about, double *sums) {
  memset(sums, 0, 2 * channels * sizeof(double));
  size_t fold = fold_of(rows, channels), folded_rows = rows / fold, width = fold * channels;
  if (fold > 1) {
    double total[2 * MOST_FOLDED];
    float buffer[MOST_FOLDED];
    memset(total, 0, 2 * width * sizeof(double));
    TYPED(add_sums)(x, folded_rows, width, repeated(about, channels, fold, buffer), total);
    unfold_sums(total, channels, fold, sums);
  }
  size_t done = fold > 1 ? folded_rows * fold : 0;
  TYPED(add_sums)(x + done * channels, rows - done, channels, about, sums);
}

// ---- Forward ----

typedef struct {
  const T *x, *residual;
  const float *scale, *shift, *residual_scale, *residual_shift;
  T *y;
  bool relu;
} TYPED(forward);

INLINE void TYPED(apply_block)(
  const TYPED(forward) * f, size_t offset, size_t rows, size_t width, const int residual, const bool with_relu,
  size_t c, const int vectors, const size_t lanes) {
  vf scale[GROUP], shift[GROUP], residual_scale[GROUP];
  for (int k = 0; k < vectors; k++) {
    scale[k] = values_at(f->scale, c + k * WIDTH, lanes);
    shift[k] = values_at(f->shift, c + k * WIDTH, lanes);
    if (residual == 2) {
      residual_scale[k] = values_at(f->residual_scale, c + k * WIDTH, lanes);
      shift[k] += values_at(f->residual_shift, c + k * WIDTH, lanes);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    size_t at = offset + r * width + c;
    for (int k = 0; k < vectors; k++, at += WIDTH) {
      vf v = fma_(LOAD(f->x + at, lanes), scale[k], shift[k]);
      if (residual == 1) v += LOAD(f->residual + at, lanes);
      if (residual == 2) v = fma_(LOAD(f->residual + at, lanes), residual_scale[k], v);
      STORE(f->y + at, with_relu ? relu(v) : v, lanes);
    }
  }
}

static void TYPED(apply_rows)(const TYPED(forward) * f, size_t offset, size_t rows, size_t width) {
  int residual = f->residual == NULL ? 0 : f->residual_scale == NULL ? 1 : 2;
  for (size_t r = 0; r < rows; r += APPLY_ROWS) {
    size_t some = rows - r < APPLY_ROWS ? rows - r : APPLY_ROWS, from = offset + r * width;
#define CASE(with_residual, with_relu)                              \
  case 2 * with_residual + with_relu:                               \
    FOR_COLUMNS(width, BLOCK_##with_residual##_##with_relu);        \
    break;
#define BLOCK_0_0(c, n, lanes) TYPED(apply_block)(f, from, some, width, 0, false, c, n, lanes)
#define BLOCK_0_1(c, n, lanes) TYPED(apply_block)(f, from, some, width, 0, true, c, n, lanes)
#define BLOCK_1_0(c, n, lanes) TYPED(apply_block)(f, from, some, width, 1, false, c, n, lanes)
#define BLOCK_1_1(c, n, lanes) TYPED(apply_block)(f, from, some, width, 1, true, c, n, lanes)
#define BLOCK_2_0(c, n, lanes) TYPED(apply_block)(f, from, some, width, 2, false, c, n, lanes)
#define BLOCK_2_1(c, n, lanes) TYPED(apply_block)(f, from, some, width, 2, true, c, n, lanes)
    switch (2 * residual + (f->relu ? 1 : 0)) {
      CASE(0, 0)
      CASE(0, 1)
      CASE(1, 0)
      CASE(1, 1)
      CASE(2, 0)
      CASE(2, 1)
    }
#undef CASE
#undef BLOCK_0_0
#undef BLOCK_0_1
#undef BLOCK_1_0
#undef BLOCK_1_1
#undef BLOCK_2_0
#undef BLOCK_2_1
  }
}

static void KERNEL(bn_apply)(
  const T *x, const float *scale, const float *shift, const T *residual, const float *residual_scale,
  const float *residual_shift, bool relu, T *y, size_t rows, size_t channels) {
  size_t fold = fold_of(rows, channels), folded_rows = rows / fold, width = fold * channels;
  TYPED(forward) plain = {x, residual, scale, shift, residual_scale, residual_shift, y, relu};
  if (fold > 1) {
    float buffers[4][MOST_FOLDED];
    TYPED(forward) folded = plain;
    folded.scale = repeated(scale, channels, fold, buffers[0]);
    folded.shift = repeated(shift, channels, fold, buffers[1]);
    folded.residual_scale = repeated(residual_scale, channels, fold, buffers[2]);
    folded.residual_shift = repeated(residual_shift, channels, fold, buffers[3]);
    TYPED(apply_rows)(&folded, 0, folded_rows, width);
  }
  size_t done = fold > 1 ? folded_rows * fold : 0;
  TYPED(apply_rows)(&plain, done * channels, rows - done, channels);
}

// ---- Backward ----

typedef struct {
  const T *g, *x, *y;
  const float *scale, *shift;
  bn_mask mask;
} TYPED(masked_gradient);

// g where the ReLU let its input pass; `x` is the loaded input.
INLINE vf TYPED(pass)(
  const TYPED(masked_gradient) * m, const bn_mask mask, size_t at, vf x, vf scale, vf shift, const size_t lanes) {
  vf g = LOAD(m->g + at, lanes);
  if (mask == MASK_RESULT) return LOAD(m->y + at, lanes) > splat(0) ? g : splat(0);
  if (mask == MASK_AFFINE) return fma_(x, scale, shift) > splat(0) ? g : splat(0);
  return g;
}

INLINE void TYPED(backward_sum_block)(
  const TYPED(masked_gradient) * m, const bn_mask mask, const float *mean, double *total, size_t offset, size_t rows,
  size_t width, size_t c, const int vectors, const size_t lanes) {
  vf centre[GROUP], scale[GROUP], shift[GROUP], sum[GROUP], product[GROUP];
  for (int k = 0; k < vectors; k++) {
    centre[k] = values_at(mean, c + k * WIDTH, lanes);
    scale[k] = mask == MASK_AFFINE ? values_at(m->scale, c + k * WIDTH, lanes) : splat(0);
    shift[k] = mask == MASK_AFFINE ? values_at(m->shift, c + k * WIDTH, lanes) : splat(0);
    sum[k] = splat(0);
    product[k] = splat(0);
  }
  for (size_t r = 0; r < rows; r++) {
    size_t at = offset + r * width + c;
    for (int k = 0; k < vectors; k++, at += WIDTH) {
      vf x = LOAD(m->x + at, lanes);
      vf g = TYPED(pass)(m, mask, at, x, scale[k], shift[k], lanes);
      sum[k] += g;
      product[k] = fma_(g, x - centre[k], product[k]);
    }
  }
  for (int k = 0; k < vectors; k++) {
    add_to_doubles(total + c + k * WIDTH, sum[k], lanes);
    add_to_doubles(total + width + c + k * WIDTH, product[k], lanes);
  }
}

static void TYPED(add_backward_sums)(
  const TYPED(masked_gradient) * m, const float *mean, double *total, size_t offset, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r += SUM_ROWS) {
    size_t some = rows - r < SUM_ROWS ? rows - r : SUM_ROWS, from = offset + r * width;
#define BLOCK_NONE(c, n, lanes) \
  TYPED(backward_sum_block)(m, MASK_NONE, mean, total, from, some, width, c, n, lanes)
#define BLOCK_RESULT(c, n, lanes) \
  TYPED(backward_sum_block)(m, MASK_RESULT, mean, total, from, some, width, c, n, lanes)
#define BLOCK_AFFINE(c, n, lanes) \
  TYPED(backward_sum_block)(m, MASK_AFFINE, mean, total, from, some, width, c, n, lanes)
    switch (m->mask) {
      case MASK_NONE: FOR_COLUMNS(width, BLOCK_NONE); break;
      case MASK_RESULT: FOR_COLUMNS(width, BLOCK_RESULT); break;
      case MASK_AFFINE: FOR_COLUMNS(width, BLOCK_AFFINE); break;
    }
#undef BLOCK_NONE
#undef BLOCK_RESULT
#undef BLOCK_AFFINE
  }
}

static void KERNEL(bn_backward_sums)(
  const T *g, const T *x, const T *y, const float *scale, const float *shift, const float *mean,
  const float *reciprocal, size_t rows, size_t channels, double *sums) {
  memset(sums, 0, 2 * channels * sizeof(double));
  size_t fold = fold_of(rows, channels), folded_rows = rows / fold, width = fold * channels;
  TYPED(masked_gradient) plain = {g, x, y, scale, shift, mask_of(y, scale, shift)};
  if (fold > 1) {
    double total[2 * MOST_FOLDED];
    float buffers[3][MOST_FOLDED];
    memset(total, 0, 2 * width * sizeof(double));
    TYPED(masked_gradient) folded = plain;
    folded.scale = repeated(scale, channels, fold, buffers[0]);
    folded.shift = repeated(shift, channels, fold, buffers[1]);
    TYPED(add_backward_sums)(
      &folded, repeated(mean, channels, fold, buffers[2]), total, 0, folded_rows, width);
    unfold_sums(total, channels, fold, sums);
  }
  size_t done = fold > 1 ? folded_rows * fold : 0;
  TYPED(add_backward_sums)(&plain, mean, sums, done * channels, rows - done, channels);
  for (size_t c = 0; c < channels; c++) sums[channels + c] *= reciprocal[c];
}

typedef struct {
  const float *a, *b, *c;
  T *dx, *masked;
  bool accumulate;
} TYPED(backward);

INLINE void TYPED(backward_apply_block)(
  const TYPED(masked_gradient) * m, const TYPED(backward) * f, const bn_mask mask, const bool training,
  const int residual, size_t offset, size_t rows, size_t width, size_t c, const int vectors, const size_t lanes) {
  vf a[GROUP], b[GROUP], constant[GROUP], scale[GROUP], shift[GROUP];
  for (int k = 0; k < vectors; k++) {
    a[k] = values_at(f->a, c + k * WIDTH, lanes);
    b[k] = training ? values_at(f->b, c + k * WIDTH, lanes) : splat(0);
    constant[k] = training ? values_at(f->c, c + k * WIDTH, lanes) : splat(0);
    scale[k] = mask == MASK_AFFINE ? values_at(m->scale, c + k * WIDTH, lanes) : splat(0);
    shift[k] = mask == MASK_AFFINE ? values_at(m->shift, c + k * WIDTH, lanes) : splat(0);
  }
  for (size_t r = 0; r < rows; r++) {
    size_t at = offset + r * width + c;
    for (int k = 0; k < vectors; k++, at += WIDTH) {
      vf x = training || mask == MASK_AFFINE ? LOAD(m->x + at, lanes) : splat(0);
      vf g = TYPED(pass)(m, mask, at, x, scale[k], shift[k], lanes);
      vf dx = training ? fma_(a[k], g, fma_(b[k], x, constant[k])) : a[k] * g;
      if (residual == 1) STORE(f->masked + at, g, lanes);
      if (residual == 2) STORE(f->masked + at, LOAD(f->masked + at, lanes) + g, lanes);
      STORE(f->dx + at, dx, lanes);
    }
  }
}

static void TYPED(backward_apply_rows)(
  const TYPED(masked_gradient) * m, const TYPED(backward) * f, size_t offset, size_t rows, size_t width) {
  int residual = f->masked == NULL ? 0 : f->accumulate ? 2 : 1;
  bool training = f->b != NULL && f->c != NULL;
  for (size_t r = 0; r < rows; r += APPLY_ROWS) {
    size_t some = rows - r < APPLY_ROWS ? rows - r : APPLY_ROWS, from = offset + r * width;
#define RUN(mask, training, residual)                                                                             \
  do {                                                                                                            \
    size_t column = 0;                                                                                            \
    for (; column + GROUP_WIDTH <= width; column += GROUP_WIDTH)                                                  \
      TYPED(backward_apply_block)(m, f, mask, training, residual, from, some, width, column, GROUP, WIDTH);       \
    for (; column + WIDTH <= width; column += WIDTH)                                                              \
      TYPED(backward_apply_block)(m, f, mask, training, residual, from, some, width, column, 1, WIDTH);           \
    if (column < width)                                                                                           \
      TYPED(backward_apply_block)(m, f, mask, training, residual, from, some, width, column, 1, width - column);  \
  } while (0)
#define RUN_RESIDUALS(mask, training)                  \
  do {                                                 \
    if (residual == 0) RUN(mask, training, 0);         \
    else if (residual == 1) RUN(mask, training, 1);    \
    else RUN(mask, training, 2);                       \
  } while (0)
#define RUN_MASKS(training)                                              \
  do {                                                                   \
    if (m->mask == MASK_NONE) RUN_RESIDUALS(MASK_NONE, training);        \
    else if (m->mask == MASK_RESULT) RUN_RESIDUALS(MASK_RESULT, training); \
    else RUN_RESIDUALS(MASK_AFFINE, training);                           \
  } while (0)
    if (training) RUN_MASKS(true);
    else RUN_MASKS(false);
#undef RUN
#undef RUN_RESIDUALS
#undef RUN_MASKS
  }
}

static void KERNEL(bn_backward_apply)(
  const T *g, const T *x, const T *y, const float *scale, const float *shift, const float *a, const float *b,
  const float *c, T *dx, T *masked, bool accumulate, size_t rows, size_t channels) {
  size_t fold = fold_of(rows, channels), folded_rows = rows / fold, width = fold * channels;
  TYPED(masked_gradient) plain = {g, x, y, scale, shift, mask_of(y, scale, shift)};
  TYPED(backward) into = {a, b, c, dx, masked, accumulate};
  if (fold > 1) {
    float buffers[5][MOST_FOLDED];
    TYPED(masked_gradient) folded = plain;
    TYPED(backward) folded_into = into;
    folded.scale = repeated(scale, channels, fold, buffers[0]);
    folded.shift = repeated(shift, channels, fold, buffers[1]);
    folded_into.a = repeated(a, channels, fold, buffers[2]);
    folded_into.b = repeated(b, channels, fold, buffers[3]);
    folded_into.c = repeated(c, channels, fold, buffers[4]);
    TYPED(backward_apply_rows)(&folded, &folded_into, 0, folded_rows, width);
  }
  size_t done = fold > 1 ? folded_rows * fold : 0;
  TYPED(backward_apply_rows)(&plain, &into, done * channels, rows - done, channels);
}
