// Everything that differs between versions 2 and 3 of oneDNN's C API.

#include "internal.h"

#include <string.h>

enum { IMAGE_RANK = 4 };

// Scratch memory comes from the caller, so that one primitive can run on several threads.
static dnnl_status_t make_attributes(dnnl_primitive_attr_t *attributes) {
  dnnl_status_t status = dnnl_primitive_attr_create(attributes);
  if (status != dnnl_success) return status;
  return dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
}

#if DNNL_VERSION_MAJOR >= 3

rd_status rd_desc_make(rd_desc *desc, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  return rd_check(
    dnnl_memory_desc_create_with_tag(&desc->value, IMAGE_RANK, dims, type, tag), "describing memory");
}

rd_status rd_desc_query(rd_desc *desc, const_dnnl_primitive_desc_t pd, dnnl_query_t what) {
  const_dnnl_memory_desc_t found = dnnl_primitive_desc_query_md(pd, what, 0);
  if (found == NULL) return rd_fail(RD_FAILED, "oneDNN does not describe an argument of its primitive");
  return rd_check(dnnl_memory_desc_clone(&desc->value, found), "copying a description of memory");
}

void rd_desc_destroy(rd_desc *desc) {
  if (desc->value != NULL) dnnl_memory_desc_destroy(desc->value);
  desc->value = NULL;
}

size_t rd_desc_bytes(const rd_desc *desc) {
  return desc->value == NULL ? 0 : dnnl_memory_desc_get_size(desc->value);
}

bool rd_desc_equal(const rd_desc *a, const rd_desc *b) {
  return a->value != NULL && b->value != NULL && dnnl_memory_desc_equal(a->value, b->value) != 0;
}

dnnl_status_t rd_describe_convolution(
  dnnl_primitive_desc_t *pd, rd_direction direction, const rd_geometry *g, dnnl_data_type_t type,
  const_dnnl_primitive_desc_t hint) {
  rd_desc source = {0}, weights = {0}, destination = {0};
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_data_type_t weights_type = direction == RD_BACKWARD_WEIGHTS ? dnnl_f32 : type;
  dnnl_status_t status = make_attributes(&attributes);
  dnnl_engine_t engine;
  if (
    status == dnnl_success && rd_engine(&engine) == RD_OK
    && rd_desc_make(&source, g->source, type, dnnl_nhwc) == RD_OK
    && rd_desc_make(&weights, g->weights, weights_type, dnnl_format_tag_any) == RD_OK
    && rd_desc_make(&destination, g->destination, type, dnnl_nhwc) == RD_OK) {
    switch (direction) {
      case RD_FORWARD:
        status = dnnl_convolution_forward_primitive_desc_create(
          pd, engine, dnnl_forward_training, dnnl_convolution_direct, source.value, weights.value, NULL,
          destination.value, g->strides, g->dilation, g->padding_before, g->padding_after, attributes);
        break;
      case RD_BACKWARD_DATA:
        status = dnnl_convolution_backward_data_primitive_desc_create(
          pd, engine, dnnl_convolution_direct, source.value, weights.value, destination.value, g->strides,
          g->dilation, g->padding_before, g->padding_after, hint, attributes);
        break;
      case RD_BACKWARD_WEIGHTS:
        status = dnnl_convolution_backward_weights_primitive_desc_create(
          pd, engine, dnnl_convolution_direct, source.value, weights.value, NULL, destination.value, g->strides,
          g->dilation, g->padding_before, g->padding_after, hint, attributes);
        break;
    }
  } else if (status == dnnl_success) {
    status = dnnl_runtime_error;
  }
  rd_desc_destroy(&source);
  rd_desc_destroy(&weights);
  rd_desc_destroy(&destination);
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

dnnl_status_t rd_describe_pooling(
  dnnl_primitive_desc_t *pd, bool backward, dnnl_alg_kind_t algorithm, const rd_geometry *g, dnnl_data_type_t type,
  const_dnnl_primitive_desc_t hint) {
  rd_desc source = {0}, destination = {0};
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_status_t status = make_attributes(&attributes);
  dnnl_engine_t engine;
  if (
    status == dnnl_success && rd_engine(&engine) == RD_OK
    && rd_desc_make(&source, g->source, type, dnnl_nhwc) == RD_OK
    && rd_desc_make(&destination, g->destination, type, dnnl_nhwc) == RD_OK) {
    status = backward ? dnnl_pooling_backward_primitive_desc_create(
                          pd, engine, algorithm, source.value, destination.value, g->strides, g->kernel,
                          g->dilation, g->padding_before, g->padding_after, hint, attributes)
                      : dnnl_pooling_forward_primitive_desc_create(
                          pd, engine, dnnl_forward_training, algorithm, source.value, destination.value,
                          g->strides, g->kernel, g->dilation, g->padding_before, g->padding_after, attributes);
  } else if (status == dnnl_success) {
    status = dnnl_runtime_error;
  }
  rd_desc_destroy(&source);
  rd_desc_destroy(&destination);
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

dnnl_status_t rd_describe_reorder(dnnl_primitive_desc_t *pd, const rd_desc *from, const rd_desc *to) {
  dnnl_engine_t engine;
  if (rd_engine(&engine) != RD_OK) return dnnl_runtime_error;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_status_t status = make_attributes(&attributes);
  if (status == dnnl_success) {
    status = dnnl_reorder_primitive_desc_create(pd, from->value, engine, to->value, engine, attributes);
  }
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

#else  // version 2

rd_status rd_desc_make(rd_desc *desc, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  RD_TRY(rd_check(dnnl_memory_desc_init_by_tag(&desc->value, IMAGE_RANK, dims, type, tag), "describing memory"));
  desc->present = true;
  return RD_OK;
}

rd_status rd_desc_query(rd_desc *desc, const_dnnl_primitive_desc_t pd, dnnl_query_t what) {
  const dnnl_memory_desc_t *found = dnnl_primitive_desc_query_md(pd, what, 0);
  if (found == NULL) return rd_fail(RD_FAILED, "oneDNN does not describe an argument of its primitive");
  desc->value = *found;
  desc->present = true;
  return RD_OK;
}

void rd_desc_destroy(rd_desc *desc) { desc->present = false; }

size_t rd_desc_bytes(const rd_desc *desc) { return desc->present ? dnnl_memory_desc_get_size(&desc->value) : 0; }

bool rd_desc_equal(const rd_desc *a, const rd_desc *b) {
  return a->present && b->present && dnnl_memory_desc_equal(&a->value, &b->value) != 0;
}

static dnnl_status_t describe(
  dnnl_primitive_desc_t *pd, const void *operation, const_dnnl_primitive_desc_t hint) {
  dnnl_engine_t engine;
  if (rd_engine(&engine) != RD_OK) return dnnl_runtime_error;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_status_t status = make_attributes(&attributes);
  if (status == dnnl_success) status = dnnl_primitive_desc_create(pd, operation, attributes, engine, hint);
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

dnnl_status_t rd_describe_convolution(
  dnnl_primitive_desc_t *pd, rd_direction direction, const rd_geometry *g, dnnl_data_type_t type,
  const_dnnl_primitive_desc_t hint) {
  rd_desc source, weights, destination;
  dnnl_data_type_t weights_type = direction == RD_BACKWARD_WEIGHTS ? dnnl_f32 : type;
  if (
    rd_desc_make(&source, g->source, type, dnnl_nhwc) != RD_OK
    || rd_desc_make(&weights, g->weights, weights_type, dnnl_format_tag_any) != RD_OK
    || rd_desc_make(&destination, g->destination, type, dnnl_nhwc) != RD_OK)
    return dnnl_invalid_arguments;
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_runtime_error;
  switch (direction) {
    case RD_FORWARD:
      status = dnnl_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &source.value, &weights.value, NULL,
        &destination.value, g->strides, g->padding_before, g->padding_after);
      break;
    case RD_BACKWARD_DATA:
      status = dnnl_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &source.value, &weights.value, &destination.value, g->strides,
        g->padding_before, g->padding_after);
      break;
    case RD_BACKWARD_WEIGHTS:
      status = dnnl_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &source.value, &weights.value, NULL, &destination.value, g->strides,
        g->padding_before, g->padding_after);
      break;
  }
  return status == dnnl_success ? describe(pd, &operation, hint) : status;
}

dnnl_status_t rd_describe_pooling(
  dnnl_primitive_desc_t *pd, bool backward, dnnl_alg_kind_t algorithm, const rd_geometry *g, dnnl_data_type_t type,
  const_dnnl_primitive_desc_t hint) {
  rd_desc source, destination;
  if (
    rd_desc_make(&source, g->source, type, dnnl_nhwc) != RD_OK
    || rd_desc_make(&destination, g->destination, type, dnnl_nhwc) != RD_OK)
    return dnnl_invalid_arguments;
  dnnl_pooling_desc_t operation;
  dnnl_status_t status =
    backward ? dnnl_pooling_backward_desc_init(
                 &operation, algorithm, &source.value, &destination.value, g->strides, g->kernel,
                 g->padding_before, g->padding_after)
             : dnnl_pooling_forward_desc_init(
                 &operation, dnnl_forward_training, algorithm, &source.value, &destination.value, g->strides,
                 g->kernel, g->padding_before, g->padding_after);
  return status == dnnl_success ? describe(pd, &operation, hint) : status;
}

dnnl_status_t rd_describe_reorder(dnnl_primitive_desc_t *pd, const rd_desc *from, const rd_desc *to) {
  dnnl_engine_t engine;
  if (rd_engine(&engine) != RD_OK) return dnnl_runtime_error;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_status_t status = make_attributes(&attributes);
  if (status == dnnl_success) {
    status = dnnl_reorder_primitive_desc_create(pd, &from->value, engine, &to->value, engine, attributes);
  }
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

#endif
