// The 3 x 3 convolutions of float32 by AVX2.

#if defined(__x86_64__)
#define CONV_AVX2
#define CONV_TABLE rk_conv_avx2_f32
#include "conv3x3.typed.h"
#endif
