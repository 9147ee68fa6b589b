import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toomCook } from '../../src-ts/ops/parts/toom-cook.ts'

const test = suite('Toom-Cook matrices')

// Both sides are linear in weights and in inputs: equal on all pairs of unit vectors, they are equal on everything.
for (let taps = 1; taps <= 9; taps++) {
  for (let outputs = 1; outputs <= 9; outputs++) {
    const scheme = toomCook(outputs, taps)
    if (!scheme) continue
    test(`F(${outputs}, ${taps}) is the convolution times its divisor`, () => {
      const { A, B, G, divisor } = scheme
      for (const value of [...A, ...B, ...G].flat()) assert.ok(Number.isSafeInteger(value))
      for (let t = 0; t < outputs; t++) {
        for (let j = 0; j < taps; j++) {
          for (let i = 0; i < outputs + taps - 1; i++) {
            const sum = A[t].reduce((all, a, point) => all + a * G[point][j] * B[point][i], 0)
            assert.is(sum, i === t + j ? divisor : 0)
          }
        }
      }
    })
  }
}

test('the schemes that the measurements recommend are there, with as few products as they have', () => {
  const products = [
    [2, 3],
    [4, 3],
    [6, 3],
    [4, 5],
    [2, 7],
    [4, 7],
  ].map(([m, k]) => toomCook(m, k)?.B.length)
  assert.equal(products, [4, 6, 8, 8, 8, 11])
  const divisors = [
    [2, 3],
    [4, 3],
    [4, 5],
    [4, 7],
  ].map(([m, k]) => toomCook(m, k)?.divisor)
  assert.equal(divisors, [2, 24, 360, 1800])
})

test('transformed inputs stay in int16', () => {
  for (let taps = 1; taps <= 9; taps++) {
    for (let outputs = 1; outputs <= 9; outputs++) {
      for (const row of toomCook(outputs, taps)?.B ?? []) {
        assert.ok(128 * row.reduce((sum, v) => sum + Math.abs(v), 0) <= 32767)
      }
    }
  }
})

test.run()
