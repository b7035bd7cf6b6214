// Vectors of 16 floats in 32 registers, and units of the type that CONV_BFLOAT16 chooses.

enum { LANES = 16 };
#define REGISTERS 32

#if defined(CONV_AMX)
#define CONV_FEATURES "avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16,prfchw"
#elif defined(CONV_BFLOAT16)
#define CONV_FEATURES "avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"
#endif
#if defined(CONV_BFLOAT16)
#define MULTIPLY_ADD "vdpbf16ps"
typedef __m512bh units;
#else
#define CONV_FEATURES "avx2,fma,avx512f,avx512bw,avx512vl,avx512dq"
#define MULTIPLY_ADD "vfmadd231ps"
typedef __m512 units;
#endif
typedef __m512 lanes;

#define CONV_TARGET __attribute__((target(CONV_FEATURES), min_vector_width(512)))
#define BROADCAST_UNIT "vpbroadcastd"
#define LAST_REGISTER "zmm31"
#define LAST_REGISTER_CLOBBER "xmm31"

CONV_INLINE lanes zero_lanes(void) { return _mm512_setzero_ps(); }
CONV_INLINE lanes load_lanes(const float *p) { return _mm512_loadu_ps(p); }
CONV_INLINE void store_lanes(float *p, lanes v) { _mm512_storeu_ps(p, v); }
CONV_INLINE lanes add_lanes(lanes a, lanes b) { return _mm512_add_ps(a, b); }
CONV_INLINE lanes subtract_lanes(lanes a, lanes b) { return _mm512_sub_ps(a, b); }
CONV_INLINE lanes multiply_lanes(lanes a, lanes b) { return _mm512_mul_ps(a, b); }
CONV_INLINE lanes fill_lanes(float value) { return _mm512_set1_ps(value); }
CONV_INLINE lanes add_square(lanes sum, lanes v) { return _mm512_fmadd_ps(v, v, sum); }

/// A unit in every lane.
CONV_INLINE units broadcast_unit(const element *p) {
  int32_t unit;
  memcpy(&unit, p, sizeof unit);
  return (units)_mm512_set1_epi32(unit);
}

/// 16 lanes of units.
CONV_INLINE units load_units(const element *p) { return (units)_mm512_loadu_si512(p); }

/// sum + a b, lane by lane.
CONV_INLINE lanes multiply_add(lanes sum, units a, units b) {
#if defined(CONV_BFLOAT16)
  return _mm512_dpbf16_ps(sum, a, b);
#else
  return _mm512_fmadd_ps(a, b, sum);
#endif
}

/// The same with a unit in memory.
CONV_INLINE void add_broadcast_product(lanes *sum, const element *unit, units b) {
  __asm__ volatile(MULTIPLY_ADD " %1%{1to16%}, %2, %0" : "+v"(*sum) : "m"(*(const unit_bits *)unit), "v"(b));
}

#if defined(CONV_BFLOAT16)

/// Two rows of 16 numbers as 16 pairs.
CONV_INLINE __m512i interleave(__m256i even, __m256i odd) {
  __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(even), odd, 1);
  __asm__("" : "+v"(both));  // else compilers take one permutation of two vectors, which takes twice as long
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
CONV_INLINE void store_weights(element *to, lanes even, lanes odd) {
  _mm512_storeu_si512(to, interleave((__m256i)_mm512_cvtneps_pbh(even), (__m256i)_mm512_cvtneps_pbh(odd)));
}

/// Stores one pixel's 16 outputs, and returns them as stored.
CONV_INLINE lanes store_outputs(element *y, lanes value) {
  __m256i bits = (__m256i)_mm512_cvtneps_pbh(value);
  _mm256_storeu_si256((__m256i *)y, bits);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

CONV_INLINE lanes load_outputs(const element *y) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)y)), 16));
}

#endif

/// Adds 16 floats to doubles.
CONV_INLINE void add_doubles(double *to, lanes v) {
  __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
  __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
  _mm512_storeu_pd(to, _mm512_add_pd(_mm512_loadu_pd(to), low));
  _mm512_storeu_pd(to + 8, _mm512_add_pd(_mm512_loadu_pd(to + 8), high));
}

/// Transposes 16 x 16.
CONV_INLINE void transpose(lanes *r) {
  lanes a[16], b[16];
  UNROLL for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    a[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  UNROLL for (int i = 0; i < 16; i += 4) {
    b[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a[i]), _mm512_castps_pd(a[i + 2])));
    b[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a[i]), _mm512_castps_pd(a[i + 2])));
    b[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a[i + 1]), _mm512_castps_pd(a[i + 3])));
    b[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a[i + 1]), _mm512_castps_pd(a[i + 3])));
  }
  UNROLL for (int i = 0; i < 4; i++) {
    a[i] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88);
    a[i + 4] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xdd);
    a[i + 8] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88);
    a[i + 12] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xdd);
  }
  UNROLL for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0xdd);
  }
}
