/* holter.h by the interpreter wasm3: the module is read from its slot in flash. All memory is one static heap of HOLTER_HEAP_BYTES: linear
 * memory (as much of it as the module uses), its translated code, and the interpreter's records. A module is checked by WebAssembly's rules
 * (wasm-check.h) before wasm3 sees it, which takes modules as they come. */
#include "holter.h"
#include "module-slot.h"
#include "natives.h"
#include "self-test.h"
#include "wasm-check.h"
#include "wasm3.h"
#include "m3_env.h"
#include <string.h>

extern const uint8_t holter_slot[];
extern const uint32_t holter_slot_bytes;

static uint8_t heap[HOLTER_HEAP_BYTES] __attribute__((aligned(16)));
static uint32_t heap_end;
static holter_slot_t slot;
static IM3Runtime runtime;
static IM3Function run, push, reset; /* The last two only of a module with states. */
static const char *last_error = "";

/* wasm3's allocator. The size stands before the bytes; only the last piece can be given back or grow in place. */
#define PIECE 16
void *calloc(size_t count, size_t size) {
  if (size && count > HOLTER_HEAP_BYTES / size) return 0;
  const uint32_t bytes = (uint32_t)(count * size + 15) & ~15u;
  if (bytes > HOLTER_HEAP_BYTES - PIECE || heap_end > HOLTER_HEAP_BYTES - PIECE - bytes) return 0;
  uint8_t *piece = heap + heap_end + PIECE;
  memcpy(piece - PIECE, &bytes, sizeof bytes);
  memset(piece, 0, bytes);
  heap_end += PIECE + bytes;
  return piece;
}

static uint32_t size_of(const uint8_t *piece) {
  uint32_t bytes;
  memcpy(&bytes, piece - PIECE, sizeof bytes);
  return bytes;
}

void free(void *piece) {
  if (piece && (uint8_t *)piece + size_of(piece) == heap + heap_end) heap_end = (uint32_t)((uint8_t *)piece - PIECE - heap);
}

void *realloc(void *piece, size_t bytes) {
  if (!piece) return calloc(bytes, 1);
  const uint32_t old = size_of(piece);
  if (bytes <= old) return piece;
  uint8_t *larger = calloc(bytes, 1);
  if (larger) memcpy(larger, piece, old);
  return larger;
}

/* dotTile of src-as/dot-tile.ts in native code, every run checked against linear memory. */
static const void *dot_tile(IM3Runtime of, IM3ImportContext context, uint64_t *stack, void *memory_start) {
  (void)context;
  uint8_t *memory = memory_start;
  const uint32_t size = m3_GetMemorySize(of);
  const uint32_t pitch_x = (uint32_t)stack[1], pitch_y = (uint32_t)stack[3], run_bytes = (uint32_t)stack[5], sums_at = (uint32_t)stack[7];
  uint32_t x = (uint32_t)stack[0], y = (uint32_t)stack[2], rows = (uint32_t)stack[4], filters = (uint32_t)stack[6] + slot.constants_address;
  const uint32_t steps = (run_bytes + 3) >> 2;
  uint32_t sums[4] = {0, 0, 0, 0};
  if (run_bytes - 1 >= size || rows == 0 || sums_at > size - 16) return m3Err_trapOutOfBoundsMemoryAccess;
  do {
    if (4 * steps > size || x > size - 4 * steps || y > size - 4 * steps) return m3Err_trapOutOfBoundsMemoryAccess;
    if (8 * steps > size || filters > size - 8 * steps) return m3Err_trapOutOfBoundsMemoryAccess;
    dot_run(memory + x, memory + y, memory + filters, steps, sums);
    x += pitch_x;
    y += pitch_y;
    filters += 8 * steps;
  } while (--rows);
  memcpy(memory + sums_at, sums, sizeof sums);
  return m3Err_none;
}

/* The sizes of dotTile's arguments are those of its declaration: eight i32, no result. */
static const char *bind(IM3Module module) {
  M3Result result = m3_LinkRawFunction(module, "holter", "dotTile", "v(iiiiiiii)", dot_tile);
  return result == m3Err_functionLookupFailed ? 0 : result;
}

static int refuse(const char *problem) {
  last_error = problem;
  run = 0;
  return HOLTER_REFUSED;
}

/* Why the slot's module may not go to the interpreter, or 0. */
static const char *check_slot(void) {
  const char *problem = holter_read_slot(holter_slot, holter_slot_bytes, &slot);
  if (problem) return problem;
  wasm_check_t *check = calloc(1, sizeof *check);
  if (!check) return "the heap is too small to check the module";
  problem = holter_check_wasm(slot.module, slot.module_bytes, slot.identity.memory_bytes, check);
  free(check);
  return problem;
}

/* wasm3 sees that its stack is full when a function begins, whose arguments then stand there already: they need room beyond its end. */
#define ARGUMENT_BYTES (8 * (WASM_PARAMETERS + 1))

static IM3Runtime new_runtime(IM3Environment environment) {
  IM3Runtime made = environment ? m3_NewRuntime(environment, HOLTER_STACK_BYTES + ARGUMENT_BYTES, 0) : 0;
  if (!made) return 0;
  made->numStackSlots = HOLTER_STACK_BYTES / sizeof(m3slot_t);
  made->memoryLimit = slot.identity.memory_bytes;
  return made;
}

int holter_init(void) {
  heap_end = 0;
  run = 0;
  const char *problem = check_slot();
  if (problem) return refuse(problem);
  IM3Environment environment = m3_NewEnvironment();
  runtime = new_runtime(environment);
  if (!runtime) return refuse("the heap is too small for the interpreter");
  IM3Module module;
  if ((problem = m3_ParseModule(environment, &module, slot.module, slot.module_bytes))) return refuse(problem);
  if ((problem = m3_LoadModule(runtime, module))) return refuse(problem);
  if (m3_GetMemorySize(runtime) < slot.identity.memory_bytes) return refuse("the module has less memory than its slot says");
  if ((problem = bind(module))) return refuse(problem);
  if ((problem = m3_FindFunction(&run, runtime, "run"))) return refuse(problem);
  if (m3_GetArgCount(run) || m3_GetRetCount(run)) return refuse("the module's run takes arguments");
  push = reset = 0;
  if (!m3_FindFunction(&push, runtime, "push")) {
    if ((problem = m3_FindFunction(&reset, runtime, "reset"))) return refuse(problem);
    if (m3_GetArgCount(push) || m3_GetRetCount(push) || m3_GetArgCount(reset) || m3_GetRetCount(reset))
      return refuse("the module's push or reset takes arguments");
  }
  last_error = "";
  return holter_reset() == HOLTER_OK ? HOLTER_OK : refuse(last_error);
}

static int port(uint32_t i, uint32_t first, uint32_t count, holter_port_t *to) {
  if (!run || i >= count) {
    last_error = run ? "there is no port of that number" : "the module is not ready";
    return HOLTER_NO_PORT;
  }
  uint32_t bytes;
  to->data = m3_GetMemory(runtime, &bytes, 0) + slot.address[first + i];
  to->bytes = slot.bytes[first + i];
  to->bits = slot.bits[first + i];
  return HOLTER_OK;
}

int holter_input(uint32_t i, holter_port_t *to) { return port(i, 0, slot.identity.inputs, to); }
int holter_output(uint32_t i, holter_port_t *to) { return port(i, slot.identity.inputs, slot.identity.outputs, to); }
int32_t holter_from_adc(int32_t counts) { return holter_slot_from_adc(&slot, counts); }

static int call(IM3Function function) {
  if (!run) return HOLTER_FAULT;
  const M3Result result = m3_CallV(function);
  if (!result) return HOLTER_OK;
  last_error = result;
  return HOLTER_FAULT;
}

int holter_run(void) { return call(run); }
int holter_push(void) { return call(push ? push : run); }
int holter_reset(void) { return reset ? call(reset) : HOLTER_OK; }

const char *holter_last_error(void) { return last_error; }

static uint32_t page_bytes(const M3CodePage *page) {
  uint32_t bytes = 0;
  for (; page; page = page->info.next) bytes += PIECE + (uint32_t)(sizeof page->info + page->info.numLines * sizeof(code_t));
  return bytes;
}

uint32_t holter_translated_bytes(void) { return page_bytes(runtime->pagesOpen) + page_bytes(runtime->pagesFull); }

/* What the heap holds at most: all of it, with the code that the first run translated. */
const holter_identity_t *holter_identity(void) {
  slot.identity.memory_bytes = heap_end;
  return &slot.identity;
}
