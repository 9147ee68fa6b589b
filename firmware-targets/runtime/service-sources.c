/* Where the service's samples come from: a CSV file or stdin (millivolts, a row per sample, a heading is skipped), a WFDB record (formats 16 and
 * 212), or UDP on loopback (little-endian int16 counts, whole samples). Every row must have the model's leads. */
#include "service.h"
#include "monitor.h"
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MODEL (&holter_service_model)
#define MAX_LEADS 64

static FILE *file;
static char line[4096];
static uint64_t row;

static int in_counts(double mv, int32_t *to) {
  if (MODEL->monitor && isnan(mv)) {
    *to = HOLTER_MISSING;
    return 1;
  }
  const double counts = round(mv * MODEL->counts_per_mv) + MODEL->counts_zero;
  if (!(fabs(counts) < 2147483647.0)) return holter_problem("sample", "is no number of millivolts");
  *to = (int32_t)counts;
  return 1;
}

static int next_csv(int32_t *counts) {
  for (;;) {
    if (!fgets(line, sizeof line, file)) return 0;
    row++;
    if (!strchr(line, '\n') && !feof(file)) return holter_problem("CSV", "a line is too long");
    char *at = line, *end;
    for (uint32_t lead = 0; lead < MODEL->leads; lead++) {
      const double mv = strtod(at, &end);
      if (end == at) {
        if (row == 1 && lead == 0) break;
        return holter_problem("CSV", "a row has no number, or too few, for the model's leads");
      }
      if (in_counts(mv, counts + lead) < 0) return -1;
      at = end + strspn(end, " \t");
      if (lead + 1 < MODEL->leads && *at++ != ',') return holter_problem("CSV", "a row has fewer numbers than the model has leads");
    }
    if (end == line) continue;
    if (at[strspn(at, "\r\n")]) return holter_problem("CSV", "a row has more numbers than the model has leads");
    return 1;
  }
}

static int format;
static double gain[MAX_LEADS], baseline[MAX_LEADS];
static uint64_t left;
static int32_t half = -1;

/* One sample of a WFDB file as it is stored; 0x8000 or 0x800 where it is missing. Returns 0 at the end. */
static int stored(int32_t *to) {
  uint8_t bytes[3];
  if (format == 16) {
    if (fread(bytes, 1, 2, file) != 2) return 0;
    *to = (int16_t)(bytes[0] | bytes[1] << 8);
    return 1;
  }
  if (half >= 0) {
    *to = half > 2047 ? half - 4096 : half;
    half = -1;
    return 1;
  }
  if (fread(bytes, 1, 3, file) < 2) return 0;
  const int32_t first = bytes[0] | (bytes[1] & 0x0f) << 8;
  half = bytes[2] | (bytes[1] & 0xf0) << 4;
  *to = first > 2047 ? first - 4096 : first;
  return 1;
}

static int next_wfdb(int32_t *counts) {
  if (!left--) return 0;
  for (uint32_t lead = 0; lead < MODEL->leads; lead++) {
    int32_t value;
    if (!stored(&value)) return holter_problem("WFDB", "the signal file is shorter than its header says");
    const int missing = value == (format == 16 ? -32768 : -2048);
    if (missing && !MODEL->monitor) return holter_problem("WFDB", "a sample is missing");
    if (in_counts(missing ? NAN : (value - baseline[lead]) / gain[lead], counts + lead) < 0) return -1;
  }
  return 1;
}

/* Reads the header RECORD.hea: one signal file, the model's leads in its order, its rate. */
static int open_wfdb(const char *record) {
  char path[1024], name[256] = "", first[256] = "";
  if (strlen(record) > 700) return holter_problem("WFDB", "the path is too long");
  snprintf(path, sizeof path, "%s.hea", record);
  FILE *header = fopen(path, "r");
  if (!header) return holter_problem(path, "cannot be read");
  unsigned leads = 0, lead = 0;
  double rate = 0;
  unsigned long long samples = 0;
  while (fgets(line, sizeof line, header)) {
    if (*line == '#' || strspn(line, " \r\n") == strlen(line)) continue;
    if (!leads) {
      if (sscanf(line, "%*s %u %lf%*[^ \n] %llu", &leads, &rate, &samples) < 2 && sscanf(line, "%*s %u %lf %llu", &leads, &rate, &samples) < 2) break;
      if (!samples) sscanf(line, "%*s %*u %*f %llu", &samples);
      continue;
    }
    if (lead == leads || lead == MAX_LEADS) break;
    int kind = 0;
    double adc_gain = 200, zero = 0;
    if (sscanf(line, "%255s %d", name, &kind) != 2) break;
    const char *text = line + strcspn(line, " ");
    text += strspn(text, " ");
    text += strcspn(text, " ");
    char *end;
    adc_gain = strtod(text, &end);
    if (*end == '(') zero = strtod(end + 1, &end);
    else if (sscanf(text, "%*s %*d %lf", &zero) != 1) zero = 0;
    if ((lead && (strcmp(name, first) || kind != format)) || (kind != 16 && kind != 212) || !(adc_gain > 0)) {
      lead = 0;
      break;
    }
    strcpy(first, name);
    format = kind;
    gain[lead] = adc_gain;
    baseline[lead++] = zero;
  }
  fclose(header);
  if (!leads || lead != leads) return holter_problem(path, "is no header of one signal file in format 16 or 212");
  if (leads != MODEL->leads || fabs(rate - MODEL->rate_hz) > 1e-6) return holter_problem(path, "has other leads or another rate than the model");
  if (strchr(name, '/')) return holter_problem(path, "names a signal file elsewhere");
  const char *slash = strrchr(record, '/');
  snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - record) : 0, record, name);
  file = fopen(path, "rb");
  left = samples;
  return file ? 1 : holter_problem(path, "cannot be read");
}

static int udp;
static uint8_t packet[65536];
static size_t packet_bytes, packet_at;

static int next_udp(int32_t *counts) {
  const size_t sample = 2 * MODEL->leads;
  while (packet_at == packet_bytes) {
    const ssize_t got = recv(udp, packet, sizeof packet, 0);
    if (got < 0) return holter_problem("UDP", "nothing can be received");
    if (got == 0) return 0;
    packet_at = packet_bytes = 0;
    if ((size_t)got % sample) holter_problem("UDP", "a packet is no number of whole samples; left out");
    else packet_bytes = (size_t)got;
  }
  for (uint32_t lead = 0; lead < MODEL->leads; lead++, packet_at += 2) counts[lead] = (int16_t)(packet[packet_at] | packet[packet_at + 1] << 8);
  return 1;
}

/* An empty packet ends the service. */
static int open_udp(const char *text) {
  char *end;
  const unsigned long number = strtoul(text, &end, 10);
  if (*end || number < 1 || number > 65535) return holter_problem("--udp", "must be a port from 1 to 65535");
  const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  udp = socket(AF_INET, SOCK_DGRAM, 0);
  if (udp < 0 || bind(udp, (const struct sockaddr *)&address, sizeof address)) return holter_problem("--udp", "this port cannot be taken");
  return 1;
}

int holter_open_source(const char *kind, const char *name, holter_source_t *to) {
  if (MODEL->leads > MAX_LEADS) return holter_problem("model", "has too many leads");
  if (!strcmp(kind, "udp")) {
    to->next = next_udp;
    return open_udp(name);
  }
  if (!strcmp(kind, "wfdb")) {
    to->next = next_wfdb;
    return open_wfdb(name);
  }
  to->next = next_csv;
  file = strcmp(name, "-") ? fopen(name, "r") : stdin;
  return file ? 1 : holter_problem(name, "cannot be read");
}
