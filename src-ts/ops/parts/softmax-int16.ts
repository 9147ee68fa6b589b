import { HolterError } from '../../errors.ts'
import { clamp, type Multiplier, quantizeMultiplier, requantize, roundHalfAway } from '../../ir/fixed-point.ts'
import { elements, limits } from '../../ir/graph.ts'
import type { Kernel } from '../kernel.ts'
import type { NodeView } from '../op.ts'
import { quantizationOf } from './channels.ts'

/** SOFTMAX of int16 (TFLM SoftmaxInt16): both its functions are tables between whose entries it interpolates. */
export interface Int16Softmax {
  readonly rows: number
  readonly classes: number
  /** From differences to the row's maximum to steps of 10/65535. */
  readonly factor: Multiplier
}

/** TFLM adds exponentials as Q16.15. */
const MOST_CLASSES = 2 ** 16 - 1
/** Table entries; the last is read for its slope only. */
const STEPS = 512
const f32 = Math.fround
const RANGE = limits.int16.max - limits.int16.min

/** exp on −10 … 0 and 1/(1 + x) on 0 … 1 as Q0.15, for every 128th of the int16 values. */
const exponentials = table(f32(10 / RANGE), limits.int16.max, x => f32(Math.exp(x)))
const reciprocals = table(f32(1 / RANGE), limits.int16.min, x => f32(1 / f32(1 + x)))

export function prepareInt16Softmax(node: NodeView<{ beta: number }>): Int16Softmax {
  const { shape } = node.inputs[0]!
  const refuse = (problem: string, got: number | string, expected: string): never => {
    throw new HolterError({ stage: 'ops', where: node.name, problem, got, expected })
  }
  const {
    scale: [outputScale],
    zeroPoint: [outputZero],
  } = quantizationOf(node.outputs[0])
  if (node.outputs[0].type !== 'int16' || outputZero !== 0 || Math.abs(outputScale * 32768 - 1) > 1e-3) {
    const got = `${node.outputs[0].type}, scale ${outputScale}, zero point ${outputZero}`
    refuse('SOFTMAX of int16 has one output quantization only', got, 'int16, scale 1/32768, zero point 0')
  }
  const classes = shape[shape.length - 1] ?? 1
  if (classes > MOST_CLASSES) refuse("more classes than TFLM's SOFTMAX can add up", classes, `at most ${MOST_CLASSES}`)
  const scale = quantizationOf(node.inputs[0]!).scale[0]
  const factor = quantizeMultiplier((scale * f32(node.attrs.beta)) / (10 / 65535))
  return { rows: elements(shape) / classes, classes, factor }
}

/** The definition. */
export function softmaxInt16(p: Int16Softmax, [x]: readonly ArrayLike<number | bigint>[], [y]: readonly any[]): void {
  const { multiplier, shift } = p.factor
  for (let start = 0; start < p.rows * p.classes; start += p.classes) {
    const row = Array.from({ length: p.classes }, (_, i) => Number(x[start + i]))
    const largest = row.reduce((a, b) => Math.max(a, b))
    const shares = row.map(q => lookUp(exponentials, requantize(q - largest, multiplier, shift) + 32767))
    const sum = shares.reduce((a, b) => a + b)
    const headroom = Math.clz32(sum)
    // The sum, normalized to 1 … 2, less 1: the table's argument.
    const normalized = Math.floor((sum * 2 ** (headroom - 1) + 2 ** 13) / 2 ** 14)
    const reciprocal = lookUp(reciprocals, normalized - 3 * 2 ** 15)
    const right = 31 - headroom
    shares.forEach((share, i) => {
      y[start + i] = clamp((share * reciprocal + 2 ** (right - 1)) >> right, 0, limits.int16.max)
    })
  }
}

/** The kernel of SOFTMAX of int16. */
export const softmaxInt16Kernel: Kernel<Int16Softmax> = {
  name: 'softmax-int16',
  fits: p => 'factor' in p,
  emit: (p, to) =>
    to.call('softmax-int16', 'softmaxInt16', [
      ['input', to.input(0), p.rows, p.classes],
      ['output', to.output(0)],
      ['scale', p.factor.multiplier, p.factor.shift],
      ['tables of exp and of 1/(1 + x)', to.data(exponentials, 2), to.data(reciprocals, 2)],
    ]),
}

/** TFLM LUTLookup; the place saturates at int16. */
function lookUp(of: Int16Array, place: number): number {
  const at = clamp(place, limits.int16.min, limits.int16.max)
  const index = (STEPS >> 1) + (at >> 7)
  const slope = of[index + 1] - of[index]
  return ((of[index] + ((slope * (at & 127) + 64) >> 7)) << 16) >> 16
}

/**
 * TFLM LUTPopulate in float32: entries are the function's values as Q0.15, less half of what the chord's middle is too high.
 * `zeroPoint` is the int16 that stands for 0.
 */
function table(scale: number, zeroPoint: number, of: (x: number) => number): Int16Array {
  const first = f32(scale * (limits.int16.min - zeroPoint))
  const last = f32(scale * (limits.int16.max - zeroPoint))
  const step = f32(f32(last - first) / STEPS)
  const outScale = f32(2 / RANGE)
  const inverse = f32(65536 / f32(f32(outScale * limits.int16.max) - f32(outScale * limits.int16.min)))
  const at = (i: number) => f32(first + f32(i * step))
  const value = (x: number) => f32(of(x) * inverse)
  return Int16Array.from({ length: STEPS + 1 }, (_, i) => {
    const own = roundHalfAway(value(i === STEPS ? last : at(i)))
    if (i === STEPS) return clamp(own, limits.int16.min, limits.int16.max)
    const chord = roundHalfAway(f32(f32(value(at(i + 1)) + own) / 2))
    const middle = roundHalfAway(value(f32(at(i) + f32(step / 2))))
    return clamp(own - roundHalfAway((chord - middle) / 2), limits.int16.min, limits.int16.max)
  })
}
