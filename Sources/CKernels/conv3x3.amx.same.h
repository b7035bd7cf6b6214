// 3 x 3, padding 1, stride 1 or 2, by tiles: 16 outputs by 16 output channels are a tile of sums, four of which are made
// together, so that weights are loaded once for 64 outputs. The data gradient with stride 1 is the same convolution with
// weights packed for it.

/// Framed images whose outputs are made before the next are framed: one group, which then stays in the nearest cache,
/// but all where the weights do not stay in the second and would be read once for every group.
static size_t groups_at_once(const frame_shape *f, size_t images, size_t channels_out) {
  size_t weights = TAPS * f->channels * channels_out * sizeof(element);
  return weights <= 256 * 1024 || f->band < f->out_height ? 1 : divide_up(images, f->together);
}

static size_t convolution_scratch_bytes(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  frame_shape f = frame_of(images, height, width, channels_in, stride);
  size_t groups = groups_at_once(&f, images, channels_out);
  return frame_bytes(&f, groups) + LINE_BYTES;
}

typedef struct {
  const frame_shape *f;
  const element *frames, *w;  // the weights of 16 outputs: [row][column][pair of inputs][16 pairs]
  element *y;                 // the outputs of the first framed image at those channels, from the band's first row on
  float *sums;                // 2 x LANES, nullable
  bool accumulate;            // whether to add to y instead, which has no sums
  const uint32_t *places;     // of each output among the pixels of y, nullable where they lie one after the other
  size_t images, rows, out;   // framed images; rows of outputs; channels of y
  size_t tap_rows;
  tap_run runs[3];
  int run_count;
  read_ahead *ahead;
} tile_job;

/// Stores or adds `count` neighbouring outputs.
CONV_INLINE void finish_row(const tile_job *j, const float *made, element *y, const size_t count) {
  if (j->sums != NULL) {
    lanes sum = zero_lanes(), square = zero_lanes();
    for (size_t i = 0; i < count; i++) store_pixel(y + i * j->out, load_lanes(made + i * LANES), &sum, &square);
    add_pixels(j->sums, sum, square);
  } else if (j->accumulate) {
    for (size_t i = 0; i < count; i++) put_pixel(y + i * j->out, load_lanes(made + i * LANES), true);
  } else {
    for (size_t i = 0; i < count; i++) put_pixel(y + i * j->out, load_lanes(made + i * LANES), false);
  }
}

/// The same for outputs of images side by side.
CONV_INLINE void finish_mixed(const tile_job *j, const float *made, const tile_place *place) {
  const frame_shape *f = j->f;
  const size_t image = f->out_height * f->out_width * j->out;
  lanes sum = zero_lanes(), square = zero_lanes();
  for (size_t i = 0; i < TILE_ROWS; i++, made += LANES) {
    size_t unit = place->first + i, column = unit >> f->shift;
    size_t n = (place->group << f->shift) + (unit & (f->together - 1));
    if (column >= f->out_width || n >= j->images) continue;
    element *y = j->y + n * image + (place->row * f->out_width + column) * j->out;
    if (j->sums != NULL) store_pixel(y, load_lanes(made), &sum, &square);
    else put_pixel(y, load_lanes(made), j->accumulate);
  }
  if (j->sums != NULL) add_pixels(j->sums, sum, square);
}

/// The same for outputs that lie anywhere, which have no sums.
CONV_INLINE void finish_scattered(const tile_job *j, const float *made, const uint32_t *places, size_t count) {
  for (size_t i = 0; i < count && i < TILE_ROWS; i++) {
    put_pixel(j->y + places[i] * j->out, load_lanes(made + i * LANES), j->accumulate);
  }
}

CONV_INLINE void finish_tile(const tile_job *j, const float *made, const tile_place *place) {
  const frame_shape *f = j->f;
  if (j->places != NULL) {
    finish_scattered(j, made, j->places + place->first, f->out_width - place->first);
    return;
  }
  if (f->together > 1) {
    finish_mixed(j, made, place);
    return;
  }
  size_t left = f->out_width - place->first;
  element *y = j->y + ((place->group * f->out_height + place->row) * f->out_width + place->first) * j->out;
  if (left >= TILE_ROWS) finish_row(j, made, y, TILE_ROWS);
  else finish_row(j, made, y, left);
}

/// Tiles that were made and are to be rounded and stored.
typedef struct {
  float made[TILE_SUMS * TILE_FLOATS] __attribute__((aligned(64)));
  tile_place places[TILE_SUMS];
  int count;
} made_tiles;

CONV_INLINE void finish_tiles(const tile_job *j, const made_tiles *m) {
  for (int t = 0; t < m->count; t++) finish_tile(j, m->made + t * TILE_FLOATS, &m->places[t]);
}

/// Adds the products of a slice of inputs, 32 or 16, for all tiles.
CONV_INLINE void add_slice(
  const element *const *at, size_t offset, size_t step, const element *w, const int tiles, const bool half) {
  load_right(w, half);
  UNROLL for (int t = 0; t < tiles; t++) {
    load_left(at[t] + offset, step, half);
    add_tile_product(t, half);
  }
}

/// Asks for the cache lines that a tile's outputs will lie in, so that they can be written to when it is made. Of two
/// blocks of channels that share a line the first asks for both, as long as all pixels' channels are divided alike: if
/// they are an odd multiple of 16, some lines are not asked for. Asking beyond the outputs' end does no harm.
CONV_INLINE void claim_outputs(const tile_job *j, const tile_place *place) {
  const frame_shape *f = j->f;
  if (j->accumulate || j->places != NULL || (uintptr_t)j->y % LINE_BYTES != 0) return;
  if (f->together == 1) {
    const element *y = j->y + ((place->group * f->out_height + place->row) * f->out_width + place->first) * j->out;
    const size_t step = j->out < LINE_BYTES / sizeof(element) ? LINE_BYTES / sizeof(element) : j->out;
    for (size_t i = 0; i < TILE_ROWS * j->out; i += step) __builtin_prefetch(y + i, 1);
    return;
  }
  for (size_t i = 0; i < TILE_ROWS; i++) {
    size_t unit = place->first + i, n = (place->group << f->shift) + (unit & (f->together - 1));
    size_t pixel = (n * f->out_height + place->row) * f->out_width + (unit >> f->shift);
    __builtin_prefetch(j->y + pixel * j->out, 1);
  }
}

/// The outputs of `tiles` tiles from `place` on, as `next`. Meanwhile those made `before` are finished: the tiles'
/// multiplier and the vectors work at the same time, and what is stored from a tile cannot be read at once. Returns the
/// place after them.
CONV_INLINE tile_place tile_block(
  const tile_job *j, tile_place place, const made_tiles *before, made_tiles *next, const int tiles) {
  const frame_shape *f = j->f;
  const element *at[TILE_SUMS], *w = j->w;
  UNROLL for (int t = 0; t < tiles; t++) {
    at[t] = j->frames + place.group * f->group + place.row * f->stride * f->row + place.first * f->cell;
    next->places[t] = place;
    claim_outputs(j, &place);
    place = place_after(f, j->rows, place);
    clear_sums(t);
  }
  for (size_t row = 0; row < j->tap_rows; row++) {
    for (int run = 0; run < j->run_count; run++) {
      size_t offset = row * f->row + j->runs[run].offset, left = j->runs[run].count;
      for (; left >= TILE_NUMBERS; left -= TILE_NUMBERS) {
        add_slice(at, offset, f->cell, w, tiles, false);
        offset += TILE_NUMBERS, w += TILE_ELEMENTS;
      }
      if (left > 0) {
        add_slice(at, offset, f->cell, w, tiles, true);
        w += TILE_ELEMENTS / 2;
      }
    }
  }
  fetch_ahead(j->ahead, tiles * LINES_PER_BLOCK);
  finish_tiles(j, before);
  UNROLL for (int t = 0; t < tiles; t++) store_sums(t, next->made + t * TILE_FLOATS);
  next->count = tiles;
  return place;
}

CONV_TARGET static void all_tiles(const tile_job *j, size_t tiles) {
  made_tiles first, second;
  made_tiles *before = &first, *next = &second, *other;
  tile_place place = {0, 0, 0};
  before->count = 0;
#define TILES(number)                                     \
  place = tile_block(j, place, before, next, number);     \
  other = before, before = next, next = other;            \
  tiles -= number
  while (tiles >= 4) { TILES(4); }
  if (tiles >= 2) { TILES(2); }
  if (tiles >= 1) { TILES(1); }
#undef TILES
  finish_tiles(j, before);
}

CONV_TARGET static void convolve_tiles(
  const element *x, const element *packed, element *y, bool accumulate, double *sums, size_t images,
  const frame_shape *f, size_t channels_out, void *scratch) {
  element *frames = aligned_to_line(scratch);
  size_t groups = groups_at_once(f, images, channels_out), in_image = f->height * f->width * f->channels;
  size_t out_image = f->out_height * f->out_width * channels_out, weights = TAPS * f->channels * LANES;
  if (sums != NULL) memset(sums, 0, 2 * channels_out * sizeof(double));
  memset(frames, 0, frame_bytes(f, groups));
  begin_tiles();
  for (size_t n = 0; n < images; n += groups * f->together) {
    size_t here = images - n < groups * f->together ? images - n : groups * f->together;
    size_t full = divide_up(here, f->together);
    for (size_t row = 0; row < f->out_height; row += f->band) {
      size_t rows = f->out_height - row < f->band ? f->out_height - row : f->band;
      for (size_t g = 0; g < full; g++) {
        size_t first = g * f->together;
        frame_images(f, x + (n + first) * in_image, here - first, row, frames + g * f->group);
      }
      for (size_t c = 0; c < channels_out; c += LANES) {
        float group_sums[2 * LANES] = {0};
        tile_job j = {
          .f = f, .frames = frames, .w = packed + c / LANES * weights,
          .y = y + n * out_image + row * f->out_width * channels_out + c, .sums = sums == NULL ? NULL : group_sums,
          .accumulate = accumulate, .images = here, .rows = rows, .out = channels_out,
          .tap_rows = 3, .ahead = rk_thread_read_ahead()};
        j.run_count = tap_runs(f, j.runs);
        all_tiles(&j, full * rows * f->tiles_in_row);
        add_image(sums, group_sums, c, channels_out);
      }
    }
  }
  end_tiles();
}
