// 3 x 3, stride 1, padding 1 by Winograd's algorithm, for images of even height and width. A block of tiles is
// transformed, multiplied with the transformed weights point by point, and transformed back before the next, so that
// what lies between stays in cache. Written for either type, and compiled for float32 alone: bfloat16 would round V and
// U once more, which doubles the error of a convolution.

#include "conv3x3.winograd.transforms.h"

/// Rows of tiles that are worked through at a time, of `rows`: at most `tiles` tiles, but one row at least.
static size_t rows_of_block(const tile_grid *g, size_t rows, size_t tiles) {
  size_t most = tiles / g->columns;
  if (most == 0) most = 1;
  return rows < most ? rows : most;
}

// A point's planes and weights stay in the nearest cache, and those of all points in the second. With many channels
// weights, read once for every block, weigh more. Measured, as the next.
static size_t tiles_of_block(size_t channels_in, size_t channels_out) {
  return channels_in <= 64 && channels_out <= 64 ? 16 : 32;
}

// The same for the gradient, whose sums are read and written once for every block.
static size_t tiles_of_gradient_block(size_t channels_in, size_t channels_out) {
  return channels_in <= 64 && channels_out <= 64 ? 32 : 64;
}

/// Bytes of scratch that any direction needs: planes of both tensors.
static size_t winograd_scratch_bytes(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out) {
  tile_grid g = grid_of(height, width);
  size_t most = tiles_of_gradient_block(channels_in, channels_out);
  size_t tiles = rows_of_block(&g, images * g.rows_per_image, most) * g.columns;
  size_t numbers = planes_of(tiles, channels_in).plane + planes_of(tiles, channels_out).plane;
  return POINTS * numbers * sizeof(float) + LINE_BYTES;
}

// ---- Products -----------------------------------------------------------------------------------------------------

// `count` tiles times the weights of one point, 16 outputs: they stay in registers.
CONV_INLINE void multiply_tiles(
  const element *v, size_t slice_step, const element *u, float *m, size_t channels, const int count) {
  lanes acc[24];
  UNROLL for (int i = 0; i < count * SLICE_VECTORS; i++) acc[i] = zero_lanes();
  for (size_t slice = 0; slice < channels; slice += SLICE, v += slice_step) {
    for (int c = 0; c < SLICE; c += UNIT, u += SLICE * UNIT) {
      units w[SLICE_VECTORS];
      UNROLL for (int q = 0; q < SLICE_VECTORS; q++) w[q] = load_units(u + q * UNIT_LANES);
      UNROLL for (int t = 0; t < count; t++) {
        units b = broadcast_for_block(v + t * SLICE + c);
        UNROLL for (int q = 0; q < SLICE_VECTORS; q++) add_to_block(&acc[t * SLICE_VECTORS + q], b, w[q]);
      }
    }
  }
  UNROLL for (int i = 0; i < count * SLICE_VECTORS; i++) store_lanes(m + i * LANES, acc[i]);
}

// Cache lines of what comes next: twice the bytes of the outputs, of whose products this is a 16th.
#define LINES_FOR(count) ((int)((count) * 4 * SLICE * sizeof(element) * 2 / POINTS + LINE_BYTES - 1) / LINE_BYTES)

#define MULTIPLY(count)                                                                                   \
  CONV_TARGET static void multiply_##count(                                                               \
    const element *v, size_t slice_step, const element *u, float *m, size_t channels, read_ahead *ahead) { \
    multiply_tiles(v, slice_step, u, m, channels, count);                                                 \
    fetch_ahead(ahead, LINES_FOR(count));                                                                 \
  }

#if REGISTERS == 32
MULTIPLY(24)
MULTIPLY(16)
MULTIPLY(8)
#else
MULTIPLY(6)
#endif
MULTIPLY(4)
MULTIPLY(2)
MULTIPLY(1)

#undef MULTIPLY

// All tiles of a block, one point: `v` in slices of `in` channels, `u` [16 outputs][unit of inputs][16].
CONV_TARGET static void multiply_plane(
  const element *v, const element *u, float *m, size_t tiles, size_t in, size_t out, read_ahead *ahead) {
  const size_t step = tiles * SLICE;
#define TAKE(count) \
  for (; t + (count) <= tiles; t += (count)) multiply_##count(v + t * SLICE, step, u, m + t * SLICE, in, ahead)
  for (size_t o = 0; o < out; o += SLICE, u += SLICE * in, m += step) {
    size_t t = 0;
#if REGISTERS == 32
    TAKE(24);
    TAKE(16);
    TAKE(8);
#else
    TAKE(6);
#endif
    TAKE(4);
    TAKE(2);
    TAKE(1);
  }
#undef TAKE
}

// ---- Both directions ----------------------------------------------------------------------------------------------

CONV_TARGET static void convolve_winograd(
  const element *x, const element *packed, element *y, bool accumulate, double *sums, const conv_shape *s,
  void *scratch) {
  const size_t in = s->channels_in, out = s->channels_out;
  tile_grid g = grid_of(s->height, s->width);
  size_t rows = s->images * g.rows_per_image, most = rows_of_block(&g, rows, tiles_of_block(in, out));
  float *m = aligned_to_line(scratch);
  element *v = (element *)(m + POINTS * planes_of(most * g.columns, out).plane);
  float block_sums[2 * MOST_CHANNELS];
  read_ahead *ahead = rk_thread_read_ahead();
  if (sums != NULL) memset(sums, 0, 2 * out * sizeof(double));
  for (size_t row = 0; row < rows; row += most) {
    size_t here = rows - row < most ? rows - row : most, tiles = here * g.columns;
    plane_layout inputs = planes_of(tiles, in), outputs = planes_of(tiles, out);
    for (size_t r = 0; r < here; r++) input_row(&g, x, in, row + r, v + r * g.columns * SLICE, &inputs);
    for (size_t p = 0; p < POINTS; p++) {
      multiply_plane(
        v + p * inputs.plane, packed + p * weights_plane(in, out), m + p * outputs.plane, tiles, in, out,
        ahead);
    }
    if (sums != NULL) memset(block_sums, 0, 2 * out * sizeof(float));
    for (size_t r = 0; r < here; r++) {
      const float *from = m + r * g.columns * SLICE;
      if (sums != NULL) output_row(&g, from, &outputs, y, out, row + r, block_sums, WRITE_AND_SUM);
      else if (accumulate) output_row(&g, from, &outputs, y, out, row + r, NULL, ADD);
      else output_row(&g, from, &outputs, y, out, row + r, NULL, WRITE);
    }
    for (size_t c = 0; c < out && sums != NULL; c += LANES) add_image(sums, block_sums + 2 * c, c, out);
  }
}

CONV_TARGET static void winograd_forward(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, void *scratch) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, 1);
  convolve_winograd(x, packed, y, false, sums, &s, scratch);
}

CONV_TARGET static void winograd_data_gradient(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, void *scratch) {
  conv_shape s = make_conv_shape(images, height, width, channels_out, channels_in, 1);
  convolve_winograd(dy, packed, dx, accumulate, NULL, &s, scratch);
}
