// The weight gradient by Winograd's algorithm: for each of 16 points the products V . D of all inputs with all outputs,
// summed over tiles, as [point][input][output]. In float32 only: in bfloat16 two tiles would make a unit.

// Adds the products of `count` inputs with 16 outputs over all tiles of a block.
CONV_INLINE void add_products(
  const float *v, const float *d, float *gradient, size_t tiles, size_t out, const int count) {
  lanes acc[SLICE];
  UNROLL for (int i = 0; i < count * SLICE_VECTORS; i++) {
    acc[i] = load_lanes(gradient + (size_t)(i / SLICE_VECTORS) * out + i % SLICE_VECTORS * LANES);
  }
  for (size_t t = 0; t < tiles; t++, v += SLICE, d += SLICE) {
    lanes w[SLICE_VECTORS];
    UNROLL for (int q = 0; q < SLICE_VECTORS; q++) w[q] = load_lanes(d + q * LANES);
    UNROLL for (int c = 0; c < count; c++) {
      lanes b = broadcast_for_block(v + c);
      UNROLL for (int q = 0; q < SLICE_VECTORS; q++) add_to_block(&acc[c * SLICE_VECTORS + q], b, w[q]);
    }
  }
  UNROLL for (int i = 0; i < count * SLICE_VECTORS; i++) {
    store_lanes(gradient + (size_t)(i / SLICE_VECTORS) * out + i % SLICE_VECTORS * LANES, acc[i]);
  }
}

// 16 inputs with 16 outputs.
CONV_TARGET static void add_slices(
  const float *v, const float *d, float *gradient, size_t tiles, size_t out, read_ahead *ahead) {
#if REGISTERS == 32
  add_products(v, d, gradient, tiles, out, 16);
#else
  add_products(v, d, gradient, tiles, out, 6);
  add_products(v + 6, d, gradient + 6 * out, tiles, out, 6);
  add_products(v + 12, d, gradient + 12 * out, tiles, out, 4);
#endif
  // A line for every 341 multiply-adds, where kernels that make all 36 take one for every 768.
  fetch_ahead(ahead, (int)(tiles * 3 / 4));
}

CONV_TARGET static void winograd_weight_gradient(
  const float *x, const float *dy, float *gradient, size_t images, size_t height, size_t width, size_t channels_in,
  size_t channels_out, void *scratch) {
  const size_t in = channels_in, out = channels_out;
  tile_grid g = grid_of(height, width);
  size_t rows = images * g.rows_per_image, most = rows_of_block(&g, rows, tiles_of_gradient_block(in, out));
  read_ahead *ahead = rk_thread_read_ahead();
  float *v = aligned_to_line(scratch), *d = v + POINTS * planes_of(most * g.columns, in).plane;
  for (size_t row = 0; row < rows; row += most) {
    size_t here = rows - row < most ? rows - row : most, tiles = here * g.columns;
    plane_layout inputs = planes_of(tiles, in), outputs = planes_of(tiles, out);
    for (size_t r = 0; r < here; r++) {
      input_row(&g, x, in, row + r, v + r * g.columns * SLICE, &inputs);
      gradient_row(&g, dy, out, row + r, d + r * g.columns * SLICE, &outputs);
    }
    for (size_t p = 0; p < POINTS; p++) {
      for (size_t i = 0; i < in; i += SLICE) {
        for (size_t o = 0; o < out; o += SLICE) {
          add_slices(
            v + p * inputs.plane + i * tiles, d + p * outputs.plane + o * tiles,
            gradient + p * weights_plane(in, out) + i * out + o, tiles, out,
            ahead);
        }
      }
    }
  }
}
