// The weight gradient of the 3 x 3 convolutions. The sum over pixels runs in units of images: in bfloat16 the same
// pixel of two images is one unit, so that every tap of every pixel lines up and nothing of the padding is computed; in
// float32 a unit is one image's. BLOCK input channels by three taps of a row by a vector of outputs stay in registers
// while rows pass.

enum { BLOCK = LANES / 2, ROW_TAPS = 3, ACCUMULATORS = BLOCK * ROW_TAPS };

// Pixels (of the output, per group) whose packed copies stay in the nearest cache.
static size_t group_pixels(size_t stride) { return stride == 1 ? 256 : 128; }

// Images and rows that are packed and worked through at a time.
typedef struct {
  size_t units, rows;  // output rows; the input's have a halo
  size_t in_rows;
} group_shape;

static group_shape group_of(const conv_shape *s) {
  size_t pixels = s->out_height * s->out_width, most = group_pixels(s->stride);
  group_shape g;
  if (pixels >= most) {
    g.units = 1;
    g.rows = most / s->out_width;
    if (g.rows == 0) g.rows = 1;
    if (g.rows > s->out_height) g.rows = s->out_height;
  } else {
    g.units = most / pixels;
    g.rows = s->out_height;
  }
  g.in_rows = (g.rows - 1) * s->stride + 3;
  if (g.in_rows > s->height) g.in_rows = s->height;
  return g;
}

/// Of the weight gradient alone: the other directions read what they need where it lies.
CONV_TARGET static size_t scratch_bytes(
  size_t images, size_t height, size_t width, size_t channels_in, size_t channels_out, size_t stride) {
  (void)images;
  conv_shape s = make_conv_shape(1, height, width, channels_in, channels_out, stride);
  group_shape g = group_of(&s);
  size_t in = g.units * g.in_rows * width * channels_in, out = g.units * g.rows * s.out_width * channels_out;
  return (in + out) * UNIT * sizeof(element) + 64;
}

// Packs rows of a unit of images (its second nullable) as [block of LANES channels][row][column][LANES units].
CONV_TARGET static void pack_rows(
  const element *first, const element *second, size_t pixels, size_t channels, element *packed, size_t block_step) {
  for (size_t c = 0; c < channels; c += LANES) {
    element *to = packed + c / LANES * block_step;
    for (size_t p = 0; p < pixels; p++) {
      const element *other = second == NULL ? NULL : second + p * channels + c;
      store_units(to + p * UNIT_LANES, first + p * channels + c, other);
    }
  }
}

// One sweep: units of images, and in each a run of rows at equal distances in both tensors.
typedef struct {
  const element *in, *out;
  size_t units, rows, width, out_width;
  read_ahead *ahead;
  size_t in_unit_step, out_unit_step, in_row_step, out_row_step;
} sweep;

// One channel's unit, broadcast, times up to three outputs. Written as assembly because compilers reorder the
// intrinsics until the accumulators no longer fit into registers.
#define PRODUCT(sum, out) MULTIPLY_ADD " %[" #out "], %%" LAST_REGISTER ", %[" #sum "]\n\t"
#define BROADCAST BROADCAST_UNIT " %[in], %%" LAST_REGISTER "\n\t"
#define CHANNEL [in] "m"(*(const unit_bits *)(in + UNIT * i))

// Adds the products of `in` (BLOCK channels of one pixel) with up to three output pixels.
CONV_INLINE void add_pixel(
  lanes *acc, const element *in, const units *next, const units *here, const units *before) {
  UNROLL for (int i = 0; i < BLOCK; i++) {
    lanes *a = acc + i, *b = acc + BLOCK + i, *c = acc + 2 * BLOCK + i;
    if (next != NULL && here != NULL && before != NULL) {
      __asm__ volatile(
        BROADCAST PRODUCT(a, next) PRODUCT(b, here) PRODUCT(c, before)
        : [a] "+&v"(*a), [b] "+&v"(*b), [c] "+&v"(*c)
        : CHANNEL, [next] "v"(*next), [here] "v"(*here), [before] "v"(*before)
        : LAST_REGISTER_CLOBBER);
    } else if (next != NULL && here != NULL) {
      __asm__ volatile(
        BROADCAST PRODUCT(a, next) PRODUCT(b, here)
        : [a] "+&v"(*a), [b] "+&v"(*b) : CHANNEL, [next] "v"(*next), [here] "v"(*here) : LAST_REGISTER_CLOBBER);
    } else if (here != NULL && before != NULL) {
      __asm__ volatile(
        BROADCAST PRODUCT(b, here) PRODUCT(c, before)
        : [b] "+&v"(*b), [c] "+&v"(*c) : CHANNEL, [here] "v"(*here), [before] "v"(*before) : LAST_REGISTER_CLOBBER);
    } else if (next != NULL && before != NULL) {
      __asm__ volatile(
        BROADCAST PRODUCT(a, next) PRODUCT(c, before)
        : [a] "+&v"(*a), [c] "+&v"(*c) : CHANNEL, [next] "v"(*next), [before] "v"(*before) : LAST_REGISTER_CLOBBER);
    } else if (here != NULL) {
      __asm__ volatile(BROADCAST PRODUCT(b, here) : [b] "+&v"(*b) : CHANNEL, [here] "v"(*here) : LAST_REGISTER_CLOBBER);
    } else if (before != NULL) {
      __asm__ volatile(
        BROADCAST PRODUCT(c, before) : [c] "+&v"(*c) : CHANNEL, [before] "v"(*before) : LAST_REGISTER_CLOBBER);
    }
  }
}

// Stride 1: input column x meets output columns x + 1, x and x - 1 in the taps 0, 1 and 2.
CONV_INLINE void sweep_row_same(lanes *acc, const element *in, const element *out, const size_t width) {
  units here = load_units(out);
  if (width == 1) {
    add_pixel(acc, in, NULL, &here, NULL);
    return;
  }
  units next = load_units(out + UNIT_LANES), before = here;
  add_pixel(acc, in, &next, &here, NULL);
  here = next;
  for (size_t x = 1; x + 1 < width; x++) {
    next = load_units(out + (x + 1) * UNIT_LANES);
    add_pixel(acc, in + x * UNIT_LANES, &next, &here, &before);
    before = here;
    here = next;
  }
  add_pixel(acc, in + (width - 1) * UNIT_LANES, NULL, &here, &before);
}

// Stride 2: input column 2 x meets output column x in tap 1; 2 x - 1 meets x in tap 0 and x - 1 in tap 2.
CONV_INLINE void sweep_row_halving(
  lanes *acc, const element *in, const element *out, const size_t width, const size_t out_width) {
  units here = load_units(out);
  add_pixel(acc, in, NULL, &here, NULL);
  for (size_t x = 1; x < out_width; x++) {
    units before = here;
    here = load_units(out + x * UNIT_LANES);
    const element *odd = in + (2 * x - 1) * UNIT_LANES;
    add_pixel(acc, odd, &here, NULL, &before);
    add_pixel(acc, odd + UNIT_LANES, NULL, &here, NULL);
  }
  if (2 * out_width == width) add_pixel(acc, in + (width - 1) * UNIT_LANES, NULL, NULL, &here);
}

CONV_INLINE void run_sweep(const sweep *s, float *gradient, const size_t stride, const size_t width) {
  // What comes next is fetched a row at a time, a cache line for every 768 multiply-adds in float32.
  const int lines = (int)((width + 1) * BLOCK * LANES / (256 * UNIT));
  lanes acc[ACCUMULATORS];
  UNROLL for (int i = 0; i < ACCUMULATORS; i++) {
    acc[i] = load_lanes(gradient + i * LANES);
    _mm_prefetch((const char *)(gradient + (ACCUMULATORS + i) * LANES), _MM_HINT_T0);  // the next sweep's
  }
  for (size_t p = 0; p < s->units; p++) {
    const element *in = s->in + p * s->in_unit_step, *out = s->out + p * s->out_unit_step;
    for (size_t r = 0; r < s->rows; r++, in += s->in_row_step, out += s->out_row_step) {
      fetch_ahead(s->ahead, lines > 0 ? lines : 1);
      if (stride == 1) sweep_row_same(acc, in, out, width);
      else sweep_row_halving(acc, in, out, width, (width - 1) / 2 + 1);
    }
  }
  UNROLL for (int i = 0; i < ACCUMULATORS; i++) store_lanes(gradient + i * LANES, acc[i]);
}

CONV_TARGET static void sweep_any(const sweep *s, float *gradient, size_t stride) {
  if (stride == 1 && s->width == 4) run_sweep(s, gradient, 1, 4);
  else if (stride == 1 && s->width == 8) run_sweep(s, gradient, 1, 8);
  else if (stride == 1) run_sweep(s, gradient, 1, s->width);
  else if (s->width == 8) run_sweep(s, gradient, 2, 8);
  else run_sweep(s, gradient, 2, s->width);
}

// Where a group lies: output rows [row, row + rows) and the input rows they touch.
typedef struct {
  size_t row, rows, in_row, in_rows, units;
} group;

CONV_TARGET static void add_group(
  const conv_shape *s, const group *g, const element *in, const element *out, size_t in_block, size_t out_block,
  float *gradient) {
  sweep w = {.units = g->units, .width = s->width, .out_width = s->out_width, .ahead = rk_thread_read_ahead()};
  w.in_unit_step = g->in_rows * s->width * UNIT_LANES;
  w.out_unit_step = g->rows * s->out_width * UNIT_LANES;
  w.in_row_step = s->stride * s->width * UNIT_LANES;
  w.out_row_step = s->out_width * UNIT_LANES;
  for (size_t co = 0; co < s->channels_out / LANES; co++) {
    for (size_t ci = 0; ci < s->channels_in / BLOCK; ci++) {
      const element *in_channels = in + ci / 2 * in_block + ci % 2 * UNIT * BLOCK;
      for (size_t tap = 0; tap < 3; tap++) {
        // Output rows whose input row, row * stride + tap - 1, lies inside the image.
        size_t first = g->row, end = g->row + g->rows;
        if (tap == 0 && first == 0) first = 1;
        while (end > first && (end - 1) * s->stride + tap > s->height) end--;
        if (end <= first) continue;
        w.rows = end - first;
        w.in = in_channels + (first * s->stride + tap - 1 - g->in_row) * s->width * UNIT_LANES;
        w.out = out + co * out_block + (first - g->row) * s->out_width * UNIT_LANES;
        size_t index = ((co * (s->channels_in / BLOCK) + ci) * 3 + tap) * ACCUMULATORS * LANES;
        sweep_any(&w, gradient + index, s->stride);
      }
    }
  }
}

CONV_TARGET static void weight_gradient(
  const element *x, const element *dy, float *gradient, size_t images, size_t height, size_t width,
  size_t channels_in, size_t channels_out, size_t stride, void *scratch) {
  conv_shape s = make_conv_shape(images, height, width, channels_in, channels_out, stride);
  group_shape most = group_of(&s);
  size_t in_image = height * width * channels_in, out_image = s.out_height * s.out_width * channels_out;
  element *in = aligned_to_line(scratch);
  for (size_t n = 0; n < images; n += UNIT * most.units) {
    size_t left = images - n, here = left < UNIT * most.units ? left : UNIT * most.units;
    group g = {.units = (here + UNIT - 1) / UNIT};
    for (g.row = 0; g.row < s.out_height; g.row += most.rows) {
      g.rows = s.out_height - g.row < most.rows ? s.out_height - g.row : most.rows;
      g.in_row = g.row == 0 ? 0 : g.row * stride - 1;
      size_t in_end = (g.row + g.rows - 1) * stride + 2;
      g.in_rows = (in_end < height ? in_end : height) - g.in_row;
      size_t in_pixels = g.in_rows * width, out_pixels = g.rows * s.out_width;
      size_t in_block = g.units * in_pixels * UNIT_LANES, out_block = g.units * out_pixels * UNIT_LANES;
      element *out = in + in_block * (channels_in / LANES);
      for (size_t p = 0; p < g.units; p++) {
        bool single = UNIT == 1 || n + UNIT * p + 1 >= images;
        const element *a = x + (n + UNIT * p) * in_image + g.in_row * width * channels_in;
        const element *b = dy + (n + UNIT * p) * out_image + g.row * s.out_width * channels_out;
        pack_rows(a, single ? NULL : a + in_image, in_pixels, channels_in, in + p * in_pixels * UNIT_LANES, in_block);
        pack_rows(
          b, single ? NULL : b + out_image, out_pixels, channels_out, out + p * out_pixels * UNIT_LANES, out_block);
      }
      add_group(&s, &g, in, out, in_block, out_block, gradient);
    }
  }
}
