// Weights for Winograd's algorithm, U = G g G^T, and their gradients back: G^T of the 16 points' gradients, and G.

// G g G^T of nine taps.
CONV_INLINE void points_of_taps(const lanes *g, lanes *u) {
  lanes half = fill_lanes(0.5f), t[4][3];
  UNROLL for (int j = 0; j < 3; j++) {
    lanes even = add_lanes(g[j], g[6 + j]);
    t[0][j] = g[j];
    t[1][j] = multiply_lanes(half, add_lanes(even, g[3 + j]));
    t[2][j] = multiply_lanes(half, subtract_lanes(even, g[3 + j]));
    t[3][j] = g[6 + j];
  }
  UNROLL for (int i = 0; i < 4; i++) {
    lanes even = add_lanes(t[i][0], t[i][2]);
    u[4 * i] = t[i][0];
    u[4 * i + 1] = multiply_lanes(half, add_lanes(even, t[i][1]));
    u[4 * i + 2] = multiply_lanes(half, subtract_lanes(even, t[i][1]));
    u[4 * i + 3] = t[i][2];
  }
}

// The gradient of nine taps from those of 16 points, which lie `plane` apart.
CONV_INLINE void taps_of_points(const float *m, size_t plane, lanes *g) {
  lanes half = fill_lanes(0.5f), t[3][4];
  UNROLL for (int j = 0; j < 4; j++, m += plane) {
    lanes m1 = load_lanes(m + 4 * plane), m2 = load_lanes(m + 8 * plane);
    lanes even = multiply_lanes(half, add_lanes(m1, m2));
    t[0][j] = add_lanes(load_lanes(m), even);
    t[1][j] = multiply_lanes(half, subtract_lanes(m1, m2));
    t[2][j] = add_lanes(even, load_lanes(m + 12 * plane));
  }
  UNROLL for (int i = 0; i < 3; i++) {
    lanes even = multiply_lanes(half, add_lanes(t[i][1], t[i][2]));
    g[3 * i] = add_lanes(t[i][0], even);
    g[3 * i + 1] = multiply_lanes(half, subtract_lanes(t[i][1], t[i][2]));
    g[3 * i + 2] = add_lanes(even, t[i][3]);
  }
}

// Stores the points of one vector of outputs for LANES inputs, of block[input * 9 + tap][output], as
// [point][slice of 16 outputs][unit of inputs][output]. The data gradient takes the taps from the last to the first,
// which turns the kernel by half a turn.
CONV_TARGET static void store_points(
  const float *block, const bool turned, size_t in, size_t out, size_t first_in, size_t first_out, element *packed) {
  element *to = packed + first_out / SLICE * SLICE * in + first_in * SLICE + first_out % SLICE * UNIT;
  for (size_t k = 0; k < LANES; k += UNIT, to += SLICE * UNIT) {
    lanes u[2][POINTS];
    UNROLL for (int n = 0; n < UNIT; n++) {
      lanes g[TAPS];
      UNROLL for (int t = 0; t < TAPS; t++) {
        size_t tap = (size_t)(turned ? TAPS - 1 - t : t);
        g[t] = load_lanes(block + ((k + (size_t)n) * TAPS + tap) * LANES);
      }
      points_of_taps(g, u[n]);
    }
    UNROLL for (int p = 0; p < POINTS; p++) {
      store_weights(to + (size_t)p * weights_plane(in, out), u[0][p], u[UNIT - 1][p]);
    }
  }
}

// Exchanges outputs and inputs of block[input * 9 + tap][output].
CONV_TARGET static void exchange_channels(float *block) {
  for (size_t tap = 0; tap < TAPS; tap++) {
    lanes r[LANES];
    transposed_tap(block, tap, r);
    for (size_t k = 0; k < LANES; k++) store_lanes(block + (k * TAPS + tap) * LANES, r[k]);
  }
}

// The data gradient is a convolution whose inputs are the forward one's outputs.
CONV_INLINE void winograd_pack(
  const float *weights, size_t channels_in, size_t channels_out, const bool data, element *packed) {
  float block[BLOCK_ROWS * LANES];
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      read_block(weights + (o * channels_in + i) * TAPS, channels_in * TAPS, block);
      if (data) {
        exchange_channels(block);
        store_points(block, true, channels_out, channels_in, o, i, packed);
      } else {
        store_points(block, false, channels_in, channels_out, i, o, packed);
      }
    }
  }
}

CONV_TARGET static void winograd_pack_forward(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  winograd_pack(weights, channels_in, channels_out, false, packed);
}

CONV_TARGET static void winograd_pack_data(
  const float *weights, size_t channels_in, size_t channels_out, element *packed) {
  winograd_pack(weights, channels_in, channels_out, true, packed);
}

CONV_TARGET static void winograd_add_gradient(
  const float *gradient, size_t channels_in, size_t channels_out, float *weights_gradient) {
  float block[BLOCK_ROWS * LANES];
  for (size_t o = 0; o < channels_out; o += LANES) {
    for (size_t i = 0; i < channels_in; i += LANES) {
      for (size_t k = 0; k < LANES; k++) {
        lanes g[TAPS];
        taps_of_points(gradient + (i + k) * channels_out + o, weights_plane(channels_in, channels_out), g);
        UNROLL for (int t = 0; t < TAPS; t++) store_lanes(block + (k * TAPS + (size_t)t) * LANES, g[t]);
      }
      add_block(block, weights_gradient + (o * channels_in + i) * TAPS, channels_in * TAPS);
    }
  }
}
