// The 3 x 3 convolutions of bfloat16 by AVX512-BF16.

#if defined(__x86_64__)
#define CONV_BFLOAT16
#define CONV_TABLE rk_conv_avx512_bf16
#include "conv3x3.typed.h"
#endif
