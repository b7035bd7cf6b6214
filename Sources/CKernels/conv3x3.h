// What the 3 x 3 convolution kernels share; compiled once for each type. They exist for AVX-512 only: one instruction
// multiplies 16 units and adds the products to 16 f32, two such instructions a cycle, and everything here serves to feed
// it. A unit is four bytes: a pair of bfloat16, whose products are added to the same f32, or one float32.

#ifndef RK_CONV3X3_H
#define RK_CONV3X3_H

#include "CKernels.h"

#include <string.h>

enum { LANES = 16, TAPS = 9 };

#if defined(CONV_BFLOAT16)
typedef uint16_t element;
enum { UNIT = 2 };
#define TYPED(name) name##_bf16
#else
typedef float element;
enum { UNIT = 1 };
#define TYPED(name) name##_f32
#endif

/// Elements of 16 units.
enum { UNIT_LANES = LANES * UNIT };

/// Cache lines of what comes next that are fetched after each block of 16 x 16 outputs: a chunk of a quarter megabyte has
/// 512 such blocks of bfloat16 or 256 of float32, whatever its channels, so two chunks' worth is fetched during one.
enum { LINES_PER_BLOCK = 32 / UNIT };

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

#if defined(__x86_64__)
#include <immintrin.h>

#include "read_ahead.h"

#if defined(CONV_BFLOAT16)
#define CONV_FEATURES "avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"
#define MULTIPLY_ADD "vdpbf16ps"
typedef __m512bh units;
#else
#define CONV_FEATURES "avx2,fma,avx512f,avx512bw,avx512vl,avx512dq"
#define MULTIPLY_ADD "vfmadd231ps"
typedef __m512 units;
#endif

#define CONV_TARGET __attribute__((target(CONV_FEATURES), min_vector_width(512)))
#define CONV_INLINE static inline __attribute__((always_inline)) CONV_TARGET
#define UNROLL _Pragma("clang loop unroll(full)")

/// A unit in every lane.
CONV_INLINE units broadcast_unit(const element *p) {
  int32_t unit;
  memcpy(&unit, p, sizeof unit);
  return (units)_mm512_set1_epi32(unit);
}

/// 16 lanes of units.
CONV_INLINE units load_units(const element *p) { return (units)_mm512_loadu_si512(p); }

/// sum + a b, lane by lane.
CONV_INLINE __m512 multiply_add(__m512 sum, units a, units b) {
#if defined(CONV_BFLOAT16)
  return _mm512_dpbf16_ps(sum, a, b);
#else
  return _mm512_fmadd_ps(a, b, sum);
#endif
}

typedef int32_t unit_bits __attribute__((may_alias));

// The same two steps in the order they are written. Where accumulators and weights fill the registers, compilers reorder
// the intrinsics until some no longer fit.

CONV_INLINE units broadcast_unit_in_order(const element *p) {
  units b;
  __asm__ volatile("vpbroadcastd %1, %0" : "=v"(b) : "m"(*(const unit_bits *)p));
  return b;
}

CONV_INLINE void add_product_in_order(__m512 *sum, units a, units b) {
  __asm__ volatile(MULTIPLY_ADD " %2, %1, %0" : "+v"(*sum) : "v"(a), "v"(b));
}

#if defined(CONV_BFLOAT16)

/// Two rows of 16 numbers as 16 pairs.
CONV_INLINE __m512i interleave(__m256i even, __m256i odd) {
  __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(even), odd, 1);
  const __m512i order = _mm512_set_epi16(
    31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
    16, 0);
  return _mm512_permutexvar_epi16(order, both);
}

/// Stores 16 units of two rows of elements, of which the second is zero if absent.
CONV_INLINE void store_units(element *to, const element *first, const element *second) {
  __m256i even = _mm256_loadu_si256((const __m256i *)first);
  __m256i odd = second == NULL ? _mm256_setzero_si256() : _mm256_loadu_si256((const __m256i *)second);
  _mm512_storeu_si512(to, interleave(even, odd));
}

/// Stores the weights of 16 outputs for one unit of inputs.
CONV_INLINE void store_weights(element *to, __m512 even, __m512 odd) {
  _mm512_storeu_si512(to, interleave((__m256i)_mm512_cvtneps_pbh(even), (__m256i)_mm512_cvtneps_pbh(odd)));
}

/// Stores one pixel's 16 outputs, and returns them as stored.
CONV_INLINE __m512 store_outputs(element *y, __m512 value) {
  __m256i bits = (__m256i)_mm512_cvtneps_pbh(value);
  _mm256_storeu_si256((__m256i *)y, bits);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

CONV_INLINE __m512 load_outputs(const element *y) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)y)), 16));
}

#else

CONV_INLINE void store_units(element *to, const element *first, const element *second) {
  (void)second;
  _mm512_storeu_ps(to, _mm512_loadu_ps(first));
}

CONV_INLINE void store_weights(element *to, __m512 first, __m512 second) {
  (void)second;
  _mm512_storeu_ps(to, first);
}

CONV_INLINE __m512 store_outputs(element *y, __m512 value) {
  _mm512_storeu_ps(y, value);
  return value;
}

CONV_INLINE __m512 load_outputs(const element *y) { return _mm512_loadu_ps(y); }

#endif

/// Stores one pixel's 16 outputs and adds them, as stored, to `sum` and their squares to `square`.
CONV_INLINE void store_pixel(element *y, __m512 value, __m512 *sum, __m512 *square) {
  __m512 stored = store_outputs(y, value);
  *sum = _mm512_add_ps(*sum, stored);
  *square = _mm512_fmadd_ps(stored, stored, *square);
}

/// Stores one pixel's 16 outputs, or adds them to those that are there.
CONV_INLINE void put_pixel(element *y, __m512 value, const bool accumulate) {
  store_outputs(y, accumulate ? _mm512_add_ps(load_outputs(y), value) : value);
}

/// Adds 16 outputs' sums and sums of squares to 2 x 16 of an image.
CONV_INLINE void add_pixels(float *image_sums, __m512 sum, __m512 square) {
  _mm512_storeu_ps(image_sums, _mm512_add_ps(_mm512_loadu_ps(image_sums), sum));
  _mm512_storeu_ps(image_sums + LANES, _mm512_add_ps(_mm512_loadu_ps(image_sums + LANES), square));
}

CONV_INLINE void add_doubles(double *to, __m512 v) {
  __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
  __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
  _mm512_storeu_pd(to, _mm512_add_pd(_mm512_loadu_pd(to), low));
  _mm512_storeu_pd(to + 8, _mm512_add_pd(_mm512_loadu_pd(to + 8), high));
}

/// Adds an image's 2 x 16 sums to those of 16 channels from `channel` on, of which there are 2 x `channels` (nullable).
CONV_INLINE void add_image(double *sums, const float *image_sums, size_t channel, size_t channels) {
  if (sums == NULL) return;
  add_doubles(sums + channel, _mm512_loadu_ps(image_sums));
  add_doubles(sums + channels + channel, _mm512_loadu_ps(image_sums + LANES));
}

#endif
#endif
