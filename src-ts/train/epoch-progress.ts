import type { Watch } from '../watch.ts'
import type { EpochProgress, TrainOptions } from './train.ts'

/** Callbacks of a training that tell a display its batch, loss and validation score. */
export function epochProgress(bar: Watch): Pick<TrainOptions, 'onBatch' | 'onEpoch'> {
  let done = 0
  let validation = ''
  const text = ({ epoch, epochs, loss }: Pick<EpochProgress, 'epoch' | 'epochs' | 'loss'>) =>
    `epoch ${epoch}/${epochs} loss ${loss.toFixed(3)}${validation}`
  return {
    onBatch: progress => {
      const { epoch, epochs, batch, batches } = progress
      done = (epoch - 1) * batches + batch
      bar.update(done, { total: epochs * batches, text: text(progress) })
    },
    onEpoch: progress => {
      if (progress.score !== undefined) validation = ` validation ${progress.score.toFixed(4)}`
      // The last line stays on the screen: it must say what the last epoch came to, not the one before.
      bar.update(done, { text: text(progress) })
    },
  }
}
