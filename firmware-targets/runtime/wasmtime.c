/* holter.h by wasmtime, on Linux. Modules were compiled ahead of time on the build machine, one file for each kind of processor; the first
 * that this processor can run is taken: wasmtime refuses a file that needs instructions it has not. Every file is a module slot. */
#include "holter.h"
#include "module-slot.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of wasmtime 49's C API that stands below; the wheels come without headers. As in crate wasmtime-c-api-impl 49.0.0. */
typedef struct wasm_config_t wasm_config_t;
typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_module wasmtime_module_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct { size_t size; char *data; } wasm_byte_vec_t;
typedef struct { uint64_t store_id; void *private1; } wasmtime_func_t;
typedef struct { struct { uint64_t store_id; uint32_t private1; } in; uint32_t private2; } wasmtime_memory_t;
typedef struct { uint64_t store_id; uint32_t private1, private2, private3; } wasmtime_global_t;
typedef struct { uint64_t store_id; size_t private1; } wasmtime_instance_t;
typedef struct {
  uint8_t kind;
  union { wasmtime_func_t func; wasmtime_global_t global; wasmtime_memory_t memory; void *other; } of;
} wasmtime_extern_t;
enum { WASMTIME_EXTERN_FUNC = 0, WASMTIME_EXTERN_MEMORY = 3 };

wasm_config_t *wasm_config_new(void);
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);
void wasmtime_config_wasm_simd_set(wasm_config_t *, bool);
void wasmtime_config_wasm_relaxed_simd_set(wasm_config_t *, bool);
void wasmtime_error_message(const wasmtime_error_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_deserialize(wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *, void (*)(void *));
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
wasmtime_error_t *wasmtime_instance_new(wasmtime_context_t *, const wasmtime_module_t *, const wasmtime_extern_t *, size_t,
                                        wasmtime_instance_t *, wasm_trap_t **);
bool wasmtime_instance_export_get(wasmtime_context_t *, const wasmtime_instance_t *, const char *, size_t, wasmtime_extern_t *);
uint8_t *wasmtime_memory_data(wasmtime_context_t *, const wasmtime_memory_t *);
size_t wasmtime_memory_data_size(const wasmtime_context_t *, const wasmtime_memory_t *);
wasmtime_error_t *wasmtime_func_call(wasmtime_context_t *, const wasmtime_func_t *, const void *, size_t, void *, size_t,
                                     wasm_trap_t **);

/* Best first; made by `holter package`. */
extern const char *const holter_module_files[];

static holter_slot_t slot;
static wasmtime_context_t *context;
static wasmtime_memory_t memory;
static wasmtime_func_t run, push, reset; /* The last two only of a module with states. */
static bool states;
static char last_error[256] = "";
static bool ready;

static int refuse(const char *where, const char *problem) {
  snprintf(last_error, sizeof last_error, "%s: %s", where, problem);
  return HOLTER_REFUSED;
}

static int refuse_error(const char *where, const wasmtime_error_t *error) {
  wasm_byte_vec_t message;
  wasmtime_error_message(error, &message);
  char line[200];
  const size_t length = message.size < sizeof line - 1 ? message.size : sizeof line - 1;
  memcpy(line, message.data, length);
  line[length] = 0;
  line[strcspn(line, "\n")] = 0;
  return refuse(where, line);
}

/* Reads a whole file of at most 256 MB; the bytes stay for the program's life. */
static const uint8_t *read_file(const char *path, uint32_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  uint8_t *data = 0;
  if (!fseek(file, 0, SEEK_END)) {
    const long size = ftell(file);
    rewind(file);
    if (size > 0 && size < 1 << 28 && (data = malloc((size_t)size)) && fread(data, 1, (size_t)size, file) == (size_t)size) {
      *bytes = (uint32_t)size;
      fclose(file);
      return data;
    }
  }
  fclose(file);
  free(data);
  return 0;
}

static int start(wasm_engine_t *engine, const char *path) {
  uint32_t bytes = 0;
  const uint8_t *file = read_file(path, &bytes);
  if (!file) return refuse(path, "cannot be read");
  const char *problem = holter_read_slot(file, bytes, &slot);
  if (problem) return refuse(path, problem);
  wasmtime_module_t *module;
  wasmtime_error_t *error = wasmtime_module_deserialize(engine, slot.module, slot.module_bytes, &module);
  if (error) return refuse_error(path, error);
  context = wasmtime_store_context(wasmtime_store_new(engine, NULL, NULL));
  wasmtime_instance_t instance;
  wasm_trap_t *trap = NULL;
  if ((error = wasmtime_instance_new(context, module, NULL, 0, &instance, &trap))) return refuse_error(path, error);
  if (trap) return refuse(path, "the module traps when it starts");
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(context, &instance, "memory", 6, &item) || item.kind != WASMTIME_EXTERN_MEMORY)
    return refuse(path, "the module exports no memory");
  memory = item.of.memory;
  if (wasmtime_memory_data_size(context, &memory) < slot.identity.memory_bytes) return refuse(path, "the module has less memory than its slot says");
  if (!wasmtime_instance_export_get(context, &instance, "run", 3, &item) || item.kind != WASMTIME_EXTERN_FUNC)
    return refuse(path, "the module exports no run");
  run = item.of.func;
  states = wasmtime_instance_export_get(context, &instance, "push", 4, &item) && item.kind == WASMTIME_EXTERN_FUNC;
  if (states) {
    push = item.of.func;
    if (!wasmtime_instance_export_get(context, &instance, "reset", 5, &item) || item.kind != WASMTIME_EXTERN_FUNC)
      return refuse(path, "the module exports no reset");
    reset = item.of.func;
  }
  ready = true;
  return HOLTER_OK;
}

int holter_init(void) {
  if (ready) return HOLTER_OK;
  wasm_config_t *config = wasm_config_new();
  wasmtime_config_wasm_relaxed_simd_set(config, true);
  wasmtime_config_wasm_simd_set(config, true);
  wasm_engine_t *engine = wasm_engine_new_with_config(config);
  int result = refuse("modules", "there are none");
  for (int i = 0; holter_module_files[i] && !ready; i++) {
    result = start(engine, holter_module_files[i]);
    if (ready && getenv("HOLTER_VERBOSE")) fprintf(stderr, "module %s\n", holter_module_files[i]);
  }
  return result;
}

static int port(uint32_t i, uint32_t first, uint32_t count, holter_port_t *to) {
  if (!ready || i >= count) {
    refuse("port", ready ? "there is none of that number" : "the module is not ready");
    return HOLTER_NO_PORT;
  }
  to->data = wasmtime_memory_data(context, &memory) + slot.address[first + i];
  to->bytes = slot.bytes[first + i];
  to->bits = slot.bits[first + i];
  return HOLTER_OK;
}

int holter_input(uint32_t i, holter_port_t *to) { return port(i, 0, slot.identity.inputs, to); }
int holter_output(uint32_t i, holter_port_t *to) { return port(i, slot.identity.inputs, slot.identity.outputs, to); }
int32_t holter_from_adc(int32_t counts) { return holter_slot_from_adc(&slot, counts); }

static int call(const wasmtime_func_t *function) {
  if (!ready) return HOLTER_FAULT;
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_func_call(context, function, NULL, 0, NULL, 0, &trap);
  if (!error && !trap) return HOLTER_OK;
  if (error) refuse_error("run", error);
  else refuse("run", "the module traps");
  return HOLTER_FAULT;
}

int holter_run(void) { return call(&run); }
int holter_push(void) { return call(states ? &push : &run); }
int holter_reset(void) { return states ? call(&reset) : HOLTER_OK; }

const char *holter_last_error(void) { return last_error; }
const holter_identity_t *holter_identity(void) { return &slot.identity; }
