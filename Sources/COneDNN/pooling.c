// Maximum and average pooling.

#include "internal.h"

#include <stdlib.h>

struct rd_pool {
  rd_operation forward, backward;
  rd_desc workspace;
  bool emulated;  // bfloat16 outside, f32 inside
  size_t source_count, destination_count;
  size_t own_scratch;
};

static bool output_size(size_t input, size_t kernel, const rd_pool_shape *s, size_t *output) {
  if (kernel == 0 || s->stride == 0 || s->padding >= kernel || input + 2 * s->padding < kernel) return false;
  *output = (input + 2 * s->padding - kernel) / s->stride + 1;
  return true;
}

static rd_status geometry_of(const rd_pool_shape *s, rd_geometry *g) {
  size_t out_height, out_width;
  bool sized = output_size(s->height, s->kernel_height, s, &out_height)
               && output_size(s->width, s->kernel_width, s, &out_width);
  if (!sized || s->images == 0 || s->channels == 0) {
    return rd_fail(
      RD_INVALID_ARGUMENT, "no such pooling: %zu x %zu x %zu x %zu, kernel %zu x %zu, stride %zu, padding %zu",
      s->images, s->height, s->width, s->channels, s->kernel_height, s->kernel_width, s->stride, s->padding);
  }
  dnnl_dim_t n = (dnnl_dim_t)s->images, c = (dnnl_dim_t)s->channels;
  *g = (rd_geometry){
    .source = {n, c, (dnnl_dim_t)s->height, (dnnl_dim_t)s->width},
    .destination = {n, c, (dnnl_dim_t)out_height, (dnnl_dim_t)out_width},
    .kernel = {(dnnl_dim_t)s->kernel_height, (dnnl_dim_t)s->kernel_width},
    .strides = {(dnnl_dim_t)s->stride, (dnnl_dim_t)s->stride},
    .dilation = {0, 0},
    .padding_before = {(dnnl_dim_t)s->padding, (dnnl_dim_t)s->padding},
    .padding_after = {(dnnl_dim_t)s->padding, (dnnl_dim_t)s->padding},
  };
  return RD_OK;
}

// Makes both primitives in one data type; the forward descriptor is the backward one's hint.
static rd_status make_operations(
  rd_pool *pool, const rd_geometry *g, dnnl_alg_kind_t algorithm, dnnl_data_type_t type, dnnl_status_t *found) {
  static const rd_argument forward_arguments[3] = {
    {DNNL_ARG_SRC, dnnl_query_src_md},
    {DNNL_ARG_DST, dnnl_query_dst_md},
    {DNNL_ARG_WORKSPACE, dnnl_query_workspace_md},
  };
  static const rd_argument backward_arguments[3] = {
    {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md},
    {DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md},
    {DNNL_ARG_WORKSPACE, dnnl_query_workspace_md},
  };
  dnnl_primitive_desc_t forward = NULL, backward = NULL;
  *found = rd_describe_pooling(&forward, false, algorithm, g, type, NULL);
  if (*found == dnnl_success) {
    *found = rd_describe_pooling(&backward, true, algorithm, g, type, forward);
    if (*found != dnnl_success) dnnl_primitive_desc_destroy(forward);
  }
  if (*found != dnnl_success) return RD_OK;
  int count = algorithm == dnnl_pooling_max ? 3 : 2;
  rd_status status = rd_operation_make(&pool->forward, forward, forward_arguments, count);
  rd_status second = rd_operation_make(&pool->backward, backward, backward_arguments, count);
  if (status == RD_OK) status = second;
  if (status == RD_OK && count == 3) status = rd_desc_query(&pool->workspace, forward, dnnl_query_workspace_md);
  return status;
}

rd_status rd_pool_create(rd_pool **out, rd_pool_kind kind, rd_pool_shape shape, rd_data_type type) {
  rd_thread_init();
  *out = NULL;
  static const dnnl_alg_kind_t algorithms[] = {
    dnnl_pooling_max, dnnl_pooling_avg_exclude_padding, dnnl_pooling_avg_include_padding};
  if ((unsigned)kind > RD_POOL_AVERAGE_WITH_PADDING || (unsigned)type > RD_BF16) {
    return rd_fail(RD_INVALID_ARGUMENT, "no such kind or data type of a pooling");
  }
  rd_geometry g;
  RD_TRY(geometry_of(&shape, &g));
  rd_pool *pool = calloc(1, sizeof(rd_pool));
  if (pool == NULL) return rd_fail(RD_OUT_OF_MEMORY, "no memory for a pooling");
  pool->source_count = shape.images * shape.height * shape.width * shape.channels;
  pool->destination_count = (size_t)(g.destination[0] * g.destination[1] * g.destination[2] * g.destination[3]);
  dnnl_status_t found = dnnl_unimplemented;
  rd_status status = RD_OK;
  rd_making_begin();
  if (type == RD_F32 || rd_has_bf16()) {
    status = make_operations(pool, &g, algorithms[kind], type == RD_BF16 ? dnnl_bf16 : dnnl_f32, &found);
  }
  if (status == RD_OK && found == dnnl_unimplemented && type == RD_BF16) {
    pool->emulated = true;
    status = make_operations(pool, &g, algorithms[kind], dnnl_f32, &found);
  }
  rd_making_end();
  if (status == RD_OK) status = rd_check(found, "choosing a pooling");
  if (status != RD_OK) {
    rd_pool_destroy(pool);
    return status;
  }
  size_t forward = pool->forward.scratch_bytes, backward = pool->backward.scratch_bytes;
  pool->own_scratch = rd_aligned(forward > backward ? forward : backward);
  *out = pool;
  return RD_OK;
}

void rd_pool_destroy(rd_pool *pool) {
  if (pool == NULL) return;
  rd_operation_destroy(&pool->forward);
  rd_operation_destroy(&pool->backward);
  rd_desc_destroy(&pool->workspace);
  free(pool);
}

size_t rd_pool_workspace_bytes(const rd_pool *pool) { return rd_desc_bytes(&pool->workspace); }

size_t rd_pool_scratch_bytes(const rd_pool *pool) {
  if (!pool->emulated) return pool->own_scratch;
  return pool->own_scratch + rd_aligned(pool->source_count * sizeof(float))
         + rd_aligned(pool->destination_count * sizeof(float));
}

static rd_status transform(
  const rd_pool *pool, const rd_operation *operation, const void *input, size_t input_count, void *output,
  size_t output_count, void *workspace, void *scratch) {
  rd_operation *op = (rd_operation *)operation;
  if (!pool->emulated) return rd_operation_run(op, (void *[]){(void *)input, output, workspace}, scratch);
  float *wide_input = (float *)((char *)scratch + pool->own_scratch);
  float *wide_output = wide_input + rd_aligned(input_count * sizeof(float)) / sizeof(float);
  rd_widen(input, wide_input, input_count);
  RD_TRY(rd_operation_run(op, (void *[]){wide_input, wide_output, workspace}, scratch));
  rd_narrow(wide_output, output, output_count);
  return RD_OK;
}

rd_status rd_pool_forward(const rd_pool *pool, const void *x, void *y, void *workspace, void *scratch) {
  return transform(pool, &pool->forward, x, pool->source_count, y, pool->destination_count, workspace, scratch);
}

rd_status rd_pool_backward(const rd_pool *pool, const void *dy, const void *workspace, void *dx, void *scratch) {
  return transform(
    pool, &pool->backward, dy, pool->destination_count, dx, pool->source_count, (void *)workspace, scratch);
}
