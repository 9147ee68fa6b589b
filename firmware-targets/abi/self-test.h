/* The self-test that all targets share: replays vectors and prints one line,
 *   holter-selftest target=T model=M vectors=64 pass=64 instructions=N
 * Vectors of a stream are pushed one after the other, those of a monitor too; of that a line `holter-monitor beats=… alarms=…` follows.
 * N: instructions of one run, 0 where they cannot be counted. `holter-memory bytes=` and, on a bare board, `holter-stack bytes=` follow. A fault ends the line with error="…" instead. */
#ifndef HOLTER_SELF_TEST_H
#define HOLTER_SELF_TEST_H
#include <stdint.h>

/* 'HLTV', then little-endian uint32: version 2, count, input bytes, output bytes, seed, flags (1: inputs are in the file,
 * 2: hops of one stream, 4: outputs are events of a monitor); then per
 * vector its input, if inputs are in the file, and its expected output. Without them the input is made from the seed on the device. */
#define HOLTER_VECTORS_HEAD 28

/* What a board gives: the end of a line of text goes out at once; instructions since the start, or 0. */
void holter_put(const char *text);
uint64_t holter_instructions(void);

/* Of an interpreter, which has a heap: bytes of it that hold translated code, said in a line `holter-translated bytes=`. */
uint32_t holter_translated_bytes(void);

/* Copies the next `bytes` bytes of the vectors, and returns how many there were. `holter package` makes it where vectors are in flash;
 * a board whose vectors are in a file has its own. */
typedef uint32_t holter_read_t(void *to, uint32_t bytes);
holter_read_t holter_read_vectors;

/* Returns 0 if every vector passes. */
int holter_self_test(const char *target, holter_read_t *read);

#endif
