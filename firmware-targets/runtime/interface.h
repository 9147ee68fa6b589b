/* holter.h for a model in C: the last include of a generated model.c. */
#include "holter.h"

static const char *last_error = "";

static int port(const holter_place *places, uint32_t count, uint32_t i, holter_port_t *to) {
  if (i >= count) {
    last_error = "there is no port of that number";
    return HOLTER_NO_PORT;
  }
  to->data = ram + places[i].place;
  to->bytes = places[i].bytes;
  to->bits = places[i].bits;
  return HOLTER_OK;
}

/* Calls a function of the module; a fault ends it. */
static int call(void (*function)(void)) {
  if (setjmp(fault_place)) {
    last_error = fault_text;
    return HOLTER_FAULT;
  }
  function();
  return HOLTER_OK;
}

int holter_run(void) { return call(module_run_0); }
#ifdef MODULE_STATES
int holter_push(void) { return call(module_push_0); }
int holter_reset(void) { return call(module_reset_0); }
#else
int holter_push(void) { return holter_run(); }
int holter_reset(void) { return HOLTER_OK; }
#endif

int holter_init(void) {
  memset(ram, 0, RAM_BYTES);
#ifdef RAM_DATA_BYTES
  memcpy(ram + RAM_DATA_PLACE, ram_data, RAM_DATA_BYTES);
#endif
  last_error = "";
#ifdef MODULE_START
  if (call(MODULE_START) != HOLTER_OK) return HOLTER_REFUSED;
#endif
  return holter_reset() == HOLTER_OK ? HOLTER_OK : HOLTER_REFUSED;
}

int holter_input(uint32_t i, holter_port_t *to) { return port(input_places, identity.inputs, i, to); }
int holter_output(uint32_t i, holter_port_t *to) { return port(output_places, identity.outputs, i, to); }

/* The sums of src-ts/ir/input-map.ts. Beyond the limit the value is saturated, and products would overflow. */
int32_t holter_from_adc(int32_t counts) {
  const int64_t limit = ((int64_t)1 << 62) / ADC_MULTIPLIER, above = (int64_t)counts - ADC_BASELINE;
  const int64_t kept = above > limit ? limit : above < -limit ? -limit : above;
  const int64_t q = (kept * ADC_MULTIPLIER + ADC_OFFSET) >> 32;
  return (int32_t)(q < INPUT_LEAST ? INPUT_LEAST : q > INPUT_LARGEST ? INPUT_LARGEST : q);
}

const char *holter_last_error(void) { return last_error; }
const holter_identity_t *holter_identity(void) { return &identity; }
