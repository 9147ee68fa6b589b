/* One interface for a Holter network, whatever runs it: C made from the module, an interpreter, or wasmtime.
 *
 * Memory belongs to the model: pointers stay valid for the program's life, nothing is to be freed. One run at a time; no function may
 * be called from an interrupt while another runs. Inputs and outputs share memory: write all inputs before each run, and read the
 * outputs before the next inputs are written.
 */
#ifndef HOLTER_H
#define HOLTER_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  HOLTER_OK = 0,
  HOLTER_FAULT = 1,   /* the model touched memory that is not its own, or divided by zero: holter_last_error says which */
  HOLTER_REFUSED = 2, /* the module is damaged, for another target, or needs more memory than there is */
  HOLTER_NO_PORT = 3  /* there is no input or output of that number */
};

/* What this model is. Strings end with 0. */
typedef struct {
  const char *name;         /* of the network */
  const char *version;      /* of Holter */
  const char *model_sha256; /* of the .tflite file, 64 hexadecimal digits */
  uint32_t inputs, outputs; /* ports */
  uint32_t macs;            /* multiply-accumulates of one run */
  uint32_t memory_bytes;    /* working memory */
} holter_identity_t;

/* One input or output: `bytes` bytes of int8, of int16 in little endian, or of a monitor's int32 (monitor.h), in the order of the model's shape: of a signal
 * [time, lead] the leads of a sample lie side by side. real = (q - zero_point) * scale; the scale stands in model.h. */
typedef struct {
  void *data;
  uint32_t bytes;
  uint32_t bits; /* of one value: 8, 16 or 32 */
} holter_port_t;

/* Makes the model ready; call it once, before anything else. Returns HOLTER_OK or HOLTER_REFUSED. */
int holter_init(void);

/* Fills `port` with the i-th input (output), counted from 0. Returns HOLTER_OK or HOLTER_NO_PORT. */
int holter_input(uint32_t i, holter_port_t *port);
int holter_output(uint32_t i, holter_port_t *port);

/* Returns the value q of the first input for a sample in counts of the converter that `holter package --adc GAIN,BASELINE` was told: the
 * byte that `holter run --adc` gives. Integers only, saturated. */
int32_t holter_from_adc(int32_t counts);

/* Computes the outputs from the inputs. Returns HOLTER_OK or HOLTER_FAULT; after a fault the outputs mean nothing, and a later run starts anew. */
int holter_run(void);

/* Computes the outputs of a stream's next hop (holter stream): goes on where the last one stopped, while holter_run computes a hop alone, from
 * the start, and leaves its end behind. Of a model without states the same as holter_run. Returns HOLTER_OK or HOLTER_FAULT; after a fault
 * reset the stream. */
int holter_push(void);

/* Begins a new stream, as holter_init does. Returns HOLTER_OK or HOLTER_FAULT. */
int holter_reset(void);

/* Returns what the last call that did not return HOLTER_OK found, in one clause; "" if there was none. */
const char *holter_last_error(void);

const holter_identity_t *holter_identity(void);

#ifdef __cplusplus
}
#endif
#endif
