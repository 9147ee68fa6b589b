/* What the service knows of its model; made by `holter package`. */
#ifndef HOLTER_SERVICE_H
#define HOLTER_SERVICE_H
#include <stdint.h>

/* What a monitor's alarms are called, by the numbers of their rules. */
typedef struct {
  uint32_t rules;
  const char *const *rule_names, *const *priorities;
} holter_service_monitor_t;

typedef struct {
  double rate_hz, counts_per_mv;
  int32_t counts_zero;
  uint32_t samples, leads, labels;
  int exclusive; /* labels exclude each other: the largest output names the label */
  const char *const *label_names;
  const int32_t *thresholds; /* of an output value: at or above it says yes */
  const holter_service_monitor_t *monitor; /* 0: a network of windows; else `samples` are the frames of a push */
} holter_service_model_t;
extern const holter_service_model_t holter_service_model;

/* Samples of all leads one after another, in counts; of a monitor HOLTER_MISSING (monitor.h) where there is none. Returns 1, 0 at the end, -1 after a problem that was printed. */
typedef struct {
  int (*next)(int32_t *counts);
} holter_source_t;
int holter_open_source(const char *kind, const char *name, holter_source_t *to);
int holter_serve_monitor(const holter_source_t *source);
int holter_problem(const char *where, const char *problem);
#endif
