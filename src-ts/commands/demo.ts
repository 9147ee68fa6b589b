import { join } from 'node:path'
import { Command, Option } from 'commander'
import { countsSentence } from '../report/data-sentences.ts'
import { demoSummary } from '../report/summaries.ts'
import type { DemoInput } from '../runs/demo.ts'
import { inTerminal, interrupted } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson, seed, whole } from './options.ts'

/** `holter demo`: the whole product once, on real records if they are found. */
export const demo = withDataOptions(
  new Command('demo')
    .summary('train, prune, quantize, compile and verify a small network, and write a report')
    .description(
      'Runs the whole pipeline once: data, training, pruning, quantization, kernels, wasm, parity on every engine found, report.html. ' +
        'Takes about a minute on two cores. With --model nothing is trained: the pipeline starts from a model file.',
    )
    .addOption(new Option('--network <network>', 'network to train').default('gap-cnn'))
    .addOption(
      new Option(
        '--model <model>',
        'start from a model instead of training: the name of a shipped one, or a .tflite file',
      ).conflicts(['network', 'epochs']),
    )
    .addOption(new Option('--epochs <n>', "epochs (default: the network's recipe)").argParser(whole(1)))
    .addOption(
      new Option('--seed <n>', 'seed of weights, order, augmentation and calibration').argParser(seed).default(1),
    )
    .addOption(
      new Option('--probes <n>', 'number of inputs on which engines are compared').argParser(whole(1)).default(64),
    )
    .option('-o, --out <dir>', 'folder to write into', 'build/demo'),
)
  .addOption(json())
  .addHelpText('after', '\nExamples: ECG_DATA_DIR=/data/ecg holter demo; holter demo --model ecg-tiny')
  .action(async (options: DemoInput & { readonly json?: boolean }) => {
    const { demo } = await import('../runs/demo.ts')
    const made = await inTerminal(context => demo(options, context))
    if (!made) return interrupted('the demo is not complete')
    const { report, product, summary } = made
    if (product.parity.some(row => row.differing > 0)) process.exitCode = 1
    if (options.json) return printJson(summary)
    const { folds, notes = [] } = report.data
    console.log(demoSummary(report))
    const closed = folds ? 'Fold 10' : 'The test split'
    console.log(`\n${[countsSentence(report.data), `${closed} stays closed.`, ...notes].join(' ')}`)
    console.log(`\nReport: ${join(options.out, 'report.html')}`)
  })
