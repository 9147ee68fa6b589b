/* Start-up of a Cortex-M without a vendor's library: vectors, memory, the floating-point unit switched off or on as it was built,
 * stack high-water, instructions by SysTick under QEMU's -icount, and text and vectors by semihosting. No heap, no stdio. */
#include "self-test.h"
#include <stddef.h>
#include <string.h>

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_low[], stack_top[];

#define STACK_PATTERN 0x5aa55aa5u
#define SYSTICK_CONTROL (*(volatile uint32_t *)0xe000e010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xe000e014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xe000e018u)
/* Of QEMU's -icount shift=0, where an instruction takes a nanosecond: mps2 boards run at 25 MHz. 0 where nobody counts. */
#ifndef INSTRUCTIONS_PER_TICK
#define INSTRUCTIONS_PER_TICK 0
#endif

static volatile uint32_t overflows;

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void leave(int failed) {
  const uint32_t reason[2] = {failed ? 0x20023u : 0x20026u, (uint32_t)failed};
  semihost(0x18, (const void *)reason[0]);
  for (;;) {
  }
}

void holter_put(const char *text) { semihost(0x04, text); }

#ifdef VECTORS_FILE
/* Vectors that are too many for flash, from a file of the emulator's host. */
uint32_t holter_read_vectors(void *to, uint32_t bytes) {
  static const char name[] = VECTORS_FILE;
  static int32_t file = -1;
  const struct { const char *name; uint32_t mode, length; } opened = {name, 1, sizeof name - 1};
  if (file < 0) file = semihost(0x01, &opened);
  const struct { int32_t file; void *to; uint32_t bytes; } wanted = {file, to, bytes};
  return file < 0 ? 0 : bytes - (uint32_t)semihost(0x06, &wanted);
}
#endif

uint64_t holter_instructions(void) {
  uint32_t before, value;
  do {
    before = overflows;
    value = SYSTICK_VALUE;
  } while (before != overflows);
  return ((uint64_t)before * 0x1000000u + (0xffffffu - value)) * INSTRUCTIONS_PER_TICK;
}

static void on_tick(void) { overflows++; }

static void on_fault(void) {
  holter_put("error=\"processor fault\"\n");
  leave(1);
}

static uint32_t stack_used(void) {
  const uint32_t *at = stack_low;
  while (at < stack_top && *at == STACK_PATTERN) at++;
  return (uint32_t)((const char *)stack_top - (const char *)at);
}

static void put_stack(uint32_t bytes) {
  char line[] = "holter-stack bytes=00000\n";
  for (int at = 23; bytes && at > 18; at--, bytes /= 10) line[at] = (char)('0' + bytes % 10);
  holter_put(line);
}

__attribute__((noreturn)) void reset(void) {
  memcpy(data_start, data_load, (size_t)((char *)data_end - (char *)data_start));
  memset(bss_start, 0, (size_t)((char *)bss_end - (char *)bss_start));
  uint32_t *here;
  __asm__ volatile("mov %0, sp" : "=r"(here));
  for (volatile uint32_t *at = stack_low; at < here; at++) *at = STACK_PATTERN;
#if defined(__ARM_FP)
  *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20;
  __asm__ volatile("dsb; isb");
#endif
  SYSTICK_RELOAD = 0xffffffu;
  SYSTICK_VALUE = 0;
  SYSTICK_CONTROL = 7;
  const int failed = holter_self_test(HOLTER_TARGET, holter_read_vectors);
  put_stack(stack_used());
  leave(failed);
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) static void (*const table[16])(void) = {
    (void (*)(void))stack_top, (void (*)(void))reset, on_fault, on_fault, on_fault, on_fault, on_fault, 0, 0, 0, 0, 0, 0, 0, 0, on_tick};
