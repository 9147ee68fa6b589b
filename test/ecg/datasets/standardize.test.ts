import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset } from '../../../src-ts/ecg/datasets/dataset.ts'
import { fitStandardization } from '../../../src-ts/ecg/datasets/standardize.ts'
import { openSynthetic } from '../../../src-ts/ecg/synthetic/synthetic.ts'
import { HolterError } from '../../../src-ts/errors.ts'

const test = suite('ecg/datasets/standardize')

const dataset = (records: readonly (readonly number[])[], split: Dataset['split'] = 'train'): Dataset => ({
  name: 'made',
  synthetic: true,
  kind: 'multi-label',
  split,
  length: records.length,
  samples: records[0]?.length ?? 4,
  sampleRateHz: 100,
  leads: ['I'],
  labels: ['NORM'],
  targets: new Uint8Array(records.length),
  records: records.map((_, i) => ({ id: `${i}`, patient: `${i}`, fold: 1 })),
  read: (index, out, at) => out.set(records[index], at),
})

test('mean and population deviation over all samples', () => {
  assert.equal(
    fitStandardization(
      dataset([
        [1, 2],
        [3, 6],
      ]),
    ),
    { mean: 3, deviation: Math.sqrt(3.5) },
  )
})

test('equal to two passes in double precision, an offset notwithstanding', async () => {
  const { splits } = await openSynthetic(1, ['train'], 52)
  const train = splits.train!
  const shifted: Dataset = {
    ...train,
    read(index, out, at) {
      train.read(index, out, at)
      for (let i = at; i < at + 12_000; i++) out[i] += 300
    },
  }
  const x = new Float32Array(train.length * 12_000)
  for (let i = 0; i < train.length; i++) shifted.read(i, x, i * 12_000)
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length
  const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length)
  let last = ''
  const fitted = fitStandardization(shifted, (done, total) => {
    last = `${done}/${total}`
  })
  // Half a million additions of values near 300 in double precision.
  assert.ok(Math.abs(fitted.mean - mean) < 1e-9 && Math.abs(fitted.deviation - deviation) < 1e-9)
  assert.is(last, `${train.length}/${train.length}`)
})

for (const split of ['validation', 'test'] as const) {
  test(`refuses the ${split} split`, () => {
    assert.throws(
      () => fitStandardization(dataset([[1, 2]], split)),
      (error: Error) => error instanceof HolterError && error.message.includes('fitted on training records only'),
    )
  })
}

test('refuses flat, empty and broken records', () => {
  for (const records of [
    [
      [1, 1],
      [1, 1],
    ],
    [],
    [[1, Number.NaN]],
  ]) {
    assert.throws(
      () => fitStandardization(dataset(records)),
      (error: Error) => error instanceof HolterError && error.message.includes('no deviation to divide by'),
    )
  }
})

test.run()
