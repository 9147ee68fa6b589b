import { Command } from 'commander'
import { inTerminal } from './context.ts'
import { type SeedsOptions, trainSeeds, withSeeds } from './train-seeds.ts'
import { inputJobs, withTrainingOptions } from './training-options.ts'
import { printTraining } from './training-output.ts'

const described = new Command('train')
  .summary('train a network on a task')
  .description(
    'Trains a network, keeps the weights of the epoch with the best validation score, and quantizes them. Writes a tfjs ' +
      'LayersModel (model.json, weights.bin) and model.tflite. The test split stays closed.',
  )

/** `holter train`: a network on a task, with checkpoints; its float model, and its int8 file. Several seeds give a mean. */
export const train = withSeeds(withTrainingOptions(described))
  .addOption(inputJobs())
  .addHelpText(
    'after',
    '\nExamples: holter train gap-cnn --epochs 12 --seed 1 --out build/gap-cnn\n          holter train gap-cnn --seeds 1,2,3 --jobs 2',
  )
  .action(async (network: string, options: SeedsOptions, command: Command) => {
    if (options.seeds) return trainSeeds(command, network, options)
    const { train } = await import('../runs/train.ts')
    printTraining(await inTerminal(context => train({ ...options, network }, context)), options)
  })
