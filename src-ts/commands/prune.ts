import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { facts } from '../report/terminal.ts'
import type { PruneInput } from '../runs/prune.ts'
import { inTerminal, interrupted } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson, seed, whole, within } from './options.ts'

interface PruneOptions extends Omit<PruneInput, 'model'> {
  readonly json?: boolean
}

/** `holter prune`: cut the smallest weights of a float model, train on with them held at zero. */
export const prune = withDataOptions(
  new Command('prune')
    .summary('remove the smallest weights of a float model and fine-tune it')
    .description(
      'Sets the smallest weights of every kernel but the last to zero, fine-tunes with these weights held at zero, by the recipe that ' +
        'the model records, and writes a float model.',
    )
    .addArgument(new Argument('<model>', 'folder of a float model, or name of one that ships'))
    .addOption(new Option('--sparsity <x>', 'share of the weights to remove').argParser(within(0, 0.99)).default(0.3))
    .addOption(new Option('--epochs <n>', 'epochs of fine-tuning').argParser(whole(1)).default(2))
    .addOption(new Option('--seed <n>', 'seed of order and augmentation').argParser(seed).default(1))
    .requiredOption('-o, --out <dir>', 'folder to write into'),
)
  .addOption(json())
  .addHelpText('after', '\nExample: holter prune build/gap-cnn --sparsity 0.3 --out build/gap-cnn-pruned')
  .action(async (model: string, options: PruneOptions) => {
    const { prune } = await import('../runs/prune.ts')
    const pruned = await inTerminal(context => prune({ ...options, model }, context))
    if (!pruned) return interrupted()
    const { figures, before, after, synthetic, validationRecords } = pruned
    if (options.json) return printJson(figures)
    if (synthetic) console.log(SYNTHETIC_SENTENCE)
    const scores = `${before.value.toFixed(4)} before, ${after.value.toFixed(4)} after, ${validationRecords} records`
    console.log(
      facts([
        ['cut', `${(100 * figures.sparsity).toFixed(1)} % of the weights of all kernels but the last`],
        [`validation ${after.title}`, scores],
        ...figures.notes.map(note => ['note', note] as const),
        ['written', join(options.out, 'model.json')],
      ]),
    )
  })
