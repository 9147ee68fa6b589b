import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { findData } from '../ecg/find-data.ts'
import { byName } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import { networks } from '../networks/index.ts'
import { type PipelineOptions, type Product, pipeline, shippedPipeline } from '../pipeline.ts'
import { progress } from '../report/progress.ts'
import { demoSummary } from '../report/summaries.ts'
import { tasks } from '../tasks/index.ts'
import { loadTfjs, trainingMissing } from '../train/backend.ts'
import { countsSentence, dataOption, skipMissingOption } from './data-options.ts'
import { demoReport } from './demo-report.ts'
import { interruptible } from './interrupt.ts'
import { whole } from './options.ts'

interface DemoOptions {
  network: string
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
      'Takes about five minutes on two cores.',
  )
  .addOption(new Option('--network <network>', 'network to train').default('gap-cnn'))
  .addOption(new Option('--epochs <n>', "epochs (default: the network's recipe)").argParser(whole(1)))
  .addOption(new Option('--seed <n>', 'seed of everything that is drawn').argParser(whole(0)).default(1))
  .addOption(new Option('--probes <n>', 'inputs on which engines are compared').argParser(whole(1)).default(64))
  .option('-o, --out <dir>', 'folder to write into', 'build/demo')
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addHelpText('after', '\nExample: ECG_DATA_DIR=/data/ecg holter demo')
  .action(async (options: DemoOptions) => {
    const network = byName('network', options.network, networks)
    const task = byName('task', network.task, tasks)
    makeFolder(options.out)
    const { source, sentence } = findData(task, {
      dir: options.data,
      seed: options.seed,
      skipMissing: options.skipMissing,
    })
    console.error(sentence)
    const common: Omit<PipelineOptions, 'signal'> = {
      task,
      network,
      source,
      recipe: { ...network.recipe, ...(options.epochs ? { epochs: options.epochs } : {}) },
      seed: options.seed,
      sparsity: 0.2,
      fineTuneEpochs: 1,
      probes: options.probes,
      out: options.out,
      command: `holter demo --network ${network.name} --seed ${options.seed}${options.epochs ? ` --epochs ${options.epochs}` : ''}`,
      watch: (title, unit) => progress({ title, unit }),
    }
    const missing = trainingMissing()
    if (missing) console.error(`Training is left out, the shipped model goes on: ${missing}.`)
    const product = await interruptible(signal =>
      missing ? shippedPipeline({ ...common, signal }, SHIPPED) : pipeline(loadTfjs(), { ...common, signal }),
    )
    if (!product) {
      console.error('Interrupted: the demo is not complete.')
      process.exitCode = 130
      return
    }
    await finish(product, common)
  })

/** The model that stands in where training cannot run. */
const SHIPPED = fileURLToPath(new URL('../../models/gap-cnn.tflite', import.meta.url))

async function finish(product: Product, options: Omit<PipelineOptions, 'signal'>): Promise<void> {
  const report = demoReport(product, options)
  // Loaded here: the charts' library would slow every command's start.
  const { renderReport } = await import('../report/render-report.ts')
  writeFile(join(options.out, 'report.html'), await renderReport(report))
  const { evaluation: int8 } = report.int8
  const summary = {
    data: {
      name: report.data.name,
      synthetic: report.data.synthetic,
      source: report.data.source,
      records: report.data.records,
      folds: report.data.folds,
      dropped: report.data.dropped,
    },
    ...(report.float ? { float: { macroAuc: { validation: report.float.evaluation.macroAuc } } } : {}),
    int8: { macroAuc: { validation: int8.macroAuc } },
    parity: product.parity,
    files: Object.fromEntries(product.files.map(f => [f.file, { bytes: f.bytes, sha256: f.sha256 }])),
    seconds: product.stages.reduce((sum, s) => sum + s.seconds, 0),
  }
  writeFile(join(options.out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  console.log(demoSummary(report))
  console.log(`\n${countsSentence(report.data)} Fold 10 stays closed.`)
  console.log(`\nReport: ${join(options.out, 'report.html')}`)
  const differing = product.parity.filter(row => row.differing > 0)
  if (differing.length) process.exitCode = 1
}
