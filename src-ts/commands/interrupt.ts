import { isJob } from '../report/relay.ts'

/**
 * Does work that can stop cleanly: the first Ctrl-C (or SIGTERM) aborts its signal, the second ends the process at once.
 * In a process that another one started for this work, the end of that one aborts it, too.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(1)
    console.error('\nStopping after this batch; once more to stop at once.')
    controller.abort()
  }
  const orphaned = () => controller.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (isJob()) {
    process.on('disconnect', orphaned)
    if (!process.connected) orphaned()
  }
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    process.off('disconnect', orphaned)
  }
}
