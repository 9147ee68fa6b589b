import { Command, Option } from 'commander'
import { inTerminal } from './context.ts'
import { within } from './options.ts'
import { type SeedsOptions, trainSeeds, withSeeds } from './train-seeds.ts'
import { withTrainingOptions } from './training-options.ts'
import { printTraining } from './training-output.ts'

interface DistillOptions extends SeedsOptions {
  teacher: string[]
  temperature: number
  alpha: number
}

/** `holter distill`: as `holter train`, with teachers that answer on every training batch. */
export const distill = withSeeds(
  withTrainingOptions(
    new Command('distill')
      .summary('train a network on the labels and on what trained ones answer')
      .description(
        'Trains as holter train does, towards the labels and towards the averaged answers of teachers on the same augmented records. ' +
          'Teachers are folders of float models of the same task and records.',
      ),
  ),
)
  .requiredOption(
    '--teacher <dir>',
    'folder of a float model; may be given several times',
    (dir, dirs: string[] = []) => [...dirs, dir],
  )
  .addOption(
    new Option('--temperature <x>', 'divides the logits; above 1, second thoughts count more')
      .argParser(within(0.1, 100))
      .default(1.5),
  )
  .addOption(
    new Option('--alpha <x>', 'weight of the teachers; the labels keep the rest').argParser(within(0, 1)).default(0.8),
  )
  .addHelpText(
    'after',
    '\nExample: holter distill ecg-tiny --teacher build/gap-cnn --teacher build/inception-gap --mixup 0.3 --out build/ecg-tiny',
  )
  .action(async (network: string, options: DistillOptions, command: Command) => {
    if (options.seeds) return trainSeeds(command, network, options)
    const { distill } = await import('../runs/distill.ts')
    printTraining(await inTerminal(context => distill({ ...options, network }, context)), options)
  })
