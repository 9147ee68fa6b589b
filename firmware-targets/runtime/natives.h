/* Native forms of functions that a firmware module exports for that (src-as/dot-tile.ts): the same sums, in the processor's own instructions.
 * Every run of bytes is checked once, as a whole, before it is read. */
#ifndef HOLTER_NATIVES_H
#define HOLTER_NATIVES_H
#include <stdint.h>
#include <string.h>

#if defined(__ARM_FEATURE_DSP)
/* Four bytes of x and of y with four of u and four of v: sxtb16 takes bytes 0 and 2, or 1 and 3, each with its sign; smlad adds two products.
 * In assembly as a whole: 13 registers are all that the compiler has, and it would spill. */
#define DOT_STEP                                  \
  "ldr %[p], [%[x]], #4\n\t"                      \
  "ldr %[q], [%[y]], #4\n\t"                      \
  "ldr %[u], [%[f]], #4\n\t"                      \
  "sxtb16 %[r], %[p]\n\t"                         \
  "sxtb16 %[p], %[p], ror #8\n\t"                 \
  "sxtb16 %[s], %[q]\n\t"                         \
  "sxtb16 %[q], %[q], ror #8\n\t"                 \
  "sxtb16 %[w], %[u]\n\t"                         \
  "sxtb16 %[u], %[u], ror #8\n\t"                 \
  "smlad %[xu], %[r], %[w], %[xu]\n\t"            \
  "smlad %[yu], %[s], %[w], %[yu]\n\t"            \
  "smlad %[xu], %[p], %[u], %[xu]\n\t"            \
  "smlad %[yu], %[q], %[u], %[yu]\n\t"            \
  "ldr %[u], [%[f]], #4\n\t"                      \
  "sxtb16 %[w], %[u]\n\t"                         \
  "sxtb16 %[u], %[u], ror #8\n\t"                 \
  "smlad %[xv], %[r], %[w], %[xv]\n\t"            \
  "smlad %[yv], %[s], %[w], %[yv]\n\t"            \
  "smlad %[xv], %[p], %[u], %[xv]\n\t"            \
  "smlad %[yv], %[q], %[u], %[yv]\n\t"
#define DOT(text)                                                                                                                        \
  __asm__(text                                                                                                                           \
          : [x] "+r"(x), [y] "+r"(y), [f] "+r"(f), [xu] "+r"(xu), [xv] "+r"(xv), [yu] "+r"(yu), [yv] "+r"(yv), [p] "=&r"(p), [q] "=&r"(q), \
            [u] "=&r"(u), [w] "=&r"(w), [r] "=&r"(r), [s] "=&r"(s)                                                                        \
          :                                                                                                                              \
          : "memory")

/* Products of `steps` times four bytes of x and y with eight bytes of filters, added to sums: x·u, x·v, y·u, y·v. */
static inline __attribute__((always_inline)) void dot_run(const uint8_t *x, const uint8_t *y, const uint8_t *f, uint32_t steps,
                                                          uint32_t sums[4]) {
  uint32_t xu = sums[0], xv = sums[1], yu = sums[2], yv = sums[3], p, q, u, w, r, s;
  const uint8_t *end = x + 4 * steps;
  if (steps & 1) DOT(DOT_STEP);
  while (x != end) DOT(DOT_STEP DOT_STEP);
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
