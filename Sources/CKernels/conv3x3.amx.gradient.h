// The weight gradient of the 3 x 3 convolutions by tiles. The sum runs over pixels; the same pixel of two images is one
// pair. The left factor is dy, transposed: 16 outputs by 16 neighbouring pairs. The right factor is x between zeros, 16
// pairs by 16 inputs, and every tap finds its own at another place of the same copy. The sums of three taps of a row, of
// 16 outputs by 16 inputs, stay in registers while pixels pass.

/// Tiles of pairs that pass before the sums are exchanged: their copies stay in the nearest cache.
enum { PASSING_TILES = 16 };

// A band: some rows of `groups` times `together` pairs of images, side by side, as for the forward kernel's frames.
typedef struct {
  size_t stride, together, shift, groups;
  size_t rows, tiles_in_row;                 // of dy
  size_t in_rows, cells, in_row, in_group;   // of x: rows and cells of a row; elements of a row, of a group
  size_t in_block, out_block;                // elements of 16 channels
} band_shape;

static band_shape band_of(const conv_shape *s) {
  band_shape b = {.stride = s->stride};
  size_t pairs = divide_up(s->images, 2);
  b.together = images_side_by_side(pairs, s->out_height, s->out_width);
  b.shift = (size_t)__builtin_ctzll(b.together);
  b.tiles_in_row = divide_up(s->out_width * b.together, TILE_ROWS);
  b.rows = PASSING_TILES / b.tiles_in_row;
  if (b.rows == 0) b.rows = 1;
  if (b.rows > s->out_height) b.rows = s->out_height;
  b.groups = PASSING_TILES / (b.rows * b.tiles_in_row);
  size_t most = divide_up(pairs, b.together);
  if (b.groups == 0 || b.rows < s->out_height) b.groups = 1;
  if (b.groups > most) b.groups = most;
  b.in_rows = (b.rows - 1) * s->stride + 3;
  b.cells = divide_up(s->width + 2, s->stride);
  b.in_row = s->stride * b.cells * b.together * UNIT_LANES;
  b.in_group = b.in_rows * b.in_row;
  b.in_block = b.groups * b.in_group + TILE_ELEMENTS;  // a row's last tile may read beyond it, for nothing
  b.out_block = b.groups * b.rows * b.tiles_in_row * TILE_ELEMENTS;
  return b;
}

static size_t band_elements(const band_shape *b, const conv_shape *s) {
  return b->in_block * (s->channels_in / LANES) + b->out_block * (s->channels_out / LANES);
}

/// Two images, of which the second or both may be missing: 0 to 2 of them.
typedef struct {
  const element *first, *second;
} image_pair;

static image_pair pair_of(const element *images, size_t image, size_t index, size_t count) {
  const element *first = images + 2 * index * image;
  return (image_pair){2 * index < count ? first : NULL, 2 * index + 1 < count ? first + image : NULL};
}

/// Copies 16 channels of a row of a pair, or zeros, into every `together`th unit of its columns, those of even and of
/// odd place one after the other if the stride is 2.
CONV_TARGET static void pack_band_row(
  const band_shape *b, image_pair pair, size_t width, size_t channels, element *row) {
  const size_t step = b->together * UNIT_LANES, plane = b->cells * step;
  const __m512i zero = _mm512_setzero_si512();
  for (size_t f = 0; f < b->stride * b->cells; f++) {
    element *to = row + f % b->stride * plane + f / b->stride * step;
    if (f == 0 || f > width || pair.first == NULL) {
      _mm512_storeu_si512(to, zero);
      continue;
    }
    size_t at = (f - 1) * channels;
    store_units(to, pair.first + at, pair.second == NULL ? NULL : pair.second + at);
  }
}

CONV_TARGET static void pack_band_inputs(
  const band_shape *b, const conv_shape *s, const element *x, size_t images, size_t out_row, element *packed) {
  size_t row_numbers = s->width * s->channels_in, image = s->height * row_numbers;
  for (size_t i = 0; i < b->groups * b->together; i++) {
    image_pair pair = pair_of(x, image, i, images);
    for (size_t r = 0; r < b->in_rows; r++) {
      size_t row = out_row * s->stride + r;  // one more than its place in the image
      bool inside = row >= 1 && row <= s->height && pair.first != NULL;
      for (size_t c = 0; c < s->channels_in; c += LANES) {
        image_pair here = {NULL, NULL};
        if (inside) {
          size_t at = (row - 1) * row_numbers + c;
          here = (image_pair){pair.first + at, pair.second == NULL ? NULL : pair.second + at};
        }
        element *to = packed + c / LANES * b->in_block + (i >> b->shift) * b->in_group + r * b->in_row;
        pack_band_row(b, here, s->width, s->channels_in, to + (i & (b->together - 1)) * UNIT_LANES);
      }
    }
  }
}

/// 16 pairs' 16 channels, transposed; what does not exist is zero.
CONV_TARGET static void pack_band_outputs(
  const band_shape *b, const conv_shape *s, const element *dy, size_t images, size_t out_row, size_t rows,
  element *packed) {
  size_t row_numbers = s->out_width * s->channels_out, image = s->out_height * row_numbers;
  for (size_t c = 0; c < s->channels_out; c += LANES, packed += b->out_block) {
    element *to = packed;
    for (size_t g = 0; g < b->groups; g++) {
      for (size_t r = 0; r < b->rows; r++) {
        for (size_t tile = 0; tile < b->tiles_in_row; tile++, to += TILE_ELEMENTS) {
          lanes units[TILE_ROWS];
          for (size_t i = 0; i < TILE_ROWS; i++) {
            size_t unit = tile * TILE_ROWS + i, column = unit >> b->shift;
            image_pair pair = pair_of(dy, image, (g << b->shift) + (unit & (b->together - 1)), images);
            units[i] = zero_lanes();
            if (column >= s->out_width || r >= rows || pair.first == NULL) continue;
            size_t at = (out_row + r) * row_numbers + column * s->channels_out + c;
            element both[UNIT_LANES];
            store_units(both, pair.first + at, pair.second == NULL ? NULL : pair.second + at);
            units[i] = (lanes)load_units(both);
          }
          transpose(units);
          for (size_t i = 0; i < TILE_ROWS; i++) store_lanes((float *)(to + i * UNIT_LANES), units[i]);
        }
      }
    }
  }
}

/// Adds a band's products of 16 inputs and 16 outputs for one row of taps.
CONV_TARGET static void add_band(
  const band_shape *b, const element *x, const element *dy, size_t tap_row, float *gradient, read_ahead *ahead) {
  const size_t plane = b->cells * b->together * UNIT_LANES, next = b->together * UNIT_LANES;
  const size_t middle = b->stride == 1 ? next : plane, last = b->stride == 1 ? 2 * next : next;
  UNROLL for (int t = 0; t < 3; t++) load_sums(t, gradient + t * TILE_FLOATS);
  for (size_t g = 0; g < b->groups; g++, x += b->in_group) {
    for (size_t r = 0; r < b->rows; r++) {
      const element *row = x + (r * b->stride + tap_row) * b->in_row;
      for (size_t tile = 0; tile < b->tiles_in_row; tile++, row += TILE_ELEMENTS, dy += TILE_ELEMENTS) {
        load_left(dy, UNIT_LANES, false);
        load_right(row, false);
        add_tile_product(0, false);
        load_right(row + middle, false);
        add_tile_product(1, false);
        load_right(row + last, false);
        add_tile_product(2, false);
      }
      fetch_ahead(ahead, LINES_PER_BLOCK / 4);
    }
  }
  UNROLL for (int t = 0; t < 3; t++) store_sums(t, gradient + t * TILE_FLOATS);
}

CONV_TARGET static void weight_gradient(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  band_shape b = band_of(&s);
  element *in = aligned_to_line(scratch), *out = in + b.in_block * (channels_in / LANES);
  size_t in_image = height * width * channels_in, out_image = s.out_height * s.out_width * channels_out;
  size_t at_once = 2 * b.groups * b.together;
  read_ahead *ahead = rk_thread_read_ahead();
  memset(in, 0, b.in_block * (channels_in / LANES) * sizeof(element));
  begin_tiles();
  for (size_t n = 0; n < images; n += at_once) {
    for (size_t row = 0; row < s.out_height; row += b.rows) {
      size_t rows = s.out_height - row < b.rows ? s.out_height - row : b.rows;
      pack_band_inputs(&b, &s, x + n * in_image, images - n, row, in);
      pack_band_outputs(&b, &s, dy + n * out_image, images - n, row, rows, out);
      float *sums = gradient;
      for (size_t o = 0; o < channels_out / LANES; o++) {
        for (size_t i = 0; i < channels_in / LANES; i++) {
          for (size_t tap_row = 0; tap_row < 3; tap_row++, sums += 3 * TILE_FLOATS) {
            add_band(&b, in + i * b.in_block, out + o * b.out_block, tap_row, sums, ahead);
          }
        }
      }
    }
  }
  end_tiles();
}

/// Adds a gradient in the kernels' own layout, [16 outputs][16 inputs][tap][output][input].
CONV_TARGET static void add_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient) {
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      for (size_t k = 0; k < LANES; k++) {
        float *to = weights_gradient + ((o + k) * channels_in + i) * TAPS;
        for (size_t c = 0; c < LANES; c++) {
          for (size_t tap = 0; tap < TAPS; tap++) to[c * TAPS + tap] += gradient[tap * TILE_FLOATS + k * LANES + c];
        }
      }
      gradient += TAPS * TILE_FLOATS;
    }
  }
}
