// 3 x 3, stride 2, padding 1: the forward convolution, which halves an image.

/// Vectors of outputs that are made together. Where 16 registers hold few pixels, a second vector saves broadcasts,
/// which otherwise take longer than their products: an odd input column meets two taps, an even one a single one.
enum { HALVING_VECTORS = REGISTERS == 32 ? 1 : 2 };

typedef struct {
  const element *x, *w;  // the next images; the weights of each vector of outputs: [row][unit][column][LANES]
  element *y;            // their outputs at those channels
  float *sums;           // 2 x LANES for each vector, nullable
  size_t height, width, out_height, out_width, in, out;
  read_ahead *ahead;
} halving_job;

/// Stores `rows` by `columns` pixels of one of the vectors, the first at `y`.
CONV_INLINE void finish_halving(
  const halving_job *j, const lanes *acc, element *y, const int rows, const int columns, const int vector) {
  lanes sum = zero_lanes(), square = zero_lanes();
  UNROLL for (int i = 0; i < rows * columns; i++) {
    element *to = y + ((size_t)(i / columns) * j->out_width + (size_t)(i % columns)) * j->out;
    store_pixel(to, acc[i], &sum, &square);
  }
  if (j->sums != NULL) add_pixels(j->sums + vector * 2 * LANES, sum, square);
}

/// Where an output is stored.
CONV_INLINE element *halved(const halving_job *j, size_t row, size_t column) {
  return j->y + (row * j->out_width + column) * j->out;
}

// The first and the end of the taps whose input row (or column), 2 place + tap - 1, lies inside the image.
CONV_INLINE void inside(size_t place, size_t size, size_t *first, size_t *end) {
  *first = place == 0 ? 1 : 0;
  *end = 2 * place + 2 > size ? 2 : 3;
}

// One output, wherever it lies: for what the blocks leave over.
CONV_TARGET static void halving_pixel(const halving_job *j, size_t row, size_t column) {
  size_t in = j->in, top, bottom, left, right;
  inside(row, j->height, &top, &bottom);
  inside(column, j->width, &left, &right);
  for (int v = 0; v < HALVING_VECTORS; v++) {
    lanes acc = zero_lanes();
    for (size_t r = top; r < bottom; r++) {
      for (size_t t = left; t < right; t++) {
        const element *x = j->x + ((2 * row + r - 1) * j->width + 2 * column + t - 1) * in;
        const element *w = j->w + (size_t)v * TAPS * in * LANES + (r * (in / UNIT) * 3 + t) * UNIT_LANES;
        for (size_t c = 0; c < in; c += UNIT, w += 3 * UNIT_LANES) {
          acc = multiply_add(acc, broadcast_unit(x + c), load_units(w));
        }
      }
    }
    finish_halving(j, &acc, halved(j, row, column) + v * LANES, 1, 1, v);
  }
}

#if REGISTERS == 32

// `count` outputs of one row from `column`, whose right neighbours in the input all exist.
CONV_INLINE void halving_row_block(const halving_job *j, size_t row, size_t column, const int count, const bool left) {
  lanes acc[PIXELS];
  UNROLL for (int i = 0; i < count; i++) acc[i] = zero_lanes();
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
  finish_halving(j, acc, halved(j, row, column), 1, count, 0);
}

#define HALVING_ROW(name, count)                                                      \
  CONV_TARGET static void name(const halving_job *j, size_t row, size_t column) {     \
    if (column == 0) halving_row_block(j, row, column, count, true);                  \
    else halving_row_block(j, row, column, count, false);                             \
  }

HALVING_ROW(halving_16, 16)
HALVING_ROW(halving_8, 8)
HALVING_ROW(halving_4, 4)

// Whole rows of a narrow image, each input pixel broadcast once for all nine taps.
CONV_INLINE void halving_block(const halving_job *j, size_t row, const int rows, const int columns, const bool top) {
  lanes acc[PIXELS];
  UNROLL for (int i = 0; i < rows * columns; i++) acc[i] = zero_lanes();
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
  finish_halving(j, acc, halved(j, row, 0), rows, columns, 0);
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

/// Halves an image. Returns how many of `left` it took.
CONV_INLINE size_t halve_images(const halving_job *j, size_t left) {
  (void)left;
  size_t row = 0;
  if (j->width == 8) {
    for (; 2 * (row + 4) <= j->height; row += 4) halving_4x4(j, row);
  } else if (j->width == 16) {
    for (; 2 * (row + 2) <= j->height; row += 2) halving_2x8(j, row);
  }
  for (; row < j->out_height; row++) halving_row(j, row);
  return 1;
}

#else

// `count` outputs of one row from `column`, whose right neighbours in the input all exist, of each of `images`.
CONV_INLINE void halving_row_block(
  const halving_job *j, size_t row, size_t column, const int count, const int images, const bool left) {
  lanes acc[HALVING_VECTORS][PIXELS / HALVING_VECTORS];
  UNROLL for (int i = 0; i < count * images; i++) acc[0][i] = acc[1][i] = zero_lanes();
  size_t in = j->in, image = j->height * j->width * in, vector = TAPS * in * LANES, first, end;
  inside(row, j->height, &first, &end);
  for (size_t tap = first; tap < end; tap++) {
    const element *x = j->x + ((2 * row + tap - 1) * j->width + 2 * column) * in;
    const element *w = j->w + tap * in * 3 * LANES;
    for (size_t c = 0; c < in; c++, x++, w += 3 * LANES) {
      UNROLL for (int t = 0; t < 3; t++) {
        units w0 = load_units(w + t * LANES), w1 = load_units(w + vector + t * LANES);
        UNROLL for (int i = 0; i < count * images; i++) {
          int across = 2 * (i % count) + t - 1;
          if (left && across < 0) continue;
          units b = broadcast_for_block(x + (size_t)(i / count) * image + (ptrdiff_t)across * (ptrdiff_t)in);
          add_to_block(&acc[0][i], b, w0);
          add_to_block(&acc[1][i], b, w1);
        }
      }
    }
  }
  fetch_ahead(j->ahead, LINES_PER_BLOCK);
  UNROLL for (int n = 0; n < images; n++) {
    UNROLL for (int v = 0; v < HALVING_VECTORS; v++) {
      element *y = halved(j, (size_t)n * j->out_height + row, column) + v * LANES;
      finish_halving(j, acc[v] + n * count, y, 1, count, v);
    }
  }
}

#define HALVING_ROW(name, count, images)                                              \
  CONV_TARGET static void name(const halving_job *j, size_t row, size_t column) {     \
    if (column == 0) halving_row_block(j, row, column, count, images, true);          \
    else halving_row_block(j, row, column, count, images, false);                     \
  }

HALVING_ROW(halving_2_of_3, 2, 3)
HALVING_ROW(halving_6, 6, 1)
HALVING_ROW(halving_4, 4, 1)

CONV_TARGET static void halving_row(const halving_job *j, size_t row) {
  size_t column = 0, width = j->width / 2;  // columns whose right neighbour exists
  // Eight pixels that 6 would leave two of are two blocks of 4.
  for (; column + 6 <= width && column + 8 != width; column += 6) halving_6(j, row, column);
  for (; column + 4 <= width; column += 4) halving_4(j, row, column);
  for (; column < j->out_width; column++) halving_pixel(j, row, column);
}

/// Halves three images together where their outputs have an even number of columns, and else one. Returns how many of
/// `left` images it took.
CONV_INLINE size_t halve_images(const halving_job *j, size_t left) {
  bool together = left >= 3 && j->width % 4 == 0;
  for (size_t row = 0; row < j->out_height; row++) {
    for (size_t column = 0; together && column < j->out_width; column += 2) halving_2_of_3(j, row, column);
    if (!together) halving_row(j, row);
  }
  return together ? 3 : 1;
}

#endif

CONV_TARGET static void convolve_halving(
  const element *x, const element *packed, element *y, double *sums, const conv_shape *s) {
  if (sums != NULL) memset(sums, 0, 2 * s->channels_out * sizeof(double));
  for (size_t c = 0; c < s->channels_out; c += HALVING_VECTORS * LANES) {
    float image_sums[HALVING_VECTORS * 2 * LANES];
    halving_job j = {
      x, packed + c * TAPS * s->channels_in, y + c, sums == NULL ? NULL : image_sums, s->height, s->width,
      s->out_height, s->out_width, s->channels_in, s->channels_out, rk_thread_read_ahead()};
    for (size_t left = s->images; left > 0;) {
      memset(image_sums, 0, sizeof image_sums);
      size_t done = halve_images(&j, left);
      for (size_t v = 0; v < HALVING_VECTORS; v++) {
        add_image(sums, image_sums + v * 2 * LANES, c + v * LANES, s->channels_out);
      }
      j.x += done * s->height * s->width * s->channels_in;
      j.y += done * s->out_height * s->out_width * s->channels_out;
      left -= done;
    }
  }
}
