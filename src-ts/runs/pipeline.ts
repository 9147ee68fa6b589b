import { join } from 'node:path'
import { vectorFile, type Written } from '../codegen/artefacts.ts'
import type { Build } from '../codegen/build.ts'
import type { DataSource, Opened } from '../ecg/datasets/dataset.ts'
import { seenBy } from '../ecg/datasets/drawn.ts'
import { onlyFlavours } from '../engines/choose.ts'
import { engines } from '../engines/index.ts'
import type { CompiledModel } from '../engines/model.ts'
import { type ParityRow, probeInputs } from '../engines/parity.ts'
import { predictInt8 } from '../engines/predict.ts'
import { sha256, writeFile } from '../files.ts'
import type { Fitted } from '../metrics/fitted.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { type Network, networkShape, type Recipe } from '../networks/network.ts'
import { defaultFlavours } from '../ops/flavour.ts'
import { rowRunner } from '../reference/run.ts'
import type { EpochRow } from '../report/report-data.ts'
import type { Task } from '../tasks/task.ts'
import { fineTuning } from '../train/fine-tuning.ts'
import { pruneModel } from '../train/prune/index.ts'
import { recordRecipe } from '../train/recorded-recipe.ts'
import type { Tf } from '../train/tf.ts'
import type { Trained } from '../train/train.ts'
import { type Context, watched } from '../watch.ts'
import { type BenchRow, benchModel } from './bench.ts'
import { fit } from './fit.ts'
import { provenanceOf } from './model-metadata.ts'
import { openSplits } from './open-records.ts'
import { saveFloat } from './save-float.ts'
import { quantizeTrained } from './to-integers.ts'
import { prove } from './verify.ts'
import { writeModules } from './write-modules.ts'

/** What the way from a model's file to its proof needs. */
export interface ShippedOptions extends Context {
  readonly task: Task
  readonly source: DataSource
  /** Inputs on which engines are compared. */
  readonly probes: number
  /** Folder for everything that is made. */
  readonly out: string
}

/** The same with the training before it. */
export interface PipelineOptions extends ShippedOptions {
  readonly network: Network
  readonly recipe: Recipe
  readonly seed: number
  /** Share of the weights that are cut after training. */
  readonly sparsity: number
  /** Epochs of training with the cut weights held at zero. */
  readonly fineTuneEpochs: number
  /** As one types it to get the same again. */
  readonly command: string
}

/** All that the pipeline made, measured and wrote. */
export interface Product {
  readonly opened: Opened
  /** Absent when the shipped model stood in for a trained one; so is `float`. */
  readonly training?: {
    readonly history: readonly EpochRow[]
    readonly bestEpoch: number
    readonly parameters: number
  }
  readonly float?: PatientPredictions
  readonly int8: PatientPredictions
  readonly fitted: Fitted
  readonly model: CompiledModel
  readonly builds: readonly Build[]
  readonly parity: readonly ParityRow[]
  readonly times: readonly BenchRow[]
  readonly files: readonly Written[]
  readonly stages: readonly { readonly name: string; readonly seconds: number }[]
}

/**
 * The whole product: records → network → cut network → integers → .tflite → kernels → wasm → proof.
 * Each step's result is the next one's input; folders of src-ts follow this order.
 * Returns undefined when `signal` stopped it.
 */
export async function pipeline(tf: Tf, options: PipelineOptions): Promise<Product | undefined> {
  const { task, network, source, seed, sparsity, out } = options
  // The validation records are scored here, so that no recipe may train on them.
  const { includeValidation: _, ...recipe } = options.recipe
  const { timed, stages } = stopwatch()

  const records = await timed('read', () => openSplits(task, source, ['train', 'validation'], options))
  const opened = records.opened
  const standardization = seenBy(network, records.standardization!)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  const model = network.build(tf, networkShape(task, network), seed)
  const parts = { tf, model, train, validation, standardization, seed, dataHash: opened.hash }
  const trained = await timed('train', () => fit({ ...parts, recipe }, 'train', options))
  if (trained.ended === 'interrupted') return undefined
  const { masks } = await pruneModel(tf, model, { sparsity })
  const finer = fineTuning(recipe, options.fineTuneEpochs)
  const tuned = await timed('prune', () => fit({ ...parts, recipe: finer, masks }, 'prune', options))
  if (tuned.ended === 'interrupted') return undefined
  const parameters = model.countParams()
  const provenance = () => ({
    command: options.command,
    seed,
    ...recordRecipe(recipe, train),
    sparsity,
    parameters,
    ...provenanceOf(opened),
  })
  const { predictions, fitted, int8 } = await timed('quantize', async () => {
    const about = { tf, model, task, network: network.name, standardization, validation }
    const saved = await saveFloat(about, provenance, join(out, 'float'))
    return { ...saved, ...quantizeTrained(tf, model, saved.metadata, train, { seed, name: 'model.tflite' }) }
  })
  const training = { ...epochsOf(trained, tuned), parameters }
  return { opened, training, float: predictions, fitted, ...(await proved(int8, opened, options, timed)), stages }
}

/** The pipeline from a .tflite file on: a model that ships is compiled, proved and scored. Its metadata must be there. */
export async function shippedPipeline(options: ShippedOptions, model: CompiledModel): Promise<Product> {
  const { timed, stages } = stopwatch()
  const { opened } = await timed('read', () => openSplits(options.task, options.source, ['validation'], options))
  return { opened, fitted: model.graph.metadata!, ...(await proved(model, opened, options, timed)), stages }
}

/** From the model's file to its modules, scores and proof. */
async function proved(model: CompiledModel, opened: Opened, options: ShippedOptions, timed: Timed) {
  const { out, probes } = options
  const { builds, written } = await timed('compile', () => writeModules(model, 'model', out, defaultFlavours))
  const int8 = await timed('score', () =>
    watched(options, 'score', 'records', report => predictInt8(model, opened.splits.validation!, undefined, report)),
  )
  const parity = await timed('verify', () => prove(model, { inputs: probes }, options))
  const times = await timed('bench', () => benchModel(model, onlyFlavours(engines, defaultFlavours), REPS, options))
  const files = [write(out, 'model.tflite', model.tflite), ...written, write(out, 'vectors.bin', vectorsOf(model))]
  return { model, builds, int8, parity, times, files }
}

/** Inferences that are timed in each engine: enough for a median. */
const REPS = 50

/** Inputs in vectors.bin: enough for a self-test on a device, few enough for its flash. */
const VECTORS = 8

function vectorsOf(model: CompiledModel): Uint8Array {
  const inputs = probeInputs(model, VECTORS)
  return vectorFile(inputs, rowRunner(model.graph)(inputs, VECTORS), VECTORS)
}

/** The epochs of training and of fine-tuning after it, counted through, and the one whose weights were kept. */
function epochsOf(trained: Trained, tuned: Trained) {
  const before = trained.history.length
  const rows = (phase: string, { history }: Trained, from: number): EpochRow[] =>
    history.map(({ epoch, loss, score }) => ({ epoch: epoch + from, phase, loss, score: score! }))
  return {
    history: [...rows('train', trained, 0), ...rows('prune', tuned, before)],
    bestEpoch: before + (tuned.best?.epoch ?? 0),
  }
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
