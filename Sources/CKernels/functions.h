// Every function that exists once for each instruction set: X(result, name, (parameters), (arguments)).

#define RK_FUNCTIONS(X)                                                                                              \
  X(void, f32_to_bf16, (const float *x, uint16_t *y, size_t count), (x, y, count))                                   \
  X(void, bf16_to_f32, (const uint16_t *x, float *y, size_t count), (x, y, count))                                   \
  X(void, bn_sums_f32, (const float *x, size_t rows, size_t channels, const float *about, double *sums),             \
    (x, rows, channels, about, sums))                                                                                \
  X(void, bn_sums_bf16, (const uint16_t *x, size_t rows, size_t channels, const float *about, double *sums),         \
    (x, rows, channels, about, sums))                                                                                \
  X(void, bn_apply_f32,                                                                                              \
    (const float *x, const float *scale, const float *shift, const float *residual, const float *residual_scale,     \
     const float *residual_shift, bool relu, float *y, size_t rows, size_t channels),                                \
    (x, scale, shift, residual, residual_scale, residual_shift, relu, y, rows, channels))                            \
  X(void, bn_apply_bf16,                                                                                             \
    (const uint16_t *x, const float *scale, const float *shift, const uint16_t *residual,                            \
     const float *residual_scale, const float *residual_shift, bool relu, uint16_t *y, size_t rows,                  \
     size_t channels),                                                                                               \
    (x, scale, shift, residual, residual_scale, residual_shift, relu, y, rows, channels))                            \
  X(void, bn_backward_sums_f32,                                                                                      \
    (const float *g, const float *x, const float *y, const float *scale, const float *shift, const float *mean,      \
     const float *reciprocal, size_t rows, size_t channels, double *sums),                                           \
    (g, x, y, scale, shift, mean, reciprocal, rows, channels, sums))                                                 \
  X(void, bn_backward_sums_bf16,                                                                                     \
    (const uint16_t *g, const uint16_t *x, const uint16_t *y, const float *scale, const float *shift,                \
     const float *mean, const float *reciprocal, size_t rows, size_t channels, double *sums),                        \
    (g, x, y, scale, shift, mean, reciprocal, rows, channels, sums))                                                 \
  X(void, bn_backward_apply_f32,                                                                                     \
    (const float *g, const float *x, const float *y, const float *scale, const float *shift, const float *a,         \
     const float *b, const float *c, float *dx, float *masked, bool accumulate, size_t rows, size_t channels),       \
    (g, x, y, scale, shift, a, b, c, dx, masked, accumulate, rows, channels))                                        \
  X(void, bn_backward_apply_bf16,                                                                                    \
    (const uint16_t *g, const uint16_t *x, const uint16_t *y, const float *scale, const float *shift,                \
     const float *a, const float *b, const float *c, uint16_t *dx, uint16_t *masked, bool accumulate, size_t rows,   \
     size_t channels),                                                                                               \
    (g, x, y, scale, shift, a, b, c, dx, masked, accumulate, rows, channels))                                        \
  X(void, fill, (float *y, float value, size_t count), (y, value, count))                                            \
  X(void, add, (const float *a, const float *b, float *y, size_t count), (a, b, y, count))                           \
  X(void, subtract, (const float *a, const float *b, float *y, size_t count), (a, b, y, count))                      \
  X(void, multiply, (const float *a, const float *b, float *y, size_t count), (a, b, y, count))                      \
  X(void, divide, (const float *a, const float *b, float *y, size_t count), (a, b, y, count))                        \
  X(void, scale, (const float *x, float factor, float *y, size_t count), (x, factor, y, count))                      \
  X(void, axpy, (float factor, const float *x, float *y, size_t count), (factor, x, y, count))                       \
  X(void, axpby, (float a, const float *x, float b, float *y, size_t count), (a, x, b, y, count))                    \
  X(void, add_scalar, (const float *x, float value, float *y, size_t count), (x, value, y, count))                   \
  X(void, add_relu_f32, (const float *a, const float *b, float *y, size_t count), (a, b, y, count))                  \
  X(void, add_relu_bf16, (const uint16_t *a, const uint16_t *b, uint16_t *y, size_t count), (a, b, y, count))        \
  X(void, add_bf16, (const uint16_t *a, const uint16_t *b, uint16_t *y, size_t count), (a, b, y, count))             \
  X(void, relu_f32, (const float *x, float *y, size_t count), (x, y, count))                                         \
  X(void, relu_bf16, (const uint16_t *x, uint16_t *y, size_t count), (x, y, count))                                  \
  X(void, relu_gradient_f32, (const float *dy, const float *y, float *dx, size_t count), (dy, y, dx, count))         \
  X(void, relu_gradient_bf16, (const uint16_t *dy, const uint16_t *y, uint16_t *dx, size_t count),                   \
    (dy, y, dx, count))                                                                                              \
  X(void, exp, (const float *x, float *y, size_t count), (x, y, count))                                              \
  X(void, log, (const float *x, float *y, size_t count), (x, y, count))                                              \
  X(void, sqrt, (const float *x, float *y, size_t count), (x, y, count))                                             \
  X(void, sigmoid, (const float *x, float *y, size_t count), (x, y, count))                                          \
  X(double, sum, (const float *x, size_t count), (x, count))                                                         \
  X(double, dot, (const float *a, const float *b, size_t count), (a, b, count))                                      \
  X(double, squared_distance, (const float *a, const float *b, size_t count), (a, b, count))                         \
  X(bool, is_finite, (const float *x, size_t count), (x, count))                                                     \
  X(void, sgd,                                                                                                       \
    (float *p, const float *g, float *v, size_t count, float rate, float momentum, float dampening, float decay,     \
     bool nesterov),                                                                                                 \
    (p, g, v, count, rate, momentum, dampening, decay, nesterov))                                                    \
  X(void, lars,                                                                                                      \
    (float *p, const float *g, float *v, size_t count, float rate, float momentum, float decay, float trust,         \
     bool nesterov, bool rate_inside),                                                                               \
    (p, g, v, count, rate, momentum, decay, trust, nesterov, rate_inside))                                           \
  X(void, adam,                                                                                                      \
    (float *p, const float *g, float *m, float *v, size_t count, float rate, float beta1, float beta2,               \
     float epsilon, float decay, bool decoupled, float correction1, float correction2),                              \
    (p, g, m, v, count, rate, beta1, beta2, epsilon, decay, decoupled, correction1, correction2))                    \
  X(void, ema, (float *k, const float *q, size_t count, float momentum), (k, q, count, momentum))                    \
  X(void, add_columns, (const float *x, const float *v, float *y, size_t rows, size_t columns),                      \
    (x, v, y, rows, columns))                                                                                        \
  X(void, multiply_rows, (const float *x, const float *v, float *y, size_t rows, size_t columns),                    \
    (x, v, y, rows, columns))                                                                                        \
  X(void, multiply_columns, (const float *x, const float *v, float *y, size_t rows, size_t columns),                 \
    (x, v, y, rows, columns))                                                                                        \
  X(void, divide_rows, (const float *x, const float *v, float *y, size_t rows, size_t columns),                      \
    (x, v, y, rows, columns))                                                                                        \
  X(void, divide_columns, (const float *x, const float *v, float *y, size_t rows, size_t columns),                   \
    (x, v, y, rows, columns))                                                                                        \
  X(void, row_sums, (const float *x, float *sums, size_t rows, size_t columns), (x, sums, rows, columns))            \
  X(void, column_sums, (const float *x, float *sums, bool accumulate, size_t rows, size_t columns),                  \
    (x, sums, accumulate, rows, columns))                                                                            \
  X(void, row_maxima, (const float *x, float *maxima, size_t rows, size_t columns), (x, maxima, rows, columns))      \
  X(void, row_argmax, (const float *x, int32_t *indices, size_t rows, size_t columns), (x, indices, rows, columns))  \
  X(void, row_dots, (const float *a, const float *b, float *dots, size_t rows, size_t columns),                      \
    (a, b, dots, rows, columns))                                                                                     \
  X(void, row_norms, (const float *x, float *norms, size_t rows, size_t columns), (x, norms, rows, columns))         \
  X(void, normalize_rows, (const float *x, float *y, float *norms, float epsilon, size_t rows, size_t columns),      \
    (x, y, norms, epsilon, rows, columns))                                                                           \
  X(void, normalize_rows_gradient,                                                                                   \
    (const float *dy, const float *y, const float *norms, float *dx, size_t rows, size_t columns),                   \
    (dy, y, norms, dx, rows, columns))                                                                               \
  X(void, log_sum_exp_rows, (const float *x, float factor, float *out, size_t rows, size_t columns),                 \
    (x, factor, out, rows, columns))                                                                                 \
  X(void, log_sum_exp_columns,                                                                                       \
    (const float *x, size_t stride, float factor, float *out, size_t rows, size_t columns),                          \
    (x, stride, factor, out, rows, columns))                                                                         \
  X(void, softmax_rows, (const float *x, float factor, float *y, size_t rows, size_t columns),                       \
    (x, factor, y, rows, columns))                                                                                   \
  X(void, softmax_rows_gradient,                                                                                     \
    (const float *dy, const float *y, float factor, float *dx, size_t rows, size_t columns),                         \
    (dy, y, factor, dx, rows, columns))                                                                              \
  X(void, log_softmax_rows, (const float *x, float factor, float *y, size_t rows, size_t columns),                   \
    (x, factor, y, rows, columns))                                                                                   \
  X(void, log_softmax_rows_gradient,                                                                                 \
    (const float *dy, const float *y, float factor, float *dx, size_t rows, size_t columns),                         \
    (dy, y, factor, dx, rows, columns))                                                                              \
  X(void, cross_entropy_rows,                                                                                        \
    (const float *x, const int32_t *labels, const int32_t *excluded, float factor, float weight, float *losses,      \
     float *gradient, size_t rows, size_t columns),                                                                  \
    (x, labels, excluded, factor, weight, losses, gradient, rows, columns))                                          \
  X(void, info_nce_rows,                                                                                             \
    (const float *positive, const float *negatives, float factor, float weight, float *losses,                       \
     float *positive_gradient, float *negatives_gradient, size_t rows, size_t columns),                              \
    (positive, negatives, factor, weight, losses, positive_gradient, negatives_gradient, rows, columns))             \
  X(void, consistency_rows,                                                                                          \
    (const float *a, const float *b, const int32_t *excluded, float factor, float weight, bool accumulate,           \
     float *losses, float *a_gradient, float *b_gradient, size_t rows, size_t columns),                              \
    (a, b, excluded, factor, weight, accumulate, losses, a_gradient, b_gradient, rows, columns))                     \
  X(void, moco_consistency_rows,                                                                                     \
    (const float *positive, const float *qn, const float *pn, float instance_factor, float consistency_factor,       \
     float instance_weight, float consistency_weight, float *instance_losses, float *consistency_losses,             \
     float *positive_gradient, float *qn_gradient, size_t rows, size_t columns),                                     \
    (positive, qn, pn, instance_factor, consistency_factor, instance_weight, consistency_weight, instance_losses,    \
     consistency_losses, positive_gradient, qn_gradient, rows, columns))                                             \
  X(void, nt_xent_rows,                                                                                              \
    (const float *s, size_t first, float factor, float *logs, float *losses, size_t rows, size_t columns),           \
    (s, first, factor, logs, losses, rows, columns))                                                                 \
  X(void, nt_xent_gradient,                                                                                          \
    (const float *s, const float *logs, size_t first, float factor, float weight, float *gradient, size_t rows,      \
     size_t columns),                                                                                                \
    (s, logs, first, factor, weight, gradient, rows, columns))                                                       \
  X(void, global_average_f32, (const float *x, float *y, size_t images, size_t positions, size_t channels),          \
    (x, y, images, positions, channels))                                                                             \
  X(void, global_average_bf16, (const uint16_t *x, float *y, size_t images, size_t positions, size_t channels),      \
    (x, y, images, positions, channels))                                                                             \
  X(void, global_average_gradient_f32,                                                                               \
    (const float *dy, float *dx, size_t images, size_t positions, size_t channels),                                  \
    (dy, dx, images, positions, channels))                                                                           \
  X(void, global_average_gradient_bf16,                                                                              \
    (const float *dy, uint16_t *dx, size_t images, size_t positions, size_t channels),                               \
    (dy, dx, images, positions, channels))                                                                           \
  X(void, upsampled_f32,                                                                                             \
    (const float *x, float *y, size_t images, size_t height, size_t width, size_t channels),                         \
    (x, y, images, height, width, channels))                                                                         \
  X(void, upsampled_bf16,                                                                                            \
    (const uint16_t *x, uint16_t *y, size_t images, size_t height, size_t width, size_t channels),                   \
    (x, y, images, height, width, channels))                                                                         \
  X(void, upsampled_gradient_f32,                                                                                    \
    (const float *dy, float *dx, size_t images, size_t height, size_t width, size_t channels),                       \
    (dy, dx, images, height, width, channels))                                                                       \
  X(void, upsampled_gradient_bf16,                                                                                   \
    (const uint16_t *dy, uint16_t *dx, size_t images, size_t height, size_t width, size_t channels),                 \
    (dy, dx, images, height, width, channels))                                                                       \
  X(void, silu, (const float *x, float *y, size_t count), (x, y, count))                                             \
  X(void, silu_gradient, (const float *dy, const float *x, float *dx, size_t count), (dy, x, dx, count))             \
  X(void, gn_apply_f32,                                                                                              \
    (const float *x, const float *scale, const float *shift, bool silu, float *y, size_t images,                     \
     size_t positions, size_t channels),                                                                             \
    (x, scale, shift, silu, y, images, positions, channels))                                                         \
  X(void, gn_backward_sums_f32,                                                                                      \
    (const float *dy, const float *x, const float *scale, const float *shift, const float *mean, bool silu,          \
     float *sums, size_t images, size_t positions, size_t channels),                                                 \
    (dy, x, scale, shift, mean, silu, sums, images, positions, channels))                                            \
  X(void, gn_backward_apply_f32,                                                                                     \
    (const float *dy, const float *x, const float *scale, const float *shift, bool silu, const float *a,             \
     const float *b, const float *c, float *dx, size_t images, size_t positions, size_t channels),                   \
    (dy, x, scale, shift, silu, a, b, c, dx, images, positions, channels))                                           \
  X(void, gn_apply_bf16,                                                                                             \
    (const uint16_t *x, const float *scale, const float *shift, bool silu, uint16_t *y, size_t images,               \
     size_t positions, size_t channels),                                                                             \
    (x, scale, shift, silu, y, images, positions, channels))                                                         \
  X(void, gn_backward_sums_bf16,                                                                                     \
    (const uint16_t *dy, const uint16_t *x, const float *scale, const float *shift, const float *mean, bool silu,    \
     float *sums, size_t images, size_t positions, size_t channels),                                                 \
    (dy, x, scale, shift, mean, silu, sums, images, positions, channels))                                            \
  X(void, gn_backward_apply_bf16,                                                                                    \
    (const uint16_t *dy, const uint16_t *x, const float *scale, const float *shift, bool silu, const float *a,       \
     const float *b, const float *c, uint16_t *dx, size_t images, size_t positions, size_t channels),                \
    (dy, x, scale, shift, silu, a, b, c, dx, images, positions, channels))                                           \
  X(void, resampled_rows,                                                                                            \
    (const float *x, const int32_t *lower, const int32_t *upper, const float *weights, float *y, size_t rows,        \
     size_t columns),                                                                                                \
    (x, lower, upper, weights, y, rows, columns))                                                                    \
  X(void, resampled_rows_gradient,                                                                                   \
    (const float *dy, const int32_t *lower, const int32_t *upper, const float *weights, float *dx, size_t rows,      \
     size_t columns),                                                                                                \
    (dy, lower, upper, weights, dx, rows, columns))                                                                  \
  X(void, resized_crop,                                                                                              \
    (const uint8_t *image, size_t channels, size_t height, size_t width, bool interleaved, float top, float left,    \
     float box_height, float box_width, bool cubic, bool antialias, bool flip, float *out, size_t out_height,        \
     size_t out_width, void *scratch),                                                                               \
    (image, channels, height, width, interleaved, top, left, box_height, box_width, cubic, antialias, flip, out,     \
     out_height, out_width, scratch))                                                                                \
  X(void, padded_crop,                                                                                               \
    (const uint8_t *image, size_t channels, size_t height, size_t width, bool interleaved, ptrdiff_t top,            \
     ptrdiff_t left, bool flip, float *out, size_t out_height, size_t out_width),                                    \
    (image, channels, height, width, interleaved, top, left, flip, out, out_height, out_width))                      \
  X(void, adjust_brightness, (float *image, size_t pixels, float factor), (image, pixels, factor))                   \
  X(void, adjust_contrast, (float *image, size_t pixels, float factor), (image, pixels, factor))                     \
  X(void, adjust_saturation, (float *image, size_t pixels, float factor), (image, pixels, factor))                   \
  X(void, adjust_hue, (float *image, size_t pixels, float shift), (image, pixels, shift))                            \
  X(void, grayscale, (float *image, size_t pixels), (image, pixels))                                                 \
  X(void, solarize, (float *image, size_t count, float threshold), (image, count, threshold))                        \
  X(void, gaussian_blur,                                                                                             \
    (float *image, size_t channels, size_t height, size_t width, size_t size, float sigma, void *scratch),           \
    (image, channels, height, width, size, sigma, scratch))                                                          \
  X(void, standardize_f32,                                                                                           \
    (const float *image, size_t channels, size_t pixels, const float *mean, const float *deviation, float *out),     \
    (image, channels, pixels, mean, deviation, out))                                                                 \
  X(void, standardize_bf16,                                                                                          \
    (const float *image, size_t channels, size_t pixels, const float *mean, const float *deviation,                  \
     uint16_t *out),                                                                                                 \
    (image, channels, pixels, mean, deviation, out))
