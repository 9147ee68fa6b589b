/* What functions made by wasm2c need on a device: two regions of memory of a fixed size, every access checked, no heap.
 *
 * Included by a generated model.c after it defined RAM_BYTES, CONSTANT_BYTES and the arrays ram and constants.
 * An access is an address `a` of the running program and a constant place `o`, counted from the region's first byte; below it `o` is negative.
 * The generator refuses o + width > bytes, so no limit below wraps, and then
 *   o >= 0: a <= bytes - width - o  is the same as  a + o + width <= bytes  in the integers;
 *   o <  0: a - |o| in 32 bits is at most bytes - width only if a >= |o|, as bytes is below 2^31.
 */
#ifndef HOLTER_MODULE_H
#define HOLTER_MODULE_H
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Modules are little endian"
#endif
_Static_assert(RAM_BYTES >= 16 && RAM_BYTES < 0x80000000u, "working memory");
_Static_assert(CONSTANT_BYTES >= 16 && CONSTANT_BYTES < 0x80000000u, "constants");

static jmp_buf fault_place;
static const char *fault_text;

/* Ends the run that goes on: holter_run then returns HOLTER_FAULT. */
static __attribute__((noreturn, noinline, cold)) void fault(const char *text) {
  fault_text = text;
  longjmp(fault_place, 1);
}

#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define INLINE static inline __attribute__((always_inline, unused))
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE
#define UNREACHABLE fault("unreachable code")
#define OUTSIDE "access outside memory"

/* Where an access of `width` bytes begins in a region of `bytes` bytes. */
INLINE u32 place_of(u32 a, s32 o, u32 width, u32 bytes) {
  if (o < 0) {
    a -= (u32)-o;
    if (UNLIKELY(a > bytes - width)) fault(OUTSIDE);
    return a;
  }
  if (UNLIKELY(a > bytes - width - (u32)o)) fault(OUTSIDE);
  return a + (u32)o;
}

#define LOAD(region, bytes, name, stored, wide, result)   \
  INLINE result region##_##name(u32 a, s32 o) {           \
    stored value;                                         \
    __builtin_memcpy(&value, REGION_##region + place_of(a, o, sizeof(stored), bytes), sizeof(stored)); \
    return (result)(wide)value;                           \
  }
#define LOADS(region, bytes)                              \
  LOAD(region, bytes, i32_load, u32, u32, u32)            \
  LOAD(region, bytes, i32_load8_s, s8, s32, u32)          \
  LOAD(region, bytes, i32_load8_u, u8, u32, u32)          \
  LOAD(region, bytes, i32_load16_s, s16, s32, u32)        \
  LOAD(region, bytes, i32_load16_u, u16, u32, u32)        \
  LOAD(region, bytes, i64_load, u64, u64, u64)            \
  LOAD(region, bytes, i64_load8_s, s8, s64, u64)          \
  LOAD(region, bytes, i64_load8_u, u8, u64, u64)          \
  LOAD(region, bytes, i64_load16_s, s16, s64, u64)        \
  LOAD(region, bytes, i64_load16_u, u16, u64, u64)        \
  LOAD(region, bytes, i64_load32_s, s32, s64, u64)        \
  LOAD(region, bytes, i64_load32_u, u32, u64, u64)
#define STORE(name, stored, given)                        \
  INLINE void ram_##name(u32 a, s32 o, given x) {         \
    stored value = (stored)x;                             \
    __builtin_memcpy(ram + place_of(a, o, sizeof(stored), RAM_BYTES), &value, sizeof(stored)); \
  }
#define REGION_ram ram
#define REGION_flash constants

LOADS(ram, RAM_BYTES)
LOADS(flash, CONSTANT_BYTES)
STORE(i32_store, u32, u32)
STORE(i32_store8, u8, u32)
STORE(i32_store16, u16, u32)
STORE(i64_store, u64, u64)
STORE(i64_store8, u8, u64)
STORE(i64_store16, u16, u64)
STORE(i64_store32, u32, u64)

/* The first of `n` bytes of working memory at address `a` of the module; n may be 0 anywhere up to the end. */
INLINE u8 *ram_run(u32 a, u32 n) {
  a -= RAM_ADDRESS;
  if (UNLIKELY(a > RAM_BYTES || n > RAM_BYTES - a)) fault(OUTSIDE);
  return ram + a;
}

/* The first of `n` bytes of constants at `a` bytes from their start. */
INLINE const u8 *flash_run(u32 a, u32 n) {
  if (UNLIKELY(a > CONSTANT_BYTES || n > CONSTANT_BYTES - a)) fault(OUTSIDE);
  return constants + a;
}

__attribute__((unused)) static void ram_copy(u32 to, u32 from, u32 n) {
  u8 *target = ram_run(to, n);
  memmove(target, ram_run(from, n), n);
}

__attribute__((unused)) static void ram_fill(u32 to, u32 value, u32 n) { memset(ram_run(to, n), (int)value, n); }

/* Divisors are variables of 32 or 64 bits. */
#define DIVISOR(y) (LIKELY(y) ? (y) : (fault("division by zero"), (y)))
INLINE u32 div_s(u32 x, u32 y) {
  if (UNLIKELY(y == 0)) fault("division by zero");
  if (UNLIKELY(x == 0x80000000u && y == 0xffffffffu)) fault("overflow of a division");
  return (u32)((s32)x / (s32)y);
}
INLINE u32 rem_s(u32 x, u32 y) {
  if (UNLIKELY(y == 0)) fault("division by zero");
  return y == 0xffffffffu ? 0 : (u32)((s32)x % (s32)y);
}
INLINE u64 div_s64(u64 x, u64 y) {
  if (UNLIKELY(y == 0)) fault("division by zero");
  if (UNLIKELY(x == 0x8000000000000000u && y == 0xffffffffffffffffu)) fault("overflow of a division");
  return (u64)((s64)x / (s64)y);
}
INLINE u64 rem_s64(u64 x, u64 y) {
  if (UNLIKELY(y == 0)) fault("division by zero");
  return y == 0xffffffffffffffffu ? 0 : (u64)((s64)x % (s64)y);
}
#define I32_DIV_S(x, y) div_s(x, y)
#define I32_REM_S(x, y) rem_s(x, y)
#define I64_DIV_S(x, y) div_s64(x, y)
#define I64_REM_S(x, y) rem_s64(x, y)
#define DIV_U(x, y) ((x) / DIVISOR(y))
#define REM_U(x, y) ((x) % DIVISOR(y))
#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#define I64_CLZ(x) ((x) ? (u64)__builtin_clzll(x) : 64u)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32u)
#define I32_ROTL(x, y) (((x) << ((y) & 31)) | ((x) >> ((32 - ((y) & 31)) & 31)))
#define I32_ROTR(x, y) (((x) >> ((y) & 31)) | ((x) << ((32 - ((y) & 31)) & 31)))

#endif
