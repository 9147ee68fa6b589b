/* Layers as one writes them first in C, with the sums of TFLM's reference kernels: what tools/firmware-table measures Holter's modules with.
 * A convolution's window is cut to the picture; what is left of a row of it lies side by side in input and filter. */
#ifndef PLAIN_KERNELS_H
#define PLAIN_KERNELS_H
#include <stdint.h>

typedef struct {
  int32_t in_h, in_w, in_c, out_h, out_w, out_c, filter_h, filter_w, stride_h, stride_w, pad_top, pad_left;
  int32_t input_zero, output_zero, least, largest;
} conv2d_t;

typedef struct {
  int32_t rows, depth, out_c, input_zero, output_zero, least, largest;
  int32_t per_tensor; /* one multiplier for all channels */
} dense_t;

/* An input seen as [outer, first, between, second, inner], of which first and second are reduced. */
typedef struct {
  int32_t outer, first, between, second, inner, multiplier, shift, input_zero, output_zero, least, largest;
} reduce_t;

typedef struct {
  int32_t count, zero_a, zero_b, left_shift, multiplier_a, shift_a, multiplier_b, shift_b, multiplier, shift, output_zero, least, largest;
} add_t;

/* x * multiplier * 2^(shift - 31), rounded twice. */
static inline int32_t plain_rescale(int32_t x, int32_t multiplier, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
  const int64_t product = (int64_t)(int32_t)((uint32_t)x << left) * multiplier;
  const int32_t high = (int32_t)((product + (1ll << 30)) >> 31);
  const int32_t mask = (int32_t)((1u << right) - 1), rest = high & mask;
  return (high >> right) + (rest > (mask >> 1) + (high < 0));
}

static inline int32_t plain_clamp(int32_t x, int32_t least, int32_t largest) { return x < least ? least : x > largest ? largest : x; }

static inline __attribute__((unused)) void plain_conv2d(const int8_t *x, int8_t *y, const conv2d_t *p, const int8_t *filter, const int32_t *bias,
                                                        const int32_t *multiplier, const int32_t *shift) {
  for (int32_t oy = 0; oy < p->out_h; oy++)
    for (int32_t ox = 0; ox < p->out_w; ox++) {
      const int32_t top = oy * p->stride_h - p->pad_top, left = ox * p->stride_w - p->pad_left;
      const int32_t first_y = top < 0 ? -top : 0, last_y = top + p->filter_h > p->in_h ? p->in_h - top : p->filter_h;
      const int32_t first_x = left < 0 ? -left : 0, last_x = left + p->filter_w > p->in_w ? p->in_w - left : p->filter_w;
      const int32_t run = (last_x - first_x) * p->in_c;
      for (int32_t o = 0; o < p->out_c; o++) {
        int32_t sum = bias[o];
        for (int32_t ky = first_y; ky < last_y; ky++) {
          const int8_t *a = x + ((top + ky) * p->in_w + left + first_x) * p->in_c;
          const int8_t *b = filter + ((o * p->filter_h + ky) * p->filter_w + first_x) * p->in_c;
          for (int32_t i = 0; i < run; i++) sum += (a[i] - p->input_zero) * b[i];
        }
        *y++ = (int8_t)plain_clamp(plain_rescale(sum, multiplier[o], shift[o]) + p->output_zero, p->least, p->largest);
      }
    }
}

static inline __attribute__((unused)) void plain_dense(const int8_t *x, int8_t *y, const dense_t *p, const int8_t *filter, const int32_t *bias,
                                                       const int32_t *multiplier, const int32_t *shift) {
  for (int32_t row = 0; row < p->rows; row++)
    for (int32_t o = 0; o < p->out_c; o++) {
      int32_t sum = bias[o];
      for (int32_t i = 0; i < p->depth; i++) sum += (x[row * p->depth + i] - p->input_zero) * filter[o * p->depth + i];
      *y++ = (int8_t)plain_clamp(plain_rescale(sum, multiplier[o], shift[o]) + p->output_zero, p->least, p->largest);
    }
}

/* The mean, or the largest value where `is_largest`. */
static inline __attribute__((unused)) void plain_reduce(const int8_t *x, int8_t *y, const reduce_t *p, int is_largest) {
  for (int32_t o = 0; o < p->outer; o++)
    for (int32_t b = 0; b < p->between; b++)
      for (int32_t i = 0; i < p->inner; i++) {
        int32_t sum = 0, most = -128;
        for (int32_t f = 0; f < p->first; f++)
          for (int32_t s = 0; s < p->second; s++) {
            const int32_t q = x[(((o * p->first + f) * p->between + b) * p->second + s) * p->inner + i];
            sum += q - p->input_zero;
            if (q > most) most = q;
          }
        *y++ = (int8_t)(is_largest ? most : plain_clamp(plain_rescale(sum, p->multiplier, p->shift) + p->output_zero, p->least, p->largest));
      }
}

static inline __attribute__((unused)) void plain_add(const int8_t *a, const int8_t *b, int8_t *y, const add_t *p) {
  for (int32_t i = 0; i < p->count; i++) {
    const int32_t left = plain_rescale((a[i] - p->zero_a) * (1 << p->left_shift), p->multiplier_a, p->shift_a);
    const int32_t right = plain_rescale((b[i] - p->zero_b) * (1 << p->left_shift), p->multiplier_b, p->shift_b);
    y[i] = (int8_t)plain_clamp(plain_rescale(left + right, p->multiplier, p->shift) + p->output_zero, p->least, p->largest);
  }
}

#ifndef HOLTER_TFLM
#define run_conv2d plain_conv2d
#define run_dense plain_dense
#define run_add plain_add
#endif
#define run_reduce plain_reduce
#endif
