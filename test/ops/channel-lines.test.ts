import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clamp, quantizeMultiplier, requantize } from '../../src-ts/ir/fixed-point.ts'
import { add } from '../../src-ts/ops/add.ts'
import { mul } from '../../src-ts/ops/mul.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { linesThrough, lineThrough, parallelLines } from '../../src-ts/ops/parts/channel-lines.ts'
import { sub } from '../../src-ts/ops/sub.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference, runProgram } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('functions of one byte as lines')
const bytes = Array.from({ length: 256 }, (_, i) => i - 128)
const at = ({ multiplier, offset }: { multiplier: number; offset: number }, x: number) =>
  Math.floor((x * multiplier + offset) / 2 ** 18)

test('a line gives all 256 values of a scaled, rounded and clamped byte', () => {
  const byte = fc.integer({ min: -128, max: 127 })
  const factor = fc.double({ min: 2 ** -12, max: 4, noNaN: true })
  let found = 0
  fc.assert(
    fc.property(byte, byte, factor, fc.integer({ min: -255, max: 255 }), byte, (zero, outZero, real, weight, low) => {
      const { multiplier, shift } = quantizeMultiplier(real / 16)
      const value = (x: number) => clamp(requantize((x - zero) * weight, multiplier, shift) + outZero, low, 127)
      const line = lineThrough(bytes.map(value), low, 127)
      // Halves go away from zero: no line has those of a factor such as 1/2.
      if (!line) return
      found++
      for (const x of bytes) assert.is(clamp(at(line, x), low, 127), value(x))
    }),
    { seed: 1, numRuns: 300 },
  )
  assert.ok(found > 150, `${found} of 300`)
})

test('what ADD and MUL are in each channel: lines of one multiplier, and lines through one point', () => {
  const scaled = (factor: number, x: number) => {
    const { multiplier, shift } = quantizeMultiplier(factor)
    return requantize(x, multiplier, shift)
  }
  const sums = [-70, 3, 100].map(weight => bytes.map(x => clamp(scaled(0.61, x) + weight, -128, 127)))
  const parallel = parallelLines(sums, -128, 127)!
  assert.is(new Set(parallel.map(({ multiplier }) => multiplier)).size, 1)
  // Shift −5: the first rounding is to 1/32.
  const products = [-70, 3, 100].map(weight => bytes.map(x => clamp(scaled(0.0201, (x + 128) * weight) - 9, -128, 127)))
  const meeting = linesThrough(products, -128, 127, -128, -9 + 2 ** -6)!
  assert.is(new Set(meeting.map(line => line.offset - 128 * line.multiplier)).size, 1)
  const of = (lines: typeof parallel) => lines.map(line => bytes.map(x => clamp(at(line, x), -128, 127)))
  assert.equal(of(parallel), sums)
  assert.equal(of(meeting), products)
  assert.is(parallelLines(products, -128, 127), undefined)
})

test('no line is found where there is none', () => {
  assert.is(
    lineThrough(
      bytes.map(x => (x < 0 ? 0 : 100 - (x % 50))),
      -128,
      127,
    ),
    undefined,
  )
})

test('a constant for each channel becomes lines with the bytes of the reference', async () => {
  const r = random(4)
  const jobs = [add, sub, mul].flatMap(op =>
    [1, 7, 8, 33].map(channels => {
      const scale = 0.0137 * (1 + r.uniform())
      const operands = [
        { shape: [1, 1, 256, channels], scale: 0.0473, zeroPoint: r.integer(256) - 128 },
        { shape: [channels], constant: 127, scale, zeroPoint: r.integer(21) - 10 },
      ]
      if (channels === 7) operands.reverse()
      const output = { shape: [1, 1, 256, channels], scale: 0.0911, zeroPoint: r.integer(256) - 128 }
      const made = caseNode(`${op.kind} ${channels}`, op.kind, { activation: 'relu' }, operands, [output])
      const inputs = Int8Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels) - 128)
      return { graph: graphOf(op.kind, made), inputs, count: 1, channels }
    }),
  )
  const results = await runProgram(jobs, 'simd')
  for (const [i, { graph, inputs, channels }] of jobs.entries()) {
    if (channels > 1)
      assert.is(makePlan([graph], 'simd').networks[0].nodes[0].kernel!.name, 'channel-lines', graph.name)
    assert.is(difference(results[i], rowRunner(graph)(inputs, 1)), undefined, graph.name)
  }
})

test.run()
