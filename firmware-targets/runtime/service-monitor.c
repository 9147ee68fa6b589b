/* The service of a monitor: pushes frames, and writes its beats, and events as `holter monitor` writes them into events.jsonl. */
#include "holter.h"
#include "monitor.h"
#include "service.h"
#include <stdio.h>

#define MODEL (&holter_service_model)
#define RATE_HZ 360

/* A number of thousandths as JSON has it: no zeros at the end. */
static void put_thousandths(int64_t value) {
  printf("%lld", (long long)(value / 1000));
  int rest = (int)(value % 1000), digits = 3;
  if (!rest) return;
  for (; rest % 10 == 0; rest /= 10) digits--;
  printf(".%0*d", digits, rest);
}

static int64_t in_ms(int64_t samples) { return (2000 * samples + RATE_HZ) / (2 * RATE_HZ); }

static void put_event(const holter_event_t *event) {
  static const char *const kinds[] = {"beat", "provisional", "alarm", "end", "gap", "suspended", "resumed"};
  const int of_rule = event->kind == HOLTER_ALARM || event->kind == HOLTER_END;
  if (event->kind == HOLTER_BEAT || event->kind == HOLTER_PROVISIONAL) {
    const char *label = (uint32_t)event->which < MODEL->labels ? MODEL->label_names[event->which] : "Q";
    printf("{\"%s\":\"%s\",\"time\":", kinds[event->kind - 1], label);
    put_thousandths(in_ms(event->sample));
    puts("}");
    return;
  }
  printf("{\"time\":");
  put_thousandths(in_ms(event->at));
  const char *priority = of_rule ? MODEL->monitor->priorities[event->which] : "none";
  const int notice = event->kind == HOLTER_ALARM && priority[0] == 'l';
  printf(",\"kind\":\"%s\",\"priority\":\"%s\",\"value\":", notice ? "notice" : kinds[event->kind - 1], priority);
  put_thousandths(event->value);
  printf(",\"rule\":\"%s\"}\n", of_rule ? MODEL->monitor->rule_names[event->which] : "");
}

static int push(void) {
  if (holter_push() != HOLTER_OK) return holter_problem("push", holter_last_error());
  holter_port_t out;
  holter_output(0, &out);
  const holter_events_t *list = out.data;
  for (int32_t i = 0; i < list->count; i++) put_event(list->events + i);
  if (list->lost) fprintf(stderr, "[service] %d events had no room.\n", (int)list->lost);
  if (list->count) fflush(stdout);
  return 0;
}

/* Reads until the source ends; a last push is filled up with missing samples, and one more gives the last beats their labels. */
int holter_serve_monitor(const holter_source_t *source) {
  int32_t counts[64];
  if (MODEL->leads > 64) return holter_problem("model", "has too many leads"), 1;
  if (holter_reset() != HOLTER_OK) return holter_problem("reset", holter_last_error()), 1;
  int more = 1;
  for (int after = 0; after < 2; after += more <= 0) {
    holter_port_t in;
    holter_input(0, &in);
    int32_t *frames = in.data;
    for (uint32_t i = 0; i < MODEL->samples; i++) {
      if (more > 0) more = source->next(counts);
      for (uint32_t lead = 0; lead < MODEL->leads; lead++) {
        const int missing = more <= 0 || counts[lead] == HOLTER_MISSING;
        *frames++ = missing ? HOLTER_MISSING : holter_from_adc(counts[lead]);
      }
    }
    if (push() < 0) return 1;
  }
  return more < 0;
}
