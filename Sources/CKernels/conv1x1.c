// The public 1 x 1 convolutions, which exist for tiles only; elsewhere oneDNN's are used.

#include "conv3x3.table.h"
#include "isa.h"

static const pointwise_table *kernels(void) {
#if defined(__x86_64__)
  if (rk_isa() >= RK_ISA_AMX_BF16) return &rk_pointwise_amx_bf16;
#endif
  return NULL;
}

bool rk_conv1x1_supported_bf16(size_t channels_in, size_t channels_out) {
  return kernels() != NULL && channels_fit(channels_in) && channels_fit(channels_out);
}

#define POINTWISE_PUBLIC(result, name, parameters, arguments) \
  result rk_conv1x1_##name##_bf16(CONV_UNPACK parameters) { CONV_CALL(kernels, name, arguments); }

POINTWISE_FUNCTIONS(POINTWISE_PUBLIC)
