// Numeric kernels that Swift cannot vectorize, and the one thread pool of the process.
//
// Conventions
// - Matrices are row-major; images are N x H x W x C unless a function says planar (C x H x W).
// - `float` is f32; `uint16_t` holds bfloat16 bits (rounded to nearest even, NaN stays NaN).
// - Unless a function says otherwise it runs on the calling thread only, needs no alignment, and an output may be
//   the same buffer as an input of the same element type (never a shifted overlap). "Nullable" arguments may be NULL.
// - The same arguments on the same instruction set give the same bits, whatever thread calls.
// - NaN and infinity propagate. Nothing is allocated: functions that need memory take a `scratch` buffer.
// - Per-channel sums are written as doubles: [0, channels) the first sum, [channels, 2 channels) the second.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "Convolutions.h"

// ---- Instruction sets -------------------------------------------------------------------------------------------

typedef enum {
  RK_ISA_PORTABLE = 0,
  RK_ISA_AVX2 = 1,
  RK_ISA_AVX512 = 2,
  RK_ISA_AVX512_BF16 = 3,
  RK_ISA_AMX_BF16 = 4,  // convolutions by tiles; all else as the level below
} rk_isa_level;

/// The level in use: what the processor has, capped by the environment variable REPRO_MAX_ISA
/// (portable | avx2 | avx512 | avx512_bf16 | amx_bf16) read once.
rk_isa_level rk_isa(void);

/// The level's name, as REPRO_MAX_ISA spells it.
const char *rk_isa_name(rk_isa_level level);

/// Uses `level`, or the best one below it that the processor has, for calls from this thread, and returns it: for tests.
rk_isa_level rk_isa_select(rk_isa_level level);

/// Ends this thread's `rk_isa_select`.
void rk_isa_reset(void);

/// Runs `rounds` rounds of multiplications in registers on this thread and returns how many multiply-adds a round has:
/// the most a core can do. With `bf16`, by the instructions for it where the level in use has them.
double rk_peak_multiply_adds(size_t rounds, bool bf16);

// ---- Thread pool ------------------------------------------------------------------------------------------------

/// Makes the pool `threads` wide (at least 1), starting or ending workers as needed; waits for a run in progress.
void rk_pool_start(int threads);

/// The width of the pool; 1 before `rk_pool_start`.
int rk_pool_threads(void);

/// Runs `body(context, worker, workers)` once on every worker and returns when all are done; the caller is worker 0.
/// Calls from several threads take turns. Inside a body it runs the new body inline as (0, 1).
void rk_pool_run(void (*body)(void *context, int worker, int workers), void *context);

/// Waits, inside a body, until every worker of the run has called it; nothing in an inline (0, 1) run.
void rk_pool_barrier(void);

/// The number at `next`, which becomes one larger: workers that share it take different ones. Count from 0; inside a run.
size_t rk_pool_claim(size_t *next);

/// Calls `hook` on every thread of the pool before it first runs a body (and on a caller before it is worker 0).
void rk_pool_set_thread_hook(void (*hook)(void));

/// Where [0, count) is split for `worker` of `workers`: writes the part's begin and end; parts differ by at most one.
void rk_pool_part(size_t count, int worker, int workers, size_t *begin, size_t *end);

// ---- Conversion -------------------------------------------------------------------------------------------------

void rk_f32_to_bf16(const float *x, uint16_t *y, size_t count);
void rk_bf16_to_f32(const uint16_t *x, float *y, size_t count);

// ---- Batch normalization (rows x channels, rows = images * height * width) --------------------------------------

/// sums[c] = sum over rows of (x - about[c]), sums[channels + c] = sum of (x - about[c])^2; `about` nullable (zero).
void rk_bn_sums_f32(const float *x, size_t rows, size_t channels, const float *about, double *sums);
void rk_bn_sums_bf16(const uint16_t *x, size_t rows, size_t channels, const float *about, double *sums);

/// Mean and biased variance of `count` rows from `parts` consecutive blocks of sums about `about`, added in order.
void rk_bn_statistics(
  const double *sums, size_t parts, size_t channels, const float *about, double count, float *mean, float *variance);

/// scale = gamma / sqrt(variance + epsilon), shift = beta - mean * scale, reciprocal = 1 / sqrt(variance + epsilon).
/// `gamma`, `beta` and `reciprocal` nullable.
void rk_bn_affine(
  const float *mean, const float *variance, const float *gamma, const float *beta, float epsilon, size_t channels,
  float *scale, float *shift, float *reciprocal);

/// y = x * scale + shift (+ residual, or + residual * residual_scale + residual_shift), then max(., 0) if `relu`.
/// `residual`, `residual_scale` and `residual_shift` nullable (the last two together).
void rk_bn_apply_f32(
  const float *x, const float *scale, const float *shift, const float *residual, const float *residual_scale,
  const float *residual_shift, bool relu, float *y, size_t rows, size_t channels);
void rk_bn_apply_bf16(
  const uint16_t *x, const float *scale, const float *shift, const uint16_t *residual, const float *residual_scale,
  const float *residual_shift, bool relu, uint16_t *y, size_t rows, size_t channels);

/// sums[c] = sum of g', sums[channels + c] = sum of g' * (x - mean[c]) * reciprocal[c], where g' is g masked by a ReLU:
/// by y > 0 if `y` is given, else by x * scale + shift > 0 if `scale` and `shift` are given, else g' = g.
void rk_bn_backward_sums_f32(
  const float *g, const float *x, const float *y, const float *scale, const float *shift, const float *mean,
  const float *reciprocal, size_t rows, size_t channels, double *sums);
void rk_bn_backward_sums_bf16(
  const uint16_t *g, const uint16_t *x, const uint16_t *y, const float *scale, const float *shift, const float *mean,
  const float *reciprocal, size_t rows, size_t channels, double *sums);

/// Adds `parts` blocks of backward sums in order and returns the coefficients of dx = a g' + b x + c, with the gradients
/// of gamma and beta (nullable). `training` false treats the statistics as constants: b = c = 0. `gamma` nullable.
void rk_bn_backward_coefficients(
  const double *sums, size_t parts, size_t channels, const float *mean, const float *reciprocal, const float *gamma,
  double count, bool training, float *a, float *b, float *c, float *gamma_gradient, float *beta_gradient);

/// dx = a g' + b x + c with g' as in the backward sums. `masked` (nullable) receives g', added to what is there if
/// `accumulate`; it may be `g`. `b` and `c` nullable together (then x is read only for the mask).
void rk_bn_backward_apply_f32(
  const float *g, const float *x, const float *y, const float *scale, const float *shift, const float *a,
  const float *b, const float *c, float *dx, float *masked, bool accumulate, size_t rows, size_t channels);
void rk_bn_backward_apply_bf16(
  const uint16_t *g, const uint16_t *x, const uint16_t *y, const float *scale, const float *shift, const float *a,
  const float *b, const float *c, uint16_t *dx, uint16_t *masked, bool accumulate, size_t rows, size_t channels);

// ---- Element by element -----------------------------------------------------------------------------------------

void rk_fill(float *y, float value, size_t count);
void rk_add(const float *a, const float *b, float *y, size_t count);
void rk_subtract(const float *a, const float *b, float *y, size_t count);
void rk_multiply(const float *a, const float *b, float *y, size_t count);
void rk_divide(const float *a, const float *b, float *y, size_t count);
/// y = x * factor.
void rk_scale(const float *x, float factor, float *y, size_t count);
/// y = y + factor * x.
void rk_axpy(float factor, const float *x, float *y, size_t count);
/// y = a * x + b * y.
void rk_axpby(float a, const float *x, float b, float *y, size_t count);
/// y = x + value.
void rk_add_scalar(const float *x, float value, float *y, size_t count);
/// y = max(a + b, 0).
void rk_add_relu_f32(const float *a, const float *b, float *y, size_t count);
void rk_add_relu_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t count);
void rk_add_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t count);
void rk_relu_f32(const float *x, float *y, size_t count);
void rk_relu_bf16(const uint16_t *x, uint16_t *y, size_t count);
/// dx = dy where the result y of the ReLU is positive, else 0.
void rk_relu_gradient_f32(const float *dy, const float *y, float *dx, size_t count);
void rk_relu_gradient_bf16(const uint16_t *dy, const uint16_t *y, uint16_t *dx, size_t count);
/// Relative error at most 2e-7; 0 below -104, infinity above 88.73 (results under 1e-38 are denormal or 0).
void rk_exp(const float *x, float *y, size_t count);
/// Relative error at most 2e-7 (absolute near 1); -infinity at 0, NaN below.
void rk_log(const float *x, float *y, size_t count);
void rk_sqrt(const float *x, float *y, size_t count);
/// y = 1 / (1 + exp(-x)).
void rk_sigmoid(const float *x, float *y, size_t count);
/// y = x / (1 + exp(-x)) (SiLU).
void rk_silu(const float *x, float *y, size_t count);
/// dx = dy times the slope of SiLU at x.
void rk_silu_gradient(const float *dy, const float *x, float *dx, size_t count);

// Reductions in double, in a fixed order.
double rk_sum(const float *x, size_t count);
double rk_dot(const float *a, const float *b, size_t count);
/// Sum of (a - b)^2.
double rk_squared_distance(const float *a, const float *b, size_t count);
/// Whether no element is NaN or infinite.
bool rk_is_finite(const float *x, size_t count);

// ---- Optimizers over flat buffers -------------------------------------------------------------------------------

/// d = g + decay p; v = momentum v + (1 - dampening) d; p -= rate (nesterov ? d + momentum v : v). `v` nullable when
/// momentum is 0; PyTorch's first step (v = d) follows from v = 0 when dampening is 0.
void rk_sgd(
  float *p, const float *g, float *v, size_t count, float rate, float momentum, float dampening, float decay,
  bool nesterov);

/// LARS: d = trust (g + decay p); `rate_inside` ? (v = momentum v + rate d; p -= v) : (v = momentum v + d; p -= rate v);
/// with nesterov the step is d + momentum v (rate applied likewise). The caller computes `trust` from the norms.
void rk_lars(
  float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay, float trust,
  bool nesterov, bool rate_inside);

/// Adam; `decoupled` makes it AdamW. correction1 = 1 - beta1^t, correction2 = 1 - beta2^t.
void rk_adam(
  float *p, const float *g, float *m, float *v, size_t count, float rate, float beta1, float beta2, float epsilon,
  float decay, bool decoupled, float correction1, float correction2);

/// k = momentum k + (1 - momentum) q.
void rk_ema(float *k, const float *q, size_t count, float momentum);

// ---- Rows (f32, rows x columns) ---------------------------------------------------------------------------------

/// y[r][c] = x[r][c] op v[r] (rows) or op v[c] (columns).
void rk_add_columns(const float *x, const float *v, float *y, size_t rows, size_t columns);
void rk_multiply_rows(const float *x, const float *v, float *y, size_t rows, size_t columns);
void rk_multiply_columns(const float *x, const float *v, float *y, size_t rows, size_t columns);
void rk_divide_rows(const float *x, const float *v, float *y, size_t rows, size_t columns);
void rk_divide_columns(const float *x, const float *v, float *y, size_t rows, size_t columns);
void rk_row_sums(const float *x, float *sums, size_t rows, size_t columns);
/// Overwrites `sums`, or adds to it if `accumulate`.
void rk_column_sums(const float *x, float *sums, bool accumulate, size_t rows, size_t columns);
void rk_row_maxima(const float *x, float *maxima, size_t rows, size_t columns);
/// The first index of each row's largest element.
void rk_row_argmax(const float *x, int32_t *indices, size_t rows, size_t columns);
void rk_row_dots(const float *a, const float *b, float *dots, size_t rows, size_t columns);
void rk_row_norms(const float *x, float *norms, size_t rows, size_t columns);
/// y = x / max(|x|, epsilon); writes that divisor to `norms` (nullable).
void rk_normalize_rows(const float *x, float *y, float *norms, float epsilon, size_t rows, size_t columns);
/// dx = (dy - y <y, dy>) / norm.
void rk_normalize_rows_gradient(
  const float *dy, const float *y, const float *norms, float *dx, size_t rows, size_t columns);
/// out[r] = log sum_c exp(factor * x[r][c]).
void rk_log_sum_exp_rows(const float *x, float factor, float *out, size_t rows, size_t columns);
/// out[c] = log sum_r exp(factor * x[r][c]) over rows that begin `stride` numbers apart (at least `columns`).
void rk_log_sum_exp_columns(
  const float *x, size_t stride, float factor, float *out, size_t rows, size_t columns);
/// y = softmax(factor * x).
void rk_softmax_rows(const float *x, float factor, float *y, size_t rows, size_t columns);
/// dx = factor * y (dy - <y, dy>).
void rk_softmax_rows_gradient(const float *dy, const float *y, float factor, float *dx, size_t rows, size_t columns);
/// y = log softmax(factor * x).
void rk_log_softmax_rows(const float *x, float factor, float *y, size_t rows, size_t columns);
/// dx = factor * (dy - exp(y) sum(dy)).
void rk_log_softmax_rows_gradient(
  const float *dy, const float *y, float factor, float *dx, size_t rows, size_t columns);

/// Cross-entropy of softmax(factor * x): losses[r] = -log p[label[r]], gradient = weight * factor * (p - onehot).
/// `excluded` (nullable) names one column a row leaves out of its softmax (negative: none; its gradient is 0), as the
/// anchor itself in NT-Xent. `gradient` nullable; it may be `x`.
void rk_cross_entropy_rows(
  const float *x, const int32_t *labels, const int32_t *excluded, float factor, float weight, float *losses,
  float *gradient, size_t rows, size_t columns);

/// InfoNCE of one positive against `columns` negatives: with l = factor * similarity, losses[r] = log(exp(l+) +
/// sum exp(l-)) - l+. Gradients of weight * loss with respect to the unscaled similarities (both nullable together;
/// they may be the inputs).
void rk_info_nce_rows(
  const float *positive, const float *negatives, float factor, float weight, float *losses,
  float *positive_gradient, float *negatives_gradient, size_t rows, size_t columns);

/// CO2's consistency: losses[r] = (KL(P|Q) + KL(Q|P)) / 2 with Q = softmax(factor * a), P = softmax(factor * b).
/// Gradients of weight * loss with respect to a and b (each nullable; they may be the inputs, each its own), added to
/// what is there if `accumulate`. `excluded` (nullable, 2 per row, negative: none) names columns left out of both.
void rk_consistency_rows(
  const float *a, const float *b, const int32_t *excluded, float factor, float weight, bool accumulate,
  float *losses, float *a_gradient, float *b_gradient, size_t rows, size_t columns);

/// MoCo + CO2 in one visit of each row: InfoNCE of (positive, qn) at `instance_factor` and the consistency of (qn, pn) at
/// `consistency_factor` (= 1 / tau). Gradients of instance_weight * L_ins + consistency_weight * L_con with respect to
/// `positive` and `qn`; they may be `positive` and `qn`.
void rk_moco_consistency_rows(
  const float *positive, const float *qn, const float *pn, float instance_factor, float consistency_factor,
  float instance_weight, float consistency_weight, float *instance_losses, float *consistency_losses,
  float *positive_gradient, float *qn_gradient, size_t rows, size_t columns);

/// NT-Xent of the anchors `first` ... `first + rows`; row r of `s` holds the similarities of one with all `columns` views,
/// of which i and i + columns / 2 show one image. logs[r] = log sum_{k != anchor} exp(factor s[r][k]), losses[r] = that -
/// factor s[r][partner].
void rk_nt_xent_rows(
  const float *s, size_t first, float factor, float *logs, float *losses, size_t rows, size_t columns);

/// The gradient of weight * (sum of all anchors' losses) with respect to similarities between unequal views, each counted
/// once in row and column: the views' gradient is this matrix times the views. `logs` are those of all `columns` anchors;
/// `gradient` may be `s`.
void rk_nt_xent_gradient(
  const float *s, const float *logs, size_t first, float factor, float weight, float *gradient, size_t rows,
  size_t columns);

// ---- Global average pooling (images x positions x channels -> images x channels) --------------------------------

void rk_global_average_f32(const float *x, float *y, size_t images, size_t positions, size_t channels);
void rk_global_average_bf16(const uint16_t *x, float *y, size_t images, size_t positions, size_t channels);
/// dx = dy / positions at every position.
void rk_global_average_gradient_f32(const float *dy, float *dx, size_t images, size_t positions, size_t channels);
void rk_global_average_gradient_bf16(
  const float *dy, uint16_t *dx, size_t images, size_t positions, size_t channels);

// ---- Nearest upsampling by two (images x height x width x channels -> images x 2 height x 2 width x channels) -----
// Buffers never overlap.

void rk_upsampled_f32(const float *x, float *y, size_t images, size_t height, size_t width, size_t channels);
void rk_upsampled_bf16(const uint16_t *x, uint16_t *y, size_t images, size_t height, size_t width, size_t channels);
/// dx = the sum of dy over the four pixels that one became; height and width are those of dx.
void rk_upsampled_gradient_f32(
  const float *dy, float *dx, size_t images, size_t height, size_t width, size_t channels);
void rk_upsampled_gradient_bf16(
  const uint16_t *dy, uint16_t *dx, size_t images, size_t height, size_t width, size_t channels);

// ---- Group normalization (images x positions x channels; coefficients, means and sums for each image) -----------

/// y = x * scale + shift, then y / (1 + exp(-y)) (SiLU) if `silu`.
void rk_gn_apply_f32(const float *x, const float *scale, const float *shift, bool silu, float *y, size_t images,
  size_t positions, size_t channels);
void rk_gn_apply_bf16(const uint16_t *x, const float *scale, const float *shift, bool silu, uint16_t *y, size_t images,
  size_t positions, size_t channels);
/// sums[c] = sum of g', sums[channels + c] = sum of g' * (x - mean[c]), where g' is dy, times the slope of SiLU at
/// x * scale + shift if `silu`.
void rk_gn_backward_sums_f32(const float *dy, const float *x, const float *scale, const float *shift,
  const float *mean, bool silu, float *sums, size_t images, size_t positions, size_t channels);
void rk_gn_backward_sums_bf16(const uint16_t *dy, const uint16_t *x, const float *scale, const float *shift,
  const float *mean, bool silu, float *sums, size_t images, size_t positions, size_t channels);
/// dx = a g' + b x + c with g' as above.
void rk_gn_backward_apply_f32(const float *dy, const float *x, const float *scale, const float *shift, bool silu,
  const float *a, const float *b, const float *c, float *dx, size_t images, size_t positions, size_t channels);
void rk_gn_backward_apply_bf16(const uint16_t *dy, const uint16_t *x, const float *scale, const float *shift, bool silu,
  const float *a, const float *b, const float *c, uint16_t *dx, size_t images, size_t positions, size_t channels);

/// Copies `rows` rows of `bytes` bytes; rows begin `x_stride` and `y_stride` bytes apart and never overlap.
void rk_copy_rows(const void *x, size_t x_stride, void *y, size_t y_stride, size_t bytes, size_t rows);

// ---- Linear resampling of rows ------------------------------------------------------------------------------------

/// y[r] = x[lower[r]] + weights[r] (x[upper[r]] - x[lower[r]]), each a row of `columns` elements. Buffers never overlap.
void rk_resampled_rows(
  const float *x, const int32_t *lower, const int32_t *upper, const float *weights, float *y, size_t rows,
  size_t columns);
/// Adds (1 - weights[r]) dy[r] to dx[lower[r]] and weights[r] dy[r] to dx[upper[r]].
void rk_resampled_rows_gradient(
  const float *dy, const int32_t *lower, const int32_t *upper, const float *weights, float *dx, size_t rows,
  size_t columns);

// ---- Augmentation (planar C x H x W, f32 in 0...1) --------------------------------------------------------------

/// Bytes of scratch for `rk_resized_crop` and `rk_gaussian_blur`: inputs and outputs no larger than these.
size_t rk_augment_scratch_bytes(size_t channels, size_t height, size_t width, size_t out_height, size_t out_width);

/// Crops the box (pixels, may be fractional; inside the image) and resizes it bilinearly (half-pixel centres, edges
/// clamped to the box; the filter widened when shrinking, if `antialias`), optionally mirrored left to right. If `cubic`,
/// by Keys' cubic with a = -1/2 instead, its weights beyond the box shared among those inside, clamped to 0...1.
/// `image` is 8-bit, planar, or interleaved (H x W x C) if `interleaved`.
void rk_resized_crop(
  const uint8_t *image, size_t channels, size_t height, size_t width, bool interleaved, float top, float left,
  float box_height, float box_width, bool cubic, bool antialias, bool flip, float *out, size_t out_height,
  size_t out_width, void *scratch);

/// Copies the window whose corner is (top, left), zero outside the image, optionally mirrored (pad-and-crop).
void rk_padded_crop(
  const uint8_t *image, size_t channels, size_t height, size_t width, bool interleaved, ptrdiff_t top, ptrdiff_t left,
  bool flip, float *out, size_t out_height, size_t out_width);

// torchvision's colour transforms, in place on three planes of `pixels`; results clamped to 0...1.
void rk_adjust_brightness(float *image, size_t pixels, float factor);
void rk_adjust_contrast(float *image, size_t pixels, float factor);
void rk_adjust_saturation(float *image, size_t pixels, float factor);
/// Shifts the hue by `shift` turns (-0.5...0.5).
void rk_adjust_hue(float *image, size_t pixels, float shift);
/// Replaces the three planes by 0.2989 R + 0.587 G + 0.114 B.
void rk_grayscale(float *image, size_t pixels);
/// Replaces values of at least `threshold` by 1 - value.
void rk_solarize(float *image, size_t count, float threshold);
/// Separable Gaussian of odd `size` (radius below both dimensions), reflect padding, in place.
void rk_gaussian_blur(
  float *image, size_t channels, size_t height, size_t width, size_t size, float sigma, void *scratch);

/// out[pixel][channel] = (image[channel][pixel] - mean[channel]) / deviation[channel].
void rk_standardize_f32(
  const float *image, size_t channels, size_t pixels, const float *mean, const float *deviation, float *out);
void rk_standardize_bf16(
  const float *image, size_t channels, size_t pixels, const float *mean, const float *deviation, uint16_t *out);

#ifdef __cplusplus
}
#endif

#endif
