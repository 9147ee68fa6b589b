import type { MonitorEvent } from '../monitor/alarms.ts'
import { eventSentence, type LiveStatus } from '../monitor/live-state.ts'
import { paint } from './terminal.ts'

/** Returns the lines that a terminal shows of a moment. */
export function monitorLines(
  status: LiveStatus,
  events: readonly MonitorEvent[],
  leads: readonly string[],
  width: number,
): string[] {
  const { seconds, rate, rhythm, verdicts, labels, alarms, findings } = status
  const quality = leads.slice(0, 12).map((lead, i) => `${lead} ${verdicts[i] ?? '–'}`)
  const poor = quality.filter(text => !text.endsWith(' good'))
  const lines = [
    `${clock(seconds)}  ${rate === undefined ? '---' : String(rate).padStart(3)} /min  ${rhythm}`,
    `beats    ${labels.slice(-(width - 12))}`,
    `signal   ${poor.length === 0 ? 'good' : poor.join(', ')}`,
    ...(findings ? [`12 leads ${findings.join(' ') || 'nothing found'}`] : []),
    ...alarms
      .slice(0, 4)
      .map(
        ({ title, priority, since, holds }) =>
          `${priority.padEnd(8)} ${title}, since ${clock(since)}${holds ? '' : ', over'}`,
      ),
    ...events.slice(-4).map(event => `${clock(event.time)}  ${eventSentence(event)}`),
  ]
  return lines.map((line, i) => {
    const cut = line.slice(0, width - 1)
    return i === 0 || line.startsWith('high') ? paint('bold', cut) : cut
  })
}

function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value) % 60).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(seconds / 60)}:${two(seconds)}`
}
