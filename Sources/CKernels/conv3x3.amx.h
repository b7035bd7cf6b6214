// Tiles of Intel's matrix extension (AMX). A tile holds 16 rows of 64 bytes, and one instruction multiplies 16 rows of 32
// bfloat16 with 16 rows of 16 pairs, which makes 16 x 16 sums in float32: 8192 multiply-adds in 16 cycles. Whether all 32
// numbers of a row count does not change its time, so kernels here take care to fill rows and not to wait for loads.
//
// Registers 0 to 3 hold sums; 6 and 7 a left and a right factor, 5 and 4 the same with half as many numbers to add up:
// where channels end in the middle of a row, nothing beyond them is read.

#include "tiles.h"

enum { TILE_ROWS = 16, TILE_SUMS = 4, TILE_NUMBERS = 32 };

/// Elements of a right factor, and sums of a tile.
enum { TILE_ELEMENTS = TILE_ROWS * TILE_NUMBERS, TILE_FLOATS = TILE_ROWS * LANES };

/// Begins the use of tiles by this thread. Whoever begins has to end it: the state costs time as long as it is there.
CONV_TARGET static void begin_tiles(void) {
  tile_shapes shapes = full_tiles();
  shapes.rows[4] = TILE_ROWS / 2;
  shapes.row_bytes[5] = 32;
  _tile_loadconfig(&shapes);
}

CONV_INLINE void end_tiles(void) { _tile_release(); }

// Register names are part of the instructions.
#define FOR_TILE(tile, OPERATION)      \
  switch (tile) {                      \
    case 0: OPERATION(0); break;       \
    case 1: OPERATION(1); break;       \
    case 2: OPERATION(2); break;       \
    default: OPERATION(3); break;      \
  }

CONV_INLINE void clear_sums(const int tile) {
#define CLEAR(t) _tile_zero(t)
  FOR_TILE(tile, CLEAR)
#undef CLEAR
}

CONV_INLINE void load_sums(const int tile, const float *from) {
#define LOAD(t) _tile_loadd(t, from, LANES * sizeof(float))
  FOR_TILE(tile, LOAD)
#undef LOAD
}

CONV_INLINE void store_sums(const int tile, float *to) {
#define STORE(t) _tile_stored(t, to, LANES * sizeof(float))
  FOR_TILE(tile, STORE)
#undef STORE
}

/// Loads the right factor: 16 rows of 16 pairs, or 8.
CONV_INLINE void load_right(const element *w, const bool half) {
  if (half) _tile_loadd(4, w, TILE_NUMBERS * sizeof(element));
  else _tile_loadd(7, w, TILE_NUMBERS * sizeof(element));
}

/// Loads the left factor: 16 rows of 32 numbers, or 16, which lie `step` elements apart.
CONV_INLINE void load_left(const element *a, size_t step, const bool half) {
  if (half) _tile_loadd(5, a, step * sizeof(element));
  else _tile_loadd(6, a, step * sizeof(element));
}

/// Adds the product of the two that were loaded last.
CONV_INLINE void add_tile_product(const int tile, const bool half) {
  if (half) {
#define MULTIPLY_HALF(t) _tile_dpbf16ps(t, 5, 4)
    FOR_TILE(tile, MULTIPLY_HALF)
#undef MULTIPLY_HALF
  } else {
#define MULTIPLY(t) _tile_dpbf16ps(t, 6, 7)
    FOR_TILE(tile, MULTIPLY)
#undef MULTIPLY
  }
}

static size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

/// How many of 1, 2, 4, 8 and 16 images (or pairs of them) to take side by side, so that their rows fill tiles best.
static size_t images_side_by_side(size_t images, size_t height, size_t width) {
  size_t best = 1, fewest = SIZE_MAX;
  for (size_t together = 1; together <= TILE_ROWS && together < 2 * images; together *= 2) {
    size_t tiles = divide_up(images, together) * height * divide_up(width * together, TILE_ROWS);
    if (tiles < fewest) {
      fewest = tiles;
      best = together;
    }
  }
  return best;
}
