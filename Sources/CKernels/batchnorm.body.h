// Batch normalization over rows x channels, once for f32 and once for bfloat16 data.
//
// Few channels would leave vectors half empty and loops short, so rows are folded: `fold` rows of C channels are read
// as one row of fold * C columns that fills whole groups of four vectors, and per-channel values are repeated.
//
// With AVX512-BF16, 32 numbers are loaded at once and split into those at even and at odd columns, which takes half
// the instructions of widening 16 and 16. Per-channel values are then kept in that order, evens before odds.

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

// How a tensor's rows are read: `fold` at a time, in whole groups only if `folded`, split if `split`.
typedef struct {
  size_t fold, rows, width;
  bool folded, split;
} bn_layout;

static bn_layout layout_of(size_t rows, size_t channels, bool can_split) {
  bn_layout l = {.fold = fold_of(rows, channels)};
  l.rows = rows / l.fold;
  l.width = l.fold * channels;
  l.split = can_split && l.width % GROUP_WIDTH == 0 && l.width <= MOST_FOLDED;
  l.folded = l.fold > 1 || l.split;
  return l;
}

// Rows that the folded part covers; the rest is read row by row.
static size_t rows_covered(const bn_layout *l) { return l->folded ? l->rows * l->fold : 0; }

// The place, in a split row, of column `c`.
INLINE size_t split_place(size_t c) { return c / (2 * WIDTH) * (2 * WIDTH) + c % 2 * WIDTH + c % (2 * WIDTH) / 2; }

// `values` for every column of a folded row, in `buffer`; NULL stays NULL.
static const float *repeated(const float *values, size_t channels, const bn_layout *l, float *buffer) {
  if (values == NULL) return NULL;
  if (!l->split) {
    for (size_t f = 0; f < l->fold; f++) memcpy(buffer + f * channels, values, channels * sizeof(float));
    return buffer;
  }
  size_t channel = 0;
  for (size_t c = 0; c < l->width; c++) {
    buffer[split_place(c)] = values[channel];
    channel = channel + 1 == channels ? 0 : channel + 1;
  }
  return buffer;
}

// Adds the two sums of every folded column to its channel's.
static void unfold_sums(const double *folded, size_t channels, const bn_layout *l, double *sums) {
  size_t channel = 0;
  for (size_t c = 0; c < l->width; c++) {
    size_t place = l->split ? split_place(c) : c;
    sums[channel] += folded[place];
    sums[channels + channel] += folded[l->width + place];
    channel = channel + 1 == channels ? 0 : channel + 1;
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

#if HAS_BF16
INLINE void load_split(const uint16_t *p, vf *even, vf *odd) {
  vu both;
  memcpy(&both, p, sizeof both);
  *even = (vf)(both << 16);
  *odd = (vf)(both & 0xffff0000);
}

INLINE void store_split(uint16_t *p, vf even, vf odd) {
  const __m512i order = _mm512_set_epi16(
    31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
    16, 0);
  _mm512_storeu_si512(p, _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(odd, even)));
}
#else
INLINE void load_split(const uint16_t *p, vf *even, vf *odd) { (void)p, (void)even, (void)odd; }
INLINE void store_split(uint16_t *p, vf even, vf odd) { (void)p, (void)even, (void)odd; }
#endif

// Runs BLOCK(column, split) on every whole group of columns, then REST(column, lanes) on what is left, a vector or less
// at a time. Only groups are compiled for every case; the rest, rarely reached, decides as it goes.
#define FOR_COLUMNS(width, split, BLOCK, REST)                                                        \
  do {                                                                                                \
    size_t column = 0;                                                                                \
    if (split) {                                                                                      \
      for (; column < (width); column += GROUP_WIDTH) BLOCK(column, true);                            \
      break;                                                                                          \
    }                                                                                                 \
    for (; column + GROUP_WIDTH <= (width); column += GROUP_WIDTH) BLOCK(column, false);              \
    for (; column < (width); column += WIDTH) {                                                       \
      size_t lanes = (width) - column < WIDTH ? (width) - column : WIDTH;                             \
      REST(column, lanes);                                                                            \
    }                                                                                                 \
  } while (0)

#define NEVER_INLINE __attribute__((noinline))

#define T float
#define TYPED(name) name##_f32
#define KERNEL(name) name##_f32_kernel
#define LOAD(p, lanes) ((lanes) == WIDTH ? load_f32(p) : load_f32_part(p, lanes))
#define STORE(p, v, lanes) ((lanes) == WIDTH ? store_f32(p, v) : store_f32_part(p, v, lanes))
#define CAN_SPLIT false
#define LOAD_SPLIT(p, even, odd) ((void)(p), (void)(even), (void)(odd))
#define STORE_SPLIT(p, even, odd) ((void)(p), (void)(even), (void)(odd))
#include "batchnorm.typed.h"
#undef T
#undef TYPED
#undef KERNEL
#undef LOAD
#undef STORE
#undef CAN_SPLIT
#undef LOAD_SPLIT
#undef STORE_SPLIT

#define T uint16_t
#define TYPED(name) name##_bf16
#define KERNEL(name) name##_bf16_kernel
#define LOAD(p, lanes) ((lanes) == WIDTH ? load_bf16(p) : load_bf16_part(p, lanes))
#define STORE(p, v, lanes) ((lanes) == WIDTH ? store_bf16(p, v) : store_bf16_part(p, v, lanes))
#define CAN_SPLIT HAS_BF16
#define LOAD_SPLIT(p, even, odd) load_split(p, even, odd)
#define STORE_SPLIT(p, even, odd) store_split(p, even, odd)
#include "batchnorm.typed.h"
#undef T
#undef TYPED
#undef KERNEL
#undef LOAD
#undef STORE
#undef CAN_SPLIT
#undef LOAD_SPLIT
#undef STORE_SPLIT
