// One pass over flat buffers: arithmetic, ReLU, exponentials, reductions, optimizers.

// STEP reads vectors of each input and stores its result; PART does so for the last few elements.
#define FOR_EACH(STEP, PART)                          \
  size_t i = 0;                                       \
  for (; i + WIDTH <= count; i += WIDTH) { STEP; }    \
  if (i < count) {                                    \
    size_t rest = count - i;                          \
    PART;                                             \
  }

#define UNARY(name, TYPE, load, store, parameters, expression)                        \
  static void name##_kernel parameters {                                              \
    FOR_EACH(                                                                         \
      vf p = load(x + i); store(y + i, expression), vf p = load##_part(x + i, rest);  \
      store##_part(y + i, expression, rest))                                          \
  }

#define BINARY(name, TYPE, load, store, left, right, result, expression)                                           \
  static void name##_kernel(const TYPE *left, const TYPE *right, TYPE *result, size_t count) {                     \
    FOR_EACH(                                                                                                      \
      vf p = load(left + i); vf q = load(right + i); store(result + i, expression), vf p = load##_part(left + i, rest); \
      vf q = load##_part(right + i, rest); store##_part(result + i, expression, rest))                             \
  }

static void fill_kernel(float *y, float value, size_t count) {
  FOR_EACH(store_f32(y + i, splat(value)), store_f32_part(y + i, splat(value), rest))
}

BINARY(add, float, load_f32, store_f32, a, b, y, p + q)
BINARY(subtract, float, load_f32, store_f32, a, b, y, p - q)
BINARY(multiply, float, load_f32, store_f32, a, b, y, p *q)
BINARY(divide, float, load_f32, store_f32, a, b, y, p / q)
BINARY(add_relu_f32, float, load_f32, store_f32, a, b, y, relu(p + q))
BINARY(add_relu_bf16, uint16_t, load_bf16, store_bf16, a, b, y, relu(p + q))
BINARY(add_bf16, uint16_t, load_bf16, store_bf16, a, b, y, p + q)
BINARY(relu_gradient_f32, float, load_f32, store_f32, dy, y, dx, q > splat(0) ? p : splat(0))
BINARY(relu_gradient_bf16, uint16_t, load_bf16, store_bf16, dy, y, dx, q > splat(0) ? p : splat(0))

UNARY(scale, float, load_f32, store_f32, (const float *x, float factor, float *y, size_t count), p *splat(factor))
UNARY(add_scalar, float, load_f32, store_f32, (const float *x, float value, float *y, size_t count), p + splat(value))
UNARY(relu_f32, float, load_f32, store_f32, (const float *x, float *y, size_t count), relu(p))
UNARY(relu_bf16, uint16_t, load_bf16, store_bf16, (const uint16_t *x, uint16_t *y, size_t count), relu(p))
UNARY(exp, float, load_f32, store_f32, (const float *x, float *y, size_t count), exp_of(p))
UNARY(log, float, load_f32, store_f32, (const float *x, float *y, size_t count), log_of(p))
UNARY(
  sigmoid, float, load_f32, store_f32, (const float *x, float *y, size_t count),
  splat(1) / (splat(1) + exp_of(-p)))
UNARY(
  sqrt, float, load_f32, store_f32, (const float *x, float *y, size_t count), __builtin_elementwise_sqrt(p))

static void axpy_kernel(float factor, const float *x, float *y, size_t count) {
  vf f = splat(factor);
  FOR_EACH(
    store_f32(y + i, fma_(f, load_f32(x + i), load_f32(y + i))),
    store_f32_part(y + i, fma_(f, load_f32_part(x + i, rest), load_f32_part(y + i, rest)), rest))
}

static void axpby_kernel(float a, const float *x, float b, float *y, size_t count) {
  vf va = splat(a), vb = splat(b);
  FOR_EACH(
    store_f32(y + i, fma_(va, load_f32(x + i), vb * load_f32(y + i))),
    store_f32_part(y + i, fma_(va, load_f32_part(x + i, rest), vb * load_f32_part(y + i, rest)), rest))
}

static void ema_kernel(float *k, const float *q, size_t count, float momentum) {
  axpby_kernel(1 - momentum, q, momentum, k, count);
}

// Sums in two vectors of doubles, so that additions overlap.
#define REDUCE(STEP, PART)                                            \
  vd even = (vd)0.0, odd = (vd)0.0;                                   \
  size_t i = 0;                                                       \
  for (; i + 2 * WIDTH <= count; i += 2 * WIDTH) {                    \
    even += __builtin_convertvector(STEP(i), vd);                     \
    odd += __builtin_convertvector(STEP(i + WIDTH), vd);              \
  }                                                                   \
  for (; i < count; i += WIDTH) {                                     \
    size_t rest = count - i < WIDTH ? count - i : WIDTH;              \
    even += __builtin_convertvector(PART(i, rest), vd);               \
  }                                                                   \
  even += odd;                                                        \
  return sum_of_doubles(&even);

static double sum_kernel(const float *x, size_t count) {
#define STEP(i) load_f32(x + (i))
#define PART(i, rest) load_f32_part(x + (i), rest)
  REDUCE(STEP, PART)
#undef STEP
#undef PART
}

static double dot_kernel(const float *a, const float *b, size_t count) {
#define STEP(i) (load_f32(a + (i)) * load_f32(b + (i)))
#define PART(i, rest) (load_f32_part(a + (i), rest) * load_f32_part(b + (i), rest))
  REDUCE(STEP, PART)
#undef STEP
#undef PART
}

INLINE vf square(vf x) { return x * x; }

static double squared_distance_kernel(const float *a, const float *b, size_t count) {
#define STEP(i) square(load_f32(a + (i)) - load_f32(b + (i)))
#define PART(i, rest) square(load_f32_part(a + (i), rest) - load_f32_part(b + (i), rest))
  REDUCE(STEP, PART)
#undef STEP
#undef PART
}

static bool is_finite_kernel(const float *x, size_t count) {
  vi bad = (vi)0;
  FOR_EACH(
    bad |= (vi)((((vu)load_f32(x + i)) & 0x7f800000) == 0x7f800000),
    bad |= (vi)((((vu)load_f32_part(x + i, rest)) & 0x7f800000) == 0x7f800000))
  int32_t lanes[WIDTH], any = 0;
  memcpy(lanes, &bad, sizeof bad);
  for (int k = 0; k < WIDTH; k++) any |= lanes[k];
  return any == 0;
}

// ---- Optimizers ----

typedef struct {
  vf p, v;
} sgd_step;

// factor1 scales d into the velocity, factor2 scales the step out of it.
INLINE sgd_step momentum_step(vf p, vf d, vf v, vf momentum, vf into, vf rate, bool nesterov) {
  vf scaled = into * d;
  vf next = fma_(momentum, v, scaled);
  vf step = nesterov ? fma_(momentum, next, scaled) : next;
  return (sgd_step){p - rate * step, next};
}

static void sgd_kernel(
  float *p, const float *g, float *v, size_t count, float rate, float momentum, float dampening, float decay,
  bool nesterov) {
  vf r = splat(rate), w = splat(decay);
  if (v == NULL || momentum == 0) {
    FOR_EACH(
      vf o = load_f32(p + i); store_f32(p + i, o - r * fma_(w, o, load_f32(g + i))),
      vf o = load_f32_part(p + i, rest);
      store_f32_part(p + i, o - r * fma_(w, o, load_f32_part(g + i, rest)), rest))
    return;
  }
  vf m = splat(momentum), keep = splat(1 - dampening);
#define SGD(o, gradient, velocity)                                                                        \
  vf d = fma_(w, o, gradient);                                                                            \
  vf next = fma_(m, velocity, keep * d);                                                                  \
  vf step = nesterov ? fma_(m, next, d) : next;
  FOR_EACH(
    vf o = load_f32(p + i); SGD(o, load_f32(g + i), load_f32(v + i)) store_f32(v + i, next);
    store_f32(p + i, o - r * step), vf o = load_f32_part(p + i, rest);
    SGD(o, load_f32_part(g + i, rest), load_f32_part(v + i, rest)) store_f32_part(v + i, next, rest);
    store_f32_part(p + i, o - r * step, rest))
#undef SGD
}

static void lars_kernel(
  float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay, float trust,
  bool nesterov, bool rate_inside) {
  vf w = splat(decay), m = splat(momentum);
  vf into = splat(rate_inside ? rate * trust : trust), out = splat(rate_inside ? 1 : rate);
  FOR_EACH(
    vf o = load_f32(p + i);
    sgd_step s = momentum_step(o, fma_(w, o, load_f32(g + i)), load_f32(v + i), m, into, out, nesterov);
    store_f32(v + i, s.v); store_f32(p + i, s.p), vf o = load_f32_part(p + i, rest);
    sgd_step s =
      momentum_step(o, fma_(w, o, load_f32_part(g + i, rest)), load_f32_part(v + i, rest), m, into, out, nesterov);
    store_f32_part(v + i, s.v, rest); store_f32_part(p + i, s.p, rest))
}

static void adam_kernel(
  float *p, const float *g, float *m, float *v, size_t count, float rate, float beta1, float beta2, float epsilon,
  float decay, bool decoupled, float correction1, float correction2) {
  vf b1 = splat(beta1), c1 = splat(1 - beta1), b2 = splat(beta2), c2 = splat(1 - beta2), eps = splat(epsilon);
  vf coupled = splat(decoupled ? 0 : decay), shrink = splat(decoupled ? 1 - rate * decay : 1);
  vf step = splat(rate / correction1), root = splat(1 / sqrtf(correction2));
#define ADAM(load, store)                                                                                       \
  vf o = load(p), d = fma_(coupled, o, load(g));                                                                \
  vf first = fma_(b1, load(m), c1 * d), second = fma_(b2, load(v), c2 * d * d);                                 \
  store(m, first);                                                                                              \
  store(v, second);                                                                                             \
  store(p, o *shrink - step * first / (__builtin_elementwise_sqrt(second) * root + eps));
#define LOAD(q) load_f32(q + i)
#define STORE(q, x) store_f32(q + i, x)
#define LOAD_PART(q) load_f32_part(q + i, rest)
#define STORE_PART(q, x) store_f32_part(q + i, x, rest)
  FOR_EACH(ADAM(LOAD, STORE), ADAM(LOAD_PART, STORE_PART))
#undef LOAD
#undef STORE
#undef LOAD_PART
#undef STORE_PART
#undef ADAM
}
