// Global average pooling, nearest upsampling by two, and their gradients.

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

#define UPSAMPLED(type, TYPE, load, store)                                                                         \
  static void upsampled_##type##_kernel(                                                                           \
    const TYPE *x, TYPE *y, size_t images, size_t height, size_t width, size_t channels) {                         \
    size_t row = 2 * width * channels;                                                                             \
    for (size_t r = 0; r < images * height; r++, x += width * channels, y += 2 * row) {                            \
      for (size_t c = 0; c < width; c++) {                                                                         \
        memcpy(y + 2 * c * channels, x + c * channels, channels * sizeof *x);                                      \
        memcpy(y + (2 * c + 1) * channels, x + c * channels, channels * sizeof *x);                                \
      }                                                                                                            \
      memcpy(y + row, y, row * sizeof *y);                                                                         \
    }                                                                                                              \
  }                                                                                                                \
  static void upsampled_gradient_##type##_kernel(                                                                  \
    const TYPE *dy, TYPE *dx, size_t images, size_t height, size_t width, size_t channels) {                       \
    size_t row = 2 * width * channels;                                                                             \
    for (size_t r = 0; r < images * height; r++, dy += 2 * row, dx += width * channels) {                          \
      for (size_t c = 0; c < width; c++) {                                                                         \
        FOR_ROW(at, channels) {                                                                                    \
          size_t rest = channels - at;                                                                             \
          const TYPE *top = dy + 2 * c * channels + at, *bottom = top + row;                                       \
          TYPE *to = dx + c * channels + at;                                                                       \
          if (rest >= WIDTH) {                                                                                     \
            store(to, (load(top) + load(top + channels)) + (load(bottom) + load(bottom + channels)));              \
          } else {                                                                                                 \
            vf upper = load##_part(top, rest) + load##_part(top + channels, rest);                                 \
            vf lower = load##_part(bottom, rest) + load##_part(bottom + channels, rest);                           \
            store##_part(to, upper + lower, rest);                                                                 \
          }                                                                                                        \
        }                                                                                                          \
      }                                                                                                            \
    }                                                                                                              \
  }

UPSAMPLED(f32, float, load_f32, store_f32)
UPSAMPLED(bf16, uint16_t, load_bf16, store_bf16)
