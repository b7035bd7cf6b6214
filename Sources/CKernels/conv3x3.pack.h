// Packing of weights (O x I x 3 x 3, f32) for the 3 x 3 convolutions, and unpacking of their gradients. Both work on
// blocks of LANES outputs by LANES inputs by 9 taps, which are nine square matrices to transpose.

enum { BLOCK_ROWS = LANES * TAPS };

// Reads LANES outputs by LANES inputs as block[input * 9 + tap][output].
CONV_TARGET static void read_block(const float *weights, size_t row_step, float *block) {
  for (size_t at = 0; at < BLOCK_ROWS; at += LANES) {
    lanes r[LANES];
    for (size_t o = 0; o < LANES; o++) r[o] = load_lanes(weights + o * row_step + at);
    transpose(r);
    for (size_t i = 0; i < LANES; i++) store_lanes(block + (at + i) * LANES, r[i]);
  }
}

// Where the weights of one unit of inputs and one tap lie: [LANES outputs][tap row][unit][tap column][LANES units], and
// for tiles [LANES outputs][tap][unit][LANES units].
CONV_INLINE element *place(element *packed, size_t in, size_t out_block, size_t unit, size_t tap) {
  element *block = packed + out_block * TAPS * in * LANES;
#if defined(CONV_AMX)
  return block + (tap * (in / UNIT) + unit) * UNIT_LANES;
#else
  return block + ((tap / 3 * (in / UNIT) + unit) * 3 + tap % 3) * UNIT_LANES;
#endif
}

CONV_TARGET static void pack_forward(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  float block[BLOCK_ROWS * LANES];
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      read_block(weights + (o * channels_in + i) * TAPS, channels_in * TAPS, block);
      for (size_t k = 0; k < LANES; k += UNIT) {
        for (size_t tap = 0; tap < TAPS; tap++) {
          const float *first = block + (k * TAPS + tap) * LANES;
          store_weights(
            place(packed, channels_in, o / LANES, (i + k) / UNIT, tap), load_lanes(first),
            load_lanes(first + (UNIT - 1) * TAPS * LANES));
        }
      }
    }
  }
}

// One tap of block[input * 9 + tap][output] as a vector of inputs for each output.
CONV_INLINE void transposed_tap(const float *block, size_t tap, lanes *r) {
  for (size_t k = 0; k < LANES; k++) r[k] = load_lanes(block + (k * TAPS + tap) * LANES);
  transpose(r);
}

// The data gradient convolves dy with the weights turned by half a turn, outputs and inputs exchanged. With stride 2
// taps are taken one by one, so they keep their own order.
CONV_TARGET static void pack_data(
  const float *weights, size_t channels_in, size_t channels_out, size_t stride, element *packed) {
  float block[BLOCK_ROWS * LANES];
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      read_block(weights + (o * channels_in + i) * TAPS, channels_in * TAPS, block);
      for (size_t tap = 0; tap < TAPS; tap++) {
        lanes r[LANES];
        transposed_tap(block, tap, r);
        size_t turned = stride == 1 ? TAPS - 1 - tap : tap;
        for (size_t k = 0; k < LANES; k += UNIT) {
          store_weights(place(packed, channels_out, i / LANES, (o + k) / UNIT, turned), r[k], r[k + UNIT - 1]);
        }
      }
    }
  }
}

#if !defined(CONV_AMX)  // whose own layout is another

// Adds block[input * 9 + tap][output] to LANES outputs by LANES inputs.
CONV_TARGET static void add_block(const float *block, float *weights_gradient, size_t row_step) {
  for (size_t at = 0; at < BLOCK_ROWS; at += LANES) {
    lanes r[LANES];
    for (size_t k = 0; k < LANES; k++) r[k] = load_lanes(block + (at + k) * LANES);
    transpose(r);
    for (size_t k = 0; k < LANES; k++) {
      float *to = weights_gradient + k * row_step + at;
      store_lanes(to, add_lanes(load_lanes(to), r[k]));
    }
  }
}

CONV_TARGET static void add_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient) {
  enum { ROW = 3 * BLOCK * LANES };
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      float block[BLOCK_ROWS * LANES];
      // Own layout: [LANES outputs][BLOCK inputs][tap row][tap column][BLOCK][LANES].
      for (size_t k = 0; k < LANES; k++) {
        const float *rows = gradient + ((o / LANES) * (channels_in / BLOCK) + (i + k) / BLOCK) * 3 * ROW;
        for (size_t tap = 0; tap < TAPS; tap++) {
          const float *from = rows + tap / 3 * ROW + (tap % 3 * BLOCK + k % BLOCK) * LANES;
          store_lanes(block + (k * TAPS + tap) * LANES, load_lanes(from));
        }
      }
      add_block(block, weights_gradient + (o * channels_in + i) * TAPS, channels_in * TAPS);
    }
  }
}

#endif
