import { Command, Option } from 'commander'
import { TEACHING } from '../runs/teaching.ts'
import { inTerminal } from './context.ts'
import { within } from './options.ts'
import { type SeedsOptions, trainSeeds, withSeeds } from './train-seeds.ts'
import { inputJobs, withTrainingOptions } from './training-options.ts'
import { printTraining } from './training-output.ts'

interface DistillOptions extends SeedsOptions {
  teacher: string[]
  temperature: number
  alpha: number
  hard?: boolean
}

/** `holter distill`: as `holter train`, with teachers that answer on every training batch. */
export const distill = withSeeds(
  withTrainingOptions(
    new Command('distill')
      .summary('train a network on the labels and on the outputs of trained networks')
      .description(
        'Trains like holter train, but on the labels and on the averaged outputs of teachers for the same augmented records. ' +
          'Teachers are folders of float models of the same task and records.',
      ),
  ),
)
  .requiredOption(
    '--teacher <dir>',
    'folder of a float model; repeat the option for more teachers',
    (dir, dirs: string[] = []) => [...dirs, dir],
  )
  .addOption(inputJobs())
  .addOption(
    new Option('--temperature <x>', 'divides the logits of teachers and student; values above 1 soften both')
      .argParser(within(0.1, 100))
      .default(TEACHING.temperature),
  )
  .addOption(
    new Option('--alpha <x>', 'weight of the teachers in the loss, from 0 to 1; the labels get the rest')
      .argParser(within(0, 1))
      .default(TEACHING.alpha),
  )
  .option('--hard', 'learn the decisions of the teachers in place of their logits')
  .addHelpText(
    'after',
    '\nExample: holter distill ecg-tiny --teacher build/gap-cnn --teacher build/inception-gap --mixup 0.3 --out build/ecg-tiny',
  )
  .action(async (network: string, options: DistillOptions, command: Command) => {
    if (options.seeds) return trainSeeds(command, network, options)
    const { distill } = await import('../runs/distill.ts')
    printTraining(await inTerminal(context => distill({ ...options, network }, context)), options)
  })
