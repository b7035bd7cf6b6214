// The convolutions of bfloat16 by AMX.

#if defined(__x86_64__)
#define CONV_BFLOAT16
#define CONV_AMX
#define CONV_TABLE rk_conv_amx_bf16
#include "conv3x3.tiles.h"
#endif
