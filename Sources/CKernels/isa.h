#ifndef RK_ISA_H
#define RK_ISA_H

#include "CKernels.h"

/// What the processor and the operating system support, whatever the environment asks for.
rk_isa_level rk_isa_of_processor(void);

/// The level that REPRO_MAX_ISA names; the highest one if it is unset or names none.
rk_isa_level rk_isa_cap(void);

#endif
