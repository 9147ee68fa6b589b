import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePythonDict } from '../../../src-ts/ecg/datasets/python-dict.ts'
import { HolterError } from '../../../src-ts/errors.ts'

const test = suite('ecg/datasets/python-dict')
const parse = (text: string) => [...parsePythonDict(text, 'row 2')]

test('what PTB-XL writes', () => {
  assert.equal(parse("{'NORM': 100.0, 'LVOLT': 0.0, 'SR': 0.0}"), [
    ['NORM', 100],
    ['LVOLT', 0],
    ['SR', 0],
  ])
  assert.equal(parse('{}'), [])
})

test('both quotes, escapes, spaces, signs, exponents, a last comma', () => {
  assert.equal(parse(` { "a'b" :-1e2,'it\\'s':.5 , } `), [
    ["a'b", -100],
    ["it's", 0.5],
  ])
  assert.equal(parse("{'__proto__': 1}"), [['__proto__', 1]])
})

for (const [text, place] of [
  ['', 1],
  ['NORM', 1],
  ["{'a': 1", 8],
  ["{'a' 1}", 6],
  ["{'a': }", 7],
  ["{'a': 1} x", 10],
  ["{'a': 1, 'a': 2}", 16],
  ['{a: 1}', 2],
  ["{'a: 1}", 2],
  ["{'a': __import__('os')}", 7],
  ["{'a': 1 'b': 2}", 9],
  ['['.repeat(100_000), 1],
] as const) {
  test(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.throws(
      () => parse(text),
      (error: Error) =>
        error instanceof HolterError && error.message.startsWith(`[ecg] row 2: character ${place} of a`),
    )
  })
}

test('any dict comes back; anything else is one HolterError', () => {
  const key = fc.string({ maxLength: 8 }).filter(text => !/[\n\\]/.test(text))
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(key, fc.double({ noNaN: true, noDefaultInfinity: true })), { selector: ([k]) => k }),
      entries => {
        const text = entries.map(([k, value]) => `'${k.replaceAll("'", "\\'")}': ${value}`).join(', ')
        assert.equal(
          parse(`{${text}}`),
          entries.map(([k, value]) => [k, value]),
        )
      },
    ),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}\':"\\,a1.e- \n'), maxLength: 30 }), text => {
      try {
        parse(text)
      } catch (error) {
        if (!(error instanceof HolterError)) throw error
      }
    }),
    { numRuns: 2000 },
  )
})

test.run()
