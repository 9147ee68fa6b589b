#include "wasm-check.h"
#include <string.h>

#if defined(__GNUC__) && defined(__OPTIMIZE__)
#pragma GCC optimize("Os") /* It runs once. */
#endif

enum { I32 = 0x7f, I64 = 0x7e, NOTHING = 0x40 };
enum { UNREACHABLE, NOP, BLOCK, LOOP, IF, ELSE, END = 0x0b, BR, BR_IF, RETURN = 0x0f, CALL, DROP = 0x1a, SELECT };
enum { LOCAL_GET = 0x20, LOCAL_SET, LOCAL_TEE, GLOBAL_GET, GLOBAL_SET, FIRST_ACCESS = 0x28, FIRST_STORE = 0x36, LAST_ACCESS = 0x3e };
enum { I32_CONST = 0x41, I64_CONST, LONGER = 0xfc, MEMORY_COPY = 0x0a, MEMORY_FILL };

/* The first problem stays, and nothing is read behind it. */
static void refuse(wasm_check_t *c, const char *problem) {
  if (!c->problem) c->problem = problem;
  c->at = c->end;
}

static uint8_t byte(wasm_check_t *c) {
  if (c->at < c->end) return *c->at++;
  refuse(c, "the module ends too early");
  return 0;
}

/* An integer in LEB128 of at most `bits` bits, in no more bytes than these need, and with nothing in the last one's spare bits. */
static uint64_t number(wasm_check_t *c, uint32_t bits, int is_signed) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < bits; shift += 7) {
    const uint8_t part = byte(c);
    value |= (uint64_t)(part & 0x7f) << shift;
    if (part & 0x80) continue;
    const uint32_t used = bits - shift;
    if (used >= 7) return value;
    const uint32_t spare = 0x7f & ~((1u << used) - 1), sign = is_signed && part >> (used - 1) & 1 ? spare : 0;
    if ((part & spare) != sign) refuse(c, "an integer is out of range");
    return value;
  }
  refuse(c, "an integer has too many bytes");
  return 0;
}

static uint32_t u32(wasm_check_t *c) { return (uint32_t)number(c, 32, 0); }

/* A number below `limit`; what it counts or names is `what`. */
static uint32_t below(wasm_check_t *c, uint32_t limit, const char *what) {
  const uint32_t value = u32(c);
  if (value < limit) return value;
  refuse(c, what);
  return 0;
}

static uint8_t value_type(wasm_check_t *c) {
  const uint8_t type = byte(c);
  if (type != I32 && type != I64) refuse(c, "a type is neither i32 nor i64");
  return type;
}

static void skip(wasm_check_t *c, uint32_t bytes) {
  if (bytes > (uint32_t)(c->end - c->at)) refuse(c, "a part of the module is cut short");
  else c->at += bytes;
}

static void push(wasm_check_t *c, uint8_t type) {
  if (type == NOTHING) return;
  if (c->operands == WASM_OPERANDS) refuse(c, "an expression has too many operands");
  else c->operand[c->operands++] = type;
}

static void pop(wasm_check_t *c, uint8_t type) {
  if (type == NOTHING || c->problem) return;
  if (c->operands == c->block[c->blocks - 1].height) refuse(c, "an operand is missing");
  else if (c->operand[--c->operands] != type) refuse(c, "an operand has another type");
}

static void open_block(wasm_check_t *c, uint8_t opcode, uint8_t result) {
  if (c->blocks == WASM_BLOCKS) return refuse(c, "blocks are nested too deeply");
  const uint8_t outside = c->blocks ? c->block[c->blocks - 1].loops : 0;
  c->block[c->blocks++] = (wasm_block_t){opcode, result, (uint8_t)c->operands, 0, (uint8_t)(outside + (opcode == LOOP))};
}

/* The result on top and nothing else, or whatever stood there before a jump. */
static void close_block(wasm_check_t *c) {
  const wasm_block_t block = c->block[c->blocks - 1];
  if (!block.jumped) {
    pop(c, block.result);
    if (c->operands != block.height) refuse(c, "a block leaves operands behind");
  }
  c->operands = block.height;
}

static void jump(wasm_check_t *c) { c->block[c->blocks - 1].jumped = 1; }

/* The values that a jump to a label takes are those on top. */
static void check_label(wasm_check_t *c, uint32_t depth) {
  if (depth >= c->blocks) return refuse(c, "a jump leads nowhere");
  const wasm_block_t *to = &c->block[c->blocks - 1 - depth];
  const uint8_t result = to->opcode == LOOP ? NOTHING : to->result;
  pop(c, result);
  push(c, result);
}

static void check_control(wasm_check_t *c, uint8_t opcode) {
  if (opcode == BLOCK || opcode == LOOP || opcode == IF) {
    const uint8_t result = byte(c);
    if (result != NOTHING && result != I32 && result != I64) return refuse(c, "a block has another type");
    if (opcode == IF) pop(c, I32);
    open_block(c, opcode, result);
  } else if (opcode == ELSE) {
    wasm_block_t *block = &c->block[c->blocks - 1];
    if (block->opcode != IF) return refuse(c, "an else without an if");
    close_block(c);
    block->opcode = ELSE;
    block->jumped = 0;
  } else if (opcode == END) {
    const wasm_block_t block = c->block[c->blocks - 1];
    if (block.opcode == IF && block.result != NOTHING) return refuse(c, "an if with a result has no else");
    close_block(c);
    c->blocks--;
    push(c, block.result);
  } else if (opcode == BR) {
    check_label(c, u32(c));
    jump(c);
  } else if (opcode == BR_IF) {
    const uint32_t depth = u32(c);
    pop(c, I32);
    check_label(c, depth);
  } else {
    if (opcode == RETURN) check_label(c, c->blocks - 1);
    jump(c);
  }
}

static void check_call(wasm_check_t *c, uint32_t caller) {
  const uint32_t function = below(c, c->functions, "a call of no function");
  if (c->problem) return;
  const wasm_type_t *type = &c->type[c->type_of[function]];
  for (uint32_t i = type->count; i > 0; i--) pop(c, type->of[i - 1]);
  push(c, type->result);
  c->calls[caller] |= 1ull << function;
}

static void check_select(wasm_check_t *c) {
  pop(c, I32);
  const uint8_t type = c->operands ? c->operand[c->operands - 1] : I32;
  pop(c, type);
  pop(c, type);
  push(c, type);
}

static void check_variable(wasm_check_t *c, uint8_t opcode) {
  const int is_local = opcode <= LOCAL_TEE;
  const uint32_t i = is_local ? below(c, c->locals, "there is no such local") : below(c, c->globals, "there is no such global");
  if (c->problem) return;
  const uint8_t type = is_local ? c->local[i] : c->global[i];
  if (opcode == GLOBAL_SET && !c->is_mutable[i]) refuse(c, "a constant is set");
  if (opcode != LOCAL_GET && opcode != GLOBAL_GET) pop(c, type);
  if (opcode != LOCAL_SET && opcode != GLOBAL_SET) push(c, type);
}

static void check_access(wasm_check_t *c, uint8_t opcode) {
  /* From i32.load to i64.store32: the type (0 of floats, which are refused) and the exponent of the width. */
  static const uint8_t type[] = {I32, I64, 0, 0, I32, I32, I32, I32, I64, I64, I64, I64, I64, I64, I32, I64, 0, 0, I32, I32, I64, I64, I64};
  static const uint8_t width[] = {2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2};
  const uint32_t which = opcode - FIRST_ACCESS;
  if (!type[which]) return refuse(c, "the module has floating point");
  below(c, width[which] + 1u, "an access claims more alignment than its width");
  u32(c);
  if (opcode >= FIRST_STORE) pop(c, type[which]);
  pop(c, I32);
  if (opcode < FIRST_STORE) push(c, type[which]);
}

/* Operators from operands to one result: `count` operands of type `from`. Returns 0 for another opcode. */
static int check_operator(wasm_check_t *c, uint8_t opcode) {
  static const struct {
    uint8_t first, last, count, from, to;
  } rows[] = {
      {0x45, 0x45, 1, I32, I32}, {0x46, 0x4f, 2, I32, I32}, /* comparisons */
      {0x50, 0x50, 1, I64, I32}, {0x51, 0x5a, 2, I64, I32},
      {0x67, 0x69, 1, I32, I32}, {0x6a, 0x78, 2, I32, I32}, /* arithmetic */
      {0x79, 0x7b, 1, I64, I64}, {0x7c, 0x8a, 2, I64, I64},
      {0xa7, 0xa7, 1, I64, I32}, {0xac, 0xad, 1, I32, I64}, /* from one type to the other, and sign extension */
      {0xc0, 0xc1, 1, I32, I32}, {0xc2, 0xc4, 1, I64, I64},
  };
  for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (opcode < rows[i].first || opcode > rows[i].last) continue;
    for (uint32_t k = 0; k < rows[i].count; k++) pop(c, rows[i].from);
    push(c, rows[i].to);
    return 1;
  }
  return 0;
}

static void check_bulk(wasm_check_t *c) {
  const uint8_t which = byte(c);
  if (which != MEMORY_COPY && which != MEMORY_FILL) return refuse(c, "the module has an instruction of another kind");
  if (byte(c) || (which == MEMORY_COPY && byte(c))) return refuse(c, "an access of another memory");
  for (int i = 0; i < 3; i++) pop(c, I32);
}

static void check_instruction(wasm_check_t *c, uint32_t function) {
  const uint8_t opcode = byte(c);
  if (c->problem) return;
  if (c->block[c->blocks - 1].jumped && opcode != END && opcode != ELSE) return refuse(c, "code behind a jump");
  if (opcode == NOP) return;
  if (opcode <= ELSE || (opcode >= END && opcode <= BR_IF) || opcode == RETURN) return check_control(c, opcode);
  if (opcode == CALL) return check_call(c, function);
  if (opcode == SELECT) return check_select(c);
  if (opcode == DROP) return pop(c, c->operands ? c->operand[c->operands - 1] : I32);
  if (opcode >= LOCAL_GET && opcode <= GLOBAL_SET) return check_variable(c, opcode);
  if (opcode >= FIRST_ACCESS && opcode <= LAST_ACCESS) return check_access(c, opcode);
  if (opcode == LONGER) return check_bulk(c);
  if (opcode == I32_CONST || opcode == I64_CONST) {
    number(c, opcode == I32_CONST ? 32 : 64, 1);
    return push(c, opcode == I32_CONST ? I32 : I64);
  }
  if (!check_operator(c, opcode)) refuse(c, "the module has an instruction of another kind");
}

/* A constant of a type and its end; returns the value of an i32. */
static uint32_t constant(wasm_check_t *c, uint8_t type) {
  if (byte(c) != (type == I32 ? I32_CONST : I64_CONST)) refuse(c, "a value is not a constant of its type");
  const uint64_t value = number(c, type == I32 ? 32 : 64, 1);
  if (byte(c) != END) refuse(c, "a value is not a constant of its type");
  return (uint32_t)value;
}

static void check_types(wasm_check_t *c) {
  c->types = below(c, WASM_TYPES + 1, "too many types");
  for (uint32_t i = 0; i < c->types && !c->problem; i++) {
    wasm_type_t *type = &c->type[i];
    if (byte(c) != 0x60) refuse(c, "a type is not a function's");
    type->count = (uint8_t)below(c, WASM_PARAMETERS + 1, "a function has too many parameters");
    for (uint32_t k = 0; k < type->count; k++) type->of[k] = value_type(c);
    type->result = below(c, 2, "a function has several results") ? value_type(c) : NOTHING;
  }
}

static void add_function(wasm_check_t *c) {
  if (c->functions == WASM_FUNCTIONS) return refuse(c, "too many functions");
  c->type_of[c->functions++] = (uint8_t)below(c, c->types, "a function has no type");
}

static void check_imports(wasm_check_t *c) {
  for (uint32_t left = u32(c); left && !c->problem; left--) {
    for (int part = 0; part < 2; part++) skip(c, below(c, 65, "a name is too long"));
    if (byte(c)) refuse(c, "an import is not a function");
    add_function(c);
  }
  c->imported = c->functions;
}

static void check_functions(wasm_check_t *c) {
  for (uint32_t left = u32(c); left && !c->problem; left--) add_function(c);
}

static void check_memory(wasm_check_t *c) {
  if (u32(c) != 1) refuse(c, "the module has no memory, or several");
  const uint32_t limited = below(c, 2, "the memory is of another kind"), pages = below(c, 0x1000, "the memory is too large");
  if (limited && u32(c) < pages) refuse(c, "the memory is larger than it may become");
  if ((uint64_t)pages << 16 < c->memory_bytes || c->memory_bytes < 16) refuse(c, "the module has less memory than its slot says");
}

static void check_globals(wasm_check_t *c) {
  c->globals = below(c, WASM_GLOBALS + 1, "too many globals");
  for (uint32_t i = 0; i < c->globals && !c->problem; i++) {
    c->global[i] = value_type(c);
    c->is_mutable[i] = (uint8_t)below(c, 2, "a global is of another kind");
    constant(c, c->global[i]);
  }
}

static void check_exports(wasm_check_t *c) {
  for (uint32_t left = u32(c); left && !c->problem; left--) {
    skip(c, below(c, 65, "a name is too long"));
    const uint8_t kind = byte(c);
    if (kind == 1 || kind > 3) refuse(c, "an export is of another kind");
    below(c, kind == 0 ? c->functions : kind == 2 ? 1 : c->globals, "an export of nothing");
  }
}

static void check_start(wasm_check_t *c) {
  const uint32_t function = below(c, c->functions, "the start is no function");
  if (c->problem) return;
  const wasm_type_t *type = &c->type[c->type_of[function]];
  if (type->count || type->result != NOTHING) refuse(c, "the start takes arguments");
}

static void check_body(wasm_check_t *c, uint32_t function) {
  const wasm_type_t *type = &c->type[c->type_of[function]];
  memcpy(c->local, type->of, type->count);
  c->locals = type->count;
  c->operands = c->blocks = 0;
  for (uint32_t groups = u32(c); groups && !c->problem; groups--) {
    const uint32_t count = below(c, WASM_LOCALS + 1 - c->locals, "too many locals");
    memset(c->local + c->locals, value_type(c), count);
    c->locals += count;
  }
  open_block(c, 0, type->result);
  while (c->blocks && !c->problem) {
    check_instruction(c, function);
    const uint8_t loops = c->blocks ? c->block[c->blocks - 1].loops : 0;
    if (loops > c->frames[function]) c->frames[function] = loops;
  }
  if (c->at != c->end) refuse(c, "code behind the end of a function");
}

static void check_code(wasm_check_t *c) {
  c->bodies = u32(c);
  if (c->bodies != c->functions - c->imported) refuse(c, "functions and their code differ in number");
  const uint8_t *end = c->end;
  for (uint32_t i = 0; i < c->bodies && !c->problem; i++) {
    const uint32_t bytes = u32(c);
    if (c->problem || bytes > (uint32_t)(end - c->at)) return refuse(c, "code is cut short");
    c->end = c->at + bytes;
    check_body(c, c->imported + i);
    c->end = end;
  }
}

static void check_data_count(wasm_check_t *c) {
  c->segments = u32(c);
  c->counted = 1;
}

static void check_data(wasm_check_t *c) {
  const uint32_t count = u32(c);
  if (c->counted && count != c->segments) refuse(c, "data differ from their count");
  for (uint32_t i = 0; i < count && !c->problem; i++) {
    if (u32(c)) refuse(c, "data are of another kind");
    const uint64_t address = constant(c, I32), bytes = u32(c);
    if (address + bytes > c->memory_bytes) refuse(c, "data lie outside memory");
    skip(c, (uint32_t)bytes);
  }
}

/* What others wrote into a module for their own use. wasm3 steps over it, but reads names of functions, of which it believes all. */
static void check_custom(wasm_check_t *c) {
  const uint32_t length = below(c, 65, "a name is too long");
  const uint8_t *name = c->at;
  skip(c, length);
  if (!c->problem && length >= 4 && !memcmp(name, "name", 4)) refuse(c, "the module has names of functions");
  skip(c, (uint32_t)(c->end - c->at));
}

/* No function may come back to itself; calls and loops within each other take wasm3 a frame of the stack each. */
static void check_calls(wasm_check_t *c) {
  uint8_t deepest[WASM_FUNCTIONS];
  memcpy(deepest, c->frames, sizeof deepest);
  for (uint32_t round = 0; round <= c->functions; round++) {
    int changed = 0;
    for (uint32_t f = 0; f < c->functions; f++)
      for (uint32_t to = 0; to < c->functions; to++) {
        if (!(c->calls[f] >> to & 1) || deepest[f] >= c->frames[f] + 1 + deepest[to]) continue;
        deepest[f] = (uint8_t)(c->frames[f] + 1 + deepest[to]);
        changed = 1;
        if (deepest[f] > WASM_FRAMES) return refuse(c, "calls and loops are nested too deeply");
      }
    if (!changed) return;
  }
  refuse(c, "a function calls itself");
}

/* The next section, which must come behind section number `last` in the order of the standard; returns its place there, or `last` where a
 * section may stand anywhere. */
static uint32_t check_section(wasm_check_t *c, uint32_t last) {
  static const struct {
    void (*check)(wasm_check_t *);
    uint8_t place;
  } sections[] = {{check_custom, 0}, {check_types, 1}, {check_imports, 2}, {check_functions, 3}, {0, 0},         {check_memory, 4},     {check_globals, 5},
                  {check_exports, 6}, {check_start, 7}, {0, 0},            {check_code, 9},      {check_data, 10}, {check_data_count, 8}};
  const uint8_t id = byte(c);
  const uint32_t length = u32(c);
  if (id >= sizeof sections / sizeof *sections || !sections[id].check || (id && sections[id].place <= last))
    refuse(c, "a section is of another kind, or in another place");
  if (length > (uint32_t)(c->end - c->at)) refuse(c, "a section is cut short");
  if (c->problem) return last;
  const uint8_t *end = c->end, *section_end = c->at + length;
  c->end = section_end;
  sections[id].check(c);
  if (c->at != section_end) refuse(c, "a section is longer than what it holds");
  c->end = end;
  c->seen |= 1u << id;
  return id ? sections[id].place : last;
}

const char *holter_check_wasm(const uint8_t *module, uint32_t bytes, uint32_t memory_bytes, wasm_check_t *c) {
  memset(c, 0, sizeof *c);
  c->memory_bytes = memory_bytes;
  c->at = module;
  c->end = module + bytes;
  if (bytes < 8 || memcmp(module, "\0asm\1\0\0", 8)) refuse(c, "the slot holds no WebAssembly");
  skip(c, 8);
  for (uint32_t last = 0; c->at < c->end && !c->problem;) last = check_section(c, last);
  /* Types, functions, a memory, exports and code must be there. */
  if ((c->seen & 0x4aa) != 0x4aa) refuse(c, "a section is missing");
  if (!c->problem) check_calls(c);
  return c->problem;
}
