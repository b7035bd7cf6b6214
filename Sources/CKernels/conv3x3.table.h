// The functions that exist for each type and width of vectors: X(result, name, (parameters), (arguments)). What they do
// stands in Convolutions.h.

#ifndef RK_CONV3X3_TABLE_H
#define RK_CONV3X3_TABLE_H

#include "CKernels.h"

#define CONV_FUNCTIONS(X, element)                                                                                   \
  X(void, forward,                                                                                                   \
    (const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,  \
     size_t channels_in, size_t channels_out, size_t stride),                                                        \
    (x, packed, y, sums, images, height, width, channels_in, channels_out, stride))                                  \
  X(void, data_gradient,                                                                                             \
    (const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height,           \
     size_t width, size_t channels_in, size_t channels_out, size_t stride),                                          \
    (dy, packed, dx, accumulate, images, height, width, channels_in, channels_out, stride))                          \
  X(size_t, gradient_scratch_bytes,                                                                                  \
    (size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride),                           \
    (height, width, channels_in, channels_out, stride))                                                              \
  X(void, weight_gradient,                                                                                           \
    (const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,               \
     size_t channels_in, size_t channels_out, size_t stride, void *scratch),                                         \
    (x, dy, gradient, images, height, width, channels_in, channels_out, stride, scratch))                            \
  X(void, pack_forward, (const float *weights, size_t channels_in, size_t channels_out, element *packed),            \
    (weights, channels_in, channels_out, packed))                                                                    \
  X(void, pack_data,                                                                                                 \
    (const float *weights, size_t channels_in, size_t channels_out, size_t stride, element *packed),                 \
    (weights, channels_in, channels_out, stride, packed))                                                            \
  X(size_t, rgb_packed_bytes, (size_t channels_out), (channels_out))                                                 \
  X(size_t, rgb_scratch_bytes, (size_t height, size_t width), (height, width))                                       \
  X(void, rgb_pack, (const float *weights, size_t channels_out, element *packed), (weights, channels_out, packed))   \
  X(void, rgb_forward,                                                                                               \
    (const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,  \
     size_t channels_out, void *scratch),                                                                            \
    (x, packed, y, sums, images, height, width, channels_out, scratch))                                              \
  X(void, rgb_weight_gradient,                                                                                       \
    (const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,               \
     size_t channels_out, void *scratch),                                                                            \
    (x, dy, gradient, images, height, width, channels_out, scratch))

/// Those that exist once for each width, since gradients of both types are float32.
#define CONV_GRADIENT_FUNCTIONS(X)                                                                                   \
  X(void, add_gradient,                                                                                              \
    (const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient),                       \
    (gradient, channels_in, channels_out, weights_gradient))                                                         \
  X(void, rgb_add_gradient, (const float *gradient, size_t channels_out, float *weights_gradient),                   \
    (gradient, channels_out, weights_gradient))

#define CONV_FIELD(result, name, parameters, arguments) result(*name) parameters;

typedef struct {
  CONV_FUNCTIONS(CONV_FIELD, float)
  CONV_GRADIENT_FUNCTIONS(CONV_FIELD)
} conv_table_f32;

typedef struct {
  CONV_FUNCTIONS(CONV_FIELD, uint16_t)
} conv_table_bf16;

extern const conv_table_f32 rk_conv_avx2_f32, rk_conv_avx512_f32;
extern const conv_table_bf16 rk_conv_avx512_bf16;

#endif
