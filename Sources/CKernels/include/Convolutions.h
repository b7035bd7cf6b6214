// The convolutions of `CKernels.h`, and the memory that they fetch ahead.

#ifndef RK_CONVOLUTIONS_H
#define RK_CONVOLUTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Memory needed soon -------------------------------------------------------------------------------------------

/// Names bytes that the calling thread will read after its next convolutions, of which most of those below fetch them
/// into its cache while they compute. Only a hint: nothing is read before it is asked for, and beyond a few ranges none
/// is taken.
void rk_read_ahead(const void *start, size_t bytes);
/// Forgets what was named before.
void rk_read_ahead_clear(void);

// ---- 3 x 3 convolutions, padding 1 (float32: AVX2 or AVX-512; bfloat16: AVX512-BF16 or AMX) -------------------------
// x: images x height x width x channels_in; y: images x out_height x out_width x channels_out,
// out = (in - 1) / stride + 1. Channels are multiples of 16 up to 512. Buffers never overlap. What one level of
// instructions has packed, and a gradient in its own layout, is for the same level only. By AMX numbers that are not
// finite reach neighbouring outputs and taps too, since zeros beside the images meet them.

/// Whether the kernels below exist for these channels and this stride (1 or 2) on the level in use.
bool rk_conv3x3_supported_f32(size_t channels_in, size_t channels_out, size_t stride);
bool rk_conv3x3_supported_bf16(size_t channels_in, size_t channels_out, size_t stride);

/// Bytes of packed weights for either direction.
size_t rk_conv3x3_packed_bytes_f32(size_t channels_in, size_t channels_out);
size_t rk_conv3x3_packed_bytes_bf16(size_t channels_in, size_t channels_out);

/// Packs f32 weights (channels_out x channels_in x 3 x 3) for the forward kernel.
void rk_conv3x3_pack_forward_f32(const float *weights, size_t channels_in, size_t channels_out, float *packed);
void rk_conv3x3_pack_forward_bf16(const float *weights, size_t channels_in, size_t channels_out, uint16_t *packed);

/// Packs the same weights for the data-gradient kernel.
void rk_conv3x3_pack_data_f32(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, float *packed);
void rk_conv3x3_pack_data_bf16(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, uint16_t *packed);

/// Bytes of scratch, wherever it lies, that any of the three below needs for so many images.
size_t rk_conv3x3_scratch_bytes_f32(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride);
size_t rk_conv3x3_scratch_bytes_bf16(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride);

/// y = x * w; `sums` (nullable, 2 x channels_out doubles) receives the sums of y and y^2 as batch norm wants them.
void rk_conv3x3_forward_f32(
  const float *x, const float *packed, float *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);
void rk_conv3x3_forward_bf16(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);

/// Writes (or adds, if `accumulate`, in float32) dx of the convolution; height and width are the input's (dx's).
void rk_conv3x3_data_gradient_f32(
  const float *dy, const float *packed, float *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);
void rk_conv3x3_data_gradient_bf16(
  const uint16_t *dy, const uint16_t *packed, uint16_t *dx, bool accumulate, size_t images, size_t height,
  size_t width, size_t channels_in, size_t channels_out, size_t stride, void *scratch);

/// Floats of a weight gradient in the kernels' own layout.
size_t rk_conv3x3_gradient_count(size_t channels_in, size_t channels_out);

/// Adds the weight gradient of these images to `gradient` (own layout; zero it before the first chunk).
void rk_conv3x3_weight_gradient_f32(
  const float *x, const float *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);
void rk_conv3x3_weight_gradient_bf16(
  const uint16_t *x, const uint16_t *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);

/// Adds the gradient to channels_out x channels_in x 3 x 3.
void rk_conv3x3_add_gradient_f32(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient);
void rk_conv3x3_add_gradient_bf16(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient);

// The same with stride 1 by Winograd's algorithm, which makes 16 multiply-adds where the kernels above make 36, for
// images of even height and width, float32. Sums and differences of neighbouring pixels are rounded, so errors are
// relative to the largest neighbours, and numbers that are not finite reach neighbouring outputs too. Scratch may lie
// anywhere.

/// Whether the kernels below exist for these images and channels on the level in use.
bool rk_conv3x3_winograd_supported_f32(size_t height, size_t width, size_t channels_in, size_t channels_out);

/// Floats of packed weights for either direction, and of a weight gradient in the kernels' own layout.
size_t rk_conv3x3_winograd_count(size_t channels_in, size_t channels_out);

/// Bytes of scratch that any of the three below needs.
size_t rk_conv3x3_winograd_scratch_bytes_f32(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out);

/// Pack f32 weights (channels_out x channels_in x 3 x 3) for the output, and for the data gradient.
void rk_conv3x3_winograd_pack_forward_f32(
  const float *weights, size_t channels_in, size_t channels_out, float *packed);
void rk_conv3x3_winograd_pack_data_f32(const float *weights, size_t channels_in, size_t channels_out, float *packed);

/// y = x * w; `sums` (nullable, 2 x channels_out doubles) receives the sums of y and y^2 as batch norm wants them.
void rk_conv3x3_winograd_forward_f32(
  const float *x, const float *packed, float *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, void *scratch);
/// Writes (or adds, if `accumulate`) dx of the convolution.
void rk_conv3x3_winograd_data_gradient_f32(
  const float *dy, const float *packed, float *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, void *scratch);
/// Adds the weight gradient of these images to `gradient` (own layout; zero it before the first chunk).
void rk_conv3x3_winograd_weight_gradient_f32(
  const float *x, const float *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, void *scratch);

/// Adds the gradient to channels_out x channels_in x 3 x 3.
void rk_conv3x3_winograd_add_gradient_f32(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient);

// The same with stride 1 for images of three colours, where no gradient with respect to the images is wanted. Its weight
// gradient's own layout has as many floats as the weights. Numbers that are not finite reach neighbouring outputs too.

/// Whether the kernels below exist for so many outputs on the level in use.
bool rk_conv3x3_rgb_supported_f32(size_t channels_out);
bool rk_conv3x3_rgb_supported_bf16(size_t channels_out);

size_t rk_conv3x3_rgb_packed_bytes_f32(size_t channels_out);
size_t rk_conv3x3_rgb_packed_bytes_bf16(size_t channels_out);

/// Bytes of scratch of both directions.
size_t rk_conv3x3_rgb_scratch_bytes_f32(size_t height, size_t width);
size_t rk_conv3x3_rgb_scratch_bytes_bf16(size_t height, size_t width);

void rk_conv3x3_rgb_pack_f32(const float *weights, size_t channels_out, float *packed);
void rk_conv3x3_rgb_pack_bf16(const float *weights, size_t channels_out, uint16_t *packed);

void rk_conv3x3_rgb_forward_f32(
  const float *x, const float *packed, float *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch);
void rk_conv3x3_rgb_forward_bf16(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch);

void rk_conv3x3_rgb_weight_gradient_f32(
  const float *x, const float *dy, float *gradient, size_t images, size_t height, size_t width, size_t channels_out,
  void *scratch);
void rk_conv3x3_rgb_weight_gradient_bf16(
  const uint16_t *x, const uint16_t *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_out, void *scratch);

/// Adds the gradient to channels_out x 3 x 3 x 3.
void rk_conv3x3_rgb_add_gradient(const float *gradient, size_t channels_out, float *weights_gradient);

// ---- 1 x 1 convolutions without padding, any stride (bfloat16: AMX) -------------------------------------------------
// Layouts, channels, buffers and levels as above; weights are channels_out x channels_in and packed take 2 bytes each, a
// gradient in its own layout 4.

/// Whether the kernels below exist for these channels on the level in use.
bool rk_conv1x1_supported_bf16(size_t channels_in, size_t channels_out);

/// Bytes of scratch, wherever it lies, that any of the three below needs for so many images.
size_t rk_conv1x1_scratch_bytes_bf16(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride);

/// Pack f32 weights for the output, and for the data gradient.
void rk_conv1x1_pack_forward_bf16(const float *weights, size_t channels_in, size_t channels_out, uint16_t *packed);
void rk_conv1x1_pack_data_bf16(const float *weights, size_t channels_in, size_t channels_out, uint16_t *packed);

/// y = x * w; `sums` (nullable, 2 x channels_out doubles) receives the sums of y and y^2 as batch norm wants them.
void rk_conv1x1_forward_bf16(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);
/// Writes (or adds, if `accumulate`, in float32) dx of the convolution; height and width are the input's (dx's).
void rk_conv1x1_data_gradient_bf16(
  const uint16_t *dy, const uint16_t *packed, uint16_t *dx, bool accumulate, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);
/// Adds the weight gradient of these images to `gradient` (own layout; zero it before the first chunk).
void rk_conv1x1_weight_gradient_bf16(
  const uint16_t *x, const uint16_t *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch);

/// Adds the gradient to channels_out x channels_in.
void rk_conv1x1_add_gradient_bf16(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient);

#endif
