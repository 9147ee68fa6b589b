/* Mutates a module slot and a vector file, and gives each to the loader: fuzz-loaders SLOT VECTORS COUNT SEED.
 * Prints how many slots and vectors were refused, and how many passed that are not the original. */
#include "holter.h"
#include "module-slot.h"
#include "mutate.h"
#include "self-test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[512];
void holter_put(const char *text) { strncat(said, text, sizeof said - strlen(said) - 1); }
uint64_t holter_instructions(void) { return 0; }

static const uint8_t *next_vector;
static uint32_t left;
static uint32_t read_vectors(void *to, uint32_t bytes) {
  const uint32_t taken = bytes < left ? bytes : left;
  memcpy(to, next_vector, taken);
  next_vector += taken;
  left -= taken;
  return taken;
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
    if (forge_checksum(copy, length)) {
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
    next_vector = copy;
    left = length;
    const int failed = holter_self_test("fuzz", read_vectors);
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
