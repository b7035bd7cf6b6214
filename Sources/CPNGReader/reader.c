#include "CPNGReader.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { HEADER, COLORS, INDICES } job;

typedef struct {
  const uint8_t *bytes;
  size_t count, at;
  char *message;
  size_t room;
} source;

static void fail(png_structp png, png_const_charp text) {
  source *from = png_get_error_ptr(png);
  snprintf(from->message, from->room, "%s", text);
  longjmp(png_jmpbuf(png), 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void take(png_structp png, png_bytep target, size_t length) {
  source *from = png_get_io_ptr(png);
  if (length > from->count - from->at) png_error(png, "the file ends early");
  memcpy(target, from->bytes + from->at, length);
  from->at += length;
}

static void read_header(png_structp png, png_infop info, rp_png_header *header) {
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->bit_depth = png_get_bit_depth(png, info);
  header->color_type = png_get_color_type(png, info);
}

static void ask_for_colors(png_structp png, png_infop info) {
  int type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
}

static void read_rows(png_structp png, png_infop info, uint8_t *pixels, size_t channels, png_bytep *rows) {
  size_t height = png_get_image_height(png, info), width = png_get_image_width(png, info);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != width * channels) png_error(png, "rows of another length than asked for");
  for (size_t row = 0; row < height; row++) rows[row] = pixels + row * width * channels;
  png_read_image(png, rows);
  png_read_end(png, NULL);
}

// The one function with a jump: what has to be freed is held by variables that no jump can lose.
static bool perform(
  job job, const uint8_t *bytes, size_t count, rp_png_header *header, uint8_t *pixels, char *message, size_t room) {
  source from = {bytes, count, 0, message, room};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, ignore);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  if (info == NULL) {
    snprintf(message, room, "no memory for libpng");
    png_destroy_read_struct(&png, NULL, NULL);
    return false;
  }
  png_bytep *volatile rows = NULL;
  if (setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  png_set_read_fn(png, &from, take);
  png_set_benign_errors(png, 0);  // what libpng would pass over is damage to us
  // No pixel needs more than these: what else a file has is walked over unread, its checksums excepted.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep)"tRNS", 1);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(png, info);
  if (job == HEADER) {
    read_header(png, info, header);
  } else {
    rows = malloc(png_get_image_height(png, info) * sizeof *rows);
    if (rows == NULL) png_error(png, "no memory for the rows");
    if (job == COLORS) ask_for_colors(png, info);
    else png_set_packing(png);
    read_rows(png, info, pixels, job == COLORS ? 3 : 1, rows);
  }
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return true;
}

bool rp_png_read_header(const uint8_t *bytes, size_t count, rp_png_header *header, char *message, size_t room) {
  return perform(HEADER, bytes, count, header, NULL, message, room);
}

bool rp_png_read_colors(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message, size_t room) {
  return perform(COLORS, bytes, count, NULL, pixels, message, room);
}

bool rp_png_read_indices(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message, size_t room) {
  return perform(INDICES, bytes, count, NULL, pixels, message, room);
}
