// Convolutions: the primitive of one direction, and the packing of its weights.

#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct rd_conv {
  rd_direction direction;
  rd_operation compute;
  rd_operation reorder;  // O x I x H x W -> packed, or weight gradient -> O x I x H x W
  rd_desc weights;
  size_t weight_count;
  bool emulated;  // bfloat16 outside, f32 inside
  size_t source_count, destination_count;
  size_t own_scratch;  // oneDNN's, aligned; f32 copies lie behind it
};

static bool output_size(size_t input, size_t kernel, const rd_conv_shape *s, size_t *output) {
  if (kernel == 0 || s->stride == 0 || input + 2 * s->padding < kernel) return false;
  *output = (input + 2 * s->padding - kernel) / s->stride + 1;
  return true;
}

static rd_status geometry_of(const rd_conv_shape *s, rd_geometry *g) {
  size_t out_height, out_width;
  bool sized = output_size(s->height, s->kernel_height, s, &out_height)
               && output_size(s->width, s->kernel_width, s, &out_width);
  if (!sized || s->images == 0 || s->channels_in == 0 || s->channels_out == 0) {
    return rd_fail(
      RD_INVALID_ARGUMENT, "no such convolution: %zu x %zu x %zu x %zu, kernel %zu x %zu, stride %zu, padding %zu",
      s->images, s->height, s->width, s->channels_in, s->kernel_height, s->kernel_width, s->stride, s->padding);
  }
  dnnl_dim_t n = (dnnl_dim_t)s->images, ci = (dnnl_dim_t)s->channels_in, co = (dnnl_dim_t)s->channels_out;
  dnnl_dim_t kh = (dnnl_dim_t)s->kernel_height, kw = (dnnl_dim_t)s->kernel_width;
  dnnl_dim_t stride = (dnnl_dim_t)s->stride, padding = (dnnl_dim_t)s->padding;
  *g = (rd_geometry){
    .source = {n, ci, (dnnl_dim_t)s->height, (dnnl_dim_t)s->width},
    .weights = {co, ci, kh, kw},
    .destination = {n, co, (dnnl_dim_t)out_height, (dnnl_dim_t)out_width},
    .kernel = {kh, kw},
    .strides = {stride, stride},
    .dilation = {0, 0},
    .padding_before = {padding, padding},
    .padding_after = {padding, padding},
  };
  return RD_OK;
}

static dnnl_status_t describe(
  dnnl_primitive_desc_t *pd, rd_direction direction, const rd_geometry *g, dnnl_data_type_t type) {
  if (direction == RD_FORWARD) return rd_describe_convolution(pd, RD_FORWARD, g, type, NULL);
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status = rd_describe_convolution(&hint, RD_FORWARD, g, type, NULL);
  if (status == dnnl_success) status = rd_describe_convolution(pd, direction, g, type, hint);
  if (hint != NULL) dnnl_primitive_desc_destroy(hint);
  return status;
}

static rd_status make_compute(rd_conv *conv, const rd_geometry *g, rd_data_type type) {
  static const rd_argument arguments[3][3] = {
    {{DNNL_ARG_SRC, dnnl_query_src_md},
     {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
     {DNNL_ARG_DST, dnnl_query_dst_md}},
    {{DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md},
     {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
     {DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md}},
    {{DNNL_ARG_SRC, dnnl_query_src_md},
     {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md},
     {DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md}},
  };
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status = dnnl_unimplemented;
  if (type == RD_F32 || rd_has_bf16()) {
    status = describe(&pd, conv->direction, g, type == RD_BF16 ? dnnl_bf16 : dnnl_f32);
  }
  if (status == dnnl_unimplemented && type == RD_BF16) {
    conv->emulated = true;
    status = describe(&pd, conv->direction, g, dnnl_f32);
  }
  RD_TRY(rd_check(status, "choosing a convolution"));
  RD_TRY(rd_operation_make(&conv->compute, pd, arguments[conv->direction], 3));
  bool backward_weights = conv->direction == RD_BACKWARD_WEIGHTS;
  return rd_desc_query(
    &conv->weights, conv->compute.description,
    backward_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md);
}

static rd_status make_reorder(rd_conv *conv, const rd_geometry *g) {
  static const rd_argument arguments[2] = {
    {DNNL_ARG_FROM, dnnl_query_src_md}, {DNNL_ARG_TO, dnnl_query_dst_md}};
  rd_desc plain = {0};
  RD_TRY(rd_desc_make(&plain, g->weights, dnnl_f32, dnnl_oihw));
  bool unpacking = conv->direction == RD_BACKWARD_WEIGHTS;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status = unpacking ? rd_describe_reorder(&pd, &conv->weights, &plain)
                                   : rd_describe_reorder(&pd, &plain, &conv->weights);
  rd_desc_destroy(&plain);
  RD_TRY(rd_check(status, "choosing a packing of weights"));
  return rd_operation_make(&conv->reorder, pd, arguments, 2);
}

// What oneDNN may write beyond its scratch memory. For the weight gradient of a strided 1 x 1 convolution its kernel for
// AVX2 (2.6) gathers the pixels that are seen by whole vectors of channels, but reserves no more than the channels.
static size_t overrun_bytes(rd_direction direction, const rd_conv_shape *s, const rd_geometry *g) {
  enum { VECTOR = 8 };
  bool gathers = direction == RD_BACKWARD_WEIGHTS && s->kernel_height == 1 && s->kernel_width == 1 && s->stride > 1;
  size_t missing = (VECTOR - s->channels_in % VECTOR) % VECTOR;
  return gathers ? (size_t)(g->destination[2] * g->destination[3]) * missing * sizeof(float) : 0;
}

rd_status rd_conv_create(rd_conv **out, rd_direction direction, rd_conv_shape shape, rd_data_type type) {
  rd_thread_init();
  *out = NULL;
  if ((unsigned)direction > RD_BACKWARD_WEIGHTS || (unsigned)type > RD_BF16) {
    return rd_fail(RD_INVALID_ARGUMENT, "no such direction or data type of a convolution");
  }
  rd_geometry g;
  RD_TRY(geometry_of(&shape, &g));
  rd_conv *conv = calloc(1, sizeof(rd_conv));
  if (conv == NULL) return rd_fail(RD_OUT_OF_MEMORY, "no memory for a convolution");
  conv->direction = direction;
  conv->weight_count = shape.channels_out * shape.channels_in * shape.kernel_height * shape.kernel_width;
  conv->source_count = shape.images * shape.height * shape.width * shape.channels_in;
  conv->destination_count = (size_t)(g.destination[0] * g.destination[1] * g.destination[2] * g.destination[3]);
  rd_making_begin();
  rd_status status = make_compute(conv, &g, type);
  if (status == RD_OK) status = make_reorder(conv, &g);
  rd_making_end();
  if (status != RD_OK) {
    rd_conv_destroy(conv);
    return status;
  }
  conv->own_scratch = rd_aligned(conv->compute.scratch_bytes + overrun_bytes(direction, &shape, &g));
  *out = conv;
  return RD_OK;
}

void rd_conv_destroy(rd_conv *conv) {
  if (conv == NULL) return;
  rd_operation_destroy(&conv->compute);
  rd_operation_destroy(&conv->reorder);
  rd_desc_destroy(&conv->weights);
  free(conv);
}

const char *rd_conv_implementation(const rd_conv *conv) {
  const char *name = NULL;
  dnnl_primitive_desc_query(conv->compute.description, dnnl_query_impl_info_str, 0, &name);
  return name == NULL ? "unknown" : name;
}

size_t rd_conv_weights_bytes(const rd_conv *conv) { return rd_desc_bytes(&conv->weights); }

bool rd_conv_shares_layout(const rd_conv *a, const rd_conv *b) { return rd_desc_equal(&a->weights, &b->weights); }

static size_t copies_bytes(const rd_conv *conv) {
  if (!conv->emulated) return 0;
  return rd_aligned(conv->source_count * sizeof(float)) + rd_aligned(conv->destination_count * sizeof(float));
}

size_t rd_conv_scratch_bytes(const rd_conv *conv) {
  size_t compute = conv->own_scratch + copies_bytes(conv);
  size_t reorder = rd_aligned(conv->reorder.scratch_bytes) + rd_aligned(conv->weight_count * sizeof(float));
  return compute > reorder ? compute : reorder;
}

rd_status rd_conv_pack(const rd_conv *conv, const float *weights, void *packed, void *scratch) {
  if (conv->direction == RD_BACKWARD_WEIGHTS) {
    return rd_fail(RD_INVALID_ARGUMENT, "a backward-weights convolution has no weights to pack");
  }
  // A layout may pad channels, a kernel may read the padding, and version 2 clears it only when a pointer is set anew:
  // recycled memory would keep what was there before.
  memset(packed, 0, rd_conv_weights_bytes(conv));
  return rd_operation_run((rd_operation *)&conv->reorder, (void *[]){(void *)weights, packed}, scratch);
}

rd_status rd_conv_unpack(const rd_conv *conv, const float *native, bool accumulate, float *gradient, void *scratch) {
  if (conv->direction != RD_BACKWARD_WEIGHTS) {
    return rd_fail(RD_INVALID_ARGUMENT, "only a backward-weights convolution has a gradient to unpack");
  }
  rd_operation *reorder = (rd_operation *)&conv->reorder;
  if (!accumulate) return rd_operation_run(reorder, (void *[]){(void *)native, gradient}, scratch);
  float *plain = (float *)((char *)scratch + rd_aligned(reorder->scratch_bytes));
  RD_TRY(rd_operation_run(reorder, (void *[]){(void *)native, plain}, scratch));
  for (size_t i = 0; i < conv->weight_count; i++) gradient[i] += plain[i];
  return RD_OK;
}

static float *first_copy(const rd_conv *conv, void *scratch) {
  return (float *)((char *)scratch + conv->own_scratch);
}

// Runs `input x weights -> output` of activations, in f32 copies if bfloat16 is emulated.
static rd_status transform(
  const rd_conv *conv, const void *input, size_t input_count, const void *packed, void *output,
  size_t output_count, void *scratch) {
  rd_operation *compute = (rd_operation *)&conv->compute;
  if (!conv->emulated) {
    return rd_operation_run(compute, (void *[]){(void *)input, (void *)packed, output}, scratch);
  }
  float *wide_input = first_copy(conv, scratch);
  float *wide_output = wide_input + rd_aligned(input_count * sizeof(float)) / sizeof(float);
  rd_widen(input, wide_input, input_count);
  RD_TRY(rd_operation_run(compute, (void *[]){wide_input, (void *)packed, wide_output}, scratch));
  rd_narrow(wide_output, output, output_count);
  return RD_OK;
}

static rd_status expect(const rd_conv *conv, rd_direction direction) {
  if (conv->direction == direction) return RD_OK;
  return rd_fail(RD_INVALID_ARGUMENT, "this convolution was made for another direction");
}

rd_status rd_conv_forward(const rd_conv *conv, const void *x, const void *packed, void *y, void *scratch) {
  RD_TRY(expect(conv, RD_FORWARD));
  return transform(conv, x, conv->source_count, packed, y, conv->destination_count, scratch);
}

rd_status rd_conv_backward_data(const rd_conv *conv, const void *dy, const void *packed, void *dx, void *scratch) {
  RD_TRY(expect(conv, RD_BACKWARD_DATA));
  return transform(conv, dy, conv->destination_count, packed, dx, conv->source_count, scratch);
}

rd_status rd_conv_backward_weights(
  const rd_conv *conv, const void *x, const void *dy, float *native, void *scratch) {
  RD_TRY(expect(conv, RD_BACKWARD_WEIGHTS));
  rd_operation *compute = (rd_operation *)&conv->compute;
  if (!conv->emulated) {
    return rd_operation_run(compute, (void *[]){(void *)x, (void *)dy, native}, scratch);
  }
  float *wide_x = first_copy(conv, scratch);
  float *wide_dy = wide_x + rd_aligned(conv->source_count * sizeof(float)) / sizeof(float);
  rd_widen(x, wide_x, conv->source_count);
  rd_widen(dy, wide_dy, conv->destination_count);
  return rd_operation_run(compute, (void *[]){wide_x, wide_dy, native}, scratch);
}
