import { join } from 'node:path'
import { Command, Option } from 'commander'
import { byName, HolterError } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { networks } from '../networks/index.ts'
import { foldsSummary } from '../report/folds-summary.ts'
import { counted } from '../report/numbers.ts'
import type { FoldResult } from '../runs/train-fold.ts'
import { findTask } from '../tasks/find-task.ts'
import { inTerminal } from './context.ts'
import { type Job, reportOutcomes, runJobs, shareCores } from './jobs.ts'
import { givenOptions, printJson, whole } from './options.ts'
import { type TrainingOptions, withTrainingOptions } from './training-options.ts'

interface CrossValidateOptions extends TrainingOptions {
  folds: number
  stratified?: boolean
  jobs: number
  /** Only this fold, in this process. */
  fold?: number
}

const described = new Command('cross-validate')
  .summary('train and score a network on K folds of the training and validation records')
  .description(
    'Splits the training and validation records into folds, all records of a patient in one fold. Trains once per fold on the other ' +
      'folds, each time in a process of its own, and scores the fold that was held out. Keeps the last epoch, and takes standardization ' +
      'and thresholds from the training side, so that nothing is chosen by the fold that is scored. The test split stays closed.',
  )

/** `holter cross-validate`: the scores of a network on records that it was not trained on, with their spread. */
export const crossValidate = withTrainingOptions(described)
  .addOption(new Option('-k, --folds <n>', 'number of folds').argParser(whole(2)).default(5))
  .option('--stratified', 'keep the share of each label equal across folds')
  .addOption(new Option('-j, --jobs <n>', 'processes to run at the same time').argParser(whole(1)).default(1))
  .addOption(new Option('--fold <n>', 'train this fold only').argParser(whole(1)).hideHelp())
  .addHelpText(
    'after',
    '\nThe default output folder is build/NETWORK-folds.' +
      '\n\nExample: holter cross-validate ecg-tiny --folds 5 --stratified --jobs 2',
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
  const out = options.out ?? join('build', `${name}-folds`)
  makeFolder(out)
  const { folds, seed, stratified = false } = options
  const share = shareCores({ jobs: options.jobs, count: folds, threads: options.threads })
  console.error(`${folds} folds, ${share.jobs} at a time with ${counted(share.threads, 'thread')} each.`)
  const given = givenOptions(line, ['jobs', 'threads', 'out', 'json'])
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
  const flags = `${stratified ? ' --stratified' : ''}${flagsOf(network.recipe, recipeOf(network.recipe, options))} --threads ${threads}`
  const command = `holter cross-validate ${name} --task ${task.name} --folds ${folds} --seed ${seed}${flags}`
  const about = { network: name, task: task.name, stratified, seed, threads, command }
  const { report, summary } = await sumUpFolds(results, about, out)
  if (options.json) return printJson(summary)
  console.log(foldsSummary(report, out))
}

async function oneFold(network: string, options: CrossValidateOptions, fold: number): Promise<void> {
  const { trainFold } = await import('../runs/train-fold.ts')
  const result = await inTerminal(context => trainFold({ ...options, network, fold }, context))
  if (result) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.exitCode = 1
}
