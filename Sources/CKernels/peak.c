// What the multipliers of a core can do when nothing has to be loaded.

#include "CKernels.h"
#include "isa.h"

#if defined(__x86_64__)
#include "tiles.h"

#include <immintrin.h>

// Sixteen sums, so that no multiplication waits for the one before; they leave through memory, or nothing would be done.
enum { SUMS = 16 };
static _Thread_local volatile float sink;

__attribute__((target("avx512f,avx512bf16"))) static double bf16_products(size_t rounds) {
  __m512 sums[SUMS];
  for (int i = 0; i < SUMS; i++) sums[i] = _mm512_set1_ps((float)i);
  __m512bh x = (__m512bh)_mm512_set1_epi16(0x3f80);
  for (size_t r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < SUMS; i++) sums[i] = _mm512_dpbf16_ps(sums[i], x, x);
  }
  for (int i = 0; i < SUMS; i++) sink = _mm512_cvtss_f32(sums[i]);
  return 32 * SUMS;
}

// Six tiles of sums, which are never read: as many products as the tiles' multiplier makes.
__attribute__((target("avx512f,amx-tile,amx-bf16"))) static double tile_products(size_t rounds) {
  tile_shapes shapes = full_tiles();
  _tile_loadconfig(&shapes);
  _tile_zero(6);
  _tile_zero(7);
  for (size_t r = 0; r < rounds; r++) {
    _tile_dpbf16ps(0, 6, 7);
    _tile_dpbf16ps(1, 6, 7);
    _tile_dpbf16ps(2, 6, 7);
    _tile_dpbf16ps(3, 6, 7);
    _tile_dpbf16ps(4, 6, 7);
    _tile_dpbf16ps(5, 6, 7);
  }
  _tile_release();
  return 16 * 16 * 32 * 6;
}

__attribute__((target("avx512f"))) static double wide_products(size_t rounds) {
  __m512 sums[SUMS];
  for (int i = 0; i < SUMS; i++) sums[i] = _mm512_set1_ps((float)i);
  __m512 x = _mm512_set1_ps(sink + 0.5f);
  for (size_t r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < SUMS; i++) sums[i] = _mm512_fmadd_ps(sums[i], x, x);
  }
  for (int i = 0; i < SUMS; i++) sink = _mm512_cvtss_f32(sums[i]);
  return 16 * SUMS;
}

__attribute__((target("avx2,fma"))) static double narrow_products(size_t rounds) {
  __m256 sums[12];
  for (int i = 0; i < 12; i++) sums[i] = _mm256_set1_ps((float)i);
  __m256 x = _mm256_set1_ps(sink + 0.5f);
  for (size_t r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) sums[i] = _mm256_fmadd_ps(sums[i], x, x);
  }
  for (int i = 0; i < 12; i++) sink = _mm256_cvtss_f32(sums[i]);
  return 8 * 12;
}
#endif

static double plain_products(size_t rounds) {
  typedef float four __attribute__((vector_size(16)));
  static _Thread_local volatile float out;
  four sums[8] = {0}, x = {out + 0.5f, 0.5f, 0.5f, 0.5f};
  for (size_t r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) sums[i] = sums[i] * x + x;
  }
  for (int i = 0; i < 8; i++) out = sums[i][0];
  return 4 * 8;
}

double rk_peak_multiply_adds(size_t rounds, bool bf16) {
#if defined(__x86_64__)
  if (rk_isa() >= RK_ISA_AMX_BF16 && bf16) return tile_products(rounds);
  if (rk_isa() >= RK_ISA_AVX512_BF16 && bf16) return bf16_products(rounds);
  if (rk_isa() >= RK_ISA_AVX512) return wide_products(rounds);
  if (rk_isa() >= RK_ISA_AVX2) return narrow_products(rounds);
#endif
  (void)bf16;
  return plain_products(rounds);
}
