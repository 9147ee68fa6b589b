import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { requantize } from '../../src-ts/ir/fixed-point.ts'
import { conv2d } from '../../src-ts/ops/conv2d.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import type { Channels } from '../../src-ts/ops/parts/channels.ts'
import type { Convolution } from '../../src-ts/ops/parts/convolution.ts'
import { doubleScaling } from '../../src-ts/ops/parts/double-scaling.ts'
import { floatScaling } from '../../src-ts/ops/parts/float-scaling.ts'
import { laneScaling, sumRanges } from '../../src-ts/ops/parts/lane-scaling.ts'
import { layerScaling } from '../../src-ts/ops/parts/layer-scaling.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { scaleIn } from '../../tools/random-networks/random-draw.ts'
import { difference, runProgram } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'

const CHANNELS = 64
const bits = new DataView(new ArrayBuffer(8))
const test = suite('sums are brought to the output by one multiplication')

/** The least sum that gives `value` before the zero point. */
function border(multiplier: number, shift: number, value: number): number {
  let [below, from] = [-(2 ** 30), 2 ** 30]
  while (from - below > 1) {
    const middle = Math.floor((from + below) / 2)
    if (requantize(middle, multiplier, shift) >= value) from = middle
    else below = middle
  }
  return from
}

/** A 1×1 convolution of one channel by weights of ±1 whose biases lie at rounding borders: its inputs are all bytes. */
function atBorders(r: Random, i: number) {
  const scale = Array.from({ length: CHANNELS }, () => scaleIn(r, 0.001, 0.02))
  const zeroPoint = r.integer(256) - 128
  const activation = i % 2 ? 'relu' : 'none'
  const attrs = { padding: 'same', activation, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 } as const
  const signs = Int8Array.from(scale, () => 2 * r.integer(2) - 1)
  const made = (bias: Int32Array) =>
    caseNode(`borders ${i}`, 'conv2d', attrs, inputs(bias), [{ shape: [1, 1, 256, CHANNELS], scale: 0.3, zeroPoint }])
  const inputs = (data: Int32Array) => [
    { shape: [1, 1, 256, 1], scale: 1 },
    { shape: [CHANNELS, 1, 1, 1], data: signs, scale, axis: 0 },
    { shape: [CHANNELS], data, type: 'int32' as const, scale, axis: 0 },
  ]
  const { multiplier, shift } = conv2d.prepare(made(new Int32Array(CHANNELS)).node)
  const bias = Int32Array.from(multiplier, (m, o) => border(m, shift[o], r.integer(256) - 128 - zeroPoint))
  return graphOf('conv2d', made(bias))
}

test('sums beside rounding borders, of both signs', async () => {
  const r = random(3)
  const inputs = Int8Array.from({ length: 256 }, (_, i) => i - 128)
  const jobs = Array.from({ length: 20 }, (_, i) => ({ graph: atBorders(r, i), inputs, count: 1 }))
  const results = await runProgram(jobs, 'simd')
  const scales: string[] = []
  for (const [i, { graph }] of jobs.entries()) {
    const { kernel, prepared } = makePlan([graph], 'simd').networks[0].nodes[0]
    assert.is(kernel!.name, 'conv2d-blocks')
    const layer = prepared.constants as Convolution
    scales.push(
      layerScaling(layer, layer.filter, 256, { flavour: 'simd', element: prepared.element, goal: 'speed' }).scale,
    )
    assert.is(difference(results[i], rowRunner(graph)(inputs, 1)), undefined, graph.name)
  }
  for (const scale of ['i32', 'f32']) assert.ok(scales.filter(each => each === scale).length >= 5, scales.join())
})

/** Layers of one weight a channel, their shifts up to twelve apart. */
const layer = fc.record({
  channels: fc.array(
    fc.record({
      bias: fc.integer({ min: -(2 ** 22), max: 2 ** 22 }),
      multiplier: fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
      right: fc.integer({ min: -1, max: 12 }),
      weight: fc.integer({ min: -127, max: 127 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  inputZero: fc.integer({ min: -128, max: 127 }),
  outputZero: fc.integer({ min: -128, max: 127 }),
})

test('in whole numbers: the rows give what two roundings give, or there is no scaling', () => {
  let scaled = 0
  fc.assert(
    fc.property(layer, fc.integer({ min: -128, max: 127 }), ({ channels, inputZero, outputZero }, input) => {
      const row = (value: (c: (typeof channels)[0]) => number) => Int32Array.from(channels, value)
      const p: Channels = {
        bias: row(c => c.bias),
        multiplier: row(c => c.multiplier),
        shift: row(c => -c.right),
        wide: false,
      }
      const weights = Int8Array.from(channels, c => c.weight)
      const scaling = laneScaling({ ...p, inputZero, outputZero, min: -128, max: 127 }, weights)
      if (!scaling) return
      scaled++
      for (const [o, c] of channels.entries()) {
        const sum = c.bias + c.weight * (input - inputZero)
        const [multiplier, power, sign, offset] = scaling.rows.map(values => values[o])
        const high = Number((BigInt(sum * power) * BigInt(multiplier)) >> 32n)
        const value = (high + offset - (sum < 0 ? sign : 0)) >> scaling.shift
        const expected = requantize(sum, c.multiplier, -c.right) + outputZero
        const byte = (v: number) => Math.max(-128, Math.min(127, v))
        assert.is(byte(value), byte(expected))
      }
    }),
    { numRuns: 2000, seed: 1 },
  )
  assert.ok(scaled > 500, `${scaled} of 2000`)
})

test('in doubles: factor and offset give the bytes of two roundings for every sum, or there are none', () => {
  let scaled = 0
  const lowest = fc.constantFrom(0, 1, 256)
  fc.assert(
    fc.property(layer, lowest, ({ channels, inputZero, outputZero }, below) => {
      const row = (value: (c: (typeof channels)[0]) => number) => Int32Array.from(channels, value)
      const p = {
        ...{ bias: row(c => c.bias), multiplier: row(c => c.multiplier), shift: row(c => -c.right), wide: false },
        ...{ inputZero, outputZero, min: Math.max(-128, outputZero - below), max: 127 },
      }
      const sums = sumRanges(
        p,
        Int8Array.from(channels, c => c.weight),
      )
      const scaling = doubleScaling(p, sums)
      if (!scaling) return
      scaled++
      for (const [o, c] of channels.entries()) {
        const words = Int32Array.from(scaling.rows, values => values[o])
        const [factor, offset] = new Float64Array(words.buffer)
        for (let sum = sums[o].low; sum <= sums[o].high; sum += 1 + Math.floor((sums[o].high - sums[o].low) / 500)) {
          bits.setFloat64(0, sum * factor + offset)
          const byte = (v: number) => Math.max(p.min, Math.min(p.max, v))
          assert.is(byte(bits.getInt32(0) - 0x41380000), byte(requantize(sum, c.multiplier, -c.right) + outputZero))
        }
      }
    }),
    { numRuns: 2000, seed: 1 },
  )
  assert.ok(scaled > 500, `${scaled} of 2000`)
})

test('in float32: centre, factor and offset give the bytes of two roundings for every sum, or there are none', () => {
  let scaled = 0
  fc.assert(
    fc.property(layer, fc.constantFrom(0, 1, 256), ({ channels, inputZero, outputZero }, below) => {
      const row = (value: (c: (typeof channels)[0]) => number) => Int32Array.from(channels, value)
      const p = {
        ...{ bias: row(c => c.bias), multiplier: row(c => c.multiplier), shift: row(c => -c.right), wide: false },
        ...{ inputZero, outputZero, min: Math.max(-128, outputZero - below), max: 127 },
      }
      const weights = Int8Array.from(channels, c => c.weight)
      // As far as a ReLU's bytes go, and beyond.
      const sums = sumRanges(p, weights).map(({ low, high }, o) => {
        const reach = 300 * 2 ** channels[o].right
        return { low: Math.min(low, -reach), high: Math.max(high, reach) }
      })
      const scaling = floatScaling(p, sums)
      if (!scaling) return
      scaled++
      for (const [o, c] of channels.entries()) {
        const { low, high } = sums[o]
        for (let value = p.min + 1; value <= p.max; value++) {
          const first = border(c.multiplier, -c.right, value - outputZero)
          for (const sum of [first - 1, first].filter(x => x >= low && x <= high)) {
            const scaled = Math.fround(Math.fround(sum - scaling.centre[o]) * scaling.factor[o])
            bits.setFloat32(0, Math.fround(scaled + scaling.offset[o]) + 1.5 * 2 ** 23)
            assert.is(bits.getInt32(0) - 0x4b400000 >= value, sum === first)
          }
        }
      }
    }),
    { numRuns: 2000, seed: 1 },
  )
  assert.ok(scaled > 300, `${scaled} of 2000`)
})

test.run()
