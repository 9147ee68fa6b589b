import { join } from 'node:path'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { byName, HolterError } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { predictionsOf } from '../metrics/predictions.ts'
import { networks } from '../networks/index.ts'
import { networkShape } from '../networks/network.ts'
import { findTask } from '../tasks/find-task.ts'
import { limitThreads, loadTfjs } from '../train/backend.ts'
import { epochProgress } from '../train/epoch-progress.ts'
import { roundsOf, trainRound } from '../train/rounds.ts'
import { type Context, openWatch } from '../watch.ts'
import { openRecords } from './open-records.ts'
import { checkAuxiliary, recipeOf, type TrainingInput } from './training-input.ts'

/** One fold of a cross-validation. */
export interface FoldInput extends Omit<TrainingInput, 'patience'> {
  readonly folds: number
  /** From 1 to `folds`. */
  readonly fold: number
  /** Gives every fold its share of each label. */
  readonly stratified?: boolean
}

/** What a fold gave: plain data, which can go from one process to another. */
export type FoldResult = NonNullable<Awaited<ReturnType<typeof trainFold>>>

/** Trains on the other folds and says what the model thinks of this one; undefined when the signal came first. */
export async function trainFold(input: FoldInput, context: Context = {}) {
  const network = byName('network', input.network, networks)
  const task = findTask(input, network.task)
  const { fold, folds, seed = 1, stratified = false, resume } = input
  const { out = join('build', `${network.name}-folds`, `fold-${fold}`) } = input
  if (fold > folds) {
    const problem = 'no such fold'
    throw new HolterError({ stage: 'usage', where: '--fold', problem, got: fold, expected: `1 to ${folds}` })
  }
  makeFolder(out)
  // What stands aside here are whole folds, never the validation records as such.
  const recipe = { ...recipeOf(network.recipe, input), includeValidation: undefined }
  const { opened } = await openRecords(task, ['train', 'validation'], input, context)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  checkAuxiliary(input, train)
  const all = joinDatasets(train, validation)
  const groups: 'patient' | 'record' = task.intraPatient ? 'record' : 'patient'
  const round = roundsOf(all, { folds, seed, stratified, groups })[fold - 1]
  limitThreads(input.threads)
  const tf = loadTfjs()
  const watch = openWatch(context, 'train', 'batches')
  const result = await trainRound(round, {
    tf,
    model: network.build(tf, networkShape(task), seed),
    recipe,
    seed,
    dataHash: `${opened.hash}, fold ${fold} of ${folds} by ${groups}${stratified ? ', stratified' : ''}`,
    checkpointDir: join(out, 'checkpoint'),
    resume,
    signal: context.signal,
    ...epochProgress(watch),
  })
  watch.stop()
  if (!result) return undefined
  const { logits, thresholds, trained } = result
  return {
    data: { name: opened.name, synthetic: opened.synthetic, sha256: opened.hash, notes: opened.notes ?? [] },
    groups,
    records: { train: round.train.length, heldOut: round.heldOut.length },
    epochs: trained.history,
    thresholds,
    ids: round.heldOut.records.map(({ id }) => id),
    predictions: { ...predictionsOf(round.heldOut, logits), logits: [...logits], targets: [...round.heldOut.targets] },
  }
}
