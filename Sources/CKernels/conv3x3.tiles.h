// The convolutions by tiles: 3 x 3 as the table CONV_TABLE, and 1 x 1.

#include "conv3x3.h"
#include "conv3x3.table.h"

#include "conv3x3.amx.h"
#include "conv3x3.amx.frame.h"
#include "conv3x3.amx.same.h"
#include "conv3x3.amx.doubling.h"
#include "conv3x3.amx.gradient.h"
#include "conv3x3.pack.h"
#include "conv1x1.amx.h"
#include "conv3x3.amx.rgb.h"

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t scratch_bytes(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  band_shape b = band_of(&s);
  size_t gradient = band_elements(&b, &s) * sizeof(element) + LINE_BYTES;
  size_t output = convolution_scratch_bytes(images, height, width, channels_in, channels_out, stride);
  size_t data;
  if (stride == 1) {
    data = convolution_scratch_bytes(images, height, width, channels_out, channels_in, 1);
  } else {
    frame_shape f = frame_of(images, s.out_height, s.out_width, channels_out, 1);
    data = doubling_scratch_bytes(&f);
  }
  return larger(gradient, larger(output, data));
}

CONV_TARGET static void forward(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  frame_shape f = frame_of(images, height, width, channels_in, stride);
  convolve_tiles(x, packed, y, false, sums, images, &f, channels_out, scratch);
}

CONV_TARGET static void data_gradient(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  frame_shape f = frame_of(images, s.out_height, s.out_width, channels_out, 1);
  if (stride == 1) convolve_tiles(dy, packed, dx, accumulate, NULL, images, &f, channels_in, scratch);
  else double_by_tiles(dy, packed, dx, accumulate, images, height, width, &f, channels_in, scratch);
}

#define CONV_ENTRY(result, name, parameters, arguments) .name = name,

const conv_table_bf16 CONV_TABLE = {CONV_FUNCTIONS(CONV_ENTRY, element)};

#define POINTWISE_ENTRY(result, name, parameters, arguments) .name = pointwise_##name,

const pointwise_table rk_pointwise_amx_bf16 = {POINTWISE_FUNCTIONS(POINTWISE_ENTRY)};
