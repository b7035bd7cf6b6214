// Global average pooling and its gradient.

#define GLOBAL_AVERAGE(type, TYPE, load, store)                                                                    \
  static void global_average_##type##_kernel(                                                                      \
    const TYPE *x, float *y, size_t images, size_t positions, size_t channels) {                                   \
    vf inverse = splat(1.0f / (float)positions);                                                                   \
    for (size_t n = 0; n < images; n++, x += positions * channels, y += channels) {                                \
      FOR_ROW(at, channels) {                                                                                      \
        size_t rest = channels - at;                                                                               \
        vf sum = splat(0);                                                                                         \
        for (size_t p = 0; p < positions; p++) {                                                                   \
          const TYPE *from = x + p * channels + at;                                                                \
          sum += rest >= WIDTH ? load(from) : load##_part(from, rest);                                             \
        }                                                                                                          \
        row_to(y, at, channels, sum *inverse);                                                                     \
      }                                                                                                            \
    }                                                                                                              \
  }                                                                                                                \
  static void global_average_gradient_##type##_kernel(                                                             \
    const float *dy, TYPE *dx, size_t images, size_t positions, size_t channels) {                                 \
    vf inverse = splat(1.0f / (float)positions);                                                                   \
    for (size_t n = 0; n < images; n++, dx += positions * channels, dy += channels) {                              \
      FOR_ROW(at, channels) {                                                                                      \
        size_t rest = channels - at;                                                                               \
        vf g = row_at(dy, at, channels) * inverse;                                                                 \
        for (size_t p = 0; p < positions; p++) {                                                                   \
          TYPE *to = dx + p * channels + at;                                                                       \
          if (rest >= WIDTH) store(to, g);                                                                         \
          else store##_part(to, g, rest);                                                                          \
        }                                                                                                          \
      }                                                                                                            \
    }                                                                                                              \
  }

GLOBAL_AVERAGE(f32, float, load_f32, store_f32)
GLOBAL_AVERAGE(bf16, uint16_t, load_bf16, store_bf16)
