// All kernels that exist for each instruction set, and their table. No include guard: once per kernels_<isa>.c.

#include "vector.h"

#include "convert.body.h"
#include "elementwise.body.h"
#include "batchnorm.body.h"
#include "rows.body.h"
#include "losses.body.h"
#include "nt_xent.body.h"
#include "pooling.body.h"
#include "group_norm.body.h"
#include "resampling.body.h"
#include "augment.body.h"

const rk_table TABLE = {
#define RK_ENTRY(result, name, parameters, arguments) .name = name##_kernel,
  RK_FUNCTIONS(RK_ENTRY)
#undef RK_ENTRY
};
