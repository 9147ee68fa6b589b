import { existsSync, statSync } from 'node:fs'
import { type Dataset, recordSize } from '../ecg/datasets/dataset.ts'
import { engineFor } from '../engines/choose.ts'
import { loadModel } from '../engines/model.ts'
import { predictInt8 } from '../engines/predict.ts'
import { withClock } from '../engines/session.ts'
import { HolterError } from '../errors.ts'
import { elements, type IntGraph } from '../ir/graph.ts'
import { knowsValidation, type Metadata, madeWithSynthetic } from '../ir/metadata.ts'
import type { Fitted } from '../metrics/fitted.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { runFloatPasses } from '../passes/float/index.ts'
import { roundWeights } from '../quantize/round-weights.ts'
import { syntheticModelSentence } from '../report/data-sentences.ts'
import { modelPath } from '../shipped-models.ts'
import { findTask, taskOfModel } from '../tasks/find-task.ts'
import { tasks } from '../tasks/index.ts'
import type { Task } from '../tasks/task.ts'
import { loadTfjs } from '../train/backend.ts'
import { exportGraph } from '../train/export.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { predictFloat } from '../train/predict.ts'
import type { Report } from '../watch.ts'
import { predictGraph } from './predict-graph.ts'

export interface ModelOptions {
  /** Name of a task, or a task file. Default: the model's own. */
  readonly task?: string
  readonly engine?: string
  readonly flavour?: string
  /** Rounds the weights of a float model to int8 and leaves its activations real: dynamic-range quantization, for comparison. */
  readonly dynamicRange?: boolean
  /** Told how many milliseconds each call of the engine of an int8 model took. */
  readonly onRun?: (ms: number) => void
  /** Folder of the data, whose task file may be what `task` names. */
  readonly data?: string
}

/** A model of either kind with its task, ready to predict. */
export interface OpenedModel {
  readonly path: string
  readonly task: Task
  readonly engine: string
  readonly precision: 'float' | 'int8'
  /** Sees drawings of records. Records are drawn for it; data sets of drawings go in as they are. */
  readonly drawn: boolean
  /** What its file carries; a file without metadata has thresholds of .5 and no temperature. */
  readonly fitted: Fitted
  /** True when it was trained on the validation records too. */
  readonly knowsValidation: boolean
  /** Sentences that must stand beside its scores. */
  readonly notes: readonly string[]
  predict(dataset: Dataset, report: Report): Promise<PatientPredictions>
}

/**
 * Opens an int8 .tflite file, by its path or as one that ships by its name, or the folder of a float model. Throws HolterError when its form is not that of the task, which is its own
 * one unless another is named; a .tflite file without `holter` metadata needs it named.
 */
export async function openModel(path: string, options: ModelOptions): Promise<OpenedModel> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  if (!isFolder && !existsSync(modelPath(path, 'int8'))) {
    throw new HolterError({
      stage: 'file',
      where: path,
      problem: 'cannot be read: it does not exist',
      hint: 'Give the path of an int8 .tflite file, or the folder of a float model',
    })
  }
  return isFolder ? floatModel(path, options) : int8Model(path, options)
}

async function floatModel(path: string, options: ModelOptions): Promise<OpenedModel> {
  if (options.engine && options.engine !== 'tfjs') {
    throw new HolterError({
      stage: 'usage',
      where: `--engine ${options.engine}`,
      problem: 'a float model runs in tfjs only',
      hint: 'Quantize it first, or leave --engine out',
    })
  }
  const tf = loadTfjs()
  const { model, metadata } = await loadFloatModel(tf, path)
  const rounded = options.dynamicRange && roundWeights(runFloatPasses(exportGraph(model)))
  return {
    path,
    task: taskOf(path, metadata, options),
    engine: rounded ? 'tfjs with int8 weights' : 'tfjs',
    precision: 'float',
    drawn: metadata.drawn !== undefined,
    fitted: metadata,
    knowsValidation: knowsValidation(metadata),
    notes: syntheticNotes(path, metadata),
    predict: async (dataset, report) =>
      rounded
        ? predictGraph(tf, rounded, dataset, metadata, report)
        : predictFloat(tf, model, dataset, metadata, report),
  }
}

function int8Model(path: string, options: ModelOptions): OpenedModel {
  if (options.dynamicRange) {
    throw new HolterError({
      stage: 'usage',
      where: '--dynamic-range',
      problem: 'the activations of this model are integers already',
      got: path,
      hint: 'Give the folder of the float model',
    })
  }
  const { engine, form } = engineFor(options.engine ?? 'node', options.flavour)
  const choice = { engine: options.onRun ? withClock(engine, options.onRun) : engine, form }
  const model = loadModel(path)
  const { metadata } = model.graph
  const task = metadata ? taskOf(path, metadata, options) : foreignTask(path, model.graph, options)
  return {
    path,
    task,
    engine: choice.engine.name,
    precision: 'int8',
    drawn: metadata?.drawn !== undefined,
    fitted: metadata ?? { thresholds: task.labels.map(() => 0.5) },
    knowsValidation: metadata !== undefined && knowsValidation(metadata),
    notes: metadata ? syntheticNotes(path, metadata) : [foreignNote(path, task)],
    predict: (dataset, report) => predictInt8(model, dataset, choice, report),
  }
}

/** A model scores on a task only if it was made for the same records and labels, in the same order. */
function taskOf(path: string, metadata: Metadata, options: ModelOptions): Task {
  const task = options.task === undefined ? taskOfModel(metadata) : findTask(options, options.task)
  const form = (x: Pick<Task, 'kind' | 'labels' | 'leads' | 'sampleRateHz' | 'samples' | 'features'>) =>
    `labels ${x.labels.join(' ')}${x.kind === 'single-label' ? ' (one of them)' : ''}; leads ${x.leads.join(' ')}; ${x.samples} samples at ${x.sampleRateHz} Hz` +
    (x.features ? `; features ${x.features.join(' ')}` : '')
  const got = form({ ...metadata, features: metadata.features?.names })
  if (got !== form(task)) throw otherForm(path, task, got, form(task))
  return task
}

/** Of a file without metadata only the sizes can be held against the task. */
function foreignTask(path: string, graph: IntGraph, options: ModelOptions): Task {
  if (!options.task) {
    throw new HolterError({
      stage: 'evaluate',
      where: path,
      problem: 'the file has no "holter" metadata, so its labels, leads and scaling are unknown',
      hint: `Name the task that it was made for: --task ${tasks.map(task => task.name).join(' or ')}`,
    })
  }
  const task = findTask(options, options.task)
  const { samples, width = 1, leads, features, labels } = task
  const long = (shape: readonly number[]) => shape.filter(n => n !== 1).join(' × ')
  const shapes = (tensors: readonly number[]) => tensors.map(i => long(graph.tensors[i].shape)).join(' and ')
  const inputs = [[samples, width, leads.length], ...(features ? [[features.length]] : [])].map(long).join(' and ')
  const got = `${shapes(graph.inputs)} → ${shapes(graph.outputs)}`
  const expected = `${inputs} → ${labels.length}`
  const flat = graph.inputs.length === 1 && elements(graph.tensors[graph.inputs[0]].shape) === recordSize(task)
  const oneRow = graph.tensors[graph.inputs[0]].shape.filter(n => n !== 1).length === 1
  if (got !== expected && !(flat && oneRow && !features && got.endsWith(` → ${labels.length}`)))
    throw otherForm(path, task, got, expected)
  return task
}

/** Returns the sentence for scores on records that the model was trained on. */
export function rememberedNote(path: string): string {
  return `${path} was trained on the validation records as well: these figures say what it remembers.`
}

/** Returns the sentence that stands beside everything a model says that was made with synthetic records; none for others. */
export function syntheticNotes(path: string, metadata: Pick<Metadata, 'provenance'>): string[] {
  return madeWithSynthetic(metadata) ? [syntheticModelSentence(path)] : []
}

function foreignNote(path: string, { labels, leads, unit }: Task): string {
  return (
    `${path} carries no holter metadata: its inputs are taken as ${unit === 'mV' ? 'millivolts' : 'the task’s values'}, not standardized, ` +
    `leads in the order ${leads.join(' ')}, outputs in the order ${labels.join(' ')}, thresholds .5.`
  )
}

function otherForm(path: string, task: Task, got: string, expected: string): HolterError {
  const problem = `the model was not made for task ${task.name}`
  return new HolterError({ stage: 'evaluate', where: path, problem, got, expected })
}
