import { setImmediate } from 'node:timers/promises'
import { MIT_BIH_RATE_HZ, type MitBihRecord, openMitBih } from '../ecg/datasets/mit-bih.ts'
import { describeBeats, leadsOf } from '../ecg/datasets/mit-bih-beats.ts'
import { MIT_BIH_SETS, type MitBihSet } from '../ecg/datasets/mit-bih-sets.ts'
import { interleave, quantizeInput } from '../engines/input.ts'
import { countQrs, type QrsCounts } from '../metrics/ec57.ts'
import {
  type AlarmCounts,
  alarmTruth,
  countAlarms,
  HIGH_PRIORITY,
  type RaisedAlarm,
} from '../metrics/mit-bih-alarms.ts'
import {
  type CalledBeat,
  countLabels,
  type LabelCounts,
  type LabelScores,
  labelScores,
} from '../metrics/mit-bih-labels.ts'
import { flutterSpans } from '../metrics/mit-bih-qrs.ts'
import { Alarms } from '../monitor/alarms.ts'
import { BeatNetwork } from '../monitor/beat-network.ts'
import { Latencies, type LatencySummary } from '../monitor/latencies.ts'
import { Monitor } from '../monitor/monitor.ts'
import type { LabelledBeat } from '../monitor/observations.ts'
import { type OpenNetwork, openNetwork } from '../monitor/open-networks.ts'
import { MonitorEvents } from '../monitor/raised-alarms.ts'
import { DEFAULT_RULES, type Rule, readRules } from '../monitor/rules.ts'
import { type Context, watched } from '../watch.ts'

export interface ScoreMonitorInput {
  /** Folder of MIT-BIH. */
  readonly dir: string
  readonly set: MitBihSet
  readonly model: string
  readonly engine?: string
  readonly rules?: string
}

/** How the monitor did on one record. */
export interface MonitoredRecord {
  readonly record: string
  readonly qrs: QrsCounts
  readonly labels: LabelCounts
  /** Of the same network at the annotated R peaks, by the float description of whole records. */
  readonly offline: LabelCounts
  readonly alarms: Readonly<Record<string, AlarmCounts>>
  readonly seconds: number
}

export interface MonitorScores {
  readonly set: MitBihSet
  readonly records: readonly MonitoredRecord[]
  readonly hours: number
  readonly labels: LabelScores
  readonly offline: LabelScores
  /** By rule, over all records. */
  readonly alarms: Readonly<Record<string, AlarmCounts>>
  /** False alarms of the high-priority rules an hour. */
  readonly falseHighPerHour: number
  readonly latency: LatencySummary
}

/** Plays records of MIT-BIH through the monitor and scores beats, labels and alarms against their annotations. */
export async function scoreMonitor(input: ScoreMonitorInput, context: Context = {}): Promise<MonitorScores> {
  const network = await openNetwork(input.model, input.engine)
  const rules = readRules(input.rules ?? DEFAULT_RULES)
  const records = openMitBih(input.dir, input.set)
  const latencies = new Latencies()
  const scored = await watched(context, 'monitor', 'records', async report => {
    const done: MonitoredRecord[] = []
    for (const record of records) {
      done.push(scoreRecord(record, network, rules, latencies))
      report(done.length, records.length, record.id)
      await setImmediate()
    }
    return done
  })
  const hours = scored.reduce((sum, { seconds }) => sum + seconds, 0) / 3600
  const alarms = Object.fromEntries(rules.map(({ id }) => [id, total(scored.map(record => record.alarms[id]))]))
  const high = rules.filter(({ id }) => (HIGH_PRIORITY as readonly string[]).includes(id))
  const falseHighPerHour = high.reduce((sum, { id }) => sum + alarms[id].falseAlarms, 0) / hours
  return {
    set: input.set,
    records: scored,
    hours,
    labels: labelScores(scored.map(record => record.labels)),
    offline: labelScores(scored.map(record => record.offline)),
    alarms,
    falseHighPerHour,
    latency: latencies.summary(),
  }
}

function scoreRecord(
  record: MitBihRecord,
  network: OpenNetwork,
  rules: readonly Rule[],
  latencies: Latencies,
): MonitoredRecord {
  const leads = [...record.leads()]
  const samples = leads[0][1].length
  const events = new MonitorEvents()
  const beats: LabelledBeat[] = []
  const alarms = new Alarms(rules, event => events.take(event))
  const options = {
    leads: leads.map(([name]) => name),
    sampleRateHz: MIT_BIH_RATE_HZ,
    beats: new BeatNetwork(network.graph, network.run),
  }
  const monitor = new Monitor(options, observation => {
    if (observation.kind === 'beat') latencies.take(observation)
    if (observation.kind === 'beat' && !observation.provisional) beats.push(observation)
    alarms.take(observation)
  })
  const frame = new Int32Array(leads.length)
  for (let i = 0; i < samples; i++) {
    for (let lead = 0; lead < leads.length; lead++) frame[lead] = Math.round(1000 * leads[lead][1][i])
    monitor.next(frame)
  }
  monitor.end()
  const truth = alarmTruth(record)
  const raised: RaisedAlarm[] = events.alarms(samples / MIT_BIH_RATE_HZ).map(({ rule, from, to }) => ({
    rule,
    from: from * MIT_BIH_RATE_HZ,
    to: to * MIT_BIH_RATE_HZ,
  }))
  return {
    record: record.id,
    qrs: countQrs(
      record.beats('ec57').samples,
      beats.map(({ sample }) => sample),
      MIT_BIH_RATE_HZ,
      flutterSpans(record.annotations),
    ),
    labels: countLabels(record, beats),
    offline: countLabels(record, offlineBeats(record, network)),
    alarms: Object.fromEntries(rules.map(({ id }) => [id, countAlarms(id, truth, raised)])),
    seconds: samples / MIT_BIH_RATE_HZ,
  }
}

/** Labels the annotated beats as holter evaluate does. */
function offlineBeats(record: MitBihRecord, { graph, run }: OpenNetwork): CalledBeat[] {
  const { samples } = record.beats('ml')
  return describeBeats(leadsOf(record), samples).map(({ channels, features }, i) => {
    const logits = run(interleave([quantizeInput(graph, channels), quantizeInput(graph, features, 1)], 1))
    return { sample: samples[i], label: graph.metadata!.labels[logits.indexOf(Math.max(...logits))] }
  })
}

function total(all: readonly AlarmCounts[]): AlarmCounts {
  const sum = (field: keyof AlarmCounts) => all.reduce((value, counts) => value + counts[field], 0)
  return { episodes: sum('episodes'), missed: sum('missed'), alarms: sum('alarms'), falseAlarms: sum('falseAlarms') }
}

/** The sets that can be scored, by name. */
export const monitorSets = Object.keys(MIT_BIH_SETS) as MitBihSet[]
