import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cutFlags, methodOf } from '../../src-ts/runs/cut-and-tune.ts'
import { pruneMethods } from '../../src-ts/train/prune/index.ts'

const test = suite('cut and tune')

test('every method is found by its name, and a near miss gets a suggestion', () => {
  for (const { name } of pruneMethods) assert.is(methodOf({ method: name }).name, name)
  assert.throws(() => methodOf({ method: 'chanels' }), /no such method .*Did you mean channels\?/)
})

test('options that a method does not have are refused with those that do', () => {
  assert.throws(
    () => methodOf({ method: 'channels', gradual: true }),
    /--gradual: .*\(got channels, expected --method l1 or block\)/,
  )
  assert.throws(() => methodOf({ pattern: { keep: 1, of: 4 } }), /--pattern: only the method nm has one/)
  assert.throws(() => methodOf({ score: 'gamma' }), /--score: only channels are scored/)
  assert.throws(() => methodOf({ method: 'nm', scope: 'global' }), /--scope: N of every M/)
  assert.throws(() => methodOf({ method: 'nm', layers: { conv1: 0.5 } }), /--layer: N of every M/)
})

test('the flags of a cut repeat it', () => {
  assert.is(cutFlags({}), '--sparsity 0.3 --epochs 2 --seed 1')
  assert.is(cutFlags({ method: 'nm', epochs: 5 }), '--method nm --pattern 2:4 --epochs 5 --seed 1')
  assert.is(
    cutFlags({
      method: 'channels',
      sparsity: 0.5,
      layers: { dense1: 0.75 },
      score: 'saliency',
      learningRate: 0.002,
      seed: 3,
    }),
    '--method channels --sparsity 0.5 --layer dense1=0.75 --score saliency --epochs 2 --learning-rate 0.002 --seed 3',
  )
  assert.is(cutFlags({ scope: 'global', gradual: true }), '--sparsity 0.3 --scope global --gradual --epochs 2 --seed 1')
})

test.run()
