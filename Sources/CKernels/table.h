#ifndef RK_TABLE_H
#define RK_TABLE_H

#include "CKernels.h"
#include "functions.h"

/// The kernels of one instruction set.
typedef struct {
#define RK_FIELD(result, name, parameters, arguments) result(*name) parameters;
  RK_FUNCTIONS(RK_FIELD)
#undef RK_FIELD
} rk_table;

extern const rk_table rk_table_portable, rk_table_avx2, rk_table_avx512, rk_table_avx512_bf16;

#endif
