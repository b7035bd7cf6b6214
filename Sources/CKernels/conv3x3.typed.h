// The 3 x 3 convolutions of one type and width of vectors (CONV_BFLOAT16, CONV_AVX2), as the table CONV_TABLE.

#include "conv3x3.h"
#include "conv3x3.table.h"

#include "conv3x3.gradient.h"
#include "conv3x3.pack.h"
#include "conv3x3.rgb.h"
#include "conv3x3.same.h"
#include "conv3x3.halving.h"
#include "conv3x3.doubling.h"
#if !defined(CONV_BFLOAT16)
#include "conv3x3.winograd.h"
#include "conv3x3.winograd.gradient.h"
#include "conv3x3.winograd.weights.h"
#endif

CONV_TARGET static void forward(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)scratch;
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  if (stride == 1) convolve_same(x, packed, y, false, sums, &s);
  else convolve_halving(x, packed, y, sums, &s);
}

CONV_TARGET static void data_gradient(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)scratch;
  if (stride == 1) {
    conv_shape s = make_conv_shape(images, height, width, channels_out, channels_in, 1);
    convolve_same(dy, packed, dx, accumulate, NULL, &s);
  } else {
    conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
    convolve_doubling(dy, packed, dx, accumulate, &s);
  }
}

#define CONV_ENTRY(result, name, parameters, arguments) .name = name,

#if defined(CONV_BFLOAT16)
const conv_table_bf16 CONV_TABLE = {CONV_FUNCTIONS(CONV_ENTRY, element)};
#else
const conv_table_f32 CONV_TABLE = {
  CONV_FUNCTIONS(CONV_ENTRY, element) CONV_GRADIENT_FUNCTIONS(CONV_ENTRY)
  CONV_WINOGRAD_FUNCTIONS(CONV_ENTRY, element)};
#endif
