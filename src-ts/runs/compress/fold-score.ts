import { join } from 'node:path'
import type { PatientPredictions } from '../../metrics/predictions.ts'
import { loadTfjs } from '../../train/backend.ts'
import { loadFloatModel } from '../../train/float-model.ts'
import type { Context } from '../../watch.ts'
import type { DataChoice } from '../open-records.ts'
import { outOfFold } from '../out-of-fold.ts'
import { type FoldResult, trainFold } from '../train-fold.ts'
import { type Candidate, type Effort, stepsOf } from './candidates.ts'

/** What a candidate is repeated with on every fold. */
export interface FoldScoreInput extends DataChoice {
  readonly model: string
  readonly folds: number
  readonly seed: number
  readonly effort: Effort
  readonly out: string
  readonly store?: string
  readonly threads?: number
}

/**
 * Returns what the int8 models of a candidate say of records that they have not seen: its network is trained, cut and quantized on every
 * fold. Networks that were trained before are taken from the store. Undefined when the signal came first.
 */
export async function foldScore(
  candidate: Candidate,
  { model, out, effort, ...input }: FoldScoreInput,
  context: Context,
): Promise<PatientPredictions | undefined> {
  const { metadata, model: float } = await loadFloatModel(loadTfjs(), model)
  float.dispose()
  const { folds, seed, data, synthetic, skipMissing, store, threads } = input
  const step = stepsOf(candidate, effort)
  const how = { network: metadata.network!, task: metadata.task, folds, seed, stratified: true, step, store, threads }
  // Candidates of one cut share what was trained after it.
  const cut = `cut-${Math.round(100 * candidate.share)}`
  const results: FoldResult[] = []
  for (let fold = 1; fold <= folds; fold++) {
    const own = { fold, out: join(out, 'folds', cut, `fold-${fold}`), resume: true }
    const result = await trainFold({ ...how, ...own, data, synthetic, skipMissing }, context)
    if (!result) return undefined
    results.push(result)
  }
  return outOfFold(results).int8
}
