// The one thread pool of the process: workers spin for a bounded time, then sleep on a futex, so that a busy
// neighbour on the machine slows a run gracefully instead of stalling it behind spinning threads.

#define _GNU_SOURCE
#include "CKernels.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CACHE_LINE = 128, MOST_WORKERS = 1024 };
static const int64_t SPIN_NANOSECONDS = 50000;

// A 32-bit word that threads wait on. `sleepers` spares the wake-up call when everyone is still spinning.
typedef struct {
  _Alignas(CACHE_LINE) _Atomic uint32_t value;
  _Atomic uint32_t sleepers;
} signal_word;

static pthread_mutex_t run_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t *threads;  // workers 1 ..< width
static int started;         // how many of them
static _Atomic int width = 1;
static _Atomic bool quitting;

static signal_word job;       // bumped to publish a run (or the end of the workers)
static signal_word finished;  // bumped by the last worker of a run
static signal_word phase;     // bumped by the last to arrive at a barrier
static _Alignas(CACHE_LINE) _Atomic int remaining;
static _Alignas(CACHE_LINE) _Atomic int arrived;

static void (*job_body)(void *, int, int);
static void *job_context;
static void (*_Atomic thread_hook)(void);

static _Thread_local int current_workers;  // width of the run this thread is inside of; 0 outside
static _Thread_local void (*hook_done)(void);

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Returns once `word` is no longer `seen`.
static void await_change(signal_word *word, uint32_t seen) {
  int64_t deadline = 0;
  for (;;) {
    for (int i = 0; i < 64; i++) {
      if (atomic_load_explicit(&word->value, memory_order_acquire) != seen) return;
      relax();
    }
    int64_t t = now();
    if (deadline == 0) deadline = t + SPIN_NANOSECONDS;
    if (t >= deadline) break;
  }
  atomic_fetch_add(&word->sleepers, 1);
  while (atomic_load(&word->value) == seen) {
    syscall(SYS_futex, &word->value, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
  }
  atomic_fetch_sub(&word->sleepers, 1);
}

static void change(signal_word *word) {
  atomic_fetch_add(&word->value, 1);
  if (atomic_load(&word->sleepers) > 0) {
    syscall(SYS_futex, &word->value, FUTEX_WAKE_PRIVATE, MOST_WORKERS, NULL, NULL, 0);
  }
}

static void call_hook(void) {
  void (*hook)(void) = atomic_load_explicit(&thread_hook, memory_order_acquire);
  if (hook != NULL && hook != hook_done) {
    hook_done = hook;
    hook();
  }
}

typedef struct {
  int worker;
  uint32_t seen;
} worker_start;

static void *work(void *argument) {
  worker_start start = *(worker_start *)argument;
  free(argument);
  uint32_t seen = start.seen;
  for (;;) {
    await_change(&job, seen);
    seen++;
    if (atomic_load_explicit(&quitting, memory_order_acquire)) return NULL;
    call_hook();
    current_workers = started + 1;
    job_body(job_context, start.worker, current_workers);
    current_workers = 0;
    if (atomic_fetch_sub(&remaining, 1) == 1) change(&finished);
  }
}

static void stop_workers(void) {
  if (started == 0) return;
  atomic_store(&quitting, true);
  change(&job);
  for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
  atomic_store(&quitting, false);
  free(threads);
  threads = NULL;
  started = 0;
}

void rk_pool_start(int wanted) {
  if (wanted < 1) wanted = 1;
  if (wanted > MOST_WORKERS) wanted = MOST_WORKERS;
  if (current_workers > 0) return;  // inside a body: the pool is in use by this very run
  pthread_mutex_lock(&run_lock);
  if (wanted != started + 1) {
    stop_workers();
    // Signals belong to the program's own threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    threads = malloc(sizeof(pthread_t) * (size_t)wanted);
    for (int i = 1; threads != NULL && i < wanted; i++) {
      worker_start *start = malloc(sizeof(worker_start));
      if (start == NULL) break;
      *start = (worker_start){.worker = i, .seen = atomic_load(&job.value)};
      if (pthread_create(&threads[started], NULL, work, start) != 0) {
        free(start);
        break;
      }
      started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_store(&width, started + 1);
  }
  pthread_mutex_unlock(&run_lock);
}

int rk_pool_threads(void) { return atomic_load_explicit(&width, memory_order_relaxed); }

void rk_pool_run(void (*body)(void *, int, int), void *context) {
  if (current_workers > 0) {
    int outer = current_workers;
    current_workers = 1;
    body(context, 0, 1);
    current_workers = outer;
    return;
  }
  pthread_mutex_lock(&run_lock);
  call_hook();
  int workers = started + 1;
  current_workers = workers;
  if (workers == 1) {
    body(context, 0, 1);
  } else {
    job_body = body;
    job_context = context;
    atomic_store(&remaining, workers - 1);
    uint32_t seen = atomic_load(&finished.value);
    change(&job);
    body(context, 0, workers);
    await_change(&finished, seen);
  }
  current_workers = 0;
  pthread_mutex_unlock(&run_lock);
}

void rk_pool_barrier(void) {
  if (current_workers < 2) return;
  uint32_t seen = atomic_load(&phase.value);
  if (atomic_fetch_add(&arrived, 1) == current_workers - 1) {
    atomic_store(&arrived, 0);
    change(&phase);
  } else {
    await_change(&phase, seen);
  }
}

size_t rk_pool_claim(size_t *next) { return __atomic_fetch_add(next, 1, __ATOMIC_RELAXED); }

void rk_pool_set_thread_hook(void (*hook)(void)) { atomic_store(&thread_hook, hook); }

void rk_pool_part(size_t count, int worker, int workers, size_t *begin, size_t *end) {
  size_t n = (size_t)workers, i = (size_t)worker;
  size_t each = count / n, extra = count % n;
  *begin = i * each + (i < extra ? i : extra);
  *end = *begin + each + (i < extra ? 1 : 0);
}
