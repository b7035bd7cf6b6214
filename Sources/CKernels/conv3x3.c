// The public side of the 3 x 3 convolutions: which exist, how large their buffers are, and which kernel runs.

#include "conv3x3.h"

enum { MOST_CHANNELS = 512 };

static bool channels_fit(size_t channels) { return channels > 0 && channels % LANES == 0 && channels <= MOST_CHANNELS; }

bool rk_conv3x3_supported(size_t channels_in, size_t channels_out, size_t stride) {
  return rk_isa() == RK_ISA_AVX512_BF16 && channels_fit(channels_in) && channels_fit(channels_out)
         && (stride == 1 || stride == 2);
}

size_t rk_conv3x3_packed_bytes(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS * sizeof(uint16_t);
}

size_t rk_conv3x3_scratch_bytes(
  size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  (void)height, (void)width, (void)channels_in, (void)channels_out, (void)stride;
  return 0;  // these kernels read the padding nowhere, so they need no padded copy
}

#if defined(__x86_64__)

void rk_conv3x3_forward(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)scratch;
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  if (stride == 1) rk_conv3x3_same(x, packed, y, sums, &s);
  else rk_conv3x3_halving(x, packed, y, sums, &s);
}

void rk_conv3x3_data_gradient(
  const uint16_t *dy, const uint16_t *packed, uint16_t *dx, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)scratch;
  if (stride == 1) {
    conv_shape s = make_conv_shape(images, height, width, channels_out, channels_in, 1);
    rk_conv3x3_same(dy, packed, dx, NULL, &s);
  } else {
    conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
    rk_conv3x3_doubling(dy, packed, dx, &s);
  }
}

#else  // never called: nothing is supported

void rk_conv3x3_forward(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)x, (void)packed, (void)y, (void)sums, (void)images, (void)height, (void)width, (void)channels_in;
  (void)channels_out, (void)stride, (void)scratch;
  __builtin_trap();
}

void rk_conv3x3_data_gradient(
  const uint16_t *dy, const uint16_t *packed, uint16_t *dx, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)dy, (void)packed, (void)dx, (void)images, (void)height, (void)width, (void)channels_in;
  (void)channels_out, (void)stride, (void)scratch;
  __builtin_trap();
}

void rk_conv3x3_weight_gradient(
  const uint16_t *x, const uint16_t *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)x, (void)dy, (void)gradient, (void)images, (void)height, (void)width, (void)channels_in;
  (void)channels_out, (void)stride, (void)scratch;
  __builtin_trap();
}

void rk_conv3x3_pack_forward(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, uint16_t *packed) {
  (void)weights, (void)channels_in, (void)channels_out, (void)stride, (void)packed;
  __builtin_trap();
}

void rk_conv3x3_pack_data(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, uint16_t *packed) {
  (void)weights, (void)channels_in, (void)channels_out, (void)stride, (void)packed;
  __builtin_trap();
}

void rk_conv3x3_unpack_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, size_t stride, bool accumulate,
  float *weights_gradient) {
  (void)gradient, (void)channels_in, (void)channels_out, (void)stride, (void)accumulate, (void)weights_gradient;
  __builtin_trap();
}

#endif
