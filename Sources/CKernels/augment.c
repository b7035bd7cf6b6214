// Sizes that augmentation's callers must know; the kernels are in augment.body.h.

#include "CKernels.h"
#include "augment.h"

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

size_t rk_augment_scratch_bytes(
  size_t channels, size_t height, size_t width, size_t out_height, size_t out_width) {
  (void)channels;  // planes are done one after the other
  size_t crop = axis_floats(height, out_height) + axis_floats(width, out_width) + height * out_width;
  size_t most_height = larger(height, out_height), most_width = larger(width, out_width);
  size_t blur = most_height * most_width + 3 * most_width + 2 * larger(most_height, most_width);
  return larger(crop, blur) * sizeof(float);
}
