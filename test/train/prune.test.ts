import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readWeights } from '../../src-ts/train/model-weights.ts'
import { pruneModel, sparsityOf } from '../../src-ts/train/prune.ts'
import { tinyNetwork } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('prune')
const native = withTfjs('prune', test)

for (const sparsity of [0, 0.25, 0.4, 0.9]) {
  native(`at sparsity ${sparsity} the smallest magnitudes of each kernel go`, tf => {
    const model = tinyNetwork(tf, 1)
    const before = readWeights(model)
    const masks = pruneModel(tf, model, sparsity)
    const after = readWeights(model)
    model.dispose()
    assert.equal([...masks.keys()], ['conv1/kernel', 'conv2/kernel'])
    for (const [name, mask] of masks) {
      const [was, is] = [before.get(name)!, after.get(name)!]
      const pruned = was.filter((_, i) => mask[i] === 0).map(Math.abs)
      const alive = was.filter((_, i) => mask[i] === 1).map(Math.abs)
      assert.is(pruned.length, Math.round(sparsity * was.length))
      assert.ok(Math.max(...pruned, 0) <= Math.min(...alive))
      assert.equal(
        is,
        was.map((value, i) => value * mask[i]),
      )
    }
    for (const [name, values] of before) if (!masks.has(name)) assert.equal(after.get(name), values, name)
    // Each kernel is rounded to whole weights.
    assert.ok(Math.abs(sparsityOf(masks) - sparsity) < 0.01)
  })
}

native('the last layer is pruned only when asked', tf => {
  const model = tinyNetwork(tf, 1)
  const masks = pruneModel(tf, model, 0.5, { keepLast: false })
  model.dispose()
  assert.equal([...masks.keys()], ['conv1/kernel', 'conv2/kernel', 'logits/kernel'])
})

native('a sparsity that is no share is refused', tf => {
  const model = tinyNetwork(tf, 1)
  for (const sparsity of [1, -0.1, 40, Number.NaN]) {
    assert.throws(() => pruneModel(tf, model, sparsity), /sparsity: not a share of the weights/)
  }
  model.dispose()
})

test('nothing pruned has no sparsity', () => {
  assert.is(sparsityOf(new Map()), 0)
})

test.run()
