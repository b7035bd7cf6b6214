// 3 x 3, stride 2, padding 1: the forward convolution, which halves an image, and its data gradient, which doubles it.

typedef struct {
  const element *x, *w;  // one image of the input; the weights of 16 output channels: [row][unit][column][16]
  element *y;            // its output at those channels
  float *sums;           // 2 x 16, nullable
  size_t height, width, out_height, out_width, in, out;
  read_ahead *ahead;
} halving_job;

CONV_INLINE void load_taps(units *taps, const element *w, size_t row_step) {
  UNROLL for (int t = 0; t < TAPS; t++) {
    const element *at = w + (size_t)(t / 3) * row_step + (size_t)(t % 3) * UNIT_LANES;
    taps[t] = load_units(at);
    _mm_prefetch((const char *)(at + AHEAD * 3 * UNIT_LANES), _MM_HINT_T0);
  }
}

// ---- Forward ----

CONV_INLINE void finish_halving(
  const halving_job *j, const __m512 *acc, size_t row, size_t column, const int rows, const int columns) {
  __m512 sum = _mm512_setzero_ps(), square = _mm512_setzero_ps();
  element *y = j->y + (row * j->out_width + column) * j->out;
  UNROLL for (int i = 0; i < rows * columns; i++) {
    element *to = y + ((size_t)(i / columns) * j->out_width + (size_t)(i % columns)) * j->out;
    store_pixel(to, acc[i], &sum, &square);
  }
  if (j->sums != NULL) add_pixels(j->sums, sum, square);
}

// The first and the end of the taps whose input row (or column), 2 place + tap - 1, lies inside the image.
CONV_INLINE void inside(size_t place, size_t size, size_t *first, size_t *end) {
  *first = place == 0 ? 1 : 0;
  *end = 2 * place + 2 > size ? 2 : 3;
}

// `count` outputs of one row from `column`, whose right neighbours in the input all exist.
CONV_INLINE void halving_row_block(const halving_job *j, size_t row, size_t column, const int count, const bool left) {
  __m512 acc[16];
  UNROLL for (int i = 0; i < count; i++) acc[i] = _mm512_setzero_ps();
  size_t in = j->in, first, end;
  inside(row, j->height, &first, &end);
  for (size_t tap = first; tap < end; tap++) {
    const element *x = j->x + ((2 * row + tap - 1) * j->width + 2 * column) * in;
    const element *w = j->w + tap * (in / UNIT) * 3 * UNIT_LANES;
    for (size_t c = 0; c < in; c += UNIT, x += UNIT, w += 3 * UNIT_LANES) {
      units w0 = load_units(w), w1 = load_units(w + UNIT_LANES), w2 = load_units(w + 2 * UNIT_LANES);
      if (!left) acc[0] = multiply_add(acc[0], broadcast_unit(x - in), w0);
      UNROLL for (int i = 0; i < count; i++) {
        units even = broadcast_unit(x + 2 * (size_t)i * in), odd = broadcast_unit(x + (2 * (size_t)i + 1) * in);
        acc[i] = multiply_add(acc[i], even, w1);
        acc[i] = multiply_add(acc[i], odd, w2);
        if (i + 1 < count) acc[i + 1] = multiply_add(acc[i + 1], odd, w0);
      }
    }
  }
  fetch_ahead(j->ahead, LINES_PER_BLOCK);
  finish_halving(j, acc, row, column, 1, count);
}

#define HALVING_ROW(name, count)                                                      \
  CONV_TARGET static void name(const halving_job *j, size_t row, size_t column) {             \
    if (column == 0) halving_row_block(j, row, column, count, true);                  \
    else halving_row_block(j, row, column, count, false);                             \
  }

HALVING_ROW(halving_16, 16)
HALVING_ROW(halving_8, 8)
HALVING_ROW(halving_4, 4)

// One output, wherever it lies: for what the blocks leave over.
CONV_TARGET static void halving_pixel(const halving_job *j, size_t row, size_t column) {
  __m512 acc = _mm512_setzero_ps();
  size_t in = j->in, top, bottom, left, right;
  inside(row, j->height, &top, &bottom);
  inside(column, j->width, &left, &right);
  for (size_t r = top; r < bottom; r++) {
    for (size_t t = left; t < right; t++) {
      const element *x = j->x + ((2 * row + r - 1) * j->width + 2 * column + t - 1) * in;
      const element *w = j->w + (r * (in / UNIT) * 3 + t) * UNIT_LANES;
      for (size_t c = 0; c < in; c += UNIT, w += 3 * UNIT_LANES) {
        acc = multiply_add(acc, broadcast_unit(x + c), load_units(w));
      }
    }
  }
  finish_halving(j, &acc, row, column, 1, 1);
}

// Whole rows of a narrow image, each input pixel broadcast once for all nine taps.
CONV_INLINE void halving_block(const halving_job *j, size_t row, const int rows, const int columns, const bool top) {
  __m512 acc[16];
  UNROLL for (int i = 0; i < rows * columns; i++) acc[i] = _mm512_setzero_ps();
  size_t in = j->in, row_step = (in / UNIT) * 3 * UNIT_LANES;
  const element *x = j->x + 2 * row * j->width * in, *w = j->w;
  for (size_t c = 0; c < in; c += UNIT, x += UNIT, w += 3 * UNIT_LANES) {
    units taps[TAPS];
    load_taps(taps, w, row_step);
    UNROLL for (int r = top ? 0 : -1; r < 2 * rows; r++) {
      const element *from = x + (ptrdiff_t)(r * 2 * columns) * (ptrdiff_t)in;
      UNROLL for (int i = 0; i < 2 * columns; i++) {
        units b = broadcast_unit_in_order(from + (size_t)i * in);
        UNROLL for (int t = 0; t < TAPS; t++) {
          // Input = 2 output + tap - 1, for the rows and the columns.
          int up = r + 1 - t / 3, across = i + 1 - t % 3;
          if (up >= 0 && up % 2 == 0 && up / 2 < rows && across >= 0 && across % 2 == 0 && across / 2 < columns) {
            add_product_in_order(&acc[up / 2 * columns + across / 2], b, taps[t]);
          }
        }
      }
    }
  }
  fetch_ahead(j->ahead, LINES_PER_BLOCK);
  finish_halving(j, acc, row, 0, rows, columns);
}

CONV_TARGET static void halving_2x8(const halving_job *j, size_t row) {
  if (row == 0) halving_block(j, row, 2, 8, true);
  else halving_block(j, row, 2, 8, false);
}

CONV_TARGET static void halving_4x4(const halving_job *j, size_t row) {
  if (row == 0) halving_block(j, row, 4, 4, true);
  else halving_block(j, row, 4, 4, false);
}

CONV_TARGET static void halving_row(const halving_job *j, size_t row) {
  size_t column = 0, width = j->width / 2;  // columns whose right neighbour exists
  for (; column + 16 <= width; column += 16) halving_16(j, row, column);
  for (; column + 8 <= width; column += 8) halving_8(j, row, column);
  for (; column + 4 <= width; column += 4) halving_4(j, row, column);
  for (; column < j->out_width; column++) halving_pixel(j, row, column);
}

CONV_TARGET static void halving_image(const halving_job *j) {
  size_t row = 0;
  if (j->width == 8) {
    for (; 2 * (row + 4) <= j->height; row += 4) halving_4x4(j, row);
  } else if (j->width == 16) {
    for (; 2 * (row + 2) <= j->height; row += 2) halving_2x8(j, row);
  }
  for (; row < j->out_height; row++) halving_row(j, row);
}

CONV_TARGET static void convolve_halving(
  const element *x, const element *packed, element *y, double *sums, const conv_shape *s) {
  if (sums != NULL) memset(sums, 0, 2 * s->channels_out * sizeof(double));
  for (size_t c = 0; c < s->channels_out; c += LANES) {
    float image_sums[2 * LANES];
    halving_job j = {x, packed + c * TAPS * s->channels_in, y + c, sums == NULL ? NULL : image_sums, s->height, s->width,
      s->out_height, s->out_width, s->channels_in, s->channels_out, rk_thread_read_ahead()};
    for (size_t n = 0; n < s->images; n++) {
      memset(image_sums, 0, sizeof image_sums);
      halving_image(&j);
      add_image(sums, image_sums, c, s->channels_out);
      j.x += s->height * s->width * s->channels_in;
      j.y += s->out_height * s->out_width * s->channels_out;
    }
  }
}

// ---- Data gradient: `count` pixels of a row of dy make 2 x 2 `count` pixels of dx. With j, i the place in dy,
//   dx[2j    ][2i    ] = dy[j][i] w11
//   dx[2j    ][2i + 1] = dy[j][i] w12 + dy[j][i + 1] w10
//   dx[2j + 1][2i    ] = dy[j][i] w21 + dy[j + 1][i] w01
//   dx[2j + 1][2i + 1] = dy[j][i] w22 + dy[j][i + 1] w20 + dy[j + 1][i] w02 + dy[j + 1][i + 1] w00
// The last one's four products go to two sums, so that none waits for another. `right` and `below` say whether there
// are a column i + 1 after the last one and a row j + 1.

typedef struct {
  const element *dy, *w;
  element *dx;
  bool accumulate;  // whether to add to dx instead
  size_t height, width, out_height, out_width, in, out;  // of dx, of dy; channels of dx, of dy
} gradient_job;

/// What `count` pixels of dy make, by the rows and the columns of dx.
typedef struct {
  const __m512 *even_even, *even_odd, *odd_even, *odd_odd;
} doubled;

CONV_INLINE void finish_doubling(
  const gradient_job *j, const doubled *sums, size_t row, size_t column, const int count, const bool accumulate) {
  bool odd_row = 2 * row + 1 < j->height;
  UNROLL for (int i = 0; i < count; i++) {
    size_t across = 2 * (column + (size_t)i);
    element *to = j->dx + (2 * row * j->width + across) * j->in, *under = to + j->width * j->in;
    bool odd_column = across + 1 < j->width;
    put_pixel(to, sums->even_even[i], accumulate);
    if (odd_column) put_pixel(to + j->in, sums->even_odd[i], accumulate);
    if (odd_row) put_pixel(under, sums->odd_even[i], accumulate);
    if (odd_row && odd_column) put_pixel(under + j->in, sums->odd_odd[i], accumulate);
  }
}

CONV_INLINE void doubling_block(
  const gradient_job *j, size_t row, size_t column, const int count, const bool right, const bool below) {
  __m512 even_even[4], even_odd[4], odd_even[4], odd_odd[4], odd_odd_below[4];
  UNROLL for (int i = 0; i < count; i++) {
    even_even[i] = even_odd[i] = odd_even[i] = odd_odd[i] = odd_odd_below[i] = _mm512_setzero_ps();
  }
  size_t channels = j->out, row_step = (channels / UNIT) * 3 * UNIT_LANES;
  const element *here = j->dy + (row * j->out_width + column) * channels, *next = here + j->out_width * channels;
  const element *w = j->w;
  for (size_t c = 0; c < channels; c += UNIT, here += UNIT, next += UNIT, w += 3 * UNIT_LANES) {
    units taps[TAPS];
    load_taps(taps, w, row_step);
    UNROLL for (int i = 0; i < (right ? count + 1 : count); i++) {
      units b = broadcast_unit(here + (size_t)i * channels);
      if (i < count) {
        even_even[i] = multiply_add(even_even[i], b, taps[4]);
        even_odd[i] = multiply_add(even_odd[i], b, taps[5]);
        odd_even[i] = multiply_add(odd_even[i], b, taps[7]);
        odd_odd[i] = multiply_add(odd_odd[i], b, taps[8]);
      }
      if (i > 0) {
        even_odd[i - 1] = multiply_add(even_odd[i - 1], b, taps[3]);
        odd_odd[i - 1] = multiply_add(odd_odd[i - 1], b, taps[6]);
      }
      if (below) {
        units d = broadcast_unit(next + (size_t)i * channels);
        if (i < count) {
          odd_even[i] = multiply_add(odd_even[i], d, taps[1]);
          odd_odd_below[i] = multiply_add(odd_odd_below[i], d, taps[2]);
        }
        if (i > 0) odd_odd_below[i - 1] = multiply_add(odd_odd_below[i - 1], d, taps[0]);
      }
    }
  }
  doubled sums = {even_even, even_odd, odd_even, odd_odd};
  UNROLL for (int i = 0; i < count; i++) odd_odd[i] = _mm512_add_ps(odd_odd[i], odd_odd_below[i]);
  if (j->accumulate) finish_doubling(j, &sums, row, column, count, true);
  else finish_doubling(j, &sums, row, column, count, false);
}

#define DOUBLING(name, count)                                                                     \
  CONV_TARGET static void name(const gradient_job *j, size_t row, size_t column) {                \
    bool right = column + (count) < j->out_width, below = row + 1 < j->out_height;                \
    if (right && below) doubling_block(j, row, column, count, true, true);                        \
    else if (right) doubling_block(j, row, column, count, true, false);                           \
    else if (below) doubling_block(j, row, column, count, false, true);                           \
    else doubling_block(j, row, column, count, false, false);                                     \
  }

DOUBLING(doubling_4, 4)
DOUBLING(doubling_2, 2)
DOUBLING(doubling_1, 1)

CONV_TARGET static void convolve_doubling(
  const element *dy, const element *packed, element *dx, bool accumulate, const conv_shape *s) {
  for (size_t c = 0; c < s->channels_in; c += LANES) {
    gradient_job j = {dy, packed + c * TAPS * s->channels_out, dx + c, accumulate, s->height, s->width,
      s->out_height, s->out_width, s->channels_in, s->channels_out};
    for (size_t n = 0; n < s->images; n++) {
      for (size_t row = 0; row < s->out_height; row++) {
        size_t column = 0;
        for (; column + 4 <= s->out_width; column += 4) doubling_4(&j, row, column);
        for (; column + 2 <= s->out_width; column += 2) doubling_2(&j, row, column);
        if (column < s->out_width) doubling_1(&j, row, column);
      }
      j.dy += s->out_height * s->out_width * s->channels_out;
      j.dx += s->height * s->width * s->channels_in;
    }
  }
}
