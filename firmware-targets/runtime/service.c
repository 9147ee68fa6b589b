/* The service of a Raspberry Pi: reads samples, runs a window per hop, and writes a line of JSON for each; alarms on a line of their own.
 * A monitor (service-monitor.c) says what it finds instead.
 *   holter-service --self-test | --csv FILE|- | --wfdb RECORD | --udp PORT  [--hop SAMPLES] [--alarm LABEL] [--repeat N]
 */
#include "service.h"
#include "holter.h"
#include "self-test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void holter_put(const char *text) { fputs(text, stdout); }
uint64_t holter_instructions(void) { return 0; }

int holter_problem(const char *where, const char *problem) {
  fprintf(stderr, "[service] %s: %s.\n", where, problem);
  return -1;
}

static int usage(void) {
  fputs("usage: holter-service --self-test | --csv FILE|- | --wfdb RECORD | --udp PORT [--hop SAMPLES] [--alarm LABEL]\n", stderr);
  return 2;
}

static int32_t output_value(const holter_port_t *port, uint32_t i) {
  return port->bits == 8 ? ((const int8_t *)port->data)[i] : ((const int16_t *)port->data)[i];
}

/* Whether the output says yes to a label. */
static int says(const holter_port_t *out, uint32_t label) {
  const holter_service_model_t *model = &holter_service_model;
  if (!model->exclusive) return output_value(out, label) >= model->thresholds[label];
  for (uint32_t i = 0; i < model->labels; i++) {
    const int32_t other = output_value(out, i), own = output_value(out, label);
    if (other > own || (other == own && i < label)) return 0;
  }
  return 1;
}

static void report(uint64_t first, int alarm) {
  const holter_service_model_t *model = &holter_service_model;
  holter_port_t out;
  holter_output(0, &out);
  printf("{\"sample\":%llu,\"seconds\":%.3f,\"outputs\":[", (unsigned long long)first, (double)first / model->rate_hz);
  for (uint32_t i = 0; i < model->labels; i++) printf("%s%d", i ? "," : "", (int)output_value(&out, i));
  printf("],\"labels\":[");
  for (uint32_t i = 0, any = 0; i < model->labels; i++)
    if (says(&out, i)) printf("%s\"%s\"", any++ ? "," : "", model->label_names[i]);
  puts("]}");
  if (alarm >= 0 && says(&out, (uint32_t)alarm))
    printf("{\"alarm\":\"%s\",\"sample\":%llu}\n", model->label_names[alarm], (unsigned long long)first);
  fflush(stdout);
}

/* Runs a window of the model per hop until the source ends. */
static int serve(const holter_source_t *source, uint32_t hop, int alarm) {
  const holter_service_model_t *model = &holter_service_model;
  if (model->monitor) return holter_serve_monitor(source);
  holter_port_t in;
  holter_input(0, &in);
  const uint32_t width = in.bits / 8, row = model->leads * width;
  if (holter_identity()->inputs != 1 || in.bytes != model->samples * row) return holter_problem("model", "takes something else than one signal, so that only its self-test runs here"), 1;
  uint8_t *window = malloc(in.bytes);
  int32_t *counts = malloc(model->leads * sizeof *counts);
  if (!window || !counts) return holter_problem("memory", "is too small"), 1;
  uint64_t read = 0;
  uint32_t filled = 0;
  int more;
  while ((more = source->next(counts)) > 0) {
    for (uint32_t lead = 0; lead < model->leads; lead++) {
      const int32_t q = holter_from_adc(counts[lead]);
      uint8_t *to = window + filled * row + lead * width;
      to[0] = (uint8_t)q;
      if (width == 2) to[1] = (uint8_t)((uint32_t)q >> 8);
    }
    read++;
    if (++filled < model->samples) continue;
    holter_input(0, &in);
    memcpy(in.data, window, in.bytes);
    if (holter_run() != HOLTER_OK) return holter_problem("run", holter_last_error()), 1;
    report(read - model->samples, alarm);
    filled = hop < model->samples ? model->samples - hop : 0;
    memmove(window, window + (model->samples - filled) * row, filled * row);
  }
  free(window);
  free(counts);
  return more < 0;
}

int main(int count, char **words) {
  const char *kind = 0, *name = "";
  const holter_service_model_t *model = &holter_service_model;
  unsigned long hop = model->samples;
  int alarm = -1, test = 0;
  unsigned long repeat = 0;
  for (int i = 1; i < count; i++) {
    const char *word = words[i], *value = i + 1 < count ? words[i + 1] : 0;
    if (!strcmp(word, "--self-test")) {
      test = 1;
      continue;
    }
    if (!value) return usage();
    i++;
    if (!strcmp(word, "--csv") || !strcmp(word, "--wfdb") || !strcmp(word, "--udp")) {
      kind = word + 2;
      name = value;
    } else if (!strcmp(word, "--hop")) {
      char *end;
      hop = strtoul(value, &end, 10);
      if (*end || hop < 1 || hop > model->samples) return holter_problem("--hop", "must be a number of samples, at most the window's"), 2;
    } else if (!strcmp(word, "--repeat")) {
      repeat = strtoul(value, 0, 10);
    } else if (!strcmp(word, "--alarm")) {
      for (uint32_t k = 0; k < model->labels; k++)
        if (!strcmp(value, model->label_names[k])) alarm = (int)k;
      if (alarm < 0) return holter_problem(value, "is no label of this model"), 2;
    } else return usage();
  }
  if (test) return holter_self_test(HOLTER_TARGET, holter_read_vectors);
  if (!kind && !repeat) return usage();
  if (holter_init() != HOLTER_OK) return holter_problem("model", holter_last_error()), 1;
  /* For counting instructions: (of 11 runs - of 1 run) / 10. */
  for (unsigned long i = 0; i < repeat; i++)
    if (holter_run() != HOLTER_OK) return holter_problem("run", holter_last_error()), 1;
  if (!kind) return 0;
  holter_source_t source;
  if (holter_open_source(kind, name, &source) < 0) return 1;
  return serve(&source, (uint32_t)hop, alarm);
}
