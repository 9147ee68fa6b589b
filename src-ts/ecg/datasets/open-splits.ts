import { setImmediate } from 'node:timers/promises'
import { HolterError } from '../../errors.ts'
import type { Dataset, LabelKind, Opened, SplitName } from './dataset.ts'
import { signalCacheDir } from './find-data.ts'
import {
  hashOf,
  type PackedParts,
  type PackedSignals,
  packedDataset,
  packedSignals,
  type RecordPlan,
  splitNames,
  splitOfFold,
} from './packed-dataset.ts'
import { cachedSignals, signalKey } from './signal-cache.ts'

/** Every record that has a label, of all splits, and how to get the signals of one. */
export interface Collection<Plan extends RecordPlan> {
  readonly name: string
  readonly synthetic: boolean
  readonly source: string
  /** Default 'multi-label'. */
  readonly kind?: LabelKind
  readonly samples: number
  readonly sampleRateHz: number
  readonly leads: readonly string[]
  readonly labels: readonly string[]
  /** Names of what else is known of the records. */
  readonly auxiliary?: readonly string[]
  readonly plans: readonly Plan[]
  readonly dropped: Readonly<Record<string, number>>
  /** Writes the signals of `plan` to place `index` of `signals`. */
  load(plan: Plan, signals: PackedSignals, index: number): void
  /** The files from which a record's signals come; where there are any, packed signals are kept in the cache. */
  files?(plan: Plan): readonly string[]
}

export type Progress = (done: number, total: number) => void

/** Records between two looks at the event loop, so that a progress bar is drawn and Ctrl-C is heard. */
const RECORDS_PER_TURN = 64

/** Fewer records are read faster than they are looked up. */
const LEAST_CACHED = 200

/** Returns the splits asked for, their signals loaded, and the counts of all; the signals of other splits are not touched. */
export async function openSplits<Plan extends RecordPlan>(
  collection: Collection<Plan>,
  splits: readonly SplitName[],
  progress?: Progress,
): Promise<Opened> {
  const {
    name,
    synthetic,
    source,
    kind,
    samples,
    sampleRateHz,
    leads,
    labels,
    auxiliary,
    plans,
    dropped,
    load,
    files,
  } = collection
  const folds = new Array<number>(10).fill(0)
  const records: Record<SplitName, number> = { train: 0, validation: 0, test: 0 }
  for (const { fold } of plans) {
    folds[fold - 1]++
    records[splitOfFold(fold)]++
  }
  const wanted = splitNames.filter(split => splits.includes(split))
  const total = wanted.reduce((sum, split) => sum + records[split], 0)
  const parts: PackedParts[] = []
  let done = 0
  for (const split of wanted) {
    if (records[split] === 0) {
      throw new HolterError({
        stage: 'ecg',
        where: source,
        problem: `the ${split} split holds no labelled record`,
        hint: 'Folds 1 to 8 are for training, 9 for validation, 10 for the test',
      })
    }
    const own = plans.filter(plan => splitOfFold(plan.fold) === split)
    const before = done
    const build = async () => {
      const signals = packedSignals(own.length, samples, leads.length)
      for (const [index, plan] of own.entries()) {
        load(plan, signals, index)
        progress?.(++done, total)
        if (done % RECORDS_PER_TURN === 0) await setImmediate()
      }
      return signals
    }
    const shape = { records: own.length, samples, leads: leads.length }
    const key =
      files && own.length >= LEAST_CACHED ? signalKey({ ...shape, leads, sampleRateHz }, own.flatMap(files)) : undefined
    const signals = key === undefined ? await build() : await cachedSignals(signalCacheDir(), key, shape, build)
    if (done === before) {
      done += own.length
      progress?.(done, total)
    }
    parts.push({ name, synthetic, split, kind, samples, sampleRateHz, leads, labels, auxiliary, plans: own, signals })
  }
  const datasets: Partial<Record<SplitName, Dataset>> = {}
  for (const part of parts) datasets[part.split] = packedDataset(part)
  return { name, synthetic, source, records, folds, dropped, hash: hashOf(parts), splits: datasets }
}
