import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { knowsValidation, learnedFromReal, madeWithSynthetic } from '../../src-ts/ir/metadata.ts'

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

test('synthetic records are remembered, whichever part they had in the making', () => {
  const made = (provenance: Record<string, unknown>) => madeWithSynthetic({ provenance })
  const [drawn, real] = [{ data: { synthetic: true } }, { data: { synthetic: false } }]
  for (const provenance of [drawn, { ...real, from: drawn }, { ...real, quantization: drawn }])
    assert.ok(made(provenance))
  assert.ok(made({ ...real, from: { ...real, teachers: [{}, { synthetic: true }] } }))
  assert.not.ok(made({ ...real, from: real, quantization: { weightBits: 7 }, teachers: [{}] }))
  assert.equal(
    [drawn, real].map(provenance => learnedFromReal({ provenance })),
    [false, true],
  )
})

test('a provenance of another tool, of whatever form, says nothing of it and breaks nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (recipe, from, data) => {
      assert.is(knowsValidation({ provenance: { recipe, from } }), false)
      const provenance = { data, quantization: data, teachers: from, from }
      assert.equal([learnedFromReal({ provenance }), madeWithSynthetic({ provenance })], [false, false])
    }),
    { seed: 1 },
  )
})

test.run()
