// The kernels for the instruction set avx512: the bodies, compiled for it.

#include "prelude.h"

#if defined(__x86_64__)
#define WIDTH 16
#define HAS_BF16 0
#define TABLE rk_table_avx512

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq"))), apply_to = function)
#include "bodies.h"
#pragma clang attribute pop

#endif
