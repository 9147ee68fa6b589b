import { Command, Option } from 'commander'
import { loadTfjs } from '../train/backend.ts'
import { checkTeachers, distillation, type Teacher } from '../train/distill.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { labelLoss } from '../train/loss.ts'
import type { Tf } from '../train/tf.ts'
import { within } from './options.ts'
import { type Joined, type Run, trainNetwork } from './train-network.ts'
import { type SeedsOptions, trainSeeds, withSeeds } from './train-seeds.ts'
import { withTrainingOptions } from './training-options.ts'

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
  .action(async (name: string, options: DistillOptions, command: Command) => {
    if (options.seeds) return trainSeeds(command, name, options)
    const teachers = await loadTeachers(loadTfjs(), options.teacher)
    await trainNetwork('distill', name, options, run => taughtBy(teachers, run, options))
  })

async function loadTeachers(tf: Tf, dirs: readonly string[]): Promise<Teacher[]> {
  const teachers: Teacher[] = []
  for (const path of dirs) teachers.push({ path, ...(await loadFloatModel(tf, path)) })
  return teachers
}

/** Returns what teachers add to a run, after a check that they fit it. */
function taughtBy(
  teachers: readonly Teacher[],
  { tf, task, recipe, train, standardization }: Run,
  { temperature, alpha }: DistillOptions,
): Joined {
  const { labels, leads, sampleRateHz, samples } = task
  const form = { task: task.name, labels, leads, sampleRateHz, samples }
  checkTeachers(tf, teachers, { ...form, ...standardization, recipe })
  const taught = distillation({ kind: task.kind, teachers, temperature, alpha })
  return {
    terms: [{ ...labelLoss(train, recipe), weight: 1 - alpha }, taught],
    flags: ` --temperature ${temperature} --alpha ${alpha}${teachers.map(({ path }) => ` --teacher ${path}`).join('')}`,
    provenance: {
      teachers: teachers.map(({ metadata, sha256 }) => ({
        network: metadata.network,
        weightsSha256: sha256,
        command: metadata.provenance.command,
      })),
    },
  }
}
