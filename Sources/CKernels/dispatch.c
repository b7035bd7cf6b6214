// First page of the kernels that exist for every instruction set. How one body becomes five:
//
//   functions.h           lists every function once: result, name, parameters, arguments
//   table.h               makes of that list a struct of function pointers, rk_table
//   NAME.body.h           holds the kernels themselves, written once, in vectors of WIDTH floats (vector.h)
//   bodies.h              includes all bodies and fills one rk_table, TABLE, with what they define
//   kernels_ISA.c         sets WIDTH, HAS_BF16 and TABLE, chooses the compiler's target, and includes bodies.h:
//                         kernels_portable (4 floats), _avx2 (8), _avx512 and _avx512_bf16 (16)
//   isa.c                 asks the processor what it has, and REPRO_MAX_ISA how much of it may be used
//   dispatch.c            this file: makes of the list the public functions rk_NAME, which call the table in use
//
// The fifth instruction set, tiles (AMX), has tables of its own for convolutions and no other kernel, so the fourth
// table stands in the list twice. Convolutions come in too many shapes for a list: conv3x3.h is their first page.
//
// To add a kernel: write it into a body, or a new NAME.body.h that bodies.h includes; add its line to functions.h; declare
// rk_NAME with its words in include/CKernels.h; hold it to a plain loop in Tests/KernelsTests, which runs at every level
// that the machine has. Nothing else names it. To add an instruction set: one kernels_ISA.c, its line in `tables` below, its
// level in include/CKernels.h, and its condition in isa.c.
//
// A kernel is called by one thread with a piece of the work. Who cuts the work into pieces is the caller, by pool.c's
// workers; results do not depend on how many there are, because sums are kept by piece and added in their order.

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
