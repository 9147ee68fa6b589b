import { MIT_BIH_RATE_HZ } from '../ecg/datasets/mit-bih.ts'
import type { StressedRecord } from '../ecg/stress/stress.ts'
import type { RaisedAlarm } from '../metrics/mit-bih-alarms.ts'
import { Alarms } from '../monitor/alarms.ts'
import { BeatNetwork } from '../monitor/beat-network.ts'
import type { Latencies } from '../monitor/latencies.ts'
import { MISSING } from '../monitor/lead.ts'
import { Monitor } from '../monitor/monitor.ts'
import type { LabelledBeat } from '../monitor/observations.ts'
import type { OpenNetwork } from '../monitor/open-networks.ts'
import { MonitorEvents } from '../monitor/raised-alarms.ts'
import type { Rule } from '../monitor/rules.ts'

/** What the monitor made of a record. */
export interface Played {
  /** With their final labels. */
  readonly beats: readonly LabelledBeat[]
  /** Samples at 360 Hz. */
  readonly alarms: readonly RaisedAlarm[]
  readonly seconds: number
}

/** Plays a record through the monitor and the rules, as fast as possible. */
export function playRecord(
  { leads, sampleRateHz }: Pick<StressedRecord, 'leads' | 'sampleRateHz'>,
  network: OpenNetwork,
  rules: readonly Rule[],
  latencies?: Latencies,
): Played {
  const events = new MonitorEvents()
  const beats: LabelledBeat[] = []
  const alarms = new Alarms(rules, event => events.take(event))
  const options = { leads: [...leads.keys()], sampleRateHz, beats: new BeatNetwork(network.graph, network.run) }
  const monitor = new Monitor(options, observation => {
    if (observation.kind === 'beat') latencies?.take(observation)
    if (observation.kind === 'beat' && !observation.provisional) beats.push(observation)
    alarms.take(observation)
  })
  const signals = [...leads.values()]
  const samples = signals[0].length
  const frame = new Int32Array(signals.length)
  for (let i = 0; i < samples; i++) {
    for (const [k, signal] of signals.entries()) frame[k] = microvolts(signal[i])
    monitor.next(frame)
  }
  monitor.end()
  const seconds = samples / sampleRateHz
  const raised = events.alarms(seconds).map(({ rule, from, to }) => ({
    rule,
    from: from * MIT_BIH_RATE_HZ,
    to: to * MIT_BIH_RATE_HZ,
  }))
  return { beats, alarms: raised, seconds }
}

function microvolts(millivolts: number): number {
  return Number.isNaN(millivolts) ? MISSING : Math.round(1000 * millivolts)
}
