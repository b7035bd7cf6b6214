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

/// Two images from one place on, of which the second, or both, may be missing.
typedef struct {
  const element *first, *second;
} image_pair;

static inline image_pair pair_of(const element *images, size_t image, size_t index, size_t count, size_t place) {
  const element *first = images + 2 * index * image + place;
  return (image_pair){2 * index < count ? first : NULL, 2 * index + 1 < count ? first + image : NULL};
}

/// Copies 16 channels of every `stride`th column of a row, from column `first` on, to units `step` elements apart.
CONV_INLINE void pack_columns(
  image_pair row, size_t first, size_t width, const size_t stride, size_t channels, const bool single, element *to,
  size_t step) {
  for (size_t c = first; c < width; c += stride, to += step) {
    size_t at = c * channels;
    store_units(to, row.first + at, single ? NULL : row.second + at);
  }
}

/// Copies 16 channels of a row between zeros into every `together`th unit. With stride 2 columns of even place, counted
/// from the left edge's zeros on, come first and those of odd place after them.
CONV_INLINE void pack_band_row(
  const band_shape *b, image_pair row, size_t width, const size_t stride, size_t channels, element *to) {
  const size_t step = b->together * UNIT_LANES, plane = b->cells * step;
  const bool single = row.second == NULL;
  store_lanes((float *)to, zero_lanes());
  for (size_t place = width + 1; place < stride * b->cells; place++) {
    store_lanes((float *)(to + place % stride * plane + place / stride * step), zero_lanes());
  }
  if (stride == 1) {
    if (single) pack_columns(row, 0, width, 1, channels, true, to + step, step);
    else pack_columns(row, 0, width, 1, channels, false, to + step, step);
    return;
  }
  if (single) {
    pack_columns(row, 0, width, 2, channels, true, to + plane, step);
    pack_columns(row, 1, width, 2, channels, true, to + step, step);
  } else {
    pack_columns(row, 0, width, 2, channels, false, to + plane, step);
    pack_columns(row, 1, width, 2, channels, false, to + step, step);
  }
}

/// Zeros every `together`th unit of a row.
CONV_INLINE void clear_band_row(const band_shape *b, element *to) {
  for (size_t place = 0; place < b->stride * b->cells; place++, to += b->together * UNIT_LANES) {
    store_lanes((float *)to, zero_lanes());
  }
}

CONV_TARGET static void pack_band_inputs(
  const band_shape *b, const conv_shape *s, const element *x, size_t images, size_t out_row, element *packed) {
  size_t row_numbers = s->width * s->channels_in, image = s->height * row_numbers;
  for (size_t i = 0; i < b->groups * b->together; i++) {
    element *pair_rows = packed + (i >> b->shift) * b->in_group + (i & (b->together - 1)) * UNIT_LANES;
    for (size_t r = 0; r < b->in_rows; r++) {
      size_t row = out_row * s->stride + r;  // one more than its place in the image
      bool inside = row >= 1 && row <= s->height && 2 * i < images;
      for (size_t c = 0; c < s->channels_in; c += LANES) {
        element *to = pair_rows + c / LANES * b->in_block + r * b->in_row;
        if (!inside) {
          clear_band_row(b, to);
          continue;
        }
        image_pair here = pair_of(x, image, i, images, (row - 1) * row_numbers + c);
        if (b->stride == 1) pack_band_row(b, here, s->width, 1, s->channels_in, to);
        else pack_band_row(b, here, s->width, 2, s->channels_in, to);
      }
    }
  }
}

/// What stands for channels of images and columns that do not exist.
static const element no_channels[MOST_CHANNELS] __attribute__((aligned(64)));

/// The same 16 channels of two units.
CONV_INLINE __m512i two_units(const element *a, const element *b) {
  __m512i low = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)a));
  return _mm512_inserti64x4(low, _mm256_loadu_si256((const __m256i *)b), 1);
}

/// 16 units by 16 channels from channel `c` on, transposed: a row for each channel. What follows moves within the four
/// quarters of vectors only, but for the last step.
CONV_INLINE void pack_transposed(const image_pair *units, size_t c, element *to) {
  // Half h of vector k of block q: channels 4 h and on, and 8 + 4 h and on, of the units 8 q + k and 8 q + 4 + k.
  __m512i pairs[2][2][4], rows[2][2][4];
  UNROLL for (int q = 0; q < 2; q++) {
    UNROLL for (int k = 0; k < 4; k++) {
      const image_pair *a = units + 8 * q + k, *b = a + 4;
      __m512i first = two_units(a->first + c, b->first + c), second = two_units(a->second + c, b->second + c);
      pairs[q][0][k] = _mm512_unpacklo_epi16(first, second);
      pairs[q][1][k] = _mm512_unpackhi_epi16(first, second);
    }
    UNROLL for (int h = 0; h < 2; h++) {
      const __m512i *p = pairs[q][h];
      __m512i low01 = _mm512_unpacklo_epi32(p[0], p[1]), high01 = _mm512_unpackhi_epi32(p[0], p[1]);
      __m512i low23 = _mm512_unpacklo_epi32(p[2], p[3]), high23 = _mm512_unpackhi_epi32(p[2], p[3]);
      rows[q][h][0] = _mm512_unpacklo_epi64(low01, low23);
      rows[q][h][1] = _mm512_unpackhi_epi64(low01, low23);
      rows[q][h][2] = _mm512_unpacklo_epi64(high01, high23);
      rows[q][h][3] = _mm512_unpackhi_epi64(high01, high23);
    }
  }
  UNROLL for (int h = 0; h < 2; h++) {
    UNROLL for (int k = 0; k < 4; k++) {
      __m512i a = rows[0][h][k], b = rows[1][h][k];
      _mm512_storeu_si512(to + (4 * h + k) * UNIT_LANES, _mm512_shuffle_i32x4(a, b, 0x88));
      _mm512_storeu_si512(to + (8 + 4 * h + k) * UNIT_LANES, _mm512_shuffle_i32x4(a, b, 0xdd));
    }
  }
}

/// Where 16 units' channels lie.
CONV_INLINE void find_units(
  const band_shape *b, const conv_shape *s, const element *row, size_t image, size_t images, size_t first,
  image_pair *units) {
  for (size_t i = 0; i < TILE_ROWS; i++) {
    size_t column = (first + i) >> b->shift, n = 2 * ((first + i) & (b->together - 1));
    const element *at = row + n * image + column * s->channels_out;
    bool inside = column < s->out_width;
    units[i].first = inside && n < images ? at : no_channels;
    units[i].second = inside && n + 1 < images ? at + image : no_channels;
  }
}

/// `rows` rows from `out_row` on; what does not exist is zero.
CONV_TARGET static void pack_band_outputs(
  const band_shape *b, const conv_shape *s, const element *dy, size_t images, size_t out_row, size_t rows,
  element *packed) {
  size_t row_numbers = s->out_width * s->channels_out, image = s->out_height * row_numbers;
  for (size_t g = 0; g < b->groups; g++) {
    size_t done = 2 * g * b->together, left = done < images ? images - done : 0;
    for (size_t r = 0; r < b->rows; r++) {
      const element *row = dy + done * image + (out_row + r) * row_numbers;
      for (size_t unit = 0; unit < b->tiles_in_row * TILE_ROWS; unit += TILE_ROWS, packed += TILE_ELEMENTS) {
        image_pair units[TILE_ROWS];
        find_units(b, s, row, image, r < rows ? left : 0, unit, units);
        for (size_t c = 0; c < s->channels_out; c += LANES) {
          pack_transposed(units, c, packed + c / LANES * b->out_block);
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
