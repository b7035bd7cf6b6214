// Decoding of JPEG files in memory through libjpeg-turbo, whose errors are jumps that only C can take.

#ifndef CJPEGREADER_H
#define CJPEGREADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What a file's frame header says; `components` is 1 for gray, 3 for colours, 4 for CMYK.
typedef struct {
  uint32_t width, height;
  int components;
} rj_jpeg_header;

/// Reads up to the frame header. Returns false and a line of text where libjpeg finds fault with it.
bool rj_jpeg_read_header(const uint8_t *bytes, size_t count, rj_jpeg_header *header, char *message, size_t room);

/// Decodes a file that `rj_jpeg_read_header` found to be of width x height pixels to width x height x 3 bytes of red, green
/// and blue: gray is repeated. By the slow integer transform and the smooth widening of colours, which are exact: every
/// processor gets the same bytes. Returns false and a line of text for any damage, truncation included, for CMYK, for more
/// than 500 scans, and where more than 512 MiB would be needed.
bool rj_jpeg_read_colors(
  const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels, char *message, size_t room);

#endif
