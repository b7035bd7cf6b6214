// The kernels for the instruction set portable: the bodies, compiled for it.

#include "prelude.h"

#define WIDTH 4
#define HAS_BF16 0
#define TABLE rk_table_portable

#include "bodies.h"
