import { setImmediate } from 'node:timers/promises'
import { flutterSpans, MIT_BIH_RATE_HZ, type MitBihRecord, openMitBih } from '../ecg/datasets/mit-bih.ts'
import { describeBeats, leadsOf } from '../ecg/datasets/mit-bih-beats.ts'
import { MIT_BIH_SETS, type MitBihSet } from '../ecg/datasets/mit-bih-sets.ts'
import { unstressed } from '../ecg/stress/stress.ts'
import { interleave, quantizeInput } from '../engines/input.ts'
import { countQrs, type QrsCounts } from '../metrics/ec57.ts'
import {
  type AlarmCounts,
  alarmTruth,
  countAlarms,
  countRhythms,
  HIGH_PRIORITY,
  RHYTHM_RULES,
  type RhythmCounts,
  totalCounts,
} from '../metrics/mit-bih-alarms.ts'
import {
  type CalledBeat,
  countLabels,
  type LabelCounts,
  type LabelScores,
  labelScores,
} from '../metrics/mit-bih-labels.ts'
import { Latencies, type LatencySummary } from '../monitor/latencies.ts'
import { type OpenNetwork, openNetwork } from '../monitor/open-networks.ts'
import { DEFAULT_RULES, type Rule, readRules } from '../monitor/rules.ts'
import { type Context, watched } from '../watch.ts'
import { playRecord } from './play-record.ts'

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
  readonly rhythms: Readonly<Record<string, RhythmCounts>>
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
  /** By annotated rhythm, over all records. */
  readonly rhythms: Readonly<Record<string, RhythmCounts>>
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
  const alarms = Object.fromEntries(rules.map(({ id }) => [id, totalCounts(scored.map(record => record.alarms[id]))]))
  const high = rules.filter(({ id }) => (HIGH_PRIORITY as readonly string[]).includes(id))
  const falseHighPerHour = high.reduce((sum, { id }) => sum + alarms[id].falseAlarms, 0) / hours
  return {
    set: input.set,
    records: scored,
    hours,
    labels: labelScores(scored.map(record => record.labels)),
    offline: labelScores(scored.map(record => record.offline)),
    alarms,
    rhythms: Object.fromEntries(
      Object.keys(RHYTHM_RULES).map(name => [name, totalRhythms(scored.map(record => record.rhythms[name]))]),
    ),
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
  const { beats, alarms, seconds } = playRecord(unstressed(record, MIT_BIH_RATE_HZ), network, rules, latencies)
  const truth = alarmTruth(record)
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
    alarms: Object.fromEntries(rules.map(({ id }) => [id, countAlarms(id, truth, alarms)])),
    rhythms: countRhythms(record, alarms),
    seconds,
  }
}

function totalRhythms(all: readonly RhythmCounts[]): RhythmCounts {
  const sum = (field: keyof RhythmCounts) => all.reduce((value, counts) => value + counts[field], 0)
  return { episodes: sum('episodes'), missed: sum('missed'), long: sum('long'), longMissed: sum('longMissed') }
}

/** Labels the annotated beats as holter evaluate does. */
function offlineBeats(record: MitBihRecord, { graph, run }: OpenNetwork): CalledBeat[] {
  const { samples } = record.beats('ml')
  return describeBeats(leadsOf(record), samples).map(({ channels, features }, i) => {
    const logits = run(interleave([quantizeInput(graph, channels), quantizeInput(graph, features, 1)], 1))
    return { sample: samples[i], label: graph.metadata!.labels[logits.indexOf(Math.max(...logits))] }
  })
}

/** The sets that can be scored, by name. */
export const monitorSets = Object.keys(MIT_BIH_SETS) as MitBihSet[]
