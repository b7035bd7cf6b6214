// Decoding of PNG files in memory through libpng, whose errors are jumps that only C can take. Of a file IHDR, PLTE and
// IDAT are read; times, profiles, texts and the like are checked for nothing but their checksums.

#ifndef CPNGREADER_H
#define CPNGREADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What a file's first chunk says; kinds of colour are numbered as in the format: 0 gray, 2 RGB, 3 palette, 4 gray with
/// alpha, 6 RGBA.
typedef struct {
  uint32_t width, height;
  int bit_depth, color_type;
} rp_png_header;

/// Reads the first chunk. Returns false and a line of text where libpng finds fault with it.
bool rp_png_read_header(const uint8_t *bytes, size_t count, rp_png_header *header, char *message, size_t room);

/// Decodes the file to height x width x 3 bytes of red, green and blue: gray is repeated, palettes are looked up, the
/// upper byte of 16-bit numbers is kept, and alpha and gamma are ignored.
bool rp_png_read_colors(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message, size_t room);

/// Decodes a gray or palette file of at most 8 bits to the height x width numbers that it stores.
bool rp_png_read_indices(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message, size_t room);

#endif
