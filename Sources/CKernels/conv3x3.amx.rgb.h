// 3 x 3, stride 1, padding 1 of images of three colours by tiles. The 27 numbers that an output is made of fit into one
// row of a tile: they are copied there, and what is left is a 1 x 1 convolution of 32 channels, five of which count for
// nothing. They hold numbers of the same image: as long as images are finite, zeros of weights meet them.

#include "conv3x3.rgb.image.h"

/// Vectors of a row's numbers, and elements of the weights of 16 outputs.
enum { RGB_BLOCKS = TILE_NUMBERS / LANES, RGB_BLOCK = TILE_ELEMENTS };

/// Rows of outputs whose numbers are copied together.
static size_t rgb_rows(size_t height, size_t width) {
  size_t rows = ROWS_AT_ONCE / width;
  return rows == 0 ? 1 : rows < height ? rows : height;
}

CONV_TARGET static size_t rgb_packed_bytes(size_t channels_out) {
  return channels_out / LANES * RGB_BLOCK * sizeof(element);
}

/// [16 outputs][pair of numbers][16 pairs].
CONV_TARGET static void rgb_pack(const float *weights, size_t channels_out, element *packed) {
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t number = 0; number < TILE_NUMBERS; number += UNIT, packed += UNIT_LANES) {
      rgb_pack_unit(weights + o * RGB_TAPS, number, RGB_TAPS, packed);
    }
  }
}

// ---- Scratch memory: an image between zeros, rows of numbers, pairs of both factors, sums of all channels. ----

typedef struct {
  size_t framed, rows, in, out, sums;
} rgb_bytes;

static rgb_bytes rgb_bytes_of(size_t height, size_t width) {
  size_t pixels = whole_tiles(rgb_rows(height, width) * width), tiles = divide_up(pixels, TILE_NUMBERS);
  return (rgb_bytes){
    // A row's last copy reaches beyond what it is of, both where it is read and where it is written.
    .framed = in_lines((height + 2) * (width + 2) * COLOURS + TILE_NUMBERS, sizeof(element)),
    .rows = in_lines((pixels + 1) * TILE_NUMBERS, sizeof(element)),
    .in = in_lines(RGB_BLOCKS * tiles * TILE_ELEMENTS, sizeof(element)),
    .out = in_lines(tiles * TILE_ELEMENTS, sizeof(element)),
    .sums = MOST_CHANNELS / LANES * RGB_BLOCKS * TILE_FLOATS * sizeof(float)};
}

CONV_TARGET static size_t rgb_scratch_bytes(size_t height, size_t width) {
  rgb_bytes b = rgb_bytes_of(height, width);
  return LINE_BYTES + b.framed + b.rows + b.in + b.out + b.sums;
}

typedef struct {
  element *framed, *rows, *in, *out;
  float *sums;
} rgb_memory;

/// The memory's parts, of which the frame is zero.
static rgb_memory rgb_divide(size_t height, size_t width, void *scratch) {
  rgb_bytes b = rgb_bytes_of(height, width);
  char *framed = aligned_to_line(scratch), *rows = framed + b.framed, *in = rows + b.rows, *out = in + b.in;
  memset(framed, 0, b.framed);
  return (rgb_memory){
    (element *)framed, (element *)rows, (element *)in, (element *)out, (float *)(out + b.out)};
}

/// The numbers of every output of `rows` rows from `first` on.
CONV_TARGET static void rgb_numbers(const element *framed, size_t width, size_t first, size_t rows, element *to) {
  const size_t step = (width + 2) * COLOURS;
  for (size_t r = first; r < first + rows; r++) {
    const element *from = framed + r * step;
    for (size_t c = 0; c < width; c++, from += COLOURS, to += TILE_NUMBERS) {
      // What each copy writes beyond its nine numbers the next replaces.
      UNROLL for (size_t tap_row = 0; tap_row < 3; tap_row++) {
        __m256i numbers = _mm256_loadu_si256((const __m256i *)(from + tap_row * step));
        _mm256_storeu_si256((__m256i *)(to + tap_row * ROW_NUMBERS), numbers);
      }
    }
  }
}

CONV_TARGET static void rgb_forward(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch) {
  rgb_memory m = rgb_divide(height, width, scratch);
  const size_t most = rgb_rows(height, width);
  if (sums != NULL) memset(sums, 0, 2 * channels_out * sizeof(double));
  begin_tiles();
  for (size_t n = 0; n < images; n++, x += height * width * COLOURS) {
    rgb_frame(x, height, width, m.framed);
    for (size_t row = 0; row < height; row += most) {
      size_t rows = height - row < most ? height - row : most;
      rgb_numbers(m.framed, width, row, rows, m.rows);
      multiply_rows(m.rows, packed, y, false, NULL, sums, rows * width, TILE_NUMBERS, channels_out);
      y += rows * width * channels_out;
    }
  }
  end_tiles();
}

// ---- Weight gradient ----

/// Adds the sums of all tiles in the layout of the other kernels, [16 outputs][number][16 outputs].
CONV_TARGET static void rgb_add_sums(const float *sums, size_t channels_out, float *gradient) {
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t block = 0; block < RGB_BLOCKS; block++, sums += TILE_FLOATS) {
      lanes r[LANES];
      for (size_t k = 0; k < LANES; k++) r[k] = load_lanes(sums + k * LANES);
      transpose(r);
      for (size_t k = 0; k < LANES && block * LANES + k < RGB_TAPS; k++) {
        float *to = gradient + (o * RGB_TAPS) + (block * LANES + k) * LANES;
        store_lanes(to, add_lanes(load_lanes(to), r[k]));
      }
    }
  }
}

CONV_TARGET static void rgb_weight_gradient(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch) {
  rgb_memory m = rgb_divide(height, width, scratch);
  const size_t most = rgb_rows(height, width), blocks = channels_out / LANES;
  read_ahead *ahead = rk_thread_read_ahead();
  memset(m.sums, 0, blocks * RGB_BLOCKS * TILE_FLOATS * sizeof(float));
  begin_tiles();
  for (size_t n = 0; n < images; n++, x += height * width * COLOURS) {
    rgb_frame(x, height, width, m.framed);
    for (size_t row = 0; row < height; row += most) {
      size_t pixels = (height - row < most ? height - row : most) * width, tiles = divide_up(pixels, TILE_NUMBERS);
      rgb_numbers(m.framed, width, row, pixels / width, m.rows);
      pack_right_pairs(m.rows, NULL, 0, pixels, TILE_NUMBERS, tiles, tiles * TILE_ELEMENTS, m.in);
      for (size_t o = 0; o < blocks; o++) {
        pack_left_pairs(dy + o * LANES, 0, pixels, channels_out, LANES, tiles, tiles * TILE_ELEMENTS, m.out);
        add_pairs(
          m.in, m.out, tiles, tiles * TILE_ELEMENTS, m.sums + o * RGB_BLOCKS * TILE_FLOATS, RGB_BLOCKS, ahead);
      }
      dy += pixels * channels_out;
    }
  }
  end_tiles();
  rgb_add_sums(m.sums, channels_out, gradient);
}
