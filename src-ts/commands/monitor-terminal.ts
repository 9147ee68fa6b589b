import type { MonitorEvent } from '../monitor/alarms.ts'
import { LiveState } from '../monitor/live-state.ts'
import { monitorLines } from '../report/monitor-view.ts'
import type { MonitorDisplay } from '../runs/monitor.ts'

/** The picture is drawn so often. */
const EVERY_MS = 250
const EVENTS = 4

/** Returns a view that redraws itself on stderr; undefined where that is no terminal. */
export function terminalView(stream: NodeJS.WriteStream = process.stderr): MonitorDisplay | undefined {
  if (!stream.isTTY) return undefined
  let state: LiveState | undefined
  let leads: readonly string[] = []
  let drawn = 0
  let last = Number.NEGATIVE_INFINITY
  const events: MonitorEvent[] = []
  return {
    start(recording, alarms) {
      leads = recording.leads
      state = new LiveState(alarms)
    },
    frame() {},
    observe: observation => state?.observe(observation),
    event(event) {
      events.push(event)
      if (events.length > EVENTS) events.shift()
    },
    update(seconds) {
      if (!state || performance.now() - last < EVERY_MS) return
      last = performance.now()
      const lines = monitorLines(state.status(seconds), events, leads, stream.columns ?? 80)
      // Back to the first line of the last picture; what is below it goes.
      const back = drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : ''
      stream.write(`${back}${lines.join('\n')}\n`)
      drawn = lines.length
    },
  }
}
