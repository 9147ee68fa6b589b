import { join } from 'node:path'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { HolterError } from '../errors.ts'
import { writeFile } from '../files.ts'
import { flavourNames } from '../ops/flavour.ts'
import { compressionSummary } from '../report/compression.ts'
import type { CompressInput } from '../runs/compress/compress.ts'
import { inTerminal, interrupted } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { givenOptions, json, printJson, seed, whole, within } from './options.ts'

interface CompressOptions extends Omit<CompressInput, 'model' | 'out'> {
  readonly out?: string
  readonly json?: boolean
}

/** `holter compress`: search for a smaller model that keeps a budget. */
export const compress = withDataOptions(
  new Command('compress')
    .summary('search for a smaller model within a budget of flash, RAM, MACs and score')
    .description(
      'Cuts channels of a float model, trains on with the model before the cut as teacher, quantizes to 8 and 7 bits, at once and trained ' +
        'as integers, and shows every candidate as a .tflite file, measured on its own bytes. Cuts that cannot fit by their size are not ' +
        'trained. The same command goes on after an interrupt.',
    )
    .addArgument(new Argument('<model>', 'folder of a float model, or name of one that ships'))
    .requiredOption(
      '-b, --budget <limits>',
      'what it may cost and must reach: flash (the module), ram (the arena), macs, auc (f1 where labels exclude each other)',
    )
    .addOption(new Option('--shares <list>', 'shares of the channels to cut (default: 0 to 0.7)').argParser(shares))
    .addOption(new Option('--epochs <n>', 'epochs after a cut').argParser(whole(1)).default(20))
    .addOption(
      new Option('--learning-rate <x>', "their peak learning rate (default: a tenth of the recipe's)").argParser(
        within(1e-9, 10),
      ),
    )
    .addOption(
      new Option('--aware-epochs <n>', 'epochs of training as integers; 0: none').argParser(whole(0)).default(4),
    )
    .addOption(
      new Option(
        '--folds <n>',
        'score each candidate out of fold, trained anew on this many folds, instead of on the validation records',
      ).argParser(whole(2)),
    )
    .option('--store <dir>', 'folder of trained networks of folds', 'build/fold-models')
    .addOption(new Option('--minutes <n>', 'start no further cut after this many minutes of work').argParser(whole(1)))
    .addOption(
      new Option(
        '-f, --flavour <flavour>',
        'flavour of the modules that are measured; they are made for size, as devices take them',
      )
        .choices(flavourNames)
        .default('scalar'),
    )
    .addOption(new Option('--seed <n>', 'seed of order and augmentation').argParser(seed).default(1))
    .addOption(new Option('--threads <n>', 'processor threads (default: all cores)').argParser(whole(1)))
    .option('-o, --out <dir>', 'folder to write into (default: build/MODEL-compressed)'),
)
  .addOption(json())
  .addHelpText('after', '\nExample: holter compress ecg-mcu --budget flash=32KB,ram=24KB,auc=.92')
  .action(async (model: string, options: CompressOptions, command: Command) => {
    const { out = join('build', `${model.split('/').at(-1)}-compressed`), budget } = options
    const { compress } = await import('../runs/compress/compress.ts')
    const compressed = await inTerminal(context => compress({ ...options, model, out }, context))
    if (!compressed) return interrupted('the same command goes on')
    const { miss, rows, untried, ...all } = compressed
    const asked = givenOptions(command, ['out', 'json', 'data', 'skipMissing', 'store'])
    const bound = (...names: string[]) => all.budget.find(({ limit }) => names.includes(limit.name))?.value
    const report = {
      ...all,
      model,
      rows,
      budget,
      untried,
      limits: { bytes: bound('flash'), score: bound('auc', 'f1') },
      command: ['holter compress', model, ...asked].join(' '),
    }
    const { renderCompression } = await import('../report/render-compression.ts')
    writeFile(join(out, 'report.html'), await renderCompression(report))
    const summary = { ...report, ...(miss && { nearestMiss: miss.row.name, enough: miss.enough }) }
    writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
    if (!miss) return options.json ? printJson(summary) : console.log(compressionSummary(report, out))
    if (!options.json) console.log(compressionSummary(report, out))
    const got = miss.broken.map(({ limit }) => `${limit.name} ${limit.text(limit.of(miss.row))}`).join(', ')
    throw new HolterError({
      stage: 'train',
      where: model,
      problem: `no candidate keeps the budget; the nearest miss is ${miss.row.name}`,
      got,
      expected: budget,
      hint: `${miss.enough} would be enough for ${join(out, miss.row.name)}.tflite; or take more --epochs or other --shares`,
    })
  })

/** Parses shares of channels, separated by commas, for commander. */
function shares(text: string): number[] {
  const values = text.split(',').map(part => (part.trim() ? Number(part) : Number.NaN))
  if (values.every(value => value >= 0 && value < 1)) return values
  throw new InvalidArgumentError('It must be shares from 0 to below 1 with commas between them, such as 0,0.3,0.5.')
}
