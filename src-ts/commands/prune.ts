import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { count } from '../report/numbers.ts'
import { facts, table } from '../report/terminal.ts'
import type { PruneInput } from '../runs/prune.ts'
import { inTerminal, interrupted } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson, seed, whole, within } from './options.ts'
import { layerShare, pattern, share } from './prune-options.ts'

interface PruneOptions extends Omit<PruneInput, 'model' | 'out'> {
  readonly out?: string
  readonly scan?: boolean
  readonly layer?: PruneInput['layers']
  readonly json?: boolean
}

/** `holter prune`: cut the least useful part of a float model, train on without it. */
export const prune = withDataOptions(
  new Command('prune')
    .summary('remove the smallest weights or channels of a float model and fine-tune it')
    .description(
      'Cuts the smallest weights of every kernel but the last, fine-tunes with these weights held at zero, by the recipe that ' +
        'the model records, and writes a float model. Methods: l1, single weights; nm, all but N of every M neighbouring input ' +
        'channels; block, runs of four input channels; channels, whole channels, which disappear from the graph with all that ' +
        'depends on them.',
    )
    .addArgument(new Argument('<model>', 'folder of a float model, or name of one that ships'))
    .addOption(new Option('--method <name>', 'what is cut').choices(['l1', 'nm', 'block', 'channels']).default('l1'))
    .addOption(new Option('--sparsity <x>', 'share to remove').argParser(share).default(0.3))
    .addOption(new Option('--layer <name=x>', 'another share for a layer; may be repeated').argParser(layerShare))
    .addOption(
      new Option('--scope <scope>', 'whether each layer loses the share, or all together, the smallest first').choices([
        'layer',
        'global',
      ]),
    )
    .addOption(new Option('--pattern <n:m>', 'with nm: what each group keeps (default: 2:4)').argParser(pattern))
    .addOption(
      new Option('--score <name>', 'with channels: what says which are worth least (default: l1)').choices([
        'l1',
        'gamma',
        'saliency',
      ]),
    )
    .option('--gradual', 'cut more before each epoch of the first half, by a cubic schedule, instead of all at once')
    .addOption(new Option('--epochs <n>', 'epochs of fine-tuning').argParser(whole(1)).default(2))
    .addOption(
      new Option('--learning-rate <x>', "its peak learning rate (default: a tenth of the recipe's)").argParser(
        within(0, 10),
      ),
    )
    .option(
      '--teacher <dir>',
      'folder of a float model that teaches, such as the one that is pruned; may be repeated',
      (dir, dirs: string[] = []) => [...dirs, dir],
    )
    .addOption(new Option('--seed <n>', 'seed of order and augmentation').argParser(seed).default(1))
    .option('-o, --out <dir>', 'folder to write into (required, unless with --scan)')
    .option('--scan', 'instead of cutting, show what cuts in one layer alone would cost, without training')
    .addOption(new Option('--threads <n>', 'processor threads (default: all cores)').argParser(whole(1)))
    .option('--resume', 'resume from the checkpoint in the output folder'),
)
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter prune build/gap-cnn --sparsity 0.3 --out build/gap-cnn-pruned' +
      '\n          holter prune gap-cnn --method channels --scan' +
      '\n          holter prune gap-cnn --method nm --pattern 1:4 --epochs 10 --teacher gap-cnn --out build/gap-cnn-1-4',
  )
  .action(async (model: string, options: PruneOptions, command: Command) => {
    const { layer: layers, out, ...input } = options
    if (options.scan) return printScan({ ...input, model }, options)
    if (out === undefined) command.error("error: required option '-o, --out <dir>' not specified")
    const { prune } = await import('../runs/prune.ts')
    const pruned = await inTerminal(context => prune({ ...input, layers, out, model }, context))
    if (!pruned) return interrupted()
    const { figures, before, after, synthetic, validationRecords } = pruned
    if (options.json) return printJson(figures)
    if (synthetic) console.log(SYNTHETIC_SENTENCE)
    const scores = `${before.value.toFixed(4)} before, ${after.value.toFixed(4)} after, ${validationRecords} records`
    const { parameters } = figures
    console.log(
      facts([
        ['zeros', `${(100 * figures.sparsity).toFixed(1)} % of the weights that are pruned`],
        ['parameters', `${count(parameters.before)} before, ${count(parameters.after)} after`],
        [`validation ${after.title}`, scores],
        ...figures.notes.map(note => ['note', note] as const),
        ['written', join(out, 'model.json')],
      ]),
    )
  })

/** Shows how sensitive each layer is, as a table or as JSON. */
async function printScan(input: Omit<PruneInput, 'out'>, { json }: Pick<PruneOptions, 'json'>): Promise<void> {
  const { scanSensitivity } = await import('../runs/scan-sensitivity.ts')
  const scanned = await inTerminal(context => scanSensitivity(input, context))
  if (!scanned) return interrupted('nothing was scanned')
  const { figures, shares, whole, layers, synthetic, validationRecords } = scanned
  if (json) return printJson(figures)
  if (synthetic) console.log(SYNTHETIC_SENTENCE)
  const heads = ['layer', 'weights', ...shares.map(share => `${+(100 * share).toFixed(1)} %`)]
  const cells = layers.map(({ layer, weights, scores }) => [
    layer,
    count(weights),
    ...scores.map(score => score.toFixed(4)),
  ])
  console.log(table(heads, cells))
  console.log(`\nvalidation ${whole.title}, uncut ${whole.value.toFixed(4)}, ${validationRecords} records`)
}
