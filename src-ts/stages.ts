import type { LayersModel } from '@tensorflow/tfjs-layers'
import { writeBuild } from './codegen/artefacts.ts'
import type { DataSource, Dataset, Opened, SplitName, Standardization } from './ecg/datasets/dataset.ts'
import { fitStandardization, standardizeFeatures } from './ecg/datasets/standardize.ts'
import type { Engine, RunnableModel } from './engines/engine.ts'
import { engines } from './engines/index.ts'
import { interleave, quantizeInput } from './engines/input.ts'
import { runnable } from './engines/model.ts'
import { node } from './engines/node.ts'
import { compareEngines, type ParityRow, probeInputs } from './engines/parity.ts'
import { sha256 } from './files.ts'
import { type FloatGraph, fromBytes, type IntGraph } from './ir/graph.ts'
import type { Metadata } from './ir/metadata.ts'
import type { PatientPredictions } from './metrics/predictions.ts'
import { logitsOf } from './metrics/probabilities.ts'
import { fitTemperature } from './metrics/temperature.ts'
import { chooseThresholds } from './metrics/threshold.ts'
import type { NetworkShape, Recipe } from './networks/network.ts'
import type { Flavour } from './ops/kernel.ts'
import { endsInProbabilities } from './ops/probability-end.ts'
import { runFloatPasses } from './passes/float/index.ts'
import { calibrate } from './quantize/calibrate.ts'
import { quantize } from './quantize/quantize.ts'
import { inputColumns } from './quantize/rows.ts'
import type { Scheme } from './quantize/scheme.ts'
import { dequantizeValues } from './quantize/values.ts'
import { random } from './random.ts'
import type { Task } from './tasks/task.ts'
import { writeTflite } from './tflite/write.ts'
import { exportGraph } from './train/export.ts'
import { predictLogits } from './train/predict.ts'
import type { Tf } from './train/tf.ts'
import type { EpochProgress, TrainOptions } from './train/train.ts'
import type { Report, Watch } from './watch.ts'

// The typed steps of pipeline.ts, which the commands share: each takes what the one before returns.

/** Learning rate of fine-tuning, as a share of the recipe's peak: enough to mend, not to forget. */
const FINE_TUNE_RATE = 0.1

/** How many training records the ranges of activations are taken from. */
const CALIBRATION_RECORDS = 400
/** Records on which each pass's result is compared with the one before. */
const PROBE_RECORDS = 4
/** Records that go through an engine at a time: enough to forget the call, little memory. */
const ENGINE_RECORDS = 64

/** Opens the splits asked for; with the training split among them, its standardization comes along. */
export async function openRecords(task: Task, source: DataSource, splits: readonly SplitName[], report?: Report) {
  const opened = await task.open(source, splits, report)
  const { train } = opened.splits
  return { opened, standardization: train && fitStandardization(train) }
}

/** How logits are read; fitted on the validation fold. */
export interface Fitted {
  readonly thresholds: readonly number[]
  /** Absent when no records were left to fit it on. */
  readonly temperature?: number
}

/** Returns thresholds and temperature by a model's predictions on the validation fold; without any, thresholds of .5. */
export function fitToValidation({ labels }: Task, predictions?: PatientPredictions): Fitted {
  if (!predictions) return { thresholds: labels.map(() => 0.5) }
  return { thresholds: chooseThresholds(predictions), temperature: fitTemperature(predictions) }
}

/** Returns the metadata of a model: all that its file must know to be used and traced. */
export function metadataOf(
  task: Task,
  network: string,
  standardization: Standardization,
  { thresholds, temperature }: Fitted,
  provenance: Record<string, unknown>,
): Metadata {
  return {
    version: 1,
    task: task.name,
    network,
    kind: task.kind,
    labels: [...task.labels],
    leads: [...task.leads],
    sampleRateHz: task.sampleRateHz,
    samples: task.samples,
    unit: task.unit,
    ...copied(standardization),
    thresholds: [...thresholds],
    ...(temperature !== undefined && { temperature }),
    rounding: 'tflm-double',
    provenance,
  }
}

function copied({ mean, deviation, features }: Standardization) {
  if (!features) return { mean, deviation }
  const { names, ...numbers } = features
  return {
    mean,
    deviation,
    features: { names: [...names], mean: [...numbers.mean], deviation: [...numbers.deviation] },
  }
}

/** The form of a task's records as its networks see them. */
export function networkShape({ samples, leads, labels, features }: Task): NetworkShape {
  return { samples, leads: leads.length, labels: labels.length, ...(features && { features: features.length }) }
}

/** What a model must say about the records that it learned from. */
export function provenanceOf({ name, synthetic, hash, records, dropped }: Opened): Record<string, unknown> {
  return { data: { name, synthetic, sha256: hash, records, dropped } }
}

/** A short training at a low rate; the augmentation of the recipe stays, a head for auxiliary labels would have to be learned anew. */
export function fineTuning(recipe: Recipe, epochs: number): Recipe {
  return { ...recipe, auxiliary: 0, epochs, learningRate: recipe.learningRate * FINE_TUNE_RATE, schedule: 'cosine' }
}

/** Callbacks of a training that tell a display its batch, loss and validation score. */
export function epochProgress(bar: Watch): Pick<TrainOptions, 'onBatch' | 'onEpoch'> {
  let done = 0
  let validation = ''
  const text = ({ epoch, epochs, loss }: Pick<EpochProgress, 'epoch' | 'epochs' | 'loss'>) =>
    `epoch ${epoch}/${epochs} loss ${loss.toFixed(3)}${validation}`
  return {
    onBatch: progress => {
      const { epoch, epochs, batch, batches } = progress
      done = (epoch - 1) * batches + batch
      bar.update(done, { total: epochs * batches, text: text(progress) })
    },
    onEpoch: progress => {
      if (progress.score !== undefined) validation = ` validation ${progress.score.toFixed(4)}`
      // The last line stays on the screen: it must say what the last epoch came to, not the one before.
      bar.update(done, { text: text(progress) })
    },
  }
}

/** Returns the network as the quantizer wants it; every pass is checked on a few training records. */
export function lower(tf: Tf, model: LayersModel, metadata: Metadata, train: Dataset): FloatGraph {
  const graph = exportGraph(model, metadata)
  const rows = standardizedRows(train, metadata, Math.min(PROBE_RECORDS, train.length), 1)
  const { columns, count } = inputColumns(graph, rows)
  const inputs = columns.map((column, i) =>
    tf.tensor(column, [count, ...graph.tensors[graph.inputs[i]].shape.slice(1)]),
  )
  try {
    return runFloatPasses(graph, { probe: { tf, inputs } })
  } finally {
    for (const input of inputs) input.dispose()
  }
}

/** Returns the integer network, calibrated on training records drawn by `seed`. */
export function toIntegers(
  tf: Tf,
  graph: FloatGraph,
  train: Dataset,
  standardization: Standardization,
  seed: number,
  scheme?: Scheme,
): IntGraph {
  const rows = standardizedRows(train, standardization, Math.min(CALIBRATION_RECORDS, train.length), seed)
  const perBatch = 32 * rowLength(train)
  const batches = Array.from({ length: Math.ceil(rows.length / perBatch) }, (_, i) =>
    rows.subarray(i * perBatch, (i + 1) * perBatch),
  )
  return quantize(graph, calibrate(tf, graph, batches), scheme)
}

/** Returns the model as its file says it: written, then read back, so that nothing is proved about what was not saved. */
export function toModel(graph: IntGraph, name: string): RunnableModel {
  return runnable(writeTflite(graph), name)
}

/** Writes kernels, modules, header and manifest of a model below `out`. */
export async function toKernels(model: RunnableModel, name: string, out: string, flavours: readonly Flavour[]) {
  return writeBuild(model.graph, name, sha256(model.tflite), flavours, out)
}

/** Runs every engine found here on seeded inputs and compares each byte with the reference. */
export async function prove(
  model: RunnableModel,
  count: number,
  report?: (what: string, done: number, total: number) => void,
): Promise<ParityRow[]> {
  return compareEngines(model, engines, probeInputs(model, count), count, report)
}

/** A model's logits on a split, with what they are scored against. */
export function predictionsOf(dataset: Dataset, logits: Float32Array | Float64Array): PatientPredictions {
  return {
    kind: dataset.kind,
    labels: dataset.labels,
    logits,
    targets: dataset.targets,
    patients: dataset.records.map(r => r.patient),
  }
}

/** Returns the float model's predictions on a split. */
export function predictFloat(
  tf: Tf,
  model: LayersModel,
  dataset: Dataset,
  standardization: Standardization,
  report?: Report,
): PatientPredictions {
  return predictionsOf(dataset, predictLogits({ tf, model, dataset, standardization, progress: report }))
}

/**
 * Returns the int8 model's predictions on a split: its own output bytes, by the engine that is named. Of a network that ends in
 * probabilities the logits are those that give these probabilities.
 */
export async function predictInt8(
  model: RunnableModel,
  dataset: Dataset,
  { engine, flavour }: { engine: Engine; flavour: string } = { engine: node, flavour: 'simd' },
  report?: Report,
): Promise<PatientPredictions> {
  const { quantization, type } = model.graph.tensors[model.graph.outputs[0]]
  const width = dataset.labels.length
  const logits = new Float32Array(dataset.length * width)
  for (let first = 0; first < dataset.length; first += ENGINE_RECORDS) {
    const count = Math.min(ENGINE_RECORDS, dataset.length - first)
    const rows = quantizeRecords(model.graph, dataset, first, count)
    const bytes = await engine.run(model, flavour, rows, count)
    logits.set(dequantizeValues(fromBytes(bytes, type) as Int8Array, quantization!), first * width)
    report?.(first + count, dataset.length)
  }
  if (!endsInProbabilities(model.graph)) return predictionsOf(dataset, logits)
  return predictionsOf(dataset, logitsOf(logits, dataset.kind, quantization!.scale[0]))
}

/** Returns records as the integer network's rows: the signal, then the features where there are any. */
function quantizeRecords(graph: IntGraph, dataset: Dataset, first: number, count: number): Int8Array {
  const signals = readColumns(dataset.samples * dataset.leads.length, count, (i, out, at) =>
    dataset.read(first + i, out, at),
  )
  const parts = [quantizeInput(graph, signals)]
  const { features } = dataset
  if (features) {
    const numbers = readColumns(features.names.length, count, (i, out, at) => features.read(first + i, out, at))
    parts.push(quantizeInput(graph, numbers, 1))
  }
  return interleave(parts, count)
}

function readColumns(size: number, count: number, read: (i: number, out: Float32Array, at: number) => void) {
  const values = new Float32Array(count * size)
  for (let i = 0; i < count; i++) read(i, values, i * size)
  return values
}

/** Values of a record as networks see it: samples of all leads, then features. */
function rowLength({ samples, leads, features }: Dataset): number {
  return samples * leads.length + (features?.names.length ?? 0)
}

/** Draws records of a split and returns them standardized, one row after another: the signal, then the features where there are any. */
export function standardizedRows(
  dataset: Dataset,
  { mean, deviation, features }: Standardization,
  count: number,
  seed: number,
): Float32Array {
  const size = rowLength(dataset)
  const samples = dataset.samples * dataset.leads.length
  const rows = new Float32Array(count * size)
  const order = random(seed).permutation(dataset.length)
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * size, (i + 1) * size)
    dataset.read(order[i], row, 0)
    for (let j = 0; j < samples; j++) row[j] = (row[j] - mean) / deviation
    if (!dataset.features) continue
    dataset.features.read(order[i], row, samples)
    standardizeFeatures(row.subarray(samples), features!)
  }
  return rows
}
