// Winograd's algorithm F(2 x 2, 3 x 3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", section
// 4.1). Of an input tile d of 4 x 4, which overlaps each of its neighbours by two rows or columns, 2 x 2 outputs are
//   Y = A^T [U . V] A,   U = G g G^T,   V = B^T d B,   . point by point of 4 x 4, summed over input channels: M,
// so that 16 multiply-adds do the work of 36.
//
//       1  0 -1  0       1   0   0        1  0
//   B^T 0  1  1  0     G .5  .5  .5     A 1  1
//       0 -1  1  0       .5 -.5  .5       1 -1
//       0  1  0 -1       0   0   1        0 -1
//
// The data gradient is the same convolution with kernels turned by half a turn. The weight gradient is the transpose
// of the forward map, G^T [V . D] G with D = A dY A^T, summed over tiles, and shares V with it; the paper takes another
// algorithm there, F(3 x 3, 2 x 2).
//
// The 16 points of a tile lie in 16 planes of [slice of 16 channels][tile][channel of the slice], so that what a
// product reads is contiguous, along channels as along tiles.

enum { SLICE = 16, SLICE_VECTORS = SLICE / LANES };

/// How a block of tiles lies in planes.
typedef struct {
  size_t tiles, plane;  // numbers from one plane to the next
} plane_layout;

static inline plane_layout planes_of(size_t tiles, size_t channels) {
  return (plane_layout){tiles, tiles * channels + PLANE_GAP};
}

/// Where the vector of channels from `channel` on of the first tile lies in a plane.
static inline size_t place_in_plane(const plane_layout *l, size_t channel) {
  return channel / SLICE * l->tiles * SLICE + channel % SLICE;
}

/// The rows of tiles of all images, one after another.
typedef struct {
  size_t width, columns, rows_per_image;  // pixels; tiles; rows of tiles
} tile_grid;

static inline tile_grid grid_of(size_t height, size_t width) { return (tile_grid){width, width / 2, height / 2}; }

// Two rows of B^T d for one column: the outer two, for which the tile's own outer rows are read, or are padding, or the
// inner two. All four of two vectors would not fit into 16 registers. `at` is the column in the tile's second row.
CONV_INLINE void input_column(
  const element *at, size_t row_step, const bool outer, const bool top, const bool bottom, lanes *v) {
  lanes d1 = load_outputs(at), d2 = load_outputs(at + row_step);
  if (outer) {
    lanes d0 = top ? zero_lanes() : load_outputs(at - row_step);
    lanes d3 = bottom ? zero_lanes() : load_outputs(at + 2 * row_step);
    v[0] = subtract_lanes(d0, d2);
    v[1] = subtract_lanes(d1, d3);
  } else {
    v[0] = add_lanes(d1, d2);
    v[1] = subtract_lanes(d2, d1);
  }
}

// Two rows of V from four columns of B^T d.
CONV_INLINE void input_tile(
  const lanes *a, const lanes *b, const lanes *c, const lanes *d, const bool outer, element *v, size_t plane) {
  UNROLL for (int i = 0; i < 2; i++) {
    element *to = v + (size_t)(outer ? 12 * i : 4 + 4 * i) * plane;
    store_outputs(to, subtract_lanes(a[i], c[i]));
    store_outputs(to + plane, add_lanes(b[i], c[i]));
    store_outputs(to + 2 * plane, subtract_lanes(c[i], b[i]));
    store_outputs(to + 3 * plane, subtract_lanes(b[i], d[i]));
  }
}

// 16 channels of a row of tiles, two rows of points: the columns of a tile stay in registers for the next, and a line
// is written as a whole.
CONV_INLINE void input_slice(
  const tile_grid *g, const element *at, size_t channels, element *v, size_t plane, const bool outer, const bool top,
  const bool bottom) {
  const size_t row_step = g->width * channels;
  lanes a[SLICE_VECTORS][2], b[SLICE_VECTORS][2];
  UNROLL for (int q = 0; q < SLICE_VECTORS; q++) {
    a[q][0] = a[q][1] = zero_lanes();
    input_column(at + q * LANES, row_step, outer, top, bottom, b[q]);
  }
  for (size_t t = 0; t < g->columns; t++, v += SLICE, at += 2 * channels) {
    UNROLL for (int q = 0; q < SLICE_VECTORS; q++) {
      lanes c[2], d[2] = {zero_lanes(), zero_lanes()};
      input_column(at + channels + q * LANES, row_step, outer, top, bottom, c);
      if (t + 1 < g->columns) input_column(at + 2 * channels + q * LANES, row_step, outer, top, bottom, d);
      input_tile(a[q], b[q], c, d, outer, v + q * LANES, plane);
      UNROLL for (int i = 0; i < 2; i++) {
        a[q][i] = c[i];
        b[q][i] = d[i];
      }
    }
  }
}

CONV_INLINE void input_row_at(
  const tile_grid *g, const element *x, size_t channels, element *v, const plane_layout *l, const bool top,
  const bool bottom) {
  for (size_t c = 0; c < channels; c += SLICE) {
    element *to = v + place_in_plane(l, c);
    input_slice(g, x + c, channels, to, l->plane, true, top, bottom);
    input_slice(g, x + c, channels, to, l->plane, false, top, bottom);
  }
}

/// V of row `row` of tiles, to tiles from `v` on.
CONV_TARGET static void input_row(
  const tile_grid *g, const element *x, size_t channels, size_t row, element *v, const plane_layout *l) {
  size_t in_image = row % g->rows_per_image;
  const element *first = x + 2 * row * g->width * channels;
  bool top = in_image == 0, bottom = in_image + 1 == g->rows_per_image;
  if (top && bottom) input_row_at(g, first, channels, v, l, true, true);
  else if (top) input_row_at(g, first, channels, v, l, true, false);
  else if (bottom) input_row_at(g, first, channels, v, l, false, true);
  else input_row_at(g, first, channels, v, l, false, false);
}

// A y for one column of a tile of dY.
CONV_INLINE void gradient_column(const element *at, size_t row_step, lanes *y) {
  lanes y0 = load_outputs(at), y1 = load_outputs(at + row_step);
  y[0] = y0;
  y[1] = add_lanes(y0, y1);
  y[2] = subtract_lanes(y0, y1);
  y[3] = subtract_lanes(zero_lanes(), y1);
}

/// D of row `row` of tiles, to tiles from `d` on.
CONV_TARGET static void gradient_row(
  const tile_grid *g, const element *dy, size_t channels, size_t row, element *d, const plane_layout *l) {
  const size_t row_step = g->width * channels;
  for (size_t c = 0; c < channels; c += LANES) {
    const element *at = dy + 2 * row * row_step + c;
    element *to = d + place_in_plane(l, c);
    for (size_t t = 0; t < g->columns; t++, at += 2 * channels, to += SLICE) {
      lanes a[4], b[4];
      gradient_column(at, row_step, a);
      gradient_column(at + channels, row_step, b);
      UNROLL for (int i = 0; i < 4; i++) {
        element *row_of_points = to + (size_t)(4 * i) * l->plane;
        store_outputs(row_of_points, a[i]);
        store_outputs(row_of_points + l->plane, add_lanes(a[i], b[i]));
        store_outputs(row_of_points + 2 * l->plane, subtract_lanes(a[i], b[i]));
        store_outputs(row_of_points + 3 * l->plane, subtract_lanes(zero_lanes(), b[i]));
      }
    }
  }
}

// A^T M A of one tile: four pixels, row by row.
CONV_INLINE void output_tile(const float *m, size_t plane, lanes *y) {
  lanes s[2][4];
  UNROLL for (int j = 0; j < 4; j++, m += plane) {
    lanes m0 = load_lanes(m), m1 = load_lanes(m + 4 * plane), m2 = load_lanes(m + 8 * plane);
    s[0][j] = add_lanes(add_lanes(m0, m1), m2);
    s[1][j] = subtract_lanes(subtract_lanes(m1, m2), load_lanes(m + 12 * plane));
  }
  UNROLL for (int i = 0; i < 2; i++) {
    y[2 * i] = add_lanes(add_lanes(s[i][0], s[i][1]), s[i][2]);
    y[2 * i + 1] = subtract_lanes(subtract_lanes(s[i][1], s[i][2]), s[i][3]);
  }
}

typedef enum { WRITE, WRITE_AND_SUM, ADD } output_use;

/// A^T M A of row `row` of tiles, whose products begin at `m`: written, or added to what is there; `sums` gains the
/// sums of every vector of channels and of their squares (2 x LANES each).
CONV_INLINE void output_row(
  const tile_grid *g, const float *m, const plane_layout *l, element *y, size_t channels, size_t row, float *sums,
  const output_use use) {
  const size_t row_step = g->width * channels;
  for (size_t c = 0; c < channels; c += LANES) {
    const float *from = m + place_in_plane(l, c);
    element *at = y + 2 * row * row_step + c;
    lanes sum = zero_lanes(), square = zero_lanes();
    for (size_t t = 0; t < g->columns; t++, from += SLICE, at += 2 * channels) {
      lanes out[4];
      output_tile(from, l->plane, out);
      UNROLL for (int i = 0; i < 4; i++) {
        element *pixel = at + (size_t)(i / 2) * row_step + (size_t)(i % 2) * channels;
        out[i] = store_outputs(pixel, use == ADD ? add_lanes(load_outputs(pixel), out[i]) : out[i]);
      }
      if (use == WRITE_AND_SUM) {
        // A tile's own sums first: fewer roundings, and shorter chains.
        sum = add_lanes(sum, add_lanes(add_lanes(out[0], out[1]), add_lanes(out[2], out[3])));
        lanes upper = add_square(multiply_lanes(out[0], out[0]), out[1]);
        square = add_lanes(square, add_lanes(upper, add_square(multiply_lanes(out[2], out[2]), out[3])));
      }
    }
    if (use == WRITE_AND_SUM) add_pixels(sums + 2 * c, sum, square);
  }
}
