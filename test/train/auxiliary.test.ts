import type { LayersModel } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { joinDatasets } from '../../src-ts/ecg/datasets/join-datasets.ts'
import { subset } from '../../src-ts/ecg/datasets/subset.ts'
import { auxiliaryHead, auxiliaryLoss } from '../../src-ts/train/auxiliary.ts'
import { trainingBatches } from '../../src-ts/train/batches.ts'
import { readWeights } from '../../src-ts/train/model-weights.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { train } from '../../src-ts/train/train.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('auxiliary')
const native = withTfjs('auxiliary', test)
const data = { train: sineClasses('train', 96), validation: sineClasses('validation', 48) }

async function run(tf: Tf, changes: { auxiliary?: number; train?: typeof data.train; seed?: number } = {}) {
  const { auxiliary, seed = 1, ...own } = changes
  const model = tinyNetwork(tf, 1)
  const recipe = { ...tinyRecipe, auxiliary }
  const trained = await train({
    ...{ tf, model, ...data, ...own, standardization: noScaling, recipe, seed, dataHash: '' },
  })
  const weights = [...readWeights(model)]
  const layers = model.layers.map(layer => layer.name)
  model.dispose()
  return { weights, layers, loss: trained.history.at(-1)!.loss }
}

native('the second head shares the weights of the model, which stays as it is', tf => {
  const model = tinyNetwork(tf, 1)
  const before = [...readWeights(model)]
  const size = model.countParams()
  const head = auxiliaryHead(tf, model, 2, 1)
  assert.equal([...readWeights(model)], before)
  assert.is(model.countParams(), size)
  const own = head.model.weights.filter(weight => !model.weights.includes(weight)).map(weight => weight.originalName)
  assert.equal(own, ['auxiliary/kernel', 'auxiliary/bias'])
  tf.tidy(() => {
    const input = tf.randomNormal([3, 64, 2], 0, 1, 'float32', 1)
    const [logits, more] = head.model.predict(input) as ReturnType<typeof tf.tensor>[]
    assert.equal(logits.arraySync(), (model.predict(input) as typeof logits).arraySync())
    assert.equal(more.shape, [3, 2])
  })
  const again = auxiliaryHead(tf, model, 2, 1)
  const other = auxiliaryHead(tf, model, 2, 2)
  const kernel = ({ model }: { model: LayersModel }) => [...readWeights(model).get('auxiliary/kernel')!]
  assert.equal(kernel(again), kernel(head))
  assert.not.equal(kernel(other), kernel(head))
  for (const each of [head, again, other]) each.dispose()
  model.dispose()
})

native('a label counts as its weight says, whatever the number of labels', tf => {
  const { labels, targets } = { labels: ['a', 'b'], targets: Uint8Array.of(1, 0) }
  const value = tf.tidy(() => {
    const logits = tf.tensor2d([[0, 0, 0, 0, 0]])
    const auxiliary = { logits: tf.tensor2d([[2, -1]]), targets: tf.tensor2d([[1, 0]]) }
    const term = auxiliaryLoss({ labels, targets }, 0.3)
    assert.is(term.weight, 0.3)
    return term.value(tf, { inputs: [], logits, targets: logits, auxiliary }).arraySync() as number
  })
  // The sum over two auxiliary labels, as binaryCrossEntropy would sum over five labels and divide by five.
  const expected = (Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(-1))) / 5
  assert.ok(Math.abs(value - expected) < 1e-6, `${value} against ${expected}, single precision`)
})

native('training learns the second head along, and leaves a model without it', async tf => {
  const plain = await run(tf)
  const taught = await run(tf, { auxiliary: 1 })
  assert.equal(taught.layers, plain.layers)
  assert.equal(
    taught.weights.map(([name]) => name),
    plain.weights.map(([name]) => name),
  )
  assert.not.equal(taught.weights, plain.weights)
  assert.ok(taught.loss > plain.loss, 'the loss counts both heads')
  assert.equal(await run(tf, { auxiliary: 1 }), taught)
  const { auxiliary: _, ...bare } = data.train
  assert.equal(await run(tf, { auxiliary: 1, train: bare }), plain, 'records without auxiliary labels')
  const few = { ...bare, auxiliary: { labels: [], targets: new Uint8Array() } }
  assert.equal(await run(tf, { auxiliary: 1, train: few }), plain, 'none that is frequent enough')
})

native('a network whose last layer is not dense is refused', tf => {
  const input = tf.input({ shape: [2] })
  const two = ['a', 'b'].map(name => tf.layers.dense({ name, units: 1 }).apply(input))
  const sum = tf.layers.add({ name: 'sum' }).apply(two as never)
  const model = tf.model({ inputs: input, outputs: sum as never, name: 'two-branches' })
  assert.throws(() => auxiliaryHead(tf, model, 2, 1), /two-branches, sum: auxiliary labels need a network whose last/)
  model.dispose()
})

test('auxiliary labels follow their records into batches, subsets and joined data sets', () => {
  const { auxiliary, length } = data.train
  const rowOf = (of: typeof data.train, index: number) => [...of.auxiliary!.targets.subarray(2 * index, 2 * index + 2)]
  const some = subset(data.train, [7, 3], 'train')
  assert.equal(some.auxiliary!.labels, auxiliary!.labels)
  assert.equal([rowOf(some, 0), rowOf(some, 1)], [rowOf(data.train, 7), rowOf(data.train, 3)])
  const both = joinDatasets(data.train, some)
  assert.equal([rowOf(both, 5), rowOf(both, length)], [rowOf(data.train, 5), rowOf(data.train, 7)])
  // Record and row are told by the labels: more than one, or none.
  for (const { targets, auxiliary, size } of trainingBatches(data.train, noScaling, tinyRecipe, 1, 0)) {
    for (let row = 0; row < size; row++) {
      const count = targets.subarray(3 * row, 3 * row + 3).reduce((sum, target) => sum + target, 0)
      assert.equal([...auxiliary!.subarray(2 * row, 2 * row + 2)], [Number(count > 1), Number(count === 0)])
    }
  }
})

test.run()
