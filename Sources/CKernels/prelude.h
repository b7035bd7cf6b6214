// What every instruction set's file includes before its target is chosen.

#ifndef RK_PRELUDE_H
#define RK_PRELUDE_H

#include "CKernels.h"
#include "augment.h"
#include "table.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A product and the sum it feeds may fuse; nothing else about floating point is relaxed.
#pragma clang fp contract(fast)

#endif
