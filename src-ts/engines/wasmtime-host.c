/*
 * wasmtime-host: runs a Holter module in wasmtime, until stdin ends.
 *
 *   wasmtime-host IN OUT [--ahead] [--relaxed]
 *
 * IN and OUT say where a row lies in the module's memory: ADDRESS:BYTES,… in the order of the row's bytes (the manifest
 * in the module's custom section `holter` says the same). The module exports `memory` and `run`, imports nothing, and
 * keeps no state from row to row. Requests on stdin, each a line and bytes:
 *   module BYTES   the module. Answer: {"bytes":0,"loadNs":…}
 *   run ROWS       so many rows. Answer: {"bytes":…}, then as many rows of outputs
 *   time REPS      one row, which runs so often. Answer: {"bytes":0,"runNs":[…]}
 * --ahead compiles the module ahead of time to a file in TMPDIR, as one deploys it: loading maps that. --relaxed admits relaxed SIMD, whose results
 * may differ from machine to machine.
 * Every problem is one line on stderr and exit code 1, or 2 for a wrong command line.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

void wasm_byte_vec_delete(wasm_byte_vec_t *);
wasm_config_t *wasm_config_new(void);
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);
void wasmtime_config_wasm_simd_set(wasm_config_t *, bool);
void wasmtime_config_wasm_relaxed_simd_set(wasm_config_t *, bool);
void wasm_trap_message(const wasm_trap_t *, wasm_byte_vec_t *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_new(wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **);
wasmtime_error_t *wasmtime_module_serialize(const wasmtime_module_t *, wasm_byte_vec_t *);
wasmtime_error_t *wasmtime_module_deserialize_file(wasm_engine_t *, const char *, wasmtime_module_t **);
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

static _Noreturn void fail(const char *problem) {
  fprintf(stderr, "%s\n", problem);
  exit(1);
}

static _Noreturn void usage(void) {
  fputs("usage: wasmtime-host IN OUT [--ahead] [--relaxed]\n", stderr);
  exit(2);
}

/* Ends with wasmtime's message on one line; returns when there is no error. The backtrace, which names only the functions
 * of a stripped module, is left out. The process ends here, so that nothing is freed. */
static void check(const wasmtime_error_t *error, const wasm_trap_t *trap) {
  if (!error && !trap) return;
  wasm_byte_vec_t message;
  if (error) wasmtime_error_message(error, &message);
  else wasm_trap_message(trap, &message);
  if (trap) fputs("trap: ", stderr);
  char *text = malloc(message.size + 1);
  if (!text) fail("out of memory");
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

/* ---- Requests ---- */

static uint8_t *allocate(size_t size) {
  uint8_t *bytes = malloc(size ? size : 1);
  if (!bytes) fail("out of memory");
  return bytes;
}

static void read_bytes(uint8_t *to, size_t size) {
  if (fread(to, 1, size, stdin) != size) fail("stdin ends in the middle of a request");
}

/* Ends the program when nobody reads its answers any more: the one who asked is gone. */
static void end_when_alone(void) {
  struct pollfd answers = { .fd = 1 };
  if (poll(&answers, 1, 0) > 0 && answers.revents & (POLLERR | POLLHUP)) exit(1);
}

/* ---- Module ---- */

enum { PATH_BYTES = 4096 };

static wasm_engine_t *engine(bool relaxed) {
  wasm_config_t *config = wasm_config_new();
  wasmtime_config_wasm_relaxed_simd_set(config, relaxed);
  wasmtime_config_wasm_simd_set(config, true);
  return wasm_engine_new_with_config(config);
}

static wasmtime_module_t *compile(wasm_engine_t *engine, const uint8_t *wasm, size_t size) {
  wasmtime_module_t *module = NULL;
  check(wasmtime_module_new(engine, wasm, size, &module), NULL);
  return module;
}

/* Compiles to a new file, whose name it writes to `path`. A file that the loader maps is not copied. */
static void compile_ahead(wasm_engine_t *engine, const uint8_t *wasm, size_t size, char path[PATH_BYTES]) {
  wasm_byte_vec_t code;
  check(wasmtime_module_serialize(compile(engine, wasm, size), &code), NULL);
  const char *folder = getenv("TMPDIR");
  if (snprintf(path, PATH_BYTES, "%s/holter-XXXXXX", folder && *folder ? folder : "/tmp") >= PATH_BYTES) fail("TMPDIR is too long");
  int file = mkstemp(path);
  if (file < 0) fail("no file for the compiled module can be made in TMPDIR");
  bool written = write(file, code.data, code.size) == (ssize_t)code.size;
  if (!written) unlink(path);
  if (close(file) || !written) fail("the compiled module does not fit in TMPDIR");
  wasm_byte_vec_delete(&code);
}

/* Maps a compiled file and removes its name. */
static wasmtime_module_t *map_ahead(wasm_engine_t *engine, const char *path) {
  wasmtime_module_t *module = NULL;
  wasmtime_error_t *error = wasmtime_module_deserialize_file(engine, path, &module);
  unlink(path);
  check(error, NULL);
  return module;
}

static wasmtime_extern_t export_of(wasmtime_context_t *context, const wasmtime_instance_t *instance, const char *name,
                                   uint8_t kind) {
  wasmtime_extern_t item;
  char problem[80];
  snprintf(problem, sizeof problem, "the module does not export %s \"%s\"", kind ? "the memory" : "the function", name);
  if (!wasmtime_instance_export_get(context, instance, name, strlen(name), &item) || item.kind != kind) fail(problem);
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
    if (address >> 32 || bytes >> 32) fail("its input or output lies outside a 32-bit memory");
    result.at[result.count].address = (size_t)address;
    result.at[result.count++].bytes = (size_t)bytes;
    result.total += (size_t)bytes;
    rest += length;
    if (!*rest) return result;
    if (*rest++ != ',') usage();
  }
}

typedef struct {
  Ranges in, out;
  wasmtime_context_t *context;
  wasmtime_memory_t memory;
  wasmtime_func_t run, push, reset; /* The last two only of modules with states. */
  bool states;
} Instance;

/* Copies a row into the module's memory, or out of it. */
static void copy(const Instance *instance, const Ranges *to, uint8_t *row, bool in) {
  uint8_t *data = wasmtime_memory_data(instance->context, &instance->memory);
  size_t size = wasmtime_memory_data_size(instance->context, &instance->memory);
  for (size_t i = 0; i < to->count; i++) {
    if (to->at[i].address + to->at[i].bytes > size) fail("its input or output lies outside its memory");
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

static void call(const Instance *instance, const wasmtime_func_t *function) {
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_func_call(instance->context, function, NULL, 0, NULL, 0, &trap);
  check(error, trap);
}

/* ---- Answers ---- */

static void load(Instance *instance, size_t size, bool ahead, bool relaxed) {
  uint8_t *wasm = allocate(size);
  read_bytes(wasm, size);
  char path[PATH_BYTES];
  if (ahead) compile_ahead(engine(relaxed), wasm, size, path);

  uint64_t began = now_ns();
  wasm_engine_t *machine = engine(relaxed);
  wasmtime_module_t *module = ahead ? map_ahead(machine, path) : compile(machine, wasm, size);
  instance->context = wasmtime_store_context(wasmtime_store_new(machine, NULL, NULL));
  wasmtime_instance_t made;
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error = wasmtime_instance_new(instance->context, module, NULL, 0, &made, &trap);
  check(error, trap);
  uint64_t load_ns = now_ns() - began;
  instance->memory = export_of(instance->context, &made, "memory", WASMTIME_EXTERN_MEMORY).of.memory;
  instance->run = export_of(instance->context, &made, "run", WASMTIME_EXTERN_FUNC).of.func;
  wasmtime_extern_t item;
  instance->states = wasmtime_instance_export_get(instance->context, &made, "push", 4, &item);
  if (instance->states) {
    instance->push = export_of(instance->context, &made, "push", WASMTIME_EXTERN_FUNC).of.func;
    instance->reset = export_of(instance->context, &made, "reset", WASMTIME_EXTERN_FUNC).of.func;
    call(instance, &instance->reset);
  }
  printf("{\"bytes\":0,\"loadNs\":%" PRIu64 "}\n", load_ns);
  free(wasm);
}

static void run_rows(const Instance *instance, const wasmtime_func_t *function, size_t rows) {
  uint8_t *in = allocate(instance->in.total), *out = allocate(instance->out.total);
  printf("{\"bytes\":%zu}\n", rows * instance->out.total);
  for (size_t row = 0; row < rows; row++) {
    read_bytes(in, instance->in.total);
    copy(instance, &instance->in, in, true);
    call(instance, function);
    copy(instance, &instance->out, out, false);
    fwrite(out, 1, instance->out.total, stdout);
    end_when_alone();
  }
  free(in);
  free(out);
}

static void restart(const Instance *instance) {
  call(instance, &instance->reset);
  puts("{\"bytes\":0}");
}

static void time_row(const Instance *instance, size_t reps) {
  uint8_t *in = allocate(instance->in.total);
  read_bytes(in, instance->in.total);
  fputs("{\"bytes\":0,\"runNs\":[", stdout);
  for (size_t rep = 0; rep < reps; rep++) {
    copy(instance, &instance->in, in, true);
    uint64_t start = now_ns();
    call(instance, &instance->run);
    printf("%s%" PRIu64, rep ? "," : "", now_ns() - start);
    end_when_alone();
  }
  puts("]}");
  free(in);
}

int main(int argc, char **argv) {
  bool ahead = false, relaxed = false;
  const char *places[2];
  int count = 0;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--ahead")) ahead = true;
    else if (!strcmp(argv[i], "--relaxed")) relaxed = true;
    else if (count < 2) places[count++] = argv[i];
    else usage();
  }
  if (count < 2) usage();
  Instance instance = { .in = ranges(places[0]), .out = ranges(places[1]) };
  char line[64], word[16];
  size_t number;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%15s %zu", word, &number) != 2) fail("a request has the wrong form");
    if (!strcmp(word, "module")) load(&instance, number, ahead, relaxed);
    else if (!instance.context) fail("the first request must be a module");
    else if (!strcmp(word, "run")) run_rows(&instance, &instance.run, number);
    else if (!strcmp(word, "push") && instance.states) run_rows(&instance, &instance.push, number);
    else if (!strcmp(word, "reset") && instance.states) restart(&instance);
    else if (!strcmp(word, "time")) time_row(&instance, number);
    else fail("no such request");
    fflush(stdout);
  }
  return 0;
}
