import { epochProgress } from '../train/epoch-progress.ts'
import { type Trained, type TrainOptions, train } from '../train/train.ts'
import { type Context, openWatch } from '../watch.ts'

/** Trains a model behind a display; the signal stops it after its current batch. */
export async function fit(
  options: Omit<TrainOptions, 'onBatch' | 'onEpoch' | 'signal'>,
  title: string,
  context: Context,
): Promise<Trained> {
  const watch = openWatch(context, title, 'batches')
  const result = await train({ ...options, signal: context.signal, ...epochProgress(watch) })
  watch.stop()
  return result
}
