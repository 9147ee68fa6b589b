import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { knowsValidation } from '../../src-ts/ir/metadata.ts'

const test = suite('metadata')

test('a model knows the validation records if it, or the one that it was pruned from, was trained on them', () => {
  const knows = (provenance: Record<string, unknown>) => knowsValidation({ provenance })
  const all = { recipe: { epochs: 8, includeValidation: true } }
  assert.ok(knows(all))
  assert.ok(knows({ command: 'holter prune', from: all }))
  assert.ok(knows({ from: { from: all } }))
  assert.not.ok(knows({}))
  assert.not.ok(knows({ recipe: { epochs: 8 }, from: { recipe: { includeValidation: false } } }))
})

test('a provenance of another tool, of whatever form, says nothing of it and breaks nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (recipe, from) => {
      assert.is(knowsValidation({ provenance: { recipe, from } }), false)
    }),
    { seed: 1 },
  )
})

test.run()
