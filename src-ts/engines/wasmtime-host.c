/*
 * wasmtime-host: runs a Holter module in wasmtime, row by row, or compiles it ahead of time.
 *
 *   wasmtime-host compile MODULE.wasm OUT.cwasm [--relaxed]
 *   wasmtime-host run MODULE.(wasm|cwasm) INPUTS OUTPUTS IN OUT [--relaxed] [--time REPS]
 *
 * IN and OUT say where a row lies in the module's memory: ADDRESS:BYTES,… in the order of the file's bytes (the manifest
 * in the module's custom section `holter` says the same). INPUTS is rows of raw bytes; OUTPUTS gets as many rows.
 * The module exports `memory` and `run`, imports nothing, and keeps no state from row to row.
 * --time runs the first row REPS times and prints {"loadNs":…,"runNs":[…]}.
 * --relaxed admits relaxed SIMD, whose results may differ from machine to machine.
 * Every problem is one line on stderr and exit code 1, or 2 for a wrong command line; OUTPUTS is then not written.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- The part of wasmtime 49's C API that stands below. The wheels come without headers; names, arguments and layouts
 * are those of crate wasmtime-c-api-impl 49.0.0, include/wasm.h and include/wasmtime/{config,error,extern,...}.h. ---- */

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
void wasm_trap_message(const wasm_trap_t *, wasm_byte_vec_t *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_new(wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
wasmtime_error_t *wasmtime_module_serialize(const wasmtime_module_t *, wasm_byte_vec_t *);
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

/* ---- Problems ---- */

static _Noreturn void fail(const char *where, const char *problem) {
  fprintf(stderr, "%s: %s\n", where, problem);
  exit(1);
}

static _Noreturn void usage(void) {
  fputs("usage: wasmtime-host compile MODULE.wasm OUT.cwasm [--relaxed]\n"
        "       wasmtime-host run MODULE.(wasm|cwasm) INPUTS OUTPUTS IN OUT [--relaxed] [--time REPS]\n", stderr);
  exit(2);
}

/* Ends with wasmtime's message on one line; returns when there is no error. The backtrace, which names only the functions
 * of a stripped module, is left out. The process ends here, so that nothing is freed. */
static void check(const char *where, const wasmtime_error_t *error, const wasm_trap_t *trap) {
  if (!error && !trap) return;
  wasm_byte_vec_t message;
  if (error) wasmtime_error_message(error, &message);
  else wasm_trap_message(trap, &message);
  fprintf(stderr, "%s: %s", where, trap ? "trap: " : "");
  char *text = malloc(message.size + 1);
  if (!text) fail(where, "out of memory");
  memcpy(text, message.data, message.size);
  text[message.size] = 0;
  bool first = true;
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    line += strspn(line, " ");
    /* " 0: 0x12a - <unknown>!run" and its headings */
    bool trace = strspn(line, "0123456789") && line[strspn(line, "0123456789")] == ':' && strchr(line, '!');
    if (!*line || trace || strstr(line, "wasm backtrace") || !strcmp(line, "Caused by:")) continue;
    if (!strncmp(line, "0: ", 3)) line += 3;
    if (!strncmp(line, "wasm trap: ", 11)) line += 11;
    fprintf(stderr, "%s%s", first ? "" : ": ", line);
    first = false;
  }
  fputs("\n", stderr);
  exit(1);
}

/* ---- Files ---- */

typedef struct { uint8_t *data; size_t size; } Bytes;

static Bytes allocate(const char *where, size_t size) {
  Bytes bytes = { malloc(size ? size : 1), size };
  if (!bytes.data) fail(where, "out of memory");
  return bytes;
}

static Bytes read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) fail(path, "cannot be read");
  Bytes bytes = allocate(path, (size_t)ftell(file));
  rewind(file);
  if (fread(bytes.data, 1, bytes.size, file) != bytes.size) fail(path, "cannot be read");
  fclose(file);
  return bytes;
}

static void write_file(const char *path, const void *data, size_t size) {
  FILE *file = fopen(path, "wb");
  if (!file) fail(path, "cannot be written");
  bool whole = fwrite(data, 1, size, file) == size;
  if (fclose(file) || !whole) {
    remove(path);
    fail(path, "cannot be written whole (is the disk full?)");
  }
}

/* ---- Module ---- */

static wasm_engine_t *engine(bool relaxed) {
  wasm_config_t *config = wasm_config_new();
  wasmtime_config_wasm_relaxed_simd_set(config, relaxed);
  wasmtime_config_wasm_simd_set(config, true);
  return wasm_engine_new_with_config(config);
}

static wasmtime_module_t *load(wasm_engine_t *engine, const char *path) {
  Bytes bytes = read_file(path);
  wasmtime_module_t *module = NULL;
  const char *dot = strrchr(path, '.');
  check(path, dot && !strcmp(dot, ".cwasm") ? wasmtime_module_deserialize(engine, bytes.data, bytes.size, &module)
                                            : wasmtime_module_new(engine, bytes.data, bytes.size, &module), NULL);
  free(bytes.data);
  return module;
}

static wasmtime_extern_t export_of(wasmtime_context_t *context, const wasmtime_instance_t *instance, const char *path,
                                   const char *name, uint8_t kind) {
  wasmtime_extern_t item;
  char problem[80];
  snprintf(problem, sizeof problem, "the module does not export %s \"%s\"", kind ? "the memory" : "the function", name);
  if (!wasmtime_instance_export_get(context, instance, name, strlen(name), &item) || item.kind != kind) fail(path, problem);
  return item;
}

/* ---- Rows ---- */

enum { MAX_RANGES = 64 };
typedef struct { size_t count, total; struct { size_t address, bytes; } at[MAX_RANGES]; } Ranges;

/* Reads ADDRESS:BYTES,… */
static Ranges ranges(const char *text) {
  Ranges result = { 0 };
  for (const char *rest = text;;) {
    uint64_t address, bytes;
    int length = 0;
    if (result.count == MAX_RANGES || sscanf(rest, "%" SCNu64 ":%" SCNu64 "%n", &address, &bytes, &length) != 2) usage();
    /* Both below 2^32, as addresses of a 32-bit memory are: no sum can overflow. */
    if (address >> 32 || bytes >> 32) fail(text, "lies outside a 32-bit memory");
    result.at[result.count].address = (size_t)address;
    result.at[result.count++].bytes = (size_t)bytes;
    result.total += (size_t)bytes;
    rest += length;
    if (!*rest) return result;
    if (*rest++ != ',') usage();
  }
}

/* Copies a row into the module's memory, or out of it. */
static void copy(const char *path, wasmtime_context_t *context, const wasmtime_memory_t *memory, const Ranges *to,
                 uint8_t *row, bool in) {
  uint8_t *data = wasmtime_memory_data(context, memory);
  size_t size = wasmtime_memory_data_size(context, memory);
  for (size_t i = 0; i < to->count; i++) {
    if (to->at[i].address + to->at[i].bytes > size) fail(path, "its input or output lies outside its memory");
    uint8_t *there = data + to->at[i].address;
    memcpy(in ? there : row, in ? row : there, to->at[i].bytes);
    row += to->at[i].bytes;
  }
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void call(const char *path, wasmtime_context_t *context, const wasmtime_func_t *run) {
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_func_call(context, run, NULL, 0, NULL, 0, &trap);
  check(path, error, trap);
}

static void run(char **args, bool relaxed, unsigned long reps) {
  const char *path = args[0];
  Ranges in = ranges(args[3]), out = ranges(args[4]);
  Bytes inputs = read_file(args[1]);
  if (!in.total || inputs.size % in.total) fail(args[1], "its length is no multiple of the module's input bytes");
  size_t rows = inputs.size / in.total;
  if (reps && !rows) fail(args[1], "holds no row to time");
  Bytes outputs = allocate(args[2], rows * out.total);

  uint64_t began = now_ns();
  wasm_engine_t *machine = engine(relaxed);
  wasmtime_module_t *module = load(machine, path);
  wasmtime_context_t *context = wasmtime_store_context(wasmtime_store_new(machine, NULL, NULL));
  wasmtime_instance_t instance;
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_instance_new(context, module, NULL, 0, &instance, &trap);
  check(path, error, trap);
  uint64_t load_ns = now_ns() - began;
  wasmtime_memory_t memory = export_of(context, &instance, path, "memory", WASMTIME_EXTERN_MEMORY).of.memory;
  wasmtime_func_t function = export_of(context, &instance, path, "run", WASMTIME_EXTERN_FUNC).of.func;

  for (size_t row = 0; row < rows; row++) {
    copy(path, context, &memory, &in, inputs.data + row * in.total, true);
    call(path, context, &function);
    copy(path, context, &memory, &out, outputs.data + row * out.total, false);
  }
  if (reps) printf("{\"loadNs\":%" PRIu64 ",\"runNs\":[", load_ns);
  for (unsigned long rep = 0; rep < reps; rep++) {
    copy(path, context, &memory, &in, inputs.data, true);
    uint64_t start = now_ns();
    call(path, context, &function);
    printf("%s%" PRIu64, rep ? "," : "", now_ns() - start);
  }
  if (reps) puts("]}");
  write_file(args[2], outputs.data, outputs.size);
}

int main(int argc, char **argv) {
  bool relaxed = false;
  unsigned long reps = 0;
  char *args[6];
  int count = 0;
  for (int i = 2; i < argc; i++) {
    if (!strcmp(argv[i], "--relaxed")) relaxed = true;
    else if (!strcmp(argv[i], "--time") && i + 1 < argc) reps = strtoul(argv[++i], NULL, 10);
    else if (count < 5) args[count++] = argv[i];
    else usage();
  }
  if (argc > 1 && !strcmp(argv[1], "run") && count == 5) {
    run(args, relaxed, reps);
  } else if (argc > 1 && !strcmp(argv[1], "compile") && count == 2) {
    wasm_byte_vec_t code;
    check(args[0], wasmtime_module_serialize(load(engine(relaxed), args[0]), &code), NULL);
    write_file(args[1], code.data, code.size);
  } else {
    usage();
  }
  return 0;
}
