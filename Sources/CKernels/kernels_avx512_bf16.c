// The kernels for the instruction set avx512_bf16: the bodies, compiled for it.

#include "prelude.h"

#if defined(__x86_64__)
#define WIDTH 16
#define HAS_BF16 1
#define TABLE rk_table_avx512_bf16

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))), apply_to = function)
#include "bodies.h"
#pragma clang attribute pop

#endif
