// The batch-norm kernels of one data type. The includer defines T, TYPED(name), KERNEL(name), how one vector is loaded
// and stored (LOAD, STORE), and whether and how two are at once (CAN_SPLIT, LOAD_SPLIT, STORE_SPLIT).

INLINE void TYPED(load_group)(const T *p, vf *v, const int vectors, const size_t lanes, const bool split) {
  if (split) {
    for (int k = 0; k + 1 < vectors; k += 2) LOAD_SPLIT(p + k * WIDTH, &v[k], &v[k + 1]);
  } else {
    for (int k = 0; k < vectors; k++) v[k] = LOAD(p + k * WIDTH, lanes);
  }
}

INLINE void TYPED(store_group)(T *p, const vf *v, const int vectors, const size_t lanes, const bool split) {
  if (split) {
    for (int k = 0; k + 1 < vectors; k += 2) STORE_SPLIT(p + k * WIDTH, v[k], v[k + 1]);
  } else {
    for (int k = 0; k < vectors; k++) STORE(p + k * WIDTH, v[k], lanes);
  }
}

// ---- Forward sums ----

INLINE void TYPED(sum_block)(
  const T *x, size_t rows, size_t width, const float *about, double *total, size_t c, const int vectors,
  const size_t lanes, const bool split) {
  vf centre[GROUP], sum[GROUP], square[GROUP], v[GROUP];
  for (int k = 0; k < vectors; k++) {
    centre[k] = about == NULL ? splat(0) : values_at(about, c + k * WIDTH, lanes);
    sum[k] = square[k] = splat(0);
  }
  for (size_t r = 0; r < rows; r++) {
    TYPED(load_group)(x + r * width + c, v, vectors, lanes, split);
    for (int k = 0; k < vectors; k++) {
      vf d = v[k] - centre[k];
      sum[k] += d;
      square[k] = fma_(d, d, square[k]);
    }
  }
  for (int k = 0; k < vectors; k++) {
    add_to_doubles(total + c + k * WIDTH, sum[k], lanes);
    add_to_doubles(total + width + c + k * WIDTH, square[k], lanes);
  }
}

static NEVER_INLINE void TYPED(sum_rest)(
  const T *x, size_t rows, size_t width, const float *about, double *total, size_t c, size_t lanes) {
  TYPED(sum_block)(x, rows, width, about, total, c, 1, lanes, false);
}

static void TYPED(add_sums)(
  const T *x, size_t rows, size_t width, bool split, const float *about, double *total) {
  for (size_t r = 0; r < rows; r += SUM_ROWS) {
    size_t some = rows - r < SUM_ROWS ? rows - r : SUM_ROWS;
#define BLOCK(c, split) TYPED(sum_block)(x + r * width, some, width, about, total, c, GROUP, WIDTH, split)
#define REST(c, lanes) TYPED(sum_rest)(x + r * width, some, width, about, total, c, lanes)
    FOR_COLUMNS(width, CAN_SPLIT && split, BLOCK, REST);
#undef BLOCK
#undef REST
  }
}

static void KERNEL(bn_sums)(const T *x, size_t rows, size_t channels, const float *about, double *sums) {
  memset(sums, 0, 2 * channels * sizeof(double));
  bn_layout l = layout_of(rows, channels, CAN_SPLIT);
  if (l.folded) {
    double total[2 * MOST_FOLDED];
    float buffer[MOST_FOLDED];
    memset(total, 0, 2 * l.width * sizeof(double));
    TYPED(add_sums)(x, l.rows, l.width, l.split, repeated(about, channels, &l, buffer), total);
    unfold_sums(total, channels, &l, sums);
  }
  size_t done = rows_covered(&l);
  TYPED(add_sums)(x + done * channels, rows - done, channels, false, about, sums);
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
  size_t c, const int vectors, const size_t lanes, const bool split) {
  vf scale[GROUP], shift[GROUP], residual_scale[GROUP], v[GROUP], other[GROUP];
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
    TYPED(load_group)(f->x + at, v, vectors, lanes, split);
    if (residual > 0) TYPED(load_group)(f->residual + at, other, vectors, lanes, split);
    for (int k = 0; k < vectors; k++) {
      v[k] = fma_(v[k], scale[k], shift[k]);
      if (residual == 1) v[k] += other[k];
      if (residual == 2) v[k] = fma_(other[k], residual_scale[k], v[k]);
      if (with_relu) v[k] = relu(v[k]);
    }
    TYPED(store_group)(f->y + at, v, vectors, lanes, split);
  }
}

static NEVER_INLINE void TYPED(apply_rest)(
  const TYPED(forward) * f, size_t offset, size_t rows, size_t width, int residual, size_t c, size_t lanes) {
  TYPED(apply_block)(f, offset, rows, width, residual, f->relu, c, 1, lanes, false);
}

static void TYPED(apply_rows)(const TYPED(forward) * f, size_t offset, size_t rows, size_t width, bool split) {
  int residual = f->residual == NULL ? 0 : f->residual_scale == NULL ? 1 : 2;
  for (size_t r = 0; r < rows; r += APPLY_ROWS) {
    size_t some = rows - r < APPLY_ROWS ? rows - r : APPLY_ROWS, from = offset + r * width;
#define REST(c, lanes) TYPED(apply_rest)(f, from, some, width, residual, c, lanes)
#define BLOCK(c, split) TYPED(apply_block)(f, from, some, width, with_residual, with_relu, c, GROUP, WIDTH, split)
#define CASE(residual_value, relu_value)                                  \
  case 2 * residual_value + relu_value: {                                 \
    const int with_residual = residual_value;                             \
    const bool with_relu = relu_value;                                    \
    FOR_COLUMNS(width, CAN_SPLIT && split, BLOCK, REST);                  \
    break;                                                                \
  }
    switch (2 * residual + (f->relu ? 1 : 0)) {
      CASE(0, 0)
      CASE(0, 1)
      CASE(1, 0)
      CASE(1, 1)
      CASE(2, 0)
      CASE(2, 1)
    }
#undef CASE
#undef BLOCK
#undef REST
  }
}

static void KERNEL(bn_apply)(
  const T *x, const float *scale, const float *shift, const T *residual, const float *residual_scale,
  const float *residual_shift, bool relu, T *y, size_t rows, size_t channels) {
  bn_layout l = layout_of(rows, channels, CAN_SPLIT);
  TYPED(forward) plain = {x, residual, scale, shift, residual_scale, residual_shift, y, relu};
  if (l.folded) {
    float buffers[4][MOST_FOLDED];
    TYPED(forward) folded = plain;
    folded.scale = repeated(scale, channels, &l, buffers[0]);
    folded.shift = repeated(shift, channels, &l, buffers[1]);
    folded.residual_scale = repeated(residual_scale, channels, &l, buffers[2]);
    folded.residual_shift = repeated(residual_shift, channels, &l, buffers[3]);
    TYPED(apply_rows)(&folded, 0, l.rows, l.width, l.split);
  }
  size_t done = rows_covered(&l);
  TYPED(apply_rows)(&plain, done * channels, rows - done, channels, false);
}

// ---- Backward ----

typedef struct {
  const T *g, *x, *y;
  const float *scale, *shift;
  bn_mask mask;
} TYPED(masked_gradient);

// The mask's per-channel values, for MASK_AFFINE.
INLINE void TYPED(load_mask)(
  const TYPED(masked_gradient) * m, const bn_mask mask, vf *scale, vf *shift, size_t c, const int vectors,
  const size_t lanes) {
  for (int k = 0; k < vectors; k++) {
    scale[k] = mask == MASK_AFFINE ? values_at(m->scale, c + k * WIDTH, lanes) : splat(0);
    shift[k] = mask == MASK_AFFINE ? values_at(m->shift, c + k * WIDTH, lanes) : splat(0);
  }
}

// g where the ReLU let its input pass; `x` is the loaded input.
INLINE void TYPED(load_passed)(
  const TYPED(masked_gradient) * m, const bn_mask mask, size_t at, const vf *x, const vf *scale, const vf *shift,
  vf *g, const int vectors, const size_t lanes, const bool split) {
  vf y[GROUP];
  TYPED(load_group)(m->g + at, g, vectors, lanes, split);
  if (mask == MASK_RESULT) TYPED(load_group)(m->y + at, y, vectors, lanes, split);
  for (int k = 0; k < vectors; k++) {
    if (mask == MASK_AFFINE) y[k] = fma_(x[k], scale[k], shift[k]);
    if (mask != MASK_NONE) g[k] = y[k] > splat(0) ? g[k] : splat(0);
  }
}

INLINE void TYPED(backward_sum_block)(
  const TYPED(masked_gradient) * m, const bn_mask mask, const float *mean, double *total, size_t offset, size_t rows,
  size_t width, size_t c, const int vectors, const size_t lanes, const bool split) {
  vf centre[GROUP], scale[GROUP], shift[GROUP], sum[GROUP], product[GROUP], x[GROUP], g[GROUP];
  TYPED(load_mask)(m, mask, scale, shift, c, vectors, lanes);
  for (int k = 0; k < vectors; k++) {
    centre[k] = values_at(mean, c + k * WIDTH, lanes);
    sum[k] = product[k] = splat(0);
  }
  for (size_t r = 0; r < rows; r++) {
    size_t at = offset + r * width + c;
    TYPED(load_group)(m->x + at, x, vectors, lanes, split);
    TYPED(load_passed)(m, mask, at, x, scale, shift, g, vectors, lanes, split);
    for (int k = 0; k < vectors; k++) {
      sum[k] += g[k];
      product[k] = fma_(g[k], x[k] - centre[k], product[k]);
    }
  }
  for (int k = 0; k < vectors; k++) {
    add_to_doubles(total + c + k * WIDTH, sum[k], lanes);
    add_to_doubles(total + width + c + k * WIDTH, product[k], lanes);
  }
}

static NEVER_INLINE void TYPED(backward_sum_rest)(
  const TYPED(masked_gradient) * m, const float *mean, double *total, size_t offset, size_t rows, size_t width,
  size_t c, size_t lanes) {
  TYPED(backward_sum_block)(m, m->mask, mean, total, offset, rows, width, c, 1, lanes, false);
}

static void TYPED(add_backward_sums)(
  const TYPED(masked_gradient) * m, const float *mean, double *total, size_t offset, size_t rows, size_t width,
  bool split) {
  for (size_t r = 0; r < rows; r += SUM_ROWS) {
    size_t some = rows - r < SUM_ROWS ? rows - r : SUM_ROWS, from = offset + r * width;
#define REST(c, lanes) TYPED(backward_sum_rest)(m, mean, total, from, some, width, c, lanes)
#define BLOCK(c, split) \
  TYPED(backward_sum_block)(m, mask, mean, total, from, some, width, c, GROUP, WIDTH, split)
#define CASE(value)                                         \
  case value: {                                             \
    const bn_mask mask = value;                             \
    FOR_COLUMNS(width, CAN_SPLIT && split, BLOCK, REST);    \
    break;                                                  \
  }
    switch (m->mask) {
      CASE(MASK_NONE)
      CASE(MASK_RESULT)
      CASE(MASK_AFFINE)
    }
#undef CASE
#undef BLOCK
#undef REST
  }
}

static void KERNEL(bn_backward_sums)(
  const T *g, const T *x, const T *y, const float *scale, const float *shift, const float *mean,
  const float *reciprocal, size_t rows, size_t channels, double *sums) {
  memset(sums, 0, 2 * channels * sizeof(double));
  bn_layout l = layout_of(rows, channels, CAN_SPLIT);
  TYPED(masked_gradient) plain = {g, x, y, scale, shift, mask_of(y, scale, shift)};
  if (l.folded) {
    double total[2 * MOST_FOLDED];
    float buffers[3][MOST_FOLDED];
    memset(total, 0, 2 * l.width * sizeof(double));
    TYPED(masked_gradient) folded = plain;
    folded.scale = repeated(scale, channels, &l, buffers[0]);
    folded.shift = repeated(shift, channels, &l, buffers[1]);
    const float *centre = repeated(mean, channels, &l, buffers[2]);
    TYPED(add_backward_sums)(&folded, centre, total, 0, l.rows, l.width, l.split);
    unfold_sums(total, channels, &l, sums);
  }
  size_t done = rows_covered(&l);
  TYPED(add_backward_sums)(&plain, mean, sums, done * channels, rows - done, channels, false);
  for (size_t c = 0; c < channels; c++) sums[channels + c] *= reciprocal[c];
}

typedef struct {
  const float *a, *b, *c;
  T *dx, *masked;
  bool accumulate;
} TYPED(backward);

INLINE void TYPED(backward_apply_block)(
  const TYPED(masked_gradient) * m, const TYPED(backward) * f, const bn_mask mask, const bool training,
  const int residual, size_t offset, size_t rows, size_t width, size_t c, const int vectors, const size_t lanes,
  const bool split) {
  vf a[GROUP], b[GROUP], constant[GROUP], scale[GROUP], shift[GROUP], x[GROUP], g[GROUP], old[GROUP];
  TYPED(load_mask)(m, mask, scale, shift, c, vectors, lanes);
  for (int k = 0; k < vectors; k++) {
    a[k] = values_at(f->a, c + k * WIDTH, lanes);
    b[k] = training ? values_at(f->b, c + k * WIDTH, lanes) : splat(0);
    constant[k] = training ? values_at(f->c, c + k * WIDTH, lanes) : splat(0);
  }
  for (size_t r = 0; r < rows; r++) {
    size_t at = offset + r * width + c;
    if (training || mask == MASK_AFFINE) TYPED(load_group)(m->x + at, x, vectors, lanes, split);
    TYPED(load_passed)(m, mask, at, x, scale, shift, g, vectors, lanes, split);
    if (residual == 2) TYPED(load_group)(f->masked + at, old, vectors, lanes, split);
    for (int k = 0; k < vectors; k++) {
      if (residual == 2) old[k] += g[k];
      x[k] = training ? fma_(a[k], g[k], fma_(b[k], x[k], constant[k])) : a[k] * g[k];
    }
    if (residual == 1) TYPED(store_group)(f->masked + at, g, vectors, lanes, split);
    if (residual == 2) TYPED(store_group)(f->masked + at, old, vectors, lanes, split);
    TYPED(store_group)(f->dx + at, x, vectors, lanes, split);
  }
}

static NEVER_INLINE void TYPED(backward_apply_rest)(
  const TYPED(masked_gradient) * m, const TYPED(backward) * f, bool training, int residual, size_t offset,
  size_t rows, size_t width, size_t c, size_t lanes) {
  TYPED(backward_apply_block)(m, f, m->mask, training, residual, offset, rows, width, c, 1, lanes, false);
}

static void TYPED(backward_apply_rows)(
  const TYPED(masked_gradient) * m, const TYPED(backward) * f, size_t offset, size_t rows, size_t width,
  bool split) {
  int residual = f->masked == NULL ? 0 : f->accumulate ? 2 : 1;
  bool training = f->b != NULL && f->c != NULL;
  for (size_t r = 0; r < rows; r += APPLY_ROWS) {
    size_t some = rows - r < APPLY_ROWS ? rows - r : APPLY_ROWS, from = offset + r * width;
#define REST(c, lanes) TYPED(backward_apply_rest)(m, f, training, residual, from, some, width, c, lanes)
#define BLOCK(c, split) \
  TYPED(backward_apply_block)(m, f, mask, train, kind, from, some, width, c, GROUP, WIDTH, split)
#define CASE(mask_value, train_value, residual_value)                   \
  case (mask_value * 2 + train_value) * 3 + residual_value: {           \
    const bn_mask mask = mask_value;                                    \
    const bool train = train_value;                                     \
    const int kind = residual_value;                                    \
    FOR_COLUMNS(width, CAN_SPLIT && split, BLOCK, REST);                \
    break;                                                              \
  }
#define CASES(mask_value)                                                                 \
  CASE(mask_value, 0, 0) CASE(mask_value, 0, 1) CASE(mask_value, 0, 2)                    \
  CASE(mask_value, 1, 0) CASE(mask_value, 1, 1) CASE(mask_value, 1, 2)
    switch ((m->mask * 2 + (training ? 1 : 0)) * 3 + residual) {
      CASES(MASK_NONE)
      CASES(MASK_RESULT)
      CASES(MASK_AFFINE)
    }
#undef CASES
#undef CASE
#undef BLOCK
#undef REST
  }
}

static void KERNEL(bn_backward_apply)(
  const T *g, const T *x, const T *y, const float *scale, const float *shift, const float *a, const float *b,
  const float *c, T *dx, T *masked, bool accumulate, size_t rows, size_t channels) {
  bn_layout l = layout_of(rows, channels, CAN_SPLIT);
  TYPED(masked_gradient) plain = {g, x, y, scale, shift, mask_of(y, scale, shift)};
  TYPED(backward) into = {a, b, c, dx, masked, accumulate};
  if (l.folded) {
    float buffers[5][MOST_FOLDED];
    TYPED(masked_gradient) folded = plain;
    TYPED(backward) folded_into = into;
    folded.scale = repeated(scale, channels, &l, buffers[0]);
    folded.shift = repeated(shift, channels, &l, buffers[1]);
    folded_into.a = repeated(a, channels, &l, buffers[2]);
    folded_into.b = repeated(b, channels, &l, buffers[3]);
    folded_into.c = repeated(c, channels, &l, buffers[4]);
    TYPED(backward_apply_rows)(&folded, &folded_into, 0, l.rows, l.width, l.split);
  }
  size_t done = rows_covered(&l);
  TYPED(backward_apply_rows)(&plain, &into, done * channels, rows - done, channels, false);
}
