// Packing of weights (O x I x 3 x 3, f32) for the 3 x 3 convolutions, and unpacking of their gradients. Both work on
// blocks of 16 outputs by 16 inputs by 9 taps, which are nine 16 x 16 matrices to transpose.

enum { BLOCK_ROWS = LANES * TAPS };

CONV_INLINE void transpose(__m512 *r) {
  __m512 a[16], b[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    a[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4) {
    b[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a[i]), _mm512_castps_pd(a[i + 2])));
    b[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a[i]), _mm512_castps_pd(a[i + 2])));
    b[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a[i + 1]), _mm512_castps_pd(a[i + 3])));
    b[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a[i + 1]), _mm512_castps_pd(a[i + 3])));
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    a[i] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88);
    a[i + 4] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xdd);
    a[i + 8] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88);
    a[i + 12] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xdd);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0xdd);
  }
}

// Reads 16 outputs by 16 inputs as block[input * 9 + tap][output].
CONV_TARGET static void read_block(const float *weights, size_t row_step, float *block) {
  for (size_t at = 0; at < BLOCK_ROWS; at += LANES) {
    __m512 r[16];
    for (size_t o = 0; o < LANES; o++) r[o] = _mm512_loadu_ps(weights + o * row_step + at);
    transpose(r);
    for (size_t i = 0; i < LANES; i++) _mm512_storeu_ps(block + (at + i) * LANES, r[i]);
  }
}

// Where the weights of one unit of inputs and one tap lie: [16 outputs][tap row][unit][tap column][16 units].
CONV_INLINE element *place(element *packed, size_t in, size_t out_block, size_t unit, size_t tap) {
  return packed + out_block * TAPS * in * LANES + ((tap / 3 * (in / UNIT) + unit) * 3 + tap % 3) * UNIT_LANES;
}

CONV_TARGET void TYPED(rk_conv3x3_pack_forward)(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  float block[BLOCK_ROWS * LANES];
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      read_block(weights + (o * channels_in + i) * TAPS, channels_in * TAPS, block);
      for (size_t k = 0; k < LANES; k += UNIT) {
        for (size_t tap = 0; tap < TAPS; tap++) {
          const float *first = block + (k * TAPS + tap) * LANES;
          store_weights(
            place(packed, channels_in, o / LANES, (i + k) / UNIT, tap), _mm512_loadu_ps(first),
            _mm512_loadu_ps(first + (UNIT - 1) * TAPS * LANES));
        }
      }
    }
  }
}

// The data gradient convolves dy with the weights turned by half a turn, outputs and inputs exchanged. With stride 2
// taps are taken one by one, so they keep their own order.
CONV_TARGET void TYPED(rk_conv3x3_pack_data)(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, element *packed) {
  float block[BLOCK_ROWS * LANES];
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      read_block(weights + (o * channels_in + i) * TAPS, channels_in * TAPS, block);
      for (size_t tap = 0; tap < TAPS; tap++) {
        __m512 r[16];
        for (size_t k = 0; k < LANES; k++) r[k] = _mm512_loadu_ps(block + (k * TAPS + tap) * LANES);
        transpose(r);
        size_t turned = stride == 1 ? TAPS - 1 - tap : tap;
        for (size_t k = 0; k < LANES; k += UNIT) {
          store_weights(place(packed, channels_out, i / LANES, (o + k) / UNIT, turned), r[k], r[k + UNIT - 1]);
        }
      }
    }
  }
}

#if !defined(CONV_BFLOAT16)  // once: the gradients of both types are float32

CONV_TARGET void rk_conv3x3_add_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient) {
  enum { HALF = LANES / 2, ROW = 3 * HALF * LANES };
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      float block[BLOCK_ROWS * LANES];
      // Own layout: [16 outputs][8 inputs][tap row][tap column][8][16].
      for (size_t k = 0; k < LANES; k++) {
        const float *half = gradient + ((o / LANES) * (channels_in / HALF) + (i + k) / HALF) * 3 * ROW;
        for (size_t tap = 0; tap < TAPS; tap++) {
          const float *from = half + tap / 3 * ROW + (tap % 3 * HALF + k % HALF) * LANES;
          _mm512_storeu_ps(block + (k * TAPS + tap) * LANES, _mm512_loadu_ps(from));
        }
      }
      for (size_t at = 0; at < BLOCK_ROWS; at += LANES) {
        __m512 r[16];
        for (size_t k = 0; k < LANES; k++) r[k] = _mm512_loadu_ps(block + (at + k) * LANES);
        transpose(r);
        for (size_t k = 0; k < LANES; k++) {
          float *to = weights_gradient + ((o + k) * channels_in + i) * TAPS + at;
          _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), r[k]));
        }
      }
    }
  }
}

#endif
