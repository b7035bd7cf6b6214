// What the two versions of oneDNN's C API share, and the few types that hide where they differ.

#ifndef RD_INTERNAL_H
#define RD_INTERNAL_H

#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdatomic.h>

// ---- Library (library.c) ----

/// Records a failure for `rd_last_error` and returns it; `format` as in printf.
rd_status rd_fail(rd_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Turns oneDNN's status into ours, recording `what` was being done if it is a failure.
rd_status rd_check(dnnl_status_t status, const char *what);

/// The engine and this thread's stream; makes the library ready on first use.
rd_status rd_engine(dnnl_engine_t *engine);
rd_status rd_stream(dnnl_stream_t *stream);

/// Held while a primitive is chosen and made, one thread at a time: version 2.6 keeps a size of the convolution that it
/// is choosing in a variable of the whole process, and of two made at once one may compute nonsense ever after
/// (mended in oneDNN 2.7; https://github.com/openvinotoolkit/openvino/pull/14324).
void rd_making_begin(void);
void rd_making_end(void);

#define RD_TRY(expression)                    \
  do {                                        \
    rd_status rd_try_status = (expression);   \
    if (rd_try_status != RD_OK) return rd_try_status; \
  } while (0)

// ---- Descriptions of memory (descriptors.c): a struct in version 2, an object in version 3 ----

typedef struct {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t value;
#else
  dnnl_memory_desc_t value;
  bool present;
#endif
} rd_desc;

rd_status rd_desc_make(rd_desc *desc, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag);
/// The description that `pd` chose; what = dnnl_query_src_md and the like.
rd_status rd_desc_query(rd_desc *desc, const_dnnl_primitive_desc_t pd, dnnl_query_t what);
void rd_desc_destroy(rd_desc *desc);
size_t rd_desc_bytes(const rd_desc *desc);
bool rd_desc_equal(const rd_desc *a, const rd_desc *b);

/// Dims, strides and padding in oneDNN's types.
typedef struct {
  dnnl_dims_t source, weights, destination;
  dnnl_dims_t kernel, strides, dilation, padding_before, padding_after;
} rd_geometry;

/// Primitive descriptors with scratchpad memory given by the user. `hint` is the forward one, for backward kinds.
dnnl_status_t rd_describe_convolution(
  dnnl_primitive_desc_t *pd, rd_direction direction, const rd_geometry *g, dnnl_data_type_t type,
  const_dnnl_primitive_desc_t hint);
dnnl_status_t rd_describe_pooling(
  dnnl_primitive_desc_t *pd, bool backward, dnnl_alg_kind_t algorithm, const rd_geometry *g, dnnl_data_type_t type,
  const_dnnl_primitive_desc_t hint);
dnnl_status_t rd_describe_reorder(dnnl_primitive_desc_t *pd, const rd_desc *from, const rd_desc *to);

// ---- Operations (operation.c): a primitive with its memory objects, executable from several threads ----

enum { RD_MOST_ARGUMENTS = 5 };

typedef struct rd_binding rd_binding;

typedef struct {
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  int count;
  int arguments[RD_MOST_ARGUMENTS];
  rd_desc descs[RD_MOST_ARGUMENTS];
  size_t scratch_bytes;
  rd_binding *idle;  // memory objects that no thread uses just now
  atomic_flag lock;
} rd_operation;

/// One argument of a primitive: its index for execution, and how to ask the descriptor for its layout.
typedef struct {
  int argument;
  dnnl_query_t query;
} rd_argument;

/// Makes the primitive of `pd`, which it owns from then on (also when it fails).
rd_status rd_operation_make(rd_operation *op, dnnl_primitive_desc_t pd, const rd_argument *arguments, int count);

/// Executes with one pointer for each argument, in the order given to `rd_operation_make`.
rd_status rd_operation_run(rd_operation *op, void *const *pointers, void *scratch);
void rd_operation_destroy(rd_operation *op);

// ---- bfloat16 in f32, where oneDNN has no kernels for it ----

void rd_widen(const uint16_t *x, float *y, size_t count);
void rd_narrow(const float *x, uint16_t *y, size_t count);

static inline size_t rd_aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

#endif
