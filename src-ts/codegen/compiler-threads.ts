import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Segment } from './constants.ts'
import { kernelSources } from './kernel-sources.ts'

/** What compiler.mjs makes a module of. */
export interface CompilerJob {
  readonly text: string
  /** A target of asconfig.json. */
  readonly target: string
  /** Names of binaryen's features that the module may use. */
  readonly features: readonly string[]
  readonly memoryBytes: number
  /** Where objects are made; undefined where the program makes none. */
  readonly heapAddress?: number
  readonly segments: readonly Segment[]
  /** JSON for the custom section `holter`. */
  readonly manifest?: string
}

/** The module, or why there is none. */
export type Answer = { readonly wasm: Uint8Array } | { readonly refused: string }

interface Thread {
  readonly worker: Worker
  /** Jobs that have no answer yet, by number. */
  readonly waiting: Map<number, (answer: Answer) => void>
}

/** A compiler of some 100 MB in each. V8 compiles the compiler itself in threads of its own, so that two need four cores to be faster than one. */
const MOST_THREADS = availableParallelism() < 4 ? 1 : 2
const threads: Thread[] = []
let jobs = 0

/** Starts the compilers, so that they load while the caller reads its model. */
export function warmCompilers(): void {
  while (threads.length < MOST_THREADS) threads.push(startThread())
}

/** Compiles in another thread; several jobs run at the same time. Idle threads keep no process alive. */
export function compileInThread(job: CompilerJob): Promise<Answer> {
  const idle = threads.find(thread => thread.waiting.size === 0)
  if (!idle && threads.length < MOST_THREADS) threads.push(startThread())
  const { worker, waiting } = idle ?? threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a))
  const id = jobs++
  worker.ref()
  worker.postMessage({ id, job })
  return new Promise(resolve => waiting.set(id, resolve))
}

function startThread(): Thread {
  // Without this process's --import: plain JavaScript waits for no loader.
  const options = { workerData: { sources: kernelSources() }, execArgv: [] }
  const worker = new Worker(new URL('./compiler.mjs', import.meta.url), options)
  const thread = { worker, waiting: new Map() }
  const { waiting } = thread
  worker.on('message', ({ id, ...answer }) => {
    waiting.get(id)(answer)
    waiting.delete(id)
    if (waiting.size === 0) worker.unref()
  })
  // A thread that dies, for want of memory say, takes its jobs along and is not asked again.
  worker.on('error', error => {
    threads.splice(threads.indexOf(thread), 1)
    for (const answer of waiting.values()) answer({ refused: error.message })
  })
  worker.unref()
  return thread
}
