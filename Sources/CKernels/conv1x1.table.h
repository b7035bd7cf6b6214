// The functions of the 1 x 1 convolutions: X(result, name, (parameters), (arguments)). What they do stands in
// Convolutions.h.

#ifndef RK_CONV1X1_TABLE_H
#define RK_CONV1X1_TABLE_H

#include "CKernels.h"

#define POINTWISE_FUNCTIONS(X)                                                                                       \
  X(size_t, scratch_bytes,                                                                                           \
    (size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride),            \
    (images, height, width, channels_in, channels_out, stride))                                                      \
  X(void, pack_forward, (const float *weights, size_t channels_in, size_t channels_out, uint16_t *packed),           \
    (weights, channels_in, channels_out, packed))                                                                    \
  X(void, pack_data, (const float *weights, size_t channels_in, size_t channels_out, uint16_t *packed),              \
    (weights, channels_in, channels_out, packed))                                                                    \
  X(void, forward,                                                                                                   \
    (const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, size_t images, size_t height,             \
     size_t width, size_t channels_in, size_t channels_out, size_t stride, void *scratch),                           \
    (x, packed, y, sums, images, height, width, channels_in, channels_out, stride, scratch))                         \
  X(void, data_gradient,                                                                                             \
    (const uint16_t *dy, const uint16_t *packed, uint16_t *dx, bool accumulate, size_t images, size_t height,        \
     size_t width, size_t channels_in, size_t channels_out, size_t stride, void *scratch),                           \
    (dy, packed, dx, accumulate, images, height, width, channels_in, channels_out, stride, scratch))                 \
  X(void, weight_gradient,                                                                                           \
    (const uint16_t *x, const uint16_t *dy, float *gradient, size_t images, size_t height, size_t width,             \
     size_t channels_in, size_t channels_out, size_t stride, void *scratch),                                         \
    (x, dy, gradient, images, height, width, channels_in, channels_out, stride, scratch))                            \
  X(void, add_gradient,                                                                                              \
    (const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient),                       \
    (gradient, channels_in, channels_out, weights_gradient))

#define POINTWISE_FIELD(result, name, parameters, arguments) result(*name) parameters;

typedef struct {
  POINTWISE_FUNCTIONS(POINTWISE_FIELD)
} pointwise_table;

extern const pointwise_table rk_pointwise_amx_bf16;

#endif
