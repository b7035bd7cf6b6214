// The functions that exist for each type and width of vectors: X(result, name, (parameters), (arguments)). What they do
// stands in Convolutions.h.

#ifndef RK_CONV3X3_TABLE_H
#define RK_CONV3X3_TABLE_H

#include "CKernels.h"

/// Channels come in so many, up to so many.
enum { CHANNEL_STEP = 16, MOST_CHANNELS = 512 };

static inline bool channels_fit(size_t channels) {
  return channels > 0 && channels % CHANNEL_STEP == 0 && channels <= MOST_CHANNELS;
}

// Winograd's algorithm keeps its 16 points in as many planes. A gap lies between them, since planes at a distance of
// 4096 bytes would evict each other.
enum { POINTS = 16, PLANE_GAP = 32 };

/// From one point of all weights to the next.
static inline size_t weights_plane(size_t in, size_t out) { return in * out + PLANE_GAP; }

/// Those that 1 x 1 convolutions have too.
#define CONV_COMMON_FUNCTIONS(X, element)                                                                            \
  X(size_t, scratch_bytes,                                                                                           \
    (size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride),            \
    (images, height, width, channels_in, channels_out, stride))                                                      \
  X(void, forward,                                                                                                   \
    (const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,  \
     size_t channels_in, size_t channels_out, size_t stride, void *scratch),                                         \
    (x, packed, y, sums, images, height, width, channels_in, channels_out, stride, scratch))                         \
  X(void, data_gradient,                                                                                             \
    (const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height,           \
     size_t width, size_t channels_in, size_t channels_out, size_t stride, void *scratch),                           \
    (dy, packed, dx, accumulate, images, height, width, channels_in, channels_out, stride, scratch))                 \
  X(void, weight_gradient,                                                                                           \
    (const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,               \
     size_t channels_in, size_t channels_out, size_t stride, void *scratch),                                         \
    (x, dy, gradient, images, height, width, channels_in, channels_out, stride, scratch))                            \
  X(void, add_gradient,                                                                                              \
    (const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient),                       \
    (gradient, channels_in, channels_out, weights_gradient))                                                         \
  X(void, pack_forward, (const float *weights, size_t channels_in, size_t channels_out, element *packed),            \
    (weights, channels_in, channels_out, packed))

#define CONV_FUNCTIONS(X, element)                                                                                   \
  CONV_COMMON_FUNCTIONS(X, element)                                                                                  \
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

/// Those that exist for float32 only: in bfloat16 Winograd's algorithm loses digits.
#define CONV_WINOGRAD_FUNCTIONS(X, element)                                                                          \
  X(size_t, winograd_scratch_bytes,                                                                                  \
    (size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out),                           \
    (images, height, width, channels_in, channels_out))                                                              \
  X(void, winograd_pack_forward, (const float *weights, size_t channels_in, size_t channels_out, element *packed),   \
    (weights, channels_in, channels_out, packed))                                                                    \
  X(void, winograd_pack_data, (const float *weights, size_t channels_in, size_t channels_out, element *packed),      \
    (weights, channels_in, channels_out, packed))                                                                    \
  X(void, winograd_forward,                                                                                          \
    (const element *x, const element *packed, element *y, double *sums, size_t images, size_t height, size_t width,  \
     size_t channels_in, size_t channels_out, void *scratch),                                                        \
    (x, packed, y, sums, images, height, width, channels_in, channels_out, scratch))                                 \
  X(void, winograd_data_gradient,                                                                                    \
    (const element *dy, const element *packed, element *dx, bool accumulate, size_t images, size_t height,           \
     size_t width, size_t channels_in, size_t channels_out, void *scratch),                                          \
    (dy, packed, dx, accumulate, images, height, width, channels_in, channels_out, scratch))                         \
  X(void, winograd_weight_gradient,                                                                                  \
    (const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,               \
     size_t channels_in, size_t channels_out, void *scratch),                                                        \
    (x, dy, gradient, images, height, width, channels_in, channels_out, scratch))                                    \
  X(void, winograd_add_gradient,                                                                                     \
    (const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient),                       \
    (gradient, channels_in, channels_out, weights_gradient))

/// Those that exist once for each width, since gradients of both types are float32.
#define CONV_GRADIENT_FUNCTIONS(X)                                                                                   \
  X(void, rgb_add_gradient, (const float *gradient, size_t channels_out, float *weights_gradient),                   \
    (gradient, channels_out, weights_gradient))

/// All of the 1 x 1 convolutions, which exist for bfloat16 only.
#define POINTWISE_FUNCTIONS(X)                                                                                       \
  CONV_COMMON_FUNCTIONS(X, uint16_t)                                                                                 \
  X(void, pack_data, (const float *weights, size_t channels_in, size_t channels_out, uint16_t *packed),              \
    (weights, channels_in, channels_out, packed))

#define CONV_FIELD(result, name, parameters, arguments) result(*name) parameters;

typedef struct {
  CONV_FUNCTIONS(CONV_FIELD, float)
  CONV_GRADIENT_FUNCTIONS(CONV_FIELD)
  CONV_WINOGRAD_FUNCTIONS(CONV_FIELD, float)
} conv_table_f32;

typedef struct {
  CONV_FUNCTIONS(CONV_FIELD, uint16_t)
} conv_table_bf16;

typedef struct {
  POINTWISE_FUNCTIONS(CONV_FIELD)
} pointwise_table;

extern const conv_table_f32 rk_conv_avx2_f32, rk_conv_avx512_f32;
extern const conv_table_bf16 rk_conv_avx512_bf16, rk_conv_amx_bf16;
extern const pointwise_table rk_pointwise_amx_bf16;

// Public functions are calls of what such a table holds. Calling what is not supported is the caller's error.
#define CONV_UNPACK(...) __VA_ARGS__
#define CONV_CALL(table, name, arguments) \
  if (table() == NULL) __builtin_trap();  \
  return table()->name arguments

#endif
