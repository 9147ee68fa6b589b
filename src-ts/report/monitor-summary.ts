import { readFileSync } from 'node:fs'
import { BEAT_CLASSES } from '../ecg/beats/beat-classes.ts'
import { type EventStrip, type RecordingSummary, STRIP_LEADS } from '../monitor/recording-summary.ts'
import type { Rule } from '../monitor/rules.ts'
import { ecgParts } from './ecg-strip.ts'
import { type Html, html, raw } from './html.ts'
import { count, share } from './numbers.ts'
import { bars, trend } from './rate-charts.ts'
import { definitions, inlineSvg, table } from './sections/parts.ts'

/** A monitored recording, and what it was monitored by. */
export interface MonitoredRecording extends RecordingSummary {
  readonly name: string
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly rules: readonly Rule[]
  /** Megabytes that the monitor held, by minute of the recording. */
  readonly memory: readonly number[]
}

/** Rows of the table of alarms; of more, the log has the rest. */
const MOST_ALARMS = 200

/** Returns the page of a monitored recording: one file that loads nothing, and prints. */
export function renderMonitorSummary(recording: MonitoredRecording): string {
  const { name, seconds, leads, sampleRateHz, beats, longestPause, alarms, strips, latency } = recording
  const total = BEAT_CLASSES.reduce((sum, label) => sum + beats[label], 0)
  const rates = recording.perMinute.filter(rate => rate !== undefined)
  const style = readFileSync(new URL('./report.css', import.meta.url), 'utf8')
  const titleOf = (rule: string) => recording.rules.find(({ id }) => id === rule)?.title ?? rule
  const burden = (label: 'V' | 'S') => `${count(beats[label])} (${share(beats[label], total - beats.Q)})`
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: ${clock(seconds)} monitored</title>
<style>
${raw(style)}
.event { break-inside: avoid }
</style>
</head>
<body>
<main>
<h1>${name}, ${clock(seconds)} monitored</h1>
<p>No medical device: labels and alarms are those of networks and rules, and nobody has looked at them.</p>
${definitions([
  ['recording', `leads ${leads.join(', ')} at ${sampleRateHz} Hz`],
  ['beats', `${count(total)}, of which ${count(beats.Q)} could not be read`],
  ['ventricular beats', burden('V')],
  ['supraventricular beats', burden('S')],
  ['fusion beats', count(beats.F)],
  [
    'rate',
    rates.length === 0
      ? 'no minute has ten intervals'
      : `${perMinute(Math.min(...rates))} to ${perMinute(Math.max(...rates))} a minute, mean ${perMinute(mean(rates))} (means of minutes)`,
  ],
  ['longest pause', longestPause ? `${longestPause.seconds.toFixed(2)} s at ${clock(longestPause.at)}` : 'none'],
  [
    'signal',
    `${clock(recording.poorSeconds)} not classifiable; ${count(recording.gaps)} gaps, ${clock(recording.gapSeconds)} in all`,
  ],
  ['labels', `${count(latency.beats - latency.late)} of ${count(latency.beats)} within 0.6 s of the next R peak`],
])}
<h2>Rate</h2>
${trend('Beats a minute over the time', recording.perMinute)}
${bars(recording.histogram)}
<h2>Alarms and notices</h2>
${alarms.length === 0 ? html`<p>None.</p>` : alarmTable(recording, titleOf)}
${strips.length > 0 && html`<h2>Strips</h2>`}
${strips.map(strip => eventStrip(strip, recording, titleOf))}
${recording.memory.length > 1 && html`<h2>The monitor itself</h2>${trend('Megabytes of memory over the time', recording.memory)}`}
</main>
</body>
</html>
`
  return page.html
}

function alarmTable({ alarms }: MonitoredRecording, titleOf: (rule: string) => string): Html {
  const rows = alarms
    .slice(0, MOST_ALARMS)
    .map(({ from, to, rule, priority, value }) => [
      clock(from),
      titleOf(rule),
      priority,
      `${Math.max(0, to - from).toFixed(0)} s`,
      String(Math.round(100 * value) / 100),
    ])
  const columns = [
    { head: 'at' },
    { head: 'what' },
    { head: 'priority' },
    { head: 'held', number: true },
    { head: 'value', number: true },
  ]
  const rest = alarms.length - rows.length
  return html`${table(columns, rows)}${rest > 0 && html`<p>And ${count(rest)} more, in events.jsonl.</p>`}`
}

function eventStrip(strip: EventStrip, recording: MonitoredRecording, titleOf: (rule: string) => string): Html {
  const { alarm, signal, fromSeconds } = strip
  const title = `${titleOf(alarm.rule)} at ${clock(alarm.time)}`
  const leads = recording.leads.slice(0, STRIP_LEADS)
  const note = `${recording.name}, from ${clock(fromSeconds)}`
  const drawn = ecgParts({ signal, leads, sampleRateHz: recording.sampleRateHz, title, note })
  return html`<section class="event">
<h3>${title}, ${alarm.priority}</h3>
<figure class="strip">${drawn.map(({ svg }) => inlineSvg(svg))}</figure>
</section>
`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function perMinute(rate: number): string {
  return rate.toFixed(0)
}

/** 7:03:09 */
function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}
