import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { findData } from '../ecg/datasets/find-data.ts'
import type { RunnableModel } from '../engines/engine.ts'
import { loadModel } from '../engines/model.ts'
import { byName, HolterError } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import { knowsValidation, type Metadata } from '../ir/metadata.ts'
import { networks } from '../networks/index.ts'
import { type Product, pipeline, type ShippedOptions, shippedPipeline } from '../pipeline.ts'
import { progress } from '../report/progress.ts'
import type { ScoredModel } from '../report/report-data.ts'
import { demoSummary } from '../report/summaries.ts'
import { tasks } from '../tasks/index.ts'
import type { Task } from '../tasks/task.ts'
import { loadTfjs, trainingMissing } from '../train/backend.ts'
import { countsSentence, dataOption, skipMissingOption } from './data-options.ts'
import { type DemoNames, demoReport } from './demo-report.ts'
import { interruptible } from './interrupt.ts'
import { rememberedNote } from './open-model.ts'
import { seed, whole } from './options.ts'

interface DemoOptions {
  network: string
  model?: string
  epochs?: number
  seed: number
  probes: number
  out: string
  data?: string
  skipMissing?: boolean
}

/** `holter demo`: the whole product once, on real records if they are found. */
export const demo = new Command('demo')
  .summary('train, prune, quantize, compile and verify a small network, and write a report')
  .description(
    'Runs the whole product once: data, training, pruning, quantization, kernels, wasm, parity on every engine found, report.html. ' +
      'Takes about a minute on two cores. With --model the training is left out: a shipped model goes on from its file.',
  )
  .addOption(new Option('--network <network>', 'network to train').default('gap-cnn'))
  .addOption(
    new Option('--model <model>', 'train nothing: a model that ships, by name, or a .tflite file').conflicts([
      'network',
      'epochs',
    ]),
  )
  .addOption(new Option('--epochs <n>', "epochs (default: the network's recipe)").argParser(whole(1)))
  .addOption(
    new Option('--seed <n>', 'seed of weights, order, augmentation and calibration').argParser(seed).default(1),
  )
  .addOption(new Option('--probes <n>', 'inputs on which engines are compared').argParser(whole(1)).default(64))
  .option('-o, --out <dir>', 'folder to write into', 'build/demo')
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addHelpText('after', '\nExamples: ECG_DATA_DIR=/data/ecg holter demo; holter demo --model ecg-tiny')
  .action(async (options: DemoOptions) => {
    const missing = options.model === undefined ? trainingMissing() : undefined
    if (missing) console.error(`Training is left out, the shipped model goes on: ${missing}.`)
    const file = options.model ?? (missing && STAND_IN)
    const made = file ? await fromModel(file, options) : await fromTraining(options)
    if (made) return finish(made.product, made.names, options.out)
    console.error('Interrupted: the demo is not complete.')
    process.exitCode = 1
  })

/** The model that stands in where training cannot run. */
const STAND_IN = 'gap-cnn'
const ZOO = fileURLToPath(new URL('../../models/', import.meta.url))

interface Made {
  readonly product: Product
  readonly names: DemoNames
}

async function fromTraining(options: DemoOptions): Promise<Made | undefined> {
  const network = byName('network', options.network, networks)
  const task = byName('task', network.task, tasks)
  const { epochs, seed } = options
  const command = `holter demo --network ${network.name} --seed ${seed}${epochs ? ` --epochs ${epochs}` : ''}`
  const common = prepare(task, options)
  const making = {
    ...common,
    network,
    recipe: { ...network.recipe, ...(epochs ? { epochs } : {}) },
    seed,
    sparsity: 0.2,
    fineTuneEpochs: 1,
    command,
  }
  const product = await interruptible(signal => pipeline(loadTfjs(), { ...making, signal }))
  return product && { product, names: { name: network.name, task, command, seed } }
}

async function fromModel(nameOrFile: string, options: DemoOptions): Promise<Made> {
  const file = existsSync(nameOrFile) || /[/\\]|\.tflite$/.test(nameOrFile) ? nameOrFile : zooFile(nameOrFile)
  const model = loadModel(file)
  const metadata = metadataOf(model, file)
  const task = byName('task', metadata.task, tasks)
  const command = `holter demo --model ${nameOrFile}`
  const product = await shippedPipeline(prepare(task, options), model)
  const notes = knowsValidation(metadata) ? [rememberedNote(nameOrFile)] : []
  return { product, names: { name: basename(file, '.tflite'), task, command, seed: options.seed, notes } }
}

/** The file of a model that ships, by its name. */
function zooFile(name: string): string {
  const shipped = readdirSync(ZOO).filter(file => file.endsWith('.tflite'))
  const models = shipped.map(file => ({ name: basename(file, '.tflite') }))
  return join(ZOO, `${byName('model', name, models).name}.tflite`)
}

function metadataOf({ graph }: RunnableModel, where: string): Metadata {
  if (graph.metadata) return graph.metadata
  throw new HolterError({
    stage: 'tflite',
    where,
    problem: 'the file has no "holter" metadata, so its task, labels and scaling are unknown',
    hint: 'Take holter evaluate --task to score it, holter compile and holter verify for the rest',
  })
}

/** Finds the data, says which, and makes the folder before the work begins. */
function prepare(task: Task, { data: dir, skipMissing, out, probes }: DemoOptions): ShippedOptions {
  const { source, sentence } = findData(task, { dir, skipMissing })
  makeFolder(out)
  console.error(sentence)
  return { task, source, probes, out, watch: (title, unit) => progress({ title, unit }) }
}

async function finish(product: Product, names: DemoNames, out: string): Promise<void> {
  const report = demoReport(product, names)
  // Loaded here: the charts' library would slow every command's start.
  const { renderReport } = await import('../report/render-report.ts')
  writeFile(join(out, 'report.html'), await renderReport(report))
  const { name, synthetic, source, records, folds, dropped, notes = [] } = report.data
  const summary = {
    data: { name, synthetic, source, records, folds, dropped, notes },
    ...(report.base ? { float: scoresOf(report.base) } : {}),
    int8: scoresOf(report.model),
    parity: product.parity,
    files: Object.fromEntries(product.files.map(f => [f.file, { bytes: f.bytes, sha256: f.sha256 }])),
    seconds: product.stages.reduce((sum, s) => sum + s.seconds, 0),
  }
  writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  console.log(demoSummary(report))
  const closed = folds ? 'Fold 10' : 'The test split'
  console.log(`\n${[countsSentence(report.data), `${closed} stays closed.`, ...notes].join(' ')}`)
  console.log(`\nReport: ${join(out, 'report.html')}`)
  const differing = product.parity.filter(row => row.differing > 0)
  if (differing.length) process.exitCode = 1
}

/** The scores by which models of this kind of labels are compared. */
function scoresOf({ evaluation }: ScoredModel) {
  const { kind, macroAuc, macroF1, accuracy } = evaluation
  if (kind === 'multi-label') return { macroAuc: { validation: macroAuc } }
  return { macroF1: { validation: macroF1 }, accuracy: { validation: accuracy } }
}
