import { join } from 'node:path'
import { Command, Option } from 'commander'
import { byName, HolterError } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { networks } from '../networks/index.ts'
import { foldsSummary } from '../report/folds-summary.ts'
import { counted } from '../report/numbers.ts'
import { TEACHING } from '../runs/teaching.ts'
import type { FoldResult } from '../runs/train-fold.ts'
import { findTask } from '../tasks/find-task.ts'
import { inTerminal } from './context.ts'
import { type Job, reportOutcomes, runJobs, shareCores } from './jobs.ts'
import { givenOptions, printJson, whole, within } from './options.ts'
import { type TrainingOptions, withTrainingOptions } from './training-options.ts'

interface CrossValidateOptions extends TrainingOptions {
  folds: number
  stratified?: boolean
  jobs: number
  step: string[]
  teacher: string[]
  temperature: number
  alpha: number
  store: string
  /** Folder of another cross-validation. */
  against?: string
  /** Only this fold, in this process. */
  fold?: number
}

const described = new Command('cross-validate')
  .summary('train and score a network on K folds of the training and validation records')
  .description(
    'Splits the training and validation records into folds, all records of a patient in one fold. Trains once per fold on the other ' +
      'folds, each time in a process of its own, takes the model through the steps of --step, quantizes it, and scores the fold that was ' +
      'held out, in float and by the int8 bytes. Keeps the last epoch, and takes standardization, ranges, thresholds and teachers from the ' +
      'training side, so that nothing is chosen by the fold that is scored. The test split stays closed.',
  )

/** `holter cross-validate`: the scores of a network on records that it was not trained on, with their spread. */
export const crossValidate = withTrainingOptions(described)
  .addOption(new Option('-k, --folds <n>', 'number of folds').argParser(whole(2)).default(5))
  .option('--stratified', 'keep the share of each label equal across folds')
  .addOption(new Option('-j, --jobs <n>', 'processes to run at the same time').argParser(whole(1)).default(1))
  .addOption(
    new Option(
      '--step <step>',
      'step after the training with its options, as one types its command ("prune --sparsity 0.5", "quantize --weight-bits 7"); ' +
        '"--teacher self": the model before the step teaches in it. Repeat it for further ones; "quantize" ends them unless they did',
    )
      .argParser(collected)
      .default([], 'none'),
  )
  .addOption(
    new Option(
      '--teacher <network>',
      'network that teaches, with --epochs, --crop-samples, --mixup, --average-decay, --auxiliary or --seed after its name; trained on the training side of each fold, and kept. Repeat it for several, whose logits are averaged',
    )
      .argParser(collected)
      .default([], 'none'),
  )
  .addOption(
    new Option('--temperature <x>', 'divides the logits of teachers and student')
      .argParser(within(0.01, 100))
      .default(TEACHING.temperature),
  )
  .addOption(
    new Option('--alpha <x>', 'weight of the teachers; the labels keep the rest')
      .argParser(within(0, 1))
      .default(TEACHING.alpha),
  )
  .option(
    '--store <dir>',
    'folder of trained networks, from which --resume and teachers take what was trained before',
    'build/fold-models',
  )
  .option(
    '--against <dir>',
    'folder of another cross-validation of the same records, whose int8 models are compared by a paired bootstrap',
  )
  .addOption(new Option('--fold <n>', 'train this fold only').argParser(whole(1)).hideHelp())
  .addHelpText(
    'after',
    '\nThe default output folder is build/NETWORK-folds.' +
      '\n\nExamples: holter cross-validate ecg-tiny --folds 5 --stratified --jobs 2' +
      '\n          holter cross-validate ecg-tiny --resume --out build/half --step "prune --sparsity 0.5" --step "quantize --weight-bits 7" \\' +
      '\n            --against build/ecg-tiny-folds',
  )
  .action((name: string, options: CrossValidateOptions, command: Command) =>
    options.fold === undefined ? allFolds(command, name, options) : oneFold(name, options, options.fold),
  )

/** Runs every fold in a process of its own and sums them up. */
async function allFolds(line: Command, name: string, options: CrossValidateOptions): Promise<void> {
  if (options.patience !== undefined) {
    throw new HolterError({
      stage: 'usage',
      where: '--patience',
      problem: 'no records are left to stop early by: the held-out fold must not choose the epoch',
      hint: 'Set --epochs instead',
    })
  }
  const network = byName('network', name, networks)
  const task = findTask(options, network.task)
  const { chainOf } = await import('../runs/steps/index.ts')
  const { teacherOf } = await import('../runs/fold-models.ts')
  chainOf(options.step)
  options.teacher.map(teacherOf)
  const out = options.out ?? join('build', `${name}-folds`)
  makeFolder(out)
  const { folds, seed, stratified = false } = options
  const share = shareCores({ jobs: options.jobs, count: folds, threads: options.threads })
  console.error(`${folds} folds, ${share.jobs} at a time with ${counted(share.threads, 'thread')} each.`)
  const given = givenOptions(line, ['jobs', 'threads', 'out', 'json', 'against'])
  const jobs = Array.from({ length: folds }, (_, k): Job => {
    const own = ['--fold', `${k + 1}`, '--threads', `${share.threads}`, '--out', join(out, `fold-${k + 1}`), '--json']
    return { name: `fold ${k + 1}`, args: ['cross-validate', name, ...given, ...own] }
  })
  const { flagsOf, recipeOf } = await import('../runs/training-input.ts')
  const { clearFoldSums, sumUpFolds } = await import('../runs/sum-up-folds.ts')
  const outcomes = await runJobs(jobs, share.jobs, () => clearFoldSums(out))
  if (!reportOutcomes(jobs, outcomes)) return
  const results = outcomes.map(outcome => (outcome as { result: unknown }).result as FoldResult)
  const { threads } = share
  const flags = `${stratified ? ' --stratified' : ''}${flagsOf(network.recipe, recipeOf(network.recipe, options))}${chainFlags(options)} --threads ${threads}`
  const command = `holter cross-validate ${name} --task ${task.name} --folds ${folds} --seed ${seed}${flags}`
  const about = { network: name, task: task.name, stratified, seed, threads, command }
  const { report, summary } = await sumUpFolds(results, about, out, options.against)
  if (options.json) return printJson(summary)
  console.log(foldsSummary(report, out))
}

/** The flags of steps and teachers, as one types them. */
function chainFlags({ step, teacher, temperature, alpha }: CrossValidateOptions): string {
  const quoted = (flag: string, lines: readonly string[]) => lines.map(text => ` ${flag} "${text}"`).join('')
  const taught = teacher.length ? `${quoted('--teacher', teacher)} --temperature ${temperature} --alpha ${alpha}` : ''
  return `${taught}${quoted('--step', step)}`
}

function collected(text: string, before: string[]): string[] {
  return [...before, text]
}

async function oneFold(network: string, options: CrossValidateOptions, fold: number): Promise<void> {
  const { trainFold } = await import('../runs/train-fold.ts')
  const result = await inTerminal(context => trainFold({ ...options, network, fold }, context))
  if (result) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.exitCode = 1
}
