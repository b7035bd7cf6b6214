// 3 x 3, stride 1, padding 1: PIXELS output pixels by a vector of output channels stay in registers. An input pixel's
// unit of channels is broadcast once and meets every tap it belongs to; taps that would fall into the padding are not
// computed. The data gradient is the same convolution with weights packed for it.

typedef struct {
  const element *x, *w;  // the next images; the weights of a vector of outputs: [row][unit of inputs][column][LANES]
  element *y;            // their outputs at those channels
  float *sums;           // 2 x LANES, nullable
  bool accumulate;       // whether to add to y instead, which has no sums
  size_t height, width, in, out;
  read_ahead *ahead;  // the thread's
} same_job;

CONV_INLINE void finish_same(const same_job *j, const lanes *acc, size_t first, const int count) {
  element *y = j->y + first * j->out;
  if (j->sums != NULL) {
    lanes sum = zero_lanes(), square = zero_lanes();
    UNROLL for (int i = 0; i < count; i++) store_pixel(y + (size_t)i * j->out, acc[i], &sum, &square);
    add_pixels(j->sums, sum, square);
  } else if (j->accumulate) {
    UNROLL for (int i = 0; i < count; i++) put_pixel(y + (size_t)i * j->out, acc[i], true);
  } else {
    UNROLL for (int i = 0; i < count; i++) put_pixel(y + (size_t)i * j->out, acc[i], false);
  }
}

// `count` pixels of one row from `column`, of each of `images`; `left` and `right` say that the block touches the
// images' edges.
CONV_INLINE void row_block(
  const same_job *j, size_t row, size_t column, const int count, const int images, const bool left, const bool right) {
  lanes acc[PIXELS];
  UNROLL for (int i = 0; i < count * images; i++) acc[i] = zero_lanes();
  size_t in = j->in, image = j->height * j->width, first_tap = row == 0 ? 1 : 0, end_tap = row + 1 == j->height ? 2 : 3;
  for (size_t tap = first_tap; tap < end_tap; tap++) {
    const element *x = j->x + ((row + tap - 1) * j->width + column) * in;
    const element *w = j->w + tap * (in / UNIT) * 3 * UNIT_LANES;
    for (size_t c = 0; c < in; c += UNIT, x += UNIT, w += 3 * UNIT_LANES) {
      units w0 = load_units(w), w1 = load_units(w + UNIT_LANES), w2 = load_units(w + 2 * UNIT_LANES);
      UNROLL for (int n = 0; n < images; n++) {
        lanes *a = acc + n * count;
        UNROLL for (int i = left ? 0 : -1; i < (right ? count : count + 1); i++) {
          units b = broadcast_for_block(x + (size_t)n * image * in + (ptrdiff_t)i * (ptrdiff_t)in);
          if (i + 1 < count) add_to_block(&a[i + 1], b, w0);
          if (i >= 0 && i < count) add_to_block(&a[i], b, w1);
          if (i >= 1) add_to_block(&a[i - 1], b, w2);
        }
      }
    }
  }
  fetch_ahead(j->ahead, LINES_PER_BLOCK);
  UNROLL for (int n = 0; n < images; n++) {
    finish_same(j, acc + n * count, (size_t)n * image + row * j->width + column, count);
  }
}

#define ROW_BLOCK(name, count, images)                                                  \
  CONV_TARGET static void name(const same_job *j, size_t row, size_t column) {          \
    bool left = column == 0, right = column + (count) == j->width;                      \
    if (left && right) row_block(j, row, column, count, images, true, true);            \
    else if (left) row_block(j, row, column, count, images, true, false);               \
    else if (right) row_block(j, row, column, count, images, false, true);              \
    else row_block(j, row, column, count, images, false, false);                        \
  }

ROW_BLOCK(row_12, 12, 1)
ROW_BLOCK(row_8, 8, 1)
ROW_BLOCK(row_4, 4, 1)
ROW_BLOCK(row_2, 2, 1)
ROW_BLOCK(row_1, 1, 1)

#if REGISTERS == 32

ROW_BLOCK(row_16, 16, 1)

CONV_TARGET static void whole_row(const same_job *j, size_t row) {
  size_t column = 0, width = j->width;
  for (; column + 16 <= width; column += 16) row_16(j, row, column);
  if (column + 12 <= width) { row_12(j, row, column); column += 12; }
  if (column + 8 <= width) { row_8(j, row, column); column += 8; }
  if (column + 4 <= width) { row_4(j, row, column); column += 4; }
  if (column + 2 <= width) { row_2(j, row, column); column += 2; }
  if (column < width) row_1(j, row, column);
}

// `rows` whole rows of a narrow image (width = `columns`); `top` and `bottom` say that they touch the edges.
CONV_INLINE void image_block(
  const same_job *j, size_t row, const int rows, const int columns, const bool top, const bool bottom) {
  // A whole 4 x 4 image has so few products per step that its inner pixels, which get nine each, would wait for their
  // own sums: the last four of these go to a second sum.
  const bool split = rows * columns == 16 && top && bottom;
  lanes acc[PIXELS], rest[PIXELS];
  UNROLL for (int i = 0; i < rows * columns; i++) acc[i] = rest[i] = zero_lanes();
  size_t in = j->in, tap_step = (in / UNIT) * 3 * UNIT_LANES;
  const element *x = j->x + row * (size_t)columns * in, *w = j->w;
  for (size_t c = 0; c < in; c += UNIT, x += UNIT, w += 3 * UNIT_LANES) {
    units taps[TAPS];
    load_taps(taps, w, tap_step);
    UNROLL for (int r = top ? 0 : -1; r < (bottom ? rows : rows + 1); r++) {
      UNROLL for (int i = 0; i < columns; i++) {
        units b = broadcast_unit_in_order(x + (ptrdiff_t)(r * columns + i) * (ptrdiff_t)in);
        UNROLL for (int t = 0; t < TAPS; t++) {
          int to_row = r + 1 - t / 3, to_column = i + 1 - t % 3;
          if (to_row >= 0 && to_row < rows && to_column >= 0 && to_column < columns) {
            int to = to_row * columns + to_column;
            bool inner = to_row > 0 && to_row + 1 < rows && to_column > 0 && to_column + 1 < columns;
            add_product_in_order(split && inner && t % 2 == 1 ? &rest[to] : &acc[to], b, taps[t]);
          }
        }
      }
    }
  }
  UNROLL for (int i = 0; i < rows * columns && split; i++) acc[i] = add_lanes(acc[i], rest[i]);
  fetch_ahead(j->ahead, LINES_PER_BLOCK);
  finish_same(j, acc, row * (size_t)columns, rows * columns);
}

#define IMAGE_BLOCK(name, rows, columns)                                              \
  CONV_TARGET static void name(const same_job *j, size_t row) {                       \
    bool top = row == 0, bottom = row + (rows) == j->height;                          \
    if (top && bottom) image_block(j, row, rows, columns, true, true);                \
    else if (top) image_block(j, row, rows, columns, true, false);                    \
    else if (bottom) image_block(j, row, rows, columns, false, true);                 \
    else image_block(j, row, rows, columns, false, false);                            \
  }

IMAGE_BLOCK(block_4x4, 4, 4)
IMAGE_BLOCK(block_2x8, 2, 8)

CONV_TARGET static void whole_image(const same_job *j) {
  size_t row = 0;
  if (j->width == 4) {
    for (; row + 4 <= j->height; row += 4) block_4x4(j, row);
  } else if (j->width == 8) {
    for (; row + 2 <= j->height; row += 2) block_2x8(j, row);
  }
  for (; row < j->height; row++) whole_row(j, row);
}

/// Convolves an image. Returns how many of `left` it took.
CONV_INLINE size_t convolve_images(const same_job *j, size_t left) {
  (void)left;
  whole_image(j);
  return 1;
}

#else

ROW_BLOCK(row_4_of_3, 4, 3)
ROW_BLOCK(row_2_of_3, 2, 3)
ROW_BLOCK(row_1_of_3, 1, 3)

CONV_TARGET static void whole_row(const same_job *j, size_t row) {
  size_t column = 0, width = j->width;
  // 16 are two blocks of 8: a block of 4 waits for its own sums.
  for (; column + 12 <= width && column + 16 != width; column += 12) row_12(j, row, column);
  for (; column + 8 <= width; column += 8) row_8(j, row, column);
  if (column + 4 <= width) { row_4(j, row, column); column += 4; }
  if (column + 2 <= width) { row_2(j, row, column); column += 2; }
  if (column < width) row_1(j, row, column);
}

CONV_TARGET static void whole_row_of_3(const same_job *j, size_t row) {
  size_t column = 0, width = j->width;
  for (; column + 4 <= width; column += 4) row_4_of_3(j, row, column);
  if (column + 2 <= width) { row_2_of_3(j, row, column); column += 2; }
  if (column < width) row_1_of_3(j, row, column);
}

/// Convolves three images together, since four pixels of each fill the registers however narrow they are, and else one.
/// Returns how many of `left` it took.
CONV_INLINE size_t convolve_images(const same_job *j, size_t left) {
  if (left >= 3) {
    for (size_t row = 0; row < j->height; row++) whole_row_of_3(j, row);
    return 3;
  }
  for (size_t row = 0; row < j->height; row++) whole_row(j, row);
  return 1;
}

#endif

// Output channels outermost: a vector of them needs few weights, which stay in the nearest cache while images pass.
CONV_TARGET static void convolve_same(
  const element *x, const element *packed, element *y, bool accumulate, double *sums, const conv_shape *s) {
  size_t pixels = s->height * s->width;
  if (sums != NULL) memset(sums, 0, 2 * s->channels_out * sizeof(double));
  for (size_t c = 0; c < s->channels_out; c += LANES) {
    float image_sums[2 * LANES];
    same_job j = {
      x, packed + c * TAPS * s->channels_in, y + c, sums == NULL ? NULL : image_sums, accumulate,
      s->height, s->width, s->channels_in, s->channels_out, rk_thread_read_ahead()};
    for (size_t left = s->images; left > 0;) {
      memset(image_sums, 0, sizeof image_sums);
      size_t done = convolve_images(&j, left);
      add_image(sums, image_sums, c, s->channels_out);
      j.x += done * pixels * s->channels_in;
      j.y += done * pixels * s->channels_out;
      left -= done;
    }
  }
}
