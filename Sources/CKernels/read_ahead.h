// Memory that a thread will need soon, fetched into its second-level cache by the kernels that leave the memory idle:
// a convolution of a chunk in cache computes for a hundred times as long as it takes to fetch the next chunk.

#ifndef RK_READ_AHEAD_H
#define RK_READ_AHEAD_H

#include "CKernels.h"

enum { MOST_RANGES = 16, LINE_BYTES = 64 };

typedef struct {
  const char *at, *end;
} byte_range;

/// Ranges still to be fetched, `next` the first that is not begun.
typedef struct {
  byte_range current, ranges[MOST_RANGES];
  size_t next, count;
} read_ahead;

/// The calling thread's.
read_ahead *rk_thread_read_ahead(void);

/// Fetches the next `lines` cache lines, of which all but the first may lie beyond the range: that is harmless.
static inline __attribute__((always_inline)) void fetch_ahead(read_ahead *a, const int lines) {
  if (a->current.at >= a->current.end) {
    if (a->next == a->count) return;
    a->current = a->ranges[a->next++];
  }
  for (int i = 0; i < lines; i++) __builtin_prefetch(a->current.at + i * LINE_BYTES, 0, 2);
  a->current.at += lines * LINE_BYTES;
}

#endif
