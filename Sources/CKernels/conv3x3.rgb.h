// 3 x 3, stride 1, padding 1 of images of three colours, the first convolution of a network: nine numbers of a row of
// taps lie one after the other. The image is copied once into a frame of zeros, so that no tap is a special case.

#include "conv3x3.rgb.image.h"

/// Units of a row of taps. In bfloat16 a tenth number is read with the ninth, of the pixel beyond the window's right
/// column, and meets a weight of zero: as long as images are finite, it adds nothing.
enum { ROW_UNITS = (ROW_NUMBERS + UNIT - 1) / UNIT };

/// Elements of the weights of a vector of outputs: [tap row][unit][LANES units].
enum { RGB_BLOCK = 3 * ROW_UNITS * UNIT_LANES };

CONV_TARGET static size_t rgb_packed_bytes(size_t channels_out) {
  return channels_out / LANES * RGB_BLOCK * sizeof(element);
}

/// A frame of units for the weight gradient. The forward kernel needs one of elements, and one element beyond it.
CONV_TARGET static size_t rgb_scratch_bytes(size_t height, size_t width) {
  return (height + 2) * (width + 2) * COLOURS * UNIT * sizeof(element);
}

CONV_TARGET static void rgb_pack(const float *weights, size_t channels_out, element *packed) {
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t end = ROW_NUMBERS; end <= RGB_TAPS; end += ROW_NUMBERS) {
      for (size_t unit = 0; unit < ROW_UNITS; unit++, packed += UNIT_LANES) {
        rgb_pack_unit(weights + o * RGB_TAPS, end - ROW_NUMBERS + unit * UNIT, end, packed);
      }
    }
  }
}

// ---- Forward ----

/// Vectors of outputs that are made together: with 16 registers two, since each pixel's input is broadcast for both.
enum { RGB_VECTORS = REGISTERS == 32 ? 1 : 2, RGB_PIXELS = PIXELS / RGB_VECTORS };

// Unrolled altogether, blocks of few pixels arrive more slowly from the instruction cache than they compute.
#if REGISTERS == 32
#define TAP_ROWS UNROLL
#else
#define TAP_ROWS _Pragma("clang loop unroll(disable)")
#endif

typedef struct {
  const element *x, *w;  // one framed image; the weights of the vectors
  element *y;            // its output at those channels
  float *sums;           // 2 x LANES for each vector, nullable
  size_t row_step, out;  // elements of a framed row; channels of y
} rgb_job;

/// `count` pixels; x and y are those of the first one's upper left tap and of its output.
CONV_INLINE void rgb_block(const rgb_job *j, const element *x, element *y, const int count) {
  lanes acc[RGB_VECTORS][RGB_PIXELS];
  UNROLL for (int v = 0; v < RGB_VECTORS; v++) UNROLL for (int i = 0; i < count; i++) acc[v][i] = zero_lanes();
  TAP_ROWS for (size_t row = 0; row < 3; row++) {
    UNROLL for (size_t unit = 0; unit < ROW_UNITS; unit++) {
      units w[RGB_VECTORS];
      UNROLL for (int v = 0; v < RGB_VECTORS; v++) {
        w[v] = load_units(j->w + v * RGB_BLOCK + (row * ROW_UNITS + unit) * UNIT_LANES);
      }
      UNROLL for (int i = 0; i < count; i++) {
        units b = broadcast_for_block(x + row * j->row_step + (size_t)i * COLOURS + unit * UNIT);
        UNROLL for (int v = 0; v < RGB_VECTORS; v++) add_to_block(&acc[v][i], b, w[v]);
      }
    }
  }
  UNROLL for (int v = 0; v < RGB_VECTORS; v++) {
    lanes sum = zero_lanes(), square = zero_lanes();
    UNROLL for (int i = 0; i < count; i++) store_pixel(y + (size_t)i * j->out + v * LANES, acc[v][i], &sum, &square);
    if (j->sums != NULL) add_pixels(j->sums + v * 2 * LANES, sum, square);
  }
}

CONV_TARGET static void rgb_image(const rgb_job *j, size_t height, size_t width, read_ahead *ahead) {
  for (size_t row = 0; row < height; row++) {
    const element *x = j->x + row * j->row_step;
    element *y = j->y + row * width * j->out;
    size_t column = 0;
    // Eight pixels that 6 would leave two of are two blocks of 4.
    for (; column + RGB_PIXELS <= width && !(RGB_PIXELS == 6 && column + 8 == width); column += RGB_PIXELS) {
      rgb_block(j, x, y, RGB_PIXELS);
      fetch_ahead(ahead, LINES_PER_BLOCK);
      x += RGB_PIXELS * COLOURS, y += RGB_PIXELS * j->out;
    }
    for (; column + 4 <= width; column += 4, x += 4 * COLOURS, y += 4 * j->out) rgb_block(j, x, y, 4);
    for (; column < width; column++, x += COLOURS, y += j->out) rgb_block(j, x, y, 1);
  }
}

CONV_TARGET static void rgb_forward(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch) {
  size_t row = width * COLOURS, row_step = (width + 2) * COLOURS;
  element *framed = scratch;
  read_ahead *ahead = rk_thread_read_ahead();
  memset(framed, 0, ((height + 2) * row_step + UNIT - 1) * sizeof(element));
  if (sums != NULL) memset(sums, 0, 2 * channels_out * sizeof(double));
  for (size_t n = 0; n < images; n++, x += height * row, y += height * width * channels_out) {
    rgb_frame(x, height, width, framed);
    for (size_t c = 0; c < channels_out; c += RGB_VECTORS * LANES) {
      float image_sums[RGB_VECTORS * 2 * LANES] = {0};
      rgb_job j = {
        framed, packed + c / LANES * RGB_BLOCK, y + c, sums == NULL ? NULL : image_sums, row_step, channels_out};
      rgb_image(&j, height, width, ahead);
      for (size_t v = 0; v < RGB_VECTORS; v++) add_image(sums, image_sums + v * 2 * LANES, c + v * LANES, channels_out);
    }
  }
}

// ---- Weight gradient: units are images, as for more channels. ----

/// Frames one unit of images, its second nullable, as [row][column][colour][unit].
CONV_TARGET static void frame_units(
  const element *first, const element *second, size_t height, size_t width, element *framed) {
  if (UNIT == 1) {
    rgb_frame(first, height, width, framed);
    return;
  }
  size_t row = width * COLOURS;
  for (size_t r = 0; r < height; r++, first += row) {
    element *to = framed + ((r + 1) * (width + 2) + 1) * COLOURS * UNIT;
    for (size_t i = 0; i < row; i++) {
      to[UNIT * i] = first[i];
      to[UNIT * i + UNIT - 1] = second == NULL ? 0 : second[i];
    }
    if (second != NULL) second += row;
  }
}

/// Sums of a vector of outputs that stay in registers: all, or those of a row of taps.
enum { SWEEP_TAPS = REGISTERS == 32 ? RGB_TAPS : ROW_NUMBERS };

CONV_INLINE void sweep_rgb(
  const element *framed, const element *first, const element *second, float *gradient, size_t height, size_t width,
  size_t channels_out, read_ahead *ahead) {
  size_t row_step = (width + 2) * COLOURS * UNIT;
  lanes acc[SWEEP_TAPS];
  UNROLL for (int i = 0; i < SWEEP_TAPS; i++) acc[i] = load_lanes(gradient + i * LANES);
  for (size_t r = 0; r < height; r++) {
    const element *x = framed + r * row_step;
    fetch_ahead(ahead, 2 * LINES_PER_BLOCK * SWEEP_TAPS / RGB_TAPS);  // a row of 32 pixels is some two blocks
    for (size_t column = 0; column < width; column++, x += COLOURS * UNIT, first += channels_out) {
      element pair[UNIT_LANES];
      store_units(pair, first, second);
      if (second != NULL) second += channels_out;
      units dy = load_units(pair);
      UNROLL for (size_t i = 0; i < SWEEP_TAPS; i++) {
        add_broadcast_product(&acc[i], x + i / ROW_NUMBERS * row_step + i % ROW_NUMBERS * UNIT, dy);
      }
    }
  }
  UNROLL for (int i = 0; i < SWEEP_TAPS; i++) store_lanes(gradient + i * LANES, acc[i]);
}

CONV_TARGET static void rgb_weight_gradient(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch) {
  size_t in_image = height * width * COLOURS, out_image = height * width * channels_out;
  read_ahead *ahead = rk_thread_read_ahead();
  memset(scratch, 0, rgb_scratch_bytes(height, width));
  for (size_t n = 0; n < images; n += UNIT, x += UNIT * in_image, dy += UNIT * out_image) {
    bool single = UNIT == 1 || n + 1 == images;
    frame_units(x, single ? NULL : x + in_image, height, width, scratch);
    for (size_t c = 0; c < channels_out; c += LANES) {
      for (size_t tap = 0; tap < RGB_TAPS; tap += SWEEP_TAPS) {
        sweep_rgb(
          (const element *)scratch + tap / ROW_NUMBERS * (width + 2) * COLOURS * UNIT, dy + c,
          single ? NULL : dy + out_image + c, gradient + c * RGB_TAPS + tap * LANES, height, width, channels_out,
          ahead);
      }
    }
  }
}

#if !defined(CONV_BFLOAT16)  // once: the gradients of both types are float32

CONV_TARGET static void rgb_add_gradient(const float *gradient, size_t channels_out, float *weights_gradient) {
  for (size_t o = 0; o < channels_out; o++) {
    // Own layout: [LANES outputs][tap][colour][LANES].
    const float *from = gradient + o / LANES * RGB_TAPS * LANES + o % LANES;
    float *to = weights_gradient + o * RGB_TAPS;
    for (size_t i = 0; i < RGB_TAPS; i++) to[i % COLOURS * TAPS + i / COLOURS] += from[i * LANES];
  }
}

#endif
