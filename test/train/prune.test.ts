import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readWeights, weightsOf } from '../../src-ts/train/model-weights.ts'
import { BLOCK } from '../../src-ts/train/prune/block.ts'
import { gradualMasks } from '../../src-ts/train/prune/gradual.ts'
import { pruneMethods, pruneModel } from '../../src-ts/train/prune/index.ts'
import { l1 } from '../../src-ts/train/prune/l1.ts'
import { masksOfZeros, prunable, sparsityOf } from '../../src-ts/train/prune/masks.ts'
import { type TrainOptions, train } from '../../src-ts/train/train.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('prune')
const native = withTfjs('prune', test)
const { block, nm } = Object.fromEntries(pruneMethods.map(method => [method.name, method]))

for (const sparsity of [0, 0.25, 0.4, 0.9]) {
  native(`at sparsity ${sparsity} the smallest magnitudes of each kernel go`, async tf => {
    const model = tinyNetwork(tf, 1)
    const before = readWeights(model)
    const { masks } = await pruneModel(tf, model, { sparsity })
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

native('over all layers together the share is exact, and one limit holds for all', async tf => {
  const model = tinyNetwork(tf, 1)
  const before = readWeights(model)
  const { masks } = await pruneModel(tf, model, { sparsity: 0.5, scope: 'global' })
  model.dispose()
  const of = (bit: number) =>
    [...masks].flatMap(([name, mask]) => [...before.get(name)!.filter((_, i) => mask[i] === bit)].map(Math.abs))
  assert.is(sparsityOf(masks), 0.5)
  assert.ok(Math.max(...of(0)) <= Math.min(...of(1)))
})

native('a layer may have a share of its own, whatever the scope', async tf => {
  for (const scope of ['layer', 'global'] as const) {
    const model = tinyNetwork(tf, 1)
    const { masks } = await pruneModel(tf, model, { sparsity: 0.25, layers: { conv2: 0.75 }, scope })
    model.dispose()
    assert.is(sparsityOf(new Map([['conv1', masks.get('conv1/kernel')!]])), 0.25)
    assert.is(sparsityOf(new Map([['conv2', masks.get('conv2/kernel')!]])), 0.75)
  }
})

/** Runs of `of` neighbouring inputs of a mask, whose kernel is [...window, inputs, outputs]. */
function groups(mask: Uint8Array, outputs: number, of: number): number[][] {
  const result: number[][] = []
  for (let first = 0; first < mask.length; first += of * outputs)
    for (let o = 0; o < outputs; o++) result.push(Array.from({ length: of }, (_, i) => mask[first + i * outputs + o]))
  return result
}

native('N:M keeps the largest N of every M inputs; kernels that M does not divide stay whole', async tf => {
  for (const [keep, of] of [
    [2, 4],
    [1, 4],
    [1, 8],
    [1, 2],
  ]) {
    const model = tinyNetwork(tf, 1)
    const before = readWeights(model)
    const { masks } = await pruneModel(tf, model, { sparsity: 0.3, pattern: { keep, of } }, nm)
    model.dispose()
    assert.equal([...masks.keys()], of === 2 ? ['conv1/kernel', 'conv2/kernel'] : ['conv2/kernel'])
    const mask = masks.get('conv2/kernel')!
    const values = before.get('conv2/kernel')!
    for (const group of groups(mask, 8, of))
      assert.is(
        group.reduce((a, b) => a + b),
        keep,
      )
    const kept = values.reduce((sum, v, i) => sum + Math.abs(v) * mask[i], 0)
    const all = values.reduce((sum, v) => sum + Math.abs(v), 0)
    assert.ok(kept / all > keep / of)
  }
})

native('blocks of four inputs live or go together', async tf => {
  const model = tinyNetwork(tf, 1)
  const { masks } = await pruneModel(tf, model, { sparsity: 0.5 }, block)
  model.dispose()
  assert.equal([...masks.keys()], ['conv2/kernel'], 'conv1 has two inputs')
  for (const group of groups(masks.get('conv2/kernel')!, 8, BLOCK)) assert.is(new Set(group).size, 1)
  assert.is(sparsityOf(masks), 0.5)
})

native('every method cuts again what it cut before, and no more', async tf => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...pruneMethods),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      async (method, sparsity) => {
        if (method.kind !== 'masks') return
        const fresh = tinyNetwork(tf, 2)
        const { masks } = await pruneModel(tf, fresh, { sparsity }, method)
        const again = await pruneModel(tf, fresh, { sparsity }, method)
        const zeros = masksOfZeros(fresh)
        fresh.dispose()
        assert.equal(again.masks, masks)
        for (const [name, mask] of masks) if (mask.includes(0)) assert.equal(zeros.get(name), mask)
      },
    ),
    { numRuns: 30 },
  )
})

native('gradual masks grow along a cubic curve, and only a full cut is kept', async tf => {
  const data = { train: sineClasses('train', 48), validation: sineClasses('validation', 24) }
  const model = tinyNetwork(tf, 1)
  const gradual = gradualMasks(model, l1, { sparsity: 0.8 }, 4)
  assert.is(gradual.epochs, 2)
  const shares = [0, 1, 2].map(epochsDone => sparsityOf(gradual.at(epochsDone)))
  const expected = [0.8 * (1 - 0.5 ** 3), 0.8, 0.8]
  for (const [i, share] of shares.entries()) assert.ok(Math.abs(share - expected[i]) < 0.01, `${share}`)
  const { best } = await train({
    tf,
    ...data,
    model,
    gradual,
    standardization: noScaling,
    recipe: tinyRecipe,
    seed: 1,
    dataHash: '',
  })
  assert.ok(best!.epoch >= 2)
  const kernels = new Set(prunable(model).map(({ name }) => name))
  for (const { name, variable } of weightsOf(model)) {
    const zeros = variable.dataSync().filter(value => value === 0).length
    if (kernels.has(name)) assert.is(zeros, Math.round(0.8 * variable.size), name)
  }
  model.dispose()
})

native('a run that was stopped on the way to its last cut resumes to the same weights', async tf => {
  const data = { train: sineClasses('train', 48), validation: sineClasses('validation', 24) }
  const recipe = { ...tinyRecipe, averageDecay: 0 }
  const run = async (more: Partial<TrainOptions>) => {
    const model = tinyNetwork(tf, 1)
    const gradual = gradualMasks(model, l1, { sparsity: 0.8 }, 4)
    const parts = { tf, ...data, model, gradual, standardization: noScaling, recipe, seed: 1, dataHash: '' }
    const { ended } = await train({ ...parts, ...more })
    const weights = readWeights(model)
    model.dispose()
    return { ended, weights }
  }
  const dir = mkdtempSync(join(tmpdir(), 'holter-gradual-'))
  try {
    const whole = await run({})
    const stop = new AbortController()
    const options = { checkpointDir: dir, signal: stop.signal, onEpoch: () => stop.abort() }
    assert.is((await run(options)).ended, 'interrupted')
    const resumed = await run({ checkpointDir: dir, resume: true })
    assert.is(resumed.ended, 'complete')
    assert.equal(resumed.weights, whole.weights)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

native('a sparsity that is no share, and a layer that is not there, are refused', async tf => {
  const model = tinyNetwork(tf, 1)
  const refused = async (amount: Parameters<typeof pruneModel>[2], message: RegExp) => {
    const error = await pruneModel(tf, model, amount).then(
      () => undefined,
      error => error,
    )
    assert.match(String(error), message)
  }
  for (const sparsity of [1, -0.1, 40, Number.NaN]) await refused({ sparsity }, /sparsity: not a share of the weights/)
  await refused({ sparsity: 0.5, layers: { conv2: 1 } }, /conv2: not a share of the weights/)
  await refused({ sparsity: 0.5, layers: { conv3: 0.5 } }, /conv3: no such layer to prune .*Did you mean conv[12]\?/)
  await refused({ sparsity: 0.5, layers: { logits: 0.5 } }, /logits: no such layer to prune/)
  model.dispose()
})

test('nothing pruned has no sparsity', () => {
  assert.is(sparsityOf(new Map()), 0)
})

test.run()
