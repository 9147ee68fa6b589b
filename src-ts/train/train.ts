import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { HolterError } from '../errors.ts'
import { selectionScore } from '../metrics/selection-score.ts'
import type { Recipe } from '../networks/network.ts'
import { random } from '../random.ts'
import { auxiliaryHead, auxiliaryLoss } from './auxiliary.ts'
import { threadsInUse } from './backend.ts'
import { batchesPerEpoch, signalBatches, trainingBatches } from './batches.ts'
import { checkRun } from './check-run.ts'
import {
  type EpochFigures,
  type RunIdentity,
  readCheckpoint,
  type TrainingState,
  writeCheckpoint,
} from './checkpoint.ts'
import { type DrawingThreads, drawingThreads } from './draw-ahead.ts'
import { type LossTerm, labelLoss } from './loss.ts'
import { readWeights, weightsOf, writeWeights } from './model-weights.ts'
import { predictLogits } from './predict.ts'
import { learningRateAt } from './schedule.ts'
import { type Hooks, type Stepper, stepper } from './step.ts'
import { streams } from './streams.ts'
import type { Tf } from './tf.ts'

export interface TrainOptions extends Hooks {
  readonly tf: Tf
  /** Freshly built by a network, or trained before (pruning, fine-tuning); ends in logits. Trained in place. */
  readonly model: LayersModel
  readonly train: Dataset
  /** Chooses the epoch that is kept; without it the last one is. */
  readonly validation?: Dataset
  readonly standardization: Standardization
  readonly recipe: Recipe
  /** Fixes order, augmentation and dropout. The initial weights are the model's own. */
  readonly seed: number
  /** Hash of the data (`Opened.hash`): a run cannot be resumed on other records. */
  readonly dataHash: string
  /** Where a checkpoint is written before the first epoch and after each one. */
  readonly checkpointDir?: string
  /** Goes on from the checkpoint, if there is one; without it an old checkpoint is replaced. */
  readonly resume?: boolean
  /** Threads that draw ahead for a network of drawings; the weights do not depend on them. Default 0: it draws in between. */
  readonly inputJobs?: number
  /** Stops after this many epochs without a better validation score. */
  readonly patience?: number
  readonly onBatch?: (progress: BatchProgress) => void
  readonly onEpoch?: (progress: EpochProgress) => void
  /** Stops after the current batch: the checkpoint holds the last full epoch. */
  readonly signal?: AbortSignal
}

export interface BatchProgress {
  /** From 1, as is `batch`. */
  readonly epoch: number
  readonly epochs: number
  readonly batch: number
  readonly batches: number
  readonly loss: number
  readonly learningRate: number
}

export interface EpochProgress extends EpochFigures {
  readonly epochs: number
  /** True when no epoch before was better. */
  readonly best: boolean
}

export interface Trained {
  readonly history: readonly EpochFigures[]
  /** The epoch whose weights the model has now, and its validation score; undefined when no epoch was completed. */
  readonly best?: EpochFigures
  /** Why it ended: all epochs done, no progress for `patience` epochs, or the signal. */
  readonly ended: 'complete' | 'early' | 'interrupted'
}

/**
 * Trains a model and leaves in it the weights of the epoch with the highest validation score, or of the last one without validation records;
 * with `Recipe.averageDecay` the running mean of the weights is what is scored and kept.
 * The same options on the same machine with the same number of threads give the same weights, however often the run was killed and resumed.
 * Throws HolterError on options, data and networks that do not fit together, and when the loss is no longer a number.
 */
export async function train(given: TrainOptions): Promise<Trained> {
  checkRun(given)
  const { along } = given.train
  const options = along ? { ...given, train: joinDatasets(given.train, along()) } : given
  const { tf, recipe, gradual, checkpointDir, patience, onEpoch } = options
  const head = headFor(options)
  // With a second head for the time of the training; the two share the model's weights.
  const model = head?.model ?? options.model
  const terms = termsOf(options)
  const steps = stepper(tf, model, recipe, { ...options, terms })
  const identity = identityOf({ ...options, model, terms })
  const threads = threadsOf(options)
  try {
    let state = start({ ...options, model }, steps, identity)
    while (reasonToEnd(state, options) === undefined) {
      if (gradual) steps.mask(gradual.at(state.history.length))
      const loss = await trainEpoch(options, steps, state.history.length, threads)
      if (loss === undefined) break
      const { average } = steps
      const score = average ? average.shown(() => validate(options)) : validate(options)
      const figures = { epoch: state.history.length + 1, loss, score }
      const own = { weights: readWeights(model), adam: steps.adam.state(), average: average?.values() }
      const allowed = figures.epoch >= (gradual?.epochs ?? 0)
      const better = allowed && (score === undefined || score > (bestOf(state)?.score ?? -1))
      const best = better ? { epoch: figures.epoch, weights: own.average ?? own.weights } : state.best
      state = { history: [...state.history, figures], ...own, best }
      if (checkpointDir) writeCheckpoint(checkpointDir, identity, state)
      onEpoch?.({ ...figures, epochs: recipe.epochs, best: better })
    }
    if (state.best) writeWeights(tf, model, state.best.weights)
    return {
      history: state.history,
      best: bestOf(state),
      ended: reasonToEnd(state, { recipe, patience }) ?? 'interrupted',
    }
  } finally {
    await threads?.close()
    steps.dispose()
    head?.dispose()
  }
}

/** Returns the model with a head for the auxiliary labels that it is to learn, if there are any. */
function headFor(options: TrainOptions) {
  const { tf, model, seed } = options
  const auxiliary = auxiliaryOf(options)
  return auxiliary && auxiliaryHead(tf, model, auxiliary.labels.length, seed)
}

function termsOf(options: TrainOptions): LossTerm[] {
  const { terms, train, recipe } = options
  const own = terms ?? [labelLoss(train, recipe)]
  const auxiliary = auxiliaryOf(options)
  return auxiliary ? [...own, auxiliaryLoss(auxiliary, recipe.auxiliary!)] : [...own]
}

/** Returns the auxiliary labels of the training records, if the recipe asks for them; a few records may have none that is frequent enough. */
function auxiliaryOf({ train: { auxiliary }, recipe }: TrainOptions) {
  return recipe.auxiliary && auxiliary?.labels.length ? auxiliary : undefined
}

/** Returns the state of the checkpoint after setting model and optimizer to it, or a fresh state. */
function start(
  { tf, model, checkpointDir, resume }: TrainOptions,
  { adam, average }: Stepper,
  identity: RunIdentity,
): TrainingState {
  const saved = checkpointDir && resume ? readCheckpoint(checkpointDir, identity) : undefined
  if (saved) {
    writeWeights(tf, model, saved.weights)
    adam.restore(saved.adam)
    if (saved.average) average?.restore(saved.average, saved.adam.steps)
    return saved
  }
  const fresh = { history: [], weights: readWeights(model), adam: adam.state(), average: average?.values() }
  if (checkpointDir) writeCheckpoint(checkpointDir, identity, fresh)
  return fresh
}

/** Returns the mean loss of one epoch, or undefined when the signal came before its end. */
async function trainEpoch(
  options: TrainOptions,
  { step }: Stepper,
  epochsDone: number,
  threads?: DrawingThreads,
): Promise<number | undefined> {
  const { model, train: dataset, recipe, seed, onBatch, signal } = options
  const batches = batchesPerEpoch(dataset.length, recipe.batchSize)
  const { epochs } = recipe
  let sum = 0
  let batch = 0
  for await (const records of batchesOf(options, epochsDone, threads)) {
    // Lets signals, timers and progress bars act: the library itself never yields.
    await setImmediate()
    if (signal?.aborted) return undefined
    const learningRate = learningRateAt(recipe, epochsDone * batches + batch, epochs * batches)
    const loss = step(records, learningRate, random(seed, streams.dropout, epochsDone, batch))
    batch++
    if (!Number.isFinite(loss)) throw diverged(model, epochsDone + 1, batch, loss)
    sum += loss * records.size
    onBatch?.({ epoch: epochsDone + 1, epochs, batch, batches, loss, learningRate })
  }
  return sum / dataset.length
}

/** Returns the batches of an epoch, drawn by threads where there are any. */
function batchesOf({ train, standardization, recipe, seed }: TrainOptions, epoch: number, threads?: DrawingThreads) {
  if (!threads) return trainingBatches(train, standardization, recipe, seed, epoch)
  const signals = signalBatches(train, standardization.drawn!, recipe, seed, epoch)
  return threads.batches(signals, recipe.augment ? { seed, epoch } : undefined)
}

function threadsOf({ train, standardization: { drawn }, inputJobs = 0 }: TrainOptions): DrawingThreads | undefined {
  return drawn && inputJobs > 0 ? drawingThreads({ form: train, drawn }, inputJobs) : undefined
}

function validate({ tf, model, validation, standardization }: TrainOptions): number | undefined {
  if (!validation) return undefined
  const { kind, labels, targets } = validation
  const logits = predictLogits({ tf, model, dataset: validation, standardization })
  return selectionScore({ kind, labels, logits, targets }).value
}

function bestOf({ history, best }: TrainingState): EpochFigures | undefined {
  return best && history[best.epoch - 1]
}

function reasonToEnd(
  { history, best }: TrainingState,
  { recipe, patience = Number.POSITIVE_INFINITY }: Pick<TrainOptions, 'recipe' | 'patience'>,
): 'complete' | 'early' | undefined {
  if (history.length >= recipe.epochs) return 'complete'
  return history.length - (best?.epoch ?? 0) >= patience ? 'early' : undefined
}

/** What a resumed run must share with the one that wrote the checkpoint. */
function identityOf({
  model,
  standardization,
  recipe,
  seed,
  dataHash,
  patience,
  terms,
  masks,
  gradual,
}: TrainOptions & { readonly terms: readonly LossTerm[] }): RunIdentity {
  const mask = createHash('sha256')
  for (const [name, bits] of masks ?? []) mask.update(name).update(bits)
  return {
    network: model.name,
    weights: Object.fromEntries(weightsOf(model).map(({ name, shape }) => [name, shape])),
    standardization: { ...standardization },
    recipe: { ...recipe },
    seed,
    // The order of sums depends on it, and so do the last bits of the weights.
    threads: threadsInUse(),
    dataHash,
    ...(patience !== undefined && { patience }),
    loss: terms.map(({ name, weight }) => `${weight} · ${name}`),
    ...(masks && { masks: mask.digest('hex') }),
    ...(gradual && { gradual: gradual.name }),
  }
}

function diverged(model: LayersModel, epoch: number, batch: number, loss: number): HolterError {
  return new HolterError({
    stage: 'train',
    where: `${model.name}, epoch ${epoch}, batch ${batch}`,
    problem: 'the loss is no longer a number',
    got: loss,
    hint: 'Lower the learning rate, or set --clip-norm',
  })
}
