// The engine, the threads, the errors.

#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char last_error[256];
static _Thread_local bool thread_ready;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static dnnl_engine_t engine;
static dnnl_status_t engine_status;
static pthread_key_t stream_key;
static void (*set_openmp_threads)(int);

rd_status rd_fail(rd_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_error, sizeof last_error, format, arguments);
  va_end(arguments);
  return status;
}

rd_status rd_check(dnnl_status_t status, const char *what) {
  switch (status) {
    case dnnl_success: return RD_OK;
    case dnnl_out_of_memory: return rd_fail(RD_OUT_OF_MEMORY, "oneDNN ran out of memory (%s)", what);
    case dnnl_invalid_arguments: return rd_fail(RD_INVALID_ARGUMENT, "oneDNN rejects these arguments (%s)", what);
    case dnnl_unimplemented: return rd_fail(RD_UNSUPPORTED, "oneDNN has no kernel for this (%s)", what);
    default: return rd_fail(RD_FAILED, "oneDNN failed with status %d (%s)", (int)status, what);
  }
}

const char *rd_last_error(void) { return last_error; }

// The cap that the rest of the suite obeys; an unset or unknown name leaves the library alone.
static void cap_instruction_set(void) {
  const char *wanted = getenv("REPRO_MAX_ISA");
  if (wanted == NULL) return;
  if (strcmp(wanted, "portable") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41);
  if (strcmp(wanted, "avx2") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
  if (strcmp(wanted, "avx512") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core);
  if (strcmp(wanted, "avx512_bf16") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core_bf16);
}

static void destroy_stream(void *stream) { dnnl_stream_destroy(stream); }

static void start(void) {
  // Looked up at run time, so that nothing ties us to one OpenMP library: it is oneDNN's that counts.
  *(void **)&set_openmp_threads = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  cap_instruction_set();
  pthread_key_create(&stream_key, destroy_stream);
  if (set_openmp_threads != NULL) set_openmp_threads(1);
  engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0);
}

void rd_thread_init(void) {
  if (thread_ready) return;
  pthread_once(&once, start);
  if (set_openmp_threads != NULL) set_openmp_threads(1);
  thread_ready = true;
}

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

void rd_making_begin(void) { pthread_mutex_lock(&making); }

void rd_making_end(void) { pthread_mutex_unlock(&making); }

rd_status rd_engine(dnnl_engine_t *out) {
  rd_thread_init();
  *out = engine;
  return rd_check(engine_status, "creating the engine");
}

rd_status rd_stream(dnnl_stream_t *out) {
  rd_thread_init();
  dnnl_stream_t stream = pthread_getspecific(stream_key);
  if (stream == NULL) {
    RD_TRY(rd_check(engine_status, "creating the engine"));
    RD_TRY(rd_check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "creating a stream"));
    pthread_setspecific(stream_key, stream);
  }
  *out = stream;
  return RD_OK;
}

const char *rd_version(void) {
  static _Thread_local char text[32];
  const dnnl_version_t *v = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
  return text;
}

const char *rd_effective_isa(void) {
  rd_thread_init();
  int isa = (int)dnnl_get_effective_cpu_isa();
  static const struct {
    int value;
    const char *name;
  } names[] = {
    {dnnl_cpu_isa_sse41, "sse41"},
    {dnnl_cpu_isa_avx, "avx"},
    {dnnl_cpu_isa_avx2, "avx2"},
    {dnnl_cpu_isa_avx2_vnni, "avx2_vnni"},
    {dnnl_cpu_isa_avx512_core, "avx512_core"},
    {dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"},
    {dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"},
    {dnnl_cpu_isa_avx512_core_amx, "avx512_core_amx"},
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (names[i].value == isa) return names[i].name;
  }
  static _Thread_local char text[32];
  snprintf(text, sizeof text, "0x%x", (unsigned)isa);
  return text;
}

bool rd_has_bf16(void) {
  rd_thread_init();
  // Bits of the enumeration nest, so "at least avx512_core" is a mask test in both versions.
  int least = dnnl_cpu_isa_avx512_core;
  return ((int)dnnl_get_effective_cpu_isa() & least) == least;
}

void rd_widen(const uint16_t *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(&y[i], &bits, sizeof bits);
  }
}

void rd_narrow(const float *x, uint16_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &x[i], sizeof bits);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    uint32_t quiet = (bits >> 16) | 0x40;
    y[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
  }
}
