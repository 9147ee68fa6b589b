/* A monitor: a model whose input are frames and whose output is a list of events. Made by `holter package MODEL --monitor RECORD`.
 *
 * Write MONITOR_FRAMES frames (model.h) of int32 microvolts into the input, all leads of a frame side by side, HOLTER_MISSING where there is no
 * sample; call holter_push; read the list. Times count samples at 360 Hz from holter_reset on, whatever the converter's rate is.
 */
#ifndef HOLTER_MONITOR_H
#define HOLTER_MONITOR_H
#include <stdint.h>

#define HOLTER_MISSING INT32_MIN

enum {
  HOLTER_BEAT = 1,        /* a beat with its final label: `which` is its index in monitor_labels, one beyond them where the signal is too poor */
  HOLTER_PROVISIONAL = 2, /* the same before the next beat was seen; the final label follows */
  HOLTER_ALARM = 3,       /* `which` is the rule's index in monitor_rules */
  HOLTER_END = 4,         /* of an alarm; `value` is how long its condition held, in ms */
  HOLTER_GAP = 5,         /* samples were missing from `sample` on, for `value` ms */
  HOLTER_SUSPENDED = 6,   /* the signal is not classifiable: alarms but that of lead-off rest */
  HOLTER_RESUMED = 7      /* after `value` ms */
};

typedef struct {
  int64_t at;        /* when it was known */
  int64_t sample;    /* of a beat its R peak */
  int32_t kind, which;
  int32_t value;     /* of a beat the samples since the one before, 0 where that is not known; of an alarm what its rule measured, in thousandths */
  int32_t certainty; /* of a beat by how much its label leads, in thousandths of a logit */
} holter_event_t;

typedef struct {
  int32_t count;
  int32_t lost; /* events for which there was no room */
  int32_t unused[2];
  holter_event_t events[40];
} holter_events_t;

#endif
