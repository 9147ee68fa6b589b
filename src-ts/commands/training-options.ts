import { Argument, type Command, Option } from 'commander'
import { networks } from '../networks/index.ts'
import type { TrainingInput } from '../runs/training-input.ts'
import { withDataOptions } from './data-options.ts'
import { json, seed, whole, within } from './options.ts'

/** Options of every command that trains a network from its first weights on. */
export interface TrainingOptions extends Omit<TrainingInput, 'network'> {
  readonly seed: number
  readonly augment: boolean
  readonly json?: boolean
}

/** Gives a command the argument and options of training, and returns it. */
export function withTrainingOptions(command: Command): Command {
  return withDataOptions(
    command
      .addArgument(new Argument('<network>', networks.map(n => `${n.name}: ${n.title}`).join('; ')))
      .option(
        '-t, --task <task>',
        "name, or a task file (default: holter.task.json in the data folder, else the network's own)",
      )
      .addOption(new Option('--epochs <n>', "epochs (default: the network's recipe)").argParser(whole(1)))
      .addOption(
        new Option('--seed <n>', 'seed of weights, order, augmentation and dropout').argParser(seed).default(1),
      )
      .option('-o, --out <dir>', 'folder to write into (default: build/NETWORK)'),
  )
    .addOption(new Option('--batch-size <n>', 'records per batch').argParser(whole(1)))
    .addOption(new Option('--learning-rate <x>', 'peak learning rate of Adam').argParser(within(1e-9, 10)))
    .addOption(new Option('--schedule <name>', 'learning-rate schedule').choices(['one-cycle', 'cosine', 'constant']))
    .addOption(new Option('--weight-decay <x>', 'L2 penalty on kernels').argParser(within(0, 1)))
    .addOption(new Option('--crop-samples <n>', 'train on random windows of this length').argParser(whole(1)))
    .addOption(new Option('--clip-norm <x>', 'clip gradients to this global norm').argParser(within(1e-9, 1e9)))
    .addOption(
      new Option(
        '--average-decay <x>',
        'decay of a moving average of the weights, which is then the model; 0: none',
      ).argParser(within(0, 0.999999)),
    )
    .addOption(new Option('--mixup <a>', 'mixup with weights from Beta(a, a); 0: none').argParser(within(0, 1)))
    .addOption(
      new Option(
        '--auxiliary <x>',
        'weight of each auxiliary label of the records in the loss, where a label of the task has 1; 0: none',
      ).argParser(within(0, 100)),
    )
    .addOption(new Option('--patience <n>', 'stop after this many epochs without improvement').argParser(whole(1)))
    .addOption(
      new Option(
        '--threads <n>',
        'processor threads (default: all cores, shared by --jobs); results depend on it in their last bits',
      ).argParser(whole(1)),
    )
    .option('--no-augment', 'train without augmentation')
    .option('--resume', 'resume from the checkpoint in the output folder')
    .addOption(json())
}

/** The option for threads of the input pipeline. */
export function inputJobs(): Option {
  const words = 'threads that draw ahead for a network of drawings; the weights stay the same (default: 0)'
  return new Option('--input-jobs <n>', words).argParser(whole(0, 64))
}
