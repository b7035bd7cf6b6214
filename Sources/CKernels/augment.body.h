// Augmentation of one image, planar f32.

INLINE vf clamp01(vf x) {
  vf y = x < splat(0) ? splat(0) : x;
  return y > splat(1) ? splat(1) : y;
}

INLINE vf gray_of(vf r, vf g, vf b) {
  return fma_(splat(0.2989f), r, fma_(splat(0.587f), g, splat(0.114f) * b));
}

// ---- Cropping and resizing ----

// For every output position of one axis: the first source position, and `taps` weights stored tap by tap.
typedef struct {
  int32_t *first;
  float *weights;
  size_t taps, begin, end;  // [begin, end): the source positions inside the box
} axis_filter;

// Keys' cubic with a = -1/2 at distance t >= 0.
static double cubic_weight(double t) {
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

// Triangle (or cubic) filter of half-width 1 (or 2) times max(scale, 1) around each output's centre, cut at the box and
// made to sum to `total`.
static axis_filter make_axis(
  size_t in, size_t out, float start, float length, bool cubic, bool antialias, bool flip, float total,
  float *memory) {
  axis_filter axis = {.first = (int32_t *)memory, .weights = memory + out};
  double scale = (double)length / (double)out, stretch = antialias && scale > 1 ? scale : 1;
  double support = cubic ? 2 * stretch : stretch;
  axis.begin = (size_t)floorf(start);
  axis.end = (size_t)ceilf(start + length);
  if (axis.end > in) axis.end = in;
  if (axis.begin >= axis.end) axis.begin = axis.end - 1;
  axis.taps = (size_t)ceil(2 * support);
  size_t extent = axis.end - axis.begin;
  if (axis.taps > extent) axis.taps = extent;
  for (size_t o = 0; o < out; o++) {
    double centre = start + ((double)o + 0.5) * scale;
    ptrdiff_t low = (ptrdiff_t)floor(centre - support + 0.5);
    ptrdiff_t last = (ptrdiff_t)(axis.end - axis.taps);
    if (low < (ptrdiff_t)axis.begin) low = (ptrdiff_t)axis.begin;
    if (low > last) low = last;
    size_t to = flip ? out - 1 - o : o;
    axis.first[to] = (int32_t)low;
    double sum = 0;
    for (size_t k = 0; k < axis.taps; k++) {
      double t = fabs((double)low + (double)k + 0.5 - centre) / stretch;
      double w = cubic ? cubic_weight(t) : t < 1 ? 1 - t : 0;
      axis.weights[k * out + to] = (float)w;
      sum += w;
    }
    for (size_t k = 0; k < axis.taps; k++) {
      axis.weights[k * out + to] = (float)(axis.weights[k * out + to] * total / sum);
    }
  }
  return axis;
}

// A row of at most 32 pixels fits into two registers, where a permutation picks any of them; false if it does not.
INLINE bool resize_short_row(
  const axis_filter *xs, const uint8_t *from, size_t width, float *to, size_t out_width) {
#if WIDTH == 16
  if (width > 32 || out_width % 16 != 0) return false;
  uint8_t bytes[32] = {0};
  if (width == 32) memcpy(bytes, from, 32);
  else memcpy(bytes, from, width);
  __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)bytes)));
  __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(bytes + 16))));
  for (size_t x = 0; x < out_width; x += 16) {
    __m512i first = _mm512_loadu_si512(xs->first + x);
    __m512 sum = _mm512_setzero_ps();
    for (size_t k = 0; k < xs->taps; k++) {
      __m512 weight = _mm512_loadu_ps(xs->weights + k * out_width + x);
      __m512i at = _mm512_add_epi32(first, _mm512_set1_epi32((int)k));
      sum = _mm512_fmadd_ps(weight, _mm512_permutex2var_ps(low, at, high), sum);
    }
    _mm512_storeu_ps(to + x, sum);
  }
  return true;
#else
  (void)xs, (void)from, (void)width, (void)to, (void)out_width;
  return false;
#endif
}

static void resized_crop_kernel(
  const uint8_t *image, size_t channels, size_t height, size_t width, bool interleaved, float top, float left,
  float box_height, float box_width, bool cubic, bool antialias, bool flip, float *out, size_t out_height,
  size_t out_width, void *scratch) {
  float *memory = scratch;
  axis_filter xs = make_axis(width, out_width, left, box_width, cubic, antialias, flip, 1.0f / 255, memory);
  memory += axis_floats(width, out_width);
  axis_filter ys = make_axis(height, out_height, top, box_height, cubic, antialias, false, 1, memory);
  memory += axis_floats(height, out_height);
  size_t step = interleaved ? channels : 1;
  for (size_t c = 0; c < channels; c++) {
    const uint8_t *plane = interleaved ? image + c : image + c * height * width;
    // Across: the box's rows, resized to out_width.
    for (size_t y = ys.begin; y < ys.end; y++) {
      if (step == 1 && resize_short_row(&xs, plane + y * width, width, memory + (y - ys.begin) * out_width, out_width))
        continue;
      const uint8_t *from = plane + y * width * step;
      float *row = memory + (y - ys.begin) * out_width;
      for (size_t x = 0; x < out_width; x++) row[x] = xs.weights[x] * from[(size_t)xs.first[x] * step];
      for (size_t k = 1; k < xs.taps; k++) {
        const float *weights = xs.weights + k * out_width;
        const uint8_t *shifted = from + k * step;
        for (size_t x = 0; x < out_width; x++) row[x] += weights[x] * shifted[(size_t)xs.first[x] * step];
      }
    }
    // Down.
    for (size_t y = 0; y < out_height; y++) {
      const float *rows = memory + ((size_t)ys.first[y] - ys.begin) * out_width;
      float *to = out + (c * out_height + y) * out_width;
      FOR_ROW(at, out_width) {
        vf sum = splat(0);
        for (size_t k = 0; k < ys.taps; k++) {
          sum = fma_(splat(ys.weights[k * out_height + y]), row_at(rows + k * out_width, at, out_width), sum);
        }
        row_to(to, at, out_width, cubic ? clamp01(sum) : sum);
      }
    }
  }
}

static void padded_crop_kernel(
  const uint8_t *image, size_t channels, size_t height, size_t width, bool interleaved, ptrdiff_t top,
  ptrdiff_t left, bool flip, float *out, size_t out_height, size_t out_width) {
  size_t step = interleaved ? channels : 1;
  // The output columns [begin, end), before mirroring, that lie inside the image.
  ptrdiff_t begin = left < 0 ? -left : 0, end = (ptrdiff_t)width - left;
  if (end > (ptrdiff_t)out_width) end = (ptrdiff_t)out_width;
  for (size_t c = 0; c < channels; c++) {
    const uint8_t *plane = interleaved ? image + c : image + c * height * width;
    for (size_t y = 0; y < out_height; y++, out += out_width) {
      ptrdiff_t from = top + (ptrdiff_t)y;
      memset(out, 0, out_width * sizeof(float));
      if (from < 0 || from >= (ptrdiff_t)height) continue;
      const uint8_t *row = plane + (size_t)from * width * step;
      for (ptrdiff_t x = begin; x < end; x++) {
        float value = (float)row[(size_t)(left + x) * step] * (1.0f / 255);
        out[flip ? (ptrdiff_t)out_width - 1 - x : x] = value;
      }
    }
  }
}

// ---- Colour ----

static void adjust_brightness_kernel(float *image, size_t pixels, float factor) {
  size_t count = 3 * pixels;
  FOR_ROW(at, count) row_to(image, at, count, clamp01(row_at(image, at, count) * splat(factor)));
}

static void adjust_contrast_kernel(float *image, size_t pixels, float factor) {
  const float *r = image, *g = image + pixels, *b = image + 2 * pixels;
  float sum;
#define TERM(at) gray_of(row_at(r, at, pixels), row_at(g, at, pixels), row_at(b, at, pixels))
  ROW_SUM(sum, pixels, TERM);
#undef TERM
  vf f = splat(factor), rest = splat((1 - factor) * (sum / (float)pixels));
  size_t count = 3 * pixels;
  FOR_ROW(at, count) row_to(image, at, count, clamp01(fma_(f, row_at(image, at, count), rest)));
}

static void adjust_saturation_kernel(float *image, size_t pixels, float factor) {
  float *r = image, *g = image + pixels, *b = image + 2 * pixels;
  vf f = splat(factor), rest = splat(1 - factor);
  FOR_ROW(at, pixels) {
    vf vr = row_at(r, at, pixels), vg = row_at(g, at, pixels), vb = row_at(b, at, pixels);
    vf gray = rest * gray_of(vr, vg, vb);
    row_to(r, at, pixels, clamp01(fma_(f, vr, gray)));
    row_to(g, at, pixels, clamp01(fma_(f, vg, gray)));
    row_to(b, at, pixels, clamp01(fma_(f, vb, gray)));
  }
}

// How much of its colourfulness a channel loses at hue `h` (in sixths of a turn): 0 within a sixth of a turn of the
// channel's own hue, 1 beyond a third. `offset` is 5 for red, 3 for green, 1 for blue.
INLINE vf loss_at(vf h, float offset) {
  vf k = h + splat(offset);
  k = k >= splat(6) ? k - splat(6) : k;
  vf other = splat(4) - k;
  return clamp01(k < other ? k : other);
}

static void adjust_hue_kernel(float *image, size_t pixels, float shift) {
  float *r = image, *g = image + pixels, *b = image + 2 * pixels;
  FOR_ROW(at, pixels) {
    vf vr = row_at(r, at, pixels), vg = row_at(g, at, pixels), vb = row_at(b, at, pixels);
    vf most = larger(larger(vr, vg), vb);
    vf least = vr < vg ? vr : vg;
    least = vb < least ? vb : least;
    vf chroma = most - least;
    vf inverse = splat(1) / (chroma == splat(0) ? splat(1) : chroma);
    vf if_red = (vg - vb) * inverse, if_green = fma_(vb - vr, inverse, splat(2)), if_blue = fma_(vr - vg, inverse, splat(4));
    vf h = most == vr ? if_red : (most == vg ? if_green : if_blue);
    h = h + splat(6 * shift);
    h = h - splat(6) * __builtin_elementwise_floor(h * splat(1.0f / 6));
    h = h >= splat(6) ? splat(0) : h;
    row_to(r, at, pixels, most - chroma * loss_at(h, 5));
    row_to(g, at, pixels, most - chroma * loss_at(h, 3));
    row_to(b, at, pixels, most - chroma * loss_at(h, 1));
  }
}

static void grayscale_kernel(float *image, size_t pixels) {
  float *r = image, *g = image + pixels, *b = image + 2 * pixels;
  FOR_ROW(at, pixels) {
    vf gray = gray_of(row_at(r, at, pixels), row_at(g, at, pixels), row_at(b, at, pixels));
    row_to(r, at, pixels, gray);
    row_to(g, at, pixels, gray);
    row_to(b, at, pixels, gray);
  }
}

static void solarize_kernel(float *image, size_t count, float threshold) {
  FOR_ROW(at, count) {
    vf x = row_at(image, at, count);
    row_to(image, at, count, x >= splat(threshold) ? splat(1) - x : x);
  }
}

// ---- Blur ----

INLINE size_t reflected(ptrdiff_t i, size_t length) {
  if (i < 0) i = -i;
  if (i >= (ptrdiff_t)length) i = 2 * ((ptrdiff_t)length - 1) - i;
  return (size_t)i;
}

static void gaussian_blur_kernel(
  float *image, size_t channels, size_t height, size_t width, size_t size, float sigma, void *scratch) {
  size_t radius = size / 2;
  float *weights = scratch, *padded = weights + size, *across = padded + width + 2 * radius;
  double sum = 0;
  for (size_t k = 0; k < size; k++) {
    double x = ((double)k - (double)radius) / sigma;
    sum += exp(-0.5 * x * x);
  }
  for (size_t k = 0; k < size; k++) {
    double x = ((double)k - (double)radius) / sigma;
    weights[k] = (float)(exp(-0.5 * x * x) / sum);
  }
  for (size_t c = 0; c < channels; c++, image += height * width) {
    for (size_t y = 0; y < height; y++) {
      const float *row = image + y * width;
      memcpy(padded + radius, row, width * sizeof(float));
      for (size_t k = 0; k < radius; k++) {
        padded[k] = row[radius - k];
        padded[radius + width + k] = row[width - 2 - k];
      }
      FOR_ROW(at, width) {
        vf total = splat(0);
        for (size_t k = 0; k < size; k++) total = fma_(splat(weights[k]), row_at(padded + k, at, width), total);
        row_to(across + y * width, at, width, total);
      }
    }
    for (size_t y = 0; y < height; y++) {
      FOR_ROW(at, width) {
        vf total = splat(0);
        for (size_t k = 0; k < size; k++) {
          size_t from = reflected((ptrdiff_t)y + (ptrdiff_t)k - (ptrdiff_t)radius, height);
          total = fma_(splat(weights[k]), row_at(across + from * width, at, width), total);
        }
        row_to(image + y * width, at, width, total);
      }
    }
  }
}

// ---- To network input ----

#if WIDTH == 16
// Where each of 48 interleaved numbers comes from: `pick` chooses among red and green, `insert` adds blue.
typedef struct {
  int32_t pick[3][16], insert[3][16];
} interleaving;

static interleaving make_interleaving(void) {
  interleaving order;
  for (int i = 0; i < 48; i++) {
    int pixel = i / 3, channel = i % 3;
    order.pick[i / 16][i % 16] = channel == 1 ? 16 + pixel : pixel;
    order.insert[i / 16][i % 16] = channel == 2 ? 16 + pixel : i % 16;
  }
  return order;
}

#define INTERLEAVE(store, to, colours, order)                                                              \
  for (int part_ = 0; part_ < 3; part_++) {                                                                \
    __m512i pick_ = _mm512_loadu_si512((order).pick[part_]), insert_ = _mm512_loadu_si512((order).insert[part_]); \
    __m512 two_ = _mm512_permutex2var_ps((__m512)(colours)[0], pick_, (__m512)(colours)[1]);               \
    store((to) + 16 * part_, (vf)_mm512_permutex2var_ps(two_, insert_, (__m512)(colours)[2]));             \
  }
#endif

INLINE vf standardized(const float *image, size_t c, size_t pixels, size_t at, const float *mean, const float *scale) {
  return (row_at(image + c * pixels, at, pixels) - splat(mean[c])) * splat(scale[c]);
}

// `begin` pixels are done already; the rest is written number by number.
#define STANDARDIZE_REST(TYPE, store)                                                                        \
  for (size_t at = begin; at < pixels; at += WIDTH) {                                                        \
    size_t count = pixels - at < WIDTH ? pixels - at : WIDTH;                                                \
    for (size_t c = 0; c < channels; c++) {                                                                  \
      TYPE values[WIDTH];                                                                                    \
      float scale = 1 / deviation[c];                                                                        \
      store(values, (row_at(image + c * pixels, at, pixels) - splat(mean[c])) * splat(scale));               \
      TYPE *to = out + at * channels + c;                                                                    \
      for (size_t k = 0; k < count; k++) to[k * channels] = values[k];                                       \
    }                                                                                                        \
  }

#if WIDTH == 16
#define STANDARDIZE_COLOURS(store)                                                                           \
  if (channels == 3 && pixels >= WIDTH) {                                                                    \
    interleaving order = make_interleaving();                                                                \
    float scale[3] = {1 / deviation[0], 1 / deviation[1], 1 / deviation[2]};                                 \
    for (; begin + WIDTH <= pixels; begin += WIDTH) {                                                        \
      vf colours[3];                                                                                         \
      for (size_t c = 0; c < 3; c++) colours[c] = standardized(image, c, pixels, begin, mean, scale);        \
      INTERLEAVE(store, out + 3 * begin, colours, order)                                                     \
    }                                                                                                        \
  }
#else
#define STANDARDIZE_COLOURS(store)
#endif

#define STANDARDIZE(type, TYPE, store)                                                                       \
  static void standardize_##type##_kernel(                                                                   \
    const float *image, size_t channels, size_t pixels, const float *mean, const float *deviation,           \
    TYPE *out) {                                                                                             \
    size_t begin = 0;                                                                                        \
    STANDARDIZE_COLOURS(store)                                                                               \
    STANDARDIZE_REST(TYPE, store)                                                                            \
  }

STANDARDIZE(f32, float, store_f32)
STANDARDIZE(bf16, uint16_t, store_bf16)
