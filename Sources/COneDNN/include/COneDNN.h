// A small C interface to oneDNN, the same over its versions 2 and 3.
//
// Conventions
// - Activations are N x H x W x C, f32 or bfloat16; weights are handed over as f32 O x I x H x W and packed into the
//   layout that a primitive prefers; weight gradients are f32, in a primitive's own layout until unpacked.
// - oneDNN is only ever used with one OpenMP thread: parallelism is the caller's, over images.
// - A primitive is made once for a shape and may be executed by several threads at once, each with its own scratch.
// - Where oneDNN has no bfloat16 kernels (no AVX-512) a primitive works in f32 inside; only sizes and speed differ.
// - Every function that returns `rd_status` leaves a readable line for `rd_last_error()` on the same thread.

#ifndef CONEDNN_H
#define CONEDNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  RD_OK = 0,
  RD_OUT_OF_MEMORY = 1,
  RD_INVALID_ARGUMENT = 2,
  RD_UNSUPPORTED = 3,
  RD_FAILED = 4,
} rd_status;

typedef enum { RD_F32 = 0, RD_BF16 = 1 } rd_data_type;

// ---- Library ----------------------------------------------------------------------------------------------------

/// Makes oneDNN single-threaded on the calling thread; cheap to repeat. A hook for `rk_pool_set_thread_hook`.
void rd_thread_init(void);

/// What went wrong in the last failed call on this thread; empty if nothing did.
const char *rd_last_error(void);

/// The version of the library that is loaded, such as "2.6.3".
const char *rd_version(void);

/// The instruction set that oneDNN uses (after REPRO_MAX_ISA), such as "avx512_core_bf16".
const char *rd_effective_isa(void);

/// Whether oneDNN has bfloat16 kernels here (otherwise they are emulated in f32).
bool rd_has_bf16(void);

/// Bytes to align buffers to for best speed.
enum { RD_ALIGNMENT = 64 };

// ---- Convolution ------------------------------------------------------------------------------------------------

typedef enum { RD_FORWARD = 0, RD_BACKWARD_DATA = 1, RD_BACKWARD_WEIGHTS = 2 } rd_direction;

/// Sizes of a convolution of `images` images; output = (input + 2 padding - kernel) / stride + 1.
typedef struct {
  size_t images, height, width, channels_in, channels_out;
  size_t kernel_height, kernel_width, stride, padding;
} rd_conv_shape;

typedef struct rd_conv rd_conv;

/// Makes a primitive; `*conv` is released with `rd_conv_destroy`. The type is that of both activations.
rd_status rd_conv_create(rd_conv **conv, rd_direction direction, rd_conv_shape shape, rd_data_type type);
void rd_conv_destroy(rd_conv *conv);

/// The kernel that oneDNN chose, such as "jit_bf16:avx512_core_bf16".
const char *rd_conv_implementation(const rd_conv *conv);

/// Bytes of the packed weights (forward, backward data) or of the weight gradient in its own layout.
size_t rd_conv_weights_bytes(const rd_conv *conv);

/// Bytes of scratch for execution, packing and unpacking (one per calling thread).
size_t rd_conv_scratch_bytes(const rd_conv *conv);

/// Whether weights packed for one may be used by the other (or gradients in own layout be summed).
bool rd_conv_shares_layout(const rd_conv *a, const rd_conv *b);

/// Packs O x I x H x W f32 weights for a forward or backward-data primitive.
rd_status rd_conv_pack(const rd_conv *conv, const float *weights, void *packed, void *scratch);

/// Writes a weight gradient in own layout (f32, `rd_conv_weights_bytes`) as O x I x H x W; adds to it if `accumulate`.
rd_status rd_conv_unpack(const rd_conv *conv, const float *native, bool accumulate, float *gradient, void *scratch);

/// y = x * w.
rd_status rd_conv_forward(const rd_conv *conv, const void *x, const void *packed, void *y, void *scratch);

/// dx from dy and the packed weights.
rd_status rd_conv_backward_data(const rd_conv *conv, const void *dy, const void *packed, void *dx, void *scratch);

/// The weight gradient from x and dy, in own layout, overwriting `native`.
rd_status rd_conv_backward_weights(
  const rd_conv *conv, const void *x, const void *dy, float *native, void *scratch);

// ---- Pooling ----------------------------------------------------------------------------------------------------

typedef enum {
  RD_POOL_MAX = 0,
  RD_POOL_AVERAGE = 1,                 // divides by the pixels inside the image
  RD_POOL_AVERAGE_WITH_PADDING = 2,    // divides by the kernel's area (PyTorch's default)
} rd_pool_kind;

/// Sizes of a pooling; output = (input + 2 padding - kernel) / stride + 1.
typedef struct {
  size_t images, height, width, channels;
  size_t kernel_height, kernel_width, stride, padding;
} rd_pool_shape;

typedef struct rd_pool rd_pool;

/// Makes the forward and backward primitives of one pooling; released with `rd_pool_destroy`.
rd_status rd_pool_create(rd_pool **pool, rd_pool_kind kind, rd_pool_shape shape, rd_data_type type);
void rd_pool_destroy(rd_pool *pool);

/// Bytes that forward writes for backward (0 for averages).
size_t rd_pool_workspace_bytes(const rd_pool *pool);
size_t rd_pool_scratch_bytes(const rd_pool *pool);

/// `workspace` is needed for maxima only.
rd_status rd_pool_forward(const rd_pool *pool, const void *x, void *y, void *workspace, void *scratch);
rd_status rd_pool_backward(const rd_pool *pool, const void *dy, const void *workspace, void *dx, void *scratch);

// ---- Matrix product ---------------------------------------------------------------------------------------------

/// c = alpha op(a) op(b) + beta c, row-major f32: op(a) is m x k, op(b) k x n, c m x n; strides are of the rows as stored.
rd_status rd_sgemm(
  bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride,
  const float *b, size_t b_stride, float beta, float *c, size_t c_stride);

#ifdef __cplusplus
}
#endif

#endif
