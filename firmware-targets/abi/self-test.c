#include "self-test.h"
#include "holter.h"
#include "monitor.h"
#include <string.h>

static uint32_t word(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

/* Marsaglia's xorshift32; the twin of src-ts/package/vectors.ts. */
static uint32_t next(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  return x ^ x << 5;
}

static void put_number(uint64_t n) {
  char digits[21];
  int at = 20;
  digits[at] = 0;
  do {
    digits[--at] = (char)('0' + n % 10);
    n /= 10;
  } while (n);
  holter_put(digits + at);
}

/* Bytes of all inputs (outputs), one after another. */
static uint32_t total(int (*port_of)(uint32_t, holter_port_t *), uint32_t count) {
  uint32_t bytes = 0;
  holter_port_t port;
  for (uint32_t i = 0; i < count; i++) {
    port_of(i, &port);
    bytes += port.bytes;
  }
  return bytes;
}

/* Reads the inputs of a vector; 0 where they are cut short. */
static int read_inputs(holter_read_t *read, uint32_t count) {
  holter_port_t port;
  for (uint32_t i = 0; i < count; i++) {
    holter_input(i, &port);
    if (read(port.data, port.bytes) != port.bytes) return 0;
  }
  return 1;
}

/* Makes the inputs of a vector: the first two have the least and the largest values, the others random bytes. */
static void make_inputs(uint32_t vector, uint32_t seed, uint32_t count) {
  uint32_t state = (seed ^ vector * 0x9e3779b9u) | 1;
  holter_port_t port;
  for (uint32_t i = 0; i < count; i++) {
    holter_input(i, &port);
    uint8_t *data = port.data;
    for (uint32_t k = 0; k < port.bytes; k++) {
      if (vector < 2) {
        const uint8_t top = vector ? 0x7f : 0x80, low = vector ? 0xff : 0;
        data[k] = port.bits == 8 || k % 2 ? top : low;
      } else {
        state = next(state);
        data[k] = (uint8_t)(state >> 24);
      }
    }
  }
}

/* Reads the expected outputs of a vector and compares: 1 if all are the same, 0 if not, -1 where they are cut short. */
static int same_outputs(holter_read_t *read, uint32_t count) {
  uint8_t expected[64];
  int same = 1;
  holter_port_t port;
  for (uint32_t i = 0; i < count; i++) {
    holter_output(i, &port);
    const uint8_t *got = port.data;
    for (uint32_t left = port.bytes, part; left; left -= part, got += part) {
      part = left < sizeof expected ? left : sizeof expected;
      if (read(expected, part) != part) return -1;
      if (memcmp(got, expected, part)) same = 0;
    }
  }
  return same;
}

static uint32_t beats, alarms;

/* Counts what the list of events in the output says. */
static void count_events(void) {
  holter_port_t port;
  holter_output(0, &port);
  const holter_events_t *list = port.data;
  for (int32_t i = 0; i < list->count && i < (int32_t)(sizeof list->events / sizeof list->events[0]); i++) {
    beats += list->events[i].kind == HOLTER_BEAT;
    alarms += list->events[i].kind == HOLTER_ALARM;
  }
}

static int refuse(const char *problem) {
  holter_put("error=\"");
  holter_put(problem);
  holter_put("\"\n");
  return 1;
}

int holter_self_test(const char *target, holter_read_t *read) {
  holter_put("holter-selftest target=");
  holter_put(target);
  if (holter_init() != HOLTER_OK) {
    holter_put(" ");
    return refuse(holter_last_error());
  }
  const holter_identity_t *model = holter_identity();
  holter_put(" model=");
  holter_put(model->name);
  holter_put(" ");
  uint8_t head[HOLTER_VECTORS_HEAD];
  if (read(head, sizeof head) != sizeof head || memcmp(head, "HLTV", 4) || word(head + 4) != 2) return refuse("no vectors of version 2");
  const uint32_t count = word(head + 8), in = word(head + 12), out = word(head + 16), seed = word(head + 20);
  const uint32_t flags = word(head + 24), stored = flags & 1, stream = flags & 2, monitor = flags & 4;
  if (in != total(holter_input, model->inputs) || out != total(holter_output, model->outputs)) return refuse("vectors of another model");
  if (monitor && out != sizeof(holter_events_t)) return refuse("vectors of a monitor, for a model that is none");
  if (flags > 7) return refuse("vectors of an unknown kind");
  uint32_t pass = 0;
  uint64_t instructions = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!stored) make_inputs(i, seed, model->inputs);
    else if (!read_inputs(read, model->inputs)) return refuse("vectors are cut short");
    const uint64_t before = holter_instructions();
    if ((stream ? holter_push() : holter_run()) != HOLTER_OK) return refuse(holter_last_error());
    instructions += holter_instructions() - before;
    const int same = same_outputs(read, model->outputs);
    if (same < 0) return refuse("vectors are cut short");
    pass += (uint32_t)same;
    if (monitor) count_events();
  }
  if (read(head, 1)) return refuse("vectors are too long");
  holter_put("vectors=");
  put_number(count);
  holter_put(" pass=");
  put_number(pass);
  holter_put(" instructions=");
  put_number(count ? instructions / count : 0);
  holter_put("\nholter-memory bytes=");
  put_number(holter_identity()->memory_bytes);
#ifdef HOLTER_HEAP_BYTES
  holter_put("\nholter-translated bytes=");
  put_number(holter_translated_bytes());
#endif
  if (monitor) {
    holter_put("\nholter-monitor beats=");
    put_number(beats);
    holter_put(" alarms=");
    put_number(alarms);
  }
  holter_put("\n");
  return pass != count;
}
