#include "read_ahead.h"

static _Thread_local read_ahead ahead;

read_ahead *rk_thread_read_ahead(void) { return &ahead; }

void rk_read_ahead_clear(void) { ahead.next = ahead.count = 0, ahead.current = (byte_range){NULL, NULL}; }

void rk_read_ahead(const void *start, size_t bytes) {
  if (ahead.count == MOST_RANGES) return;
  ahead.ranges[ahead.count++] = (byte_range){start, (const char *)start + bytes};
}
