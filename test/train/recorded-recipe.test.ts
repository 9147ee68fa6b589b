import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { networks } from '../../src-ts/networks/index.ts'
import type { Recipe } from '../../src-ts/networks/network.ts'
import { recordedRecipe } from '../../src-ts/train/recorded-recipe.ts'

const test = suite('recorded recipe')
const recorded = (provenance: Record<string, unknown>) => recordedRecipe({ provenance }, 'build/a')
const asWritten = (recipe: unknown) => JSON.parse(JSON.stringify(recipe))

const full: Required<Recipe> = {
  epochs: 12,
  batchSize: 64,
  learningRate: 0.004,
  schedule: 'cosine',
  weightDecay: 0.0001,
  augment: 'beat',
  cropSamples: 250,
  averageDecay: 0.995,
  mixup: 0.3,
  clipNorm: 5,
  warmUp: 0.2,
  auxiliary: 2,
  classBalance: 0.33,
  includeValidation: true,
}

test('every recipe comes back from a file as it was', () => {
  for (const recipe of [full, ...networks.map(network => network.recipe)])
    assert.equal(recorded({ recipe: asWritten(recipe) }), asWritten(recipe))
})

test('a pruned model has the recipe of the one that was trained', () => {
  const tuned = { ...full, epochs: 2, learningRate: 0.0004 }
  assert.equal(recorded({ recipe: tuned, from: { recipe: tuned, from: { recipe: full } } }), full)
})

test('a model without a recipe has none', () => {
  assert.is(recorded({ command: 'holter train' }), undefined)
})

test('what is no recipe is refused, and named', () => {
  for (const [change, place] of [
    [{ schedule: 'linear' }, 'recipe.schedule'],
    [{ epochs: '12' }, 'recipe.epochs'],
    [{ augment: true }, 'recipe.augment'],
    [{ cropSamples: null }, 'recipe.cropSamples'],
    [{ batchSize: 0.5 }, 'recipe.batchSize'],
    [{ mixup: 2 }, 'recipe.mixup'],
  ] as const)
    assert.throws(
      () => recorded({ recipe: { ...full, ...change } }),
      new RegExp(`^\\[train\\] build/a: the model's provenance is not valid; ${place}: .*Train the model again`),
    )
  assert.throws(() => recorded({ recipe: 'one-cycle' }), /provenance is not valid; recipe: /)
})

test.run()
