// Group normalization as a scale and a shift of each image and channel, then SiLU where asked; SiLU by itself.

INLINE vf sigmoid_of(vf z) { return splat(1) / (splat(1) + exp_of(-z)); }

INLINE vf silu_of(vf z) { return z * sigmoid_of(z); }

// d silu / dz = s (1 + z (1 - s)), s = sigmoid(z).
INLINE vf silu_slope(vf z) {
  vf s = sigmoid_of(z);
  return s * fma_(z, splat(1) - s, splat(1));
}

static void silu_kernel(const float *x, float *y, size_t count) {
  FOR_EACH(
    store_f32(y + i, silu_of(load_f32(x + i))), store_f32_part(y + i, silu_of(load_f32_part(x + i, rest)), rest))
}

static void silu_gradient_kernel(const float *dy, const float *x, float *dx, size_t count) {
  FOR_EACH(
    store_f32(dx + i, load_f32(dy + i) * silu_slope(load_f32(x + i))),
    store_f32_part(dx + i, load_f32_part(dy + i, rest) * silu_slope(load_f32_part(x + i, rest)), rest))
}

// A channel vector at a time down all positions of one image: coefficients and sums stay in registers.
#define GROUP_NORM(type, TYPE, load, store)                                                                        \
  static void gn_apply_##type##_kernel(                                                                            \
    const TYPE *x, const float *scale, const float *shift, bool silu, TYPE *y, size_t images, size_t positions,    \
    size_t channels) {                                                                                             \
    size_t size = positions * channels;                                                                            \
    for (size_t n = 0; n < images; n++, x += size, y += size, scale += channels, shift += channels) {              \
      FOR_ROW(at, channels) {                                                                                      \
        size_t rest = channels - at;                                                                               \
        vf a = row_at(scale, at, channels), b = row_at(shift, at, channels);                                       \
        for (size_t p = at; p < size; p += channels) {                                                             \
          vf z = fma_(rest >= WIDTH ? load(x + p) : load##_part(x + p, rest), a, b);                               \
          if (silu) z = silu_of(z);                                                                                \
          if (rest >= WIDTH) store(y + p, z);                                                                      \
          else store##_part(y + p, z, rest);                                                                       \
        }                                                                                                          \
      }                                                                                                            \
    }                                                                                                              \
  }                                                                                                                \
  static void gn_backward_sums_##type##_kernel(                                                                    \
    const TYPE *dy, const TYPE *x, const float *scale, const float *shift, const float *mean, bool silu,           \
    float *sums, size_t images, size_t positions, size_t channels) {                                               \
    size_t size = positions * channels;                                                                            \
    for (size_t n = 0; n < images; n++, dy += size, x += size, sums += 2 * channels) {                             \
      FOR_ROW(at, channels) {                                                                                      \
        size_t rest = channels - at, own = n * channels;                                                           \
        vf a = row_at(scale + own, at, channels), b = row_at(shift + own, at, channels);                           \
        vf m = row_at(mean + own, at, channels), total = splat(0), products = splat(0);                            \
        for (size_t p = at; p < size; p += channels) {                                                             \
          vf v = rest >= WIDTH ? load(x + p) : load##_part(x + p, rest);                                           \
          vf g = rest >= WIDTH ? load(dy + p) : load##_part(dy + p, rest);                                         \
          if (silu) g *= silu_slope(fma_(v, a, b));                                                                \
          total += g;                                                                                              \
          products = fma_(g, v - m, products);                                                                     \
        }                                                                                                          \
        row_to(sums, at, channels, total);                                                                         \
        row_to(sums + channels, at, channels, products);                                                           \
      }                                                                                                            \
    }                                                                                                              \
  }                                                                                                                \
  static void gn_backward_apply_##type##_kernel(                                                                   \
    const TYPE *dy, const TYPE *x, const float *scale, const float *shift, bool silu, const float *a,              \
    const float *b, const float *c, TYPE *dx, size_t images, size_t positions, size_t channels) {                  \
    size_t size = positions * channels;                                                                            \
    for (size_t n = 0; n < images; n++, dy += size, x += size, dx += size) {                                       \
      FOR_ROW(at, channels) {                                                                                      \
        size_t rest = channels - at, own = n * channels;                                                           \
        vf s = row_at(scale + own, at, channels), t = row_at(shift + own, at, channels);                           \
        vf of_g = row_at(a + own, at, channels), of_x = row_at(b + own, at, channels);                             \
        vf fixed = row_at(c + own, at, channels);                                                                  \
        for (size_t p = at; p < size; p += channels) {                                                             \
          vf v = rest >= WIDTH ? load(x + p) : load##_part(x + p, rest);                                           \
          vf g = rest >= WIDTH ? load(dy + p) : load##_part(dy + p, rest);                                         \
          if (silu) g *= silu_slope(fma_(v, s, t));                                                                \
          vf d = fma_(of_g, g, fma_(of_x, v, fixed));                                                              \
          if (rest >= WIDTH) store(dx + p, d);                                                                     \
          else store##_part(dx + p, d, rest);                                                                      \
        }                                                                                                          \
      }                                                                                                            \
    }                                                                                                              \
  }

GROUP_NORM(f32, float, load_f32, store_f32)
GROUP_NORM(bf16, uint16_t, load_bf16, store_bf16)
