// 1 x 1 without padding, any stride, by tiles: products of matrices over the pixels that the convolution sees. A row is a
// pixel's channels, and with a stride the rows of x are first copied to lie one after the other, or written to where they
// belong.

/// Sizes of one convolution and how many pixels it sees.
typedef struct {
  conv_shape s;
  size_t pixels;
} seen_shape;

static seen_shape seen_of(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  return (seen_shape){s, images * s.out_height * s.out_width};
}

/// Bytes of the cache lines that `count` numbers of so many bytes take.
static size_t in_lines(size_t count, size_t bytes) { return divide_up(count * bytes, LINE_BYTES) * LINE_BYTES; }

/// Tiles' worth of pixels, rounded up.
static size_t whole_tiles(size_t pixels) { return divide_up(pixels, TILE_ROWS) * TILE_ROWS; }

CONV_TARGET static size_t pointwise_scratch_bytes(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  size_t pixels = seen_of(images, height, width, channels_in, channels_out, stride).pixels;
  size_t product = whole_tiles(pixels) * (channels_in > channels_out ? channels_in : channels_out);
  size_t gradient = PASSING_TILES * TILE_NUMBERS * (channels_in + channels_out);
  return LINE_BYTES + in_lines(pixels, sizeof(uint32_t)) + (product > gradient ? product : gradient) * sizeof(element);
}

/// Scratch memory: where the pixels seen lie among those of x (NULL if those are all), and the rest.
typedef struct {
  uint32_t *places;
  element *rest;
} seen_memory;

static seen_memory find_seen(const seen_shape *seen, void *scratch) {
  const conv_shape *s = &seen->s;
  uint32_t *places = aligned_to_line(scratch), *to = places;
  if (s->stride == 1) return (seen_memory){NULL, (element *)places};
  for (size_t n = 0; n < s->images; n++) {
    for (size_t row = 0; row < s->out_height; row++) {
      size_t first = (n * s->height + row * s->stride) * s->width;
      for (size_t column = 0; column < s->out_width; column++) *to++ = (uint32_t)(first + column * s->stride);
    }
  }
  return (seen_memory){places, (element *)((char *)places + in_lines(seen->pixels, sizeof(uint32_t)))};
}

/// Rows of whole tiles, those beyond the last pixel zero; `places` is nullable where rows lie one after the other.
CONV_TARGET static void gather_rows(
  const element *x, const uint32_t *places, size_t pixels, size_t channels, element *rows) {
  if (places == NULL) memcpy(rows, x, pixels * channels * sizeof(element));
  else for (size_t p = 0; p < pixels; p++) copy_channels(rows + p * channels, x + places[p] * channels, channels);
  memset(rows + pixels * channels, 0, (whole_tiles(pixels) - pixels) * channels * sizeof(element));
}

/// Rows that are multiplied with all weights before the next: they stay in the nearest cache, and so few outputs are
/// added up in float32 before they are in double.
enum { ROWS_AT_ONCE = 256 };

/// y (or what is at `places` of it) = rows w, or that added; adds the sums of y. What lies behind the last row is read up
/// to a whole tile, for nothing.
CONV_TARGET static void multiply_rows(
  const element *rows, const element *packed, element *y, bool accumulate, const uint32_t *places, double *sums,
  size_t pixels, size_t in, size_t out) {
  for (size_t first = 0; first < pixels; first += ROWS_AT_ONCE) {
    size_t here = pixels - first < ROWS_AT_ONCE ? pixels - first : ROWS_AT_ONCE;
    // One row of an image whose pixels are all taps there are.
    frame_shape f = {
      .height = 1, .width = here, .channels = in, .stride = 1, .out_height = 1, .out_width = here, .together = 1,
      .cells = here, .cell = in, .tiles_in_row = divide_up(here, TILE_ROWS)};
    for (size_t c = 0; c < out; c += LANES) {
      float pixel_sums[2 * LANES] = {0};
      tile_job j = {
        .f = &f, .frames = rows + first * in, .w = packed + c * in, .y = y + c + (places == NULL ? first * out : 0),
        .sums = sums == NULL ? NULL : pixel_sums, .accumulate = accumulate,
        .places = places == NULL ? NULL : places + first, .images = 1, .rows = 1, .out = out, .tap_rows = 1,
        .runs = {{0, in}}, .run_count = 1, .ahead = rk_thread_read_ahead()};
      all_tiles(&j, f.tiles_in_row);
      add_image(sums, pixel_sums, c, out);
    }
  }
}

/// The same for rows behind which nothing may be read: the last ones, which fill no tile, are copied first.
CONV_TARGET static void multiply_only_rows(
  const element *rows, const element *packed, element *y, bool accumulate, const uint32_t *places, double *sums,
  size_t pixels, size_t in, size_t out, element *copy) {
  size_t whole = pixels / TILE_ROWS * TILE_ROWS, rest = pixels - whole;
  multiply_rows(rows, packed, y, accumulate, places, sums, whole, in, out);
  if (rest == 0) return;
  gather_rows(rows + whole * in, NULL, rest, in, copy);
  if (places == NULL) y += whole * out;
  else places += whole;
  multiply_rows(copy, packed, y, accumulate, places, sums, rest, in, out);
}

CONV_TARGET static void pointwise_forward(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  seen_shape seen = seen_of(images, height, width, channels_in, channels_out, stride);
  seen_memory m = find_seen(&seen, scratch);
  if (sums != NULL) memset(sums, 0, 2 * channels_out * sizeof(double));
  begin_tiles();
  if (m.places == NULL) {
    multiply_only_rows(x, packed, y, false, NULL, sums, seen.pixels, channels_in, channels_out, m.rest);
  } else {
    gather_rows(x, m.places, seen.pixels, channels_in, m.rest);
    multiply_rows(m.rest, packed, y, false, NULL, sums, seen.pixels, channels_in, channels_out);
  }
  end_tiles();
}

CONV_TARGET static void pointwise_data_gradient(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  seen_shape seen = seen_of(images, height, width, channels_in, channels_out, stride);
  seen_memory m = find_seen(&seen, scratch);
  if (m.places != NULL && !accumulate) memset(dx, 0, images * height * width * channels_in * sizeof(element));
  begin_tiles();
  multiply_only_rows(
    dy, packed, dx, accumulate, m.places, NULL, seen.pixels, channels_out, channels_in, m.rest);
  end_tiles();
}

// ---- Weight gradient: a pair is two neighbouring pixels. ----

/// One row, and zeros beyond the last.
CONV_INLINE const element *row_at(
  const element *rows, const uint32_t *places, size_t pixel, size_t pixels, size_t step) {
  if (pixel >= pixels) return no_channels;
  return rows + (places == NULL ? pixel : places[pixel]) * step;
}

/// Copies `tiles` tiles of pairs of rows of x from pixel `first` on, as right factors: [16 channels][tile][pair][16].
CONV_TARGET static void pack_right_pairs(
  const element *x, const uint32_t *places, size_t first, size_t pixels, size_t channels, size_t tiles, size_t block,
  element *packed) {
  for (size_t unit = 0; unit < tiles * TILE_ROWS; unit++, packed += UNIT_LANES) {
    size_t p = first + 2 * unit;
    const element *a = row_at(x, places, p, pixels, channels), *b = row_at(x, places, p + 1, pixels, channels);
    for (size_t c = 0; c < channels; c += LANES) store_units(packed + c / LANES * block, a + c, b + c);
  }
}

/// Copies the first `channels` of as many pairs of dy's rows of `step` numbers, transposed, as left factors:
/// [16 channels][tile][channel][pair].
CONV_TARGET static void pack_left_pairs(
  const element *dy, size_t first, size_t pixels, size_t step, size_t channels, size_t tiles, size_t block,
  element *packed) {
  for (size_t t = 0; t < tiles; t++, packed += TILE_ELEMENTS) {
    image_pair units[TILE_ROWS];
    for (size_t k = 0; k < TILE_ROWS; k++) {
      size_t p = first + t * TILE_NUMBERS + 2 * k;
      units[k] = (image_pair){row_at(dy, NULL, p, pixels, step), row_at(dy, NULL, p + 1, pixels, step)};
    }
    for (size_t c = 0; c < channels; c += LANES) pack_transposed(units, c, packed + c / LANES * block);
  }
}

/// Adds the products of 16 outputs with `blocks` times 16 inputs, `block` elements apart, over `tiles` tiles of pairs.
CONV_INLINE void add_pairs(
  const element *in, const element *out, size_t tiles, size_t block, float *gradient, const int blocks,
  read_ahead *ahead) {
  UNROLL for (int b = 0; b < blocks; b++) load_sums(b, gradient + b * TILE_FLOATS);
  for (size_t t = 0; t < tiles; t++, in += TILE_ELEMENTS, out += TILE_ELEMENTS) {
    load_left(out, UNIT_LANES, false);
    UNROLL for (int b = 0; b < blocks; b++) {
      load_right(in + (size_t)b * block, false);
      add_tile_product(b, false);
    }
  }
  fetch_ahead(ahead, LINES_PER_BLOCK);
  UNROLL for (int b = 0; b < blocks; b++) store_sums(b, gradient + b * TILE_FLOATS);
}

CONV_TARGET static void pointwise_weight_gradient(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  const size_t block = PASSING_TILES * TILE_ELEMENTS, at_once = PASSING_TILES * TILE_NUMBERS;
  seen_shape seen = seen_of(images, height, width, channels_in, channels_out, stride);
  seen_memory m = find_seen(&seen, scratch);
  element *in = m.rest, *out = in + channels_in / LANES * block;
  read_ahead *ahead = rk_thread_read_ahead();
  begin_tiles();
  for (size_t first = 0; first < seen.pixels; first += at_once) {
    size_t left = seen.pixels - first, tiles = divide_up(left < at_once ? left : at_once, TILE_NUMBERS);
    pack_right_pairs(x, m.places, first, seen.pixels, channels_in, tiles, block, in);
    pack_left_pairs(dy, first, seen.pixels, channels_out, channels_out, tiles, block, out);
    float *sums = gradient;
    for (size_t o = 0; o < channels_out / LANES; o++) {
      size_t i = 0, blocks = channels_in / LANES;
#define PAIRS(number)                                                                     \
  add_pairs(in + i * block, out + o * block, tiles, block, sums, number, ahead);          \
  i += number, sums += number * TILE_FLOATS
      while (i + 4 <= blocks) { PAIRS(4); }
      if (i + 2 <= blocks) { PAIRS(2); }
      if (i < blocks) { PAIRS(1); }
#undef PAIRS
    }
  }
  end_tiles();
}

/// Adds a gradient in the kernels' own layout, [16 outputs][16 inputs][output][input].
CONV_TARGET static void pointwise_add_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient) {
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      for (size_t k = 0; k < LANES; k++, gradient += LANES) {
        float *to = weights_gradient + (o + k) * channels_in + i;
        store_lanes(to, add_lanes(load_lanes(to), load_lanes(gradient)));
      }
    }
  }
}

// ---- Weights: [16 outputs][pair of inputs][16 pairs] ----

CONV_TARGET static void pointwise_pack_forward(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      lanes r[LANES];
      for (size_t k = 0; k < LANES; k++) r[k] = load_lanes(weights + (o + k) * channels_in + i);
      transpose(r);
      for (size_t k = 0; k < LANES; k += UNIT, packed += UNIT_LANES) store_weights(packed, r[k], r[k + 1]);
    }
  }
}

/// For the data gradient, whose inputs are the convolution's outputs.
CONV_TARGET static void pointwise_pack_data(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  for (size_t i = 0; i < channels_in; i += LANES) {
    for (size_t o = 0; o < channels_out; o += UNIT, packed += UNIT_LANES) {
      const float *first = weights + o * channels_in + i;
      store_weights(packed, load_lanes(first), load_lanes(first + channels_in));
    }
  }
}
