// Batch normalization over rows x channels, once for f32 and once for bfloat16 data.
//
// Few channels would leave vectors half empty and loops short, so rows are folded: `fold` rows of C channels are read
// as one row of fold * C columns that fills whole groups of four vectors, and per-channel values are repeated.

enum { GROUP = 4, GROUP_WIDTH = GROUP * WIDTH, MOST_FOLDED = 1024, APPLY_ROWS = 32, SUM_ROWS = 128 };

typedef enum { MASK_NONE, MASK_RESULT, MASK_AFFINE } bn_mask;

INLINE bn_mask mask_of(const void *y, const float *scale, const float *shift) {
  if (y != NULL) return MASK_RESULT;
  return scale != NULL && shift != NULL ? MASK_AFFINE : MASK_NONE;
}

static size_t fold_of(size_t rows, size_t channels) {
  size_t a = GROUP_WIDTH, b = channels;
  while (b != 0) {
    size_t rest = a % b;
    a = b;
    b = rest;
  }
  size_t fold = GROUP_WIDTH / a;
  return fold <= rows && fold * channels <= MOST_FOLDED ? fold : 1;
}

// `values` for every column of a folded row; the channel's own array when there is nothing to fold or no array.
static const float *repeated(const float *values, size_t channels, size_t fold, float *buffer) {
  if (values == NULL || fold == 1) return values;
  for (size_t f = 0; f < fold; f++) memcpy(buffer + f * channels, values, channels * sizeof(float));
  return buffer;
}

// Adds the two sums of every folded column to its channel's.
static void unfold_sums(const double *folded, size_t channels, size_t fold, double *sums) {
  size_t width = fold * channels;
  for (size_t f = 0; f < fold; f++) {
    for (size_t c = 0; c < channels; c++) {
      sums[c] += folded[f * channels + c];
      sums[channels + c] += folded[width + f * channels + c];
    }
  }
}

INLINE void add_to_doubles(double *total, vf v, size_t lanes) {
  if (lanes == WIDTH) {
    vd t;
    memcpy(&t, total, sizeof t);
    t += __builtin_convertvector(v, vd);
    memcpy(total, &t, sizeof t);
  } else {
    for (size_t k = 0; k < lanes; k++) total[k] += v[k];
  }
}

INLINE vf values_at(const float *values, size_t c, size_t lanes) {
  return lanes == WIDTH ? load_f32(values + c) : load_f32_part(values + c, lanes);
}

// Runs BLOCK(column, vectors, lanes) over all columns of a row: whole groups, single vectors, the rest.
#define FOR_COLUMNS(width, BLOCK)                                            \
  do {                                                                       \
    size_t c = 0;                                                            \
    for (; c + GROUP_WIDTH <= (width); c += GROUP_WIDTH) BLOCK(c, GROUP, WIDTH); \
    for (; c + WIDTH <= (width); c += WIDTH) BLOCK(c, 1, WIDTH);             \
    if (c < (width)) BLOCK(c, 1, (width) - c);                               \
  } while (0)

#define T float
#define TYPED(name) name##_f32
#define KERNEL(name) name##_f32_kernel
#define LOAD(p, lanes) ((lanes) == WIDTH ? load_f32(p) : load_f32_part(p, lanes))
#define STORE(p, v, lanes) ((lanes) == WIDTH ? store_f32(p, v) : store_f32_part(p, v, lanes))
#include "batchnorm.typed.h"
#undef T
#undef TYPED
#undef KERNEL
#undef LOAD
#undef STORE

#define T uint16_t
#define TYPED(name) name##_bf16
#define KERNEL(name) name##_bf16_kernel
#define LOAD(p, lanes) ((lanes) == WIDTH ? load_bf16(p) : load_bf16_part(p, lanes))
#define STORE(p, v, lanes) ((lanes) == WIDTH ? store_bf16(p, v) : store_bf16_part(p, v, lanes))
#include "batchnorm.typed.h"
#undef T
#undef TYPED
#undef KERNEL
#undef LOAD
#undef STORE
