// Which instruction set to use: what the processor has and the operating system saves, capped by the environment.

#include "isa.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "avx2", "avx512", "avx512_bf16"};

const char *rk_isa_name(rk_isa_level level) {
  if ((int)level < RK_ISA_PORTABLE || (int)level > RK_ISA_AVX512_BF16) return "unknown";
  return names[level];
}

rk_isa_level rk_isa_of_processor(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return RK_ISA_PORTABLE;
  if (
    !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl")
    || !__builtin_cpu_supports("avx512dq"))
    return RK_ISA_AVX2;
  return __builtin_cpu_supports("avx512bf16") ? RK_ISA_AVX512_BF16 : RK_ISA_AVX512;
#else
  return RK_ISA_PORTABLE;
#endif
}

rk_isa_level rk_isa_cap(void) {
  const char *wanted = getenv("REPRO_MAX_ISA");
  if (wanted != NULL) {
    for (int level = RK_ISA_PORTABLE; level <= RK_ISA_AVX512_BF16; level++) {
      if (strcmp(wanted, names[level]) == 0) return (rk_isa_level)level;
    }
  }
  return RK_ISA_AVX512_BF16;
}
