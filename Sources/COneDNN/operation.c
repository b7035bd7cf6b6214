// A primitive and the memory objects that bind it to pointers. Memory objects hold one pointer each, so every
// concurrent execution needs its own; they are kept on a list and reused, because making them costs as much as
// a small kernel.

#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct rd_binding {
  dnnl_memory_t memories[RD_MOST_ARGUMENTS + 1];  // the last one is the scratchpad
  void *pointers[RD_MOST_ARGUMENTS + 1];
  rd_binding *next;
};

static void lock(rd_operation *op) {
  while (atomic_flag_test_and_set_explicit(&op->lock, memory_order_acquire)) {}
}

static void unlock(rd_operation *op) { atomic_flag_clear_explicit(&op->lock, memory_order_release); }

static void destroy_binding(rd_binding *binding) {
  for (int i = 0; i <= RD_MOST_ARGUMENTS; i++) {
    if (binding->memories[i] != NULL) dnnl_memory_destroy(binding->memories[i]);
  }
  free(binding);
}

#if DNNL_VERSION_MAJOR >= 3
#define RD_MD(desc) ((desc).value)
#else
#define RD_MD(desc) (&(desc).value)
#endif

static rd_status make_binding(rd_operation *op, rd_binding **out) {
  dnnl_engine_t engine;
  RD_TRY(rd_engine(&engine));
  rd_binding *binding = calloc(1, sizeof(rd_binding));
  if (binding == NULL) return rd_fail(RD_OUT_OF_MEMORY, "no memory for a primitive's arguments");
  rd_status status = RD_OK;
  for (int i = 0; i < op->count && status == RD_OK; i++) {
    status = rd_check(
      dnnl_memory_create(&binding->memories[i], RD_MD(op->descs[i]), engine, DNNL_MEMORY_NONE), "binding memory");
  }
  if (status == RD_OK && op->scratch_bytes > 0) {
    rd_desc desc = {0};
    status = rd_desc_query(&desc, op->description, dnnl_query_scratchpad_md);
    if (status == RD_OK) {
      status = rd_check(
        dnnl_memory_create(&binding->memories[RD_MOST_ARGUMENTS], RD_MD(desc), engine, DNNL_MEMORY_NONE),
        "binding scratch memory");
    }
    rd_desc_destroy(&desc);
  }
  if (status != RD_OK) {
    destroy_binding(binding);
    return status;
  }
  *out = binding;
  return RD_OK;
}

rd_status rd_operation_make(rd_operation *op, dnnl_primitive_desc_t pd, const rd_argument *arguments, int count) {
  memset(op, 0, sizeof *op);
  atomic_flag_clear(&op->lock);
  op->description = pd;
  op->count = count;
  for (int i = 0; i < count; i++) {
    op->arguments[i] = arguments[i].argument;
    RD_TRY(rd_desc_query(&op->descs[i], pd, arguments[i].query));
  }
  rd_desc scratch = {0};
  RD_TRY(rd_desc_query(&scratch, pd, dnnl_query_scratchpad_md));
  op->scratch_bytes = rd_desc_bytes(&scratch);
  rd_desc_destroy(&scratch);
  return rd_check(dnnl_primitive_create(&op->primitive, pd), "creating a primitive");
}

void rd_operation_destroy(rd_operation *op) {
  while (op->idle != NULL) {
    rd_binding *next = op->idle->next;
    destroy_binding(op->idle);
    op->idle = next;
  }
  for (int i = 0; i < op->count; i++) rd_desc_destroy(&op->descs[i]);
  if (op->primitive != NULL) dnnl_primitive_destroy(op->primitive);
  if (op->description != NULL) dnnl_primitive_desc_destroy(op->description);
  memset(op, 0, sizeof *op);
}

static rd_status bind(rd_binding *binding, int index, void *pointer) {
  // Version 2 clears a layout's padding whenever the pointer is set, so it is set only when it changes.
  if (binding->pointers[index] == pointer) return RD_OK;
  RD_TRY(rd_check(dnnl_memory_set_data_handle(binding->memories[index], pointer), "setting a pointer"));
  binding->pointers[index] = pointer;
  return RD_OK;
}

static rd_status execute(rd_operation *op, rd_binding *binding, void *const *pointers, void *scratch) {
  dnnl_stream_t stream;
  RD_TRY(rd_stream(&stream));
  dnnl_exec_arg_t arguments[RD_MOST_ARGUMENTS + 1];
  int count = op->count;
  for (int i = 0; i < count; i++) {
    RD_TRY(bind(binding, i, pointers[i]));
    arguments[i] = (dnnl_exec_arg_t){op->arguments[i], binding->memories[i]};
  }
  if (op->scratch_bytes > 0) {
    if (scratch == NULL) return rd_fail(RD_INVALID_ARGUMENT, "this primitive needs scratch memory");
    RD_TRY(bind(binding, RD_MOST_ARGUMENTS, scratch));
    arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, binding->memories[RD_MOST_ARGUMENTS]};
  }
  return rd_check(dnnl_primitive_execute(op->primitive, stream, count, arguments), "executing a primitive");
}

rd_status rd_operation_run(rd_operation *op, void *const *pointers, void *scratch) {
  rd_thread_init();
  lock(op);
  rd_binding *binding = op->idle;
  if (binding != NULL) op->idle = binding->next;
  unlock(op);
  if (binding == NULL) RD_TRY(make_binding(op, &binding));
  rd_status status = execute(op, binding, pointers, scratch);
  lock(op);
  binding->next = op->idle;
  op->idle = binding;
  unlock(op);
  return status;
}
