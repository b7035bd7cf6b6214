// The memory of a resized crop, for the kernels that use it and for the size that callers are told.

#ifndef RK_AUGMENT_H
#define RK_AUGMENT_H

#include <stddef.h>

// Floats of one axis's filter: a cubic has at most 4 in / out + 1 taps, or 4.
static inline size_t axis_floats(size_t in, size_t out) { return 4 * in + 6 * out + 8; }

#endif
