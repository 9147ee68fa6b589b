#include "module-slot.h"
#include <string.h>

static uint32_t word(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

static int64_t long_at(const uint8_t *p) { return (int64_t)((uint64_t)word(p) | (uint64_t)word(p + 4) << 32); }

/* CRC-32 of IEEE 802.3: it finds damage, not malice. */
static uint32_t checksum(const uint8_t *bytes, uint32_t count) {
  uint32_t crc = 0xffffffffu;
  for (uint32_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

static int is_text(const uint8_t *text, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    if (!text[i]) return i > 0;
    if (text[i] <= ' ' || text[i] > '~' || text[i] == '"') return 0;
  }
  return 0;
}

/* Offsets: 0 'HLTM', 4 version, 8 checksum of all that follows, 12 module bytes, 16 memory bytes, 20 MACs, 24 inputs and, from bit 16,
 * outputs, 28 address of read-only constants,
 * 32 eight ports of address, bytes and bits; 128 the map from counts: multiplier and offset (64 bits each),
 * baseline, least and largest value of the input; 160 version of Holter (8 characters), 168 name (23), 191 SHA-256 of the model (65). The module follows at 256. */
const char *holter_read_slot(const uint8_t *slot, uint32_t bytes, holter_slot_t *to) {
  if (bytes < HOLTER_SLOT_HEAD || memcmp(slot, "HLTM", 4)) return "the slot holds no module";
  if (word(slot + 4) != 1) return "the module is for another interface";
  const uint32_t module_bytes = word(slot + 12);
  if (module_bytes > bytes - HOLTER_SLOT_HEAD) return "the module is cut short";
  if (checksum(slot + 12, HOLTER_SLOT_HEAD - 12 + module_bytes) != word(slot + 8)) return "the module is damaged";
  const uint32_t memory = word(slot + 16), inputs = word(slot + 24) & 0xffff, outputs = word(slot + 24) >> 16;
  if (inputs < 1 || inputs > HOLTER_SLOT_PORTS || outputs < 1 || outputs > HOLTER_SLOT_PORTS - inputs) return "the module has no usable ports";
  memset(to, 0, sizeof *to);
  for (uint32_t i = 0; i < inputs + outputs; i++) {
    const uint8_t *port = slot + 32 + 12 * i;
    to->address[i] = word(port);
    to->bytes[i] = word(port + 4);
    to->bits[i] = word(port + 8);
    if (to->address[i] > memory || to->bytes[i] > memory - to->address[i]) return "a port lies outside memory";
    if (to->bits[i] != 8 && to->bits[i] != 16 && to->bits[i] != 32) return "a port has values of another width";
  }
  to->constants_address = word(slot + 28);
  to->adc_multiplier = long_at(slot + 128);
  to->adc_offset = long_at(slot + 136);
  to->adc_baseline = (int32_t)word(slot + 144);
  to->input_least = (int32_t)word(slot + 148);
  to->input_largest = (int32_t)word(slot + 152);
  if (to->adc_multiplier < 1 || to->adc_multiplier >> 53 || to->adc_offset >> 61 != to->adc_offset >> 63)
    return "the map from counts is out of range";
  if (!is_text(slot + 160, 8) || !is_text(slot + 168, 23) || !is_text(slot + 191, 65)) return "the module has no name";
  to->identity = (holter_identity_t){(const char *)slot + 168, (const char *)slot + 160, (const char *)slot + 191, inputs, outputs,
                                     word(slot + 20), memory};
  to->module = slot + HOLTER_SLOT_HEAD;
  to->module_bytes = module_bytes;
  return 0;
}

int32_t holter_slot_from_adc(const holter_slot_t *slot, int32_t counts) {
  const int64_t limit = ((int64_t)1 << 62) / slot->adc_multiplier, above = (int64_t)counts - slot->adc_baseline;
  const int64_t kept = above > limit ? limit : above < -limit ? -limit : above;
  const int64_t q = (kept * slot->adc_multiplier + slot->adc_offset) >> 32;
  return (int32_t)(q < slot->input_least ? slot->input_least : q > slot->input_largest ? slot->input_largest : q);
}
