/* The same layers by TFLM's reference kernels (headers of the crate tfmicro 0.1.0, TensorFlow 2.2): convolution, dense layer with one multiplier, and
 * sum. That version has no int8 mean, no maximum and no dense layer with a multiplier for each channel: these are the plain ones. */
#ifndef TFLM_KERNELS_H
#define TFLM_KERNELS_H
#define HOLTER_TFLM
#include "plain-kernels.h"
#include "tensorflow/lite/kernels/internal/reference/add.h"
#include "tensorflow/lite/kernels/internal/reference/integer_ops/add.h"
#include "tensorflow/lite/kernels/internal/reference/integer_ops/conv.h"
#include "tensorflow/lite/kernels/internal/reference/integer_ops/fully_connected.h"

using tflite::RuntimeShape;

/* How TFLM's checks end; newlib's own wants an operating system. */
extern "C" void abort(void) {
  for (;;) {
  }
}

static inline void run_conv2d(const int8_t *x, int8_t *y, const conv2d_t *p, const int8_t *filter, const int32_t *bias, const int32_t *multiplier,
                              const int32_t *shift) {
  tflite::ConvParams params = {};
  params.padding_values.width = (int16_t)p->pad_left;
  params.padding_values.height = (int16_t)p->pad_top;
  params.stride_width = (int16_t)p->stride_w;
  params.stride_height = (int16_t)p->stride_h;
  params.dilation_width_factor = params.dilation_height_factor = 1;
  params.input_offset = -p->input_zero;
  params.output_offset = p->output_zero;
  params.quantized_activation_min = p->least;
  params.quantized_activation_max = p->largest;
  tflite::reference_integer_ops::ConvPerChannel(params, multiplier, shift, RuntimeShape({1, p->in_h, p->in_w, p->in_c}), x,
                                                RuntimeShape({p->out_c, p->filter_h, p->filter_w, p->in_c}), filter, RuntimeShape({p->out_c}), bias,
                                                RuntimeShape({1, p->out_h, p->out_w, p->out_c}), y);
}

static inline void run_dense(const int8_t *x, int8_t *y, const dense_t *p, const int8_t *filter, const int32_t *bias, const int32_t *multiplier,
                             const int32_t *shift) {
  if (!p->per_tensor) return plain_dense(x, y, p, filter, bias, multiplier, shift);
  tflite::FullyConnectedParams params = {};
  params.input_offset = -p->input_zero;
  params.output_offset = p->output_zero;
  params.output_multiplier = multiplier[0];
  params.output_shift = shift[0];
  params.quantized_activation_min = p->least;
  params.quantized_activation_max = p->largest;
  tflite::reference_integer_ops::FullyConnected(params, RuntimeShape({p->rows, p->depth}), x, RuntimeShape({p->out_c, p->depth}), filter,
                                                RuntimeShape({p->out_c}), bias, RuntimeShape({p->rows, p->out_c}), y);
}

static inline void run_add(const int8_t *a, const int8_t *b, int8_t *y, const add_t *p) {
  tflite::ArithmeticParams params = {};
  params.left_shift = p->left_shift;
  params.input1_offset = -p->zero_a;
  params.input1_multiplier = p->multiplier_a;
  params.input1_shift = p->shift_a;
  params.input2_offset = -p->zero_b;
  params.input2_multiplier = p->multiplier_b;
  params.input2_shift = p->shift_b;
  params.output_offset = p->output_zero;
  params.output_multiplier = p->multiplier;
  params.output_shift = p->shift;
  params.quantized_activation_min = p->least;
  params.quantized_activation_max = p->largest;
  const RuntimeShape shape({1, p->count});
  tflite::reference_integer_ops::Add(params, shape, a, shape, b, shape, y);
}
#endif
