// Images of three colours and the weights that meet them: what the kernels with and without tiles share. The numbers that
// an output is made of are counted by rows of taps, columns and colours, as they lie in an image.

enum { COLOURS = 3, ROW_NUMBERS = 3 * COLOURS, RGB_TAPS = 3 * ROW_NUMBERS };

/// Copies an image into a frame of zeros.
CONV_TARGET static void rgb_frame(const element *x, size_t height, size_t width, element *framed) {
  const size_t row = width * COLOURS, step = row + 2 * COLOURS;
  for (size_t r = 0; r < height; r++) memcpy(framed + (r + 1) * step + COLOURS, x + r * row, row * sizeof(element));
}

/// Packs a vector of outputs' weights (of which `weights` are the first's) for the unit of numbers from `number` on; from
/// `end` on they are zero.
CONV_TARGET static void rgb_pack_unit(const float *weights, size_t number, size_t end, element *packed) {
  float numbers[2][LANES] = {{0}};
  for (size_t e = 0; e < UNIT && number + e < end; e++) {
    size_t tap = (number + e) / COLOURS, colour = (number + e) % COLOURS;
    for (size_t lane = 0; lane < LANES; lane++) {
      numbers[e][lane] = weights[(lane * COLOURS + colour) * TAPS + tap];
    }
  }
  store_weights(packed, load_lanes(numbers[0]), load_lanes(numbers[1]));
}
