import { Worker } from 'node:worker_threads'
import { HolterError } from '../errors.ts'
import type { Batch } from './batch.ts'
import { type DrawingJob, drawingsOnTop, type Signals } from './draw-batches.ts'

/** Threads that draw while the native library computes. */
export interface DrawingThreads {
  /** Yields batches of signals with their drawings, in order: the same bytes as without threads. */
  batches(signals: Iterable<Batch>, looks: DrawingJob['looks']): AsyncGenerator<Batch>
  close(): Promise<void>
}

/** Batches of which each thread has one in work and one waiting. */
const AHEAD = 2

/** Starts threads that draw batches of one form. They end with the process, or when they are closed. */
export function drawingThreads(job: Omit<DrawingJob, 'looks'>, count: number): DrawingThreads {
  const threads = Array.from({ length: count }, () => startThread(job))
  return {
    async *batches(signals, looks) {
      const waiting: { batch: Batch; levels: Promise<Uint8Array> }[] = []
      const shown = drawingsOnTop()
      const first = async () => {
        const { batch, levels } = waiting.shift()!
        return shown(batch, await levels)
      }
      let next = 0
      for (const { size, inputs, targets, records, auxiliary, ...rest } of signals) {
        // The arrays of a batch are used again for the next one.
        const own = { size, inputs: inputs.slice(), records: records.slice() }
        const batch = { ...rest, ...own, targets: targets.slice(), ...(auxiliary && { auxiliary: auxiliary.slice() }) }
        waiting.push({ batch, levels: threads[next++ % count].draw({ signals: own, looks }) })
        if (waiting.length > AHEAD * count) yield await first()
      }
      while (waiting.length > 0) yield await first()
    },
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

function startThread(job: Omit<DrawingJob, 'looks'>) {
  const source = import.meta.url.endsWith('.ts')
  // A checkout runs its sources, the npm package JavaScript.
  const loader = source ? ['--import', new URL('../../tools/typescript.mjs', import.meta.url).href] : []
  const file = new URL(source ? './draw-worker.ts' : './draw-worker.js', import.meta.url)
  const worker = new Worker(file, { workerData: plain(job), execArgv: loader })
  worker.unref()
  const waiting: { resolve(levels: Uint8Array): void; reject(error: Error): void }[] = []
  worker.on('message', levels => waiting.shift()?.resolve(levels))
  worker.on('error', ({ message }) => {
    const problem = `a thread that draws ended: ${message.split('\n')[0]}`
    const error = new HolterError({ stage: 'train', where: 'drawings', problem, hint: 'Train with --input-jobs 0' })
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  const draw = (message: { signals: Signals; looks: DrawingJob['looks'] }) =>
    new Promise<Uint8Array>((resolve, reject) => {
      waiting.push({ resolve, reject })
      worker.postMessage(message)
    })
  return { worker, draw }
}

/** What of a job can go to a thread. */
function plain({ form: { samples, leads, sampleRateHz }, drawn: { mean, deviation } }: Omit<DrawingJob, 'looks'>) {
  return { form: { samples, leads, sampleRateHz }, drawn: { mean, deviation } }
}
