// First page of the convolutions. Read in this order:
//
//   include/Convolutions.h   what exists for callers: forward, gradients by data and by weights, packing, and shapes
//   conv3x3.c, conv1x1.c     which level's table answers a call, and which shapes fit (channels in steps of 16, up to
//                            512); what does not fit is oneDNN's, from Tensors
//   conv3x3.table.h          the list of functions that each table holds
//   conv3x3.h                this file: units, lanes, registers, shapes
//   conv3x3.vector256.h, .vector512.h   the few instructions that everything below is written in
//   conv3x3.same.h           stride 1: the kernel to understand first; a block of PIXELS outputs of one vector of
//                            channels stays in registers while taps and input channels pass
//   conv3x3.halving.h, .doubling.h      stride 2, and its gradient by data
//   conv3x3.gradient.h       the gradient by weights
//   conv3x3.rgb.h, .rgb.image.h         images of three channels, whose gradient by data nobody wants
//   conv3x3.pack.h           weights in the order in which kernels read them
//   conv3x3.winograd*.h      float32 alone: fewer products where they are dear
//   conv3x3.tiles.h, conv3x3.amx*.h, tiles.h   the same by tiles of 16 x 16 (AMX)
//   conv3x3.typed.h          puts these together into the table CONV_TABLE
//   conv3x3_ISA_TYPE.c       one table each: chooses type and width, and includes conv3x3.typed.h
//
// To add a shape: its function in the header of its kind, its line in conv3x3.table.h, its entry in conv3x3.typed.h, its
// test beside a plain loop in Tests/KernelsTests.

// What the 3 x 3 convolution kernels share; compiled once for each type and width of vectors. An instruction multiplies
// a vector of units and adds the products to a vector of f32, two such instructions a cycle, and everything here serves
// to feed it. A unit is four bytes: a pair of bfloat16, whose products are added to the same f32, or one float32.

#ifndef RK_CONV3X3_H
#define RK_CONV3X3_H

#include "CKernels.h"
#include "read_ahead.h"

#include <immintrin.h>
#include <string.h>

enum { TAPS = 9 };

#if defined(CONV_BFLOAT16)
typedef uint16_t element;
enum { UNIT = 2 };
#else
typedef float element;
enum { UNIT = 1 };
#endif

typedef int32_t unit_bits __attribute__((may_alias));

#define UNROLL _Pragma("clang loop unroll(full)")
#define CONV_INLINE static inline __attribute__((always_inline)) CONV_TARGET

#if defined(CONV_AVX2)
#include "conv3x3.vector256.h"
#else
#include "conv3x3.vector512.h"
#endif

/// Elements of a vector of units.
enum { UNIT_LANES = LANES * UNIT };

/// Outputs of one channel, and of its neighbours in a vector, that stay in registers beside three taps and an input.
enum { PIXELS = REGISTERS == 32 ? 16 : 12 };

/// Cache lines of what comes next that are fetched after each block of outputs: two bytes for each that it made, so two
/// chunks' worth is fetched during one.
enum { LINES_PER_BLOCK = 2 * PIXELS * LANES * sizeof(element) / LINE_BYTES };

// Units of input channels by which weights are fetched ahead of their use: many channels do not stay in cache.
enum { AHEAD = 4 };

/// Sizes of one convolution; the output's follow from the stride.
typedef struct {
  size_t images, height, width, channels_in, channels_out, stride, out_height, out_width;
} conv_shape;

static inline conv_shape make_conv_shape(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  return (conv_shape){
    images, height, width, channels_in, channels_out, stride, (height - 1) / stride + 1, (width - 1) / stride + 1};
}

/// The first address from `p` on at which a cache line begins.
static inline void *aligned_to_line(void *p) {
  return (void *)(((uintptr_t)p + LINE_BYTES - 1) & ~(uintptr_t)(LINE_BYTES - 1));
}

// A broadcast unit and a product in the order they are written. Where accumulators and weights fill the registers,
// compilers reorder the intrinsics until some no longer fit.

CONV_INLINE units broadcast_unit_in_order(const element *p) {
  units b;
  __asm__ volatile(BROADCAST_UNIT " %1, %0" : "=v"(b) : "m"(*(const unit_bits *)p));
  return b;
}

CONV_INLINE void add_product_in_order(lanes *sum, units a, units b) {
  __asm__ volatile(MULTIPLY_ADD " %2, %1, %0" : "+v"(*sum) : "v"(a), "v"(b));
}

// The same where a block leaves no register to spare, which 16 never do.

CONV_INLINE units broadcast_for_block(const element *p) {
  return REGISTERS == 16 ? broadcast_unit_in_order(p) : broadcast_unit(p);
}

CONV_INLINE void add_to_block(lanes *sum, units a, units b) {
  if (REGISTERS == 16) add_product_in_order(sum, a, b);
  else *sum = multiply_add(*sum, a, b);
}

/// Loads nine taps' weights of one unit of inputs, whose rows lie `row_step` apart.
CONV_INLINE void load_taps(units *taps, const element *w, size_t row_step) {
  UNROLL for (int t = 0; t < TAPS; t++) {
    const element *at = w + (size_t)(t / 3) * row_step + (size_t)(t % 3) * UNIT_LANES;
    taps[t] = load_units(at);
    _mm_prefetch((const char *)(at + AHEAD * 3 * UNIT_LANES), _MM_HINT_T0);
  }
}

#if !defined(CONV_BFLOAT16)

/// Stores a vector of units, which have no second element.
CONV_INLINE void store_units(element *to, const element *first, const element *second) {
  (void)second;
  store_lanes(to, load_lanes(first));
}

/// Stores the weights of a vector of outputs for one unit of inputs.
CONV_INLINE void store_weights(element *to, lanes first, lanes second) {
  (void)second;
  store_lanes(to, first);
}

/// Stores a vector of one pixel's outputs, and returns them as stored.
CONV_INLINE lanes store_outputs(element *y, lanes value) {
  store_lanes(y, value);
  return value;
}

CONV_INLINE lanes load_outputs(const element *y) { return load_lanes(y); }

#endif

/// Stores a vector of one pixel's outputs and adds them, as stored, to `sum` and their squares to `square`.
CONV_INLINE void store_pixel(element *y, lanes value, lanes *sum, lanes *square) {
  lanes stored = store_outputs(y, value);
  *sum = add_lanes(*sum, stored);
  *square = add_square(*square, stored);
}

/// Stores a vector of one pixel's outputs, or adds them to those that are there.
CONV_INLINE void put_pixel(element *y, lanes value, const bool accumulate) {
  store_outputs(y, accumulate ? add_lanes(load_outputs(y), value) : value);
}

/// Adds a vector of outputs' sums and sums of squares to 2 x LANES of an image, or of the few that are taken together.
CONV_INLINE void add_pixels(float *image_sums, lanes sum, lanes square) {
  store_lanes(image_sums, add_lanes(load_lanes(image_sums), sum));
  store_lanes(image_sums + LANES, add_lanes(load_lanes(image_sums + LANES), square));
}

/// Adds an image's 2 x LANES sums to those of the channels from `channel` on, of which there are 2 x `channels`
/// (nullable).
CONV_INLINE void add_image(double *sums, const float *image_sums, size_t channel, size_t channels) {
  if (sums == NULL) return;
  add_doubles(sums + channel, load_lanes(image_sums));
  add_doubles(sums + channels + channel, load_lanes(image_sums + LANES));
}

#endif
