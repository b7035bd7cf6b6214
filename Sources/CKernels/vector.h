// Vectors of WIDTH floats for one instruction set. Included once by each kernels_<isa>.c, after WIDTH is defined.

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((ext_vector_type(WIDTH)));
typedef int32_t vi __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t vu __attribute__((ext_vector_type(WIDTH)));
typedef uint16_t vh __attribute__((ext_vector_type(WIDTH)));
typedef double vd __attribute__((ext_vector_type(WIDTH)));

INLINE vf load_f32(const float *p) {
  vf v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store_f32(float *p, vf v) { memcpy(p, &v, sizeof v); }

INLINE vf splat(float x) { return (vf)x; }

INLINE vf widen(vh bits) {
  vu wide = __builtin_convertvector(bits, vu) << 16;
  return (vf)wide;
}

INLINE vh narrow(vf x) {
#if HAS_BF16
  typedef __bf16 vb __attribute__((ext_vector_type(WIDTH)));
  vb b = __builtin_convertvector(x, vb);
  vh bits;
  memcpy(&bits, &b, sizeof bits);
  return bits;
#else
  vu bits = (vu)x;
  vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  vu quiet = (bits >> 16) | 0x40;
  vi is_nan = (vi)((bits & 0x7fffffff) > 0x7f800000);
  return __builtin_convertvector(is_nan ? quiet : rounded, vh);
#endif
}

INLINE vf load_bf16(const uint16_t *p) {
  vh bits;
  memcpy(&bits, p, sizeof bits);
  return widen(bits);
}

INLINE void store_bf16(uint16_t *p, vf v) {
  vh bits = narrow(v);
  memcpy(p, &bits, sizeof bits);
}

// The last few elements: loads fill up with zero, stores write `count` < WIDTH of them.
INLINE vf load_f32_part(const float *p, size_t count) {
  vf v = splat(0);
  memcpy(&v, p, count * sizeof *p);
  return v;
}

INLINE void store_f32_part(float *p, vf v, size_t count) { memcpy(p, &v, count * sizeof *p); }

INLINE vf load_bf16_part(const uint16_t *p, size_t count) {
  vh bits = (vh)(uint16_t)0;
  memcpy(&bits, p, count * sizeof *p);
  return widen(bits);
}

INLINE void store_bf16_part(uint16_t *p, vf v, size_t count) {
  vh bits = narrow(v);
  memcpy(p, &bits, count * sizeof *p);
}

INLINE vf relu(vf x) { return x < splat(0) ? splat(0) : x; }  // NaN stays

// NaN in `x` is dropped here: for maxima of logits, where the sum of exponentials brings it back.
INLINE vf larger(vf x, vf y) { return x > y ? x : y; }

INLINE vf fma_(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }

// Sums of halves, quarters, …: a fixed order.
INLINE float sum_of(vf v) {
  float lanes[WIDTH];
  memcpy(lanes, &v, sizeof v);
  for (int n = WIDTH / 2; n > 0; n /= 2) {
    for (int i = 0; i < n; i++) lanes[i] += lanes[i + n];
  }
  return lanes[0];
}

INLINE float largest_of(vf v) {
  float lanes[WIDTH];
  memcpy(lanes, &v, sizeof v);
  for (int n = WIDTH / 2; n > 0; n /= 2) {
    for (int i = 0; i < n; i++) lanes[i] = lanes[i] < lanes[i + n] ? lanes[i + n] : lanes[i];
  }
  return lanes[0];
}

INLINE double sum_of_doubles(const vd *v) {
  double lanes[WIDTH];
  memcpy(lanes, v, sizeof *v);
  for (int n = WIDTH / 2; n > 0; n /= 2) {
    for (int i = 0; i < n; i++) lanes[i] += lanes[i + n];
  }
  return lanes[0];
}

// exp by 2^n e^r, |r| <= ln 2 / 2, with the Taylor polynomial of degree 7 (error below one unit in the last place).
INLINE vf exp_of(vf x) {
  vf low = splat(-104.0f), high = splat(89.0f);
  vf bounded = x < low ? low : (x > high ? high : x);
  vf n = __builtin_elementwise_roundeven(bounded * splat(1.44269504088896341f));
  vf r = fma_(n, splat(-0.693145751953125f), bounded);
  r = fma_(n, splat(-1.42860682030941723e-6f), r);
  vf p = splat(1.0f / 5040);
  p = fma_(p, r, splat(1.0f / 720));
  p = fma_(p, r, splat(1.0f / 120));
  p = fma_(p, r, splat(1.0f / 24));
  p = fma_(p, r, splat(1.0f / 6));
  p = fma_(p, r, splat(0.5f));
  p = fma_(p, r, splat(1.0f));
  p = fma_(p, r, splat(1.0f));
#if WIDTH == 16
  return _mm512_scalef_ps(p, n);
#else
  // Two factors, since 2^n alone overflows at both ends of the range. NaN survives in p.
  vi whole = __builtin_convertvector(n == n ? n : splat(0), vi);
  vi half = whole >> 1;
  vf first = (vf)((half + 127) << 23), second = (vf)((whole - half + 127) << 23);
  return p * first * second;
#endif
}

// log by x = 2^n m, m in [sqrt(1/2), sqrt(2)), and 2 atanh(s), s = (m - 1) / (m + 1).
INLINE vf log_of(vf x) {
  vi tiny = (vi)(x < splat(1.17549435e-38f));
  vf scaled = tiny ? x * splat(8388608.0f) : x;
  vi bits = (vi)scaled;
  vi n = ((bits - 0x3f3504f3) >> 23);
  vf m = (vf)(bits - (n << 23));
  vf e = __builtin_convertvector(n, vf) - (tiny ? splat(23.0f) : splat(0));
  vf f = m - splat(1.0f);
  vf s = f / (m + splat(1.0f));
  vf z = s * s;
  vf t = splat(2.0f / 11);
  t = fma_(t, z, splat(2.0f / 9));
  t = fma_(t, z, splat(2.0f / 7));
  t = fma_(t, z, splat(2.0f / 5));
  t = fma_(t, z, splat(2.0f / 3));
  // log m = f - f^2 / 2 + s (f^2 / 2 + z t): the largest term is exact.
  vf half_square = splat(0.5f) * f * f;
  vf tail = s * fma_(z, t, half_square);
  vf result = fma_(e, splat(-2.12194440e-4f), tail) - half_square + f;
  result = fma_(e, splat(0.693359375f), result);
  vf infinity = splat(__builtin_inff()), not_a_number = splat(__builtin_nanf(""));
  result = x == infinity ? infinity : result;
  result = x == splat(0) ? -infinity : result;
  result = x < splat(0) ? not_a_number : result;
  return x == x ? result : x;
}
