// 3 x 3, stride 2, padding 1: the forward convolution, which halves an image, and its data gradient, which doubles it.

#include "conv3x3.h"

#if defined(__x86_64__)

#define UNROLL _Pragma("clang loop unroll(full)")

typedef struct {
  const uint16_t *x, *w;  // one image of the input; the weights of 16 output channels: [row][pair][column][16][2]
  uint16_t *y;            // its output at those channels
  float *sums;            // 2 x 16, nullable
  size_t height, width, out_height, out_width, in, out;
} job;

CONV_INLINE void load_taps(__m512bh *taps, const uint16_t *w, size_t row_step) {
  UNROLL for (int t = 0; t < TAPS; t++) {
    taps[t] = load_pairs(w + (size_t)(t / 3) * row_step + (size_t)(t % 3) * PAIR_LANES);
  }
}

// ---- Forward: `rows` x `columns` outputs, each input pixel broadcast once. Edges that exist only in images of odd
// size are `right` and `bottom`.

CONV_INLINE void halving_block(
  const job *j, size_t row, size_t column, const int rows, const int columns, const bool top, const bool left,
  const bool bottom, const bool right) {
  __m512 acc[16];
  UNROLL for (int i = 0; i < rows * columns; i++) acc[i] = _mm512_setzero_ps();
  size_t in = j->in, row_step = (in / 2) * 3 * PAIR_LANES;
  const uint16_t *x = j->x + (2 * row * j->width + 2 * column) * in, *w = j->w;
  for (size_t c = 0; c < in; c += 2, x += 2, w += 3 * PAIR_LANES) {
    __m512bh taps[TAPS];
    load_taps(taps, w, row_step);
    UNROLL for (int r = top ? 0 : -1; r < (bottom ? 2 * rows - 1 : 2 * rows); r++) {
      const uint16_t *from = x + (ptrdiff_t)r * (ptrdiff_t)(j->width * in);
      UNROLL for (int i = left ? 0 : -1; i < (right ? 2 * columns - 1 : 2 * columns); i++) {
        __m512bh b = broadcast_pair(from + (ptrdiff_t)i * (ptrdiff_t)in);
        UNROLL for (int t = 0; t < TAPS; t++) {
          // Input = 2 output + tap - 1, for the rows and the columns.
          int up = r + 1 - t / 3, across = i + 1 - t % 3;
          if (up >= 0 && up % 2 == 0 && up / 2 < rows && across >= 0 && across % 2 == 0 && across / 2 < columns) {
            int to = up / 2 * columns + across / 2;
            acc[to] = _mm512_dpbf16_ps(acc[to], b, taps[t]);
          }
        }
      }
    }
  }
  __m512 sum = _mm512_setzero_ps(), square = _mm512_setzero_ps();
  uint16_t *y = j->y + (row * j->out_width + column) * j->out;
  UNROLL for (int i = 0; i < rows * columns; i++) {
    uint16_t *to = y + ((size_t)(i / columns) * j->out_width + (size_t)(i % columns)) * j->out;
    store_pixel(to, acc[i], &sum, &square, true);
  }
  if (j->sums != NULL) {
    _mm512_storeu_ps(j->sums, _mm512_add_ps(_mm512_loadu_ps(j->sums), sum));
    _mm512_storeu_ps(j->sums + LANES, _mm512_add_ps(_mm512_loadu_ps(j->sums + LANES), square));
  }
}

#define HALVING(name, rows, columns)                                                                      \
  CONV_TARGET static void name(const job *j, size_t row, size_t column) {                                 \
    if (row == 0 && column == 0) halving_block(j, row, column, rows, columns, true, true, false, false);  \
    else if (row == 0) halving_block(j, row, column, rows, columns, true, false, false, false);           \
    else if (column == 0) halving_block(j, row, column, rows, columns, false, true, false, false);        \
    else halving_block(j, row, column, rows, columns, false, false, false, false);                        \
  }

HALVING(halving_1x16, 1, 16)
HALVING(halving_2x8, 2, 8)
HALVING(halving_4x4, 4, 4)
HALVING(halving_1x8, 1, 8)
HALVING(halving_1x4, 1, 4)

// One output at a time, for what the blocks leave over.
CONV_TARGET static void halving_pixel(const job *j, size_t row, size_t column) {
  bool bottom = 2 * row + 1 == j->height, right = 2 * column + 1 == j->width;
  size_t edges = (row == 0 ? 8u : 0u) + (column == 0 ? 4u : 0u) + (bottom ? 2u : 0u) + (right ? 1u : 0u);
#define CASE(k) \
  case k: halving_block(j, row, column, 1, 1, (k & 8) != 0, (k & 4) != 0, (k & 2) != 0, (k & 1) != 0); break;
  switch (edges) {
    CASE(0) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
    CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14) CASE(15)
  }
#undef CASE
}

CONV_TARGET static void halving_row(const job *j, size_t row) {
  size_t column = 0, width = j->width / 2;  // columns whose right neighbour exists
  if (2 * row + 1 < j->height) {
    for (; column + 16 <= width; column += 16) halving_1x16(j, row, column);
    for (; column + 8 <= width; column += 8) halving_1x8(j, row, column);
    for (; column + 4 <= width; column += 4) halving_1x4(j, row, column);
  }
  for (; column < j->out_width; column++) halving_pixel(j, row, column);
}

CONV_TARGET static void halving_image(const job *j) {
  size_t row = 0;
  if (j->width == 8) {
    for (; 2 * (row + 4) <= j->height; row += 4) halving_4x4(j, row, 0);
  } else if (j->width == 16) {
    for (; 2 * (row + 2) <= j->height; row += 2) halving_2x8(j, row, 0);
  }
  for (; row < j->out_height; row++) halving_row(j, row);
}

CONV_TARGET void rk_conv3x3_halving(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, const conv_shape *s) {
  if (sums != NULL) memset(sums, 0, 2 * s->channels_out * sizeof(double));
  for (size_t c = 0; c < s->channels_out; c += LANES) {
    float image_sums[2 * LANES];
    job j = {x, packed + c * TAPS * s->channels_in, y + c, sums == NULL ? NULL : image_sums, s->height, s->width,
      s->out_height, s->out_width, s->channels_in, s->channels_out};
    for (size_t n = 0; n < s->images; n++) {
      memset(image_sums, 0, sizeof image_sums);
      halving_image(&j);
      if (sums != NULL) {
        add_sums(sums + c, _mm512_loadu_ps(image_sums));
        add_sums(sums + s->channels_out + c, _mm512_loadu_ps(image_sums + LANES));
      }
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
  const uint16_t *dy, *w;
  uint16_t *dx;
  size_t height, width, out_height, out_width, in, out;  // of dx, of dy; channels of dx, of dy
} gradient_job;

CONV_INLINE void doubling_block(
  const gradient_job *j, size_t row, size_t column, const int count, const bool right, const bool below) {
  __m512 even_even[4], even_odd[4], odd_even[4], odd_odd[4], odd_odd_below[4];
  UNROLL for (int i = 0; i < count; i++) {
    even_even[i] = even_odd[i] = odd_even[i] = odd_odd[i] = odd_odd_below[i] = _mm512_setzero_ps();
  }
  size_t channels = j->out, row_step = (channels / 2) * 3 * PAIR_LANES;
  const uint16_t *here = j->dy + (row * j->out_width + column) * channels, *next = here + j->out_width * channels;
  const uint16_t *w = j->w;
  for (size_t c = 0; c < channels; c += 2, here += 2, next += 2, w += 3 * PAIR_LANES) {
    __m512bh taps[TAPS];
    load_taps(taps, w, row_step);
    UNROLL for (int i = 0; i < (right ? count + 1 : count); i++) {
      __m512bh b = broadcast_pair(here + (size_t)i * channels);
      if (i < count) {
        even_even[i] = _mm512_dpbf16_ps(even_even[i], b, taps[4]);
        even_odd[i] = _mm512_dpbf16_ps(even_odd[i], b, taps[5]);
        odd_even[i] = _mm512_dpbf16_ps(odd_even[i], b, taps[7]);
        odd_odd[i] = _mm512_dpbf16_ps(odd_odd[i], b, taps[8]);
      }
      if (i > 0) {
        even_odd[i - 1] = _mm512_dpbf16_ps(even_odd[i - 1], b, taps[3]);
        odd_odd[i - 1] = _mm512_dpbf16_ps(odd_odd[i - 1], b, taps[6]);
      }
      if (below) {
        __m512bh d = broadcast_pair(next + (size_t)i * channels);
        if (i < count) {
          odd_even[i] = _mm512_dpbf16_ps(odd_even[i], d, taps[1]);
          odd_odd_below[i] = _mm512_dpbf16_ps(odd_odd_below[i], d, taps[2]);
        }
        if (i > 0) odd_odd_below[i - 1] = _mm512_dpbf16_ps(odd_odd_below[i - 1], d, taps[0]);
      }
    }
  }
  __m512 unused = _mm512_setzero_ps();
  bool odd_row = 2 * row + 1 < j->height;
  UNROLL for (int i = 0; i < count; i++) {
    size_t across = 2 * (column + (size_t)i);
    uint16_t *to = j->dx + (2 * row * j->width + across) * j->in, *under = to + j->width * j->in;
    bool odd_column = across + 1 < j->width;
    store_pixel(to, even_even[i], &unused, &unused, false);
    if (odd_column) store_pixel(to + j->in, even_odd[i], &unused, &unused, false);
    if (odd_row) store_pixel(under, odd_even[i], &unused, &unused, false);
    if (odd_row && odd_column) {
      store_pixel(under + j->in, _mm512_add_ps(odd_odd[i], odd_odd_below[i]), &unused, &unused, false);
    }
  }
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

CONV_TARGET void rk_conv3x3_doubling(
  const uint16_t *dy, const uint16_t *packed, uint16_t *dx, const conv_shape *s) {
  for (size_t c = 0; c < s->channels_in; c += LANES) {
    gradient_job j = {dy, packed + c * TAPS * s->channels_out, dx + c, s->height, s->width, s->out_height,
      s->out_width, s->channels_in, s->channels_out};
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

#endif
