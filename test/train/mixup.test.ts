import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '../../src-ts/random.ts'
import { trainingBatches } from '../../src-ts/train/batches.ts'
import { drawBeta, mixBatch } from '../../src-ts/train/mixup.ts'
import { noScaling, sineClasses, tinyRecipe } from '../helpers/sine-classes.ts'

const test = suite('mixup')
const dataset = sineClasses('train', 50)

test('shares follow Beta(a, a): mean a half, variance 1 / (4 (2a + 1))', () => {
  for (const a of [0.1, 0.3, 1]) {
    const stream = random(1)
    const drawn = Float64Array.from({ length: 20_000 }, () => drawBeta(stream, a))
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length
    // Six deviations of a mean of 20,000 numbers that spread by less than a half; the seed is fixed, so nothing flickers.
    assert.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean} of a = ${a}`)
    assert.ok(Math.abs(variance - 1 / (4 * (2 * a + 1))) < 0.01, `variance ${variance} of a = ${a}`)
    assert.ok(drawn.every(x => x >= 0 && x <= 1))
  }
})

test('inputs, features and all targets of a record are mixed by the same share with the same partner', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0.05, max: 1, noNaN: true }), (size, a) => {
      // Record r holds r in every place: what comes out tells the share, wherever one looks.
      const rows = (width: number) => Float32Array.from({ length: size * width }, (_, i) => Math.floor(i / width))
      const batch = {
        size,
        length: 4,
        records: new Uint32Array(size),
        inputs: rows(8),
        features: rows(3),
        targets: rows(2),
        auxiliary: rows(5),
      }
      mixBatch(batch, a, random(size))
      for (let row = 0; row < size; row++) {
        const of = (x: Float32Array) => [...x.subarray((row * x.length) / size, ((row + 1) * x.length) / size)]
        const seen = new Set([...of(batch.inputs), ...of(batch.features), ...of(batch.targets), ...of(batch.auxiliary)])
        assert.is(seen.size, 1, `record ${row}`)
        const [value] = seen
        assert.ok(value >= 0 && value <= size - 1)
      }
    }),
  )
})

test('seed, epoch and batch decide how records are mixed', () => {
  const epochOf = (mixup: number | undefined, epoch = 0, seed = 1) => {
    const recipe = { ...tinyRecipe, augment: false, mixup } as const
    return Array.from(trainingBatches(dataset, noScaling, recipe, seed, epoch), ({ inputs, targets }) => ({
      inputs: [...inputs],
      targets: [...targets],
    }))
  }
  const mixed = epochOf(0.3)
  assert.equal(epochOf(0.3), mixed)
  assert.not.equal(epochOf(0.3, 1), mixed)
  assert.not.equal(epochOf(0.3, 0, 2), mixed)
  assert.not.equal(epochOf(undefined), mixed)
  // Of labels that are 0 or 1, mixing leaves 0, 1, the share and what it lacks to 1: the shares of another epoch are others.
  const shares = (epoch: number) => new Set(epochOf(0.3, epoch).flatMap(({ targets }) => targets.filter(x => x % 1)))
  const own = [...shares(0)].filter(share => shares(1).has(share))
  assert.is(own.length, 0, `${own}`)
  for (const { targets } of mixed) {
    assert.ok(
      targets.every(x => x >= 0 && x <= 1),
      'targets stay shares',
    )
    assert.ok(
      targets.some(x => x > 0.01 && x < 0.99),
      'and lie between the labels',
    )
  }
})

test.run()
