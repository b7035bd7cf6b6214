// 3 x 3, stride 2, padding 1, by tiles: the data gradient, which doubles an image. The equations stand in
// conv3x3.doubling.h; here 16 pixels of dy make 16 of dx in each of the four places of a pair of rows and columns.

static size_t doubling_scratch_bytes(const frame_shape *f) {
  return frame_bytes(f, 1) + LINE_BYTES;
}

typedef struct {
  const frame_shape *f;       // of dy
  const element *frame, *w;   // the weights of 16 outputs: [tap][pair of inputs][16 pairs]
  element *dx;                // at those channels, of the first framed image
  bool accumulate;
  size_t images, first_row, rows;     // framed images; the band's rows of dy
  size_t height, width, out;          // of dx; its channels
} doubling_job;

/// Adds the products of one tap's weights with the slice loaded last.
CONV_INLINE void add_tap(const int place, const element *w, size_t tap_step, const int tap, const bool half) {
  load_right(w + (size_t)tap * tap_step, half);
  add_tile_product(place, half);
}

/// All nine taps of a slice of inputs: place 2 p + q has the rows 2 j + p and the columns 2 i + q.
CONV_INLINE void add_doubling_slice(
  const element *here, size_t right, size_t below, size_t step, const element *w, size_t tap_step, const bool half) {
  load_left(here, step, half);
  add_tap(0, w, tap_step, 4, half);
  add_tap(1, w, tap_step, 5, half);
  add_tap(2, w, tap_step, 7, half);
  add_tap(3, w, tap_step, 8, half);
  load_left(here + right, step, half);
  add_tap(1, w, tap_step, 3, half);
  add_tap(3, w, tap_step, 6, half);
  load_left(here + below, step, half);
  add_tap(2, w, tap_step, 1, half);
  add_tap(3, w, tap_step, 2, half);
  load_left(here + below + right, step, half);
  add_tap(3, w, tap_step, 0, half);
}

/// Four tiles that were made, and where their pixels of dy lie.
typedef struct {
  float made[4 * TILE_FLOATS] __attribute__((aligned(64)));
  tile_place place;
  bool there;
} doubled_tile;

CONV_INLINE void store_doubled(const doubling_job *j, const doubled_tile *d, const bool add) {
  const frame_shape *f = j->f;
  const float *made = d->made;
  for (size_t p = 0; p < 4; p++) {
    size_t row = 2 * (j->first_row + d->place.row) + p / 2;
    for (size_t i = 0; i < TILE_ROWS; i++, made += LANES) {
      size_t unit = d->place.first + i, column = 2 * (unit >> f->shift) + p % 2, n = unit & (f->together - 1);
      if (row >= j->height || column >= j->width || n >= j->images) continue;
      put_pixel(j->dx + ((n * j->height + row) * j->width + column) * j->out, load_lanes(made), add);
    }
  }
}

CONV_INLINE void finish_doubled(const doubling_job *j, const doubled_tile *d) {
  if (!d->there) return;
  if (j->accumulate) store_doubled(j, d, true);
  else store_doubled(j, d, false);
}

/// Makes the tile of `next->place` and meanwhile finishes the one `before`.
CONV_TARGET static void double_tile(const doubling_job *j, const doubled_tile *before, doubled_tile *next) {
  const frame_shape *f = j->f;
  size_t right = f->together * f->cell, tap_step = f->channels * LANES, c = 0;
  const element *w = j->w;
  const element *here = j->frame + (next->place.row + 1) * f->row + right + next->place.first * f->cell;
  UNROLL for (int p = 0; p < 4; p++) clear_sums(p);
  for (; c + TILE_NUMBERS <= f->channels; c += TILE_NUMBERS, w += TILE_ELEMENTS) {
    add_doubling_slice(here + c, right, f->row, f->cell, w, tap_step, false);
  }
  if (c < f->channels) add_doubling_slice(here + c, right, f->row, f->cell, w, tap_step, true);
  finish_doubled(j, before);
  UNROLL for (int p = 0; p < 4; p++) store_sums(p, next->made + p * TILE_FLOATS);
  next->there = true;
}

/// Makes 16 channels of the gradient of the framed images' band.
CONV_TARGET static void double_band(const doubling_job *j, read_ahead *ahead) {
  doubled_tile first, second;
  doubled_tile *before = &first, *next = &second, *other;
  before->there = false;
  tile_place place = {0, 0, 0};
  for (size_t t = 0; t < j->rows * j->f->tiles_in_row; t++, place = place_after(j->f, j->rows, place)) {
    next->place = place;
    double_tile(j, before, next);
    other = before, before = next, next = other;
    fetch_ahead(ahead, LINES_PER_BLOCK);
  }
  finish_doubled(j, before);
}

/// `channels` are dx's; `f` frames dy.
CONV_TARGET static void double_by_tiles(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  const frame_shape *f, size_t channels, void *scratch) {
  element *frame = aligned_to_line(scratch);
  size_t weights = TAPS * f->channels * LANES;
  memset(frame, 0, frame_bytes(f, 1));
  begin_tiles();
  for (size_t n = 0; n < images; n += f->together) {
    size_t here = images - n < f->together ? images - n : f->together;
    for (size_t row = 0; row < f->out_height; row += f->band) {
      frame_images(f, dy + n * f->height * f->width * f->channels, here, row, frame);
      for (size_t c = 0; c < channels; c += LANES) {
        doubling_job j = {f, frame, packed + c / LANES * weights, dx + n * height * width * channels + c, accumulate,
          here, row, f->out_height - row < f->band ? f->out_height - row : f->band, height, width, channels};
        double_band(&j, rk_thread_read_ahead());
      }
    }
  }
  end_tiles();
}
