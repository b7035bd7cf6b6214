// Images between rows and columns of zeros, side by side if they are narrow, so that 16 neighbouring outputs find what
// any tap multiplies at equal distances: a place is a cell of as many columns as the stride, and from one image's cell
// one comes to the next image's. A band of rows at a time, so that it stays in the nearest cache.

typedef struct {
  size_t height, width, channels, stride;   // of the images; of the convolution that walks over them
  size_t out_height, out_width;             // of its outputs
  size_t together, shift;                   // images side by side; log2 of their number
  size_t band, in_rows;                     // rows of outputs that a frame serves, and its own
  size_t cells, cell, row, group;           // cells of a row; elements of a cell, of a row, of a frame
  size_t tiles_in_row;                      // of 16 outputs
} frame_shape;

/// Bytes of a frame, more than which are made of few rows only.
enum { BAND_BYTES = 16 * 1024 };

static frame_shape frame_of(size_t images, size_t height, size_t width, size_t channels, size_t stride) {
  frame_shape f = {.height = height, .width = width, .channels = channels, .stride = stride};
  f.out_height = (height - 1) / stride + 1;
  f.out_width = (width - 1) / stride + 1;
  f.together = images_side_by_side(images, f.out_height, f.out_width);
  f.shift = (size_t)__builtin_ctzll(f.together);
  f.cells = divide_up(width + 2, stride);
  f.cell = stride * channels;
  f.row = f.cells * f.together * f.cell;
  f.band = f.out_height;
  while (f.band > 8 && ((f.band - 1) * stride + 3) * f.row * sizeof(element) > BAND_BYTES) f.band = divide_up(f.band, 2);
  f.in_rows = (f.band - 1) * stride + 3;
  f.group = f.in_rows * f.row;
  f.tiles_in_row = divide_up(f.out_width * f.together, TILE_ROWS);
  return f;
}

/// Bytes of `groups` frames, with what a row's last tile may read beyond them, for nothing.
static size_t frame_bytes(const frame_shape *f, size_t groups) {
  return (groups * f->group + 2 * TILE_ROWS * f->cell) * sizeof(element);
}

CONV_INLINE void copy_channels(element *to, const element *from, size_t channels) {
  for (size_t k = 0; k < channels; k += CHANNEL_STEP) {
    _mm256_storeu_si256((__m256i *)(to + k), _mm256_loadu_si256((const __m256i *)(from + k)));
  }
}

CONV_INLINE void frame_row(const frame_shape *f, const element *from, element *row) {
  if (f->together == 1) {
    memcpy(row + f->channels, from, f->width * f->channels * sizeof(element));
    return;
  }
  for (size_t c = 1; c <= f->width; c++, from += f->channels) {
    copy_channels(row + c / f->stride * f->together * f->cell + c % f->stride * f->channels, from, f->channels);
  }
}

/// Frames up to `together` images for the outputs of a band from `first_row` on. The frame's edges are zero.
CONV_TARGET static void frame_images(
  const frame_shape *f, const element *x, size_t images, size_t first_row, element *frame) {
  size_t row_numbers = f->width * f->channels, first = first_row * f->stride;
  for (size_t r = 0; r < f->in_rows; r++) {
    size_t row = first + r;  // one more than its place in the image
    element *to = frame + r * f->row;
    if (row == 0 || row > f->height) {
      if (f->band < f->out_height) memset(to, 0, f->row * sizeof(element));
      continue;
    }
    for (size_t g = 0; g < images && g < f->together; g++) {
      frame_row(f, x + (g * f->height + row - 1) * row_numbers, to + g * f->cell);
    }
  }
}

/// Numbers of a row of taps that lie one after the other: all of the row's columns if images are alone.
typedef struct {
  size_t offset, count;
} tap_run;

/// The runs of one row of taps, at most three, in the order of the packed weights.
static int tap_runs(const frame_shape *f, tap_run *runs) {
  size_t step = f->together * f->cell, c = f->channels;
  if (f->together == 1) {
    runs[0] = (tap_run){0, 3 * c};
    return 1;
  }
  if (f->stride == 2) {
    runs[0] = (tap_run){0, 2 * c};
    runs[1] = (tap_run){step, c};
    return 2;
  }
  for (size_t t = 0; t < 3; t++) runs[t] = (tap_run){t * step, c};
  return 3;
}

/// Where 16 outputs that are made together lie: the frame, the row in its band, and the first of them in that row,
/// counted over all images side by side.
typedef struct {
  size_t group, row, first;
} tile_place;

/// The place after `place`: in its row, in the next of `rows`, or in the next group.
static inline tile_place place_after(const frame_shape *f, size_t rows, tile_place place) {
  place.first += TILE_ROWS;
  if (place.first < f->out_width * f->together) return place;
  place.first = 0;
  if (++place.row < rows) return place;
  return (tile_place){place.group + 1, 0, 0};
}
