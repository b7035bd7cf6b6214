// The shapes of AMX's eight tiles, as the processor loads them.

#ifndef RK_TILES_H
#define RK_TILES_H

#include <stdint.h>

typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} __attribute__((aligned(64))) tile_shapes;

/// All as large as they can be: 16 rows of 64 bytes.
static inline tile_shapes full_tiles(void) {
  tile_shapes s = {.palette = 1};
  for (int t = 0; t < 8; t++) {
    s.row_bytes[t] = 64;
    s.rows[t] = 16;
  }
  return s;
}

#endif
