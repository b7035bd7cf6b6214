// The public side of the 3 x 3 convolutions that no type changes: which exist, and how large their weights are.

#include "conv3x3.h"

enum { MOST_CHANNELS = 512 };

static bool channels_fit(size_t channels) { return channels > 0 && channels % LANES == 0 && channels <= MOST_CHANNELS; }

static bool fits(size_t channels_in, size_t channels_out, size_t stride) {
  return channels_fit(channels_in) && channels_fit(channels_out) && (stride == 1 || stride == 2);
}

bool rk_conv3x3_supported_bf16(size_t channels_in, size_t channels_out, size_t stride) {
  return rk_isa() >= RK_ISA_AVX512_BF16 && fits(channels_in, channels_out, stride);
}

bool rk_conv3x3_supported_f32(size_t channels_in, size_t channels_out, size_t stride) {
  return rk_isa() >= RK_ISA_AVX512 && fits(channels_in, channels_out, stride);
}

bool rk_conv3x3_rgb_supported_bf16(size_t channels_out) {
  return rk_isa() >= RK_ISA_AVX512_BF16 && channels_fit(channels_out);
}

bool rk_conv3x3_rgb_supported_f32(size_t channels_out) {
  return rk_isa() >= RK_ISA_AVX512 && channels_fit(channels_out);
}

size_t rk_conv3x3_packed_bytes_bf16(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS * sizeof(uint16_t);
}

size_t rk_conv3x3_packed_bytes_f32(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS * sizeof(float);
}

size_t rk_conv3x3_gradient_count(size_t channels_in, size_t channels_out) {
  return channels_in * channels_out * TAPS;
}
