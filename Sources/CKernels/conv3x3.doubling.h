// 3 x 3, stride 2, padding 1: the data gradient, which doubles an image. With j, i the place in dy,
//   dx[2j    ][2i    ] = dy[j][i] w11
//   dx[2j    ][2i + 1] = dy[j][i] w12 + dy[j][i + 1] w10
//   dx[2j + 1][2i    ] = dy[j][i] w21 + dy[j + 1][i] w01
//   dx[2j + 1][2i + 1] = dy[j][i] w22 + dy[j][i + 1] w20 + dy[j + 1][i] w02 + dy[j + 1][i + 1] w00

typedef struct {
  const element *dy, *w;
  element *dx;
  bool accumulate;  // whether to add to dx instead
  size_t height, width, out_height, out_width, in, out;  // of dx, of dy; channels of dx, of dy
} gradient_job;

#if REGISTERS == 32

// `count` pixels of a row of dy make 2 x 2 `count` pixels of dx at once. The last sum's four products go to two sums,
// so that none waits for another. `right` and `below` say whether there are a column i + 1 after the last one and a
// row j + 1.

/// What `count` pixels of dy make, by the rows and the columns of dx.
typedef struct {
  const lanes *even_even, *even_odd, *odd_even, *odd_odd;
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
  lanes even_even[4], even_odd[4], odd_even[4], odd_odd[4], odd_odd_below[4];
  UNROLL for (int i = 0; i < count; i++) {
    even_even[i] = even_odd[i] = odd_even[i] = odd_odd[i] = odd_odd_below[i] = zero_lanes();
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
  UNROLL for (int i = 0; i < count; i++) odd_odd[i] = add_lanes(odd_odd[i], odd_odd_below[i]);
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

/// Makes the gradient of one image, and returns how many of `left` it took.
CONV_INLINE size_t double_images(const gradient_job *j, size_t left) {
  (void)left;
  for (size_t row = 0; row < j->out_height; row++) {
    size_t column = 0;
    for (; column + 4 <= j->out_width; column += 4) doubling_4(j, row, column);
    for (; column + 2 <= j->out_width; column += 2) doubling_2(j, row, column);
    if (column < j->out_width) doubling_1(j, row, column);
  }
  return 1;
}

#else

// One row of dx at a time, of up to three images: an even row meets the middle row of taps, an odd one the lower row
// with the row of dy beside it and the upper row with the one below.

/// Adds the products of `count` pixels from `dy` on, of each of `images`, with a row of taps; `right` says whether
/// there is a column after them.
CONV_INLINE void add_row(
  lanes *even, lanes *odd, const element *dy, const element *w, size_t channels, size_t image, const int count,
  const int images, const bool right) {
  for (size_t c = 0; c < channels; c += UNIT, dy += UNIT, w += 3 * UNIT_LANES) {
    units w0 = load_units(w), w1 = load_units(w + UNIT_LANES), w2 = load_units(w + 2 * UNIT_LANES);
    UNROLL for (int n = 0; n < images; n++) {
      lanes *e = even + n * count, *o = odd + n * count;
      UNROLL for (int i = 0; i < (right ? count + 1 : count); i++) {
        units b = broadcast_for_block(dy + (size_t)n * image + (size_t)i * channels);
        if (i < count) {
          add_to_block(&e[i], b, w1);
          add_to_block(&o[i], b, w2);
        }
        if (i > 0) add_to_block(&o[i - 1], b, w0);
      }
    }
  }
}

CONV_INLINE void doubling_block(
  const gradient_job *j, size_t row, size_t column, const int count, const int images, const bool right) {
  lanes even[PIXELS / 2], odd[PIXELS / 2];
  UNROLL for (int i = 0; i < count * images; i++) even[i] = odd[i] = zero_lanes();
  size_t at = row / 2, image = j->out_height * j->out_width * j->out, row_step = (j->out / UNIT) * 3 * UNIT_LANES;
  const element *here = j->dy + (at * j->out_width + column) * j->out, *below = here + j->out_width * j->out;
  if (row % 2 == 0) {
    add_row(even, odd, here, j->w + row_step, j->out, image, count, images, right);
  } else {
    add_row(even, odd, here, j->w + 2 * row_step, j->out, image, count, images, right);
    if (at + 1 < j->out_height) add_row(even, odd, below, j->w, j->out, image, count, images, right);
  }
  UNROLL for (int i = 0; i < count * images; i++) {
    size_t across = 2 * (column + (size_t)(i % count));
    element *to = j->dx + (((size_t)(i / count) * j->height + row) * j->width + across) * j->in;
    put_pixel(to, even[i], j->accumulate);
    if (across + 1 < j->width) put_pixel(to + j->in, odd[i], j->accumulate);
  }
}

#define DOUBLING(name, count, images)                                                             \
  CONV_TARGET static void name(const gradient_job *j, size_t row, size_t column) {                \
    if (column + (count) < j->out_width) doubling_block(j, row, column, count, images, true);     \
    else doubling_block(j, row, column, count, images, false);                                    \
  }

DOUBLING(doubling_2_of_3, 2, 3)
DOUBLING(doubling_1_of_3, 1, 3)
DOUBLING(doubling_6, 6, 1)
DOUBLING(doubling_4, 4, 1)
DOUBLING(doubling_2, 2, 1)
DOUBLING(doubling_1, 1, 1)

/// Makes the gradients of one or three images, and returns how many of `left` it took.
CONV_INLINE size_t double_images(const gradient_job *j, size_t left) {
  bool together = left >= 3;
  for (size_t row = 0; row < j->height; row++) {
    size_t column = 0, width = j->out_width;
    if (together) {
      for (; column + 2 <= width; column += 2) doubling_2_of_3(j, row, column);
      if (column < width) doubling_1_of_3(j, row, column);
    } else {
      // Eight pixels that 6 would leave two of are two blocks of 4.
      for (; column + 6 <= width && column + 8 != width; column += 6) doubling_6(j, row, column);
      for (; column + 4 <= width; column += 4) doubling_4(j, row, column);
      for (; column + 2 <= width; column += 2) doubling_2(j, row, column);
      if (column < width) doubling_1(j, row, column);
    }
  }
  return together ? 3 : 1;
}

#endif

CONV_TARGET static void convolve_doubling(
  const element *dy, const element *packed, element *dx, bool accumulate, const conv_shape *s) {
  for (size_t c = 0; c < s->channels_in; c += LANES) {
    gradient_job j = {dy, packed + c * TAPS * s->channels_out, dx + c, accumulate, s->height, s->width,
      s->out_height, s->out_width, s->channels_in, s->channels_out};
    for (size_t left = s->images; left > 0;) {
      size_t done = double_images(&j, left);
      j.dy += done * s->out_height * s->out_width * s->channels_out;
      j.dx += done * s->height * s->width * s->channels_in;
      left -= done;
    }
  }
}
