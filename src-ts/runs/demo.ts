import { basename, join } from 'node:path'
import { findData } from '../ecg/datasets/find-data.ts'
import type { RunnableModel } from '../engines/engine.ts'
import { loadModel } from '../engines/model.ts'
import { byName, HolterError } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import { knowsValidation, type Metadata } from '../ir/metadata.ts'
import { networks } from '../networks/index.ts'
import type { ReportData, ScoredModel } from '../report/report-data.ts'
import { taskOfModel } from '../tasks/find-task.ts'
import { tasks } from '../tasks/index.ts'
import type { Task } from '../tasks/task.ts'
import { loadTfjs, trainingMissing } from '../train/backend.ts'
import type { Context } from '../watch.ts'
import { type DemoNames, demoReport } from './demo-report.ts'
import { rememberedNote, syntheticNotes } from './open-model.ts'
import type { DataChoice } from './open-records.ts'
import { type Product, pipeline, type ShippedOptions, shippedPipeline } from './pipeline.ts'

/** The model that stands in where training cannot run. */
const STAND_IN = 'gap-cnn'

export interface DemoInput extends DataChoice {
  /** Network to train. */
  readonly network: string
  /** Trains nothing: a model that ships, by name, or a .tflite file. */
  readonly model?: string
  /** Default: as the network's recipe says. */
  readonly epochs?: number
  readonly seed: number
  /** Inputs on which engines are compared. */
  readonly probes: number
  /** Folder to write into. */
  readonly out: string
}

/** What the demo made, and what its page shows of it. */
export interface Demonstrated {
  readonly product: Product
  readonly report: ReportData
  /** What is written as summary.json. */
  readonly summary: ReturnType<typeof summaryOf>
}

/** Runs the whole product once and writes it with report.html and summary.json below `out`; undefined when the signal stopped the training. */
export async function demo(input: DemoInput, context: Context = {}): Promise<Demonstrated | undefined> {
  const missing = input.model === undefined ? trainingMissing() : undefined
  if (missing) context.say?.(`Training is not possible here, so a shipped model stands in: ${missing}.`)
  const file = input.model ?? (missing && STAND_IN)
  const made = file ? await fromModel(file, input, context) : await fromTraining(input, context)
  if (!made) return undefined
  const report = demoReport(made.product, made.names)
  // Loaded here: the charts' library would slow every start.
  const { renderReport } = await import('../report/render-report.ts')
  writeFile(join(input.out, 'report.html'), await renderReport(report))
  const summary = summaryOf(report, made.product)
  writeFile(join(input.out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  return { product: made.product, report, summary }
}

interface Made {
  readonly product: Product
  readonly names: DemoNames
}

async function fromTraining(input: DemoInput, context: Context): Promise<Made | undefined> {
  const network = byName('network', input.network, networks)
  const task = byName('task', network.task, tasks)
  const { epochs, seed } = input
  const command = `holter demo --network ${network.name} --seed ${seed}${epochs ? ` --epochs ${epochs}` : ''}`
  const common = prepare(task, input, context)
  const recipe = { ...network.recipe, ...(epochs ? { epochs } : {}) }
  const making = { ...common, network, recipe, seed, sparsity: 0.2, fineTuneEpochs: 1, command }
  const product = await pipeline(loadTfjs(), making)
  return product && { product, names: { name: network.name, task, command, seed } }
}

async function fromModel(nameOrFile: string, input: DemoInput, context: Context): Promise<Made> {
  const model = loadModel(nameOrFile)
  const metadata = requireMetadata(model, nameOrFile)
  const task = taskOfModel(metadata)
  const command = `holter demo --model ${nameOrFile}`
  const product = await shippedPipeline(prepare(task, input, context), model)
  const notes = [
    ...(knowsValidation(metadata) ? [rememberedNote(nameOrFile)] : []),
    ...syntheticNotes(nameOrFile, metadata),
  ]
  return { product, names: { name: basename(nameOrFile, '.tflite'), task, command, seed: input.seed, notes } }
}

function requireMetadata({ graph }: RunnableModel, where: string): Metadata {
  if (graph.metadata) return graph.metadata
  throw new HolterError({
    stage: 'usage',
    where,
    problem: 'the file has no "holter" metadata, so its task, labels and scaling are unknown',
    hint: 'Take holter evaluate --task to score it, holter compile and holter verify for the rest',
  })
}

/** Finds the data, says which, and makes the folder before the work begins. */
function prepare(task: Task, { data: dir, out, probes, ...choice }: DemoInput, context: Context): ShippedOptions {
  const { source, sentence } = findData(task, { ...choice, dir })
  makeFolder(out)
  context.say?.(sentence)
  return { ...context, task, source, probes, out }
}

/** The figures of a demo, for scripts. */
function summaryOf(report: ReportData, { parity, times, files, stages }: Product) {
  const { name, synthetic, source, records, folds, dropped, notes = [] } = report.data
  return {
    data: { name, synthetic, source, records, folds, dropped, notes },
    ...(report.base ? { float: scoresOf(report.base) } : {}),
    int8: scoresOf(report.model),
    parity,
    times,
    files: Object.fromEntries(files.map(f => [f.file, { bytes: f.bytes, sha256: f.sha256 }])),
    seconds: stages.reduce((sum, s) => sum + s.seconds, 0),
  }
}

/** The scores by which models of this kind of labels are compared. */
function scoresOf({ evaluation }: ScoredModel) {
  const { kind, macroAuc, macroF1, accuracy } = evaluation
  if (kind === 'multi-label') return { macroAuc: { validation: macroAuc } }
  return { macroF1: { validation: macroF1 }, accuracy: { validation: accuracy } }
}
