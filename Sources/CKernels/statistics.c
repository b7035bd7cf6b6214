// The small per-channel arithmetic between the passes of batch normalization, in double.

#include "CKernels.h"

#include <math.h>

void rk_bn_statistics(
  const double *sums, size_t parts, size_t channels, const float *about, double count, float *mean,
  float *variance) {
  for (size_t c = 0; c < channels; c++) {
    double sum = 0, square = 0;
    for (size_t p = 0; p < parts; p++) {
      sum += sums[2 * p * channels + c];
      square += sums[(2 * p + 1) * channels + c];
    }
    double offset = sum / count, spread = square / count - offset * offset;
    mean[c] = (float)(offset + (about == NULL ? 0 : about[c]));
    variance[c] = (float)(spread < 0 ? 0 : spread);  // NaN stays
  }
}

void rk_bn_affine(
  const float *mean, const float *variance, const float *gamma, const float *beta, float epsilon, size_t channels,
  float *scale, float *shift, float *reciprocal) {
  for (size_t c = 0; c < channels; c++) {
    double inverse = 1 / sqrt((double)variance[c] + epsilon);
    double factor = gamma == NULL ? inverse : gamma[c] * inverse;
    if (reciprocal != NULL) reciprocal[c] = (float)inverse;
    scale[c] = (float)factor;
    shift[c] = (float)((beta == NULL ? 0 : beta[c]) - mean[c] * factor);
  }
}

void rk_bn_backward_coefficients(
  const double *sums, size_t parts, size_t channels, const float *mean, const float *reciprocal, const float *gamma,
  double count, bool training, float *a, float *b, float *c, float *gamma_gradient, float *beta_gradient) {
  for (size_t i = 0; i < channels; i++) {
    double g = 0, gx = 0;
    for (size_t p = 0; p < parts; p++) {
      g += sums[2 * p * channels + i];
      gx += sums[(2 * p + 1) * channels + i];
    }
    double factor = (gamma == NULL ? 1 : gamma[i]) * (double)reciprocal[i];
    // dx = factor (g - mean(g) - xhat mean(g xhat)), xhat = (x - mean) reciprocal
    double slope = training ? -factor * reciprocal[i] * gx / count : 0;
    a[i] = (float)factor;
    b[i] = (float)slope;
    c[i] = (float)(training ? -factor * g / count - slope * mean[i] : 0);
    if (gamma_gradient != NULL) gamma_gradient[i] = (float)gx;
    if (beta_gradient != NULL) beta_gradient[i] = (float)g;
  }
}
