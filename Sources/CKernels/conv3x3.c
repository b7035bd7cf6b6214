// The public 3 x 3 convolutions: which exist, how large their weights are, and whose kernels are called.

#include "conv3x3.table.h"
#include "isa.h"

enum { TAPS = 9 };

/// The kernels for the level in use, NULL where it has none.
static const conv_table_f32 *kernels_f32(void) {
#if defined(__x86_64__)
  if (rk_isa() >= RK_ISA_AVX512) return &rk_conv_avx512_f32;
  if (rk_isa() >= RK_ISA_AVX2) return &rk_conv_avx2_f32;
#endif
  return NULL;
}

static const conv_table_bf16 *kernels_bf16(void) {
#if defined(__x86_64__)
  if (rk_isa() >= RK_ISA_AMX_BF16) return &rk_conv_amx_bf16;
  if (rk_isa() >= RK_ISA_AVX512_BF16) return &rk_conv_avx512_bf16;
#endif
  return NULL;
}

static bool fits(size_t channels_in, size_t channels_out, size_t stride) {
  return channels_fit(channels_in) && channels_fit(channels_out) && (stride == 1 || stride == 2);
}

bool rk_conv3x3_supported_bf16(size_t channels_in, size_t channels_out, size_t stride) {
  return kernels_bf16() != NULL && fits(channels_in, channels_out, stride);
}

bool rk_conv3x3_supported_f32(size_t channels_in, size_t channels_out, size_t stride) {
  return kernels_f32() != NULL && fits(channels_in, channels_out, stride);
}

bool rk_conv3x3_winograd_supported_f32(size_t height, size_t width, size_t channels_in, size_t channels_out) {
  return rk_conv3x3_supported_f32(channels_in, channels_out, 1) && height > 0 && width > 0 && height % 2 == 0 &&
    width % 2 == 0;
}

bool rk_conv3x3_rgb_supported_bf16(size_t channels_out) { return kernels_bf16() != NULL && channels_fit(channels_out); }

bool rk_conv3x3_rgb_supported_f32(size_t channels_out) { return kernels_f32() != NULL && channels_fit(channels_out); }

size_t rk_conv3x3_packed_bytes_bf16(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS * sizeof(uint16_t);
}

size_t rk_conv3x3_packed_bytes_f32(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS * sizeof(float);
}

size_t rk_conv3x3_gradient_count(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS;
}

size_t rk_conv3x3_winograd_count(size_t channels_in, size_t channels_out) {
  return POINTS * weights_plane(channels_in, channels_out);
}

#define CONV_PUBLIC_F32(result, name, parameters, arguments) \
  result rk_conv3x3_##name##_f32(CONV_UNPACK parameters) { CONV_CALL(kernels_f32, name, arguments); }
#define CONV_PUBLIC_BF16(result, name, parameters, arguments) \
  result rk_conv3x3_##name##_bf16(CONV_UNPACK parameters) { CONV_CALL(kernels_bf16, name, arguments); }
#define CONV_PUBLIC_GRADIENT(result, name, parameters, arguments) \
  result rk_conv3x3_##name(CONV_UNPACK parameters) { CONV_CALL(kernels_f32, name, arguments); }

CONV_FUNCTIONS(CONV_PUBLIC_F32, float)
CONV_FUNCTIONS(CONV_PUBLIC_BF16, uint16_t)
CONV_GRADIENT_FUNCTIONS(CONV_PUBLIC_GRADIENT)
CONV_WINOGRAD_FUNCTIONS(CONV_PUBLIC_F32, float)
