import { join } from 'node:path'
import { vectorFile, type Written } from './codegen/artefacts.ts'
import type { Build } from './codegen/build.ts'
import { hostFlavours } from './codegen/build.ts'
import type { DataSource, Opened } from './ecg/datasets/dataset.ts'
import type { RunnableModel } from './engines/engine.ts'
import { type ParityRow, probeInputs } from './engines/parity.ts'
import { reference } from './engines/reference.ts'
import { sha256, writeFile } from './files.ts'
import type { PatientPredictions } from './metrics/predictions.ts'
import type { Network, Recipe } from './networks/network.ts'
import {
  epochProgress,
  type Fitted,
  fineTuning,
  fitToValidation,
  lower,
  metadataOf,
  networkShape,
  openRecords,
  predictFloat,
  predictInt8,
  prove,
  provenanceOf,
  toIntegers,
  toKernels,
  toModel,
} from './stages.ts'
import type { Task } from './tasks/task.ts'
import { saveFloatModel } from './train/float-model.ts'
import { pruneModel } from './train/prune.ts'
import { recordRecipe } from './train/recorded-recipe.ts'
import type { Tf } from './train/tf.ts'
import { type TrainOptions, train as trainModel } from './train/train.ts'
import type { Report, Watch } from './watch.ts'

export interface PipelineOptions {
  readonly task: Task
  readonly network: Network
  readonly source: DataSource
  readonly recipe: Recipe
  readonly seed: number
  /** Share of the weights that are cut after training. */
  readonly sparsity: number
  /** Epochs of training with the cut weights held at zero. */
  readonly fineTuneEpochs: number
  /** Inputs on which engines are compared. */
  readonly probes: number
  /** Folder for everything that is made. */
  readonly out: string
  readonly command: string
  /** Opens a display for a stage; its result is told how far the stage is. */
  readonly watch: (title: string, unit: string) => Watch
  readonly signal?: AbortSignal
}

/** One epoch of training or of fine-tuning after the cut. */
export interface PhaseEpoch {
  readonly epoch: number
  readonly phase: string
  readonly loss: number
  /** The selection score on the validation records. */
  readonly score: number
}

/** All that the pipeline made, measured and wrote. */
export interface Product {
  readonly opened: Opened
  /** Absent when the shipped model stood in for a trained one; so is `float`. */
  readonly training?: {
    readonly history: readonly PhaseEpoch[]
    readonly bestEpoch: number
    readonly parameters: number
  }
  readonly float?: PatientPredictions
  readonly int8: PatientPredictions
  readonly fitted: Fitted
  readonly model: RunnableModel
  readonly builds: readonly Build[]
  readonly parity: readonly ParityRow[]
  readonly files: readonly Written[]
  readonly stages: readonly { readonly name: string; readonly seconds: number }[]
}

/**
 * The whole product: records → network → cut network → integers → .tflite → kernels → wasm → proof.
 * Each step's result is the next one's input; folders of src-ts stand in this order.
 * Returns undefined when `signal` stopped it.
 */
export async function pipeline(tf: Tf, options: PipelineOptions): Promise<Product | undefined> {
  const { task, network, source, seed, out } = options
  // The validation records are scored here, so that no recipe may train on them.
  const { includeValidation: _, ...recipe } = options.recipe
  const { timed, stages } = stopwatch()

  const { opened, standardization } = await timed('read', () =>
    watched(options, 'read', 'records', r => openRecords(task, source, ['train', 'validation'], r)),
  )
  const train = opened.splits.train!
  const validation = opened.splits.validation!

  const model = network.build(tf, networkShape(task), seed)
  const common = {
    tf,
    model,
    train,
    validation,
    standardization: standardization!,
    seed,
    dataHash: opened.hash,
    signal: options.signal,
  }
  const phase = (name: string, run: Partial<TrainOptions> & { recipe: Recipe }) =>
    timed(name, async () => {
      const bar = options.watch(name, 'batches')
      const result = await trainModel({ ...common, ...run, ...epochProgress(bar) })
      bar.stop()
      return result
    })
  const trained = await phase('train', { recipe })
  if (trained.ended === 'interrupted') return undefined
  const masks = pruneModel(tf, model, options.sparsity)
  const tuned = await phase('prune', { recipe: fineTuning(recipe, options.fineTuneEpochs), masks })
  if (tuned.ended === 'interrupted') return undefined

  const { float, int, fitted } = await timed('quantize', async () => {
    const predictions = predictFloat(tf, model, validation, standardization!)
    const own = fitToValidation(task, predictions)
    const provenance = {
      command: options.command,
      seed,
      ...recordRecipe(recipe, train),
      sparsity: options.sparsity,
      parameters: model.countParams(),
      ...provenanceOf(opened),
    }
    const metadata = metadataOf(task, network.name, standardization!, own, provenance)
    await saveFloatModel(tf, model, metadata, join(out, 'float'))
    const graph = lower(tf, model, metadata, train)
    return {
      float: predictions,
      fitted: own,
      int: toIntegers(tf, graph, train, standardization!, seed),
    }
  })
  const history = [
    ...trained.history.map(e => ({ epoch: e.epoch, phase: 'train', loss: e.loss, score: e.score! })),
    ...tuned.history.map(e => ({
      epoch: e.epoch + trained.history.length,
      phase: 'prune',
      loss: e.loss,
      score: e.score!,
    })),
  ]
  const bestEpoch = trained.history.length + (tuned.best?.epoch ?? 0)
  const training = { history, bestEpoch, parameters: model.countParams() }
  return {
    opened,
    training,
    float,
    fitted,
    ...(await shipped(toModel(int, 'model.tflite'), opened, options, timed)),
    stages,
  }
}

/** What the pipeline needs when nothing is trained. */
export type ShippedOptions = Pick<PipelineOptions, 'task' | 'source' | 'probes' | 'out' | 'watch'>

/** The pipeline from a .tflite file on: a model that ships is compiled, proved and scored. Its metadata must be there. */
export async function shippedPipeline(options: ShippedOptions, model: RunnableModel): Promise<Product> {
  const { timed, stages } = stopwatch()
  const { opened } = await timed('read', () =>
    watched(options, 'read', 'records', r => openRecords(options.task, options.source, ['validation'], r)),
  )
  return { opened, fitted: model.graph.metadata!, ...(await shipped(model, opened, options, timed)), stages }
}

/** From the model's file to its modules, scores and proof. */
async function shipped(model: RunnableModel, opened: Opened, options: ShippedOptions, timed: Timed) {
  const { out } = options
  const { builds, written } = await timed('compile', () => toKernels(model, 'model', out, hostFlavours))
  const validation = opened.splits.validation!
  const int8 = await timed('score', () =>
    watched(options, 'score', 'records', r => predictInt8(model, validation, undefined, r)),
  )
  const parity = await timed('verify', async () => {
    const bar = options.watch('verify', 'engines')
    const rows = await prove(model, options.probes, (text, done, total) => bar.update(done, { total, text }))
    bar.stop()
    return rows
  })
  const probes = probeInputs(model, VECTORS)
  const expected = await reference.run(model, 'typescript', probes, VECTORS)
  const files = [
    write(out, 'model.tflite', model.tflite),
    ...written,
    write(out, 'vectors.bin', vectorFile(probes, expected, VECTORS)),
  ]
  return { model, builds, int8, parity, files }
}

/** Inputs in vectors.bin: enough for a self-test on a device, few enough for its flash. */
const VECTORS = 8

async function watched<T>(
  options: Pick<PipelineOptions, 'watch'>,
  title: string,
  unit: string,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const bar = options.watch(title, unit)
  const result = await work((done, total) => bar.update(done, { total }))
  bar.stop()
  return result
}

function write(out: string, file: string, contents: Uint8Array): Written {
  writeFile(join(out, file), contents)
  return { file, bytes: contents.length, sha256: sha256(contents) }
}

type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>

function stopwatch() {
  const stages: { name: string; seconds: number }[] = []
  const timed: Timed = async (name, work) => {
    const start = performance.now()
    const result = await work()
    stages.push({ name, seconds: Math.round((performance.now() - start) / 100) / 10 })
    return result
  }
  return { timed, stages }
}
