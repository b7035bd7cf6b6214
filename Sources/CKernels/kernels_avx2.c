// The kernels for the instruction set avx2: the bodies, compiled for it.

#include "prelude.h"

#if defined(__x86_64__)
#define WIDTH 8
#define HAS_BF16 0
#define TABLE rk_table_avx2

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "bodies.h"
#pragma clang attribute pop

#endif
