import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { byName, HolterError } from '../errors.ts'
import { makeFolder, writeFile } from '../files.ts'
import type { Spread } from '../metrics/spread.ts'
import { networks } from '../networks/index.ts'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { counted } from '../report/numbers.ts'
import { facts, table } from '../report/terminal.ts'
import { type SeedResult, seedDir, sumUpSeeds } from '../runs/sum-up-seeds.ts'
import { findTask } from '../tasks/find-task.ts'
import { type Job, type Outcome, reportOutcomes, runJobs, shareCores } from './jobs.ts'
import { givenOptions, printJson, seeds, whole } from './options.ts'
import type { TrainingOptions } from './training-options.ts'

export interface SeedsOptions extends TrainingOptions {
  seeds?: number[]
  jobs?: number
}

/** Options that do not go on to the process of a seed as they are. */
const OWN = ['seeds', 'jobs', 'threads', 'out', 'json']

/** Gives a command that trains the options for several seeds, and returns it. */
export function withSeeds(command: Command): Command {
  return command
    .addOption(
      new Option('--seeds <list>', 'train once per seed, each in a process of its own: 1,2,3')
        .argParser(seeds)
        .conflicts('seed'),
    )
    .addOption(
      new Option('--jobs <n>', 'with --seeds: processes to run at the same time (default: 1)').argParser(whole(1)),
    )
    .hook('preAction', (_, action) => requireSeeds(action.opts<SeedsOptions>()))
}

function requireSeeds({ seeds, jobs }: SeedsOptions): void {
  if (jobs === undefined || seeds) return
  throw new HolterError({
    stage: 'usage',
    where: '--jobs',
    problem: 'one seed is trained by one process',
    hint: 'Name several: --seeds 1,2,3',
  })
}

/**
 * Trains a network with several seeds, each in a process of its own, `jobs` at a time: out/seed-N as `holter train --seed N` writes it,
 * and out/summary.json with the mean and sample deviation of the validation scores. The best seed is the one with the highest int8 score.
 */
export async function trainSeeds(command: Command, name: string, options: SeedsOptions): Promise<void> {
  const network = byName('network', name, networks)
  const task = findTask(options, network.task)
  const { seeds = [] } = options
  const out = options.out ?? join('build', name)
  makeFolder(out)
  const summaryFile = join(out, 'summary.json')
  const share = shareCores({ jobs: options.jobs ?? 1, count: seeds.length, threads: options.threads })
  console.error(
    `${counted(seeds.length, 'seed')}, ${share.jobs} at a time with ${counted(share.threads, 'thread')} each.`,
  )
  const given = givenOptions(command, OWN)
  const jobs = seeds.map((seed): Job => {
    const own = ['--seed', `${seed}`, '--threads', `${share.threads}`, '--out', seedDir(out, seed), '--json']
    return { name: `seed ${seed}`, args: [command.name(), name, ...given, ...own] }
  })
  const outcomes = await runJobs(jobs, share.jobs, () => rmSync(summaryFile, { force: true }))
  if (!reportOutcomes(jobs, outcomes)) return
  const results = outcomes.map(outcome => (outcome as Extract<Outcome, { ended: 'done' }>).result as SeedResult)
  // Where the records lie and the files go is this machine's own.
  const asked = givenOptions(command, [...OWN, 'task', 'data', 'skipMissing', 'resume']).map(part => ` ${part}`)
  const flags = `--task ${task.name} --seeds ${seeds.join(',')}${asked.join('')} --threads ${share.threads}`
  const about = { network: name, task: task.name, threads: share.threads }
  const summary = { ...about, command: `holter ${command.name()} ${name} ${flags}`, ...sumUpSeeds(out, seeds, results) }
  writeFile(summaryFile, `${JSON.stringify(summary, null, 2)}\n`)
  if (options.json) return printJson(summary)
  console.log(seedsSummary(summary, summaryFile))
}

/** Returns what the screen shows of a summary. */
export function seedsSummary({ data, runs, ...all }: ReturnType<typeof sumUpSeeds>, summaryFile: string): string {
  const file = ['written', `${summaryFile}, and a model for each seed beside it`] as const
  if (!('best' in all)) return facts([['not scored', 'the validation records were trained on too'], file])
  const [name] = Object.keys(all.int8!)
  const rows = runs.map(({ seed, keptEpoch, epochs, float, int8 }) => {
    const scores = [float![name].validation, int8![name].validation].map(value => value.toFixed(4))
    return [`${seed}`, `${keptEpoch} of ${epochs}`, ...scores]
  })
  const mean = ({ mean, deviation }: Spread) =>
    // One seed says nothing about how far the next one will lie.
    runs.length === 1
      ? mean.toFixed(4)
      : `${mean.toFixed(4)} ± ${deviation.toFixed(4)} (sample deviation of ${runs.length})`
  return [
    ...(data.synthetic ? [SYNTHETIC_SENTENCE] : []),
    table(['seed', 'kept epoch', `float ${name}`, `int8 ${name}`], rows),
    facts([
      ['float', mean(all.float![name].validation)],
      ['int8', mean(all.int8![name].validation)],
      ['best', `seed ${all.best!.seed} (int8, on the validation records): ${all.best!.dir}`],
      file,
    ]),
  ].join('\n\n')
}
