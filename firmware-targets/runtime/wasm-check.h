/* Says whether an interpreter may be given a module. wasm3 takes modules as they come: one that breaks WebAssembly's rules of types can lead
 * it out of its own arrays. Here each rule is checked before wasm3 reads a byte, for the part of WebAssembly that Holter's modules are made
 * of: integers, one memory that does not grow, no tables, no recursion, no code behind a jump. Whatever else stands in a module is refused. */
#ifndef HOLTER_WASM_CHECK_H
#define HOLTER_WASM_CHECK_H
#include <stdint.h>

enum {
  WASM_TYPES = 32,
  WASM_PARAMETERS = 32,
  WASM_FUNCTIONS = 64, /* imported ones too; a set of them is 64 bits */
  WASM_GLOBALS = 64,
  WASM_LOCALS = 96, /* parameters too */
  WASM_OPERANDS = 64, /* with locals, constants and a call's arguments within the 512 slots that wasm3 counts in */
  WASM_BLOCKS = 24, /* within each other: wasm3 calls itself for each */
  WASM_FRAMES = 40  /* calls and loops within each other: wasm3 calls itself for each */
};

typedef struct {
  uint8_t count, result, of[WASM_PARAMETERS];
} wasm_type_t;

typedef struct {
  uint8_t opcode, result, height, jumped, loops;
} wasm_block_t;

/* What a check remembers, about 2 KB: of the caller, who needs it no longer afterwards. */
typedef struct {
  const uint8_t *at, *end;
  const char *problem;
  uint32_t memory_bytes, types, functions, imported, globals, locals, operands, blocks, bodies, segments, counted, seen;
  uint64_t calls[WASM_FUNCTIONS];
  uint8_t frames[WASM_FUNCTIONS], type_of[WASM_FUNCTIONS], global[WASM_GLOBALS], is_mutable[WASM_GLOBALS];
  uint8_t local[WASM_LOCALS], operand[WASM_OPERANDS];
  wasm_type_t type[WASM_TYPES];
  wasm_block_t block[WASM_BLOCKS];
} wasm_check_t;

/* Returns 0, or why a module of `bytes` bytes is refused that will have `memory_bytes` of memory. */
const char *holter_check_wasm(const uint8_t *module, uint32_t bytes, uint32_t memory_bytes, wasm_check_t *check);
#endif
