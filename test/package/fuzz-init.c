/* Gives mutated copies of a module slot to a loader's holter_init, each in a process of its own: fuzz-init SLOT COUNT SEED.
 * Prints how many were refused with a reason, and how many were the original, which must be taken. COUNT 0: says what holter_init makes of
 * the slot.
 * fuzz-init SLOT COUNT SEED BYTES: changes the first BYTES of the module, gives each copy a checksum that fits, and runs what is taken. Prints
 * how many were refused, ran, ended in a fault, and ran until they were stopped; whatever a sanitizer finds ends it. */
#include "holter.h"
#include "module-slot.h"
#include "mutate.h"
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef FUZZ_MEMORY
/* A loader that reads its slot in memory: what lies behind it must not be touched. */
#include <sanitizer/asan_interface.h>
uint8_t holter_slot[1 << 20] __attribute__((aligned(16)));
uint32_t holter_slot_bytes;
static void place(const uint8_t *bytes, uint32_t count) {
  memcpy(holter_slot, bytes, count);
  holter_slot_bytes = count;
  ASAN_POISON_MEMORY_REGION(holter_slot + count, sizeof holter_slot - count);
}
#else
/* A loader that reads a file. */
const char *const holter_module_files[] = {"fuzz.slot", 0};
static void place(const uint8_t *bytes, uint32_t count) {
  FILE *file = fopen(holter_module_files[0], "wb");
  if (!file || fwrite(bytes, 1, count, file) != count || fclose(file)) exit(2);
}
#endif

enum { TAKEN = 20, REFUSED, FAULT, STOPPED };

static void stop(int signal) {
  (void)signal;
  _exit(STOPPED);
}

/* Runs what was taken for at most a tenth of a second of the processor's time. */
static int run_taken(void) {
  signal(SIGVTALRM, stop);
  setitimer(ITIMER_VIRTUAL, &(struct itimerval){.it_value = {0, 100000}}, 0);
  return holter_run() == HOLTER_OK ? TAKEN : FAULT;
}

static int init_in_child(const uint8_t *bytes, uint32_t count, int runs) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    place(bytes, count);
    const int result = holter_init();
    if (result != HOLTER_OK && !*holter_last_error()) _exit(2);
    _exit(result != HOLTER_OK ? REFUSED : runs ? run_taken() : TAKEN);
  }
  int status;
  if (child < 0 || waitpid(child, &status, 0) < 0) exit(2);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int forge(const uint8_t *slot, uint32_t bytes, int cases, uint32_t within) {
  int ends[4] = {0, 0, 0, 0};
  if (within < 1 || within > bytes - HOLTER_SLOT_HEAD) return 2;
  for (int i = 0; i < cases; i++) {
    uint8_t *copy = nudged(slot, bytes, HOLTER_SLOT_HEAD, within);
    forge_checksum(copy, bytes);
    const int result = init_in_child(copy, bytes, 1);
    free(copy);
    if (result < TAKEN || result > STOPPED) return fprintf(stderr, "case %d ended with %d\n", i, result), 1;
    ends[result - TAKEN]++;
  }
  printf("%d %d %d %d\n", ends[REFUSED - TAKEN], ends[0], ends[FAULT - TAKEN], ends[STOPPED - TAKEN]);
  fflush(stdout);
  return 0;
}

int main(int count, char **words) {
  if (count != 4 && count != 5) return 2;
  uint32_t bytes;
  uint8_t *slot = read_all(words[1], &bytes);
  const int cases = atoi(words[2]);
  if (!cases) {
    place(slot, bytes);
    puts(holter_init() == HOLTER_OK ? "taken" : holter_last_error());
    fflush(stdout);
    _exit(0); /* What the loader holds is the program's, for life: no leak. */
  }
  state = (uint32_t)atoi(words[3]) | 1;
  if (count == 5) _exit(forge(slot, bytes, cases, (uint32_t)atoi(words[4])));
  int refused = 0, same = 0;
  for (int i = 0; i < cases; i++) {
    uint32_t length;
    uint8_t *copy = mutated(slot, bytes, HOLTER_SLOT_HEAD, &length);
    const int original = length == bytes && !memcmp(copy, slot, length);
    const int result = init_in_child(copy, length, 0);
    free(copy);
    if (result != (original ? TAKEN : REFUSED)) {
      fprintf(stderr, "case %d ended with %d\n", i, result);
      _exit(1);
    }
    if (original) same++;
    else refused++;
  }
  free(slot);
  printf("%d %d\n", refused, same);
  return 0;
}
