// f32 <-> bfloat16.

static void f32_to_bf16_kernel(const float *x, uint16_t *y, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store_bf16(y + i, load_f32(x + i));
  if (i < count) store_bf16_part(y + i, load_f32_part(x + i, count - i), count - i);
}

static void bf16_to_f32_kernel(const uint16_t *x, float *y, size_t count) {
  size_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store_f32(y + i, load_bf16(x + i));
  if (i < count) store_f32_part(y + i, load_bf16_part(x + i, count - i), count - i);
}
