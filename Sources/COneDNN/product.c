// The f32 matrix product.

#include "internal.h"

rd_status rd_sgemm(
  bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride,
  const float *b, size_t b_stride, float beta, float *c, size_t c_stride) {
  rd_thread_init();
  if (m == 0 || n == 0) return RD_OK;
  return rd_check(
    dnnl_sgemm(
      transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k, alpha, a,
      (dnnl_dim_t)a_stride, b, (dnnl_dim_t)b_stride, beta, c, (dnnl_dim_t)c_stride),
    "multiplying matrices");
}
