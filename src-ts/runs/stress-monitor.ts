import { setImmediate } from 'node:timers/promises'
import { beatsOf, flutterSpans, MIT_BIH_RATE_HZ, openMitBih } from '../ecg/datasets/mit-bih.ts'
import type { MitBihSet } from '../ecg/datasets/mit-bih-sets.ts'
import { stresses } from '../ecg/stress/index.ts'
import { type Stress, type StressedRecord, unstressed } from '../ecg/stress/stress.ts'
import { byName } from '../errors.ts'
import { countQrs, grossCounts, type QrsCounts, type QrsScore, qrsScore } from '../metrics/ec57.ts'
import { type AlarmCounts, alarmTruth, countAlarms, HIGH_PRIORITY, totalCounts } from '../metrics/mit-bih-alarms.ts'
import { type OpenNetwork, openNetwork } from '../monitor/open-networks.ts'
import { DEFAULT_RULES, type Rule, readRules } from '../monitor/rules.ts'
import { random } from '../random.ts'
import { type Context, watched } from '../watch.ts'
import { playRecord } from './play-record.ts'

export interface StressMonitorInput {
  /** Folder of MIT-BIH. */
  readonly dir: string
  readonly set: MitBihSet | readonly string[]
  readonly model: string
  readonly engine?: string
  readonly rules?: string
  /** Names of stresses; all by default. */
  readonly stresses?: readonly string[]
}

/** How the monitor stands one stress. */
export interface StressScore {
  readonly stress: string
  readonly qrs: QrsScore
  /** By rule, over all records. */
  readonly alarms: Readonly<Record<string, AlarmCounts>>
  /** Of the high-priority rules together. */
  readonly falseHighPerHour: number
  readonly hours: number
  /** Records in which a rule missed an episode or raised a false alarm of high priority: "207: 1 missed, 2 false". */
  readonly worst: readonly string[]
}

/** Plays records of MIT-BIH through the monitor as they are and changed in every way of `ecg/stress`, and scores the alarms. */
export async function stressMonitor(input: StressMonitorInput, context: Context = {}): Promise<StressScore[]> {
  const network = await openNetwork(input.model, input.engine)
  const rules = readRules(input.rules ?? DEFAULT_RULES)
  const records = openMitBih(input.dir, input.set).map(record => unstressed(record, MIT_BIH_RATE_HZ))
  const chosen = input.stresses?.map(name => byName('stress', name, stresses)) ?? stresses
  return watched(context, 'stress', 'records', async report => {
    const scores: StressScore[] = []
    for (const stress of chosen) {
      const scored: StressedScore[] = []
      for (const record of records) {
        scored.push(scoreStressed(record, stress, network, rules))
        report(scores.length * records.length + scored.length, chosen.length * records.length, stress.name)
        await setImmediate()
      }
      scores.push(summed(stress, scored, rules))
    }
    return scores
  })
}

interface StressedScore {
  readonly record: string
  readonly qrs: QrsCounts
  readonly alarms: Readonly<Record<string, AlarmCounts>>
  readonly seconds: number
}

function scoreStressed(
  record: StressedRecord,
  stress: Stress,
  network: OpenNetwork,
  rules: readonly Rule[],
): StressedScore {
  const draw = random(14, Number(record.id))
  const changed = stress.change?.(record, draw) ?? record
  const { beats, alarms, seconds } = playRecord(changed, mislabelling(network, stress.mislabelled ?? 0), rules)
  const truth = alarmTruth(changed)
  return {
    record: record.id,
    qrs: countQrs(
      beatsOf(changed.annotations, 'ec57').samples,
      beats.map(({ sample }) => sample),
      MIT_BIH_RATE_HZ,
      flutterSpans(changed.annotations),
    ),
    alarms: Object.fromEntries(rules.map(({ id }) => [id, countAlarms(id, truth, alarms)])),
    seconds,
  }
}

/** A network that calls a share of the ventricular beats normal, and is as sure of it; the same beats each time. */
function mislabelling({ graph, run }: OpenNetwork, share: number): OpenNetwork {
  if (share === 0) return { graph, run }
  const labels = graph.metadata!.labels
  const normal = labels.indexOf('N')
  const lost = ['V', 'F'].map(label => labels.indexOf(label))
  return {
    graph,
    run(row) {
      const logits = run(row).slice()
      const best = logits.indexOf(Math.max(...logits))
      const beat = row.reduce((sum, value) => (31 * sum + value) | 0, 0)
      if (lost.includes(best) && random(14, beat).uniform() < share)
        [logits[best], logits[normal]] = [logits[normal], logits[best]]
      return logits
    },
  }
}

function summed({ name }: Stress, scored: readonly StressedScore[], rules: readonly Rule[]): StressScore {
  const hours = scored.reduce((sum, { seconds }) => sum + seconds, 0) / 3600
  const alarms = Object.fromEntries(rules.map(({ id }) => [id, totalCounts(scored.map(each => each.alarms[id]))]))
  const high = (each: Readonly<Record<string, AlarmCounts>>) => totalCounts(HIGH_PRIORITY.map(id => each[id]))
  const worst = scored.flatMap(({ record, alarms: own }) => {
    const { missed, falseAlarms } = high(own)
    return missed + falseAlarms === 0 ? [] : [`${record}: ${missed} missed, ${falseAlarms} false`]
  })
  return {
    stress: name,
    qrs: qrsScore(grossCounts(scored.map(({ qrs }) => qrs))),
    alarms,
    falseHighPerHour: high(alarms).falseAlarms / hours,
    hours,
    worst,
  }
}
