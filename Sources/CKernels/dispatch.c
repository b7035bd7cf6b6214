// The public functions: each calls the kernel of the instruction set in use.

#include "isa.h"
#include "table.h"

static const rk_table *const tables[] = {
  &rk_table_portable,
#if defined(__x86_64__)
  &rk_table_avx2,
  &rk_table_avx512,
  &rk_table_avx512_bf16,
  &rk_table_avx512_bf16,  // tiles serve convolutions only
#endif
};

static rk_isa_level process_level = RK_ISA_PORTABLE;
static _Thread_local int thread_level = -1;  // a test's choice for its own thread

// Before main, so that kernels need no check of their own.
__attribute__((constructor)) static void select_at_start(void) {
  rk_isa_level most = rk_isa_of_processor(), cap = rk_isa_cap();
  process_level = cap < most ? cap : most;
}

rk_isa_level rk_isa(void) { return thread_level >= 0 ? (rk_isa_level)thread_level : process_level; }

rk_isa_level rk_isa_select(rk_isa_level level) {
  rk_isa_level most = rk_isa_of_processor();
  if ((int)level < RK_ISA_PORTABLE) level = RK_ISA_PORTABLE;
  thread_level = (int)(level < most ? level : most);
  return (rk_isa_level)thread_level;
}

void rk_isa_reset(void) { thread_level = -1; }

#define RK_UNPACK(...) __VA_ARGS__
#define RK_DISPATCH(result, name, parameters, arguments) \
  result rk_##name(RK_UNPACK parameters) { return tables[rk_isa()]->name arguments; }
RK_FUNCTIONS(RK_DISPATCH)
