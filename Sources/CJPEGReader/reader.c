#include "CJPEGReader.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// libjpeg keeps a pointer to the first member, which leads back to the whole.
typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf jump;
  char *message;
  size_t room;
} errors;

static void fail(j_common_ptr info) {
  errors *to = (errors *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(to->message, to->room, "%s", text);
  longjmp(to->jump, 1);
}

static void refuse(j_common_ptr info, const char *text) {
  errors *to = (errors *)info->err;
  snprintf(to->message, to->room, "%s", text);
  longjmp(to->jump, 1);
}

// Negative levels are warnings: what libjpeg would fill with gray and pass over is damage to us.
static void hear(j_common_ptr info, int level) {
  if (level < 0) fail(info);
}

static void print_nothing(j_common_ptr info) { (void)info; }

// A file of many scans takes time out of all proportion to its size.
static void watch(j_common_ptr info) {
  if (((j_decompress_ptr)info)->input_scan_number > 500) refuse(info, "more than 500 scans");
}

// The one function with a jump: everything that has to be freed is held by libjpeg, and `info` lives in the caller.
static bool perform(
  j_decompress_ptr info, errors *err, const uint8_t *bytes, size_t count, rj_jpeg_header *header, uint32_t width,
  uint32_t height, uint8_t *pixels) {
  struct jpeg_progress_mgr progress = {.progress_monitor = watch};
  if (setjmp(err->jump)) {
    jpeg_destroy_decompress(info);
    return false;
  }
  jpeg_create_decompress(info);
  info->progress = &progress;
  info->mem->max_memory_to_use = 512L << 20;
  jpeg_mem_src(info, bytes, count);
  jpeg_read_header(info, TRUE);
  if (header != NULL) {
    header->width = info->image_width;
    header->height = info->image_height;
    header->components = info->num_components;
  } else {
    if (info->image_width != width || info->image_height != height) {
      refuse((j_common_ptr)info, "sides of another length than asked for");
    }
    info->out_color_space = JCS_RGB;
    info->dct_method = JDCT_ISLOW;
    info->do_fancy_upsampling = TRUE;
    jpeg_start_decompress(info);
    if (info->output_components != 3) refuse((j_common_ptr)info, "no three colours");
    while (info->output_scanline < info->output_height) {
      JSAMPROW row = pixels + (size_t)info->output_scanline * width * 3;
      jpeg_read_scanlines(info, &row, 1);
    }
    jpeg_finish_decompress(info);
  }
  jpeg_destroy_decompress(info);
  return true;
}

static bool run(
  const uint8_t *bytes, size_t count, rj_jpeg_header *header, uint32_t width, uint32_t height, uint8_t *pixels,
  char *message, size_t room) {
  struct jpeg_decompress_struct info;
  memset(&info, 0, sizeof info);
  errors err;
  info.err = jpeg_std_error(&err.base);
  err.base.error_exit = fail;
  err.base.emit_message = hear;
  err.base.output_message = print_nothing;
  err.message = message;
  err.room = room;
  return perform(&info, &err, bytes, count, header, width, height, pixels);
}

bool rj_jpeg_read_header(const uint8_t *bytes, size_t count, rj_jpeg_header *header, char *message, size_t room) {
  return run(bytes, count, header, 0, 0, NULL, message, room);
}

bool rj_jpeg_read_colors(
  const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels, char *message, size_t room) {
  return run(bytes, count, NULL, width, height, pixels, message, room);
}
