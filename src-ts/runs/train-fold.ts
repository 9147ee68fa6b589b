import { join } from 'node:path'
import type { Dataset } from '../ecg/datasets/dataset.ts'
import { seenBy } from '../ecg/datasets/drawn.ts'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { fitStandardization } from '../ecg/datasets/standardize.ts'
import { predictInt8 } from '../engines/predict.ts'
import { byName, HolterError } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { predictionsOf } from '../metrics/predictions.ts'
import { chooseThresholds } from '../metrics/threshold.ts'
import { networks } from '../networks/index.ts'
import { findTask } from '../tasks/find-task.ts'
import { limitThreads, loadTfjs } from '../train/backend.ts'
import { predictLogits } from '../train/predict.ts'
import { type Round, roundsOf } from '../train/rounds.ts'
import type { Context } from '../watch.ts'
import { type FoldSide, type Training, taughtByFold, teacherOf, trainFoldModel } from './fold-models.ts'
import { modelMetadata } from './model-metadata.ts'
import { openRecords } from './open-records.ts'
import { type Chain, chainOf, runChain } from './steps/index.ts'
import { TEACHING } from './teaching.ts'
import { checkAuxiliary, recipeOf, type TrainingInput } from './training-input.ts'

/** One fold of a cross-validation. */
export interface FoldInput extends Omit<TrainingInput, 'patience'> {
  readonly folds: number
  /** From 1 to `folds`. */
  readonly fold: number
  /** Gives every fold its share of each label. */
  readonly stratified?: boolean
  /** Steps after the training, as lines: 'prune --sparsity .5'. Default none but to quantize. */
  readonly step?: readonly string[]
  /** Networks that teach, as lines: 'gap-cnn --epochs 75'. Each is trained on the fold's training side. */
  readonly teacher?: readonly string[]
  /** Divides the logits of teachers and student. Default 1.5. */
  readonly temperature?: number
  /** Weight of the teachers, 0 to 1; the labels keep the rest. Default .8. */
  readonly alpha?: number
  /** Folder of trained networks that cross-validations share. Default build/fold-models. */
  readonly store?: string
}

/** What a fold gave: plain data, which can go from one process to another. */
export type FoldResult = NonNullable<Awaited<ReturnType<typeof trainFold>>>

/** Trains on the other folds and says what the model thinks of this one; undefined when the signal came first. */
export async function trainFold(input: FoldInput, context: Context = {}) {
  const network = byName('network', input.network, networks)
  const task = findTask(input, network.task)
  const {
    fold,
    folds,
    seed = 1,
    stratified = false,
    resume = false,
    temperature = TEACHING.temperature,
    alpha = TEACHING.alpha,
  } = input
  const { out = join('build', `${network.name}-folds`, `fold-${fold}`), store = join('build', 'fold-models') } = input
  if (fold > folds) {
    const problem = 'no such fold'
    throw new HolterError({ stage: 'usage', where: '--fold', problem, got: fold, expected: `1 to ${folds}` })
  }
  const chain = chainOf(input.step ?? [])
  const teachers = (input.teacher ?? []).map(teacherOf)
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
  const dealt = `fold ${fold} of ${folds} by ${groups}${stratified ? ', stratified' : ''}, seed ${seed}`
  const lesson = { network, recipe, seed, teachers, temperature, alpha, chain }
  const place = { tf: loadTfjs(), task, dataHash: `${opened.hash}, ${dealt}`, store, out, resume }
  const result = await answerFold(round, lesson, place, context)
  return (
    result && {
      data: { name: opened.name, synthetic: opened.synthetic, sha256: opened.hash, notes: opened.notes ?? [] },
      groups,
      records: { train: round.train.length, heldOut: round.heldOut.length },
      heldOut: round.heldOut.records,
      ...result,
    }
  )
}

/** What is repeated on every fold. */
interface Lesson extends Omit<Training, 'terms'> {
  readonly teachers: readonly Training[]
  readonly temperature: number
  readonly alpha: number
  readonly chain: Chain
}

/** Where a fold's work is done. */
interface Place extends Pick<FoldSide, 'tf' | 'task' | 'dataHash' | 'store'> {
  readonly out: string
  readonly resume: boolean
}

/**
 * Returns what a model and its int8 bytes say of the held-out fold; undefined when the signal came first. All else comes from the training
 * side: the standardization, the ranges, the thresholds (on the model's own answers there, so they lie rather high), the teachers, and the
 * kept epoch, which is the last, since a fold that chose the epoch would flatter its own score.
 */
export async function answerFold({ train, heldOut }: Round, lesson: Lesson, place: Place, context: Context = {}) {
  const { network, recipe, seed, teachers, chain } = lesson
  const { tf, task, resume } = place
  const signals = fitStandardization(train)
  const standardization = seenBy(network, signals)
  const side = { ...context, ...place, train, standardization: signals }
  const taught = teachers.length ? await taughtByFold(teachers, lesson, side) : undefined
  if (teachers.length && !taught) return undefined
  const terms = taught?.terms
  const first = await trainFoldModel({ network, recipe, seed, terms }, side, resume)
  if (!first) return undefined
  const metadata = modelMetadata(task, network.name, standardization, { thresholds: task.labels.map(() => 0.5) }, {})
  const last = await runChain(chain, { model: first.model }, { ...side, metadata, recipe, seed, terms })
  if (!last) return undefined
  const answers = (dataset: Dataset) => predictLogits({ tf, model: last.model, dataset, standardization })
  const predictions = predictionsOf(heldOut, answers(heldOut))
  const thresholds = thresholdsOn(train, answers)
  taught?.dispose()
  last.model.dispose()
  const { logits } = await predictInt8(last.int8, heldOut)
  return {
    epochs: first.trained.history,
    thresholds,
    predictions: { ...predictions, logits: [...predictions.logits], targets: [...heldOut.targets] },
    int8: { logits: [...logits], bytes: last.int8.tflite.length },
  }
}

/** Labels that exclude each other need no thresholds. */
function thresholdsOn(side: Dataset, answers: (side: Dataset) => Float32Array): readonly number[] {
  const { kind, labels, targets } = side
  if (kind === 'single-label') return labels.map(() => 0.5)
  return chooseThresholds({ kind, labels, targets, logits: answers(side) })
}
