import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from '../places.ts'
import { progress } from '../report/progress.ts'
import { JOB_VARIABLE, type ProgressMessage } from '../report/relay.ts'
import { interruptible } from './interrupt.ts'
import { printJsonError } from './options.ts'

/** A command line of holter that runs in a process of its own and prints JSON. */
export interface Job {
  /** 'seed 1', 'fold 3': what it is called on the screen. */
  readonly name: string
  readonly args: readonly string[]
}

/** How a job ended. */
export type Outcome =
  | { readonly ended: 'done'; readonly result: unknown }
  /** `sentence` is what the process said; `code` its exit code. */
  | { readonly ended: 'failed'; readonly sentence: string; readonly code: number }
  /** Stopped cleanly by Ctrl-C, or never started because of it or of a failure that all would share. */
  | { readonly ended: 'stopped' }

const HOLTER = join(root, 'tools/holter.mjs')

/** What was asked for, and what the machine has. */
export interface Demand {
  readonly jobs: number
  /** How many jobs there are in all. */
  readonly count: number
  /** Threads of each, if they are fixed. */
  readonly threads?: number
  readonly cores?: number
}

/** Returns how many jobs run at a time and with how many threads each: together no more than there are cores. */
export function shareCores({ jobs, count, threads, cores = availableParallelism() }: Demand): {
  jobs: number
  threads: number
} {
  const atOnce = Math.max(1, Math.min(jobs, count, Math.floor(cores / (threads ?? 1))))
  return { jobs: atOnce, threads: threads ?? Math.max(1, Math.floor(cores / atOnce)) }
}

/**
 * Runs jobs, `atOnce` at a time, behind one progress bar, and returns how each ended, in their order.
 * Ctrl-C stops all of them after their current batch, and so does the end of this process. One that fails leaves the others alone,
 * unless it fails before its first batch: then none is started after it, since all would fail in the same way.
 * `onBegin` is called at the first batch of all: what an earlier run said of all jobs together is out of date from then on.
 */
export async function runJobs(jobs: readonly Job[], atOnce: number, onBegin: () => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = jobs.map(() => ({ ended: 'stopped' }))
  const board = scoreboard(jobs)
  const queue = [...jobs.keys()]
  let begun = false
  const report = (i: number, message: ProgressMessage) => {
    board.update(i, message)
    if (begun || !board.started(i)) return
    begun = true
    onBegin()
  }
  await interruptible(async signal => {
    const work = async () => {
      for (let i = queue.shift(); i !== undefined && !signal.aborted; i = queue.shift()) {
        const at = i
        outcomes[i] = await runJob(jobs[i], message => report(at, message), signal)
        board.end(i, outcomes[i].ended === 'done')
        if (outcomes[i].ended === 'failed' && !board.started(i)) queue.length = 0
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  })
  board.stop()
  return outcomes
}

/** Says which jobs failed and why (once for all that say the same), or that they were stopped; true when all are done. */
export function reportOutcomes(jobs: readonly Job[], outcomes: readonly Outcome[]): boolean {
  const named = new Map<string, string[]>()
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.ended !== 'failed') continue
    named.set(outcome.sentence, [...(named.get(outcome.sentence) ?? []), jobs[i].name])
    process.exitCode = outcome.code
  }
  const sentences = [...named].map(([sentence, names]) => `${names.join(', ')} failed: ${sentence}`)
  const stopped = jobs.filter((_, i) => outcomes[i].ended === 'stopped')
  if (stopped.length && !named.size) {
    const names = stopped.map(({ name }) => name).join(', ')
    sentences.push(`Interrupted: ${names} not done. Go on with the same command and --resume.`)
    process.exitCode = 1
  }
  for (const sentence of sentences) console.error(sentence)
  if (sentences.length) printJsonError(sentences.join('\n'))
  return !sentences.length
}

function runJob(job: Job, report: (message: ProgressMessage) => void, signal: AbortSignal): Promise<Outcome> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [HOLTER, ...job.args], {
      // A group of its own: Ctrl-C reaches this process only, which then stops each job once.
      detached: true,
      env: { ...process.env, [JOB_VARIABLE]: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const stop = () => child.kill('SIGINT')
    signal.addEventListener('abort', stop)
    const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)]
    child.on('message', message => report(message as ProgressMessage))
    child.on('error', error => resolve({ ended: 'failed', sentence: error.message, code: 1 }))
    child.on('close', (code, killer) => {
      signal.removeEventListener('abort', stop)
      if (code === 0) resolve({ ended: 'done', result: JSON.parse(stdout()) })
      else if (signal.aborted) resolve({ ended: 'stopped' })
      else resolve({ ended: 'failed', sentence: lastWords(stderr(), code, killer), code: code || 1 })
    })
  })
}

function collected(stream: ChildProcess['stdout']): () => string {
  const chunks: string[] = []
  stream!.setEncoding('utf8').on('data', chunk => chunks.push(chunk))
  return () => chunks.join('')
}

/** The sentence of an error, which stands last on stderr; a process that was killed has none. */
function lastWords(stderr: string, code: number | null, killer: NodeJS.Signals | null): string {
  if (killer) return `its process was ended by ${killer}${killer === 'SIGKILL' ? ', perhaps for lack of memory' : ''}`
  return stderr.trimEnd().split('\n').at(-1) || `its process ended with exit code ${code}`
}

/** One bar for all: batches of all jobs together, and what each running one says. */
function scoreboard(jobs: readonly Job[]) {
  const bar = progress({ title: 'train', unit: 'batches' })
  const states = jobs.map(() => ({ done: 0, total: 0, text: '', running: false, finished: false }))
  const draw = () => {
    // A job that has not begun is taken to be as long as the longest so far.
    const longest = states.reduce((most, { total }) => Math.max(most, total), 0)
    const done = states.reduce((sum, state) => sum + (state.finished ? state.total || longest : state.done), 0)
    const total = states.reduce((sum, state) => sum + (state.total || longest), 0)
    const texts = jobs.flatMap(({ name }, i) => (states[i].running ? [`${name} ${states[i].text}`] : []))
    bar.update(done, { total, text: texts.join(' · ') })
  }
  return {
    update(i: number, { title, done, total, text }: ProgressMessage) {
      const state = states[i]
      state.running = true
      if (title === 'train') Object.assign(state, { done, total, text })
      else state.text = `${title} ${total ? `${Math.floor((100 * done) / total)} %` : ''}`
      draw()
    },
    /** Whether a job has come to its first batch. */
    started: (i: number) => states[i].total > 0,
    /** A job that was stopped or failed has done no more than it said. */
    end(i: number, finished: boolean) {
      Object.assign(states[i], { running: false, finished })
      draw()
    },
    stop: () => bar.stop(),
  }
}
