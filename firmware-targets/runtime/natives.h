/* Native forms of functions that a firmware module exports for that (src-as/dot-tile.ts): the same sums, in the processor's own instructions.
 * Every run of bytes is checked once, as a whole, before it is read. */
#ifndef HOLTER_NATIVES_H
#define HOLTER_NATIVES_H
#include <stdint.h>
#include <string.h>

#if defined(__ARM_FEATURE_DSP)
/* Bytes 0 and 2, bytes 1 and 3 of a word, each with its sign in 16 bits; two products added to a sum. */
static inline __attribute__((always_inline)) uint32_t even_bytes(uint32_t x) {
  uint32_t y;
  __asm__("sxtb16 %0, %1" : "=r"(y) : "r"(x));
  return y;
}
static inline __attribute__((always_inline)) uint32_t odd_bytes(uint32_t x) {
  uint32_t y;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(y) : "r"(x));
  return y;
}
static inline __attribute__((always_inline)) uint32_t two_products(uint32_t x, uint32_t y, uint32_t sum) {
  __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(y));
  return sum;
}
static inline __attribute__((always_inline)) uint32_t word_at(const uint8_t *p) {
  uint32_t x;
  __builtin_memcpy(&x, p, 4);
  return x;
}

/* Products of `steps` times four bytes of x and y with eight bytes of filters, added to sums: x·u, x·v, y·u, y·v. */
static inline __attribute__((always_inline)) void dot_run(const uint8_t *x, const uint8_t *y, const uint8_t *filters, uint32_t steps,
                                                          uint32_t sums[4]) {
  uint32_t xu = sums[0], xv = sums[1], yu = sums[2], yv = sums[3];
  const uint8_t *end = x + 4 * steps;
  do {
    const uint32_t p = word_at(x), q = word_at(y);
    x += 4;
    y += 4;
    const uint32_t p0 = even_bytes(p), q0 = even_bytes(q), p1 = odd_bytes(p), q1 = odd_bytes(q);
    const uint32_t u = word_at(filters), v = word_at(filters + 4);
    filters += 8;
    uint32_t w = even_bytes(u);
    xu = two_products(p0, w, xu);
    yu = two_products(q0, w, yu);
    w = odd_bytes(u);
    xu = two_products(p1, w, xu);
    yu = two_products(q1, w, yu);
    w = even_bytes(v);
    xv = two_products(p0, w, xv);
    yv = two_products(q0, w, yv);
    w = odd_bytes(v);
    xv = two_products(p1, w, xv);
    yv = two_products(q1, w, yv);
  } while (x < end);
  sums[0] = xu;
  sums[1] = xv;
  sums[2] = yu;
  sums[3] = yv;
}
#else
static inline __attribute__((always_inline)) void dot_run(const uint8_t *x8, const uint8_t *y8, const uint8_t *f8, uint32_t steps,
                                                          uint32_t sums[4]) {
  const int8_t *x = (const int8_t *)x8, *y = (const int8_t *)y8, *f = (const int8_t *)f8;
  uint32_t xu = sums[0], xv = sums[1], yu = sums[2], yv = sums[3];
  const int8_t *end = x + 4 * steps;
  do {
    for (int k = 0; k < 4; k++) {
      const int32_t p = x[k], q = y[k], u = f[k], v = f[k + 4];
      xu += (uint32_t)(p * u);
      xv += (uint32_t)(p * v);
      yu += (uint32_t)(q * u);
      yv += (uint32_t)(q * v);
    }
    x += 4;
    y += 4;
    f += 8;
  } while (x < end);
  sums[0] = xu;
  sums[1] = xv;
  sums[2] = yu;
  sums[3] = yv;
}
#endif

/* dotTile of src-as/dot-tile.ts. Written for models in C, which include module.h before this file. */
#ifdef HOLTER_MODULE_H
__attribute__((noinline, unused)) static void module_dotTile_0(u32 x, u32 pitch_x, u32 y, u32 pitch_y, u32 rows, u32 run, u32 filters,
                                                               u32 sums_at) {
  if (UNLIKELY(run - 1 >= RAM_BYTES || rows == 0)) fault("a run of no bytes, or longer than memory");
  const u32 steps = (run + 3) >> 2;
  u32 sums[4] = {0, 0, 0, 0};
  do {
    dot_run(ram_run(x, 4 * steps), ram_run(y, 4 * steps), flash_run(filters, 8 * steps), steps, sums);
    x += pitch_x;
    y += pitch_y;
    filters += 8 * steps;
  } while (--rows);
  __builtin_memcpy(ram_run(sums_at, sizeof sums), sums, sizeof sums);
}
#endif

#endif
