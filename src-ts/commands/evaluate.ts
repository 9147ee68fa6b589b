import { existsSync, statSync } from 'node:fs'
import { Argument, Command, Option } from 'commander'
import type { Dataset, SplitName } from '../ecg/dataset.ts'
import { engineFor } from '../engines/choose.ts'
import { loadModel } from '../engines/model.ts'
import { byName, HolterError } from '../errors.ts'
import type { Metadata } from '../ir/metadata.ts'
import { evaluate as scorePredictions } from '../metrics/evaluation.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { progress } from '../report/progress.ts'
import { evaluationSummary } from '../report/summaries.ts'
import { predictFloat, predictInt8, type Report } from '../stages.ts'
import { tasks } from '../tasks/index.ts'
import type { Task } from '../tasks/task.ts'
import { loadTfjs } from '../train/backend.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { dataOption, openFor, skipMissingOption } from './data-options.ts'
import { json, printJson } from './options.ts'

interface EvaluateOptions {
  task?: string
  split: SplitName
  engine?: string
  flavour?: string
  data?: string
  skipMissing?: boolean
  json?: boolean
}

/** A model of either kind, ready to predict. */
interface Loaded {
  readonly metadata: Metadata
  readonly engine: string
  predict(dataset: Dataset, report: Report): Promise<PatientPredictions>
}

/** `holter evaluate`: the scores of a model on a split. The only command that opens the test split. */
export const evaluate = new Command('evaluate')
  .summary('score a float or int8 model on the validation or test split')
  .description(
    'Scores a model with the thresholds that its file carries. Opens the test split only with --split test: for final figures.',
  )
  .addArgument(new Argument('<model>', 'int8 .tflite file, or folder of a float model'))
  .option('-t, --task <task>', "default: the model's own")
  .addOption(
    new Option('-s, --split <split>', 'records to score on').choices(['validation', 'test']).default('validation'),
  )
  .option('-e, --engine <engine>', 'what runs an int8 model: reference, node, wasmtime, … (default: node)')
  .option('-f, --flavour <flavour>', 'flavour of the module')
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addOption(json())
  .addHelpText('after', '\nExample: holter evaluate models/gap-cnn.tflite --split validation --engine wasmtime')
  .action(async (path: string, options: EvaluateOptions) => {
    const loaded =
      existsSync(path) && statSync(path).isDirectory() ? await floatModel(path, options) : int8Model(path, options)
    const task = byName('task', options.task ?? loaded.metadata.task, tasks)
    requireSameForm(path, loaded.metadata, task)
    const { opened } = await openFor(task, [options.split], options)
    const dataset = opened.splits[options.split]!
    const bar = progress({ title: 'evaluate', unit: 'records' })
    const predictions = await loaded.predict(dataset, (done, total) => bar.update(done, { total }))
    bar.stop()
    const evaluation = scorePredictions(predictions, loaded.metadata.thresholds)
    const { synthetic, name, hash, notes = [] } = opened
    const about = {
      model: path,
      task: task.name,
      split: options.split,
      engine: loaded.engine,
      data: { name, synthetic, sha256: hash },
      notes,
    }
    if (options.json) return printJson({ ...about, ...evaluation })
    if (synthetic) console.log('SYNTHETIC records: the scores say nothing about patients.')
    console.log(`${path} on ${task.name}, ${options.split} split, ${loaded.engine}\n`)
    console.log(evaluationSummary(evaluation))
    for (const note of notes) console.log(`\n${note}`)
  })

async function floatModel(path: string, { engine }: EvaluateOptions): Promise<Loaded> {
  if (engine && engine !== 'tfjs') {
    throw new HolterError({
      stage: 'usage',
      where: `--engine ${engine}`,
      problem: 'a float model runs in tfjs only',
      hint: 'Quantize it first, or leave --engine out',
    })
  }
  const tf = loadTfjs()
  const { model, metadata } = await loadFloatModel(tf, path)
  return {
    metadata,
    engine: 'tfjs',
    predict: async (dataset, report) => predictFloat(tf, model, dataset, metadata, report),
  }
}

function int8Model(path: string, options: EvaluateOptions): Loaded {
  const { engine, flavour } = engineFor(options.engine ?? 'node', options.flavour)
  const model = loadModel(path)
  const { metadata } = model.graph
  if (!metadata) {
    throw new HolterError({
      stage: 'tflite',
      where: path,
      problem: 'the file has no "holter" metadata, so its labels, leads and scaling are unknown',
      hint: 'Evaluate a file that holter quantize wrote',
    })
  }
  return {
    metadata,
    engine: engine.name,
    predict: (dataset, report) => predictInt8(model, dataset, { engine, flavour }, report),
  }
}

/** A model scores on a task only if it was made for the same records and labels, in the same order. */
function requireSameForm(path: string, metadata: Metadata, task: Task): void {
  const form = (x: Pick<Task, 'labels' | 'leads' | 'sampleRateHz' | 'samples' | 'features'>) =>
    `labels ${x.labels.join(' ')}; leads ${x.leads.join(' ')}; ${x.samples} samples at ${x.sampleRateHz} Hz` +
    (x.features ? `; features ${x.features.join(' ')}` : '')
  const got = form({ ...metadata, features: metadata.features?.names })
  if (got === form(task)) return
  throw new HolterError({
    stage: 'metrics',
    where: path,
    problem: `the model was not made for task ${task.name}`,
    got,
    expected: form(task),
  })
}
