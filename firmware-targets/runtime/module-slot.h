/* A module in a flash slot of its own, so that it can be replaced without the firmware: what stands before the module.
 * All numbers are little-endian uint32. Written by src-ts/package/module-slot.ts. */
#ifndef HOLTER_MODULE_SLOT_H
#define HOLTER_MODULE_SLOT_H
#include "holter.h"

#define HOLTER_SLOT_HEAD 256
#define HOLTER_SLOT_PORTS 8

typedef struct {
  holter_identity_t identity;
  const uint8_t *module;
  uint32_t module_bytes;
  uint32_t constants_address; /* of read-only constants in the module's memory */
  uint32_t address[HOLTER_SLOT_PORTS], bytes[HOLTER_SLOT_PORTS], bits[HOLTER_SLOT_PORTS]; /* inputs, then outputs */
  int64_t adc_multiplier, adc_offset;
  int32_t adc_baseline, input_least, input_largest;
} holter_slot_t;

/* Reads a slot of `bytes` bytes; returns 0, or why it is refused. */
const char *holter_read_slot(const uint8_t *slot, uint32_t bytes, holter_slot_t *to);

/* Returns q of a sample in counts: the sums of src-ts/ir/input-map.ts. */
int32_t holter_slot_from_adc(const holter_slot_t *slot, int32_t counts);
#endif
