/* Mutates a module slot and a vector file, and gives each to the loader: fuzz-loaders SLOT VECTORS COUNT SEED.
 * Prints how many slots and vectors were refused, and how many passed that are not the original. */
#include "holter.h"
#include "module-slot.h"
#include "self-test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[512];
void holter_put(const char *text) { strncat(said, text, sizeof said - strlen(said) - 1); }
uint64_t holter_instructions(void) { return 0; }

static uint32_t state;
static uint32_t draw(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

static uint32_t checksum(const uint8_t *bytes, uint32_t count) {
  uint32_t crc = 0xffffffffu;
  for (uint32_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
  }
  return ~crc;
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

int main(int count, char **words) {
  if (count != 5) return 2;
  uint32_t slot_bytes, vector_bytes;
  uint8_t *slot = read_all(words[1], &slot_bytes), *vectors = read_all(words[2], &vector_bytes);
  state = (uint32_t)atoi(words[4]) | 1;
  int refused = 0, same = 0, forged = 0, forged_refused = 0, vectors_refused = 0, vectors_failed = 0, vectors_passed = 0;
  for (int i = 0; i < atoi(words[3]); i++) {
    uint32_t length;
    uint8_t *copy = mutated(slot, slot_bytes, HOLTER_SLOT_HEAD, &length);
    holter_slot_t read;
    const char *problem = holter_read_slot(copy, length, &read);
    if (length == slot_bytes && !memcmp(copy, slot, length)) same++;
    else if (problem && *problem) refused++;
    else return printf("a damaged slot was taken\n"), 1;
    /* With a checksum made to fit: taken only if all that it says is in range. */
    uint32_t module_bytes;
    if (length >= HOLTER_SLOT_HEAD && (memcpy(&module_bytes, copy + 12, 4), module_bytes <= length - HOLTER_SLOT_HEAD)) {
      const uint32_t crc = checksum(copy + 12, HOLTER_SLOT_HEAD - 12 + module_bytes);
      memcpy(copy + 8, &crc, 4);
      forged++;
      if (holter_read_slot(copy, length, &read)) forged_refused++;
      else {
        if (read.module + read.module_bytes > copy + length) return printf("a module beyond its slot\n"), 1;
        holter_slot_from_adc(&read, (int32_t)draw(0xffffffffu));
        if (strlen(read.identity.name) > 22 || strlen(read.identity.model_sha256) > 64) return printf("a name without an end\n"), 1;
      }
    }
    free(copy);
    copy = mutated(vectors, vector_bytes, HOLTER_VECTORS_HEAD, &length);
    said[0] = 0;
    const int failed = holter_self_test("fuzz", copy, length);
    if (strstr(said, "error=\"")) vectors_refused++;
    else if (failed) vectors_failed++;
    else if (strstr(said, "pass=")) vectors_passed++;
    else return printf("no answer to vectors\n"), 1;
    free(copy);
  }
  free(slot);
  free(vectors);
  printf("%d %d %d %d %d %d %d\n", refused, same, forged, forged_refused, vectors_refused, vectors_failed, vectors_passed);
  return 0;
}
