// Which instruction set to use: what the processor has and the operating system saves, capped by the environment.

#define _GNU_SOURCE
#include "isa.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

static const char *const names[] = {"portable", "avx2", "avx512", "avx512_bf16", "amx_bf16"};

enum { HIGHEST = RK_ISA_AMX_BF16 };

const char *rk_isa_name(rk_isa_level level) {
  if ((int)level < RK_ISA_PORTABLE || (int)level > HIGHEST) return "unknown";
  return names[level];
}

#if defined(__x86_64__) && defined(__linux__)
/// Whether the processor has tiles for bfloat16 and the kernel lets this process use them: it saves their eight
/// kilobytes only for those that ask.
static bool has_tiles(void) {
  enum { REQUEST = 0x1023, TILE_DATA = 18, BFLOAT16 = 1 << 22, TILES = 1 << 24 };  // arch_prctl; CPUID 7, EDX
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & BFLOAT16) == 0 || (d & TILES) == 0) return false;
  return syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
}
#else
static bool has_tiles(void) { return false; }
#endif

rk_isa_level rk_isa_of_processor(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return RK_ISA_PORTABLE;
  if (
    !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl")
    || !__builtin_cpu_supports("avx512dq"))
    return RK_ISA_AVX2;
  if (!__builtin_cpu_supports("avx512bf16")) return RK_ISA_AVX512;
  return has_tiles() ? RK_ISA_AMX_BF16 : RK_ISA_AVX512_BF16;
#else
  return RK_ISA_PORTABLE;
#endif
}

rk_isa_level rk_isa_cap(void) {
  const char *wanted = getenv("REPRO_MAX_ISA");
  if (wanted != NULL) {
    for (int level = RK_ISA_PORTABLE; level <= HIGHEST; level++) {
      if (strcmp(wanted, names[level]) == 0) return (rk_isa_level)level;
    }
  }
  return (rk_isa_level)HIGHEST;
}
