// Vectors of 8 floats in 16 registers. Units are float32: without instructions for bfloat16 there is nothing to gain.

enum { LANES = 8 };
#define REGISTERS 16

#define CONV_FEATURES "avx2,fma"
#define MULTIPLY_ADD "vfmadd231ps"
typedef __m256 units, lanes;

#define CONV_TARGET __attribute__((target(CONV_FEATURES)))
#define BROADCAST_UNIT "vbroadcastss"
#define LAST_REGISTER "ymm15"
#define LAST_REGISTER_CLOBBER "xmm15"

CONV_INLINE lanes zero_lanes(void) { return _mm256_setzero_ps(); }
CONV_INLINE lanes load_lanes(const float *p) { return _mm256_loadu_ps(p); }
CONV_INLINE void store_lanes(float *p, lanes v) { _mm256_storeu_ps(p, v); }
CONV_INLINE lanes add_lanes(lanes a, lanes b) { return _mm256_add_ps(a, b); }
CONV_INLINE lanes subtract_lanes(lanes a, lanes b) { return _mm256_sub_ps(a, b); }
CONV_INLINE lanes multiply_lanes(lanes a, lanes b) { return _mm256_mul_ps(a, b); }
CONV_INLINE lanes fill_lanes(float value) { return _mm256_set1_ps(value); }
CONV_INLINE lanes add_square(lanes sum, lanes v) { return _mm256_fmadd_ps(v, v, sum); }

/// A unit in every lane.
CONV_INLINE units broadcast_unit(const element *p) { return _mm256_broadcast_ss(p); }

/// 8 lanes of units.
CONV_INLINE units load_units(const element *p) { return _mm256_loadu_ps(p); }

/// sum + a b, lane by lane.
CONV_INLINE lanes multiply_add(lanes sum, units a, units b) { return _mm256_fmadd_ps(a, b, sum); }

/// The same with a unit in memory.
CONV_INLINE void add_broadcast_product(lanes *sum, const element *unit, units b) {
  *sum = multiply_add(*sum, broadcast_unit(unit), b);
}

/// Adds 8 floats to doubles.
CONV_INLINE void add_doubles(double *to, lanes v) {
  __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(v)), high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
  _mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), low));
  _mm256_storeu_pd(to + 4, _mm256_add_pd(_mm256_loadu_pd(to + 4), high));
}

/// Transposes 8 x 8.
CONV_INLINE void transpose(lanes *r) {
  lanes a[8], b[8];
  UNROLL for (int i = 0; i < 8; i += 2) {
    a[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    a[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  UNROLL for (int i = 0; i < 8; i += 4) {
    UNROLL for (int k = 0; k < 2; k++) {
      b[i + 2 * k] = _mm256_shuffle_ps(a[i + k], a[i + k + 2], _MM_SHUFFLE(1, 0, 1, 0));
      b[i + 2 * k + 1] = _mm256_shuffle_ps(a[i + k], a[i + k + 2], _MM_SHUFFLE(3, 2, 3, 2));
    }
  }
  UNROLL for (int i = 0; i < 4; i++) {
    r[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
    r[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
  }
}
