import { join } from 'node:path'
import { Command, Option } from 'commander'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { byName, HolterError } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { networks } from '../networks/index.ts'
import { progress } from '../report/progress.ts'
import { epochProgress, networkShape, predictionsOf } from '../stages.ts'
import { tasks } from '../tasks/index.ts'
import { loadTfjs } from '../train/backend.ts'
import { roundsOf, trainRound } from '../train/cross-validate.ts'
import { clearSums, sumUp } from './cross-validation.ts'
import { openFor } from './data-options.ts'
import { interruptible } from './interrupt.ts'
import { type Job, reportOutcomes, runJobs, shareCores } from './jobs.ts'
import { givenOptions, printJson, whole } from './options.ts'
import { checkAuxiliary, flagsOf, recipeOf, type TrainingOptions, withTrainingOptions } from './training-options.ts'

export interface CrossValidateOptions extends TrainingOptions {
  folds: number
  stratified?: boolean
  jobs: number
  /** Only this fold, in this process. */
  fold?: number
}

const described = new Command('cross-validate')
  .summary('train and score a network on K folds of the training and validation records')
  .description(
    'Deals the training and validation records to folds, all records of a patient to one, trains once per fold on the others, each ' +
      'in a process of its own, and scores the fold that was left out. The last epoch is kept, and standardization and thresholds come ' +
      'from the training side: the fold that is scored chooses nothing. The test split stays closed.',
  )

/** `holter cross-validate`: the scores of a network on records that it was not trained on, with their spread. */
export const crossValidate = withTrainingOptions(described)
  .addOption(new Option('-k, --folds <n>', 'number of folds').argParser(whole(2)).default(5))
  .option('--stratified', 'give every fold its share of each label')
  .addOption(new Option('-j, --jobs <n>', 'processes at a time').argParser(whole(1)).default(1))
  .addOption(new Option('--fold <n>', 'only this fold').argParser(whole(1)).hideHelp())
  .addHelpText(
    'after',
    '\nThe default folder to write into is build/NETWORK-folds.' +
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
      problem: 'no records are left to stop early by: the fold that is held out must not choose the epoch',
      hint: 'Set --epochs instead',
    })
  }
  const network = byName('network', name, networks)
  const task = byName('task', options.task ?? network.task, tasks)
  const out = options.out ?? join('build', `${name}-folds`)
  makeFolder(out)
  const { folds, seed, stratified = false } = options
  const share = shareCores({ jobs: options.jobs, count: folds, threads: options.threads })
  console.error(`${folds} folds, ${share.jobs} at a time, threads of each: ${share.threads}.`)
  const given = givenOptions(line, ['jobs', 'threads', 'out', 'json'])
  const jobs = Array.from({ length: folds }, (_, k): Job => {
    const own = ['--fold', `${k + 1}`, '--threads', `${share.threads}`, '--out', join(out, `fold-${k + 1}`), '--json']
    return { name: `fold ${k + 1}`, args: ['cross-validate', name, ...given, ...own] }
  })
  const outcomes = await runJobs(jobs, share.jobs, () => clearSums(out))
  if (!reportOutcomes(jobs, outcomes)) return
  const results = outcomes.map(outcome => (outcome as { result: unknown }).result as FoldResult)
  const { threads } = share
  const flags = `${stratified ? ' --stratified' : ''}${flagsOf(network.recipe, recipeOf(network.recipe, options))} --threads ${threads}`
  const command = `holter cross-validate ${name} --task ${task.name} --folds ${folds} --seed ${seed}${flags}`
  const about = { network: name, task: task.name, stratified, seed, threads, command }
  const { text, summary } = await sumUp(results, about, out)
  if (options.json) return printJson(summary)
  console.log(text)
}

/** What the process of one fold prints for the one that started it. */
export type FoldResult = NonNullable<Awaited<ReturnType<typeof resultOfFold>>>

async function oneFold(name: string, options: CrossValidateOptions, fold: number): Promise<void> {
  const result = await resultOfFold(name, options, fold)
  if (result) process.stdout.write(`${JSON.stringify(result)}\n`)
  else process.exitCode = 1
}

async function resultOfFold(name: string, options: CrossValidateOptions, fold: number) {
  const network = byName('network', name, networks)
  const task = byName('task', options.task ?? network.task, tasks)
  const { folds, seed, stratified = false, out = join('build', `${name}-folds`, `fold-${fold}`) } = options
  if (fold > folds) {
    throw new HolterError({
      stage: 'usage',
      where: '--fold',
      problem: 'no such fold',
      got: fold,
      expected: `1 to ${folds}`,
    })
  }
  makeFolder(out)
  // What stands aside here are whole folds, never the validation records as such.
  const recipe = { ...recipeOf(network.recipe, options), includeValidation: undefined }
  const { opened } = await openFor(task, ['train', 'validation'], options)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  checkAuxiliary(options, train)
  const all = joinDatasets(train, validation)
  const groups: 'patient' | 'record' = task.intraPatient ? 'record' : 'patient'
  const round = roundsOf(all, { folds, seed, stratified, groups })[fold - 1]
  const tf = loadTfjs()
  const bar = progress({ title: 'train', unit: 'batches' })
  const result = await interruptible(signal =>
    trainRound(round, {
      tf,
      model: network.build(tf, networkShape(task), seed),
      recipe,
      seed,
      dataHash: `${opened.hash}, fold ${fold} of ${folds} by ${groups}${stratified ? ', stratified' : ''}`,
      checkpointDir: join(out, 'checkpoint'),
      resume: options.resume,
      signal,
      ...epochProgress(bar),
    }),
  )
  bar.stop()
  if (!result) return undefined
  const { logits, thresholds, trained } = result
  return {
    data: { name: opened.name, synthetic: opened.synthetic, sha256: opened.hash, notes: opened.notes ?? [] },
    groups,
    records: { train: round.train.length, heldOut: round.heldOut.length },
    epochs: trained.history,
    thresholds,
    ids: round.heldOut.records.map(({ id }) => id),
    predictions: { ...predictionsOf(round.heldOut, logits), logits: [...logits], targets: [...round.heldOut.targets] },
  }
}
