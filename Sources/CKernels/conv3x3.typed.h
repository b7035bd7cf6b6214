// The 3 x 3 convolutions of one type: CONV_BFLOAT16 chooses which.

#include "conv3x3.h"

#if defined(__x86_64__)

#include "conv3x3.gradient.h"
#include "conv3x3.pack.h"
#include "conv3x3.rgb.h"
#include "conv3x3.same.h"
#include "conv3x3.stride2.h"

void TYPED(rk_conv3x3_forward)(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  if (stride == 1) convolve_same(x, packed, y, false, sums, &s);
  else convolve_halving(x, packed, y, sums, &s);
}

void TYPED(rk_conv3x3_data_gradient)(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride) {
  if (stride == 1) {
    conv_shape s = make_conv_shape(images, height, width, channels_out, channels_in, 1);
    convolve_same(dy, packed, dx, accumulate, NULL, &s);
  } else {
    conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
    convolve_doubling(dy, packed, dx, accumulate, &s);
  }
}

#else  // never called: nothing is supported

void TYPED(rk_conv3x3_forward)(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride) {
  (void)x, (void)packed, (void)y, (void)sums, (void)images, (void)height, (void)width, (void)channels_in;
  (void)channels_out, (void)stride;
  __builtin_trap();
}

void TYPED(rk_conv3x3_data_gradient)(
  const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride) {
  (void)dy, (void)packed, (void)dx, (void)accumulate, (void)images, (void)height, (void)width, (void)channels_in;
  (void)channels_out, (void)stride;
  __builtin_trap();
}

size_t TYPED(rk_conv3x3_gradient_scratch_bytes)(
  size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  (void)height, (void)width, (void)channels_in, (void)channels_out, (void)stride;
  __builtin_trap();
}

void TYPED(rk_conv3x3_weight_gradient)(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  (void)x, (void)dy, (void)gradient, (void)images, (void)height, (void)width, (void)channels_in;
  (void)channels_out, (void)stride, (void)scratch;
  __builtin_trap();
}

void TYPED(rk_conv3x3_pack_forward)(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  (void)weights, (void)channels_in, (void)channels_out, (void)packed;
  __builtin_trap();
}

void TYPED(rk_conv3x3_pack_data)(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, element *packed) {
  (void)weights, (void)channels_in, (void)channels_out, (void)stride, (void)packed;
  __builtin_trap();
}

#if !defined(CONV_BFLOAT16)
void rk_conv3x3_add_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient) {
  (void)gradient, (void)channels_in, (void)channels_out, (void)weights_gradient;
  __builtin_trap();
}

void rk_conv3x3_rgb_add_gradient(const float *gradient, size_t channels_out, float *weights_gradient) {
  (void)gradient, (void)channels_out, (void)weights_gradient;
  __builtin_trap();
}
#endif

size_t TYPED(rk_conv3x3_rgb_packed_bytes)(size_t channels_out) {
  (void)channels_out;
  __builtin_trap();
}

size_t TYPED(rk_conv3x3_rgb_scratch_bytes)(size_t height, size_t width) {
  (void)height, (void)width;
  __builtin_trap();
}

void TYPED(rk_conv3x3_rgb_pack)(const float *weights, size_t channels_out, element *packed) {
  (void)weights, (void)channels_out, (void)packed;
  __builtin_trap();
}

void TYPED(rk_conv3x3_rgb_forward)(
  const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch) {
  (void)x, (void)packed, (void)y, (void)sums, (void)images, (void)height, (void)width, (void)channels_out;
  (void)scratch;
  __builtin_trap();
}

void TYPED(rk_conv3x3_rgb_weight_gradient)(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch) {
  (void)x, (void)dy, (void)gradient, (void)images, (void)height, (void)width, (void)channels_out, (void)scratch;
  __builtin_trap();
}

#endif
