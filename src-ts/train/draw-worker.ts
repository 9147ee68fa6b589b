import { parentPort, workerData } from 'node:worker_threads'
import { batchDrawer, type DrawingJob, type Signals } from './draw-batches.ts'

/** A thread of draw-ahead.ts: gets signals, answers with grey levels. */
const job = workerData as Omit<DrawingJob, 'looks'>
let [draw, epoch] = [batchDrawer(job), undefined as number | undefined]

parentPort?.on('message', ({ signals, looks }: { signals: Signals; looks?: DrawingJob['looks'] }) => {
  if (looks?.epoch !== epoch) [draw, epoch] = [batchDrawer({ ...job, looks }), looks?.epoch]
  const levels = draw(signals)
  parentPort?.postMessage(levels, [levels.buffer])
})
