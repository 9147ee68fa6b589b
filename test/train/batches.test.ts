import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { batchesPerEpoch, orderedBatches, trainingBatches } from '../../src-ts/train/batches.ts'
import { noScaling, sineClasses, tinyRecipe } from '../helpers/sine-classes.ts'

const test = suite('batches')
const dataset = sineClasses('train', 50)
const stride = dataset.samples * dataset.leads.length

/** Record windows of an epoch by the record's target row and content, in the order in which they come. */
function epochOf(epoch: number, recipe = tinyRecipe, seed = 1): string[] {
  const rows: string[] = []
  for (const { size, length, inputs, targets } of trainingBatches(dataset, noScaling, recipe, seed, epoch)) {
    const width = length * dataset.leads.length
    assert.is(inputs.length, size * width)
    for (let row = 0; row < size; row++) {
      rows.push(`${targets.slice(row * 3, row * 3 + 3)} ${inputs.slice(row * width, (row + 1) * width)}`)
    }
  }
  return rows
}

test('batches are as even as possible and cover every record once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 64 }), (length, batchSize) => {
      const records = sineClasses('train', length)
      const sizes: number[] = []
      const recipe = { ...tinyRecipe, batchSize, augment: false } as const
      for (const { size } of trainingBatches(records, noScaling, recipe, 1, 0)) sizes.push(size)
      assert.is(sizes.length, batchesPerEpoch(length, batchSize))
      assert.is(
        sizes.reduce((a, b) => a + b, 0),
        length,
      )
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
    }),
    { numRuns: 50 },
  )
})

test('without augmentation an epoch holds the records themselves, in another order each time', () => {
  const plain = { ...tinyRecipe, augment: false } as const
  const record = new Float32Array(stride)
  const expected = Array.from({ length: dataset.length }, (_, i) => {
    dataset.read(i, record, 0)
    return `${dataset.targets.slice(i * 3, i * 3 + 3)} ${record}`
  })
  assert.equal(epochOf(0, plain).sort(), expected.sort())
  assert.not.equal(epochOf(0, plain), epochOf(1, plain))
  assert.not.equal(epochOf(0, plain), epochOf(0, plain, 2))
})

test('seed, epoch and record decide what a record looks like, the batch size does not', () => {
  assert.equal(epochOf(3), epochOf(3))
  assert.equal(epochOf(3), epochOf(3, { ...tinyRecipe, batchSize: 7 }))
  const seen = new Set([...epochOf(0), ...epochOf(1), ...epochOf(0, tinyRecipe, 2)])
  assert.is(seen.size, 3 * dataset.length, 'no two epochs or seeds show a record alike')
})

test('crops have their length, with and without augmentation', () => {
  for (const augment of ['record', 'beat', false] as const) {
    for (const batch of trainingBatches(dataset, noScaling, { ...tinyRecipe, augment, cropSamples: 20 }, 1, 0)) {
      assert.is(batch.length, 20)
    }
  }
})

test('ordered batches hold whole records in order, standardized', () => {
  const record = new Float32Array(stride)
  let index = 0
  for (const { size, inputs, targets } of orderedBatches(dataset, { mean: 0.5, deviation: 2 }, 16)) {
    assert.ok(size === 16 || index + size === dataset.length)
    for (let row = 0; row < size; row++, index++) {
      dataset.read(index, record, 0)
      assert.equal(
        inputs.slice(row * stride, (row + 1) * stride),
        record.map(x => (x - 0.5) / 2),
      )
      assert.equal([...targets.slice(row * 3, row * 3 + 3)], [...dataset.targets.slice(index * 3, index * 3 + 3)])
    }
  }
  assert.is(index, dataset.length)
})

test.run()
