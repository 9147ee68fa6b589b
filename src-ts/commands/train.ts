import { Command } from 'commander'
import { trainNetwork } from './train-network.ts'
import { type TrainingOptions, withTrainingOptions } from './training-options.ts'

/** `holter train`: a network on a task, with checkpoints; its float model, and its int8 file. */
export const train = withTrainingOptions(
  new Command('train')
    .summary('train a network on a task')
    .description(
      'Trains a network, keeps the weights of the epoch with the best validation score, and quantizes them. Writes a tfjs ' +
        'LayersModel (model.json, weights.bin) and model.tflite. The test split stays closed.',
    ),
)
  .addHelpText('after', '\nExample: holter train gap-cnn --epochs 12 --seed 1 --out build/gap-cnn')
  .action((name: string, options: TrainingOptions) => trainNetwork('train', name, options))
