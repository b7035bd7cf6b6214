// Weak stand-ins until the real kernels land: supported() says no, so none of the others is ever called.
#include "CKernels.h"
#define WEAK __attribute__((weak))
WEAK bool rk_conv3x3_supported(size_t i, size_t o, size_t s) { (void)i; (void)o; (void)s; return false; }
WEAK size_t rk_conv3x3_packed_bytes(size_t i, size_t o) { (void)i; (void)o; return 0; }
WEAK void rk_conv3x3_pack_forward(const float *w, size_t i, size_t o, size_t s, uint16_t *p) { (void)w; (void)i; (void)o; (void)s; (void)p; }
WEAK void rk_conv3x3_pack_data(const float *w, size_t i, size_t o, size_t s, uint16_t *p) { (void)w; (void)i; (void)o; (void)s; (void)p; }
WEAK size_t rk_conv3x3_scratch_bytes(size_t h, size_t w, size_t i, size_t o, size_t s) { (void)h; (void)w; (void)i; (void)o; (void)s; return 0; }
WEAK void rk_conv3x3_forward(const uint16_t *x, const uint16_t *p, uint16_t *y, double *sums, size_t n, size_t h, size_t w, size_t i, size_t o, size_t s, void *scratch) { (void)x; (void)p; (void)y; (void)sums; (void)n; (void)h; (void)w; (void)i; (void)o; (void)s; (void)scratch; }
WEAK void rk_conv3x3_data_gradient(const uint16_t *x, const uint16_t *p, uint16_t *y, size_t n, size_t h, size_t w, size_t i, size_t o, size_t s, void *scratch) { (void)x; (void)p; (void)y; (void)n; (void)h; (void)w; (void)i; (void)o; (void)s; (void)scratch; }
WEAK size_t rk_conv3x3_gradient_count(size_t i, size_t o) { (void)i; (void)o; return 0; }
WEAK size_t rk_conv3x3_gradient_scratch_bytes(size_t h, size_t w, size_t i, size_t o, size_t s) { (void)h; (void)w; (void)i; (void)o; (void)s; return 0; }
WEAK void rk_conv3x3_weight_gradient(const uint16_t *x, const uint16_t *dy, float *g, size_t n, size_t h, size_t w, size_t i, size_t o, size_t s, void *scratch) { (void)x; (void)dy; (void)g; (void)n; (void)h; (void)w; (void)i; (void)o; (void)s; (void)scratch; }
WEAK void rk_conv3x3_unpack_gradient(const float *g, size_t i, size_t o, size_t s, bool acc, float *w) { (void)g; (void)i; (void)o; (void)s; (void)acc; (void)w; }
