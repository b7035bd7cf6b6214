// What the 3 x 3 convolution kernels share. They exist for AVX512-BF16 only: its one instruction multiplies 16 pairs of
// bfloat16 and adds each pair's products to an f32, two such instructions a cycle. Everything here serves to feed it.

#ifndef RK_CONV3X3_H
#define RK_CONV3X3_H

#include "CKernels.h"

#include <string.h>

enum { LANES = 16, TAPS = 9, PAIR_LANES = 32 };

// Pairs of input channels by which weights are fetched ahead of their use: many channels do not stay in cache.
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

void rk_conv3x3_same(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, const conv_shape *shape);
void rk_conv3x3_halving(
  const uint16_t *x, const uint16_t *packed, uint16_t *y, double *sums, const conv_shape *shape);
void rk_conv3x3_doubling(const uint16_t *dy, const uint16_t *packed, uint16_t *dx, const conv_shape *shape);

#if defined(__x86_64__)
#include <immintrin.h>

#include "read_ahead.h"

#define CONV_TARGET \
  __attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"), min_vector_width(512)))
#define CONV_INLINE static inline __attribute__((always_inline)) CONV_TARGET

/// A pair of bfloat16 in every lane.
CONV_INLINE __m512bh broadcast_pair(const uint16_t *p) {
  int32_t pair;
  memcpy(&pair, p, sizeof pair);
  return (__m512bh)_mm512_set1_epi32(pair);
}

/// 16 lanes of pairs.
CONV_INLINE __m512bh load_pairs(const uint16_t *p) { return (__m512bh)_mm512_loadu_si512(p); }

/// The same two steps in the order they are written. Where accumulators and weights fill the registers, compilers
/// reorder the intrinsics until some no longer fit.
typedef int32_t pair_bits __attribute__((may_alias));

CONV_INLINE __m512bh broadcast_pair_in_order(const uint16_t *p) {
  __m512bh b;
  __asm__ volatile("vpbroadcastd %1, %0" : "=v"(b) : "m"(*(const pair_bits *)p));
  return b;
}

CONV_INLINE void add_product_in_order(__m512 *sum, __m512bh a, __m512bh b) {
  __asm__ volatile("vdpbf16ps %2, %1, %0" : "+v"(*sum) : "v"(a), "v"(b));
}

/// Two rows of 16 numbers as 16 pairs.
CONV_INLINE __m512i interleave(__m256i even, __m256i odd) {
  __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(even), odd, 1);
  const __m512i order = _mm512_set_epi16(
    31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
    16, 0);
  return _mm512_permutexvar_epi16(order, both);
}

/// Stores one pixel's 16 outputs and adds them, as stored, to `sum` and their squares to `square`.
CONV_INLINE void store_pixel(uint16_t *y, __m512 value, __m512 *sum, __m512 *square, const bool with_sums) {
  __m256i bits = (__m256i)_mm512_cvtneps_pbh(value);
  _mm256_storeu_si256((__m256i *)y, bits);
  if (with_sums) {
    __m512 stored = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
    *sum = _mm512_add_ps(*sum, stored);
    *square = _mm512_fmadd_ps(stored, stored, *square);
  }
}

/// Adds 16 f32 sums to doubles.
CONV_INLINE void add_sums(double *to, __m512 v) {
  __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
  __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
  _mm512_storeu_pd(to, _mm512_add_pd(_mm512_loadu_pd(to), low));
  _mm512_storeu_pd(to + 8, _mm512_add_pd(_mm512_loadu_pd(to + 8), high));
}

#endif
#endif
