import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { epochProgress } from '../../src-ts/train/epoch-progress.ts'

const test = suite('train/epoch-progress')

test('the last word of a training is what its last epoch came to', () => {
  const shown: [number, string?][] = []
  const { onBatch, onEpoch } = epochProgress({
    update: (done, more) => shown.push([done, more?.text]),
    stop() {},
  })
  for (const [epoch, score] of [0.5517, 0.5908].entries()) {
    const common = { epoch: epoch + 1, epochs: 2, learningRate: 0.1 }
    for (const batch of [1, 2]) onBatch!({ ...common, batch, batches: 2, loss: 1 / batch })
    onEpoch!({ ...common, loss: 0.75, score, best: true })
  }
  assert.equal(shown, [
    [1, 'epoch 1/2 loss 1.000'],
    [2, 'epoch 1/2 loss 0.500'],
    [2, 'epoch 1/2 loss 0.750 validation 0.5517'],
    [3, 'epoch 2/2 loss 1.000 validation 0.5517'],
    [4, 'epoch 2/2 loss 0.500 validation 0.5517'],
    [4, 'epoch 2/2 loss 0.750 validation 0.5908'],
  ])
})

test.run()
