/* What the fuzzing programs share: a file's bytes, a generator of numbers, mutated copies. */
#ifndef MUTATE_H
#define MUTATE_H
#include "module-slot.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state;
static uint32_t draw(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

static uint8_t *read_all(const char *path, uint32_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  *bytes = (uint32_t)ftell(file);
  rewind(file);
  uint8_t *data = malloc(*bytes);
  if (!data || fread(data, 1, *bytes, file) != *bytes) exit(2);
  fclose(file);
  return data;
}

/* A copy of exactly its length, so that the sanitizer sees one byte too many. */
static uint8_t *mutated(const uint8_t *original, uint32_t bytes, uint32_t head, uint32_t *length) {
  const uint32_t kind = draw(8);
  *length = kind == 0 ? draw(bytes) : kind == 1 ? draw(head) : bytes;
  uint8_t *copy = malloc(*length ? *length : 1);
  memcpy(copy, original, *length);
  static const uint32_t odd[] = {0, 1, 2, 0x7fffffff, 0x80000000u, 0xffffffffu, 0xfffffff0u, 0x10000};
  for (uint32_t changes = 1 + draw(4); changes && *length >= 4; changes--) {
    const uint32_t at = draw(draw(2) && head < *length ? head : *length);
    if (draw(2)) copy[at] = (uint8_t)draw(256);
    else if (at / 4 * 4 + 4 <= *length) memcpy(copy + at / 4 * 4, &odd[draw(8)], 4);
  }
  return copy;
}

/* A copy with one to three bytes of the first `within` behind the head changed by little, so that much of it stays a module: by one, in one
 * bit, or to what stands elsewhere. */
__attribute__((unused)) static uint8_t *nudged(const uint8_t *original, uint32_t bytes, uint32_t head, uint32_t within) {
  uint8_t *copy = malloc(bytes);
  memcpy(copy, original, bytes);
  for (uint32_t changes = 1 + draw(3); changes; changes--) {
    uint8_t *at = copy + head + draw(within);
    switch (draw(4)) {
    case 0: *at ^= (uint8_t)(1u << draw(8)); break;
    case 1: *at += (uint8_t)(draw(2) ? 1 : -1); break;
    case 2: *at = copy[head + draw(within)]; break;
    default: *at = (uint8_t)draw(256);
    }
  }
  return copy;
}

/* Gives a slot a checksum that fits; 0 where it is too short for one. */
__attribute__((unused)) static int forge_checksum(uint8_t *slot, uint32_t length) {
  uint32_t module_bytes, crc = 0xffffffffu;
  if (length < HOLTER_SLOT_HEAD) return 0;
  memcpy(&module_bytes, slot + 12, 4);
  if (module_bytes > length - HOLTER_SLOT_HEAD) return 0;
  for (uint32_t i = 12; i < HOLTER_SLOT_HEAD + module_bytes; i++) {
    crc ^= slot[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
  }
  crc = ~crc;
  memcpy(slot + 8, &crc, 4);
  return 1;
}

#endif
